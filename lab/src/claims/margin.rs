//! By how much a claim holds, and how sure that is.

use crate::numeric::{Streams, mean};
use crate::outcome::quantile;

/// How many times the seeds are drawn anew.
const RESAMPLES: usize = 2000;

/// The random stream of the draws: its own, so that nothing else moves with it.
const STREAM: &str = "claims/bootstrap";

/// The margin of a claim over the seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Margin {
    /// One a seed, in the units of what is compared; below 0 where the claim does not hold.
    pub by_seed: Vec<f64>,
    pub mean: f64,
    /// The 95% interval of the mean; none for a single seed.
    pub interval: Option<(f64, f64)>,
}

impl Margin {
    /// Returns the margin over the seeds; none where a seed has none. `seed` is the experiment's first one, which seeds the
    /// stream.
    pub fn of(by_seed: Vec<f64>, seed: u64) -> Option<Margin> {
        if by_seed.is_empty() || by_seed.iter().any(|margin| !margin.is_finite()) {
            return None;
        }
        let mean = mean(&by_seed);
        let interval = (by_seed.len() > 1).then(|| mean_interval(&by_seed, seed));
        Some(Margin { by_seed, mean, interval })
    }

    /// Returns whether the interval reaches zero or beyond. Where all seeds agree to the bit, chance has no part in it.
    pub fn touches_zero(&self) -> bool {
        self.interval.is_some_and(|(low, high)| low <= 0.0 && low < high)
    }
}

/// Returns the 95% percentile interval of the mean (Efron and Tibshirani 1993, An Introduction to the Bootstrap, section
/// 13.3): seeds drawn with replacement, as many as there are, the mean of each draw, and of all these means the
/// 2.5% and 97.5% [`quantile`].
pub fn mean_interval(values: &[f64], seed: u64) -> (f64, f64) {
    let mut stream = Streams::new(seed).stream(STREAM);
    let n = values.len();
    let mut means: Vec<f64> =
        (0..RESAMPLES).map(|_| (0..n).map(|_| values[stream.below(n)]).sum::<f64>() / n as f64).collect();
    means.sort_by(f64::total_cmp);
    (quantile(&means, 0.025), quantile(&means, 0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of two seeds the means are 0, 0.5 and 1 with shares 1/4, 1/2 and 1/4, so the ends are the values themselves.
    #[test]
    fn two_seeds_span_their_values() {
        assert_eq!(mean_interval(&[0.0, 1.0], 7), (0.0, 1.0));
    }

    /// For many values the interval of a mean is that of the normal distribution, 1.96 standard errors each way.
    #[test]
    fn the_interval_is_as_wide_as_theory_says() {
        let mut stream = Streams::new(3).stream("test");
        let values: Vec<f64> = (0..400).map(|_| 2.0 + stream.normal()).collect();
        let margin = Margin::of(values, 0).unwrap();
        let (low, high) = margin.interval.unwrap();
        assert!((low - (margin.mean - 0.098)).abs() < 0.01, "{low}");
        assert!((high - (margin.mean + 0.098)).abs() < 0.01, "{high}");
        assert!(!margin.touches_zero());
    }

    /// The stream is part of what a page says.
    #[test]
    fn the_draws_are_what_they_always_were() {
        let values: Vec<f64> = (0..40).map(|i| libm::sin(f64::from(i))).collect();
        assert_eq!(mean_interval(&values, 0), mean_interval(&values, 0));
        assert_ne!(mean_interval(&values, 0), mean_interval(&values, 1));
        assert_eq!(mean_interval(&values, 0), (-0.17865045104699911, 0.2529127867540198));
    }

    #[test]
    fn zero_is_touched_only_where_seeds_differ() {
        let margin = |values: &[f64]| Margin::of(values.to_vec(), 0).unwrap();
        assert!(margin(&[0.1, -0.1, 0.2]).touches_zero());
        assert!(margin(&[0.0, 0.5]).touches_zero());
        assert!(!margin(&[0.0, 0.0]).touches_zero());
        assert!(!margin(&[0.1, 0.2]).touches_zero());
        assert!(!margin(&[-0.1]).touches_zero());
        assert_eq!(Margin::of(vec![1.0, f64::NAN], 0), None);
    }
}
