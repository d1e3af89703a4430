//! Reads a table from the bytes of a CSV file: a header line, numeric features, one target.
//!
//! All that is wrong is collected, each with the bytes of its cell, up to [`MAX_SHOWN`].

use std::ops::Range;

use ::csv::{ReaderBuilder, StringRecord};
use ndarray::Array2;

use super::dataset::TargetColumn;
use super::features::Features;
use super::problem::{DataProblems, TableProblem};
use super::settings::DataSettings;
use crate::problem::Problem;
use columns::Columns;
pub use target::{MAX_CLASSES, are_few_whole};
use target::{TargetCell, decide};

mod columns;
mod target;

/// How many problems of one table are shown.
const MAX_SHOWN: usize = 20;
/// A larger number would overflow when it is squared in f32 and summed.
const MAX_MAGNITUDE: f64 = 1e30;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How large a table or an array may be. Checked before memory is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableLimits {
    /// Of a CSV file.
    pub bytes: usize,
    /// Of an IDX, NPY or NPZ file, unpacked.
    pub array_bytes: usize,
    pub rows: usize,
    pub columns: usize,
}

impl Default for TableLimits {
    /// 64 MiB (256 MiB of an array), a million rows, ten thousand columns.
    fn default() -> Self {
        TableLimits { bytes: 64 << 20, array_bytes: 256 << 20, rows: 1_000_000, columns: 10_000 }
    }
}

/// A table as read.
#[derive(Clone, Debug)]
pub struct Read {
    pub features: Features,
    pub feature_names: Vec<String>,
    pub target: TargetColumn,
    /// Height and width where the file says that a row is a picture.
    pub image: Option<(usize, usize)>,
    /// What is odd, but may be meant.
    pub warnings: Vec<Problem>,
}

/// The place of a cell: its line (from 1), the byte at which that starts, and which cell of it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    line: usize,
    start: usize,
    column: usize,
}

/// Reads a table; `settings` say which columns are used and how the target is understood.
pub fn read(bytes: &[u8], settings: &DataSettings, limits: &TableLimits) -> Result<Read, DataProblems> {
    let text = text(bytes, limits)?;
    let file = File { text };
    let mut rows = Rows::new(text);
    let Some((place, header)) = rows.next() else {
        return Err(TableProblem::new(1, None, "the table is empty")
            .expected("a header line and at least one row")
            .into());
    };
    let names = columns::header(&file, place, &header, limits)?;
    let columns = Columns::choose(&names, settings)?;
    let body = Body { file, names: &names, columns: &columns, limits, problems: Vec::new(), count: 0 };
    let read = body.read(rows, settings)?;
    let warnings = columns::doubtful(&read, &names[columns.target], settings).into_iter().collect();
    Ok(Read { warnings, ..read })
}

/// The text of a file, if it is small enough and UTF-8. A byte order mark stays in, so that places are
/// those in the file.
fn text<'a>(bytes: &'a [u8], limits: &TableLimits) -> Result<&'a str, DataProblems> {
    if bytes.len() > limits.bytes {
        return Err(TableProblem::new(1, None, format!("the file has {} bytes", bytes.len()))
            .expected(format!("at most {}", limits.bytes))
            .into());
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let line = 1 + bytes[..at].iter().filter(|&&b| b == b'\n').count();
        TableProblem::new(line, Some(at..at + 1), "the file is not UTF-8 text")
            .expected("text in UTF-8")
            .hint("save the table as CSV in UTF-8")
            .into()
    })
}

/// The rows of a table, each with the place of its first cell.
struct Rows<'a> {
    text: &'a str,
    /// Up to where lines have been counted, and how many line ends there were.
    counted: usize,
    ends: usize,
    /// Length of the byte order mark.
    skipped: usize,
    reader: ::csv::Reader<&'a [u8]>,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str) -> Self {
        let skipped = if text.as_bytes().starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let reader =
            ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&text.as_bytes()[skipped..]);
        Rows { text, counted: 0, ends: 0, skipped, reader }
    }
}

impl Iterator for Rows<'_> {
    type Item = (Place, StringRecord);

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = StringRecord::new();
        // Reading UTF-8 from memory with any number of cells cannot fail.
        if !self.reader.read_record(&mut record).unwrap_or(false) {
            return None;
        }
        let at = self.skipped + record.position().map_or(0, |position| position.byte() as usize);
        // The reader's position is before the line ends that it passes over.
        let bytes = self.text.as_bytes();
        let start = at + bytes[at..].iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        self.ends += bytes[self.counted..start].iter().filter(|&&b| b == b'\n').count();
        self.counted = start;
        Some((Place { line: 1 + self.ends, start, column: 0 }, record))
    }
}

