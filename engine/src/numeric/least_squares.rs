//! Systems of more equations than unknowns.

/// What a column must keep of its length beside those before it; less is rounding, and the column depends on them.
const INDEPENDENT: f64 = 1e-13;

/// Returns the x with the least `||A x - b||`, A (rows, columns) row-major; None where columns depend on each other, as they do
/// where there are fewer rows, or a number is not finite.
///
/// By Householder's reflections, `A = Q R`: column k is reflected onto its first k + 1 rows by `v = a - alpha e_k`,
/// `alpha = -sign(a_k) ||a||`, and so are all after it and b, `c -= 2 v (v . c)/(v . v)`; then `R x = Q' b` upwards. All sums go
/// down the rows, in one order on every machine. Unlike the normal equations `A'A x = A'b`, this does not square the condition
/// number. About `columns^2 (rows - columns/3)` multiply-adds.
///
/// Source: Golub and Van Loan, Matrix Computations, 4th edition, sections 5.2 and 5.3.
///
/// # Panics
/// If `a` does not have `columns` numbers for each of b's.
pub fn least_squares(a: &[f64], columns: usize, b: &[f64]) -> Option<Vec<f64>> {
    let rows = b.len();
    assert_eq!(a.len(), rows * columns, "a row for each number of b");
    if rows < columns {
        return None;
    }
    let column = |j: usize| (0..rows).map(|row| a[row * columns + j]).collect::<Vec<f64>>();
    let mut r: Vec<Vec<f64>> = (0..columns).map(column).collect();
    let lengths: Vec<f64> = r.iter().map(|column| length(column)).collect();
    let mut b = b.to_vec();
    for k in 0..columns {
        let norm = length(&r[k][k..]);
        if !(norm > INDEPENDENT * lengths[k] && norm.is_finite()) {
            return None;
        }
        let alpha = if r[k][k] > 0.0 { -norm } else { norm };
        let mut v = r[k].split_off(k);
        v[0] -= alpha;
        let square = dot(&v, &v);
        r[k + 1..].iter_mut().for_each(|column| reflect(&mut column[k..], &v, square));
        reflect(&mut b[k..], &v, square);
        r[k].push(alpha);
    }
    let mut x = vec![0.0; columns];
    for k in (0..columns).rev() {
        let known: f64 = (k + 1..columns).map(|j| r[j][k] * x[j]).sum();
        x[k] = (b[k] - known) / r[k][k];
    }
    x.iter().all(|value| value.is_finite()).then_some(x)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn length(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// Reflects a column through the plane that v, of that square, stands on.
fn reflect(column: &mut [f64], v: &[f64], square: f64) {
    let twice = 2.0 * dot(v, column) / square;
    column.iter_mut().zip(v).for_each(|(value, v)| *value -= twice * v);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_through_three_points() {
        // (0, 0), (1, 1), (2, 1): the normal equations 3 b + 3 w = 2, 3 b + 5 w = 3 have b = 1/6, w = 1/2.
        let x = least_squares(&[1.0, 0.0, 1.0, 1.0, 1.0, 2.0], 2, &[0.0, 1.0, 1.0]).unwrap();
        assert!((x[0] - 1.0 / 6.0).abs() < 1e-15 && (x[1] - 0.5).abs() < 1e-15, "{x:?}");
        assert_eq!(least_squares(&[], 0, &[1.0]), Some(vec![]));
    }

    #[test]
    fn nothing_is_found_where_columns_depend_on_each_other() {
        assert_eq!(least_squares(&[1.0, 2.0, 2.0, 4.0, 3.0, 6.0], 2, &[1.0, 2.0, 4.0]), None);
        assert_eq!(least_squares(&[0.0, 0.0], 1, &[1.0, 2.0]), None);
        assert_eq!(least_squares(&[1.0, 2.0], 2, &[1.0]), None);
        assert_eq!(least_squares(&[f64::NAN, 1.0], 1, &[1.0, 2.0]), None);
        assert_eq!(least_squares(&[1.0, 1.0], 1, &[1.0, f64::INFINITY]), None);
    }

    #[test]
    fn powers_are_told_apart_where_the_normal_equations_cannot() {
        // A polynomial of degree 9 through twelve points of itself: the condition number of A'A is about 1e15.
        let points: Vec<f64> = (0..12).map(|i| f64::from(i) / 11.0).collect();
        let powers = |x: f64| std::iter::successors(Some(1.0), move |power| Some(power * x)).take(10);
        let a: Vec<f64> = points.iter().flat_map(|&x| powers(x)).collect();
        let b: Vec<f64> = points.iter().map(|&x| powers(x).sum()).collect();
        let x = least_squares(&a, 10, &b).unwrap();
        assert!(x.iter().all(|weight| (weight - 1.0).abs() < 1e-7), "{x:?}");
    }

    proptest! {
        /// At the minimum the error stands upright on every column.
        #[test]
        fn what_is_left_is_orthogonal_to_the_columns(
            a in prop::collection::vec(-10.0f64..10.0, 7 * 3),
            b in prop::collection::vec(-10.0f64..10.0, 7),
        ) {
            if let Some(x) = least_squares(&a, 3, &b) {
                let left: Vec<f64> =
                    (0..7).map(|row| b[row] - (0..3).map(|j| a[row * 3 + j] * x[j]).sum::<f64>()).collect();
                let size = x.iter().fold(10.0f64, |most, value| most.max(value.abs()));
                for j in 0..3 {
                    let along: f64 = (0..7).map(|row| a[row * 3 + j] * left[row]).sum();
                    prop_assert!(along.abs() < 1e-9 * size, "{along}");
                }
            }
        }
    }
}
