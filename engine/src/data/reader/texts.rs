//! A table whose cells are texts, for who draws them: its rows are held to what those of data are.

use super::super::problem::{DataProblems, TableProblem};
use super::columns::{self, Columns};
use super::missing::Missing;
use super::rows::{Row, Rows};
use super::{Body, File, Separator, TableLimits, text};

/// The cells of a table: numbers with a decimal point, and nothing where a value is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    /// The names of the columns; a column may have none.
    pub columns: Vec<String>,
    /// As many cells each as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// Reads a table of at most so many cells.
///
/// # Errors
/// What is wrong with the table, each at its place.
pub fn texts(bytes: &[u8], limits: &TableLimits, cells: usize) -> Result<Texts, DataProblems> {
    let text = text(bytes, limits)?;
    let file = File { text, separator: Separator::of(text) };
    let mut rows = Rows::new(text, file.separator);
    let missing = Missing::new(None);
    let names = match rows.next() {
        Some(header) => columns::names(&file, &header, &missing)?,
        None => Vec::new(),
    };
    if names.iter().all(String::is_empty) {
        return Err(TableProblem::new(1, None, "the table has no header")
            .expected("the names of the columns")
            .into());
    }
    let most = limits.rows.min(cells / names.len());
    let columns = Columns { target: 0, features: (1..names.len()).collect() };
    let limits = TableLimits { rows: most, ..*limits };
    Body::new(file, &names, &columns, &missing, &limits).texts(rows)
}

impl Body<'_> {
    fn texts(mut self, rows: Rows) -> Result<Texts, DataProblems> {
        let mut texts = Vec::new();
        let mut count = 0;
        for row in rows {
            if count == self.limits.rows {
                let message = format!("the table has more than {count} rows");
                let problem = TableProblem::new(row.place.line, None, message);
                self.note(problem.expected(format!("at most {count} rows of {} cells", self.names.len())));
                break;
            }
            count += 1;
            if self.is_sound(&row) {
                texts.push((0..self.names.len()).map(|column| self.cell_text(&row, column)).collect());
            }
        }
        self.gather_rows(count);
        match self.problems.is_empty() {
            true => Ok(Texts { columns: self.names.to_vec(), rows: texts }),
            false => Err(self.finish()),
        }
    }

    fn cell_text(&self, row: &Row, column: usize) -> String {
        let cell = row.record[column].trim();
        if !row.is_quoted(column) && self.missing.has(cell) { String::new() } else { cell.to_owned() }
    }
}
