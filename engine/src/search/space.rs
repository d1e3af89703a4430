//! The settings that are searched, all together.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::dimension::Dimension;
use crate::problem::Problem;

/// A dimension for each setting, named by its dotted path (`training.learning_rate`), in the order as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Space {
    pub dimensions: Vec<(String, Dimension)>,
}

/// A place in the unit cube: for each dimension, from 0 to 1 on its scale.
pub type Point = Vec<f64>;

impl Space {
    /// Everything that is wrong with it. A place is the setting's path as written, then the scale:
    /// `training.learning_rate.log`.
    pub fn check(&self) -> Vec<Problem> {
        if self.dimensions.is_empty() {
            return vec![
                Problem::new("", "the space has no settings")
                    .expected("at least one, as in `training.learning_rate: {log: [0.0001, 1]}`"),
            ];
        }
        self.dimensions
            .iter()
            .flat_map(|(path, dimension)| {
                dimension.check().into_iter().map(move |problem| problem.within(path))
            })
            .collect()
    }

    /// The settings at a point, in the order of the dimensions.
    pub fn at(&self, point: &[f64]) -> Vec<Value> {
        self.dimensions.iter().zip(point).map(|((_, dimension), &u)| dimension.at(u)).collect()
    }

    pub fn len(&self) -> usize {
        self.dimensions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.dimensions.is_empty()
    }
}

impl Serialize for Space {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (path, dimension) in &self.dimensions {
            map.serialize_entry(path, dimension)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Space {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SpaceVisitor)
    }
}

struct SpaceVisitor;

impl<'de> Visitor<'de> for SpaceVisitor {
    type Value = Space;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from settings to ranges, as in `training.learning_rate: {log: [0.0001, 1]}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Space, A::Error> {
        let mut dimensions: Vec<(String, Dimension)> = Vec::new();
        while let Some(path) = map.next_key::<String>()? {
            if dimensions.iter().any(|(other, _)| *other == path) {
                return Err(de::Error::custom(format!("`{path}` is listed twice")));
            }
            dimensions.push((path, map.next_value()?));
        }
        Ok(Space { dimensions })
    }
}

impl JsonSchema for Space {
    fn schema_name() -> Cow<'static, str> {
        "Space".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let dimension = generator.subschema_for::<Dimension>();
        json_schema!({
            "description": "A map from the dotted path of a setting to its range and scale.",
            "type": "object",
            "additionalProperties": dimension
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(json: &str) -> Space {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn reads_and_writes_in_the_order_as_written() {
        let text = r#"{"training.learning_rate":{"log":[0.0001,1.0]},"model.hidden":{"choice":[[8],[8,8]]},"a.b":{"integer":[1,9]}}"#;
        let space = space(text);
        assert_eq!(
            space.dimensions.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(),
            ["training.learning_rate", "model.hidden", "a.b"]
        );
        assert_eq!(serde_json::to_string(&space).unwrap(), text);
        assert_eq!(
            space.at(&[0.0, 0.9, 0.5]),
            [Value::from(0.0001), serde_json::json!([8, 8]), Value::from(5)]
        );
    }

    #[test]
    fn problems_carry_the_path() {
        let problems =
            space(r#"{"training.l2": {"log": [0, 1]}, "model.width": {"choice": [3, 3]}}"#).check();
        let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["training.l2.log", "model.width.choice[1]"]);
        assert_eq!(space("{}").check()[0].to_string(), ": the space has no settings");
        assert!(
            serde_json::from_str::<Space>(r#"{"a": {"linear": [0, 1]}, "a": {"linear": [0, 1]}}"#).is_err()
        );
    }
}
