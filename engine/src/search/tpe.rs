//! The tree-structured Parzen estimator: trials where the good ones so far are dense and the others are not.
//!
//! Of n trials the best `ceil(gamma n)` are called good. Two densities are estimated, l(x) of the good ones' places and g(x) of
//! the others'; the next trial is, of some candidates drawn from l, the one with the largest l(x)/g(x), which has the largest
//! expected improvement. The first trials are random.
//!
//! A density is a product over the settings. Of a range it is, on its scale from 0 to 1, the mean of the uniform density and of
//! one normal density for each place, cut to [0, 1], whose standard deviation is the larger distance to its neighbours (1 without
//! any), at least 1/(1 + places). Of a choice it is `(1/k + times it was chosen) / (1 + places)`. "Tree-structured": a
//! setting that exists only under a condition counts only in trials that had it.
//!
//! It is greedy: where the first good trials all had one choice, it may never look at another one long enough.
//!
//! Where implementations disagree: hyperopt calls `gamma sqrt(n)` trials good, and Optuna a tenth, both at most 25; the paper
//! counts the ends of a range as neighbours, which makes a cluster's outermost densities wide: here, as in both, they are not.
//! Gamma and candidates are the paper's.
//!
//! Source: Bergstra, Bardenet, Bengio and Kegl, Algorithms for Hyper-Parameter Optimization, NeurIPS 2011, sections 4 and 6.

use std::f64::consts::{PI, SQRT_2};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dimension::Dimension;
use super::random;
use super::sampler::{Proposal, Rounds, Trial, best_first};
use super::space::{Point, Space};
use crate::numeric::Stream;
use crate::problem::Problem;
use crate::range;

/// Random trials first, then each trial where good ones have been dense and others have not.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Tpe {
    /// How many trials are random before the first estimate; 10 by default.
    pub startup: usize,
    /// The share of the trials that are called good; 0.15 by default.
    pub gamma: f64,
    /// How many places are looked at for each trial; 100 by default.
    pub candidates: usize,
    /// How many trials are chosen from one estimate, and can run at the same time; 1 by default.
    pub batch: usize,
}

impl Default for Tpe {
    fn default() -> Self {
        Tpe { startup: 10, gamma: 0.15, candidates: 100, batch: 1 }
    }
}

/// Nanoseconds of one normal density at one place, and of one candidate for one setting beside that.
const DENSITY: f64 = 17.0;
const CANDIDATE: f64 = 100.0;

impl Tpe {
    /// Returns an estimate of the seconds that choosing so many trials takes: each candidate is looked at beside all trials so
    /// far, but for its choices, and the trials are put in order anew for each batch.
    pub fn seconds(&self, space: &Space, trials: f64) -> f64 {
        let chosen = (trials - self.startup as f64).max(0.0);
        let before = chosen * (trials + self.startup as f64) / 2.0;
        let candidates = self.candidates as f64;
        let settings = space.len() as f64;
        let choices =
            space.settings.iter().filter(|setting| matches!(setting.dimension, Dimension::Choice(_)));
        let ranges = settings - choices.count() as f64;
        let estimates = before / self.batch as f64 * (250.0 + 150.0 * settings);
        1e-9 * (candidates * (ranges * DENSITY * before + settings * CANDIDATE * chosen) + estimates)
    }

    /// Returns problems with paths from the sampler on: `startup`.
    pub fn check(&self) -> Vec<Problem> {
        let counts = [("startup", self.startup, 10_000), ("candidates", self.candidates, 10_000)];
        let counts = counts.into_iter().chain([("batch", self.batch, 1_000)]);
        let wrong = counts.filter_map(|(name, count, most)| {
            range::whole(name, format!("{name} is {count}"), count as u64, 1..=most)
        });
        let gamma = (!(self.gamma > 0.0 && self.gamma < 1.0)).then(|| {
            Problem::new("gamma", format!("gamma is {}", self.gamma)).expected("a number between 0 and 1")
        });
        wrong.chain(gamma).collect()
    }
}

/// One round of random trials, then a batch a round.
pub(super) struct TpeRounds {
    settings: Tpe,
    space: Space,
    trials: usize,
    stream: Stream,
}

impl TpeRounds {
    pub(super) fn new(settings: Tpe, space: &Space, trials: usize, stream: Stream) -> Self {
        TpeRounds { settings, space: space.clone(), trials, stream }
    }

    /// Returns the densities of the good trials and of the others, a pair a setting.
    fn estimate(&self, history: &[Trial]) -> Vec<[Density; 2]> {
        let ranked = best_first(history);
        let good = libm::ceil(self.settings.gamma * ranked.len() as f64) as usize;
        let exist: Vec<Vec<bool>> = ranked.iter().map(|trial| self.space.exist(&trial.point)).collect();
        let density = |index: usize, trials: std::ops::Range<usize>| {
            let with_it = trials.filter(|&trial| exist[trial][index]);
            Density::of(
                &self.space.settings[index].dimension,
                with_it.map(|trial| ranked[trial].point[index]).collect(),
            )
        };
        let pair = |index| [density(index, 0..good), density(index, good..ranked.len())];
        (0..self.space.len()).map(pair).collect()
    }

