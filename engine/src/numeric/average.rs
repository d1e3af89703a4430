//! Exponentially weighted averages, with and without bias correction.

/// An exponentially weighted average of values that come one after the other: `V = beta V + (1 - beta) theta`, V starting at 0.
///
/// The value before k others has the weight `(1 - beta) beta^k`: 0.1, 0.09, 0.081, ... at beta 0.9. It counts about the last
/// [`window`](Self::window) values, 1/(1 - beta), after which a weight has fallen to about 1/e, and lags behind a straight line by
/// beta/(1 - beta). As V starts at 0, the first averages are too small: the weights of t values sum to `1 - beta^t` alone, and
/// [`corrected`](Self::corrected) divides by that.
///
/// Example, London's temperatures of three days in degrees Fahrenheit, beta 0.9: 40, 49, 45 give V = 4.0, 8.5, 12.15; corrected
/// 40, 44.7, 44.8.
///
/// Where implementations disagree: PyTorch's batch normalization calls 1 - beta momentum; pandas' `ewm` corrects unless told
/// `adjust=False`, which then starts at the first value, not at 0.
///
/// Sources: Roberts, Control Chart Tests Based on Geometric Moving Averages, Technometrics 1, 1959; the correction as in Kingma and
/// Ba, Adam, ICLR 2015, section 3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedAverage {
    beta: f64,
    value: f64,
    /// beta^t.
    power: f64,
}

impl WeightedAverage {
    /// Starts before the first value. `beta` is from 0 (the last value alone) up to, but not including, 1.
    pub fn new(beta: f64) -> Self {
        WeightedAverage { beta, value: 0.0, power: 1.0 }
    }

    /// Takes in the next value.
    pub fn push(&mut self, theta: f64) {
        self.value = self.beta * self.value + (1.0 - self.beta) * theta;
        self.power *= self.beta;
    }

    /// Returns V as it is: too small at first.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Returns V / (1 - beta^t): a mean of the values so far. NaN before the first one.
    pub fn corrected(&self) -> f64 {
        self.value / (1.0 - self.power)
    }

    /// Returns about how many values count: 1/(1 - beta).
    pub fn window(&self) -> f64 {
        1.0 / (1.0 - self.beta)
    }
}

/// Returns the mean, summed in the order given, so that equal values give equal bits; NaN of none.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Returns the average at each value of a series, corrected or V as it is. Values that do not exist (NaN) are passed over: there
/// the average stays as it was.
pub fn smooth(series: &[f64], beta: f64, corrected: bool) -> Vec<f64> {
    let mut average = WeightedAverage::new(beta);
    let next = |&theta: &f64| {
        if !theta.is_nan() {
            average.push(theta);
        }
        if corrected { average.corrected() } else { average.value() }
    };
    series.iter().map(next).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(found: &[f64], expected: &[f64], tolerance: f64) -> bool {
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < tolerance)
    }

    #[test]
    fn londons_temperatures() {
        let mut average = WeightedAverage::new(0.9);
        let days = [40.0, 49.0, 45.0].map(|day| {
            average.push(day);
            average.value()
        });
        assert!(close(&days, &[4.0, 8.5, 12.15], 1e-12), "{days:?}");
        assert!(close(&smooth(&[40.0, 49.0, 45.0], 0.9, true), &[40.0, 44.7, 44.8], 0.05));
        assert!(close(&smooth(&[40.0, 49.0, 45.0], 0.9, false), &[4.0, 8.5, 12.15], 1e-12));
        assert!((average.window() - 10.0).abs() < 1e-12);
    }

    #[test]
    fn the_second_step_at_098_by_hand() {
        let found = smooth(&[3.0, 7.0], 0.98, true)[1];
        assert!((found - (0.0196 * 3.0 + 0.02 * 7.0) / 0.0396).abs() < 1e-12);
    }

    #[test]
    fn it_lags_behind_a_line() {
        let line: Vec<f64> = (0..500).map(f64::from).collect();
        let lag = line[499] - smooth(&line, 0.9, true)[499];
        assert!((lag - 9.0).abs() < 1e-9, "{lag}");
    }

    #[test]
    fn beta_0_is_the_series_and_what_does_not_exist_is_passed_over() {
        assert_eq!(smooth(&[3.0, -1.0], 0.0, true), [3.0, -1.0]);
        let gap = smooth(&[f64::NAN, 2.0, f64::NAN, 2.0], 0.9, true);
        assert!(gap[0].is_nan() && close(&gap[1..], &[2.0; 3], 1e-12), "{gap:?}");
    }

    proptest! {
        #[test]
        fn an_average_lies_between_the_values(
            series in proptest::collection::vec(-1e3_f64..1e3, 1..40), beta in 0.0..0.99_f64,
        ) {
            let (low, high) = series.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
            for average in smooth(&series, beta, true) {
                prop_assert!((low - 1e-6..=high + 1e-6).contains(&average));
            }
        }
    }
}
