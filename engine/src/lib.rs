//! The engine of gradbook: data, networks, training and search, from nothing but arithmetic, with the same bits on every
//! machine.
//!
//! # A training, from settings to its history
//!
//! Settings are plain structs with serde's traits, so that they can come from JSON or from any other format. A run takes them,
//! a data set and a seed; what it draws comes from that seed alone.
//!
//! ```
//! use gradbook_engine::data::{self, DataSettings, Files, SplitSettings, TableLimits};
//! use gradbook_engine::nn::ModelSettings;
//! use gradbook_engine::numeric::Streams;
//! use gradbook_engine::train::{self, Parts, TrainingSettings, Watch};
//!
//! /// Needs to see nothing on the way.
//! struct Unseen;
//! impl Watch for Unseen {}
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let seed = 1;
//! let data: DataSettings = serde_json::from_str(r#"{"name": "moons", "samples": 120, "noise": 0.1}"#)?;
//! let model: ModelSettings = serde_json::from_str(r#"{"hidden": [8], "activation": "tanh"}"#)?;
//! let training: TrainingSettings =
//!     serde_json::from_str(r#"{"epochs": 30, "optimizer": {"adam": {}}, "learning_rate": 0.03}"#)?;
//!
//! let dataset = data::load(&data, Files::default(), &TableLimits::default(), &Streams::new(seed))?;
//! let split = SplitSettings::default();
//! let parts = Parts { data: &data, split: &split, model: &model, training: &training };
//! let report = train::run(&parts, &dataset, seed, &mut Unseen)?;
//!
//! let loss = &report.history.train.loss;
//! assert_eq!(loss.len(), 31, "before training, and after each epoch");
//! assert!(loss[30] < loss[0] / 2.0);
//! // The hash of all weights and of the whole history is the same wherever this runs.
//! assert_eq!(report.digest, train::run(&parts, &dataset, seed, &mut Unseen)?.digest);
//! # Ok(())
//! # }
//! ```
//!
//! # A matrix product
//!
//! Matrices are slices, row after row. A cell is one chain of fused multiply-adds over k ascending, whatever vectors the CPU has:
//!
//! ```
//! use gradbook_engine::numeric::{Finish, Strided, matmul};
//!
//! let (m, n, k) = (2, 2, 3);
//! let a = [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0];
//! let b = [1.0, 0.0, 0.0, 1.0, 2.0, -1.0];
//! let mut c = [0.0; 4];
//! matmul(m, n, k, Strided::rows(&a, k), &b, Finish::Bias(&[10.0, 20.0]), &mut c);
//! assert_eq!(c, [17.0, 19.0, 26.0, 19.0]);
//! ```
//!
//! # The same bits, and where that ends
//!
//! For one [`REVISION`], the same settings, data and seed give the same bits on every CPU, system and optimisation level, with any number of
//! [`Workers`](numeric::Workers) and vectors of any width ([`numeric::Level`]). Only IEEE 754 `+ - * /`, `sqrt` and fused
//! multiply-add are used, in an order that the source fixes; other functions are composed of these; random numbers come from ChaCha8
//! streams, each named for its purpose.
//!
//! The limits: a NaN's sign and payload may differ between machines ([`Real::bytes`](numeric::Real::bytes) writes every NaN alike, and digests are made
//! of that). The target must compute `f32` and `f64` as IEEE 754 says: x86 without SSE2 does not. Of WebAssembly's relaxed
//! vectors the multiply-add alone is used, where a trial at the start has found that this machine fuses it. And no promise is made from one revision to the next, between `f32` and `f64`, or that another program which follows the same
//! equations rounds alike.
//!
//! # What it keeps to
//!
//! The engine knows nothing of Markdown, YAML, HTML, files or clocks, and starts no thread: bytes of tables, and threads
//! for large products, are handed in. `unsafe` is in [`numeric`] alone, and forbidden elsewhere. A module imports only from those before it:
//! `collections, problem, range, numeric, data, nn, optim, surface, measure, train, search`.
//!
//! It is a crate of its own so that it is optimised in every profile, while what stands around it compiles fast,
//! and so that it cannot come to know more than its own dependencies.

// Forbidden module by module below: what the whole crate forbade, `numeric` could not allow.
#![deny(unsafe_code)]
#![warn(missing_docs)]
// `scripts/module` builds for size, but for what is marked to be fast.
#![cfg_attr(gradbook_module, feature(optimize_attribute))]

/// Raised whenever the same settings, data and seed give other bits than before: everything computed with an earlier
/// revision is then computed anew. A technique that is new, and moves nothing that was there, is no reason.
pub const REVISION: u32 = 2;

#[forbid(unsafe_code)]
pub mod collections;
#[forbid(unsafe_code)]
pub mod data;
#[forbid(unsafe_code)]
pub mod measure;
#[forbid(unsafe_code)]
pub mod nn;
#[allow(
    unsafe_code,
    reason = "vectors meet the CPU and memory there, and tasks the threads that they are lent to"
)]
pub mod numeric;
#[forbid(unsafe_code)]
pub mod optim;
#[forbid(unsafe_code)]
pub mod problem;
#[forbid(unsafe_code)]
pub mod range;
#[forbid(unsafe_code)]
pub mod search;
#[forbid(unsafe_code)]
pub mod surface;
#[forbid(unsafe_code)]
pub mod train;
