//! What can be wrong with data: its settings, or the content of a table.

use std::error::Error;
use std::fmt;
use std::ops::Range;

use crate::problem::Problem;

/// Everything that is wrong with one data set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataProblems {
    /// Places in the settings, relative to `data`.
    pub settings: Vec<Problem>,
    /// Places in the author's table, in the order of the file.
    pub table: Vec<TableProblem>,
}

impl DataProblems {
    /// Returns whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.table.is_empty()
    }
}

impl fmt::Display for DataProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = self.settings.iter().map(Problem::to_string);
        let all: Vec<String> = settings.chain(self.table.iter().map(TableProblem::to_string)).collect();
        f.write_str(&all.join("; "))
    }
}

impl Error for DataProblems {}

impl From<Problem> for DataProblems {
    fn from(problem: Problem) -> Self {
        DataProblems { settings: vec![problem], table: Vec::new() }
    }
}

impl From<TableProblem> for DataProblems {
    fn from(problem: TableProblem) -> Self {
        DataProblems { settings: Vec::new(), table: vec![problem] }
    }
}

/// One thing that is wrong in a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableProblem {
    /// From 1; the header is line 1.
    pub line: usize,
    /// The name of the column, where one cell is at fault.
    pub column: Option<String>,
    /// The bytes of the file to underline (empty where a cell is empty); None for what has no place.
    pub range: Option<Range<usize>>,
    /// What is wrong.
    pub message: String,
    /// What was expected, said at the underlined place; may be empty.
    pub expected: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl Error for TableProblem {}

impl TableProblem {
    /// States what is wrong and where.
    pub fn new(line: usize, range: Option<Range<usize>>, message: impl Into<String>) -> Self {
        TableProblem {
            line,
            column: None,
            range,
            message: message.into(),
            expected: String::new(),
            hint: None,
        }
    }

    /// Names the column at fault.
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// States what was expected there.
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// Says what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
