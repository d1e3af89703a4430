//! The forward pass: from a batch of examples to the last layer's logits.

use std::sync::Arc;

use super::batch_norm::Normalization;
use super::dropout::{Masks, mask, masked};
use super::{Activation, Architecture, Moments, Network, PredictionStatistics};
use crate::numeric::{Alone, Finish, Real, Strided, Workers, matmul_by};

/// What a pass is for.
#[derive(Clone, Copy, Debug)]
pub enum Pass<'a, R> {
    /// Each layer sees what the masks leave of its inputs, the loss what they leave of the logits; batch normalization goes by the batch.
    Training(Option<&'a Masks<R>>),
    /// Each layer sees everything; batch normalization goes by the network's statistics, or as its settings say.
    Prediction,
}

impl<R: Real> Pass<'_, R> {
    /// Returns the factors of a layer's inputs, if it drops any; behind the last layer's, those of the logits.
    fn factors(&self, layer: usize) -> Option<&[R]> {
        match self {
            Pass::Training(masks) => masks.and_then(|masks| masks.factors(layer)),
            Pass::Prediction => None,
        }
    }

    /// Returns what a normalized layer goes by; None is the batch itself.
    fn moments<'n>(&self, network: &'n Network<R>, layer: usize) -> Option<&'n Moments<R>> {
        let settings = network.architecture().batch_norm.as_ref()?;
        match (self, settings.prediction) {
            (Pass::Training(_), _) | (_, PredictionStatistics::Batch(_)) => None,
            (Pass::Prediction, _) => Some(&network.statistics()[layer]),
        }
    }
}

/// The buffers of a forward pass over batches of bounded size; it allocates nothing.
#[derive(Clone, Debug)]
pub struct Forward<R> {
    capacity: usize,
    workers: Arc<dyn Workers>,
    /// Of each layer, (rows, outputs): activations, or the logits at the last one.
    outputs: Vec<Vec<R>>,
    /// Of each layer that drops inputs, (rows, inputs): what dropout left of them; else empty.
    dropped: Vec<Vec<R>>,
    /// Of each hidden layer, if they are normalized.
    normalizations: Vec<Normalization<R>>,
    /// The weighted sums, (rows, outputs): of every hidden layer where the activation's derivative needs them, else of the
    /// one at hand. The product itself rectifies those of rectified units, which leaves nothing here.
    sums: Vec<Vec<R>>,
    /// A second copy of the logits, to be spent by whoever judges them.
    pub(super) scratch: Vec<R>,
}

impl<R: Real> Forward<R> {
    /// Makes buffers for batches of up to `rows` examples, with or without dropout.
    pub fn new(architecture: &Architecture, rows: usize) -> Self {
        let layers = &architecture.layers;
        let dropped = layers.iter().zip(&architecture.keep_prob);
        let hidden = layers[..layers.len() - 1].iter().map(|layer| layer.outputs);
        let sums: Vec<usize> = match architecture.activation.needs_sums() {
            true => hidden.collect(),
            false => hidden.max().into_iter().collect(),
        };
        Forward {
            capacity: rows,
            workers: Arc::new(Alone),
            outputs: layers.iter().map(|layer| vec![R::ZERO; rows * layer.outputs]).collect(),
            dropped: dropped
                .map(|(layer, &keep)| vec![R::ZERO; if keep < 1.0 { rows * layer.inputs } else { 0 }])
                .collect(),
            normalizations: architecture
                .batch_norm
                .iter()
                .flat_map(|settings| {
                    let normalized = layers.iter().filter(|layer| layer.normalized);
                    normalized.map(|layer| Normalization::new(settings.epsilon, layer.outputs, rows))
                })
                .collect(),
            sums: sums.into_iter().map(|outputs| vec![R::ZERO; rows * outputs]).collect(),
            scratch: vec![R::ZERO; rows * architecture.outputs()],
        }
    }

    /// Returns the same buffers, large products spread over workers.
    pub fn with_workers(self, workers: Arc<dyn Workers>) -> Self {
        Forward { workers, ..self }
    }

