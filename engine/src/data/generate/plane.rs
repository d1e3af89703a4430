//! A plane over two features whose ranges may be far apart.

use ndarray::Array2;

use super::super::catalogue::{DatasetInfo, Key, Origin, Values};
use super::super::dataset::TargetColumn;
use super::super::normalize::Normalize;
use super::super::part::Target;
use super::{Generated, Generator, noise, samples};
use crate::numeric::Stream;

/// x1 uniform in [0, stretch], x2 uniform in [0, 1]; y = (x1 - stretch/2)/sd1 + (x2 - 1/2)/sd2 with sd the standard deviations of the
/// two, so that both matter alike, plus noise.
pub(crate) const PLANE: DatasetInfo = DatasetInfo {
    name: "plane",
    title: "A noisy plane",
    summary: "A number over two features, one of which has a range a thousand times as wide, or as wide as is wanted.",
    normalize: Normalize::None,
    origin: Origin::Generated(Generator {
        keys: &[
            samples(500),
            noise(0.1, "standard deviation of the normal noise on the target"),
            Key {
                name: "stretch",
                default: 1000.0,
                min: 1e-6,
                max: 1e6,
                whole: false,
                about: "how many times as wide the range of the first feature is as that of the second",
            },
        ],
        classes: false,
        shape: |_| (2, Target::Value),
        generate,
    }),
};

fn generate(values: &Values, stream: &mut Stream) -> Generated {
    let (samples, noise, stretch) =
        (values.count("samples"), values.number("noise"), values.number("stretch"));
    let mut features = Array2::zeros((samples, 2));
    let mut targets = Vec::with_capacity(samples);
    // The standard deviation of a uniform number in [0, 1].
    let sd = (1.0_f64 / 12.0).sqrt();
    for mut row in features.rows_mut() {
        let (u, v) = (stream.uniform(), stream.uniform());
        (row[0], row[1]) = (stretch * u, v);
        targets.push((u - 0.5) / sd + (v - 0.5) / sd + noise * stream.normal());
    }
    Generated {
        features,
        feature_names: vec!["x1".to_owned(), "x2".to_owned()],
        target: TargetColumn::Values { values: targets, name: "y".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::dataset::TargetColumn;
    use super::super::tests::generated;

    #[test]
    fn both_features_matter_alike_whatever_their_ranges() {
        for stretch in [1.0, 1000.0] {
            let json = format!(r#"{{"samples": 2000, "noise": 0, "stretch": {stretch}}}"#);
            let data = generated("plane", &json);
            let TargetColumn::Values { values, .. } = &data.target else { panic!("a number") };
            let sd = (1.0_f64 / 12.0).sqrt();
            for (row, y) in data.features.rows().into_iter().zip(values) {
                assert!((0.0..=stretch).contains(&row[0]) && (0.0..=1.0).contains(&row[1]));
                assert!((y - (row[0] / stretch - 0.5 + row[1] - 0.5) / sd).abs() < 1e-12);
            }
            let mean = values.iter().sum::<f64>() / 2000.0;
            assert!(mean.abs() < 0.1, "{mean}");
        }
    }
}
