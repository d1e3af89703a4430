//! Products of one or two columns, whose tiles would be nearly empty: those of the last layer where the target is a
//! number or one of two classes. A vector holds a column's sums of several rows instead. The chains are the same.

use super::vectors::add_products;
use super::{Finish, Product, Strided};
use crate::numeric::Real;
use crate::numeric::simd::{Cpu, Rows, RowsMut, Simd, Watch, exact};
use crate::numeric::transpose::transposed;

impl<R: Real> Product<'_, R> {
    /// Returns whether [`Product::narrow`] can do it.
    #[inline(always)]
    pub(super) fn is_narrow(&self) -> bool {
        let columns = self.shape[1];
        match self.finish {
            Finish::Sums => columns <= 2 && self.a.row == 1,
            Finish::Bias(_) => columns <= 2 && self.a.column == 1 && !self.a.ones,
            _ => false,
        }
    }

    /// Multiplies, b having one column or two.
    #[inline(always)]
    pub(super) fn narrow<V: Simd<Scalar = R>>(&mut self, cpu: Cpu<V>) {
        let [m, n, _] = self.shape;
        let rows = m - usize::from(self.a.ones);
        match n {
            1 => self.columns::<V, 1>(cpu, rows),
            2 => self.columns::<V, 2>(cpu, rows),
            columns => unreachable!("{columns} columns are not narrow"),
        }
    }

    #[inline(always)]
    fn columns<V: Simd<Scalar = R>, const COLUMNS: usize>(&mut self, cpu: Cpu<V>, rows: usize) {
        let b = &self.b.as_chunks::<COLUMNS>().0[..self.shape[2]];
        if let Finish::Bias(bias) = self.finish {
            for i in (0..rows).step_by(V::LANES) {
                let width = (rows - i).min(V::LANES);
                let is_exact = self.rows_with_bias::<V, COLUMNS>(cpu, b, bias, i, width);
                if V::Watch::NOTES && !is_exact {
                    self.rows_with_bias::<V::Exact, COLUMNS>(exact(cpu), b, bias, i, width);
                }
            }
            return;
        }
        if self.a.ones {
            let sums = &mut self.c.as_chunks_mut::<COLUMNS>().0[rows];
            *sums = [R::ZERO; COLUMNS];
            for b in b {
                sums.iter_mut().zip(b).for_each(|(sum, &b)| *sum += b);
            }
        }
        for i in (0..rows).step_by(2 * V::LANES) {
            let width = (rows - i).min(2 * V::LANES);
            let is_exact = self.rows_of_columns::<V, COLUMNS>(cpu, b, i, width);
            if V::Watch::NOTES && !is_exact {
                self.rows_of_columns::<V::Exact, COLUMNS>(exact(cpu), b, i, width);
            }
        }
    }

    /// Computes `width` rows from `i`, along which a's elements follow each other, and stores them if they are exact: returns
    /// whether they are.
    #[inline(always)]
    fn rows_with_bias<V: Simd<Scalar = R>, const COLUMNS: usize>(
        &mut self,
        cpu: Cpu<V>,
        b: &[[R; COLUMNS]],
        bias: &[R],
        i: usize,
        width: usize,
    ) -> bool {
        let mut watch = V::Watch::new(self.fit);
        let mut sums = match V::LANES {
            4 => across::<V, COLUMNS, 4>(cpu, self.a, b, i, width, &mut watch),
            8 => across::<V, COLUMNS, 8>(cpu, self.a, b, i, width, &mut watch),
            16 => across::<V, COLUMNS, 16>(cpu, self.a, b, i, width, &mut watch),
            lanes => unreachable!("no vector has {lanes} lanes"),
        };
        if !watch.is_sound() {
            return false;
        }
        for (sum, &bias) in sums.iter_mut().zip(bias) {
            sum[0] = sum[0].add(V::splat(cpu, bias));
        }
        store_columns(sums, self.c, i, width);
        true
    }

    /// Computes `width` rows from `i`, of which a has one beside the other, and stores them if they are exact: returns whether
    /// they are.
    #[inline(always)]
    fn rows_of_columns<V: Simd<Scalar = R>, const COLUMNS: usize>(
        &mut self,
        cpu: Cpu<V>,
        b: &[[R; COLUMNS]],
        i: usize,
        width: usize,
    ) -> bool {
        let mut watch = V::Watch::new(self.fit);
        if width > V::LANES {
            let sums = down::<V, COLUMNS, 2>(cpu, self.a, b, i, width, &mut watch);
            if watch.is_sound() {
                store_columns(sums, self.c, i, width);
            }
        } else {
            let sums = down::<V, COLUMNS, 1>(cpu, self.a, b, i, width, &mut watch);
            if watch.is_sound() {
                store_columns(sums, self.c, i, width);
            }
        }
        watch.is_sound()
    }
}

