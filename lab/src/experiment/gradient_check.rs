//! Gradient checking: is the gradient of back-propagation right, and if not, where is it wrong?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::chart::{Axis, Color, Dots, Figure, Key, Panel, Rule};
use crate::data::{DataSettings, SplitSettings};
use crate::diagnostic::Problem;
use crate::experiment::curves;
use crate::experiment::training::{self, Probe};
use crate::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Shared,
};
use crate::nn::{self, Architecture, Bug, Differences, ModelSettings, Penalty, Planted, Sides, Verdict};
use crate::outcome::{Metric, Outcome, RunRecord, Step, Variant};
use crate::range;
use crate::train::{self, GradientCheckSettings, Parts, Precision, Subject, TrainingSettings};

/// On a log axis, what is nearer to 0 stands here.
const LEAST_SHOWN: f64 = 1e-12;

/// The bounds in full, for which a small panel has no room.
const NOTE: &str = "Great: up to 10⁻⁷. Worry: from 10⁻³ on. An error nearer to 0 than 10⁻¹² is drawn there.";

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct GradientCheck {
    pub data: DataSettings,
    pub split: SplitSettings,
    pub model: ModelSettings,
    pub training: TrainingSettings,
    /// The mistake that is planted in the gradient.
    pub bug: Bug,
    /// The block that has the mistake, such as `W2` or `b1`; by default `W1`, or `b1` for mistakes with biases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// The step of the differences.
    pub epsilon: f64,
    /// How the slope of J is measured.
    pub sides: Sides,
    /// How many rows of the training part J is taken over.
    pub rows: usize,
    /// The masks of dropout, where any unit is dropped.
    pub masks: Masks,
    /// What J is computed in for the differences (default f64): f32 shows why it should be f64.
    pub precision: Precision,
}

/// Which masks dropout uses at each evaluation of J.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Masks {
    /// The same throughout, so that J is one function (the default).
    #[default]
    Same,
    /// New ones each time, as in training.
    Fresh,
}

impl Default for GradientCheck {
    fn default() -> Self {
        GradientCheck {
            data: DataSettings::default(),
            split: SplitSettings::default(),
            model: ModelSettings::default(),
            training: TrainingSettings::default(),
            bug: Bug::default(),
            block: None,
            epsilon: 1e-5,
            sides: Sides::default(),
            rows: 40,
            masks: Masks::default(),
            precision: Precision::F64,
        }
    }
}

impl GradientCheck {
    fn parts(&self) -> Parts<'_> {
        Parts { data: &self.data, split: &self.split, model: &self.model, training: &self.training }
    }

    fn settings(&self) -> GradientCheckSettings {
        GradientCheckSettings {
            rows: self.rows,
            differences: Differences {
                sides: self.sides,
                epsilon: self.epsilon,
                single: self.precision == Precision::F32,
            },
            planted: Planted { bug: self.bug, block: self.block.clone() },
            fresh_masks: self.masks == Masks::Fresh,
        }
    }

    fn architecture(&self, facts: Option<&Facts>) -> Option<Architecture> {
        let facts = facts?;
        Architecture::new(&self.model, facts.features, facts.target).ok()
    }
}

