//! Losses, fused with the output layer: always from logits, never from probabilities, so that no
//! probability that rounds to 0 or 1 can make one infinite.
//!
//! - softmax cross-entropy: `loss = ln(sum_j e^(z_j - max z)) - (z_y - max z)`, gradient `p - onehot(y)`;
//! - sigmoid cross-entropy: `loss = max(z, 0) - z y + ln(1 + e^-|z|)`, gradient `sigmoid(z) - y`;
//! - squared error: `loss = (yhat - y)^2` (without a half), gradient `2 (yhat - y)`.
//!
//! Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 4.1 and 6.2.2.

use super::{Forward, OutputLayer};
use crate::data::Targets;
use crate::numeric::{self, Real, vectorized};

/// What a batch, or several added up, was judged to be worth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// The sum of the examples' losses.
    pub loss: f64,
    /// How many examples were given the right class; 0 for numbers.
    pub correct: usize,
    /// How many examples were judged.
    pub rows: usize,
}

impl Score {
    /// Adds what another batch was judged to be worth.
    pub fn add(&mut self, other: Score) {
        self.loss += other.loss;
        self.correct += other.correct;
        self.rows += other.rows;
    }

    /// Returns the mean of the examples' losses.
    pub fn mean_loss(&self) -> f64 {
        self.loss / self.rows as f64
    }

    /// Returns the share of examples that were given the right class.
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.rows as f64
    }
}

impl<R: Real> Forward<R> {
    /// Judges the logits of the last run. Of equal largest logits the first counts as the answer.
    pub fn score(&mut self, output: OutputLayer, targets: Targets<R>) -> Score {
        let rows = targets.len();
        let mut scratch = std::mem::take(&mut self.scratch);
        let logits = self.logits(rows);
        let score = match (output, targets) {
            (OutputLayer::Softmax, Targets::Classes(labels)) => {
                score_softmax(logits, labels, &mut scratch[..logits.len()])
            }
            (OutputLayer::Sigmoid, Targets::Classes(labels)) => score_sigmoid(logits, labels),
            (_, Targets::Values(values)) => score_linear(logits, values),
            (OutputLayer::Linear, Targets::Classes(_)) => unreachable!("the architecture fits the target"),
        };
        self.scratch = scratch;
        score
    }
}

#[cfg_attr(gradbook_module, optimize(speed))]
fn score_softmax<R: Real>(logits: &[R], labels: &[u32], exponentials: &mut [R]) -> Score {
    let classes = logits.len() / labels.len().max(1);
    let mut score = Score { rows: labels.len(), ..Score::default() };
    exponentials.copy_from_slice(logits);
    subtract_row_maxima(exponentials, classes);
    // The right logit minus the largest: summed here, before the exponentials take its place.
    for (row, &label) in exponentials.chunks_exact(classes).zip(labels) {
        let label = label as usize;
        score.loss -= row[label].to_f64();
        let first_largest = row.iter().position(|&z| z == R::ZERO);
        score.correct += usize::from(first_largest == Some(label));
    }
    numeric::exp(exponentials);
    for row in exponentials.chunks_exact(classes) {
        score.loss += row_sum(row).ln().to_f64();
    }
    score
}

fn score_sigmoid<R: Real>(logits: &[R], labels: &[u32]) -> Score {
    let mut score = Score { rows: labels.len(), ..Score::default() };
    for (&z, &label) in logits.iter().zip(labels) {
        // z for class 0, -z for class 1: the logit of the wrong class.
        let wrong = if label == 1 { -z } else { z };
        score.loss += (wrong.max(R::ZERO) + (R::ONE + (-z.abs()).exp()).ln()).to_f64();
        let right = if label == 1 { z > R::ZERO } else { z <= R::ZERO };
        score.correct += usize::from(right);
    }
    score
}

fn score_linear<R: Real>(predictions: &[R], values: &[R]) -> Score {
    let mut score = Score { rows: values.len(), ..Score::default() };
    for (&prediction, &value) in predictions.iter().zip(values) {
        let error = prediction - value;
        score.loss += (error * error).to_f64();
    }
    score
}

/// Writes the gradient of the batch's mean loss with respect to the logits, into `delta`.
#[cfg_attr(gradbook_module, optimize(speed))]
pub fn output_gradient<R: Real>(output: OutputLayer, logits: &[R], targets: Targets<R>, delta: &mut [R]) {
    let share = R::ONE / R::from_f64(targets.len() as f64);
    delta.copy_from_slice(logits);
    match (output, targets) {
        (OutputLayer::Softmax, Targets::Classes(labels)) => {
            match logits.len() / labels.len().max(1) {
                // Rows of these lengths are common, and so short that the compiler should know the length.
                2 => softmax_error(delta, labels, 2),
                10 => softmax_error(delta, labels, 10),
                classes => softmax_error(delta, labels, classes),
            }
            vectorized(|| delta.iter_mut().for_each(|d| *d *= share));
        }
        (OutputLayer::Sigmoid, Targets::Classes(labels)) => {
            numeric::sigmoid(delta);
            for (d, &label) in delta.iter_mut().zip(labels) {
                let y = if label == 1 { R::ONE } else { R::ZERO };
                *d = (*d - y) * share;
            }
        }
        (_, Targets::Values(values)) => {
            let twice = share + share;
            vectorized(|| delta.iter_mut().zip(values).for_each(|(d, &y)| *d = (*d - y) * twice));
        }
        (OutputLayer::Linear, Targets::Classes(_)) => unreachable!("the architecture fits the target"),
    }
}

