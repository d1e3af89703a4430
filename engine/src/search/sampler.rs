//! How trials are chosen: the list of samplers, and what each must do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::coarse_to_fine::{CoarseToFine, CoarseToFineRounds};
use super::grid::GridRounds;
use super::random::RandomRounds;
use super::space::{Point, Space};
use crate::numeric::Stream;
use crate::problem::Problem;

/// How the settings of each trial are chosen.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    /// Every trial anywhere, uniform on the scale of each setting.
    #[default]
    Random,
    /// Evenly spaced values of each setting, all combinations: as many as fit in the number of trials.
    Grid,
    /// Random trials everywhere first, then random trials in a box around the best.
    CoarseToFine(CoarseToFine),
}

/// A trial that has run.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    pub point: Point,
    /// Lower is better; a run that diverged may have NaN or infinity, and is worse than all others.
    pub objective: f64,
}

/// A search under way. It is asked for rounds of trials until it has no more.
pub trait Rounds {
    /// The points of the next round, which can run at the same time; none when the search is over. `history`
    /// holds all trials of the rounds before, in the order in which they were given.
    fn next(&mut self, history: &[Trial]) -> Vec<Point>;
}

/// One sampler of the list.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub name: &'static str,
    pub title: &'static str,
    /// One sentence for an author.
    pub summary: &'static str,
    /// With its default settings.
    pub sampler: fn() -> Sampler,
}

/// Every sampler, in the order in which they are presented.
pub const SAMPLERS: &[Entry] = &[
    Entry {
        name: "random",
        title: "Random search",
        summary: "Every trial anywhere in the space, so that each setting is tried at as many values as there are trials.",
        sampler: || Sampler::Random,
    },
    Entry {
        name: "grid",
        title: "Grid search",
        summary: "Evenly spaced values of each setting in all combinations; 25 trials try two settings at 5 values each.",
        sampler: || Sampler::Grid,
    },
    Entry {
        name: "coarse_to_fine",
        title: "Coarse to fine",
        summary: "Half of the trials anywhere, the rest in a box around the best of them.",
        sampler: || Sampler::CoarseToFine(CoarseToFine::default()),
    },
];

impl Sampler {
    /// As written in settings.
    pub fn name(&self) -> &'static str {
        match self {
            Sampler::Random => "random",
            Sampler::Grid => "grid",
            Sampler::CoarseToFine(_) => "coarse_to_fine",
        }
    }

    pub fn check(&self) -> Vec<Problem> {
        match self {
            Sampler::Random | Sampler::Grid => Vec::new(),
            Sampler::CoarseToFine(settings) => {
                settings.check().into_iter().map(|problem| problem.within("coarse_to_fine")).collect()
            }
        }
    }

    /// How many trials it makes of at most `trials`: all, but for a grid the largest product that fits.
    pub fn count(&self, space: &Space, trials: usize) -> usize {
        match self {
            Sampler::Grid => GridRounds::new(space, trials).count(),
            Sampler::Random | Sampler::CoarseToFine(_) => trials,
        }
    }

    /// Starts a search of `trials` trials that draws from `stream` (the stream `search`).
    pub fn start(&self, space: &Space, trials: usize, stream: Stream) -> Box<dyn Rounds> {
        match self {
            Sampler::Random => Box::new(RandomRounds::new(space, trials, stream)),
            Sampler::Grid => Box::new(GridRounds::new(space, trials)),
            Sampler::CoarseToFine(settings) => {
                Box::new(CoarseToFineRounds::new(settings.clone(), space, trials, stream))
            }
        }
    }
}

