//! Products of one or two columns, whose tiles would be nearly empty: those of the last layer where the target is a
//! number or one of two classes. A vector holds a column's sums of several rows instead. The chains are the same.

use super::vectors::{add_products, load_some, store_some};
use super::{Finish, Product};
use crate::numeric::Real;
use crate::numeric::simd::Simd;
use crate::numeric::transpose::transposed;

impl<R: Real> Product<'_, R> {
    /// Whether [`Product::narrow`] can do it.
    #[inline(always)]
    pub(super) fn is_narrow(&self) -> bool {
        let columns = self.shape[1];
        match self.finish {
            Finish::Sums => columns <= 2 && self.strides[0] == 1,
            Finish::Bias(_) => columns <= 2 && self.strides[1] == 1 && !self.ones,
            _ => false,
        }
    }

    #[inline(always)]
    pub(super) unsafe fn narrow<V: Simd<Scalar = R>>(&self) {
        let [m, n, _] = self.shape;
        let rows = m - usize::from(self.ones);
        match n {
            1 => unsafe { self.columns::<V, 1>(rows) },
            2 => unsafe { self.columns::<V, 2>(rows) },
            columns => unreachable!("{columns} columns are not narrow"),
        }
    }

    #[inline(always)]
    unsafe fn columns<V: Simd<Scalar = R>, const COLUMNS: usize>(&self, rows: usize) {
        if let Finish::Bias(bias) = self.finish {
            for i in (0..rows).step_by(V::LANES) {
                let width = (rows - i).min(V::LANES);
                let mut sums = match V::LANES {
                    4 => unsafe { self.across::<V, COLUMNS, 4>(i, width) },
                    8 => unsafe { self.across::<V, COLUMNS, 8>(i, width) },
                    16 => unsafe { self.across::<V, COLUMNS, 16>(i, width) },
                    lanes => unreachable!("no vector has {lanes} lanes"),
                };
                for (sum, &bias) in sums.iter_mut().zip(bias) {
                    sum[0] = unsafe { sum[0].add(V::splat(bias)) };
                }
                unsafe { self.store_columns(sums, i, width) };
            }
            return;
        }
        if self.ones {
            unsafe { self.row_of_ones::<COLUMNS>(rows) };
        }
        for i in (0..rows).step_by(2 * V::LANES) {
            let width = (rows - i).min(2 * V::LANES);
            if width > V::LANES {
                unsafe { self.store_columns(self.down::<V, COLUMNS, 2>(i, width), i, width) };
            } else {
                unsafe { self.store_columns(self.down::<V, COLUMNS, 1>(i, width), i, width) };
            }
        }
    }

    /// The last row, of a's ones: the sums of b's columns.
    #[inline(always)]
    unsafe fn row_of_ones<const COLUMNS: usize>(&self, row: usize) {
        let mut sums = [R::ZERO; COLUMNS];
        for l in 0..self.shape[2] {
            let b = unsafe { *self.b.wrapping_add(l * COLUMNS).cast::<[R; COLUMNS]>() };
            sums.iter_mut().zip(b).for_each(|(sum, b)| *sum += b);
        }
        unsafe { *self.c.wrapping_add(row * COLUMNS).cast() = sums };
    }

    /// The sums of `width` rows from `i`, of which a has one beside the other.
    #[inline(always)]
    unsafe fn down<V: Simd<Scalar = R>, const COLUMNS: usize, const N: usize>(
        &self,
        i: usize,
        width: usize,
    ) -> [[V; N]; COLUMNS] {
        let mut sums = [[unsafe { V::splat(R::ZERO) }; N]; COLUMNS];
        for l in 0..self.shape[2] {
            let a: [V; N] = unsafe { load_some(self.a.wrapping_add(i + l * self.strides[1]), width) };
            unsafe { self.add_column(&mut sums, l, a) };
        }
        sums
    }

    /// The sums of `width` rows from `i`, along which a's elements follow each other: by square blocks, transposed.
    #[inline(always)]
    unsafe fn across<V: Simd<Scalar = R>, const COLUMNS: usize, const L: usize>(
        &self,
        i: usize,
        width: usize,
    ) -> [[V; 1]; COLUMNS] {
        let k = self.shape[2];
        let mut sums = [[unsafe { V::splat(R::ZERO) }]; COLUMNS];
        for l in (0..k).step_by(L) {
            let columns = L.min(k - l);
            let mut block = [unsafe { V::splat(R::ZERO) }; L];
            for (r, row) in block.iter_mut().enumerate().take(width) {
                [*row] = unsafe { load_some(self.a.wrapping_add((i + r) * self.strides[0] + l), columns) };
            }
            let block = unsafe { transposed(block) };
            for (r, column) in block.into_iter().enumerate().take(columns) {
                unsafe { self.add_column(&mut sums, l + r, [column]) };
            }
        }
        sums
    }

    /// To the sums of some rows, the products of their elements in column `l` of a.
    #[inline(always)]
    unsafe fn add_column<V: Simd<Scalar = R>, const COLUMNS: usize, const N: usize>(
        &self,
        sums: &mut [[V; N]; COLUMNS],
        l: usize,
        a: [V; N],
    ) {
        for (j, sums) in sums.iter_mut().enumerate() {
            unsafe { add_products(sums, *self.b.wrapping_add(l * COLUMNS + j), a) };
        }
    }

    /// Stores the sums of `width` rows from `i`.
    #[inline(always)]
    unsafe fn store_columns<V: Simd<Scalar = R>, const COLUMNS: usize, const N: usize>(
        &self,
        sums: [[V; N]; COLUMNS],
        i: usize,
        width: usize,
    ) {
        let c = self.c.wrapping_add(i * COLUMNS);
        if COLUMNS == 1 {
            return unsafe { store_some(sums[0], c, width) };
        }
        for (v, (&first, &second)) in sums[0].iter().zip(&sums[1]).enumerate() {
            let [low, high] = unsafe { first.interleave(second) };
            let (c, left) = (c.wrapping_add(2 * v * V::LANES), 2 * (width - v * V::LANES));
            if left > V::LANES {
                unsafe { store_some([low, high], c, left.min(2 * V::LANES)) };
            } else {
                unsafe { store_some([low], c, left) };
            }
        }
    }
}
