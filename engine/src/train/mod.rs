//! Training: from settings and prepared data to a network and its history.
//!
//! [`run`] leads from a data set to a report; [`fit`] trains on prepared parts; a [`Trainer`] takes single steps on batches of the caller's own; [`fit_cost`] tells the
//! price before either runs. [`ridge`] solves in closed form what training a line comes near to, [`regress`] does that with a data set.

mod augment;
mod batches;
mod cost;
mod critical;
mod fit;
mod history;
mod regression;
mod ridge;
mod run;
mod settings;
mod steering;
mod trainer;

pub use augment::{AUGMENTATIONS, Augment, Augmentation, Augmenter};
pub use batches::Batches;
pub use cost::{FitCost, answers_bytes, capture_bytes, fit_cost, gradient_check_bytes, prediction_seconds};
pub use critical::{CriticalSearch, critical_points};
pub use fit::{Fit, Report, fit, fit_network};
pub use history::{History, PartHistory};
pub use regression::{Regression, regress};
pub use ridge::{Ridge, ridge};
pub use run::{GradientCheckSettings, Parts, PlanePoints, Subject, Watch, run};
pub use settings::{BatchSize, EarlyStopping, MAX_EPOCHS, Precision, StoppingMetric, TrainingSettings};
pub use steering::Steering;
pub use trainer::Trainer;
