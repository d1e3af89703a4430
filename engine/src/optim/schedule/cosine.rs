//! Cosine annealing: `alpha = alpha0 (end + (1 - end) (1 + cos(pi t / T)) / 2)`.
//!
//! High for long, then falling fast, and flat again at the end. t counts epochs or steps and T is all of them, so that nothing
//! need be tuned but alpha0. Half-way it has fallen half of the way.
//!
//! Where implementations disagree: the paper restarts the cosine again and again; this is one period, as mostly used. After T
//! (where `epochs` sets it) alpha stays at its end; PyTorch's `CosineAnnealingLR` would rise again.
//!
//! Source: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, ICLR 2017, equation 5.

use std::f64::consts::PI;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{By, Moment, Rule, Schedule, ScheduleInfo};
use crate::problem::Problem;
use crate::range;

/// alpha0 (end + (1 - end) (1 + cos(pi t / T)) / 2).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Cosine {
    /// T, after which the learning rate stays as it is (default: all epochs that there are).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<usize>,
    /// What is left of alpha0 at the end, as a share (default 0).
    pub end: f64,
    /// What t counts: `epoch` (default) or `step`.
    pub by: By,
}

impl Rule for Cosine {
    const INFO: ScheduleInfo = ScheduleInfo {
        name: "cosine",
        schedule: || Schedule::Cosine(Cosine::default()),
        summary: "half a cosine: high for long, then falling fast, flat at the end",
        equation: "alpha = alpha0 (end + (1 - end) (1 + cos(pi t / T)) / 2), t the epoch or the step of T",
        source: "[@loshchilov2017, equation 5]",
    };

    fn learning_rate(&self, alpha0: f64, at: Moment) -> f64 {
        let all = self.by.span(self.epochs.unwrap_or(at.epochs), at).max(1);
        let share = (self.by.time(at) as f64 / all as f64).min(1.0);
        alpha0 * (self.end + (1.0 - self.end) * (1.0 + libm::cos(PI * share)) / 2.0)
    }

    fn check(&self) -> Vec<Problem> {
        let epochs = (self.epochs == Some(0))
            .then(|| Problem::new("epochs", "epochs is 0").expected("a whole number of at least 1"));
        epochs.into_iter().chain(range::of("end", self.end).share()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, paths, rates};
    use super::*;

    #[test]
    fn quarters_of_a_cosine() {
        let whole = Cosine::default();
        assert!(close(&rates(&whole, 1.0, [0, 5, 10, 15, 20]), &[1.0, 0.85355, 0.5, 0.14645, 0.0]));
        let short = Cosine { epochs: Some(10), end: 0.1, ..Cosine::default() };
        assert!(close(&rates(&short, 2.0, [0, 5, 10, 15]), &[2.0, 1.1, 0.2, 0.2]));
    }

    #[test]
    fn steps_divide_the_epochs() {
        let at = |step| Moment { epoch: 1, step, epochs: 3, steps_per_epoch: 4 };
        let by_step = Cosine { by: By::Step, ..Cosine::default() };
        // The middle of 12 steps.
        assert!((by_step.learning_rate(1.0, at(2)) - 0.5).abs() < 1e-15);
        assert!(by_step.learning_rate(1.0, at(1)) > 0.5);
    }

    #[test]
    fn impossible_settings_are_all_reported() {
        assert_eq!(paths(&Cosine { epochs: Some(0), end: 1.5, by: By::Epoch }), ["epochs", "end"]);
    }
}
