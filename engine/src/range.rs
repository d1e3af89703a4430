//! Ranges that settings have, each with its sentence: the one place that says what was expected of a number.

use std::ops::RangeInclusive;

use crate::problem::Problem;

/// A number of a setting, to be held to a range.
#[derive(Clone, Copy)]
pub struct Ranged<'a> {
    path: &'a str,
    said: &'a str,
    value: f64,
}

/// Takes the value of the setting at a path, which messages call by that path.
pub fn of(path: &str, value: f64) -> Ranged<'_> {
    Ranged { path, said: path, value }
}

impl<'a> Ranged<'a> {
    /// Has messages call it otherwise: `the learning rate is 0`.
    pub fn said(self, said: &'a str) -> Self {
        Ranged { said, ..self }
    }

    /// Expects a number above 0.
    pub fn above_zero(self) -> Option<Problem> {
        self.expect(self.value.is_finite() && self.value > 0.0, "a number above 0")
    }

    /// Expects a number that is not negative.
    pub fn zero_or_more(self) -> Option<Problem> {
        self.expect(self.value.is_finite() && self.value >= 0.0, "a number that is 0 or more")
    }

    /// Expects a number of at least 1.
    pub fn one_or_more(self) -> Option<Problem> {
        self.expect(self.value.is_finite() && self.value >= 1.0, "a number of at least 1")
    }

    /// Expects what a part of a whole can be.
    pub fn share(self) -> Option<Problem> {
        self.up_to(1.0).map(|problem| as_share(problem, self.value))
    }

    /// Expects a number from 0 to `most`.
    pub fn up_to(self, most: f64) -> Option<Problem> {
        self.expect((0.0..=most).contains(&self.value), &format!("a number from 0 to {most}"))
    }

    /// Expects what a weight in a moving average can be.
    pub fn below_one(self) -> Option<Problem> {
        self.expect((0.0..1.0).contains(&self.value), "a number from 0 up to, but not including, 1")
    }

    /// Expects what keeps a quotient finite: it must not vanish in single precision.
    pub fn in_single_precision(self) -> Option<Problem> {
        let fits = self.value.is_finite() && self.value >= f64::from(f32::MIN_POSITIVE);
        self.expect(fits, "a number of at least 1.2e-38, the smallest of single precision")
    }

    fn expect(self, holds: bool, expected: &str) -> Option<Problem> {
        let problem =
            || Problem::new(self.path, format!("{} is {}", self.said, self.value)).expected(expected);
        (!holds).then(problem)
    }
}

/// Adds to what is wrong with a share how it is written, where it seems to be a percentage.
pub fn as_share(problem: Problem, value: f64) -> Problem {
    match value {
        2.0..=100.0 => problem.hint(format!("{value}% is written {}", value / 100.0)),
        _ => problem,
    }
}

/// Holds a learning rate to its range, where one is set.
pub fn learning_rate(value: Option<f64>) -> Option<Problem> {
    of("learning_rate", value?).said("the learning rate").above_zero()
}

/// Holds a whole number to a range; `message` says what it is.
pub fn whole(
    path: &str,
    message: impl Into<String>,
    value: u64,
    range: RangeInclusive<u64>,
) -> Option<Problem> {
    let (least, most) = (range.start(), range.end());
    let expected = || format!("a whole number from {least} to {most}");
    (!range.contains(&value)).then(|| Problem::new(path, message).expected(expected()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        let of = |value: f64| of("x", value);
        assert!(of(0.0).below_one().is_none() && of(0.999).below_one().is_none());
        for outside in [1.0, -0.1, f64::NAN] {
            assert!(of(outside).below_one().is_some(), "{outside}");
        }
        assert!(of(1e-300).above_zero().is_none() && of(0.0).above_zero().is_some());
        assert!(of(1e-8).in_single_precision().is_none() && of(1e-50).in_single_precision().is_some());
        assert!(of(f64::NAN).in_single_precision().is_some());
        assert!(of(0.0).zero_or_more().is_none() && of(f64::INFINITY).zero_or_more().is_some());
        assert!(of(1.0).share().is_none() && of(1.1).share().is_some() && of(f64::NAN).share().is_some());
        assert!(of(1.0).one_or_more().is_none() && of(0.5).one_or_more().is_some());
        assert!(learning_rate(None).is_none() && learning_rate(Some(-0.1)).is_some());
        assert!(whole("n", "2 n", 2, 1..=2).is_none() && whole("n", "3 n", 3, 1..=2).is_some());
    }

    #[test]
    fn percentages_are_no_shares() {
        let hint = |value: f64| of("noise", value).share().unwrap().hints;
        assert_eq!(hint(10.0), ["10% is written 0.1"]);
        assert!(hint(1.5).is_empty() && hint(-1.0).is_empty());
    }

    #[test]
    fn messages_say_what_is_and_what_was_expected() {
        let problem = of("gap", -1.0).said("the gap").up_to(180.0).unwrap();
        let expected = ("gap", "the gap is -1", "a number from 0 to 180");
        assert_eq!((problem.path.as_str(), problem.message.as_str(), problem.expected.as_str()), expected);
        assert_eq!(whole("n", "9 n", 9, 1..=2).unwrap().expected, "a whole number from 1 to 2");
    }
}
