//! The rows of a CSV file, each with the places of its cells and what is wrong with its quotes.
//!
//! The crate `csv` reads on whatever stands in a file: a stray quote at the start of a cell takes the rows that follow into that
//! cell, and letters after a closing quote are read on to it. Nobody would see that rows are missing, so the quotes of each row
//! that has any are looked at once more here.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use ::csv::{ReaderBuilder, StringRecord};

use super::super::problem::TableProblem;
use super::missing::Missing;
use super::swallowed::{Holds, Look, Swallowed};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What parts the cells of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// `a,b`.
    #[default]
    Comma,
    /// `a;b`, as spreadsheets write where a comma is the decimal sign, which it is beside semicolons.
    Semicolon,
    /// As a selection that is copied out of a spreadsheet.
    Tab,
}

impl Separator {
    /// Returns what parts the header of a table, its first line: whichever of the three occurs most outside of quotes.
    pub fn of(table: &str) -> Self {
        let mut quoted = false;
        let mut counts = [(Separator::Comma, 0), (Separator::Semicolon, 0), (Separator::Tab, 0)];
        for byte in table.trim_start_matches(['\u{feff}', '\n', '\r']).bytes() {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' | b'\r' if !quoted => break,
                _ if quoted => {}
                byte => counts.iter_mut().filter(|(mark, _)| mark.byte() == byte).for_each(|(_, n)| *n += 1),
            }
        }
        // Of equals the last one is the greatest.
        counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or_else(Self::default, |(mark, _)| mark)
    }

    /// Returns it as it stands in a file.
    pub fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab => b'\t',
        }
    }

    /// Returns what it is called.
    pub fn name(self) -> &'static str {
        match self {
            Separator::Comma => "comma",
            Separator::Semicolon => "semicolon",
            Separator::Tab => "tab",
        }
    }

    /// Returns a cell with a decimal point, where it is a number with a decimal comma beside semicolons.
    pub fn pointed(self, cell: &str) -> Option<String> {
        let is_candidate = self == Separator::Semicolon && cell.matches(',').count() == 1;
        let pointed = is_candidate.then(|| cell.replacen(',', ".", 1))?;
        pointed.trim().parse::<f64>().is_ok_and(f64::is_finite).then_some(pointed)
    }
}

/// The place of a cell: its line (from 1), the byte at which that starts, and which cell of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub line: usize,
    pub start: usize,
    pub column: usize,
}

/// The rows of a table in order.
pub(super) struct Rows<'a> {
    text: &'a str,
    separator: Separator,
    /// Up to where lines have been counted, and how many line ends there were.
    counted: usize,
    ends: usize,
    /// Length of the byte order mark.
    skipped: usize,
    reader: ::csv::Reader<&'a [u8]>,
}

/// One row.
pub(super) struct Row {
    /// Of its first cell.
    pub place: Place,
    /// What its cells hold, numbers with a decimal point.
    pub record: StringRecord,
    /// The columns in which numbers have a decimal comma in the file.
    pub with_comma: Vec<usize>,
    separator: Separator,
    /// Its cells as they stand in the file, where it has a quote; without one, no cell is quoted.
    pub raw: Vec<RawCell>,
    /// Found at its first quoted cell of several lines, for all of them: a row may have thousands.
    look: OnceCell<Look>,
}

/// A cell as it stands in the file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RawCell {
    /// All of it, with the blanks around it.
    pub range: Range<usize>,
    pub quoting: Quoting,
}

/// How a cell is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    Bare,
    Quoted,
    /// Blanks stand before its quote, which is a letter of the cell therefore.
    Indented,
    /// Text follows the closing quote, which stands at this byte.
    Followed(usize),
    /// The file ends before the closing quote.
    Unclosed,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a str, separator: Separator) -> Self {
        let skipped = if text.as_bytes().starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(separator.byte());
        let reader = builder.from_reader(&text.as_bytes()[skipped..]);
        Rows { text, separator, counted: 0, ends: 0, skipped, reader }
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let mut record = StringRecord::new();
        // Reading UTF-8 from memory with any number of cells cannot fail.
        if !self.reader.read_record(&mut record).unwrap_or(false) {
            return None;
        }
        let at = self.skipped + record.position().map_or(0, |position| position.byte() as usize);
        let end = self.skipped + self.reader.position().byte() as usize;
        // The reader's position is before the line ends that it passes over.
        let bytes = self.text.as_bytes();
        let start = at + bytes[at..].iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        self.ends += bytes[self.counted..start].iter().filter(|&&b| b == b'\n').count();
        self.counted = start;
        let quotes = bytes[start..end.max(start)].contains(&b'"');
        let separator = self.separator;
        let raw = if quotes { cells(self.text, start, separator) } else { Vec::new() };
        let mut with_comma = Vec::new();
        if separator == Separator::Semicolon {
            let pointed: Vec<Option<String>> = record.iter().map(|cell| separator.pointed(cell)).collect();
            with_comma = (0..pointed.len()).filter(|&column| pointed[column].is_some()).collect();
            let cells = record.iter().zip(pointed);
            record = cells.map(|(cell, pointed)| pointed.map_or(Cow::Borrowed(cell), Cow::Owned)).collect();
        }
        Some(Row {
            place: Place { line: 1 + self.ends, start, column: 0 },
            record,
            with_comma,
            separator,
            raw,
            look: OnceCell::new(),
        })
    }
}

