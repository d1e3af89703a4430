//! What outlives a build: the runs that need not be done again, the results that an author has accepted.

pub mod cache;
pub mod snapshot;
