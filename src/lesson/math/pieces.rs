//! Where pieces of a text that was made from another come from.

use std::ops::Range;

/// Pieces of a text in its order: their starts, their ranges in the other text, and whether they are copied.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pieces(Vec<(usize, Range<usize>, bool)>);

impl Pieces {
    /// Notes that what is written from `start` on is a copy of that range.
    pub(crate) fn copy(&mut self, start: usize, from: Range<usize>) {
        if let Some((at, before, true)) = self.0.last_mut()
            && before.end == from.start
            && start - *at == before.end - before.start
        {
            before.end = from.end;
            return;
        }
        self.0.push((start, from, true));
    }

    /// Notes that what is written from `start` on stands for that range.
    pub(crate) fn put(&mut self, start: usize, from: Range<usize>) {
        self.0.push((start, from, false));
    }

    /// Notes that so many bytes were written before all pieces.
    pub(crate) fn shift(&mut self, length: usize) {
        for (start, ..) in &mut self.0 {
            *start += length;
        }
        self.0.insert(0, (0, 0..0, false));
    }

    /// Returns the range in the other text of a range in the made one.
    pub(crate) fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let piece = |at: usize| self.0.partition_point(|(start, ..)| *start <= at).checked_sub(1);
        let start = piece(range.start).map_or(0, |piece| {
            let (start, from, copied) = &self.0[piece];
            if *copied { (from.start + (range.start - start)).min(from.end) } else { from.start }
        });
        let end = piece(range.end.saturating_sub(1).max(range.start)).map_or(0, |piece| {
            let (start, from, copied) = &self.0[piece];
            if *copied { (from.start + (range.end - start)).min(from.end) } else { from.end }
        });
        start..end.max(start)
    }
}
