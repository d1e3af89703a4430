//! One setting that is searched, and its scale.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::setting::names;
use crate::numeric::Stream;
use crate::problem::Problem;

/// The most values of a dimension that are looked through for one that fits.
const MOST_LOOKED_AT: usize = 10_000;

/// The range of one setting and the scale on which it is searched.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// From a to b (above 0), every factor alike: 0.001 to 0.01 gets as many trials as 0.01 to 0.1.
    Log([f64; 2]),
    /// From a to b, every distance alike.
    Linear([f64; 2]),
    /// Whole numbers from a to b, both included.
    Integer([i64; 2]),
    /// One of these values.
    Choice(Vec<Value>),
    /// From a to b (below 1), with one minus the value on a log scale: 0.9 to 0.99 gets as many trials as 0.99 to 0.999.
    OneMinusLog([f64; 2]),
}

/// How many trials fell between two powers of ten.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decade {
    /// The power of ten where it begins.
    pub from: f64,
    /// The power of ten where it ends.
    pub to: f64,
    /// Of all trials, 0 to 1.
    pub share: f64,
}

impl Dimension {
    /// Returns problems with paths from the dimension on: `log`.
    pub fn check(&self) -> Vec<Problem> {
        match self {
            Dimension::Log([a, b]) => range("log", *a, *b, *a > 0.0, "two numbers above 0, the lower first"),
            Dimension::Linear([a, b]) => range("linear", *a, *b, true, "two numbers, the lower first"),
            Dimension::OneMinusLog([a, b]) => {
                let expected = "two numbers from 0 to below 1, the lower first";
                range("one_minus_log", *a, *b, *a >= 0.0 && *b < 1.0, expected)
            }
            Dimension::Integer([a, b]) => {
                // Whole numbers up to 2^53 are exact in the arithmetic of scales.
                let exact = a.unsigned_abs().max(b.unsigned_abs()) < 1 << 52;
                let expected = "two whole numbers, the lower first";
                range("integer", *a as f64, *b as f64, exact && a < b, expected)
            }
            Dimension::Choice(values) => choice(values),
        }
    }

    /// Returns the value at a place on the scale: 0 is the lowest or first, 1 the highest or last.
    ///
    /// `log`: a^(1 - u) b^u, computed as exp(ln a + u (ln b - ln a)); whole numbers and choices each own an equal
    /// part of the scale.
    pub fn at(&self, u: f64) -> Value {
        match self {
            Dimension::Log([a, b]) => Value::from(log_at(*a, *b, u)),
            Dimension::Linear([a, b]) => Value::from((a + u * (b - a)).clamp(*a, *b)),
            Dimension::OneMinusLog([a, b]) => {
                Value::from((1.0 - log_at(1.0 - b, 1.0 - a, 1.0 - u)).clamp(*a, *b))
            }
            Dimension::Integer([a, b]) => Value::from(a + bin(u, (b - a + 1) as usize) as i64),
            Dimension::Choice(values) => values[bin(u, values.len())].clone(),
        }
    }

    /// Returns the place on the scale of a value, for a chart's axis: the inverse of [`at`](Self::at), the middle of its
    /// part for a whole number or a choice. None if the value is not of this dimension.
    pub fn place(&self, value: &Value) -> Option<f64> {
        match self {
            Dimension::Log([a, b]) => value.as_f64().map(|v| log_place(*a, *b, v)),
            Dimension::Linear([a, b]) => value.as_f64().map(|v| (v - a) / (b - a)),
            Dimension::OneMinusLog([a, b]) => {
                value.as_f64().map(|v| 1.0 - log_place(1.0 - b, 1.0 - a, 1.0 - v))
            }
            Dimension::Integer([a, b]) => value.as_f64().map(|v| (v - *a as f64 + 0.5) / (b - a + 1) as f64),
            Dimension::Choice(values) => {
                values.iter().position(|v| v == value).map(|i| (i as f64 + 0.5) / values.len() as f64)
            }
        }
    }

    /// Returns the middle of the part of the first value that fits, of a whole number or a choice.
    pub(super) fn place_where(&self, fits: impl Fn(&Value) -> bool) -> Option<f64> {
        let places = self.count()?.min(MOST_LOOKED_AT);
        let place = |index: usize| (index as f64 + 0.5) / places as f64;
        (0..places).map(place).find(|&u| fits(&self.at(u)))
    }

    /// Returns how many different values there are; None if they are not counted.
    pub fn count(&self) -> Option<usize> {
        match self {
            Dimension::Integer([a, b]) => usize::try_from(b - a + 1).ok(),
            Dimension::Choice(values) => Some(values.len()),
            _ => None,
        }
    }

