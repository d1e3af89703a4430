//! What outlives a build: the runs that need not be done again, the results that an author has accepted.

pub mod cache;
mod remove;
pub mod snapshot;

pub use remove::{make_writable, remove};
