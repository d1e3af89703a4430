//! Learning-rate schedules: alpha of each step. Epochs count from 0: the first pass over the data uses alpha0.
//!
//! A schedule is its settings, which implement `Rule`. To add one: its settings in a file here, a variant, its line in
//! `each!` and its entry in [`SCHEDULES`].

mod by_hand;
mod cosine;
mod decay;
mod warmup;

pub use by_hand::{Constant, Piecewise, Staircase};
pub use cosine::Cosine;
pub use decay::{Exponential, InverseSqrt, InverseTime};
pub use warmup::Warmup;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, within};

/// How the learning rate changes from epoch to epoch (or from step to step); epochs count from 0.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// The same learning rate throughout (the default).
    Constant(Constant),
    /// alpha0 / (1 + rate epoch).
    InverseTime(InverseTime),
    /// alpha0 base^epoch.
    Exponential(Exponential),
    /// alpha0 k / sqrt(epoch + 1), or of the step.
    InverseSqrt(InverseSqrt),
    /// Multiplied by a factor every few epochs.
    Staircase(Staircase),
    /// By hand: learning rates, and the epochs from which they hold.
    Piecewise(Piecewise),
    /// Half a cosine from alpha0 down to 0 over all epochs.
    Cosine(Cosine),
    /// Rises to alpha0 over a few epochs; then another schedule begins.
    Warmup(Warmup),
}

/// The same expression over the settings of whichever schedule it is.
macro_rules! each {
    ($schedule:expr, $settings:ident => $then:expr) => {
        match $schedule {
            Schedule::Constant($settings) => $then,
            Schedule::InverseTime($settings) => $then,
            Schedule::Exponential($settings) => $then,
            Schedule::InverseSqrt($settings) => $then,
            Schedule::Staircase($settings) => $then,
            Schedule::Piecewise($settings) => $then,
            Schedule::Cosine($settings) => $then,
            Schedule::Warmup($settings) => $then,
        }
    };
}

/// All schedules.
pub const SCHEDULES: &[ScheduleInfo] = &[
    Constant::INFO,
    InverseTime::INFO,
    Exponential::INFO,
    InverseSqrt::INFO,
    Staircase::INFO,
    Piecewise::INFO,
    Cosine::INFO,
    Warmup::INFO,
];

/// A schedule as the reference shows it.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleInfo {
    /// As an author writes it.
    pub name: &'static str,
    /// An example: with its defaults, where these do something.
    pub schedule: fn() -> Schedule,
    /// One sentence for an author.
    pub summary: &'static str,
    /// Its learning rate, in plain text.
    pub equation: &'static str,
    /// Where it is from, as text with citations of `src/bibliography/sources.bib`; empty for what everybody does.
    pub source: &'static str,
}

/// The settings of a schedule.
trait Rule {
    const INFO: ScheduleInfo;

    /// Returns the learning rate of a step, for the initial rate `alpha0`.
    fn learning_rate(&self, alpha0: f64, at: Moment) -> f64;

    /// Returns problems with paths from the settings on: `every`.
    fn check(&self) -> Vec<Problem>;
}

/// When in a training a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Epochs before this one.
    pub epoch: usize,
    /// Steps of this epoch before this one.
    pub step: usize,
    /// Epochs of the whole training.
    pub epochs: usize,
    /// Steps of every epoch.
    pub steps_per_epoch: usize,
}

/// What a schedule counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// All steps of an epoch have one learning rate (the default).
    #[default]
    Epoch,
    /// Each batch has a learning rate of its own.
    Step,
}

impl By {
    /// Returns how much time has passed.
    fn time(self, at: Moment) -> usize {
        match self {
            By::Epoch => at.epoch,
            By::Step => at.epoch * at.steps_per_epoch + at.step,
        }
    }

    /// Returns how much time so many epochs take.
    fn span(self, epochs: usize, at: Moment) -> usize {
        match self {
            By::Epoch => epochs,
            By::Step => epochs * at.steps_per_epoch,
        }
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Schedule::Constant(Constant {})
    }
}

impl Schedule {
    /// Its entry in [`SCHEDULES`].
    pub fn info(&self) -> ScheduleInfo {
        fn info_of<S: Rule>(_: &S) -> ScheduleInfo {
            S::INFO
        }
        each!(self, settings => info_of(settings))
    }

