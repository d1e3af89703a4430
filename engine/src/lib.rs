//! gradbook's engine: data, networks, training and search, from nothing but arithmetic.
//!
//! It knows nothing of Markdown, YAML, HTML, files, threads or clocks, and gives the same bits on every machine.
//! A module imports only from those before it: `problem, numeric, data, nn, optim, train, search`.
//!
//! It is a crate of its own so that it is optimised in every profile, while what stands around it compiles fast,
//! and so that it cannot come to know more than its own dependencies.

pub mod data;
pub mod nn;
pub mod numeric;
pub mod optim;
pub mod problem;
pub mod search;
pub mod train;
