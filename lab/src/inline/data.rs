//! The results of a course by name, as expressions see them.

use std::sync::{Arc, LazyLock};

use serde_json::Value as Json;

use super::format;
use super::names::ForecastVariant;
use super::value::Value;
use crate::collections::{BTreeMap, BTreeSet};
use crate::experiment::{MetricSchema, MetricType};
use crate::outcome::{
    Conditions, Following, LEARNING_RATE, Metric, Outcome, RunRecord, Statistic, Summary, Variant,
};

/// What is put together when somebody first asks for it: most results of a course nobody does.
type Late<'a, T> = Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send + 'a>>>;

fn late<'a, T>(make: impl FnOnce() -> T + Send + 'a) -> Late<'a, T> {
    Arc::new(LazyLock::new(Box::new(make)))
}

/// A list or a curve.
#[derive(Debug)]
pub(super) struct Series<'a> {
    /// What stands at each of its places, as far as all seeds have one.
    pub items: Vec<Data<'a>>,
    /// All of it in each seed; empty where no seed changes it, or it is not known yet.
    pub seeds: Vec<&'a [f64]>,
}

type Items<'a> = Late<'a, Series<'a>>;

/// A named result. Numbers keep the value of each seed, so that `.sd` works at any depth.
#[derive(Clone, Debug)]
pub(super) enum Data<'a> {
    /// One value a seed.
    Number(Arc<[f64]>),
    /// One value a seed, and the curve that led there (one item an epoch).
    Curve {
        last: Arc<[f64]>,
        series: Items<'a>,
    },
    List(Items<'a>),
    Text(Vec<String>),
    Map(BTreeMap<String, Data<'a>>),
    /// What took effect, by dotted path.
    Settings(BTreeMap<String, Data<'a>>),
    /// A setting, which no seed changes.
    Setting(Value),
    /// What only the runs can tell.
    Unknown,
    /// The names of a variant, or of an experiment with what a bare number in it stands for; see [`Data::open`].
    Late(Option<Statistic>, Late<'a, Data<'a>>),
}

/// What may hang on a number as a name.
pub(super) const STATISTICS: [&str; 9] = ["mean", "sd", "min", "max", "median", "q1", "q3", "values", "n"];

impl<'a> Data<'a> {
    /// Returns an experiment by the names of its variants; where only `run` runs, its metrics stand at the top as well.
    pub(super) fn experiment(outcome: &'a Outcome) -> Self {
        Data::of_runs(outcome, |variant| &variant.runs)
    }

    /// Returns the same with the runs of one seed only, for judging claims.
    pub(super) fn of_seed(outcome: &'a Outcome, seed: usize) -> Self {
        Data::of_runs(outcome, move |variant| variant.runs.get(seed..=seed).unwrap_or_default())
    }

    fn of_runs(
        outcome: &'a Outcome,
        runs: impl Fn(&'a Variant) -> &'a [RunRecord] + Copy + Send + 'a,
    ) -> Self {
        let variant = move |variant: &'a Variant| {
            (variant.name.clone(), Data::Late(None, late(move || Data::variant(variant, runs(variant)))))
        };
        let variants = move || Data::variants(outcome.variants.iter().map(variant).collect());
        Data::Late(Some(outcome.statistic), late(variants))
    }

    /// Returns the same, put together if it has not been.
    pub(super) fn open(&self) -> &Data<'a> {
        match self {
            Data::Late(_, data) => data,
            data => data,
        }
    }

    /// Returns the same before anything runs: every name that there will be, no number yet.
    pub(super) fn declared(variants: &[ForecastVariant], seeds: usize) -> Self {
        let number: Arc<[f64]> = vec![f64::NAN; seeds].into();
        let named = |variant: &ForecastVariant| {
            let mut names = Data::from_schema(&variant.metrics, &number);
            if let Data::Map(names) = &mut names {
                let conditions = &variant.conditions;
                let numbers = conditions.foreseen();
                add_new(names, numbers.map(|(name, value)| (name, Data::Number(vec![value; seeds].into()))));
                let rates = conditions.descent.iter().map(|descent| {
                    let series = repeated(&number, descent.learning_rates.len());
                    (LEARNING_RATE, Data::Curve { last: number.clone(), series })
                });
                add_new(names, rates);
                add_new(names, told(&variant.name, &variant.label, conditions));
            }
            (variant.name.clone(), names)
        };
        Data::variants(variants.iter().map(named).collect())
    }

    /// Returns what a bare number of an experiment stands for, if this is an experiment.
    pub(super) fn statistic(&self) -> Option<Statistic> {
        match self {
            Data::Late(statistic, _) => *statistic,
            _ => None,
        }
    }

    fn variants(mut names: BTreeMap<String, Self>) -> Self {
        if names.len() == 1
            && let Some(Data::Map(metrics)) = names.get("run").map(|run| run.open().clone())
        {
            for (name, data) in metrics {
                names.entry(name).or_insert(data);
            }
        }
        Data::Map(names)
    }

    fn from_schema(schema: &MetricSchema, number: &Arc<[f64]>) -> Self {
        let data = |metric_type: &MetricType| match metric_type {
            MetricType::Number => Data::Number(number.clone()),
            MetricType::Curve(length) => {
                Data::Curve { last: number.clone(), series: repeated(number, *length) }
            }
            MetricType::List(length) => Data::List(repeated(number, *length)),
            MetricType::Text => Data::Text(vec!["a text".to_owned()]),
            MetricType::Map(schema) => Data::from_schema(schema, number),
            MetricType::Unknown => Data::Unknown,
        };
        Data::Map(schema.iter().map(|(name, metric_type)| (name.clone(), data(metric_type))).collect())
    }

    /// Returns what took effect, by path.
    fn settings(conditions: &Conditions) -> Self {
        let data = |(path, value): (&String, &Json)| (path.clone(), setting(value));
        Data::Settings(conditions.settings.iter().map(data).collect())
    }

    fn variant(variant: &'a Variant, runs: &'a [RunRecord]) -> Self {
        let conditions = &*variant.conditions;
        let mut names = BTreeMap::new();
        for name in runs.iter().flat_map(|run| run.metrics.keys()).collect::<BTreeSet<_>>() {
            let metrics: Vec<&Metric> = runs.iter().filter_map(|run| run.metrics.get(name)).collect();
            names.insert(name.clone(), over_seeds(&metrics));
        }
        for name in runs.iter().flat_map(|run| run.series.keys()).collect::<BTreeSet<_>>() {
            let curves: Vec<_> = runs.iter().filter_map(|run| run.series.get(name)).collect();
            let series = late(move || item_by_item(curves.iter().map(|curve| curve.as_slice())));
            let data = match names.remove(name) {
                Some(Data::Number(last)) => Data::Curve { last, series },
                _ => Data::List(series),
            };
            names.insert(name.clone(), data);
        }
        add_new(&mut names, following(conditions, runs));
        add_new(&mut names, told(&variant.name, &variant.label, conditions));
        Data::Map(names)
    }

    /// Returns the names that may follow, for suggestions.
    pub(super) fn names(&self) -> Vec<&str> {
        match self.open() {
            Data::Map(names) | Data::Settings(names) => names.keys().map(String::as_str).collect(),
            Data::Number(_) | Data::Curve { .. } => STATISTICS.to_vec(),
            _ => Vec::new(),
        }
    }
}

/// Adds names that are not there yet: a kind's own metric has its name first.
fn add_new<'a>(
    names: &mut BTreeMap<String, Data<'a>>,
    new: impl IntoIterator<Item = (&'static str, Data<'a>)>,
) {
    for (name, data) in new {
        names.entry(name.to_owned()).or_insert(data);
    }
}

