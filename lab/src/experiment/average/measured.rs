//! What is measured of an average beside the series that it is of.

/// The most steps of delay that are looked for.
const MOST_DELAY: usize = 1000;

/// Returns the root mean square of some values.
pub(super) fn size(values: &[f64]) -> f64 {
    (values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64).sqrt()
}

/// Returns the root mean square of the differences of two series.
pub(super) fn distance(one: &[f64], other: &[f64]) -> f64 {
    size(&differences(one, other))
}

/// Returns the standard deviation of the differences of two series.
pub(super) fn sd(one: &[f64], other: &[f64]) -> f64 {
    let differences = differences(one, other);
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    size(&differences.iter().map(|difference| difference - mean).collect::<Vec<_>>())
}

fn differences(one: &[f64], other: &[f64]) -> Vec<f64> {
    one.iter().zip(other).map(|(a, b)| a - b).collect()
}

/// Returns the number of steps d for which the second half of the average is nearest to the signal d steps before, in the mean
/// of squares; the least of several. NaN of a signal that never changes, of which no shift can be told.
pub(super) fn delay(average: &[f64], signal: &[f64]) -> f64 {
    if signal.windows(2).all(|pair| pair[0] == pair[1]) {
        return f64::NAN;
    }
    let half = signal.len() / 2;
    let squares = |delay: usize| -> f64 {
        let shifted = average[half..].iter().zip(&signal[half - delay..]);
        shifted.map(|(average, signal)| (average - signal) * (average - signal)).sum()
    };
    let mut best = (0, squares(0));
    for delay in 1..=half.min(MOST_DELAY) {
        let found = squares(delay);
        if found < best.1 {
            best = (delay, found);
        }
    }
    best.0 as f64
}

/// Returns how many pairs of values [`delay`] compares in a series of that length.
pub(super) fn compared(length: usize) -> usize {
    let half = length / 2;
    (half.min(MOST_DELAY) + 1) * (length - half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_by_hand() {
        assert_eq!(size(&[3.0, -4.0, 0.0, 0.0]), 2.5);
        assert_eq!(distance(&[1.0, 2.0], &[0.0, 3.0]), 1.0);
        // Differences of 1 and 3: a mean of 2, of which both are 1 away.
        assert_eq!(sd(&[1.0, 3.0], &[0.0, 0.0]), 1.0);
    }

    #[test]
    fn a_shifted_signal_is_late_by_its_shift() {
        let wave: Vec<f64> = (0..200).map(|t| libm::sin(f64::from(t) / 20.0)).collect();
        let late: Vec<f64> = (0..200).map(|t| libm::sin((f64::from(t) - 7.0) / 20.0)).collect();
        assert_eq!((delay(&late, &wave), delay(&wave, &wave)), (7.0, 0.0));
        assert!(delay(&[1.0, 2.0], &[5.0, 5.0]).is_nan());
        assert_eq!(compared(10), 30);
    }
}
