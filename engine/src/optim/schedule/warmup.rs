//! Warm-up: small steps first, and then another schedule, whose clock starts when the warm-up ends.
//!
//! `alpha = alpha0 (from + (1 - from) t / T)` for t < T, epochs or steps; from T on, the schedule `then` at time t - T, with the
//! epochs that are left. Large first steps from random weights, where gradients are large and averages such as Adam's rest on few
//! of them, can throw a network to where it never recovers.
//!
//! Where implementations disagree: transformers start at 0, which wastes the first step (an epoch, where epochs are counted);
//! PyTorch's `LinearLR` starts at 1/3 by default, this at 1/10.
//!
//! Source: Goyal et al., Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour, 2017, section 2.2.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{By, Moment, Rule, Schedule, ScheduleInfo};
use crate::problem::{Problem, within};
use crate::range;

/// alpha0 (from + (1 - from) t / T) for t < T, then another schedule.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Warmup {
    /// T, how many epochs the rise takes (default 5).
    pub epochs: usize,
    /// The share of alpha0 to begin with (default 0.1).
    pub from: f64,
    /// What t counts: `epoch` (default) or `step`.
    pub by: By,
    /// The schedule of the epochs after it, which starts anew there (default `constant`).
    pub then: Box<Schedule>,
}

impl Default for Warmup {
    fn default() -> Self {
        Warmup { epochs: 5, from: 0.1, by: By::default(), then: Box::default() }
    }
}

impl Rule for Warmup {
    const INFO: ScheduleInfo = ScheduleInfo {
        name: "warmup",
        schedule: || {
            let then = Box::new((super::Cosine::INFO.schedule)());
            Schedule::Warmup(Warmup { then, ..Warmup::default() })
        },
        summary: "rises to alpha0 over the first epochs, before another schedule",
        equation: "alpha = alpha0 (from + (1 - from) t / T) for t < T; then the other schedule from t - T",
        source: "[@goyal2017, section 2.2]",
    };

    fn learning_rate(&self, alpha0: f64, at: Moment) -> f64 {
        if at.epoch >= self.epochs {
            let left = at.epochs.saturating_sub(self.epochs);
            return self
                .then
                .learning_rate(alpha0, Moment { epoch: at.epoch - self.epochs, epochs: left, ..at });
        }
        let share = self.by.time(at) as f64 / self.by.span(self.epochs, at) as f64;
        alpha0 * (self.from + (1.0 - self.from) * share)
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = range::of("from", self.from).share().into_iter().collect();
        if matches!(*self.then, Schedule::Warmup(_)) {
            problems.push(
                Problem::new("then", "a warm-up after a warm-up").expected("a schedule of another kind"),
            );
        }
        problems.extend(within("then", self.then.check()));
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, paths, rates};
    use super::super::{Cosine, Exponential};
    use super::*;

    #[test]
    fn it_rises_and_hands_over() {
        let then = Box::new(Schedule::Exponential(Exponential { base: 0.5 }));
        let warmup = Warmup { epochs: 4, from: 0.2, then, ..Warmup::default() };
        assert!(close(&rates(&warmup, 1.0, 0..7), &[0.2, 0.4, 0.6, 0.8, 1.0, 0.5, 0.25]));
    }

    #[test]
    fn the_schedule_after_it_has_the_epochs_that_are_left() {
        let warmup = Warmup { epochs: 10, then: Box::new((Cosine::INFO.schedule)()), ..Warmup::default() };
        assert!(close(&rates(&warmup, 1.0, [10, 15, 20]), &[1.0, 0.5, 0.0]));
    }

    #[test]
    fn it_can_rise_step_by_step() {
        let warmup = Warmup { epochs: 2, from: 0.0, by: By::Step, ..Warmup::default() };
        let at = |epoch, step| Moment { epoch, step, epochs: 9, steps_per_epoch: 4 };
        let found = [at(0, 0), at(0, 3), at(1, 3), at(2, 0)].map(|at| warmup.learning_rate(8.0, at));
        assert_eq!(found, [0.0, 3.0, 7.0, 8.0]);
    }

    #[test]
    fn impossible_settings_are_all_reported() {
        let twice = Box::new(Schedule::Warmup(Warmup { from: 2.0, ..Warmup::default() }));
        assert_eq!(
            paths(&Warmup { from: -0.1, then: twice, ..Warmup::default() }),
            ["from", "then", "then.warmup.from"]
        );
    }
}
