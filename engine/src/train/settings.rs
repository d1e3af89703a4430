//! What an author may set about training.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Augment, Steering};
use crate::optim::{Moment, Optimizer, Schedule};
use crate::problem::{Problem, within};
use crate::range;

/// The most epochs that may be asked for.
pub const MAX_EPOCHS: usize = 1_000_000;

/// How a model is trained.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct TrainingSettings {
    /// How often training passes over all its rows; 0 leaves the initial weights (default 20).
    pub epochs: usize,
    /// The rows of one step, or `full` for all of them (default 32).
    pub batch_size: BatchSize,
    /// How gradients become steps (default `adam`).
    pub optimizer: Optimizer,
    /// The step size alpha (default 0.001).
    pub learning_rate: f64,
    /// How the learning rate changes from epoch to epoch, or from step to step (default `constant`).
    pub schedule: Schedule,
    /// The lambda of J + lambda/m sum |W|, with m the rows of the training part (default 0).
    pub l1: f64,
    /// The lambda of J + lambda/(2m) sum ||W||^2, with m the rows of the training part (default 0).
    pub l2: f64,
    /// The most that the norm of the weights into a unit may be: after each step they are shrunk to it (default: no bound).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_norm: Option<f64>,
    /// Changes the training examples at random, anew in every epoch (default: leaves them as they are).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub augment: Option<Augment>,
    /// Stops when a metric has stopped falling, the loss on the dev part by default, and takes the best weights (default: trains all epochs).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early_stopping: Option<EarlyStopping>,
    /// Looks at the training as it goes, takes weights back and slows down where it has become worse, and else speeds up (default: does not).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steering: Option<Steering>,
    /// The numbers computed with: `f32` (default) or `f64`.
    pub precision: Precision,
}

/// The numbers computed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32 bits: about 7 digits (the default).
    #[default]
    F32,
    /// 64 bits: about 16 digits, and half as fast.
    F64,
}

/// Stops when a metric has not improved for some epochs, and takes the weights of its best epoch.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct EarlyStopping {
    /// How many epochs without improvement are waited for (default 10).
    pub patience: usize,
    /// What has to fall: `dev_loss` (default), `dev_error` or `train_loss`.
    pub metric: StoppingMetric,
}

/// What early stopping watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoppingMetric {
    /// The mean loss on the dev part (the default).
    #[default]
    DevLoss,
    /// The share of the dev part that is misclassified; for classes only.
    DevError,
    /// The mean loss on the training part, which cannot tell overfitting.
    TrainLoss,
}

impl Default for EarlyStopping {
    fn default() -> Self {
        EarlyStopping { patience: 10, metric: StoppingMetric::default() }
    }
}

/// The rows of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchSize {
    /// So many.
    Rows(usize),
    /// All rows of the training part.
    Full,
}

impl BatchSize {
    /// Returns the rows of a step (but the last of an epoch) when there are `rows` in all; at least 1.
    pub fn of(self, rows: usize) -> usize {
        match self {
            BatchSize::Rows(size) => size.min(rows).max(1),
            BatchSize::Full => rows.max(1),
        }
    }
}

impl Default for TrainingSettings {
    fn default() -> Self {
        TrainingSettings {
            epochs: 20,
            batch_size: BatchSize::Rows(32),
            optimizer: Optimizer::default(),
            learning_rate: 0.001,
            schedule: Schedule::default(),
            l1: 0.0,
            l2: 0.0,
            max_norm: None,
            augment: None,
            early_stopping: None,
            steering: None,
            precision: Precision::default(),
        }
    }
}

impl TrainingSettings {
    /// Returns everything that is wrong whatever the data are.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.epochs > MAX_EPOCHS {
            let message = format!("there are {} epochs", self.epochs);
            problems.push(Problem::new("epochs", message).expected(format!("at most {MAX_EPOCHS}")));
        }
        if self.batch_size == BatchSize::Rows(0) {
            problems.push(
                Problem::new("batch_size", "the batch size is 0").expected("a number above 0, or `full`"),
            );
        }
        problems.extend(range::learning_rate(Some(self.learning_rate)));
        problems.extend(
            [("l1", self.l1), ("l2", self.l2)]
                .into_iter()
                .filter_map(|(name, lambda)| range::of(name, lambda).zero_or_more()),
        );
        let bound = self.max_norm.and_then(|bound| range::of("max_norm", bound).above_zero());
        problems.extend(bound.map(|problem| problem.hint("leave it out for no bound")));
        if self.early_stopping.as_ref().is_some_and(|stopping| stopping.patience == 0) {
            problems.push(
                Problem::new("early_stopping.patience", "the patience is 0").expected("at least 1 epoch"),
            );
        }
        if let Some(augment) = &self.augment {
            problems.extend(within("augment", augment.check()));
        }
        if let Some(steering) = &self.steering {
            problems.extend(within("steering", steering.check()));
        }
        problems.extend(within("optimizer", self.optimizer.check()));
        problems.extend(within("schedule", self.schedule.check()));
        problems
    }

    /// Returns alpha of a step: the optimizer's own learning rate or the common one, as scheduled.
    pub fn learning_rate_at(&self, moment: Moment) -> f64 {
        let alpha0 = self.optimizer.learning_rate().unwrap_or(self.learning_rate);
        self.schedule.learning_rate(alpha0, moment)
    }
}

