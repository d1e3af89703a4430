//! Bias and variance against what is possible.

/// A gap above this is high: two percentage points.
pub const HIGH: f64 = 0.02;

/// Where the error comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// Neither gap is high.
    Neither,
    /// The training error is far above what is possible.
    Bias,
    /// The dev error is far above the training error.
    Variance,
    /// Both gaps are high.
    Both,
}

impl Diagnosis {
    /// Returns its name as prose and claims read it.
    pub fn name(self) -> &'static str {
        match self {
            Diagnosis::Neither => "neither",
            Diagnosis::Bias => "bias",
            Diagnosis::Variance => "variance",
            Diagnosis::Both => "both",
        }
    }
}

/// Tells which gaps are high. Avoidable bias is the training error minus the Bayes error, the lowest that any classifier can have; variance is the
/// dev error minus the training error. Either is high above [`HIGH`]. All errors are shares from 0 to 1.
///
/// Source: Ng, Machine Learning Yearning, 2018, chapters 20 to 22.
pub fn diagnose(train_error: f64, dev_error: f64, bayes_error: f64) -> Diagnosis {
    match (train_error - bayes_error > HIGH, dev_error - train_error > HIGH) {
        (false, false) => Diagnosis::Neither,
        (true, false) => Diagnosis::Bias,
        (false, true) => Diagnosis::Variance,
        (true, true) => Diagnosis::Both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_course() {
        for (train, dev, bayes, diagnosis) in [
            (0.01, 0.11, 0.0, Diagnosis::Variance),
            (0.15, 0.16, 0.0, Diagnosis::Bias),
            (0.15, 0.30, 0.0, Diagnosis::Both),
            (0.005, 0.01, 0.0, Diagnosis::Neither),
            (0.15, 0.16, 0.15, Diagnosis::Neither),
        ] {
            assert_eq!(diagnose(train, dev, bayes), diagnosis, "{train} {dev} {bayes}");
        }
    }
}
