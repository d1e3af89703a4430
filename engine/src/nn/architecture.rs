//! The shape of a network, known before anything is computed.

use std::ops::Range;

use super::{Activation, BatchNorm, ModelSettings, Output, PREDICTION_ROWS};
use crate::data::Target;
use crate::problem::Problem;

/// What the last layer gives, decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputLayer {
    /// One logit a class; cross-entropy of their softmax.
    Softmax,
    /// One logit for class 1 of two; cross-entropy of its sigmoid.
    Sigmoid,
    /// One number; squared error.
    Linear,
}

/// The shape of a network: everything but its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// The hidden ones, then the output.
    pub layers: Vec<LayerShape>,
    /// Of the hidden layers.
    pub activation: Activation,
    /// What the last layer's numbers mean.
    pub output: OutputLayer,
    /// Of the hidden layers.
    pub batch_norm: Option<BatchNorm>,
    /// The share of inputs that each layer keeps in training, and at the end that of the logits; 1 is no dropout.
    pub keep_prob: Vec<f64>,
}

/// One fully connected layer, and where its parameters lie in the network's one vector:
/// the weights (inputs, outputs) row-major, then the bias. In a layer with batch normalization beta takes
/// the place of the bias, and gamma follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerShape {
    /// How many numbers come in.
    pub inputs: usize,
    /// How many units it has.
    pub outputs: usize,
    /// Where its first weight lies.
    pub offset: usize,
    /// Whether batch normalization stands between the weighted sums and the activation.
    pub normalized: bool,
}

impl LayerShape {
    /// Returns where its weights lie, (inputs, outputs) row-major.
    pub fn weights(&self) -> Range<usize> {
        self.offset..self.offset + self.inputs * self.outputs
    }

    /// Returns what is added to each unit: the bias, or the beta of batch normalization.
    pub fn bias(&self) -> Range<usize> {
        self.weights().end..self.weights().end + self.outputs
    }

    /// Returns what batch normalization multiplies each unit by; empty without it.
    pub fn gamma(&self) -> Range<usize> {
        self.bias().end..self.end()
    }

    /// Returns where its parameters end, and the next layer's begin.
    pub fn end(&self) -> usize {
        self.bias().end + if self.normalized { self.outputs } else { 0 }
    }
}

impl Architecture {
    /// Returns the network that these settings mean for so many features and this target.
    ///
    /// # Errors
    /// All problems of the settings, alone and with the target.
    pub fn new(model: &ModelSettings, features: usize, target: Target) -> Result<Self, Vec<Problem>> {
        let mut problems = model.check();
        let output = resolve(model.output, target).map_err(|problem| problems.push(problem)).ok();
        let (Some(output), true) = (output, problems.is_empty()) else { return Err(problems) };
        let outputs = match (output, target) {
            (OutputLayer::Softmax, Target::Classes(count)) => count,
            _ => 1,
        };
        Ok(Architecture {
            layers: stack(features, &model.widths(), outputs, model.batch_norm.is_some()),
            activation: model.activation,
            output,
            batch_norm: model.batch_norm.clone(),
            keep_prob: model.keep_probabilities(),
        })
    }

    /// Returns how many features an example has.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs
    }

    /// Returns columns of the last layer: the classes of a softmax, else 1.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// Returns how many numbers the network learns.
    pub fn parameters(&self) -> usize {
        self.layers[self.layers.len() - 1].end()
    }

    /// Counts the multiply-adds of the matrix products for one example, forward.
    pub fn forward_multiply_adds(&self) -> u64 {
        self.layers.iter().map(|layer| layer.weights().len() as u64).sum()
    }

    /// Counts the multiply-adds of the matrix products for one example, forward and backward: each layer once
    /// forward, once for the weights' gradient, and once for its input's (not needed at the first).
    pub fn training_multiply_adds(&self) -> u64 {
        3 * self.forward_multiply_adds() - self.layers[0].weights().len() as u64
    }

    /// Returns units of all layers, input not counted: the numbers kept of one example in a forward pass.
    pub fn units(&self) -> usize {
        self.layers.iter().map(|layer| layer.outputs).sum()
    }

    /// Returns the rows that prediction takes at a time.
    pub fn prediction_rows(&self) -> usize {
        self.batch_norm.as_ref().and_then(BatchNorm::prediction_rows).unwrap_or(PREDICTION_ROWS)
    }

    /// Returns the parameters in blocks, with the names of the course: `W1`, `b1`, `W2`, ...; in a normalized layer
    /// `W1`, `beta1`, `gamma1`.
    pub fn blocks(&self) -> Vec<(String, Range<usize>)> {
        let mut blocks = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            let mut block = |name: &str, range| blocks.push((format!("{name}{}", i + 1), range));
            block("W", layer.weights());
            if layer.normalized {
                block("beta", layer.bias());
                block("gamma", layer.gamma());
            } else {
                block("b", layer.bias());
            }
        }
        blocks
    }

    /// Returns what dropout could act on, as numbers a row, with the share that stays: each layer's inputs, then the logits.
    pub fn droppable(&self) -> impl Iterator<Item = (usize, f64)> {
        let widths = self.layers.iter().map(|layer| layer.inputs).chain([self.outputs()]);
        widths.zip(self.keep_prob.iter().copied())
    }

    /// Returns whether any layer drops anything in training.
    pub fn has_dropout(&self) -> bool {
        self.keep_prob.iter().any(|&keep| keep < 1.0)
    }
}

