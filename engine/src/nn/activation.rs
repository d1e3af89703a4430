//! Activations: what a unit makes of its weighted sum.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::numeric::{self, Real, vectorized};

/// The slope of leaky relu below zero.
pub const LEAKY_SLOPE: f64 = 0.01;

/// What the hidden units apply to their weighted sum z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// z above zero, 0 below (the default).
    #[default]
    Relu,
    /// From -1 to 1, steepest at zero.
    Tanh,
    /// From 0 to 1, one half at zero.
    Sigmoid,
    /// z above zero, 0.01 z below.
    LeakyRelu,
    /// z as it is: without curvature, a deep network is one linear map.
    Linear,
    /// z times the chance that a normal deviate is below it.
    Gelu,
    /// z times its sigmoid.
    Silu,
}

/// An activation as the reference shows it.
#[derive(Clone, Copy, Debug)]
pub struct ActivationInfo {
    /// As an author writes it.
    pub name: &'static str,
    /// What computes it.
    pub activation: Activation,
    /// One sentence for an author.
    pub summary: &'static str,
    /// Its formula, in plain text.
    pub equation: &'static str,
    /// Who proposed it, and where: text with citations of `src/bibliography/sources.bib`.
    pub source: &'static str,
}

/// Nanoseconds of one core of a usual machine.
#[derive(Clone, Copy, Debug)]
pub struct UnitTime {
    /// Forward alone.
    pub forward: f64,
    /// Forward and backward.
    pub both: f64,
}

/// All activations.
pub const ACTIVATIONS: &[ActivationInfo] = &[
    ActivationInfo {
        name: "relu",
        activation: Activation::Relu,
        summary: "cheap, and its gradient does not shrink where the unit is on; a unit that is off for every example learns no more",
        equation: "a = max(0, z); da/dz = 1 for z > 0, else 0",
        source: "[@nair2010]",
    },
    ActivationInfo {
        name: "tanh",
        activation: Activation::Tanh,
        summary: "centred on zero; flat, and so slow to learn, where |z| is large",
        equation: "a = (e^z - e^-z) / (e^z + e^-z); da/dz = 1 - a^2",
        source: "[@lecun1998, section 4.4]",
    },
    ActivationInfo {
        name: "sigmoid",
        activation: Activation::Sigmoid,
        summary: "a probability; as a hidden unit, never centred and at most a quarter steep",
        equation: "a = 1 / (1 + e^-z); da/dz = a (1 - a)",
        source: "[@rumelhart1986]",
    },
    ActivationInfo {
        name: "leaky_relu",
        activation: Activation::LeakyRelu,
        summary: "relu that still learns a little where it is off",
        equation: "a = z for z > 0, else 0.01 z; da/dz = 1 for z > 0, else 0.01",
        source: "[@maas2013]",
    },
    ActivationInfo {
        name: "linear",
        activation: Activation::Linear,
        summary: "no activation at all: many layers compute what one could",
        equation: "a = z; da/dz = 1",
        source: "the identity",
    },
    ActivationInfo {
        name: "gelu",
        activation: Activation::Gelu,
        summary: "relu with a soft corner: near 0, units are let through by degrees; as transformers have it",
        equation: "a = z Phi(z), Phi(z) = (1 + erf(z / sqrt(2))) / 2; da/dz = Phi(z) + z e^(-z^2/2) / sqrt(2 pi)",
        source: "[@hendrycks2016] (the exact form; others approximate it by tanh)",
    },
    ActivationInfo {
        name: "silu",
        activation: Activation::Silu,
        summary: "relu with a soft corner, from the sigmoid alone; also called swish",
        equation: "a = z s(z), s(z) = 1 / (1 + e^-z); da/dz = s(z) (1 + z (1 - s(z)))",
        source: "[@elfwing2018]",
    },
];

