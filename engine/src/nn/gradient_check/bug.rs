//! Mistakes that are often made in a gradient, to be planted and found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::Targets;
use crate::nn::dropout::mask;
use crate::nn::{Activation, Architecture, Backward, Forward, Masks, Network, Penalty};
use crate::numeric::{Finish, Real, Strided, matmul, transpose};
use crate::problem::Problem;

/// A mistake in the gradient of one block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bug {
    /// No mistake: the gradient as it should be (the default).
    #[default]
    Right,
    /// The wrong sign.
    Sign,
    /// A factor 2 too much.
    Doubled,
    /// Summed over the batch, but not divided by its m.
    MissingMean,
    /// The largest entry is off by 1%.
    OnePercent,
    /// The layer's g'(z) is left out: this layer and all before it are wrong.
    MissingDerivative,
    /// tanh' = 1 - z^2 in place of 1 - a^2: this layer and all before it are wrong, little where z is small.
    WrongDerivative,
    /// The penalty is in J, but not in the gradient.
    ForgottenPenalty,
    /// lambda/(2m) W in the gradient of lambda/(2m) sum ||W||^2.
    HalvedPenalty,
    /// A bias (or gamma, beta) is penalized in the gradient, but not in J.
    PenaltyOnBias,
}

/// A bug as the reference shows it.
#[derive(Clone, Copy, Debug)]
pub struct BugInfo {
    /// As an author writes it.
    pub name: &'static str,
    /// What it is.
    pub bug: Bug,
}

/// All bugs, `right` (none) first.
pub const BUGS: &[BugInfo] = &[
    BugInfo { name: "right", bug: Bug::Right },
    BugInfo { name: "sign", bug: Bug::Sign },
    BugInfo { name: "doubled", bug: Bug::Doubled },
    BugInfo { name: "missing_mean", bug: Bug::MissingMean },
    BugInfo { name: "one_percent", bug: Bug::OnePercent },
    BugInfo { name: "missing_derivative", bug: Bug::MissingDerivative },
    BugInfo { name: "wrong_derivative", bug: Bug::WrongDerivative },
    BugInfo { name: "forgotten_penalty", bug: Bug::ForgottenPenalty },
    BugInfo { name: "halved_penalty", bug: Bug::HalvedPenalty },
    BugInfo { name: "penalty_on_bias", bug: Bug::PenaltyOnBias },
];

impl Bug {
    /// Returns whether it sits in a layer's activation, and not in one block.
    fn is_of_derivative(self) -> bool {
        matches!(self, Bug::MissingDerivative | Bug::WrongDerivative)
    }

    fn is_of_penalty(self) -> bool {
        matches!(self, Bug::ForgottenPenalty | Bug::HalvedPenalty | Bug::PenaltyOnBias)
    }

    /// Returns the block where it is planted if none is named.
    fn usual_block(self, shape: &Architecture) -> String {
        match self {
            Bug::OnePercent | Bug::PenaltyOnBias if shape.layers[0].normalized => "beta1".into(),
            Bug::OnePercent | Bug::PenaltyOnBias => "b1".into(),
            _ => "W1".into(),
        }
    }
}

/// A bug, and the block that has it; without a name, `W1`, or `b1` for those that concern biases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Planted {
    /// The mistake.
    pub bug: Bug,
    /// The block that has it; none for the usual one.
    pub block: Option<String>,
}

impl Planted {
    /// Nowhere a mistake.
    pub const NONE: Planted = Planted { bug: Bug::Right, block: None };

    /// Returns the name of the block that has it in a network of this shape.
    pub fn block(&self, shape: &Architecture) -> String {
        self.block.clone().unwrap_or_else(|| self.bug.usual_block(shape))
    }

    /// Returns what makes the bug impossible, or invisible, in a network of this shape; paths are `bug` and `block`.
    pub fn check(&self, shape: &Architecture, penalty: Penalty) -> Option<Problem> {
        let blocks = shape.blocks();
        let block = self.block(shape);
        let names: Vec<&str> = blocks.iter().map(|(name, _)| name.as_str()).collect();
        let Some(layer) = layer_of(shape, &block) else {
            let problem = Problem::new("block", format!("the network has no block `{block}`"));
            return Some(problem.expected(format!("one of {}", names.join(", "))));
        };
        if self.bug.is_of_derivative() && layer + 1 == shape.layers.len() {
            let problem =
                Problem::new("block", format!("`{block}` belongs to the output, which has no activation"));
            return Some(problem.expected("a block of a hidden layer"));
        }
        if self.bug == Bug::WrongDerivative && shape.activation != Activation::Tanh {
            let problem = Problem::new(
                "bug",
                "`wrong_derivative` is a mistake with tanh, and the network has another activation",
            );
            return Some(problem.expected("`activation: tanh` in `model`"));
        }
        if self.bug.is_of_penalty() && penalty.l1 == 0.0 && penalty.l2 == 0.0 {
            let problem = Problem::new("bug", "a mistake in the penalty, and there is none");
            return Some(problem.expected("`l2` or `l1` in `training`"));
        }
        let of_weights = block.starts_with('W');
        if matches!(self.bug, Bug::ForgottenPenalty | Bug::HalvedPenalty) && !of_weights {
            let problem =
                Problem::new("block", format!("`{block}` is not penalized: there is nothing to forget"));
            return Some(problem.expected("a block of weights, such as `W1`"));
        }
        if self.bug == Bug::PenaltyOnBias && of_weights {
            let problem = Problem::new("block", format!("`{block}` is penalized rightly"));
            return Some(problem.expected("a block without a penalty, such as `b1`"));
        }
        None
    }

