//! Plain gradient descent: `W = W - alpha g`.
//!
//! Each step follows the gradient of one batch; "stochastic" when the batch is not the whole training set.
//! Example: at W = 1 with g = 0.5 and alpha 0.1, W becomes 0.95.
//! Source: Robbins and Monro, A Stochastic Approximation Method, 1951. Implementations agree.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Method, Optimizer, OptimizerInfo, Step};
use crate::numeric::{Real, vectorized};
use crate::problem::Problem;
use crate::range;

/// Plain gradient descent: W = W - alpha g.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Sgd {
    /// The step size alpha, in place of `training.learning_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
}

impl Method for Sgd {
    const INFO: OptimizerInfo = OptimizerInfo {
        name: "sgd",
        label: "SGD",
        optimizer: || Optimizer::Sgd(Sgd::default()),
        summary: "plain gradient descent on one batch after the other",
        equation: "W = W - alpha g",
        source: "[@robbins1951]",
    };
    const NUMBERS_PER_PARAMETER: usize = 0;

    fn learning_rate(&self) -> Option<f64> {
        self.learning_rate
    }

    fn check(&self) -> Vec<Problem> {
        range::learning_rate(self.learning_rate).into_iter().collect()
    }

    fn start<R: Real>(&self, _: usize) -> impl Step<R> + 'static {
        State
    }
}

/// There is nothing to remember.
#[derive(Debug)]
struct State;

impl<R: Real> Step<R> for State {
    fn step(&mut self, learning_rate: f64, parameters: &mut [R], gradient: &[R]) {
        let alpha = R::from_f64(learning_rate);
        vectorized(|| {
            for (w, &g) in parameters.iter_mut().zip(gradient) {
                *w -= alpha * g;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_by_hand() {
        let mut parameters = [1.0, -2.0];
        State.step(0.25, &mut parameters, &[0.5, -1.0]);
        assert_eq!(parameters, [0.875, -1.75]);
    }
}
