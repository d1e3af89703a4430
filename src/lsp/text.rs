//! A text with its lines: places in bytes, and places as editors count them.

use std::ops::Range;
use std::sync::Arc;

use lsp_types::{Position, Range as Area};

/// A text whose lines are known.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    text: Arc<str>,
    /// The byte at which each line starts.
    starts: Arc<[usize]>,
}

impl Text {
    /// Looks for the lines of a text.
    pub(crate) fn new(text: impl Into<Arc<str>>) -> Text {
        let text = text.into();
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = [0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect();
        Text { text, starts }
    }

    /// Returns the text.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns how many lines there are; behind the end of the last one is another.
    pub(super) fn lines(&self) -> usize {
        self.starts.len()
    }

    /// Returns the line of a byte, from 0.
    pub(super) fn line_of(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// Returns where a line is, without its end.
    pub(super) fn line(&self, line: usize) -> Range<usize> {
        let Some(&start) = self.starts.get(line) else { return self.text.len()..self.text.len() };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        start..start + self.text[start..end].trim_end_matches(['\r', '\n']).len()
    }

    /// Returns a place as editors count it: lines, and units of UTF-16 within the line.
    pub(super) fn position(&self, byte: usize) -> Position {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.line_of(byte);
        let before = &self.text[self.starts[line]..byte];
        Position::new(line as u32, before.encode_utf16().count() as u32)
    }

    /// Returns the byte of a place; behind the end of a line stands for that end.
    pub(super) fn byte(&self, position: Position) -> usize {
        let line = self.line(position.line as usize);
        let mut units = position.character as usize;
        for (at, letter) in self.text[line.clone()].char_indices() {
            if units < letter.len_utf16() {
                return line.start + at;
            }
            units -= letter.len_utf16();
        }
        line.end
    }

    /// Returns a range as editors count it.
    pub(super) fn area(&self, range: &Range<usize>) -> Area {
        Area::new(self.position(range.start), self.position(range.end.max(range.start)))
    }
}

/// What lies between two versions of a text: one stretch of it became another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Change {
    /// Up to here they are the same.
    start: usize,
    /// From here on they are the same again: in the first, in the second.
    ends: [usize; 2],
}

impl Change {
    /// Finds what changed.
    pub(super) fn between(before: &str, after: &str) -> Change {
        let same = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
        let same = before.floor_char_boundary(same);
        let least = before.len().min(after.len());
        let pairs = before.bytes().rev().zip(after.bytes().rev());
        let behind = pairs.take(least - same).take_while(|(a, b)| a == b).count();
        Change { start: same, ends: [before.len() - behind, after.len() - behind] }
    }

    /// Returns where a range of the first is in the second; none of what changed.
    pub(super) fn moved(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let [old, new] = self.ends;
        let is_same = self.start == old && old == new;
        if range.end < self.start || is_same {
            return Some(range.clone());
        }
        (range.start > old).then(|| range.start - old + new..range.end - old + new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_change_is_found_again() {
        let moved = |before: &str, after: &str, part: &str| {
            let start = before.find(part).unwrap();
            let found = Change::between(before, after).moved(&(start..start + part.len()));
            found.map(|range| after[range].to_owned())
        };
        let text = "seds: 2\nkind: x\nepoch: 3";
        let later = "seds: 2\nkind: train\nepoch: 3";
        for part in ["seds", "epoch"] {
            assert_eq!(moved(text, later, part).as_deref(), Some(part));
            assert_eq!(moved(text, text, part).as_deref(), Some(part));
        }
        // A word that something was written to is another word.
        assert_eq!(moved(text, later, "x"), None);
        assert_eq!(moved("a epoch b", "a epochs b", "epoch"), None);
        assert_eq!(moved("a epoch b", "a xepoch b", "epoch"), None);
        assert_eq!(moved("ö x é", "ö 日本 é", "é").as_deref(), Some("é"));
        // Behind what was written directly before it stands perhaps another word.
        assert_eq!(moved("ö é", "ö ö é", "é"), None);
        assert_eq!(moved("aa", "a", "a"), None);
    }

    #[test]
    fn places_are_counted_in_units_of_utf16() {
        let text = Text::new("größe: 😀 x\r\n日本\n\nend");
        let place = |part: &str| text.position(text.as_str().find(part).unwrap());
        assert_eq!(place("x"), Position::new(0, 10));
        assert_eq!(place("本"), Position::new(1, 1));
        assert_eq!(place("end"), Position::new(3, 0));
        for part in ["ö", "😀", "x", "本", "end"] {
            assert_eq!(text.byte(place(part)), text.as_str().find(part).unwrap(), "{part}");
        }
    }

    #[test]
    fn places_outside_are_brought_inside() {
        let text = Text::new("a😀\nb");
        assert_eq!(text.byte(Position::new(0, 99)), 5);
        assert_eq!(text.byte(Position::new(0, 2)), 1, "in the middle of a letter");
        assert_eq!(text.byte(Position::new(9, 9)), text.as_str().len());
        assert_eq!(text.position(999), Position::new(1, 1));
        assert_eq!(Text::new("").byte(Position::new(0, 0)), 0);
    }
}
