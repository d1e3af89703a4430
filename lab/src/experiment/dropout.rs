//! Dropout: what switching units off at random does to the gap between training and dev.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::{Axis, Color, Dots, Figure, Key, Line, Panel, Rule};
use crate::data::{DataSettings, SplitSettings};
use crate::diagnostic::Problem;
use crate::experiment::curves::{self, Curve, CurveFigure, estimates, notes, several};
use crate::experiment::training::{self, Probe};
use crate::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Part, Shared,
};
use crate::measure::Answers;
use crate::nn::ModelSettings;
use crate::numeric::Streams;
use crate::outcome::{Metric, Outcome, RunRecord, Step};
use crate::train::{Parts, Subject, TrainingSettings};

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Dropout {
    pub data: DataSettings,
    pub split: SplitSettings,
    pub model: ModelSettings,
    pub training: TrainingSettings,
}

impl Dropout {
    fn parts(&self) -> Parts<'_> {
        Parts { data: &self.data, split: &self.split, model: &self.model, training: &self.training }
    }

    /// Returns the least keep probability of any layer: what the variant is ordered by.
    fn least_keep(&self) -> f64 {
        self.model.keep_probabilities().into_iter().fold(1.0, f64::min)
    }
}

impl Experiment for Dropout {
    const NAME: &'static str = "dropout";
    const SUMMARY: &'static str =
        "Does switching units off at random close the gap between training and dev?";
    const REVISION: u32 = 3;
    const TRAINS: bool = true;
    const COMPARE: Compare = Compare {
        key: "compare",
        path: |_| "model.keep_prob",
        prefix: "keep",
        about: "keep probabilities, each a number or a list with one a layer",
    };
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::share("gap", "train accuracy minus dev accuracy"),
        MetricInfo::number(
            "scaled_activation",
            "mean size of what a masked hidden layer passes on, divided by keep_prob as inverted dropout does, relative to no dropout: near 1",
        ),
        MetricInfo::number("unscaled_activation", "the same without dividing by keep_prob: near keep_prob"),
        MetricInfo::share(
            "left_on_error",
            "share of dev examples that are wrong if dropout is left on at prediction, the mean of two passes",
        )
        .lower()
        .on(Part::Dev)
        .aside(),
        MetricInfo::share("left_on_disagreement", "share of dev examples to which two such passes give different classes")
            .on(Part::Dev)
            .aside(),
        MetricInfo::number("largest_weight", "the largest weight of any layer, without its sign").aside(),
    ];
    const STEP: Step = Step::Epoch;
    const FIGURES: &'static [Doc] = &[
        Doc {
            name: "curves",
            about: "train and dev error by epoch, a panel for each variant, with bands over seeds",
        },
        Doc { name: "gap", about: "the gap between train and dev accuracy against keep_prob" },
        Doc { name: "dev_error", about: "dev error by epoch, all variants" },
        Doc { name: "activations", about: "mean activation with and without scaling, against keep_prob" },
    ];
    const EXAMPLE: &'static str = "\
kind: dropout
id: keep_fewer
data: {name: digits, limit: 200}
model: {hidden: [64]}
training: {epochs: 15}
seeds: 2
compare: [1, 0.8, 0.5]
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        training::check(&self.parts(), facts)
    }

    fn data(&self) -> Option<&DataSettings> {
        Some(&self.data)
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        let cost = training::cost_with_capture(&self.parts(), facts);
        let left_on = facts.map_or(0.0, |facts| training::dropped_seconds(&self.parts(), facts));
        Cost { seconds: cost.seconds + left_on, ..cost }
    }

    fn metric_schema(&self, facts: Option<&Facts>) -> MetricSchema {
        let mut schema = training::metric_schema(&self.parts(), facts);
        if ["train_accuracy", "dev_accuracy"].iter().all(|name| schema.contains_key(*name)) {
            schema.insert("gap".into(), MetricType::Number);
        }
        let judged = schema.contains_key("dev_confidence");
        for name in ["scaled_activation", "unscaled_activation", "largest_weight"] {
            schema.insert(name.into(), MetricType::Number);
        }
        for name in LEFT_ON.into_iter().filter(|_| judged) {
            schema.insert(name.into(), MetricType::Number);
        }
        schema
    }

    fn shared(&self) -> Shared<'_> {
        Shared::of_training(&self.parts())
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let mut record =
            training::train_and(&self.parts(), context, &Activations { settings: self, seed: context.seed })?;
        let judged = record.metrics.contains_key("dev_confidence");
        let own = ["scaled_activation", "unscaled_activation", "largest_weight"].into_iter();
        for name in own.chain(LEFT_ON.into_iter().filter(|_| judged)) {
            // A run that diverged has none; it must not drop out of the mean over the seeds unseen.
            record.metrics.entry(name.into()).or_insert(Metric::Number(f64::NAN));
        }
        if let (Some(Metric::Number(train)), Some(Metric::Number(dev))) =
            (record.metrics.get("train_accuracy"), record.metrics.get("dev_accuracy"))
        {
            let gap = Metric::Number(train - dev);
            record.metrics.insert("gap".into(), gap);
        }
        Ok(record)
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        let dev_error = CurveFigure {
            name: "dev_error",
            title: "Dev error",
            lead: "The share of dev examples that are wrong after each epoch.",
            series: "dev_error",
            y: Axis::linear("dev error").percent(),
            alone: "dev error",
        };
        let figures = [
            curves_by_variant(outcome),
            gap(variants, outcome),
            dev_error.draw(outcome),
            activations(variants, outcome),
        ];
        figures.into_iter().flatten().collect()
    }
}

