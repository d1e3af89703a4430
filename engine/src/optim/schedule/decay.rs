//! Decays by a formula of time: inverse time, exponential, inverse square root.
//!
//! `inverse_time` falls fast at first and ever more slowly: alpha0/2, alpha0/3, alpha0/4 at rate 1. `exponential` loses the
//! same share every epoch, so that all its steps together can only reach so far. `inverse_sqrt` is the slowest of the three:
//! four times the time halves it. With epochs counted from 0 each begins at alpha0 (times k).
//!
//! Robbins and Monro prove that noisy steps converge where their sizes sum to infinity and the squares to something finite, as
//! those of 1/t do. 1/sqrt(t) is too slow for that; what it bounds is the average loss along the way (Zinkevich).
//!
//! Where implementations disagree: Keras' `InverseTimeDecay` counts steps, as does its `ExponentialDecay`; transformers
//! count steps in the inverse root, from the end of a warm-up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{By, Moment, Rule, Schedule, ScheduleInfo, power};
use crate::problem::Problem;
use crate::range;

/// alpha0 / (1 + rate epoch).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct InverseTime {
    /// The decay rate (default 1: halved after one epoch, a third after two).
    pub rate: f64,
}

/// alpha0 base^epoch.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Exponential {
    /// What an epoch leaves of the learning rate (default 0.95).
    pub base: f64,
}

/// alpha0 k / sqrt(t + 1), with t the epoch or the step.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct InverseSqrt {
    /// A factor on the whole (default 1).
    pub k: f64,
    /// What t counts: `epoch` (default) or `step`.
    pub by: By,
}

impl Default for InverseTime {
    fn default() -> Self {
        InverseTime { rate: 1.0 }
    }
}

impl Default for Exponential {
    fn default() -> Self {
        Exponential { base: 0.95 }
    }
}

impl Default for InverseSqrt {
    fn default() -> Self {
        InverseSqrt { k: 1.0, by: By::default() }
    }
}

impl Rule for InverseTime {
    const INFO: ScheduleInfo = ScheduleInfo {
        name: "inverse_time",
        schedule: || Schedule::InverseTime(InverseTime::default()),
        summary: "falls fast at first, then slowly",
        equation: "alpha = alpha0 / (1 + rate epoch)",
        source: "[@robbins1951]",
    };

    fn learning_rate(&self, alpha0: f64, at: Moment) -> f64 {
        alpha0 / (1.0 + self.rate * at.epoch as f64)
    }

    fn check(&self) -> Vec<Problem> {
        range::of("rate", self.rate).zero_or_more().into_iter().collect()
    }
}

impl Rule for Exponential {
    const INFO: ScheduleInfo = ScheduleInfo {
        name: "exponential",
        schedule: || Schedule::Exponential(Exponential::default()),
        summary: "falls by the same share every epoch",
        equation: "alpha = alpha0 base^epoch",
        source: "",
    };

    fn learning_rate(&self, alpha0: f64, at: Moment) -> f64 {
        alpha0 * power(self.base, at.epoch)
    }

    fn check(&self) -> Vec<Problem> {
        range::of("base", self.base).above_zero().into_iter().collect()
    }
}

impl Rule for InverseSqrt {
    const INFO: ScheduleInfo = ScheduleInfo {
        name: "inverse_sqrt",
        schedule: || Schedule::InverseSqrt(InverseSqrt::default()),
        summary: "falls with the root of the epoch, or of the step",
        equation: "alpha = alpha0 k / sqrt(t + 1), t the epoch or the step",
        source: "[@zinkevich2003; @vaswani2017, section 5.3]",
    };

    fn learning_rate(&self, alpha0: f64, at: Moment) -> f64 {
        alpha0 * self.k / (self.by.time(at) as f64 + 1.0).sqrt()
    }

    fn check(&self) -> Vec<Problem> {
        range::of("k", self.k).above_zero().into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, rates};
    use super::*;

    #[test]
    fn the_courses_decay() {
        assert!(close(&rates(&InverseTime { rate: 1.0 }, 0.2, 0..5), &[0.2, 0.1, 0.0667, 0.05, 0.04]));
        let rates = rates(&Exponential { base: 0.95 }, 1.0, [0, 1, 2, 13]);
        assert!(close(&rates, &[1.0, 0.95, 0.9025, 0.5133]));
    }

    #[test]
    fn the_inverse_root_counts_epochs_or_steps() {
        let by = |by| InverseSqrt { k: 2.0, by };
        assert_eq!(rates(&by(By::Epoch), 0.1, [0, 3]), [0.2, 0.1]);
        // Epoch 2 begins after 8 steps.
        assert!(close(&rates(&by(By::Step), 0.15, [0, 2]), &[0.3, 0.1]));
    }
}
