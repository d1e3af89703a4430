//! Whether the probabilities of a classifier mean what they say.

use super::Answers;

/// Bins between 0 and 1, as in the source.
pub const BINS: usize = 15;

/// The confidence of an answer is the probability of the class given. Calibrated, answers of confidence 0.8 are right in
/// 80% of cases. Answers are put into [`BINS`] bins of equal width by their confidence, bin m over ((m - 1)/M, m/M]; the
/// expected calibration error is `ECE = sum_m n_m/n |accuracy(m) - confidence(m)|`, and the reliability curve leads through
/// the points (confidence(m), accuracy(m)).
///
/// Source: Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 2.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// [`BINS`] of them, by rising confidence.
    pub bins: Vec<Bin>,
    rows: usize,
}

/// Answers of about the same confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many answers fell into it.
    pub rows: usize,
    /// How many of them were right.
    pub right: usize,
    /// The sum over the rows.
    pub confidence: f64,
}

impl Calibration {
    /// Puts answers into bins.
    pub fn of(answers: &Answers) -> Self {
        let mut bins = vec![Bin::default(); BINS];
        for (&right, (given, confidence)) in answers.right.iter().zip(answers.given()) {
            let upper = (confidence * BINS as f64).ceil() as usize;
            let bin = &mut bins[upper.clamp(1, BINS) - 1];
            bin.rows += 1;
            bin.right += usize::from(given == right);
            bin.confidence += confidence;
        }
        Calibration { bins, rows: answers.right.len() }
    }

    /// Returns the expected calibration error, from 0 to 1; NaN without rows.
    pub fn error(&self) -> f64 {
        let gaps = self.bins.iter().map(|bin| (bin.right as f64 - bin.confidence).abs());
        gaps.sum::<f64>() / self.rows as f64
    }

    /// Returns the mean confidence of all answers; above the accuracy where the network is too sure of itself. NaN without rows.
    pub fn confidence(&self) -> f64 {
        self.bins.iter().map(|bin| bin.confidence).sum::<f64>() / self.rows as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Two answers of 0.9, one right; one of 0.6 (the upper end of bin 9), right.
        let answers = Answers {
            right: vec![0, 1, 1],
            classes: 2,
            probabilities: [[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]].concat(),
        };
        let calibration = Calibration::of(&answers);
        assert_eq!(calibration.bins[13], Bin { rows: 2, right: 1, confidence: 1.8 });
        assert_eq!(calibration.bins[8], Bin { rows: 1, right: 1, confidence: 0.6 });
        assert!((calibration.error() - (0.8 + 0.4) / 3.0).abs() < 1e-15);
        assert!((calibration.confidence() - 0.8).abs() < 1e-15);
    }

    #[test]
    fn ends_of_the_range_have_a_bin() {
        let sure = Answers { right: vec![1, 0], classes: 2, probabilities: vec![0.0, 1.0, 0.0, 0.0] };
        let calibration = Calibration::of(&sure);
        assert_eq!((calibration.bins[14].rows, calibration.bins[0].rows), (1, 1));
        let none = Answers { right: vec![], classes: 2, probabilities: vec![] };
        assert!(Calibration::of(&none).error().is_nan());
    }
}
