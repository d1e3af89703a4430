//! Augmentation: training examples changed at random, anew in every epoch, in ways that shall keep their label (Goodfellow,
//! Bengio and Courville, Deep Learning, 2016, section 7.4). Dev and test rows, and the training rows when they are
//! measured, stay as they are.
//!
//! Pictures are changed in the units of the data set, in which 0 is the background, and normalized again after: a pixel's
//! mean and spread belong to its place, so a normalized number cannot be moved to another. With p the picture, h high and
//! w wide, `out = shift(rotate(flip(p)))`:
//!
//! - flip, with a probability: `out[i, j] = p[i, w - 1 - j]`;
//! - rotation by an angle a, uniform in [-r, r] degrees, about the middle ((h - 1)/2, (w - 1)/2), counterclockwise as seen:
//!   `out[y, x] = p[y cos a + x sin a, x cos a - y sin a]` with y down and x right of the middle, bilinear between pixels;
//! - shift by dy and dx, whole numbers uniform in -s..=s: `out[i, j] = p[i - dy, j - dx]`;
//! - noise, of any data: to each normalized number a normal deviate is added.
//!
//! What comes from outside of the picture is 0. The picture is sampled once, at where the three together lead: nothing is cut
//! off in between, so what a rotation turns out of the frame can be shifted back into it. Each has a stream of its own (`augment/shift`...), so that adding one
//! does not move the others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::Picture;
use crate::numeric::{Real, Stream, Streams};
use crate::problem::Problem;
use crate::range;

/// How training examples are changed at random, anew in every epoch; each must keep the label.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Augment {
    /// Pictures: the probability of being mirrored, left to right (default 0).
    pub flip: f64,
    /// Pictures: turned by an angle up to so many degrees either way (default 0).
    pub rotation: f64,
    /// Pictures: moved by up to so many whole pixels in each direction (default 0).
    pub shift: usize,
    /// Any data: standard deviation of the normal noise on each normalized number (default 0).
    pub noise: f64,
}

/// One way to change an example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Augmentation {
    /// The key in [`Augment`].
    pub name: &'static str,
    /// Whether only pictures can be changed so.
    pub of_pictures: bool,
    /// What it takes for one number of a row, about.
    pub nanoseconds: f64,
}

/// Every augmentation, in the order in which they are done.
pub const AUGMENTATIONS: &[Augmentation] = &[
    Augmentation { name: "flip", of_pictures: true, nanoseconds: 1.5 },
    Augmentation { name: "rotation", of_pictures: true, nanoseconds: 12.0 },
    Augmentation { name: "shift", of_pictures: true, nanoseconds: 2.0 },
    Augmentation { name: "noise", of_pictures: false, nanoseconds: 15.0 },
];

impl Augment {
    /// Returns the strength of an augmentation of the list; 0 does nothing.
    fn strength(&self, name: &str) -> f64 {
        match name {
            "flip" => self.flip,
            "rotation" => self.rotation,
            "shift" => self.shift as f64,
            "noise" => self.noise,
            _ => unreachable!("the list has no `{name}`"),
        }
    }

    /// Returns those that are asked for.
    fn active(&self) -> impl Iterator<Item = &'static Augmentation> {
        AUGMENTATIONS.iter().filter(|augmentation| self.strength(augmentation.name) != 0.0)
    }

    /// Returns what all of them together take for one number of a row, about.
    pub fn nanoseconds(&self) -> f64 {
        self.active().map(|augmentation| augmentation.nanoseconds).sum()
    }

    /// Returns everything that is wrong whatever the data are.
    pub fn check(&self) -> Vec<Problem> {
        let ranges = [("flip", 1.0), ("rotation", 180.0), ("shift", 1000.0), ("noise", 1000.0)];
        let wrong = ranges.into_iter().filter_map(|(name, most)| {
            range::of(name, self.strength(name)).said(&format!("`{name}`")).up_to(most)
        });
        wrong.collect()
    }

    /// Returns what cannot be done to these data: `image` has the height and width of pictures.
    pub fn check_data(&self, image: Option<(usize, usize)>) -> Vec<Problem> {
        let Some((height, width)) = image else {
            let of_pictures = self.active().filter(|augmentation| augmentation.of_pictures);
            return of_pictures
                .map(|Augmentation { name, .. }| {
                    Problem::new(*name, format!("`{name}` changes pictures, and these data are none"))
                        .expected("`noise` alone, or data of pictures")
                        .hint("pictures are `digits`, IDX files, and NPY or NPZ arrays of rows, height and width")
                })
                .collect();
        };
        let least = height.min(width);
        let too_far = self.shift >= least;
        let problem = || {
            Problem::new(
                "shift",
                format!("a shift by {} moves pictures of {height} x {width} out of sight", self.shift),
            )
            .expected(format!("less than {least}"))
        };
        too_far.then(problem).into_iter().collect()
    }
}