impl Experiment for GradientCheck {
    const NAME: &'static str = "gradient_check";
    const SUMMARY: &'static str = "Is the gradient of back-propagation right, and if not, in which block?";
    const REVISION: u32 = 1;
    const TRAINS: bool = true;
    const COMPARE: Compare = Compare {
        key: "compare",
        path: |_| "bug",
        prefix: "",
        about: "mistakes to plant in the gradient, such as sign, doubled, missing_mean; `right` is none",
    };
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::number(
            "relative_error",
            "||a - b|| / (||a|| + ||b||) of the two gradients over all parameters, before training",
        ),
        MetricInfo::number(
            "relative_error_trained",
            "the same after the last epoch; `l1` has a corner at 0 and brings weights there, where a right gradient may look wrong",
        ),
        MetricInfo::number(
            "block_errors",
            "the relative error of each block alone, W1, b1, W2, ... (with batch_norm W1, beta1, gamma1, ...), before training (a list); 0 where the gradient is nothing but rounding",
        ),
        MetricInfo::number("block_errors_trained", "the same after the last epoch (a list)"),
        MetricInfo::number(
            "verdict",
            "of `relative_error`: great (up to 1e-7), look_again, or worry (from 1e-3 on)",
        ),
        MetricInfo::number("verdict_trained", "of `relative_error_trained`; `diverged` where training did"),
    ];
    const STEP: Step = Step::Epoch;
    const FIGURES: &'static [Doc] = &[
        Doc {
            name: "blocks",
            about: "the relative error of each block on a log axis between the verdicts' bounds, a panel for each variant; before and after training",
        },
        Doc {
            name: "errors",
            about: "the relative error over all parameters of each variant, on a log axis",
        },
    ];
    const EXAMPLE: &'static str = "\
kind: gradient_check
id: which_block_is_off
data: {name: iris}
model: {hidden: [8, 8], activation: tanh}
training: {epochs: 20, l2: 1}
block: W2
compare: [right, doubled, wrong_derivative]
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        let mut problems = training::check(&self.parts(), facts);
        let epsilon = range::of("epsilon", self.epsilon).above_zero();
        problems.extend(epsilon.map(|problem| problem.hint("1e-5 is a good step")));
        if self.rows == 0 {
            problems.push(Problem::new("rows", "there are 0 rows").expected("at least 1"));
        }
        if let (Some(shape), true) = (self.architecture(facts), problems.is_empty()) {
            let penalty = Penalty { l1: self.training.l1, l2: self.training.l2, rows: 1 };
            problems.extend(self.settings().planted.check(&shape, penalty));
            if self.masks == Masks::Fresh && !shape.has_dropout() {
                let problem = Problem::new("masks", "fresh masks, and nothing is dropped");
                problems.push(problem.expected("`keep_prob` in `model`"));
            }
        }
        problems
    }

    fn data(&self) -> Option<&DataSettings> {
        Some(&self.data)
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        let mut cost = training::cost(&self.parts(), facts);
        if let (Some(shape), Some(facts)) = (self.architecture(facts), facts) {
            // Before and after training, two evaluations of J for each parameter.
            let evaluations = 4.0 * shape.parameters() as f64;
            let rows = self.rows.min(facts.rows);
            cost.multiply_adds += evaluations * rows as f64 * shape.forward_multiply_adds() as f64;
            cost.seconds +=
                training::HEADROOM * evaluations * train::prediction_seconds(&shape, rows, self.precision);
            cost.bytes += train::gradient_check_bytes(&shape, rows) as f64;
        }
        cost
    }

    fn metric_schema(&self, facts: Option<&Facts>) -> MetricSchema {
        let mut schema = training::metric_schema(&self.parts(), facts);
        let blocks = self.architecture(facts).map_or(0, |shape| shape.blocks().len());
        for suffix in ["", "_trained"] {
            schema.insert(format!("relative_error{suffix}"), MetricType::Number);
            schema.insert(format!("block_errors{suffix}"), MetricType::List(blocks));
            schema.insert(format!("verdict{suffix}"), MetricType::Text);
        }
        schema
    }

    fn shared(&self) -> Shared<'_> {
        Shared::of_training(&self.parts())
    }

    fn for_notebook(&self, facts: Option<&Facts>) -> Result<Map<String, Json>, String> {
        let block = self.architecture(facts).map(|shape| self.settings().planted.block(&shape));
        let single = self.precision == Precision::F32;
        let all = [("block", json!(block)), ("single", json!(single))];
        Ok(all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let mut record = training::train_and(&self.parts(), context, &Checks(self.settings()))?;
        if !record.metrics.contains_key("relative_error_trained") {
            // A run that diverged has no weights to check; in the means over the seeds it must not go unseen.
            let blocks = record.names.get("blocks").map_or(0, Vec::len);
            record.metrics.insert("relative_error_trained".into(), Metric::Number(f64::NAN));
            record.metrics.insert("block_errors_trained".into(), Metric::List(vec![f64::NAN; blocks]));
            record.metrics.insert("verdict_trained".into(), Metric::Text("diverged".into()));
        }
        Ok(record)
    }

    fn figures(_: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        [blocks(outcome), errors(outcome)].into_iter().flatten().collect()
    }
}

/// Checks the gradient before and after training.
struct Checks(GradientCheckSettings);

