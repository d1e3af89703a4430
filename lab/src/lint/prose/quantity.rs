//! What prose calls the settings, and the values that experiments have of them.

use serde_json::Value as Json;

use super::Told;
use crate::outcome::Variant;

/// A setting, or what follows from settings, that prose speaks of by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    Rate,
    Epochs,
    Batch,
    Units,
    Layers,
    Parameters,
    Dropout,
    Keep,
    Penalty,
    Beta,
    Seeds,
    Trials,
    Patience,
    TrainRows,
    Steps,
    Noise,
}

use Quantity::{
    Batch, Beta, Dropout, Epochs, Keep, Layers, Noise, Parameters, Patience, Penalty, Rate, Seeds, Steps,
    TrainRows, Trials, Units,
};

/// Names that stand before a number: `a learning rate of 0.05`.
pub(super) const BEFORE: &[(&[&str], Quantity)] = &[
    (&["learning", "rate"], Rate),
    (&["learning", "rates"], Rate),
    (&["step", "size"], Rate),
    (&["lr"], Rate),
    (&["α", "="], Rate),
    (&["alpha", "="], Rate),
    (&["η", "="], Rate),
    (&["eta", "="], Rate),
    (&["batch", "of", "size"], Batch),
    (&["batches", "of", "size"], Batch),
    (&["minibatches", "of", "size"], Batch),
    (&["batch", "size"], Batch),
    (&["batch", "sizes"], Batch),
    (&["batches", "of"], Batch),
    (&["batch", "of"], Batch),
    (&["minibatches", "of"], Batch),
    (&["dropout", "rate"], Dropout),
    (&["dropout", "probability"], Dropout),
    (&["dropout", "of"], Dropout),
    (&["dropout", "with", "a", "rate", "of"], Dropout),
    (&["dropout", "with", "a", "probability", "of"], Dropout),
    (&["dropout", "with", "probability"], Dropout),
    (&["keep", "probability"], Keep),
    (&["keep", "probabilities"], Keep),
    (&["keep", "prob"], Keep),
    (&["lambda"], Penalty),
    (&["λ"], Penalty),
    (&["weight", "decay"], Penalty),
    (&["l2", "of"], Penalty),
    (&["momentum", "of"], Beta),
    (&["beta"], Beta),
    (&["β"], Beta),
    (&["beta1"], Beta),
    (&["beta2"], Beta),
    (&["patience"], Patience),
    (&["noise", "of"], Noise),
    (&["hidden", "size"], Units),
    (&["layer", "of", "size"], Units),
    (&["layers", "of", "size"], Units),
    (&["of", "width"], Units),
    (&["width", "of"], Units),
    (&["width", "is"], Units),
    (&["number", "of", "parameters"], Parameters),
    (&["parameter", "count"], Parameters),
    (&["epochs", ":"], Epochs),
    (&["epochs", "="], Epochs),
    (&["seeds", ":"], Seeds),
    (&["trials", ":"], Trials),
    (&["units", ":"], Units),
    (&["neurons", ":"], Units),
    (&["parameters", ":"], Parameters),
    (&["layers", ":"], Layers),
    (&["dropout", ":"], Dropout),
];

/// Names that stand behind a number, with words that may come between: `512 hidden units`.
pub(super) const BEHIND: &[(&[&str], &[&str], Quantity)] = &[
    (&["epoch", "epochs"], &["training", "full", "whole", "-"], Epochs),
    (&["unit", "units", "neuron", "neurons", "nodes"], &["hidden", "relu", "tanh", "sigmoid", "-"], Units),
    (&["layers", "layer"], &["hidden", "-"], Layers),
    (
        &["parameters", "params", "weights"],
        &["trainable", "learnable", "learned", "free", "model"],
        Parameters,
    ),
    (&["seeds"], &["random", "different"], Seeds),
    (&["trials"], &["random"], Trials),
    (&["examples", "rows", "images", "pictures", "samples"], &["training"], TrainRows),
    (&["steps"], &["training", "optimizer"], Steps),
];

impl Quantity {
    /// Returns what it is called, with a number in its place.
    pub(super) fn says(self, number: &str) -> String {
        match self {
            Rate => format!("a learning rate of {number}"),
            Epochs => format!("{number} epochs"),
            Batch => format!("batches of {number}"),
            Units => format!("a layer of {number} units"),
            Layers => format!("{number} layers"),
            Parameters => format!("{number} parameters"),
            Dropout => format!("a dropout rate of {number}"),
            Keep => format!("a keep probability of {number}"),
            Penalty => format!("a penalty of {number}"),
            Beta => format!("a beta of {number}"),
            Seeds => format!("{number} seeds"),
            Trials => format!("{number} trials"),
            Patience => format!("a patience of {number}"),
            TrainRows => format!("{number} training rows"),
            Steps => format!("{number} steps"),
            Noise => format!("a noise of {number}"),
        }
    }

    /// Returns whether a number says that there is none of it, or is too small to be all of it.
    pub(super) fn is_beside_the_point(self, number: f64) -> bool {
        match self {
            Keep => number == 1.0,
            Dropout | Penalty | Noise => number == 0.0,
            Parameters => number < 100.0,
            _ => false,
        }
    }

    /// Returns whether it is a number of things.
    pub(super) fn is_counted(self) -> bool {
        !matches!(self, Rate | Dropout | Keep | Penalty | Beta | Noise)
    }

