//! Lessons that nobody writes by accident: each has to be read, or refused, in a time that grows with its length.

use std::time::{Duration, Instant};

use gradbook::pipeline::{self, Failure, Request, Silent};

/// Bytes of each text: at five times as many, what is quadratic would take an hour.
const LENGTH: usize = 200_000;

/// A minute for what takes a second: machines are slow, and loaded.
const PATIENCE: Duration = Duration::from_mins(1);

const REPEATED: &[&str] = &[
    "$",
    "\\$",
    "$\\$",
    "$x$ ",
    "$\\nope$",
    "$x\n",
    "{{",
    "`{{ a }}` ",
    "`",
    "*a **b ",
    "_a",
    "www.a.b_",
    "~~a",
    "[",
    "[a](",
    "![a](a.png)",
    "[a](gone.md) ",
    "[a](javascript:x) ",
    "> ",
    "- ",
    "- [ ] a\n",
    "# a\n\n",
    "# a {#b}\n",
    "| a | b |\n| - | - |\n| c | d |\n\n",
    "[^a]",
    "[^a]: b\n\n",
    "[a]: b\n",
    "<!--",
    "<a>",
    "&#x41;",
    "```\n",
    "```yaml experiment\nkind: a\n```\n\n",
    "*_[$`<",
];

const YAML: &[&str] = &["[", "{a: ", "- ", "a: 1\n", "\"", "? ", "| \n", "&a ", "a"];

/// The time to read a course of one lesson; what is wrong with it is no matter.
fn read(lesson: &str) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("01-a.md"), lesson).unwrap();
    let start = Instant::now();
    let request = Request { lessons: folder.path().to_owned(), ..Request::default() };
    let read = pipeline::compute(&request, &Silent)
        .and_then(|computed| pipeline::assemble(&computed, &|_, _| false));
    if let Err(Failure::Course(found, sources)) = read {
        assert!(found.errors() <= 10_000, "nobody reads {} errors", found.errors());
        // As many as are shown, and all as they are listed for programs.
        found.iter().take(200).for_each(|diagnostic| drop(diagnostic.render(&sources, false)));
        found.iter().for_each(|diagnostic| drop(diagnostic.json(&sources)));
    }
    start.elapsed()
}

#[test]
fn no_text_takes_long() {
    for token in REPEATED {
        let text = token.repeat(LENGTH / token.len());
        let time = read(&format!("---\ntitle: A\n---\n\n{text}\n"));
        assert!(time < PATIENCE, "{token:?} took {time:?}");
    }
}

#[test]
fn no_settings_take_long() {
    for token in YAML {
        let text = token.repeat(LENGTH / token.len());
        for lesson in [
            format!("---\ntitle: A\n---\n\n```yaml experiment\n{text}\n```\n"),
            format!("---\ntitle: A\ndefaults: {text}\n---\n"),
        ] {
            let time = read(&lesson);
            assert!(time < PATIENCE, "{token:?} took {time:?}");
        }
    }
}
