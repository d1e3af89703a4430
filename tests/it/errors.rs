//! Every message that an author can cause, whole, in `tests/errors`.
//!
//! A case is a file: a sentence of what the author did, then the files of a course, each after a line
//! `=== PATH` (or `=== hex PATH`, with bytes as two hexadecimal digits each and text in quotes; or `=== link PATH`, with where a link
//! leads: such a case is skipped where links are not made as on Unix), then after `=== says` all that is
//! said about it, or after `=== says --untrusted` about a stranger's. `⟦300 times: |a⟧` stands for `|a` three hundred times, within
//! which `⟦n⟧` is 1, 2, 3 and so on. `GRADBOOK_ACCEPT=1 cargo test` rewrites what is said; look at the difference
//! before committing it.

use std::fmt::Write as _;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use gradbook::diagnostic::{Diagnostic, Sources};
use gradbook::pipeline::{self, Failure, Request, Silent};

use crate::fuzz::case;

/// What stands before the path of a link, which leads where its content says.
const LINK: &str = "link ";
const SAYS: &str = "says";
/// What follows it where the lessons are a stranger's.
const UNTRUSTED: &str = " --untrusted";

struct Case {
    about: String,
    /// Path and content.
    files: Vec<(String, Vec<u8>)>,
    untrusted: bool,
    says: String,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let (made, says) = text.split_once(&format!("=== {SAYS}")).unwrap_or((&text, "\n"));
        let (called, says) = says.split_once('\n').unwrap_or((says, ""));
        let made = repeated(made);
        let (about, files) = case::files(&made).expect("bytes are two hexadecimal digits");
        assert!(
            !files.is_empty(),
            "{}: a case needs a file, after a line `=== lessons/01-a.md`",
            path.display()
        );
        assert!(["", UNTRUSTED].contains(&called), "{}: `{SAYS}{called}`", path.display());
        Case { about: about.to_owned(), files, untrusted: called == UNTRUSTED, says: says.to_owned() }
    }

    /// Whether this system makes all of its files.
    fn can_be_made(&self) -> bool {
        cfg!(unix) || !self.files.iter().any(|(path, _)| path.starts_with(LINK))
    }

    /// What is said about the course, with paths as an author in its folder sees them.
    fn run(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in &self.files {
            let (name, is_link) = path.strip_prefix(LINK).map_or((path.as_str(), false), |name| (name, true));
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match is_link {
                true => link(str::from_utf8(content).unwrap().trim_end(), &path),
                false => fs::write(path, content).unwrap(),
            }
        }
        let root = folder.path().join("lessons");
        fs::create_dir_all(&root).unwrap();
        let request = Request { lessons: root, untrusted: self.untrusted, ..Request::default() };
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

    fn write(&self, path: &Path, says: &str) {
        let old = fs::read_to_string(path).unwrap();
        let kept = old.split(&format!("=== {SAYS}")).next().unwrap_or(&old).trim_end();
        let called = if self.untrusted { UNTRUSTED } else { "" };
        fs::write(path, format!("{kept}\n\n=== {SAYS}{called}\n{says}")).unwrap();
    }
}

/// Returns a text with every `⟦300 times: ...⟧` written out.
fn repeated(text: &str) -> String {
    let Some((before, rest)) = text.split_once('⟦') else { return text.to_owned() };
    let is_end = |&(place, _): &(usize, &str)| {
        let inside = &rest[..place];
        inside.matches('⟦').count() == inside.matches('⟧').count()
    };
    let (end, sign) = rest.match_indices('⟧').find(is_end).expect("each `⟦` is closed");
    let written = match rest[..end].split_once(" times: ") {
        Some((count, piece)) => {
            let piece = repeated(piece);
            let count: usize = count.parse().expect("a number of times");
            (1..=count).map(|n| piece.replace("⟦n⟧", &n.to_string())).collect()
        }
        // Of the piece around it.
        None => format!("⟦{}⟧", &rest[..end]),
    };
    before.to_owned() + &written + &repeated(&rest[end + sign.len()..])
}

#[cfg(unix)]
fn link(to: &str, path: &Path) {
    std::os::unix::fs::symlink(to, path).unwrap();
}

#[cfg(not(unix))]
fn link(_: &str, path: &Path) {
    unreachable!("cases with links are skipped: {}", path.display());
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
    let run = |path: &PathBuf| {
        assert!(path.extension().is_some_and(|extension| extension == "md"), "{} is no case", path.display());
        let case = Case::read(path);
        assert!(!case.about.trim().is_empty(), "{}: a case starts with what the author did", path.display());
        case.can_be_made().then(|| {
            let says = case.run();
            (path.clone(), case, says)
        })
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut cases = thread::scope(|scope| {
        let some = |first| paths.iter().skip(first).step_by(threads).filter_map(run).collect::<Vec<_>>();
        let spawned: Vec<_> = (0..threads).map(|first| scope.spawn(move || some(first))).collect();
        spawned.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    cases.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    for (path, case, says) in cases {
        if says.trim() == case.says.trim() {
            continue;
        }
        if accept {
            case.write(&path, &says);
        } else {
            writeln!(wrong, "{}\n--- expected\n{}\n--- said\n{says}", path.display(), case.says).unwrap();
        }
    }
    assert!(!paths.is_empty() && wrong.is_empty(), "{wrong}GRADBOOK_ACCEPT=1 accepts what is said");
}
