//! Parts whose rows come from another source than the data set: pictures of a phone where those of the web were collected, another
//! hospital's instruments.
//!
//! Such a row is the data set's own, taken in another way, as its label is: of a picture with w its largest number in the data set (white), p = x/w
//! and B(p) the mean of each pixel and its eight neighbours (outside of the picture 0),
//!
//! ```text
//! p' = contrast ((1 - blur) p + blur B(p)) + brightness + noise N(0, 1), cut to [0, 1], times w
//! ```
//!
//! Of other data, with mu and sigma (1/n) of each feature over all rows of the data set and z = (x - mu)/sigma,
//!
//! ```text
//! z' = contrast z + brightness + noise N(0, 1), times sigma, plus mu
//! ```
//!
//! Rows are taken in the order of a shuffle of each part by the stream `other_source/PART`, their noise from `other_source/PART/noise` in that order, so that
//! the rows of a smaller share are among those of a larger one, and alike. Features are normalized after, by what the training part then is.

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dataset::Dataset;
use super::features::Features;
use super::split::Split;
use crate::numeric::Streams;
use crate::problem::Problem;
use crate::range;

/// Another source of rows: how it differs, and the share of each part that comes from it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct OtherSource {
    /// The share of the training rows that come from it (default 0; 0.1 is one in ten).
    pub train: f64,
    /// The share of the dev rows that come from it (default 1).
    pub dev: f64,
    /// The share of the test rows that come from it (default 1).
    pub test: f64,
    /// What differences are multiplied by: from black, or from the mean of a feature where rows are no pictures (default 1).
    pub contrast: f64,
    /// What is added, as a share of white, or in standard deviations where rows are no pictures (default 0).
    pub brightness: f64,
    /// Pictures: how much of each pixel is the mean of the three by three around it, 0 to 1 (default 0).
    pub blur: f64,
    /// Standard deviation of the normal noise on each number, as a share of white, or in standard deviations (default 0).
    pub noise: f64,
}

impl Default for OtherSource {
    fn default() -> Self {
        OtherSource { train: 0.0, dev: 1.0, test: 1.0, contrast: 1.0, brightness: 0.0, blur: 0.0, noise: 0.0 }
    }
}

impl OtherSource {
    /// Estimates the seconds that taking the rows of train, dev and test takes, each of so many numbers: all are read, to know what they
    /// are measured by, and copied; those of the other source are changed, and may be blurred and get noise.
    pub fn seconds(&self, rows: [usize; 3], columns: usize) -> f64 {
        let [train, dev, test] = rows.map(|rows| rows as f64);
        let changed = self.train * train + self.dev * dev + self.test * test;
        let of = |takes: bool, nanoseconds: f64| if takes { nanoseconds } else { 0.0 };
        let change = 24.0 + of(self.blur > 0.0, 50.0) + of(self.noise > 0.0, 40.0);
        1e-9 * columns as f64 * (26.0 * (train + dev + test) + change * changed)
    }

    /// Returns everything that is wrong whatever the data are, with paths from the settings on: `train`.
    pub(super) fn check(&self) -> Vec<Problem> {
        let shares = [("train", self.train), ("dev", self.dev), ("test", self.test), ("blur", self.blur)];
        let shares = shares.into_iter().filter_map(|(name, share)| range::of(name, share).share());
        let mut problems: Vec<Problem> = shares.collect();
        problems.extend(range::of("contrast", self.contrast).said("the contrast").up_to(100.0));
        if !(-100.0..=100.0).contains(&self.brightness) {
            let message = format!("the brightness is {}", self.brightness);
            problems.push(Problem::new("brightness", message).expected("a number from -100 to 100"));
        }
        problems.extend(range::of("noise", self.noise).said("the noise").up_to(100.0));
        let alike = (self.contrast, self.brightness, self.blur, self.noise) == (1.0, 0.0, 0.0, 0.0);
        if alike && problems.is_empty() {
            let problem = Problem::new("", "the other source is like the first");
            problems
                .push(problem.expected("`contrast`, `brightness`, `blur` or `noise`, in which it differs"));
        }
        problems
    }

    /// Returns what these data cannot be: `image` has the height and width of pictures.
    pub(super) fn check_data(&self, image: Option<(usize, usize)>) -> Option<Problem> {
        (self.blur > 0.0 && image.is_none()).then(|| {
            Problem::new("blur", "`blur` changes pictures, and these data are none")
                .expected("`contrast`, `brightness` or `noise`, or data of pictures")
                .hint("pictures are `digits`, IDX files, and NPY or NPZ arrays of rows, height and width")
        })
    }

