//! Scaling of features, by statistics of the training part alone.
//!
//! `standard`: `x = (x - mu) / sigma` with `mu = 1/m sum x` and `sigma^2 = 1/m sum (x - mu)^2`, feature by feature; divided by
//! sigma, not by its square. Dev and test rows are scaled by the same mu and sigma, or they would be other data.
//!
//! Where implementations disagree: scikit-learn divides by m here, as we do, pandas' `std` by m - 1.
//!
//! Source: LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998, section 4.3.

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::features::Features;
use crate::numeric::Real;

/// How features are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Normalize {
    /// Subtract the training mean, divide by the training standard deviation (1/n).
    Standard,
    /// Subtract the training mean and divide by nothing, so that the features keep their sizes.
    Centered,
    /// Subtract the training mean, divide by the training variance, the square of what it should be: a common slip, to be shown.
    Variance,
    /// To 0..1 over the training part: subtract the lowest, divide by the range.
    Minmax,
    /// All features alike, as is usual for pictures: subtract the mean of all training numbers together, divide by
    /// their standard deviation (1/n).
    Pixels,
    /// As they are.
    None,
}

/// A scaling that has seen its statistics: feature j becomes `(x - shift[j]) / scale[j]`.
///
/// A feature that does not vary in the training part has scale 1, so that it becomes 0 there and nothing
/// is divided by 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalizer {
    /// What is subtracted, one a feature.
    pub shift: Vec<f64>,
    /// What the rest is divided by, one a feature.
    pub scale: Vec<f64>,
}

impl Normalizer {
    /// Takes the statistics of the given rows.
    pub fn fit(method: Normalize, features: &Features, rows: &[usize]) -> Self {
        let columns = features.columns();
        if method == Normalize::None || rows.is_empty() {
            return Normalizer { shift: vec![0.0; columns], scale: vec![1.0; columns] };
        }
        let mut row = vec![0.0; columns];
        let mut seen = vec![Seen { low: f64::INFINITY, high: f64::NEG_INFINITY, sum: 0.0 }; columns];
        for &index in rows {
            features.read_row(index, &mut row);
            seen.iter_mut().zip(&row).for_each(|(seen, &value)| seen.add(value));
        }
        let count = rows.len() as f64;
        if method == Normalize::Pixels {
            let all = Seen::together(&seen);
            seen.fill(Seen { sum: all.sum / columns as f64, ..all });
        }
        if method == Normalize::Minmax {
            return seen.iter().map(|seen| seen.scaling(seen.low, seen.high - seen.low)).unzip().into();
        }
        let means: Vec<f64> = seen.iter().map(|seen| seen.sum / count).collect();
        let mut squares = vec![0.0; columns];
        for &index in rows {
            features.read_row(index, &mut row);
            for ((square, value), mean) in squares.iter_mut().zip(&row).zip(&means) {
                *square += (value - mean) * (value - mean);
            }
        }
        if method == Normalize::Pixels {
            let sum: f64 = squares.iter().sum();
            squares.fill(sum / columns as f64);
        }
        let spread = squares.iter().map(|square| match method {
            Normalize::Centered => 1.0,
            Normalize::Variance => square / count,
            _ => (square / count).sqrt(),
        });
        seen.iter().zip(means).zip(spread).map(|((seen, mean), sd)| seen.scaling(mean, sd)).unzip().into()
    }

    /// Returns the given rows, scaled, in the given order and in the precision of a run.
    pub fn apply<R: Real>(&self, features: &Features, rows: &[usize]) -> Array2<R> {
        let columns = features.columns();
        let mut row = vec![0.0; columns];
        let mut scaled = Vec::with_capacity(rows.len() * columns);
        for &index in rows {
            features.read_row(index, &mut row);
            let scaling = self.shift.iter().zip(&self.scale);
            scaled.extend(
                row.iter().zip(scaling).map(|(value, (shift, scale))| R::from_f64((value - shift) / scale)),
            );
        }
        Array2::from_shape_vec((rows.len(), columns), scaled).expect("a number for every cell")
    }
}

impl From<(Vec<f64>, Vec<f64>)> for Normalizer {
    fn from((shift, scale): (Vec<f64>, Vec<f64>)) -> Self {
        Normalizer { shift, scale }
    }
}

/// What one pass over the rows tells of a feature.
#[derive(Clone, Copy)]
struct Seen {
    low: f64,
    high: f64,
    sum: f64,
}

impl Seen {
    fn add(&mut self, value: f64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.sum += value;
    }

    fn together(all: &[Seen]) -> Seen {
        all.iter().fold(Seen { low: f64::INFINITY, high: f64::NEG_INFINITY, sum: 0.0 }, |a, b| Seen {
            low: a.low.min(b.low),
            high: a.high.max(b.high),
            sum: a.sum + b.sum,
        })
    }

