//! Scaling of features, by statistics of the training part alone.

use ndarray::{Array2, ArrayView2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How features are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Normalize {
    /// Subtract the training mean, divide by the training standard deviation (1/n).
    Standard,
    /// To 0..1 over the training part: subtract the lowest, divide by the range.
    Minmax,
    /// As they are.
    None,
}

/// A scaling that has seen its statistics: feature j becomes `(x - shift[j]) / scale[j]`.
///
/// A feature that does not vary in the training part has scale 1, so that it becomes 0 there and nothing
/// is divided by 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalizer {
    pub shift: Vec<f64>,
    pub scale: Vec<f64>,
}

impl Normalizer {
    /// Takes the statistics of the given rows of `features` (rows, features).
    pub fn fit(method: Normalize, features: ArrayView2<f64>, rows: &[usize]) -> Self {
        let (shift, scale) = features
            .columns()
            .into_iter()
            .map(|column| {
                let values: Vec<f64> = rows.iter().map(|&row| column[row]).collect();
                statistics(method, &values)
            })
            .unzip();
        Normalizer { shift, scale }
    }

    /// The given rows of `features`, scaled, in the given order.
    pub fn apply(&self, features: ArrayView2<f64>, rows: &[usize]) -> Array2<f64> {
        Array2::from_shape_fn((rows.len(), features.ncols()), |(i, j)| {
            (features[[rows[i], j]] - self.shift[j]) / self.scale[j]
        })
    }
}

/// What to subtract and what to divide by.
fn statistics(method: Normalize, values: &[f64]) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for &value in values {
        low = low.min(value);
        high = high.max(value);
    }
    match method {
        Normalize::None => (0.0, 1.0),
        _ if values.is_empty() => (0.0, 1.0),
        // Compared exactly: the mean of equal values can be off by a rounding, and their spread not 0.
        _ if low == high => (low, 1.0),
        Normalize::Minmax => (low, high - low),
        Normalize::Standard => {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
            let sd = variance.sqrt();
            (mean, if sd > 0.0 { sd } else { 1.0 })
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn standard_uses_the_training_rows_alone() {
        let x = array![[1.0], [100.0], [3.0], [5.0]];
        let normalizer = Normalizer::fit(Normalize::Standard, x.view(), &[0, 2, 3]);
        // Mean 3, variance (4 + 0 + 4) / 3.
        assert_eq!(normalizer, Normalizer { shift: vec![3.0], scale: vec![(8.0f64 / 3.0).sqrt()] });
        let scaled = normalizer.apply(x.view(), &[1, 2]);
        assert_eq!(scaled, array![[97.0 / (8.0f64 / 3.0).sqrt()], [0.0]]);
    }

    #[test]
    fn minmax_maps_the_training_rows_to_0_and_1() {
        let x = array![[2.0, -1.0], [4.0, 1.0], [10.0, 0.0]];
        let normalizer = Normalizer::fit(Normalize::Minmax, x.view(), &[0, 1]);
        let scaled = normalizer.apply(x.view(), &[0, 1, 2]);
        assert_eq!(scaled, array![[0.0, 0.0], [1.0, 1.0], [4.0, 0.5]]);
    }

    #[test]
    fn none_changes_nothing() {
        let x = array![[2.5, -1.0], [1e9, 1.0]];
        let normalizer = Normalizer::fit(Normalize::None, x.view(), &[0]);
        assert_eq!(normalizer.apply(x.view(), &[0, 1]), x);
    }

    #[test]
    fn a_feature_without_spread_becomes_0() {
        // The mean of three times 0.1 is not 0.1 in floating point.
        let x = array![[0.1, 1e-200], [0.1, 3e-200], [0.1, 5e-200], [0.3, 0.0]];
        for method in [Normalize::Standard, Normalize::Minmax] {
            let normalizer = Normalizer::fit(method, x.view(), &[0, 1, 2]);
            assert_eq!(normalizer.scale[0], 1.0);
            let scaled = normalizer.apply(x.view(), &[0, 3]);
            assert_eq!(scaled[[0, 0]], 0.0);
            assert_eq!(scaled[[1, 0]], 0.3 - 0.1);
            assert!(scaled.iter().all(|v| v.is_finite()));
        }
    }

    #[test]
    fn an_empty_training_part_is_left_alone() {
        let normalizer = Normalizer::fit(Normalize::Standard, array![[1.0]].view(), &[]);
        assert_eq!(normalizer, Normalizer { shift: vec![0.0], scale: vec![1.0] });
    }
}
