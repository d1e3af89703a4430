//! Curvatures of random symmetric matrices: in many dimensions a flat point is hardly ever a minimum.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::{Axis, Bars, Color, Figure, Key, Line, Panel, Part};
use crate::data::DataSettings;
use crate::diagnostic::Problem;
use crate::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Shared,
};
use crate::numeric::{Streams, random_symmetric, symmetric_eigenvalues};
use crate::outcome::{Metric, Outcome, RunRecord, Statistic, Step, Variant};
use crate::range;

/// The most dimensions of a matrix, and the most of them that are listed.
const MOST_DIMENSIONS: u64 = 50;
const MOST_LISTED: usize = 24;

/// The most matrices of each dimension.
const MOST_SAMPLES: u64 = 1_000_000;

/// What is kept for each dimension.
const LISTS: [&str; 4] = ["minimum_share", "saddle_share", "maximum_share", "down_share"];

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Curvatures {
    /// The dimensions whose matrices are drawn (default 1, 2, 3, 4, 5, 6).
    pub dimensions: Vec<usize>,
    /// How many matrices of each dimension are drawn (default 10000).
    pub samples: usize,
}

impl Default for Curvatures {
    fn default() -> Self {
        Curvatures { dimensions: (1..=6).collect(), samples: 10_000 }
    }
}

/// What many matrices of one dimension were like, in shares.
#[derive(Clone, Copy, Default)]
struct Shares {
    /// All curvatures positive, some of each sign, all negative.
    kinds: [f64; 3],
    /// Of all curvatures, those that are negative.
    down: f64,
}

impl Shares {
    fn of(dimension: usize, samples: usize, seed: u64) -> Self {
        let mut stream = Streams::new(seed).stream(&format!("matrices/{dimension}"));
        let (mut kinds, mut down) = ([0.0; 3], 0.0);
        for _ in 0..samples {
            let values = symmetric_eigenvalues(&random_symmetric(dimension, &mut stream), dimension);
            let negative = values.iter().filter(|value| **value < 0.0).count();
            let kind = match negative {
                0 => 0,
                negative if negative == dimension => 2,
                _ => 1,
            };
            kinds[kind] += 1.0;
            down += negative as f64;
        }
        let all = samples as f64;
        Shares { kinds: kinds.map(|count| count / all), down: down / (all * dimension as f64) }
    }
}

impl Experiment for Curvatures {
    const NAME: &'static str = "curvatures";
    const SUMMARY: &'static str = "How often does a random surface curve upwards in every direction?";
    const REVISION: u32 = 1;
    const TRAINS: bool = false;
    const COMPARE: Compare = Compare::NONE;
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::share(
            "minimum_share",
            "share of the matrices all of whose eigenvalues are positive, by dimension in the order of `dimensions` (a list): the chance that a flat point is a minimum",
        ),
        MetricInfo::share(
            "saddle_share",
            "share of the matrices with eigenvalues of both signs, by dimension (a list)",
        ),
        MetricInfo::share(
            "maximum_share",
            "share of the matrices all of whose eigenvalues are negative, by dimension (a list)",
        ),
        MetricInfo::share("down_share", "share of all eigenvalues that are negative, by dimension (a list)")
            .aside(),
    ];
    const STEP: Step = Step::Value;
    const FIGURES: &'static [Doc] = &[
        Doc {
            name: "minima",
            about: "the share of matrices that curve upwards in every direction, by dimension, on a log axis",
        },
        Doc {
            name: "points",
            about: "which share of the matrices is a minimum, a saddle, a maximum, by dimension",
        },
    ];
    const EXAMPLE: &'static str = "\
kind: curvatures
id: seldom_a_bowl
dimensions: [1, 2, 3, 4, 5]
samples: 2000
seeds: 3
";

    fn check(&self, _: Option<&Facts>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let samples = format!("{} matrices", self.samples);
        problems.extend(range::whole("samples", samples, self.samples as u64, 1..=MOST_SAMPLES));
        let listed = self.dimensions.len();
        if !(1..=MOST_LISTED).contains(&listed) {
            let problem = Problem::new("dimensions", format!("{listed} dimensions are listed"));
            problems.push(problem.expected(format!("1 to {MOST_LISTED} of them")));
        }
        for (index, &dimension) in self.dimensions.iter().enumerate() {
            let path = format!("dimensions[{index}]");
            let message = format!("a matrix of {dimension} dimensions");
            let beyond = range::whole(&path, message, dimension as u64, 1..=MOST_DIMENSIONS);
            let again = self.dimensions[..index].contains(&dimension).then(|| {
                Problem::new(&path, format!("{dimension} is listed twice")).expected("each dimension once")
            });
            problems.extend(beyond.or(again));
        }
        problems
    }

    fn data(&self) -> Option<&DataSettings> {
        None
    }

    fn cost(&self, _: Option<&Facts>) -> Cost {
        // About six sweeps of rotations, and the deviates.
        let of_matrix = |&n: &usize| {
            let n = n as f64;
            1e-9 * (15.0 * n * n * n + 90.0 * n * n + 80.0)
        };
        let seconds = self.samples as f64 * self.dimensions.iter().map(of_matrix).sum::<f64>();
        let own = Cost { seconds, bytes: 1e5, ..Cost::default() };
        own + Cost::of_history((LISTS.len() * self.dimensions.len()) as f64)
            + Cost::of_marks(4.0, 4.0 * self.dimensions.len() as f64)
    }

    fn metric_schema(&self, _: Option<&Facts>) -> MetricSchema {
        LISTS.map(|name| (name.to_owned(), MetricType::List(self.dimensions.len()))).into()
    }

    fn shared(&self) -> Shared<'_> {
        Shared::default()
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let share = 1.0 / self.dimensions.len() as f64;
        let found = self.dimensions.iter().map(|&dimension| {
            let found = Shares::of(dimension, self.samples, context.seed);
            (context.advance)(share);
            found
        });
        let found: Vec<Shares> = found.collect();
        let mut record = RunRecord::default();
        let list = |of: fn(&Shares) -> f64| Metric::List(found.iter().map(of).collect());
        let lists = [
            list(|shares| shares.kinds[0]),
            list(|shares| shares.kinds[1]),
            list(|shares| shares.kinds[2]),
            list(|shares| shares.down),
        ];
        record.metrics.extend(LISTS.into_iter().zip(lists).map(|(name, list)| (name.to_owned(), list)));
        Ok(record)
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        [minima(variants, outcome), points(variants, outcome)].into_iter().flatten().collect()
    }
}

