//! Trials: the settings at a point of the space, trained and judged.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::Value as Json;

use super::Search;
use crate::diagnostic::{Problem, SourceId, Span};
use crate::experiment::training;
use crate::experiment::{Context, Cost, Facts};
use crate::numeric::{Alone, Streams};
use crate::outcome::{Metric, RunRecord, Table};
use crate::search::{Space, Trial};
use crate::settings::{self, Entry, Node, Value};

/// Where settings of a trial may lie: the data and the search itself are settled before any trial.
const SEARCHED: &[&str] = &["model.", "training.", "split."];

/// The most values of a dimension that are tried before anything runs.
const MOST_TRIED: usize = 256;

/// A place for settings that no author wrote.
const NOWHERE: Span = Span { source: SourceId(u32::MAX), start: 0, end: 0 };

/// The settings of a search with those of one trial in place.
///
/// # Errors
/// A path that is no setting, a value that does not fit there.
fn at_point(search: &Search, space: &Space, values: &[Json]) -> Result<Search, Problem> {
    let mut tree = node(&serde_json::to_value(search).unwrap_or_default());
    for ((path, _), value) in space.dimensions.iter().zip(values) {
        let wrong =
            |part: String| Problem::new(format!("space.{path}"), format!("nothing can be set at `{part}`"));
        tree.set(path, node(value)).map_err(wrong)?;
    }
    settings::decode(&tree).map_err(|found| {
        let place =
            space.dimensions.first().map_or_else(|| "space".into(), |(path, _)| format!("space.{path}"));
        let Some(first) = found.into_iter().next() else { return Problem::new(place, "not a setting") };
        let problem = Problem::new(place, first.message).hint(first.label);
        problem.hint("a path names a setting from the block down, such as `training.learning_rate`")
    })
}

fn node(value: &Json) -> Node {
    let value = match value {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::Object(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, value)| Entry { key: key.clone(), key_span: NOWHERE, value: node(value) })
                .collect(),
        ),
    };
    Node { span: NOWHERE, value }
}

/// One dimension at a time at its ends (and each of its choices): what is wrong there is wrong with the space.
pub fn check_ends(search: &Search, facts: Option<&Facts>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for (path, dimension) in &search.space.dimensions {
        if !SEARCHED.iter().any(|part| path.starts_with(part)) {
            let problem = Problem::new(format!("space.{path}"), format!("`{path}` cannot be searched"));
            problems.push(problem.expected(format!("a path below {}", SEARCHED.join(" or "))));
            continue;
        }
        let single = Space { dimensions: vec![(path.clone(), dimension.clone())] };
        for end in ends(&single) {
            let found = match at_point(search, &single, &single.at(&[end])) {
                Err(problem) => vec![problem],
                Ok(trial) => training::check(&trial.parts(), facts),
            };
            for problem in found {
                let problem = Problem { path: format!("space.{path}"), ..problem };
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
    }
    problems
}

/// Both ends of a dimension's scale, and a place within each of its values where those are few; of a range
/// also a place between, where a setting that wants whole numbers gets none.
fn ends(single: &Space) -> Vec<f64> {
    match single.dimensions[0].1.count() {
        Some(count) => {
            let count = count.clamp(2, MOST_TRIED);
            (0..count).map(|index| index as f64 / (count - 1) as f64).collect()
        }
        None => vec![0.0, 0.381_966, 1.0],
    }
}

/// The cost of the dearest trial: each dimension in turn where it costs most.
pub fn dearest(search: &Search, space: &Space, facts: Option<&Facts>) -> Cost {
    let mut dearest = search.clone();
    for (path, dimension) in &space.dimensions {
        let single = Space { dimensions: vec![(path.clone(), dimension.clone())] };
        let trials =
            ends(&single).into_iter().filter_map(|end| at_point(&dearest, &single, &single.at(&[end])).ok());
        let work = |trial: &Search| training::cost(&trial.parts(), facts).multiply_adds;
        if let Some(most) = trials.max_by(|a, b| work(a).total_cmp(&work(b))) {
            dearest = most;
        }
    }
    training::cost(&dearest.parts(), facts)
}

/// All trials of one seed, round by round.
pub fn search(search: &Search, context: &Context) -> Result<RunRecord, Problem> {
    let space = search.searched();
    let stream = Streams::new(context.seed).stream("search");
    let count = search.sampler.count(&space, search.trials);
    let mut rounds = search.sampler.start(&space, search.trials, stream);
    let (mut history, mut records): (Vec<Trial>, Vec<RunRecord>) = (Vec::new(), Vec::new());
    loop {
        let points = rounds.next(&history);
        if points.is_empty() {
            break;
        }
        let done: Vec<RunRecord> = points
            .par_iter()
            .map(|point| {
                let record =
                    training::train(&at_point(search, &space, &space.at(point))?.parts(), &silent(context))?;
                (context.advance)(1.0 / count as f64);
                // Of a trial only its end counts; thousands of histories would fill the memory.
                Ok(RunRecord { series: BTreeMap::new(), ..record })
            })
            .collect::<Vec<Result<RunRecord, Problem>>>()
            // The first error in the order of the trials, not in time.
            .into_iter()
            .collect::<Result<_, Problem>>()?;
        for (point, record) in points.into_iter().zip(done) {
            history.push(Trial { point, objective: objective(search, &record) });
            records.push(record);
        }
    }
    Ok(sum_up(search, &space, &history, records))
}

/// The same run, its progress told by the search, without help: the others are at trials of their own.
fn silent<'a>(context: &Context<'a>) -> Context<'a> {
    Context { seed: context.seed, data: context.data.clone(), advance: &|_| {}, workers: &Alone }
}

