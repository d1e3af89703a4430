//! The settings of an experiment as its reader sees them: all that have an effect, whether they were written or not.

use serde_json::{Map, Value as Json, json};

use crate::data::{DataSettings, Facts, Origin, SplitSettings, Target};
use crate::experiment::flat;
use crate::site::SettingView;

use crate::pipeline::run::planned::{Planned, TRAINING};

/// Returns every setting by its path; one that differs between variants lists its values.
pub(crate) fn settings(planned: &Planned) -> Vec<SettingView> {
    let variants = planned.plan.variants();
    let mut views: Vec<SettingView> = Vec::new();
    for (index, variant) in variants.iter().enumerate() {
        for (path, value) in flat(&in_effect(planned, index), 2) {
            let default = variant.tree.get(&path).is_none();
            match views.iter_mut().find(|view| view.path == path) {
                None => views.push(SettingView { path, value, default }),
                Some(view) => {
                    if view.value.split(" | ").all(|known| known != value) {
                        view.value = format!("{} | {value}", view.value);
                    }
                    view.default &= default;
                }
            }
        }
    }
    views
}

/// The settings of a variant without those that have no effect, and with the defaults that depend on the data.
fn in_effect(planned: &Planned, variant: usize) -> Json {
    let mut resolved = planned.plan.resolved(variant);
    let Json::Object(all) = &mut resolved else { return resolved };
    let data = planned.plan.data(variant);
    if data.is_none() && planned.kind.instead_of_data.is_some() {
        all.retain(|key, _| !TRAINING.contains(&key.as_str()));
    }
    let trains = ["training", "network"].iter().any(|part| all.contains_key(*part));
    let facts = planned.facts.get(variant).and_then(Option::as_ref);
    if let (Some(Json::Object(written)), Some(data), Some(facts)) = (all.get_mut("data"), data, facts) {
        add_data(written, data, facts);
        // Lines in closed form are fitted to the target as it is.
        if trains && facts.target == Target::Value {
            written.insert("scale_target".to_owned(), json!(data.target_scaling()));
        }
    }
    if let (Some(Json::Object(written)), Some(facts)) = (all.get_mut("split"), facts) {
        add_split(written, facts);
    }
    as_written(resolved)
}

/// Whole numbers without the fraction that their type has: 0 for 0.0.
fn as_written(value: Json) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(as_written).collect(),
        Json::Object(entries) => entries.into_iter().map(|(key, value)| (key, as_written(value))).collect(),
        Json::Number(number) => match number.as_f64() {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 1e15 => json!(whole as i64),
            _ => Json::Number(number),
        },
        other => other,
    }
}

fn add_data(written: &mut Map<String, Json>, data: &DataSettings, facts: &Facts) {
    if let Some(Origin::Generated(generator)) = data.entry().map(|entry| &entry.origin) {
        for key in generator.keys {
            let default = if key.whole { json!(key.default as u64) } else { json!(key.default) };
            written.entry(key.name).or_insert(default);
        }
    }
    written.insert("normalize".to_owned(), json!(data.normalization(facts.image.is_some())));
}

fn add_split(written: &mut Map<String, Json>, facts: &Facts) {
    let Ok(split) = serde_json::from_value::<SplitSettings>(Json::Object(written.clone())) else { return };
    for (part, share) in ["train", "dev", "test"].into_iter().zip(split.shares()) {
        written.insert(part.to_owned(), json!(share));
    }
    if matches!(facts.target, Target::Classes(_)) {
        written.insert("stratify".to_owned(), json!(split.stratify.unwrap_or(true)));
    }
}
