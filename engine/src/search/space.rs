//! The settings that are searched, all together.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::dimension::Dimension;
use super::setting::{Condition, Setting, Unnamed, Written};
use crate::problem::{Problem, nearest};

/// The settings that are searched, in the order as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Space {
    /// Each has a place in a [`Point`].
    pub settings: Vec<Setting>,
}

/// A place in the unit cube: for each setting, from 0 to 1 on its scale. A setting that does not exist there (its
/// condition does not hold) has a place too, which means nothing.
pub type Point = Vec<f64>;

/// The most settings of a space: each is laid over all the others, and a trial draws them all.
pub const MOST_SETTINGS: usize = 64;

impl Space {
    /// Returns everything that is wrong with it. A place is the setting's path as written, then the scale:
    /// `training.learning_rate.log`.
    pub fn check(&self) -> Vec<Problem> {
        if self.settings.is_empty() {
            return vec![
                Problem::new("", "the space has no settings")
                    .expected("at least one, as in `training.learning_rate: {log: [0.0001, 1]}`"),
            ];
        }
        if self.settings.len() > MOST_SETTINGS {
            let problem = Problem::new("", format!("{} settings with ranges", self.settings.len()));
            return vec![problem.expected(format!("at most {MOST_SETTINGS}"))];
        }
        let check = |(index, setting): (usize, &Setting)| {
            let conditions =
                setting.when.iter().filter_map(move |condition| self.check_condition(index, condition));
            let problems = setting.dimension.check().into_iter().chain(conditions);
            problems.map(|problem| problem.within(&setting.path)).collect::<Vec<_>>()
        };
        self.settings.iter().enumerate().flat_map(check).collect()
    }

    /// Returns a condition of the setting at `index` that could never hold, or that nothing decides.
    fn check_condition(&self, index: usize, condition: &Condition) -> Option<Problem> {
        let Condition { path, values } = condition;
        let place = format!("when.{path}");
        let before = &self.settings[..index];
        let Some(setting) = before.iter().find(|setting| setting.path == *path) else {
            let problem = Problem::new(place, format!("`{path}` is not searched before this setting"));
            let problem = problem.expected("a setting of the space that stands above");
            return Some(match nearest(path, before.iter().map(|setting| setting.path.as_str())) {
                Some(name) => problem.hint(format!("did you mean `{name}`?")),
                None => problem,
            });
        };
        if setting.dimension.count().is_none() {
            let problem = Problem::new(place, format!("`{path}` can have any value of a range"));
            return Some(problem.expected("a setting with a `choice` or of whole numbers"));
        }
        let stray = values.iter().find(|value| !setting.dimension.has(value))?;
        let problem = Problem::new(place, format!("`{path}` is never {}", plain(stray)));
        Some(problem.expected(match &setting.dimension {
            Dimension::Choice(choices) => {
                format!("one of {}", choices.iter().map(plain).collect::<Vec<_>>().join(", "))
            }
            Dimension::Integer([a, b]) => format!("a whole number from {a} to {b}"),
            _ => unreachable!("others have no count"),
        }))
    }

    /// Returns the settings at a point, in their order; none for one that does not exist there.
    pub fn at(&self, point: &[f64]) -> Vec<Option<Value>> {
        let mut values: Vec<Option<Value>> = Vec::with_capacity(self.len());
        for (setting, &u) in self.settings.iter().zip(point) {
            let exists = setting.when.iter().all(|condition| {
                let above = self.settings.iter().zip(&values).find(|(above, _)| above.path == condition.path);
                above.and_then(|(_, value)| value.as_ref()).is_some_and(|value| condition.allows(value))
            });
            values.push(exists.then(|| setting.dimension.at(u)));
        }
        values
    }

    /// Returns the value of one setting at a place on its scale, after values of others that let it exist, in the order of the
    /// space.
    pub fn with_conditions(&self, index: usize, u: f64) -> Vec<(&str, Value)> {
        let setting = &self.settings[index];
        let mut values: Vec<(&str, Value)> = Vec::new();
        for condition in &setting.when {
            let above = self.settings[..index].iter().position(|above| above.path == condition.path);
            let Some(above) = above else { continue };
            let place = self.settings[above].dimension.place_where(|value| condition.allows(value));
            for (path, value) in self.with_conditions(above, place.unwrap_or(0.0)) {
                values.retain(|(other, _)| *other != path);
                values.push((path, value));
            }
        }
        let order =
            |(path, _): &(&str, Value)| self.settings.iter().position(|setting| setting.path == *path);
        values.sort_by_key(order);
        values.push((&setting.path, setting.dimension.at(u)));
        values
    }

    /// Returns which settings exist at a point.
    pub fn exist(&self, point: &[f64]) -> Vec<bool> {
        self.at(point).iter().map(Option::is_some).collect()
    }

