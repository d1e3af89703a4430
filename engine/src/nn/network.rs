//! The network: its shape and all its parameters in one vector.

use super::{Architecture, Initializer, LayerShape, Moments};
use crate::numeric::{Real, Streams};

/// A fully connected network. Layer l computes `z = x W[l] + b[l]`, examples as rows; the hidden layers
/// apply the activation, the last one gives logits or a number. With batch normalization z is normalized before the
/// activation, and has no b.
#[derive(Clone, Debug, PartialEq)]
pub struct Network<R> {
    architecture: Architecture,
    parameters: Vec<R>,
    /// What prediction normalizes by: one a normalized layer.
    statistics: Vec<Moments<R>>,
}

/// The parameters of one layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerView<'a, R> {
    /// Where its parameters lie.
    pub shape: LayerShape,
    /// (inputs, outputs), row-major.
    pub weights: &'a [R],
    /// One an output; in a normalized layer beta, which takes its place.
    pub bias: &'a [R],
    /// One an output of a normalized layer, else empty.
    pub gamma: &'a [R],
}

impl<R: Real> Network<R> {
    /// Returns a network with drawn weights. Layer l (from 1) draws from the stream `init/l`, so its weights depend
    /// only on the seed, the initializer and the layer's own size; biases and beta are 0, gamma is 1.
    pub fn new(architecture: Architecture, initializer: Initializer, streams: &Streams) -> Self {
        let mut parameters = vec![R::ZERO; architecture.parameters()];
        for (i, layer) in architecture.layers.iter().enumerate() {
            let mut stream = streams.stream(&format!("init/{}", i + 1));
            initializer.fill(layer.inputs, layer.outputs, &mut stream, &mut parameters[layer.weights()]);
            parameters[layer.gamma()].fill(R::ONE);
        }
        Self::from_parameters(architecture, parameters)
    }

    /// Returns a network with given parameters: of each layer the weights (inputs, outputs) row-major, then the bias
    /// (beta), then gamma where it is normalized. Prediction normalizes by mean 0 and variance 1 at first.
    ///
    /// # Panics
    /// If there are not as many parameters as the architecture has.
    pub fn from_parameters(architecture: Architecture, parameters: Vec<R>) -> Self {
        assert_eq!(parameters.len(), architecture.parameters(), "the parameters do not fit the architecture");
        let normalized = architecture.layers.iter().filter(|layer| layer.normalized);
        let statistics = normalized.map(|layer| Moments::standard(layer.outputs)).collect();
        Network { architecture, parameters, statistics }
    }

    /// Returns the shape of the network.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Returns all parameters, layer after layer.
    pub fn parameters(&self) -> &[R] {
        &self.parameters
    }

    /// Lends all parameters, for a step of an optimizer.
    pub fn parameters_mut(&mut self) -> &mut [R] {
        &mut self.parameters
    }

    /// Returns what prediction normalizes by, one a normalized layer (these are the first layers).
    pub fn statistics(&self) -> &[Moments<R>] {
        &self.statistics
    }

    /// Lends what prediction normalizes by.
    pub fn statistics_mut(&mut self) -> &mut [Moments<R>] {
        &mut self.statistics
    }

    /// Returns whether all parameters and statistics are finite numbers.
    pub fn is_finite(&self) -> bool {
        let mut statistics =
            self.statistics.iter().flat_map(|moments| moments.mean.iter().chain(&moments.variance));
        self.parameters.iter().all(|w| w.is_finite()) && statistics.all(|value| value.is_finite())
    }

    /// Returns how many layers have weights: the hidden ones and the output.
    pub fn depth(&self) -> usize {
        self.architecture.layers.len()
    }

    /// Returns the parameters of a layer, counted from 0.
    #[inline]
    pub fn layer(&self, index: usize) -> LayerView<'_, R> {
        let shape = self.architecture.layers[index];
        LayerView {
            shape,
            weights: &self.parameters[shape.weights()],
            bias: &self.parameters[shape.bias()],
            gamma: &self.parameters[shape.gamma()],
        }
    }

    /// Returns the parameters of each layer, the first hidden one first.
    pub fn layers(&self) -> impl Iterator<Item = LayerView<'_, R>> {
        (0..self.depth()).map(|index| self.layer(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{ModelSettings, Output};

    fn network(hidden: &[usize], init: Initializer, seed: u64) -> Network<f64> {
        let model =
            ModelSettings { hidden: hidden.to_vec(), output: Output::Auto, ..ModelSettings::default() };
        let shape = Architecture::new(&model, 3, Target::Classes(2)).unwrap();
        Network::new(shape, init, &Streams::new(seed))
    }

    #[test]
    fn equal_layers_of_different_networks_start_equal() {
        let (short, deep) = (network(&[4], Initializer::He, 7), network(&[4, 4, 4], Initializer::He, 7));
        assert_eq!(short.layer(0), deep.layer(0));
        assert_ne!(deep.layer(1).weights, deep.layer(2).weights);
        assert_ne!(network(&[4], Initializer::He, 8).layer(0), short.layer(0));
    }

    #[test]
    fn parameters_lie_layer_by_layer_and_biases_are_zero() {
        let network = network(&[4], Initializer::He, 7);
        let mut joined = Vec::new();
        for layer in network.layers() {
            assert!(layer.weights.iter().all(|&w| w != 0.0));
            assert!(layer.bias.iter().all(|&b| b == 0.0));
            joined.extend_from_slice(layer.weights);
            joined.extend_from_slice(layer.bias);
        }
        assert_eq!(joined, network.parameters());
    }

    #[test]
    fn batch_normalization_starts_from_the_same_weights_and_changes_nothing_yet() {
        let batch_norm = Some(crate::nn::BatchNorm::default());
        let model = ModelSettings { hidden: vec![4], batch_norm, ..ModelSettings::default() };
        let shape = Architecture::new(&model, 3, Target::Classes(2)).unwrap();
        let mut normalized = Network::<f64>::new(shape, Initializer::He, &Streams::new(7));
        let plain = network(&[4], Initializer::He, 7);
        for (normalized, plain) in normalized.layers().zip(plain.layers()) {
            assert_eq!((normalized.weights, normalized.bias), (plain.weights, plain.bias));
        }
        assert_eq!(normalized.layer(0).gamma, [1.0; 4]);
        assert_eq!(normalized.statistics(), [Moments::standard(4)]);
        assert!(plain.statistics().is_empty());
        assert!(normalized.is_finite());
        normalized.statistics_mut()[0].variance[1] = f64::INFINITY;
        assert!(!normalized.is_finite());
    }
}
