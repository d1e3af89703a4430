//! Adam (adaptive moment estimation), AdamW, and Adam with Nesterov's look ahead.
//!
//! `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g^2`, corrected for their start at 0 by
//! `m' = m / (1 - beta1^t)`, `v' = v / (1 - beta2^t)`, then `W = W - alpha m' / (sqrt(v') + epsilon)`.
//! The first step is `alpha sign(g)`, whatever the size of g. Without the correction it is
//! (1 - beta1)/sqrt(1 - beta2) = 3.16 times as long, and later steps up to 6.57 times (step 12).
//!
//! AdamW first shrinks the parameters, `W = W - alpha weight_decay W`: a penalty that the division by sqrt(v') does not distort.
//!
//! Nadam steps along `beta1 m / (1 - beta1^(t+1)) + (1 - beta1) g / (1 - beta1^t)` in place of m': the average as the next step
//! will see it.
//!
//! Where implementations disagree: epsilon stands outside the root, after the correction, as in the paper's algorithm 1,
//! PyTorch and optax; TensorFlow uses the paper's "epsilon hat", which is not corrected. It matters only for tiny gradients. AdamW's
//! decay is multiplied by alpha as in PyTorch, and reaches biases too; the paper multiplies it by the schedule alone. Nadam's beta1 is
//! constant, as in optax; Dozat, Keras and PyTorch let it grow towards its value over some thousand steps (momentum_decay).
//!
//! Sources: Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015, algorithm 1; Loshchilov and Hutter, Decoupled
//! Weight Decay Regularization, ICLR 2019, algorithm 2; Dozat, Incorporating Nesterov Momentum into Adam, ICLR Workshop 2016.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Method, Optimizer, OptimizerInfo, Step};
use crate::numeric::{Real, vectorized};
use crate::problem::Problem;
use crate::range;

/// Adam: momentum and RMSprop together, both corrected for their start at 0.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Adam {
    /// The step size alpha, in place of `training.learning_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// How much of the old average of gradients stays (default 0.9).
    pub beta1: f64,
    /// How much of the old average of squared gradients stays (default 0.999).
    pub beta2: f64,
    /// Keeps the division finite; outside the root (default 1e-8).
    pub epsilon: f64,
    /// Whether to divide the averages by 1 - beta^t (default true).
    pub bias_correction: bool,
}

/// AdamW: Adam that also shrinks every parameter by alpha times weight_decay at each step.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Adamw {
    /// The step size alpha, in place of `training.learning_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// How much of the old average of gradients stays (default 0.9).
    pub beta1: f64,
    /// How much of the old average of squared gradients stays (default 0.999).
    pub beta2: f64,
    /// Keeps the division finite; outside the root (default 1e-8).
    pub epsilon: f64,
    /// How much of each parameter a step of size 1 would take away (default 0.01).
    pub weight_decay: f64,
}

/// Nadam: Adam that steps along its average of gradients as the next step will see it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Nadam {
    /// The step size alpha, in place of `training.learning_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// How much of the old average of gradients stays (default 0.9).
    pub beta1: f64,
    /// How much of the old average of squared gradients stays (default 0.999).
    pub beta2: f64,
    /// Keeps the division finite; outside the root (default 1e-8).
    pub epsilon: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Adam { learning_rate: None, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, bias_correction: true }
    }
}

impl Default for Adamw {
    fn default() -> Self {
        Adamw { learning_rate: None, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 }
    }
}

