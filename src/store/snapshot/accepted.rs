//! What is kept of an experiment.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{bits, history};
use crate::claims::Verdict;
use crate::outcome::{Metric, Outcome, RunRecord, Variant};

/// Hexadecimal digits of a digest.
pub const DIGITS: usize = 16;

/// What an experiment computes from: as long as it is the same, its results must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    pub kind: String,
    /// A digest of the settings of all variants, as far as they are not the defaults, and of the seeds.
    pub settings: String,
    /// A digest of the bytes of the files that it reads; none if it reads none.
    pub data: Option<String>,
}

/// The results of one experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    pub identity: Identity,
    /// How many runs each variant has.
    pub seeds: usize,
    /// The names of the series that the histories cover.
    pub series: Vec<String>,
    pub claims: Vec<AcceptedClaim>,
    pub variants: BTreeMap<String, AcceptedVariant>,
}

/// How a claim came out.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceptedClaim {
    pub that: String,
    /// In how many seeds it held.
    pub held: usize,
    /// The mean difference of its sides, where it compares numbers.
    pub margin: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AcceptedVariant {
    /// Over all that its runs left behind: final weights, histories, tables, grids.
    pub digest: String,
    /// A digest an epoch.
    pub history: Vec<String>,
    /// For each metric a value a seed; none where a run lacks it. The parts of a map have dotted names.
    pub metrics: BTreeMap<String, Vec<Option<Value>>>,
}

/// One value of a metric.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Number(f64),
    Text(String),
    List(Vec<f64>),
}

impl Accepted {
    /// All that is to be kept of an outcome.
    pub fn of(identity: Identity, outcome: &Outcome, verdicts: &[Verdict]) -> Self {
        let runs = || outcome.variants.iter().flat_map(|variant| &variant.runs);
        let names: BTreeSet<&String> = runs().flat_map(|run| run.series.keys()).collect();
        let series: Vec<String> = names.into_iter().cloned().collect();
        Self::over(identity, outcome, verdicts, series)
    }

    /// The same with histories over given series only.
    pub fn over(identity: Identity, outcome: &Outcome, verdicts: &[Verdict], series: Vec<String>) -> Self {
        let variants = outcome
            .variants
            .iter()
            .map(|variant| (variant.name.clone(), AcceptedVariant::of(variant, &series)))
            .collect();
        let claim = |verdict: &Verdict| AcceptedClaim {
            that: verdict.claim.that.clone(),
            held: verdict.held(),
            margin: verdict.margin.as_ref().map(|margin| margin.mean),
        };
        Accepted {
            identity,
            seeds: outcome.variants.iter().map(|variant| variant.runs.len()).max().unwrap_or(0),
            series,
            claims: verdicts.iter().map(claim).collect(),
            variants,
        }
    }
}

impl AcceptedVariant {
    fn of(variant: &Variant, series: &[String]) -> Self {
        let mut metrics: BTreeMap<String, Vec<Option<Value>>> = BTreeMap::new();
        for (seed, run) in variant.runs.iter().enumerate() {
            for (name, metric) in &run.metrics {
                flatten(name, metric, &mut |name, value| {
                    let values = metrics.entry(name).or_insert_with(|| vec![None; variant.runs.len()]);
                    values[seed] = Some(value);
                });
            }
        }
        AcceptedVariant { digest: digest(&variant.runs), history: history(&variant.runs, series), metrics }
    }
}

/// Every leaf of a metric under its dotted name.
fn flatten(name: &str, metric: &Metric, keep: &mut dyn FnMut(String, Value)) {
    match metric {
        Metric::Number(value) => keep(name.to_owned(), Value::Number(*value)),
        Metric::Text(text) => keep(name.to_owned(), Value::Text(text.clone())),
        Metric::List(values) => keep(name.to_owned(), Value::List(values.clone())),
        Metric::Map(parts) => {
            parts.iter().for_each(|(key, part)| flatten(&format!("{name}.{key}"), part, keep));
        }
    }
}

fn digest(runs: &[RunRecord]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut numbers = |name: &str, values: &[f64]| {
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(&(values.len() as u64).to_le_bytes());
        values.iter().for_each(|value| {
            hasher.update(&bits(*value));
        });
    };
    for run in runs {
        numbers(&run.digest, &[]);
        run.series.iter().for_each(|(name, values)| numbers(name, values));
        run.grids.iter().for_each(|(name, grid)| numbers(name, &grid.values));
        for (name, table) in &run.tables {
            numbers(name, &[]);
            table.columns.iter().for_each(|(name, values)| numbers(name, values));
        }
    }
    hasher.finalize().to_hex()[..DIGITS].to_owned()
}
