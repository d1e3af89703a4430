//! What was measured after each epoch.

use crate::nn::Score;

/// Series with one value an epoch; index 0 is before training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// What was measured on the training part.
    pub train: PartHistory,
    /// Empty if the part has no rows.
    pub dev: PartHistory,
    /// Empty if the part has no rows.
    pub test: PartHistory,
    /// `sqrt(sum ||W||^2)`, biases not counted.
    pub weight_norm: Vec<f64>,
    /// J, what training minimises: the training loss and the penalties.
    pub objective: Vec<f64>,
    /// The rate of the first step of the epoch that comes next; empty where training is not steered.
    pub steered_rate: Vec<f64>,
}

/// The series of one part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartHistory {
    /// The mean loss, without the penalty, dropout off.
    pub loss: Vec<f64>,
    /// The share of rows classified rightly; empty where the target is a number.
    pub accuracy: Vec<f64>,
    /// 1 - accuracy, counted exactly; empty where the target is a number.
    pub error: Vec<f64>,
}

impl PartHistory {
    pub(super) fn push(&mut self, score: Score, classes: bool) {
        if score.rows == 0 {
            return;
        }
        self.loss.push(score.mean_loss());
        if classes {
            self.accuracy.push(score.accuracy());
            self.error.push((score.rows - score.correct) as f64 / score.rows as f64);
        }
    }
}

impl History {
    /// Returns all series that exist, by the names that authors read: `train_loss`, `dev_accuracy`, `weight_norm`...
    pub fn series(&self) -> Vec<(String, &[f64])> {
        let mut all = Vec::new();
        for (part, history) in [("train", &self.train), ("dev", &self.dev), ("test", &self.test)] {
            for (metric, values) in
                [("loss", &history.loss), ("accuracy", &history.accuracy), ("error", &history.error)]
            {
                all.push((format!("{part}_{metric}"), values.as_slice()));
            }
        }
        all.push(("weight_norm".to_owned(), &self.weight_norm));
        all.push(("objective".to_owned(), &self.objective));
        all.push(("steered_rate".to_owned(), &self.steered_rate));
        all.retain(|(_, values)| !values.is_empty());
        all
    }

    /// Returns how many epochs were measured, the one before training included.
    pub fn len(&self) -> usize {
        self.weight_norm.len()
    }

    /// Returns whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes what was measured last what it was after an epoch.
    pub(super) fn repeat(&mut self, epoch: usize) {
        let parts = [&mut self.train, &mut self.dev, &mut self.test];
        let of_parts =
            parts.into_iter().flat_map(|part| [&mut part.loss, &mut part.accuracy, &mut part.error]);
        for values in of_parts.chain([&mut self.weight_norm, &mut self.objective]) {
            if let Some(last) = values.len().checked_sub(1) {
                values[last] = values[epoch];
            }
        }
    }

    /// Returns whether the newest losses are finite numbers.
    pub(super) fn is_finite(&self) -> bool {
        let last = |part: &PartHistory| part.loss.last().is_none_or(|loss| loss.is_finite());
        last(&self.train) && last(&self.dev) && last(&self.test)
    }

    /// Returns the epoch with the lowest loss on dev (on train if there is no dev part), the first of equals.
    pub fn best_epoch(&self) -> usize {
        let losses = if self.dev.loss.is_empty() { &self.train.loss } else { &self.dev.loss };
        lowest(losses)
    }
}

/// Returns the index of the lowest number, the first of equals; NaN is never lowest; 0 if there is none.
fn lowest(values: &[f64]) -> usize {
    let mut best = 0;
    for (i, &value) in values.iter().enumerate() {
        if value < values[best] || (values[best].is_nan() && !value.is_nan()) {
            best = i;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_series_that_exist_are_named() {
        let mut history = History::default();
        history.train.push(Score { loss: 3.0, correct: 1, rows: 4 }, true);
        history.dev.push(Score::default(), true);
        history.test.push(Score { loss: 3.0, correct: 0, rows: 2 }, false);
        history.weight_norm.push(2.0);
        let found: Vec<(String, f64)> =
            history.series().into_iter().map(|(name, values)| (name, values[0])).collect();
        let expected = [
            ("train_loss", 0.75),
            ("train_accuracy", 0.25),
            ("train_error", 0.75),
            ("test_loss", 1.5),
            ("weight_norm", 2.0),
        ];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn the_best_epoch_is_the_first_lowest() {
        assert_eq!(lowest(&[3.0, 1.0, 2.0, 1.0]), 1);
        assert_eq!(lowest(&[f64::NAN, 5.0, f64::NAN]), 1);
        assert_eq!(lowest(&[]), 0);
        let mut history = History::default();
        history.train.loss = vec![3.0, 2.0, 1.0];
        assert_eq!(history.best_epoch(), 2);
        history.dev.loss = vec![3.0, 2.0, 4.0];
        assert_eq!(history.best_epoch(), 1);
    }
}
