//! The results of a course by name, as expressions see them.

use std::collections::BTreeMap;

use crate::outcome::{Metric, Outcome, RunRecord, Summary, Variant};

/// A named result. Numbers keep the value of each seed, so that `.sd` works at any depth.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// One value a seed.
    Number(Vec<f64>),
    /// One value a seed, and the curve that led there (one item an epoch).
    Curve {
        last: Vec<f64>,
        series: Vec<Data>,
    },
    List(Vec<Data>),
    Text(Vec<String>),
    Map(BTreeMap<String, Data>),
}

/// What may hang on a number as a name.
pub const STATISTICS: [&str; 9] = ["mean", "sd", "min", "max", "median", "q1", "q3", "values", "n"];

impl Data {
    /// All variants of an experiment by name; where only `run` runs, its metrics stand at the top as well.
    pub fn experiment(outcome: &Outcome) -> Data {
        let mut names: BTreeMap<String, Data> =
            outcome.variants.iter().map(|variant| (variant.name.clone(), Data::variant(variant))).collect();
        if let [variant] = outcome.variants.as_slice()
            && variant.name == "run"
            && let Some(Data::Map(metrics)) = names.get("run").cloned()
        {
            for (name, data) in metrics {
                names.entry(name).or_insert(data);
            }
        }
        Data::Map(names)
    }

    /// The same with the runs of one seed only, for judging claims.
    pub fn of_seed(outcome: &Outcome, seed: usize) -> Data {
        let variants = outcome.variants.iter().map(|variant| Variant {
            runs: variant.runs.get(seed).cloned().into_iter().collect(),
            ..variant.clone()
        });
        Data::experiment(&Outcome { variants: variants.collect() })
    }

    fn variant(variant: &Variant) -> Data {
        let mut names = BTreeMap::new();
        for name in all_names(&variant.runs, |run| run.metrics.keys()) {
            let metrics: Vec<&Metric> = variant.runs.iter().filter_map(|run| run.metrics.get(name)).collect();
            if let Some(data) = over_seeds(&metrics) {
                names.insert(name.clone(), data);
            }
        }
        for name in all_names(&variant.runs, |run| run.series.keys()) {
            let curves: Vec<&[f64]> =
                variant.runs.iter().filter_map(|run| run.series.get(name)).map(Vec::as_slice).collect();
            let series = item_by_item(&curves);
            let data = match names.remove(name) {
                Some(Data::Number(last)) => Data::Curve { last, series },
                _ => Data::List(series),
            };
            names.insert(name.clone(), data);
        }
        Data::Map(names)
    }

    /// The names that may follow, for suggestions.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Data::Map(names) => names.keys().map(String::as_str).collect(),
            Data::Number(_) | Data::Curve { .. } => STATISTICS.to_vec(),
            _ => Vec::new(),
        }
    }
}

fn all_names<'a, I: Iterator<Item = &'a String>>(
    runs: &'a [RunRecord],
    names: impl Fn(&'a RunRecord) -> I,
) -> std::collections::BTreeSet<&'a String> {
    runs.iter().flat_map(names).collect()
}

/// A metric over the seeds; none where the seeds disagree about what it is.
fn over_seeds(metrics: &[&Metric]) -> Option<Data> {
    match metrics.first()? {
        Metric::Number(_) => collect(metrics, |metric| match metric {
            Metric::Number(value) => Some(*value),
            _ => None,
        })
        .map(Data::Number),
        Metric::Text(_) => collect(metrics, |metric| match metric {
            Metric::Text(text) => Some(text.clone()),
            _ => None,
        })
        .map(Data::Text),
        Metric::List(_) => {
            let lists = collect(metrics, |metric| match metric {
                Metric::List(values) => Some(values.as_slice()),
                _ => None,
            })?;
            Some(Data::List(item_by_item(&lists)))
        }
        Metric::Map(_) => {
            let maps = collect(metrics, |metric| match metric {
                Metric::Map(map) => Some(map),
                _ => None,
            })?;
            let names: std::collections::BTreeSet<&String> = maps.iter().flat_map(|map| map.keys()).collect();
            let parts = names.into_iter().filter_map(|name| {
                let parts: Vec<&Metric> = maps.iter().filter_map(|map| map.get(name)).collect();
                Some((name.clone(), over_seeds(&parts)?))
            });
            Some(Data::Map(parts.collect()))
        }
    }
}

fn collect<'a, T>(metrics: &[&'a Metric], part: impl Fn(&'a Metric) -> Option<T>) -> Option<Vec<T>> {
    metrics.iter().map(|metric| part(metric)).collect()
}

/// Lists of several seeds as one list of numbers over seeds, as long as the shortest.
fn item_by_item(lists: &[&[f64]]) -> Vec<Data> {
    let length = lists.iter().map(|list| list.len()).min().unwrap_or(0);
    (0..length).map(|index| Data::Number(lists.iter().map(|list| list[index]).collect())).collect()
}

/// A statistic over the seeds by its name.
pub fn statistic(values: &[f64], name: &str) -> Option<f64> {
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