    /// Returns the most rows that a batch may have.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Runs a batch through the network: `x` is (rows, features) row-major.
    pub fn run(&mut self, network: &Network<R>, x: &[R], rows: usize, pass: Pass<R>) {
        (0..network.depth()).for_each(|l| self.run_layer(network, l, x, rows, pass));
    }

    /// Runs one layer (from 0) on what the one before gave.
    #[cfg_attr(gradbook_module, optimize(speed))]
    pub(super) fn run_layer(&mut self, network: &Network<R>, l: usize, x: &[R], rows: usize, pass: Pass<R>) {
        let layer = network.layer(l);
        let (inputs, outputs) = (layer.shape.inputs, layer.shape.outputs);
        let (before, after) = self.outputs.split_at_mut(l);
        let mut input = if l == 0 { x } else { &before[l - 1][..rows * inputs] };
        if let Some(factors) = pass.factors(l) {
            let left = &mut self.dropped[l][..rows * inputs];
            masked(input, factors, left);
            input = left;
        }
        let output = &mut after[0][..rows * outputs];
        let input = Strided::rows(input, inputs);
        let workers = &*self.workers;
        let product = |finish, to: &mut [R]| {
            matmul_by(workers, rows, outputs, inputs, input, layer.weights, finish, to);
        };
        if l + 1 == network.depth() {
            product(Finish::Bias(layer.bias), output);
            if let Some(factors) = pass.factors(l + 1) {
                mask(output, factors);
            }
            return;
        }
        let activation = network.architecture().activation;
        let z = &mut self.sums[if activation.needs_sums() { l } else { 0 }][..rows * outputs];
        if let Some(normalization) = self.normalizations.get_mut(l) {
            product(Finish::Sums, z);
            normalization.forward(layer, pass.moments(network, l), z);
        } else if activation == Activation::Relu {
            return product(Finish::BiasAndRelu(layer.bias), output);
        } else {
            product(Finish::Bias(layer.bias), z);
        }
        activation.apply(z, output);
    }

    /// Returns mean and variance of the units of a layer (from 0) over the batch of the last training pass; None
    /// without batch normalization.
    pub fn batch_moments(&self, layer: usize) -> Option<&Moments<R>> {
        self.normalizations.get(layer).map(Normalization::moments)
    }

    pub(super) fn normalization(&self, layer: usize) -> Option<&Normalization<R>> {
        self.normalizations.get(layer)
    }

    /// Returns what a layer (from 0) gave in the last run, (rows, outputs): activations before dropout, and the logits
    /// or predicted numbers at the last layer, as the loss sees them: after dropout.
    pub fn output(&self, layer: usize, rows: usize) -> &[R] {
        let all = &self.outputs[layer];
        &all[..all.len() / self.capacity.max(1) * rows]
    }

    /// Returns what the derivative of a hidden layer's (from 0) activation is told from, (rows, outputs): its weighted sums
    /// where the activation [needs](Activation::needs_sums) them, else the activations.
    pub(super) fn kept(&self, activation: Activation, layer: usize, rows: usize) -> &[R] {
        if !activation.needs_sums() {
            return self.output(layer, rows);
        }
        let all = &self.sums[layer];
        &all[..all.len() / self.capacity.max(1) * rows]
    }

    /// Returns what the last layer gave in the last run, (rows, outputs).
    pub fn logits(&self, rows: usize) -> &[R] {
        self.output(self.outputs.len() - 1, rows)
    }

