//! Softmax: from logits to probabilities, and the regions that a network with it learns.

use std::iter::{once, repeat_n};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::{Axis, Bars, Color, Figure, Format, Panel};
use crate::collections::BTreeMap;
use crate::data::{DataSettings, SplitSettings};
use crate::diagnostic::Problem;
use crate::experiment::curves::{self, CurveFigure};
use crate::experiment::training::{self, Probe};
use crate::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Shared, regions,
    states,
};
use crate::nn::ModelSettings;
use crate::outcome::{Metric, Outcome, RunRecord, Step, Variant};
use crate::range;
use crate::train::{Parts, Subject, TrainingSettings};

/// The most logits in one vector.
const MOST_LOGITS: usize = 100;

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Softmax {
    /// The numbers before softmax, one a class; a map from names to such lists shows several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logits: Option<Vec<f64>>,
    /// The right class, counted from 0: gives the loss and its gradient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<usize>,
    /// What to learn, instead of logits: the regions are drawn where it has two features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<DataSettings>,
    pub split: SplitSettings,
    pub model: ModelSettings,
    pub training: TrainingSettings,
}

impl Softmax {
    fn parts<'a>(&'a self, data: &'a DataSettings) -> Parts<'a> {
        Parts { data, split: &self.split, model: &self.model, training: &self.training }
    }

    fn check_logits(&self, logits: &[f64]) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !(2..=MOST_LOGITS).contains(&logits.len()) {
            let problem = Problem::new("logits", format!("{} logits", logits.len()));
            problems.push(problem.expected(format!("2 to {MOST_LOGITS} numbers, one a class")));
        }
        for (index, logit) in logits.iter().enumerate().filter(|(_, logit)| !logit.is_finite()) {
            problems.push(
                Problem::new(format!("logits[{index}]"), format!("a logit is {logit}"))
                    .expected("a finite number"),
            );
        }
        let last = logits.len().saturating_sub(1) as u64;
        problems.extend(self.label.and_then(|label| {
            range::whole(
                "label",
                format!("class {label} of {} classes", logits.len()),
                label as u64,
                0..=last,
            )
        }));
        problems
    }
}

