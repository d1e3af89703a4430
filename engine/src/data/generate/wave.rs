//! A wavy boundary, with features that say nothing and labels that are wrong, as many as wanted.

use ndarray::Array2;

use super::super::catalogue::{DatasetInfo, Key, Origin, Values};
use super::super::dataset::TargetColumn;
use super::super::normalize::Normalize;
use super::super::part::Target;
use super::{Generated, Generator, samples};
use crate::numeric::Stream;

/// All features uniform in [-1, 1]; class 1 where x2 > amplitude sin(1.5 pi x1). Each label is wrong with
/// probability `bayes_error`.
pub(crate) const WAVE: DatasetInfo = DatasetInfo {
    name: "wave",
    title: "Wave",
    summary: "Two classes above and below a wave, with features that say nothing and a Bayes error if wanted.",
    normalize: Normalize::None,
    origin: Origin::Generated(Generator {
        keys: &[
            samples(500),
            Key {
                name: "amplitude",
                default: 0.5,
                min: 0.0,
                max: 1.0,
                whole: false,
                about: "height of the wave",
            },
            Key {
                name: "irrelevant",
                default: 0.0,
                min: 0.0,
                max: 1000.0,
                whole: true,
                about: "features that say nothing about the class",
            },
            Key {
                name: "bayes_error",
                default: 0.0,
                min: 0.0,
                max: 0.5,
                whole: false,
                about: "probability that a label is wrong, in all parts",
            },
        ],
        classes: true,
        shape: |values| (2 + values.count("irrelevant"), Target::Classes(2)),
        generate,
    }),
};

fn generate(values: &Values, stream: &mut Stream) -> Generated {
    let (samples, count) = (values.count("samples"), 2 + values.count("irrelevant"));
    let (amplitude, bayes_error) = (values.number("amplitude"), values.number("bayes_error"));
    let mut features = Array2::zeros((samples, count));
    let mut labels = Vec::with_capacity(samples);
    for mut row in features.rows_mut() {
        row.iter_mut().for_each(|cell| *cell = 2.0 * stream.uniform() - 1.0);
        let above = row[1] > amplitude * libm::sin(1.5 * std::f64::consts::PI * row[0]);
        let wrong = stream.uniform() < bayes_error;
        labels.push(usize::from(above != wrong));
    }
    Generated {
        features,
        feature_names: (1..=count).map(|i| format!("x{i}")).collect(),
        target: TargetColumn::Classes { labels, names: vec!["0".to_owned(), "1".to_owned()] },
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{generated, labels};

    fn share_right(json: &str) -> f64 {
        let data = generated("wave", json);
        let right = data.features.rows().into_iter().zip(labels(&data)).filter(|(row, class)| {
            (row[1] > 0.5 * libm::sin(1.5 * std::f64::consts::PI * row[0])) == (**class == 1)
        });
        right.count() as f64 / data.features.nrows() as f64
    }

    #[test]
    fn labels_follow_the_wave_but_for_the_bayes_error() {
        assert_eq!(share_right(r#"{"samples": 500, "irrelevant": 3}"#), 1.0);
        assert!((share_right(r#"{"samples": 10000, "bayes_error": 0.15}"#) - 0.85).abs() < 0.015);
    }
}
