//! The targets, whose bodies `cargo test` replays too.

#[path = "../../tests/fuzz/mod.rs"]
mod bodies;

pub use bodies::*;
