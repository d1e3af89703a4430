//! How trials are chosen: the list of samplers, and what each must do.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::coarse_to_fine::{CoarseToFine, CoarseToFineRounds};
use super::grid::GridRounds;
use super::one_at_a_time::{OneAtATimeRounds, seconds as one_at_a_time_seconds};
use super::random::RandomRounds;
use super::space::{Point, Space};
use super::successive_halving::{HalvingRounds, SuccessiveHalving};
use super::tpe::{Tpe, TpeRounds};
use crate::numeric::Stream;
use crate::problem::{Problem, within};

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
    /// Random settings trained for few epochs; the best of them again for more, up to all epochs.
    SuccessiveHalving(SuccessiveHalving),
    /// Starts anywhere; each trial changes one setting of the best one so far.
    OneAtATime,
    /// A tree-structured Parzen estimator: each trial where good ones have been dense and others have not.
    Tpe(Tpe),
}

/// A trial to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Where in the space it is.
    pub point: Point,
    /// The share of its epochs that it trains for, above 0 up to 1.
    pub budget: f64,
}

impl Proposal {
    /// Proposes a trial that trains for all its epochs.
    pub fn full(point: Point) -> Self {
        Proposal { point, budget: 1.0 }
    }
}

/// Trials of one budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung {
    /// How many there are.
    pub trials: usize,
    /// As in [`Proposal::budget`].
    pub budget: f64,
}

impl Rung {
    /// Returns how many of so many epochs its trials train for.
    pub fn epochs(&self, epochs: usize) -> usize {
        epochs_of(self.budget, epochs)
    }
}

/// Returns a share of so many epochs: rounded, but at least one where there are any.
pub fn epochs_of(budget: f64, epochs: usize) -> usize {
    (libm::round(budget * epochs as f64) as usize).max(epochs.min(1))
}

/// A trial that has run.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Where in the space it was.
    pub point: Point,
    /// As in [`Proposal::budget`].
    pub budget: f64,
    /// Lower is better; a run that diverged may have NaN or infinity, and is worse than all others.
    pub objective: f64,
}

/// A search under way. It is asked for rounds of trials until it has no more.
pub trait Rounds {
    /// Returns the trials of the next round, which can run at the same time; none when the search is over. `history`
    /// holds all trials of the rounds before, in the order in which they were given.
    fn next(&mut self, history: &[Trial]) -> Vec<Proposal>;
}

/// One sampler of the list.
#[derive(Clone, Copy, Debug)]
pub struct SamplerInfo {
    /// As an author writes it.
    pub name: &'static str,
    /// As a reader sees it.
    pub title: &'static str,
    /// One sentence for an author.
    pub summary: &'static str,
    /// With its default settings.
    pub sampler: fn() -> Sampler,
}

/// Every sampler, in the order in which they are presented.
pub const SAMPLERS: &[SamplerInfo] = &[
    SamplerInfo {
        name: "random",
        title: "Random search",
        summary: "Every trial anywhere in the space, so that each setting is tried at as many values as there are trials.",
        sampler: || Sampler::Random,
    },
    SamplerInfo {
        name: "grid",
        title: "Grid search",
        summary: "Evenly spaced values of each setting in all combinations; 25 trials try two settings at 5 values each.",
        sampler: || Sampler::Grid,
    },
    SamplerInfo {
        name: "coarse_to_fine",
        title: "Coarse to fine",
        summary: "Half of the trials anywhere, the rest in a box around the best of them.",
        sampler: || Sampler::CoarseToFine(CoarseToFine::default()),
    },
    SamplerInfo {
        name: "successive_halving",
        title: "Successive halving",
        summary: "Many random settings trained for few epochs, the best third three times as long, and so on up to all epochs.",
        sampler: || Sampler::SuccessiveHalving(SuccessiveHalving::default()),
    },
    SamplerInfo {
        name: "one_at_a_time",
        title: "One at a time",
        summary: "The first trial anywhere, each other one with one setting of the best so far changed, settings in turn.",
        sampler: || Sampler::OneAtATime,
    },
    SamplerInfo {
        name: "tpe",
        title: "Tree-structured Parzen estimator",
        summary: "Ten random trials, then each where good ones have been dense and the others have not.",
        sampler: || Sampler::Tpe(Tpe::default()),
    },
];