/// What is told of a variant beside its results: how readers know it, and what took effect.
fn told<'a>(name: &str, label: &str, conditions: &Conditions) -> Vec<(&'static str, Data<'a>)> {
    let label = if label.is_empty() { name } else { label };
    let settings = Some(Data::settings(conditions)).filter(|_| !conditions.settings.is_empty());
    let settings = settings.map(|settings| ("settings", settings));
    settings.into_iter().chain([("label", Data::Text(vec![label.to_owned()]))]).collect()
}

/// Returns what follows from the conditions of a variant for its runs.
fn following<'a>(conditions: &'a Conditions, runs: &'a [RunRecord]) -> Vec<(&'static str, Data<'a>)> {
    let Following { numbers, learning_rates: rates } = conditions.following(runs);
    let mut found: Vec<_> =
        numbers.into_iter().map(|(name, values)| (name, Data::Number(values.into()))).collect();
    let last: Option<Vec<f64>> = rates.iter().map(|rates| rates.last().copied()).collect();
    if let Some(last) = last.filter(|last| !last.is_empty()) {
        let series = late(move || item_by_item(rates.iter().copied()));
        found.push((LEARNING_RATE, Data::Curve { last: last.into(), series }));
    }
    found
}

/// Returns a setting as expressions see it: numbers, texts, truths, and lists of them.
fn setting<'a>(value: &Json) -> Data<'a> {
    match value {
        Json::Array(items) => {
            let items = items.iter().map(setting).collect();
            Data::List(late(move || Series { items, seeds: Vec::new() }))
        }
        Json::Number(number) => Data::Setting(number.as_f64().map_or(Value::Nothing, Value::from)),
        Json::Bool(flag) => Data::Setting((*flag).into()),
        Json::String(text) => Data::Setting(text.as_str().into()),
        other => Data::Setting(other.to_string().into()),
    }
}