    /// Computes the gradient with the mistake in it.
    pub(super) fn gradient(&self, pass: &TrainingPass, backward: &mut Backward<f64>, penalty: Penalty) {
        let shape = pass.network.architecture();
        let block = self.block(shape);
        match layer_of(shape, &block).filter(|_| self.bug.is_of_derivative()) {
            Some(layer) => self.derivative(pass, layer, backward),
            None => backward.run(pass.network, pass.forward, pass.x, pass.targets, pass.masks),
        }
        let of_loss = backward.gradient().to_vec();
        penalty.add_gradient(pass.network, backward.gradient_mut());
        let Some((_, range)) = shape.blocks().into_iter().find(|(name, _)| *name == block) else { return };
        let of_loss = &of_loss[range.clone()];
        let weights = &pass.network.parameters()[range.clone()];
        let rows = pass.targets.len() as f64;
        let gradient = &mut backward.gradient_mut()[range];
        match self.bug {
            Bug::Right | Bug::MissingDerivative | Bug::WrongDerivative => {}
            Bug::Sign => gradient.iter_mut().for_each(|g| *g = -*g),
            Bug::Doubled => gradient.iter_mut().for_each(|g| *g *= 2.0),
            Bug::MissingMean => gradient.iter_mut().zip(of_loss).for_each(|(g, l)| *g += (rows - 1.0) * l),
            Bug::OnePercent => {
                if let Some(largest) = gradient.iter_mut().max_by(|a, b| a.abs().total_cmp(&b.abs())) {
                    *largest *= 1.01;
                }
            }
            Bug::ForgottenPenalty => gradient.copy_from_slice(of_loss),
            Bug::HalvedPenalty => gradient.iter_mut().zip(of_loss).for_each(|(g, l)| *g = (*g + l) / 2.0),
            Bug::PenaltyOnBias => {
                let (l1, l2) = (penalty.l1 / penalty.rows as f64, penalty.l2 / penalty.rows as f64);
                let sign = |w: f64| if w == 0.0 { 0.0 } else { w.signum() };
                gradient.iter_mut().zip(weights).for_each(|(g, &w)| *g += l1 * sign(w) + l2 * w);
            }
        }
    }

    /// Does back-propagation with another derivative at the activation of a layer (from 0).
    fn derivative(&self, pass: &TrainingPass, layer: usize, backward: &mut Backward<f64>) {
        let TrainingPass { network, forward, x, targets, masks } = *pass;
        let rows = targets.len();
        backward.begin(network, forward, targets, masks);
        for l in (0..network.depth()).rev() {
            backward.run_layer(network, forward, l, x, rows, masks);
            if l == layer + 1 {
                let gradient = at_inputs(pass, backward, l);
                let a = forward.output(layer, rows);
                for ((delta, gradient), &a) in backward.delta_mut(layer, rows).iter_mut().zip(gradient).zip(a)
                {
                    let z = inverse_tanh(a);
                    *delta =
                        if self.bug == Bug::WrongDerivative { gradient * (1.0 - z * z) } else { gradient };
                }
            }
        }
    }
}

/// A forward pass in training, and what it was run on.
#[derive(Clone, Copy)]
pub(super) struct TrainingPass<'a> {
    pub network: &'a Network<f64>,
    pub forward: &'a Forward<f64>,
    pub x: &'a [f64],
    pub targets: Targets<'a, f64>,
    pub masks: Option<&'a Masks<f64>>,
}

/// Returns the gradient at the inputs of a layer, (rows, inputs), before its dropout.
fn at_inputs(pass: &TrainingPass, backward: &Backward<f64>, l: usize) -> Vec<f64> {
    let (layer, rows) = (pass.network.layer(l), pass.targets.len());
    let (inputs, outputs) = (layer.shape.inputs, layer.shape.outputs);
    let mut transposed = vec![0.0; inputs * outputs];
    transpose(inputs, outputs, layer.weights, &mut transposed);
    let mut gradient = vec![0.0; rows * inputs];
    let delta = Strided::rows(backward.delta(l, rows), outputs);
    matmul(rows, inputs, outputs, delta, &transposed, Finish::Sums, &mut gradient);
    if let Some(factors) = pass.masks.and_then(|masks| masks.factors(l)) {
        mask(&mut gradient, factors);
    }
    gradient
}

/// Returns z of a = tanh(z), finite also where tanh has rounded to 1.
fn inverse_tanh(a: f64) -> f64 {
    let a = a.clamp(f64::EPSILON - 1.0, 1.0 - f64::EPSILON);
    Real::ln((1.0 + a) / (1.0 - a)) / 2.0
}

/// Returns the layer (from 0) that a block belongs to: `W2` to 1. None if there is no such block.
fn layer_of(shape: &Architecture, block: &str) -> Option<usize> {
    let known = shape.blocks().iter().any(|(name, _)| name == block);
    let number = block.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    number.parse::<usize>().ok().filter(|_| known).map(|number| number - 1)
}
