//! The first law: the same settings give the same bits, whatever the CPU, the kernels' path, the build, and whatever
//! else is computed at the same time. `tests/spread.rs` spreads a single training over threads.
//!
//! Every case trains a small network (or computes something) that covers a technique, and comes down to a digest over
//! all weights and the whole history. The digests are committed in `equal_bits.txt`: a change that moves a bit must
//! say so by raising `gradbook_engine::REVISION`, which makes every cache forget what it holds, and changing that file
//! (`GRADBOOK_ACCEPT=1 cargo test -p gradbook-engine --test equal_bits`). A new case needs the second alone; so does one
//! that computes something else than before, once its old line is deleted.
//! `scripts/equal-bits` runs this same binary unoptimised, as a release, and on emulated CPUs; `scripts/wasm` computes the
//! same cases in WebAssembly.

mod cases;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cases::{Case, cases, lines};
use gradbook_engine::numeric::{self, Level};

const COMMITTED: &str = include_str!("../equal_bits.txt");

/// The digests of all cases, computed by several threads that take whatever case is next.
fn digests(cases: &[Case], threads: usize) -> BTreeMap<String, String> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let digest = (case.digest)();
                    found.lock().expect("no thread has panicked").insert(case.name.clone(), digest);
                }
            });
        }
    });
    found.into_inner().expect("no thread has panicked")
}

/// The digests by the names of their cases, of a file like the committed one.
fn by_name(lines: &str) -> BTreeMap<&str, &str> {
    let parts = lines.lines().filter_map(|line| line.split_once(' '));
    parts.filter(|(digest, _)| *digest != "revision").map(|(digest, name)| (name, digest)).collect()
}

/// The cases that were committed with another digest.
fn moved<'a>(committed: &str, digests: &'a BTreeMap<String, String>) -> Vec<&'a str> {
    let committed = by_name(committed);
    let differs = |(name, digest): &(&'a String, &String)| {
        committed.get(name.as_str()).is_some_and(|old| *old != **digest)
    };
    digests.iter().filter(differs).map(|(name, _)| name.as_str()).collect()
}

/// One test, since the kernels' path is a choice for the whole program.
#[test]
fn every_path_gives_the_committed_bits_however_many_cases_go_on_at_once() {
    let cases = cases();
    if std::env::var_os("GRADBOOK_ACCEPT").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/equal_bits.txt");
        let found = digests(&cases, 1);
        let same_revision = COMMITTED.starts_with(&format!("revision {}\n", gradbook_engine::REVISION));
        let moved = moved(COMMITTED, &found);
        assert!(
            moved.is_empty() || !same_revision,
            "raise `gradbook_engine::REVISION`: other bits for {moved:?}"
        );
        std::fs::write(path, lines(&found)).expect("the tests' folder can be written");
        return;
    }
    for level in Level::ALL {
        if let Err(missing) = numeric::force(level) {
            println!("{missing}");
            continue;
        }
        for threads in [1, 2, 7] {
            let found = lines(&digests(&cases, threads));
            let missing = |all: &str, line: &str| all.lines().all(|known| known != line);
            let new = found.lines().filter(|line| missing(COMMITTED, line)).map(|line| format!("+ {line}"));
            let old = COMMITTED.lines().filter(|line| missing(&found, line)).map(|line| format!("- {line}"));
            let moved: Vec<String> = old.chain(new).collect();
            assert!(moved.is_empty(), "{level:?}, {threads} threads:\n{}", moved.join("\n"));
            println!("{level:?}, {threads} threads: {} digests are the committed ones", cases.len());
        }
    }
}

#[test]
fn a_digest_that_moved_is_told_from_one_that_is_new() {
    let found = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
    assert_eq!(moved("revision 1\n1 a\n", &found), [""; 0]);
    assert_eq!(moved("revision 1\n1 a\n3 b\n", &found), ["b"]);
}

/// A case that cannot be told from another proves nothing.
#[test]
fn no_two_cases_have_one_digest() {
    // two names of one initializer
    let synonyms = ["initializer lecun", "initializer xavier"];
    let mut cases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, digest) in by_name(COMMITTED) {
        cases.entry(digest).or_default().push(name);
    }
    cases.retain(|_, names| names.len() > 1);
    assert_eq!(cases.into_values().collect::<Vec<_>>(), [synonyms]);
}
