//! The backward pass: from the gradient at the logits to the gradient of every parameter.
//!
//! With `delta[l]` the gradient with respect to z of layer l (rows, outputs):
//! `dW[l] = input[l]^T delta[l]`, `db[l]` = column sums of `delta[l]`, and
//! `delta[l-1] = (delta[l] W[l]^T) * mask * g'(z[l-1])`. With batch normalization the activation gives the gradient
//! with respect to z~, from which [`Normalization`](super::batch_norm) leads on to z.
//! Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, Nature 1986.

use std::sync::Arc;

use super::dropout::{Masks, mask};
use super::loss::output_gradient;
use super::{Activation, Architecture, Forward, Network};
use crate::data::Targets;
use crate::numeric::{Alone, Finish, Real, Strided, Workers, matmul_by, transpose};

/// The buffers of a backward pass over batches of bounded size; it allocates nothing.
#[derive(Clone, Debug)]
pub struct Backward<R> {
    capacity: usize,
    workers: Arc<dyn Workers>,
    /// Of each layer, (rows, outputs): the gradient of the mean loss with respect to z.
    deltas: Vec<Vec<R>>,
    /// The gradient with respect to the inputs of the layer at hand, (rows, inputs), unless the product itself goes on
    /// through rectified units.
    upstream: Vec<R>,
    /// The weights of the layer at hand, (outputs, inputs).
    transposed: Vec<R>,
    /// Of every parameter, in the order of the parameters.
    gradient: Vec<R>,
}

impl<R: Real> Backward<R> {
    /// Makes buffers for batches of up to `rows` examples.
    pub fn new(architecture: &Architecture, rows: usize) -> Self {
        let layers = &architecture.layers;
        let largest = layers.iter().skip(1).map(|layer| layer.weights().len()).max().unwrap_or(0);
        let widest = layers.iter().skip(1).map(|layer| layer.inputs).max().unwrap_or(0);
        Backward {
            capacity: rows,
            workers: Arc::new(Alone),
            deltas: layers.iter().map(|layer| vec![R::ZERO; rows * layer.outputs]).collect(),
            upstream: vec![R::ZERO; rows * widest],
            transposed: vec![R::ZERO; largest],
            gradient: vec![R::ZERO; architecture.parameters()],
        }
    }

    /// Returns the same buffers, large products spread over workers.
    pub fn with_workers(self, workers: Arc<dyn Workers>) -> Self {
        Backward { workers, ..self }
    }

    /// Computes the gradient of the batch's mean loss from the last forward run, which must have been a training
    /// pass with the same network, batch and masks.
    pub fn run(
        &mut self,
        network: &Network<R>,
        forward: &Forward<R>,
        x: &[R],
        targets: Targets<R>,
        masks: Option<&Masks<R>>,
    ) {
        self.begin(network, forward, targets, masks);
        (0..network.depth()).rev().for_each(|l| self.run_layer(network, forward, l, x, targets.len(), masks));
    }

    /// Computes the gradient at what the last layer gives.
    pub(super) fn begin(
        &mut self,
        network: &Network<R>,
        forward: &Forward<R>,
        targets: Targets<R>,
        masks: Option<&Masks<R>>,
    ) {
        let logits = forward.logits(targets.len());
        let delta = &mut self.deltas[network.depth() - 1][..logits.len()];
        output_gradient(network.architecture().output, logits, targets, delta);
        if let Some(factors) = masks.and_then(|masks| masks.factors(network.depth())) {
            mask(delta, factors);
        }
    }

    /// Computes from the gradient at what the activation of a layer (from 0) was given, that of the layer's parameters, and
    /// that at what the activation before it was given.
    #[cfg_attr(gradbook_module, optimize(speed))]
    pub(super) fn run_layer(
        &mut self,
        network: &Network<R>,
        forward: &Forward<R>,
        l: usize,
        x: &[R],
        rows: usize,
        masks: Option<&Masks<R>>,
    ) {
        let layer = network.layer(l);
        let (inputs, outputs) = (layer.shape.inputs, layer.shape.outputs);
        let (before, after) = self.deltas.split_at_mut(l);
        let delta = &mut after[0][..rows * outputs];
        let of_parameters = &mut self.gradient[layer.shape.weights().start..layer.shape.end()];
        let input = Strided::transposed(forward.input(l, x, rows, masks), inputs);
        if let Some(normalization) = forward.normalization(l) {
            let (d_weights, others) = of_parameters.split_at_mut(inputs * outputs);
            let (d_beta, d_gamma) = others.split_at_mut(outputs);
            normalization.backward(layer.gamma, delta, d_gamma, d_beta);
            matmul_by(&*self.workers, inputs, outputs, rows, input, delta, Finish::Sums, d_weights);
        } else {
            // A bias is one more row of weights, behind the others, whose input is always 1.
            let (input, inputs) = (input.above_ones(), inputs + 1);
            matmul_by(&*self.workers, inputs, outputs, rows, input, delta, Finish::Sums, of_parameters);
        }
        if l == 0 {
            return;
        }
        let transposed = &mut self.transposed[..inputs * outputs];
        transpose(inputs, outputs, layer.weights, transposed);
        let delta = Strided::rows(delta, outputs);
        let product = |finish, to: &mut [R]| {
            matmul_by(&*self.workers, rows, inputs, outputs, delta, transposed, finish, to);
        };
        let activation = network.architecture().activation;
        let kept = forward.kept(activation, l - 1, rows);
        let below = &mut before[l - 1][..rows * inputs];
        let factors = masks.and_then(|masks| masks.factors(l));
        if factors.is_none() && activation == Activation::Relu {
            return product(Finish::WherePositive(kept), below);
        }
        let upstream = &mut self.upstream[..rows * inputs];
        product(Finish::Sums, upstream);
        if let Some(factors) = factors {
            mask(upstream, factors);
        }
        activation.backward(kept, upstream, below);
    }