    /// Returns what a layer (from 0) saw in the last run, (rows, inputs), dropout applied.
    pub(super) fn input<'a>(
        &'a self,
        layer: usize,
        x: &'a [R],
        rows: usize,
        masks: Option<&Masks<R>>,
    ) -> &'a [R] {
        match masks.and_then(|masks| masks.factors(layer)) {
            Some(_) => {
                let all = &self.dropped[layer];
                &all[..all.len() / self.capacity.max(1) * rows]
            }
            None if layer == 0 => x,
            None => self.output(layer - 1, rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{Activation, ModelSettings, PerLayer};
    use crate::numeric::Streams;

    fn architecture(activation: Activation, keep: Option<PerLayer>) -> Architecture {
        let model =
            ModelSettings { hidden: vec![2], activation, keep_prob: keep, ..ModelSettings::default() };
        Architecture::new(&model, 2, Target::Value).unwrap()
    }

    /// W1 = [[1, -1], [2, 0.5]], b1 = [0, 1], W2 = [2, 3], b2 = 0.5.
    fn small(activation: Activation, keep: Option<PerLayer>) -> Network<f64> {
        let parameters = vec![1.0, -1.0, 2.0, 0.5, 0.0, 1.0, 2.0, 3.0, 0.5];
        Network::from_parameters(architecture(activation, keep), parameters)
    }

    #[test]
    fn two_layers_by_hand() {
        let network = small(Activation::Relu, None);
        let mut forward = Forward::new(network.architecture(), 4);
        // x = [1, 2]: z1 = [5, 1]; y = 10 + 3 + 0.5. x = [3, 0]: z1 = [3, -2] -> [3, 0]; y = 6.5.
        forward.run(&network, &[1.0, 2.0, 3.0, 0.0], 2, Pass::Prediction);
        assert_eq!(forward.output(0, 2), [5.0, 1.0, 3.0, 0.0]);
        assert_eq!(forward.logits(2), [13.5, 6.5]);
    }

    #[test]
    fn a_row_does_not_depend_on_its_batch() {
        let network = small(Activation::Tanh, None);
        let x: Vec<f64> = (0..40).map(|i| f64::from(i) * 0.1 - 2.0).collect();
        let mut whole = Forward::new(network.architecture(), 20);
        whole.run(&network, &x, 20, Pass::Prediction);
        let mut single = Forward::new(network.architecture(), 1);
        for (i, row) in x.chunks_exact(2).enumerate() {
            single.run(&network, row, 1, Pass::Prediction);
            assert_eq!(single.logits(1)[0], whole.logits(20)[i]);
        }
    }

    #[test]
    fn dropped_logits_are_0_to_the_loss_in_training_alone() {
        let network = small(Activation::Relu, Some(PerLayer::Each(vec![1.0, 1.0, 0.5])));
        let mut masks = Masks::new(network.architecture(), 40, &Streams::new(1)).unwrap();
        masks.draw(40);
        let x = [1.0, 2.0].repeat(40);
        let mut forward = Forward::new(network.architecture(), 40);
        forward.run(&network, &x, 40, Pass::Training(Some(&masks)));
        let expected: Vec<f64> = masks.factors(2).unwrap().iter().map(|factor| 13.5 * factor).collect();
        assert_eq!(forward.logits(40), expected);
        assert!(expected.contains(&0.0) && expected.contains(&27.0));
        forward.run(&network, &x, 40, Pass::Prediction);
        assert_eq!(forward.logits(40), [13.5; 40]);
    }

    #[test]
    fn dropout_scales_what_it_keeps_and_keeps_the_mean() {
        let network = small(Activation::Linear, Some(PerLayer::Hidden(0.5)));
        let rows = 4000;
        let mut masks = Masks::new(network.architecture(), rows, &Streams::new(1)).unwrap();
        masks.draw(rows);
        let x = [1.0, 2.0].repeat(rows);
        let mut forward = Forward::new(network.architecture(), rows);
        forward.run(&network, &x, rows, Pass::Training(Some(&masks)));
        // Hidden [5, 1], each doubled or dropped: y is 0.5 + {0, 20} + {0, 6}.
        let outputs = forward.logits(rows);
        assert!(outputs.iter().all(|y| [0.5, 20.5, 6.5, 26.5].contains(y)));
        let mean = outputs.iter().sum::<f64>() / rows as f64;
        assert!((mean - 13.5).abs() < 0.7, "{mean}");
        forward.run(&network, &x, rows, Pass::Prediction);
        assert!(forward.logits(rows).iter().all(|&y| y == 13.5));
    }
}
