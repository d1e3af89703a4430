//! What outlives a build: the runs that need not be done again.

pub mod cache;
