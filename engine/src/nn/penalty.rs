//! Penalties on large weights: `J = mean loss + lambda1/m sum |W| + lambda2/(2m) sum ||W||^2`, m the size of the
//! training set.
//!
//! Their gradients are `lambda1/m sign(W)`, with sign(0) = 0, and `lambda2/m W`: L1 (lambda1) takes the same from every
//! weight, L2 (lambda2) takes a share. Behind an optimizer's step L1 leaves many weights near 0, within about a
//! step, but seldom at 0: only a proximal step would put them there.
//!
//! Only weights are penalized, never biases, and never gamma and beta of batch normalization. Dividing by m, and not by
//! the batch, keeps lambda's meaning when the batch size changes.
//!
//! Where implementations disagree: the course also writes L1 with 1/(2m), which halves lambda1. PyTorch's
//! `weight_decay` of an optimizer adds `weight_decay * W` to the gradient, of biases too: its value is lambda2/m. Keras
//! divides by nothing.
//!
//! Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 7.1.1 and 7.1.2.

use super::Network;
use crate::numeric::{Real, vectorized};

/// The penalties on large weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Penalty {
    /// lambda1, of `sum |W|`.
    pub l1: f64,
    /// lambda2, of `sum ||W||^2`.
    pub l2: f64,
    /// m, the rows of the training set.
    pub rows: usize,
}

impl Penalty {
    /// Penalizes nothing.
    pub const NONE: Penalty = Penalty { l1: 0.0, l2: 0.0, rows: 1 };

    /// Computes `lambda1/m sum |W| + lambda2/(2m) sum ||W||^2`.
    pub fn of<R: Real>(&self, network: &Network<R>) -> f64 {
        // No penalty is 0 even of weights that overflowed.
        let l1 = if self.l1 == 0.0 { 0.0 } else { self.l1 / self.rows as f64 * network.absolute_sum() };
        let l2 =
            if self.l2 == 0.0 { 0.0 } else { self.l2 / (2.0 * self.rows as f64) * network.squared_norm() };
        l1 + l2
    }

    /// Adds `lambda1/m sign(W) + lambda2/m W` to the weights' gradient.
    pub fn add_gradient<R: Real>(&self, network: &Network<R>, gradient: &mut [R]) {
        if *self == (Penalty { rows: self.rows, ..Penalty::NONE }) {
            return;
        }
        let share = |lambda: f64| R::from_f64(lambda / self.rows as f64);
        for layer in network.layers() {
            let gradient = &mut gradient[layer.shape.weights()];
            if self.l2 != 0.0 {
                let factor = share(self.l2);
                add(gradient, layer.weights, |w| factor * w);
            }
            if self.l1 != 0.0 {
                let size = share(self.l1);
                add(gradient, layer.weights, |w| if w == R::ZERO { R::ZERO } else { size.copysign(w) });
            }
        }
    }
}

/// Computes `gradient += of(w)`, element by element.
#[inline(always)]
fn add<R: Real>(gradient: &mut [R], weights: &[R], of: impl Fn(R) -> R) {
    vectorized(|| {
        for (g, &w) in gradient.iter_mut().zip(weights) {
            *g += of(w);
        }
    });
}

impl<R: Real> Network<R> {
    /// Computes `sum ||W||^2` over the weights of all layers, biases not counted.
    pub fn squared_norm(&self) -> f64 {
        self.layers().map(|layer| in_lanes(layer.weights, |w| w * w)).sum()
    }

    /// Computes `sum |W|` over the weights of all layers, biases not counted.
    pub fn absolute_sum(&self) -> f64 {
        self.layers().map(|layer| in_lanes(layer.weights, f64::abs)).sum()
    }
}

/// Returns a sum in f64, in eight lanes that are added up at the end: an order that is fast and fixed.
fn in_lanes<R: Real>(values: &[R], of: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; 8];
    for chunk in values.chunks(8) {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += of(value.to_f64());
        }
    }
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{Architecture, BatchNorm, ModelSettings};

    fn linear(parameters: Vec<f64>) -> Network<f64> {
        let model = ModelSettings { hidden: vec![], ..ModelSettings::default() };
        let shape = Architecture::new(&model, parameters.len() - 1, Target::Value).unwrap();
        Network::from_parameters(shape, parameters)
    }

    fn l2(lambda: f64, rows: usize) -> Penalty {
        Penalty { l2: lambda, rows, ..Penalty::NONE }
    }

    #[test]
    fn weights_are_penalized_and_biases_are_not() {
        let network = linear(vec![3.0, -4.0, 0.0, 100.0]);
        assert_eq!((network.squared_norm(), network.absolute_sum()), (25.0, 7.0));
        assert_eq!(l2(2.0, 10).of(&network), 2.5);
        assert_eq!(Penalty { l1: 2.0, l2: 2.0, rows: 8 }.of(&network), 1.75 + 3.125);
        let gradient = |penalty: Penalty| {
            let mut gradient = vec![1.0; 4];
            penalty.add_gradient(&network, &mut gradient);
            gradient
        };
        assert_eq!(gradient(l2(2.0, 10)), [1.0 + 0.2 * 3.0, 1.0 - 0.2 * 4.0, 1.0, 1.0]);
        assert_eq!(gradient(Penalty { l1: 5.0, l2: 0.0, rows: 10 }), [1.5, 0.5, 1.0, 1.0]);
        assert_eq!(gradient(Penalty { l1: 5.0, l2: 10.0, rows: 10 }), [4.5, -3.5, 1.0, 1.0]);
    }

    #[test]
    fn gamma_and_beta_are_not_penalized() {
        let batch_norm = Some(BatchNorm::default());
        let model = ModelSettings { hidden: vec![1], batch_norm, ..ModelSettings::default() };
        let shape = Architecture::new(&model, 1, Target::Value).unwrap();
        let network = Network::from_parameters(shape, vec![3.0, 10.0, 20.0, -4.0, 30.0]);
        assert_eq!((network.squared_norm(), network.absolute_sum()), (25.0, 7.0));
        let mut gradient = vec![0.0; 5];
        Penalty { l1: 1.0, l2: 1.0, rows: 1 }.add_gradient(&network, &mut gradient);
        assert_eq!(gradient, [4.0, 0.0, 0.0, -5.0, 0.0]);
    }

    #[test]
    fn the_courses_lines() {
        // Slope 1.3 without error costs 1.69, slope 0.8 with errors .09 and .01 costs 0.74, lambda/(2m) being 1.
        let slope = |slope| l2(4.0, 2).of(&linear(vec![slope, 1.0]));
        assert!((slope(1.3) - 1.69).abs() < 1e-12);
        assert!((0.09 + 0.01 + slope(0.8) - 0.74).abs() < 1e-12);
    }

    #[test]
    fn a_long_sum_misses_nothing() {
        let values: Vec<f32> = (1..=21).map(|i| i as f32).collect();
        assert_eq!(in_lanes(&values, |w| w * w), 3311.0);
        assert_eq!(Penalty::NONE.of(&linear(vec![f64::INFINITY, 0.0])), 0.0);
    }
}
