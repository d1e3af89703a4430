//! The settings of an experiment as its notebook has them.

use std::collections::BTreeSet;

use serde::Deserialize as _;
use serde_json::{Map, Value as Json, json};

use super::python;
use super::recipe::{self, Recipe};
use crate::data::{Facts, Target};
use crate::experiment::{Kind, Plan, in_effect};
use crate::nn::{Architecture, ModelSettings, OutputLayer};

/// A variant as a notebook computes it.
#[derive(Debug)]
pub(super) struct Variant {
    pub recipe: &'static Recipe,
    /// Every setting that its Python reads.
    pub settings: Map<String, Json>,
    /// Whether a network is trained.
    pub trains: bool,
}

/// Returns a variant with its settings in effect, and what follows from them by rules of this program. `classes` are the names
/// of its data's classes, where they are not numbers from 0 on.
///
/// # Errors
/// What no notebook can compute, as a sentence.
pub(super) fn variant(
    kind: &Kind,
    plan: &dyn Plan,
    index: usize,
    facts: Option<&Facts>,
    classes: Option<&[String]>,
) -> Result<Variant, String> {
    let shared = plan.shared(index);
    let recipe = recipe::recipe(kind, &shared)?;
    let Json::Object(mut settings) = in_effect(kind, plan, index, facts) else {
        return Err("it has no settings".to_owned());
    };
    settings.extend(plan.for_notebook(index, facts)?);
    settings.retain(|_, value| !value.is_null());
    if let Some(stray) = recipe::unknown(&settings) {
        return Err(stray);
    }
    let data = plan.data(index).filter(|_| settings.contains_key("data"));
    if let (Some(data), Some(facts), Some(Json::Object(written))) = (data, facts, settings.get_mut("data")) {
        let source = recipe::source(data);
        if !python::knows(source) {
            return Err(format!("no notebook knows `{source}`"));
        }
        written.insert("source".to_owned(), json!(source));
        let names = match facts.target {
            Target::Value => Json::Null,
            Target::Classes(count) => match classes {
                Some(names) => json!(names),
                None => (0..count).map(|class| class.to_string()).collect(),
            },
        };
        if facts.target == Target::Value {
            written.entry("scale_target").or_insert_with(|| json!(data.target_scaling()));
        }
        written.insert("class_names".to_owned(), names);
        if let Some((height, width)) = facts.image {
            written.insert("picture".to_owned(), json!([height, width]));
        }
    }
    settings.insert("run".to_owned(), json!(recipe.name));
    Ok(Variant { recipe, settings, trains: shared.training.is_some() })
}

/// Returns what decides which parts of the Python are needed: every name in the settings that does something there, and what is
/// known of the outputs of networks.
pub(super) fn features(facts: &[Option<Facts>], variants: &[Variant]) -> BTreeSet<String> {
    let mut features = BTreeSet::new();
    for (index, variant) in variants.iter().enumerate() {
        variant.settings.iter().for_each(|(key, value)| name(key, value, &mut features));
        if !variant.settings.contains_key("split") {
            features.insert("unsplit".to_owned());
        }
        if variant.trains {
            features.insert("trains".to_owned());
        }
        let model = variant.settings.get("model").map(ModelSettings::deserialize);
        if let (Some(Ok(model)), Some(facts)) = (model, &facts[index])
            && let Ok(architecture) = Architecture::new(&model, facts.features, facts.target)
        {
            features.extend(match architecture.output {
                OutputLayer::Softmax => None,
                OutputLayer::Sigmoid => Some("sigmoid_output".to_owned()),
                OutputLayer::Linear => Some("linear_output".to_owned()),
            });
        }
        if variant.settings.get("series").is_some_and(|series| series.get("file").is_none()) {
            features.insert("generated".to_owned());
        }
    }
    features
}

/// Adds the name of a setting that does something, and the names within it. Paths count with each of their steps.
fn name(key: &str, value: &Json, features: &mut BTreeSet<String>) {
    if is_idle(value) {
        // `bias_correction: false` asks for something.
        features.extend((*value == json!(false)).then(|| format!("{key}_false")));
        return;
    }
    features.extend(key.split(['.', '[']).map(str::to_owned));
    features.extend((*value == json!(true)).then(|| format!("{key}_true")));
    within(value, features);
}

fn within(value: &Json, features: &mut BTreeSet<String>) {
    match value {
        Json::String(text) => {
            features.insert(text.clone());
        }
        Json::Array(items) => items.iter().for_each(|item| within(item, features)),
        Json::Object(entries) => entries.iter().for_each(|(key, value)| name(key, value, features)),
        _ => {}
    }
}

/// Returns whether a setting does nothing: 0, `false`, nothing at all.
fn is_idle(value: &Json) -> bool {
    value.is_null() || *value == json!(false) || value.as_f64() == Some(0.0)
}
