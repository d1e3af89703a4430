//! Clouds around centres on a circle.

use super::super::catalogue::{DatasetInfo, Key, Origin};
use super::super::normalize::Normalize;
use super::super::part::Target;
use super::{Generator, in_the_plane, noise, polar, samples};

/// How far the centres lie from the middle.
const RADIUS: f64 = 1.5;

/// Class c of C is normal around the point at distance 1.5 and angle 2 pi c / C.
pub(crate) const BLOBS: DatasetInfo = DatasetInfo {
    name: "blobs",
    title: "Blobs",
    summary: "Round clouds with their centres on a circle of radius 1.5, one a class.",
    normalize: Normalize::None,
    origin: Origin::Generated(Generator {
        keys: &[
            samples(500),
            noise(0.35, "standard deviation of each cloud"),
            Key { name: "classes", default: 3.0, min: 2.0, max: 20.0, whole: true, about: "clouds" },
        ],
        classes: true,
        shape: |values| (2, Target::Classes(values.count("classes"))),
        generate: |values, stream| {
            let classes = values.count("classes");
            in_the_plane(values, classes, stream, |class, _| polar(class as f64 / classes as f64, RADIUS))
        },
    }),
};

#[cfg(test)]
mod tests {
    use super::super::tests::generated;

    #[test]
    fn clouds_have_their_centre_and_spread() {
        let data = generated("blobs", r#"{"samples": 8000, "noise": 0.5, "classes": 4}"#);
        let mean =
            |column: usize| data.features.column(column).iter().skip(1).step_by(4).sum::<f64>() / 2000.0;
        assert!((mean(0) - 0.0).abs() < 0.04 && (mean(1) - 1.5).abs() < 0.04);
        let second = data.features.column(0);
        let variance = second.iter().skip(1).step_by(4).map(|x| x * x).sum::<f64>() / 2000.0;
        assert!((variance - 0.25).abs() < 0.03, "{variance}");
    }
}