impl Serialize for BatchSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            BatchSize::Rows(rows) => serializer.serialize_u64(*rows as u64),
            BatchSize::Full => serializer.serialize_str("full"),
        }
    }
}

impl<'de> Deserialize<'de> for BatchSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BatchSizeVisitor)
    }
}

struct BatchSizeVisitor;

impl Visitor<'_> for BatchSizeVisitor {
    type Value = BatchSize;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a whole number of rows, or `full`")
    }

    fn visit_u64<E: Error>(self, rows: u64) -> Result<BatchSize, E> {
        usize::try_from(rows).map(BatchSize::Rows).map_err(|_| E::custom("the batch size is too large"))
    }

    fn visit_i64<E: Error>(self, rows: i64) -> Result<BatchSize, E> {
        match u64::try_from(rows) {
            Ok(rows) => self.visit_u64(rows),
            Err(_) => Err(E::invalid_value(serde::de::Unexpected::Signed(rows), &self)),
        }
    }

    /// Reads 1e3 as a whole number too.
    fn visit_f64<E: Error>(self, rows: f64) -> Result<BatchSize, E> {
        if (0.0..1e15).contains(&rows) && rows == rows.trunc() {
            return self.visit_u64(rows as u64);
        }
        Err(E::invalid_value(serde::de::Unexpected::Float(rows), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<BatchSize, E> {
        match text {
            "full" => Ok(BatchSize::Full),
            _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }
}

impl JsonSchema for BatchSize {
    fn schema_name() -> Cow<'static, str> {
        "BatchSize".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number of rows, or `full`.",
            "anyOf": [{ "type": "integer", "minimum": 1 }, { "const": "full" }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optim::Adam;

    fn first_step_of(epoch: usize) -> Moment {
        Moment { epoch, step: 0, epochs: 20, steps_per_epoch: 1 }
    }

    #[test]
    fn nothing_need_be_set() {
        let training: TrainingSettings = serde_json::from_str("{}").unwrap();
        assert_eq!(training, TrainingSettings::default());
        assert!(training.check().is_empty());
        assert_eq!(training.learning_rate_at(first_step_of(7)), 0.001);
    }

    #[test]
    fn batch_sizes_are_read_and_written_back() {
        for (text, size) in [("64", BatchSize::Rows(64)), ("\"full\"", BatchSize::Full)] {
            assert_eq!(serde_json::from_str::<BatchSize>(text).unwrap(), size);
            assert_eq!(serde_json::to_string(&size).unwrap(), text);
        }
        assert_eq!(serde_json::from_str::<BatchSize>("1e3").unwrap(), BatchSize::Rows(1000));
        for wrong in ["-1", "2.5", "\"all\""] {
            let error = serde_json::from_str::<BatchSize>(wrong).unwrap_err().to_string();
            assert!(error.contains("expected a whole number of rows, or `full`"), "{error}");
        }
        assert_eq!(BatchSize::Rows(32).of(10), 10);
        assert_eq!(BatchSize::Full.of(10), 10);
        assert_eq!(BatchSize::Rows(4).of(10), 4);
    }

    #[test]
    fn all_problems_are_found_at_once() {
        let training: TrainingSettings = serde_json::from_str(
            r#"{"batch_size": 0, "learning_rate": -0.1, "l1": -2, "l2": -1, "max_norm": 0, "early_stopping": {"patience": 0},
                "optimizer": {"adam": {"beta1": 1}}, "schedule": {"staircase": {"every": 0}}}"#,
        )
        .unwrap();
        let paths: Vec<String> = training.check().into_iter().map(|problem| problem.path).collect();
        assert_eq!(
            paths,
            [
                "batch_size",
                "learning_rate",
                "l1",
                "l2",
                "max_norm",
                "early_stopping.patience",
                "optimizer.adam.beta1",
                "schedule.staircase.every"
            ]
        );
    }

    #[test]
    fn an_optimizers_own_learning_rate_comes_first() {
        let training = TrainingSettings {
            optimizer: Optimizer::Adam(Adam { learning_rate: Some(0.5), ..Adam::default() }),
            schedule: serde_json::from_str(r#"{"inverse_time": {"rate": 1}}"#).unwrap(),
            ..TrainingSettings::default()
        };
        assert_eq!([0, 1].map(|epoch| training.learning_rate_at(first_step_of(epoch))), [0.5, 0.25]);
    }
}