    /// Returns whether it ever has a value, of a choice by its word alone too; for what is counted.
    pub(super) fn has(&self, named: &Value) -> bool {
        match self {
            Dimension::Choice(values) => values.iter().any(|value| names(named, value)),
            Dimension::Integer([a, b]) => {
                named.as_f64().is_some_and(|v| v == libm::trunc(v) && (*a as f64..=*b as f64).contains(&v))
            }
            _ => false,
        }
    }

    /// Returns a random value, uniform on the scale.
    pub fn sample(&self, stream: &mut Stream) -> Value {
        self.at(stream.uniform())
    }

    /// Returns the share of `values` in each power of ten that the range touches (of one minus the value for
    /// `one_minus_log`), ascending. Empty for choices, and for ranges that reach 0 or below.
    pub fn decades(&self, values: &[Value]) -> Vec<Decade> {
        let (low, high) = match self {
            Dimension::Log([a, b]) | Dimension::Linear([a, b]) => (*a, *b),
            Dimension::OneMinusLog([a, b]) => (1.0 - b, 1.0 - a),
            Dimension::Integer([a, b]) => (*a as f64, *b as f64),
            Dimension::Choice(_) => return Vec::new(),
        };
        if low <= 0.0 {
            return Vec::new();
        }
        let mut decades = decades(low, high);
        for value in values.iter().filter_map(Value::as_f64) {
            let value = if matches!(self, Dimension::OneMinusLog(_)) { 1.0 - value } else { value };
            // The last decade holds its upper end too.
            let at = decades.iter().position(|decade| value < decade.to).unwrap_or(decades.len() - 1);
            decades[at].share += 1.0;
        }
        decades.iter_mut().for_each(|decade| decade.share /= values.len().max(1) as f64);
        decades
    }
}

fn range(scale: &str, a: f64, b: f64, fits: bool, expected: &str) -> Vec<Problem> {
    if a < b && (b - a).is_finite() && fits {
        return Vec::new();
    }
    vec![Problem::new(scale, format!("the range of `{scale}` is from {a} to {b}")).expected(expected)]
}

fn choice(values: &[Value]) -> Vec<Problem> {
    if values.is_empty() {
        return vec![
            Problem::new("choice", "there is nothing to choose from").expected("at least one value"),
        ];
    }
    let twice = |(i, value): (usize, &Value)| {
        values[..i].contains(value).then(|| {
            Problem::new(format!("choice[{i}]"), format!("{value} is listed twice"))
                .expected("each value once")
        })
    };
    values.iter().enumerate().filter_map(twice).collect()
}

/// Returns which of `count` equal parts of [0, 1] holds `u`.
fn bin(u: f64, count: usize) -> usize {
    ((u * count as f64) as usize).min(count - 1)
}

fn log_at(a: f64, b: f64, u: f64) -> f64 {
    // The ends are given exactly, not through rounded logarithms.
    match u {
        u if u <= 0.0 => a,
        u if u >= 1.0 => b,
        u => libm::exp(libm::log(a) + u * (libm::log(b) - libm::log(a))).clamp(a, b),
    }
}

fn log_place(a: f64, b: f64, value: f64) -> f64 {
    (libm::log(value) - libm::log(a)) / (libm::log(b) - libm::log(a))
}

