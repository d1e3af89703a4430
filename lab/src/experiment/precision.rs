//! The same experiment in another precision.

use serde_json::{Value as Json, json};

use crate::experiment::Experiment;
use crate::train::Precision;

/// Returns settings with another precision of training; none where nothing is trained.
pub(super) fn set<E: Experiment>(experiment: &E, precision: Precision) -> Option<E> {
    let shared = experiment.shared();
    if shared.training.is_none() && shared.problems.is_none() {
        return None;
    }
    let mut settings = serde_json::to_value(experiment).ok()?;
    let above = if shared.below.is_empty() { &mut settings } else { settings.get_mut(shared.below)? };
    let training = above.as_object_mut()?.entry("training").or_insert(Json::Null);
    if training.is_null() {
        *training = json!({});
    }
    training["precision"] = json!(precision);
    serde_json::from_value(settings).ok()
}
