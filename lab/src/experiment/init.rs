//! Initializers: how large activations and gradients are, layer by layer, before a single step.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::chart::{Axis, Color, Figure, Line, Panel, Rule};
use crate::data::{DataSettings, SplitSettings};
use crate::diagnostic::Problem;
use crate::experiment::curves::{self, CurveFigure};
use crate::experiment::training::{self, Probe};
use crate::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Shared, histogram,
};
use crate::nn::{LayerCapture, ModelSettings};
use crate::outcome::{Metric, Outcome, RunRecord, Step};
use crate::train::{Parts, Subject, TrainingSettings};

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Init {
    pub data: DataSettings,
    pub split: SplitSettings,
    pub model: ModelSettings,
    /// How to train afterwards, if it shall also train.
    pub training: Option<TrainingSettings>,
}

impl Init {
    /// Returns the training to do: none, that is 0 epochs, where none is asked for.
    fn training(&self) -> TrainingSettings {
        self.training.clone().unwrap_or(TrainingSettings { epochs: 0, ..TrainingSettings::default() })
    }

    fn with_parts<T>(&self, work: impl FnOnce(&Parts) -> T) -> T {
        let training = self.training();
        work(&Parts { data: &self.data, split: &self.split, model: &self.model, training: &training })
    }
}

impl Experiment for Init {
    const NAME: &'static str = "init";
    const SUMMARY: &'static str = "Do activations and gradients keep their size through the layers?";
    const REVISION: u32 = 2;
    const TRAINS: bool = true;
    const COMPARE: Compare = Compare {
        key: "compare",
        path: |_| "model.init",
        prefix: "",
        about: "initializers, such as he, xavier, {normal: 0.01}, {constant: 0.5}, zeros",
    };
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::number(
            "activation_sd",
            "standard deviation of each layer's activations before training (a list, from hidden layer 1 to the output's z)",
        ),
        MetricInfo::number(
            "gradient_norm",
            "Frobenius norm of the gradient of each layer's weights before training (a list, from layer 1)",
        ),
        MetricInfo::share(
            "saturated_share",
            "share of each hidden layer's activations within 1% of the ends of tanh or sigmoid (a list)",
        ),
        MetricInfo::share(
            "dead_share",
            "share of each hidden layer's units that are 0 for every example (a list)",
        ),
    ];
    const PROVOKES: &'static [&'static str] = &["G007"];
    const STEP: Step = Step::Epoch;
    const FIGURES: &'static [Doc] = &[
        Doc {
            name: "activations",
            about: "standard deviation of the activations, layer by layer, on a log axis",
        },
        Doc { name: "gradients", about: "norm of the weights' gradient, layer by layer, on a log axis" },
        Doc {
            name: "histograms",
            about: "how the activations of a layer are distributed, for a few layers of each variant",
        },
        Doc { name: "training", about: "training loss by epoch, if it also trains" },
    ];
    const EXAMPLE: &'static str = "\
kind: init
id: through_the_layers
data: {name: digits, limit: 200}
model: {hidden: [50, 50, 50, 50, 50], activation: tanh}
compare: [{normal: 0.01}, xavier, {normal: 1}]
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        self.with_parts(|parts| training::check(parts, facts))
    }

    fn data(&self) -> Option<&DataSettings> {
        Some(&self.data)
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        // Of each layer a histogram is kept, and drawn of a few.
        let layers = self.model.depth() as f64;
        let kept = Cost::of_table(2.0 * histogram::BINS as f64 * layers) + Cost::of_metrics(4.0 * layers);
        self.with_parts(|parts| training::cost_with_capture(parts, facts)) + kept
    }

    fn metric_schema(&self, facts: Option<&Facts>) -> MetricSchema {
        let mut schema = match &self.training {
            Some(_) => self.with_parts(|parts| training::metric_schema(parts, facts)),
            None => MetricSchema::new(),
        };
        let hidden = self.model.depth();
        schema.insert("activation_sd".into(), MetricType::List(hidden + 1));
        schema.insert("gradient_norm".into(), MetricType::List(hidden + 1));
        schema.insert("saturated_share".into(), MetricType::List(hidden));
        schema.insert("dead_share".into(), MetricType::List(hidden));
        schema
    }

    fn shared(&self) -> Shared<'_> {
        Shared {
            data: Some(&self.data),
            split: Some(&self.split),
            model: Some(&self.model),
            training: self.training.as_ref(),
            ..Shared::default()
        }
    }

    #[cfg(feature = "complete")]
    fn in_precision(&self, precision: crate::train::Precision) -> Self {
        Init { training: Some(TrainingSettings { precision, ..self.training() }), ..self.clone() }
    }

    fn for_notebook(&self, _: Option<&Facts>) -> Result<Map<String, Json>, String> {
        let all = [("training", json!(self.training())), ("trains", json!(self.training.is_some()))];
        Ok(all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let mut record = self.with_parts(|parts| training::train_and(parts, context, &LayerSizes))?;
        if self.training.is_none() {
            // Nothing was trained: what describes a trained network would mislead.
            record.series.clear();
            record.metrics.retain(|name, _| Self::METRICS.iter().any(|doc| doc.name == name));
        }
        Ok(record)
    }

    fn figures(_: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        let training = CurveFigure {
            name: "training",
            title: "Training loss",
            lead: "The training loss after each epoch.",
            series: "train_loss",
            y: Axis::log(curves::loss_name(outcome, "training loss")),
            alone: "training loss",
        };
        let activations = by_layer(
            outcome,
            "activation_sd",
            "activations",
            "Activations through the layers",
            "sd of activations",
        );
        let gradients = by_layer(
            outcome,
            "gradient_norm",
            "gradients",
            "Gradients through the layers",
            "norm of the gradient",
        );
        [activations, gradients, histograms(outcome), training.draw(outcome)].into_iter().flatten().collect()
    }
}