    /// Returns how many settings there are.
    pub fn len(&self) -> usize {
        self.settings.len()
    }

    /// Returns whether nothing is searched.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty()
    }
}

/// Writes a value as an author would, without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Serialize for Space {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for setting in &self.settings {
            map.serialize_entry(&setting.path, &Written::from(setting))?;
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
        let mut settings: Vec<Setting> = Vec::new();
        while let Some(path) = map.next_key::<String>()? {
            if settings.iter().any(|other| other.path == path) {
                return Err(de::Error::custom(format!("`{path}` is listed twice")));
            }
            settings.push(map.next_value::<Unnamed>()?.named(path));
        }
        Ok(Space { settings })
    }
}

impl JsonSchema for Space {
    fn schema_name() -> Cow<'static, str> {
        "Space".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let setting = generator.subschema_for::<Written>();
        json_schema!({
            "description": "A map from the dotted path of a setting to its range and scale.",
            "type": "object",
            "additionalProperties": setting
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn space(json: &str) -> Space {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn reads_and_writes_in_the_order_as_written() {
        let text = r#"{"training.learning_rate":{"log":[0.0001,1.0]},"model.hidden":{"choice":[[8],[8,8]]},"a.b":{"integer":[1,9]},"c":{"linear":[0.0,1.0],"when":{"a.b":[1,2]}}}"#;
        let space = space(text);
        assert_eq!(
            space.settings.iter().map(|setting| setting.path.as_str()).collect::<Vec<_>>(),
            ["training.learning_rate", "model.hidden", "a.b", "c"]
        );
        assert_eq!(serde_json::to_string(&space).unwrap(), text);
        let at = space.at(&[0.0, 0.9, 0.5, 0.5]);
        assert_eq!(at, [Some(json!(0.0001)), Some(json!([8, 8])), Some(json!(5)), None]);
    }

    #[test]
    fn problems_carry_the_path() {
        let problems =
            space(r#"{"training.l2": {"log": [0, 1]}, "model.width": {"choice": [3, 3]}}"#).check();
        let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["training.l2.log", "model.width.choice[1]"]);
        assert_eq!(space("{}").check()[0].to_string(), ": the space has no settings");
        let many: Vec<String> = (0..65).map(|index| format!(r#""a{index}": {{"log": [0, 1]}}"#)).collect();
        let found = space(&format!("{{{}}}", many.join(","))).check();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].to_string(), ": 65 settings with ranges");
        assert!(
            serde_json::from_str::<Space>(r#"{"a": {"linear": [0, 1]}, "a": {"linear": [0, 1]}}"#).is_err()
        );
    }

    #[test]
    fn a_setting_exists_where_what_it_depends_on_does_and_has_the_value() {
        let space = space(
            r#"{"o": {"choice": ["sgd", {"adam": {"beta1": 0.8}}]},
                "b": {"linear": [0, 1], "when": {"o": "adam"}},
                "n": {"integer": [1, 2], "when": {"o": ["sgd"]}},
                "m": {"log": [1, 2], "when": {"n": 2}}}"#,
        );
        assert_eq!(space.check(), []);
        assert_eq!(space.exist(&[0.9, 0.5, 0.9, 0.5]), [true, true, false, false]);
        assert_eq!(space.exist(&[0.1, 0.5, 0.1, 0.5]), [true, false, true, false]);
        assert_eq!(space.exist(&[0.1, 0.5, 0.9, 0.5]), [true, false, true, true]);
        assert_eq!(space.with_conditions(3, 1.0), [("o", json!("sgd")), ("n", json!(2)), ("m", json!(2.0))]);
    }

    #[test]
    fn conditions_that_never_hold_are_found() {
        let said =
            |json: &str| -> Vec<String> { space(json).check().iter().map(Problem::to_string).collect() };
        assert_eq!(
            said(r#"{"b": {"linear": [0, 1], "when": {"o": 1}}, "o": {"choice": [1, 2]}}"#),
            ["b.when.o: `o` is not searched before this setting"]
        );
        assert_eq!(
            said(r#"{"o": {"linear": [0, 1]}, "b": {"linear": [0, 1], "when": {"o": 1}}}"#),
            ["b.when.o: `o` can have any value of a range"]
        );
        assert_eq!(
            said(r#"{"o": {"choice": ["x", "y"]}, "b": {"linear": [0, 1], "when": {"o": ["x", "z"]}}}"#),
            ["b.when.o: `o` is never z"]
        );
        assert_eq!(
            said(r#"{"o": {"integer": [1, 3]}, "b": {"linear": [0, 1], "when": {"o": 4}}}"#),
            ["b.when.o: `o` is never 4"]
        );
    }
}
