//! What an author may set about a model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::batch_norm::{self, BatchNorm};
use super::{Activation, Initializer, PerLayer};
use crate::problem::{Problem, counted, within};
use crate::range;

/// The widest hidden layer that may be asked for.
pub const MAX_UNITS: usize = 100_000;
/// The most hidden layers that may be asked for.
pub const MAX_LAYERS: usize = 1000;
/// The units of a hidden layer where nothing else is said.
const USUAL_UNITS: usize = 32;

/// A network of fully connected layers.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct ModelSettings {
    /// The units of each hidden layer, from the input on; an empty list is a linear model (default `[32]`).
    pub hidden: Vec<usize>,
    /// How many hidden layers there are, all of `units` units, in place of `hidden`: so that depth and width can vary one without the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<usize>,
    /// The units of every hidden layer, of which there are `layers` (1 if nothing else is set), in place of `hidden`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<usize>,
    /// What the hidden units apply to their weighted sum (default `relu`).
    pub activation: Activation,
    /// How the weights are drawn before training; biases start at 0 (default `he`).
    pub init: Initializer,
    /// Batch normalization of the hidden layers' weighted sums z, gamma (z - mu) / sqrt(sigma^2 + epsilon) + beta with mu and
    /// sigma of each batch: `true`, `false` or its settings (default `false`).
    #[serde(deserialize_with = "batch_norm::on_off_or_settings", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "batch_norm::schema")]
    pub batch_norm: Option<BatchNorm>,
    /// Dropout, as the share of units that stay; in training those are divided by it. One number above 0, up to 1, for all
    /// hidden layers, or a list: input, hidden layer 1, ... (default: all stay). One more number at the list's end drops
    /// logits, which only makes the loss noisy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_prob: Option<PerLayer>,
    /// Dropout, as the share of units that are dropped: 1 minus `keep_prob`, in place of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropout: Option<PerLayer>,
    /// What the last layer gives: `auto` (default) is softmax for classes and linear for a number.
    pub output: Output,
}

/// What the last layer gives, and with it the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// Softmax for classes, linear for a number.
    #[default]
    Auto,
    /// A probability for each class, e^z / sum e^z, with cross-entropy, -ln of the right one.
    Softmax,
    /// The probability of the second of two classes, 1 / (1 + e^-z), with cross-entropy: logistic regression.
    Sigmoid,
    /// A number, with the squared error (z - y)^2.
    Linear,
}

impl Default for ModelSettings {
    fn default() -> Self {
        ModelSettings {
            hidden: vec![USUAL_UNITS],
            layers: None,
            units: None,
            activation: Activation::default(),
            init: Initializer::default(),
            batch_norm: None,
            keep_prob: None,
            dropout: None,
            output: Output::default(),
        }
    }
}

