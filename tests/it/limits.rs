//! What the owner of a machine allows, what a course comes to as a whole, and what of its names reaches a terminal.

use crate::course::{Called, Course};

const WAYS: &str = "```yaml experiment\nkind: optimizers\nid: ways\ndata: {name: moons, samples: 60}\n\
    training: {epochs: 4}\ncompare: [sgd, adam]\n```";

/// The program refuses the course, and says so.
fn refused(called: &Called, parts: &[&str]) {
    assert_eq!(called.status, 1, "{}{}", called.output, called.error);
    for part in parts {
        assert!(called.error.contains(part), "no {part} in\n{}", called.error);
    }
}

#[test]
fn a_course_lowers_the_owners_limits_and_raises_none() {
    let course = Course::with("a.md", WAYS)
        .file("lessons/gradbook.yaml", b"title: C\nlimits: {rows: 1000}\n")
        .file("owner.yaml", b"rows: 50\ncourse: {time: 1h}\n");
    for command in ["build", "check", "plan", "verify"] {
        let called = course.call(&[command, "--limits", "owner.yaml"]);
        refused(&called, &["60 rows, where 50 are allowed", "`--limits FILE`"]);
    }
    refused(&course.call(&["run", "lessons/a.md", "--limits", "owner.yaml"]), &["60 rows, where 50"]);
    assert_eq!(course.call(&["plan"]).status, 0);

    let modest = Course::with("a.md", WAYS)
        .file("lessons/gradbook.yaml", b"title: C\nlimits: {rows: 40}\n")
        .file("owner.yaml", b"rows: 50\n");
    refused(&modest.call(&["plan", "--limits", "owner.yaml"]), &["60 rows, where 40 are allowed"]);
}

#[test]
fn a_stranger_raises_no_limit() {
    let block = "```yaml experiment\nkind: optimizers\nid: large\ndata: {name: iris}\n\
        model: {hidden: [8000, 8000]}\ntraining: {epochs: 0}\ncompare: [sgd]\n```";
    let course = Course::with("a.md", block)
        .file("lessons/gradbook.yaml", b"title: C\nlimits: {parameters: 1e9, time: 90h, bytes: 1 TB}\n");
    assert_eq!(course.call(&["plan"]).status, 0);
    for arguments in [&["plan", "--untrusted"][..], &["run", "lessons/a.md", "--untrusted"]] {
        refused(&course.call(arguments), &["parameters, where 50\u{202f}000\u{202f}000 are allowed"]);
    }
}

#[test]
fn limits_that_make_no_sense_are_the_calls_fault() {
    let course = Course::with("a.md", WAYS).file("owner.yaml", b"row: 50\n");
    let called = course.call(&["plan", "--limits", "owner.yaml"]);
    assert_eq!(called.status, 2);
    assert!(called.error.contains("owner.yaml:1: unknown setting `row`"), "{}", called.error);
    assert_eq!(course.call(&["plan", "--limits", "gone.yaml"]).status, 2);
    if cfg!(unix) {
        let called = course.call(&["plan", "--limits", "/dev/zero"]);
        assert!(called.error.contains("/dev/zero are longer than 64 KiB"), "{}", called.error);
    }
}

#[test]
fn a_course_is_held_to_its_totals_at_the_place_beyond() {
    let two = |limits: &str| {
        Course::with("a.md", WAYS)
            .and("b.md", &WAYS.replace("ways", "second"))
            .file("lessons/gradbook.yaml", format!("title: C\nlimits: {{course: {{{limits}}}}}\n").as_bytes())
            .call(&["plan"])
    };
    refused(&two("experiments: 1"), &["2 experiments, where 1 are allowed", "lessons/b.md:7:5"]);
    refused(&two("time: 0.0001"), &["the experiments up to `ways` take too long", "lessons/a.md:7:5"]);
    refused(&two("bytes: 10"), &["the experiments up to `ways` leave too much behind"]);
    refused(&two("files: 33"), &["files, where 33 are allowed", "lessons/a.md:1:1"]);
    refused(&two("output: 1 kB"), &["the site up to this lesson is too large"]);
    assert_eq!(two("experiments: 2, files: 100, time: 1h").status, 0);
}