impl Sampler {
    /// Returns an estimate of the seconds that choosing so many trials takes on one core, beside training them.
    pub fn seconds(&self, space: &Space, trials: f64) -> f64 {
        match self {
            Sampler::Tpe(tpe) => tpe.seconds(space, trials),
            Sampler::OneAtATime => one_at_a_time_seconds(space, trials),
            _ => 2e-6 * trials * space.len() as f64,
        }
    }

    /// Returns its name as written in settings.
    pub fn name(&self) -> &'static str {
        match self {
            Sampler::Random => "random",
            Sampler::Grid => "grid",
            Sampler::CoarseToFine(_) => "coarse_to_fine",
            Sampler::SuccessiveHalving(_) => "successive_halving",
            Sampler::OneAtATime => "one_at_a_time",
            Sampler::Tpe(_) => "tpe",
        }
    }

    /// Returns problems with paths from the sampler's name on: `tpe.startup`.
    pub fn check(&self) -> Vec<Problem> {
        let problems = match self {
            Sampler::Random | Sampler::Grid | Sampler::OneAtATime => Vec::new(),
            Sampler::CoarseToFine(settings) => settings.check(),
            Sampler::SuccessiveHalving(settings) => settings.check(),
            Sampler::Tpe(settings) => settings.check(),
        };
        within(self.name(), problems)
    }

    /// Returns the trials it makes when asked for `trials`, by their budget: all in full; of a grid the largest product that
    /// fits; with successive halving so many short ones, and longer ones after them.
    pub fn rungs(&self, space: &Space, trials: usize, epochs: usize) -> Vec<Rung> {
        match self {
            Sampler::Grid => vec![Rung { trials: GridRounds::new(space, trials).count(), budget: 1.0 }],
            Sampler::SuccessiveHalving(settings) => settings.rungs(trials, epochs),
            Sampler::Random | Sampler::CoarseToFine(_) | Sampler::OneAtATime | Sampler::Tpe(_) => {
                vec![Rung { trials, budget: 1.0 }]
            }
        }
    }

    /// Starts a search of `trials` trials, of up to `epochs` epochs, that draws from `stream` (the stream `search`).
    pub fn start(&self, space: &Space, trials: usize, epochs: usize, stream: Stream) -> Box<dyn Rounds> {
        match self {
            Sampler::Random => Box::new(RandomRounds::new(space, trials, stream)),
            Sampler::Grid => Box::new(GridRounds::new(space, trials)),
            Sampler::CoarseToFine(settings) => {
                Box::new(CoarseToFineRounds::new(settings.clone(), space, trials, stream))
            }
            Sampler::SuccessiveHalving(settings) => {
                Box::new(HalvingRounds::new(settings.rungs(trials, epochs), space, stream))
            }
            Sampler::OneAtATime => Box::new(OneAtATimeRounds::new(space, trials, stream)),
            Sampler::Tpe(settings) => Box::new(TpeRounds::new(settings.clone(), space, trials, stream)),
        }
    }
}

/// Returns the trials from the best to the worst: those that diverged last, of the others those with the largest budget first, of
/// these the lowest objective; equals in their order.
pub fn best_first(history: &[Trial]) -> Vec<&Trial> {
    let mut trials: Vec<&Trial> = history.iter().collect();
    trials.sort_by(|a, b| rank(a, b));
    trials
}

/// Returns, for each trial, which one is the best of all up to it, in the order of [`best_first`].
pub fn leaders(history: &[Trial]) -> Vec<usize> {
    let mut leader = 0;
    let lead = |trial| {
        if rank(&history[trial], &history[leader]).is_lt() {
            leader = trial;
        }
        leader
    };
    (0..history.len()).map(lead).collect()
}