impl Activation {
    /// Writes the activations of weighted sums z. NaN stays NaN, so that divergence is seen.
    ///
    /// Into another slice, as in [`Self::backward`]: in place, the choices below would be compiled to stores of
    /// some elements only, which some CPUs do ten times slower.
    pub fn apply<R: Real>(self, z: &[R], a: &mut [R]) {
        let slope = R::from_f64(LEAKY_SLOPE);
        match self {
            Activation::Relu => write(a, z, |z| z.max(R::ZERO)),
            Activation::LeakyRelu => write(a, z, |z| z.max(slope * z)),
            Activation::Linear => a.copy_from_slice(z),
            Activation::Tanh => {
                a.copy_from_slice(z);
                numeric::tanh(a);
            }
            Activation::Sigmoid => {
                a.copy_from_slice(z);
                numeric::sigmoid(a);
            }
            Activation::Gelu => write(a, z, |z| z * normal_below(z)),
            Activation::Silu => write(a, z, |z| z * z.sigmoid()),
        }
    }

    /// Returns whether the derivative is told from the weighted sums z, which then have to be kept until the backward
    /// pass. That of the others can be told from the activation alone.
    pub fn needs_sums(self) -> bool {
        matches!(self, Activation::Gelu | Activation::Silu)
    }

    /// Returns whether the derivative jumps somewhere, so that nothing says how it curves there.
    pub fn has_corner(self) -> bool {
        match self {
            Activation::Relu | Activation::LeakyRelu => true,
            Activation::Tanh
            | Activation::Sigmoid
            | Activation::Linear
            | Activation::Gelu
            | Activation::Silu => false,
        }
    }

    /// Estimates what one unit of one row takes in f32, and in f64.
    pub fn times(self) -> [UnitTime; 2] {
        let alike = |forward, both| [UnitTime { forward, both }; 2];
        match self {
            Activation::Relu | Activation::LeakyRelu | Activation::Linear => alike(0.25, 0.5),
            // An exponential.
            Activation::Tanh | Activation::Sigmoid | Activation::Silu => alike(0.55, 1.1),
            // An error function; backward, an exponential beside it.
            Activation::Gelu => {
                [UnitTime { forward: 5.0, both: 28.0 }, UnitTime { forward: 7.0, both: 36.0 }]
            }
        }
    }

    /// Turns gradients with respect to the activations into gradients with respect to z.
    /// `kept` are the weighted sums z where the activation [needs](Self::needs_sums) them, else the activations.
    pub fn backward<R: Real>(self, kept: &[R], gradient: &[R], delta: &mut [R]) {
        let slope = R::from_f64(LEAKY_SLOPE);
        match self {
            Activation::Relu => write2(delta, gradient, kept, |g, a| if a > R::ZERO { g } else { R::ZERO }),
            Activation::LeakyRelu => {
                write2(delta, gradient, kept, |g, a| if a > R::ZERO { g } else { slope * g });
            }
            Activation::Tanh => write2(delta, gradient, kept, |g, a| g * (R::ONE - a * a)),
            Activation::Sigmoid => write2(delta, gradient, kept, |g, a| g * (a * (R::ONE - a))),
            Activation::Linear => delta.copy_from_slice(gradient),
            Activation::Gelu => {
                write2(delta, gradient, kept, |g, z| g * (normal_below(z) + z * normal_density(z)));
            }
            Activation::Silu => write2(delta, gradient, kept, |g, z| {
                let s = z.sigmoid();
                g * (s * (R::ONE + z * (R::ONE - s)))
            }),
        }
    }

    /// Returns whether a unit with activation `a` sits where its derivative is nearly zero:
    /// |tanh| above 0.99, sigmoid below 0.01 or above 0.99. The others do not saturate.
    pub fn saturated(self, a: f64) -> bool {
        match self {
            Activation::Tanh => a.abs() > 0.99,
            Activation::Sigmoid => !(0.01..=0.99).contains(&a),
            _ => false,
        }
    }

    /// Returns whether a unit with activation `a` sits where tanh or sigmoid is nearly a straight line: its z lies within 0.5 of 0.
    /// The others have no such place.
    pub fn nearly_straight(self, a: f64) -> bool {
        match self {
            Activation::Tanh => a.abs() < Real::tanh(0.5),
            Activation::Sigmoid => (a - 0.5).abs() < Real::sigmoid(0.5) - 0.5,
            _ => false,
        }
    }
}

/// Returns the chance that a standard normal deviate is below z.
fn normal_below<R: Real>(z: R) -> R {
    let half = R::from_f64(0.5);
    half * (R::ONE + (z * R::from_f64(std::f64::consts::FRAC_1_SQRT_2)).erf())
}

