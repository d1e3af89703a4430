//! By how much a claim holds, and how sure that is.

use crate::numeric::Streams;
use crate::outcome::{Statistic, quantile};

/// How many times the seeds are drawn anew.
const RESAMPLES: usize = 2000;

/// The random stream of the draws: its own, so that nothing else moves with it.
const STREAM: &str = "claims/bootstrap";

/// The margin of a claim over the seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Margin {
    /// One a seed, in the units of what is compared; below 0 where the claim does not hold.
    pub by_seed: Vec<f64>,
    /// What stands for the seeds in the block's table and prose too: their mean, or their median.
    pub value: f64,
    /// The 95% interval of that; none for a single seed.
    pub interval: Option<(f64, f64)>,
}

impl Margin {
    /// Returns the margin over the seeds; none where a seed has none. `seed` is the experiment's first one, which seeds the
    /// stream.
    pub fn of(by_seed: Vec<f64>, statistic: Statistic, seed: u64) -> Option<Margin> {
        if by_seed.is_empty() || by_seed.iter().any(|margin| !margin.is_finite()) {
            return None;
        }
        let value = statistic.of(&by_seed);
        let interval = (by_seed.len() > 1).then(|| bootstrap(&by_seed, statistic, seed));
        Some(Margin { by_seed, value, interval })
    }

    /// Returns whether the seeds differ, so that there is an interval to be told.
    pub fn has_interval(&self) -> bool {
        self.interval.is_some_and(|(low, high)| low < high)
    }

    /// Returns whether the interval reaches zero or beyond. Where all seeds agree to the bit, chance has no part in it.
    pub fn touches_zero(&self) -> bool {
        self.interval.is_some_and(|(low, high)| low <= 0.0 && low < high)
    }
}

/// Returns the 95% percentile interval of a statistic (Efron and Tibshirani 1993, An Introduction to the Bootstrap, section
/// 13.3): seeds drawn with replacement, as many as there are, the statistic of each draw, and of all these the
/// 2.5% and 97.5% [`quantile`].
pub fn bootstrap(values: &[f64], statistic: Statistic, seed: u64) -> (f64, f64) {
    let mut stream = Streams::new(seed).stream(STREAM);
    let n = values.len();
    let mut draw = || -> Vec<f64> { (0..n).map(|_| values[stream.below(n)]).collect() };
    let of = |mut drawn: Vec<f64>| match statistic {
        Statistic::Mean => drawn.iter().sum::<f64>() / n as f64,
        Statistic::Median => {
            drawn.sort_by(f64::total_cmp);
            quantile(&drawn, 0.5)
        }
    };
    let mut drawn: Vec<f64> = (0..RESAMPLES).map(|_| of(draw())).collect();
    drawn.sort_by(f64::total_cmp);
    (quantile(&drawn, 0.025), quantile(&drawn, 0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of two seeds the means are 0, 0.5 and 1 with shares 1/4, 1/2 and 1/4, so the ends are the values themselves.
    #[test]
    fn two_seeds_span_their_values() {
        assert_eq!(bootstrap(&[0.0, 1.0], Statistic::Mean, 7), (0.0, 1.0));
    }

    /// For many values the interval of a mean is that of the normal distribution, 1.96 standard errors each way.
    #[test]
    fn the_interval_is_as_wide_as_theory_says() {
        let mut stream = Streams::new(3).stream("test");
        let values: Vec<f64> = (0..400).map(|_| 2.0 + stream.normal()).collect();
        let margin = Margin::of(values, Statistic::Mean, 0).unwrap();
        let (low, high) = margin.interval.unwrap();
        assert!((low - (margin.value - 0.098)).abs() < 0.01, "{low}");
        assert!((high - (margin.value + 0.098)).abs() < 0.01, "{high}");
        assert!(!margin.touches_zero());
    }

    /// The stream is part of what a page says.
    #[test]
    fn the_draws_are_what_they_always_were() {
        let values: Vec<f64> = (0..40).map(|i| libm::sin(f64::from(i))).collect();
        assert_eq!(bootstrap(&values, Statistic::Mean, 0), bootstrap(&values, Statistic::Mean, 0));
        assert_ne!(bootstrap(&values, Statistic::Mean, 0), bootstrap(&values, Statistic::Mean, 1));
        assert_eq!(bootstrap(&values, Statistic::Mean, 0), (-0.17865045104699911, 0.2529127867540198));
    }

    /// One wild seed of nine moves a mean and its interval, and no median.
    #[test]
    fn a_median_has_its_own_margin() {
        let values = vec![1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1e6];
        let of = |statistic| Margin::of(values.clone(), statistic, 0).unwrap();
        assert_eq!(of(Statistic::Median).value, 1.4);
        let (low, high) = of(Statistic::Median).interval.unwrap();
        assert!(1.0 < low && low < 1.4 && 1.4 < high && high < 2.0, "{low} {high}");
        assert!(of(Statistic::Mean).value > 1e5 && of(Statistic::Mean).interval.unwrap().1 > 1e5);
    }

    #[test]
    fn zero_is_touched_only_where_seeds_differ() {
        let margin = |values: &[f64]| Margin::of(values.to_vec(), Statistic::Mean, 0).unwrap();
        assert!(margin(&[0.1, -0.1, 0.2]).touches_zero());
        assert!(margin(&[0.0, 0.5]).touches_zero());
        assert!(!margin(&[0.0, 0.0]).touches_zero());
        assert!(!margin(&[0.1, 0.2]).touches_zero());
        assert!(!margin(&[-0.1]).touches_zero());
        assert_eq!(Margin::of(vec![1.0, f64::NAN], Statistic::Mean, 0), None);
    }
}
