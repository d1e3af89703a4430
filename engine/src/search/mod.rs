//! Search of settings: the space to search, and how trials are chosen in it.
//!
//! A [`Space`] has a [`Dimension`] for each setting, each with a scale onto [0, 1]; a [`Sampler`] chooses
//! points in the unit cube, in [`Rounds`] of trials that can run at the same time.

mod coarse_to_fine;
mod dimension;
mod grid;
mod random;
mod sampler;
mod space;

pub use coarse_to_fine::CoarseToFine;
pub use dimension::{Decade, Dimension};
pub use sampler::{Entry, Rounds, SAMPLERS, Sampler, Trial};
pub use space::{Point, Space};
