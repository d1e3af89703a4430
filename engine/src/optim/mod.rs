//! Optimizers: how a gradient becomes a step. One file each: settings, state, step.
//!
//! An [`Optimizer`] is what an author chooses; [`Optimizer::start`] gives the [`State`] that takes the steps, on any vector
//! of parameters: a network's, or a point on a surface. To add one: its file, which implements `Method` and `Step`, and
//! here its variant, its line in `each!` and its entry in [`OPTIMIZERS`].

mod adagrad;
mod adam;
mod momentum;
mod rmsprop;
pub mod schedule;
mod sgd;

use std::fmt::Debug;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::numeric::Real;
use crate::problem::{Problem, within};
pub use adagrad::Adagrad;
pub use adam::{Adam, Adamw, Nadam};
pub use momentum::{Momentum, Nesterov};
pub use rmsprop::Rmsprop;
pub use schedule::{Moment, SCHEDULES, Schedule, ScheduleInfo};
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
    /// Adam that looks one step ahead.
    Nadam(Nadam),
    /// Divides each step by the size of all its gradients so far.
    Adagrad(Adagrad),
}

/// The same expression over the settings of whichever optimizer it is.
macro_rules! each {
    ($optimizer:expr, $settings:ident => $then:expr) => {
        match $optimizer {
            Optimizer::Sgd($settings) => $then,
            Optimizer::Momentum($settings) => $then,
            Optimizer::Nesterov($settings) => $then,
            Optimizer::Rmsprop($settings) => $then,
            Optimizer::Adam($settings) => $then,
            Optimizer::Adamw($settings) => $then,
            Optimizer::Nadam($settings) => $then,
            Optimizer::Adagrad($settings) => $then,
        }
    };
}

/// All optimizers.
pub const OPTIMIZERS: &[OptimizerInfo] = &[
    Sgd::INFO,
    Momentum::INFO,
    Nesterov::INFO,
    Rmsprop::INFO,
    Adam::INFO,
    Adamw::INFO,
    Nadam::INFO,
    Adagrad::INFO,
];

/// An optimizer as the reference shows it.
#[derive(Clone, Copy, Debug)]
pub struct OptimizerInfo {
    /// As an author writes it.
    pub name: &'static str,
    /// As a reader sees it.
    pub label: &'static str,
    /// With its defaults.
    pub optimizer: fn() -> Optimizer,
    /// One sentence for an author.
    pub summary: &'static str,
    /// Its step, in plain text.
    pub equation: &'static str,
    /// Who proposed it, and where: text with citations of `src/bibliography/sources.bib`.
    pub source: &'static str,
}

/// The settings of an optimizer.
trait Method {
    const INFO: OptimizerInfo;
    /// How many numbers it remembers for each parameter.
    const NUMBERS_PER_PARAMETER: usize;

    /// Its own learning rate, if it has one.
    fn learning_rate(&self) -> Option<f64>;

    /// Returns problems with paths from the settings on: `beta1`.
    fn check(&self) -> Vec<Problem>;

    /// Returns the state before the first step over so many parameters.
    fn start<R: Real>(&self, parameters: usize) -> impl Step<R> + 'static;
}

/// What an optimizer remembers between steps, and the step. [`State::new`] makes one of the caller's own into what a
/// [`Trainer`](crate::train::Trainer) steps by.
pub trait Step<R>: Debug + Send + Sync {
    /// Takes one step against the gradient, one for each parameter: one pass, without allocation.
    fn step(&mut self, learning_rate: f64, parameters: &mut [R], gradient: &[R]);
}

impl Default for Optimizer {
    fn default() -> Self {
        Optimizer::Adam(Adam::default())
    }
}

impl Optimizer {
    /// Its entry in [`OPTIMIZERS`].
    pub fn info(&self) -> OptimizerInfo {
        fn info_of<M: Method>(_: &M) -> OptimizerInfo {
            M::INFO
        }
        each!(self, settings => info_of(settings))
    }

    /// Returns its name as an author writes it: `sgd`.
    pub fn name(&self) -> &'static str {
        self.info().name
    }

    /// Returns its name as a reader sees it: `SGD`.
    pub fn label(&self) -> &'static str {
        self.info().label
    }

    /// Its own learning rate, if it has one.
    pub fn learning_rate(&self) -> Option<f64> {
        each!(self, settings => settings.learning_rate())
    }

    /// Returns problems with paths from the optimizer on: `adam.beta1`.
    pub fn check(&self) -> Vec<Problem> {
        let problems = each!(self, settings => settings.check());
        within(self.name(), problems)
    }

    /// Returns the state before the first step over so many parameters.
    pub fn start<R: Real>(&self, parameters: usize) -> State<R> {
        each!(self, settings => State::new(settings.start(parameters)))
    }

    /// Returns how many numbers it remembers for each parameter.
    pub fn numbers_per_parameter(&self) -> usize {
        fn numbers_of<M: Method>(_: &M) -> usize {
            M::NUMBERS_PER_PARAMETER
        }
        each!(self, settings => numbers_of(settings))
    }
}

/// An optimizer at work: what it remembers between steps.
#[derive(Debug)]
pub struct State<R>(Box<dyn Step<R>>);

impl<R: Real> State<R> {
    /// Makes a state of what remembers and steps.
    pub fn new(step: impl Step<R> + 'static) -> Self {
        State(Box::new(step))
    }

    /// Takes one step against the gradient: one pass over the parameters, without allocation.
    ///
    /// # Panics
    /// If there are not as many gradients as parameters.
    pub fn step(&mut self, learning_rate: f64, parameters: &mut [R], gradient: &[R]) {
        assert_eq!(parameters.len(), gradient.len(), "one gradient a parameter");
        self.0.step(learning_rate, parameters, gradient);
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
