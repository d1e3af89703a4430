//! What a run trains on and is judged by: examples as rows, with their labels.

use std::ops::Range;

use ndarray::Array2;

use super::normalize::Normalizer;
use super::target_scale::TargetScale;
use crate::numeric::Real;

/// One of the parts that rows are dealt to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartName {
    /// What is trained on.
    Train,
    /// What choices are made by.
    Dev,
    /// What nobody has looked at before.
    Test,
}

impl PartName {
    /// The parts in the order of a split's sizes.
    pub const ALL: [PartName; 3] = [PartName::Train, PartName::Dev, PartName::Test];

    /// Returns the name as authors write it.
    pub fn name(self) -> &'static str {
        match self {
            PartName::Train => "train",
            PartName::Dev => "dev",
            PartName::Test => "test",
        }
    }

    /// Returns how many rows this part has among the sizes of a split.
    pub fn rows(self, sizes: [usize; 3]) -> usize {
        sizes[self as usize]
    }
}

/// What is to be predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One of so many classes.
    Classes(usize),
    /// A number.
    Value,
}

/// The right answers, one an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels<R> {
    /// Class indices in `0..count`.
    Classes {
        /// The class of each example.
        indices: Vec<u32>,
        /// How many classes there are.
        count: usize,
    },
    /// A number for each example.
    Values(Vec<R>),
}

impl<R: Real> Labels<R> {
    /// Returns how many examples have one.
    pub fn len(&self) -> usize {
        match self {
            Labels::Classes { indices, .. } => indices.len(),
            Labels::Values(values) => values.len(),
        }
    }

    /// Returns whether no example has one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns what is to be predicted.
    pub fn target(&self) -> Target {
        match self {
            Labels::Classes { count, .. } => Target::Classes(*count),
            Labels::Values(_) => Target::Value,
        }
    }

    /// Returns the labels of some consecutive rows.
    pub fn rows(&self, rows: Range<usize>) -> Targets<'_, R> {
        match self {
            Labels::Classes { indices, .. } => Targets::Classes(&indices[rows]),
            Labels::Values(values) => Targets::Values(&values[rows]),
        }
    }

    /// Returns the labels of all rows.
    pub fn all(&self) -> Targets<'_, R> {
        self.rows(0..self.len())
    }
}

/// The labels of one batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Targets<'a, R> {
    /// The class of each row.
    Classes(&'a [u32]),
    /// The number of each row.
    Values(&'a [R]),
}

impl<R> Targets<'_, R> {
    /// Returns how many rows the batch has.
    pub fn len(&self) -> usize {
        match self {
            Targets::Classes(indices) => indices.len(),
            Targets::Values(values) => values.len(),
        }
    }

    /// Returns whether the batch has no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Examples of one purpose: training, dev or test. May hold no row.
#[derive(Clone, Debug, PartialEq)]
pub struct Part<R> {
    /// (rows, features), row-major.
    pub x: Array2<R>,
    /// The right answer for each row.
    pub y: Labels<R>,
}

impl<R: Real> Part<R> {
    /// Brings `x` into row-major order if it is not.
    ///
    /// # Panics
    /// If `x` and `y` differ in length.
    pub fn new(x: Array2<R>, y: Labels<R>) -> Self {
        assert_eq!(x.nrows(), y.len(), "a part needs a label for every row");
        let x = if x.is_standard_layout() { x } else { x.as_standard_layout().into_owned() };
        Part { x, y }
    }

    /// Returns how many rows it holds.
    pub fn len(&self) -> usize {
        self.x.nrows()
    }

    /// Returns whether it holds no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many features each row has.
    pub fn features(&self) -> usize {
        self.x.ncols()
    }

    /// Returns the features of some consecutive rows, row-major.
    pub fn rows(&self, rows: Range<usize>) -> &[R] {
        let width = self.features();
        let all = self.x.as_slice().expect("a part holds its rows one after the other");
        &all[rows.start * width..rows.end * width]
    }
}

/// The three parts of a data set, ready for a run: split, normalised, in the run's precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared<R> {
    /// What the network learns from.
    pub train: Part<R>,
    /// What choices are made by.
    pub dev: Part<R>,
    /// What the final network is judged by.
    pub test: Part<R>,
    /// Where each row is a picture.
    pub picture: Option<Picture>,
    /// How the labels were scaled, where they are numbers.
    pub target_scale: TargetScale,
}

/// The form of rows that are pictures, row-major, and how they were normalized.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
    /// How the pixels were scaled.
    pub normalizer: Normalizer,
}

impl<R: Real> Prepared<R> {
    /// Returns how many features each row has.
    pub fn features(&self) -> usize {
        self.train.features()
    }

    /// Returns what is to be predicted.
    pub fn target(&self) -> Target {
        self.train.y.target()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn rows_of_a_transposed_array_come_in_row_major_order() {
        let columns: Array2<f64> = array![[1.0, 3.0], [2.0, 4.0]];
        let part = Part::new(columns.reversed_axes(), Labels::Classes { indices: vec![0, 1], count: 2 });
        assert_eq!(part.rows(0..2), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(part.rows(1..2), [3.0, 4.0]);
        assert_eq!(part.y.rows(1..2), Targets::Classes(&[1]));
    }

    #[test]
    fn a_part_may_be_empty() {
        let part = Part::<f32>::new(Array2::zeros((0, 3)), Labels::Values(vec![]));
        assert!(part.is_empty());
        assert_eq!(part.features(), 3);
        assert!(part.rows(0..0).is_empty());
        assert_eq!(part.y.target(), Target::Value);
    }

    #[test]
    #[should_panic(expected = "a label for every row")]
    fn a_row_without_a_label_is_refused() {
        Part::<f32>::new(Array2::zeros((2, 1)), Labels::Values(vec![1.0]));
    }
}