/// Returns the sums of `width` rows from `i`, of which a has one beside the other.
#[inline(always)]
fn down<V: Simd<Scalar: Real>, const COLUMNS: usize, const N: usize>(
    cpu: Cpu<V>,
    a: Strided<V::Scalar>,
    b: &[[V::Scalar; COLUMNS]],
    i: usize,
    width: usize,
    watch: &mut V::Watch,
) -> [[V; N]; COLUMNS] {
    let mut sums = [[V::splat(cpu, V::Scalar::ZERO); N]; COLUMNS];
    let a = Rows::new(a.data, i, a.column, b.len(), width);
    for (l, &b) in b.iter().enumerate() {
        add_column(cpu, &mut sums, b, a.load(cpu, l), watch);
    }
    sums
}

/// Returns the sums of `width` rows from `i`, along which a's elements follow each other: by square blocks, transposed.
#[inline(always)]
fn across<V: Simd<Scalar: Real>, const COLUMNS: usize, const L: usize>(
    cpu: Cpu<V>,
    a: Strided<V::Scalar>,
    b: &[[V::Scalar; COLUMNS]],
    i: usize,
    width: usize,
    watch: &mut V::Watch,
) -> [[V; 1]; COLUMNS] {
    let zero = V::splat(cpu, V::Scalar::ZERO);
    let mut sums = [[zero]; COLUMNS];
    for (at, b) in b.chunks(L).enumerate() {
        let rows = Rows::new(a.data, i * a.row + at * L, a.row, width, b.len());
        let mut block = [zero; L];
        for (r, row) in block.iter_mut().enumerate().take(width) {
            [*row] = rows.load(cpu, r);
        }
        for (column, &b) in transposed(block).into_iter().zip(b) {
            add_column(cpu, &mut sums, b, [column], watch);
        }
    }
    sums
}

/// Adds to the sums of some rows the products of their elements in one column of a.
#[inline(always)]
fn add_column<V: Simd, const COLUMNS: usize, const N: usize>(
    cpu: Cpu<V>,
    sums: &mut [[V; N]; COLUMNS],
    b: [V::Scalar; COLUMNS],
    a: [V; N],
    watch: &mut V::Watch,
) {
    for (sums, b) in sums.iter_mut().zip(b) {
        add_products(cpu, sums, b, a, watch);
    }
}

/// Stores the sums of `width` rows from `i`.
#[inline(always)]
fn store_columns<V: Simd, const COLUMNS: usize, const N: usize>(
    sums: [[V; N]; COLUMNS],
    c: &mut [V::Scalar],
    i: usize,
    width: usize,
) {
    if COLUMNS == 1 {
        return RowsMut::new(c, i, 0, 1, width).store(0, sums[0]);
    }
    for (v, (&first, &second)) in sums[0].iter().zip(&sums[1]).enumerate() {
        let [low, high] = first.interleave(second);
        let (start, left) = (2 * (i + v * V::LANES), 2 * (width - v * V::LANES));
        if left > V::LANES {
            RowsMut::new(c, start, 0, 1, left.min(2 * V::LANES)).store(0, [low, high]);
        } else {
            RowsMut::new(c, start, 0, 1, left).store(0, [low]);
        }
    }
}
