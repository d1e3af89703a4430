//! What an experiment found: one shape for charts, tables, prose, claims, JSON, cache and snapshots.

mod conditions;
mod noise;
mod numbers;
mod reading;
mod summary;

use std::fmt;
use std::sync::Arc;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::collections::{BTreeMap, BTreeSet};
pub use conditions::{Conditions, Descent, Following, LEARNING_RATE};
pub use noise::is_beyond_noise;
pub use numbers::Numbers;
pub use reading::{Step, Written};
pub use summary::{Statistic, Summary, quantile};

/// A final result of one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Metric {
    /// NaN where the quantity does not exist (after divergence, without a test part).
    Number(f64),
    /// One a layer, class, logit...
    List(Vec<f64>),
    Text(String),
    /// Named parts: `best.training.learning_rate` of a search.
    Map(BTreeMap<String, Metric>),
}

impl Metric {
    /// Returns its value where it is a number.
    pub fn number(&self) -> Option<f64> {
        match self {
            Metric::Number(value) => Some(*value),
            _ => None,
        }
    }
}

/// As derived for an untagged enum, but without a copy of all that is read: of thousands of metrics that is felt.
impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Metric, D::Error> {
        struct AnyMetric;
        impl<'de> Visitor<'de> for AnyMetric {
            type Value = Metric;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a number, a list of numbers, a text or a map of these")
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Metric, E> {
                Ok(Metric::Number(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Metric, E> {
                Ok(Metric::Number(value as f64))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Metric, E> {
                Ok(Metric::Number(value as f64))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Metric, E> {
                Ok(Metric::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Metric, A::Error> {
                let mut values = Vec::with_capacity(items.size_hint().unwrap_or(0).min(4096));
                while let Some(value) = items.next_element()? {
                    values.push(value);
                }
                Ok(Metric::List(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Metric, A::Error> {
                let mut map = BTreeMap::new();
                while let Some((name, metric)) = entries.next_entry()? {
                    map.insert(name, metric);
                }
                Ok(Metric::Map(map))
            }
        }
        deserializer.deserialize_any(AnyMetric)
    }
}

/// A table of rows that a run leaves behind: the trials of a search, the points of a plane.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Column by name, all of one length.
    pub columns: BTreeMap<String, Numbers>,
}

impl Table {
    /// Returns some of its columns; none where one is missing.
    pub fn columns<const N: usize>(&self, names: [&str; N]) -> Option<[&[f64]; N]> {
        let mut found = [&[][..]; N];
        for (place, name) in found.iter_mut().zip(names) {
            *place = self.columns.get(name)?;
        }
        Some(found)
    }
}

/// Values over a rectangle, row-major, the first row at `y.0`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    pub width: usize,
    pub height: usize,
    pub x: (f64, f64),
    pub y: (f64, f64),
    pub values: Numbers,
}

/// What one run (variant x seed) left behind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    pub seed: u64,
    pub metrics: BTreeMap<String, Metric>,
    /// One value an epoch; index 0 is before training.
    pub series: BTreeMap<String, Numbers>,
    pub grids: BTreeMap<String, Grid>,
    pub tables: BTreeMap<String, Table>,
    /// Names for what lists and grids number: `classes`, `features`.
    pub names: BTreeMap<String, Vec<String>>,
    /// Hash over all final weights and the whole history.
    pub digest: String,
}

/// The metric that tells where in its series a run ceased to be finite; not a number where it did not.
pub const DIVERGED_AT: &str = "diverged_at";

impl RunRecord {
    /// Returns a number within its metrics by the names that lead there: `regret`, `flowers`, `moons`.
    pub fn number<'n>(&self, path: impl IntoIterator<Item = &'n str>) -> Option<f64> {
        let mut names = path.into_iter();
        let mut at = self.metrics.get(names.next()?)?;
        for name in names {
            let Metric::Map(inner) = at else { return None };
            at = inner.get(name)?;
        }
        at.number()
    }

    /// Returns where in its series the run ceased to be finite, if it did.
    pub fn diverged_at(&self) -> Option<f64> {
        self.metrics.get(DIVERGED_AT).and_then(Metric::number).filter(|at| at.is_finite())
    }

    /// Returns whether it hangs together, as every record of a run does: columns of one length, grids without gaps. Of one that
    /// comes from the disk nobody knows that.
    pub fn is_sound(&self) -> bool {
        let even = |table: &Table| {
            let mut counts = table.columns.values().map(Numbers::count);
            counts.next().is_none_or(|first| counts.all(|count| count == first))
        };
        let full = |grid: &Grid| {
            let finite = [grid.x.0, grid.x.1, grid.y.0, grid.y.1].iter().all(|edge| edge.is_finite());
            let nodes = grid.width.checked_mul(grid.height).filter(|&nodes| nodes > 0);
            finite && nodes == Some(grid.values.count())
        };
        self.tables.values().all(even) && self.grids.values().all(full)
    }
}

/// One variant: its runs, one a seed, in the order of the seeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Variant {
    /// As written in prose and claims: `sgd`, `keep_0_8`, `run` where only one thing runs.
    pub name: String,
    /// As shown to a reader: `SGD`, `keep 0.8`.
    pub label: String,
    /// Which of the series' colours it has through its lesson.
    #[serde(skip)]
    pub color: usize,
    /// Under what it ran.
    #[serde(skip)]
    pub conditions: Arc<Conditions>,
    pub runs: Vec<RunRecord>,
}

/// All that an experiment found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    pub variants: Vec<Variant>,
    /// What stands for the seeds wherever one number is shown.
    pub statistic: Statistic,
    /// What one value of a series is.
    pub step: Step,
    /// Display names of metrics, variants and values.
    #[serde(skip)]
    pub labels: BTreeMap<String, String>,
}

impl Outcome {
    /// Returns whether any run has a value an epoch.
    pub fn has_series(&self) -> bool {
        self.variants.iter().any(|variant| variant.runs.iter().any(|run| !run.series.is_empty()))
    }

    /// Returns a name of a metric, a part or a value as readers see it: the author's label, where there is one.
    pub fn shown<'n>(&'n self, name: &'n str) -> &'n str {
        self.labels.get(name).map_or(name, String::as_str)
    }

    /// Returns a hash over everything found: the digests of all runs, every metric and every series, bit by bit.
    pub fn digest(&self) -> String {
        let mut digest = Digest::default();
        for variant in &self.variants {
            digest.text(&variant.name);
            variant.runs.iter().for_each(|run| digest.run(run));
        }
        digest.hex()
    }

    /// Returns a hash over each run alone, by variant and seed.
    pub fn digests(&self) -> Vec<String> {
        let of_run = |run: &RunRecord| {
            let mut digest = Digest::default();
            digest.run(run);
            digest.hex()
        };
        self.variants.iter().flat_map(|variant| &variant.runs).map(of_run).collect()
    }

    /// Returns how many seeds ran.
    pub fn seeds(&self) -> usize {
        self.variants.iter().map(|variant| variant.runs.len()).max().unwrap_or(0)
    }

    /// Returns which variants diverged and since when, in words; none where none did.
    pub fn divergence(&self) -> Option<String> {
        let told = |variant: &Variant| {
            let (runs, first) = variant.divergence()?;
            let first = self.step.diverged(first);
            let name = match variant.label.as_str() {
                "" => "the run",
                label => label,
            };
            Some(match (runs, variant.runs.len()) {
                (_, 1) => format!("{name} at {first}"),
                (some, all) => format!("{name} in {some} of {all} seeds, the first at {first}"),
            })
        };
        let told: Vec<String> = self.variants.iter().filter_map(told).collect();
        (!told.is_empty()).then(|| format!("No longer finite: {}.", told.join("; ")))
    }

    /// Returns of what seed a picture is that shows the first run alone; none where there is only one.
    pub fn first_seed(&self) -> Option<String> {
        let seeds = self.seeds();
        let seed = self.variants.iter().find_map(|variant| variant.runs.first())?.seed;
        (seeds > 1).then(|| format!("Drawn is seed {seed} alone, the first of {seeds}."))
    }

    /// Finds a variant by its name.
    pub fn variant(&self, name: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.name == name)
    }
}

/// A hash over what was found.
#[derive(Default)]
struct Digest(blake3::Hasher);

impl Digest {
    fn text(&mut self, text: &str) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn run(&mut self, run: &RunRecord) {
        self.text(&run.seed.to_string());
        self.text(&run.digest);
        // Numbers are written so that they read back to the same bits.
        run.metrics.iter().for_each(|(name, value)| self.text(&format!("{name} {value:?}")));
        run.series.iter().for_each(|(name, values)| self.text(&format!("{name} {values:?}")));
    }

    fn hex(self) -> String {
        self.0.finalize().to_hex()[..32].to_owned()
    }
}

impl Variant {
    /// Returns the names of all metrics that any run has.
    pub fn metric_names(&self) -> BTreeSet<&str> {
        self.runs.iter().flat_map(|run| run.metrics.keys().map(String::as_str)).collect()
    }

    /// Returns a list metric's statistic over the runs, element by element; None where no run has it.
    pub fn list(&self, metric: &str, statistic: Statistic) -> Option<Vec<f64>> {
        let list = |run: &RunRecord| match run.metrics.get(metric) {
            Some(Metric::List(values)) => Some(values.clone()),
            _ => None,
        };
        let lists: Vec<Vec<f64>> = self.runs.iter().filter_map(list).collect();
        let length = lists.iter().map(Vec::len).min()?;
        let at = |index: usize| lists.iter().map(|list| list[index]).collect::<Vec<f64>>();
        Some((0..length).map(|index| statistic.of(&at(index))).collect())
    }

    /// Returns in how many of its runs it diverged, and where it first did; none where no run did.
    pub fn divergence(&self) -> Option<(usize, f64)> {
        let places: Vec<f64> = self.runs.iter().filter_map(RunRecord::diverged_at).collect();
        let first = places.iter().copied().reduce(f64::min)?;
        Some((places.len(), first))
    }

    /// Returns one number a run: `None` where a run lacks the metric or it is no number.
    pub fn numbers(&self, metric: &str) -> Option<Vec<f64>> {
        self.runs.iter().map(|run| run.metrics.get(metric).and_then(Metric::number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_with_gaps_is_not_sound() {
        let table = |columns: &[(&str, usize)]| {
            let column = |&(name, rows): &(&str, usize)| (name.to_owned(), vec![0.5; rows].into());
            Table { columns: columns.iter().map(column).collect() }
        };
        let with_table = |columns: &[(&str, usize)]| RunRecord {
            tables: [("t".to_owned(), table(columns))].into(),
            ..RunRecord::default()
        };
        assert!(with_table(&[("x", 3), ("y", 3)]).is_sound() && with_table(&[]).is_sound());
        assert!(!with_table(&[("x", 3), ("y", 2)]).is_sound());
        let with_grid = |width: usize, height: usize, edge: f64, nodes: usize| RunRecord {
            grids: [(
                "g".to_owned(),
                Grid { width, height, x: (0.0, edge), y: (0.0, 1.0), values: vec![0.5; nodes].into() },
            )]
            .into(),
            ..RunRecord::default()
        };
        assert!(with_grid(2, 3, 1.0, 6).is_sound());
        for (width, height, edge, nodes) in
            [(2, 3, 1.0, 5), (0, 3, 1.0, 0), (usize::MAX, 2, 1.0, 6), (2, 3, f64::NAN, 6)]
        {
            assert!(!with_grid(width, height, edge, nodes).is_sound(), "{width} x {height}");
        }
    }
}