/// The middle of a list over the seeds, as long as the dimensions of its variant.
fn list(settings: &Curvatures, variant: &Variant, name: &str, statistic: Statistic) -> Option<Vec<f64>> {
    variant.list(name, statistic).filter(|values| values.len() == settings.dimensions.len())
}

/// A line for each variant over the dimensions; none where hardly any matrix was a minimum.
fn minima(variants: &[&Curvatures], outcome: &Outcome) -> Option<Figure> {
    let mut panel = Panel::new(Axis::linear("dimensions").integer(), Axis::log("share of minima").percent());
    let mut drawn = 0;
    for (settings, variant) in variants.iter().zip(&outcome.variants) {
        let Some(shares) = list(settings, variant, "minimum_share", outcome.statistic) else { continue };
        let mut points: Vec<(f64, f64)> = settings.dimensions.iter().map(|&n| n as f64).zip(shares).collect();
        points.retain(|(_, share)| *share > 0.0 && share.is_finite());
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        drawn += points.len();
        let label = if variant.label.is_empty() { "all curvatures positive" } else { &variant.label };
        panel = panel.mark(Line::new(points, Color::Series(variant.color)).markers().label(label));
    }
    if drawn == 0 {
        return None;
    }
    let lead =
        "The share of random symmetric matrices that curve upwards in every direction, by their dimensions.";
    Some(Figure::new("minima", "Hardly ever a bowl", lead).panel(panel).notes(seeds_note(outcome)))
}

/// Bars of the first variant, stacked: what a flat point is.
fn points(variants: &[&Curvatures], outcome: &Outcome) -> Option<Figure> {
    let (settings, variant) = (variants.first()?, outcome.variants.first()?);
    let names = settings.dimensions.iter().map(ToString::to_string);
    let colors = [Color::Series(0), Color::Muted, Color::Series(1)];
    let parts = ["minima", "saddles", "maxima"].into_iter().zip(LISTS).zip(colors);
    let parts: Option<Vec<Part>> = parts
        .map(|((label, name), color)| {
            Some(Part::new(label, color, list(settings, variant, name, outcome.statistic)?))
        })
        .collect();
    let panel =
        Panel::new(Axis::category("dimensions", names), Axis::linear("share").percent().range(0.0, 1.0));
    let panel = panel.marks(Bars::stacked(&parts?));
    let lead = "What random symmetric matrices would make of a flat point: a minimum, a saddle or a maximum.";
    let figure = Figure::new("points", "Minima, saddles, maxima", lead).panel(panel).key(Key::Above);
    Some(figure.notes(seeds_note(outcome)))
}

fn seeds_note(outcome: &Outcome) -> Option<String> {
    let seeds = outcome.seeds();
    (seeds > 1).then(|| format!("Shown is the {} over {seeds} seeds.", outcome.statistic.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dimension_has_no_saddles_and_many_have_nothing_else() {
        let one = Shares::of(1, 4000, 0);
        assert!(one.kinds[1] == 0.0 && (one.kinds[0] - 0.5).abs() < 0.03 && one.down == one.kinds[2]);
        let two = Shares::of(2, 4000, 0);
        assert!((two.kinds[0] - 0.1464).abs() < 0.02 && (two.down - 0.5).abs() < 0.02, "{:?}", two.kinds);
        assert_eq!(Shares::of(10, 300, 0).kinds, [0.0, 1.0, 0.0]);
    }

    #[test]
    fn impossible_settings_are_all_reported() {
        let wrong: Curvatures =
            serde_json::from_str(r#"{"dimensions": [0, 3, 3, 51], "samples": 0}"#).unwrap();
        let paths: Vec<String> = wrong.check(None).into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["samples", "dimensions[0]", "dimensions[2]", "dimensions[3]"]);
        assert_eq!(Curvatures { dimensions: vec![], ..Curvatures::default() }.check(None).len(), 1);
    }
}
