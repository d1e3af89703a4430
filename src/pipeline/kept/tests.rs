use std::fs;
use std::path::Path;

use super::*;
use crate::lesson::Lesson;
use crate::pipeline::{Failure, Files, Keeping, Planned, Request, Silent, assemble, compute, inspect};

/// Files in parts, each of which stands there in one of several ways. A file that is empty is not there.
const PARTS: [(&str, &[&str]); 19] = [
    (
        "gradbook.yaml",
        &["title: Nets\n", "title: Nets\ndefaults: {seeds: 1}\n", "title: Nets\nlimits: {rows: 10}\n"],
    ),
    ("gradbook.yaml", &["", "glossary: glossary.yaml\n"]),
    ("gradbook.yaml", &["", "bibliography: own.bib\n"]),
    ("glossary.yaml", &["epoch: one pass\n", "epoch: all rows\n", "word: a part of a sentence\n"]),
    (
        "own.bib",
        &[
            "@book{one, title={One}, author={A, B}, year=2001}\n",
            "@book{two, title={Two}, author={C, D}, year=2002}\n",
        ],
    ),
    (
        "a.md",
        &[
            "---\ntitle: A\n---\n\n",
            "---\ntitle: A\ndefaults: {seeds: 1}\n---\n\n",
            "---\ntitle: A\ndraft: true\n---\n\n",
            "---\ntitle: A\npage: true\n---\n\n",
        ],
    ),
    ("a.md", &["", "A word.\n\n", "Two words, an epoch.\n\n"]),
    ("a.md", &["## Head\n\n", "## Other\n\n", "## Head\n\n$$a \\label{sum}$$\n\n"]),
    (
        "a.md",
        &[
            "```yaml experiment\nkind: optimizers\nid: ways\ndata: {name: iris}\ntraining: {epochs: 2}\nclaims: [train_loss > 0]\n```\n\n",
            "```yaml experiment\nkind: optimizers\nid: ways\ndata: {file: table.csv, target: y}\ntraining: {epochs: 2}\n```\n\n",
            "```yaml experiment\nkind: optimizers\nid: others\ndata: {name: iris}\ncompare: [adam, sgd]\ntraining: {epochs: 2}\nlabels: {adam: A}\n```\n\n",
            "```yaml experiment\nkind: optimizers\nid: ways\ndata: {name: iri}\n```\n\n",
        ],
    ),
    (
        "table.csv",
        &[
            "x,y\n1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n7,0\n8,1\n9,0\n10,1\n",
            "x,y\n1,0\n2,1\n3,1\n4,1\n5,0\n6,1\n7,0\n8,1\n9,0\n",
            "x,y\n1\n",
        ],
    ),
    ("b.md", &["---\ntitle: B\n---\n\n", "---\ntitle: B\nprerequisites: [a.md]\n---\n\n"]),
    (
        "b.md",
        &[
            "",
            "`{{ a.ways.train_loss | round(3) }}`\n\n",
            "{{ claim: a.ways.train_loss > 0 }}\n\n",
            "`{{ a.others.adam.train_loss }}`\n\n",
        ],
    ),
    (
        "b.md",
        &[
            "",
            "[A](a.md#head)\n\n",
            "[A](a.md) and {{ ref: a.ways.train_loss }}\n\n",
            "[C](c.html)\n\n",
            "[data](a/ways.csv)\n\n",
        ],
    ),
    (
        "b.md",
        &["", "[@one]\n\n", "![p](p.svg)\n\n", "An epoch, a word.\n\n", "```python file: code.py\n```\n\n"],
    ),
    (
        "b.md",
        &[
            "",
            "```yaml figure\nid: curve\nfrom: a.ways\nx: epoch\ny: train_loss\ncaption: 'See [C](c.md).'\n```\n",
        ],
    ),
    ("c.md", &["", "---\ntitle: C\n---\n\nText, an epoch.\n"]),
    ("c.html", &["", "<p>"]),
    ("p.svg", &["<svg/>", ""]),
    ("code.py", &["x = 1\n", "x = 2\n"]),
];