impl Default for Nadam {
    fn default() -> Self {
        Nadam { learning_rate: None, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

/// An optimizer of the family: what it is called, and its rule.
trait Family {
    const INFO: OptimizerInfo;

    fn rule(&self) -> Rule;
}

impl Family for Adam {
    const INFO: OptimizerInfo = OptimizerInfo {
        name: "adam",
        label: "Adam",
        optimizer: || Optimizer::Adam(Adam::default()),
        summary: "momentum and RMSprop together, both corrected for their start at 0: the first step is alpha sign(g)",
        equation: "m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; W = W - alpha (m/(1 - beta1^t)) / (sqrt(v/(1 - beta2^t)) + epsilon)",
        source: "[@kingma2015, algorithm 1]",
    };

    fn rule(&self) -> Rule {
        Rule { adam: self.clone(), weight_decay: 0.0, looks_ahead: false }
    }
}

impl Family for Adamw {
    const INFO: OptimizerInfo = OptimizerInfo {
        name: "adamw",
        label: "AdamW",
        optimizer: || Optimizer::Adamw(Adamw::default()),
        summary: "Adam with a decay of the parameters that its division does not distort",
        equation: "W = W - alpha weight_decay W, then as adam",
        source: "[@loshchilov2019, algorithm 2]",
    };

    fn rule(&self) -> Rule {
        let Adamw { learning_rate, beta1, beta2, epsilon, weight_decay } = *self;
        let adam = Adam { learning_rate, beta1, beta2, epsilon, bias_correction: true };
        Rule { adam, weight_decay, looks_ahead: false }
    }
}

impl Family for Nadam {
    const INFO: OptimizerInfo = OptimizerInfo {
        name: "nadam",
        label: "Nadam",
        optimizer: || Optimizer::Nadam(Nadam::default()),
        summary: "Adam with Nesterov's look ahead",
        equation: "m and v as adam; W = W - alpha (beta1 m/(1 - beta1^(t+1)) + (1 - beta1) g/(1 - beta1^t)) / (sqrt(v/(1 - beta2^t)) + epsilon)",
        source: "[@dozat2016], with a constant beta1",
    };

    fn rule(&self) -> Rule {
        let Nadam { learning_rate, beta1, beta2, epsilon } = *self;
        let adam = Adam { learning_rate, beta1, beta2, epsilon, bias_correction: true };
        Rule { adam, weight_decay: 0.0, looks_ahead: true }
    }
}

impl<F: Family> Method for F {
    const INFO: OptimizerInfo = F::INFO;
    const NUMBERS_PER_PARAMETER: usize = 2;

    fn learning_rate(&self) -> Option<f64> {
        self.rule().adam.learning_rate
    }

    fn check(&self) -> Vec<Problem> {
        let Rule { adam, weight_decay, .. } = self.rule();
        let found = [
            range::learning_rate(adam.learning_rate),
            range::of("beta1", adam.beta1).below_one(),
            range::of("beta2", adam.beta2).below_one(),
            range::of("epsilon", adam.epsilon).in_single_precision(),
            range::of("weight_decay", weight_decay).zero_or_more(),
        ];
        found.into_iter().flatten().collect()
    }

    fn start<R: Real>(&self, parameters: usize) -> impl Step<R> + 'static {
        State::new(self, parameters)
    }
}

/// What all of the family can do.
#[derive(Debug)]
struct Rule {
    adam: Adam,
    weight_decay: f64,
    looks_ahead: bool,
}

/// A rule and what it remembers.
#[derive(Debug)]
struct State<R> {
    rule: Rule,
    /// beta1^t and beta2^t.
    powers: [f64; 2],
    m: Vec<R>,
    v: Vec<R>,
}

impl<R: Real> State<R> {
    fn new(settings: &impl Family, parameters: usize) -> Self {
        let zeros = || vec![R::ZERO; parameters];
        State { rule: settings.rule(), powers: [1.0; 2], m: zeros(), v: zeros() }
    }
}

impl<R: Real> Step<R> for State<R> {
    fn step(&mut self, learning_rate: f64, parameters: &mut [R], gradient: &[R]) {
        let Adam { beta1, beta2, epsilon, bias_correction, .. } = self.rule.adam;
        self.powers = [self.powers[0] * beta1, self.powers[1] * beta2];
        let corrections = self.powers.map(|power| if bias_correction { 1.0 / (1.0 - power) } else { 1.0 });
        // Nadam's step is along the new average as the next step will see it, and along the gradient.
        let [ahead, now] = [
            learning_rate * beta1 / (1.0 - self.powers[0] * beta1),
            learning_rate * (1.0 - beta1) * corrections[0],
        ]
        .map(R::from_f64);
        // The correction of m is the same for all parameters: it rides in the step size.
        let [alpha, correction, kept] =
            [learning_rate * corrections[0], corrections[1], 1.0 - learning_rate * self.rule.weight_decay]
                .map(R::from_f64);
        let [beta1, share1, beta2, share2, epsilon] =
            [beta1, 1.0 - beta1, beta2, 1.0 - beta2, epsilon].map(R::from_f64);
        let all = parameters.iter_mut().zip(gradient).zip(&mut self.m).zip(&mut self.v);
        if self.rule.looks_ahead {
            return vectorized(|| {
                for (((w, &g), m), v) in all {
                    *m = beta1 * *m + share1 * g;
                    *v = beta2 * *v + share2 * g * g;
                    *w -= (ahead * *m + now * g) / ((*v * correction).sqrt() + epsilon);
                }
            });
        }
        vectorized(|| {
            for (((w, &g), m), v) in all {
                *m = beta1 * *m + share1 * g;
                *v = beta2 * *v + share2 * g * g;
                *w = kept * *w - alpha * *m / ((*v * correction).sqrt() + epsilon);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths of the steps along constant gradients, in units of the learning rate.
    fn steps(settings: &Adam, gradient: f64, count: usize) -> Vec<f64> {
        let mut state = State::new(settings, 1);
        let mut at = [0.0];
        let mut step = || {
            let before = at[0];
            state.step(0.01, &mut at, &[gradient]);
            (before - at[0]) / 0.01
        };
        (0..count).map(|_| step()).collect()
    }

    #[test]
    fn the_first_step_is_alpha_whatever_the_gradients_size() {
        for (gradient, sign) in [(1e-3, 1.0), (-5.0, -1.0), (1e6, 1.0)] {
            let first = steps(&Adam::default(), gradient, 1)[0];
            assert!((first - sign).abs() < 2e-5, "{gradient}: {first}");
        }
    }

    #[test]
    fn uncorrected_steps_start_at_3_16_and_peak_at_6_57_at_step_12() {
        let uncorrected = Adam { bias_correction: false, ..Adam::default() };
        let steps = steps(&uncorrected, 1.0, 40);
        assert!((steps[0] - 3.1623).abs() < 1e-4, "{}", steps[0]);
        let peak = (0..40).max_by(|&a, &b| steps[a].total_cmp(&steps[b])).unwrap();
        assert_eq!(peak + 1, 12);
        assert!((steps[peak] - 6.57).abs() < 5e-3, "{}", steps[peak]);
    }

    #[test]
    fn the_second_step_by_hand() {
        let mut state = State::new(&Adam { epsilon: 1.0, ..Adam::default() }, 1);
        let mut at = [0.0];
        state.step(0.1, &mut at, &[2.0]);
        // m' = 2, v' = 4: 0.1 * 2 / (2 + 1).
        assert!((at[0] + 0.2 / 3.0).abs() < 1e-15);
        let before = at[0];
        state.step(0.1, &mut at, &[-1.0]);
        // m = 0.9 * 0.2 - 0.1 = 0.08, m' = 0.08 / 0.19; v = 0.999 * 0.004 + 0.001 = 0.004996, v' = v / 0.001999.
        let expected = 0.1 * (0.08 / 0.19) / ((0.004996_f64 / 0.001999).sqrt() + 1.0);
        assert!((before - at[0] - expected).abs() < 1e-14);
    }

    #[test]
    fn nadam_looks_ahead() {
        let mut state = State::new(&Nadam { epsilon: 1.0, ..Nadam::default() }, 1);
        let mut at = [0.0];
        state.step(0.1, &mut at, &[2.0]);
        // m = 0.2, v' = 4: 0.1 (0.9 * 0.2 / (1 - 0.81) + 0.1 * 2 / 0.1) / (2 + 1).
        let first = 0.1 * (0.9 * 0.2 / 0.19 + 2.0) / 3.0;
        assert!((at[0] + first).abs() < 1e-15);
        let before = at[0];
        state.step(0.1, &mut at, &[-1.0]);
        // m = 0.08, v' = 0.004996 / 0.001999: 0.1 (0.9 * 0.08 / (1 - 0.729) - 0.1 / 0.19) / (sqrt(v') + 1), uphill.
        let step = 0.1 * (0.9 * 0.08 / 0.271 - 0.1 / 0.19) / ((0.004996_f64 / 0.001999).sqrt() + 1.0);
        assert!((before - at[0] - step).abs() < 1e-14);
    }

    #[test]
    fn decay_shrinks_parameters_without_a_gradient() {
        let mut state = State::new(&Adamw { weight_decay: 0.5, ..Adamw::default() }, 1);
        let mut at = [2.0];
        state.step(0.1, &mut at, &[0.0]);
        assert!((at[0] - 1.9_f64).abs() < 1e-15);
    }
}
