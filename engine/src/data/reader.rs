//! Reads a table from the bytes of a CSV file: a header line, numeric features, one target.
//!
//! All that is wrong is collected, each with the bytes of its cell, up to [`MAX_SHOWN`].

use std::ops::Range;

use ndarray::Array2;

use super::dataset::TargetColumn;
use super::features::Features;
use super::problem::{DataProblems, TableProblem};
use super::settings::{DataSettings, Task};
use crate::problem::Problem;
use columns::Columns;
use gather::Alike;
use missing::Missing;
use number::{Fault, number};
use ragged::Ragged;
pub use rows::Separator;
use rows::{Place, Quoting, Row, Rows, each_cell};
use signs::Signs;
pub(super) use target::{MAX_CLASSES, are_few_whole, too_narrow};
use target::{TargetCell, decide};
pub use texts::{Texts, texts};

mod columns;
mod gather;
mod lone;
mod missing;
mod near;
mod number;
mod ragged;
mod rows;
mod signs;
mod swallowed;
mod target;
mod texts;

/// How many problems of one table are shown.
const MAX_SHOWN: usize = 20;

/// How large a table or an array may be. Checked before memory is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableLimits {
    /// Of a CSV file.
    pub bytes: usize,
    /// Of an IDX, NPY or NPZ file, unpacked.
    pub array_bytes: usize,
    /// The most rows.
    pub rows: usize,
    /// The most columns.
    pub columns: usize,
}

impl Default for TableLimits {
    /// Allows 64 MiB (256 MiB of an array), a million rows, ten thousand columns.
    fn default() -> Self {
        TableLimits { bytes: 64 << 20, array_bytes: 256 << 20, rows: 1_000_000, columns: 10_000 }
    }
}

/// A table as read.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub features: Features,
    pub feature_names: Vec<String>,
    pub target: TargetColumn,
    /// Height and width where the file says that a row is a picture.
    pub image: Option<(usize, usize)>,
    /// What is odd, but may be meant.
    pub warnings: Vec<Problem>,
}

/// Reads a table; `settings` say which columns are used and how the target is understood.
pub(super) fn read(
    bytes: &[u8],
    settings: &DataSettings,
    limits: &TableLimits,
) -> Result<Read, DataProblems> {
    let text = text(bytes, limits)?;
    let file = File { text, separator: Separator::of(text) };
    let mut rows = Rows::new(text, file.separator);
    let Some(header) = rows.next() else {
        return Err(TableProblem::new(1, None, "the table is empty")
            .expected("a header line and at least one row")
            .into());
    };
    let missing = Missing::new(settings.missing.as_deref());
    let names = columns::header(&file, &header, &missing, settings, limits)?;
    let columns = Columns::choose(&names, settings)?;
    let read = Body::new(file, &names, &columns, &missing, limits).read(rows, settings)?;
    // A page's module reads tables that a build has read.
    if !cfg!(feature = "complete") {
        return Ok(read);
    }
    let doubtful = columns::doubtful(&read, &names[columns.target], settings);
    let alike = columns::alike_classes(&read);
    let warnings = doubtful.into_iter().chain(alike).chain(read.warnings).collect();
    Ok(Read { warnings, ..read })
}

/// Returns the text of a file, if it is small enough and UTF-8. A byte order mark stays in, so that places are
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

/// The text of a table, to find places in it.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    text: &'a str,
    separator: Separator,
}

impl File<'_> {
    /// Returns the bytes of a cell, with its quotes and without the blanks around it.
    fn cell(&self, place: Place) -> Range<usize> {
        let found = each_cell(self.text, place.start, self.separator).nth(place.column);
        let range = found.map_or(place.start..place.start, |cell| cell.range);
        let cell = &self.text[range.clone()];
        let start = range.start + (cell.len() - cell.trim_start().len());
        start..start + cell.trim().len()
    }

    /// Returns the bytes of the line that a cell is in.
    fn row(&self, Place { start, .. }: Place) -> Range<usize> {
        let length = self.text[start..].find(['\n', '\r']).unwrap_or(self.text.len() - start);
        start..start + length
    }

    /// Returns a problem of one cell.
    fn problem(&self, place: Place, column: &str, message: impl Into<String>) -> TableProblem {
        TableProblem::new(place.line, Some(self.cell(place)), message).column(column)
    }
}

/// What follows the header, while it is read.
struct Body<'a> {
    file: File<'a>,
    names: &'a [String],
    columns: &'a Columns,
    missing: &'a Missing,
    limits: &'a TableLimits,
    problems: Vec<TableProblem>,
    /// How many there are, also those that are not kept.
    count: usize,
    /// Rows with a blank before a quote.
    indented: Alike,
    signs: Signs,
    ragged: Ragged,
    /// Lines of quoted cells that may hold rows as well as text, and how many rows.
    doubtful: Vec<(usize, usize)>,
}

impl<'a> Body<'a> {
    fn new(
        file: File<'a>,
        names: &'a [String],
        columns: &'a Columns,
        missing: &'a Missing,
        limits: &'a TableLimits,
    ) -> Self {
        Body {
            file,
            names,
            columns,
            missing,
            limits,
            problems: Vec::new(),
            count: 0,
            indented: Alike::default(),
            signs: Signs::default(),
            ragged: Ragged::default(),
            doubtful: Vec::new(),
        }
    }

