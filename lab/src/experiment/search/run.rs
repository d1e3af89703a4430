//! All trials of one seed, round by round, and what is left of them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value as Json;

use super::{Search, metric_paths, trial};
use crate::collections::BTreeMap;
use crate::diagnostic::Problem;
use crate::experiment::{Context, metric_schema, training, written};
use crate::numeric::{Alone, Streams, Workers};
use crate::outcome::{Metric, Numbers, RunRecord, Table};
use crate::search::{Dimension, Proposal, Rung, Space, Trial, epochs_of, importance, leaders, rank};

/// What is kept of every trial beside its place in the history: the records of thousands would fill the memory.
struct Done {
    /// How many epochs it trained.
    epochs: usize,
    digest: String,
}

/// The best of the trials that have run, with its whole record. Workers finish in any order; which one leads does not depend
/// on it.
#[derive(Default)]
struct Leader(Option<(Trial, usize, RunRecord)>);

impl Leader {
    /// Takes the place of the leader if the trial, at its place in the history, is better, or as good and earlier.
    fn offer(&mut self, trial: &Trial, at: usize, record: RunRecord) {
        let better = |(leader, leads_at, _): &(Trial, usize, RunRecord)| {
            rank(trial, leader).then(at.cmp(leads_at)).is_lt()
        };
        if self.0.as_ref().is_none_or(better) {
            self.0 = Some((trial.clone(), at, record));
        }
    }
}

/// Returns all trials of one seed.
pub(super) fn run(search: &Search, context: &Context) -> Result<RunRecord, Problem> {
    let space = search.searched();
    let stream = Streams::new(context.seed).stream("search");
    let rungs = search.rungs();
    let work: f64 = rungs.iter().map(|rung| rung.trials as f64 * rung.budget).sum();
    let mut rounds = search.sampler.start(&space, search.trials, search.training.epochs, stream);
    let (mut history, mut done): (Vec<Trial>, Vec<Done>) = (Vec::new(), Vec::new());
    let leader = Mutex::new(Leader::default());
    loop {
        let round = rounds.next(&history);
        if round.is_empty() {
            break;
        }
        // Trials side by side keep all workers busy; one at a time may have their help.
        let alone = round.len() == 1 || context.pool.count() == 1;
        let do_trial = |index: usize, proposal: &Proposal| {
            let workers: Arc<dyn Workers> = if alone { context.workers.clone() } else { Arc::new(Alone) };
            let silent = Context {
                data: context.data.clone(),
                further: Vec::new(),
                advance: &|_| {},
                workers,
                pool: &Alone,
                ..*context
            };
            let record = train(search, &space, proposal, &silent)?;
            (context.advance)(proposal.budget / work);
            let trial = Trial {
                point: proposal.point.clone(),
                budget: proposal.budget,
                objective: objective(search, &record),
            };
            let epochs = record.series.get("train_loss").map_or(0, |losses| losses.len().saturating_sub(1));
            let done = Done { epochs, digest: record.digest.clone() };
            let mut leader = leader.lock().unwrap_or_else(PoisonError::into_inner);
            leader.offer(&trial, history.len() + index, record);
            Ok((trial, done))
        };
        let trained: Vec<OnceLock<Result<(Trial, Done), Problem>>> =
            round.iter().map(|_| OnceLock::new()).collect();
        context.pool.run(round.len(), &|index| {
            trained[index].get_or_init(|| do_trial(index, &round[index]));
        });
        // The first error in the order of the trials, not in time.
        let trained =
            trained.into_iter().filter_map(OnceLock::into_inner).collect::<Result<Vec<_>, Problem>>()?;
        let (trials, ends): (Vec<Trial>, Vec<Done>) = trained.into_iter().unzip();
        history.extend(trials);
        done.extend(ends);
    }
    let Leader(leader) = leader.into_inner().unwrap_or_else(PoisonError::into_inner);
    let record = leader.map(|(_, _, record)| record).unwrap_or_default();
    let mut summary = sum_up(search, &space, &rungs, &history, &done, record);
    weigh(search, &space, tried(&rungs, &history), context.seed, &mut summary);
    Ok(summary)
}

/// Trains one trial, for its share of the epochs; `context` hears nothing of its progress, of which the search tells.
fn train(
    search: &Search,
    space: &Space,
    proposal: &Proposal,
    context: &Context,
) -> Result<RunRecord, Problem> {
    let mut trial = trial::at_point(search, space, &proposal.point)?;
    trial.training.epochs = epochs_of(proposal.budget, trial.training.epochs);
    training::train(&trial.parts(), context)
}

/// Returns what the search makes small: an accuracy counts negative; a diverged trial is worse than all others.
fn objective(search: &Search, record: &RunRecord) -> f64 {
    let value = match record.metrics.get(&search.objective) {
        Some(Metric::Number(value)) => *value,
        _ => f64::NAN,
    };
    if search.ascends() { -value } else { value }
}