/// Returns the cells of the row that starts at a byte, as the crate `csv` tells them apart: only a quote that is the first
/// letter of a cell opens anything, two in a quoted cell stand for one, and what follows a closing quote is bare.
pub(super) fn cells(text: &str, start: usize, separator: Separator) -> Vec<RawCell> {
    each_cell(text, start, separator).collect()
}

/// Finds those cells one by one: who looks for one need not read on to the end of a long row.
pub(super) fn each_cell(text: &str, start: usize, separator: Separator) -> impl Iterator<Item = RawCell> {
    let (bytes, mark) = (text.as_bytes(), separator.byte());
    let mut next = Some(start);
    std::iter::from_fn(move || {
        let cell = cell_at(bytes, next?, mark);
        let end = cell.range.end;
        next = (bytes.get(end) == Some(&mark)).then_some(end + 1);
        Some(cell)
    })
}

fn cell_at(bytes: &[u8], start: usize, mark: u8) -> RawCell {
    let mut at = start;
    let (mut quoting, mut open) = (Quoting::Bare, false);
    if bytes.get(at) == Some(&b'"') {
        (quoting, open, at) = (Quoting::Quoted, true, at + 1);
    } else {
        let blank = bytes[at..].iter().take_while(|&&b| matches!(b, b' ' | b'\t') && b != mark).count();
        if blank > 0 && bytes.get(at + blank) == Some(&b'"') {
            quoting = Quoting::Indented;
        }
    }
    let mut closed = None;
    loop {
        match bytes.get(at) {
            None => break,
            Some(b'"') if open && bytes.get(at + 1) == Some(&b'"') => at += 1,
            Some(b'"') if open => (open, closed) = (false, Some(at)),
            Some(b'\n' | b'\r') if !open => break,
            Some(&byte) if byte == mark && !open => break,
            Some(b' ' | b'\t') => {}
            Some(_) => {
                if let (Quoting::Quoted, Some(at)) = (quoting, closed) {
                    quoting = Quoting::Followed(at);
                }
            }
        }
        at += 1;
    }
    if open {
        quoting = Quoting::Unclosed;
    }
    RawCell { range: start..at, quoting }
}

impl Row {
    /// Returns whether nothing stands in any cell, not even a quoted text of no letters.
    pub(super) fn is_blank(&self) -> bool {
        self.raw.is_empty() && self.record.iter().all(|cell| cell.trim().is_empty())
    }

    /// Returns whether a cell stands in quotes.
    pub(super) fn is_quoted(&self, column: usize) -> bool {
        self.raw.get(column).is_some_and(|cell| cell.quoting != Quoting::Bare)
    }

    /// Returns what is wrong with the quotes of the row, if anything, and how the cell at fault is quoted.
    pub(super) fn stray_quote(&self, text: &str, missing: &Missing) -> Option<(Quoting, TableProblem)> {
        let mut cells = self.raw.iter().enumerate();
        cells.find_map(|(column, cell)| Some((cell.quoting, self.fault(text, column, cell, missing)?)))
    }

