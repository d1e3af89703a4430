//! Search of settings: the space to search, and how trials are chosen in it.
//!
//! A [`Space`] is a list of [`Setting`]s, each with a [`Dimension`]: its range with a scale onto [0, 1]. A [`Sampler`] chooses
//! points in the unit cube, in [`Rounds`] of trials that can run at the same time.

mod coarse_to_fine;
mod dimension;
mod grid;
mod importance;
mod one_at_a_time;
mod random;
mod sampler;
mod setting;
mod space;
mod successive_halving;
mod tpe;

pub use coarse_to_fine::CoarseToFine;
pub use dimension::{Decade, Dimension};
pub use importance::{importance, importance_seconds};
pub use sampler::{
    Proposal, Rounds, Rung, SAMPLERS, Sampler, SamplerInfo, Trial, best_first, epochs_of, leaders, rank,
};
pub use setting::{Condition, Setting};
pub use space::{MOST_SETTINGS, Point, Space};
pub use successive_halving::SuccessiveHalving;
pub use tpe::Tpe;