    /// Returns the candidate with the largest l(x)/g(x), the first of equals.
    fn choose(&mut self, densities: &[[Density; 2]]) -> Point {
        let mut best = (f64::NEG_INFINITY, Point::new());
        for _ in 0..self.settings.candidates {
            let point: Point = densities.iter().map(|[good, _]| good.draw(&mut self.stream)).collect();
            let mut score = 0.0;
            for (index, exists) in self.space.exist(&point).into_iter().enumerate() {
                let ([good, other], u) = (&densities[index], point[index]);
                score += if exists { libm::log(good.at(u)) - libm::log(other.at(u)) } else { 0.0 };
            }
            if score > best.0 {
                best = (score, point);
            }
        }
        best.1
    }
}

impl Rounds for TpeRounds {
    fn next(&mut self, history: &[Trial]) -> Vec<Proposal> {
        let left = self.trials - history.len();
        let dimensions = self.space.len();
        if history.is_empty() {
            let first = self.settings.startup.min(left);
            return (0..first).map(|_| Proposal::full(random::point(dimensions, &mut self.stream))).collect();
        }
        if left == 0 {
            return Vec::new();
        }
        let densities = self.estimate(history);
        (0..self.settings.batch.min(left)).map(|_| Proposal::full(self.choose(&densities))).collect()
    }
}

/// A density on [0, 1], estimated from places.
#[derive(Clone, Debug, PartialEq)]
enum Density {
    /// The uniform one and these, all of one weight.
    Range(Vec<Normal>),
    /// Equal parts of [0, 1], one a choice, each with its probability.
    Choice(Vec<f64>),
}

impl Density {
    fn of(dimension: &Dimension, mut places: Vec<f64>) -> Density {
        if let Dimension::Choice(values) = dimension {
            let k = values.len();
            let mut shares = vec![1.0 / k as f64; k];
            places.iter().for_each(|&u| shares[part(u, k)] += 1.0);
            return Density::Choice(shares.iter().map(|share| share / (1 + places.len()) as f64).collect());
        }
        places.sort_by(f64::total_cmp);
        let least = 1.0 / (1 + places.len()) as f64;
        let width = |i: usize| {
            let gap = |from: usize| places.get(from).zip(places.get(from + 1)).map(|(a, b)| b - a);
            match (i.checked_sub(1).and_then(gap), gap(i)) {
                (None, None) => 1.0,
                (below, above) => below.unwrap_or(0.0).max(above.unwrap_or(0.0)).max(least),
            }
        };
        Density::Range((0..places.len()).map(|i| Normal::new(places[i], width(i))).collect())
    }

    fn at(&self, u: f64) -> f64 {
        match self {
            Density::Choice(shares) => shares[part(u, shares.len())] * shares.len() as f64,
            Density::Range(normals) => {
                let sum: f64 = normals.iter().map(|normal| normal.at(u)).sum();
                (1.0 + sum) / (1 + normals.len()) as f64
            }
        }
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        match self {
            Density::Choice(shares) => {
                let mut left = stream.uniform();
                let passed = |share: &&f64| {
                    left -= **share;
                    left >= 0.0
                };
                let index = shares.iter().take_while(passed).count().min(shares.len() - 1);
                (index as f64 + 0.5) / shares.len() as f64
            }
            Density::Range(normals) => match stream.below(normals.len() + 1).checked_sub(1) {
                None => stream.uniform(),
                // At least a third of a normal density with its mean in [0, 1] and a deviation of at most 1 lies within.
                Some(index) => loop {
                    let u = normals[index].mean + normals[index].sd * stream.normal();
                    if (0.0..=1.0).contains(&u) {
                        return u;
                    }
                },
            },
        }
    }
}

/// Returns which of `count` equal parts of [0, 1] holds `u`.
fn part(u: f64, count: usize) -> usize {
    ((u * count as f64) as usize).min(count - 1)
}

/// A normal density, cut to [0, 1].
#[derive(Clone, Debug, PartialEq)]
struct Normal {
    mean: f64,
    sd: f64,
    /// The density at the mean, so that the probability of [0, 1] is 1.
    height: f64,
}

impl Normal {
    fn new(mean: f64, sd: f64) -> Self {
        let below = |x: f64| 0.5 * (1.0 + libm::erf((x - mean) / (sd * SQRT_2)));
        Normal { mean, sd, height: 1.0 / (sd * (2.0 * PI).sqrt() * (below(1.0) - below(0.0))) }
    }