/// What is known where answers of the dev part are judged.
const LEFT_ON: [&str; 2] = ["left_on_error", "left_on_disagreement"];

/// Measures what the masks do to the first masked hidden layer (the first one where none is masked).
struct Activations<'a> {
    settings: &'a Dropout,
    seed: u64,
}

impl Probe for Activations<'_> {
    fn answered(&self, part: Part, answers: &Answers, subject: &dyn Subject, record: &mut RunRecord) {
        if part != Part::Dev {
            return;
        }
        let given = |answers: &Answers| answers.given().map(|(class, _)| class).collect::<Vec<_>>();
        let passes: Vec<_> = subject.dropped_answers(2).iter().map(given).collect();
        // Where nothing is dropped, every pass is the same.
        let [one, other] =
            <[Vec<u32>; 2]>::try_from(passes).unwrap_or_else(|_| [given(answers), given(answers)]);
        let apart = |a: &[u32], b: &[u32]| {
            a.iter().zip(b).filter(|(a, b)| a != b).count() as f64 / a.len().max(1) as f64
        };
        let wrong = (apart(&one, &answers.right) + apart(&other, &answers.right)) / 2.0;
        let found = LEFT_ON.into_iter().zip([wrong, apart(&one, &other)]);
        record.metrics.extend(found.map(|(name, share)| (name.to_owned(), Metric::Number(share))));
    }

    fn trained(&self, subject: &dyn Subject, record: &mut RunRecord) {
        let largest =
            subject.weights().iter().flatten().fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
        record.metrics.insert("largest_weight".into(), Metric::Number(largest));
        let keeps = self.settings.model.keep_probabilities();
        let hidden = self.settings.model.depth();
        let Some(layer) = (1..=hidden).find(|&layer| keeps[layer] < 1.0).or((hidden > 0).then_some(1)) else {
            return;
        };
        let keep = keeps[layer];
        let Some(captured) = subject.capture().into_iter().nth(layer - 1) else { return };
        // A stream of its own: the weights do not depend on whether this is measured.
        let mut stream = Streams::new(self.seed).stream("dropout/probe");
        let (mut kept, mut all) = (0.0, 0.0);
        for activation in captured.activations {
            let size = activation.abs();
            all += size;
            if stream.uniform() < keep {
                kept += size;
            }
        }
        record.metrics.insert("scaled_activation".into(), Metric::Number(kept / keep / all));
        record.metrics.insert("unscaled_activation".into(), Metric::Number(kept / all));
    }
}

