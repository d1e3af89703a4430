//! Optimizers on a surface over a plane, where every step can be seen.

mod figures;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::Figure;
use crate::data::DataSettings;
use crate::diagnostic::{Problem, within};
use crate::experiment::target::LossTarget;
use crate::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Shared,
};
use crate::numeric::Streams;
use crate::optim::{Optimizer, Schedule, Sgd};
use crate::outcome::{Metric, Outcome, RunRecord, Step};
use crate::surface::{self, Descent, descend};

/// Numbers kept of each step: the loss, the distance, the two coordinates.
const SERIES: f64 = 4.0;

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Surface {
    /// What is descended (default `bowl`).
    pub surface: surface::Surface,
    /// Where the descent starts: x and y (default: where one customarily starts on that surface).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<[f64; 2]>,
    /// How many steps are taken (default 100).
    pub steps: usize,
    /// How gradients become steps (default `sgd`).
    pub optimizer: Optimizer,
    /// The step size alpha (default 0.01).
    pub learning_rate: f64,
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
            start: None,
            steps: 100,
            optimizer: Optimizer::Sgd(Sgd::default()),
            learning_rate: 0.01,
            schedule: Schedule::default(),
            noise: 0.0,
            target: LossTarget::default(),
        }
    }
}

impl Surface {
    fn start(&self) -> [f64; 2] {
        self.start.unwrap_or_else(|| self.surface.start())
    }

    fn descent(&self) -> Descent {
        Descent {
            optimizer: self.optimizer.clone(),
            learning_rate: self.learning_rate,
            schedule: self.schedule.clone(),
            start: self.start(),
            steps: self.steps,
            noise: self.noise,
        }
    }

    /// Returns what is kept of the points of a descent.
    fn record(&self, path: &[[f64; 2]]) -> RunRecord {
        let mut record = RunRecord::default();
        let diverged = path.len() <= self.steps;
        let losses: Vec<f64> = path.iter().map(|&at| self.surface.value(at)).collect();
        let steps_to = self.target.first(&losses);
        let series = [
            ("loss", losses),
            ("distance", path.iter().map(|&at| self.surface.distance(at)).collect()),
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

impl Experiment for Surface {
    const NAME: &'static str = "surface";
    const SUMMARY: &'static str =
        "Which way do optimizers take down a surface on which every step can be seen?";
    const REVISION: u32 = 2;
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

    fn check(&self, _: Option<&Facts>) -> Vec<Problem> {
        let mut problems = within("surface", self.surface.check());
        // Heights of an impossible surface mean nothing.
        if problems.is_empty() {
            problems.extend(self.descent().check(&self.surface));
        }
        problems.extend(self.target.check());
        problems
    }

    fn data(&self) -> Option<&DataSettings> {
        None
    }

    fn cost(&self, _: Option<&Facts>) -> Cost {
        let points = self.steps as f64 + 1.0;
        // A step takes a gradient, a value, a distance and the optimizer's own arithmetic; a map is drawn once a variant.
        let own = Cost { seconds: 8e-3 + 1e-6 * points, bytes: 4e6 + 64.0 * points, ..Cost::default() };
        own + Cost::of_history(SERIES * points)
    }

    fn metric_schema(&self, _: Option<&Facts>) -> MetricSchema {
        let curves = ["loss", "distance", "x", "y"].map(|name| (name, MetricType::Curve(self.steps + 1)));
        let numbers = ["steps_to", "diverged_at"].map(|name| (name, MetricType::Number));
        curves.into_iter().chain(numbers).map(|(name, metric_type)| (name.to_owned(), metric_type)).collect()
    }

    fn seed_independent(&self) -> &'static [&'static str] {
        match self.noise == 0.0 {
            true => &["loss", "distance", "x", "y", "steps_to", "diverged_at"],
            false => &[],
        }
    }

    fn shared(&self) -> Shared<'_> {
        let Surface { steps, optimizer, learning_rate, schedule, .. } = self;
        let (steps, learning_rate) = (*steps, *learning_rate);
        let descent = crate::experiment::Descent { steps, optimizer, learning_rate, schedule };
        Shared { descent: Some(descent), ..Shared::default() }
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let mut noise = Streams::new(context.seed).stream("noise");
        let path = descend(&self.surface, &self.descent(), &mut noise);
        (context.advance)(1.0);
        Ok(self.record(&path))
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
        settings.record(&descend(
            &settings.surface,
            &settings.descent(),
            &mut Streams::new(0).stream("noise"),
        ))
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
    fn a_descent_that_diverges_says_when_and_has_no_end() {
        // Each step multiplies y by 1 - 100 * 1e100: the square of y is no longer finite after the second.
        let record = run(r#"{"start": [0, 1], "steps": 50, "learning_rate": 1e100}"#);
        assert_eq!(number(&record, "diverged_at"), 2.0);
        assert_eq!(record.series["loss"].len(), 2);
        assert!(number(&record, "loss").is_nan() && number(&record, "x").is_nan());
        assert!(record.series.values().all(|values| values.iter().all(|value| value.is_finite())));
    }
}
