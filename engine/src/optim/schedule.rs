//! Learning-rate schedules: alpha of each epoch. Epochs count from 0: the first pass over the data uses alpha0.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check;
use crate::problem::Problem;

/// How the learning rate changes from epoch to epoch; epochs count from 0.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// The same learning rate throughout (the default).
    Constant(Constant),
    /// alpha0 / (1 + rate epoch).
    InverseTime(InverseTime),
    /// alpha0 base^epoch.
    Exponential(Exponential),
    /// alpha0 k / sqrt(epoch + 1).
    InverseSqrt(InverseSqrt),
    /// Multiplied by a factor every few epochs.
    Staircase(Staircase),
    /// By hand: learning rates, and the epochs from which they hold.
    Piecewise(Piecewise),
}

/// The same learning rate throughout.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Constant {}

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

/// alpha0 k / sqrt(epoch + 1).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct InverseSqrt {
    /// A factor on the whole (default 1).
    pub k: f64,
}

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
        InverseSqrt { k: 1.0 }
    }
}

impl Default for Staircase {
    fn default() -> Self {
        Staircase { every: 10, factor: 0.5 }
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Schedule::Constant(Constant {})
    }
}

/// A schedule as the reference shows it.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleInfo {
    /// As an author writes it.
    pub name: &'static str,
    /// An example: with its defaults, where these do something.
    pub schedule: fn() -> Schedule,
    pub summary: &'static str,
    pub equation: &'static str,
}

/// All schedules.
pub const SCHEDULES: &[ScheduleInfo] = &[
    ScheduleInfo {
        name: "constant",
        schedule: Schedule::default,
        summary: "the same learning rate throughout",
        equation: "alpha = alpha0",
    },
    ScheduleInfo {
        name: "inverse_time",
        schedule: || Schedule::InverseTime(InverseTime::default()),
        summary: "falls fast at first, then slowly",
        equation: "alpha = alpha0 / (1 + rate epoch)",
    },
    ScheduleInfo {
        name: "exponential",
        schedule: || Schedule::Exponential(Exponential::default()),
        summary: "falls by the same share every epoch",
        equation: "alpha = alpha0 base^epoch",
    },
    ScheduleInfo {
        name: "inverse_sqrt",
        schedule: || Schedule::InverseSqrt(InverseSqrt::default()),
        summary: "falls with the root of the epoch",
        equation: "alpha = alpha0 k / sqrt(epoch + 1)",
    },
    ScheduleInfo {
        name: "staircase",
        schedule: || Schedule::Staircase(Staircase::default()),
        summary: "falls in steps, by half every ten epochs if nothing else is set",
        equation: "alpha = alpha0 factor^floor(epoch / every)",
    },
    ScheduleInfo {
        name: "piecewise",
        schedule: || Schedule::Piecewise(Piecewise { epochs: vec![10, 20], rates: vec![1e-3, 1e-4] }),
        summary: "set by hand",
        equation: "alpha = rates[i] from epochs[i] on",
    },
];

impl Schedule {
    /// The learning rate of an epoch, counted from 0, for the initial rate `alpha0`.
    pub fn learning_rate(&self, alpha0: f64, epoch: usize) -> f64 {
        let t = epoch as f64;
        match self {
            Schedule::Constant(_) => alpha0,
            Schedule::InverseTime(schedule) => alpha0 / (1.0 + schedule.rate * t),
            Schedule::Exponential(schedule) => alpha0 * power(schedule.base, epoch),
            Schedule::InverseSqrt(schedule) => alpha0 * schedule.k / (t + 1.0).sqrt(),
            Schedule::Staircase(schedule) => alpha0 * power(schedule.factor, epoch / schedule.every.max(1)),
            Schedule::Piecewise(schedule) => {
                let mut reached =
                    schedule.epochs.iter().zip(&schedule.rates).filter(|(start, _)| **start <= epoch);
                reached.next_back().map_or(alpha0, |(_, rate)| *rate)
            }
        }
    }

