//! Gradient checking: the gradient of back-propagation against differences of the loss.
//!
//! Two-sided: `(J(theta + eps) - J(theta - eps)) / (2 eps)` for each parameter, an error of order eps^2; one-sided
//! differences err by order eps. All parameters are taken as one vector, and
//! `||a - b|| / (||a|| + ||b||)` judges it: below 1e-7 is right, above 1e-3 is wrong.

use super::{Backward, Forward, Masks, Network, Pass, Penalty};
use crate::data::Targets;

/// Both gradients, and how far they are apart.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientCheck {
    pub analytic: Vec<f64>,
    pub numeric: Vec<f64>,
    /// Over all parameters.
    pub error: f64,
    /// Of each block alone: `W1`, `b1`, `W2`, ...
    pub blocks: Vec<(String, f64)>,
}

/// Checks the gradient of J, the mean loss with its penalty, on one batch, `x` (rows, features) row-major.
/// With masks, dropout uses these same masks at every evaluation: with fresh ones J is not one function.
/// `epsilon` is the step of the differences; 1e-5 suits f64.
pub fn gradient_check(
    network: &Network<f64>,
    x: &[f64],
    targets: Targets<f64>,
    masks: Option<&Masks<f64>>,
    penalty: Penalty,
    epsilon: f64,
) -> GradientCheck {
    let rows = targets.len();
    let mut forward = Forward::new(network.architecture(), rows);
    let mut backward = Backward::new(network.architecture(), rows);
    forward.run(network, x, rows, Pass::Training(masks));
    backward.run(network, &forward, x, targets, masks);
    penalty.add_gradient(network, backward.gradient_mut());
    let analytic = backward.gradient().to_vec();

    let mut moved = network.clone();
    let mut objective_at = |i: usize, step: f64| {
        let at = moved.parameters()[i];
        moved.parameters_mut()[i] = at + step;
        forward.run(&moved, x, rows, Pass::Training(masks));
        let loss = forward.score(moved.architecture().output, targets).mean_loss();
        let objective = loss + penalty.of(&moved);
        moved.parameters_mut()[i] = at;
        objective
    };
    let mut slope = |i| (objective_at(i, epsilon) - objective_at(i, -epsilon)) / (2.0 * epsilon);
    let numeric: Vec<f64> = (0..analytic.len()).map(&mut slope).collect();

    let error = relative_error(&analytic, &numeric);
    let blocks = network.architecture().blocks().into_iter();
    let blocks =
        blocks.map(|(name, range)| (name, relative_error(&analytic[range.clone()], &numeric[range])));
    let blocks = blocks.collect();
    GradientCheck { analytic, numeric, error, blocks }
}

/// `||a - b|| / (||a|| + ||b||)`; 0 if both are 0.
pub fn relative_error(a: &[f64], b: &[f64]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = norm(&mut a.iter().zip(b).map(|(a, b)| a - b));
    let size = norm(&mut a.iter().copied()) + norm(&mut b.iter().copied());
    if size == 0.0 { 0.0 } else { difference / size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{
        ACTIVATIONS, Activation, Architecture, BatchNorm, Initializer, ModelSettings, Output, PerLayer,
    };
    use crate::numeric::Streams;

    const ROWS: usize = 12;
    const EPSILON: f64 = 1e-5;

    struct Case {
        network: Network<f64>,
        x: Vec<f64>,
        classes: Vec<u32>,
        values: Vec<f64>,
    }

    /// A 5-8-8 network with biases moved off 0, on normal inputs.
    fn case(
        activation: Activation,
        output: Output,
        target: Target,
        keep: Option<PerLayer>,
        batch_norm: Option<BatchNorm>,
    ) -> Case {
        let model = ModelSettings {
            hidden: vec![8, 8],
            activation,
            output,
            keep_prob: keep,
            batch_norm,
            ..ModelSettings::default()
        };
        let shape = Architecture::new(&model, 5, target).unwrap();
        let streams = Streams::new(11);
        let mut network = Network::new(shape, Initializer::Lecun, &streams);
        let mut stream = streams.stream("case");
        network.parameters_mut().iter_mut().for_each(|w| *w += 0.1 * stream.normal());
        let classes = if let Target::Classes(count) = target { count } else { 1 };
        Case {
            x: (0..ROWS * 5).map(|_| stream.normal()).collect(),
            classes: (0..ROWS).map(|_| stream.below(classes) as u32).collect(),
            values: (0..ROWS).map(|_| stream.normal()).collect(),
            network,
        }
    }

    #[test]
    fn every_activation_with_every_loss_dropout_batch_norm_and_penalties() {
        let outputs = [
            (Output::Softmax, Target::Classes(3)),
            (Output::Sigmoid, Target::Classes(2)),
            (Output::Linear, Target::Value),
        ];
        for info in ACTIVATIONS {
            for (output, target) in outputs {
                for keep in [None, Some(PerLayer::Each(vec![0.9, 0.5, 0.7]))] {
                    for (lambda, batch_norm) in [(0.0, false), (0.7, false), (0.0, true), (0.7, true)] {
                        let norm = batch_norm.then(BatchNorm::default);
                        let case = case(info.activation, output, target, keep.clone(), norm);
                        let shape = case.network.architecture();
                        let mut masks = Masks::new(shape, ROWS, &Streams::new(5));
                        masks.iter_mut().for_each(|masks| masks.draw(ROWS));
                        assert_eq!(masks.is_some(), keep.is_some());
                        let targets = match target {
                            Target::Classes(_) => Targets::Classes(&case.classes),
                            Target::Value => Targets::Values(&case.values),
                        };
                        // Both penalties, where any.
                        let penalty = Penalty { l1: lambda / 2.0, l2: lambda, rows: 40 };
                        let check =
                            gradient_check(&case.network, &case.x, targets, masks.as_ref(), penalty, EPSILON);
                        let name =
                            format!("{} {output:?} {keep:?} {lambda} {batch_norm}: {check:?}", info.name);
                        assert!(check.error < 1e-7, "{name}");
                        // Behind a linear unit and another normalization beta1 has no gradient but rounding.
                        let no_gradient = batch_norm && info.activation == Activation::Linear;
                        for (block, error) in &check.blocks {
                            assert!(*error < 1e-6 || no_gradient && block == "beta1", "{block} of {name}");
                        }
                        assert!(check.analytic.iter().filter(|g| **g != 0.0).count() > 50, "{name}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_forgotten_term_is_found() {
        let case = case(Activation::Tanh, Output::Softmax, Target::Classes(3), None, None);
        let targets = Targets::Classes(&case.classes);
        let l2 = Penalty { l1: 0.0, l2: 1.0, rows: 10 };
        let check = gradient_check(&case.network, &case.x, targets, None, l2, EPSILON);
        let without = gradient_check(&case.network, &case.x, targets, None, Penalty::NONE, EPSILON);
        assert!(relative_error(&without.analytic, &check.numeric) > 1e-3);
        assert_eq!(
            check.blocks.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["W1", "b1", "W2", "b2", "W3", "b3"]
        );
    }

    #[test]
    fn relative_error_by_hand() {
        assert_eq!(relative_error(&[3.0, 4.0], &[3.0, 4.0]), 0.0);
        assert_eq!(relative_error(&[3.0, 4.0], &[-3.0, -4.0]), 1.0);
        assert_eq!(relative_error(&[0.0], &[0.0]), 0.0);
    }
}