/// Returns the record of the best trial, with what all trials together say in place of its curves.
fn sum_up(
    search: &Search,
    space: &Space,
    rungs: &[Rung],
    history: &[Trial],
    done: &[Done],
    mut summary: RunRecord,
) -> RunRecord {
    let sign = if search.ascends() { -1.0 } else { 1.0 };
    let leaders = leaders(history);
    let best = leaders.last().copied().unwrap_or(0);
    let mut digest = blake3::Hasher::new();
    done.iter().for_each(|done| {
        digest.update(done.digest.as_bytes());
    });
    let epochs: Vec<usize> = done.iter().map(|done| done.epochs).collect();
    let settings: Vec<Vec<Option<Json>>> = history.iter().map(|trial| space.at(&trial.point)).collect();
    summary.series = series(history, &leaders, &epochs, sign);
    summary.tables = [("trials".to_owned(), table(space, history, &settings, &epochs, sign))].into();
    summary.digest = digest.finalize().to_hex()[..32].into();

    let diverged = history.iter().filter(|trial| !trial.objective.is_finite()).count();
    let mut insert = |name: &str, metric: Metric| summary.metrics.insert(name.to_owned(), metric);
    let objective = history.get(best).map_or(f64::NAN, |trial| sign * trial.objective);
    insert("best_objective", Metric::Number(objective));
    insert("trials_run", Metric::Number(history.len() as f64));
    insert("epochs_trained", Metric::Number(epochs.iter().sum::<usize>() as f64));
    insert("diverged_share", Metric::Number(diverged as f64 / history.len().max(1) as f64));
    let names = metric_paths(&search.space);
    let paths = || names.iter().map(String::as_str);
    if let Some(values) = settings.get(best) {
        let found =
            space.settings.iter().zip(values).map(|(found, value)| setting(&found.dimension, value.as_ref()));
        insert("best", nest(paths().zip(found)));
    }
    let tried = tried(rungs, history).len();
    let shares = space.settings.iter().enumerate().map(|(index, setting)| {
        let values: Vec<Json> = settings[..tried].iter().filter_map(|values| values[index].clone()).collect();
        Metric::List(setting.dimension.decades(&values).iter().map(|decade| decade.share).collect())
    });
    insert("decade_share", nest(paths().zip(shares)));
    summary
}

/// Returns the trials in which each setting that was tried counts once, however often it was trained.
fn tried<'a>(rungs: &[Rung], history: &'a [Trial]) -> &'a [Trial] {
    &history[..rungs.first().map_or(0, |rung| rung.trials).min(history.len())]
}

/// Adds how much each setting matters, and what is left to several of them together.
fn weigh(search: &Search, space: &Space, tried: &[Trial], seed: u64, summary: &mut RunRecord) {
    let shares = importance(space, tried, &mut Streams::new(seed).stream("importance"));
    // What rounding leaves below 0 is nothing.
    let together = (1.0 - shares.iter().sum::<f64>()).max(0.0);
    let together = if shares.iter().all(|share| share.is_nan()) { f64::NAN } else { together };
    let names = metric_paths(&search.space);
    let shares = names.iter().map(String::as_str).zip(shares.into_iter().map(Metric::Number));
    summary.metrics.insert("importance".into(), nest(shares));
    summary.metrics.insert("interactions".into(), Metric::Number(together));
}

/// Returns `trial_objective`, `best_so_far` and `epochs_so_far`, one value a trial.
fn series(history: &[Trial], leaders: &[usize], epochs: &[usize], sign: f64) -> BTreeMap<String, Numbers> {
    let objective = |index: usize| sign * history[index].objective;
    // Where all trials so far have diverged, there is no best one.
    let best = |&leader: &usize| Some(objective(leader)).filter(|best| best.is_finite()).unwrap_or(f64::NAN);
    let so_far = epochs.iter().scan(0, |sum, epochs| {
        *sum += epochs;
        Some(*sum as f64)
    });
    [
        ("trial_objective".to_owned(), (0..history.len()).map(objective).collect()),
        ("best_so_far".to_owned(), leaders.iter().map(best).collect()),
        ("epochs_so_far".to_owned(), so_far.collect()),
    ]
    .into()
}

/// Returns one row a trial: a number for each setting (a choice by its place among the choices; not a number where it does not
/// exist), its epochs and its objective.
fn table(
    space: &Space,
    history: &[Trial],
    settings: &[Vec<Option<Json>>],
    epochs: &[usize],
    sign: f64,
) -> Table {
    let mut columns = BTreeMap::new();
    columns.insert("objective".to_owned(), history.iter().map(|trial| sign * trial.objective).collect());
    columns.insert("epochs".to_owned(), epochs.iter().map(|&epochs| epochs as f64).collect());
    columns.insert("budget".to_owned(), history.iter().map(|trial| trial.budget).collect());
    for (index, setting) in space.settings.iter().enumerate() {
        let number = |value: &Json| match &setting.dimension {
            Dimension::Choice(choices) => {
                choices.iter().position(|choice| choice == value).map(|at| at as f64)
            }
            _ => value.as_f64(),
        };
        let value = |values: &Vec<Option<Json>>| values[index].as_ref().and_then(number).unwrap_or(f64::NAN);
        columns.insert(setting.path.clone(), settings.iter().map(value).collect());
    }
    Table { columns }
}