/// The text of a table, to find places in it.
#[derive(Clone, Copy)]
pub struct File<'a> {
    text: &'a str,
}

impl File<'_> {
    /// The bytes of a cell, with its quotes and without the blanks around it.
    fn cell(&self, place: Place) -> Range<usize> {
        let bytes = self.text.as_bytes();
        let (mut start, mut column, mut quoted, mut at) = (place.start, 0, false, place.start);
        while at < bytes.len() {
            match bytes[at] {
                // Within quotes, two stand for one; a quote inside an unquoted cell is a letter.
                b'"' if quoted && bytes.get(at + 1) == Some(&b'"') => at += 1,
                b'"' if quoted || at == start => quoted = !quoted,
                b',' if !quoted => {
                    if column == place.column {
                        break;
                    }
                    column += 1;
                    start = at + 1;
                }
                b'\n' | b'\r' if !quoted => break,
                _ => {}
            }
            at += 1;
        }
        let cell = &self.text[start..at];
        let start = start + (cell.len() - cell.trim_start().len());
        start..start + cell.trim().len()
    }

    /// The bytes of the line that a cell is in.
    fn row(&self, Place { start, .. }: Place) -> Range<usize> {
        let length = self.text[start..].find(['\n', '\r']).unwrap_or(self.text.len() - start);
        start..start + length
    }

    /// A problem of one cell.
    fn problem(&self, place: Place, column: &str, message: impl Into<String>) -> TableProblem {
        TableProblem::new(place.line, Some(self.cell(place)), message).column(column)
    }
}

/// What follows the header, while it is read.
struct Body<'a> {
    file: File<'a>,
    names: &'a [String],
    columns: &'a Columns,
    limits: &'a TableLimits,
    problems: Vec<TableProblem>,
    /// How many there are, also those that are not kept.
    count: usize,
}

impl Body<'_> {
    fn read(mut self, rows: Rows, settings: &DataSettings) -> Result<Read, DataProblems> {
        let width = self.columns.features.len();
        let mut features: Vec<f64> = Vec::new();
        let mut targets: Vec<TargetCell> = Vec::new();
        // For each feature: in how many rows it is text, and where first.
        let mut texts: Vec<(usize, Option<Place>)> = vec![(0, None); width];
        let mut count = 0;
        for (place, record) in rows {
            if count == self.limits.rows {
                self.note(TableProblem::new(
                    place.line,
                    None,
                    format!("the table has more than {count} rows"),
                ));
                break;
            }
            count += 1;
            if record.len() != self.names.len() {
                let problem = self.ragged(place, &record);
                self.note(problem);
                continue;
            }
            for (&column, text) in self.columns.features.iter().zip(&mut texts) {
                let place = Place { column, ..place };
                match number(&record[column]) {
                    Ok(value) => features.push(value),
                    Err(Fault::Text) => {
                        text.0 += 1;
                        text.1.get_or_insert(place);
                        self.note_fault(place, &record[column], Fault::Text);
                    }
                    Err(fault) => self.note_fault(place, &record[column], fault),
                }
            }
            let place = Place { column: self.columns.target, ..place };
            match &record[self.columns.target] {
                cell if is_missing(cell) => self.note_fault(place, cell, Fault::Missing),
                cell => targets.push(TargetCell { text: cell.trim().to_owned(), place }),
            }
        }
        if count == 0 {
            self.note(
                TableProblem::new(1, None, "the table has a header line but no rows")
                    .expected("at least one row"),
            );
        }
        self.gather_text_columns(&texts, count);
        let target = decide(&self.file, &self.names[self.columns.target], targets, settings.task);
        match target {
            Ok(target) if self.problems.is_empty() => Ok(Read {
                features: Features::F64(
                    Array2::from_shape_vec((count, width), features).expect("a number for every cell"),
                ),
                feature_names: self.columns.features.iter().map(|&c| self.names[c].clone()).collect(),
                target,
                image: None,
                warnings: Vec::new(),
            }),
            Ok(_) => Err(self.finish()),
            Err(problems) => {
                // With faulty cells left out, what the target says about itself could mislead.
                if self.problems.is_empty() {
                    problems.into_iter().for_each(|problem| self.note(problem));
                }
                Err(self.finish())
            }
        }
    }

    fn note(&mut self, problem: TableProblem) {
        self.count += 1;
        // More than are shown, because some may be gathered into one.
        if self.problems.len() < 50 * MAX_SHOWN {
            self.problems.push(problem);
        }
    }

    fn note_fault(&mut self, place: Place, cell: &str, fault: Fault) {
        if self.problems.len() < 50 * MAX_SHOWN {
            let name = &self.names[place.column];
            let problem = fault.problem(&self.file, place, name, cell.trim());
            self.note(problem);
        } else {
            self.count += 1;
        }
    }

    fn ragged(&self, place: Place, record: &StringRecord) -> TableProblem {
        let (cells, wanted) = (record.len(), self.names.len());
        let cells_are = if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") };
        let problem = TableProblem::new(
            place.line,
            Some(self.file.row(place)),
            format!("this row has {cells_are}, the header has {wanted}"),
        )
        .expected(format!("{wanted} cells"));
        if record.iter().any(|cell| cell.contains('\n')) {
            problem.hint("a quote (\") may be left open in this row")
        } else if cells > wanted {
            problem.hint("a cell that holds a comma is written in quotes: \"1,5\"")
        } else {
            problem
        }
    }

    /// A column that is text in every row is one problem, not one a row.
    fn gather_text_columns(&mut self, texts: &[(usize, Option<Place>)], rows: usize) {
        for (&column, &(count, first)) in self.columns.features.iter().zip(texts) {
            let Some(first) = first.filter(|_| count > 1 && count == rows) else { continue };
            let name = &self.names[column];
            self.problems.retain(|problem| problem.column.as_ref() != Some(name));
            self.count -= count;
            let problem = self
                .file
                .problem(first, name, format!("column `{name}` is text in every row"))
                .expected("numbers")
                .hint("leave the column out: list the others under `features`");
            self.count += 1;
            self.problems.insert(0, problem);
        }
    }

    fn finish(mut self) -> DataProblems {
        self.problems.sort_by_key(|p| (p.line, p.range.as_ref().map(|range| range.start)));
        self.problems.truncate(MAX_SHOWN);
        let more = self.count - self.problems.len();
        if more > 0 {
            let line = self.problems.last().map_or(1, |problem| problem.line);
            self.problems.push(TableProblem::new(
                line,
                None,
                format!("and {more} more problems in this table"),
            ));
        }
        DataProblems { settings: Vec::new(), table: self.problems }
    }
}

