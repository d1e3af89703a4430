//! Scaling of a target that is a number, by statistics of the training part alone.
//!
//! A network starts with outputs near 0 and spread near 1. Prices in dollars lie far from there: the gradient of the squared error,
//! 2 (yhat - y), is then so large that a usual learning rate diverges. With `y = (y - mu) / sigma` of the training part the same
//! rates suit every unit. What is reported is in the units of the data: losses are multiplied by sigma^2, predictions by sigma, with
//! mu added.
//!
//! Source: LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998, section 4.5 (the targets within the range of the outputs).

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dataset::TargetColumn;
use super::features::Features;
use super::normalize::{Normalize, Normalizer};

/// How a target that is a number is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScaleTarget {
    /// Subtract the training mean, divide by the training standard deviation (1/n).
    Standard,
    /// As it is.
    None,
}

/// A scaling that has seen its statistics: y becomes `(y - shift) / scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TargetScale {
    /// What is subtracted.
    pub shift: f64,
    /// What the rest is divided by.
    pub scale: f64,
}

impl Default for TargetScale {
    /// Changes nothing.
    fn default() -> Self {
        TargetScale { shift: 0.0, scale: 1.0 }
    }
}

impl TargetScale {
    /// Takes the statistics of the given rows. A target without spread is only moved to 0, and classes are left alone.
    pub fn fit(method: ScaleTarget, target: &TargetColumn, rows: &[usize]) -> Self {
        let (ScaleTarget::Standard, TargetColumn::Values { values, .. }) = (method, target) else {
            return TargetScale::default();
        };
        let column = Array2::from_shape_fn((rows.len(), 1), |(row, _)| values[rows[row]]);
        let all: Vec<usize> = (0..rows.len()).collect();
        let fitted = Normalizer::fit(Normalize::Standard, &Features::F64(column), &all);
        TargetScale { shift: fitted.shift[0], scale: fitted.scale[0] }
    }

    /// Returns a number in the units of the data as the network sees it.
    pub fn apply(&self, value: f64) -> f64 {
        (value - self.shift) / self.scale
    }

    /// Returns a number of the network in the units of the data.
    pub fn undo(&self, value: f64) -> f64 {
        value * self.scale + self.shift
    }

    /// Returns what a squared error is worth in the units of the data.
    pub fn squared(&self) -> f64 {
        self.scale * self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_training_rows_alone_are_looked_at() {
        let target = TargetColumn::Values { values: vec![10.0, 1e6, 30.0, 20.0], name: "y".to_owned() };
        let scale = TargetScale::fit(ScaleTarget::Standard, &target, &[0, 2]);
        assert_eq!(scale, TargetScale { shift: 20.0, scale: 10.0 });
        assert_eq!((scale.apply(40.0), scale.undo(2.0), scale.squared()), (2.0, 40.0, 100.0));
        assert_eq!(TargetScale::fit(ScaleTarget::None, &target, &[0, 2]), TargetScale::default());
        assert_eq!(
            TargetScale::fit(ScaleTarget::Standard, &target, &[3]),
            TargetScale { shift: 20.0, scale: 1.0 }
        );
    }
}
