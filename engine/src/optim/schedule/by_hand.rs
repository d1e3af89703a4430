//! Learning rates that hold for a while: constant, a staircase, or set by hand.
//!
//! A staircase is discrete decay, PyTorch's `StepLR`; `piecewise` names the rates themselves, where PyTorch's
//! `MultiStepLR` multiplies by one factor.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Moment, Rule, Schedule, ScheduleInfo, power};
use crate::problem::Problem;
use crate::range;

/// The same learning rate throughout.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Constant {}

/// Multiplied by `factor` every `every` epochs.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Staircase {
    /// The epochs between two falls (default 10).
    pub every: usize,
    /// What a fall leaves of the learning rate (default 0.5).
    pub factor: f64,
}

/// By hand: alpha0 before the first of `epochs`, then the rate that stands at the last one reached.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Piecewise {
    /// The epochs at which the learning rate changes, ascending: `[10, 20]`.
    pub epochs: Vec<usize>,
    /// The learning rates from there on, one for each: `[0.01, 0.001]`.
    pub rates: Vec<f64>,
}

impl Default for Staircase {
    fn default() -> Self {
        Staircase { every: 10, factor: 0.5 }
    }
}

impl Rule for Constant {
    const INFO: ScheduleInfo = ScheduleInfo {
        name: "constant",
        schedule: Schedule::default,
        summary: "the same learning rate throughout",
        equation: "alpha = alpha0",
        source: "",
    };

    fn learning_rate(&self, alpha0: f64, _: Moment) -> f64 {
        alpha0
    }

    fn check(&self) -> Vec<Problem> {
        Vec::new()
    }
}

impl Rule for Staircase {
    const INFO: ScheduleInfo = ScheduleInfo {
        name: "staircase",
        schedule: || Schedule::Staircase(Staircase::default()),
        summary: "falls in steps, by half every ten epochs if nothing else is set",
        equation: "alpha = alpha0 factor^floor(epoch / every)",
        source: "",
    };

    fn learning_rate(&self, alpha0: f64, at: Moment) -> f64 {
        alpha0 * power(self.factor, at.epoch / self.every.max(1))
    }

    fn check(&self) -> Vec<Problem> {
        let every = (self.every == 0)
            .then(|| Problem::new("every", "every is 0").expected("a whole number of epochs, at least 1"));
        every.into_iter().chain(range::of("factor", self.factor).above_zero()).collect()
    }
}

impl Rule for Piecewise {
    const INFO: ScheduleInfo = ScheduleInfo {
        name: "piecewise",
        schedule: || Schedule::Piecewise(Piecewise { epochs: vec![10, 20], rates: vec![1e-3, 1e-4] }),
        summary: "set by hand",
        equation: "alpha = rates[i] from epochs[i] on",
        source: "",
    };

    fn learning_rate(&self, alpha0: f64, at: Moment) -> f64 {
        let mut reached = self.epochs.iter().zip(&self.rates).filter(|(start, _)| **start <= at.epoch);
        reached.next_back().map_or(alpha0, |(_, rate)| *rate)
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.epochs.is_empty() && self.rates.is_empty() {
            let example = "both, such as `{epochs: [10, 20], rates: [0.01, 0.001]}`";
            problems.push(Problem::new("", "no epochs and no rates").expected(example));
        }
        if self.epochs.len() != self.rates.len() {
            let message = format!("there are {} epochs and {} rates", self.epochs.len(), self.rates.len());
            problems.push(Problem::new("rates", message).expected("a rate for each epoch"));
        }
        if !self.epochs.is_sorted_by(|a, b| a < b) {
            problems
                .push(Problem::new("epochs", "the epochs are not ascending").expected("such as [10, 20]"));
        }
        let rates = self.rates.iter().enumerate();
        problems.extend(rates.filter_map(|(i, &rate)| range::of(&format!("rates[{i}]"), rate).above_zero()));
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{paths, rates};
    use super::*;

    #[test]
    fn steps_by_hand() {
        let schedule = Staircase { every: 3, factor: 0.5 };
        assert_eq!(rates(&schedule, 1.0, [0, 2, 3, 5, 6]), [1.0, 1.0, 0.5, 0.5, 0.25]);
        let schedule = Piecewise { epochs: vec![2, 4], rates: vec![0.1, 0.01] };
        assert_eq!(rates(&schedule, 1.0, [0, 1, 2, 3, 4, 9]), [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]);
    }

    #[test]
    fn impossible_settings_are_all_reported() {
        assert_eq!(paths(&Staircase { every: 0, factor: 0.0 }), ["every", "factor"]);
        assert_eq!(paths(&Piecewise::default()), [""]);
        let uneven = Piecewise { epochs: vec![4, 2], rates: vec![-1.0] };
        assert_eq!(paths(&uneven), ["rates", "epochs", "rates[0]"]);
    }
}
