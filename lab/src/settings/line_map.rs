use std::ops::Range;

use crate::diagnostic::{SourceId, Span};

/// Where each piece of a block's text stands in its file.
///
/// The text of a block inside a list or a quote lacks the indentation and the `>` of the file, so a
/// place in the text is mapped line by line.
#[derive(Clone, Debug, PartialEq)]
pub struct LineMap {
    source: SourceId,
    /// (start in the text, start in the file, bytes), ascending.
    pieces: Vec<(usize, usize, usize)>,
}

impl LineMap {
    /// Returns a map without pieces; add them in order with [`LineMap::push`].
    pub fn new(source: SourceId) -> Self {
        LineMap { source, pieces: Vec::new() }
    }

    /// Returns the map of a text that stands in the file in one piece, from byte `start`.
    pub fn contiguous(source: SourceId, start: usize, len: usize) -> Self {
        LineMap { source, pieces: vec![(0, start, len)] }
    }

    /// Adds a piece: the next `len` bytes of the text stand at byte `file` of the file.
    pub fn push(&mut self, file: usize, len: usize) {
        let text = self.pieces.last().map_or(0, |(text, _, len)| text + len);
        self.pieces.push((text, file, len));
    }

    /// Adds bytes of another map's text, wherever they stand in the file.
    pub fn push_part(&mut self, other: &LineMap, part: Range<usize>) {
        let first = other.pieces.partition_point(|&(text, _, len)| text + len <= part.start);
        for &(text, file, len) in other.pieces[first..].iter().take_while(|(text, ..)| *text < part.end) {
            let (start, end) = (part.start.max(text), part.end.min(text + len));
            self.push(file + start - text, end - start);
        }
    }

    /// Returns the range of the file that holds bytes `start..end` of the text.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let first = self.place(start, false);
        let last = if end > start { self.place(end, true) } else { first };
        Span::new(self.source, first, last.max(first))
    }

    /// Finds the place of an offset. At the joint of two pieces an end belongs to the piece before, a start to the one after.
    fn place(&self, offset: usize, is_end: bool) -> usize {
        let inside = |&(text, ..): &(usize, usize, usize)| {
            if is_end { text < offset } else { text <= offset }
        };
        let index = self.pieces.partition_point(inside).saturating_sub(1);
        self.pieces.get(index).map_or(0, |&(text, file, len)| file + offset.saturating_sub(text).min(len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_each_line_to_its_place() {
        // In the file: "- a: 1\n  b: 2\n", the text without its indentation: "a: 1\nb: 2\n".
        let mut map = LineMap::new(SourceId(3));
        map.push(2, 5);
        map.push(9, 5);
        assert_eq!(map.span(0, 1), Span::new(SourceId(3), 2, 3));
        assert_eq!(map.span(5, 6), Span::new(SourceId(3), 9, 10));
        assert_eq!(map.span(0, 5), Span::new(SourceId(3), 2, 7));
        assert_eq!(map.span(3, 9), Span::new(SourceId(3), 5, 13));
        assert_eq!(map.span(99, 99), Span::new(SourceId(3), 14, 14));
    }

    #[test]
    fn parts_of_a_text_keep_their_places() {
        let mut map = LineMap::new(SourceId(3));
        map.push(2, 5);
        map.push(9, 5);
        let mut parts = LineMap::new(SourceId(3));
        parts.push_part(&map, 1..1);
        parts.push_part(&map, 1..3);
        parts.push_part(&map, 4..8);
        assert_eq!(parts.span(0, 2), Span::new(SourceId(3), 3, 5));
        assert_eq!(parts.span(2, 3), Span::new(SourceId(3), 6, 7));
        assert_eq!(parts.span(3, 6), Span::new(SourceId(3), 9, 12));
        assert_eq!(parts.span(1, 6), Span::new(SourceId(3), 4, 12));
    }

    #[test]
    fn an_empty_map_does_not_panic() {
        assert_eq!(LineMap::new(SourceId(0)).span(0, 4), Span::new(SourceId(0), 0, 0));
    }
}
