//! The critical points of a small network: minima, or saddles, and at what cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::chart::{Axis, Color, Dots, Figure, Panel, Shape};
use crate::data::{DataSettings, Share, SplitSettings};
use crate::diagnostic::{Problem, within};
use crate::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Shared, curves,
    training,
};
use crate::nn::{Activation, Architecture, CriticalPoint, ModelSettings};
use crate::outcome::{Metric, Outcome, RunRecord, Step, Table};
use crate::range;
use crate::train::{self, CriticalSearch, Parts, TrainingSettings};

/// The most parameters of a network whose curvatures are measured: a matrix of their squares.
const MOST_PARAMETERS: usize = 150;
const MOST_STARTS: u64 = 1000;
const MOST_STEPS: u64 = 10_000;

/// Up to this norm of the gradient a point is critical.
const TOLERANCE: f64 = 1e-7;

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CriticalPoints {
    pub data: DataSettings,
    /// The network, of a smooth activation (default: one hidden layer of 4 tanh units).
    pub model: ModelSettings,
    /// The lambda of J + lambda/(2m) sum ||W||^2 (default 0).
    pub l2: f64,
    /// From how many random weights a critical point is looked for (default 40).
    pub starts: usize,
    /// The standard deviation of all weights and biases at a start (default 1).
    pub spread: f64,
    /// How many steps each start is led at most (default 200).
    pub steps: usize,
}

impl Default for CriticalPoints {
    fn default() -> Self {
        let model =
            ModelSettings { hidden: vec![4], activation: Activation::Tanh, ..ModelSettings::default() };
        CriticalPoints { data: DataSettings::default(), model, l2: 0.0, starts: 40, spread: 1.0, steps: 200 }
    }
}

impl CriticalPoints {
    /// Works with the four parts of a training on all rows.
    fn with_parts<T>(&self, work: impl FnOnce(&Parts) -> T) -> T {
        let training = TrainingSettings { l2: self.l2, ..TrainingSettings::default() };
        let split = SplitSettings { train: Some(Share::Percent(100.0)), ..SplitSettings::default() };
        work(&Parts { data: &self.data, split: &split, model: &self.model, training: &training })
    }

    /// What a model cannot have whose curvatures are to be measured.
    fn check_smooth(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.model.depth() > 0 && self.model.activation.has_corner() {
            let problem = Problem::new(
                "model.activation",
                "this activation has a corner, where nothing says how it curves",
            );
            problems.push(problem.expected("a smooth one, such as tanh or gelu"));
        }
        if self.model.batch_norm.is_some() {
            let problem =
                Problem::new("model.batch_norm", "batch normalization has no J of the weights alone");
            problems.push(problem.expected("a model without it"));
        }
        for (name, given) in
            [("keep_prob", self.model.keep_prob.is_some()), ("dropout", self.model.dropout.is_some())]
        {
            if given {
                let problem =
                    Problem::new(format!("model.{name}"), "dropout makes J another function at every step");
                problems.push(problem.expected("a model without it"));
            }
        }
        problems
    }

    fn architecture(&self, facts: &Facts) -> Option<Architecture> {
        Architecture::new(&self.model, facts.features, facts.target).ok()
    }
}

