//! What an experiment of gradbook is, finds and looks like.
//!
//! 1. [`settings`] reads what an author wrote, and [`diagnostic`] says what is wrong with it, at its place;
//! 2. [`experiment`] turns settings into a plan whose cost is known, and runs it by the engine;
//! 3. what was found is an [`outcome::Outcome`], one shape for everything after;
//! 4. [`chart`] draws it, [`inline`] computes the numbers of prose from it, [`claims`] judges sentences on it;
//! 5. [`lint`] says what is known to mislead;
//! 6. [`figure`] draws what authors ask for in blocks of their own;
//! 7. [`block`] is a block from its tree of settings to its outcome, and [`view`] what a page shows of that.
//!
//! It knows no files, threads, clocks or terminals, and compiles for `wasm32-unknown-unknown`. A module imports only from
//! those before it:
//! `diagnostic, settings, words, outcome, chart, experiment, inline, lint, claims, figure, block, view`.

#![forbid(unsafe_code)]
#![cfg_attr(gradbook_module, feature(optimize_attribute))]

// the examples are tested too, and they call the crate by its name
#[cfg(test)]
extern crate self as gradbook_lab;

pub use gradbook_engine::{collections, data, measure, nn, numeric, optim, range, search, surface, train};

pub mod block;
pub mod chart;
pub mod claims;
pub mod diagnostic;
pub mod experiment;
pub mod figure;
pub mod inline;
pub mod lint;
pub mod outcome;
pub mod settings;
pub mod view;
pub mod words;
