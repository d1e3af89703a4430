//! Settings: as YAML, as an experiment, as those of a course, as front matter.

use gradbook::diagnostic::Sources;
use gradbook::pipeline::{self, Failure, Request};
use gradbook::settings::{self, LineMap};

use super::course::{folder, request, said, titled};

/// Returns whether an experiment could run, or a course or lesson could be made with them.
pub(crate) fn settings(data: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(data) else { return false };
    parse(text);
    let plain = titled("Text.");
    // No line of the settings closes such a fence.
    let fence = "`".repeat(text.len().min(400) + 3);
    let block = titled(&format!("{fence}yaml experiment\n{text}\n{fence}"));
    let front = format!("---\n{text}\n---\n\nText.\n");
    let courses = [
        vec![("lessons/a.md", block.as_bytes())],
        vec![("lessons/a.md", plain.as_bytes()), ("lessons/gradbook.yaml", data)],
        vec![
            ("lessons/a.md", plain.as_bytes()),
            ("lessons/b/gradbook.yaml", data),
            ("lessons/b/a.md", plain.as_bytes()),
        ],
        vec![("lessons/a.md", front.as_bytes())],
    ];
    courses.into_iter().filter(|files| is_in_order(files)).count() > 0
}

fn parse(text: &str) {
    let mut sources = Sources::default();
    let source = sources.add("a.yaml", text);
    if let Err(errors) = settings::parse(text, &LineMap::contiguous(source, 0, text.len())) {
        assert!(!errors.is_empty());
        errors.iter().for_each(|error| drop(error.render(&sources, true)));
    }
}

fn is_in_order(files: &[(&str, &[u8])]) -> bool {
    let folder = folder(files.iter().copied());
    match pipeline::prepare(&Request { strict: false, ..request(&folder) }) {
        Ok(_) => true,
        Err(failure) => {
            assert!(!said(&failure).is_empty(), "it is refused without a word");
            assert!(matches!(failure, Failure::Course(..)), "{}", said(&failure));
            false
        }
    }
}