impl Experiment for Softmax {
    const NAME: &'static str = "softmax";
    const SUMMARY: &'static str =
        "How do several numbers become probabilities, and what does a network with them learn?";
    const REVISION: u32 = 3;
    const TRAINS: bool = true;
    const INSTEAD_OF_DATA: Option<&'static str> = Some("logits");
    const COMPARE: Compare =
        Compare { key: "logits", path: |_| "logits", prefix: "", about: "lists of logits, by name" };
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::number("logits", "the logits as they were given (a list)"),
        MetricInfo::number("exponentials", "e to the power of each logit (a list)"),
        MetricInfo::share("probabilities", "the exponentials divided by their sum (a list)"),
        MetricInfo::number("hardmax", "1 for the largest logit, 0 for the others (a list)"),
        MetricInfo::number(
            "loss",
            "minus the logarithm of the right class's probability, where a label is given",
        ),
        MetricInfo::number(
            "gradient",
            "the loss's gradient for the logits, probabilities minus one-hot label (a list)",
        ),
    ];
    const STEP: Step = Step::Epoch;
    const FIGURES: &'static [Doc] = &[
        Doc { name: "probabilities", about: "logits, exponentials, probabilities and hardmax as bars" },
        Doc {
            name: "regions",
            about: "the class that the network finds likeliest over the plane of two features, for up to 24 classes",
        },
        Doc { name: "loss", about: "training loss by epoch" },
    ];
    const EXAMPLE: &'static str = "\
kind: softmax
id: four
logits: [5, 2, -1, 3]
label: 0
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        match (&self.logits, &self.data) {
            (Some(logits), None) => self.check_logits(logits),
            (None, Some(data)) => {
                let mut problems = training::check(&self.parts(data), facts);
                if self.label.is_some() {
                    let problem = Problem::new("label", "a label beside data");
                    problems.push(problem.expected("`logits` for the label to belong to"));
                }
                problems
            }
            (Some(_), Some(_)) => vec![
                Problem::new("data", "both logits and data")
                    .expected("one of the two")
                    .hint("logits show the function itself, data what a network with it learns"),
            ],
            (None, None) => vec![
                Problem::new("", "neither logits nor data")
                    .expected("one of the two")
                    .hint("such as `logits: [5, 2, -1, 3]` or `data: {name: blobs}`"),
            ],
        }
    }

    fn data(&self) -> Option<&DataSettings> {
        self.data.as_ref()
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        let Some(data) = &self.data else {
            // Four panels of a bar for each logit, and five lists of them, which stand in the page of every seed's results too.
            let logits = self.logits.as_ref().map_or(0, Vec::len) as f64;
            let told = Cost::of_metrics(5.0 * logits + 2.0);
            return Cost { seconds: 0.3 * told.seconds, ..told }
                + Cost::of_marks(4.0, 3.5 * logits)
                + Cost::of_table(3.0 * logits);
        };
        let parts = self.parts(data);
        let way = states::way_to(self.training.epochs).len();
        let planes = once(regions::FINE).chain(repeat_n(regions::COARSE, way));
        training::cost(&parts, facts) + regions::cost(&parts, facts, planes)
    }

    fn metric_schema(&self, facts: Option<&Facts>) -> MetricSchema {
        let Some(logits) = &self.logits else {
            return self
                .data
                .as_ref()
                .map_or_else(MetricSchema::new, |data| training::metric_schema(&self.parts(data), facts));
        };
        let lists = ["logits", "exponentials", "probabilities", "hardmax"].into_iter();
        let lists = lists.chain(self.label.map(|_| "gradient"));
        let mut schema: MetricSchema =
            lists.map(|name| (name.to_owned(), MetricType::List(logits.len()))).collect();
        if self.label.is_some() {
            schema.insert("loss".into(), MetricType::Number);
        }
        schema
    }

    fn seed_independent(&self) -> &'static [&'static str] {
        match self.logits {
            Some(_) => &["logits", "exponentials", "probabilities", "hardmax", "loss", "gradient"],
            None => &[],
        }
    }

    fn shared(&self) -> Shared<'_> {
        self.data.as_ref().map_or_else(Shared::default, |data| Shared::of_training(&self.parts(data)))
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        match (&self.logits, &self.data) {
            (Some(logits), _) => Ok(of_logits(logits, self.label)),
            (None, Some(data)) => {
                let probe = PlaneRegions { way: states::way_to(self.training.epochs) };
                training::train_and(&self.parts(data), context, &probe)
            }
            (None, None) => Ok(RunRecord::default()),
        }
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        let loss = CurveFigure {
            name: "loss",
            title: "Training loss",
            lead: "The mean cross-entropy on the training part after each epoch.",
            series: "train_loss",
            y: Axis::log(curves::loss_name(outcome, "training loss")),
            alone: "training loss",
        };
        [probabilities(outcome), regions_by_variant(variants, outcome), loss.draw(outcome)]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// Computes softmax and its cross-entropy, step by step, in double precision.
fn of_logits(logits: &[f64], label: Option<usize>) -> RunRecord {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Subtracting the largest logit changes no probability, and exp(1000) would be infinite.
    let shifted: Vec<f64> = logits.iter().map(|z| libm::exp(z - largest)).collect();
    let sum: f64 = shifted.iter().sum();
    let probabilities: Vec<f64> = shifted.iter().map(|t| t / sum).collect();
    let first = logits.iter().position(|z| *z == largest);
    let hardmax = (0..logits.len()).map(|index| f64::from(u8::from(Some(index) == first))).collect();
    let mut metrics: BTreeMap<String, Metric> = [
        ("exponentials".to_owned(), Metric::List(logits.iter().map(|z| libm::exp(*z)).collect())),
        ("hardmax".to_owned(), Metric::List(hardmax)),
    ]
    .into();
    if let Some(label) = label {
        // ln of the sum minus the logit itself: exact where the probability would round to 0.
        metrics.insert("loss".into(), Metric::Number(libm::log(sum) + largest - logits[label]));
        let one_hot = |index: usize| f64::from(u8::from(index == label));
        let gradient = probabilities.iter().enumerate().map(|(index, p)| p - one_hot(index)).collect();
        metrics.insert("gradient".into(), Metric::List(gradient));
    }
    metrics.insert("probabilities".into(), Metric::List(probabilities));
    metrics.insert("logits".into(), Metric::List(logits.to_vec()));
    RunRecord { metrics, ..RunRecord::default() }
}

/// The network's probabilities over the plane, and the training points, where there are two features.
struct PlaneRegions {
    /// Epochs on the way.
    way: Vec<usize>,
}

impl Probe for PlaneRegions {
    fn epoch(&self, epoch: usize, subject: &dyn Subject, record: &mut RunRecord) {
        if self.way.contains(&epoch) {
            regions::keep(subject, &format!("way/{epoch}"), regions::COARSE, record);
        }
    }

