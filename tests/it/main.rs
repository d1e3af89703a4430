//! Tests of the whole through its public face, one module a feature.

mod addresses;
mod average;
mod batch_norm;
mod build;
mod cache;
mod claims;
mod commands;
mod corpus;
mod course;
mod curvature;
mod errors;
mod export;
mod faults;
mod figures;
mod files;
#[path = "../fuzz/mod.rs"]
mod fuzz;
mod gradient_check;
mod hostile;
mod languages;
mod limits;
mod live;
mod lsp;
mod mdbook;
mod names;
mod order;
mod pages;
mod quotes;
mod reference;
mod references;
mod regression;
mod regularization;
mod release;
mod ridge;
mod search;
mod serve;
mod shard;
mod snapshots;
mod start;
mod strangers;
mod surface;
mod texts;
mod train;
mod training;

use fuzz::html;
