//! RMSprop: steps divided by the recent size of each gradient.
//!
//! `s = beta s + (1 - beta) g^2`, `W = W - alpha g / (sqrt(s) + epsilon)`, s starting at 0. Directions with large gradients
//! take shorter steps, flat ones longer; at a constant alpha it ends oscillating with an amplitude of about alpha/2.
//!
//! Where implementations disagree: PyTorch calls beta `alpha` and defaults to 0.99; TensorFlow puts epsilon inside the root.
//! As s starts at 0, the first steps are 1/sqrt(1 - beta) times too long; `bias_correction` divides s by 1 - beta^t as Adam does.
//!
//! Example: beta 0.9, alpha 0.1, g = 2: s = 0.4, the step is 0.1 * 2 / 0.6325 = 0.316.
//! Source: Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine Learning, 2012.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Method, Optimizer, OptimizerInfo, Step};
use crate::numeric::{Real, vectorized};
use crate::problem::Problem;
use crate::range;

/// RMSprop: s = beta s + (1 - beta) g^2, W = W - alpha g / (sqrt(s) + epsilon).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Rmsprop {
    /// The step size alpha, in place of `training.learning_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// How much of the old average of squares stays (default 0.9).
    pub beta: f64,
    /// Keeps the division finite; outside the root (default 1e-8).
    pub epsilon: f64,
    /// Whether to divide s by 1 - beta^t, so that the first steps are not too long (default false).
    pub bias_correction: bool,
}

impl Default for Rmsprop {
    fn default() -> Self {
        Rmsprop { learning_rate: None, beta: 0.9, epsilon: 1e-8, bias_correction: false }
    }
}

impl Method for Rmsprop {
    const INFO: OptimizerInfo = OptimizerInfo {
        name: "rmsprop",
        label: "RMSprop",
        optimizer: || Optimizer::Rmsprop(Rmsprop::default()),
        summary: "divides each step by the root of the average squared gradient: steep directions take shorter steps",
        equation: "s = beta s + (1 - beta) g^2; W = W - alpha g / (sqrt(s) + epsilon)",
        source: "[@tieleman2012]",
    };
    const NUMBERS_PER_PARAMETER: usize = 1;

    fn learning_rate(&self) -> Option<f64> {
        self.learning_rate
    }

    fn check(&self) -> Vec<Problem> {
        let rate = range::learning_rate(self.learning_rate);
        let found = [
            rate,
            range::of("beta", self.beta).below_one(),
            range::of("epsilon", self.epsilon).in_single_precision(),
        ];
        found.into_iter().flatten().collect()
    }

    fn start<R: Real>(&self, parameters: usize) -> impl Step<R> + 'static {
        State::new(self, parameters)
    }
}

/// What RMSprop remembers.
#[derive(Debug)]
struct State<R> {
    settings: Rmsprop,
    /// beta^t.
    power: f64,
    s: Vec<R>,
}

impl<R: Real> State<R> {
    fn new(settings: &Rmsprop, parameters: usize) -> Self {
        State { settings: settings.clone(), power: 1.0, s: vec![R::ZERO; parameters] }
    }
}

impl<R: Real> Step<R> for State<R> {
    fn step(&mut self, learning_rate: f64, parameters: &mut [R], gradient: &[R]) {
        let settings = &self.settings;
        self.power *= settings.beta;
        let correction = if settings.bias_correction { 1.0 / (1.0 - self.power) } else { 1.0 };
        let [alpha, beta, share, epsilon, correction] =
            [learning_rate, settings.beta, 1.0 - settings.beta, settings.epsilon, correction]
                .map(R::from_f64);
        vectorized(|| {
            for ((w, &g), s) in parameters.iter_mut().zip(gradient).zip(&mut self.s) {
                *s = beta * *s + share * g * g;
                *w -= alpha * g / ((*s * correction).sqrt() + epsilon);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step_of(settings: &Rmsprop, gradients: &[f64]) -> f64 {
        let mut state = State::new(settings, 1);
        let mut parameters = [0.0];
        let mut before = 0.0;
        for &g in gradients {
            before = parameters[0];
            state.step(0.1, &mut parameters, &[g]);
        }
        before - parameters[0]
    }

    #[test]
    fn the_first_step_is_too_long_by_the_root_of_ten() {
        let step = step_of(&Rmsprop::default(), &[2.0]);
        assert!((step - 0.1 * 10.0_f64.sqrt()).abs() < 1e-8, "{step}");
        let corrected = Rmsprop { bias_correction: true, ..Rmsprop::default() };
        assert!((step_of(&corrected, &[-2.0]) + 0.1).abs() < 1e-8);
    }

    #[test]
    fn the_second_step_by_hand() {
        // s = 0.9 * 0.4 + 0.1 * 9 = 1.26.
        let step = step_of(&Rmsprop::default(), &[2.0, 3.0]);
        assert!((step - 0.1 * 3.0 / (1.26_f64.sqrt() + 1e-8)).abs() < 1e-15);
    }
}