#[test]
fn linked_files_and_tables_count() {
    let limits = b"title: C\nlimits: {course: {output: 1 MB, bytes: 40 kB}}\n";
    let course = Course::with("a.md", "[data](big.csv)")
        .file("lessons/big.csv", &vec![b'x'; 1_000_000])
        .file("lessons/gradbook.yaml", limits);
    refused(&course.call(&["plan"]), &["the site up to this lesson is too large", "1 MB are allowed"]);

    let rows: String = (0..2000).map(|row| format!("{row},{},{}\n", row * 2, row % 2)).collect();
    let block = "```yaml experiment\nkind: split\nid: parts\ndata: {file: t.csv}\n```";
    let course = Course::with("a.md", block)
        .file("lessons/t.csv", format!("a,b,c\n{rows}").as_bytes())
        .file("lessons/gradbook.yaml", limits);
    refused(&course.call(&["plan"]), &["the tables up to this one hold too much memory", "where 40 kB"]);
}

/// A lesson, a table or a folder may be called anything: a terminal shows it and does nothing.
#[test]
#[cfg(unix)]
fn names_reach_the_terminal_escaped() {
    let bad = "\u{1b}[2Jred\u{202e}\u{9b}1m";
    let block = format!(
        "```yaml experiment\nkind: split\nid: parts\ndata: {{file: \"{}\"}}\n```\n\n[x](gone{bad}.md) {bad} `{{{{ nope.{bad} }}}}`\n",
        "gone\\n\\u202e.csv"
    );
    let name = format!("lessons/a{bad}\n.md");
    let text = format!("---\ntitle: A\n---\n\n{block}");
    let course = Course::with("b.md", WAYS).file(&name, text.as_bytes());
    for format in ["human", "github"] {
        let called = course.call(&["check", "--format", format]);
        assert_eq!(called.status, 1, "{}", called.error);
        let obeyed = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
        assert!(!called.output.contains(obeyed) && !called.error.contains(obeyed), "{:?}", called.error);
    }
    let called = course.call(&["check"]);
    assert!(called.error.contains("gone\\n\\u{202e}.csv"), "{}", called.error);
    assert!(called.error.contains("a\\u{1b}[2Jred\\u{202e}\\u{9b}1m\\n.md"), "{}", called.error);
    let called = course.call(&["run", "lessons/no\u{1b}[2J.md"]);
    assert!(called.error.contains("no\\u{1b}[2J.md") && called.status == 2, "{}", called.error);

    let variants =
        "```yaml experiment\nkind: softmax\nid: v\nvariants: {\"a\\n\\u202eb\": {logits: [1, 2]}}\n```";
    for arguments in [&["run", "lessons/a.md"][..], &["plan", "--why"]] {
        let called = Course::with("a.md", variants).call(arguments);
        let shown = called.output + &called.error;
        assert!(!shown.contains('\u{202e}'), "{shown:?}");
    }
}

#[test]
fn figures_of_files_are_counted_before_they_are_drawn() {
    let table = "a,b\n".to_owned() + &"1,2\n".repeat(100_000);
    let figure = |y: &str| format!("```yaml figure\nid: f\nfile: t.csv\nx: a\ny: {y}\nmark: histogram\n```");
    let course = |y: &str, limits: &str| {
        Course::with("a.md", &figure(y))
            .file("lessons/t.csv", table.as_bytes())
            .file("lessons/gradbook.yaml", format!("title: C\nlimits: {{course: {{{limits}}}}}\n").as_bytes())
    };
    let held = course("b", "bytes: 20 MB").call(&["plan"]);
    refused(&held, &["the experiments and the figures up to `f` leave too much behind", "20 MB are allowed"]);
    let long = course("b", "time: 1").call(&["plan"]);
    refused(&long, &["the experiments and the figures up to `f` take too long", "1 second are allowed"]);
    let written = course("b", "output: 1 MB").call(&["plan"]);
    refused(&written, &["the site up to this lesson is too large", "1 MB are allowed"]);
    // Each y is evaluated in every row.
    refused(
        &course("[b, a, a + b]", "time: 1h").call(&["plan"]),
        &["a figure of 300000 rows", "at most 200000"],
    );
}
