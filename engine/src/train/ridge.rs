//! Ridge regression in closed form: what training a line, without hidden layers, can reach at best.
//!
//! With squared error and the course's penalty, `J = 1/m sum (w x + b - y)^2 + lambda/(2m) ||w||^2`, the intercept b not
//! penalized. At the minimum b is `mean(y) - w mean(x)`, and w solves the least squares of the centred data with `sqrt(lambda/2) I`
//! below X and zeros below y, by Householder's reflections.
//!
//! Where implementations disagree: this J has the whole squared error, so that lambda/2 goes with the sum; scikit-learn's
//! `Ridge` makes `sum (w x + b - y)^2 + alpha ||w||^2` small, which is m J for `alpha = lambda/2`.
//!
//! Example: of the points (0.4, 0.92) and (1.2, 1.96), with alpha 1 (lambda 2), the slope is 0.315 and the intercept 1.188;
//! without a penalty 1.3 and 0.4.
//!
//! Source: Hoerl and Kennard, Ridge Regression: Biased Estimation for Nonorthogonal Problems, Technometrics 12, 1970.

use crate::data::{Labels, Part};
use crate::numeric::{Real, least_squares};

/// The line (or plane) with the least J.
#[derive(Clone, Debug, PartialEq)]
pub struct Ridge {
    /// One a feature.
    pub weights: Vec<f64>,
    /// b, which is added to every answer.
    pub intercept: f64,
    /// 1/m sum (w x + b - y)^2, without the penalty.
    pub loss: f64,
    /// J, with it.
    pub objective: f64,
}

/// Returns the least J over a part whose labels are values, for a penalty lambda of at least 0; None where labels are classes,
/// there are no rows, or nothing decides between several solutions (features that depend on each other, without a penalty).
pub fn ridge<R: Real>(part: &Part<R>, lambda: f64) -> Option<Ridge> {
    let Labels::Values(values) = &part.y else { return None };
    let (m, n) = (part.len(), part.features());
    if m == 0 {
        return None;
    }
    let y: Vec<f64> = values.iter().map(|value| value.to_f64()).collect();
    let x: Vec<f64> = part.rows(0..m).iter().map(|value| value.to_f64()).collect();
    let mean = |sum: f64| sum / m as f64;
    let x_mean: Vec<f64> = (0..n).map(|j| mean((0..m).map(|row| x[row * n + j]).sum())).collect();
    let y_mean = mean(y.iter().sum());

    let mut a: Vec<f64> = x.iter().enumerate().map(|(index, value)| value - x_mean[index % n]).collect();
    let mut b: Vec<f64> = y.iter().map(|value| value - y_mean).collect();
    if lambda > 0.0 {
        let root = (lambda / 2.0).sqrt();
        a.extend((0..n * n).map(|cell| if cell / n == cell % n { root } else { 0.0 }));
        b.extend(std::iter::repeat_n(0.0, n));
    }
    let weights = least_squares(&a, n, &b)?;
    let intercept = y_mean - weights.iter().zip(&x_mean).map(|(w, mean)| w * mean).sum::<f64>();
    let fitted = Ridge { weights, intercept, loss: 0.0, objective: 0.0 };
    let loss = fitted.loss_on(part)?;
    let squared_norm: f64 = fitted.weights.iter().map(|w| w * w).sum();
    Some(Ridge { objective: loss + lambda / (2.0 * m as f64) * squared_norm, loss, ..fitted })
}

impl Ridge {
    /// Computes w x + b.
    pub fn predict(&self, x: &[f64]) -> f64 {
        self.weights.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + self.intercept
    }

