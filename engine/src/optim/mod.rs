//! Optimizers: how a gradient becomes a step. One file each: settings, state, step.
//!
//! An [`Optimizer`] is what an author chooses; [`Optimizer::start`] gives the [`State`] that takes the steps, on any vector
//! of parameters: a network's, or a point on a surface. To add one: its file, a variant and arms here, an entry in [`OPTIMIZERS`].

pub mod adagrad;
pub mod adam;
mod check;
pub mod momentum;
pub mod rmsprop;
pub mod schedule;
pub mod sgd;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::numeric::Real;
use crate::problem::Problem;
pub use adagrad::Adagrad;
pub use adam::{Adam, Adamw};
pub use momentum::{Momentum, Nesterov};
pub use rmsprop::Rmsprop;
pub use schedule::{SCHEDULES, Schedule, ScheduleInfo};
pub use sgd::Sgd;

/// How gradients become steps.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Optimizer {
    /// Plain gradient descent, against the gradient of each batch.
    Sgd(Sgd),
    /// Follows an exponentially weighted average of the gradients.
    Momentum(Momentum),
    /// Momentum that looks one step ahead.
    Nesterov(Nesterov),
    /// Divides each step by the recent size of its gradient.
    Rmsprop(Rmsprop),
    /// Momentum and RMSprop together, both corrected for their start at 0 (the default).
    Adam(Adam),
    /// Adam that also shrinks the parameters.
    Adamw(Adamw),
    /// Divides each step by the size of all its gradients so far.
    Adagrad(Adagrad),
}

/// An optimizer as the reference shows it.
#[derive(Clone, Copy, Debug)]
pub struct OptimizerInfo {
    /// As an author writes it.
    pub name: &'static str,
    /// As a reader sees it.
    pub label: &'static str,
    /// With its defaults.
    pub optimizer: fn() -> Optimizer,
    pub summary: &'static str,
    pub equation: &'static str,
    pub source: &'static str,
}

/// All optimizers.
pub const OPTIMIZERS: &[OptimizerInfo] = &[
    OptimizerInfo {
        name: "sgd",
        label: "SGD",
        optimizer: || Optimizer::Sgd(Sgd::default()),
        summary: "plain gradient descent on one batch after the other",
        equation: "W = W - alpha g",
        source: "Robbins and Monro, A Stochastic Approximation Method, 1951",
    },
    OptimizerInfo {
        name: "momentum",
        label: "Momentum",
        optimizer: || Optimizer::Momentum(Momentum::default()),
        summary: "steps along an average of the gradients: oscillations cancel, and noise is damped; PyTorch's form is `dampening: 0`",
        equation: "v = beta v + (1 - beta) g; W = W - alpha v",
        source: "Polyak, Some methods of speeding up the convergence of iteration methods, 1964",
    },
    OptimizerInfo {
        name: "nesterov",
        label: "Nesterov",
        optimizer: || Optimizer::Nesterov(Nesterov::default()),
        summary: "momentum that steps along the average as it will be if the next gradient equals this one",
        equation: "v = beta v + (1 - beta) g; W = W - alpha (beta v + (1 - beta) g)",
        source: "Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning, ICML 2013",
    },
    OptimizerInfo {
        name: "rmsprop",
        label: "RMSprop",
        optimizer: || Optimizer::Rmsprop(Rmsprop::default()),
        summary: "divides each step by the root of the average squared gradient: steep directions take shorter steps",
        equation: "s = beta s + (1 - beta) g^2; W = W - alpha g / (sqrt(s) + epsilon)",
        source: "Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine Learning, 2012",
    },
    OptimizerInfo {
        name: "adam",
        label: "Adam",
        optimizer: || Optimizer::Adam(Adam::default()),
        summary: "momentum and RMSprop together, both corrected for their start at 0: the first step is alpha sign(g)",
        equation: "m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; W = W - alpha (m/(1 - beta1^t)) / (sqrt(v/(1 - beta2^t)) + epsilon)",
        source: "Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015, algorithm 1",
    },
    OptimizerInfo {
        name: "adamw",
        label: "AdamW",
        optimizer: || Optimizer::Adamw(Adamw::default()),
        summary: "Adam with a decay of the parameters that its division does not distort",
        equation: "W = W - alpha weight_decay W, then as adam",
        source: "Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019, algorithm 2",
    },
    OptimizerInfo {
        name: "adagrad",
        label: "Adagrad",
        optimizer: || Optimizer::Adagrad(Adagrad::default()),
        summary: "divides each step by the root of the sum of all squared gradients so far: steps only ever shrink",
        equation: "s = s + g^2; W = W - alpha g / (sqrt(s) + epsilon)",
        source: "Duchi, Hazan and Singer, Adaptive Subgradient Methods, JMLR 2011",
    },
];

