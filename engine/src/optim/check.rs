//! Ranges that several optimizers and schedules share.

use crate::problem::Problem;

/// Of a weight in a moving average.
pub(super) fn decay(name: &str, value: f64) -> Option<Problem> {
    let ok = (0.0..1.0).contains(&value);
    (!ok).then(|| {
        Problem::new(name, format!("{name} is {value}"))
            .expected("a number from 0 up to, but not including, 1")
    })
}

pub(super) fn above_zero(name: &str, value: f64) -> Option<Problem> {
    let ok = value.is_finite() && value > 0.0;
    (!ok).then(|| Problem::new(name, format!("{name} is {value}")).expected("a number above 0"))
}

/// Of what keeps a quotient finite: it must not vanish in single precision.
pub(super) fn epsilon(value: f64) -> Option<Problem> {
    let ok = value.is_finite() && value >= f64::from(f32::MIN_POSITIVE);
    (!ok).then(|| {
        Problem::new("epsilon", format!("epsilon is {value}"))
            .expected("a number of at least 1.2e-38, the smallest of single precision")
    })
}

pub(crate) fn zero_or_more(name: &str, value: f64) -> Option<Problem> {
    let ok = value.is_finite() && value >= 0.0;
    (!ok).then(|| Problem::new(name, format!("{name} is {value}")).expected("a number that is 0 or more"))
}

/// Of a part of a whole.
pub(super) fn share(name: &str, value: f64) -> Option<Problem> {
    let ok = (0.0..=1.0).contains(&value);
    (!ok).then(|| Problem::new(name, format!("{name} is {value}")).expected("a number from 0 to 1"))
}

/// Of a learning rate, where one is set.
pub(crate) fn learning_rate(value: Option<f64>) -> Option<Problem> {
    let value = value?;
    let ok = value.is_finite() && value > 0.0;
    (!ok).then(|| {
        Problem::new("learning_rate", format!("the learning rate is {value}")).expected("a number above 0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        assert!(decay("beta", 0.0).is_none() && decay("beta", 0.999).is_none());
        assert!(
            decay("beta", 1.0).is_some()
                && decay("beta", -0.1).is_some()
                && decay("beta", f64::NAN).is_some()
        );
        assert!(above_zero("k", 1e-300).is_none() && above_zero("k", 0.0).is_some());
        assert!(epsilon(1e-8).is_none() && epsilon(1e-50).is_some() && epsilon(f64::NAN).is_some());
        assert!(zero_or_more("rate", 0.0).is_none() && zero_or_more("rate", f64::INFINITY).is_some());
        assert!(
            share("end", 1.0).is_none() && share("end", 1.1).is_some() && share("end", f64::NAN).is_some()
        );
        assert!(learning_rate(None).is_none() && learning_rate(Some(-0.1)).is_some());
    }
}
