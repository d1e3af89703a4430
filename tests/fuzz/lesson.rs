//! Whole lessons of a stranger, built as `--untrusted` does, and an oracle over their pages.

use super::course::{BLOCKS, build, fenced, folder, request, said, titled};
use super::{case, faults};

/// Builds a lesson, or a course where there is a line `=== PATH`. The characters U+0001 to U+0008 and U+000E each stand for an experiment of a
/// kind, so that what is changed at random still holds some that run. Returns whether there were pages.
pub(crate) fn lesson(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let mut text = text.into_owned();
    for (sign, block) in ('\u{1}'..='\u{8}').chain(['\u{e}']).zip(BLOCKS) {
        text = text.replace(sign, &fenced(block));
    }
    let mut files = match case::files(&text) {
        Some((_, files)) if !files.is_empty() => files,
        _ if text.starts_with("---") => vec![("lessons/a.md".to_owned(), text.into_bytes())],
        _ => vec![("lessons/a.md".to_owned(), titled(&text).into_bytes())],
    };
    files.retain(|(path, _)| path.starts_with("lessons/"));
    let folder = folder(files.iter().map(|(path, content)| (path.as_str(), content.as_slice())));
    match build(&request(&folder)) {
        Ok(made) => {
            for (path, markup) in &made {
                assert_eq!(faults(path, markup), [""; 0], "{path}:\n{markup}");
            }
            true
        }
        Err(failure) => {
            assert!(!said(&failure).is_empty(), "it is refused without a word");
            false
        }
    }
}
