//! Lessons with experiments in, a course site out.
//!
//! Data flows one way, and the folders carry the names of its stations:
//!
//! 1. [`lesson`] discovers and parses Markdown files: [`lesson::Course`];
//! 2. [`experiment`] turns their YAML blocks into plans whose cost is known: [`experiment::Plan`];
//! 3. the engine runs them: [`data`], [`nn`], [`optim`], [`train`] and [`search`] on the ground floor [`numeric`];
//! 4. what they find is an [`outcome::Outcome`], one shape for everything after;
//! 5. [`claims`] are judged on it, and [`chart`] draws it, as [`figure`] does what authors ask for;
//! 6. [`store`] keeps what runs left behind for the next build, and what an author has accepted of it;
//! 7. [`site`] makes pages of text, charts and tables, and publishes them in one piece;
//! 8. [`notebook`] writes an experiment as Python that computes the same;
//! 9. [`pipeline`] leads from 1 to 8, [`serve`] calls it again whenever a file is saved, [`lsp`] asks it while one is written, and
//!    [`mdbook`] for a book of somebody else's; [`cli`] calls all of them.
//!
//! Two crates stand below this one: `gradbook-engine` holds the numbers, `gradbook-lab` what an experiment is, finds and looks
//! like. A module imports only from those before it:
//! `diagnostic, settings, words, numeric, data, nn, optim, surface, measure, train, search, outcome, chart, experiment, inline, lint, claims,
//! figure, block, view, lasting, markup, files, bibliography, lesson, store, site, notebook, pipeline, serve, lsp, mdbook, cli`.

#![forbid(unsafe_code)]

// the examples are tested too, and they call the crate by its name
#[cfg(test)]
extern crate self as gradbook;

pub use gradbook_engine::{data, measure, nn, numeric, optim, range, search, surface, train};
pub use gradbook_lab::{
    block, chart, claims, diagnostic, experiment, figure, lint, outcome, settings, view, words,
};

pub mod bibliography;
pub mod cli;
pub mod files;
mod lasting;
pub mod lesson;
pub mod lsp;
pub mod markup;
pub mod mdbook;
pub mod notebook;
pub mod pipeline;
pub mod serve;
pub mod site;
pub mod store;
