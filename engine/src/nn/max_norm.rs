//! Max-norm: after each step, the incoming weights w of a unit whose norm is above c are shrunk back to it,
//! `w = c w / ||w||`. Biases, gamma and beta stay.
//!
//! Unlike a penalty it does not pull at small weights, and it holds however large the learning rate is.
//! The paper constrains the hidden units, and uses c between 3 and 4; here, as with Keras' `max_norm` on every layer, the
//! output units are constrained too. Behind a batch normalization the size of the weights does not matter, and so
//! neither does c, but for the size of the steps.
//!
//! Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, Dropout: A Simple Way to Prevent Neural
//! Networks from Overfitting, JMLR 2014, section 5.1.

use super::Network;
use crate::numeric::Real;

/// A bound on the norm of each unit's incoming weights, with the buffer that applying it needs.
#[derive(Clone, Debug)]
pub struct MaxNorm {
    bound: f64,
    /// One a unit of the layer at hand: its squared norm, then what it is multiplied by.
    units: Vec<f64>,
}

impl MaxNorm {
    /// Prepares the bound for a network, with a buffer as wide as its widest layer.
    pub fn new<R: Real>(bound: f64, network: &Network<R>) -> Self {
        let widest = network.architecture().layers.iter().map(|layer| layer.outputs).max().unwrap_or(0);
        MaxNorm { bound, units: vec![0.0; widest] }
    }

    /// Shrinks the weights of every unit beyond the bound. Norms are summed in f64, each a chain over the inputs.
    pub fn apply<R: Real>(&mut self, network: &mut Network<R>) {
        for l in 0..network.depth() {
            let shape = network.architecture().layers[l];
            let weights = &mut network.parameters_mut()[shape.weights()];
            let units = &mut self.units[..shape.outputs];
            units.fill(0.0);
            for row in weights.chunks_exact(shape.outputs) {
                for (sum, w) in units.iter_mut().zip(row) {
                    *sum += w.to_f64() * w.to_f64();
                }
            }
            for unit in &mut *units {
                let norm = unit.sqrt();
                *unit = if norm > self.bound { self.bound / norm } else { 1.0 };
            }
            for row in weights.chunks_exact_mut(shape.outputs) {
                for (w, &factor) in row.iter_mut().zip(&*units) {
                    *w *= R::from_f64(factor);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{Architecture, ModelSettings};

    #[test]
    fn only_units_beyond_the_bound_are_shrunk_and_biases_never() {
        let model = ModelSettings { hidden: vec![2], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 2, Target::Value).unwrap();
        // W1 = [[3, 1], [4, -1]]: the units' norms are 5 and the root of 2; W2 = [6, 8]: 10.
        let parameters = vec![3.0, 1.0, 4.0, -1.0, 90.0, 91.0, 6.0, 8.0, 92.0];
        let mut network = Network::from_parameters(shape, parameters);
        let mut bound = MaxNorm::new(2.5, &network);
        let expected = [1.5, 1.0, 2.0, -1.0, 90.0, 91.0, 1.5, 2.0, 92.0];
        bound.apply(&mut network);
        assert_eq!(network.parameters(), expected);
        bound.apply(&mut network);
        assert_eq!(network.parameters(), expected);
    }

    #[test]
    fn huge_weights_come_back_and_weights_that_are_no_numbers_show() {
        let model = ModelSettings { hidden: vec![], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 1, Target::Value).unwrap();
        let shrunk = |w: f32| {
            let mut network = Network::from_parameters(shape.clone(), vec![w, 0.0]);
            MaxNorm::new(2.0, &network).apply(&mut network);
            network.parameters()[0]
        };
        assert_eq!((shrunk(-1e30), shrunk(1e-30)), (-2.0, 1e-30));
        assert!(shrunk(f32::NAN).is_nan() && shrunk(f32::INFINITY).is_nan());
    }
}