/// What the search makes small: an accuracy counts negative; a diverged trial is worse than all others.
fn objective(search: &Search, record: &RunRecord) -> f64 {
    let value = match record.metrics.get(&search.objective) {
        Some(Metric::Number(value)) => *value,
        _ => f64::NAN,
    };
    if search.ascends() { -value } else { value }
}

fn sum_up(search: &Search, space: &Space, history: &[Trial], records: Vec<RunRecord>) -> RunRecord {
    let sign = if search.ascends() { -1.0 } else { 1.0 };
    let rank = |trial: &Trial| if trial.objective.is_nan() { f64::INFINITY } else { trial.objective };
    let best =
        (0..history.len()).min_by(|&a, &b| rank(&history[a]).total_cmp(&rank(&history[b]))).unwrap_or(0);
    let mut digest = blake3::Hasher::new();
    records.iter().for_each(|record| {
        digest.update(record.digest.as_bytes());
    });
    let diverged = history.iter().filter(|trial| !trial.objective.is_finite()).count();
    let settings: Vec<Vec<Json>> = history.iter().map(|trial| space.at(&trial.point)).collect();
    let mut summary = records.into_iter().nth(best).unwrap_or_default();
    summary.series = running_best(history, sign);
    summary.tables = [("trials".to_owned(), table(space, history, &settings, sign))].into();
    summary.digest = digest.finalize().to_hex()[..32].to_owned();

    let mut insert = |name: &str, metric: Metric| summary.metrics.insert(name.to_owned(), metric);
    insert(
        "best_objective",
        Metric::Number(history.get(best).map_or(f64::NAN, |trial| sign * trial.objective)),
    );
    insert("trials_run", Metric::Number(history.len() as f64));
    insert("diverged_share", Metric::Number(diverged as f64 / history.len().max(1) as f64));
    let paths = || space.dimensions.iter().map(|(path, _)| path.as_str());
    if let Some(values) = settings.get(best) {
        insert("best", nest(paths().zip(values.iter().map(setting))));
    }
    let shares = space.dimensions.iter().enumerate().map(|(index, (_, dimension))| {
        let values: Vec<Json> = settings.iter().map(|values| values[index].clone()).collect();
        Metric::List(dimension.decades(&values).iter().map(|decade| decade.share).collect())
    });
    insert("decade_share", nest(paths().zip(shares)));
    summary
}

/// `trial_objective` and `best_so_far`, one value a trial.
fn running_best(history: &[Trial], sign: f64) -> BTreeMap<String, Vec<f64>> {
    let mut best = f64::INFINITY;
    let mut so_far = Vec::new();
    for trial in history {
        if trial.objective < best {
            best = trial.objective;
        }
        so_far.push(if best.is_finite() { sign * best } else { f64::NAN });
    }
    let objectives = history.iter().map(|trial| sign * trial.objective).collect();
    [("trial_objective".to_owned(), objectives), ("best_so_far".to_owned(), so_far)].into()
}