/// Why a cell is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Missing,
    Text,
    NotFinite,
    TooLarge,
}

impl Fault {
    fn problem(self, file: &File, place: Place, name: &str, cell: &str) -> TableProblem {
        let shown: String = cell.chars().take(40).collect();
        match self {
            Fault::Missing => file
                .problem(place, name, format!("`{name}` has no value"))
                .expected("a value")
                .hint("fill the cell in, or remove the row"),
            Fault::Text => {
                let problem =
                    file.problem(place, name, format!("`{shown}` is not a number")).expected("a number");
                match number(&cell.replacen(',', ".", 1)) {
                    Ok(_) => problem.hint("write decimals with a point"),
                    Err(_) => problem,
                }
            }
            Fault::NotFinite => file
                .problem(place, name, format!("`{shown}` is not a finite number"))
                .expected("a finite number"),
            Fault::TooLarge => file
                .problem(place, name, format!("`{shown}` is too large"))
                .expected(format!("a number between -{MAX_MAGNITUDE:e} and {MAX_MAGNITUDE:e}")),
        }
    }
}

/// What people write into a cell that has no value.
fn is_missing(cell: &str) -> bool {
    let cell = cell.trim();
    ["", "na", "n/a", "nan", "null", "none", "?", "-"]
        .iter()
        .any(|missing| cell.eq_ignore_ascii_case(missing))
}

/// The number in a cell; -0 becomes 0.
pub fn number(cell: &str) -> Result<f64, Fault> {
    let cell = cell.trim();
    match cell.parse::<f64>() {
        // Most cells: nothing else is asked of them.
        Ok(value) if value.abs() <= MAX_MAGNITUDE => Ok(value + 0.0),
        // "nan" parses.
        _ if is_missing(cell) => Err(Fault::Missing),
        // "inf" parses, and so does 1e999, to the same value.
        Ok(value) if !value.is_finite() && !cell.bytes().any(|b| b.is_ascii_digit()) => Err(Fault::NotFinite),
        Ok(_) => Err(Fault::TooLarge),
        Err(_) => Err(Fault::Text),
    }
}

#[cfg(test)]
mod tests;
