//! Optimizers on a surface over a plane, where every step can be seen: one of a formula, or the cost of a model of two features over its two weights.

mod figures;
mod rate;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::chart::Figure;
use crate::data::{DataSettings, Dataset, Target};
use crate::diagnostic::{Problem, within};
use crate::experiment::target::LossTarget;
use crate::experiment::training;
use crate::experiment::{
    Compare, Context, Cost, Doc, Drawn, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Shared,
};
use crate::numeric::Streams;
use crate::optim::{Optimizer, Schedule, Sgd};
use crate::outcome::{Metric, Outcome, RunRecord, Step};
use crate::range;
use crate::surface::{self, DataCost, Descent, Ground, descend};
use rate::Rate;

/// Numbers kept of each step: the loss, the distance, the two coordinates.
const SERIES: f64 = 4.0;

/// Where descents on a cost of data start, if nothing else is said: weights of 0.
const ORIGIN: [f64; 2] = [0.0, 0.0];

/// Seconds to look at one row of data at one point.
const ROW: f64 = 30e-9;

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Surface {
    /// What is descended (default `bowl`).
    pub surface: surface::Surface,
    /// In place of `surface`, data of two features and a number or two classes: descended is the cost of a linear or logistic model without
    /// intercept over its two weights, on all rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<DataSettings>,
    /// With `data`, the lambda of J + lambda/(2m) ||w||^2 (default 0).
    #[serde(skip_serializing_if = "is_zero")]
    pub l2: f64,
    /// Where the descent starts: x and y (default: where one customarily starts on that surface, with `data` 0 and 0).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<[f64; 2]>,
    /// How many steps are taken (default 100).
    pub steps: usize,
    /// How gradients become steps (default `sgd`).
    pub optimizer: Optimizer,
    /// The step size alpha (default 0.01); `{over_curvature: 1}` is 1 over the largest curvature at the lowest point.
    pub learning_rate: Rate,
    /// How the learning rate changes; an epoch is one step here (default `constant`).
    pub schedule: Schedule,
    /// The standard deviation of what is added at random to both parts of each gradient, as a mini-batch does (default 0).
    pub noise: f64,
    /// The loss whose first step `steps_to` gives (default 0.1).
    pub target: LossTarget,
}

