//! Decimal commas and points in one table: there a point may part thousands, and `1.234` be more than a thousand.

use super::columns::Columns;
use super::gather::Alike;
use super::rows::{Place, Row};
use super::{File, TableProblem, near, number};
use crate::collections::{BTreeMap, BTreeSet};

/// The signs that were seen in numbers so far.
#[derive(Default)]
pub(super) struct Signs {
    /// Whether some number has a decimal comma.
    comma: bool,
    /// Columns with a number whose point cannot part thousands: there it parts decimals.
    decimal: BTreeSet<usize>,
    /// By its column, rows with a number whose point may part thousands.
    points: BTreeMap<usize, Alike>,
}

impl Signs {
    /// Looks at the columns of a row that are used.
    pub(super) fn look(&mut self, file: &File, row: &Row, columns: &Columns) {
        // A page's module reads tables that a build has read.
        if file.separator != super::Separator::Semicolon || !cfg!(feature = "complete") {
            return;
        }
        for column in columns.features.iter().copied().chain([columns.target]) {
            let cell = row.record[column].trim();
            if row.with_comma.contains(&column) {
                self.comma = true;
            } else if near::may_be_thousands(cell) {
                self.points.entry(column).or_default().add(|| {
                    let message = format!("`{cell}` has a point, and other numbers of the table a comma");
                    TableProblem::new(row.place.line, Some(file.cell(Place { column, ..row.place })), message)
                        .expected("decimals parted alike in all numbers")
                        .hint(format!(
                            "write {}, or {} where the point parts decimals",
                            cell.replace('.', ""),
                            cell.replace('.', ",")
                        ))
                });
            } else if cell.contains('.') && number(cell).is_ok() {
                self.decimal.insert(column);
            }
        }
    }

    /// Returns the problem of a table that has both, in its first such column.
    pub(super) fn mixed(self, rows: usize) -> Option<TableProblem> {
        let Signs { comma, decimal, points } = self;
        let what = "a number with a point, and others have a comma";
        let hint = "write numbers without signs between thousands, and decimals with a comma";
        let (_, points) = points.into_iter().find(|(column, _)| !decimal.contains(column))?;
        points.gathered(rows, ["has", "have"], what, hint).filter(|_| comma)
    }
}
