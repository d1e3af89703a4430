//! What is kept of an experiment.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{bits, history};
use crate::claims::Verdict;
use crate::outcome::{Metric, Outcome, RunRecord, Variant};

/// Hexadecimal digits of a digest.
const DIGITS: usize = 16;

/// Returns a digest as snapshots write it.
pub fn digest_of(hasher: &blake3::Hasher) -> String {
    hasher.finalize().to_hex()[..DIGITS].to_owned()
}

/// What an experiment computes from: as long as it is the same, its results must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    pub kind: String,
    /// The first seed.
    pub seed: u64,
    /// A digest of the settings of all variants, as far as they are not the defaults, and of the seeds.
    pub settings: String,
    /// A digest of the bytes of the files that it reads; none if it reads none.
    pub data: Option<String>,
    /// The settings that are not the defaults, of each variant by their paths, as JSON.
    pub with: BTreeMap<String, Set>,
}

/// Settings by their paths, as JSON.
pub type Set = BTreeMap<String, String>;

/// The results of one experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    pub identity: Identity,
    /// How many runs each variant has.
    pub seeds: usize,
    /// The names of the series that histories and digests cover.
    pub series: Vec<String>,
    /// The sentences that say its numbers, as they are printed.
    pub says: Vec<Said>,
    pub claims: Vec<AcceptedClaim>,
    pub variants: BTreeMap<String, AcceptedVariant>,
}

/// A sentence with its numbers, as a reader sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The lesson on whose page it stands, where that is not the experiment's own.
    pub page: Option<String>,
    pub text: String,
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
    /// Over all that its runs left behind: every metric of every seed, final weights, histories, tables, grids, names.
    pub digest: String,
    /// A letter an epoch.
    pub history: String,
    /// The parts of a map have dotted names.
    pub metrics: BTreeMap<String, AcceptedValue>,
}

/// A metric over the runs.
#[derive(Clone, Debug, PartialEq)]
pub enum AcceptedValue {
    /// The mean; of the runs that have a number, where not all of them have.
    Number(f64, Option<usize>),
    /// What each run found, with how many found it where there are several: `adam 7, sgd 3`.
    Text(String),
    /// The mean item by item, over the runs that have a number there; as long as the longest.
    List(Vec<f64>),
}

impl Accepted {
    /// Gathers all that is to be kept of an outcome.
    pub fn of(identity: Identity, outcome: &Outcome, verdicts: &[Verdict]) -> Self {
        let runs = || outcome.variants.iter().flat_map(|variant| &variant.runs);
        let names: BTreeSet<&String> = runs().flat_map(|run| run.series.keys()).collect();
        let series: Vec<String> = names.into_iter().cloned().collect();
        Self::over(identity, outcome, verdicts, series, None)
    }

    /// Returns what is to be compared with accepted results: its digests cover only their series and metrics, and of each
    /// variant at most as many runs as it has there. A series, a metric or a seed that is new moves nothing.
    pub fn beside(old: &Self, identity: Identity, outcome: &Outcome, verdicts: &[Verdict]) -> Self {
        Self::over(identity, outcome, verdicts, old.series.clone(), Some(old))
    }

    fn over(
        identity: Identity,
        outcome: &Outcome,
        verdicts: &[Verdict],
        series: Vec<String>,
        old: Option<&Self>,
    ) -> Self {
        let seeds = old.map_or(usize::MAX, |old| old.seeds);
        let variant = |variant: &Variant| {
            let known = old.and_then(|old| old.variants.get(&variant.name)).map(|old| &old.metrics);
            let is_known = |name: &str| known.is_none_or(|known| known.contains_key(name));
            let runs = &variant.runs[..seeds.min(variant.runs.len())];
            (variant.name.clone(), AcceptedVariant::of(runs, &series, &is_known))
        };
        let claim = |verdict: &Verdict| AcceptedClaim {
            index: verdict.index,
            that: verdict.claim.that.clone(),
            held: verdict.held(),
            margin: verdict.margin.as_ref().map(|margin| margin.value),
        };
        Accepted {
            identity,
            seeds: outcome.variants.iter().map(|variant| variant.runs.len()).max().unwrap_or(0),
            variants: outcome.variants.iter().map(variant).collect(),
            series,
            says: Vec::new(),
            claims: verdicts.iter().map(claim).collect(),
        }
    }
}

impl AcceptedVariant {
    /// Returns the digest covers the metrics that `is_known` says.
    fn of(runs: &[RunRecord], series: &[String], is_known: &dyn Fn(&str) -> bool) -> Self {
        let mut leaves: BTreeMap<String, Vec<&Metric>> = BTreeMap::new();
        for run in runs {
            run.metrics.iter().for_each(|(name, metric)| flatten(name, metric, &mut leaves));
        }
        let known = leaves.iter().filter(|(name, _)| is_known(name));
        AcceptedVariant {
            digest: digest(runs, series, known),
            history: history(runs, series),
            metrics: leaves.iter().map(|(name, leaf)| (name.clone(), over_runs(leaf, runs.len()))).collect(),
        }
    }
}

/// Collects every leaf of a metric under its dotted name.
fn flatten<'a>(name: &str, metric: &'a Metric, leaves: &mut BTreeMap<String, Vec<&'a Metric>>) {
    match metric {
        Metric::Map(parts) => {
            parts.iter().for_each(|(key, part)| flatten(&format!("{name}.{key}"), part, leaves));
        }
        leaf => leaves.entry(name.to_owned()).or_default().push(leaf),
    }
}

