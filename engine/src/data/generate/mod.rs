//! Generated data sets, one file each. All draw from the stream `data` of the run's seed.
//!
//! Classes take turns row by row, so that they are as equal in size as can be.

mod blobs;
mod circles;
mod line;
mod moons;
mod plane;
mod polynomial;
mod spirals;
mod wave;
mod xor;

use ndarray::Array2;

use super::catalogue::{DatasetInfo, Key, Values};
use super::dataset::TargetColumn;
use super::part::Target;
use crate::numeric::Stream;

/// All of them, in the order in which they are presented.
pub(super) const ALL: &[DatasetInfo] = &[
    moons::MOONS,
    circles::CIRCLES,
    spirals::SPIRALS,
    blobs::BLOBS,
    xor::XOR,
    wave::WAVE,
    line::LINE,
    plane::PLANE,
    polynomial::POLYNOMIAL,
];

/// A rule that makes examples.
#[derive(Clone, Copy, Debug)]
pub struct Generator {
    /// The numbers that it takes; `samples` is always among them.
    pub keys: &'static [Key],
    /// Whether the target is a class.
    pub classes: bool,
    /// How many features it gives, and what is to be predicted.
    pub shape: fn(&Values) -> (usize, Target),
    pub generate: fn(&Values, &mut Stream) -> Generated,
}

/// What a generator gives.
pub struct Generated {
    /// (samples, features).
    pub features: Array2<f64>,
    pub feature_names: Vec<String>,
    pub target: TargetColumn,
}

/// Returns the key `samples`, with its default.
const fn samples(default: u32) -> Key {
    Key { name: "samples", default: default as f64, min: 2.0, max: 1e6, whole: true, about: "rows" }
}

/// Returns the key `noise`, with its default.
const fn noise(default: f64, about: &'static str) -> Key {
    Key { name: "noise", default, min: 0.0, max: 100.0, whole: false, about }
}

const ON_COORDINATES: &str = "standard deviation of the normal noise on both coordinates";

/// Returns the shape of a set of two classes in the plane.
fn two_in_the_plane(_: &Values) -> (usize, Target) {
    (2, Target::Classes(2))
}

/// Points in the plane: `point` gives each, without noise, from its class and the stream.
fn in_the_plane(
    values: &Values,
    classes: usize,
    stream: &mut Stream,
    mut point: impl FnMut(usize, &mut Stream) -> [f64; 2],
) -> Generated {
    let (samples, noise) = (values.count("samples"), values.number("noise"));
    let mut features = Array2::zeros((samples, 2));
    let labels: Vec<usize> = (0..samples).map(|i| i % classes).collect();
    for (mut row, &class) in features.rows_mut().into_iter().zip(&labels) {
        for (cell, coordinate) in row.iter_mut().zip(point(class, stream)) {
            *cell = coordinate + noise * stream.normal();
        }
    }
    let names = (0..classes).map(|class| class.to_string()).collect();
    Generated {
        features,
        feature_names: vec!["x1".to_owned(), "x2".to_owned()],
        target: TargetColumn::Classes { labels, names },
    }
}

/// Returns a point at an angle (in whole turns) and a distance from the middle.
fn polar(turns: f64, radius: f64) -> [f64; 2] {
    let angle = 2.0 * std::f64::consts::PI * turns;
    [radius * libm::cos(angle), radius * libm::sin(angle)]
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::{DATASETS, DatasetInfo, Origin};
    use super::super::settings::DataSettings;
    use super::*;
    use crate::numeric::Streams;

    /// Generates `name` with some settings written in JSON.
    pub(super) fn generated(name: &str, json: &str) -> Generated {
        let settings: DataSettings = serde_json::from_str(json).unwrap();
        let Origin::Generated(generator) = DatasetInfo::find(name).unwrap().origin else { panic!("a table") };
        (generator.generate)(&generator.values(&settings), &mut Streams::new(1).stream("data"))
    }

    pub(super) fn labels(data: &Generated) -> &[usize] {
        match &data.target {
            TargetColumn::Classes { labels, .. } => labels,
            TargetColumn::Values { .. } => panic!("a number"),
        }
    }

    #[test]
    fn every_generator_keeps_its_word() {
        for entry in DATASETS {
            let Origin::Generated(generator) = entry.origin else { continue };
            let mut settings = DataSettings::named(entry.name);
            settings.samples = Some(37);
            let make = |seed| {
                let mut stream = Streams::new(seed).stream("data");
                (generator.generate)(&generator.values(&settings), &mut stream)
            };
            let (first, again, other) = (make(1), make(1), make(2));
            let facts = generator.facts(&settings);
            assert_eq!(first.features.dim(), (37, facts.features), "{}", entry.name);
            assert_eq!(first.feature_names.len(), facts.features, "{}", entry.name);
            assert_eq!(first.target.len(), 37, "{}", entry.name);
            assert_eq!(first.target.target(), facts.target, "{}", entry.name);
            assert_eq!(facts.target != Target::Value, generator.classes, "{}", entry.name);
            assert!(first.features.iter().all(|v| v.is_finite()), "{}", entry.name);
            assert_eq!(first.features, again.features, "{}", entry.name);
            assert_eq!(first.target, again.target, "{}", entry.name);
            assert_ne!(first.features, other.features, "{}", entry.name);
            if let TargetColumn::Classes { labels, names } = &first.target {
                assert!((0..names.len()).all(|class| labels.contains(&class)), "{}", entry.name);
            }
        }
    }
}