impl Checks {
    fn keep(&self, subject: &dyn Subject, suffix: &str, record: &mut RunRecord) {
        let check = subject.gradient_check(&self.0);
        let verdict = match Verdict::of(check.error) {
            Verdict::Great => "great",
            Verdict::LookAgain => "look_again",
            Verdict::Worry => "worry",
        };
        let errors = check.blocks.iter().map(|block| block.error).collect();
        record.metrics.insert(format!("relative_error{suffix}"), Metric::Number(check.error));
        record.metrics.insert(format!("block_errors{suffix}"), Metric::List(errors));
        record.metrics.insert(format!("verdict{suffix}"), Metric::Text(verdict.into()));
        let names = check.blocks.into_iter().map(|block| block.name).collect();
        record.names.insert("blocks".into(), names);
    }
}

impl Probe for Checks {
    fn untrained(&self, subject: &dyn Subject, record: &mut RunRecord) {
        self.keep(subject, "", record);
    }

    fn trained(&self, subject: &dyn Subject, record: &mut RunRecord) {
        self.keep(subject, "_trained", record);
    }
}

fn shown(error: f64) -> f64 {
    error.max(LEAST_SHOWN)
}

/// Returns the bounds of the verdicts along an axis.
fn bounds(rule: fn(f64) -> Rule) -> [Rule; 2] {
    [rule(nn::GREAT).label("great"), rule(nn::WORRY).label("worry")]
}

/// Returns a panel for each variant: its blocks from left to right, a ring before training, a dot after it.
fn blocks(outcome: &Outcome) -> Option<Figure> {
    let mut panels = Vec::new();
    for variant in &outcome.variants {
        let names = variant.runs.first()?.names.get("blocks")?.clone();
        let x = Axis::category("block", names);
        let mut panel = Panel::new(x, Axis::log("relative error").range(LEAST_SHOWN, 1.0));
        panel = panel.marks(bounds(Rule::y));
        panel = panel.mark(by_block(variant, "block_errors", -0.12).hollow().label("before training"));
        panel = panel.mark(by_block(variant, "block_errors_trained", 0.12).label("after training"));
        panels.push(if variant.label.is_empty() { panel } else { panel.title(variant.label.clone()) });
    }
    let lead = "How far the gradient of back-propagation is from differences of J, block by block.";
    let figure = Figure::new("blocks", "Which block is off", lead).multiples(panels).shared();
    Some(figure.key(Key::Above).note(NOTE))
}

/// Returns each run's errors over the blocks, moved a little to the side.
fn by_block(variant: &Variant, metric: &str, aside: f64) -> Dots {
    let lists = variant.runs.iter().filter_map(|run| match run.metrics.get(metric) {
        Some(Metric::List(errors)) => Some(errors.clone()),
        _ => None,
    });
    let points = lists
        .flat_map(|errors| errors.into_iter().enumerate())
        .filter(|(_, error)| error.is_finite())
        .map(|(block, error)| (block as f64 + aside, shown(error)));
    Dots::new(points.collect::<Vec<_>>(), Color::Series(usize::from(aside > 0.0)))
}

/// Returns the error over all parameters, a row for each variant.
fn errors(outcome: &Outcome) -> Option<Figure> {
    if outcome.variants.len() < 2 {
        return None;
    }
    let names = outcome.variants.iter().map(|variant| variant.label.clone());
    let x = Axis::log("relative error over all parameters").range(LEAST_SHOWN, 1.0);
    let mut panel = Panel::new(x, Axis::category("", names)).marks(bounds(Rule::x));
    let of = |metric: &str, aside: f64| {
        let runs = outcome.variants.iter().enumerate().flat_map(|(index, variant)| {
            let errors = curves::values(variant, metric).into_iter().filter(|error| error.is_finite());
            errors.map(move |error| (shown(error), index as f64 + aside)).collect::<Vec<_>>()
        });
        Dots::new(runs.collect::<Vec<_>>(), Color::Series(usize::from(aside > 0.0)))
    };
    panel = panel.mark(of("relative_error", -0.15).hollow().label("before training"));
    panel = panel.mark(of("relative_error_trained", 0.15).label("after training"));
    let lead = "How far the gradient of back-propagation is from differences of J, over all parameters.";
    Some(Figure::new("errors", "How wrong each gradient is", lead).panel(panel).key(Key::Above).note(NOTE))
}