    /// Returns the learning rate of a step, for the initial rate `alpha0`.
    pub fn learning_rate(&self, alpha0: f64, at: Moment) -> f64 {
        each!(self, settings => settings.learning_rate(alpha0, at))
    }

    /// Returns problems with paths from the schedule on: `staircase.every`.
    pub fn check(&self) -> Vec<Problem> {
        let problems = each!(self, settings => settings.check());
        within(self.info().name, problems)
    }
}

/// Computes `base^exponent` by squaring: only multiplications, in an order that the exponent fixes.
fn power(base: f64, exponent: usize) -> f64 {
    let (mut result, mut square, mut left) = (1.0, base, exponent);
    while left > 0 {
        if left % 2 == 1 {
            result *= square;
        }
        square *= square;
        left /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The learning rates of all steps of a training, epoch by epoch.
    fn all_steps(schedule: &Schedule, alpha0: f64, epochs: usize, steps_per_epoch: usize) -> Vec<Vec<f64>> {
        let at = |epoch, step| Moment { epoch, step, epochs, steps_per_epoch };
        let rate = |epoch, step| schedule.learning_rate(alpha0, at(epoch, step));
        (0..epochs).map(|epoch| (0..steps_per_epoch).map(|step| rate(epoch, step)).collect()).collect()
    }

    #[test]
    fn each_is_listed_under_the_name_that_authors_write() {
        for info in SCHEDULES {
            let schedule = (info.schedule)();
            let written = serde_json::to_value(&schedule).unwrap();
            assert_eq!(written.as_object().unwrap().keys().next().unwrap(), info.name);
            assert_eq!(serde_json::from_value::<Schedule>(written).unwrap(), schedule);
            assert_eq!(schedule.info().name, info.name);
            assert!(schedule.check().is_empty());
            assert!(!info.summary.is_empty() && !info.equation.is_empty());
        }
    }

    #[test]
    fn each_starts_at_alpha0_and_falls_but_warm_up() {
        for info in SCHEDULES {
            let rates = all_steps(&(info.schedule)(), 0.1, 50, 3).concat();
            assert!(rates.iter().all(|rate| (0.0..=0.1).contains(rate)), "{}", info.name);
            let (rises, falls) = (rates.windows(2), rates.windows(2));
            assert_eq!(rises.into_iter().any(|pair| pair[1] > pair[0]), info.name == "warmup");
            assert_eq!(falls.into_iter().any(|pair| pair[1] < pair[0]), info.name != "constant");
            assert_eq!(rates[0] == 0.1, info.name != "warmup");
        }
    }

    #[test]
    fn each_counts_epochs_unless_told_to_count_steps() {
        for info in SCHEDULES {
            let example = (info.schedule)();
            let constant = |epoch: &Vec<f64>| epoch.iter().all(|rate| *rate == epoch[0]);
            assert!(all_steps(&example, 0.1, 12, 5).iter().all(constant), "{}", info.name);
            let mut written = serde_json::to_value(&example).unwrap();
            if written[info.name].get("by").is_some() {
                written[info.name]["by"] = "step".into();
                let by_step: Schedule = serde_json::from_value(written).unwrap();
                let rates = all_steps(&by_step, 0.1, 3, 5).concat();
                assert!(rates.windows(2).all(|pair| pair[0] != pair[1]), "{}: {rates:?}", info.name);
            }
        }
    }

    #[test]
    fn powers() {
        assert_eq!((power(0.5, 0), power(0.5, 3), power(3.0, 5)), (1.0, 0.125, 243.0));
    }
}

/// What the tests of each schedule share.
#[cfg(test)]
mod testing {
    use super::{Moment, Rule};

    /// The learning rates at the beginning of the given epochs of 20, each of 4 steps.
    pub(super) fn rates(
        schedule: &impl Rule,
        alpha0: f64,
        epochs: impl IntoIterator<Item = usize>,
    ) -> Vec<f64> {
        let at = |epoch| Moment { epoch, step: 0, epochs: 20, steps_per_epoch: 4 };
        epochs.into_iter().map(|epoch| schedule.learning_rate(alpha0, at(epoch))).collect()
    }

    pub(super) fn close(found: &[f64], expected: &[f64]) -> bool {
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 5e-5)
    }

    pub(super) fn paths(schedule: &impl Rule) -> Vec<String> {
        schedule.check().into_iter().map(|problem| problem.path).collect()
    }
}
