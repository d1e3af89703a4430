//! What an experiment is computed from, as snapshots keep it: a digest, and the settings for reading.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::experiment::{KINDS, Kind, PlannedVariant};
use crate::store::snapshot::{self, Identity, Set};

use crate::pipeline::computed::Computed;
use crate::pipeline::run::planned::Planned;

/// Returns what an experiment computes from.
pub(crate) fn identity(computed: &Computed, planned: &Planned) -> Identity {
    let mut settings = blake3::Hasher::new();
    let header = &planned.header;
    settings.update(format!("{}\n{} {}\n", planned.kind.name, header.seed, header.seeds).as_bytes());
    let defaults = defaults(planned.kind);
    let mut data = blake3::Hasher::new();
    // Variants that read the same have no part in it twice: another variant is no other data.
    let mut read: Vec<String> = Vec::new();
    for (index, variant) in planned.plan.variants().iter().enumerate() {
        let resolved = canonical(&own(&planned.plan.resolved(index), &defaults));
        settings.update(format!("{}\n{resolved}\n", variant.name).as_bytes());
        let lesson = &computed.course.lessons[planned.lesson].path;
        let print = planned.plan.data(index).and_then(|data| computed.tables.fingerprint(data, lesson));
        read.extend(print.filter(|print| !read.contains(print)));
    }
    read.iter().for_each(|print| {
        data.update(print.as_bytes());
    });
    Identity {
        kind: planned.kind.name.to_owned(),
        seed: header.seed,
        settings: snapshot::digest_of(&settings),
        data: (!read.is_empty()).then(|| snapshot::digest_of(&data)),
        with: with(planned, &defaults),
    }
}

/// Returns the settings of each variant that are not the defaults, by their paths.
fn with(planned: &Planned, defaults: &Json) -> BTreeMap<String, Set> {
    let of = |(index, variant): (usize, PlannedVariant)| {
        let mut set = Set::new();
        paths("", &planned.plan.resolved(index), defaults, &mut set);
        (variant.name.to_owned(), set)
    };
    planned.plan.variants().into_iter().enumerate().map(of).collect()
}

/// Returns the defaults of a kind by their paths, for naming what a setting is that is left at its default.
pub(crate) fn default_set(kind: &Kind) -> Set {
    let mut set = Set::new();
    paths("", &defaults(kind), &Json::Null, &mut set);
    set
}

/// Collects every setting that differs from its default, by its path. A choice with settings of its own, such as an optimizer,
/// is its name, and has them below it.
fn paths(path: &str, value: &Json, default: &Json, set: &mut Set) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Json::Null => {}
        Json::Object(entries) => {
            let choice = entries.iter().next().filter(|(_, value)| entries.len() == 1 && value.is_object());
            if let Some((name, _)) =
                choice.filter(|(name, _)| !path.is_empty() && default.get(*name).is_none())
            {
                set.insert(path.to_owned(), Json::from(name.as_str()).to_string());
            }
            for (key, value) in entries {
                paths(&below(key), value, default.get(key).unwrap_or(&Json::Null), set);
            }
        }
        other if other == default => {}
        other => {
            set.insert(path.to_owned(), other.to_string());
        }
    }
}

/// Returns what a kind takes for what an author leaves out; where it takes nothing by default, what the other kinds take.
fn defaults(kind: &Kind) -> Json {
    let mut all = serde_json::Map::new();
    for of in KINDS.iter().rev().chain([kind]) {
        let Json::Object(own) = of.defaults() else { continue };
        all.extend(own.into_iter().filter(|(_, value)| !value.is_null()));
    }
    Json::Object(all)
}

/// Returns the settings that differ from their defaults. Written or left out, a default is the same setting; and a setting
/// that a later version of the program adds does not make all others unaccepted.
fn own(value: &Json, default: &Json) -> Json {
    let (Json::Object(entries), Json::Object(defaults)) = (value, default) else { return value.clone() };
    let differing =
        entries.iter().filter(|(key, value)| value.is_object() || defaults.get(*key) != Some(*value));
    Json::Object(
        differing
            .map(|(key, value)| (key.clone(), own(value, defaults.get(key).unwrap_or(&Json::Null))))
            .collect(),
    )
}

/// Writes JSON with sorted keys and without nulls.
fn canonical(value: &Json) -> String {
    match value {
        Json::Object(entries) => {
            let sorted: BTreeMap<&String, &Json> =
                entries.iter().filter(|(_, value)| !value.is_null()).collect();
            let entries = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Json::from(key.as_str()), canonical(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_from_the_defaults_is_told() {
        let default: Json =
            serde_json::json!({"rate": 0.1, "optimizer": {"adam": {"beta": 0.9}}, "init": "he", "l1": 0});
        let same = own(&default, &default);
        assert_eq!(canonical(&same), r#"{"optimizer":{"adam":{}}}"#);
        let mut other = default.clone();
        other["optimizer"] = serde_json::json!({"sgd": {}});
        other["init"] = serde_json::json!({"normal": 0.1});
        assert_eq!(canonical(&own(&other, &default)), r#"{"init":{"normal":0.1},"optimizer":{"sgd":{}}}"#);
        // None of the parts that a kind may be without hides that it is there.
        let defaults = defaults(crate::experiment::kind("init").unwrap());
        assert!(defaults["training"]["epochs"].is_number());
        assert_eq!(canonical(&own(&serde_json::json!({"training": {}}), &defaults)), r#"{"training":{}}"#);
    }

    #[test]
    fn neither_order_nor_what_is_left_out_makes_another_digest() {
        let one: Json = serde_json::from_str(r#"{"b": [1, {"y": 2.5, "x": null}], "a": "t"}"#).unwrap();
        let other: Json = serde_json::from_str(r#"{"a": "t", "new": null, "b": [1, {"y": 2.5}]}"#).unwrap();
        assert_eq!(canonical(&one), r#"{"a":"t","b":[1,{"y":2.5}]}"#);
        assert_eq!(canonical(&one), canonical(&other));
    }

    #[test]
    fn settings_have_paths_and_a_choice_is_its_name() {
        let default: Json = serde_json::json!({
            "training": {"optimizer": {"adam": {"beta1": 0.9}}, "epochs": 20},
            "model": {"hidden": [32]},
        });
        let mut value = default.clone();
        let of = |value: &Json| {
            let mut set = Set::new();
            paths("", value, &default, &mut set);
            set.into_iter().map(|(path, value)| format!("{path}: {value}")).collect::<Vec<_>>()
        };
        assert_eq!(of(&value), [""; 0]);
        value["training"]["optimizer"] = serde_json::json!({"sgd": {}});
        value["model"] = serde_json::json!({"hidden": [4, 2]});
        assert_eq!(of(&value), ["model.hidden: [4,2]", "training.optimizer: \"sgd\""]);
        value["training"] = serde_json::json!({"optimizer": {"adam": {"beta1": 0.5}}, "epochs": 9});
        let set = ["model.hidden: [4,2]", "training.epochs: 9", "training.optimizer.adam.beta1: 0.5"];
        assert_eq!(of(&value), set);
    }
}
