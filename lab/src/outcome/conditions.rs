//! Under what a variant ran: its settings in effect, and what follows from them for each of its runs. None of it is kept with
//! the runs: it follows anew from the settings whenever somebody asks.

use serde::Serialize;
use serde_json::Value as Json;

use super::RunRecord;
use crate::collections::BTreeMap;

/// The name of the series of learning rates.
pub const LEARNING_RATE: &str = "learning_rate";

/// The conditions of a variant.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Conditions {
    /// What took effect, by dotted path. A choice is its name, with its settings beneath it.
    pub settings: BTreeMap<String, Json>,
    /// How many numbers its network learns.
    pub parameters: Option<usize>,
    /// The rows of the training part.
    pub train_rows: Option<usize>,
    /// How it descends, where its series tell of it.
    pub descent: Option<Descent>,
}

/// How a variant descends.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Descent {
    /// Steps from one value of a series to the next.
    pub stride: usize,
    /// The learning rate of the step that would follow each value of a series, that before the first step included.
    pub learning_rates: Vec<f64>,
}

/// What follows from the conditions of a variant for some of its runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Following<'a> {
    /// One number a run, by name.
    pub numbers: BTreeMap<&'static str, Vec<f64>>,
    /// Of each run that has series, one number for each of their values.
    pub learning_rates: Vec<&'a [f64]>,
}

impl Conditions {
    /// Returns the numbers that follow for a run, by name.
    pub fn numbers(&self, run: &RunRecord) -> impl Iterator<Item = (&'static str, f64)> {
        self.with_steps(self.steps(run))
    }

    /// Returns the numbers that every run will have that goes on to its end.
    pub fn foreseen(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let descent = self.descent.as_ref();
        self.with_steps(descent.map(|descent| descent.stride * (descent.learning_rates.len() - 1)))
    }

    /// Returns what follows for several runs.
    pub fn following<'a>(&'a self, runs: impl IntoIterator<Item = &'a RunRecord>) -> Following<'a> {
        let mut following = Following::default();
        for run in runs {
            for (name, number) in self.numbers(run) {
                following.numbers.entry(name).or_default().push(number);
            }
            following.learning_rates.extend(self.learning_rates(run));
        }
        following
    }

    fn with_steps(&self, steps: Option<usize>) -> impl Iterator<Item = (&'static str, f64)> {
        let known = [("parameters", self.parameters), ("train_rows", self.train_rows), ("steps", steps)];
        known.into_iter().filter_map(|(name, number)| Some((name, number? as f64)))
    }

    /// Returns the learning rates of a run, one for each value of its series.
    pub fn learning_rates(&self, run: &RunRecord) -> Option<&[f64]> {
        let rates = &self.descent.as_ref()?.learning_rates;
        rates.get(..values(run)?)
    }

    /// Returns how many steps a run took.
    fn steps(&self, run: &RunRecord) -> Option<usize> {
        Some(self.descent.as_ref()?.stride * (values(run)? - 1))
    }
}

/// Returns how many values the series of a run have; none where it has no series.
fn values(run: &RunRecord) -> Option<usize> {
    run.series.values().map(super::Numbers::count).max().filter(|&values| values > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_rates_go_as_far_as_the_run() {
        let descent = Descent { stride: 5, learning_rates: vec![0.4, 0.3, 0.2, 0.1] };
        let conditions = Conditions { parameters: Some(9), descent: Some(descent), ..Conditions::default() };
        let run = |values: usize| RunRecord {
            series: [("train_loss".to_owned(), vec![0.0; values].into())].into(),
            ..RunRecord::default()
        };
        let numbers = |values| conditions.numbers(&run(values)).collect::<Vec<_>>();
        assert_eq!(numbers(4), [("parameters", 9.0), ("steps", 15.0)]);
        assert_eq!(numbers(1), [("parameters", 9.0), ("steps", 0.0)]);
        assert_eq!(conditions.numbers(&RunRecord::default()).count(), 1);
        // Early stopping ended this one after its second epoch.
        assert_eq!(conditions.learning_rates(&run(3)), Some(&[0.4, 0.3, 0.2][..]));
        assert_eq!(conditions.learning_rates(&RunRecord::default()), None);
    }
}
