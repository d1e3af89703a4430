//! What several seeds say of one quantity: the one definition of mean, deviation and quantiles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::numeric;

/// What stands for several seeds wherever one number is shown: in tables, charts and prose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// Their mean, with one standard deviation to each side.
    #[default]
    Mean,
    /// Their median, with the middle half of them: a few wild seeds do not move it.
    Median,
}

impl Statistic {
    /// Returns the statistic of some values; NaN as soon as one of them is.
    pub fn of(self, values: &[f64]) -> f64 {
        self.in_summary(&Summary::of(values))
    }

    /// Returns the statistic as a summary holds it.
    pub fn in_summary(self, summary: &Summary) -> f64 {
        match self {
            Statistic::Mean => summary.mean,
            Statistic::Median => summary.median,
        }
    }

    /// Returns the ends of the spread that belongs to it; the value itself where there is only one.
    pub fn spread(self, summary: &Summary) -> (f64, f64) {
        match self {
            Statistic::Mean if summary.n == 1 => (summary.mean, summary.mean),
            Statistic::Mean => (summary.mean - summary.sd, summary.mean + summary.sd),
            Statistic::Median => (summary.q1, summary.q3),
        }
    }

    /// Returns the name as authors write it.
    pub fn name(self) -> &'static str {
        match self {
            Statistic::Mean => "mean",
            Statistic::Median => "median",
        }
    }

    /// Returns the name of its spread, for readers.
    pub fn spread_name(self) -> &'static str {
        match self {
            Statistic::Mean => "one standard deviation",
            Statistic::Median => "the middle half of the seeds",
        }
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
        let mut mean = numeric::mean(values);
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

/// Returns the p-th quantile, p from 0 to 1, of values in ascending order: at index p (n - 1), linear between its neighbours
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

    #[test]
    fn each_statistic_has_a_spread_of_its_own() {
        let summary = Summary::of(&[1.0, 2.0, 3.0, 4.0, 90.0]);
        assert_eq!(
            (Statistic::Median.in_summary(&summary), Statistic::Median.spread(&summary)),
            (3.0, (2.0, 4.0))
        );
        assert_eq!(Statistic::Mean.of(&[1.0, 2.0, 3.0]), 2.0);
        assert_eq!(Statistic::Mean.spread(&Summary::of(&[1.0, 2.0, 3.0])), (1.0, 3.0));
        assert_eq!(Statistic::Mean.spread(&Summary::of(&[7.0])), (7.0, 7.0));
    }
}