/// Returns the powers of ten from the one at or below `low` to the one at or above `high`, pair by pair. One minus a
/// decimal is a little off (1 - 0.9 is below 0.1): within a millionth, a bound counts as the power itself.
fn decades(low: f64, high: f64) -> Vec<Decade> {
    let power = |exponent: i32| format!("1e{exponent}").parse::<f64>().expect("a power of ten");
    let mut exponent = libm::floor(libm::log10(low * 1.000001)) as i32;
    let mut decades = Vec::new();
    loop {
        decades.push(Decade { from: power(exponent), to: power(exponent + 1), share: 0.0 });
        exponent += 1;
        if power(exponent) >= high * 0.999999 {
            return decades;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::numeric::Streams;

    fn dimension(json: Value) -> Dimension {
        serde_json::from_value(json).unwrap()
    }

    fn said(json: Value) -> Vec<String> {
        dimension(json).check().iter().map(Problem::to_string).collect()
    }

    #[test]
    fn ends_and_middle_of_each_scale() {
        let at = |json: Value| [0.0, 0.5, 1.0].map(|u| dimension(json.clone()).at(u));
        assert_eq!(at(json!({"linear": [50, 100]})), [50.0, 75.0, 100.0]);
        assert_eq!(at(json!({"integer": [2, 4]})), [2, 3, 4]);
        assert_eq!(at(json!({"choice": ["a", true, [8, 8]]})), [json!("a"), json!(true), json!([8, 8])]);
        let [low, middle, high] = at(json!({"log": [1e-4, 1]})).map(|v| v.as_f64().unwrap());
        assert_eq!((low, high), (1e-4, 1.0));
        assert!((middle - 1e-2).abs() < 1e-15);
        let [low, middle, high] = at(json!({"one_minus_log": [0.9, 0.999]})).map(|v| v.as_f64().unwrap());
        assert_eq!((low, high), (0.9, 0.999));
        assert!((middle - 0.99).abs() < 1e-14);
    }

    #[test]
    fn place_is_the_inverse() {
        for json in
            [json!({"log": [1e-5, 3.0]}), json!({"linear": [-2, 7]}), json!({"one_minus_log": [0.5, 0.9999]})]
        {
            let dimension = dimension(json);
            for u in [0.0, 0.1, 0.37, 0.5, 0.99, 1.0] {
                assert!((dimension.place(&dimension.at(u)).unwrap() - u).abs() < 1e-9, "{dimension:?}");
            }
        }
        assert_eq!(dimension(json!({"integer": [1, 4]})).place(&json!(2)), Some(0.375));
        assert_eq!(dimension(json!({"choice": ["a", "b"]})).place(&json!("b")), Some(0.75));
        assert_eq!(dimension(json!({"choice": ["a", "b"]})).place(&json!("c")), None);
    }

    #[test]
    fn a_log_scale_gives_each_decade_its_share_and_a_linear_one_does_not() {
        let mut stream = Streams::new(5).stream("search");
        let mut shares = |json: Value| {
            let dimension = dimension(json);
            let values: Vec<Value> = (0..4000).map(|_| dimension.sample(&mut stream)).collect();
            dimension.decades(&values)
        };
        let log = shares(json!({"log": [1e-4, 1]}));
        assert_eq!(log.iter().map(|d| d.from).collect::<Vec<_>>(), [1e-4, 1e-3, 1e-2, 1e-1]);
        assert_eq!(log[3].to, 1.0);
        assert!(log.iter().all(|d| (d.share - 0.25).abs() < 0.03), "{log:?}");
        let linear = shares(json!({"linear": [1e-4, 1]}));
        assert!((linear[3].share - 0.9).abs() < 0.02, "{linear:?}");
        // P(beta > 0.99), that is 1 - beta below 0.01: 9.1% linear, 50% on the scale of 1 - beta.
        let beta = shares(json!({"one_minus_log": [0.9, 0.999]}));
        assert_eq!(beta.iter().map(|d| (d.from, d.to)).collect::<Vec<_>>(), [(1e-3, 1e-2), (1e-2, 1e-1)]);
        assert!((beta[0].share - 0.5).abs() < 0.03, "{beta:?}");
    }

    #[test]
    fn decades_hold_their_lower_end_and_the_last_one_both() {
        let d = dimension(json!({"log": [0.01, 1]}));
        let shares: Vec<f64> =
            d.decades(&[0.01, 0.1, 0.2, 1.0].map(Value::from)).iter().map(|d| d.share).collect();
        assert_eq!(shares, [0.25, 0.75]);
        assert_eq!(dimension(json!({"linear": [0, 1]})).decades(&[json!(0.5)]), []);
        assert_eq!(dimension(json!({"choice": [1, 2]})).decades(&[json!(1)]), []);
    }

    #[test]
    fn whole_numbers_and_choices_are_equally_likely() {
        let mut stream = Streams::new(1).stream("search");
        for json in [json!({"integer": [-1, 3]}), json!({"choice": [1, 2, "x", null, 0.5]})] {
            let dimension = dimension(json);
            let mut counts = [0; 5];
            for _ in 0..5000 {
                let place = dimension.place(&dimension.sample(&mut stream)).unwrap();
                counts[(place * 5.0) as usize] += 1;
            }
            assert!(counts.iter().all(|&n| (900..1100).contains(&n)), "{counts:?}");
        }
    }

    #[test]
    fn ranges_are_checked() {
        assert_eq!(said(json!({"log": [0, 1]})), ["log: the range of `log` is from 0 to 1"]);
        assert_eq!(said(json!({"linear": [2, 1]})), ["linear: the range of `linear` is from 2 to 1"]);
        assert_eq!(said(json!({"integer": [3, 3]})).len(), 1);
        assert_eq!(said(json!({"one_minus_log": [0.9, 1]})).len(), 1);
        assert_eq!(said(json!({"choice": []})), ["choice: there is nothing to choose from"]);
        assert_eq!(said(json!({"choice": ["a", "b", "a"]})), ["choice[2]: \"a\" is listed twice"]);
        assert_eq!(said(json!({"one_minus_log": [0, 0.999]})), [""; 0]);
        assert_eq!(Dimension::Linear([-1.7e308, 1.7e308]).check().len(), 1);
        assert_eq!(Dimension::Integer([i64::MIN, i64::MAX]).check().len(), 1);
        assert!(Dimension::Log([f64::NAN, 1.0]).check().len() == 1);
    }
}
