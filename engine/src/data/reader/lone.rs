//! A table that seems to have one column: what it may be instead.

use super::File;
use super::rows::{Row, cells};

/// Returns what to do about a file whose first line is one cell.
pub(super) fn advice(file: &File, header: &Row) -> Option<String> {
    // A page's module reads tables that a build has read.
    if !cfg!(feature = "complete") {
        return None;
    }
    let line = file.row(header.place);
    let (first, rest) = (file.text[line.clone()].trim(), &file.text[line.end..]);
    let second = rest.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if first.starts_with('#') {
        return Some("a table has no comments: remove the lines before its header".to_owned());
    }
    if first.starts_with('<') {
        return Some("this is a page of the web, not the table that it shows or links to".to_owned());
    }
    if first.starts_with("version https://git-lfs") {
        return Some(
            "this is what Git LFS keeps in the place of a file: `git lfs pull` fetches the file".to_owned(),
        );
    }
    let whole = header.is_quoted(0) && header.record[0].contains([',', ';', '\t']);
    if whole {
        return Some(
            "the quotes around the whole line make one cell of it: remove them from every line".to_owned(),
        );
    }
    for (mark, it_does) in [("|", "`|` does"), (" ", "blanks do")] {
        let parts = |line: &str| line.split(mark).filter(|part| !part.trim().is_empty()).count();
        if parts(first) > 1 && parts(first) == parts(second) {
            return Some(format!("commas, semicolons or tabs part cells, {it_does} not"));
        }
    }
    (cells(second, 0, file.separator).len() > 1)
        .then(|| "if the names of the columns stand further down, remove the lines before them".to_owned())
}
