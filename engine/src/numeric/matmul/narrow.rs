//! Products of one or two columns, whose tiles would be nearly empty: the gradient of the last weights where the target
//! is a number or one of two classes. The rows of a lie beside each other there, so that a vector can hold a column's
//! sums of several rows. The chains are the same.

use super::{Product, add_products, load_some, store_some};
use crate::numeric::Real;
use crate::numeric::simd::Simd;

impl<R: Real> Product<'_, R> {
    /// The sums, of one or two columns; a's rows are at a distance of 1.
    #[inline(always)]
    pub(super) unsafe fn narrow<V: Simd<Scalar = R>>(&self) {
        match self.shape[1] {
            1 => unsafe { self.columns::<V, 1>() },
            2 => unsafe { self.columns::<V, 2>() },
            columns => unreachable!("{columns} columns are not narrow"),
        }
    }

    #[inline(always)]
    unsafe fn columns<V: Simd<Scalar = R>, const COLUMNS: usize>(&self) {
        let [m, _, k] = self.shape;
        let rows = m - usize::from(self.ones);
        if self.ones {
            let mut sums = [R::ZERO; COLUMNS];
            for l in 0..k {
                let b = unsafe { *self.b.wrapping_add(l * COLUMNS).cast::<[R; COLUMNS]>() };
                sums.iter_mut().zip(b).for_each(|(sum, b)| *sum += b);
            }
            unsafe { *self.c.wrapping_add(rows * COLUMNS).cast() = sums };
        }
        for i in (0..rows).step_by(2 * V::LANES) {
            if rows - i > V::LANES {
                unsafe { self.rows_as_lanes::<V, COLUMNS, 2>(i, rows - i) };
            } else {
                unsafe { self.rows_as_lanes::<V, COLUMNS, 1>(i, rows - i) };
            }
        }
    }

    /// `N` vectors of rows from `i`, or as many as there are.
    #[inline(always)]
    unsafe fn rows_as_lanes<V: Simd<Scalar = R>, const COLUMNS: usize, const N: usize>(
        &self,
        i: usize,
        rows: usize,
    ) {
        let width = rows.min(N * V::LANES);
        let mut sums = [[unsafe { V::splat(R::ZERO) }; N]; COLUMNS];
        for l in 0..self.shape[2] {
            let down: [V; N] = unsafe { load_some(self.a.wrapping_add(i + l * self.strides[1]), width) };
            for (j, sums) in sums.iter_mut().enumerate() {
                unsafe { add_products(sums, *self.b.wrapping_add(l * COLUMNS + j), down) };
            }
        }
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