    /// Returns the gradient of every parameter, in the order of the parameters.
    pub fn gradient(&self) -> &[R] {
        &self.gradient
    }

    /// Lends the gradient, for what is to be added to it.
    pub fn gradient_mut(&mut self) -> &mut [R] {
        &mut self.gradient
    }

    /// Returns the gradient of the mean loss with respect to z of a layer (from 0), (rows, outputs).
    pub fn delta(&self, layer: usize, rows: usize) -> &[R] {
        let all = &self.deltas[layer];
        &all[..all.len() / self.capacity.max(1) * rows]
    }

    pub(super) fn delta_mut(&mut self, layer: usize, rows: usize) -> &mut [R] {
        let all = &mut self.deltas[layer];
        let length = all.len() / self.capacity.max(1) * rows;
        &mut all[..length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{ModelSettings, Pass, PerLayer};
    use crate::numeric::Streams;

    #[test]
    fn two_layers_by_hand() {
        // W1 = [[1, -1], [2, 0.5]], b1 = [0, 1], W2 = [2, 3], b2 = 0.5, relu, squared error.
        let model = ModelSettings { hidden: vec![2], ..ModelSettings::default() };
        let architecture = Architecture::new(&model, 2, Target::Value).unwrap();
        let parameters = vec![1.0, -1.0, 2.0, 0.5, 0.0, 1.0, 2.0, 3.0, 0.5];
        let network = Network::from_parameters(architecture, parameters);
        let x = [1.0, 2.0, 3.0, 0.0];
        let targets = [13.0, 7.5];
        let mut forward = Forward::new(network.architecture(), 2);
        let mut backward = Backward::new(network.architecture(), 2);
        forward.run(&network, &x, 2, Pass::Training(None));
        backward.run(&network, &forward, &x, Targets::Values(&targets), None);
        // Predictions 13.5 and 6.5: delta2 = 2 (0.5, -1) / 2 = (0.5, -1).
        assert_eq!(backward.delta(1, 2), [0.5, -1.0]);
        // delta1 = delta2 W2^T, second unit off at row 2: [[1, 1.5], [-2, 0]].
        assert_eq!(backward.delta(0, 2), [1.0, 1.5, -2.0, 0.0]);
        // dW1 = x^T delta1 = [[1 - 6, 1.5], [2, 3]], db1 = [-1, 1.5];
        // dW2 = [5 * 0.5 - 3, 1 * 0.5], db2 = -0.5.
        assert_eq!(backward.gradient(), [-5.0, 1.5, 2.0, 3.0, -1.0, 1.5, -0.5, 0.5, -0.5]);
    }

    #[test]
    fn a_dropped_logit_teaches_nothing_and_a_kept_one_more() {
        // y = 3 x - 1, squared error; half of the predictions are dropped, the others doubled.
        let model = ModelSettings {
            hidden: Vec::new(),
            keep_prob: Some(PerLayer::Each(vec![1.0, 0.5])),
            ..ModelSettings::default()
        };
        let architecture = Architecture::new(&model, 1, Target::Value).unwrap();
        let network = Network::from_parameters(architecture, vec![3.0, -1.0]);
        let mut masks = Masks::new(network.architecture(), 4, &Streams::new(2)).unwrap();
        masks.draw(4);
        let kept: Vec<bool> = masks.factors(1).unwrap().iter().map(|factor| *factor == 2.0).collect();
        assert!(kept.contains(&true) && kept.contains(&false), "{kept:?}");
        let (x, targets) = ([1.0, 2.0, 3.0, 4.0], [1.0, 0.0, -1.0, 2.0]);
        let mut forward = Forward::new(network.architecture(), 4);
        let mut backward = Backward::new(network.architecture(), 4);
        forward.run(&network, &x, 4, Pass::Training(Some(&masks)));
        backward.run(&network, &forward, &x, Targets::Values(&targets), Some(&masks));
        // Where kept, the loss is (2 (3 x - 1) - t)^2 / 4, and its derivative by the prediction 2 (3 x - 1) - t.
        let delta = |i: usize| if kept[i] { 2.0 * (3.0 * x[i] - 1.0) - targets[i] } else { 0.0 };
        let deltas: Vec<f64> = (0..4).map(delta).collect();
        assert_eq!(backward.delta(0, 4), deltas);
        let of_weight: f64 = x.iter().zip(&deltas).map(|(x, delta)| x * delta).sum();
        assert_eq!(backward.gradient(), [of_weight, deltas.iter().sum()]);
    }
}