/// Returns a setting that was found, as a metric.
fn setting(dimension: &Dimension, value: Option<&Json>) -> Metric {
    match value {
        Some(Json::Number(number)) => Metric::Number(number.as_f64().unwrap_or(f64::NAN)),
        Some(Json::Array(items)) if items.iter().all(Json::is_number) => {
            Metric::List(items.iter().filter_map(Json::as_f64).collect())
        }
        Some(other) => Metric::Text(written(other)),
        None if matches!(dimension, Dimension::Choice(_)) => Metric::Text("none".into()),
        None => Metric::Number(f64::NAN),
    }
}

/// Returns metrics by dotted paths as maps within maps.
fn nest<'a>(entries: impl Iterator<Item = (&'a str, Metric)>) -> Metric {
    metric_schema::nested(entries, Metric::Map, |metric| match metric {
        Metric::Map(inner) => Some(inner),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_nest() {
        let nested = nest([("a.b", Metric::Number(1.0)), ("a.c", Metric::Number(2.0))].into_iter());
        let inner =
            BTreeMap::from([("b".to_owned(), Metric::Number(1.0)), ("c".to_owned(), Metric::Number(2.0))]);
        assert_eq!(nested, Metric::Map([("a".to_owned(), Metric::Map(inner))].into()));
    }

    #[test]
    fn the_best_so_far_passes_over_divergence_and_follows_the_budget() {
        let trial = |(objective, budget)| Trial { point: vec![], budget, objective };
        let history = [(f64::NAN, 0.5), (2.0, 0.5), (3.0, 0.5), (1.0, 0.5), (1.5, 1.0)].map(trial);
        let series = series(&history, &leaders(&history), &[1, 1, 1, 1, 2], 1.0);
        assert!(series["best_so_far"][0].is_nan());
        assert_eq!(series["best_so_far"][1..], [2.0, 2.0, 1.0, 1.5]);
        assert_eq!(*series["epochs_so_far"], [1.0, 2.0, 3.0, 4.0, 6.0]);
    }

    #[test]
    fn the_leader_is_the_same_in_whatever_order_trials_end() {
        let trial = |(objective, budget)| Trial { point: vec![], budget, objective };
        let history =
            [(f64::NAN, 1.0), (0.5, 0.5), (2.0, 1.0), (1.0, 1.0), (1.0, 1.0), (f64::NAN, 1.0)].map(trial);
        for turn in 0..history.len() {
            for backwards in [false, true] {
                let mut order: Vec<usize> = (0..history.len()).collect();
                order.rotate_left(turn);
                if backwards {
                    order.reverse();
                }
                let mut leader = Leader::default();
                for at in order {
                    leader.offer(&history[at], at, RunRecord { seed: at as u64, ..RunRecord::default() });
                }
                let (_, at, record) = leader.0.unwrap();
                assert_eq!(Some(&at), leaders(&history).last());
                assert_eq!((at, record.seed), (3, 3));
            }
        }
    }

    #[test]
    fn settings_of_a_choice_that_is_searched_stand_beside_it() {
        let space = r#"{"training.optimizer": {"choice": ["sgd", "adam"]}, "training.l2": {"log": [1, 2]},
            "training.optimizer.adam.beta1": {"linear": [0, 1], "when": {"training.optimizer": "adam"}}}"#;
        let search = Search { space: serde_json::from_str(space).unwrap(), ..Search::default() };
        let expected = ["training.optimizer", "training.l2", "training.optimizer_adam_beta1"];
        assert_eq!(metric_paths(&search.space), expected);
    }

    #[test]
    fn a_setting_that_does_not_exist_has_no_number() {
        let space: Space = serde_json::from_str(
            r#"{"o": {"choice": ["x", "y"]}, "b": {"linear": [0, 1], "when": {"o": "x"}}}"#,
        )
        .unwrap();
        let trial = |point: [f64; 2]| Trial { point: point.into(), budget: 1.0, objective: 1.0 };
        let history = [trial([0.0, 0.25]), trial([1.0, 0.25])];
        let settings: Vec<_> = history.iter().map(|trial| space.at(&trial.point)).collect();
        let columns = table(&space, &history, &settings, &[5, 5], -1.0).columns;
        assert_eq!((&columns["o"][..], &columns["objective"][..]), (&[0.0, 1.0][..], &[-1.0, -1.0][..]));
        assert!(columns["b"][0] == 0.25 && columns["b"][1].is_nan());
    }
}
