//! One function a lint: what it says of settings or runs.

use super::Subject;
use crate::data::{Features, Normalize, Share, Target};
use crate::diagnostic::{Problem, counted};
use crate::experiment::{Part, SearchParts, metric_paths, searched};
use crate::nn::Initializer;
use crate::outcome::{Metric, RunRecord, Variant};
use crate::search::{Dimension, Setting};
use crate::train::{BatchSize, StoppingMetric};

/// From this factor on, features or the ends of a range are orders of magnitude apart.
const FAR_APART: f64 = 100.0;

/// How near to an end of its scale a value is on the edge.
const EDGE: f64 = 0.05;

/// Where more of the trials than this lie on the edge, as on a grid of three, the best one there says nothing.
const CROWDED: f64 = 0.25;

/// Warns of a search that is judged by the test part.
pub(super) fn search_on_test(subject: &Subject) -> Vec<Problem> {
    let objective = subject.shared.search.map(|search| search.objective);
    let on_test = |name: &&str| {
        let info = subject.kind.all_metrics().find(|info| info.name == *name);
        info.is_some_and(|info| info.part == Some(Part::Test))
    };
    let objective = objective.filter(on_test);
    let said = |objective: &str| {
        let problem = Problem::new("objective", format!("the search is judged by `{objective}`"));
        problem.expected(format!("`{}`", objective.replacen("test_", "dev_", 1)))
    };
    objective.map(said).into_iter().collect()
}

/// Warns of features on different scales that are not normalized.
pub(super) fn unscaled_features(subject: &Subject) -> Vec<Problem> {
    let shared = &subject.shared;
    let Some(settings) = shared.data else { return Vec::new() };
    let trains = shared.model.is_some() || shared.training.is_some();
    let generated =
        settings.entry().is_some_and(|entry| matches!(entry.origin, crate::data::Origin::Generated(_)));
    if !trains || generated || settings.normalization(false) != Normalize::None {
        return Vec::new();
    }
    let Some(data) = (subject.data)() else { return Vec::new() };
    let ranges = ranges(&data.features);
    let varying = || ranges.iter().enumerate().filter(|(_, range)| **range > 0.0);
    let widest = varying().max_by(|a, b| a.1.total_cmp(b.1));
    let narrowest = varying().min_by(|a, b| a.1.total_cmp(b.1));
    let (Some((wide, most)), Some((narrow, least))) = (widest, narrowest) else { return Vec::new() };
    if most / least < FAR_APART {
        return Vec::new();
    }
    let names = &data.feature_names;
    let message =
        format!("`{}` varies {:.0} times as much as `{}`", names[wide], most / least, names[narrow]);
    vec![Problem::new("data.normalize", message).expected("`standard` or `minmax`")]
}

/// Returns the largest value of each feature less the smallest.
fn ranges(features: &Features) -> Vec<f64> {
    let (rows, columns) = features.dim();
    let mut row = vec![0.0; columns];
    let (mut low, mut high) = (vec![f64::INFINITY; columns], vec![f64::NEG_INFINITY; columns]);
    for index in 0..rows {
        features.read_row(index, &mut row);
        low.iter_mut().zip(&row).for_each(|(low, value)| *low = low.min(*value));
        high.iter_mut().zip(&row).for_each(|(high, value)| *high = high.max(*value));
    }
    high.iter().zip(&low).map(|(high, low)| high - low).collect()
}

/// Warns of batch normalization over batches, or a last batch, of one row.
pub(super) fn batch_norm_of_one(subject: &Subject) -> Vec<Problem> {
    let (Some(model), Some(training)) = (subject.shared.model, subject.shared.training) else {
        return Vec::new();
    };
    if model.batch_norm.is_none() || model.depth() == 0 || training.epochs == 0 {
        return Vec::new();
    }
    let problem = |message: String| Problem::new("training.batch_size", message);
    let sizes = subject.facts.zip(subject.shared.split);
    let sizes = sizes.and_then(|(facts, split)| split.sizes(facts.rows).ok());
    let rows = sizes.map(|[train, ..]| train);
    match (training.batch_size, rows) {
        (BatchSize::Rows(1), _) | (_, Some(1)) => {
            let problem = problem("batch normalization over batches of one row".into());
            vec![problem.expected("at least 2 rows")]
        }
        (BatchSize::Rows(size), Some(rows)) if rows > size && rows % size == 1 => {
            let message =
                format!("{rows} rows in batches of {size}: batch normalization over a last one of one row");
            vec![problem(message).expected("a size that leaves no single row over")]
        }
        _ => Vec::new(),
    }
}

