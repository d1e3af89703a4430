//! Quoted cells of several lines: text, or rows that a stray quote took into the cell.
//!
//! A stray quote in the column k of n (from 0) that another one closes in a later row leaves a cell with n - 1 - k separators
//! on its first line, k on its last and n - 1 on those between. Some row may have another number of them, and some line of
//! text that number by chance: what most lines look like decides. In a cell of two or three lines that is no proof either way.

use ::csv::StringRecord;

use super::missing::Missing;
use super::rows::Separator;

/// What a quoted cell of several lines holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    /// Text, as most of its lines say, or so many rows, as its ends say.
    TextOrRows(usize),
    Rows(usize),
}

/// What the lines of a quoted cell are compared with, alike for all cells of a row. It is found once, because a row may have
/// thousands of such cells, a cell thousands of lines, and both be compared with a number of a million digits.
pub(super) struct Look {
    /// Whether blanks follow the commas of the row. In text they mostly do.
    spaced: bool,
    /// Which cells are numbers, and how many.
    numbers: Vec<bool>,
    count: usize,
}

impl Look {
    pub(super) fn new(record: &StringRecord, spaced: bool) -> Self {
        let numbers: Vec<bool> = record.iter().map(is_number).collect();
        let count = numbers.iter().filter(|&&number| number).count();
        Look { spaced, numbers, count }
    }
}

/// A quoted cell within its row.
pub(super) struct Swallowed<'r> {
    record: &'r StringRecord,
    column: usize,
    look: &'r Look,
    missing: &'r Missing,
    /// Whether the rest of the row has numbers. Where these stand, text has none.
    has_numbers: bool,
    /// What parts cells.
    mark: char,
}

impl<'r> Swallowed<'r> {
    pub(super) fn new(
        record: &'r StringRecord,
        column: usize,
        look: &'r Look,
        missing: &'r Missing,
        separator: Separator,
    ) -> Self {
        let has_numbers = look.count > usize::from(look.numbers[column]);
        Swallowed { record, column, look, missing, has_numbers, mark: char::from(separator.byte()) }
    }

    /// Returns what the cell holds.
    pub(super) fn holds(&self) -> Holds {
        let (cells, column) = (self.record.len(), self.column);
        // Not `lines`, which drops the last one where the closing quote opens a row.
        let lines: Vec<&str> =
            self.record[column].split('\n').map(|line| line.trim_end_matches('\r')).collect();
        let (first, inner, last) = match lines.as_slice() {
            [first, inner @ .., last] if cells > 1 => (first, inner, last),
            _ => return Holds::Text,
        };
        let mut ends = (self.fits(first, column, cells), self.fits(last, 0, column + 1));
        // An end that has no separator is like any text: it says what the other says.
        if column == 0 {
            ends.1 &= ends.0;
        } else if column == cells - 1 {
            ends.0 &= ends.1;
        }
        let inner: Vec<&str> = inner.iter().copied().filter(|line| !line.is_empty()).collect();
        let alike = inner.iter().map(|line| (*line, self.fits(line, 0, cells)));
        let (mut rows, mut others) = (0, 0);
        for (line, fits) in alike.chain([(*first, ends.0), (*last, ends.1)]) {
            match fits {
                true => rows += 1,
                // A row with too few cells has a separator all the same, as a rule; a line of text need not.
                false => others += if line.contains(self.mark) { 1 } else { 2 },
            }
        }
        match (rows > others, ends) {
            (true, _) => Holds::Rows(inner.len() + 2),
            (false, (true, true)) => Holds::TextOrRows(inner.len() + 2),
            (false, _) => Holds::Text,
        }
    }

    /// Returns whether a line is what a row has from one column on up to another.
    fn fits(&self, line: &str, from: usize, to: usize) -> bool {
        let parts: Vec<&str> = line.split(self.mark).collect();
        let is_alike = |other: usize| match parts[other - from] {
            part if self.look.numbers[other] => is_number(part) || self.missing.has(part),
            part => self.has_numbers || !part.trim().is_empty(),
        };
        let mut others = (from..to).filter(|&other| other != self.column);
        parts.len() == to - from
            && (self.look.spaced || !line.contains(&format!("{} ", self.mark)))
            && others.all(is_alike)
    }
}

fn is_number(cell: &str) -> bool {
    cell.trim().parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(cells: &[&str], column: usize) -> Holds {
        let record: StringRecord = cells.iter().copied().collect();
        let look = Look::new(&record, false);
        Swallowed::new(&record, column, &look, &Missing::new(None), Separator::Comma).holds()
    }

    #[test]
    fn most_lines_decide_and_the_ends_cast_doubt() {
        assert_eq!(holds(&["1", "x,ja\n2,y", "nein"], 1), Holds::Rows(2));
        assert_eq!(holds(&["1", "x,ja\n2,y,nein\n3,z", "ja"], 1), Holds::Rows(3));
        assert_eq!(holds(&["1", "x,ja\n2\n3,z", "ja"], 1), Holds::TextOrRows(3));
        assert_eq!(holds(&["5", "Main St 5,flat 2\nBerlin\n10115,Germany", "c1"], 1), Holds::TextOrRows(3));
        assert_eq!(holds(&["5", "Main St 5\nBerlin", "c1"], 1), Holds::Text);
        assert_eq!(holds(&["5", "Main St 5\nBerlin,flat 2\nGermany", "c1"], 1), Holds::Text);
        assert_eq!(holds(&["one\ntwo"], 0), Holds::Text);
    }
}
