//! Arms that wind around each other.

use super::super::catalogue::{DatasetInfo, Key, Origin};
use super::super::normalize::Normalize;
use super::super::part::Target;
use super::{Generator, in_the_plane, noise, polar, samples};

/// With r uniform in [0.05, 1], class c of C lies at distance 2 r and angle 2 pi (c / C + turns r).
pub(crate) const SPIRALS: DatasetInfo = DatasetInfo {
    name: "spirals",
    title: "Spirals",
    summary: "Arms that wind around each other, one a class; hard without hidden layers.",
    normalize: Normalize::None,
    origin: Origin::Generated(Generator {
        keys: &[
            samples(600),
            noise(
                0.05,
                "standard deviation of the normal noise on both coordinates, where arms reach 1; then all is doubled",
            ),
            Key { name: "classes", default: 3.0, min: 2.0, max: 20.0, whole: true, about: "arms" },
            Key {
                name: "turns",
                default: 1.0,
                min: 0.0,
                max: 10.0,
                whole: false,
                about: "how many times each arm goes round",
            },
        ],
        classes: true,
        shape: |values| (2, Target::Classes(values.count("classes"))),
        generate: |values, stream| {
            let (classes, turns) = (values.count("classes"), values.number("turns"));
            let mut data = in_the_plane(values, classes, stream, |class, stream| {
                let radius = 0.05 + 0.95 * stream.uniform();
                polar(class as f64 / classes as f64 + turns * radius, radius)
            });
            data.features *= 2.0;
            data
        },
    }),
};

#[cfg(test)]
mod tests {
    use super::super::tests::{generated, labels};

    #[test]
    fn without_turns_arms_are_straight_and_reach_2() {
        let data = generated("spirals", r#"{"samples": 300, "noise": 0, "turns": 0, "classes": 4}"#);
        let corners = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]];
        let mut longest: f64 = 0.0;
        for (point, &class) in data.features.rows().into_iter().zip(labels(&data)) {
            let [x, y] = corners[class];
            let along = point[0] * x + point[1] * y;
            let across = point[0] * y - point[1] * x;
            assert!((0.1..2.0).contains(&along) && across.abs() < 1e-12);
            longest = longest.max(along);
        }
        assert!(longest > 1.9);
    }

    #[test]
    fn a_quarter_turn_bends_the_arm() {
        let data = generated("spirals", r#"{"samples": 300, "noise": 0, "turns": 0.25, "classes": 2}"#);
        for point in data.features.rows().into_iter().step_by(2) {
            let radius = (point[0] * point[0] + point[1] * point[1]).sqrt();
            let angle = libm::atan2(point[1], point[0]);
            assert!((angle - std::f64::consts::PI / 2.0 * (radius / 2.0)).abs() < 1e-9);
        }
    }
}