    fn trained(&self, subject: &dyn Subject, record: &mut RunRecord) {
        regions::keep(subject, "class", regions::FINE, record);
    }
}

/// Returns a row of panels for each vector of logits.
fn probabilities(outcome: &Outcome) -> Option<Figure> {
    let mut panels = Vec::new();
    for variant in &outcome.variants {
        let classes = variant.list("logits", outcome.statistic)?.len();
        let names: Vec<String> = (0..classes).map(|class| format!("class {class}")).collect();
        let steps = [
            ("logits", "logits z", Format::Plain, 2),
            ("exponentials", "exponentials eᶻ", Format::Plain, 2),
            ("probabilities", "probabilities", Format::Plain, 3),
            ("hardmax", "hardmax", Format::Integer, 0),
        ];
        for (index, (metric, title, format, decimals)) in steps.into_iter().enumerate() {
            let values = variant.list(metric, outcome.statistic)?;
            let axis = with_room(Axis::linear(title).hidden().zero(), &values);
            let bars = Bars::new(values, Color::Series(index)).horizontal().values(format, decimals);
            let panel = Panel::new(axis, Axis::category("", names.clone())).mark(bars);
            let title = if variant.label.is_empty() {
                title.to_owned()
            } else {
                format!("{}: {title}", variant.label)
            };
            panels.push(panel.title(title));
        }
    }
    let lead =
        "Each step from the logits to probabilities, and beside them hardmax, which keeps only the largest.";
    Some(
        Figure::new("probabilities", "From logits to probabilities", lead)
            .panels(panels)
            .columns(4)
            .share_y(),
    )
}

/// Makes room for the numbers of bars that reach to the left: they would lie upon the names of the classes.
fn with_room(axis: Axis, values: &[f64]) -> Axis {
    let (least, greatest) = curves::range(values);
    let (least, greatest) = (least.min(0.0), greatest.max(0.0));
    if least < 0.0 { axis.range(least - 0.4 * (greatest - least), greatest) } else { axis }
}

/// Returns a panel for each variant: regions with the training points of the first seed.
fn regions_by_variant(variants: &[&Softmax], outcome: &Outcome) -> Option<Figure> {
    let panel = |(settings, variant): (&&Softmax, &Variant)| {
        let way = states::way_to(settings.training.epochs).into_iter();
        let way = way.map(|epoch| (format!("way/{epoch}"), outcome.step.place(epoch)));
        let states: Vec<_> = way.chain([("class".to_owned(), "after training".to_owned())]).collect();
        let panel = regions::frames(outcome, variant.runs.first()?, &states, settings.data.as_ref()?)?;
        Some(if variant.label.is_empty() { panel } else { panel.title(variant.label.clone()) })
    };
    let panels: Vec<Panel> = variants.iter().zip(&outcome.variants).filter_map(panel).collect();
    if panels.is_empty() {
        return None;
    }
    let figure = regions::figure(panels);
    Some(figure.notes(outcome.first_seed().into_iter().chain(regions::sampled(outcome))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(record: &RunRecord, metric: &str) -> Vec<f64> {
        match &record.metrics[metric] {
            Metric::List(values) => values.clone(),
            Metric::Number(value) => vec![*value],
            other => panic!("{other:?}"),
        }
    }

    /// The course's own example: z = [5, 2, -1, 3].
    #[test]
    fn four_logits() {
        let record = of_logits(&[5.0, 2.0, -1.0, 3.0], Some(0));
        let rounded = |metric: &str| {
            numbers(&record, metric).iter().map(|v| (v * 1000.0).round() / 1000.0).collect::<Vec<_>>()
        };
        assert_eq!(rounded("exponentials"), [148.413, 7.389, 0.368, 20.086]);
        assert_eq!(rounded("probabilities"), [0.842, 0.042, 0.002, 0.114]);
        assert_eq!(rounded("hardmax"), [1.0, 0.0, 0.0, 0.0]);
        assert_eq!(rounded("gradient"), [-0.158, 0.042, 0.002, 0.114]);
        assert!((numbers(&record, "loss")[0] - 0.17194).abs() < 1e-5);
    }

    #[test]
    fn a_thousand_does_not_overflow() {
        let record = of_logits(&[1000.0, 0.0], Some(1));
        assert_eq!(numbers(&record, "probabilities"), [1.0, 0.0]);
        assert_eq!(numbers(&record, "loss"), [1000.0]);
    }

    #[test]
    fn hardmax_of_equal_logits_is_the_first() {
        assert_eq!(numbers(&of_logits(&[1.0, 1.0], None), "hardmax"), [1.0, 0.0]);
    }
}
