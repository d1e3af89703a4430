//! Templates of an author's own.

use std::path::Path;

use gradbook::pipeline::Request;

use super::case;
use super::course::{BLOCKS, build, fenced, folder, request, said, titled};

/// Builds a small course with `lesson.html`, or with the files after lines `=== PATH`. Returns whether there were pages.
pub(crate) fn template(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let mut files = match case::files(&text) {
        Some((_, files)) if !files.is_empty() => files,
        _ => vec![("lesson.html".to_owned(), data.to_vec())],
    };
    files.iter_mut().for_each(|(path, _)| *path = format!("templates/{path}"));
    let lesson = titled(&format!("Text.\n\n{}", fenced(BLOCKS[8])));
    files.push(("lessons/a.md".to_owned(), lesson.into_bytes()));
    let folder = folder(files.iter().map(|(path, content)| (path.as_str(), content.as_slice())));
    let templates = folder.path().join("templates");
    let templates = Path::is_dir(&templates).then_some(templates);
    match build(&Request { untrusted: false, templates, ..request(&folder) }) {
        Ok(_) => true,
        Err(failure) => {
            assert!(!said(&failure).is_empty(), "it is refused without a word");
            false
        }
    }
}
