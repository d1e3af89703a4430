//! Rows of numbers in a slice, whose places are checked once, where the view of them is made: vectors are then loaded and
//! stored row by row without looking again.
//!
//! Addresses are computed by `wrapping_add`, which has no checks of its own in development builds, where lessons are
//! built too.

use super::{Cpu, Simd, prefetch, times};
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::slice;

/// Where rows are: each as wide, each as far from the one before.
#[derive(Clone, Copy)]
struct Shape {
    apart: usize,
    count: usize,
    width: usize,
}

impl Shape {
    /// Panics unless all rows, of which the first begins at `start`, end within so many numbers.
    #[inline(always)]
    fn check(self, start: usize, length: usize) {
        let Shape { apart, count, width } = self;
        let end = apart.checked_mul(count.saturating_sub(1)).and_then(|last| last.checked_add(start));
        let end = end.and_then(|last| last.checked_add(width));
        assert!(count == 0 || end.is_some_and(|end| end <= length), "{count} rows are not in the slice");
    }

    /// Returns the distance of a row from the first. Panics if there are not so many.
    #[inline(always)]
    fn row(self, row: usize) -> usize {
        assert!(row < self.count, "there is no row {row}");
        row.wrapping_mul(self.apart)
    }
}

/// Rows to read.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a, R> {
    start: *const R,
    shape: Shape,
    numbers: PhantomData<&'a [R]>,
}

impl<'a, R> Rows<'a, R> {
    /// Views `count` rows of `width` numbers, of which the first begins at `start`, and each other one `apart` numbers
    /// behind the one before.
    ///
    /// # Panics
    /// If one is not all in the numbers.
    #[inline(always)]
    pub(crate) fn new(numbers: &'a [R], start: usize, apart: usize, count: usize, width: usize) -> Self {
        let shape = Shape { apart, count, width };
        shape.check(start, numbers.len());
        Rows { start: numbers.as_ptr().wrapping_add(start), shape, numbers: PhantomData }
    }

    /// Views the first `count` rows as far as `width`: where the compiler knows these, it need not check each row.
    ///
    /// # Panics
    /// If there is not so much.
    #[inline(always)]
    pub(crate) fn first(self, count: usize, width: usize) -> Self {
        assert!(count <= self.shape.count && width <= self.shape.width, "there is not so much");
        Rows { shape: Shape { count, width, ..self.shape }, ..self }
    }

    /// Returns a row.
    #[inline(always)]
    fn row(&self, row: usize) -> &'a [R] {
        let start = self.start.wrapping_add(self.shape.row(row));
        // SAFETY: the row is one that is there, and all that are lie in the slice (`check`), which `'a` keeps.
        unsafe { slice::from_raw_parts(start, self.shape.width) }
    }

    /// Loads a row in `N` vectors, of which the last may be partial; zeros behind it.
    #[inline(always)]
    pub(crate) fn load<V: Simd<Scalar = R>, const N: usize>(&self, cpu: Cpu<V>, row: usize) -> [V; N] {
        let row = self.row(row);
        std::array::from_fn(
            #[inline(always)]
            |v| {
                let from = &row[v * V::LANES..];
                if v + 1 < N || from.len() >= V::LANES {
                    V::load(cpu, from)
                } else {
                    V::load_partial(cpu, from)
                }
            },
        )
    }

    /// Has the second cache fetch the `vectors` vectors at the right of a row.
    #[inline(always)]
    pub(crate) fn prefetch_behind<V: Simd<Scalar = R>>(&self, row: usize, vectors: usize) {
        let end = self.start.wrapping_add(self.shape.row(row)).wrapping_add(self.shape.width);
        (0..vectors).for_each(|v| prefetch(end.wrapping_add(v * V::LANES)));
    }
}

/// Rows to write, whatever they hold before.
pub(crate) struct RowsMut<'a, R> {
    start: *mut MaybeUninit<R>,
    shape: Shape,
    places: PhantomData<&'a mut [R]>,
}

