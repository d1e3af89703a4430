//! What an experiment depended on when it last ran, to tell an author what has changed since.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::experiment::flat;

/// All that the runs of an experiment depend on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// The engine's revision.
    pub engine: u32,
    pub kind: String,
    /// The kind's revision.
    pub revision: u32,
    pub seed: u64,
    pub seeds: u64,
    pub variants: Vec<VariantInputs>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariantInputs {
    pub name: String,
    /// Every setting, defaults filled in.
    pub settings: Value,
    /// A hash over the bytes of its table, where it has one.
    pub data: Option<String>,
}

impl Inputs {
    /// Returns what has changed since `last`, in an author's words, each once: `training.learning_rate: 0.01 -> 0.02`.
    pub fn changes_since(&self, last: &Inputs) -> Vec<String> {
        if self.kind != last.kind {
            return vec![change("kind", &last.kind, &self.kind)];
        }
        let mut changes = Vec::new();
        if self.engine != last.engine {
            changes.push(change("the engine's revision", last.engine, self.engine));
        }
        if self.revision != last.revision {
            changes.push(change(&format!("the revision of {}", self.kind), last.revision, self.revision));
        }
        if self.seed != last.seed {
            changes.push(change("seed", last.seed, self.seed));
        }
        if self.seeds != last.seeds {
            changes.push(change("seeds", last.seeds, self.seeds));
        }
        let known = |name: &str| last.variants.iter().find(|variant| variant.name == name);
        let pairs: Vec<(&VariantInputs, &VariantInputs)> =
            self.variants.iter().filter_map(|variant| Some((variant, known(&variant.name)?))).collect();
        changes.extend(changes_of_settings(&pairs));
        let new = self.variants.iter().filter(|variant| known(&variant.name).is_none());
        changes.extend(new.map(|variant| format!("`{}` is new", variant.name)));
        changes
    }
}

fn change(what: &str, from: impl std::fmt::Display, to: impl std::fmt::Display) -> String {
    format!("{what}: {from} -> {to}")
}

/// Returns the differences of variants with the same name; one that all of them share is said without their names.
fn changes_of_settings(pairs: &[(&VariantInputs, &VariantInputs)]) -> Vec<String> {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for (now, last) in pairs {
        for change in differences(now, last) {
            match found.iter_mut().find(|(known, _)| *known == change) {
                Some((_, names)) => names.push(&now.name),
                None => found.push((change, vec![&now.name])),
            }
        }
    }
    let told = found.into_iter().map(|(change, names)| match names.len() == pairs.len() {
        true => change,
        false => format!("{change} ({})", names.join(", ")),
    });
    told.collect()
}

fn differences(now: &VariantInputs, last: &VariantInputs) -> Vec<String> {
    let [before, after] =
        [last, now].map(|inputs| flat(&inputs.settings, usize::MAX).into_iter().collect::<BTreeMap<_, _>>());
    let none = || "none".to_owned();
    let mut changes: Vec<String> = after
        .iter()
        .filter(|(path, value)| before.get(*path) != Some(value))
        .map(|(path, value)| change(path, before.get(path).cloned().unwrap_or_else(none), value))
        .collect();
    let gone = before.iter().filter(|(path, _)| !after.contains_key(*path));
    changes.extend(gone.map(|(path, value)| change(path, value, none())));
    if changes.is_empty() && now.settings != last.settings {
        changes.push("the order of the settings".to_owned());
    }
    if now.data != last.data && before.get("data.file") == after.get("data.file") {
        changes.push(match after.get("data.file").or(after.get("data.name")) {
            Some(name) => format!("the data: {name} has other bytes"),
            None => "the data has other bytes".to_owned(),
        });
    }
    changes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inputs(variants: &[(&str, Value)]) -> Inputs {
        let variant = |(name, settings): &(&str, Value)| VariantInputs {
            name: (*name).to_owned(),
            settings: settings.clone(),
            data: None,
        };
        Inputs {
            engine: 1,
            kind: "optimizers".into(),
            revision: 1,
            seed: 0,
            seeds: 3,
            variants: variants.iter().map(variant).collect(),
        }
    }

    #[test]
    fn a_changed_setting_is_told_from_what_to_what() {
        let rate = |rate: f64, name: &str| json!({"data": {"name": "iris"}, "training": {"learning_rate": rate, "optimizer": {name: {"beta": 0.9}}}});
        let last = inputs(&[("a", rate(0.01, "adam")), ("b", rate(0.01, "sgd"))]);
        assert_eq!(last.changes_since(&last), Vec::<String>::new());
        let now = inputs(&[("a", rate(0.02, "adam")), ("b", rate(0.02, "sgd"))]);
        assert_eq!(now.changes_since(&last), ["training.learning_rate: 0.01 -> 0.02"]);
        let now = inputs(&[("a", rate(0.02, "adam")), ("b", rate(0.01, "sgd")), ("c", rate(1.0, "x"))]);
        assert_eq!(now.changes_since(&last), ["training.learning_rate: 0.01 -> 0.02 (a)", "`c` is new"]);
        let now = inputs(&[("a", rate(0.01, "rmsprop")), ("b", rate(0.01, "sgd"))]);
        assert_eq!(
            now.changes_since(&last),
            [
                "training.optimizer.rmsprop.beta: none -> 0.9 (a)",
                "training.optimizer.adam.beta: 0.9 -> none (a)"
            ]
        );
    }

    #[test]
    fn seeds_kind_data_and_engine_are_told() {
        let settings = json!({"data": {"file": "fruit.csv"}});
        let last = inputs(&[("run", settings)]);
        let mut now = Inputs { engine: 2, revision: 3, seed: 1, seeds: 5, ..last.clone() };
        now.variants[0].data = Some("1f".into());
        assert_eq!(
            now.changes_since(&last),
            [
                "the engine's revision: 1 -> 2",
                "the revision of optimizers: 1 -> 3",
                "seed: 0 -> 1",
                "seeds: 3 -> 5",
                "the data: fruit.csv has other bytes"
            ]
        );
        let now = Inputs { kind: "init".into(), ..now };
        assert_eq!(now.changes_since(&last), ["kind: optimizers -> init"]);
    }
}
