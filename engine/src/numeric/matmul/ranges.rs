//! Rows, and stretches of k, cut into pieces.

use std::ops::Range;

/// Cuts a range as evenly as can be in ranges of at most `longest`, the longer ones first; one at least.
#[derive(Clone)]
pub(super) struct EvenRanges {
    start: usize,
    end: usize,
    pieces: usize,
}

impl EvenRanges {
    #[inline(always)]
    pub(super) fn new(total: usize, longest: usize) -> Self {
        EvenRanges::of(0..total, longest)
    }

    #[inline(always)]
    pub(super) fn of(all: Range<usize>, longest: usize) -> Self {
        EvenRanges { start: all.start, end: all.end, pieces: all.len().div_ceil(longest).max(1) }
    }
}

impl Iterator for EvenRanges {
    type Item = Range<usize>;

    #[inline(always)]
    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.start;
        match self.pieces {
            0 => return None,
            // Saves the division where there is nothing to divide.
            1 => self.start = self.end,
            pieces => self.start += (self.end - start).div_ceil(pieces),
        }
        self.pieces -= 1;
        Some(start..self.start)
    }
}

/// Returns whether there is code for tiles so high. Pages load the code of every tile: theirs have heights of which others are made.
#[inline(always)]
pub(super) const fn is_height(rows: usize) -> bool {
    cfg!(not(target_arch = "wasm32")) || rows.is_power_of_two()
}

/// Cuts rows, as many as a tile may have, into tiles that there is code for: those rows, where there is for so many.
#[inline(always)]
pub(super) fn tiles(mut rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    std::iter::from_fn(move || {
        let (start, left) = (rows.start, rows.len());
        rows.start += if is_height(left) { left } else { 1 << left.checked_ilog2()? };
        (left > 0).then_some(start..rows.start)
    })
}
