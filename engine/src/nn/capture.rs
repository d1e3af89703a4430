//! A look inside: activations and gradients of every layer on one batch.

use super::{Architecture, Backward, Forward, Network, Pass};
use crate::data::Targets;
use crate::numeric::Real;

/// What one layer did on a batch, dropout off; batch normalization goes by the batch, as in training.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerCapture {
    /// Activations of a hidden layer, logits (or predicted numbers) of the last; (rows, units) row-major.
    pub activations: Vec<f64>,
    /// The gradient of each example's own loss with respect to z, (rows, units): that of the mean loss times
    /// the rows, so that it does not shrink as the batch grows.
    pub gradients: Vec<f64>,
    /// The Euclidean norm of the gradient of the mean loss with respect to the layer's weights.
    pub weight_gradient_norm: f64,
    /// The share of activations where the derivative is nearly 0: |tanh| above 0.99, sigmoid below 0.01 or
    /// above 0.99; 0 for other activations and at the last layer.
    pub saturated: f64,
    /// The share of activations where tanh or sigmoid is nearly a straight line: |z| below 0.5; 0 for other activations and at the
    /// last layer.
    pub straight: f64,
    /// The share of units that are 0 for every row of the batch: relu units that learn nothing from it.
    pub dead: f64,
}

impl LayerCapture {
    /// Returns how the activations are spread.
    pub fn activation(&self) -> Spread {
        Spread::of(&self.activations)
    }

    /// Returns how the gradients are spread.
    pub fn gradient(&self) -> Spread {
        Spread::of(&self.gradients)
    }
}

/// Mean, standard deviation and root mean square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The sum divided by the count.
    pub mean: f64,
    /// Of the population: divided by n.
    pub sd: f64,
    /// The root of the mean square.
    pub rms: f64,
}

impl Spread {
    /// Measures how values are spread: NaN throughout for none.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
        let square = values.iter().map(|v| v * v).sum::<f64>() / n;
        Spread { mean, sd: variance.sqrt(), rms: square.sqrt() }
    }
}

/// Runs a batch forward and backward and keeps what each layer did; `x` is (rows, features) row-major.
pub fn capture<R: Real>(network: &Network<R>, x: &[R], targets: Targets<R>) -> Vec<LayerCapture> {
    let rows = targets.len();
    let shape = network.architecture();
    let mut forward = Forward::new(shape, rows);
    let mut backward = Backward::new(shape, rows);
    forward.run(network, x, rows, Pass::Training(None));
    backward.run(network, &forward, x, targets, None);
    (0..network.depth()).map(|l| capture_layer(shape, &forward, &backward, l, rows)).collect()
}

fn capture_layer<R: Real>(
    shape: &Architecture,
    forward: &Forward<R>,
    backward: &Backward<R>,
    layer: usize,
    rows: usize,
) -> LayerCapture {
    let units = shape.layers[layer].outputs;
    let hidden = layer + 1 < shape.layers.len();
    let activations: Vec<f64> = forward.output(layer, rows).iter().map(|a| a.to_f64()).collect();
    let weight_gradient = &backward.gradient()[shape.layers[layer].weights()];
    let saturated = activations.iter().filter(|&&a| hidden && shape.activation.saturated(a)).count();
    let straight = activations.iter().filter(|&&a| hidden && shape.activation.nearly_straight(a)).count();
    let dead = (0..units).filter(|&u| hidden && activations.iter().skip(u).step_by(units).all(|&a| a == 0.0));
    LayerCapture {
        gradients: backward.delta(layer, rows).iter().map(|d| d.to_f64() * rows as f64).collect(),
        weight_gradient_norm: weight_gradient.iter().map(|g| g.to_f64() * g.to_f64()).sum::<f64>().sqrt(),
        saturated: saturated as f64 / activations.len() as f64,
        straight: straight as f64 / activations.len() as f64,
        dead: dead.count() as f64 / units as f64,
        activations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{Activation, Initializer, ModelSettings};
    use crate::numeric::Streams;

    fn deep(activation: Activation, init: Initializer) -> Vec<LayerCapture> {
        let model = ModelSettings { hidden: vec![100; 10], activation, ..ModelSettings::default() };
        let shape = Architecture::new(&model, 100, Target::Classes(2)).unwrap();
        let network = Network::<f64>::new(shape, init, &Streams::new(2));
        let mut stream = Streams::new(2).stream("case");
        let x: Vec<f64> = (0..50 * 100).map(|_| stream.normal()).collect();
        let labels: Vec<u32> = (0..50).map(|i| i % 2).collect();
        capture(&network, &x, Targets::Classes(&labels))
    }

    #[test]
    fn he_keeps_the_size_of_relu_signals_and_small_weights_lose_it() {
        let he = deep(Activation::Relu, Initializer::He);
        assert_eq!(he.len(), 11);
        let ratio = he[9].activation().rms / he[0].activation().rms;
        assert!((0.5..2.0).contains(&ratio), "{ratio}");
        let small = deep(Activation::Relu, Initializer::Normal(0.01));
        assert!(small[9].activation().rms / small[0].activation().rms < 1e-8);
        assert!(small[0].gradient().rms / small[9].gradient().rms < 1e-8);
    }

    #[test]
    fn large_weights_saturate_tanh() {
        let layers = deep(Activation::Tanh, Initializer::Normal(1.0));
        assert!(layers[5].saturated > 0.6);
        assert_eq!(layers[10].saturated, 0.0);
        assert!(layers[5].straight < 0.2 && layers[10].straight == 0.0);
        assert!(deep(Activation::Tanh, Initializer::Xavier)[5].saturated < 0.05);
    }

    #[test]
    fn a_layer_by_hand() {
        let model = ModelSettings { hidden: vec![2], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 1, Target::Value).unwrap();
        // z1 = (x, -x): the second unit is dead on positive inputs. y = a1.
        let network = Network::from_parameters(shape, vec![1.0, -1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        let layers = capture(&network, &[1.0, 3.0], Targets::Values(&[0.0, 1.0]));
        assert_eq!(layers[0].activations, [1.0, 0.0, 3.0, 0.0]);
        assert_eq!(layers[0].dead, 0.5);
        // Each example's own gradient: 2 (y - target) = 2, 4, through the first unit alone.
        assert_eq!(layers[1].gradients, [2.0, 4.0]);
        assert_eq!(layers[0].gradients, [2.0, 0.0, 4.0, 0.0]);
        // dW1 = mean of x delta = (1 * 2 + 3 * 4) / 2.
        assert_eq!(layers[0].weight_gradient_norm, 7.0);
        assert_eq!(Spread::of(&[1.0, 3.0]), Spread { mean: 2.0, sd: 1.0, rms: 5.0_f64.sqrt() });
    }
}