/// Chooses one value for those of several runs.
fn over_runs(leaves: &[&Metric], runs: usize) -> AcceptedValue {
    let numbers = |leaf: &&&Metric| matches!(leaf, Metric::Number(_));
    if leaves.iter().all(|leaf| numbers(&leaf)) {
        let values: Vec<f64> = leaves.iter().filter_map(|leaf| leaf.number()).collect();
        let (mean, count) = mean(values.into_iter());
        return AcceptedValue::Number(mean, (0 < count && count < runs).then_some(count));
    }
    let lists: Option<Vec<&Vec<f64>>> = leaves
        .iter()
        .map(|leaf| match leaf {
            Metric::List(values) => Some(values),
            _ => None,
        })
        .collect();
    if let Some(lists) = lists {
        let length = lists.iter().map(|list| list.len()).max().unwrap_or(0);
        let item = |index: usize| mean(lists.iter().filter_map(|list| list.get(index).copied())).0;
        return AcceptedValue::List((0..length).map(item).collect());
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for leaf in leaves {
        let text = match leaf {
            Metric::Text(text) => text.clone(),
            Metric::Number(value) => format!("{value:?}"),
            other => serde_json::to_string(other).unwrap_or_default(),
        };
        *counts.entry(text).or_default() += 1;
    }
    let counted = |(text, count): (&String, &usize)| format!("{text} {count}");
    AcceptedValue::Text(match counts.iter().next() {
        Some((only, _)) if counts.len() == 1 => only.clone(),
        _ => counts.iter().map(counted).collect::<Vec<_>>().join(", "),
    })
}

/// Returns the mean of the numbers among these that exist, and how many do; equal ones give themselves to the last bit.
fn mean(values: impl Iterator<Item = f64>) -> (f64, usize) {
    let values: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    let mean = match values.as_slice() {
        [] => f64::NAN,
        [first, rest @ ..] if rest.iter().all(|value| bits(*value) == bits(*first)) => *first,
        values => values.iter().sum::<f64>() / values.len() as f64,
    };
    (mean, values.len())
}

/// Hashes all that runs left behind; every part says how much of it there is, so that no two records are written alike.
fn digest<'a>(
    runs: &[RunRecord],
    series: &[String],
    metrics: impl Iterator<Item = (&'a String, &'a Vec<&'a Metric>)>,
) -> String {
    let mut all = Digest::default();
    for (name, leaves) in metrics {
        all.text(name);
        all.count(leaves.len());
        for leaf in leaves {
            match leaf {
                Metric::Number(value) => all.numbers("", &[*value]),
                Metric::List(values) => all.numbers("", values),
                Metric::Text(text) => all.text(text),
                Metric::Map(_) => {}
            }
        }
    }
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
        AcceptedVariant::of(&[run], &["loss".to_owned()], &|_| false).digest
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
        let identity = || Identity {
            kind: "split".to_owned(),
            seed: 0,
            settings: "s".to_owned(),
            data: None,
            with: BTreeMap::new(),
        };
        let old = Accepted::of(identity(), &outcome(run()), &[]);
        let mut more = run();
        more.series.insert("another".to_owned(), vec![3.0].into());
        let new = Accepted::beside(&old, identity(), &outcome(more), &[]);
        assert_eq!(old, new);
    }

    #[test]
    fn runs_are_kept_as_their_mean_and_the_digest_knows_each() {
        let of = |values: &[f64]| {
            let run = |value: &f64| RunRecord {
                metrics: [("loss".to_owned(), Metric::Number(*value))].into(),
                ..RunRecord::default()
            };
            AcceptedVariant::of(&values.iter().map(run).collect::<Vec<_>>(), &[], &|_| true)
        };
        let loss = |values: &[f64]| of(values).metrics["loss"].clone();
        assert_eq!(loss(&[1.0, 2.0]), AcceptedValue::Number(1.5, None));
        assert_eq!(loss(&[0.1; 3]), AcceptedValue::Number(0.1, None), "equal ones are themselves");
        assert_eq!(loss(&[1.0, f64::NAN, 2.0]), AcceptedValue::Number(1.5, Some(2)));
        assert!(matches!(loss(&[f64::NAN; 2]), AcceptedValue::Number(mean, None) if mean.is_nan()));
        assert_ne!(of(&[1.0, 2.0]).digest, of(&[2.0, 1.0]).digest, "the mean is the same, the runs are not");
    }

    #[test]
    fn texts_are_counted_and_lists_averaged_item_by_item() {
        let text = |text: &str| Metric::Text(text.to_owned());
        let over = |leaves: &[Metric]| over_runs(&leaves.iter().collect::<Vec<_>>(), leaves.len());
        assert_eq!(
            over(&[text("sgd"), text("adam"), text("sgd")]),
            AcceptedValue::Text("adam 1, sgd 2".to_owned())
        );
        assert_eq!(over(&[text("sgd"), text("sgd")]), AcceptedValue::Text("sgd".to_owned()));
        let lists = [Metric::List(vec![1.0, 2.0]), Metric::List(vec![3.0])];
        assert_eq!(over(&lists), AcceptedValue::List(vec![2.0, 2.0]));
    }
}
