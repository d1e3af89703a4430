//! The cost of a linear or logistic model of two features, as a surface over its two weights.
//!
//! There is no intercept, so that two numbers are all there is. Over the m rows of a data set, normalized as it says,
//!
//! - of a number: `J(w) = 1/m sum (w . x - y)^2 + lambda/(2m) ||w||^2`, a bowl with the curvatures of `2/m X'X + lambda/m`;
//! - of two classes: `J(w) = 1/m sum ln(1 + e^z) - y z + lambda/(2m) ||w||^2` with `z = w . x` and y 0 or 1, whose curvatures differ from place to place.
//!
//! Heights are over the lowest point w*: that of squares in closed form, as `(w - w*)' (X'X/m + lambda/2m) (w - w*)`, which no rounding
//! makes negative; that of classes by Newton's method.
//!
//! Source: LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998, section 5.1 (the curvatures of a linear unit are those of its
//! inputs).

use super::Ground;
use super::ground::eigenvalues;
use crate::data::{self, DataSettings, Dataset, Labels, Split};
use crate::numeric::{Streams, least_squares};
use crate::problem::Problem;

/// Newton's steps for the lowest point; ten are usual.
const MOST_STEPS: usize = 200;

/// The cost of a model without intercept of two features.
#[derive(Clone, Debug)]
pub struct DataCost {
    rows: Vec<[f64; 2]>,
    /// A number, or 0 and 1.
    targets: Vec<f64>,
    classes: bool,
    /// lambda/m.
    decay: f64,
    lowest: [f64; 2],
    /// J there.
    floor: f64,
    /// The matrix of second derivatives at the lowest point: its upper left, both others, its lower right.
    second: [f64; 3],
}

impl DataCost {
    /// Takes all rows of a data set of two features and a number or two classes, scaled as its settings say.
    ///
    /// # Errors
    /// A cost without one lowest point: of features that follow from each other, or of classes that a line parts. The path is `l2`.
    ///
    /// # Panics
    /// If the data are others.
    pub fn new(
        dataset: &Dataset,
        settings: &DataSettings,
        l2: f64,
        streams: &Streams,
    ) -> Result<Self, Problem> {
        let all = Split { train: (0..dataset.target.len()).collect(), dev: vec![], test: vec![] };
        let (parts, _) = data::prepare::<f64>(dataset, &all, settings, streams);
        let rows: Vec<[f64; 2]> = parts.train.x.rows().into_iter().map(|row| [row[0], row[1]]).collect();
        let (targets, classes): (Vec<f64>, bool) = match parts.train.y {
            Labels::Values(values) => (values, false),
            Labels::Classes { indices, count } => {
                assert!(count == 2, "two classes");
                (indices.into_iter().map(f64::from).collect(), true)
            }
        };
        let decay = l2 / rows.len() as f64;
        let mut cost =
            DataCost { rows, targets, classes, decay, lowest: [0.0; 2], floor: 0.0, second: [0.0; 3] };
        cost.lowest = if classes { cost.newton()? } else { cost.solve()? };
        cost.floor = cost.cost(cost.lowest);
        cost.second = cost.second_derivatives(cost.lowest);
        Ok(cost)
    }

    /// Returns the lowest point.
    pub fn lowest(&self) -> [f64; 2] {
        self.lowest
    }

    fn mean(&self, of: impl Fn(&[f64; 2], f64) -> f64) -> f64 {
        let sum: f64 = self.rows.iter().zip(&self.targets).map(|(x, y)| of(x, *y)).sum();
        sum / self.rows.len() as f64
    }

    /// Computes J.
    fn cost(&self, w: [f64; 2]) -> f64 {
        let loss = self.mean(|x, y| {
            let z = w[0] * x[0] + w[1] * x[1];
            if self.classes { softplus(z) - y * z } else { (z - y) * (z - y) }
        });
        loss + self.decay / 2.0 * (w[0] * w[0] + w[1] * w[1])
    }

    /// Returns the matrix of second derivatives of J.
    fn second_derivatives(&self, w: [f64; 2]) -> [f64; 3] {
        let weight = |x: &[f64; 2]| {
            let p = sigmoid(w[0] * x[0] + w[1] * x[1]);
            if self.classes { p * (1.0 - p) } else { 2.0 }
        };
        let of = |a: usize, b: usize| self.mean(|x, _| weight(x) * x[a] * x[b]);
        [of(0, 0) + self.decay, of(0, 1), of(1, 1) + self.decay]
    }

