//! gradbook's engine: data, networks, training and search, from nothing but arithmetic.
//!
//! It knows nothing of Markdown, YAML, HTML, files, threads or clocks, and gives the same bits on every machine.
//! A module imports only from those before it: `problem, range, numeric, data, nn, optim, surface, measure, train, search`.
//!
//! It is a crate of its own so that it is optimised in every profile, while what stands around it compiles fast,
//! and so that it cannot come to know more than its own dependencies.

/// Raised whenever the same settings, data and seed give other bits than before: everything computed with an earlier
/// revision is then computed anew. A technique that is new, and moves nothing that was there, is no reason.
pub const REVISION: u32 = 2;

pub mod data;
pub mod measure;
pub mod nn;
pub mod numeric;
pub mod optim;
pub mod problem;
pub mod range;
pub mod search;
pub mod surface;
pub mod train;
