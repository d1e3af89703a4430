//! What a trained network says, in batches of bounded size, dropout off.

use ndarray::{Array2, ArrayView2};

use super::{Forward, Masks, Network, OutputLayer, Pass, softmax};
use crate::data::Part;
use crate::nn::Score;
use crate::numeric::{self, Real};

/// The rows of a batch at prediction: enough to be fast, few enough to stay in the cache.
pub const PREDICTION_ROWS: usize = 256;

impl<R: Real> Network<R> {
    /// Returns the probability of each class, (rows, classes); a sigmoid output gives both of its classes.
    /// Of a network that predicts a number, the number, (rows, 1).
    pub fn predict(&self, x: ArrayView2<R>) -> Array2<R> {
        self.predict_as(x, None)
    }

    /// Returns what [`predict`](Self::predict) does of a network that was left in training mode: under new masks for every row, and
    /// with batch normalization by what is predicted together.
    pub fn predict_in_training(&self, x: ArrayView2<R>, masks: &mut Masks<R>) -> Array2<R> {
        self.predict_as(x, Some(masks))
    }

    fn predict_as(&self, x: ArrayView2<R>, masks: Option<&mut Masks<R>>) -> Array2<R> {
        let output = self.architecture().output;
        let columns = if output == OutputLayer::Sigmoid { 2 } else { self.architecture().outputs() };
        let mut predictions = Vec::with_capacity(x.nrows() * columns);
        let x = x.as_standard_layout();
        let x = x.as_slice().expect("standard layout is contiguous");
        self.in_batches(x, masks, |logits| {
            let start = predictions.len();
            predictions.extend_from_slice(logits);
            match output {
                OutputLayer::Softmax => softmax(&mut predictions[start..], columns),
                OutputLayer::Linear => {}
                OutputLayer::Sigmoid => {
                    numeric::sigmoid(&mut predictions[start..]);
                    let ones = predictions.split_off(start);
                    predictions.extend(ones.iter().flat_map(|&p| [R::ONE - p, p]));
                }
            }
        });
        let rows = predictions.len() / columns;
        Array2::from_shape_vec((rows, columns), predictions).expect("one prediction a row")
    }

    /// Returns the most probable class of each row; of equals the first.
    pub fn classify(&self, x: ArrayView2<R>) -> Vec<u32> {
        let largest = |row: ndarray::ArrayView1<R>| {
            let better = |best: usize, i: usize| if row[i] > row[best] { i } else { best };
            (1..row.len()).fold(0, better) as u32
        };
        self.predict(x).rows().into_iter().map(largest).collect()
    }

    /// Returns loss and right answers over a whole part; an empty part scores nothing.
    pub fn score(&self, part: &Part<R>, forward: &mut Forward<R>) -> Score {
        let mut total = Score::default();
        let rows = self.architecture().prediction_rows().min(forward.capacity());
        let mut start = 0;
        while start < part.len() {
            let end = part.len().min(start + rows);
            forward.run(self, part.rows(start..end), end - start, Pass::Prediction);
            total.add(forward.score(self.architecture().output, part.y.rows(start..end)));
            start = end;
        }
        total
    }

    /// Hands over the logits of batch after batch of `x`, (rows, features) row-major.
    fn in_batches(&self, x: &[R], mut masks: Option<&mut Masks<R>>, mut receive: impl FnMut(&[R])) {
        let features = self.architecture().inputs();
        let rows = self.architecture().prediction_rows().min(x.len() / features).max(1);
        let mut forward = Forward::new(self.architecture(), rows);
        for batch in x.chunks(rows * features) {
            let rows = batch.len() / features;
            match &mut masks {
                None => forward.run(self, batch, rows, Pass::Prediction),
                Some(masks) => {
                    masks.draw(rows);
                    forward.run(self, batch, rows, Pass::Training(Some(&**masks)));
                }
            }
            receive(forward.logits(rows));
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::data::{Labels, Target};
    use crate::nn::{Architecture, Initializer, ModelSettings, Output};
    use crate::numeric::Streams;

    fn network(output: Output, target: Target) -> Network<f64> {
        let model = ModelSettings { hidden: vec![5], output, ..ModelSettings::default() };
        let shape = Architecture::new(&model, 2, target).unwrap();
        Network::new(shape, Initializer::He, &Streams::new(3))
    }

    fn grid(rows: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, 2), |(i, j)| (i as f64 * 0.37 + j as f64).rem_euclid(3.0) - 1.5)
    }

    #[test]
    fn probabilities_sum_to_one_over_any_number_of_rows() {
        for (output, target, columns) in
            [(Output::Softmax, Target::Classes(3), 3), (Output::Sigmoid, Target::Classes(2), 2)]
        {
            let network = network(output, target);
            for rows in [0, 1, PREDICTION_ROWS, PREDICTION_ROWS + 1] {
                let p = network.predict(grid(rows).view());
                assert_eq!(p.dim(), (rows, columns));
                assert!(p.rows().into_iter().all(|row| (row.sum() - 1.0).abs() < 1e-12));
            }
        }
    }

    #[test]
    fn classes_agree_with_probabilities_and_score() {
        let network = network(Output::Sigmoid, Target::Classes(2));
        let x = grid(300);
        let classes = network.classify(x.view());
        let p = network.predict(x.view());
        assert!(classes.iter().zip(p.rows()).all(|(&class, p)| (class == 1) == (p[1] > 0.5)));
        assert!(classes.contains(&0) && classes.contains(&1));
        let part = Part::new(x, Labels::Classes { indices: classes, count: 2 });
        let mut forward = Forward::new(network.architecture(), 64);
        let score = network.score(&part, &mut forward);
        assert_eq!((score.correct, score.rows), (300, 300));
        let expected: f64 =
            p.rows().into_iter().map(|p| -libm::log(if p[1] > 0.5 { p[1] } else { p[0] })).sum();
        assert!((score.loss - expected).abs() < 1e-9);
    }

    #[test]
    fn a_number_is_predicted_as_it_is() {
        let network = network(Output::Auto, Target::Value);
        let x = grid(3);
        let mut forward = Forward::new(network.architecture(), 3);
        forward.run(&network, x.as_slice().unwrap(), 3, Pass::Prediction);
        assert_eq!(network.predict(x.view()).as_slice().unwrap(), forward.logits(3));
    }
}