    /// Returns the mean squared error on a part; None where its labels are classes or it has no rows.
    pub fn loss_on<R: Real>(&self, part: &Part<R>) -> Option<f64> {
        let Labels::Values(values) = &part.y else { return None };
        let error = |row: usize| {
            let x: Vec<f64> = part.rows(row..row + 1).iter().map(|value| value.to_f64()).collect();
            self.predict(&x) - values[row].to_f64()
        };
        let squares = (0..part.len()).map(|row| error(row) * error(row)).sum::<f64>();
        (!part.is_empty()).then(|| squares / part.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use serde_json::json;

    use super::*;
    use crate::data::{Prepared, TargetScale};
    use crate::nn::ModelSettings;
    use crate::numeric::Streams;
    use crate::train::{TrainingSettings, fit};

    fn part(features: usize, x: &[f64], y: &[f64]) -> Part<f64> {
        let x = Array2::from_shape_vec((y.len(), features), x.to_vec()).unwrap();
        Part::new(x, Labels::Values(y.to_vec()))
    }

    #[test]
    fn the_courses_line() {
        let points = part(1, &[0.4, 1.2], &[0.92, 1.96]);
        let line = |alpha: f64| ridge(&points, 2.0 * alpha).unwrap();
        let free = line(0.0);
        assert!((free.weights[0] - 1.3).abs() < 1e-12 && (free.intercept - 0.4).abs() < 1e-12);
        assert!(free.objective.abs() < 1e-20);
        let one = line(1.0);
        assert!((one.intercept - 1.188).abs() < 5e-4, "{one:?}");
        // The sum of squared errors and alpha w^2, that is m J.
        assert!((2.0 * one.objective - 0.410).abs() < 5e-4, "{one:?}");
        for (alpha, slope) in [(1.0, 0.315), (2.0, 0.179), (3.0, 0.125), (10.0, 0.040), (100.0, 0.004)] {
            assert!((line(alpha).weights[0] - slope).abs() < 5e-4, "{alpha}: {:?}", line(alpha));
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_decides() {
        let twice = part(2, &[1.0, 2.0, 2.0, 4.0, 3.0, 6.0], &[1.0, 2.0, 4.0]);
        assert_eq!(ridge(&twice, 0.0), None);
        let [first, second] = ridge(&twice, 0.1).unwrap().weights[..] else { panic!() };
        assert!((second - 2.0 * first).abs() < 1e-10);
        assert_eq!(ridge(&part(1, &[], &[]), 1.0), None);
        let classes = Labels::Classes { indices: vec![0, 1], count: 2 };
        assert_eq!(ridge(&Part::<f64>::new(Array2::zeros((2, 1)), classes), 1.0), None);
    }

    /// The minimum of J is where training without hidden layers arrives, in J and in every weight's norm.
    #[test]
    fn training_reaches_it() {
        let mut stream = Streams::new(4).stream("data");
        let x: Vec<f64> = (0..60).map(|_| stream.normal()).collect();
        let y: Vec<f64> =
            x.chunks(3).map(|x| 2.0 * x[0] - x[1] + 0.5 + 0.1 * x[2] * stream.normal()).collect();
        let empty = || part(3, &[], &[]);
        let data = Prepared {
            train: part(3, &x, &y),
            dev: empty(),
            test: empty(),
            picture: None,
            target_scale: TargetScale::default(),
        };
        let model: ModelSettings = serde_json::from_value(json!({"hidden": []})).unwrap();
        for l2 in [0.0, 3.0] {
            let training: TrainingSettings = serde_json::from_value(json!({
                "epochs": 500, "batch_size": "full", "optimizer": {"sgd": {}}, "learning_rate": 0.1, "l2": l2,
            }))
            .unwrap();
            let closed = ridge(&data.train, l2).unwrap();
            let fit = fit(&model, &training, &data, &Streams::new(0), &mut |_, _| ()).unwrap();
            let reached = *fit.report.history.objective.last().unwrap();
            assert!((reached - closed.objective).abs() < 1e-9, "{l2}: {reached} and {closed:?}");
            let found = fit.network.parameters();
            let expected = [&closed.weights[..], &[closed.intercept]].concat();
            assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?} {expected:?}");
        }
    }
}
