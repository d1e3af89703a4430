//! Gradient checking: the gradient of back-propagation against differences of J.
//!
//! `||a - b|| / (||a|| + ||b||)` judges how far the two are apart, over all parameters as one vector, and block by block
//! (`W1`, `b1`, ...) to see where a mistake sits: an error in a small block can hide in the whole. In f64, up to 1e-7 is
//! great and from 1e-3 on there is a mistake. Where J has a corner, a difference across it is no slope: relu units that are
//! near 0 for some example may bring a right gradient above 1e-7, and L1 above 1e-3, once training has brought weights to within
//! epsilon of 0.
//!
//! Rounding J alone changes a slope by `r = 2^-52 max|J| / epsilon`. Where `||a|| + ||b||` of n parameters is
//! below `10 r sqrt(n)`, as with units that do nothing, there is nothing to compare, and the relative error counts as 0.
//!
//! A gradient that is right where weights are small may be wrong where they are larger (`wrong_derivative`): check again
//! after some training. With dropout J is one function only under one set of masks: with fresh masks at each evaluation the
//! differences compare different functions, and the check fails though the gradient is right.
//!
//! Sources: Bengio, Practical Recommendations for Gradient-Based Training of Deep Architectures, 2012, section 4.1; the
//! verdicts are the course's.

mod bug;
mod differences;

use bug::TrainingPass;
pub use bug::{BUGS, Bug, BugInfo, Planted};
pub use differences::{Differences, Sides};

use serde::{Deserialize, Serialize};

use super::{Backward, Forward, Masks, Network, Pass, Penalty};
use crate::data::Targets;
use crate::numeric::Real;

/// Up to this relative error a gradient is right.
pub const GREAT: f64 = 1e-7;
/// From this relative error on it is wrong.
pub const WORRY: f64 = 1e-3;

/// Both gradients, and how far they are apart.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientCheck {
    /// By back-propagation.
    pub analytic: Vec<f64>,
    /// By differences.
    pub numeric: Vec<f64>,
    /// Over all parameters.
    pub error: f64,
    /// Block by block, in the order of the parameters.
    pub blocks: Vec<BlockError>,
}

/// How far the two gradients of one block are apart.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockError {
    /// `W1`, `b1`, `W2`, ...; `W1`, `beta1`, `gamma1` with batch normalization.
    pub name: String,
    /// The relative error of the block alone.
    pub error: f64,
}

/// What the course says of a relative error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Up to 1e-7.
    Great,
    /// Between: 1e-5 may be right, look which block is off.
    LookAgain,
    /// From 1e-3 on, or no number at all.
    Worry,
}

impl Verdict {
    /// Judges a relative error.
    pub fn of(error: f64) -> Self {
        match error {
            error if error <= GREAT => Verdict::Great,
            error if error < WORRY => Verdict::LookAgain,
            _ => Verdict::Worry,
        }
    }
}

/// Dropout during a check.
#[derive(Clone, Debug)]
pub enum Dropout<R> {
    /// None.
    Off,
    /// These masks at every evaluation: J is one function.
    Same(Masks<R>),
    /// New masks at every evaluation, as in training: J is not one function, and the check fails.
    Fresh(Masks<R>),
}

impl<R: Real> Dropout<R> {
    fn pass(&mut self, rows: usize) -> Pass<'_, R> {
        if let Dropout::Fresh(masks) = self {
            masks.draw(rows);
        }
        Pass::Training(self.masks())
    }

    fn masks(&self) -> Option<&Masks<R>> {
        match self {
            Dropout::Off => None,
            Dropout::Same(masks) | Dropout::Fresh(masks) => Some(masks),
        }
    }

    fn single(&self) -> Dropout<f32> {
        match self {
            Dropout::Off => Dropout::Off,
            Dropout::Same(masks) => Dropout::Same(masks.single()),
            Dropout::Fresh(masks) => Dropout::Fresh(masks.single()),
        }
    }
}

/// Checks the gradient of J, the mean loss with its penalties, on one batch, `x` (rows, features) row-major. The
/// mistake is planted in the gradient of back-propagation, which is computed in f64 in any case; J is right.
pub fn gradient_check(
    network: &Network<f64>,
    x: &[f64],
    targets: Targets<f64>,
    mut dropout: Dropout<f64>,
    penalty: Penalty,
    differences: Differences,
    planted: &Planted,
) -> GradientCheck {
    let rows = targets.len();
    let mut forward = Forward::new(network.architecture(), rows);
    let mut backward = Backward::new(network.architecture(), rows);
    forward.run(network, x, rows, dropout.pass(rows));
    let pass = TrainingPass { network, forward: &forward, x, targets, masks: dropout.masks() };
    planted.gradient(&pass, &mut backward, penalty);
    let analytic = backward.gradient().to_vec();

    let (numeric, largest) = if differences.single {
        let single = |values: &[f64]| values.iter().map(|&value| f32::from_f64(value)).collect::<Vec<f32>>();
        let network = Network::from_parameters(network.architecture().clone(), single(network.parameters()));
        let values;
        let targets = match targets {
            Targets::Classes(classes) => Targets::Classes(classes),
            Targets::Values(of_rows) => {
                values = single(of_rows);
                Targets::Values(&values)
            }
        };
        slopes(&network, &single(x), targets, &mut dropout.single(), penalty, differences)
    } else {
        slopes(network, x, targets, &mut dropout, penalty, differences)
    };

    let rounding = f64::EPSILON * largest / differences.epsilon;
    let error = |a: &[f64], b: &[f64]| {
        let negligible = 10.0 * rounding * (a.len() as f64).sqrt();
        if norm(a) + norm(b) < negligible { 0.0 } else { relative_error(a, b) }
    };
    let blocks = network.architecture().blocks().into_iter();
    let blocks = blocks
        .map(|(name, range)| BlockError { name, error: error(&analytic[range.clone()], &numeric[range]) });
    GradientCheck { error: error(&analytic, &numeric), blocks: blocks.collect(), analytic, numeric }
}

/// Returns the slope of J along every parameter by differences, and the largest |J| on the way. J is a number of the precision
/// that it is computed in.
fn slopes<R: Real>(
    network: &Network<R>,
    x: &[R],
    targets: Targets<R>,
    dropout: &mut Dropout<R>,
    penalty: Penalty,
    differences: Differences,
) -> (Vec<f64>, f64) {
    let rows = targets.len();
    let mut forward = Forward::new(network.architecture(), rows);
    let mut moved = network.clone();
    let mut largest: f64 = 0.0;
    let mut objective_at = |i: usize, value: f64| {
        let at = std::mem::replace(&mut moved.parameters_mut()[i], R::from_f64(value));
        forward.run(&moved, x, rows, dropout.pass(rows));
        let objective = forward.score(moved.architecture().output, targets).mean_loss() + penalty.of(&moved);
        moved.parameters_mut()[i] = at;
        largest = largest.max(objective.abs());
        R::from_f64(objective).to_f64()
    };
    let slope = |(i, &at): (usize, &R)| differences.slope(|value| objective_at(i, value), at.to_f64());
    let numeric = network.parameters().iter().enumerate().map(slope).collect();
    (numeric, largest)
}

/// Computes `||a - b|| / (||a|| + ||b||)`; 0 if both are 0.
pub fn relative_error(a: &[f64], b: &[f64]) -> f64 {
    let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let size = norm(a) + norm(b);
    if size == 0.0 { 0.0 } else { norm(&difference) / size }
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests;
