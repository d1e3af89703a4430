//! Right and wrong answers, class by class.

use super::Answers;

/// How often rows of one class were answered by another.
///
/// With TP the rows of a class that were given it, FP the rows of others that were, and FN the rows of it that were not:
/// precision = TP/(TP + FP), recall = TP/(TP + FN), F1 = 2 TP/(2 TP + FP + FN), the harmonic mean of both. What would
/// divide 0 by 0 is 0: the precision of a class that was never given, the recall of one that has no rows, the F1 of one
/// of which both are true (as in scikit-learn). A macro average is the plain mean over all classes, rare ones like
/// frequent ones.
///
/// Source: van Rijsbergen, Information Retrieval, 2nd edition, 1979, chapter 7.
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion {
    classes: usize,
    /// (right class, given class), row-major.
    counts: Vec<usize>,
}

impl Confusion {
    /// Counts answers.
    pub fn of(answers: &Answers) -> Self {
        let mut counts = vec![0; answers.classes * answers.classes];
        for (&right, (given, _)) in answers.right.iter().zip(answers.given()) {
            counts[right as usize * answers.classes + given as usize] += 1;
        }
        Confusion { classes: answers.classes, counts }
    }

    /// Returns the counts, (right class, given class) row-major.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// Returns the precision of each class.
    pub fn precision(&self) -> Vec<f64> {
        self.each(|right, _, given| share(right, given))
    }

    /// Returns the recall of each class.
    pub fn recall(&self) -> Vec<f64> {
        self.each(|right, rows, _| share(right, rows))
    }

    /// Returns the F1 of each class.
    pub fn f1(&self) -> Vec<f64> {
        self.each(|right, rows, given| share(2 * right, rows + given))
    }

    /// Returns a number for each class from its TP, TP + FN and TP + FP.
    fn each(&self, number: impl Fn(usize, usize, usize) -> f64) -> Vec<f64> {
        let classes = 0..self.classes;
        let count = |right: usize, given: usize| self.counts[right * self.classes + given];
        classes
            .clone()
            .map(|class| {
                let rows = classes.clone().map(|given| count(class, given)).sum();
                let given = classes.clone().map(|right| count(right, class)).sum();
                number(count(class, class), rows, given)
            })
            .collect()
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Class 0: rows a, b, c of which c is called 1; class 1: row d, called 0; class 2: none, never given.
        let answers = Answers {
            right: vec![0, 0, 0, 1],
            classes: 3,
            probabilities: [[0.8, 0.2, 0.0], [0.5, 0.5, 0.0], [0.1, 0.9, 0.0], [0.6, 0.3, 0.1]].concat(),
        };
        let confusion = Confusion::of(&answers);
        assert_eq!(confusion.counts(), [2, 1, 0, 1, 0, 0, 0, 0, 0]);
        assert_eq!(confusion.precision(), [2.0 / 3.0, 0.0, 0.0]);
        assert_eq!(confusion.recall(), [2.0 / 3.0, 0.0, 0.0]);
        assert_eq!(confusion.f1(), [2.0 / 3.0, 0.0, 0.0]);
    }
}
