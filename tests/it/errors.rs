//! Every message that an author can cause, whole, in `tests/errors`.
//!
//! A case is a file: a sentence of what the author did, then the files of a course, each after a line
//! `=== PATH` (or `=== hex PATH`, with bytes as two hexadecimal digits each and text in quotes), then after `=== says` all that is said about it. `GRADBOOK_ACCEPT=1 cargo test` rewrites what
//! is said; look at the difference before committing it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use gradbook::diagnostic::{Diagnostic, Sources};
use gradbook::pipeline::{self, Failure, Request, Silent};

use crate::fuzz::case;

const SAYS: &str = "says";

struct Case {
    about: String,
    /// Path and content.
    files: Vec<(String, Vec<u8>)>,
    says: String,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let (about, mut files) = case::files(&text).expect("bytes are two hexadecimal digits");
        let says = files.iter().position(|(name, _)| name == SAYS).map(|place| files.remove(place).1);
        let says = String::from_utf8(says.unwrap_or_default()).unwrap();
        assert!(
            !files.is_empty(),
            "{}: a case needs a file, after a line `=== lessons/01-a.md`",
            path.display()
        );
        Case { about: about.to_owned(), files, says }
    }

    /// What is said about the course, with paths as an author in its folder sees them.
    fn run(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in &self.files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let root = folder.path().join("lessons");
        fs::create_dir_all(&root).unwrap();
        let request = Request { lessons: root, ..Request::default() };
        let said = match pipeline::compute(&request, &Silent).and_then(|computed| {
            pipeline::assemble(&computed, &|_, _| false)?;
            Ok(shown(computed.found.iter(), computed.sources()))
        }) {
            Ok(said) => said,
            Err(Failure::Course(found, sources)) => shown(found.iter(), &sources),
            Err(Failure::Machine(fault)) => format!("{fault}\n"),
        };
        said.replace(&format!("{}/", folder.path().display()), "")
    }

    fn write(path: &Path, says: &str) {
        let old = fs::read_to_string(path).unwrap();
        let kept = old.split(&format!("=== {SAYS}\n")).next().unwrap_or(&old);
        fs::write(path, format!("{}\n\n=== {SAYS}\n{says}", kept.trim_end())).unwrap();
    }
}

fn shown<'a>(diagnostics: impl Iterator<Item = &'a Diagnostic>, sources: &Sources) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        writeln!(text, "{}\n", diagnostic.render(sources, false)).unwrap();
    }
    format!("{}\n", text.trim_end())
}

#[test]
fn every_message_is_said_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let accept = std::env::var_os("GRADBOOK_ACCEPT").is_some();
    let mut wrong = String::new();
    for path in &paths {
        assert!(path.extension().is_some_and(|extension| extension == "md"), "{} is no case", path.display());
        let case = Case::read(path);
        assert!(!case.about.trim().is_empty(), "{}: a case starts with what the author did", path.display());
        let says = case.run();
        if says.trim() == case.says.trim() {
            continue;
        }
        if accept {
            Case::write(path, &says);
        } else {
            writeln!(wrong, "{}\n--- expected\n{}\n--- said\n{says}", path.display(), case.says).unwrap();
        }
    }
    assert!(!paths.is_empty() && wrong.is_empty(), "{wrong}GRADBOOK_ACCEPT=1 accepts what is said");
}