/// Returns the order of [`best_first`] of two trials: the better one is less.
pub fn rank(a: &Trial, b: &Trial) -> Ordering {
    let diverged = |trial: &Trial| !trial.objective.is_finite();
    match (diverged(a), diverged(b)) {
        (false, false) => b.budget.total_cmp(&a.budget).then(a.objective.total_cmp(&b.objective)),
        (a, b) => a.cmp(&b),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::numeric::Streams;
    use crate::search::Dimension;

    const EPOCHS: usize = 20;

    fn space() -> Space {
        serde_json::from_str(
            r#"{"rate": {"log": [0.0001, 1]}, "width": {"integer": [3, 6]}, "kind": {"choice": ["a", "b", "c"]},
                "beta": {"one_minus_log": [0.9, 0.999]}, "scale": {"linear": [-1, 1]}}"#,
        )
        .unwrap()
    }

    /// Runs a search of a bowl around the middle; every tenth trial diverges.
    fn run(sampler: &Sampler, space: &Space, trials: usize, seed: u64) -> Vec<Trial> {
        let mut rounds = sampler.start(space, trials, EPOCHS, Streams::new(seed).stream("search"));
        let mut history: Vec<Trial> = Vec::new();
        loop {
            let round = rounds.next(&history);
            if round.is_empty() {
                return history;
            }
            for Proposal { point, budget } in round {
                let distance = point.iter().map(|u| (u - 0.5) * (u - 0.5)).sum();
                let objective = if history.len() % 10 == 9 { f64::NAN } else { distance };
                history.push(Trial { point, budget, objective });
            }
        }
    }

    fn each(mut contract: impl FnMut(&SamplerInfo, Sampler)) {
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
                let rungs = sampler.rungs(&space(), trials, EPOCHS);
                assert!((1..=trials).contains(&rungs[0].trials), "{}", entry.name);
                assert!(rungs.is_sorted_by(|a, b| a.trials > b.trials && a.budget < b.budget));
                assert_eq!(rungs[rungs.len() - 1].budget, 1.0);
                let promised = rungs.iter().flat_map(|rung| vec![rung.budget; rung.trials]);
                let made = run(&sampler, &space(), trials, 0);
                assert!(made.iter().map(|trial| trial.budget).eq(promised), "{} {trials}", entry.name);
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
                let values: Vec<Value> = values.into_iter().map(Option::unwrap).collect();
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
        let space: Space =
            serde_json::from_str(r#"{"width": {"integer": [3, 6]}, "kind": {"choice": ["a", "b", "c"]}}"#)
                .unwrap();
        each(|entry, sampler| {
            let seen: Vec<Vec<Option<Value>>> =
                run(&sampler, &space, 200, 0).iter().map(|trial| space.at(&trial.point)).collect();
            for (i, setting) in space.settings.iter().enumerate() {
                let all: Vec<Value> = match &setting.dimension {
                    Dimension::Integer([a, b]) => (*a..=*b).map(Value::from).collect(),
                    Dimension::Choice(values) => values.clone(),
                    _ => unreachable!("the space has no other"),
                };
                for value in all {
                    let value = Some(value);
                    assert!(seen.iter().any(|values| values[i] == value), "{}: {value:?}", entry.name);
                }
            }
        });
    }

    #[test]
    fn no_trial_is_made_twice_where_settings_do_not_exist() {
        let space: Space = serde_json::from_str(
            r#"{"o": {"choice": ["x", "y"]}, "n": {"integer": [1, 3], "when": {"o": "x"}},
                "m": {"integer": [1, 2], "when": {"n": [2, 3]}}}"#,
        )
        .unwrap();
        // y; x with n = 1; x with n = 2 or 3 and m = 1 or 2.
        let made = run(&Sampler::Grid, &space, 100, 0);
        let mut settings: Vec<String> =
            made.iter().map(|trial| format!("{:?}", space.at(&trial.point))).collect();
        settings.sort();
        settings.dedup();
        assert_eq!((made.len(), settings.len()), (6, 6));
        each(|entry, sampler| {
            for trial in run(&sampler, &space, 40, 0) {
                let exist = space.exist(&trial.point);
                assert!(exist[0] && (exist[1] || !exist[2]), "{}", entry.name);
            }
        });
    }

    #[test]
    fn diverged_trials_come_last_and_full_ones_first() {
        let trial = |(objective, budget)| Trial { point: vec![], budget, objective };
        let all =
            [(f64::NAN, 1.0), (2.0, 1.0), (f64::NEG_INFINITY, 1.0), (-1.0, 1.0), (2.0, 1.0), (-9.0, 0.5)];
        let history = all.map(trial);
        let ranked: Vec<f64> = best_first(&history)[..4].iter().map(|trial| trial.objective).collect();
        assert_eq!(ranked, [-1.0, 2.0, 2.0, -9.0]);
        assert_eq!(leaders(&history), [0, 1, 1, 3, 3, 3]);
    }
}
