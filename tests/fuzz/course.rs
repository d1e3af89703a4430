//! Courses in folders of their own, and what becomes of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use gradbook::diagnostic::{Diagnostics, Sources};
use gradbook::experiment::{LimitSettings, TotalSettings};
use gradbook::pipeline::{self, Computed, Failure, Keeping, Request, Silent};
use gradbook::site::{Content, Source};
use tempfile::TempDir;

/// One small experiment of each kind, in the order of `gradbook kinds`, each called by its kind.
pub(crate) const BLOCKS: [&str; 9] = [
    "kind: split\nid: split\ndata: {name: moons, samples: 40}\nsplit: {train: 60%, dev: 20%, test: 20%}\ntraining: {epochs: 2}\nseeds: 2",
    "kind: regression\nid: regression\ndata: {name: polynomial, samples: 30, degree: 3}\nsplit: {train: 12, dev: 9, test: 9}\nseeds: 2\ncompare: [0.01, 1]",
    "kind: init\nid: init\ndata: {name: moons, samples: 40}\nmodel: {hidden: [4, 4], activation: tanh}\ncompare: [{normal: 0.01}, xavier]",
    "kind: dropout\nid: dropout\ndata: {name: moons, samples: 40}\nmodel: {hidden: [6]}\ntraining: {epochs: 2}\ncompare: [1, 0.5]",
    "kind: gradient_check\nid: gradient_check\ndata: {name: iris, limit: 30}\nmodel: {hidden: [4], activation: tanh}\ntraining: {epochs: 2}\nblock: W1\ncompare: [right, doubled]",
    "kind: optimizers\nid: optimizers\ndata: {name: moons, samples: 40}\nmodel: {hidden: [4]}\ntraining: {epochs: 3, learning_rate: 0.05}\nseeds: 2\ncompare: [sgd, {adam: {learning_rate: 0.01}}]\nclaims: [\"sgd.train_loss < 9\"]",
    "kind: surface\nid: surface\nsurface: {bowl: {condition: 20, rotation: 30}}\nsteps: 10\nlearning_rate: 0.05\nnoise: 0.2\nseeds: 2\ncompare: [sgd, momentum]",
    "kind: search\nid: search\ndata: {name: moons, samples: 40}\ntraining: {epochs: 2}\nspace:\n  training.learning_rate: {log: [0.001, 1]}\n  model.hidden: {choice: [[2], [4]]}\ntrials: 4",
    "kind: softmax\nid: softmax\nlogits: [5, 2, -1, 3]\nlabel: 0",
];

/// A block as it stands in a lesson.
pub(crate) fn fenced(block: &str) -> String {
    format!("```yaml experiment\n{block}\n```\n")
}

/// A lesson with that body.
pub(crate) fn titled(body: &str) -> String {
    format!("---\ntitle: A\n---\n\n{body}\n")
}

/// A folder with these files, `lessons` among its folders. A file whose path leads out of it or cannot be is left out.
pub(crate) fn folder<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> TempDir {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    fs::create_dir(folder.path().join("lessons")).expect("the folder is new");
    for (path, content) in files {
        let path = Path::new(path);
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            continue;
        }
        let path = folder.path().join(path);
        let _ = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, content));
    }
    folder
}

/// What is asked of the lessons in such a folder: as strangers', and no more than takes a moment.
pub(crate) fn request(folder: &TempDir) -> Request {
    let limits = LimitSettings {
        rows: Some(2_000),
        parameters: Some(5_000),
        multiply_adds: Some(2e7),
        time: Some(0.3),
        bytes: Some(3e7),
        runs: Some(20),
        course: TotalSettings {
            experiments: Some(12),
            time: Some(0.6),
            bytes: Some(6e7),
            files: Some(300),
            output: Some(3e7),
        },
    };
    Request {
        lessons: folder.path().join("lessons"),
        untrusted: true,
        limits: Some(limits),
        cache: Keeping::Nowhere,
        ..Request::default()
    }
}

/// All pages, drawings and files of lessons that a browser opens as documents, by their paths.
///
/// # Errors
/// Why there are none.
pub(crate) fn build(request: &Request) -> Result<BTreeMap<String, String>, Failure> {
    pipeline::compute(request, &Silent).and_then(|computed| pages(&computed))
}

/// The same of one whose experiments have run.
///
/// # Errors
/// As [`build`].
pub(crate) fn pages(computed: &Computed) -> Result<BTreeMap<String, String>, Failure> {
    let files = pipeline::assemble(computed, &|_, _| false)?;
    let is_markup = |path: &str| {
        let path = path.to_lowercase();
        let is_document = |ending: &str| path.starts_with("files/") && path.ends_with(ending);
        path.ends_with(".html")
            || path.ends_with(".svg") && !path.starts_with("assets/")
            || [".htm", ".svgz", ".xhtml", ".xml"].into_iter().any(is_document)
    };
    let made = files.into_iter().filter(|(path, _)| is_markup(path));
    let text = |content: Content| match content.source {
        Some(Source::Bytes(bytes)) => String::from_utf8(bytes).expect("it is text"),
        Some(Source::File { root, below }) => {
            let bytes = fs::read(root.join(below)).expect("it was found");
            String::from_utf8_lossy(&bytes).into_owned()
        }
        None => panic!("nothing is held"),
    };
    Ok(made.map(|(path, content)| (path, text(content))).collect())
}

/// All that a failure says.
pub(crate) fn said(failure: &Failure) -> String {
    match failure {
        Failure::Course(found, sources) => rendered(found, sources),
        Failure::Machine(fault) => fault.to_string(),
    }
}

/// Diagnostics as an author reads them.
pub(crate) fn rendered(found: &Diagnostics, sources: &Sources) -> String {
    found.iter().map(|diagnostic| diagnostic.render(sources, false) + "\n\n").collect()
}
