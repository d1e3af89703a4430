//! How the rows are divided, and how sure an estimate from a part of that size is.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::{
    Axis, Bars, Color, Dots, Figure, Format, Interval, Line, Panel, Part as BarPart, Rule, Shape, rounded,
};
use crate::data::{self, DataSettings, Dataset, SplitSettings, Target, TargetColumn};
use crate::diagnostic::{Problem, within};
use crate::experiment::curves::{self, values};
use crate::experiment::training;
use crate::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Part, Shared,
};
use crate::nn::ModelSettings;
use crate::numeric::Streams;
use crate::outcome::{Metric, Outcome, RunRecord, Step, Variant};
use crate::train::{Parts, TrainingSettings};

/// The three parts, in the order in which they are shown.
const PARTS: [&str; 3] = ["train", "dev", "test"];

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Split {
    pub data: DataSettings,
    pub split: SplitSettings,
    /// The network to train, if the estimates shall be shown too.
    pub model: Option<ModelSettings>,
    /// How to train it; `model` or `training` alone is enough to train.
    pub training: Option<TrainingSettings>,
}

impl Split {
    /// Returns what to train, where a model or a training is asked for.
    fn trained(&self) -> Option<(&ModelSettings, &TrainingSettings)> {
        static DEFAULTS: LazyLock<(ModelSettings, TrainingSettings)> = LazyLock::new(Default::default);
        let asked = self.model.is_some() || self.training.is_some();
        let (model, training) = &*DEFAULTS;
        asked.then(|| (self.model.as_ref().unwrap_or(model), self.training.as_ref().unwrap_or(training)))
    }

    fn with_parts<T>(&self, work: impl FnOnce(&Parts) -> T) -> Option<T> {
        let (model, training) = self.trained()?;
        Some(work(&Parts { data: &self.data, split: &self.split, model, training }))
    }
}

impl Experiment for Split {
    const NAME: &'static str = "split";
    const SUMMARY: &'static str = "How many rows does each part get, and how sure is an estimate from it?";
    const REVISION: u32 = 2;
    const TRAINS: bool = true;
    const COMPARE: Compare = Compare {
        key: "compare",
        path: |_| "split",
        prefix: "",
        about: "splits, such as {train: 60%, dev: 20%, test: 20%}",
    };
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::number("train_rows", "rows of the training part").in_unit("rows").on(Part::Train),
        MetricInfo::number("dev_rows", "rows of the dev part").in_unit("rows").on(Part::Dev),
        MetricInfo::number("test_rows", "rows of the test part").in_unit("rows").on(Part::Test),
        MetricInfo::share("train_share", "share of each class in the training part (a list, in the order of the classes)").on(Part::Train),
        MetricInfo::share("dev_share", "share of each class in the dev part (a list)").on(Part::Dev),
        MetricInfo::share("test_share", "share of each class in the test part (a list)").on(Part::Test),
        MetricInfo::share("dev_standard_error", "standard error sqrt(p(1-p)/n) of the dev error p from n rows; without a model that of an error of 10%").on(Part::Dev),
        MetricInfo::share("test_standard_error", "the same for the test part").on(Part::Test),
    ];
    const STEP: Step = Step::Epoch;
    const FIGURES: &'static [Doc] = &[
        Doc { name: "sizes", about: "rows of each part, one bar for each split" },
        Doc { name: "classes", about: "share of each class in each part" },
        Doc {
            name: "estimates",
            about: "dev and test error of every seed, with the range that chance alone explains",
        },
        Doc {
            name: "standard_error",
            about: "how the standard error falls with the rows, and where the parts stand",
        },
    ];
    const EXAMPLE: &'static str = "\
kind: split
id: three_parts
data: {name: iris}
compare:
  - {train: 60%, dev: 20%, test: 20%}
  - {train: 70%, test: 30%}