/// Changes batch after batch; it allocates nothing once made.
#[derive(Clone, Debug)]
pub struct Augmenter {
    settings: Augment,
    picture: Option<Picture>,
    flips: Stream,
    angles: Stream,
    shifts: Stream,
    noises: Stream,
    /// A row in the units of the data set, before and after.
    before: Vec<f64>,
    after: Vec<f64>,
}

/// What is done to one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Move {
    flip: bool,
    /// In radians.
    angle: f64,
    /// Down and to the right.
    shift: (isize, isize),
}

const STILL: Move = Move { flip: false, angle: 0.0, shift: (0, 0) };

impl Augmenter {
    /// Prepares what is asked for. `picture` tells the form of the rows and how they were normalized; without it only noise is added.
    pub fn new(settings: &Augment, picture: Option<&Picture>, streams: &Streams) -> Self {
        let numbers = picture.map_or(0, |picture| picture.height * picture.width);
        Augmenter {
            settings: settings.clone(),
            picture: picture.cloned(),
            flips: streams.stream("augment/flip"),
            angles: streams.stream("augment/rotation"),
            shifts: streams.stream("augment/shift"),
            noises: streams.stream("augment/noise"),
            before: vec![0.0; numbers],
            after: vec![0.0; numbers],
        }
    }

    /// Changes rows, one after the other.
    pub fn change<R: Real>(&mut self, rows: &mut [R]) {
        if !self.before.is_empty() {
            for row in rows.chunks_exact_mut(self.before.len()) {
                let moved = self.draw();
                self.move_picture(moved, row);
            }
        }
        if self.settings.noise > 0.0 {
            for number in rows {
                *number = R::from_f64(number.to_f64() + self.settings.noise * self.noises.normal());
            }
        }
    }

    /// Returns what is done to the next picture.
    fn draw(&mut self) -> Move {
        let Augment { flip, rotation, shift, .. } = self.settings;
        let mut moved = STILL;
        if flip > 0.0 {
            moved.flip = self.flips.uniform() < flip;
        }
        if rotation > 0.0 {
            moved.angle = (2.0 * self.angles.uniform() - 1.0) * rotation * (std::f64::consts::PI / 180.0);
        }
        if shift > 0 {
            let mut step = || self.shifts.below(2 * shift + 1) as isize - shift as isize;
            moved.shift = (step(), step());
        }
        moved
    }

    fn move_picture<R: Real>(&mut self, moved: Move, row: &mut [R]) {
        let Some(Picture { height, width, normalizer }) = &self.picture else { return };
        if moved == STILL {
            return;
        }
        let scaling = || normalizer.shift.iter().zip(&normalizer.scale);
        for ((raw, number), (shift, scale)) in self.before.iter_mut().zip(row.iter()).zip(scaling()) {
            *raw = number.to_f64() * scale + shift;
        }
        resample(&self.before, (*height, *width), moved, &mut self.after);
        for ((number, raw), (shift, scale)) in row.iter_mut().zip(&self.after).zip(scaling()) {
            *number = R::from_f64((raw - shift) / scale);
        }
    }
}

