//! The files that figures are drawn from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::Separator;
use crate::diagnostic::{Diagnostic, counted};
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
        let text = String::from_utf8(bytes).map_err(|_| wrong("it is no text in UTF-8".to_owned()))?;
        let text = files::without_mark(text);
        let table = Arc::new(table(&text).map_err(wrong)?);
        work.hold(text.len() as f64 + CELL * (table.rows.len() * table.columns.len()) as f64);
        self.known.insert(path, (table.clone(), sum));
        Ok((table, sum))
    }
}

/// Reads a table, whose cells are parted as those of data are.
fn table(text: &str) -> Result<FileTable, String> {
    let separator = Separator::of(text);
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator.byte()).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?;
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    if columns.iter().all(String::is_empty) {
        return Err("it has no header".to_owned());
    }
    let cell = |text: &str| match text.trim() {
        "NA" | "N/A" | "NaN" | "nan" | "null" | "None" => String::new(),
        text => separator.pointed(text).unwrap_or_else(|| text.to_owned()),
    };
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        if record.len() != columns.len() {
            let line = record.position().map_or(0, csv::Position::line);
            let cells = counted(record.len(), "cell");
            return Err(format!("line {line} has {cells}, the header {}", columns.len()));
        }
        if rows.len() == figure::MOST_ROWS || (rows.len() + 1) * columns.len() > MOST_CELLS {
            return Err(format!("expected at most {} rows and {MOST_CELLS} cells", figure::MOST_ROWS));
        }
        rows.push(record.iter().map(cell).collect());
    }
    if rows.is_empty() {
        return Err("it has no rows below its header".to_owned());
    }
    Ok(FileTable { columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_other_programs_are_read() {
        let of = |text: &str| table(text).unwrap();
        assert_eq!(of("a,b\n1,\"x, y\"\n"), of("a;b\n1;x, y\n"));
        assert_eq!(of("a;b\n1,5;NA\n").rows, [["1.5", ""]]);
        assert_eq!(of("a\tb\n1\t2\n").columns, ["a", "b"]);
        assert_eq!(table("a,b\n1\n").unwrap_err(), "line 2 has 1 cell, the header 2");
        assert!(table("").is_err() && table("a,b\n").is_err());
        assert_eq!(
            of(&("a,b\n".to_owned() + &"1,2\n".repeat(figure::MOST_ROWS))).rows.len(),
            figure::MOST_ROWS
        );
        for (cells, rows) in [("1", figure::MOST_ROWS + 1), (&*["1"; 10].join(","), MOST_CELLS / 10 + 1)] {
            let text = format!("{cells}\n").repeat(rows + 1);
            assert_eq!(table(&text).unwrap_err(), "expected at most 200000 rows and 1000000 cells");
        }
    }
}
