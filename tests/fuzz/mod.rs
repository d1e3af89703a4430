//! What is fuzzed: each target takes bytes that nobody meant, and must neither panic nor give what it promises not to. It returns
//! whether the bytes were taken for what they should be, so that a corpus that reaches nothing is noticed.
//!
//! The bodies stand here once: `fuzz/` runs them under libFuzzer, `tests/it/corpus.rs` over the seeds in `tests/fuzz/seeds`.

mod arrays;
mod cache;
pub mod case;
mod choices;
pub mod course;
mod expression;
#[path = "../../src/site/tests/html.rs"]
pub mod html;
mod lesson;
mod manifest;
mod oracle;
mod settings;
mod snapshot;
mod template;

pub use arrays::{csv, idx, npy, npz};
pub use cache::cache;
pub use expression::expression;
pub use lesson::lesson;
pub use manifest::manifest;
pub use oracle::faults;
pub use settings::settings;
pub use snapshot::snapshot;
pub use template::template;

/// A target by its name, under which its seeds are kept.
pub type Target = (&'static str, fn(&[u8]) -> bool);

pub const TARGETS: &[Target] = &[
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
