//! The exclusive or of two signs.

use super::super::catalogue::{DatasetInfo, Origin};
use super::super::normalize::Normalize;
use super::{Generator, ON_COORDINATES, in_the_plane, noise, samples, two_in_the_plane};

/// Uniform in [-1, 1]^2; class 1 where the signs of the coordinates differ. The noise comes after the class.
pub(crate) const XOR: DatasetInfo = DatasetInfo {
    name: "xor",
    title: "Exclusive or",
    summary: "A square of four fields like a chess board's; opposite fields have the same class.",
    normalize: Normalize::None,
    origin: Origin::Generated(Generator {
        keys: &[samples(500), noise(0.1, ON_COORDINATES)],
        classes: true,
        shape: two_in_the_plane,
        generate: |values, stream| {
            in_the_plane(values, 2, stream, |class, stream| {
                let (x, y) = (2.0 * stream.uniform() - 1.0, stream.uniform());
                [x, if (x > 0.0) == (class == 0) { y } else { -y }]
            })
        },
    }),
};

#[cfg(test)]
mod tests {
    use super::super::tests::{generated, labels};

    #[test]
    fn without_noise_signs_tell_the_class_and_fill_all_fields() {
        let data = generated("xor", r#"{"samples": 200, "noise": 0}"#);
        let mut fields = [0; 4];
        for (point, &class) in data.features.rows().into_iter().zip(labels(&data)) {
            assert_eq!((point[0] > 0.0) != (point[1] > 0.0), class == 1);
            fields[2 * usize::from(point[0] > 0.0) + usize::from(point[1] > 0.0)] += 1;
        }
        assert!(fields.iter().all(|&n| n > 30), "{fields:?}");
    }
}
