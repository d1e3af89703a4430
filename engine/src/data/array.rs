//! Arrays of numbers as files hold them: IDX, NPY, NPZ.
//!
//! A header is believed only as far as the bytes behind it go: memory is taken for numbers that are there.

mod idx;
mod npy;
mod npz;
mod read;
mod target;
#[cfg(test)]
mod tests;
mod unpack;

use std::borrow::Cow;

use ndarray::Array2;

use super::features::Features;
use super::reader::TableLimits;
use crate::problem::Problem;

pub(super) use read::read;

/// A larger number would overflow when it is squared in f32 and summed.
const MAX_MAGNITUDE: f64 = 1e30;
/// The most numbers of one row: a picture of 316 by 316.
const MAX_NUMBERS_A_ROW: usize = 100_000;

/// The type of an array's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

impl Element {
    fn size(self) -> usize {
        match self {
            Element::U8 | Element::I8 => 1,
            Element::U16 | Element::I16 => 2,
            Element::U32 | Element::I32 | Element::F32 => 4,
            Element::U64 | Element::I64 | Element::F64 => 8,
        }
    }

    fn is_whole(self) -> bool {
        !matches!(self, Element::F32 | Element::F64)
    }
}

/// What a header says of the numbers behind it.
#[derive(Clone, Debug, PartialEq)]
struct Layout {
    element: Element,
    big_endian: bool,
    /// The first index varies fastest, as in Fortran; else the last.
    column_major: bool,
    /// The length of each axis.
    shape: Vec<usize>,
    /// Where the numbers start.
    start: usize,
}

