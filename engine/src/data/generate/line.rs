//! A straight line with noise.

use ndarray::Array2;

use super::super::catalogue::{DatasetInfo, Key, Origin, Values};
use super::super::dataset::TargetColumn;
use super::super::normalize::Normalize;
use super::super::part::Target;
use super::{Generated, Generator, noise, samples};
use crate::numeric::Stream;

/// x uniform in [0, 2], y = slope x + intercept + noise.
pub(crate) const LINE: DatasetInfo = DatasetInfo {
    name: "line",
    title: "A noisy line",
    summary: "Points around a straight line; the target is a number.",
    normalize: Normalize::None,
    origin: Origin::Generated(Generator {
        keys: &[
            samples(100),
            noise(0.2, "standard deviation of the normal noise on the target"),
            Key { name: "slope", default: 1.3, min: -1e3, max: 1e3, whole: false, about: "of the true line" },
            Key {
                name: "intercept",
                default: 0.4,
                min: -1e3,
                max: 1e3,
                whole: false,
                about: "of the true line",
            },
        ],
        classes: false,
        shape: |_| (1, Target::Value),
        generate,
    }),
};

fn generate(values: &Values, stream: &mut Stream) -> Generated {
    let (samples, noise) = (values.count("samples"), values.number("noise"));
    let (slope, intercept) = (values.number("slope"), values.number("intercept"));
    let mut features = Array2::zeros((samples, 1));
    let mut targets = Vec::with_capacity(samples);
    for x in &mut features {
        *x = 2.0 * stream.uniform();
        targets.push(slope * *x + intercept + noise * stream.normal());
    }
    Generated {
        features,
        feature_names: vec!["x".to_owned()],
        target: TargetColumn::Values { values: targets, name: "y".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::dataset::TargetColumn;
    use super::super::tests::generated;

    #[test]
    fn without_noise_points_lie_on_the_line() {
        let data = generated("line", r#"{"samples": 20, "noise": 0, "slope": -2, "intercept": 3}"#);
        let TargetColumn::Values { values, .. } = data.target else { panic!("classes") };
        for (x, y) in data.features.iter().zip(values) {
            assert_eq!(-2.0 * x + 3.0, y);
        }
    }
}