impl Experiment for CriticalPoints {
    const NAME: &'static str = "critical_points";
    const SUMMARY: &'static str =
        "Where the gradient of a small network is 0: is that a minimum or a saddle?";
    const REVISION: u32 = 1;
    const TRAINS: bool = false;
    const COMPARE: Compare = Compare::NONE;
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::number("found", "how many of the starts led to a critical point"),
        MetricInfo::share("saddle_share", "share of the points found that lead down in some direction"),
        MetricInfo::share("minimum_share", "share of the points found that lead down in none"),
        MetricInfo::number("lowest", "J at the lowest point found; not a number where none was").lower(),
        MetricInfo::number(
            "highest_minimum",
            "J at the highest of the points that lead down in no direction; not a number where there is none",
        ),
        MetricInfo::number("objectives", "J at every point found, ascending (a list)").aside(),
        MetricInfo::share(
            "down_share",
            "share of the directions of every point found that lead down, in the same order (a list)",
        )
        .aside(),
        MetricInfo::share(
            "flat_share",
            "share of the directions that are flat, within a millionth of the largest curvature, in the same order (a list)",
        )
        .aside(),
    ];
    const STEP: Step = Step::Value;
    const FIGURES: &'static [Doc] = &[Doc {
        name: "points",
        about: "J at each critical point by the share of its directions that lead down, a dot for each of all seeds",
    }];
    const EXAMPLE: &'static str = "\
kind: critical_points
id: flat_places
data: {name: xor, samples: 40}
model: {hidden: [2], activation: tanh, output: sigmoid}
l2: 0.1
starts: 10
seeds: 2
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        let mut problems = within("data", self.data.check());
        problems.extend(within("model", self.model.check()));
        problems.extend(self.check_smooth());
        problems.extend(range::of("l2", self.l2).zero_or_more());
        let starts = format!("{} starts", self.starts);
        problems.extend(range::whole("starts", starts, self.starts as u64, 1..=MOST_STARTS));
        problems.extend(range::of("spread", self.spread).said("the spread").above_zero());
        let steps = format!("there are {} steps", self.steps);
        problems.extend(range::whole("steps", steps, self.steps as u64, 1..=MOST_STEPS));
        let Some(facts) = facts.filter(|_| problems.is_empty()) else { return problems };
        problems.extend(self.with_parts(|parts| training::check(parts, Some(facts))));
        let parameters = self.architecture(facts).map_or(0, |architecture| architecture.parameters());
        if parameters > MOST_PARAMETERS {
            let problem =
                Problem::new("model", format!("the curvatures of a network of {parameters} parameters"));
            let problem = problem.expected(format!("at most {MOST_PARAMETERS} parameters"));
            problems.push(problem.hint("fewer units, or fewer features: they are measured along every pair"));
        }
        problems
    }

    fn data(&self) -> Option<&DataSettings> {
        Some(&self.data)
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        let Some(facts) = facts else { return Cost::default() };
        let Some(architecture) = self.architecture(facts) else { return Cost::default() };
        let (rows, n) = (facts.rows as f64, architecture.parameters() as f64);
        // A gradient is about a pass of training over all rows.
        let passes = (self.steps as f64 + 1.0) * (2.0 * n + 1.0);
        let layers = architecture.layers.len() as f64;
        let units = architecture.units() as f64;
        let per_pass = 1e-9
            * (60.0 * layers
                + rows * (4.0 + 3.3 * units + 0.035 * architecture.training_multiply_adds() as f64));
        let solved = 1e-9 * (self.steps as f64 + 1.0) * (0.8 * n * n * n + 20.0 * n * n);
        let starts = self.starts as f64;
        let own = Cost {
            rows: facts.rows as u64,
            parameters: architecture.parameters() as u64,
            multiply_adds: starts * passes * rows * architecture.training_multiply_adds() as f64,
            seconds: starts * (passes * per_pass + solved)
                + training::data_seconds(&self.data, facts, [facts.rows, 0, 0]),
            bytes: training::data_bytes(&self.data, facts)
                + 8.0 * (10.0 * n * n + rows * (facts.features as f64 + 6.0 * units + 8.0)),
            ..Cost::default()
        };
        own + Cost::of_history(8.0 * starts) + Cost::of_marks(1.0, starts)
    }

    fn metric_schema(&self, _: Option<&Facts>) -> MetricSchema {
        let numbers = ["found", "saddle_share", "minimum_share", "lowest", "highest_minimum"];
        let numbers = numbers.map(|name| (name.to_owned(), MetricType::Number));
        let lists = ["objectives", "down_share", "flat_share"];
        let lists = lists.map(|name| (name.to_owned(), MetricType::List(self.starts)));
        numbers.into_iter().chain(lists).collect()
    }

    fn shared(&self) -> Shared<'_> {
        Shared { data: Some(&self.data), ..Shared::default() }
    }

    fn for_notebook(&self, _: Option<&Facts>) -> Result<Map<String, Json>, String> {
        Ok([("split".to_owned(), json!({ "train": "100%" }))].into_iter().collect())
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let dataset = context.data.as_deref();
        let dataset = dataset.ok_or_else(|| Problem::new("data", "there is no data to look at"))?;
        let search = CriticalSearch {
            starts: self.starts,
            spread: self.spread,
            steps: self.steps,
            tolerance: TOLERANCE,
        };
        let share = 1.0 / self.starts as f64;
        let found = self.with_parts(|parts| {
            train::critical_points(parts, dataset, context.seed, search, &mut || (context.advance)(share))
        })?;
        Ok(record(found.into_iter().flatten().collect()))
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        points(variants.len(), outcome).into_iter().collect()
    }
}

