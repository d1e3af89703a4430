//! Functions applied to every element of a slice, in place, with the widest vectors of the CPU. An element
//! gets the same bits as from the function of [`Real`] by the same name.

use super::{Real, vectorized};

/// Applies `function` to every element: small and without branches, it runs on vectors.
#[inline(always)]
pub fn map<R: Real>(values: &mut [R], function: impl Fn(R) -> R) {
    vectorized(|| values.iter_mut().for_each(|v| *v = function(*v)));
}

/// Replaces every element by e to its power.
pub fn exp<R: Real>(values: &mut [R]) {
    map(values, R::exp);
}

/// Replaces every element by its natural logarithm.
pub fn ln<R: Real>(values: &mut [R]) {
    map(values, R::ln);
}

/// Replaces every element by its hyperbolic tangent.
pub fn tanh<R: Real>(values: &mut [R]) {
    map(values, R::tanh);
}

/// Replaces every element x by `1 / (1 + exp(-x))`.
pub fn sigmoid<R: Real>(values: &mut [R]) {
    map(values, R::sigmoid);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::{Level, force};

    fn one_by_one<R: Real>(name: &str, slice: fn(&mut [R]), number: fn(R) -> R) {
        let specials = [0.0, -0.0, 1e-310, -1e-40, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e9, -1e9];
        let values = (-4000..4000).map(|i| f64::from(i) * 0.03).chain(specials);
        let values: Vec<R> = values.map(R::from_f64).collect();
        for level in Level::ALL.into_iter().filter(|l| l.available()) {
            force(level).unwrap();
            // Every length up to a few vectors, so that each element is once in a tail.
            for start in (0..values.len()).step_by(61) {
                let from = &values[start..(start + 67).min(values.len())];
                let mut to = from.to_vec();
                slice(&mut to);
                for (from, to) in from.iter().zip(to) {
                    assert_eq!(number(*from).bytes(), to.bytes(), "{name} of {from} at {level:?}");
                }
            }
        }
    }

    #[test]
    fn slices_have_the_bits_of_single_numbers_at_every_level() {
        one_by_one::<f32>("exp", exp, Real::exp);
        one_by_one::<f64>("exp", exp, Real::exp);
        one_by_one::<f32>("ln", ln, Real::ln);
        one_by_one::<f64>("ln", ln, Real::ln);
        one_by_one::<f32>("tanh", tanh, Real::tanh);
        one_by_one::<f64>("tanh", tanh, Real::tanh);
        one_by_one::<f32>("sigmoid", sigmoid, Real::sigmoid);
        one_by_one::<f64>("sigmoid", sigmoid, Real::sigmoid);
    }
}