    /// Notes what is wrong with a row whatever its cells mean; returns whether nothing is.
    fn is_sound(&mut self, row: &Row) -> bool {
        match row.stray_quote(self.file.text, self.missing) {
            Some((Quoting::Indented, problem)) => {
                self.indented.add(|| problem);
                return false;
            }
            Some((_, problem)) => {
                self.note(problem);
                return false;
            }
            None => self.doubtful.extend(row.doubtful_quote(self.file.text, self.missing)),
        }
        if row.is_blank() && self.names.len() > 1 {
            let place = self.file.row(row.place);
            let problem = TableProblem::new(row.place.line, Some(place), "this row is empty");
            self.note(problem.expected("values").hint("remove it"));
            return false;
        }
        if row.record.len() != self.names.len() {
            self.note_ragged(row);
            return false;
        }
        self.signs.look(&self.file, row, self.columns);
        true
    }

    fn read(mut self, rows: Rows, settings: &DataSettings) -> Result<Read, DataProblems> {
        let width = self.columns.features.len();
        // Room for all at once: a list that grows holds its numbers twice while it does. Each number has a digit and a separator.
        let lines = self.file.text.lines().filter(|line| !line.is_empty()).count().min(self.limits.rows);
        let mut features: Vec<f64> =
            Vec::with_capacity(lines.saturating_mul(width).min(self.file.text.len() / 2));
        let mut targets: Vec<TargetCell> = Vec::with_capacity(lines);
        // For each feature: in how many rows it is text, and where first.
        let mut texts: Vec<(usize, Option<Place>)> = vec![(0, None); width];
        let mut count = 0;
        for row in rows {
            let Row { place, record, .. } = &row;
            if count == self.limits.rows {
                let message = format!("the table has more than {count} rows");
                let problem = TableProblem::new(place.line, None, message);
                self.note(problem.expected(format!("at most {count}, by `limits`")));
                break;
            }
            count += 1;
            if !self.is_sound(&row) {
                continue;
            }
            for (&column, text) in self.columns.features.iter().zip(&mut texts) {
                match self.number(&row, column) {
                    Ok(value) => features.push(value),
                    Err(fault) => {
                        let place = Place { column, ..*place };
                        if matches!(fault, Fault::Text) {
                            text.0 += 1;
                            text.1.get_or_insert(place);
                        }
                        self.note_fault(place, &record[column], fault);
                    }
                }
            }
            let column = self.columns.target;
            let (place, cell) = (Place { column, ..*place }, record[column].trim());
            if !row.is_quoted(column) && self.missing.has(cell) {
                let no_class = !cell.is_empty() && settings.task != Some(Task::Number);
                self.note_fault(place, cell, if no_class { Fault::NoClass } else { Fault::Missing });
            } else if cell.is_empty() {
                self.note_fault(place, cell, Fault::Empty);
            } else {
                targets.push(TargetCell { text: cell.to_owned(), place });
            }
        }
        self.gather_rows(count);
        // A page's module reads tables that a build has read.
        if cfg!(feature = "complete") {
            self.gather_text_columns(&texts, count);
        }
        let target = decide(&self.file, &self.names[self.columns.target], &targets, settings.task);
        match target {
            Ok(target) if self.problems.is_empty() => Ok(Read {
                features: Features::F64(
                    Array2::from_shape_vec((count, width), features).expect("a number for every cell"),
                ),
                feature_names: self.columns.features.iter().map(|&c| self.names[c].clone()).collect(),
                target,
                image: None,
                warnings: self.doubt().into_iter().collect(),
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

    /// Returns what is odd about quoted cells that may hold rows.
    fn doubt(&self) -> Option<Problem> {
        let (line, rows) = self.doubtful.first()?;
        let more = match self.doubtful.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more such cells)"),
        };
        let message =
            format!("the quoted cell on line {line} holds {rows} lines that may be rows of the table{more}");
        let problem = Problem::new("file", message).expected("text of several lines");
        Some(problem.hint("if a stray quote took rows into the cell, remove it and the one that closes it"))
    }

    fn note(&mut self, problem: TableProblem) {
        self.count += 1;
        // More than are shown, because some may be gathered into one.
        if self.problems.len() < 50 * MAX_SHOWN {
            self.problems.push(problem);
        }
    }

    fn note_fault(&mut self, place: Place, cell: &str, fault: Fault) {
        // Each place is found from the start of its row. Of those that are far from it, no more are kept than are shown.
        const FAR: usize = 1 << 16;
        let is_far = |problem: &&TableProblem| {
            let start = problem.range.as_ref().map_or(0, |range| range.start);
            start.saturating_sub(place.start) > FAR
        };
        let of_row = self.problems.iter().rev().take_while(|problem| problem.line == place.line);
        if self.problems.len() < 50 * MAX_SHOWN && of_row.filter(is_far).take(MAX_SHOWN).count() < MAX_SHOWN {
            let name = &self.names[place.column];
            let problem = fault.problem(&self.file, place, name, cell.trim());
            self.note(problem);
        } else {
            self.count += 1;
        }
    }

    /// Returns the number in a cell of a feature.
    fn number(&self, row: &Row, column: usize) -> Result<f64, Fault> {
        let cell = &row.record[column];
        match number(cell) {
            // Most cells: nothing else is asked of them.
            Ok(value) if !self.missing.has_number(value) => Ok(value),
            _ if !row.is_quoted(column) && self.missing.has(cell) => Err(Fault::Missing),
            Err(Fault::Text) if cell.trim().is_empty() => Err(Fault::Empty),
            number => number,
        }
    }
}

#[cfg(test)]
mod tests;
