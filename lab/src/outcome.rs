//! What an experiment found: one shape for charts, tables, prose, claims, JSON, cache and snapshots.

mod numbers;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

pub use numbers::Numbers;

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
    /// Its value where it is a number.
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
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Table {
    /// Column by name, all of one length.
    pub columns: BTreeMap<String, Numbers>,
}

/// Values over a rectangle, row-major, the first row at `y.0`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grid {
    pub width: usize,
    pub height: usize,
    pub x: (f64, f64),
    pub y: (f64, f64),
    pub values: Numbers,
}

/// What one run (variant x seed) left behind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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

/// One variant: its runs, one a seed, in the order of the seeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Variant {
    /// As written in prose and claims: `sgd`, `keep_0_8`, `run` where only one thing runs.
    pub name: String,
    /// As shown to a reader: `SGD`, `keep 0.8`.
    pub label: String,
    pub runs: Vec<RunRecord>,
}

/// All that an experiment found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    pub variants: Vec<Variant>,
}

impl Outcome {
    /// Whether any run has a value an epoch.
    pub fn has_series(&self) -> bool {
        self.variants.iter().any(|variant| variant.runs.iter().any(|run| !run.series.is_empty()))
    }

    /// A hash over everything found: the digests of all runs, every metric and every series, bit by bit.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut text = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        for variant in &self.variants {
            text(&variant.name);
            for run in &variant.runs {
                text(&run.seed.to_string());
                text(&run.digest);
                // Numbers are written so that they read back to the same bits.
                run.metrics.iter().for_each(|(name, value)| text(&format!("{name} {value:?}")));
                run.series.iter().for_each(|(name, values)| text(&format!("{name} {values:?}")));
            }
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }

    pub fn variant(&self, name: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.name == name)
    }
}

impl Variant {
    /// The names of all metrics that any run has.
    pub fn metric_names(&self) -> std::collections::BTreeSet<&str> {
        self.runs.iter().flat_map(|run| run.metrics.keys().map(String::as_str)).collect()
    }

    /// A list metric's mean over the runs, element by element; None where no run has it.
    pub fn mean_list(&self, metric: &str) -> Option<Vec<f64>> {
        let list = |run: &RunRecord| match run.metrics.get(metric) {
            Some(Metric::List(values)) => Some(values.clone()),
            _ => None,
        };
        let lists: Vec<Vec<f64>> = self.runs.iter().filter_map(list).collect();
        let length = lists.iter().map(Vec::len).min()?;
        let mean = |index: usize| lists.iter().map(|list| list[index]).sum::<f64>() / lists.len() as f64;
        Some((0..length).map(mean).collect())
    }

    /// One number a run: `None` where a run lacks the metric or it is no number.
    pub fn numbers(&self, metric: &str) -> Option<Vec<f64>> {
        self.runs.iter().map(|run| run.metrics.get(metric).and_then(Metric::number)).collect()
    }
}

/// What several seeds say of one quantity. Everything is NaN as soon as one value is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub n: usize,
    pub mean: f64,
    /// Of the sample (divided by n - 1); NaN for a single value.
    pub sd: f64,
    pub min: f64,
    /// Quartiles are those of [`quantile`].
    pub q1: f64,
    pub median: f64,
    pub q3: f64,
    pub max: f64,
}

impl Summary {
    /// Sums go in the order given, so equal values give equal bits.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len();
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut mean = values.iter().sum::<f64>() / n as f64;
        if let ([least, .., largest], false) = (&sorted[..], mean.is_nan()) {
            // rounding may take the mean of equal values past them
            mean = mean.clamp(*least, *largest);
        }
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let quantile = |p: f64| if mean.is_nan() { f64::NAN } else { quantile(&sorted, p) };
        Summary {
            n,
            mean,
            sd: if n > 1 { (squares / (n - 1) as f64).sqrt() } else { f64::NAN },
            min: quantile(0.0),
            q1: quantile(0.25),
            median: quantile(0.5),
            q3: quantile(0.75),
            max: quantile(1.0),
        }
    }
}

/// The p-th quantile, p from 0 to 1, of values in ascending order: at index p (n - 1), linear between its neighbours
/// (Hyndman and Fan 1996, Sample Quantiles in Statistical Packages, definition 7). NaN of no values.
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = p * last as f64;
    let below = place as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    // equal ones apart: infinity minus itself is no number
    if low == high { low } else { low + (place - below as f64) * (high - low) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_up_seeds() {
        let summary = Summary::of(&[4.0, 1.0, 3.0, 2.0]);
        assert_eq!((summary.n, summary.mean, summary.min, summary.max), (4, 2.5, 1.0, 4.0));
        assert_eq!((summary.q1, summary.median, summary.q3), (1.75, 2.5, 3.25));
        assert_eq!(summary.sd, (5.0f64 / 3.0).sqrt());
    }

    #[test]
    fn equal_values_have_no_spread() {
        let value = 0.086_602_540_378_443_87;
        let summary = Summary::of(&[value; 3]);
        assert_eq!((summary.mean, summary.sd), (value, 0.0));
    }

    #[test]
    fn one_value_has_no_deviation_and_none_has_nothing() {
        let one = Summary::of(&[7.0]);
        assert_eq!((one.mean, one.median, one.q3), (7.0, 7.0, 7.0));
        assert!(one.sd.is_nan());
        assert!(Summary::of(&[]).mean.is_nan());
        assert!(Summary::of(&[]).min.is_nan());
    }

    #[test]
    fn a_diverged_run_is_not_averaged_away() {
        let summary = Summary::of(&[1.0, f64::NAN, 2.0]);
        assert!(summary.mean.is_nan() && summary.median.is_nan() && summary.min.is_nan());
    }
}