/// Warns of a search on a linear scale over several powers of ten.
pub(super) fn linear_scale(subject: &Subject) -> Vec<Problem> {
    // A search that sets the scale on purpose knows of scales.
    let Some(SearchParts { space, .. }) = subject.shared.search.filter(|search| search.scale.is_none())
    else {
        return Vec::new();
    };
    let said = |path: &str, [low, high]: [f64; 2]| {
        let name = path.rsplit('.').next().unwrap_or(path);
        let decades = matches!(name, "learning_rate" | "l2" | "l1" | "epsilon" | "weight_decay");
        if !decades || low < 0.0 || high < FAR_APART * low {
            return None;
        }
        let least = if low > 0.0 { low } else { high / 1000.0 };
        let message = format!("`{path}` is searched from {low} to {high} on a linear scale");
        Some(Problem::new(format!("space.{path}"), message).expected(format!("`{{log: [{least}, {high}]}}`")))
    };
    let linear = space.settings.iter().filter_map(|setting| match setting.dimension {
        Dimension::Linear(range) => said(&setting.path, range),
        _ => None,
    });
    linear.collect()
}

/// Warns of a split whose counts look like percentages.
pub(super) fn percentages_as_counts(subject: &Subject) -> Vec<Problem> {
    let (Some(split), Some(facts)) = (subject.shared.split, subject.facts) else { return Vec::new() };
    let shares = [("train", split.train), ("dev", split.dev), ("test", split.test)];
    let counts: Vec<(&str, usize)> = shares
        .into_iter()
        .filter_map(|(part, share)| match share {
            Some(Share::Count(rows)) if rows > 0 => Some((part, rows)),
            _ => None,
        })
        .collect();
    let percentages = shares.iter().any(|(_, share)| matches!(share, Some(Share::Percent(_))));
    let total: usize = counts.iter().map(|(_, rows)| rows).sum();
    if percentages || total != 100 || counts.len() < 2 || facts.rows <= 100 {
        return Vec::new();
    }
    let message = format!("the parts take 100 of {} rows", facts.rows);
    let meant: Vec<String> = counts.iter().map(|(part, rows)| format!("{part}: {rows}%")).collect();
    let place = format!("split.{}", counts[0].0);
    vec![
        Problem::new(place, message)
            .expected(format!("`{{{}}}`, if percentages are meant", meant.join(", "))),
    ]
}

/// Warns of a split that counts the rows of train alone, so that all others are in no part.
pub(super) fn no_dev_part(subject: &Subject) -> Vec<Problem> {
    let Some(split) = subject.shared.split.filter(|_| subject.shared.training.is_some()) else {
        return Vec::new();
    };
    let Some(Share::Count(train)) = split.train else { return Vec::new() };
    let left = subject.facts.map_or(0, |facts| facts.rows.saturating_sub(train));
    if split.dev.is_some() || split.test.is_some() || left == 0 {
        return Vec::new();
    }
    let message = format!("{} of no part: dev and test get none", counted(left, "row"));
    vec![
        Problem::new("split.train", message)
            .expected("rows for dev beside it, such as `split: {dev: 20%, test: 80%}`"),
    ]
}

/// Warns of a split that leaves classes out of a part.
pub(super) fn classes_left_out(subject: &Subject) -> Vec<Problem> {
    let Some((facts, split)) = subject.facts.zip(subject.shared.split) else { return Vec::new() };
    let (Target::Classes(classes), Ok(sizes)) = (facts.target, split.sizes(facts.rows)) else {
        return Vec::new();
    };
    let left_out = split.left_out(facts);
    let of = |(part, rows): (&'static str, usize)| {
        let problem = |message: String| Problem::new(format!("split.{part}"), message);
        if (1..classes).contains(&rows) {
            let problem = problem(format!("{part} gets {} for {classes} classes", counted(rows, "row")));
            return Some(problem.expected(format!("at least {classes} rows, or none")));
        }
        let (_, (class, _)) = left_out.iter().find(|(lacking, _)| *lacking == part)?;
        Some(problem(format!("{part} gets no row of the class `{class}`")).expected("a row of every class"))
    };
    [("dev", sizes[1]), ("test", sizes[2])].into_iter().filter_map(of).collect()
}