    /// Returns the features of the rows of a split, those of the other source changed, one part after the other, and which of
    /// these rows are in which part.
    pub(super) fn apply(&self, dataset: &Dataset, split: &Split, streams: Streams) -> (Features, Split) {
        let columns = dataset.features.columns();
        let scales = Scales::of(dataset);
        let parts = [
            ("train", &split.train, self.train),
            ("dev", &split.dev, self.dev),
            ("test", &split.test, self.test),
        ];
        let all = parts.iter().map(|(_, rows, _)| rows.len()).sum();
        let mut changed = Array2::zeros((all, columns));
        let mut ranges = Vec::with_capacity(3);
        let mut first = 0;
        let mut row = vec![0.0; columns];
        for (name, rows, share) in parts {
            let purpose = format!("other_source/{name}");
            let mut order: Vec<usize> = (0..rows.len()).collect();
            streams.stream(&purpose).shuffle(&mut order);
            let mut noise = streams.stream(&format!("{purpose}/noise"));
            let others = (share * rows.len() as f64 + 0.5) as usize;
            for (taken, place) in order.into_iter().enumerate() {
                dataset.features.read_row(rows[place], &mut row);
                if taken < others {
                    self.change(&mut row, &scales, dataset.image, &mut || noise.normal());
                }
                changed.row_mut(first + place).iter_mut().zip(&row).for_each(|(to, from)| *to = *from);
            }
            ranges.push((first..first + rows.len()).collect::<Vec<usize>>());
            first += rows.len();
        }
        let [train, dev, test] = [0, 1, 2].map(|part| std::mem::take(&mut ranges[part]));
        (Features::F64(changed), Split { train, dev, test })
    }

    fn change(
        &self,
        row: &mut [f64],
        scales: &Scales,
        image: Option<(usize, usize)>,
        normal: &mut dyn FnMut() -> f64,
    ) {
        let blurred = image.filter(|_| self.blur > 0.0).map(|size| blurred(row, size));
        for (index, number) in row.iter_mut().enumerate() {
            let mean_of_near = blurred.as_ref().map_or(*number, |blurred| blurred[index]);
            let seen = (1.0 - self.blur) * *number + self.blur * mean_of_near;
            let (shift, scale) = scales.of_feature(index);
            let noise = if self.noise > 0.0 { self.noise * normal() } else { 0.0 };
            let taken = self.contrast * ((seen - shift) / scale) + self.brightness + noise;
            let taken = if image.is_some() { taken.clamp(0.0, 1.0) } else { taken };
            *number = taken * scale + shift;
        }
    }
}

/// Returns the mean of each pixel and its eight neighbours, outside of the picture 0.
fn blurred(picture: &[f64], (height, width): (usize, usize)) -> Vec<f64> {
    let around = |at: usize, end: usize| at.saturating_sub(1)..(at + 2).min(end);
    let pixel = |at: usize| {
        let (row, column) = (at / width, at % width);
        let rows = around(row, height);
        rows.flat_map(|row| around(column, width).map(move |column| picture[row * width + column]))
            .sum::<f64>()
            / 9.0
    };
    (0..picture.len()).map(pixel).collect()
}

/// What numbers of a data set are measured by.
enum Scales {
    /// The largest of all.
    White(f64),
    /// Mean and standard deviation of each feature.
    Features(Vec<(f64, f64)>),
}

impl Scales {
    fn of(dataset: &Dataset) -> Self {
        let (rows, columns) = dataset.features.dim();
        let mut row = vec![0.0; columns];
        let mut each = |see: &mut dyn FnMut(&[f64])| {
            for index in 0..rows {
                dataset.features.read_row(index, &mut row);
                see(&row);
            }
        };
        if dataset.image.is_some() {
            let mut white = 0.0_f64;
            each(&mut |row| white = row.iter().copied().fold(white, f64::max));
            return Scales::White(if white > 0.0 { white } else { 1.0 });
        }
        let count = rows.max(1) as f64;
        let mut means = vec![0.0; columns];
        each(&mut |row| means.iter_mut().zip(row).for_each(|(sum, number)| *sum += number));
        means.iter_mut().for_each(|mean| *mean /= count);
        let mut squares = vec![0.0; columns];
        each(&mut |row| {
            for ((square, number), mean) in squares.iter_mut().zip(row).zip(&means) {
                *square += (number - mean) * (number - mean);
            }
        });
        let sd = |square: f64| (square / count).sqrt();
        let usable = |sd: f64| if sd > 0.0 { sd } else { 1.0 };
        Scales::Features(
            means.into_iter().zip(squares).map(|(mean, square)| (mean, usable(sd(square)))).collect(),
        )
    }

