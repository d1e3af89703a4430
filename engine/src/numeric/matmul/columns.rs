//! The elements of some rows of a, column after column.

use super::Strided;
use crate::numeric::Real;
use crate::numeric::simd::times;
use std::hint::black_box;
use std::marker::PhantomData;
use std::ops::Range;

/// Reads `M` rows of a matrix, one column after the other.
pub(super) struct Columns<'a, R, const M: usize> {
    /// One address of each four rows, whose relation is hidden from the compiler: it would compute one from the other, in a
    /// chain that takes longer than the arithmetic.
    groups: [*const R; 4],
    /// From the address of a group to its rows.
    offsets: [usize; 4],
    column: usize,
    /// The last row has an address of its own, since it may be the row of ones.
    last: *const R,
    last_column: usize,
    left: usize,
    elements: PhantomData<&'a [R]>,
}

impl<'a, R: Real, const M: usize> Columns<'a, R, M> {
    /// Begins at the rows from `i` of the columns `depth`; with a one, that
    /// is each element of the last row, which has no place in the data.
    ///
    /// # Panics
    /// If an element is not in the data.
    #[inline(always)]
    pub(super) fn new(a: Strided<'a, R>, i: usize, depth: Range<usize>, one: Option<&'a R>) -> Self {
        let rows = M - usize::from(one.is_some());
        assert!(depth.is_empty() || rows == 0 || a.holds(i + rows, depth.end), "a has fewer elements");
        let Strided { row, column, .. } = a;
        let start = a.data.as_ptr().wrapping_add(i * row + depth.start * column);
        let (last, last_column) = match one {
            Some(one) => (&raw const *one, 0),
            None => (start.wrapping_add((M - 1) * row), column),
        };
        Columns {
            groups: std::array::from_fn(|group| black_box(start.wrapping_add(4 * group * row))),
            offsets: [0, row, 2 * row, 3 * row],
            column,
            last,
            last_column,
            left: depth.len(),
            elements: PhantomData,
        }
    }

    /// Calls `each` with the element of every row in the next column, and the row's item.
    ///
    /// # Panics
    /// If there is no more column.
    #[inline(always)]
    pub(super) fn next<T>(&mut self, items: &mut [T; M], mut each: impl FnMut(&mut T, R)) {
        assert!(self.left > 0, "there is no more column");
        self.left -= 1;
        times::<M>(
            #[inline(always)]
            |r| {
                let place =
                    if r + 1 < M { self.groups[r / 4].wrapping_add(self.offsets[r % 4]) } else { self.last };
                // SAFETY: of a row in a column that is left: `new` has found it in the data; or a one, of the last row.
                each(&mut items[r], unsafe { *place });
            },
        );
        times::<4>(
            #[inline(always)]
            |group| self.groups[group] = self.groups[group].wrapping_add(self.column),
        );
        self.last = self.last.wrapping_add(self.last_column);
    }
}
