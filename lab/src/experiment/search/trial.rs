//! The settings of a trial: those of the block, with the point's own in place.

use serde_json::Value as Json;

use super::Search;
use crate::diagnostic::{Problem, SourceId, Span};
use crate::experiment::training;
use crate::experiment::{Cost, Facts};
use crate::numeric::{Streams, mean};
use crate::search::{Dimension, Rung, Sampler, Space};
use crate::settings::{self, Node, PathError, Value};

/// Where settings of a trial may lie: the data and the search itself are settled before any trial.
const SEARCHED: &[&str] = &["model.", "training.", "split."];

/// The most values of a dimension that are tried before anything runs.
const MOST_TRIED: usize = 256;

/// The trials that are looked at to know what others take.
const LOOKED_AT: usize = 48;

/// A place for settings that no author wrote.
const NOWHERE: Span = Span { source: SourceId(u32::MAX), start: 0, end: 0 };

/// Returns the settings of a search with those of one trial in place; where a setting does not exist, the block's own stays.
///
/// # Errors
/// A path that is no setting, a value that does not fit there.
pub(super) fn at_point(search: &Search, space: &Space, point: &[f64]) -> Result<Search, Problem> {
    at_point_of(tree(search), space, point)
}

/// Returns the space that is searched, its choices with all of their settings: of `adam` its betas too.
pub(super) fn with_whole_choices(search: &Search) -> Space {
    let tree = tree(search);
    let whole = |path: &str, choice: &Json| {
        let chosen = with(tree.clone(), std::iter::once((path, choice.clone()))).ok();
        let written = chosen.and_then(|chosen| serde_json::to_value(chosen).ok());
        let pointer = format!("/{}", path.replace('.', "/"));
        written
            .as_ref()
            .and_then(|written| written.pointer(&pointer))
            .cloned()
            .unwrap_or_else(|| choice.clone())
    };
    let mut space = search.searched();
    for setting in &mut space.settings {
        if let Dimension::Choice(choices) = &mut setting.dimension {
            choices.iter_mut().for_each(|choice| *choice = whole(&setting.path, choice));
        }
    }
    space
}

/// Returns the same, given the settings of the search as a tree.
fn at_point_of(tree: Node, space: &Space, point: &[f64]) -> Result<Search, Problem> {
    let values = space.settings.iter().zip(space.at(point));
    with(tree, values.filter_map(|(setting, value)| Some((setting.path.as_str(), value?))))
}

/// Returns the settings of a search as a tree, in which others can be put in place: without the space, which no trial has, and
/// which may be long.
fn tree(search: &Search) -> Node {
    let own = Search { space: Space::default(), ..search.clone() };
    Node::of_json(NOWHERE, &serde_json::to_value(own).unwrap_or_default())
}

/// Returns settings with others in place, the last of which is to blame for what is wrong.
fn with<'a>(mut tree: Node, values: impl Iterator<Item = (&'a str, Json)>) -> Result<Search, Problem> {
    let mut place = "space".to_owned();
    for (path, value) in values {
        place = format!("space.{path}");
        let wrong = |error: PathError| Problem::new(&place, error.to_string());
        check_choice(&tree, path).map_err(|problem| problem.within("space"))?;
        tree.set(path, Node::of_json(NOWHERE, &value)).map_err(wrong)?;
    }
    settings::decode(&tree).map_err(|found| {
        let Some(first) = found.into_iter().next() else { return Problem::new(place, "not a setting") };
        let problem = Problem::new(place, first.message).hint(first.label);
        problem.hint("a path names a setting from the block down, such as `training.learning_rate`")
    })
}

/// Checks that a setting of a choice (`training.optimizer.adam.beta1`) is not of another one than is chosen.
fn check_choice(tree: &Node, path: &str) -> Result<(), Problem> {
    for (dot, _) in path.match_indices('.') {
        let (choice, rest) = (&path[..dot], &path[dot + 1..]);
        let word = rest.split('.').next().unwrap_or(rest);
        let Some(Value::Text(chosen)) = tree.get(choice).map(|node| &node.value) else { continue };
        if chosen != word {
            let problem = Problem::new(path, format!("`{choice}` may be {chosen}, which has no `{rest}`"));
            return Err(problem.expected(format!("a condition: `when: {{{choice}: {word}}}`")));
        }
    }
    Ok(())
}