    /// Returns whether a smaller number is a part of it: the tenth of twenty epochs.
    pub(super) fn counts_up(self) -> bool {
        matches!(self, Epochs | Seeds | Trials | Steps)
    }

    /// Returns the values that an experiment has of it, each with the name that quotes it where there is one.
    pub(super) fn values(self, told: &Told) -> Vec<(f64, Option<String>)> {
        let mut found = Vec::new();
        for variant in &told.outcome.variants {
            let prefix = match variant.name.as_str() {
                "run" => told.id.to_owned(),
                name => format!("{}.{name}", told.id),
            };
            self.settings(variant, &prefix, &mut found);
            self.following(told, variant, &prefix, &mut found);
        }
        if self == Seeds {
            found.push((told.outcome.seeds() as f64, None));
        }
        found
    }

    /// The ends of its settings' paths.
    fn paths(self) -> &'static [&'static str] {
        match self {
            Rate => &["learning_rate"],
            Epochs => &["epochs"],
            Batch => &["batch_size"],
            Units => &["hidden", "units"],
            Layers => &["layers"],
            Dropout => &["dropout"],
            Keep => &["keep_prob"],
            Penalty => &["l1", "l2", "weight_decay"],
            Beta => &["beta", "beta1", "beta2", "average"],
            Trials => &["trials"],
            Patience => &["patience"],
            Noise => &["noise"],
            Steps => &["steps"],
            Parameters | Seeds | TrainRows => &[],
        }
    }

    fn settings(self, variant: &Variant, prefix: &str, found: &mut Vec<(f64, Option<String>)>) {
        for (path, value) in &variant.conditions.settings {
            let space = path.starts_with("space.");
            let of_schedule = matches!(self, Rate | Epochs) && path.contains("schedule.");
            let words = || path.rsplit('.');
            let named = words().next().is_some_and(|last| self.paths().contains(&last));
            let searched = space && words().any(|word| self.paths().contains(&word));
            if !(named || searched || of_schedule) {
                continue;
            }
            let quote = || (!space && !of_schedule).then(|| format!("{prefix}.settings.{path}"));
            let numbers = numbers(value);
            let in_list = value.is_array();
            for (index, number) in numbers.iter().enumerate() {
                let index = if in_list { format!("[{index}]") } else { String::new() };
                found.push((*number, quote().map(|quote| quote + &index)));
            }
        }
    }

    fn following(self, told: &Told, variant: &Variant, prefix: &str, found: &mut Vec<(f64, Option<String>)>) {
        let conditions = &variant.conditions;
        let hidden = conditions.settings.iter().find(|(path, _)| path.ends_with("model.hidden"));
        let hidden: Option<Vec<f64>> = hidden.map(|(_, value)| numbers(value));
        let widths = |hidden: &[f64]| -> Vec<f64> {
            let Some([features, answers]) = told.ends else { return hidden.to_vec() };
            [&[features as f64], hidden, &[answers as f64]].concat()
        };
        let derived = |name: &str| {
            let run = variant.runs.first();
            let mut numbers = run.into_iter().flat_map(|run| conditions.numbers(run));
            numbers
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (value, Some(format!("{prefix}.{name}"))))
        };
        match self {
            Rate => found
                .extend(conditions.descent.iter().flat_map(|d| &d.learning_rates).map(|rate| (*rate, None))),
            Batch if conditions.settings.values().any(|value| value == "full") => {
                found.extend(
                    conditions.train_rows.map(|rows| (rows as f64, Some(format!("{prefix}.train_rows")))),
                );
            }
            Units => {
                if let Some(hidden) = &hidden {
                    found.extend(widths(hidden).into_iter().map(|units| (units, None)));
                    found.push((hidden.iter().sum(), None));
                }
            }
            // Some count the output, some the input too.
            Layers => {
                let counted = hidden.as_ref().map(|hidden| hidden.len() as f64);
                let named = || conditions.settings.iter().find(|(path, _)| path.ends_with("model.layers"));
                let layers = counted.or_else(|| numbers(named()?.1).first().copied());
                found.extend(
                    layers.into_iter().flat_map(|layers| [0.0, 1.0, 2.0].map(|more| (layers + more, None))),
                );
            }
            Parameters => {
                let Some(all) = derived("parameters") else { return };
                found.push(all);
                let Some(hidden) = &hidden else { return };
                let widths = widths(hidden);
                // Of one layer, with and without its biases, and of all together without.
                let layers = widths.windows(2).map(|pair| (pair[0] * pair[1], pair[1]));
                let weights: f64 = layers.clone().map(|(weights, _)| weights).sum();
                found.push((weights, None));
                found
                    .extend(layers.flat_map(|(weights, biases)| [(weights, None), (weights + biases, None)]));
            }
            // Of all trainings of a search together.
            Epochs => {
                found
                    .extend(variant.numbers("epochs_trained").iter().flatten().map(|epochs| (*epochs, None)));
            }
            TrainRows => found.extend(derived("train_rows")),
            Steps => found.extend(derived("steps")),
            _ => {}
        }
    }
}

/// The numbers of a setting, shares too.
pub(super) fn numbers(value: &Json) -> Vec<f64> {
    match value {
        Json::Number(number) => number.as_f64().into_iter().collect(),
        Json::Array(items) => items.iter().flat_map(numbers).collect(),
        Json::Object(entries) => entries.values().flat_map(numbers).collect(),
        Json::String(text) => {
            let share = text.strip_suffix('%').and_then(|share| share.trim().parse::<f64>().ok());
            share.map(|share| share / 100.0).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
