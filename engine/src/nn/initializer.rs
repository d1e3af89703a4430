//! Initializers: the weights before training.
//!
//! A unit with n_in inputs of variance 1, which do not depend on each other, has a weighted sum of variance `n_in Var(W)`. Each
//! rule keeps that from growing or shrinking layer by layer, under its own assumptions; [`INITIALIZERS`] has the equations.
//!
//! Where implementations disagree: all weights are normal here, of the variance that the rule names. PyTorch's `Linear` starts
//! from a uniform distribution of variance 1/(3 n_in), biases too; Keras from Glorot's uniform one, and its `HeNormal` draws
//! again what is beyond two standard deviations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::numeric::{Real, Stream};
use crate::problem::Problem;
use crate::range;

/// How the weights are drawn before training; biases always start at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Initializer {
    /// Every weight 0: all units of a layer stay equal for ever.
    Zeros,
    /// Every weight this one number: as blind as zeros.
    Constant(f64),
    /// Normal with mean 0 and this standard deviation, whatever the layer's size.
    Normal(f64),
    /// Normal with variance 1/n_in: keeps the size of signals through linear units.
    Lecun,
    /// Normal with variance 2/n_in, made for relu (the default).
    #[default]
    He,
    /// Normal with variance 1/n_in, the course's choice for tanh.
    Xavier,
    /// Normal with variance 2/(n_in + n_out): a compromise between the forward and the backward pass.
    Glorot,
}

/// An initializer as the reference shows it.
#[derive(Clone, Copy, Debug)]
pub struct InitializerInfo {
    /// As an author writes it.
    pub name: &'static str,
    /// With an example of its setting where it has one.
    pub initializer: Initializer,
    /// One sentence for an author.
    pub summary: &'static str,
    /// Its variance, in plain text.
    pub equation: &'static str,
    /// Who proposed it, and where: text with citations of `src/bibliography/sources.bib`.
    pub source: &'static str,
}

/// All initializers.
pub const INITIALIZERS: &[InitializerInfo] = &[
    InitializerInfo {
        name: "zeros",
        initializer: Initializer::Zeros,
        summary: "no symmetry is broken: the units of a layer never come to differ",
        equation: "W = 0",
        source: "shown for its failure",
    },
    InitializerInfo {
        name: "constant",
        initializer: Initializer::Constant(0.1),
        summary: "as zeros: equal units receive equal gradients",
        equation: "W = c",
        source: "shown for its failure",
    },
    InitializerInfo {
        name: "normal",
        initializer: Initializer::Normal(0.01),
        summary: "one spread for all layers: signals shrink or grow with the width",
        equation: "W ~ N(0, sd^2)",
        source: "[@krizhevsky2012, section 5] (sd 0.01)",
    },
    InitializerInfo {
        name: "lecun",
        initializer: Initializer::Lecun,
        summary: "a weighted sum of n_in unit-variance inputs has unit variance",
        equation: "W ~ N(0, 1/n_in)",
        source: "[@lecun1998, section 4.6, equation 16]",
    },
    InitializerInfo {
        name: "he",
        initializer: Initializer::He,
        summary: "as lecun, doubled because relu lets half of the signal through",
        equation: "W ~ N(0, 2/n_in)",
        source: "[@he2015, equation 10]",
    },
    InitializerInfo {
        name: "xavier",
        initializer: Initializer::Xavier,
        summary: "the course's name for sd sqrt(1/n_in) with tanh; the paper's own formula is glorot",
        equation: "W ~ N(0, 1/n_in)",
        source: "[@glorot2010, equation 10] (forward condition)",
    },
    InitializerInfo {
        name: "glorot",
        initializer: Initializer::Glorot,
        summary: "keeps activations and gradients at a middle size; drawn from a normal here, from a uniform distribution of the same variance in the paper",
        equation: "W ~ N(0, 2/(n_in + n_out))",
        source: "[@glorot2010, equation 12]",
    },
];

