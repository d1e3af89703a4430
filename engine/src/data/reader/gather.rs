//! The same mistake in many places is one problem.

use super::super::problem::{DataProblems, TableProblem};
use super::rows::Place;
use super::{Body, MAX_SHOWN, near};

/// Up to so many mistakes of one kind are shown each at its place.
const MAX_ALIKE: usize = 3;

/// Rows that all have the same problem, as when a program wrote them: how many there are, and the problem of the first.
#[derive(Default)]
pub(super) struct Alike {
    count: usize,
    first: Option<TableProblem>,
}

impl Alike {
    pub(super) fn add(&mut self, problem: impl FnOnce() -> TableProblem) {
        self.count += 1;
        self.first.get_or_insert_with(problem);
    }

    /// Returns the problem of the only row, or one for all: what is wrong with them, after the first word of what one and
    /// several do, and what to do about it.
    pub(super) fn gathered(
        self,
        rows: usize,
        [one, several]: [&str; 2],
        what: &str,
        hint: &str,
    ) -> Option<TableProblem> {
        let Alike { count, first } = self;
        let problem = first?;
        let which = match count {
            1 => return Some(problem),
            _ if count == rows => format!("every row {one}"),
            _ => format!("{count} rows {several}"),
        };
        Some(TableProblem { message: format!("{which} {what}"), ..problem }.hint(hint))
    }
}

impl Body<'_> {
    /// Notes what is wrong with so many rows whatever their cells mean.
    pub(super) fn gather_rows(&mut self, count: usize) {
        let blanks = std::mem::take(&mut self.indented).gathered(
            count,
            ["has", "have"],
            "a blank before a quote",
            "only as the first letter of a cell does a quote quote it: remove the blanks",
        );
        blanks.into_iter().for_each(|problem| self.note(problem));
        self.gather_ragged(count);
        let mixed = std::mem::take(&mut self.signs).mixed(count);
        mixed.into_iter().for_each(|problem| self.note(problem));
        if count == 0 {
            self.note(
                TableProblem::new(1, None, "the table has a header line but no rows")
                    .expected("at least one row"),
            );
        }
    }

    /// Gathers the problems of a column that is text in every row into one.
    pub(super) fn gather_text_columns(&mut self, texts: &[(usize, Option<Place>)], rows: usize) {
        let mut gathered = Vec::new();
        for (&column, &(count, first)) in self.columns.features.iter().zip(texts) {
            let Some(first) = first.filter(|_| count > 1 && count == rows) else { continue };
            let name = &self.names[column];
            self.problems.retain(|problem| problem.column.as_ref() != Some(name));
            self.count -= count;
            self.count += 1;
            // Each place is found from the start of its row.
            if gathered.len() == MAX_SHOWN {
                continue;
            }
            let advice = near::advice(&self.file.text[self.file.cell(first)].replace('"', ""));
            let problem = self
                .file
                .problem(first, name, format!("column `{name}` is text in every row"))
                .expected("numbers")
                .hint(advice.unwrap_or("leave the column out: list the others under `features`".to_owned()));
            gathered.push(problem);
        }
        self.problems.extend(gathered);
    }

    /// Gathers mistakes that differ in their row alone.
    fn gather_repeated(&mut self) {
        // A page's module reads tables that a build has read.
        if !cfg!(feature = "complete") {
            return;
        }
        let is_alike = |one: &TableProblem, other: &TableProblem| {
            one.message == other.message && one.column == other.column && one.hint == other.hint
        };
        // Of those that were not kept nobody knows which they are.
        let is_exact = self.count == self.problems.len();
        let all = std::mem::take(&mut self.problems);
        self.count -= all.len();
        for (at, problem) in all.iter().enumerate() {
            let more = all.iter().filter(|other| is_alike(problem, other)).count() - 1;
            if more < MAX_ALIKE {
                self.problems.push(problem.clone());
            } else if !all[..at].iter().any(|other| is_alike(problem, other)) {
                let others = if is_exact { format!("{more} more rows") } else { "other rows".to_owned() };
                let message = format!("{}, here and in {others}", problem.message);
                self.problems.push(TableProblem { message, ..problem.clone() });
            }
        }
        self.count += self.problems.len();
    }

    /// Returns what is wrong in the order of the file, up to as many as are shown.
    pub(super) fn finish(mut self) -> DataProblems {
        self.gather_repeated();
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