impl ModelSettings {
    /// Returns everything that is wrong whatever the data are; see [`super::Architecture::new`] for the rest.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = self.check_hidden();
        problems.extend(within("init", self.init.check()));
        let batch_norm = self.batch_norm.as_ref().map(BatchNorm::check);
        problems.extend(within("batch_norm", batch_norm.unwrap_or_default()));
        if self.keep_prob.is_some() && self.dropout.is_some() {
            problems.push(
                Problem::new("dropout", "both keep_prob and dropout are set")
                    .expected("only one of the two")
                    .hint("dropout is 1 minus keep_prob: `dropout: 0.2` means `keep_prob: 0.8`"),
            );
        }
        if let Some(keep) = &self.keep_prob {
            let valid = |share: f64| share > 0.0 && share <= 1.0;
            problems.extend(self.check_shares("keep_prob", keep, valid, "a number above 0, up to 1"));
        }
        if let Some(drop) = &self.dropout {
            let valid = |share: f64| (0.0..1.0).contains(&share);
            problems.extend(self.check_shares(
                "dropout",
                drop,
                valid,
                "a number from 0 up to, but not including, 1",
            ));
        }
        problems
    }

    /// Returns the units of each hidden layer, from the input on, whichever way they were written.
    pub fn widths(&self) -> Vec<usize> {
        match (self.layers, self.units) {
            (None, None) => self.hidden.clone(),
            (_, units) => vec![units.unwrap_or(USUAL_UNITS); self.depth()],
        }
    }

    /// Returns how many hidden layers there are.
    pub fn depth(&self) -> usize {
        match (self.layers, self.units) {
            (None, None) => self.hidden.len(),
            (layers, _) => layers.unwrap_or(1),
        }
    }

    /// Returns the share of numbers that stay in training: first of the network's input, then of each hidden layer's output,
    /// then of the logits; two numbers more than there are hidden layers.
    pub fn keep_probabilities(&self) -> Vec<f64> {
        let hidden = self.depth();
        let spread = |setting: &PerLayer, whole: f64| -> Vec<f64> {
            let mut shares = match setting {
                PerLayer::Hidden(share) => [vec![whole], vec![*share; hidden]].concat(),
                PerLayer::Each(shares) => shares.clone(),
            };
            shares.resize(hidden + 2, whole);
            shares
        };
        match (&self.keep_prob, &self.dropout) {
            (Some(keep), _) => spread(keep, 1.0),
            (None, Some(drop)) => spread(drop, 0.0).into_iter().map(|share| 1.0 - share).collect(),
            (None, None) => vec![1.0; hidden + 2],
        }
    }

    fn check_hidden(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let evenly = [("layers", self.layers), ("units", self.units)];
        if let Some((name, _)) = evenly.into_iter().find(|(_, number)| number.is_some())
            && self.hidden != [USUAL_UNITS]
        {
            let problem = Problem::new(name, format!("both `hidden` and `{name}` are set"));
            problems.push(problem.expected("only one of them").hint(
                "`hidden` lists the units of each layer, `layers` and `units` say how many layers of how many units",
            ));
        }
        problems.extend(self.layers.and_then(|layers| {
            range::whole(
                "layers",
                format!("there are {layers} hidden layers"),
                layers as u64,
                0..=MAX_LAYERS as u64,
            )
        }));
        problems.extend(self.units.and_then(|units| {
            range::whole(
                "units",
                format!("a hidden layer has {units} units"),
                units as u64,
                1..=MAX_UNITS as u64,
            )
        }));
        if self.hidden.len() > MAX_LAYERS {
            problems.push(
                Problem::new("hidden", format!("there are {} hidden layers", self.hidden.len()))
                    .expected(format!("at most {MAX_LAYERS}")),
            );
        }
        for (i, &units) in self.hidden.iter().enumerate() {
            if !(1..=MAX_UNITS).contains(&units) {
                problems.push(
                    Problem::new(format!("hidden[{i}]"), format!("hidden layer {} has {units} units", i + 1))
                        .expected(format!("1 to {MAX_UNITS} units"))
                        .hint("`hidden: []` is a model without a hidden layer"),
                );
            }
        }
        problems
    }

    fn check_shares(
        &self,
        name: &str,
        shares: &PerLayer,
        valid: impl Fn(f64) -> bool,
        expected: &str,
    ) -> Vec<Problem> {
        let mut problems: Vec<Problem> = shares
            .entries()
            .into_iter()
            .filter(|(_, share)| !valid(*share))
            .map(|(place, share)| {
                let path = format!("{name}{place}");
                range::as_share(Problem::new(path, format!("{name} is {share}")).expected(expected), share)
            })
            .collect();
        if let PerLayer::Each(shares) = shares
            && ![1, 2].map(|others| self.depth() + others).contains(&shares.len())
        {
            problems.push(
                Problem::new(
                    name,
                    format!(
                        "{name} has {} for {}",
                        counted(shares.len(), "number"),
                        counted(self.depth(), "hidden layer")
                    ),
                )
                .expected(counted(self.depth() + 1, "number"))
                .hint("the first number is for the input, then one for each hidden layer"),
            );
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> ModelSettings {
        serde_json::from_str(json).unwrap()
    }

    fn problems(json: &str) -> Vec<String> {
        read(json).check().iter().map(std::string::ToString::to_string).collect()
    }

    #[test]
    fn nothing_need_be_set() {
        let model = read("{}");
        assert_eq!(model, ModelSettings::default());
        assert_eq!(model.hidden, [32]);
        assert!(model.check().is_empty());
        assert_eq!(model.keep_probabilities(), [1.0, 1.0, 1.0]);
    }

    #[test]
    fn depth_and_width_may_be_said_apart() {
        assert_eq!(read(r#"{"layers": 3, "units": 8}"#).widths(), [8, 8, 8]);
        assert_eq!(read(r#"{"layers": 2}"#).widths(), [32, 32]);
        assert_eq!(read(r#"{"units": 5}"#).widths(), [5]);
        assert_eq!(read(r#"{"layers": 0, "units": 5}"#).widths(), [0; 0]);
        assert_eq!(read(r#"{"layers": 2, "keep_prob": 0.5}"#).keep_probabilities(), [1.0, 0.5, 0.5, 1.0]);
        let said = problems(r#"{"hidden": [8], "layers": 1001, "units": 0}"#);
        let expected = [
            "layers: both `hidden` and `layers` are set",
            "layers: there are 1001 hidden layers",
            "units: a hidden layer has 0 units",
        ];
        assert_eq!(said, expected);
        assert_eq!(problems(r#"{"layers": 18446744073709551615}"#).len(), 1);
    }

    #[test]
    fn one_share_is_for_the_hidden_layers_and_a_list_for_all() {
        let hidden = r#"{"hidden": [4, 3], "keep_prob": 0.8}"#;
        assert_eq!(read(hidden).keep_probabilities(), [1.0, 0.8, 0.8, 1.0]);
        let each = r#"{"hidden": [4, 3], "keep_prob": [0.9, 1, 0.5]}"#;
        assert_eq!(read(each).keep_probabilities(), [0.9, 1.0, 0.5, 1.0]);
        let dropped = r#"{"hidden": [4, 3], "dropout": 0.25}"#;
        assert_eq!(read(dropped).keep_probabilities(), [1.0, 0.75, 0.75, 1.0]);
        let linear = r#"{"hidden": [], "dropout": 0.25}"#;
        assert_eq!(read(linear).keep_probabilities(), [1.0, 1.0]);
        let logits = r#"{"hidden": [4], "dropout": [0, 0.25, 0.5]}"#;
        assert_eq!(read(logits).keep_probabilities(), [1.0, 0.75, 0.5]);
        assert!(read(logits).check().is_empty());
    }

    #[test]
    fn all_problems_are_found_at_once() {
        assert_eq!(
            problems(r#"{"hidden": [0, 8], "keep_prob": [1, 0, 1.5], "dropout": 1, "init": {"normal": -1}}"#),
            [
                "hidden[0]: hidden layer 1 has 0 units",
                "init.normal: the standard deviation is -1",
                "dropout: both keep_prob and dropout are set",
                "keep_prob[1]: keep_prob is 0",
                "keep_prob[2]: keep_prob is 1.5",
                "dropout: dropout is 1",
            ]
        );
    }

    #[test]
    fn a_list_needs_one_share_for_the_input_too() {
        assert_eq!(
            problems(r#"{"hidden": [8, 8], "keep_prob": [0.8, 0.5]}"#),
            ["keep_prob: keep_prob has 2 numbers for 2 hidden layers"]
        );
        assert_eq!(
            problems(r#"{"hidden": [8], "dropout": [0, 0, 0, 0]}"#),
            ["dropout: dropout has 4 numbers for 1 hidden layer"]
        );
    }

    #[test]
    fn settings_survive_being_written_and_read() {
        let model = read(
            r#"{"hidden": [], "activation": "leaky_relu", "init": {"constant": 0.5}, "dropout": [0.1], "output": "sigmoid"}"#,
        );
        assert_eq!(read(&serde_json::to_string(&model).unwrap()), model);
    }
}