    fn solve(&self) -> Result<[f64; 2], Problem> {
        let mut a: Vec<f64> = self.rows.iter().flatten().copied().collect();
        let mut b = self.targets.clone();
        if self.decay > 0.0 {
            // The penalty as two rows more.
            let root = (self.decay * self.rows.len() as f64 / 2.0).sqrt();
            a.extend([root, 0.0, 0.0, root]);
            b.extend([0.0, 0.0]);
        }
        let Some(found) = least_squares(&a, 2, &b) else {
            let problem = Problem::new("l2", "nothing decides between several weights that are equally good");
            return Err(problem
                .expected("`l2` above 0")
                .hint("one of the two features follows from the other"));
        };
        Ok([found[0], found[1]])
    }

    fn newton(&self) -> Result<[f64; 2], Problem> {
        let mut w = [0.0; 2];
        let mut height = self.cost(w);
        for _ in 0..MOST_STEPS {
            let gradient = self.gradient(w);
            let [a, b, d] = self.second_derivatives(w);
            let determinant = a * d - b * b;
            let step = [
                (d * gradient[0] - b * gradient[1]) / determinant,
                (a * gradient[1] - b * gradient[0]) / determinant,
            ];
            let gain = gradient[0] * step[0] + gradient[1] * step[1];
            if !gain.is_finite() || self.is_parted(w) {
                break;
            }
            let whole = [w[0] - step[0], w[1] - step[1]];
            if gain <= 1e-25 {
                return Ok(whole);
            }
            // A whole step may lead too far; half of it, a quarter...
            let mut share = 1.0;
            let next = loop {
                let next = [w[0] - share * step[0], w[1] - share * step[1]];
                let found = self.cost(next);
                if found < height || share < 1e-6 {
                    height = found;
                    break next;
                }
                share /= 2.0;
            };
            if share < 1e-6 {
                // Heights are rounded too coarsely to tell which of these points is lower; slopes are not.
                return Ok(whole);
            }
            w = next;
        }
        let problem =
            Problem::new("l2", "a line parts the two classes, so that larger weights are always better");
        Err(problem.expected("`l2` above 0").hint("or data whose classes overlap"))
    }

    /// Returns whether these weights tell all rows rightly, so that without a penalty twice as large ones are better.
    fn is_parted(&self, w: [f64; 2]) -> bool {
        let right = |(x, y): (&[f64; 2], &f64)| (w[0] * x[0] + w[1] * x[1]) * (2.0 * y - 1.0) > 0.0;
        self.decay == 0.0 && self.rows.iter().zip(&self.targets).all(right)
    }
}

impl Ground for DataCost {
    fn value(&self, at: [f64; 2]) -> f64 {
        if self.classes {
            return (self.cost(at) - self.floor).max(0.0);
        }
        let [a, b, d] = self.second;
        let (x, y) = (at[0] - self.lowest[0], at[1] - self.lowest[1]);
        ((a * x * x + 2.0 * b * x * y + d * y * y) / 2.0).max(0.0)
    }

    fn gradient(&self, at: [f64; 2]) -> [f64; 2] {
        if !self.classes {
            let [a, b, d] = self.second;
            let (x, y) = (at[0] - self.lowest[0], at[1] - self.lowest[1]);
            return [a * x + b * y, b * x + d * y];
        }
        let error = |x: &[f64; 2], y: f64| sigmoid(at[0] * x[0] + at[1] * x[1]) - y;
        [0, 1].map(|axis| self.mean(|x, y| error(x, y) * x[axis]) + self.decay * at[axis])
    }

    fn minima(&self) -> Vec<[f64; 2]> {
        vec![self.lowest]
    }

    fn curvatures(&self, _: [f64; 2]) -> [f64; 2] {
        eigenvalues(self.second)
    }
}

/// Computes ln(1 + e^z) without overflow.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + libm::log1p(libm::exp(-z.abs()))
}