/// Returns what is kept of the points found.
fn record(mut points: Vec<CriticalPoint>) -> RunRecord {
    points.sort_by(|a, b| a.objective.total_cmp(&b.objective));
    let directions: Vec<[usize; 3]> = points.iter().map(CriticalPoint::directions).collect();
    let shares = |which: usize| -> Vec<f64> {
        let share = |counts: &[usize; 3]| counts[which] as f64 / counts.iter().sum::<usize>().max(1) as f64;
        directions.iter().map(share).collect()
    };
    let objectives: Vec<f64> = points.iter().map(|point| point.objective).collect();
    let is_minimum = |index: &usize| directions[*index][0] == 0;
    let minima: Vec<usize> = (0..points.len()).filter(is_minimum).collect();
    let found = points.len() as f64;
    let of_found = |count: usize| if points.is_empty() { f64::NAN } else { count as f64 / found };
    let mut record = RunRecord::default();
    let numbers = [
        ("found", found),
        ("saddle_share", of_found(points.len() - minima.len())),
        ("minimum_share", of_found(minima.len())),
        ("lowest", objectives.first().copied().unwrap_or(f64::NAN)),
        ("highest_minimum", minima.last().map_or(f64::NAN, |&index| objectives[index])),
    ];
    record.metrics.extend(numbers.map(|(name, number)| (name.to_owned(), Metric::Number(number))));
    let lists = [("objectives", objectives.clone()), ("down_share", shares(0)), ("flat_share", shares(1))];
    record.metrics.extend(lists.map(|(name, list)| (name.to_owned(), Metric::List(list))));
    let columns = [
        ("objective", objectives),
        ("down", shares(0)),
        ("flat", shares(1)),
        ("gradient_norm", points.iter().map(|point| point.gradient_norm).collect()),
    ];
    let columns = columns.map(|(name, values)| (name.to_owned(), values.into()));
    record.tables.insert("points".into(), Table { columns: columns.into() });
    let bytes = points.iter().flat_map(|point| point.curvatures.iter().chain([&point.objective]));
    let bytes: Vec<u8> = bytes.flat_map(|number| number.to_bits().to_le_bytes()).collect();
    record.digest = blake3::hash(&bytes).to_hex()[..32].into();
    record
}

/// A dot for each point of all seeds, of each variant.
fn points(variants: usize, outcome: &Outcome) -> Option<Figure> {
    let x = Axis::linear("share of the directions that lead down").percent().zero();
    let mut panel = Panel::new(x, Axis::linear("J"));
    let mut drawn = 0;
    for (index, variant) in outcome.variants.iter().enumerate() {
        let tables = variant.runs.iter().filter_map(|run| run.tables.get("points"));
        let columns = tables.filter_map(|table| table.columns(["down", "objective"]));
        let dots: Vec<(f64, f64)> = columns
            .flat_map(|[down, objective]| down.iter().copied().zip(objective.iter().copied()))
            .collect();
        drawn += dots.len();
        let dots = Dots::new(dots, Color::Series(variant.color)).shape(Shape::of(index)).size(4.0);
        let label = curves::label(variant, "critical point");
        panel = panel.mark(if variants > 1 { dots.label(label) } else { dots });
    }
    if drawn == 0 {
        return None;
    }
    let lead = "Points where the gradient is 0: how high J is there, by the share of the directions that lead down. At 0 it is a minimum, as far as curvature tells.";
    let figure = Figure::new("points", "Minima and saddles", lead).panel(panel);
    let seeds = outcome.seeds();
    Some(figure.notes((seeds > 1).then(|| format!("Dots: the points of all {seeds} seeds."))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_told_by_their_directions() {
        let point = |objective, curvatures: &[f64]| CriticalPoint {
            objective,
            gradient_norm: 1e-9,
            curvatures: curvatures.to_vec(),
        };
        let found = record(vec![
            point(3.0, &[-1.0, 1e-9, 2.0, 5.0]),
            point(1.0, &[1e-8, 1.0, 2.0, 3.0]),
            point(2.0, &[0.5, 1.0, 2.0, 3.0]),
        ]);
        let number = |name: &str| found.metrics[name].number().unwrap();
        assert_eq!((number("found"), number("lowest"), number("highest_minimum")), (3.0, 1.0, 2.0));
        assert!((number("saddle_share") - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(found.metrics["down_share"], Metric::List(vec![0.0, 0.0, 0.25]));
        assert_eq!(found.metrics["flat_share"], Metric::List(vec![0.25, 0.0, 0.25]));
        let none = record(vec![]);
        assert!(
            none.metrics["lowest"].number().unwrap().is_nan() && none.metrics["found"] == Metric::Number(0.0)
        );
    }

    #[test]
    fn models_without_curvatures_are_refused() {
        let wrong = r#"{"data": {"name": "xor"}, "model": {"hidden": [2], "activation": "relu", "batch_norm": true, "keep_prob": 0.5},
            "l2": -1, "starts": 0, "spread": 0, "steps": 0}"#;
        let wrong: CriticalPoints = serde_json::from_str(wrong).unwrap();
        let paths: Vec<String> = wrong.check(None).into_iter().map(|problem| problem.path).collect();
        let expected =
            ["model.activation", "model.batch_norm", "model.keep_prob", "l2", "starts", "spread", "steps"];
        assert_eq!(paths, expected);
    }
}
