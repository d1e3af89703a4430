//! L2 regularization as in the course: `J + lambda/(2m) sum ||W||^2`, m the size of the training set.
//!
//! Only weights are penalized, never biases. Dividing by m, and not by the batch, keeps lambda's meaning when the
//! batch size changes. PyTorch's `weight_decay` of an optimizer adds `weight_decay * W` to the gradient, of biases
//! too: its value is lambda/m.
//! Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 7.1.1.

use super::Network;
use crate::numeric::{Real, vectorized};

/// The penalty on large weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L2 {
    pub lambda: f64,
    /// m, the rows of the training set.
    pub rows: usize,
}

impl L2 {
    /// No penalty.
    pub const NONE: L2 = L2 { lambda: 0.0, rows: 1 };

    /// `lambda/(2m) sum ||W||^2`, given `sum ||W||^2`.
    pub fn penalty(&self, squared_norm: f64) -> f64 {
        // No penalty is 0 even of weights that overflowed.
        if self.lambda == 0.0 { 0.0 } else { self.lambda / (2.0 * self.rows as f64) * squared_norm }
    }

    /// Adds `lambda/m W` to the weights' gradient.
    pub fn add_gradient<R: Real>(&self, network: &Network<R>, gradient: &mut [R]) {
        if self.lambda == 0.0 {
            return;
        }
        let factor = R::from_f64(self.lambda / self.rows as f64);
        for layer in network.layers() {
            let gradient = &mut gradient[layer.shape.weights()];
            vectorized(|| {
                for (g, &w) in gradient.iter_mut().zip(layer.weights) {
                    *g += factor * w;
                }
            });
        }
    }
}

impl<R: Real> Network<R> {
    /// `sum ||W||^2` over the weights of all layers, biases not counted.
    pub fn squared_norm(&self) -> f64 {
        self.layers().map(|layer| sum_of_squares(layer.weights)).sum()
    }
}

/// In f64, in eight lanes that are added up at the end: an order that is fast and fixed.
fn sum_of_squares<R: Real>(values: &[R]) -> f64 {
    let mut lanes = [0.0; 8];
    for chunk in values.chunks(8) {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            let value = value.to_f64();
            *lane += value * value;
        }
    }
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{Architecture, ModelSettings};

    #[test]
    fn weights_are_penalized_and_biases_are_not() {
        let model = ModelSettings { hidden: vec![], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 2, Target::Value).unwrap();
        let network = Network::from_parameters(shape, vec![3.0, -4.0, 100.0]);
        assert_eq!(network.squared_norm(), 25.0);
        let l2 = L2 { lambda: 2.0, rows: 10 };
        assert_eq!(l2.penalty(25.0), 2.5);
        let mut gradient = vec![1.0; 3];
        l2.add_gradient(&network, &mut gradient);
        assert_eq!(gradient, [1.0 + 0.2 * 3.0, 1.0 - 0.2 * 4.0, 1.0]);
    }

    #[test]
    fn the_courses_lines() {
        // Slope 1.3 without error costs 1.69, slope 0.8 with errors .09 and .01 costs 0.74, lambda/(2m) being 1.
        let l2 = L2 { lambda: 4.0, rows: 2 };
        assert!((l2.penalty(1.3 * 1.3) - 1.69).abs() < 1e-12);
        assert!((0.09 + 0.01 + l2.penalty(0.8 * 0.8) - 0.74).abs() < 1e-12);
    }

    #[test]
    fn a_long_sum_misses_nothing() {
        let values: Vec<f32> = (1..=21).map(|i| i as f32).collect();
        assert_eq!(sum_of_squares(&values), 3311.0);
        assert_eq!(L2::NONE.penalty(f64::INFINITY), 0.0);
    }
}
