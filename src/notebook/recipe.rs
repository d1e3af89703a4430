//! Which Python an experiment runs, and what of it is compared.

use serde_json::{Map, Value as Json};

use super::python;
use crate::data::{DataSettings, Format, Origin};
use crate::experiment::{Kind, Shared};

/// What of a run is computed again.
#[derive(Debug)]
pub(super) struct Recipe {
    /// The function is `run_NAME`.
    pub name: &'static str,
    /// Whether anything is trained or descended, by PyTorch.
    pub is_torch: bool,
    /// The metrics of its own beside those of everything that trains.
    pub metrics: &'static [&'static str],
}

/// The metrics of everything that trains that a notebook measures.
pub(super) const TRAINED: &[&str] = &[
    "train_loss",
    "dev_loss",
    "test_loss",
    "train_accuracy",
    "dev_accuracy",
    "test_accuracy",
    "train_error",
    "dev_error",
    "test_error",
    "objective",
    "weight_norm",
    "best_dev_loss",
    "best_epoch",
    "diverged_at",
    "steered_rate",
    "set_backs",
];

const RECIPES: &[Recipe] = &[
    Recipe { name: "train", is_torch: true, metrics: &[] },
    Recipe { name: "optimizers", is_torch: true, metrics: &["epochs_to"] },
    Recipe { name: "dropout", is_torch: true, metrics: &["gap", "scaled_activation", "unscaled_activation"] },
    Recipe {
        name: "init",
        is_torch: true,
        metrics: &["activation_sd", "gradient_norm", "saturated_share", "dead_share"],
    },
    Recipe {
        name: "split",
        is_torch: false,
        metrics: &[
            "train_rows",
            "dev_rows",
            "test_rows",
            "train_share",
            "dev_share",
            "test_share",
            "dev_standard_error",
            "test_standard_error",
        ],
    },
    Recipe {
        name: "search",
        is_torch: true,
        metrics: &["best_objective", "best", "trials_run", "epochs_trained", "diverged_share"],
    },
    Recipe { name: "transfer", is_torch: true, metrics: &["regret", "best_objective", "spread"] },
    Recipe {
        name: "gradient_check",
        is_torch: true,
        metrics: &["relative_error", "relative_error_trained", "block_errors", "block_errors_trained"],
    },
    Recipe { name: "regression", is_torch: false, metrics: &["intercept", "weights"] },
    Recipe {
        name: "softmax",
        is_torch: false,
        metrics: &["logits", "exponentials", "probabilities", "hardmax", "loss", "gradient"],
    },
    Recipe {
        name: "average",
        is_torch: false,
        metrics: &[
            "value",
            "average",
            "signal",
            "window",
            "lag",
            "residual_sd",
            "weights",
            "error",
            "lag_error",
            "noise_error",
            "early_error",
            "delay",
        ],
    },
    Recipe {
        name: "surface",
        is_torch: true,
        metrics: &["loss", "distance", "x", "y", "steps_to", "condition", "curvatures", "lowest", "rate"],
    },
    Recipe {
        name: "curvatures",
        is_torch: false,
        metrics: &["minimum_share", "saddle_share", "maximum_share", "down_share"],
    },
    Recipe {
        name: "critical_points",
        is_torch: true,
        // Of points that are equally high rounding decides the order, and with it that of the other lists.
        metrics: &["found", "saddle_share", "minimum_share", "lowest", "highest_minimum", "objectives"],
    },
];

/// Keys of the shared parts that the Python knows; a notebook without one of them would compute something else.
const KNOWN: [(&str, &[&str]); 4] = [
    (
        "data",
        &[
            "name",
            "file",
            "labels",
            "x",
            "y",
            "target",
            "features",
            "task",
            "missing",
            "samples",
            "noise",
            "classes",
            "turns",
            "amplitude",
            "irrelevant",
            "bayes_error",
            "slope",
            "intercept",
            "stretch",
            "degree",
            "normalize",
            "own_statistics",
            "other_source",
            "scale_target",
            "limit",
            "label_noise",
        ],
    ),
    ("split", &["train", "dev", "test", "stratify"]),
    (
        "model",
        &["hidden", "layers", "units", "activation", "init", "batch_norm", "keep_prob", "dropout", "output"],
    ),
    (
        "training",
        &[
            "epochs",
            "batch_size",
            "optimizer",
            "learning_rate",
            "schedule",
            "l1",
            "l2",
            "max_norm",
            "augment",
            "early_stopping",
            "steering",
            "precision",
        ],
    ),
];

/// Returns how a variant is computed again.
///
/// # Errors
/// Why it cannot be, in a sentence's end: "the kind `x` ...".
pub(super) fn recipe(kind: &Kind, shared: &Shared) -> Result<&'static Recipe, String> {
    let name = match kind.name {
        // With data it trains a network, whose regions are no numbers.
        "softmax" if shared.data.is_some() => "train",
        "regression" if shared.model.is_some() => "train",
        name => name,
    };
    let known = RECIPES.iter().find(|recipe| recipe.name == name);
    known.ok_or_else(|| format!("no notebook computes what the kind `{name}` does"))
}