/// Computes `to = shift(rotate(flip(from)))`.
fn resample(from: &[f64], (height, width): (usize, usize), moved: Move, to: &mut [f64]) {
    let pixel = |row: isize, column: isize| {
        let inside = (0..height as isize).contains(&row) && (0..width as isize).contains(&column);
        let column = if moved.flip { width as isize - 1 - column } else { column };
        if inside { from[row as usize * width + column as usize] } else { 0.0 }
    };
    let (sin, cos) = (libm::sin(moved.angle), libm::cos(moved.angle));
    let middle = ((height as f64 - 1.0) / 2.0, (width as f64 - 1.0) / 2.0);
    for (i, to) in to.chunks_exact_mut(width).enumerate() {
        for (j, to) in to.iter_mut().enumerate() {
            let (row, column) = (i as isize - moved.shift.0, j as isize - moved.shift.1);
            if moved.angle == 0.0 {
                *to = pixel(row, column);
                continue;
            }
            let (y, x) = (row as f64 - middle.0, column as f64 - middle.1);
            let (row, column) = (y * cos + x * sin + middle.0, x * cos - y * sin + middle.1);
            let (above, left) = (row.floor(), column.floor());
            let (down, right) = (row - above, column - left);
            let (above, left) = (above as isize, left as isize);
            let upper = pixel(above, left) * (1.0 - right) + pixel(above, left + 1) * right;
            let lower = pixel(above + 1, left) * (1.0 - right) + pixel(above + 1, left + 1) * right;
            *to = upper * (1.0 - down) + lower * down;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Normalizer;

    fn moved(from: &[f64], size: (usize, usize), moved: Move) -> Vec<f64> {
        let mut to = vec![f64::NAN; from.len()];
        resample(from, size, moved, &mut to);
        to
    }

    #[test]
    fn by_hand() {
        let picture = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let size = (2, 3);
        assert_eq!(moved(&picture, size, STILL), picture);
        let flipped = moved(&picture, size, Move { flip: true, ..STILL });
        assert_eq!(flipped, [3.0, 2.0, 1.0, 6.0, 5.0, 4.0]);
        let down_left = moved(&picture, size, Move { shift: (1, -1), ..STILL });
        assert_eq!(down_left, [0.0, 0.0, 0.0, 2.0, 3.0, 0.0]);
        let both = moved(&picture, size, Move { flip: true, shift: (0, 1), ..STILL });
        assert_eq!(both, [0.0, 3.0, 2.0, 0.0, 6.0, 5.0]);
    }

    #[test]
    fn a_quarter_turn_goes_counterclockwise_and_half_a_right_angle_between_the_pixels() {
        let close = |found: Vec<f64>, expected: &[f64]| {
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {expected:?}");
        };
        let picture = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        let turn = |degrees: f64| Move { angle: degrees * std::f64::consts::PI / 180.0, ..STILL };
        close(moved(&picture, (3, 3), turn(90.0)), &[3.0, 6.0, 9.0, 2.0, 5.0, 8.0, 1.0, 4.0, 7.0]);
        close(moved(&picture, (3, 3), turn(180.0)), &[9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]);
        // One lit pixel above the middle, turned by 45 degrees: its place is s = sqrt(1/2) above and left of the middle.
        // The middle of the left column looks at (s, -s) seen from there: down-left, where nothing is lit. The pixel above
        // the middle looks at (-s, s): bilinear weight of the lit pixel (0 right of the middle, 1 above) is s (1 - s).
        let lit = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let s = libm::sqrt(0.5);
        let turned = moved(&lit, (3, 3), turn(45.0));
        close(turned[1..2].to_vec(), &[s * (1.0 - s)]);
        close(turned[3..4].to_vec(), &[s * (1.0 - s)]);
        // The corner between them looks at (-sqrt 2, 0), outside by sqrt 2 - 1.
        close(turned[..1].to_vec(), &[1.0 - (2.0 * s - 1.0)]);
    }

    fn picture() -> Picture {
        let normalizer = Normalizer { shift: vec![1.0, 2.0, 3.0, 4.0], scale: vec![2.0, 4.0, 1.0, 8.0] };
        Picture { height: 2, width: 2, normalizer }
    }

    fn augment(json: &str) -> Augment {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn pixels_move_in_the_units_of_the_data() {
        let mut augmenter = Augmenter::new(&augment(r#"{"shift": 1}"#), Some(&picture()), &Streams::new(0));
        // Raw: 3, 6, 4, 12; moved right by one: 0, 3, 0, 4.
        let mut row = [1.0f32, 1.0, 1.0, 1.0];
        augmenter.move_picture(Move { shift: (0, 1), ..STILL }, &mut row);
        assert_eq!(row, [-0.5, 0.25, -3.0, 0.0]);
    }

    #[test]
    fn every_augmentation_keeps_its_word() {
        let strong = r#"{"flip": 0.5, "rotation": 20, "shift": 1, "noise": 0.1}"#;
        let keys: Vec<String> = match serde_json::from_str(strong).unwrap() {
            serde_json::Value::Object(map) => map.keys().cloned().collect(),
            _ => Vec::new(),
        };
        assert_eq!(keys, AUGMENTATIONS.iter().map(|augmentation| augmentation.name).collect::<Vec<_>>());
        assert_eq!(augment("{}").check(), []);
        assert_eq!(augment("{}").nanoseconds(), 0.0);
        let all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(strong).unwrap();
        for Augmentation { name, of_pictures, nanoseconds } in AUGMENTATIONS.iter().copied() {
            let alone: Augment = serde_json::from_value(serde_json::json!({ name: all[name] })).unwrap();
            assert_eq!((alone.check(), alone.check_data(Some((2, 2)))), (vec![], vec![]), "{name}");
            assert!(nanoseconds > 0.0 && alone.nanoseconds() == nanoseconds, "{name}");
            assert_eq!(alone.check_data(None).len(), usize::from(of_pictures), "{name}");
            let change = |settings: &Augment, seed| {
                let mut rows: Vec<f64> = (0..40).map(|i| f64::from(i) / 7.0).collect();
                let mut augmenter = Augmenter::new(settings, Some(&picture()), &Streams::new(seed));
                augmenter.change(&mut rows[..20]);
                augmenter.change(&mut rows[20..]);
                rows
            };
            let changed = change(&alone, 1);
            assert_eq!(changed, change(&alone, 1), "{name}");
            assert_ne!(changed, change(&alone, 2), "{name}");
            assert_ne!(changed, change(&augment("{}"), 1), "{name}");
            assert!(changed.iter().all(|number| number.is_finite()), "{name}");
            // Noise comes from a stream of its own: it leaves the moves where they are.
            let noisy = change(&Augment { noise: 1e-9, ..alone.clone() }, 1);
            assert!(
                name == "noise" || noisy.iter().zip(&changed).all(|(a, b)| (a - b).abs() < 1e-7),
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_drawn_is_as_often_as_it_should_be() {
        let settings = augment(r#"{"flip": 0.25, "rotation": 30, "shift": 2}"#);
        let mut augmenter = Augmenter::new(&settings, Some(&picture()), &Streams::new(5));
        let moves: Vec<Move> = (0..10_000).map(|_| augmenter.draw()).collect();
        let share = |which: &dyn Fn(&Move) -> bool| moves.iter().filter(|m| which(m)).count() as f64 / 1e4;
        assert!((share(&|m| m.flip) - 0.25).abs() < 0.02);
        for step in -2..=2 {
            assert!((share(&|m| m.shift.0 == step) - 0.2).abs() < 0.02, "{step}");
            assert!((share(&|m| m.shift == (step, 1)) - 0.04).abs() < 0.01, "{step}");
        }
        let most = 30.0 * std::f64::consts::PI / 180.0;
        assert!(moves.iter().all(|m| m.angle.abs() <= most));
        assert!((share(&|m| m.angle > most / 2.0) - 0.25).abs() < 0.02);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let wrong = augment(r#"{"flip": 1.5, "rotation": 181, "shift": 2000, "noise": -1}"#);
        let paths: Vec<String> = wrong.check().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["flip", "rotation", "shift", "noise"]);
        let far = augment(r#"{"shift": 8}"#).check_data(Some((8, 9)));
        assert_eq!(far[0].to_string(), "shift: a shift by 8 moves pictures of 8 x 9 out of sight");
    }
}