/// What is known of a course before anything runs: what is said, what is planned, the lessons, and which readings they are.
fn looked_at(request: &Request) -> ([Vec<String>; 3], Vec<u64>) {
    let inspected = inspect(request).unwrap();
    let said = inspected.found.iter().map(|said| said.render(inspected.sources(), false));
    let planned = |planned: &Planned| {
        let (id, colors, sum) = (&planned.header.id, &planned.colors, &planned.sum);
        format!("{} {} {id} {colors:?} {sum:?} {:?}", planned.lesson, planned.block, planned.total())
    };
    // Which reading it is shows nowhere.
    let lesson = |lesson: &Lesson| {
        let mut lesson = lesson.clone();
        lesson.reading = 0;
        format!("{lesson:?}")
    };
    let planned = inspected.planned.iter().map(planned).collect();
    let lessons = inspected.course.lessons.iter().map(lesson).collect();
    let readings = inspected.course.lessons.iter().map(|lesson| lesson.reading).collect();
    ([said.collect(), planned, lessons], readings)
}

/// All files of the site, or what is wrong.
fn built(request: &Request) -> Result<Files, Vec<String>> {
    let made = compute(request, &Silent).and_then(|computed| assemble(&computed, &|_, _| false));
    made.map_err(|failure| match failure {
        Failure::Course(found, sources) => found.iter().map(|said| said.render(&sources, false)).collect(),
        Failure::Machine(fault) => vec![fault.to_string()],
    })
}

fn write(folder: &Path, file: &str, chosen: &[usize]) {
    let parts = PARTS.iter().zip(chosen).filter(|((of, _), _)| *of == file);
    let text: String = parts.map(|((_, ways), way)| ways[*way]).collect();
    match text.is_empty() {
        true => drop(fs::remove_file(folder.join(file))),
        false => fs::write(folder.join(file), text).unwrap(),
    }
}

#[test]
fn a_course_that_is_kept_is_as_one_read_from_nothing_whatever_is_edited() {
    let folder = tempfile::tempdir().unwrap();
    let cache = tempfile::tempdir().unwrap();
    let lessons = folder.path().join("lessons");
    fs::create_dir(&lessons).unwrap();
    let mut chosen = [0; PARTS.len()];
    PARTS.iter().for_each(|(file, _)| write(&lessons, file, &chosen));
    let anew = Request { lessons: lessons.clone(), cache: Keeping::Nowhere, ..Request::default() };
    let keeping = Keeping::In(cache.path().to_owned());
    let kept = Request { pages_only: true, cache: keeping, kept: Kept::lasting(), ..anew.clone() };
    let mut state = 11_u64;
    let mut pick = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % most
    };
    let (mut again, mut wrong, mut sites) = (0, 0, 0);
    let mut before = Vec::new();
    for edit in 0..120 {
        let part = pick(PARTS.len());
        // What is wrong is mended soon.
        chosen[part] = if pick(3) == 0 { pick(PARTS[part].1.len()) } else { 0 };
        write(&lessons, PARTS[part].0, &chosen);
        let ((now, readings), (right, _)) = (looked_at(&kept), looked_at(&anew));
        assert_eq!(now, right, "edit {edit}, of {}", PARTS[part].0);
        again += readings.iter().filter(|reading| before.contains(*reading)).count();
        before = readings;
        wrong += usize::from(right[0].iter().any(|said| said.starts_with("error")));
        if edit % 2 == 0 {
            let (now, right) = (built(&kept), built(&anew));
            sites += usize::from(right.is_ok());
            match (now, right) {
                (Ok(now), Ok(right)) => {
                    assert!(now.keys().eq(right.keys()), "edit {edit}");
                    now.iter().for_each(|(path, file)| {
                        assert!(file.source == right[path].source, "{edit}: {path}");
                    });
                }
                (now, right) => assert_eq!(now.err(), right.err(), "edit {edit}"),
            }
        }
    }
    assert!(
        again > 100 && wrong > 20 && sites > 20,
        "{again} read again, {wrong} times wrong, {sites} sites"
    );
}