/// Returns a metric over the seeds. Where they disagree about what it is (a search that found `relu` once and 0.1 the
/// other time, lists of several lengths), it is what each of them found, as text.
fn over_seeds<'a>(metrics: &[&'a Metric]) -> Data<'a> {
    let numbers = collect(metrics, |metric| match metric {
        Metric::Number(value) => Some(*value),
        _ => None,
    });
    if let Some(numbers) = numbers {
        return Data::Number(numbers.into());
    }
    let lists = collect(metrics, |metric| match metric {
        Metric::List(values) => Some(values.as_slice()),
        _ => None,
    });
    if let Some(lists) = lists
        && lists.iter().all(|list| list.len() == lists[0].len())
    {
        return Data::List(late(move || item_by_item(lists.iter().copied())));
    }
    let maps = collect(metrics, |metric| match metric {
        Metric::Map(map) => Some(map),
        _ => None,
    });
    if let Some(maps) = maps {
        let names: BTreeSet<&String> = maps.iter().flat_map(|map| map.keys()).collect();
        let part = |name: &String| {
            let parts: Vec<&'a Metric> = maps.iter().filter_map(|map| map.get(name)).collect();
            (name.clone(), over_seeds(&parts))
        };
        return Data::Map(names.into_iter().map(part).collect());
    }
    Data::Text(metrics.iter().map(|metric| text(metric)).collect())
}

/// Returns a metric as prose shows it.
fn text(metric: &Metric) -> String {
    match metric {
        Metric::Number(value) => format::number(*value),
        Metric::Text(text) => text.clone(),
        Metric::List(values) => {
            let items: Vec<String> = values.iter().map(|value| format::number(*value)).collect();
            format!("[{}]", items.join(", "))
        }
        Metric::Map(parts) => {
            let parts: Vec<String> =
                parts.iter().map(|(name, part)| format!("{name}: {}", text(part))).collect();
            format!("{{{}}}", parts.join(", "))
        }
    }
}

/// Returns what every metric is, if it is that in every seed.
fn collect<'a, T>(metrics: &[&'a Metric], part: impl Fn(&'a Metric) -> Option<T>) -> Option<Vec<T>> {
    metrics.iter().map(|metric| part(metric)).collect()
}

/// Returns lists of several seeds, which are read only now, and their items over the seeds, as many as the shortest has.
fn item_by_item<'a>(lists: impl Iterator<Item = &'a [f64]>) -> Series<'a> {
    let seeds: Vec<&[f64]> = lists.collect();
    let length = seeds.iter().map(|list| list.len()).min().unwrap_or(0);
    let at = |index: usize| Data::Number(seeds.iter().map(|list| list[index]).collect());
    Series { items: (0..length).map(at).collect(), seeds }
}

/// Returns a list of numbers that nobody knows yet.
fn repeated<'a>(number: &Arc<[f64]>, length: usize) -> Items<'a> {
    let number = number.clone();
    late(move || Series { items: vec![Data::Number(number); length], seeds: Vec::new() })
}

/// Returns a statistic over the seeds by its name.
pub(super) fn statistic(values: &[f64], name: &str) -> Option<f64> {
    let summary = Summary::of(values);
    Some(match name {
        "mean" => summary.mean,
        "sd" => summary.sd,
        "min" => summary.min,
        "max" => summary.max,
        "median" => summary.median,
        "q1" => summary.q1,
        "q3" => summary.q3,
        "n" => summary.n as f64,
        _ => return None,
    })
}
