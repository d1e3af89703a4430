//! From a data set to a line fitted in closed form, judged on the parts that it was not fitted to.

use super::{Ridge, ridge};
use crate::data::{self, DataSettings, Dataset, Normalizer, Prepared, ScaleTarget, Split, SplitSettings};
use crate::numeric::Streams;
use crate::problem::Problem;

/// A line (or plane) fitted to the training part.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    /// Over the normalized features.
    pub ridge: Ridge,
    /// Mean squared error on the training, dev and test part; None of a part without rows.
    pub losses: [Option<f64>; 3],
    /// Which rows of the data set are in which part.
    pub split: Split,
    normalizer: Normalizer,
}

impl Regression {
    /// Returns what it says of features in the units of the data set.
    pub fn predict(&self, features: &[f64]) -> f64 {
        let Normalizer { shift, scale } = &self.normalizer;
        let scaled = features.iter().zip(shift.iter().zip(scale));
        self.ridge.predict(&scaled.map(|(x, (shift, scale))| (x - shift) / scale).collect::<Vec<f64>>())
    }
}

/// Splits and normalizes as a training with this seed would, and fits with the penalty `l2` in f64.
///
/// # Errors
/// A split that the data cannot give; features that depend on each other, without a penalty: paths are `split` and `l2`.
pub fn regress(
    settings: &DataSettings,
    split: &SplitSettings,
    l2: f64,
    dataset: &Dataset,
    seed: u64,
) -> Result<Regression, Problem> {
    let streams = Streams::new(seed);
    let split = data::split(&dataset.target, split, &streams);
    let split = split.map_err(|problem| problem.within("split"))?;
    // No step can be too large here, and weights are to be in the units of the data.
    let settings = DataSettings { scale_target: Some(ScaleTarget::None), ..settings.clone() };
    let (parts, normalizer) = data::prepare::<f64>(dataset, &split, &settings, &streams);
    let Prepared { train, dev, test, .. } = &parts;
    let fitted = ridge(train, l2).ok_or_else(|| {
        Problem::new("l2", format!("nothing decides between several lines through {} rows", train.len()))
            .expected("`l2` above 0")
            .hint("some features follow from others, so that without a penalty many weights are equally good")
    })?;
    let losses = [train, dev, test].map(|part| fitted.loss_on(part));
    Ok(Regression { ridge: fitted, losses, split, normalizer })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::data::{Files, TableLimits};

    fn regression(data: serde_json::Value, split: serde_json::Value, l2: f64) -> Result<Regression, Problem> {
        let data: DataSettings = serde_json::from_value(data).unwrap();
        let dataset = data::load(&data, Files::default(), &TableLimits::default(), &Streams::new(3)).unwrap();
        regress(&data, &serde_json::from_value(split).unwrap(), l2, &dataset, 3)
    }

    #[test]
    fn a_line_without_noise_is_found_in_the_units_of_the_data() {
        for normalize in ["none", "standard", "minmax"] {
            let data = json!({"name": "line", "samples": 30, "noise": 0, "slope": -2, "intercept": 3, "normalize": normalize});
            let found = regression(data, json!({"train": 20, "test": 10}), 0.0).unwrap();
            assert!((found.predict(&[1.5]) - 0.0).abs() < 1e-12, "{normalize}");
            assert!(found.losses[0].unwrap() < 1e-24 && found.losses[2].unwrap() < 1e-24);
            assert_eq!((found.losses[1], found.split.train.len()), (None, 20));
        }
    }

    #[test]
    fn a_penalty_makes_the_training_part_worse() {
        let data = json!({"name": "polynomial", "samples": 112});
        let fit = |l2| regression(data.clone(), json!({"train": 12, "dev": 100}), l2).unwrap();
        let losses: Vec<f64> = [0.0, 1e-3, 1.0, 1e4].map(|l2| fit(l2).losses[0].unwrap()).into();
        assert!(losses.windows(2).all(|pair| pair[0] < pair[1]), "{losses:?}");
    }

    #[test]
    fn too_few_rows_are_told() {
        let data = json!({"name": "polynomial", "samples": 20});
        let problem = regression(data, json!({"train": 9, "dev": 11}), 0.0).unwrap_err();
        assert_eq!(problem.path, "l2");
    }
}