/// Returns the density of the standard normal distribution at z.
fn normal_density<R: Real>(z: R) -> R {
    // 1 / sqrt(2 pi)
    R::from_f64(0.398_942_280_401_432_7) * (R::from_f64(-0.5) * z * z).exp()
}

/// Sets `to = function(from)`, element by element.
#[inline(always)]
fn write<R: Real>(to: &mut [R], from: &[R], function: impl Fn(R) -> R) {
    vectorized(|| {
        for (to, &x) in to.iter_mut().zip(from) {
            *to = function(x);
        }
    });
}

/// Sets `to = function(from, other)`, element by element.
#[inline(always)]
fn write2<R: Real>(to: &mut [R], from: &[R], other: &[R], function: impl Fn(R, R) -> R) {
    vectorized(|| {
        for ((to, &x), &y) in to.iter_mut().zip(from).zip(other) {
            *to = function(x, y);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(activation: Activation, z: f64) -> f64 {
        let mut a = [0.0];
        activation.apply(&[z], &mut a);
        a[0]
    }

    #[test]
    fn each_is_listed_under_the_name_that_authors_write() {
        for info in ACTIVATIONS {
            let written: Activation = serde_json::from_value(info.name.into()).unwrap();
            assert_eq!(written, info.activation);
            assert!(!info.summary.is_empty() && !info.equation.is_empty() && !info.source.is_empty());
        }
        assert_eq!(ACTIVATIONS[0].activation, Activation::default());
    }

    #[test]
    fn values_by_hand() {
        assert_eq!(applied(Activation::Relu, -2.0), 0.0);
        assert_eq!(applied(Activation::Relu, 3.0), 3.0);
        assert_eq!(applied(Activation::LeakyRelu, -2.0), -0.02);
        assert_eq!(applied(Activation::Linear, -2.0), -2.0);
        assert!((applied(Activation::Tanh, 1.0) - 0.761_594_155_955_764_9).abs() < 1e-15);
        assert!((applied(Activation::Sigmoid, 1.0) - 0.731_058_578_630_004_9).abs() < 1e-15);
        // The chance that a normal deviate is below 1 is .8413447.
        assert!((applied(Activation::Gelu, 1.0) - 0.841_344_746_068_542_9).abs() < 1e-15);
        assert!((applied(Activation::Gelu, -1.0) + 0.158_655_253_931_457_1).abs() < 1e-15);
        assert!((applied(Activation::Silu, 1.0) - 0.731_058_578_630_004_9).abs() < 1e-15);
        assert!((applied(Activation::Silu, -1.0) + 0.268_941_421_369_995_1).abs() < 1e-15);
    }

    #[test]
    fn the_derivative_of_each_is_its_slope() {
        for info in ACTIVATIONS {
            for z in [-2.0, -0.3, 0.4, 1.7] {
                let step = 1e-6;
                let slope =
                    (applied(info.activation, z + step) - applied(info.activation, z - step)) / (2.0 * step);
                let mut delta = [0.0];
                let kept = if info.activation.needs_sums() { z } else { applied(info.activation, z) };
                info.activation.backward(&[kept], &[1.0], &mut delta);
                assert!((delta[0] - slope).abs() < 1e-9, "{} at {z}", info.name);
            }
        }
    }

    #[test]
    fn not_a_number_passes_through() {
        for info in ACTIVATIONS {
            assert!(applied(info.activation, f64::NAN).is_nan(), "{}", info.name);
        }
    }

    #[test]
    fn saturation_needs_a_flat_end() {
        assert!(Activation::Tanh.saturated(-0.995) && !Activation::Tanh.saturated(0.98));
        assert!(Activation::Sigmoid.saturated(0.005) && !Activation::Sigmoid.saturated(0.5));
        assert!(!Activation::Relu.saturated(1000.0));
        // tanh(0.5) = 0.4621, sigmoid(0.5) = 0.6225.
        assert!(Activation::Tanh.nearly_straight(-0.46) && !Activation::Tanh.nearly_straight(0.463));
        assert!(Activation::Sigmoid.nearly_straight(0.62) && !Activation::Sigmoid.nearly_straight(0.377));
        assert!(!Activation::Relu.nearly_straight(0.0));
    }
}
