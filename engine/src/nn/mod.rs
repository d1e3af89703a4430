//! Networks of fully connected layers.
//!
//! [`ModelSettings`] is what an author writes; with the data's features and target it becomes an
//! [`Architecture`], whose cost is known ahead, and with a seed a [`Network`]. [`Forward`] and [`Backward`] hold
//! the buffers of the two passes, those of [`BatchNorm`] too; [`Masks`] those of dropout.

mod activation;
mod architecture;
mod backward;
mod batch_norm;
mod capture;
mod critical;
mod dropout;
mod forward;
mod gradient_check;
mod initializer;
mod loss;
mod max_norm;
mod network;
mod penalty;
mod per_layer;
mod predict;
mod settings;

pub use activation::{ACTIVATIONS, Activation, ActivationInfo, LEAKY_SLOPE, UnitTime};
pub use architecture::{Architecture, LayerShape, OutputLayer};
pub use backward::Backward;
pub use batch_norm::{BatchNorm, Moments, PredictionStatistics, RunningAverages};
pub use capture::{LayerCapture, Spread, capture};
pub use critical::{CriticalPoint, critical_point};
pub use dropout::Masks;
pub use forward::{Forward, Pass};
pub use gradient_check::{
    BUGS, BlockError, Bug, BugInfo, Differences, Dropout, GREAT, GradientCheck, Planted, Sides, Verdict,
    WORRY, gradient_check, relative_error,
};
pub use initializer::{INITIALIZERS, Initializer, InitializerInfo};
pub use loss::{Score, output_gradient, softmax};
pub use max_norm::MaxNorm;
pub use network::{LayerView, Network};
pub use penalty::Penalty;
pub use per_layer::PerLayer;
pub use predict::PREDICTION_ROWS;
pub use settings::{MAX_LAYERS, MAX_UNITS, ModelSettings, Output};
