//! A setting that is one number for the hidden layers, or a list with one number a layer.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// `0.8`, or `[1, 0.8, 0.5]`: input, hidden layer 1, hidden layer 2, ...
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum PerLayer {
    /// For every hidden layer; the input is left alone.
    Hidden(f64),
    /// The input first, then one a hidden layer, then perhaps the logits.
    Each(Vec<f64>),
}

impl PerLayer {
    /// Returns the values with their paths below the setting: `[1]` in a list, empty for the one number.
    pub fn entries(&self) -> Vec<(String, f64)> {
        match self {
            PerLayer::Hidden(value) => vec![(String::new(), *value)],
            PerLayer::Each(values) => {
                values.iter().enumerate().map(|(i, &value)| (format!("[{i}]"), value)).collect()
            }
        }
    }
}

impl<'de> Deserialize<'de> for PerLayer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PerLayerVisitor)
    }
}

struct PerLayerVisitor;

impl<'de> Visitor<'de> for PerLayerVisitor {
    type Value = PerLayer;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a number, or a list of numbers (input, hidden layer 1, ...)")
    }

    fn visit_f64<E>(self, value: f64) -> Result<PerLayer, E> {
        Ok(PerLayer::Hidden(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<PerLayer, E> {
        Ok(PerLayer::Hidden(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<PerLayer, E> {
        Ok(PerLayer::Hidden(value as f64))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<PerLayer, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element()? {
            values.push(value);
        }
        Ok(PerLayer::Each(values))
    }
}

impl JsonSchema for PerLayer {
    fn schema_name() -> Cow<'static, str> {
        "PerLayer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One number for every hidden layer, or a list: input, hidden layer 1, ...",
            "anyOf": [{ "type": "number" }, { "type": "array", "items": { "type": "number" } }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_or_a_list_is_read_and_written_back() {
        for text in ["0.8", "[1.0,0.8,0.5]", "[]"] {
            let value: PerLayer = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&value).unwrap(), text);
        }
        assert_eq!(serde_json::from_str::<PerLayer>("1").unwrap(), PerLayer::Hidden(1.0));
        assert_eq!(serde_json::from_str::<PerLayer>("-1").unwrap(), PerLayer::Hidden(-1.0));
        assert_eq!(serde_json::from_str::<PerLayer>("[1, 0.5]").unwrap(), PerLayer::Each(vec![1.0, 0.5]));
        let error = serde_json::from_str::<PerLayer>("\"half\"").unwrap_err();
        assert!(error.to_string().contains("expected a number, or a list of numbers"), "{error}");
    }
}
