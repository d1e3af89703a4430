//! Tests of the whole through its public face, one module a feature.

mod addresses;
mod batch_norm;
mod build;
mod cache;
mod claims;
mod commands;
mod course;
mod errors;
mod faults;
mod files;
mod gradient_check;
mod hostile;
#[path = "../../src/site/tests/html.rs"]
mod html;
mod limits;
mod names;
mod reference;
mod regression;
mod regularization;
mod ridge;
mod shard;
mod snapshots;
mod strangers;
mod surface;
mod texts;
mod training;