seeds: 3
training: {epochs: 10}
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        match self.with_parts(|parts| training::check(parts, facts)) {
            Some(problems) => problems,
            None => {
                let mut split = self.split.check();
                if let (Some(facts), true) = (facts, split.is_empty()) {
                    split.extend(self.split.check_data(facts));
                }
                [within("data", self.data.check()), within("split", split)].concat()
            }
        }
    }

    fn data(&self) -> Option<&DataSettings> {
        Some(&self.data)
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        let divided = || {
            let Some(facts) = facts else { return Cost::default() };
            let rows = facts.rows as f64;
            let classes = if let Target::Classes(classes) = facts.target { classes } else { 0 };
            // Of each part its rows, its standard error and its share of each class.
            let numbers = 10.0 + 3.0 * classes as f64;
            Cost {
                rows: facts.rows as u64,
                seconds: training::drawing_seconds(&self.data, facts) + 22e-9 * rows,
                bytes: training::data_bytes(&self.data, facts) + 32.0 * rows,
                kept: 1300.0,
                ..Cost::default()
            } + Cost::of_history(numbers)
                + Cost::of_metrics(numbers)
        };
        self.with_parts(|parts| training::cost(parts, facts)).unwrap_or_else(divided)
    }

    fn metric_schema(&self, facts: Option<&Facts>) -> MetricSchema {
        let mut schema = self.with_parts(|parts| training::metric_schema(parts, facts)).unwrap_or_default();
        let sizes = facts.and_then(|facts| self.split.sizes(facts.rows).ok()).unwrap_or([1; 3]);
        for (part, rows) in PARTS.into_iter().zip(sizes) {
            schema.insert(format!("{part}_rows"), MetricType::Number);
            if let (Some(Target::Classes(classes)), true) = (facts.map(|facts| facts.target), rows > 0) {
                schema.insert(format!("{part}_share"), MetricType::List(classes));
                if part != "train" {
                    schema.insert(format!("{part}_standard_error"), MetricType::Number);
                }
            }
        }
        schema
    }

    fn seed_independent(&self) -> &'static [&'static str] {
        &["train_rows", "dev_rows", "test_rows"]
    }

    fn shared(&self) -> Shared<'_> {
        let trained = self.trained();
        Shared {
            data: Some(&self.data),
            split: Some(&self.split),
            model: trained.map(|(model, _)| model),
            training: trained.map(|(_, training)| training),
            ..Shared::default()
        }
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let mut record = match self.with_parts(|parts| training::train(parts, context)) {
            Some(trained) => trained?,
            None => RunRecord::default(),
        };
        let Some(dataset) = &context.data else { return Ok(record) };
        let split = data::split(&dataset.target, &self.split, &Streams::new(context.seed));
        let split = split.map_err(|problem| problem.within("split"))?;
        for (name, rows) in PARTS.into_iter().zip([&split.train, &split.dev, &split.test]) {
            record.metrics.insert(format!("{name}_rows"), Metric::Number(rows.len() as f64));
            if let Some(shares) = class_shares(dataset, rows) {
                record.metrics.insert(format!("{name}_share"), Metric::List(shares));
            }
        }
        for (name, rows) in [("dev", split.dev.len()), ("test", split.test.len())] {
            // An error rate is of classes, counted over rows.
            if rows == 0 || matches!(dataset.target, TargetColumn::Values { .. }) {
                continue;
            }
            let error = match record.metrics.get(&format!("{name}_error")) {
                Some(Metric::Number(error)) => *error,
                _ => 0.1,
            };
            let metric = Metric::Number(standard_error(error, rows as f64));
            record.metrics.insert(format!("{name}_standard_error"), metric);
        }
        if let TargetColumn::Classes { names, .. } = &dataset.target {
            record.names.insert("classes".into(), names.clone());
        }
        Ok(record)
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        let trained = variants.iter().any(|variant| variant.trained().is_some());
        let figures = [
            Some(sizes(outcome)),
            classes(outcome),
            estimates(outcome),
            Some(standard_errors(outcome, trained)),
        ];
        figures.into_iter().flatten().collect()
    }
}

/// Computes sqrt(p(1-p)/n), the standard deviation of a share p counted over n independent rows.
fn standard_error(share: f64, rows: f64) -> f64 {
    (share * (1.0 - share) / rows).sqrt()
}

