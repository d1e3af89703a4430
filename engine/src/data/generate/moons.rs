//! Two half circles that reach into each other.

use super::super::catalogue::{DatasetInfo, Origin};
use super::super::normalize::Normalize;
use super::{Generator, ON_COORDINATES, in_the_plane, noise, polar, samples, two_in_the_plane};

/// With t uniform in [0, pi]: class 0 at (cos t, sin t), class 1 at (1 - cos t, 1/2 - sin t).
pub(crate) const MOONS: DatasetInfo = DatasetInfo {
    name: "moons",
    title: "Two moons",
    summary: "Two half circles that reach into each other, one a class.",
    normalize: Normalize::None,
    origin: Origin::Generated(Generator {
        keys: &[samples(500), noise(0.2, ON_COORDINATES)],
        classes: true,
        shape: two_in_the_plane,
        generate: |values, stream| {
            in_the_plane(values, 2, stream, |class, stream| {
                let [x, y] = polar(stream.uniform() / 2.0, 1.0);
                if class == 0 { [x, y] } else { [1.0 - x, 0.5 - y] }
            })
        },
    }),
};

#[cfg(test)]
mod tests {
    use super::super::tests::{generated, labels};

    #[test]
    fn without_noise_points_lie_on_the_half_circles() {
        let data = generated("moons", r#"{"samples": 40, "noise": 0}"#);
        for (point, &class) in data.features.rows().into_iter().zip(labels(&data)) {
            let (x, y) = if class == 0 { (point[0], point[1]) } else { (1.0 - point[0], 0.5 - point[1]) };
            assert!((x * x + y * y - 1.0).abs() < 1e-12 && y >= 0.0);
        }
    }
}
