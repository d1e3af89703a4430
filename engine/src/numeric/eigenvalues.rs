//! Eigenvalues of symmetric matrices, and such matrices at random.

use super::Stream;

/// A sweep leaves nothing to do once what is beside the diagonal is this much of the whole.
const DONE: f64 = 1e-15;

/// Far more sweeps than any matrix of finite numbers has needed: they square the error.
const MOST_SWEEPS: usize = 60;

/// Returns the eigenvalues of a symmetric matrix, (n, n) row-major, in ascending order; NaN throughout where a number is not finite. Only what is
/// on and above the diagonal is read.
///
/// By Jacobi's rotations, row by row: each makes one pair beside the diagonal 0, with `t = sign(theta)/(|theta| + sqrt(theta^2 + 1))` and
/// `theta = (a_qq - a_pp)/(2 a_pq)`. About `10 n^3` multiply-adds; small eigenvalues are as exact as the large ones allow.
///
/// Source: Golub and Van Loan, Matrix Computations, 4th edition, section 8.5.
///
/// # Panics
/// If there are not n times n numbers.
pub fn symmetric_eigenvalues(matrix: &[f64], n: usize) -> Vec<f64> {
    assert_eq!(matrix.len(), n * n, "a square matrix");
    if matrix.iter().any(|number| !number.is_finite()) {
        return vec![f64::NAN; n];
    }
    let mut a = matrix.to_vec();
    for row in 0..n {
        for column in 0..row {
            a[row * n + column] = a[column * n + row];
        }
    }
    for _ in 0..MOST_SWEEPS {
        let square = |beside: bool| -> f64 {
            let cells = (0..n * n).filter(|cell| (cell / n == cell % n) != beside);
            cells.map(|cell| a[cell] * a[cell]).sum()
        };
        if square(true) <= DONE * DONE * square(false) {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, n, p, q);
            }
        }
    }
    let mut values: Vec<f64> = (0..n).map(|index| a[index * n + index]).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Returns a symmetric matrix drawn at random, (n, n) row-major: normal deviates of standard deviation 1, on the diagonal of sqrt(2), so
/// that no direction is preferred.
///
/// Source: Mehta, Random Matrices, 3rd edition 2004, section 2.3 (the Gaussian orthogonal ensemble).
pub fn random_symmetric(n: usize, stream: &mut Stream) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    for row in 0..n {
        for column in 0..=row {
            let deviate = if row == column { std::f64::consts::SQRT_2 } else { 1.0 } * stream.normal();
            (matrix[row * n + column], matrix[column * n + row]) = (deviate, deviate);
        }
    }
    matrix
}

/// Turns rows and columns p and q so that the cells where they cross become 0.
fn rotate(a: &mut [f64], n: usize, p: usize, q: usize) {
    let beside = a[p * n + q];
    if beside == 0.0 {
        return;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * beside);
    // Beyond this the square would not be finite, and the root is theta itself.
    let root = if theta.abs() > 1e150 { theta.abs() } else { (theta * theta + 1.0).sqrt() };
    let t = if theta < 0.0 { -1.0 } else { 1.0 } / (theta.abs() + root);
    let cos = 1.0 / (t * t + 1.0).sqrt();
    let sin = t * cos;
    for k in 0..n {
        let (x, y) = (a[k * n + p], a[k * n + q]);
        (a[k * n + p], a[k * n + q]) = (cos * x - sin * y, sin * x + cos * y);
    }
    for k in 0..n {
        let (x, y) = (a[p * n + k], a[q * n + k]);
        (a[p * n + k], a[q * n + k]) = (cos * x - sin * y, sin * x + cos * y);
    }
    (a[p * n + q], a[q * n + p]) = (0.0, 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12 * (1.0 + b.abs());
        assert!(found.iter().zip(expected).all(near), "{found:?} {expected:?}");
    }

    #[test]
    fn by_hand() {
        close(&symmetric_eigenvalues(&[2.0, 1.0, 1.0, 2.0], 2), &[1.0, 3.0]);
        close(&symmetric_eigenvalues(&[3.0, 0.0, 0.0, -1.0], 2), &[-1.0, 3.0]);
        // Second differences of 5 places: 2 - 2 cos(k pi/6).
        let second = |i: usize, j: usize| {
            if i == j {
                2.0
            } else if i.abs_diff(j) == 1 {
                -1.0
            } else {
                0.0
            }
        };
        let matrix: Vec<f64> = (0..25).map(|cell| second(cell / 5, cell % 5)).collect();
        let root = 3.0_f64.sqrt();
        close(&symmetric_eigenvalues(&matrix, 5), &[2.0 - root, 1.0, 2.0, 3.0, 2.0 + root]);
        assert_eq!(symmetric_eigenvalues(&[], 0), [0.0; 0]);
        assert!(symmetric_eigenvalues(&[f64::NAN], 1)[0].is_nan());
    }

    #[test]
    fn random_matrices_are_seldom_positive_and_as_often_as_is_known() {
        // 1/2, (2 - sqrt 2)/4 and (pi - 2 sqrt 2)/(4 pi) of the Gaussian orthogonal ensemble.
        let root = 2.0_f64.sqrt();
        let pi = std::f64::consts::PI;
        let known = [0.5, (2.0 - root) / 4.0, (pi - 2.0 * root) / (4.0 * pi)];
        let mut stream = Streams::new(0).stream("matrices");
        for (n, known) in (1..4).zip(known) {
            let positive = |_: &usize| symmetric_eigenvalues(&random_symmetric(n, &mut stream), n)[0] > 0.0;
            let share = (0..20_000).filter(positive).count() as f64 / 20_000.0;
            assert!((share - known).abs() < 4.0 * (known / 20_000.0).sqrt(), "{n}: {share} and {known}");
        }
    }

    #[test]
    fn sums_are_traces_and_far_apart_values_stay_exact() {
        let mut stream = Streams::new(1).stream("matrix");
        for n in 1..14 {
            let mut matrix = vec![0.0; n * n];
            for row in 0..n {
                for column in 0..=row {
                    let value = stream.normal();
                    (matrix[row * n + column], matrix[column * n + row]) = (value, value);
                }
            }
            let values = symmetric_eigenvalues(&matrix, n);
            assert!(values.is_sorted());
            let trace: f64 = (0..n).map(|i| matrix[i * n + i]).sum();
            let square: f64 = matrix.iter().map(|v| v * v).sum();
            assert!((values.iter().sum::<f64>() - trace).abs() < 1e-12 * n as f64);
            assert!((values.iter().map(|v| v * v).sum::<f64>() - square).abs() < 1e-11 * n as f64);
        }
        // 1e8 and 1e-4 turned by 30 degrees: the trace hides the small one, 12 decades below.
        let (cos, sin, low, high) = (0.75_f64.sqrt(), 0.5, 1e-4, 1e8);
        let cross = (high - low) * sin * cos;
        let turned = [low * cos * cos + high * sin * sin, cross, cross, low * sin * sin + high * cos * cos];
        let found = symmetric_eigenvalues(&turned, 2);
        assert!((found[0] - low).abs() < 1e-7 && (found[1] / high - 1.0).abs() < 1e-12, "{found:?}");
    }
}