/// The trial with the lowest objective; the first of equals, and none that diverged unless all did.
pub fn best_first(history: &[Trial]) -> Vec<&Trial> {
    let mut trials: Vec<&Trial> = history.iter().collect();
    let rank = |trial: &Trial| if trial.objective.is_finite() { trial.objective } else { f64::INFINITY };
    trials.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
    trials
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::numeric::Streams;
    use crate::search::Dimension;

    fn space() -> Space {
        serde_json::from_str(
            r#"{"rate": {"log": [0.0001, 1]}, "width": {"integer": [3, 6]}, "kind": {"choice": ["a", "b", "c"]},
                "beta": {"one_minus_log": [0.9, 0.999]}, "scale": {"linear": [-1, 1]}}"#,
        )
        .unwrap()
    }

    /// Runs a search of a bowl around the middle; every tenth trial diverges.
    fn run(sampler: &Sampler, space: &Space, trials: usize, seed: u64) -> Vec<Trial> {
        let mut rounds = sampler.start(space, trials, Streams::new(seed).stream("search"));
        let mut history: Vec<Trial> = Vec::new();
        loop {
            let points = rounds.next(&history);
            if points.is_empty() {
                return history;
            }
            for point in points {
                let distance = point.iter().map(|u| (u - 0.5) * (u - 0.5)).sum();
                let objective = if history.len() % 10 == 9 { f64::NAN } else { distance };
                history.push(Trial { point, objective });
            }
        }
    }

    fn each(mut contract: impl FnMut(&Entry, Sampler)) {
        SAMPLERS.iter().for_each(|entry| contract(entry, (entry.sampler)()));
    }

    #[test]
    fn a_sampler_is_written_by_its_name_and_its_defaults_are_fine() {
        each(|entry, sampler| {
            assert_eq!(sampler.name(), entry.name);
            assert_eq!(sampler.check(), []);
            let text = serde_json::to_string(&sampler).unwrap();
            assert!(text.contains(&format!("\"{}\"", entry.name)), "{text}");
            assert_eq!(serde_json::from_str::<Sampler>(&text).unwrap(), sampler);
        });
    }

    #[test]
    fn it_makes_as_many_trials_as_it_says() {
        each(|entry, sampler| {
            for trials in [1, 2, 3, 7, 25, 100] {
                let count = sampler.count(&space(), trials);
                assert!((1..=trials).contains(&count), "{}", entry.name);
                assert_eq!(run(&sampler, &space(), trials, 0).len(), count, "{} {trials}", entry.name);
            }
            assert_eq!(run(&sampler, &space(), 0, 0).len(), 0, "{}", entry.name);
        });
    }

    #[test]
    fn it_stays_inside_the_space() {
        each(|entry, sampler| {
            for trial in run(&sampler, &space(), 200, 3) {
                assert_eq!(trial.point.len(), 5);
                assert!(trial.point.iter().all(|u| (0.0..=1.0).contains(u)), "{}", entry.name);
                let values = space().at(&trial.point);
                let number = |i: usize| values[i].as_f64().unwrap();
                assert!((0.0001..=1.0).contains(&number(0)), "{}", entry.name);
                assert!(values[1].is_i64() && (3.0..=6.0).contains(&number(1)), "{}", entry.name);
                assert!(["a", "b", "c"].iter().any(|name| values[2] == *name), "{}", entry.name);
                assert!((0.9..=0.999).contains(&number(3)), "{}", entry.name);
                assert!((-1.0..=1.0).contains(&number(4)), "{}", entry.name);
            }
        });
    }

    #[test]
    fn the_same_seed_gives_the_same_trials() {
        each(|entry, sampler| {
            let points = |seed| -> Vec<Point> {
                run(&sampler, &space(), 40, seed).into_iter().map(|trial| trial.point).collect()
            };
            assert_eq!(points(1), points(1), "{}", entry.name);
            assert_eq!(points(1) == points(2), sampler == Sampler::Grid, "{}", entry.name);
        });
    }

    #[test]
    fn every_choice_and_whole_number_can_be_reached() {
        each(|entry, sampler| {
            let seen: Vec<Vec<Value>> =
                run(&sampler, &space(), 1500, 0).iter().map(|trial| space().at(&trial.point)).collect();
            for (i, (_, dimension)) in space().dimensions.iter().enumerate() {
                let all: Vec<Value> = match dimension {
                    Dimension::Integer([a, b]) => (*a..=*b).map(Value::from).collect(),
                    Dimension::Choice(values) => values.clone(),
                    _ => continue,
                };
                for value in all {
                    assert!(seen.iter().any(|values| values[i] == value), "{}: {value}", entry.name);
                }
            }
        });
    }

    #[test]
    fn diverged_trials_come_last() {
        let trial = |objective| Trial { point: vec![], objective };
        let history = [f64::NAN, 2.0, f64::NEG_INFINITY, -1.0, 2.0].map(trial);
        let ranked: Vec<f64> = best_first(&history)[..3].iter().map(|trial| trial.objective).collect();
        assert_eq!(ranked, [-1.0, 2.0, 2.0]);
    }
}
