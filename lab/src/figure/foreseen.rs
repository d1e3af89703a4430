//! What an experiment will leave behind, without its numbers: names are known before anything runs.

use std::ops::Range;
use std::sync::Arc;

use crate::experiment::{MetricSchema, MetricType};
use crate::outcome::{Conditions, Metric, Outcome, RunRecord, Step, Table, Variant};

/// How many values of a series stand for all of them.
const FEW: usize = 2;

/// Returns an outcome whose numbers are not there yet: `variants` are name, label, what each will find and under what; `trials`
/// the settings that a search varies.
pub fn foreseen(
    trials: &[String],
    variants: impl IntoIterator<Item = (String, String, MetricSchema, Arc<Conditions>)>,
    seeds: &Range<u64>,
    step: Step,
) -> Outcome {
    let variant = |(name, label, schema, conditions): (String, String, MetricSchema, Arc<Conditions>)| {
        let runs = seeds.clone().map(|seed| record(seed, &schema, trials)).collect();
        Variant { name, label, conditions, runs, ..Variant::default() }
    };
    Outcome { variants: variants.into_iter().map(variant).collect(), step, ..Outcome::default() }
}

fn record(seed: u64, schema: &MetricSchema, trials: &[String]) -> RunRecord {
    let mut record = RunRecord { seed, ..RunRecord::default() };
    if !trials.is_empty() {
        let columns = trials.iter().map(|path| (path.clone(), vec![f64::NAN; FEW].into())).collect();
        record.tables.insert("trials".to_owned(), Table { columns });
    }
    for (name, metric) in schema {
        record.metrics.insert(name.clone(), unknown(metric));
        // A list may be a metric or a series.
        if let MetricType::Curve(length) | MetricType::List(length) = metric {
            record.series.insert(name.clone(), vec![f64::NAN; (*length).min(FEW)].into());
        }
    }
    record
}

fn unknown(metric: &MetricType) -> Metric {
    match metric {
        MetricType::Number | MetricType::Curve(_) | MetricType::Unknown => Metric::Number(f64::NAN),
        MetricType::List(length) => Metric::List(vec![f64::NAN; *length]),
        MetricType::Text => Metric::Text(String::new()),
        MetricType::Map(inner) => {
            Metric::Map(inner.iter().map(|(name, metric)| (name.clone(), unknown(metric))).collect())
        }
    }
}
