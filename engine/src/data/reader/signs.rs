//! Decimal commas and points in one table: there a point may part thousands, and `1.234` be more than a thousand.

use super::columns::Columns;
use super::gather::Alike;
use super::rows::{Place, Row};
use super::{File, TableProblem, near};

/// The signs that were seen in numbers so far.
#[derive(Default)]
pub(super) struct Signs {
    /// Whether some number has a decimal comma.
    comma: bool,
    /// Rows with a number whose point may part thousands.
    points: Alike,
}

impl Signs {
    /// Looks at the columns of a row that are used.
    pub(super) fn look(&mut self, file: &File, row: &Row, columns: &Columns) {
        if file.separator != super::Separator::Semicolon {
            return;
        }
        self.comma |= !row.with_comma.is_empty();
        let used = || columns.features.iter().copied().chain([columns.target]);
        let is_point =
            |column: &usize| !row.with_comma.contains(column) && near::may_be_thousands(&row.record[*column]);
        let Some(column) = used().find(is_point) else { return };
        let cell = row.record[column].trim();
        self.points.add(|| {
            let message = format!("`{cell}` has a point, and other numbers of the table a comma");
            TableProblem::new(row.place.line, Some(file.cell(Place { column, ..row.place })), message)
                .expected("decimals parted alike in all numbers")
                .hint(format!(
                    "write {}, or {} where the point parts decimals",
                    cell.replace('.', ""),
                    cell.replace('.', ",")
                ))
        });
    }

    /// Returns the problem of a table that has both.
    pub(super) fn mixed(self, rows: usize) -> Option<TableProblem> {
        let Signs { comma, points } = self;
        let what = "a number with a point, and others have a comma";
        let hint = "write numbers without signs between thousands, and decimals with a comma";
        points.gathered(rows, ["has", "have"], what, hint).filter(|_| comma)
    }
}