/// Turns logits into softmax minus the labels' one-hot rows.
#[inline(always)]
fn softmax_error<R: Real>(logits: &mut [R], labels: &[u32], classes: usize) {
    softmax(logits, classes);
    for (row, &label) in logits.chunks_exact_mut(classes).zip(labels) {
        row[label as usize] -= R::ONE;
    }
}

/// Computes the softmax of every row, in place: `p_j = e^(z_j - max z) / sum_k e^(z_k - max z)`.
#[inline(always)]
pub fn softmax<R: Real>(logits: &mut [R], classes: usize) {
    subtract_row_maxima(logits, classes);
    numeric::exp(logits);
    for row in logits.chunks_exact_mut(classes) {
        let sum = row_sum(row);
        row.iter_mut().for_each(|p| *p /= sum);
    }
}

/// Makes the largest logit of each row 0, which changes neither probabilities nor loss, and keeps the
/// exponentials from overflowing.
#[inline(always)]
fn subtract_row_maxima<R: Real>(logits: &mut [R], classes: usize) {
    for row in logits.chunks_exact_mut(classes) {
        let largest = row.iter().fold(row[0], |largest, &z| largest.max(z));
        row.iter_mut().for_each(|z| *z -= largest);
    }
}

#[inline(always)]
fn row_sum<R: Real>(row: &[R]) -> R {
    row.iter().fold(R::ZERO, |sum, &value| sum + value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    fn softmax_score(logits: &[f64], labels: &[u32]) -> Score {
        score_softmax(logits, labels, &mut vec![0.0; logits.len()])
    }

    #[test]
    fn the_courses_softmax() {
        let mut p = [5.0, 2.0, -1.0, 3.0];
        softmax(&mut p, 4);
        for (p, expected) in p.iter().zip([0.842, 0.042, 0.002, 0.114]) {
            assert!((p - expected).abs() < 5e-4, "{p} is not {expected}");
        }
        // yhat = [.3, .2, .1, .4], label 1: -ln 0.2 = 1.609, and misclassified.
        let logits = [0.3, 0.2, 0.1, 0.4].map(libm::log);
        let score = softmax_score(&logits, &[1]);
        assert!(close(score.loss, -libm::log(0.2)));
        assert_eq!(score.correct, 0);
        assert_eq!(softmax_score(&logits, &[3]).correct, 1);
    }

    #[test]
    fn large_logits_do_not_overflow() {
        let score = softmax_score(&[1000.0, 0.0, 0.0, 1000.0], &[1, 1]);
        assert!(close(score.loss, 1000.0));
        assert_eq!(score.correct, 1);
        let score = score_sigmoid(&[1000.0, -1000.0], &[0, 0]);
        assert!(close(score.loss, 1000.0));
        let mut delta = [0.0; 2];
        output_gradient(OutputLayer::Softmax, &[1000.0, 0.0], Targets::Classes(&[1]), &mut delta);
        assert_eq!(delta, [1.0, -1.0]);
    }

    #[test]
    fn of_equal_logits_the_first_is_the_answer() {
        assert_eq!(softmax_score(&[0.0, 0.0, 0.0, 0.0], &[0, 1]).correct, 1);
        assert_eq!(score_sigmoid(&[0.0, 0.0], &[0, 1]).correct, 1);
    }

    #[test]
    fn not_a_number_is_never_correct_and_shows() {
        for score in [softmax_score(&[f64::NAN, 0.0], &[0]), softmax_score(&[0.0, f64::NAN], &[0])] {
            assert!(score.loss.is_nan());
        }
        let score = score_sigmoid(&[f64::NAN; 2], &[0, 1]);
        assert!(score.loss.is_nan() && score.correct == 0);
    }

    #[test]
    fn two_class_softmax_is_the_sigmoid_of_the_difference() {
        for z in [-3.0, -0.1, 0.0, 2.5] {
            for label in [0, 1] {
                assert!(close(softmax_score(&[0.0, z], &[label]).loss, score_sigmoid(&[z], &[label]).loss));
            }
        }
    }

    #[test]
    fn gradients_by_hand() {
        let mut delta = [0.0; 4];
        output_gradient(OutputLayer::Softmax, &[0.0; 4], Targets::Classes(&[0, 1]), &mut delta);
        assert_eq!(delta, [-0.25, 0.25, 0.25, -0.25]);
        let mut delta = [0.0; 2];
        output_gradient(OutputLayer::Sigmoid, &[0.0; 2], Targets::Classes(&[0, 1]), &mut delta);
        assert_eq!(delta, [0.25, -0.25]);
        output_gradient(OutputLayer::Linear, &[3.0, 1.0], Targets::Values(&[1.0, 2.0]), &mut delta);
        assert_eq!(delta, [2.0, -1.0]);
    }

    #[test]
    fn squared_error_has_no_half() {
        assert_eq!(score_linear(&[3.0, 1.0], &[1.0, 2.0]).loss, 5.0);
        assert_eq!(score_linear(&[3.0, 1.0], &[1.0, 2.0]).mean_loss(), 2.5);
    }
}