/// Returns the share of each class among these rows; None for a target that is a number or no row.
fn class_shares(dataset: &Dataset, rows: &[usize]) -> Option<Vec<f64>> {
    let TargetColumn::Classes { labels, names } = &dataset.target else { return None };
    if rows.is_empty() {
        return None;
    }
    let mut counts = vec![0usize; names.len()];
    rows.iter().for_each(|&row| counts[labels[row]] += 1);
    Some(counts.into_iter().map(|count| count as f64 / rows.len() as f64).collect())
}

fn row_labels(outcome: &Outcome) -> Vec<String> {
    outcome.variants.iter().map(|variant| curves::label(variant, "all rows").to_owned()).collect()
}

fn middle(outcome: &Outcome, variant: &Variant, metric: &str) -> f64 {
    outcome.statistic.of(&values(variant, metric))
}

/// Draws one stacked bar for each split.
fn sizes(outcome: &Outcome) -> Figure {
    let part = |(index, name): (usize, &str)| {
        let rows = outcome.variants.iter().map(|variant| middle(outcome, variant, &format!("{name}_rows")));
        BarPart::new(outcome.shown(name), Color::Series(index), rows)
    };
    let parts: Vec<BarPart> = PARTS.into_iter().enumerate().map(part).collect();
    let bars = Bars::stacked(&parts).into_iter().map(|bars| {
        let texts: Vec<String> =
            bars.bars.iter().map(|bar| rounded((bar.to - bar.from).abs(), Format::Integer)).collect();
        bars.horizontal().texts(texts)
    });
    let rows = outcome.variants.len() as f64;
    let panel = Panel::new(Axis::linear("rows").integer().zero(), Axis::category("", row_labels(outcome)));
    let panel = panel.marks(bars).aspect(720.0 / (50.0 + 44.0 * rows));
    Figure::new("sizes", "Rows of each part", "How many rows each part gets.").panel(panel)
}

/// Draws for each split a panel: the classes across, their shares in the parts as dots that should coincide.
fn classes(outcome: &Outcome) -> Option<Figure> {
    let names = outcome.variants.first()?.runs.first()?.names.get("classes")?;
    if names.len() > 24 {
        return None;
    }
    let shapes = [Shape::Circle, Shape::Square, Shape::Diamond];
    let panels = outcome.variants.iter().map(|variant| {
        let mut panel = Panel::new(
            Axis::category("class", names.clone()),
            Axis::linear("share of the part").percent().zero(),
        );
        for (index, part) in PARTS.into_iter().enumerate() {
            let Some(shares) = variant.list(&format!("{part}_share"), outcome.statistic) else { continue };
            let offset = (index as f64 - 1.0) * 0.2;
            let points = shares.iter().enumerate().map(|(class, &share)| (class as f64 + offset, share));
            let dots = Dots::new(points, Color::Series(index)).shape(shapes[index]).size(4.5);
            let dots = dots.label(outcome.shown(part));
            if variant.runs.len() > 1 {
                panel = panel.mark(spread_of_shares(outcome, variant, part, index, offset));
            }
            panel = panel.mark(dots);
        }
        if variant.label.is_empty() { panel } else { panel.title(variant.label.clone()) }
    });
    let columns = if outcome.variants.len() > 1 && names.len() <= 12 { 2 } else { 1 };
    let figure = Figure::new("classes", "Classes in each part", "The share of each class in each part.");
    let (seeds, statistic) = (outcome.seeds(), outcome.statistic);
    let note = (seeds > 1).then(|| {
        let (middle, spread) = (statistic.name(), statistic.spread_name());
        format!("Dots: {middle} over {seeds} seeds. Lines: {spread}.")
    });
    Some(figure.panels(panels).columns(columns).shared().notes(note))
}

/// Returns how far the shares of the classes in a part scatter over the seeds.
fn spread_of_shares(outcome: &Outcome, variant: &Variant, part: &str, index: usize, offset: f64) -> Interval {
    let metric = format!("{part}_share");
    let of_class = |class: usize| {
        let lists = variant.runs.iter().filter_map(|run| match run.metrics.get(&metric) {
            Some(Metric::List(shares)) => shares.get(class).copied(),
            _ => None,
        });
        curves::estimate(&lists.collect::<Vec<f64>>(), outcome.statistic, class as f64 + offset)
    };
    let classes = variant.list(&metric, outcome.statistic).map_or(0, |shares| shares.len());
    Interval::new((0..classes).map(of_class), Color::Series(index))
}

