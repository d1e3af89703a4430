//! The slope of a function, from its values alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a slope is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Differences {
    /// Where the function is evaluated.
    pub sides: Sides,
    /// The step. The smaller it is, the less the curve matters and the more rounding does; in f64 two-sided
    /// differences are best near 1e-5.
    pub epsilon: f64,
    /// Whether J is computed in f32, parameters and steps rounded to it: too coarse a ruler for a slope.
    pub single: bool,
}

/// Where the function is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// (J(w + epsilon) - J(w - epsilon)) / (2 epsilon), an error of order epsilon^2 (the default).
    #[default]
    Two,
    /// (J(w + epsilon) - J(w)) / epsilon, an error of order epsilon.
    One,
}

impl Differences {
    /// Returns the slope of `function` at a point.
    pub fn slope(self, mut function: impl FnMut(f64) -> f64, at: f64) -> f64 {
        let above = function(at + self.epsilon);
        match self.sides {
            Sides::Two => (above - function(at - self.epsilon)) / (2.0 * self.epsilon),
            Sides::One => (above - function(at)) / self.epsilon,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_courses_cube() {
        // theta^3 at 1 has the slope 3.
        let slope = |sides| {
            Differences { sides, epsilon: 0.01, single: false }.slope(|theta| theta * theta * theta, 1.0)
        };
        assert!((slope(Sides::Two) - 3.0001).abs() < 1e-12);
        assert!((slope(Sides::One) - 3.0301).abs() < 1e-12);
    }

    #[test]
    fn errors_are_of_the_order_that_is_said() {
        let error = |sides, epsilon: f64| {
            (Differences { sides, epsilon, single: false }.slope(|theta| theta * theta * theta, 1.0) - 3.0)
                .abs()
        };
        // Ten times the step: a hundred times the error, or ten times.
        assert!((error(Sides::Two, 0.1) / error(Sides::Two, 0.01) - 100.0).abs() < 1e-6);
        assert!((error(Sides::One, 0.01) / error(Sides::One, 0.001) - 10.0).abs() < 0.1);
    }
}