    fn fault(&self, text: &str, column: usize, cell: &RawCell, missing: &Missing) -> Option<TableProblem> {
        let Range { start, end } = cell.range;
        let problem = |from: usize, to: usize, message: &str| {
            TableProblem::new(self.line(text, from), Some(from..to), message)
        };
        let spans_lines = text[start..end].contains('\n');
        Some(match cell.quoting {
            Quoting::Bare => return None,
            Quoting::Unclosed => problem(start, start + 1, "this quote is never closed")
                .expected("a closing quote before the end of the file")
                .hint("remove the quote, or close it at the end of its cell"),
            Quoting::Followed(closing) if spans_lines => {
                let line = self.line(text, closing);
                let message = format!("this quote is closed on line {line}, where text follows");
                problem(start, start + 1, &message)
                    .expected("a closing quote at the end of this cell")
                    .hint("a stray quote takes the rows below into its cell: remove it")
            }
            Quoting::Followed(closing) => {
                let end = closing + text[closing..end].trim_end().len();
                problem(closing, end, "text follows the quote that closes this cell")
                    .expected(format!("a {} or the end of the row", self.separator.name()))
                    .hint("a quote within a quoted cell is written twice: \"a \"\"b\"\"\"")
            }
            Quoting::Indented => {
                let quote = start + text[start..end].find('"').unwrap_or(0);
                problem(start, quote + 1, "there is a blank before this quote")
                    .expected(format!("the quote right after the {}", self.separator.name()))
                    .hint("only as the first letter of a cell does a quote quote it: remove the blank")
            }
            Quoting::Quoted => {
                let Holds::Rows(rows) = self.holds(text, column, missing) else { return None };
                let message = format!("this quote takes {rows} rows of the table into one cell");
                problem(start, start + 1, &message)
                    .expected("a closing quote at the end of this cell")
                    .hint("remove the stray quotes at both ends of the cell")
            }
        })
    }

    /// Returns the line that a byte of the row is on.
    pub(super) fn line(&self, text: &str, byte: usize) -> usize {
        self.place.line + text[self.place.start..byte].matches('\n').count()
    }

    /// Returns what a quoted cell holds; nothing but text where it is one line.
    fn holds(&self, text: &str, column: usize, missing: &Missing) -> Holds {
        let cell = &self.raw[column];
        if cell.quoting != Quoting::Quoted || !text[cell.range.clone()].contains('\n') {
            return Holds::Text;
        }
        let look = self.look.get_or_init(|| {
            let spaced = self.raw.iter().skip(1).any(|cell| text[cell.range.start..].starts_with(' '));
            Look::new(&self.record, spaced)
        });
        Swallowed::new(&self.record, column, look, missing, self.separator).holds()
    }

    /// Returns the line of a quoted cell that may hold rows as well as text, and how many.
    pub(super) fn doubtful_quote(&self, text: &str, missing: &Missing) -> Option<(usize, usize)> {
        (0..self.raw.len()).find_map(|column| match self.holds(text, column, missing) {
            Holds::TextOrRows(rows) => Some((self.line(text, self.raw[column].range.start), rows)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoting(row: &str) -> Vec<(&str, Quoting)> {
        cells(row, 0, Separator::Comma).into_iter().map(|cell| (&row[cell.range], cell.quoting)).collect()
    }

    #[test]
    fn cells_are_told_apart_as_the_reader_does() {
        use Quoting::{Bare, Followed, Indented, Quoted, Unclosed};
        assert_eq!(quoting("a,\"b, c\" ,5\"\nx"), [("a", Bare), ("\"b, c\" ", Quoted), ("5\"", Bare)]);
        assert_eq!(quoting("\"a\"\"b\",\"\""), [("\"a\"\"b\"", Quoted), ("\"\"", Quoted)]);
        assert_eq!(quoting("\"a\"b\",c"), [("\"a\"b\"", Followed(2)), ("c", Bare)]);
        assert_eq!(quoting("a, \"b\",c"), [("a", Bare), (" \"b\"", Indented), ("c", Bare)]);
        assert_eq!(quoting("a,\"b\nc,d"), [("a", Bare), ("\"b\nc,d", Unclosed)]);
        assert_eq!(quoting(",\"x\ny\",\r\n"), [("", Bare), ("\"x\ny\"", Quoted), ("", Bare)]);
    }

    #[test]
    fn the_header_says_what_parts_cells() {
        assert_eq!(Separator::of("a;b;\"c,d,e,f\"\n1,5;2,5;x"), Separator::Semicolon);
        assert_eq!(Separator::of("\u{feff}a\tb\n1;2;3\t4"), Separator::Tab);
        assert_eq!(Separator::of("a,b;c"), Separator::Comma);
        assert_eq!(Separator::of("alone"), Separator::Comma);
        assert_eq!(Separator::Semicolon.pointed(" 1,5"), Some(" 1.5".to_owned()));
        for cell in ["1.5", "1,5,0", "x, y", "1.000,5"] {
            assert_eq!(Separator::Semicolon.pointed(cell), None, "{cell}");
        }
        assert_eq!(Separator::Comma.pointed("1,5"), None);
    }

    proptest::proptest! {
        #[test]
        fn as_many_cells_as_the_reader_finds(text in "[a,\" \n\r]{0,40}") {
            for row in Rows::new(&text, Separator::Comma).filter(|row| !row.raw.is_empty()) {
                proptest::prop_assert_eq!(row.raw.len(), row.record.len(), "{:?}", row.record);
            }
        }
    }
}
