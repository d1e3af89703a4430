//! A curve, seen through the powers of x.

use ndarray::Array2;

use super::super::catalogue::{DatasetInfo, Key, Origin, Values};
use super::super::dataset::TargetColumn;
use super::super::normalize::Normalize;
use super::super::part::Target;
use super::{Generated, Generator, noise, samples};
use crate::numeric::Stream;

/// x uniform in [0, 1], y = sin(2 pi x) + noise; the features are x, x^2, ..., x^degree, so that a linear
/// model fits a polynomial.
pub(crate) const POLYNOMIAL: DatasetInfo = DatasetInfo {
    name: "polynomial",
    title: "A polynomial's points",
    summary: "Points around one period of a sine, with powers of x as features; the target is a number.",
    normalize: Normalize::Standard,
    origin: Origin::Generated(Generator {
        keys: &[
            samples(100),
            noise(0.25, "standard deviation of the normal noise on the target"),
            Key {
                name: "degree",
                default: 9.0,
                min: 1.0,
                max: 20.0,
                whole: true,
                about: "highest power of x among the features",
            },
        ],
        classes: false,
        shape: |values| (values.count("degree"), Target::Value),
        generate,
    }),
};

fn generate(values: &Values, stream: &mut Stream) -> Generated {
    let (samples, noise, degree) = (values.count("samples"), values.number("noise"), values.count("degree"));
    let mut features = Array2::zeros((samples, degree));
    let mut targets = Vec::with_capacity(samples);
    for mut row in features.rows_mut() {
        let x = stream.uniform();
        let mut power = 1.0;
        for cell in &mut row {
            power *= x;
            *cell = power;
        }
        targets.push(libm::sin(2.0 * std::f64::consts::PI * x) + noise * stream.normal());
    }
    let name = |power: usize| if power == 1 { "x".to_owned() } else { format!("x^{power}") };
    Generated {
        features,
        feature_names: (1..=degree).map(name).collect(),
        target: TargetColumn::Values { values: targets, name: "y".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::dataset::TargetColumn;
    use super::super::tests::generated;

    #[test]
    fn features_are_powers_and_the_target_a_sine() {
        let data = generated("polynomial", r#"{"samples": 20, "noise": 0, "degree": 3}"#);
        assert_eq!(data.feature_names, ["x", "x^2", "x^3"]);
        let TargetColumn::Values { values, .. } = data.target else { panic!("classes") };
        for (row, y) in data.features.rows().into_iter().zip(values) {
            assert_eq!(row[1], row[0] * row[0]);
            assert_eq!(row[2], row[0] * row[0] * row[0]);
            assert!((y - libm::sin(std::f64::consts::TAU * row[0])).abs() < 1e-15);
        }
    }
}
