//! One setting of a space: its path, its range, and when it exists.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::dimension::Dimension;

/// A setting that is searched.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Dotted: `training.learning_rate`.
    pub path: String,
    /// What it may be.
    pub dimension: Dimension,
    /// It exists only where all of these hold; without any, always.
    pub when: Vec<Condition>,
}

/// That another setting has one of some values.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The other setting, dotted.
    pub path: String,
    /// Those of its values for which the condition holds.
    pub values: Vec<Value>,
}

impl Setting {
    /// Makes a setting that always exists.
    pub fn new(path: impl Into<String>, dimension: Dimension) -> Self {
        Setting { path: path.into(), dimension, when: Vec::new() }
    }
}

impl Condition {
    /// Returns whether the other setting's value is one of those named.
    pub fn allows(&self, value: &Value) -> bool {
        self.values.iter().any(|named| names(named, value))
    }
}

/// Returns whether `named` is that value; a choice that carries settings (`{adam: {beta1: 0.8}}`) is also named by its word
/// alone.
pub(super) fn names(named: &Value, value: &Value) -> bool {
    let word =
        value.as_object().filter(|entries| entries.len() == 1).and_then(|entries| entries.keys().next());
    match (named.as_f64(), value.as_f64()) {
        (Some(named), Some(value)) => named == value,
        _ => named == value || (word.is_some() && named.as_str() == word.map(String::as_str)),
    }
}

/// A setting without its path.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Unnamed {
    dimension: Dimension,
    when: Vec<Condition>,
}

impl Unnamed {
    pub(super) fn named(self, path: String) -> Setting {
        Setting { path, dimension: self.dimension, when: self.when }
    }
}

/// A setting as it is written below its path: one scale with its range, and perhaps `when`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a scale with its range, as in `{log: [0.0001, 1]}`")]
pub(super) struct Written {
    /// From a to b (above 0), every factor alike: 0.001 to 0.01 gets as many trials as 0.01 to 0.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<[f64; 2]>,
    /// From a to b, every distance alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    linear: Option<[f64; 2]>,
    /// Whole numbers from a to b, both included.
    #[serde(skip_serializing_if = "Option::is_none")]
    integer: Option<[i64; 2]>,
    /// One of these values.
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<Vec<Value>>,
    /// From a to b (below 1), with one minus the value on a log scale: 0.9 to 0.99 gets as many trials as 0.99 to 0.999.
    #[serde(skip_serializing_if = "Option::is_none")]
    one_minus_log: Option<[f64; 2]>,
    /// The setting exists only where others of the space have these values: a map from a path to a value, or to a list of values.
    #[serde(skip_serializing_if = "When::is_empty")]
    when: When,
}

impl TryFrom<Written> for Unnamed {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Unnamed, Self::Error> {
        let scales = [
            written.log.map(Dimension::Log),
            written.linear.map(Dimension::Linear),
            written.integer.map(Dimension::Integer),
            written.choice.map(Dimension::Choice),
            written.one_minus_log.map(Dimension::OneMinusLog),
        ];
        let mut scales = scales.into_iter().flatten();
        match (scales.next(), scales.next()) {
            (Some(dimension), None) => Ok(Unnamed { dimension, when: written.when.0 }),
            (None, _) => Err("a setting that is searched has a range, such as `{log: [0.0001, 1]}`"),
            (Some(_), Some(_)) => Err("a setting that is searched has one scale, not several"),
        }
    }
}

impl From<&Setting> for Written {
    fn from(setting: &Setting) -> Written {
        let when = When(setting.when.clone());
        match setting.dimension.clone() {
            Dimension::Log(range) => Written { log: Some(range), when, ..Written::default() },
            Dimension::Linear(range) => Written { linear: Some(range), when, ..Written::default() },
            Dimension::Integer(range) => Written { integer: Some(range), when, ..Written::default() },
            Dimension::Choice(values) => Written { choice: Some(values), when, ..Written::default() },
            Dimension::OneMinusLog(range) => {
                Written { one_minus_log: Some(range), when, ..Written::default() }
            }
        }
    }
}

/// Conditions in the order as written.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(with = "std::collections::BTreeMap<String, Value>")]
struct When(Vec<Condition>);

impl When {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for condition in &self.0 {
            map.serialize_entry(&condition.path, &condition.values)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(WhenVisitor)
    }
}

struct WhenVisitor;

impl<'de> Visitor<'de> for WhenVisitor {
    type Value = When;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from settings to values, as in `training.optimizer: adam`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<When, A::Error> {
        let mut conditions: Vec<Condition> = Vec::new();
        while let Some((path, value)) = map.next_entry::<String, Value>()? {
            if conditions.iter().any(|other| other.path == path) {
                return Err(de::Error::custom(format!("`{path}` is listed twice")));
            }
            let values = match value {
                Value::Array(values) => values,
                value => vec![value],
            };
            conditions.push(Condition { path, values });
        }
        Ok(When(conditions))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn setting(json: Value) -> serde_json::Result<Setting> {
        let unnamed = serde_json::from_value::<Unnamed>(json)?;
        Ok(unnamed.named("p".into()))
    }

    #[test]
    fn one_scale_and_its_conditions() {
        let read = setting(json!({"when": {"o": "adam", "n": [1, 2]}, "linear": [0.5, 1]})).unwrap();
        assert_eq!(read.dimension, Dimension::Linear([0.5, 1.0]));
        let adam = Condition { path: "o".into(), values: vec![json!("adam")] };
        let few = Condition { path: "n".into(), values: vec![json!(1), json!(2)] };
        assert_eq!(read.when, [adam, few]);
    }

    #[test]
    fn no_scale_two_scales_and_unknown_scales_are_refused() {
        assert!(setting(json!({"when": {"o": 1}})).unwrap_err().to_string().contains("has a range"));
        assert!(
            setting(json!({"log": [1, 2], "linear": [1, 2]})).unwrap_err().to_string().contains("one scale")
        );
        assert!(setting(json!({"lag": [1, 2]})).unwrap_err().to_string().contains("unknown field"));
    }

    #[test]
    fn a_word_names_a_choice_with_settings() {
        let adam = json!({"adam": {"beta1": 0.8}});
        assert!(names(&json!("adam"), &adam) && names(&adam, &adam) && names(&json!(2), &json!(2.0)));
        assert!(!names(&json!("sgd"), &adam) && !names(&json!({"adam": {}}), &adam));
    }
}
