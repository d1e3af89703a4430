//! What is fuzzed: each target takes bytes that nobody meant, and must neither panic nor give what it promises not to. It returns
//! whether the bytes were taken for what they should be, so that a corpus that reaches nothing is noticed.
//!
//! The bodies stand here once: `fuzz/` runs them under libFuzzer, `tests/it/corpus.rs` over the seeds in `tests/fuzz/seeds`.

mod arrays;
mod cache;
pub(crate) mod case;
mod choices;
pub(crate) mod course;
mod expression;
#[path = "../../src/site/tests/html.rs"]
pub(crate) mod html;
mod lesson;
mod manifest;
mod oracle;
mod settings;
mod snapshot;
mod template;

pub(crate) use arrays::{csv, idx, npy, npz};
pub(crate) use cache::cache;
pub(crate) use expression::expression;
pub(crate) use lesson::lesson;
pub(crate) use manifest::manifest;
pub(crate) use oracle::faults;
pub(crate) use settings::settings;
pub(crate) use snapshot::snapshot;
pub(crate) use template::template;

/// A target by its name, under which its seeds are kept.
pub(crate) type Target = (&'static str, fn(&[u8]) -> bool);

pub(crate) const TARGETS: &[Target] = &[
    ("cache", cache),
    ("csv", csv),
    ("expression", expression),
    ("idx", idx),
    ("lesson", lesson),
    ("manifest", manifest),
    ("npy", npy),
    ("npz", npz),
    ("settings", settings),
    ("snapshot", snapshot),
    ("template", template),
];