impl Default for Surface {
    fn default() -> Self {
        Surface {
            surface: surface::Surface::default(),
            data: None,
            l2: 0.0,
            start: None,
            steps: 100,
            optimizer: Optimizer::Sgd(Sgd::default()),
            learning_rate: Rate::Number(0.01),
            schedule: Schedule::default(),
            noise: 0.0,
            target: LossTarget::default(),
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// Returns the curvatures at the lowest point that is nearest to a point, with that lowest point.
fn curvatures(ground: &dyn Ground, start: [f64; 2]) -> ([f64; 2], [f64; 2]) {
    let far = |[x, y]: [f64; 2]| (x - start[0]) * (x - start[0]) + (y - start[1]) * (y - start[1]);
    let minima = ground.minima().into_iter();
    let lowest = minima.min_by(|a, b| far(*a).total_cmp(&far(*b))).unwrap_or(start);
    (ground.curvatures(lowest), lowest)
}

impl Surface {
    fn start(&self) -> [f64; 2] {
        let usual = || if self.data.is_some() { ORIGIN } else { self.surface.start() };
        self.start.unwrap_or_else(usual)
    }

    /// Returns the descent over ground whose largest curvature is this one.
    fn descent(&self, curvature: f64) -> Descent {
        Descent {
            optimizer: self.optimizer.clone(),
            learning_rate: self.learning_rate.at(curvature),
            schedule: self.schedule.clone(),
            start: self.start(),
            steps: self.steps,
            noise: self.noise,
        }
    }

    /// Descends, and returns what is kept of it.
    fn descended(&self, ground: &dyn Ground, seed: u64) -> RunRecord {
        let ([low, high], lowest) = curvatures(ground, self.start());
        let descent = self.descent(high);
        let path = descend(ground, &descent, &mut Streams::new(seed).stream("noise"));
        let mut record = self.record(ground, &path);
        // Where the ground is flat, no number says how many times as steep the other way is.
        let condition = if low > 0.0 { high / low } else { f64::NAN };
        let alpha = self.optimizer.learning_rate().unwrap_or(descent.learning_rate);
        let numbers = [("condition", condition), ("rate", alpha)];
        record.metrics.extend(numbers.map(|(name, number)| (name.to_owned(), Metric::Number(number))));
        let lists = [("curvatures", [low, high]), ("lowest", lowest)];
        record.metrics.extend(lists.map(|(name, list)| (name.to_owned(), Metric::List(list.into()))));
        record
    }

    /// Returns what is kept of the points of a descent.
    fn record(&self, ground: &dyn Ground, path: &[[f64; 2]]) -> RunRecord {
        let mut record = RunRecord::default();
        let diverged = path.len() <= self.steps;
        let losses: Vec<f64> = path.iter().map(|&at| ground.value(at)).collect();
        let steps_to = self.target.first(&losses);
        let series = [
            ("loss", losses),
            ("distance", path.iter().map(|&at| ground.distance(at)).collect()),
            ("x", path.iter().map(|at| at[0]).collect()),
            ("y", path.iter().map(|at| at[1]).collect()),
        ];
        for (name, values) in series {
            // The end of a descent that diverged does not exist.
            let last = values.last().copied().filter(|_| !diverged).unwrap_or(f64::NAN);
            record.metrics.insert(name.into(), Metric::Number(last));
            record.series.insert(name.into(), values.into());
        }
        let diverged_at = if diverged { path.len() as f64 } else { f64::NAN };
        record.metrics.insert("steps_to".into(), Metric::Number(steps_to));
        record.metrics.insert("diverged_at".into(), Metric::Number(diverged_at));
        record
    }
}

impl Surface {
    /// Returns what is wrong with a cost of data.
    fn check_data(&self, data: &DataSettings, facts: Option<&Facts>) -> Vec<Problem> {
        let mut problems = within("data", data.check());
        if self.surface != surface::Surface::default() {
            let problem = Problem::new("data", "both surface and data").expected("one of the two");
            problems.push(problem.hint("with `data` the surface is the cost of a model of them"));
        }
        problems.extend(range::of("l2", self.l2).zero_or_more());
        let Some(facts) = facts else { return problems };
        if facts.features != 2 {
            let message = format!("data with {} features have no cost over a plane", facts.features);
            let problem = Problem::new("data", message).expected("two features");
            problems.push(problem.hint("`features: [a, b]` chooses two columns of a table"));
        }
        if let Target::Classes(classes) = facts.target
            && classes != 2
        {
            let problem = Problem::new("data", format!("a logistic model of {classes} classes"));
            problems.push(problem.expected("two classes, or a target that is a number"));
        }
        problems
    }

    /// Descends the cost of data; keeps its heights for the map too.
    fn descended_on(&self, data: &Dataset, settings: &DataSettings, seed: u64) -> Result<RunRecord, Problem> {
        let cost = DataCost::new(data, settings, self.l2, &Streams::new(seed))?;
        let mut record = self.descended(&cost, seed);
        record.names.insert("features".into(), data.feature_names.clone());
        record.grids.insert(figures::COST.into(), figures::heights_around(&cost, self.start()));
        Ok(record)
    }
}

impl Experiment for Surface {
    const NAME: &'static str = "surface";
    const SUMMARY: &'static str =
        "Which way do optimizers take down a surface on which every step can be seen?";
    const REVISION: u32 = 4;
    const TRAINS: bool = false;
    const COMPARE: Compare = Compare {
        key: "compare",
        path: |_| "optimizer",
        prefix: "",
        about: "optimizers, bare or with their settings",
    };
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::number("loss", "the height of the surface after the last step; 0 at its lowest points")
            .lower(),
        MetricInfo::number("distance", "from there to the nearest lowest point").lower(),
        MetricInfo::when(
            "steps_to",
            "the first step whose loss is at or under `target`; not a number where none is",
        )
        .in_unit("steps")
        .lower(),
        MetricInfo::when(
            "diverged_at",
            "the step at which place or loss were no longer finite; not a number where they stayed so",
        )
        .in_unit("steps"),
        MetricInfo::number("x", "where the last step led, along x"),
        MetricInfo::number("y", "where the last step led, along y"),
        MetricInfo::number(
            "condition",
            "how many times as much the surface curves one way as the other at the lowest point nearest to the start; not a number where it is flat one way",
        ),
        MetricInfo::number("curvatures", "the smaller and the larger curvature there (a list)").aside(),
        MetricInfo::number("lowest", "that lowest point, x and y (a list)").aside(),
        MetricInfo::number("rate", "the learning rate of the first step").aside(),
    ];
    const STEP: Step = Step::Step;
    const FIGURES: &'static [Doc] = &[
        Doc { name: "map", about: "the surface by level lines, and the path of each descent over it" },
        Doc { name: "loss", about: "the loss by step, on a log axis, with bands over seeds" },
        Doc { name: "steps_to", about: "steps to the target loss, a dot for each seed that gets there" },
    ];
    const EXAMPLE: &'static str = "\
kind: surface
id: down_a_bowl
surface: {bowl: {condition: 20, rotation: 30}}
steps: 60
learning_rate: 0.05
noise: 0.2
seeds: 3
compare: [sgd, momentum, {rmsprop: {learning_rate: 0.1}}]
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        let mut problems = match &self.data {
            Some(data) => self.check_data(data, facts),
            None => within("surface", self.surface.check()),
        };
        // Heights of an impossible surface mean nothing.
        if problems.is_empty() {
            let ground = self.data.is_none().then_some(&self.surface as &dyn Ground);
            // What the rate is depends on the ground; that it is one is asked of the author's own.
            problems
                .extend(self.descent(1.0).check(ground).into_iter().filter(|p| p.path != "learning_rate"));
        }
        problems.extend(self.learning_rate.check());
        problems.extend(self.target.check());
        problems
    }

