//! Adagrad: steps divided by the size of all gradients so far.
//!
//! `s = s + g^2`, `W = W - alpha g / (sqrt(s) + epsilon)`, s starting at 0: the steps only ever shrink.
//! Example: alpha 0.1, g = 3 and then 4: steps of 0.1 and 0.08.
//! Implementations agree but for epsilon (PyTorch 1e-10, the default here; Keras 1e-7) and TensorFlow's s, which starts at 0.1.
//! Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization, JMLR 2011.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Method, Optimizer, OptimizerInfo, Step};
use crate::numeric::{Real, vectorized};
use crate::problem::Problem;
use crate::range;

/// Adagrad: s = s + g^2, W = W - alpha g / (sqrt(s) + epsilon).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Adagrad {
    /// The step size alpha, in place of `training.learning_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// Keeps the division finite; outside the root (default 1e-10).
    pub epsilon: f64,
}

impl Default for Adagrad {
    fn default() -> Self {
        Adagrad { learning_rate: None, epsilon: 1e-10 }
    }
}

impl Method for Adagrad {
    const INFO: OptimizerInfo = OptimizerInfo {
        name: "adagrad",
        label: "AdaGrad",
        optimizer: || Optimizer::Adagrad(Adagrad::default()),
        summary: "divides each step by the root of the sum of all squared gradients so far: steps only ever shrink",
        equation: "s = s + g^2; W = W - alpha g / (sqrt(s) + epsilon)",
        source: "[@duchi2011]",
    };
    const NUMBERS_PER_PARAMETER: usize = 1;

    fn learning_rate(&self) -> Option<f64> {
        self.learning_rate
    }

    fn check(&self) -> Vec<Problem> {
        let found = [
            range::learning_rate(self.learning_rate),
            range::of("epsilon", self.epsilon).in_single_precision(),
        ];
        found.into_iter().flatten().collect()
    }

    fn start<R: Real>(&self, parameters: usize) -> impl Step<R> + 'static {
        State::new(self, parameters)
    }
}

/// What Adagrad remembers.
#[derive(Debug)]
struct State<R> {
    epsilon: R,
    s: Vec<R>,
}

impl<R: Real> State<R> {
    fn new(settings: &Adagrad, parameters: usize) -> Self {
        State { epsilon: R::from_f64(settings.epsilon), s: vec![R::ZERO; parameters] }
    }
}

impl<R: Real> Step<R> for State<R> {
    fn step(&mut self, learning_rate: f64, parameters: &mut [R], gradient: &[R]) {
        let (alpha, epsilon) = (R::from_f64(learning_rate), self.epsilon);
        vectorized(|| {
            for ((w, &g), s) in parameters.iter_mut().zip(gradient).zip(&mut self.s) {
                *s += g * g;
                *w -= alpha * g / (s.sqrt() + epsilon);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_by_hand() {
        let mut state = State::new(&Adagrad::default(), 1);
        let mut at = [0.0];
        state.step(0.1, &mut at, &[3.0]);
        assert!((at[0] + 0.1_f64).abs() < 1e-10);
        state.step(0.1, &mut at, &[4.0]);
        assert!((at[0] + 0.18).abs() < 1e-10);
    }
}
