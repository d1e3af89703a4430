//! Solving small symmetric systems of equations.

/// The solution x of `A x = b` for a symmetric positive definite A, (n, n) row-major, of which only the lower half is read; None
/// where A is not positive definite (or so nearly not that its roots vanish).
///
/// Cholesky's factorization `A = L L'`, row by row: `L[i][j] = (A[i][j] - sum over k < j of L[i][k] L[j][k]) / L[j][j]` and
/// `L[j][j] = sqrt(A[j][j] - sum over k < j of L[j][k]^2)`, the sums over k ascending; then `L y = b` downwards and `L' x = y`
/// upwards. About n^3/6 multiply-adds, in one order on every machine.
///
/// Source: Golub and Van Loan, Matrix Computations, 4th edition, section 4.2.
///
/// # Panics
/// If `a` is not (n, n) for b's length n.
pub fn solve_positive_definite(a: &[f64], b: &[f64]) -> Option<Vec<f64>> {
    let n = b.len();
    assert_eq!(a.len(), n * n, "a matrix with a row and a column for each number of b");
    let mut l = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let mut rest = a[i * n + j];
            for k in 0..j {
                rest -= l[i * n + k] * l[j * n + k];
            }
            if i == j {
                // What rounding alone leaves of a diagonal is no pivot.
                if !(rest > a[i * n + i] * f64::EPSILON * n as f64 && rest.is_finite()) {
                    return None;
                }
                l[i * n + i] = rest.sqrt();
            } else {
                l[i * n + j] = rest / l[j * n + j];
            }
        }
    }
    let mut x = b.to_vec();
    for i in 0..n {
        for k in 0..i {
            x[i] -= l[i * n + k] * x[k];
        }
        x[i] /= l[i * n + i];
    }
    for i in (0..n).rev() {
        for k in i + 1..n {
            x[i] -= l[k * n + i] * x[k];
        }
        x[i] /= l[i * n + i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_equations_by_hand() {
        // L = [[2, 0, 0], [1, 3, 0], [-1, 2, 1]].
        let a = [4.0, 2.0, -2.0, 2.0, 10.0, 5.0, -2.0, 5.0, 6.0];
        // x = [1, 2, 3].
        assert_eq!(solve_positive_definite(&a, &[2.0, 37.0, 26.0]), Some(vec![1.0, 2.0, 3.0]));
        assert_eq!(solve_positive_definite(&[], &[]), Some(vec![]));
    }

    #[test]
    fn what_is_not_positive_definite_has_no_answer() {
        assert_eq!(solve_positive_definite(&[1.0, 1.0, 1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(solve_positive_definite(&[0.0], &[1.0]), None);
        assert_eq!(solve_positive_definite(&[-1.0], &[1.0]), None);
        assert_eq!(solve_positive_definite(&[f64::NAN], &[1.0]), None);
        // A third row that is the sum of the others, up to rounding.
        let thirds = [0.1, 0.7, 0.8, 0.7, 5.3, 6.0, 0.8, 6.0, 6.8];
        assert_eq!(solve_positive_definite(&thirds, &[1.0, 2.0, 3.0]), None);
    }

    proptest! {
        #[test]
        fn a_solution_solves(entries in proptest::collection::vec(-1.0_f64..1.0, 25), b in proptest::collection::vec(-1.0_f64..1.0, 5)) {
            // M M' + I is positive definite.
            let a: Vec<f64> = (0..25)
                .map(|cell| {
                    let (i, j) = (cell / 5, cell % 5);
                    let product: f64 = (0..5).map(|k| entries[i * 5 + k] * entries[j * 5 + k]).sum();
                    product + f64::from(u8::from(i == j))
                })
                .collect();
            let x = solve_positive_definite(&a, &b).unwrap();
            for i in 0..5 {
                let back: f64 = (0..5).map(|k| a[i * 5 + k] * x[k]).sum();
                prop_assert!((back - b[i]).abs() < 1e-10);
            }
        }
    }
}