    fn at(&self, u: f64) -> f64 {
        let z = (u - self.mean) / self.sd;
        self.height * libm::exp(-0.5 * z * z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    fn stream() -> Stream {
        Streams::new(0).stream("search")
    }

    fn densities() -> Vec<Density> {
        let choice = Dimension::Choice(vec!["a".into(), "b".into(), "c".into()]);
        let line = Dimension::Linear([0.0, 1.0]);
        vec![
            Density::of(&line, vec![]),
            Density::of(&line, vec![0.0]),
            Density::of(&line, vec![0.9, 0.1, 0.15, 0.12]),
            Density::of(&choice, vec![]),
            Density::of(&choice, vec![0.9, 0.1, 0.95]),
        ]
    }

    #[test]
    fn widths_and_shares_by_hand() {
        let found = densities();
        // The smallest width that there is, a fifth, and the gap of 0.75.
        let Density::Range(normals) = &found[2] else { panic!() };
        let expected = [(0.1, 0.2), (0.12, 0.2), (0.15, 0.75), (0.9, 0.75)];
        assert!(
            normals.iter().zip(expected).all(|(a, b)| a.mean == b.0 && (a.sd - b.1).abs() < 1e-15),
            "{normals:?}"
        );
        let Density::Choice(shares) = &found[4] else { panic!() };
        assert!(shares.iter().zip([4.0, 1.0, 7.0]).all(|(a, b)| (a - b / 12.0).abs() < 1e-15), "{shares:?}");
    }

    #[test]
    fn each_density_has_mass_one_and_is_drawn_from() {
        for density in densities() {
            let cells = 1000;
            let middle = |cell: usize| (cell as f64 + 0.5) / cells as f64;
            let mass: f64 = (0..cells).map(|cell| density.at(middle(cell)) / cells as f64).sum();
            assert!((mass - 1.0).abs() < 1e-3, "{density:?}: {mass}");
            let mut stream = stream();
            let draws = 20_000;
            let low = (0..draws).filter(|_| density.draw(&mut stream) < 1.0 / 3.0).count();
            let expected: f64 = (0..cells / 3).map(|cell| density.at(middle(cell)) / cells as f64).sum();
            assert!((low as f64 / f64::from(draws) - expected).abs() < 0.012, "{density:?}");
        }
    }

    /// The best of 60 trials of a bowl beside a choice, the median over seeds.
    fn best(rounds_of: impl Fn(&Space, Stream) -> Box<dyn Rounds>) -> f64 {
        let space: Space = serde_json::from_str(
            r#"{"a": {"linear": [0, 1]}, "b": {"linear": [0, 1]}, "c": {"choice": ["x", "y", "z"]}}"#,
        )
        .unwrap();
        let best = |seed| {
            let mut rounds = rounds_of(&space, Streams::new(seed).stream("search"));
            let mut history = Vec::new();
            loop {
                let round = rounds.next(&history);
                if round.is_empty() {
                    return best_first(&history)[0].objective;
                }
                for Proposal { point, budget } in round {
                    let (a, b) = (point[0] - 0.3, point[1] - 0.8);
                    let objective = a * a + b * b + if point[2] < 0.34 { 0.0 } else { 0.1 };
                    history.push(Trial { point, budget, objective });
                }
            }
        };
        let mut found: Vec<f64> = (0..21).map(best).collect();
        found.sort_by(f64::total_cmp);
        found[10]
    }

    #[test]
    fn it_comes_much_closer_to_a_minimum_than_chance() {
        let random = best(|space, stream| Box::new(random::RandomRounds::new(space, 60, stream)));
        for batch in [1, 5] {
            let settings = Tpe { batch, ..Tpe::default() };
            let tpe = best(|space, stream| Box::new(TpeRounds::new(settings.clone(), space, 60, stream)));
            assert!(tpe < random / 5.0, "batches of {batch}: {tpe} against {random}");
        }
    }

    #[test]
    fn a_setting_that_does_not_exist_is_passed_over() {
        let space: Space = serde_json::from_str(
            r#"{"o": {"choice": ["x", "y"]}, "b": {"linear": [0, 1], "when": {"o": "x"}}}"#,
        )
        .unwrap();
        let trial = |o, b, objective| Trial { point: vec![o, b], budget: 1.0, objective };
        let history =
            [trial(0.1, 0.5, 1.0), trial(0.9, 0.7, 2.0), trial(0.1, 0.2, 3.0), trial(0.9, 0.9, 4.0)];
        let rounds = TpeRounds::new(Tpe { gamma: 0.5, ..Tpe::default() }, &space, 10, stream());
        let [_, [good, other]] = &rounds.estimate(&history)[..] else { panic!() };
        assert_eq!(*good, Density::Range(vec![Normal::new(0.5, 1.0)]));
        assert_eq!(*other, Density::Range(vec![Normal::new(0.2, 1.0)]));
    }

    #[test]
    fn settings_are_checked() {
        let wrong = Tpe { startup: 0, gamma: 1.0, candidates: 0, batch: 0 };
        let paths: Vec<String> = wrong.check().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["startup", "candidates", "batch", "gamma"]);
    }
}