impl Initializer {
    /// Returns the standard deviation of the weights of a layer; None where they are not drawn.
    pub fn sd(self, inputs: usize, outputs: usize) -> Option<f64> {
        let (inputs, outputs) = (inputs as f64, outputs as f64);
        match self {
            Initializer::Zeros | Initializer::Constant(_) => None,
            Initializer::Normal(sd) => Some(sd),
            Initializer::Lecun | Initializer::Xavier => Some((1.0 / inputs).sqrt()),
            Initializer::He => Some((2.0 / inputs).sqrt()),
            Initializer::Glorot => Some((2.0 / (inputs + outputs)).sqrt()),
        }
    }

    /// Fills the weights of a layer of `inputs` by `outputs`. The standard normal deviates come from the
    /// stream in order and are only scaled: two initializers on one stream give proportional weights.
    pub fn fill<R: Real>(self, inputs: usize, outputs: usize, stream: &mut Stream, weights: &mut [R]) {
        match (self, self.sd(inputs, outputs)) {
            (_, Some(sd)) => weights.iter_mut().for_each(|w| *w = R::from_f64(sd * stream.normal())),
            (Initializer::Constant(c), _) => weights.fill(R::from_f64(c)),
            _ => weights.fill(R::ZERO),
        }
    }

    /// Returns problems with paths from the initializer on: `constant`.
    pub fn check(&self) -> Vec<Problem> {
        let problem = match *self {
            Initializer::Constant(c) if !c.is_finite() => {
                Some(Problem::new("constant", format!("the constant is {c}")).expected("a finite number"))
            }
            Initializer::Normal(sd) => range::of("normal", sd).said("the standard deviation").zero_or_more(),
            _ => None,
        };
        problem.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    fn drawn(initializer: Initializer, inputs: usize, outputs: usize) -> Vec<f64> {
        let mut weights = vec![f64::NAN; inputs * outputs];
        initializer.fill(inputs, outputs, &mut Streams::new(1).stream("init/1"), &mut weights);
        weights
    }

    #[test]
    fn each_is_listed_under_the_name_that_authors_write() {
        for info in INITIALIZERS {
            let written = serde_json::to_value(info.initializer).unwrap();
            let name = written.as_str().or_else(|| written.as_object()?.keys().next().map(String::as_str));
            assert_eq!(name, Some(info.name));
            assert!(info.initializer.check().is_empty());
            assert!(!info.summary.is_empty() && !info.equation.is_empty() && !info.source.is_empty());
        }
    }

    #[test]
    fn each_has_the_spread_that_it_promises() {
        for info in INITIALIZERS {
            let weights = drawn(info.initializer, 200, 100);
            let mean = weights.iter().sum::<f64>() / weights.len() as f64;
            let sd =
                (weights.iter().map(|w| (w - mean) * (w - mean)).sum::<f64>() / weights.len() as f64).sqrt();
            match info.initializer.sd(200, 100) {
                Some(expected) => {
                    assert!((sd / expected - 1.0).abs() < 0.02, "{}: {sd} is not {expected}", info.name);
                    assert!(mean.abs() < 4.0 * expected / (20000.0_f64).sqrt(), "{}: mean {mean}", info.name);
                }
                None => assert!(weights.iter().all(|&w| w == weights[0]), "{}", info.name),
            }
        }
    }

    #[test]
    fn spreads_by_hand() {
        assert_eq!(Initializer::He.sd(8, 100), Some(0.5));
        assert_eq!(Initializer::Lecun.sd(4, 100), Some(0.5));
        assert_eq!(Initializer::Xavier.sd(4, 100), Some(0.5));
        assert_eq!(Initializer::Glorot.sd(3, 5), Some(0.5));
        assert_eq!(drawn(Initializer::Constant(0.5), 2, 2), [0.5; 4]);
        assert_eq!(drawn(Initializer::Zeros, 2, 2), [0.0; 4]);
    }

    #[test]
    fn initializers_differ_by_their_scale_alone() {
        let (he, lecun) = (drawn(Initializer::He, 6, 4), drawn(Initializer::Lecun, 6, 4));
        for (he, lecun) in he.iter().zip(&lecun) {
            assert!((he / lecun - 2.0_f64.sqrt()).abs() < 1e-12);
        }
    }

    #[test]
    fn impossible_settings_are_problems() {
        assert_eq!(Initializer::Normal(-1.0).check()[0].path, "normal");
        assert_eq!(Initializer::Constant(f64::INFINITY).check()[0].path, "constant");
    }
}
