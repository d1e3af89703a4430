//! The step size of a descent: a number, or by how steep the ground is.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::diagnostic::Problem;
use crate::range;

/// The key of the other form.
const OVER_CURVATURE: &str = "over_curvature";

/// A step size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::experiment) enum Rate {
    Number(f64),
    /// So many times 1 over the largest curvature at the lowest point: from 2 on plain descent diverges.
    OverCurvature(f64),
}

impl Rate {
    /// Returns the number that it is where the largest curvature is this one.
    pub(super) fn at(self, curvature: f64) -> f64 {
        match self {
            Rate::Number(rate) => rate,
            Rate::OverCurvature(factor) => factor / curvature,
        }
    }

    pub(super) fn check(self) -> Option<Problem> {
        match self {
            Rate::Number(rate) => range::learning_rate(Some(rate)),
            Rate::OverCurvature(factor) => {
                range::of("learning_rate.over_curvature", factor).said("the learning rate").above_zero()
            }
        }
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Rate::Number(rate) => serializer.serialize_f64(*rate),
            Rate::OverCurvature(factor) => serializer.collect_map([(OVER_CURVATURE, factor)]),
        }
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RateVisitor)
    }
}

struct RateVisitor;

impl<'de> Visitor<'de> for RateVisitor {
    type Value = Rate;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a number, or `{over_curvature: 1}`")
    }

    fn visit_f64<E: Error>(self, rate: f64) -> Result<Rate, E> {
        Ok(Rate::Number(rate))
    }

    fn visit_u64<E: Error>(self, rate: u64) -> Result<Rate, E> {
        Ok(Rate::Number(rate as f64))
    }

    fn visit_i64<E: Error>(self, rate: i64) -> Result<Rate, E> {
        Ok(Rate::Number(rate as f64))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rate, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if key != OVER_CURVATURE {
                return Err(A::Error::invalid_value(Unexpected::Str(&key), &self));
            }
            found = Some(map.next_value()?);
        }
        found.map(Rate::OverCurvature).ok_or_else(|| A::Error::invalid_value(Unexpected::Map, &self))
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, or `{over_curvature: 1}`: so many times 1 over the largest curvature at the lowest point.",
            "anyOf": [
                { "type": "number", "exclusiveMinimum": 0 },
                {
                    "type": "object",
                    "properties": { OVER_CURVATURE: {
                        "description": "How many times 1 over the largest curvature at the lowest point: at 1 the steepest direction is done in one step, from 2 on plain descent diverges.",
                        "type": "number", "exclusiveMinimum": 0
                    } },
                    "required": [OVER_CURVATURE],
                    "additionalProperties": false
                }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_read_and_write() {
        for (text, rate) in
            [("0.1", Rate::Number(0.1)), (r#"{"over_curvature":1.5}"#, Rate::OverCurvature(1.5))]
        {
            assert_eq!(serde_json::from_str::<Rate>(text).unwrap(), rate);
            assert_eq!(serde_json::to_string(&rate).unwrap(), text);
        }
        assert_eq!(serde_json::from_str::<Rate>("2").unwrap().at(9.0), 2.0);
        assert_eq!(Rate::OverCurvature(2.0).at(4.0), 0.5);
        for wrong in ["\"fast\"", "{}", r#"{"over": 1}"#] {
            assert!(serde_json::from_str::<Rate>(wrong).is_err(), "{wrong}");
        }
        assert!(Rate::OverCurvature(0.0).check().is_some() && Rate::Number(0.1).check().is_none());
    }
}