impl Default for Optimizer {
    fn default() -> Self {
        Optimizer::Adam(Adam::default())
    }
}

impl Optimizer {
    /// Its entry in [`OPTIMIZERS`].
    pub fn info(&self) -> &'static OptimizerInfo {
        let same = |info: &&OptimizerInfo| {
            std::mem::discriminant(&(info.optimizer)()) == std::mem::discriminant(self)
        };
        OPTIMIZERS.iter().find(same).expect("every optimizer is listed")
    }

    /// As an author writes it: `sgd`.
    pub fn name(&self) -> &'static str {
        self.info().name
    }

    /// As a reader sees it: `SGD`.
    pub fn label(&self) -> &'static str {
        self.info().label
    }

    /// Its own learning rate, if it has one.
    pub fn learning_rate(&self) -> Option<f64> {
        match self {
            Optimizer::Sgd(settings) => settings.learning_rate,
            Optimizer::Momentum(settings) => settings.learning_rate,
            Optimizer::Nesterov(settings) => settings.learning_rate,
            Optimizer::Rmsprop(settings) => settings.learning_rate,
            Optimizer::Adam(settings) => settings.learning_rate,
            Optimizer::Adamw(settings) => settings.learning_rate,
            Optimizer::Adagrad(settings) => settings.learning_rate,
        }
    }

    /// Problems with paths from the optimizer on: `adam.beta1`.
    pub fn check(&self) -> Vec<Problem> {
        let problems = match self {
            Optimizer::Sgd(settings) => settings.check(),
            Optimizer::Momentum(settings) => settings.check(),
            Optimizer::Nesterov(settings) => settings.check(),
            Optimizer::Rmsprop(settings) => settings.check(),
            Optimizer::Adam(settings) => settings.check(),
            Optimizer::Adamw(settings) => settings.check(),
            Optimizer::Adagrad(settings) => settings.check(),
        };
        problems.into_iter().map(|problem| problem.within(self.name())).collect()
    }

    /// The state before the first step over so many parameters.
    pub fn start<R: Real>(&self, parameters: usize) -> State<R> {
        match self {
            Optimizer::Sgd(_) => State::Sgd,
            Optimizer::Momentum(settings) => State::Momentum(momentum::State::momentum(settings, parameters)),
            Optimizer::Nesterov(settings) => State::Momentum(momentum::State::nesterov(settings, parameters)),
            Optimizer::Rmsprop(settings) => State::Rmsprop(rmsprop::State::new(settings, parameters)),
            Optimizer::Adam(settings) => State::Adam(adam::State::adam(settings, parameters)),
            Optimizer::Adamw(settings) => State::Adam(adam::State::adamw(settings, parameters)),
            Optimizer::Adagrad(settings) => State::Adagrad(adagrad::State::new(settings, parameters)),
        }
    }

    /// How many numbers it remembers for each parameter.
    pub fn numbers_per_parameter(&self) -> usize {
        match self {
            Optimizer::Sgd(_) => 0,
            Optimizer::Momentum(_)
            | Optimizer::Nesterov(_)
            | Optimizer::Rmsprop(_)
            | Optimizer::Adagrad(_) => 1,
            Optimizer::Adam(_) | Optimizer::Adamw(_) => 2,
        }
    }
}

/// What an optimizer remembers between steps.
#[derive(Clone, Debug)]
pub enum State<R> {
    Sgd,
    Momentum(momentum::State<R>),
    Rmsprop(rmsprop::State<R>),
    Adam(adam::State<R>),
    Adagrad(adagrad::State<R>),
}

