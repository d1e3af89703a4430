//! Gradient descent with momentum, and Nesterov's look ahead.
//!
//! `v = beta v + (1 - beta) g`, `W = W - alpha v`, v starting at 0: the step follows the exponentially weighted
//! average of about the last 1/(1 - beta) gradients. Nesterov's form steps along `beta v + (1 - beta) g` with the new v:
//! the average as it will be if the next gradient equals this one.
//!
//! Where implementations disagree: PyTorch and the older "heavy ball" add the whole gradient, `v = beta v + g`, so that their
//! steps are 1/(1 - beta) times longer at the same alpha. That form is `dampening: 0`, for `v = beta v + (1 - dampening) g`;
//! the average is `dampening: beta`. (PyTorch sets v = g at its first step whatever its dampening; here the equation holds
//! from the first step on. With `dampening: 0` the two are equal.)
//!
//! Example: beta 0.9, g = 1 twice: v = 0.1, then 0.19; with `dampening: 0`, 1 and 1.9.
//! Sources: Polyak, Some methods of speeding up the convergence of iteration methods, 1964; Sutskever, Martens, Dahl and
//! Hinton, On the importance of initialization and momentum in deep learning, ICML 2013, section 2.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Method, Optimizer, OptimizerInfo, Step};
use crate::numeric::{Real, vectorized};
use crate::problem::Problem;
use crate::range;

/// Momentum: v = beta v + (1 - beta) g, W = W - alpha v.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Momentum {
    /// The step size alpha, in place of `training.learning_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// How much of the old average stays: about the last 1/(1 - beta) gradients count (default 0.9).
    pub beta: f64,
    /// The gradient enters times 1 - dampening; `beta` if not set, which makes v an average; 0 is PyTorch's form, with steps 1/(1 - beta) times longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dampening: Option<f64>,
}

/// Nesterov's momentum: as momentum, stepping along beta v + (1 - beta) g with the new v.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Nesterov {
    /// The step size alpha, in place of `training.learning_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// How much of the old average stays: about the last 1/(1 - beta) gradients count (default 0.9).
    pub beta: f64,
    /// The gradient enters times 1 - dampening; `beta` if not set, which makes v an average; 0 is PyTorch's form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dampening: Option<f64>,
}

impl Default for Momentum {
    fn default() -> Self {
        Momentum { learning_rate: None, beta: 0.9, dampening: None }
    }
}

impl Default for Nesterov {
    fn default() -> Self {
        Nesterov { learning_rate: None, beta: 0.9, dampening: None }
    }
}

impl Method for Momentum {
    const INFO: OptimizerInfo = OptimizerInfo {
        name: "momentum",
        label: "Momentum",
        optimizer: || Optimizer::Momentum(Momentum::default()),
        summary: "steps along an average of the gradients: oscillations cancel, and noise is damped; PyTorch's form is `dampening: 0`",
        equation: "v = beta v + (1 - beta) g; W = W - alpha v",
        source: "[@polyak1964]",
    };
    const NUMBERS_PER_PARAMETER: usize = 1;

    fn learning_rate(&self) -> Option<f64> {
        self.learning_rate
    }

    fn check(&self) -> Vec<Problem> {
        check_settings(self.learning_rate, self.beta, self.dampening)
    }

    fn start<R: Real>(&self, parameters: usize) -> impl Step<R> + 'static {
        State::momentum(self, parameters)
    }
}

impl Method for Nesterov {
    const INFO: OptimizerInfo = OptimizerInfo {
        name: "nesterov",
        label: "Nesterov",
        optimizer: || Optimizer::Nesterov(Nesterov::default()),
        summary: "momentum that steps along the average as it will be if the next gradient equals this one",
        equation: "v = beta v + (1 - beta) g; W = W - alpha (beta v + (1 - beta) g)",
        source: "[@sutskever2013]",
    };
    const NUMBERS_PER_PARAMETER: usize = 1;

    fn learning_rate(&self) -> Option<f64> {
        self.learning_rate
    }

    fn check(&self) -> Vec<Problem> {
        check_settings(self.learning_rate, self.beta, self.dampening)
    }

    fn start<R: Real>(&self, parameters: usize) -> impl Step<R> + 'static {
        State::nesterov(self, parameters)
    }
}

fn check_settings(learning_rate: Option<f64>, beta: f64, dampening: Option<f64>) -> Vec<Problem> {
    let dampening = dampening.and_then(|dampening| range::of("dampening", dampening).below_one());
    [range::learning_rate(learning_rate), range::of("beta", beta).below_one(), dampening]
        .into_iter()
        .flatten()
        .collect()
}

/// What momentum remembers.
#[derive(Debug)]
struct State<R> {
    beta: R,
    /// The weight of the new gradient.
    share: R,
    nesterov: bool,
    v: Vec<R>,
}

impl<R: Real> State<R> {
    fn momentum(settings: &Momentum, parameters: usize) -> Self {
        State::new(settings.beta, settings.dampening, false, parameters)
    }

    fn nesterov(settings: &Nesterov, parameters: usize) -> Self {
        State::new(settings.beta, settings.dampening, true, parameters)
    }

    fn new(beta: f64, dampening: Option<f64>, nesterov: bool, parameters: usize) -> Self {
        State {
            beta: R::from_f64(beta),
            share: R::from_f64(1.0 - dampening.unwrap_or(beta)),
            nesterov,
            v: vec![R::ZERO; parameters],
        }
    }
}

impl<R: Real> Step<R> for State<R> {
    fn step(&mut self, learning_rate: f64, parameters: &mut [R], gradient: &[R]) {
        let (alpha, beta, share) = (R::from_f64(learning_rate), self.beta, self.share);
        let all = parameters.iter_mut().zip(gradient).zip(&mut self.v);
        if self.nesterov {
            vectorized(|| {
                for ((w, &g), v) in all {
                    *v = beta * *v + share * g;
                    *w -= alpha * (beta * *v + share * g);
                }
            });
        } else {
            vectorized(|| {
                for ((w, &g), v) in all {
                    *v = beta * *v + share * g;
                    *w -= alpha * *v;
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_steps(mut state: State<f64>) -> [f64; 2] {
        let mut parameters = [0.0];
        state.step(1.0, &mut parameters, &[1.0]);
        let first = -parameters[0];
        state.step(1.0, &mut parameters, &[1.0]);
        [first, -parameters[0] - first]
    }

    fn close(found: [f64; 2], expected: [f64; 2]) -> bool {
        found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12)
    }

    #[test]
    fn steps_are_the_average_of_gradients() {
        assert!(close(two_steps(State::momentum(&Momentum::default(), 1)), [0.1, 0.19]));
    }

    #[test]
    fn undamped_steps_are_ten_times_longer() {
        let settings = Momentum { dampening: Some(0.0), ..Momentum::default() };
        assert!(close(two_steps(State::momentum(&settings, 1)), [1.0, 1.9]));
    }

    #[test]
    fn nesterov_looks_ahead() {
        assert!(close(two_steps(State::nesterov(&Nesterov::default(), 1)), [0.19, 0.271]));
        let settings = Nesterov { dampening: Some(0.0), ..Nesterov::default() };
        assert!(close(two_steps(State::nesterov(&settings, 1)), [1.9, 2.71]));
    }

    #[test]
    fn impossible_settings_are_all_reported() {
        let settings = Momentum { learning_rate: Some(-0.1), beta: 1.0, dampening: Some(2.0) };
        let paths: Vec<String> = settings.check().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["learning_rate", "beta", "dampening"]);
    }
}
