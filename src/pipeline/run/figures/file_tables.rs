//! The files that figures are drawn from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::{self, TableLimits, TableProblem};
use crate::diagnostic::Diagnostic;
use crate::figure::{self, FileTable};
use crate::files;
use crate::lesson::Lesson;
use crate::pipeline::run::totals::Work;
use crate::store::cache::Sum;

/// The most bytes of a file that a figure is drawn from.
const MOST_BYTES: u64 = 16 << 20;
/// The most cells of such a file, and bytes that each holds.
const MOST_CELLS: usize = 1_000_000;
const CELL: f64 = 60.0;

/// The files that figures are drawn from, each read once.
pub(super) struct Tables<'c> {
    /// The lessons folder.
    root: &'c Path,
    known: BTreeMap<PathBuf, (Arc<FileTable>, Sum)>,
}

impl<'c> Tables<'c> {
    pub(super) fn new(root: &'c Path) -> Self {
        Tables { root, known: BTreeMap::new() }
    }

    /// Returns a file's table, which `work` holds once for all figures.
    pub(super) fn read(
        &mut self,
        lesson: &Lesson,
        file: &figure::Written,
        work: &mut Work,
    ) -> Result<(Arc<FileTable>, Sum), Diagnostic> {
        let folder = Path::new(&lesson.below).parent().unwrap_or(Path::new(""));
        let path = folder.join(&file.text);
        if let Some((table, sum)) = self.known.get(&path) {
            return Ok((table.clone(), *sum));
        }
        let wrong = |label: String| {
            Diagnostic::error(format!("cannot read the file `{}`", file.text), file.span).label(label)
        };
        let bytes = files::read(self.root, &path, MOST_BYTES).map_err(|refusal| {
            let why = files::refused(self.root, &path, &refusal);
            wrong(why).hint("the path is relative to the lesson, inside the lessons folder")
        })?;
        let sum = Sum::of(&bytes);
        let table = Arc::new(table(&bytes).map_err(|problem| {
            let error = wrong(problem.to_string());
            problem.hint.into_iter().fold(error, Diagnostic::hint)
        })?);
        work.hold(bytes.len() as f64 + CELL * (table.rows.len() * table.columns.len()) as f64);
        self.known.insert(path, (table.clone(), sum));
        Ok((table, sum))
    }
}

/// Reads a table as those of data are read; returns the first of what is wrong with it.
fn table(bytes: &[u8]) -> Result<FileTable, TableProblem> {
    let limits =
        TableLimits { bytes: MOST_BYTES as usize, rows: figure::MOST_ROWS, ..TableLimits::default() };
    match data::texts(bytes, &limits, MOST_CELLS) {
        Ok(read) => Ok(FileTable { columns: read.columns, rows: read.rows }),
        Err(problems) => Err(problems.table.into_iter().next().expect("what is not read has a problem")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> FileTable {
        table(text.as_bytes()).unwrap()
    }

    fn wrong(text: &str) -> String {
        table(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn tables_of_other_programs_are_read() {
        assert_eq!(of("a,b\n1,\"x, y\"\n"), of("a;b\n1;x, y\n"));
        assert_eq!(of("a;b\n1,5;NA\n").rows, [["1.5", ""]]);
        assert_eq!(of("a\tb\n1\t2\n").columns, ["a", "b"]);
        assert_eq!(of("\u{feff}a,b\r\n?,\"?\"\r\n").rows, [["", "?"]]);
        assert_eq!(of(",b\n1,2\n").columns, ["", "b"]);
        let long = "a,b\n".to_owned() + &"1,2\n".repeat(figure::MOST_ROWS);
        assert_eq!(of(&long).rows.len(), figure::MOST_ROWS);
    }

    #[test]
    fn no_row_is_lost() {
        assert_eq!(wrong("a,b\n1\n"), "line 2: this row has 1 cell, the header has 2");
        assert_eq!(
            wrong("a,b\n1,\"x\n2,y\n3,\"z\n"),
            "line 2: this quote is closed on line 4, where text follows"
        );
        assert_eq!(wrong("a,b\n1,\"x\n2,y\n"), "line 2: this quote is never closed");
        assert_eq!(wrong("a,a\n1,2\n"), "line 1: there are two columns called `a`");
        assert_eq!(wrong(""), "line 1: the table has no header");
        assert_eq!(wrong("a,b\n"), "line 1: the table has a header line but no rows");
        for (cells, rows) in [(1, figure::MOST_ROWS), (10, MOST_CELLS / 10)] {
            let line = |cell: &str| {
                let cells: Vec<String> = (0..cells).map(|at| format!("{cell}{at}")).collect();
                cells.join(",") + "\n"
            };
            let text = line("c") + &line("1").repeat(rows + 1);
            assert_eq!(wrong(&text), format!("line {}: the table has more than {rows} rows", rows + 2));
        }
    }
}
