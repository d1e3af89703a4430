//! The features of a data set, in memory.

use ndarray::{Array2, ArrayView1, Axis};

/// (rows, features), in the narrowest type that holds the numbers of the source exactly: a picture of bytes takes a
/// byte a pixel. Whoever reads a row sees f64.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Whole numbers from 0 to 255.
    U8(Array2<u8>),
    /// Numbers that single precision holds.
    F32(Array2<f32>),
    /// All others.
    F64(Array2<f64>),
}

impl Features {
    /// Returns how many examples there are.
    pub fn rows(&self) -> usize {
        self.dim().0
    }

    /// Returns how many features each has.
    pub fn columns(&self) -> usize {
        self.dim().1
    }

    /// Returns rows and columns.
    pub fn dim(&self) -> (usize, usize) {
        match self {
            Features::U8(numbers) => numbers.dim(),
            Features::F32(numbers) => numbers.dim(),
            Features::F64(numbers) => numbers.dim(),
        }
    }

    /// Returns bytes that one number takes.
    pub fn number_bytes(&self) -> usize {
        match self {
            Features::U8(_) => 1,
            Features::F32(_) => 4,
            Features::F64(_) => 8,
        }
    }

    /// Writes a row to `to`, which is as long as there are columns.
    pub fn read_row(&self, row: usize, to: &mut [f64]) {
        match self {
            Features::U8(numbers) => widen(numbers.row(row), to),
            Features::F32(numbers) => widen(numbers.row(row), to),
            Features::F64(numbers) => widen(numbers.row(row), to),
        }
    }

    /// Returns the given rows alone, in the given order.
    pub fn select(&self, rows: &[usize]) -> Features {
        match self {
            Features::U8(numbers) => Features::U8(numbers.select(Axis(0), rows)),
            Features::F32(numbers) => Features::F32(numbers.select(Axis(0), rows)),
            Features::F64(numbers) => Features::F64(numbers.select(Axis(0), rows)),
        }
    }
}

fn widen<T: Copy + Into<f64>>(from: ArrayView1<T>, to: &mut [f64]) {
    to.iter_mut().zip(from).for_each(|(to, &from)| *to = from.into());
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn every_type_shows_the_same_numbers() {
        let all = [
            Features::U8(array![[1, 2], [3, 255]]),
            Features::F32(array![[1.0, 2.0], [3.0, 255.0]]),
            Features::F64(array![[1.0, 2.0], [3.0, 255.0]]),
        ];
        for (features, bytes) in all.into_iter().zip([1, 4, 8]) {
            let mut row = [0.0; 2];
            features.select(&[1, 0, 1]).read_row(0, &mut row);
            assert_eq!((row, features.dim(), features.number_bytes()), ([3.0, 255.0], (2, 2), bytes));
            assert_eq!(features.select(&[1, 0, 1]).rows(), 3);
        }
    }
}
