//! What an author may set about batch normalization.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::problem::Problem;
use crate::range;

/// Batch normalization of the hidden layers.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct BatchNorm {
    /// Keeps the division finite, inside the root (default 1e-5).
    pub epsilon: f64,
    /// How much of the old averages of mean and variance stays at each step (default 0.9).
    pub average: f64,
    /// Whether to divide the averages by 1 - average^t (default true).
    pub bias_correction: bool,
    /// Where prediction takes means and variances from (default `running`).
    pub prediction: PredictionStatistics,
}

/// Where prediction takes the mean and variance of each unit from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PredictionStatistics {
    /// The last values of exponentially weighted averages over the batches of training (the default).
    #[default]
    Running,
    /// The whole training part, measured anew after every epoch.
    Exact,
    /// The rows themselves, that many at a time (`{batch: 64}`) in their order: what is predicted for a row depends on
    /// its neighbours.
    Batch(usize),
}

impl Default for BatchNorm {
    fn default() -> Self {
        BatchNorm {
            epsilon: 1e-5,
            average: 0.9,
            bias_correction: true,
            prediction: PredictionStatistics::default(),
        }
    }
}

impl BatchNorm {
    /// Returns problems with paths from `batch_norm` on: `epsilon`.
    pub fn check(&self) -> Vec<Problem> {
        let epsilon = range::of("epsilon", self.epsilon).in_single_precision();
        let average = range::of("average", self.average).below_one();
        let mut problems: Vec<Problem> = epsilon.into_iter().chain(average).collect();
        if self.prediction == PredictionStatistics::Batch(0) {
            problems.push(
                Problem::new("prediction.batch", "prediction goes 0 rows at a time").expected("at least 1"),
            );
        }
        problems
    }
}

/// Reads `true`, `false` or settings.
pub(crate) fn on_off_or_settings<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BatchNorm>, D::Error> {
    deserializer.deserialize_any(OnOffOrSettings)
}

struct OnOffOrSettings;

impl<'de> Visitor<'de> for OnOffOrSettings {
    type Value = Option<BatchNorm>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("`true`, `false` or settings (`name: value`)")
    }

    fn visit_bool<E>(self, on: bool) -> Result<Self::Value, E> {
        Ok(on.then(BatchNorm::default))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, settings: A) -> Result<Self::Value, A::Error> {
        BatchNorm::deserialize(MapAccessDeserializer::new(settings)).map(Some)
    }
}

pub(crate) fn schema(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [{ "type": "boolean" }, generator.subschema_for::<BatchNorm>()] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::ModelSettings;

    fn read(json: &str) -> serde_json::Result<Option<BatchNorm>> {
        serde_json::from_str::<ModelSettings>(&format!(r#"{{"batch_norm": {json}}}"#))
            .map(|model| model.batch_norm)
    }

    #[test]
    fn on_off_or_settings() {
        assert_eq!(read("true").unwrap(), Some(BatchNorm::default()));
        assert_eq!(read("{}").unwrap(), Some(BatchNorm::default()));
        assert_eq!((read("false").unwrap(), read("null").unwrap()), (None, None));
        let own = r#"{"average": 0.99, "bias_correction": false, "prediction": {"batch": 4}}"#;
        let own = read(own).unwrap().unwrap();
        assert_eq!((own.average, own.bias_correction, own.epsilon), (0.99, false, 1e-5));
        assert_eq!(own.prediction, PredictionStatistics::Batch(4));
        assert_eq!(
            read(r#"{"prediction": "exact"}"#).unwrap().unwrap().prediction,
            PredictionStatistics::Exact
        );
        assert!(read("3").unwrap_err().to_string().contains("expected `true`, `false` or settings"));
        assert!(read(r#"{"avrage": 0.9}"#).unwrap_err().to_string().contains("unknown field `avrage`"));
    }

    #[test]
    fn settings_survive_being_written_and_read() {
        for json in ["true", "false", r#"{"epsilon": 0.1, "prediction": {"batch": 2}}"#] {
            let model = ModelSettings { batch_norm: read(json).unwrap(), ..ModelSettings::default() };
            let written = serde_json::to_string(&model).unwrap();
            assert_eq!(serde_json::from_str::<ModelSettings>(&written).unwrap(), model);
            assert_eq!(written.contains("batch_norm"), json != "false");
        }
    }

    #[test]
    fn all_problems_are_found_at_once() {
        let wrong = BatchNorm {
            epsilon: 0.0,
            average: 1.0,
            prediction: PredictionStatistics::Batch(0),
            ..BatchNorm::default()
        };
        let paths: Vec<String> = wrong.check().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["epsilon", "average", "prediction.batch"]);
        assert!(BatchNorm::default().check().is_empty());
    }
}
