//! The settings of an experiment as its notebook has them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize as _;
use serde_json::{Map, Value as Json, json};

use super::python;
use super::recipe::{self, Recipe};
use crate::data::{self, DataSettings, Facts, Files, TableLimits, Target};
use crate::experiment::{Kind, Plan, Problems, in_effect};
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
        complete(written, data, facts, classes)?;
    }
    for (name, data, facts) in shared.problems.iter().flat_map(Problems::sized) {
        let written =
            settings.get_mut("problems").and_then(|problems| problems.get_mut(name)?.get_mut("data"));
        if let (Some(class_rows), Some(Json::Object(written))) = (class_rows(data, facts), written) {
            let classes: Vec<String> = class_rows.iter().map(|(name, _)| name.clone()).collect();
            complete(written, data, facts, Some(&classes[..]).filter(|classes| !classes.is_empty()))?;
        }
    }
    settings.insert("run".to_owned(), json!(recipe.name));
    let trains = shared.training.is_some() || shared.problems.is_some();
    Ok(Variant { recipe, settings, trains })
}

/// Returns how many rows of all data, which need no file, are of each class: of fewer rows some may have none.
fn class_rows<'f>(data: &DataSettings, facts: &'f Facts) -> Option<Cow<'f, [(String, usize)]>> {
    if data.limit.is_none() {
        return Some(Cow::Borrowed(&facts.class_rows));
    }
    let whole = DataSettings { limit: None, ..data.clone() };
    let whole = data::facts(&whole, Files::default(), &TableLimits::default()).ok()?;
    Some(Cow::Owned(whole.class_rows))
}

/// Adds to the settings of data what its Python has to be told of them.
fn complete(
    written: &mut Map<String, Json>,
    data: &DataSettings,
    facts: &Facts,
    classes: Option<&[String]>,
) -> Result<(), String> {
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
    Ok(())
}

/// Returns what decides which parts of the Python are needed: every name in the settings that does something there, and what is
/// known of the outputs of networks.
pub(super) fn features(plan: &dyn Plan, facts: &[Option<Facts>], variants: &[Variant]) -> BTreeSet<String> {
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
        if let Some(Ok(model)) = model {
            let problems = plan.shared(index).problems;
            let of_problems = problems.iter().flat_map(|problems| problems.facts.values());
            for facts in facts[index].iter().chain(of_problems) {
                features.extend(of_output(&model, facts));
            }
        }
        let outputs = variant.settings.get("space").and_then(|space| space.get("model.output"));
        features.extend(outputs.map(|_| "sigmoid_output".to_owned()));
        if variant.settings.get("series").is_some_and(|series| series.get("file").is_none()) {
            features.insert("generated".to_owned());
        }
    }
    features
}

/// Returns what is known of the outputs of a network for some data.
fn of_output(model: &ModelSettings, facts: &Facts) -> Option<String> {
    let architecture = Architecture::new(model, facts.features, facts.target).ok()?;
    match architecture.output {
        OutputLayer::Softmax => None,
        OutputLayer::Sigmoid => Some("sigmoid_output".to_owned()),
        OutputLayer::Linear => Some("linear_output".to_owned()),
    }
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
