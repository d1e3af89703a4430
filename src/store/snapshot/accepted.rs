//! What is kept of an experiment.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{bits, history};
use crate::claims::Verdict;
use crate::outcome::{Metric, Outcome, RunRecord, Variant};

/// Hexadecimal digits of a digest.
const DIGITS: usize = 16;

/// A digest as snapshots write it.
pub fn digest_of(hasher: &blake3::Hasher) -> String {
    hasher.finalize().to_hex()[..DIGITS].to_owned()
}

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
    /// The names of the series that histories and digests cover.
    pub series: Vec<String>,
    pub claims: Vec<AcceptedClaim>,
    pub variants: BTreeMap<String, AcceptedVariant>,
}

/// How a claim came out.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceptedClaim {
    /// Its place among the claims of the experiment.
    pub index: usize,
    pub that: String,
    /// In how many seeds it held.
    pub held: usize,
    /// The mean difference of its sides, where it compares numbers.
    pub margin: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AcceptedVariant {
    /// Over all that its runs left behind beside their metrics: final weights, histories, tables, grids, names.
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
        Self::over(identity, outcome, verdicts, series, usize::MAX)
    }

    /// What is to be compared with accepted results: only their series, and of each variant at most as many runs as it
    /// has there. A series or a seed that is new moves nothing.
    pub fn beside(old: &Self, identity: Identity, outcome: &Outcome, verdicts: &[Verdict]) -> Self {
        Self::over(identity, outcome, verdicts, old.series.clone(), old.seeds)
    }

    fn over(
        identity: Identity,
        outcome: &Outcome,
        verdicts: &[Verdict],
        series: Vec<String>,
        seeds: usize,
    ) -> Self {
        let variants = outcome
            .variants
            .iter()
            .map(|variant| (variant.name.clone(), AcceptedVariant::of(variant, &series, seeds)))
            .collect();
        let claim = |verdict: &Verdict| AcceptedClaim {
            index: verdict.index,
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
    fn of(variant: &Variant, series: &[String], seeds: usize) -> Self {
        let runs = &variant.runs[..seeds.min(variant.runs.len())];
        let mut metrics: BTreeMap<String, Vec<Option<Value>>> = BTreeMap::new();
        for (seed, run) in runs.iter().enumerate() {
            for (name, metric) in &run.metrics {
                flatten(name, metric, &mut |name, value| {
                    let values = metrics.entry(name).or_insert_with(|| vec![None; runs.len()]);
                    values[seed] = Some(value);
                });
            }
        }
        AcceptedVariant { digest: digest(runs, series), history: history(runs, series), metrics }
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

/// Over all but the metrics; every part says how much of it there is, so that no two records are written alike.
fn digest(runs: &[RunRecord], series: &[String]) -> String {
    let mut all = Digest::default();
    for run in runs {
        all.text(&run.digest);
        let series: Vec<_> = series.iter().filter_map(|name| run.series.get_key_value(name)).collect();
        all.count(series.len());
        series.into_iter().for_each(|(name, values)| all.numbers(name, values));
        all.count(run.grids.len());
        for (name, grid) in &run.grids {
            all.count(grid.width);
            all.count(grid.height);
            all.numbers(name, &[grid.x.0, grid.x.1, grid.y.0, grid.y.1]);
            all.numbers(name, &grid.values);
        }
        all.count(run.tables.len());
        for (name, table) in &run.tables {
            all.text(name);
            all.count(table.columns.len());
            table.columns.iter().for_each(|(name, values)| all.numbers(name, values));
        }
        all.count(run.names.len());
        for (name, list) in &run.names {
            all.text(name);
            all.count(list.len());
            list.iter().for_each(|name| all.text(name));
        }
    }
    digest_of(&all.0)
}

#[derive(Default)]
struct Digest(blake3::Hasher);

impl Digest {
    fn count(&mut self, count: usize) {
        self.0.update(&(count as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    fn numbers(&mut self, name: &str, values: &[f64]) {
        self.text(name);
        self.count(values.len());
        for value in values {
            self.0.update(&bits(*value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Grid, Table};

    fn run() -> RunRecord {
        let grid =
            Grid { width: 2, height: 1, x: (0.0, 1.0), y: (0.0, 1.0), values: vec![0.5, f64::NAN].into() };
        let table = Table { columns: [("rate".to_owned(), vec![0.1, 0.2].into())].into() };
        RunRecord {
            digest: "weights".to_owned(),
            series: [("loss".to_owned(), vec![1.0, 0.5].into())].into(),
            grids: [("plane".to_owned(), grid)].into(),
            tables: [("trials".to_owned(), table)].into(),
            names: [("classes".to_owned(), vec!["cat".to_owned(), "dog".to_owned()])].into(),
            ..RunRecord::default()
        }
    }

    fn of(run: RunRecord) -> String {
        digest(&[run], &["loss".to_owned()])
    }

    #[test]
    fn a_digest_sees_whatever_moved_but_its_metrics() {
        type Change = fn(&mut RunRecord);
        let moves: [(&str, Change); 9] = [
            ("weights", |run| run.digest = "others".to_owned()),
            ("a series", |run| run.series.get_mut("loss").unwrap()[1] = 0.5f64.next_up()),
            ("a shape", |run| {
                let grid = run.grids.get_mut("plane").unwrap();
                (grid.width, grid.height) = (1, 2);
            }),
            ("an extent in x", |run| run.grids.get_mut("plane").unwrap().x.1 = 2.0),
            ("an extent in y", |run| run.grids.get_mut("plane").unwrap().y.0 = -1.0),
            ("a value of a grid", |run| run.grids.get_mut("plane").unwrap().values[0] = 0.0),
            ("a trial", |run| {
                run.tables.get_mut("trials").unwrap().columns.get_mut("rate").unwrap()[0] = 0.3;
            }),
            ("the order of names", |run| run.names.get_mut("classes").unwrap().reverse()),
            ("where names part", |run| {
                run.names.insert("classes".to_owned(), vec!["ca".to_owned(), "tdog".to_owned()]);
            }),
        ];
        for (what, change) in moves {
            let mut moved = run();
            change(&mut moved);
            assert_ne!(of(moved), of(run()), "{what}");
        }
    }

    #[test]
    fn a_digest_is_over_the_given_series_and_over_no_sign_of_a_nan() {
        let mut other = run();
        other.series.insert("another".to_owned(), vec![3.0].into());
        other.metrics.insert("another".to_owned(), Metric::Number(3.0));
        other.grids.get_mut("plane").unwrap().values[1] = -f64::NAN;
        assert_eq!(of(other), of(run()));
    }

    #[test]
    fn what_a_version_of_the_program_adds_to_a_history_is_no_drift() {
        let outcome = |run: RunRecord| Outcome {
            variants: vec![Variant { name: "run".to_owned(), runs: vec![run], ..Variant::default() }],
            ..Outcome::default()
        };
        let identity = || Identity { kind: "split".to_owned(), settings: "s".to_owned(), data: None };
        let old = Accepted::of(identity(), &outcome(run()), &[]);
        let mut more = run();
        more.series.insert("another".to_owned(), vec![3.0].into());
        let new = Accepted::beside(&old, identity(), &outcome(more), &[]);
        assert_eq!(old, new);
    }
}