/// Returns a panel for each variant: train solid, dev dashed.
fn curves_by_variant(outcome: &Outcome) -> Option<Figure> {
    let series = match outcome.variants.first()?.runs.first()?.series.contains_key("dev_error") {
        true => ("train_error", "dev_error", Axis::linear("error").percent().zero()),
        false => ("train_loss", "dev_loss", Axis::linear(curves::loss_name(outcome, "loss")).zero()),
    };
    let several = several(outcome);
    let mut panels = Vec::new();
    for variant in &outcome.variants {
        let mut panel = Panel::new(Axis::linear("epoch").integer(), series.2.clone());
        let dev = Curve::of(variant, series.1, outcome.statistic)?;
        let train = Curve::of(variant, series.0, outcome.statistic)?;
        for (curve, slot, name) in [(dev, 1, "dev"), (train, 0, "train")] {
            let (band, line) = curve.marks(Color::Series(slot), outcome.shown(name), several);
            panel = panel.marks(band).mark(line);
        }
        panels.push(if variant.label.is_empty() { panel } else { panel.title(variant.label.clone()) });
    }
    let lead = "Error on the training part and on the dev part after each epoch.";
    let figure = Figure::new("curves", "Training and dev, side by side", lead).multiples(panels).shared();
    let figure = figure.key(Key::Above);
    Some(match notes(outcome) {
        Some(note) => figure.note(note),
        None => figure,
    })
}

/// Returns where each variant stands on the axis of keep probabilities: at its number, where all have different ones.
fn keep_axis(variants: &[&Dropout], outcome: &Outcome) -> (Axis, Vec<f64>) {
    let keeps: Vec<f64> = variants.iter().map(|variant| variant.least_keep()).collect();
    let distinct = keeps.iter().enumerate().all(|(i, keep)| !keeps[..i].contains(keep));
    let uniform = variants.iter().all(|variant| {
        let keeps = variant.model.keep_probabilities();
        let hidden = 1..=variant.model.depth();
        keeps.iter().enumerate().all(|(at, keep)| *keep == if hidden.contains(&at) { keeps[1] } else { 1.0 })
    });
    if distinct && uniform {
        let mut ticks = keeps.clone();
        ticks.sort_by(f64::total_cmp);
        (Axis::linear("keep_prob").ticks(ticks), keeps)
    } else {
        let labels = outcome.variants.iter().map(|variant| curves::label(variant, "dropout").to_owned());
        (Axis::category("", labels), (0..variants.len()).map(|index| index as f64).collect())
    }
}

fn gap(variants: &[&Dropout], outcome: &Outcome) -> Option<Figure> {
    let measured =
        outcome.variants.iter().any(|variant| curves::values(variant, "gap").iter().any(|g| g.is_finite()));
    if outcome.variants.len() < 2 || !measured {
        return None;
    }
    let (x, at) = keep_axis(variants, outcome);
    let quantity = !matches!(x.scale, crate::chart::Scale::Category(_));
    let intervals = estimates(outcome, "gap", |index| at[index], Color::Series(0));
    let intervals = if quantity { intervals.joined() } else { intervals };
    let seeds = outcome.variants.iter().enumerate().map(|(index, variant)| {
        let points =
            curves::values(variant, "gap").into_iter().map(|gap| (at[index], gap)).collect::<Vec<_>>();
        Dots::new(points, Color::Series(0)).size(2.5).hollow()
    });
    let panel = Panel::new(x, Axis::linear("train minus dev accuracy").percent());
    let panel = panel.mark(Rule::y(0.0).label("no gap")).marks(seeds).mark(intervals);
    let lead = "How much better the network does on what it was trained on than on the dev part.";
    let figure = Figure::new("gap", "The gap, by how much is kept", lead).panel(panel);
    Some(match several(outcome) {
        true => {
            let (middle, spread) = (outcome.statistic.name(), outcome.statistic.spread_name());
            figure.note(format!("Rings: one seed each. Lines: {middle} with {spread}."))
        }
        false => figure,
    })
}

fn activations(variants: &[&Dropout], outcome: &Outcome) -> Option<Figure> {
    let (x, at) = keep_axis(variants, outcome);
    if matches!(x.scale, crate::chart::Scale::Category(_)) || outcome.variants.len() < 2 {
        return None;
    }
    let line = |metric: &str, color: Color, name: &str| {
        let means =
            outcome.variants.iter().map(|variant| outcome.statistic.of(&curves::values(variant, metric)));
        let mut points: Vec<(f64, f64)> = at.iter().copied().zip(means).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Line::new(points, color).label(name).markers()
    };
    let panel = Panel::new(x, Axis::linear("mean activation, relative to no dropout").zero())
        .mark(line("scaled_activation", Color::Series(0), "divided by keep_prob"))
        .mark(line("unscaled_activation", Color::Series(1), "not divided").dashed());
    let lead =
        "What a masked layer passes on, on average, with the scaling of inverted dropout and without it.";
    Some(Figure::new("activations", "Why dropout divides by keep_prob", lead).panel(panel))
}
