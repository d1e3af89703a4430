//! Training: from settings and prepared data to a network and its history.
//!
//! [`fit`] runs whole; a [`Trainer`] takes single steps on batches of the caller's own; [`fit_cost`] tells the
//! price before either runs.

mod batches;
mod cost;
mod fit;
mod history;
mod settings;
mod trainer;

pub use batches::Batches;
pub use cost::{FitCost, fit_cost};
pub use fit::{Fit, fit, fit_network};
pub use history::{History, PartHistory};
pub use settings::{BatchSize, EarlyStopping, MAX_EPOCHS, Precision, StoppingMetric, TrainingSettings};
pub use trainer::Trainer;
