//! Sums and maxima, in an order that depends on the length alone.
//!
//! A slice shorter than 16 is one chain from its first element to its last. A longer one is dealt out to
//! 16 lanes (element i to lane i mod 16), each a chain; then lane i takes in lane i + 8, then i + 4, i + 2,
//! i + 1. This is pairwise summation at its end (Higham, "Accuracy and Stability of Numerical Algorithms",
//! 2nd edition, 2002, section 4.2).

use super::{Finish, Real, Strided, matmul, vectorized};

const LANES: usize = 16;

/// Returns the sum; 0 of nothing.
pub fn sum<R: Real>(values: &[R]) -> R {
    reduce(values, R::ZERO, |sum, x| sum + x, |a, b| a + b)
}

/// Returns the sum of `x * x`, each product rounded.
pub fn sum_of_squares<R: Real>(values: &[R]) -> R {
    reduce(values, R::ZERO, |sum, x| sum + x * x, |a, b| a + b)
}

/// Returns the largest element, NaN left out; negative infinity of nothing.
pub fn max<R: Real>(values: &[R]) -> R {
    reduce(values, R::NEG_INFINITY, R::max, R::max)
}

/// Returns the sum of the products of elements at the same place, each product rounded.
///
/// # Panics
/// If the lengths differ.
pub fn dot<R: Real>(a: &[R], b: &[R]) -> R {
    assert_eq!(a.len(), b.len(), "a dot product of different lengths");
    if a.len() < LANES {
        return a.iter().zip(b).fold(R::ZERO, |sum, (&x, &y)| sum + x * y);
    }
    vectorized(|| {
        let mut lanes = [R::ZERO; LANES];
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
        for (a, b) in a.iter().zip(b) {
            for i in 0..LANES {
                lanes[i] += a[i] * b[i];
            }
        }
        let rest = a_rest.iter().zip(b_rest);
        lanes.iter_mut().zip(rest).for_each(|(lane, (&x, &y))| *lane += x * y);
        tree(lanes, |a, b| a + b)
    })
}

/// Returns the place of the largest element, the first of equals; NaN is never the largest. 0 of nothing.
pub fn argmax<R: Real>(values: &[R]) -> usize {
    let mut best = (0, R::NEG_INFINITY);
    for (i, &value) in values.iter().enumerate() {
        if value > best.1 {
            best = (i, value);
        }
    }
    best.0
}

/// Writes the sum of every column of an (m, n) row-major matrix, each a chain from the first row to the last.
///
/// # Panics
/// If a slice is too short for its shape.
pub fn column_sums<R: Real>(m: usize, n: usize, values: &[R], sums: &mut [R]) {
    // Multiplying by 1 is exact.
    matmul(1, n, m, Strided::rows(&[], 0).above_ones(), values, Finish::Sums, sums);
}

#[inline(always)]
fn reduce<R: Real>(values: &[R], start: R, step: impl Fn(R, R) -> R, join: impl Fn(R, R) -> R) -> R {
    if values.len() < LANES {
        return values.iter().fold(start, |total, &x| step(total, x));
    }
    vectorized(|| {
        let mut lanes = [start; LANES];
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for i in 0..LANES {
                lanes[i] = step(lanes[i], chunk[i]);
            }
        }
        lanes.iter_mut().zip(rest).for_each(|(lane, &x)| *lane = step(*lane, x));
        tree(lanes, join)
    })
}

#[inline(always)]
fn tree<R: Real>(mut lanes: [R; LANES], join: impl Fn(R, R) -> R) -> R {
    for width in [8, 4, 2, 1] {
        for i in 0..width {
            lanes[i] = join(lanes[i], lanes[i + width]);
        }
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    fn numbers(count: usize) -> Vec<f64> {
        let mut stream = Streams::new(3).stream("numbers");
        (0..count).map(|_| stream.normal()).collect()
    }

    #[test]
    fn whole_numbers_are_summed_exactly_at_every_length() {
        for n in 0..100 {
            let values: Vec<f32> = (1..=n).map(|i| i as f32).collect();
            assert_eq!(sum(&values), (n * (n + 1) / 2) as f32);
            assert_eq!(sum_of_squares(&values), (n * (n + 1) * (2 * n + 1) / 6) as f32);
            assert_eq!(dot(&values, &values), sum_of_squares(&values));
            assert_eq!(max(&values), if n == 0 { f32::NEG_INFINITY } else { n as f32 });
            assert_eq!(argmax(&values), (n as usize).saturating_sub(1));
        }
    }

    #[test]
    fn the_order_is_the_one_stated() {
        let values = numbers(53);
        let mut lanes = [0.0; 16];
        values.iter().enumerate().for_each(|(i, x)| lanes[i % 16] += x);
        let eight: Vec<f64> = (0..8).map(|i| lanes[i] + lanes[i + 8]).collect();
        let four: Vec<f64> = (0..4).map(|i| eight[i] + eight[i + 4]).collect();
        let expected = (four[0] + four[2]) + (four[1] + four[3]);
        assert_eq!(sum(&values).to_bits(), expected.to_bits());
        assert_eq!(dot(&values, &[1.0; 53]).to_bits(), expected.to_bits());
        assert_ne!(values.iter().sum::<f64>().to_bits(), expected.to_bits(), "the test sees the order");
        let few: f64 = values[..15].iter().sum();
        assert_eq!(sum(&values[..15]).to_bits(), few.to_bits());
    }

    #[test]
    fn the_largest_is_never_a_nan() {
        assert_eq!((max(&[f32::NAN, 1.0, 3.0, f32::NAN]), argmax(&[f32::NAN, 1.0, 3.0, f32::NAN])), (3.0, 2));
        assert_eq!(argmax(&[2.0, 5.0, 5.0]), 1);
        let mut many = vec![f64::NAN; 40];
        many[33] = -1.0;
        assert_eq!((max(&many), argmax(&many)), (-1.0, 33));
        assert!(sum(&many).is_nan());
    }

    #[test]
    fn columns_are_chains_over_rows() {
        let (m, n) = (37, 19);
        let values = numbers(m * n);
        let mut sums = vec![f64::NAN; n];
        column_sums(m, n, &values, &mut sums);
        for (j, total) in sums.iter().enumerate() {
            let chain: f64 = (0..m).fold(0.0, |sum, i| sum + values[i * n + j]);
            assert_eq!(total.to_bits(), chain.to_bits());
        }
        column_sums(0, 2, &[], &mut sums);
        assert_eq!(sums[..2], [0.0, 0.0]);
    }
}