/// Sizes of activations and gradients of the untrained network on a batch.
struct LayerSizes;

impl Probe for LayerSizes {
    fn untrained(&self, subject: &dyn Subject, record: &mut RunRecord) {
        let layers = subject.capture();
        let of = |value: fn(&LayerCapture) -> f64| Metric::List(layers.iter().map(value).collect());
        record.metrics.insert("activation_sd".into(), of(|layer| layer.activation().sd));
        record.metrics.insert("gradient_norm".into(), of(|layer| layer.weight_gradient_norm));
        let hidden = &layers[..layers.len() - 1];
        let of = |value: fn(&LayerCapture) -> f64| Metric::List(hidden.iter().map(value).collect());
        record.metrics.insert("saturated_share".into(), of(|layer| layer.saturated));
        record.metrics.insert("dead_share".into(), of(|layer| layer.dead));
        for (index, layer) in hidden.iter().enumerate() {
            record
                .tables
                .insert(format!("histogram/{}", index + 1), histogram::histogram(&layer.activations));
        }
    }
}

/// Returns a line for each variant over the layers, on a log axis.
fn by_layer(outcome: &Outcome, metric: &str, name: &str, title: &str, y: &str) -> Option<Figure> {
    let mut panel = Panel::new(Axis::linear(Step::Layer.name()).integer(), Axis::log(y));
    let mut layers = 0;
    let mut flat = Vec::new();
    for variant in &outcome.variants {
        let Some(values) = variant.list(metric, outcome.statistic) else { continue };
        layers = layers.max(values.len());
        let label = curves::label(variant, y);
        if values.iter().all(|value| *value == 0.0) {
            flat.push(label.to_owned());
            continue;
        }
        let points = values.iter().enumerate().map(|(layer, &value)| ((layer + 1) as f64, value));
        let line = Line::new(points, Color::Series(variant.color)).label(label);
        panel = panel.mark(if values.len() <= 12 { line.markers() } else { line });
    }
    if layers < 2 || panel.marks.is_empty() {
        return None;
    }
    if metric == "activation_sd" {
        panel = panel.mark(Rule::y(1.0));
    }
    let lead =
        format!("The {y} of every layer before the first step, from the first hidden layer to the output.");
    let figure = Figure::new(name, title, lead).panel(panel);
    let seeds = outcome.seeds();
    let middle = (seeds > 1).then(|| format!("Lines: {} over {seeds} seeds.", outcome.statistic.name()));
    let flat = (!flat.is_empty())
        .then(|| format!("Zero in every layer, so not on a log axis: {}.", flat.join(", ")));
    Some(figure.notes(middle.into_iter().chain(flat)))
}

/// Returns a panel for each variant; in it a ridge for each of a few layers, of the first seed.
fn histograms(outcome: &Outcome) -> Option<Figure> {
    let mut panels = Vec::new();
    for variant in &outcome.variants {
        let run = variant.runs.first()?;
        let layers = histogram::layers(run, "histogram");
        let ridges = histogram::ridges(run, "histogram", layers, Color::Series(variant.color))?;
        let names = ridges.iter().map(|(layer, _)| format!("layer {layer}"));
        let panel = Panel::new(Axis::linear("activation"), Axis::category("", names));
        let panel = panel.marks(ridges.into_iter().map(|(_, ridge)| ridge));
        panels.push(panel.title(curves::label(variant, "activations")));
    }
    let columns = if panels.len() == 1 { 1 } else { 2 + usize::from(panels.len().is_multiple_of(3)) };
    let lead = "How the activations of some layers are distributed before the first step; each ridge is as high as its fullest bin.";
    let figure = Figure::new("histograms", "Activations, layer by layer", lead).panels(panels);
    Some(figure.columns(columns).notes(outcome.first_seed()))
}
