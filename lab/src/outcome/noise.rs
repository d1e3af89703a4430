//! Whether one thing is better than another beyond what another seed might undo.

use super::Statistic;
use crate::numeric::mean;

/// Returns whether paired differences, one a seed, lie on one side of zero beyond noise, at the level of 5%. Of means this is
/// Student's t for pairs, of medians the sign test: it asks only in how many seeds which one is ahead. One difference
/// alone tells nothing.
pub fn is_beyond_noise(differences: &[f64], statistic: Statistic) -> bool {
    if differences.len() < 2 || differences.iter().any(|difference| !difference.is_finite()) {
        return false;
    }
    match statistic {
        Statistic::Mean => by_t(differences),
        Statistic::Median => by_signs(differences),
    }
}

fn by_t(differences: &[f64]) -> bool {
    let n = differences.len() as f64;
    let middle = mean(differences);
    let squares: f64 = differences.iter().map(|d| (d - middle) * (d - middle)).sum();
    let error = (squares / (n - 1.0) / n).sqrt();
    middle != 0.0 && middle.abs() > t(differences.len() - 1) * error
}

/// Returns the 97.5% quantile of Student's t by its degrees of freedom.
fn t(freedom: usize) -> f64 {
    const FEW: [f64; 30] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
        2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048,
        2.045, 2.042,
    ];
    // Beyond the table the first terms of its expansion about the normal distribution are exact to three decimals.
    FEW.get(freedom.wrapping_sub(1)).copied().unwrap_or_else(|| 1.96 + 2.45 / freedom as f64)
}

/// Tests both tails of the binomial distribution with a chance of one half; differences of zero say nothing.
fn by_signs(differences: &[f64]) -> bool {
    let (up, down) = differences.iter().fold((0usize, 0usize), |(up, down), difference| {
        (up + usize::from(*difference > 0.0), down + usize::from(*difference < 0.0))
    });
    let (n, fewer) = (up + down, up.min(down));
    let mut term = libm::exp2(-(n as f64));
    let mut tail = term;
    for k in 1..=fewer {
        term *= (n - k + 1) as f64 / k as f64;
        tail += term;
    }
    up != down && 2.0 * tail <= 0.05
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_told_apart_by_t() {
        let beyond = |differences: &[f64]| is_beyond_noise(differences, Statistic::Mean);
        // The mean is 1, its standard error 0.5774: t = 1.73 of the 4.30 needed.
        assert!(!beyond(&[0.0, 1.0, 2.0]));
        assert!(beyond(&[0.9, 1.0, 1.1]) && beyond(&[-0.9, -1.0, -1.1]));
        assert!(beyond(&[0.5, 0.5]) && !beyond(&[0.0, 0.0]) && !beyond(&[0.5]));
        assert!(!beyond(&[1.0, f64::NAN, 1.0]));
        assert!((t(60) - 2.000).abs() < 2e-3 && (t(30) - (1.96 + 2.45 / 30.0)).abs() < 1e-3);
    }

    #[test]
    fn medians_are_told_apart_by_the_seeds_in_which_one_is_ahead() {
        let beyond = |up: usize, down: usize| {
            is_beyond_noise(&[vec![1e9; up], vec![-0.1; down], vec![0.0; 3]].concat(), Statistic::Median)
        };
        // 2/2^6 is 3.1%, 2/2^5 is 6.3%; of nine, one against it leaves 2 (1 + 9)/2^9 = 3.9%.
        assert!(beyond(6, 0) && !beyond(5, 0) && beyond(8, 1) && !beyond(7, 2) && beyond(0, 6));
    }

    /// Of seeds that nothing tells apart, few are called better: about one in twenty.
    #[test]
    fn noise_is_seldom_taken_for_more() {
        let mut stream = crate::numeric::Streams::new(5).stream("test");
        for statistic in [Statistic::Mean, Statistic::Median] {
            let mut draw = || (0..10).map(|_| stream.normal()).collect::<Vec<f64>>();
            let found = (0..2000).filter(|_| is_beyond_noise(&draw(), statistic)).count();
            assert!((10..130).contains(&found), "{statistic:?}: {found}");
        }
    }
}