    /// Returns what to subtract and what to divide by: as given, unless the feature has no spread. That is seen exactly:
    /// the mean of equal values can be off by a rounding, and their spread not 0.
    fn scaling(&self, shift: f64, scale: f64) -> (f64, f64) {
        match self.low == self.high {
            true => (self.low, 1.0),
            false => (shift, if scale > 0.0 { scale } else { 1.0 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn scaled(normalizer: &Normalizer, x: &Features, rows: &[usize]) -> Array2<f64> {
        normalizer.apply(x, rows)
    }

    #[test]
    fn standard_uses_the_training_rows_alone() {
        let x = Features::F64(array![[1.0], [100.0], [3.0], [5.0]]);
        let normalizer = Normalizer::fit(Normalize::Standard, &x, &[0, 2, 3]);
        // Mean 3, variance (4 + 0 + 4) / 3.
        assert_eq!(normalizer, Normalizer { shift: vec![3.0], scale: vec![(8.0f64 / 3.0).sqrt()] });
        let scaled = scaled(&normalizer, &x, &[1, 2]);
        assert_eq!(scaled, array![[97.0 / (8.0f64 / 3.0).sqrt()], [0.0]]);
    }

    #[test]
    fn centered_only_moves_and_the_slip_divides_by_the_square() {
        let x = Features::F64(array![[1.0, 7.0], [3.0, 7.0], [8.0, 7.0], [0.0, 9.0]]);
        let centered = Normalizer::fit(Normalize::Centered, &x, &[0, 1, 2]);
        assert_eq!(centered, Normalizer { shift: vec![4.0, 7.0], scale: vec![1.0, 1.0] });
        // Variance (9 + 1 + 16) / 3; the second feature has none.
        let slip = Normalizer::fit(Normalize::Variance, &x, &[0, 1, 2]);
        assert_eq!(slip, Normalizer { shift: vec![4.0, 7.0], scale: vec![26.0 / 3.0, 1.0] });
    }

    #[test]
    fn minmax_maps_the_training_rows_to_0_and_1() {
        let x = Features::F64(array![[2.0, -1.0], [4.0, 1.0], [10.0, 0.0]]);
        let normalizer = Normalizer::fit(Normalize::Minmax, &x, &[0, 1]);
        let scaled = scaled(&normalizer, &x, &[0, 1, 2]);
        assert_eq!(scaled, array![[0.0, 0.0], [1.0, 1.0], [4.0, 0.5]]);
    }

    #[test]
    fn none_changes_nothing() {
        let x = Features::F64(array![[2.5, -1.0], [1e9, 1.0]]);
        let normalizer = Normalizer::fit(Normalize::None, &x, &[0]);
        assert_eq!(Features::F64(scaled(&normalizer, &x, &[0, 1])), x);
    }

    #[test]
    fn a_feature_without_spread_becomes_0() {
        // The mean of three times 0.1 is not 0.1 in floating point.
        let x = Features::F64(array![[0.1, 1e-200], [0.1, 3e-200], [0.1, 5e-200], [0.3, 0.0]]);
        for method in [Normalize::Standard, Normalize::Minmax] {
            let normalizer = Normalizer::fit(method, &x, &[0, 1, 2]);
            assert_eq!(normalizer.scale[0], 1.0);
            let scaled = scaled(&normalizer, &x, &[0, 3]);
            assert_eq!(scaled[[0, 0]], 0.0);
            assert_eq!(scaled[[1, 0]], 0.3 - 0.1);
            assert!(scaled.iter().all(|v| v.is_finite()));
        }
    }

    #[test]
    fn an_empty_training_part_is_left_alone() {
        let normalizer = Normalizer::fit(Normalize::Standard, &Features::F64(array![[1.0]]), &[]);
        assert_eq!(normalizer, Normalizer { shift: vec![0.0], scale: vec![1.0] });
    }

    #[test]
    fn pixels_share_one_mean_and_one_spread() {
        // Training numbers 0, 4, 0, 4: mean 2, standard deviation 2; the first pixel alone has no spread.
        let x = Features::U8(array![[0, 4], [0, 4], [8, 2]]);
        let normalizer = Normalizer::fit(Normalize::Pixels, &x, &[0, 1]);
        assert_eq!(normalizer, Normalizer { shift: vec![2.0; 2], scale: vec![2.0; 2] });
        assert_eq!(scaled(&normalizer, &x, &[2, 0]), array![[3.0, 0.0], [-1.0, 1.0]]);
        let flat = Normalizer::fit(Normalize::Pixels, &Features::U8(array![[7, 7]]), &[0]);
        assert_eq!(flat, Normalizer { shift: vec![7.0; 2], scale: vec![1.0; 2] });
    }
}
