//! How what was found is to be read: what one value of a series is, how a metric is written.

use serde::{Deserialize, Serialize};

/// How the value of a metric is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Written {
    #[default]
    Number,
    /// A part of a whole: 0.25 is 25%.
    Percent,
    /// Where in a series something first happened; not a number in a run where it never did.
    When,
}

/// What one value of a series is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// An epoch of training; the first value is before training.
    #[default]
    Epoch,
    /// A step of a descent; the first value is at its start.
    Step,
    /// A trial of a search, counted from 1.
    Trial,
    /// A layer, counted from 1.
    Layer,
    /// A value of a series in time, counted from 1.
    Value,
}

impl Step {
    /// Returns the name as readers and columns of files call it.
    pub fn name(self) -> &'static str {
        match self {
            Step::Epoch => "epoch",
            Step::Step | Step::Value => "step",
            Step::Trial => "trial",
            Step::Layer => "layer",
        }
    }

    /// Returns where a run ceased to be finite, in words. A search tells of its best trial, which trained by epochs.
    pub fn diverged(self, at: f64) -> String {
        match self {
            Step::Trial => format!("epoch {at} of the best trial"),
            step => format!("{} {at}", step.name()),
        }
    }

    /// Returns the number of a series' first value.
    pub fn first(self) -> usize {
        match self {
            Step::Epoch | Step::Step => 0,
            Step::Trial | Step::Layer | Step::Value => 1,
        }
    }

    /// Returns how many steps a series of so many values tells of: the start is none.
    pub fn count(self, values: usize) -> usize {
        match self {
            Step::Epoch | Step::Step => values.saturating_sub(1),
            Step::Trial | Step::Layer | Step::Value => values,
        }
    }

    /// Returns where the value of that index stands, in words: `epoch 3`, `before training`.
    pub fn place(self, index: usize) -> String {
        match (self, index) {
            (Step::Epoch, 0) => "before training".to_owned(),
            (step, index) => format!("{} {}", step.name(), step.first() + index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_as_readers_do() {
        assert_eq!(
            (Step::Epoch.place(0), Step::Epoch.place(2)),
            ("before training".into(), "epoch 2".into())
        );
        assert_eq!((Step::Step.place(0), Step::Trial.place(0)), ("step 0".into(), "trial 1".into()));
        assert_eq!((Step::Epoch.count(31), Step::Trial.count(8)), (30, 8));
    }
}