fn sigmoid(z: f64) -> f64 {
    let e = libm::exp(-z.abs());
    if z >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::data::{Features, TargetColumn};

    fn dataset(features: ndarray::Array2<f64>, target: TargetColumn) -> Dataset {
        Dataset {
            name: "mine".to_owned(),
            title: "Mine".to_owned(),
            provenance: None,
            features: Features::F64(features),
            feature_names: vec!["a".to_owned(), "b".to_owned()],
            target,
            image: None,
        }
    }

    fn cost(data: &Dataset, l2: f64) -> Result<DataCost, Problem> {
        let settings = serde_json::json!({ "file": "a.csv", "normalize": "none", "scale_target": "none" });
        DataCost::new(data, &serde_json::from_value(settings).unwrap(), l2, &Streams::new(0))
    }

    fn line() -> Dataset {
        let target = TargetColumn::Values { values: vec![2.0, 3.0, 4.0], name: "y".to_owned() };
        dataset(array![[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], target)
    }

    fn classes(labels: &[usize]) -> Dataset {
        let target = TargetColumn::Classes { labels: labels.to_vec(), names: vec!["0".into(), "1".into()] };
        dataset(array![[1.0, 0.2], [-1.0, 0.5], [0.7, -2.0], [-0.6, -0.3], [0.9, 1.0]], target)
    }

    #[test]
    fn squares_by_hand() {
        // X'X = [[2, 1], [1, 2]], X'y = [6, 7]: w* = [5/3, 8/3], and 2/3 X'X has the curvatures 2/3 and 2.
        let cost = cost(&line(), 0.0).unwrap();
        let lowest = cost.lowest();
        assert!((lowest[0] - 5.0 / 3.0).abs() < 1e-12 && (lowest[1] - 8.0 / 3.0).abs() < 1e-12);
        let curvatures = cost.curvatures(lowest);
        assert!((curvatures[0] - 2.0 / 3.0).abs() < 1e-12 && (curvatures[1] - 2.0).abs() < 1e-12);
        // J(0) = 29/3, J(w*) = (1/9 + 1/9 + 1/9)/3.
        assert!((cost.value([0.0, 0.0]) - (29.0 / 3.0 - 1.0 / 9.0)).abs() < 1e-12);
        let gradient = cost.gradient([0.0, 0.0]);
        assert!(
            (gradient[0] + 4.0).abs() < 1e-12 && (gradient[1] + 14.0 / 3.0).abs() < 1e-12,
            "{gradient:?}"
        );
        assert_eq!((cost.value(lowest), cost.gradient(lowest)), (0.0, [0.0, 0.0]));
    }

    #[test]
    fn slopes_and_curvatures_are_those_of_the_heights() {
        for l2 in [0.0, 0.7] {
            for data in [line(), classes(&[0, 1, 1, 0, 1])] {
                let cost = cost(&data, l2).unwrap();
                let lowest = cost.lowest();
                assert!(
                    cost.value(lowest).abs() < 1e-15 && cost.gradient(lowest).iter().all(|g| g.abs() < 1e-14)
                );
                for at in [[0.3, -0.7], [2.0, 1.0], lowest] {
                    let h = 1e-5;
                    let along = |dx: f64, dy: f64| cost.value([at[0] + dx, at[1] + dy]);
                    let numeric =
                        [(h, 0.0), (0.0, h)].map(|(x, y)| (along(x, y) - along(-x, -y)) / (2.0 * h));
                    let found = cost.gradient(at);
                    assert!((0..2).all(|i| (found[i] - numeric[i]).abs() < 1e-7), "{found:?} {numeric:?}");
                    assert!(cost.value(at) >= 0.0);
                }
                let exact = cost.curvatures(lowest);
                let measured = super::super::ground::measured_curvatures(&|at| cost.gradient(at), lowest);
                assert!((0..2).all(|i| (exact[i] - measured[i]).abs() < 1e-6), "{exact:?} {measured:?}");
            }
        }
    }

    #[test]
    fn a_cost_without_a_lowest_point_is_refused() {
        let target = || TargetColumn::Values { values: vec![2.0, 3.0], name: "y".to_owned() };
        let twice = dataset(array![[1.0, 2.0], [2.0, 4.0]], target());
        assert_eq!(cost(&twice, 0.0).unwrap_err().path, "l2");
        assert!(cost(&twice, 0.1).is_ok());
        // Told apart by the sign of the first feature.
        let parted = classes(&[1, 0, 1, 0, 1]);
        assert!(cost(&parted, 0.0).unwrap_err().message.starts_with("a line parts"));
        assert!(cost(&parted, 0.1).is_ok());
    }
}