/// Warns of early stopping by the train part.
pub(super) fn stopping_on_train(subject: &Subject) -> Vec<Problem> {
    let stopping = subject.shared.training.and_then(|training| training.early_stopping.as_ref());
    let on_train = stopping.filter(|stopping| stopping.metric == StoppingMetric::TrainLoss);
    let said = |_| {
        let problem =
            Problem::new("training.early_stopping.metric", "early stopping watches the training loss");
        problem.expected("`dev_loss`")
    };
    on_train.map(said).into_iter().collect()
}

/// Warns of dropout of the logits.
pub(super) fn dropout_at_output(subject: &Subject) -> Vec<Problem> {
    let Some(model) = subject.shared.model else { return Vec::new() };
    let output = model.depth() + 1;
    if model.keep_probabilities()[output] == 1.0 {
        return Vec::new();
    }
    let name = if model.keep_prob.is_some() { "keep_prob" } else { "dropout" };
    let message = format!("the last number of `{name}` drops logits");
    let problem = Problem::new(format!("model.{name}[{output}]"), message);
    vec![problem.expected(match output {
        1 => "one number: for the input".to_owned(),
        _ => format!("{output} numbers: for the input, then for each hidden layer"),
    })]
}

/// Warns of weights that all begin equal.
pub(super) fn equal_weights(subject: &Subject) -> Vec<Problem> {
    let Some(model) = subject.shared.model else { return Vec::new() };
    let equal = matches!(model.init, Initializer::Zeros | Initializer::Constant(_));
    if !equal || model.depth() == 0 {
        return Vec::new();
    }
    vec![
        Problem::new("model.init", "all units of a hidden layer start alike")
            .expected("a random start, such as `he`"),
    ]
}

/// Warns of runs that diverged.
pub(super) fn diverged(subject: &Subject, variant: &Variant) -> Vec<Problem> {
    let Some((runs, first)) = variant.divergence() else { return Vec::new() };
    let all = variant.runs.len();
    let seeds = if all > 1 { format!(" in {runs} of {all} seeds, the first") } else { String::new() };
    let message = format!("`{}` diverged{seeds} at {}", variant.name, subject.kind.step.diverged(first));
    let rate = "training.learning_rate";
    let searched = subject
        .shared
        .search
        .as_ref()
        .is_some_and(|search| search.space.settings.iter().any(|it| it.path == rate));
    let (path, expected) = match searched {
        true => (format!("space.{rate}"), "lower learning rates"),
        false if subject.shared.training.is_some() => (rate.to_owned(), "a lower learning rate"),
        false => ("learning_rate".to_owned(), "a lower learning rate"),
    };
    vec![Problem::new(path, message).expected(expected)]
}

/// Tells whether an end of a range is one: it is none where nothing lies beyond it.
fn is_bounded(path: &str) -> bool {
    ["keep_prob", "dropout"].iter().any(|name| path.contains(name))
}

/// Warns of a search whose best trial lies at an end of a range.
pub(super) fn best_on_edge(subject: &Subject, variant: &Variant) -> Vec<Problem> {
    let Some(SearchParts { space, scale, .. }) = subject.shared.search else { return Vec::new() };
    let runs = variant.runs.len();
    let of = |(setting, name): (&Setting, String)| {
        let on_edge = variant.runs.iter().filter(|run| ends_on_edge(setting, &name, run)).count();
        if is_bounded(&setting.path) || 2 * on_edge <= runs {
            return None;
        }
        let seeds = if runs > 1 { format!(" in {on_edge} of {runs} seeds") } else { String::new() };
        let message = format!("the best `{}` lies on the edge of its range{seeds}", setting.path);
        Some(
            Problem::new(format!("space.{}", setting.path), message).expected("a range that reaches further"),
        )
    };
    let searched = searched(space, scale);
    searched.settings.iter().zip(metric_paths(space)).filter_map(of).collect()
}

/// Returns whether the best trial of a run is one of the few on the edge of the range of a setting, which metrics call by `name`.
fn ends_on_edge(setting: &Setting, name: &str, run: &RunRecord) -> bool {
    let best = run.metrics.get("best").and_then(|best| at_path(best, name));
    let tried = run.tables.get("trials").and_then(|trials| trials.columns.get(&setting.path));
    let (Some(best), Some(tried)) = (best, tried) else { return false };
    // A trial may lack the setting.
    let tried: Vec<f64> = tried.iter().copied().filter(|value| value.is_finite()).collect();
    let on_edge = tried.iter().filter(|value| is_on_edge(&setting.dimension, **value)).count();
    is_on_edge(&setting.dimension, best) && on_edge as f64 <= CROWDED * tried.len() as f64
}