/// One row a trial: a number for each dimension (a choice by its place on the scale), and the objective.
fn table(space: &Space, history: &[Trial], settings: &[Vec<Json>], sign: f64) -> Table {
    let mut columns = BTreeMap::new();
    columns.insert("objective".to_owned(), history.iter().map(|trial| sign * trial.objective).collect());
    for (index, (path, dimension)) in space.dimensions.iter().enumerate() {
        let number = |value: &Json| match (dimension.count(), value.as_f64()) {
            (_, Some(number)) if !matches!(dimension, crate::search::Dimension::Choice(_)) => number,
            (Some(count), _) => {
                dimension.place(value).map_or(f64::NAN, |place| (place * count as f64).floor())
            }
            _ => f64::NAN,
        };
        columns.insert(path.clone(), settings.iter().map(|values| number(&values[index])).collect());
    }
    Table { columns }
}

fn setting(value: &Json) -> Metric {
    match value {
        Json::Number(number) => Metric::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::Array(items) if items.iter().all(Json::is_number) => {
            Metric::List(items.iter().filter_map(Json::as_f64).collect())
        }
        other => Metric::Text(crate::experiment::written(other)),
    }
}

/// Dotted paths as maps within maps.
fn nest<'a>(entries: impl Iterator<Item = (&'a str, Metric)>) -> Metric {
    fn insert(map: &mut BTreeMap<String, Metric>, path: &str, value: Metric) {
        match path.split_once('.') {
            None => {
                map.insert(path.to_owned(), value);
            }
            Some((first, rest)) => {
                let inner = map.entry(first.to_owned()).or_insert_with(|| Metric::Map(BTreeMap::new()));
                if let Metric::Map(inner) = inner {
                    insert(inner, rest, value);
                }
            }
        }
    }
    let mut map = BTreeMap::new();
    entries.for_each(|(path, value)| insert(&mut map, path, value));
    Metric::Map(map)
}

#[cfg(test)]
impl Search {
    fn with(space: &[(&str, crate::search::Dimension)]) -> Search {
        let dimensions =
            space.iter().map(|(path, dimension)| ((*path).to_owned(), dimension.clone())).collect();
        Search {
            data: crate::data::DataSettings::named("iris"),
            space: Space { dimensions },
            ..Search::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Dimension;

    #[test]
    fn a_point_becomes_settings() {
        let search = Search::with(&[
            ("training.learning_rate", Dimension::Log([0.001, 0.1])),
            ("training.optimizer", Dimension::Choice(vec!["sgd".into(), "adam".into()])),
        ]);
        let trial = at_point(&search, &search.space, &search.space.at(&[1.0, 0.0])).unwrap();
        assert!((trial.training.learning_rate - 0.1).abs() < 1e-12);
        assert_eq!(
            crate::experiment::written(&serde_json::to_value(&trial.training.optimizer).unwrap()),
            "sgd"
        );
    }

    #[test]
    fn a_path_that_is_no_setting_is_found_before_anything_runs() {
        let search = Search::with(&[("training.learning_rat", Dimension::Log([0.001, 0.1]))]);
        let problems = check_ends(&search, None);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].path, "space.training.learning_rat");
    }

    #[test]
    fn an_end_that_is_out_of_range_is_found_before_anything_runs() {
        let search = Search::with(&[("model.keep_prob", Dimension::Linear([0.5, 1.5]))]);
        assert_eq!(check_ends(&search, None)[0].path, "space.model.keep_prob");
    }

    #[test]
    fn the_dearest_trial_has_the_widest_layer() {
        let search =
            Search::with(&[("model.hidden", Dimension::Choice(vec![[8].into(), [512].into(), [16].into()]))]);
        let target = crate::data::Target::Classes(3);
        let facts = Facts { rows: 150, features: 4, target, image: None, number_bytes: 8 };
        let cost = dearest(&search, &search.space, Some(&facts));
        assert_eq!(cost.parameters, 5 * 512 + 513 * 3);
    }

    #[test]
    fn paths_nest() {
        let nested = nest([("a.b", Metric::Number(1.0)), ("a.c", Metric::Number(2.0))].into_iter());
        let inner =
            BTreeMap::from([("b".to_owned(), Metric::Number(1.0)), ("c".to_owned(), Metric::Number(2.0))]);
        assert_eq!(nested, Metric::Map([("a".to_owned(), Metric::Map(inner))].into()));
    }

    #[test]
    fn the_best_so_far_never_rises_and_passes_over_divergence() {
        let trial = |objective| Trial { point: vec![], objective };
        let series = running_best(&[trial(f64::NAN), trial(2.0), trial(3.0), trial(1.0)], 1.0);
        assert!(series["best_so_far"][0].is_nan());
        assert_eq!(series["best_so_far"][1..], [2.0, 2.0, 1.0]);
    }
}
