//! A ring around another.

use super::super::catalogue::{DatasetInfo, Origin};
use super::super::normalize::Normalize;
use super::{Generator, ON_COORDINATES, in_the_plane, noise, polar, samples, two_in_the_plane};

/// Class 0 at distance 1 from the middle, class 1 at distance 1/2, at uniform angles.
pub(crate) const CIRCLES: DatasetInfo = DatasetInfo {
    name: "circles",
    title: "Two circles",
    summary: "A ring around another, one a class; no straight line parts them.",
    normalize: Normalize::None,
    origin: Origin::Generated(Generator {
        keys: &[samples(500), noise(0.1, ON_COORDINATES)],
        classes: true,
        shape: two_in_the_plane,
        generate: |values, stream| {
            in_the_plane(values, 2, stream, |class, stream| {
                polar(stream.uniform(), if class == 0 { 1.0 } else { 0.5 })
            })
        },
    }),
};

#[cfg(test)]
mod tests {
    use super::super::tests::{generated, labels};

    #[test]
    fn without_noise_points_lie_on_the_circles() {
        let data = generated("circles", r#"{"samples": 40, "noise": 0}"#);
        for (point, &class) in data.features.rows().into_iter().zip(labels(&data)) {
            let radius = (point[0] * point[0] + point[1] * point[1]).sqrt();
            assert!((radius - [1.0, 0.5][class]).abs() < 1e-12);
        }
    }
}