/// Returns where a run's rows come from, as the Python names it.
pub(super) fn source(data: &DataSettings) -> &'static str {
    match data.entry() {
        Some(entry) => match entry.origin {
            Origin::Generated(_) => entry.name,
            Origin::Table(_) => "csv",
        },
        None => match data.file.as_deref().and_then(Format::of) {
            Some(Format::Npz) => "npz",
            Some(Format::Npy | Format::Idx) => "arrays",
            Some(Format::Csv) | None => "csv",
        },
    }
}

/// Where settings choose among the entries of the Python's tables, by path.
const CHOSEN: [&str; 9] = [
    "/data/normalize",
    "/model/activation",
    "/model/init",
    "/training/optimizer",
    "/training/schedule",
    "/optimizer",
    "/schedule",
    "/surface",
    "/sampler",
];

/// Returns a setting of a shared part, or a choice, that the Python does not know.
pub(super) fn unknown(settings: &Map<String, Json>) -> Option<String> {
    let stray = KNOWN.iter().find_map(|(part, known)| {
        let own = settings.get(*part)?.as_object()?;
        let (key, _) = own.iter().find(|(key, value)| !value.is_null() && !known.contains(&key.as_str()))?;
        Some(format!("no notebook knows the setting `{part}.{key}`"))
    });
    let searched = || {
        let paths = settings.get("space").and_then(Json::as_object).into_iter().flat_map(Map::keys);
        let is_known = |path: &&String| {
            let mut steps = path.split(['.', '[']);
            let (part, key) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
            KNOWN.iter().any(|(known, keys)| *known == part && keys.contains(&key))
        };
        let stray = paths.into_iter().find(|path| !is_known(path))?;
        Some(format!("no notebook knows the setting `{stray}`"))
    };
    let stray = stray.or_else(searched);
    let settings = Json::Object(settings.clone());
    let choice = || {
        let set = CHOSEN.iter().filter_map(|path| settings.pointer(path));
        let tried = CHOSEN.iter().filter_map(|path| {
            settings.get("space")?.get(path[1..].replace('/', "."))?.get("choice")?.as_array()
        });
        let names = set.chain(tried.flatten()).filter_map(name);
        let stray = names.into_iter().find(|name| !python::knows(name))?;
        Some(format!("no notebook knows `{stray}`"))
    };
    stray.or_else(choice)
}

/// Returns the name of a choice: a word, or the one key of its settings.
fn name(choice: &Json) -> Option<&str> {
    match choice {
        Json::String(name) => Some(name),
        Json::Object(entries) if entries.len() == 1 => entries.keys().next().map(String::as_str),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use schemars::{JsonSchema, schema_for};

    use super::*;
    use crate::data::{DATASETS, SplitSettings};
    use crate::experiment::KINDS;
    use crate::nn::{ACTIVATIONS, INITIALIZERS, ModelSettings};
    use crate::optim::{OPTIMIZERS, SCHEDULES};
    use crate::search::SAMPLERS;
    use crate::surface::SURFACES;
    use crate::train::TrainingSettings;

    #[test]
    fn every_kind_and_every_choice_has_its_python() {
        for kind in KINDS {
            assert!(RECIPES.iter().any(|recipe| recipe.name == kind.name), "{}", kind.name);
        }
        let generated = DATASETS.iter().filter(|entry| matches!(entry.origin, Origin::Generated(_)));
        let names = (OPTIMIZERS.iter().map(|entry| entry.name))
            .chain(SCHEDULES.iter().map(|entry| entry.name))
            .chain(ACTIVATIONS.iter().map(|entry| entry.name))
            .chain(INITIALIZERS.iter().map(|entry| entry.name))
            .chain(SAMPLERS.iter().map(|entry| entry.name))
            .chain(SURFACES.iter().map(|entry| entry.name))
            .chain(generated.map(|entry| entry.name))
            .chain(["standard", "centered", "variance", "minmax", "pixels", "none"]);
        for name in names {
            assert!(python::knows(name), "{name}");
        }
    }

    #[test]
    fn every_setting_of_the_shared_parts_is_known() {
        fn keys<T: JsonSchema>() -> Vec<String> {
            let schema = schema_for!(T);
            let properties = schema.get("properties").and_then(Json::as_object);
            properties.into_iter().flat_map(Map::keys).cloned().collect()
        }
        let parts = [
            keys::<DataSettings>(),
            keys::<SplitSettings>(),
            keys::<ModelSettings>(),
            keys::<TrainingSettings>(),
        ];
        for ((part, known), keys) in KNOWN.iter().zip(parts) {
            assert!(!keys.is_empty());
            for key in keys {
                assert!(known.contains(&key.as_str()), "{part}.{key}");
            }
        }
    }

    #[test]
    fn what_a_search_tries_is_asked_for_too() {
        let settings = |activations: Json| {
            let space = serde_json::json!({ "model.activation": { "choice": activations } });
            [("space".to_owned(), space)].into_iter().collect::<Map<_, _>>()
        };
        assert_eq!(unknown(&settings(serde_json::json!(["relu", "tanh"]))), None);
        let refused = unknown(&settings(serde_json::json!(["relu", "maxout"])));
        assert_eq!(refused.as_deref(), Some("no notebook knows `maxout`"));
    }
}
