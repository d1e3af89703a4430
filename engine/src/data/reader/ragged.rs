//! Rows with more or fewer cells than the header, and others that all have the same problem.

use super::super::problem::TableProblem;
use super::gather::Alike;
use super::rows::{Row, Separator};
use super::{Body, MAX_SHOWN};

/// Rows with more or fewer cells than the header.
#[derive(Default)]
pub(super) struct Ragged {
    /// Those that have a comma at their end and are right without it.
    commas: Alike,
    /// How many others there are, and whether all of them have as many cells as the first.
    others: usize,
    cells: Option<usize>,
    differ: bool,
    /// Of the others, as many as may be shown.
    problems: Vec<TableProblem>,
}

impl Body<'_> {
    pub(super) fn note_ragged(&mut self, row: &Row) {
        let (place, cells, wanted) = (row.place, row.record.len(), self.names.len());
        let (text, mark) = (self.file.text, self.file.separator.name());
        let last = cells.saturating_sub(1);
        if cells == wanted + 1 && row.record[last].trim().is_empty() && !row.is_quoted(last) {
            self.ragged.commas.add(|| {
                let line = self.file.row(place);
                let end = line.start + text[line].trim_end().len();
                TableProblem::new(place.line, Some(end - 1..end), format!("this row ends with a {mark}"))
                    .expected(format!("{wanted} cells, as in the header"))
                    .hint(format!("remove the {mark} at the end"))
            });
            return;
        }
        self.ragged.others += 1;
        self.ragged.differ |= *self.ragged.cells.get_or_insert(cells) != cells;
        if self.ragged.problems.len() >= 50 * MAX_SHOWN {
            return;
        }
        let spanning = row.raw.iter().find(|cell| text[cell.range.clone()].contains('\n'));
        let range = spanning.map_or(self.file.row(place), |cell| cell.range.start..cell.range.start + 1);
        let line = row.line(text, range.start);
        let cells_are = if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") };
        let message = format!("this row has {cells_are}, the header has {wanted}");
        let problem = TableProblem::new(line, Some(range), message).expected(format!("{wanted} cells"));
        self.ragged.problems.push(if spanning.is_some() {
            problem.hint("a stray quote takes what follows into its cell, up to the next quote")
        } else if cells > wanted {
            problem.hint(match self.file.separator {
                Separator::Comma => "a cell that holds a comma is written in quotes: \"1,5\"",
                Separator::Semicolon => "a cell that holds a semicolon is written in quotes: \"a; b\"",
                Separator::Tab => "a cell that holds a tab is written in quotes",
            })
        } else {
            problem
        });
    }

    /// Gathers rows that end with a comma into one problem, and so all rows if they have as many cells as each other.
    pub(super) fn gather_ragged(&mut self, rows: usize) {
        let Ragged { commas, others, differ, problems, .. } = std::mem::take(&mut self.ragged);
        let mark = self.file.separator.name();
        let what = format!("with a {mark}, the header does not");
        let hint = format!("remove the {mark} at the end of each");
        let commas = commas.gathered(rows, ["ends", "end"], &what, &hint);
        commas.into_iter().for_each(|problem| self.note(problem));
        let unkept = others - problems.len();
        let mut problems = problems.into_iter();
        if others == rows && rows > 1 && !differ {
            let first = problems.next();
            let every = |problem: TableProblem| TableProblem {
                message: problem.message.replacen("this row", "every row", 1),
                ..problem
            };
            first.map(every).into_iter().for_each(|problem| self.note(problem));
        } else {
            problems.for_each(|problem| self.note(problem));
            self.count += unkept;
        }
    }
}