fn resolve(output: Output, target: Target) -> Result<OutputLayer, Problem> {
    let problem = |message: &str, expected: &str| Err(Problem::new("output", message).expected(expected));
    match (output, target) {
        (Output::Auto | Output::Softmax, Target::Classes(_)) => Ok(OutputLayer::Softmax),
        (Output::Sigmoid, Target::Classes(2)) => Ok(OutputLayer::Sigmoid),
        (Output::Auto | Output::Linear, Target::Value) => Ok(OutputLayer::Linear),
        (Output::Sigmoid, Target::Classes(count)) => problem(
            &format!("a sigmoid output tells two classes apart, and the data have {count}"),
            "softmax",
        ),
        (Output::Linear, Target::Classes(_)) => {
            problem("a linear output predicts a number, and the data have classes", "softmax")
        }
        (Output::Softmax | Output::Sigmoid, Target::Value) => {
            problem("this output predicts classes, and the target is a number", "linear")
        }
    }
}

/// Returns the layers' shapes, their parameters one after the other.
fn stack(features: usize, hidden: &[usize], outputs: usize, batch_norm: bool) -> Vec<LayerShape> {
    let mut layers: Vec<LayerShape> = Vec::with_capacity(hidden.len() + 1);
    let mut inputs = features;
    for (l, &outputs) in hidden.iter().chain([&outputs]).enumerate() {
        let offset = layers.last().map_or(0, LayerShape::end);
        layers.push(LayerShape { inputs, outputs, offset, normalized: batch_norm && l < hidden.len() });
        inputs = outputs;
    }
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(hidden: &[usize], output: Output) -> ModelSettings {
        ModelSettings { hidden: hidden.to_vec(), output, ..ModelSettings::default() }
    }

    #[test]
    fn counts_of_a_small_network_by_hand() {
        let shape = Architecture::new(&model(&[16, 16], Output::Auto), 2, Target::Classes(2)).unwrap();
        assert_eq!(shape.parameters(), (2 * 16 + 16) + (16 * 16 + 16) + (16 * 2 + 2));
        assert_eq!(shape.forward_multiply_adds(), 32 + 256 + 32);
        assert_eq!(shape.training_multiply_adds(), 320 + 320 + 288);
        assert_eq!(shape.units(), 34);
        assert_eq!(shape.layers[1].weights(), 48..304);
        assert_eq!(shape.layers[1].bias(), 304..320);
    }

    #[test]
    fn batch_normalization_adds_a_gamma_to_the_hidden_layers() {
        let model = ModelSettings { batch_norm: Some(BatchNorm::default()), ..model(&[16, 8], Output::Auto) };
        let shape = Architecture::new(&model, 2, Target::Classes(2)).unwrap();
        assert_eq!(shape.parameters(), (2 * 16 + 32) + (16 * 8 + 16) + (8 * 2 + 2));
        assert_eq!((shape.layers[0].bias(), shape.layers[0].gamma()), (32..48, 48..64));
        assert!(shape.layers[2].gamma().is_empty());
        let blocks = shape.blocks();
        let names: Vec<&str> = blocks.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["W1", "beta1", "gamma1", "W2", "beta2", "gamma2", "W3", "b3"]);
        assert_eq!(blocks.iter().map(|(_, range)| range.len()).sum::<usize>(), shape.parameters());
    }

    #[test]
    fn the_target_decides_the_output() {
        let output = |output, target| {
            Architecture::new(&model(&[], output), 3, target).map(|shape| (shape.output, shape.outputs()))
        };
        assert_eq!(output(Output::Auto, Target::Classes(3)).unwrap(), (OutputLayer::Softmax, 3));
        assert_eq!(output(Output::Auto, Target::Value).unwrap(), (OutputLayer::Linear, 1));
        assert_eq!(output(Output::Sigmoid, Target::Classes(2)).unwrap(), (OutputLayer::Sigmoid, 1));
        for (chosen, target) in [
            (Output::Sigmoid, Target::Classes(3)),
            (Output::Sigmoid, Target::Value),
            (Output::Softmax, Target::Value),
            (Output::Linear, Target::Classes(2)),
        ] {
            assert_eq!(output(chosen, target).unwrap_err()[0].path, "output");
        }
    }

    #[test]
    fn problems_of_the_settings_and_of_the_output_come_together() {
        let problems = Architecture::new(&model(&[0], Output::Softmax), 3, Target::Value).unwrap_err();
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn dropout_is_seen() {
        let mut settings = model(&[4], Output::Auto);
        let has =
            |settings: &ModelSettings| Architecture::new(settings, 2, Target::Value).unwrap().has_dropout();
        assert!(!has(&settings));
        settings.keep_prob = Some(crate::nn::PerLayer::Hidden(0.5));
        assert!(has(&settings));
    }
}