/// Returns every seed's dev and test error, around the mean, with what chance alone explains.
fn estimates(outcome: &Outcome) -> Option<Figure> {
    let variants: Vec<&Variant> = outcome.variants.iter().filter(|v| v.runs.len() > 1).collect();
    if variants.is_empty()
        || variants
            .iter()
            .all(|v| middle(outcome, v, "dev_error").is_nan() && middle(outcome, v, "test_error").is_nan())
    {
        return None;
    }
    let mut rows = Vec::new();
    let mut dots: Vec<Dots> = Vec::new();
    let mut chance: Vec<Interval> = Vec::new();
    for variant in variants {
        for (slot, part) in [(1, "dev"), (2, "test")] {
            let errors: Vec<f64> =
                values(variant, &format!("{part}_error")).into_iter().filter(|e| e.is_finite()).collect();
            if errors.is_empty() {
                continue;
            }
            let at_middle = outcome.statistic.of(&errors);
            let error = 2.0 * standard_error(at_middle, middle(outcome, variant, &format!("{part}_rows")));
            let at = rows.len();
            let range = crate::chart::Estimate {
                at: at as f64,
                low: (at_middle - error).max(0.0),
                middle: at_middle,
                high: at_middle + error,
            };
            chance.push(Interval::new([range], Color::Series(slot)).horizontal());
            dots.push(Dots::strip(at, &errors, 0.5, true, Color::Series(slot)));
            rows.push(match variant.label.is_empty() {
                true => part.to_owned(),
                false => format!("{}: {part}", variant.label),
            });
        }
    }
    let height = 60.0 + 40.0 * rows.len() as f64;
    let panel = Panel::new(Axis::linear("error").percent().zero(), Axis::category("", rows));
    let lead = "The error that each seed's split, training and measuring gave: networks of one shape on splits of the same kind.";
    let figure = Figure::new("estimates", "How far the estimates scatter", lead)
        .panel(panel.marks(dots).marks(chance).aspect(720.0 / height));
    Some(
        figure
            .note("A dot for each seed. Lines: two standard errors of a share counted over the part's rows."),
    )
}

/// Returns the curve of the standard error over the rows, with the parts of each split upon it.
fn standard_errors(outcome: &Outcome, trained: bool) -> Figure {
    let error = match trained {
        true => outcome
            .variants
            .iter()
            .map(|v| middle(outcome, v, "dev_error"))
            .find(|e| *e > 0.0 && *e < 1.0)
            .unwrap_or(0.1),
        false => 0.1,
    };
    let sizes = (0..=60).map(|step| libm::pow(10.0, 1.0 + f64::from(step) / 15.0));
    let curve = Line::new(sizes.map(|rows| (rows, standard_error(error, rows))), Color::Muted);
    let mut panel =
        Panel::new(Axis::log("rows of the part").integer(), Axis::log("standard error").percent())
            .mark(curve);
    for (index, part) in PARTS.into_iter().enumerate().skip(1) {
        let points = outcome.variants.iter().filter_map(|variant| {
            let rows = middle(outcome, variant, &format!("{part}_rows"));
            (rows > 0.0).then(|| (rows, standard_error(error, rows)))
        });
        let dots = Dots::new(points, Color::Series(index)).size(5.0);
        panel = panel.mark(dots.label(outcome.shown(part)));
    }
    let panel = panel.mark(Rule::y(0.003).label("0.3%"));
    let title = "How sure an estimate is";
    let lead = "The standard error of an error measured on so many rows: ten times surer takes a hundred times the rows.";
    let note = format!("For an error of {}%.", (error * 1000.0).round() / 10.0);
    Figure::new("standard_error", title, lead).panel(panel).note(note)
}

#[cfg(test)]
mod tests {
    use super::standard_error;

    /// An error of 10% on 100 rows: sqrt(0.09 / 100) = 0.03.
    #[test]
    fn standard_error_of_a_share() {
        assert!((standard_error(0.1, 100.0) - 0.03).abs() < 1e-15);
        assert!(standard_error(0.1, 0.0).is_infinite());
    }
}