fn is_on_edge(dimension: &Dimension, value: f64) -> bool {
    match dimension {
        Dimension::Choice(_) => false,
        Dimension::Integer([low, high]) => high - low >= 4 && (value == *low as f64 || value == *high as f64),
        _ => dimension.place(&value.into()).is_some_and(|place| !(EDGE..=1.0 - EDGE).contains(&place)),
    }
}

/// Returns the number at a dotted path of maps within maps.
fn at_path(metric: &Metric, path: &str) -> Option<f64> {
    match metric {
        Metric::Number(value) => path.is_empty().then_some(*value),
        Metric::Map(map) => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            at_path(map.get(first)?, rest)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_measured_on_the_scale() {
        let log = Dimension::Log([0.001, 1.0]);
        assert!(is_on_edge(&log, 0.00101) && is_on_edge(&log, 0.99));
        assert!(!is_on_edge(&log, 0.01) && !is_on_edge(&Dimension::Linear([0.0, 1.0]), 0.06));
        assert!(
            is_on_edge(&Dimension::Integer([1, 8]), 8.0) && !is_on_edge(&Dimension::Integer([1, 3]), 3.0)
        );
        assert!(!is_on_edge(&Dimension::Choice(vec![1.into(), 2.into()]), 1.0));
    }

    /// What G005 says of a search whose best trial is the last one tried.
    fn edges(space: serde_json::Value, scale: Option<&str>, name: &str, path: &str, tried: &[f64]) -> usize {
        let space = serde_json::from_value(space).unwrap();
        let scale = scale.map(|scale| serde_json::from_value(scale.into()).unwrap());
        let search = SearchParts { space: &space, scale, objective: "dev_loss" };
        let shared = crate::experiment::Shared { search: Some(search), ..Default::default() };
        let subject = Subject::new(crate::experiment::kind("search").unwrap(), shared, None, &|| None);
        let best = Metric::Number(*tried.last().unwrap());
        let best =
            Metric::Map([("training".to_owned(), Metric::Map([(name.to_owned(), best)].into()))].into());
        let mut run = RunRecord::default();
        run.metrics.insert("best".into(), best);
        let columns = [(path.to_owned(), tried.to_vec().into())].into();
        run.tables.insert("trials".into(), crate::outcome::Table { columns });
        let variant = Variant { runs: vec![run], ..Variant::default() };
        best_on_edge(&subject, &variant).len()
    }

    #[test]
    fn the_edge_of_a_setting_of_a_choice_is_seen() {
        let space = serde_json::json!({
            "training.optimizer": {"choice": ["sgd", "adam"]},
            "training.optimizer.adam.beta1": {"linear": [0.5, 0.9], "when": {"training.optimizer": "adam"}},
        });
        let of = |tried: &[f64]| {
            let path = "training.optimizer.adam.beta1";
            edges(space.clone(), None, "optimizer_adam_beta1", path, tried)
        };
        assert_eq!(of(&[0.6, 0.7, f64::NAN, 0.8, 0.899]), 1);
        assert_eq!(of(&[0.6, 0.7, f64::NAN, 0.8, 0.75]), 0);
        // One of three is not few.
        assert_eq!(of(&[f64::NAN, f64::NAN, 0.6, 0.7, 0.899]), 0);
    }

    #[test]
    fn edges_are_those_of_the_scale_that_is_forced() {
        let space = serde_json::json!({ "training.l2": {"log": [0.001, 1]} });
        let of = |scale| edges(space.clone(), scale, "l2", "training.l2", &[0.3, 0.2, 0.1, 0.4, 0.02]);
        assert_eq!((of(None), of(Some("log")), of(Some("linear"))), (0, 0, 1));
    }

    #[test]
    fn a_path_leads_through_maps() {
        let inner = Metric::Map([("learning_rate".to_owned(), Metric::Number(0.5))].into());
        let best = Metric::Map([("training".to_owned(), inner)].into());
        assert_eq!(at_path(&best, "training.learning_rate"), Some(0.5));
        assert_eq!(at_path(&best, "training"), None);
    }
}