/// An array whose bytes have been found to be as many as its header says.
#[derive(Clone, Debug)]
struct Array<'a> {
    layout: Layout,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Array<'a> {
    /// Checks the layout against the bytes that are there and against the limits.
    fn new(layout: Layout, bytes: Cow<'a, [u8]>, limits: &TableLimits) -> Result<Self, Problem> {
        let shape = shape_text(&layout.shape);
        if layout.shape.is_empty() || layout.shape.contains(&0) {
            return Err(Problem::new("", format!("an array of shape {shape} holds no rows"))
                .expected("at least one row and one feature"));
        }
        let size = layout.shape.iter().try_fold(layout.element.size(), |size, &axis| size.checked_mul(axis));
        let there = bytes.len() - layout.start;
        if size != Some(there) {
            let wanted =
                size.map_or("more bytes than can be counted".to_owned(), |size| format!("{size} bytes"));
            let each = match layout.element.size() {
                1 => "1 byte".to_owned(),
                size => format!("{size} bytes"),
            };
            let problem = Problem::new(
                "",
                format!("the header says {shape} numbers of {each}, and {there} bytes follow it"),
            )
            .expected(wanted);
            return Err(match size.is_none_or(|size| size > there) {
                true => problem.hint("the file may have been cut off: copy it again"),
                false => problem,
            });
        }
        let array = Array { layout, bytes };
        let (rows, columns) = array.dim();
        for (what, count, limit) in
            [("rows", rows, limits.rows), ("numbers a row", columns, MAX_NUMBERS_A_ROW)]
        {
            if count > limit {
                let message = format!("an array of shape {shape} has {count} {what}");
                return Err(Problem::new("", message).expected(format!("at most {limit}")));
            }
        }
        Ok(array)
    }

    /// Rows, and numbers a row: all axes but the first together.
    fn dim(&self) -> (usize, usize) {
        (self.layout.shape[0], self.layout.shape[1..].iter().product())
    }

    /// Height and width where each row is a picture of one channel.
    fn image(&self) -> Option<(usize, usize)> {
        match self.layout.shape[..] {
            [_, height, width] | [_, height, width, 1] => Some((height, width)),
            _ => None,
        }
    }

    /// Where in a row-major order of all numbers the given number of a row is found in the file: as (row factor, offset).
    fn offsets(&self) -> (usize, Vec<usize>) {
        let (rows, columns) = self.dim();
        if !self.layout.column_major {
            return (columns, (0..columns).collect());
        }
        let axes = &self.layout.shape[1..];
        let offset = |column: usize| {
            // The last axis varies fastest in `column`, slowest in the file.
            let (mut rest, mut stride, mut offset) = (column, rows * axes.iter().product::<usize>(), 0);
            for &axis in axes.iter().rev() {
                stride /= axis;
                offset += rest % axis * stride;
                rest /= axis;
            }
            offset
        };
        (1, (0..columns).map(offset).collect())
    }

    /// The given columns of all rows, in the narrowest type that holds them.
    fn features(&self, columns: &[usize]) -> Result<Features, Problem> {
        match self.layout.element {
            Element::U8 => Ok(Features::U8(self.gather(columns, |[byte]| byte)?)),
            Element::I8 => Ok(Features::F32(self.gather(columns, |b| f32::from(i8::from_le_bytes(b)))?)),
            Element::U16 => Ok(Features::F32(self.gather(columns, |b| f32::from(u16::from_le_bytes(b)))?)),
            Element::I16 => Ok(Features::F32(self.gather(columns, |b| f32::from(i16::from_le_bytes(b)))?)),
            Element::F32 => Ok(Features::F32(self.gather(columns, f32::from_le_bytes)?)),
            _ => Ok(Features::F64(self.wide(columns)?)),
        }
    }

    /// One column of all rows.
    fn column(&self, column: usize) -> Result<Vec<f64>, Problem> {
        Ok(self.wide(&[column])?.into_raw_vec_and_offset().0)
    }

    fn wide(&self, columns: &[usize]) -> Result<Array2<f64>, Problem> {
        match self.layout.element {
            Element::U8 => self.gather(columns, |[byte]| f64::from(byte)),
            Element::I8 => self.gather(columns, |b| f64::from(i8::from_le_bytes(b))),
            Element::U16 => self.gather(columns, |b| f64::from(u16::from_le_bytes(b))),
            Element::I16 => self.gather(columns, |b| f64::from(i16::from_le_bytes(b))),
            Element::U32 => self.gather(columns, |b| f64::from(u32::from_le_bytes(b))),
            Element::I32 => self.gather(columns, |b| f64::from(i32::from_le_bytes(b))),
            Element::U64 => self.gather(columns, |b| u64::from_le_bytes(b) as f64),
            Element::I64 => self.gather(columns, |b| i64::from_le_bytes(b) as f64),
            Element::F32 => self.gather(columns, |b| f64::from(f32::from_le_bytes(b))),
            Element::F64 => self.gather(columns, f64::from_le_bytes),
        }
    }

    /// Reads the given columns of all rows; each number must be finite and not absurdly large.
    fn gather<const N: usize, T>(
        &self,
        columns: &[usize],
        number: impl Fn([u8; N]) -> T,
    ) -> Result<Array2<T>, Problem>
    where
        T: Copy + Into<f64>,
    {
        let (rows, _) = self.dim();
        let (per_row, offsets) = self.offsets();
        let (numbers, _) = self.bytes[self.layout.start..].as_chunks::<N>();
        let mut gathered = Vec::with_capacity(rows * columns.len());
        for row in 0..rows {
            for &column in columns {
                let mut bytes = numbers[row * per_row + offsets[column]];
                if self.layout.big_endian {
                    bytes.reverse();
                }
                let value = number(bytes);
                let wide: f64 = value.into();
                // A NaN is not within either.
                if !(-MAX_MAGNITUDE..=MAX_MAGNITUDE).contains(&wide) {
                    return Err(self.not_a_number(row, column, wide));
                }
                gathered.push(value);
            }
        }
        Ok(Array2::from_shape_vec((rows, columns.len()), gathered).expect("a number for every cell"))
    }

    fn not_a_number(&self, row: usize, column: usize, value: f64) -> Problem {
        let mut place = Vec::new();
        let mut rest = column;
        for &axis in self.layout.shape[1..].iter().rev() {
            place.insert(0, (rest % axis).to_string());
            rest /= axis;
        }
        place.insert(0, row.to_string());
        Problem::new("", format!("the number at [{}] is {value}", place.join(", ")))
            .expected(format!("finite numbers between -{MAX_MAGNITUDE:e} and {MAX_MAGNITUDE:e}"))
            .hint("places count from 0, as in NumPy")
    }
}

/// `60000 x 28 x 28`.
fn shape_text(shape: &[usize]) -> String {
    match shape {
        [] => "()".to_owned(),
        _ => shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" x "),
    }
}