impl<R: Real> State<R> {
    /// Takes one step against the gradient: one pass over the parameters, without allocation.
    ///
    /// # Panics
    /// If there are not as many gradients as parameters.
    pub fn step(&mut self, learning_rate: f64, parameters: &mut [R], gradient: &[R]) {
        assert_eq!(parameters.len(), gradient.len(), "one gradient a parameter");
        match self {
            State::Sgd => sgd::step(learning_rate, parameters, gradient),
            State::Momentum(state) => state.step(learning_rate, parameters, gradient),
            State::Rmsprop(state) => state.step(learning_rate, parameters, gradient),
            State::Adam(state) => state.step(learning_rate, parameters, gradient),
            State::Adagrad(state) => state.step(learning_rate, parameters, gradient),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 200 steps down `f = (x^2 + 10 y^2)/2`.
    fn descend<R: Real>(optimizer: &Optimizer) -> [R; 2] {
        let mut at = [R::from_f64(1.0), R::from_f64(-1.0)];
        let mut state = optimizer.start(2);
        for _ in 0..200 {
            let gradient = [at[0], R::from_f64(10.0) * at[1]];
            state.step(0.05, &mut at, &gradient);
        }
        at
    }

    #[test]
    fn each_is_listed_under_the_name_that_authors_write() {
        for info in OPTIMIZERS {
            let optimizer = (info.optimizer)();
            let written = serde_json::to_value(&optimizer).unwrap();
            assert_eq!(written.as_object().unwrap().keys().next().unwrap(), info.name);
            assert_eq!(serde_json::from_value::<Optimizer>(written).unwrap(), optimizer);
            assert_eq!(optimizer.name(), info.name);
            assert!(optimizer.check().is_empty());
            assert!(!info.summary.is_empty() && !info.equation.is_empty() && !info.source.is_empty());
        }
    }

    #[test]
    fn each_has_a_learning_rate_of_its_own() {
        for info in OPTIMIZERS {
            assert_eq!((info.optimizer)().learning_rate(), None);
            let set = serde_json::json!({ info.name: { "learning_rate": -0.5 } });
            let set: Optimizer = serde_json::from_value(set).unwrap();
            assert_eq!(set.learning_rate(), Some(-0.5));
            assert_eq!(set.check()[0].path, format!("{}.learning_rate", info.name));
        }
    }

    #[test]
    fn each_lowers_a_bowl() {
        for info in OPTIMIZERS {
            let [x, y] = descend::<f64>(&(info.optimizer)());
            let value = (x * x + 10.0 * y * y) / 2.0;
            assert!(value < 0.3 * 5.5, "{}: {value} after 5.5", info.name);
        }
    }

    #[test]
    fn each_repeats_itself_and_agrees_between_precisions() {
        for info in OPTIMIZERS {
            let optimizer = (info.optimizer)();
            let double = descend::<f64>(&optimizer);
            assert_eq!(double, descend::<f64>(&optimizer));
            for (single, double) in descend::<f32>(&optimizer).into_iter().zip(double) {
                assert!((f64::from(single) - double).abs() < 1e-2, "{}", info.name);
            }
        }
    }

    #[test]
    fn each_treats_parameters_one_by_one() {
        for info in OPTIMIZERS {
            let optimizer = (info.optimizer)();
            let gradients = [0.3, -2.0, 0.0, 7.0, 1e-3, -1.0, 0.5, 0.25, -0.125, 3.0, 9.0];
            let mut together = vec![1.0_f64; gradients.len()];
            let mut state = optimizer.start(gradients.len());
            (0..3).for_each(|_| state.step(0.1, &mut together, &gradients));
            for (i, &gradient) in gradients.iter().enumerate() {
                let mut alone = [1.0];
                let mut state = optimizer.start(1);
                (0..3).for_each(|_| state.step(0.1, &mut alone, &[gradient]));
                assert_eq!(alone[0], together[i], "{}", info.name);
            }
            // Nothing pulls where the gradient is 0, but AdamW's decay.
            assert_eq!(together[2] == 1.0, info.name != "adamw");
        }
    }
}