    /// Problems with paths from the schedule on: `staircase.every`.
    pub fn check(&self) -> Vec<Problem> {
        let (name, problems) = match self {
            Schedule::Constant(_) => return Vec::new(),
            Schedule::InverseTime(schedule) => {
                ("inverse_time", check::zero_or_more("rate", schedule.rate).into_iter().collect())
            }
            Schedule::Exponential(schedule) => {
                ("exponential", check::above_zero("base", schedule.base).into_iter().collect())
            }
            Schedule::InverseSqrt(schedule) => {
                ("inverse_sqrt", check::above_zero("k", schedule.k).into_iter().collect())
            }
            Schedule::Staircase(schedule) => ("staircase", schedule.check()),
            Schedule::Piecewise(schedule) => ("piecewise", schedule.check()),
        };
        problems.into_iter().map(|problem: Problem| problem.within(name)).collect()
    }
}

impl Staircase {
    fn check(&self) -> Vec<Problem> {
        let every = (self.every == 0)
            .then(|| Problem::new("every", "every is 0").expected("a whole number of epochs, at least 1"));
        every.into_iter().chain(check::above_zero("factor", self.factor)).collect()
    }
}

impl Piecewise {
    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.epochs.len() != self.rates.len() {
            let message = format!("there are {} epochs and {} rates", self.epochs.len(), self.rates.len());
            problems.push(Problem::new("rates", message).expected("a rate for each epoch"));
        }
        if !self.epochs.is_sorted_by(|a, b| a < b) {
            problems
                .push(Problem::new("epochs", "the epochs are not ascending").expected("such as [10, 20]"));
        }
        let rates = self.rates.iter().enumerate();
        problems.extend(rates.filter_map(|(i, &rate)| check::above_zero(&format!("rates[{i}]"), rate)));
        problems
    }
}

/// `base^exponent` by squaring: only multiplications, in an order that the exponent fixes.
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

    fn rates(schedule: &Schedule, alpha0: f64, epochs: impl IntoIterator<Item = usize>) -> Vec<f64> {
        epochs.into_iter().map(|epoch| schedule.learning_rate(alpha0, epoch)).collect()
    }

    fn close(found: &[f64], expected: &[f64]) -> bool {
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 5e-5)
    }

    #[test]
    fn each_is_listed_under_the_name_that_authors_write() {
        for info in SCHEDULES {
            let schedule = (info.schedule)();
            let written = serde_json::to_value(&schedule).unwrap();
            assert_eq!(written.as_object().unwrap().keys().next().unwrap(), info.name);
            assert!(schedule.check().is_empty());
            let rates = rates(&schedule, 0.1, 0..50);
            assert_eq!(rates[0], 0.1, "{} starts at alpha0", info.name);
            assert!(rates.windows(2).all(|pair| pair[1] <= pair[0]), "{} never rises", info.name);
            assert_eq!(rates[49] == 0.1, info.name == "constant");
        }
    }

    #[test]
    fn the_courses_decay() {
        let schedule = Schedule::InverseTime(InverseTime { rate: 1.0 });
        assert!(close(&rates(&schedule, 0.2, 0..5), &[0.2, 0.1, 0.0667, 0.05, 0.04]));
        let schedule = Schedule::Exponential(Exponential { base: 0.95 });
        assert!(close(&rates(&schedule, 1.0, [0, 1, 2, 13]), &[1.0, 0.95, 0.9025, 0.5133]));
    }

    #[test]
    fn others_by_hand() {
        let schedule = Schedule::InverseSqrt(InverseSqrt { k: 2.0 });
        assert_eq!(rates(&schedule, 0.1, [0, 3]), [0.2, 0.1]);
        let schedule = Schedule::Staircase(Staircase { every: 3, factor: 0.5 });
        assert_eq!(rates(&schedule, 1.0, [0, 2, 3, 5, 6]), [1.0, 1.0, 0.5, 0.5, 0.25]);
        let schedule = Schedule::Piecewise(Piecewise { epochs: vec![2, 4], rates: vec![0.1, 0.01] });
        assert_eq!(rates(&schedule, 1.0, [0, 1, 2, 3, 4, 9]), [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]);
    }

    #[test]
    fn impossible_settings_are_all_reported() {
        let paths = |schedule: Schedule| -> Vec<String> {
            schedule.check().into_iter().map(|problem| problem.path).collect()
        };
        assert_eq!(
            paths(Schedule::Staircase(Staircase { every: 0, factor: 0.0 })),
            ["staircase.every", "staircase.factor"]
        );
        let uneven = Piecewise { epochs: vec![4, 2], rates: vec![-1.0] };
        assert_eq!(
            paths(Schedule::Piecewise(uneven)),
            ["piecewise.rates", "piecewise.epochs", "piecewise.rates[0]"]
        );
    }
}
