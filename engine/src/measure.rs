//! What the answers of a classifier are worth: class by class, as probabilities, and against what is possible.

mod calibration;
mod confusion;
mod diagnosis;

pub use calibration::{BINS, Bin, Calibration};
pub use confusion::Confusion;
pub use diagnosis::{Diagnosis, HIGH, diagnose};

/// The answers to some rows: the right class and the probability of each class.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// The right class of each row.
    pub right: Vec<u32>,
    /// How many classes there are.
    pub classes: usize,
    /// (rows, classes), row-major.
    pub probabilities: Vec<f64>,
}

impl Answers {
    /// Returns the most probable class of each row (of equals the first), and its probability.
    pub fn given(&self) -> impl Iterator<Item = (u32, f64)> {
        self.probabilities.chunks_exact(self.classes).map(|row| {
            let larger = |best: usize, class: usize| if row[class] > row[best] { class } else { best };
            let best = (1..row.len()).fold(0, larger);
            (best as u32, row[best])
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// `tests/reference/measure.py` wrote it.
    const REFERENCE: &str = include_str!("../../tests/reference/measure.json");

    #[test]
    fn scikit_learn_says_the_same() {
        let found: Value = serde_json::from_str(REFERENCE).unwrap();
        let list = |name: &str| -> Vec<f64> { serde_json::from_value(found[name].clone()).unwrap() };
        let close = |name: &str, ours: Vec<f64>| {
            let theirs = list(name);
            assert_eq!(ours.len(), theirs.len(), "{name}");
            assert!(
                ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-12),
                "{name}: {ours:?} {theirs:?}"
            );
        };
        let right = list("right").into_iter().map(|class| class as u32).collect();
        let answers = Answers { right, classes: 5, probabilities: list("probabilities") };
        let (confusion, calibration) = (Confusion::of(&answers), Calibration::of(&answers));
        close("confusion", confusion.counts().iter().map(|&count| count as f64).collect());
        close("precision", confusion.precision());
        close("recall", confusion.recall());
        close("f1", confusion.f1());
        let mean = |list: Vec<f64>| list.iter().sum::<f64>() / 5.0;
        close("macro", vec![mean(confusion.precision()), mean(confusion.recall()), mean(confusion.f1())]);
        let error = found["calibration_error"].as_f64().unwrap();
        assert!((calibration.error() - error).abs() < 1e-12);
        assert!((calibration.confidence() - found["confidence"].as_f64().unwrap()).abs() < 1e-12);
    }
}