/// Returns one setting at a time at the ends of its range (and each of its choices), with what it depends on: what is wrong
/// there is wrong with the space.
pub(super) fn check_ends(search: &Search, facts: Option<&Facts>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    // What is wrong with the block itself is wrong in every trial, and said of the block.
    let own = training::check(&search.parts(), facts);
    let tree = tree(search);
    for (index, setting) in search.space.settings.iter().enumerate() {
        let path = &setting.path;
        if !SEARCHED.iter().any(|part| path.starts_with(part)) {
            let problem = Problem::new(format!("space.{path}"), format!("`{path}` cannot be searched"));
            problems.push(problem.expected(format!("a path below {}", SEARCHED.join(" or "))));
            continue;
        }
        for end in ends(&setting.dimension) {
            let found = match with(tree.clone(), search.space.with_conditions(index, end).into_iter()) {
                Err(problem) => vec![problem],
                Ok(trial) => {
                    let found = training::check(&trial.parts(), facts).into_iter();
                    let new = found.filter(|problem| !own.contains(problem));
                    new.map(|problem| problem.hint("every trial of this range must be possible")).collect()
                }
            };
            for problem in found {
                let problem = Problem { path: format!("space.{path}"), ..problem };
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
    }
    if problems.is_empty() { check_together(&search.space, &tree) } else { problems }
}

/// Returns each setting in turn at the ends of its range while all others are at the low end of theirs: what does not go
/// together, such as a setting of one optimizer when another one is chosen.
fn check_together(space: &Space, tree: &Node) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for (index, setting) in space.settings.iter().enumerate() {
        for end in ends(&setting.dimension) {
            let mut point = vec![0.0; space.len()];
            point[index] = end;
            let problem = at_point_of(tree.clone(), space, &point).err();
            problems.extend(problem.filter(|problem| !problems.contains(problem)));
        }
    }
    problems
}

/// Returns both ends of a scale, and a place within each of its values where those are few; of a range also a place
/// between, where a setting that wants whole numbers gets none.
fn ends(dimension: &Dimension) -> Vec<f64> {
    match dimension.count() {
        Some(count) => {
            let count = count.clamp(2, MOST_TRIED);
            (0..count).map(|index| index as f64 / (count - 1) as f64).collect()
        }
        None => vec![0.0, 0.381_966, 1.0],
    }
}

/// Returns what all trials cost at most, each rung for the epochs that it really trains: every trial as slow as the slowest
/// where what was found decides what is tried, else as they are anywhere in the space; and as large as the largest.
pub(super) fn cost(search: &Search, space: &Space, rungs: &[Rung], facts: Option<&Facts>) -> Cost {
    let mut slowest = dearest(search, space, facts, |cost| cost.seconds);
    let largest = training::fit_cost(&dearest(search, space, facts, |cost| cost.bytes).parts(), facts);
    let epochs = slowest.training.epochs;
    let of_rung = |rung: &Rung| {
        slowest.training.epochs = rung.epochs(epochs);
        training::fit_cost(&slowest.parts(), facts).times(rung.trials as u64)
    };
    let costs: Vec<Cost> = rungs.iter().map(of_rung).collect();
    let all: Cost = costs.iter().copied().sum();
    let seconds = match (&search.sampler, rungs, &costs[..]) {
        // What is drawn first is drawn from everywhere; only what goes on from there may be the dearest.
        (Sampler::Random | Sampler::Grid | Sampler::SuccessiveHalving(_), [first, ..], [of_first, ..]) => {
            all.seconds - of_first.seconds + of_first.seconds.min(anywhere(search, space, first, facts))
        }
        _ => all.seconds,
    };
    let (parameters, bytes) = (all.parameters.max(largest.parameters), all.bytes.max(largest.bytes));
    Cost { parameters, seconds, bytes, ..all } + training::made_cost(&search.parts(), facts)
}

/// Returns the seconds that the trials of a rung take anywhere in the space: the mean of some of them times their number, and beside it
/// what chance adds as a rule: the standard error of that mean and that of the sum, which add up by their squares.
fn anywhere(search: &Search, space: &Space, rung: &Rung, facts: Option<&Facts>) -> f64 {
    let (tree, trials) = (tree(search), rung.trials as f64);
    let mut stream = Streams::new(0).stream("cost");
    let seconds: Vec<f64> = (0..LOOKED_AT)
        .filter_map(|_| {
            let point: Vec<f64> = (0..space.len()).map(|_| stream.uniform()).collect();
            let mut trial = at_point_of(tree.clone(), space, &point).ok()?;
            trial.training.epochs = rung.epochs(trial.training.epochs);
            Some(training::fit_cost(&trial.parts(), facts).seconds)
        })
        .collect();
    if seconds.is_empty() {
        return f64::INFINITY;
    }
    let middle = mean(&seconds);
    let squares: Vec<f64> = seconds.iter().map(|seconds| (seconds - middle) * (seconds - middle)).collect();
    let by_chance = (trials * trials / seconds.len() as f64 + trials).sqrt();
    trials * middle + by_chance * mean(&squares).sqrt()
}

/// Returns the trial with the most of a figure: each setting in turn where it has most, whether or not the others let it exist.
fn dearest(search: &Search, space: &Space, facts: Option<&Facts>, figure: fn(&Cost) -> f64) -> Search {
    let mut dearest = search.clone();
    for setting in &space.settings {
        let value = |end| (setting.path.as_str(), setting.dimension.at(end));
        let tree = tree(&dearest);
        let trials = ends(&setting.dimension)
            .into_iter()
            .filter_map(|end| with(tree.clone(), std::iter::once(value(end))).ok());
        let work = |trial: &Search| figure(&training::fit_cost(&trial.parts(), facts));
        if let Some(most) = trials.max_by(|a, b| work(a).total_cmp(&work(b))) {
            dearest = most;
        }
    }
    dearest
}

#[cfg(test)]
impl Search {
    fn of_space(space: &[(&str, Dimension)]) -> Search {
        use crate::search::Setting;
        let settings = space.iter().map(|(path, dimension)| Setting::new(*path, dimension.clone())).collect();
        Search {
            data: crate::data::DataSettings::named("iris"),
            space: Space { settings },
            ..Search::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_becomes_settings() {
        let search = Search::of_space(&[
            ("training.learning_rate", Dimension::Log([0.001, 0.1])),
            ("training.optimizer", Dimension::Choice(vec!["sgd".into(), "adam".into()])),
        ]);
        let trial = at_point(&search, &search.space, &[1.0, 0.0]).unwrap();
        assert!((trial.training.learning_rate - 0.1).abs() < 1e-12);
        assert_eq!(
            crate::experiment::written(&serde_json::to_value(&trial.training.optimizer).unwrap()),
            "sgd"
        );
    }

    #[test]
    fn a_path_that_is_no_setting_is_found_before_anything_runs() {
        let search = Search::of_space(&[("training.learning_rat", Dimension::Log([0.001, 0.1]))]);
        let problems = check_ends(&search, None);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].path, "space.training.learning_rat");
    }

    #[test]
    fn an_end_that_is_out_of_range_is_found_before_anything_runs() {
        let search = Search::of_space(&[("model.keep_prob", Dimension::Linear([0.5, 1.5]))]);
        assert_eq!(check_ends(&search, None)[0].path, "space.model.keep_prob");
    }

    #[test]
    fn the_dearest_trial_has_the_widest_layer() {
        let search = Search::of_space(&[(
            "model.hidden",
            Dimension::Choice(vec![[8].into(), [512].into(), [16].into()]),
        )]);
        let target = crate::data::Target::Classes(3);
        let facts = Facts {
            rows: 150,
            drawn_from: 150,
            features: 4,
            target,
            image: None,
            number_bytes: 8,
            stored_bytes: 0,
            class_rows: Vec::new(),
        };
        let full = [Rung { trials: 2, budget: 1.0 }];
        let two = cost(&search, &search.space, &full, Some(&facts));
        assert_eq!(two.parameters, 5 * 512 + 513 * 3);
        // 20 epochs each, and the measurement before them; a tenth of that is 2.
        let short = cost(&search, &search.space, &[Rung { trials: 2, budget: 0.1 }, full[0]], Some(&facts));
        let share = short.multiply_adds / two.multiply_adds;
        assert!((1.1..1.15).contains(&share), "{share}");
        // Of many trials anywhere, one in three has that layer; a sampler that goes by what it found may stay with it.
        let many = [Rung { trials: 900, budget: 1.0 }];
        let seconds = |sampler| {
            let search = Search { sampler, ..search.clone() };
            cost(&search, &search.space, &many, Some(&facts)).seconds
        };
        let share = seconds(Sampler::Random) / seconds(Sampler::Tpe(crate::search::Tpe::default()));
        assert!((0.3..0.7).contains(&share), "{share}");
    }

    #[test]
    fn a_setting_that_does_not_exist_leaves_the_blocks_own() {
        let mut search = Search::of_space(&[]);
        search.space = serde_json::from_str(
            r#"{"training.optimizer": {"choice": ["sgd", "adam"]},
                "training.optimizer.adam.beta1": {"linear": [0.5, 0.9], "when": {"training.optimizer": "adam"}}}"#,
        )
        .unwrap();
        assert_eq!(check_ends(&search, None), []);
        let optimizer = |point: [f64; 2]| {
            let trial = at_point(&search, &search.space, &point).unwrap();
            crate::experiment::written(&serde_json::to_value(&trial.training.optimizer).unwrap())
        };
        assert_eq!(optimizer([0.0, 0.0]), "sgd");
        assert!(optimizer([1.0, 0.0]).contains("beta1: 0.5"));
        search.space.settings[1].when.clear();
        // With sgd, there is no adam whose beta1 could be set.
        assert_eq!(check_ends(&search, None)[0].path, "space.training.optimizer.adam.beta1");
    }
}