    fn data(&self) -> Option<&DataSettings> {
        self.data.as_ref()
    }

    fn without_effect(&self) -> &'static [&'static str] {
        if self.data.is_some() { &["surface"] } else { &["l2"] }
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        let points = self.steps as f64 + 1.0;
        // A step takes a gradient, a value, a distance and the optimizer's own arithmetic.
        let own = Cost { seconds: 0.6e-6 * points, bytes: 64.0 * points, ..Cost::default() };
        // A path stands in the map beside its curves.
        let path = Drawn { seconds: 6e-6 * points, bytes: 100.0 * points, written: 45.0 * points };
        let own = own + Cost::of_series(SERIES * points) + Cost::of_drawn(path);
        let (Some(data), Some(facts)) = (&self.data, facts) else { return own };
        let rows = facts.rows as f64;
        // Of a number all rows are looked at a few times, of classes at each step thrice, for the map, and by Newton's method.
        let (looks, held) = match facts.target {
            Target::Value => (3.0, 120.0),
            Target::Classes(_) => (3.0 * points + figures::nodes() as f64 + 400.0, 50.0),
        };
        let looking = Cost {
            rows: facts.rows as u64,
            parameters: 2,
            multiply_adds: 4.0 * rows * looks,
            seconds: ROW * rows * looks + training::data_seconds(data, facts, [facts.rows, 0, 0]),
            // The rows as they were read, scaled, and as they are looked at, twice where an equation is solved.
            bytes: training::data_bytes(data, facts) + held * rows,
            kept: 8.0 * figures::nodes() as f64,
            ..Cost::default()
        };
        own + looking
    }

    fn drawn(variants: &[&Self], _: &[Option<Facts>]) -> Drawn {
        let maps = figures::maps(variants) as f64;
        Drawn { seconds: 14e-3 * maps, bytes: 0.5e6 * maps, written: 1e5 * maps }
    }

    fn metric_schema(&self, _: Option<&Facts>) -> MetricSchema {
        let curves = ["loss", "distance", "x", "y"].map(|name| (name, MetricType::Curve(self.steps + 1)));
        let numbers = ["steps_to", "diverged_at", "condition", "rate"].map(|name| (name, MetricType::Number));
        let lists = ["curvatures", "lowest"].map(|name| (name, MetricType::List(2)));
        curves
            .into_iter()
            .chain(numbers)
            .chain(lists)
            .map(|(name, metric_type)| (name.to_owned(), metric_type))
            .collect()
    }

    fn seed_independent(&self) -> &'static [&'static str] {
        match (self.data.is_some(), self.noise == 0.0) {
            // Rows are drawn, generated or at least scaled anew with each seed.
            (true, _) => &[],
            (false, true) => &[
                "loss",
                "distance",
                "x",
                "y",
                "steps_to",
                "diverged_at",
                "condition",
                "curvatures",
                "lowest",
                "rate",
            ],
            (false, false) => &["condition", "curvatures", "lowest", "rate"],
        }
    }

    fn shared(&self) -> Shared<'_> {
        let Surface { steps, optimizer, learning_rate, schedule, data, .. } = self;
        // What depends on the curvature is found, not set.
        let learning_rate = match learning_rate {
            Rate::Number(rate) => Some(*rate),
            Rate::OverCurvature(_) => optimizer.learning_rate(),
        };
        let descent =
            |learning_rate| crate::experiment::Descent { steps: *steps, optimizer, learning_rate, schedule };
        Shared { data: data.as_ref(), descent: learning_rate.map(descent), ..Shared::default() }
    }

    fn for_notebook(&self, _: Option<&Facts>) -> Result<Map<String, Json>, String> {
        // The trench of the plateau is a line: any x of 0 is as near as can be.
        let minima = match self.surface {
            surface::Surface::Plateau(_) => Vec::new(),
            _ => self.surface.minima(),
        };
        let all = match self.data {
            // What the rate is follows from the data.
            Some(_) => [("start", json!(self.start())), ("surface", Json::Null), ("l2", json!(self.l2))],
            None => {
                let rate = self.descent(curvatures(&self.surface, self.start()).0[1]).learning_rate;
                [("start", json!(self.start())), ("minima", json!(minima)), ("learning_rate", json!(rate))]
            }
        };
        Ok(all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let record = match &self.data {
            None => self.descended(&self.surface, context.seed),
            Some(settings) => {
                let data = context.data.as_deref();
                let data = data.ok_or_else(|| Problem::new("data", "there is no data to descend on"))?;
                self.descended_on(data, settings, context.seed)?
            }
        };
        (context.advance)(1.0);
        Ok(record)
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        figures::all(variants, outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(settings: &str) -> RunRecord {
        let settings: Surface = serde_json::from_str(settings).unwrap();
        assert_eq!(settings.check(None), []);
        settings.descended(&settings.surface, 0)
    }

    fn number(record: &RunRecord, metric: &str) -> f64 {
        record.metrics[metric].number().unwrap()
    }

    #[test]
    fn two_steps_down_a_round_bowl() {
        let record = run(
            r#"{"surface": {"bowl": {"condition": 1}}, "start": [3, 4], "steps": 2, "learning_rate": 0.5, "target": 4}"#,
        );
        // Every step halves both coordinates: 25/2, 25/8, 25/32.
        assert_eq!(record.series["loss"].as_slice(), [12.5, 3.125, 0.78125]);
        assert_eq!(record.series["distance"].as_slice(), [5.0, 2.5, 1.25]);
        assert_eq!((number(&record, "x"), number(&record, "y")), (0.75, 1.0));
        assert_eq!((number(&record, "loss"), number(&record, "steps_to")), (0.78125, 1.0));
        assert!(number(&record, "diverged_at").is_nan());
    }

    #[test]
    fn a_rate_may_go_by_the_largest_curvature() {
        let record = run(
            r#"{"surface": {"bowl": {"condition": 50}}, "steps": 1, "learning_rate": {"over_curvature": 1}}"#,
        );
        // The steep direction is done in one step, the other one by a fiftieth.
        assert!(
            (number(&record, "rate") - 0.02).abs() < 1e-9
                && (number(&record, "condition") - 50.0).abs() < 1e-6
        );
        let start = surface::Surface::default().start();
        assert!(number(&record, "y").abs() < 1e-7 && (number(&record, "x") - 0.98 * start[0]).abs() < 1e-7);
    }

    #[test]
    fn a_descent_that_diverges_says_when_and_has_no_end() {
        // Each step multiplies y by 1 - 100 * 1e100: the square of y is no longer finite after the second.
        let record = run(r#"{"start": [0, 1], "steps": 50, "learning_rate": 1e100}"#);
        assert_eq!(number(&record, "diverged_at"), 2.0);
        assert_eq!(record.series["loss"].len(), 2);
        assert!(number(&record, "loss").is_nan() && number(&record, "x").is_nan());
        assert!(record.series.values().all(|values| values.iter().all(|value| value.is_finite())));
    }
}