    /// Returns what is subtracted from a feature, and what the rest is divided by.
    fn of_feature(&self, index: usize) -> (f64, f64) {
        match self {
            Scales::White(white) => (0.0, *white),
            Scales::Features(scales) => scales[index],
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::super::dataset::TargetColumn;
    use super::*;

    fn source(json: &str) -> OtherSource {
        serde_json::from_str(json).unwrap()
    }

    fn dataset(features: Features, image: Option<(usize, usize)>) -> Dataset {
        let rows = features.rows();
        Dataset {
            name: "mine".to_owned(),
            title: "Mine".to_owned(),
            provenance: None,
            feature_names: (0..features.columns()).map(|i| i.to_string()).collect(),
            features,
            target: TargetColumn::Values { values: vec![0.0; rows], name: "y".to_owned() },
            image,
        }
    }

    /// The rows of the test part, all of which come from the other source.
    fn tested(source: &OtherSource, dataset: &Dataset) -> Vec<Vec<f64>> {
        let split = Split { train: vec![], dev: vec![], test: (0..dataset.features.rows()).collect() };
        let (features, split) = source.apply(dataset, &split, Streams::new(0));
        let read = |&row: &usize| {
            let mut numbers = vec![0.0; features.columns()];
            features.read_row(row, &mut numbers);
            numbers
        };
        split.test.iter().map(read).collect()
    }

    #[test]
    fn a_picture_by_hand() {
        // White is 8. The mean of three by three at the corner: (8 + 4 + 0 + 2) / 9 = 14/9.
        let pictures = dataset(Features::U8(array![[8, 4, 0, 2]]), Some((2, 2)));
        let found = tested(&source(r#"{"contrast": 0.6, "brightness": 0.2, "blur": 0.5}"#), &pictures);
        let pixel = |p: f64| 0.6 * (0.5 * p + 0.5 * 14.0 / 9.0) + 0.2 * 8.0;
        let expected = [8.0, 4.0, 0.0, 2.0].map(pixel);
        assert!(found[0].iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {expected:?}");
        // What would be whiter than white, or blacker than black, is cut.
        assert_eq!(tested(&source(r#"{"brightness": 0.75}"#), &pictures), [[8.0, 8.0, 6.0, 8.0]]);
        assert_eq!(tested(&source(r#"{"brightness": -0.5}"#), &pictures), [[4.0, 0.0, 0.0, 0.0]]);
    }

    #[test]
    fn a_table_goes_by_means_and_standard_deviations() {
        // Means 2 and 5, deviations 1 and 0 (taken for 1).
        let table = dataset(Features::F64(array![[1.0, 5.0], [3.0, 5.0]]), None);
        let found = tested(&source(r#"{"contrast": 2, "brightness": 1}"#), &table);
        assert_eq!(found, [[1.0, 6.0], [5.0, 6.0]]);
    }

    #[test]
    fn a_larger_share_holds_the_rows_of_a_smaller_one() {
        let numbers = Array2::from_shape_fn((60, 3), |(row, column)| (row * 3 + column) as f64);
        let data = dataset(Features::F64(numbers), None);
        let split = Split { train: (20..60).collect(), dev: (0..20).collect(), test: vec![] };
        let rows = |json: &str| {
            let (features, parts) = source(json).apply(&data, &split, Streams::new(5));
            let Features::F64(numbers) = features else { panic!("made as f64") };
            assert_eq!((parts.train.len(), parts.dev.len(), numbers.nrows()), (40, 20, 60));
            numbers
        };
        let (few, many) = (rows(r#"{"train": 0.1, "noise": 0.5}"#), rows(r#"{"train": 0.5, "noise": 0.5}"#));
        let own = |row: usize, column: usize| ((row + 20) * 3 + column) as f64;
        let changed = |all: &Array2<f64>| -> Vec<usize> {
            (0..40).filter(|&row| (0..3).any(|column| all[[row, column]] != own(row, column))).collect()
        };
        assert_eq!((changed(&few).len(), changed(&many).len()), (4, 20));
        assert!(changed(&few).iter().all(|row| few.row(*row) == many.row(*row)));
        // All of dev by default, none where nobody asked.
        assert!((40..60).all(|row| few[[row, 0]] != ((row - 40) * 3) as f64));
        assert!((40..60).all(|row| rows(r#"{"dev": 0, "noise": 1}"#)[[row, 0]] == ((row - 40) * 3) as f64));
    }

    #[test]
    fn settings_are_checked() {
        let said = |json: &str| source(json).check().iter().map(Problem::to_string).collect::<Vec<_>>();
        assert_eq!(said("{}"), [": the other source is like the first"]);
        assert_eq!(said(r#"{"contrast": 0.3}"#), [""; 0]);
        let wrong = r#"{"train": 1.5, "contrast": -1, "brightness": 1e9, "noise": -0.1}"#;
        let expected = [
            "train: train is 1.5",
            "contrast: the contrast is -1",
            "brightness: the brightness is 1000000000",
            "noise: the noise is -0.1",
        ];
        assert_eq!(said(wrong), expected);
        assert!(source(r#"{"blur": 0.5}"#).check_data(None).is_some());
        assert!(source(r#"{"blur": 0.5}"#).check_data(Some((2, 2))).is_none());
    }
}