impl<'a, R> RowsMut<'a, R> {
    /// Views rows as [`Rows::new`] does.
    #[inline(always)]
    pub(crate) fn new(numbers: &'a mut [R], start: usize, apart: usize, count: usize, width: usize) -> Self {
        let shape = Shape { apart, count, width };
        shape.check(start, numbers.len());
        RowsMut { start: numbers.as_mut_ptr().wrapping_add(start).cast(), shape, places: PhantomData }
    }

    /// Views rows of `width` numbers that follow each other, in places that need not hold any yet.
    #[inline(always)]
    pub(crate) fn dense(places: &'a mut [MaybeUninit<R>], count: usize, width: usize) -> Self {
        let shape = Shape { apart: width, count, width };
        shape.check(0, places.len());
        RowsMut { start: places.as_mut_ptr(), shape, places: PhantomData }
    }

    /// Views no row.
    #[inline(always)]
    pub(crate) fn none() -> Self {
        RowsMut::dense(&mut [], 0, 0)
    }

    /// Views the same rows for a while.
    #[inline(always)]
    pub(crate) fn reborrow(&mut self) -> RowsMut<'_, R> {
        RowsMut { start: self.start, shape: self.shape, places: PhantomData }
    }

    /// Views the first rows as [`Rows::first`] does.
    #[inline(always)]
    pub(crate) fn first(self, count: usize, width: usize) -> Self {
        assert!(count <= self.shape.count && width <= self.shape.width, "there is not so much");
        RowsMut { shape: Shape { count, width, ..self.shape }, ..self }
    }

    /// Stores as much of `N` vectors in a row as it is wide: all of them but of the last, which may be partial.
    #[inline(always)]
    pub(crate) fn store<V: Simd<Scalar = R>, const N: usize>(&mut self, row: usize, vectors: [V; N]) {
        let start = self.start.wrapping_add(self.shape.row(row));
        // SAFETY: as in `Rows::row`; the slice is borrowed for writing, and only numbers are written.
        let row = unsafe { slice::from_raw_parts_mut(start, self.shape.width) };
        times::<N>(
            #[inline(always)]
            |v| {
                let to = &mut row[v * V::LANES..];
                if v + 1 < N || to.len() >= V::LANES {
                    vectors[v].store(to);
                } else {
                    vectors[v].store_partial(to);
                }
            },
        );
    }

    /// Returns the rows to read.
    ///
    /// # Safety
    /// Every row that is read must have been stored.
    #[inline(always)]
    pub(crate) unsafe fn stored(self) -> Rows<'a, R> {
        Rows { start: self.start.cast(), shape: self.shape, numbers: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn rows_beyond_the_slice_are_refused() {
        let numbers = [0.0f32; 20];
        let fits = |start, apart, count, width| {
            catch_unwind(|| Rows::new(&numbers, start, apart, count, width)).is_ok()
        };
        assert!(fits(2, 5, 4, 3) && fits(0, 5, 4, 5) && fits(0, 0, 9, 20) && fits(99, 9, 0, 9));
        assert!(!fits(3, 5, 4, 3) && !fits(0, 5, 4, 6) && !fits(0, 0, 1, 21));
        assert!(!fits(0, usize::MAX / 2, 4, 1) && !fits(usize::MAX, 1, 2, 1) && !fits(1, 1, 1, usize::MAX));
        let narrowed =
            |count, width| catch_unwind(|| Rows::new(&numbers, 0, 5, 4, 3).first(count, width)).is_ok();
        assert!(narrowed(4, 3) && narrowed(0, 1) && !narrowed(5, 3) && !narrowed(4, 4));
        let row = |row| catch_unwind(|| Rows::new(&numbers, 0, 5, 4, 3).row(row).len()).ok();
        assert_eq!((row(3), row(4)), (Some(3), None));
    }
}
