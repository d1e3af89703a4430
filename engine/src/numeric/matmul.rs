//! The matrix product: one chain of fused multiply-adds a cell, over k ascending.
//!
//! A tile of c, several rows by two vectors, is summed in registers while k runs: a row of b is loaded
//! once for all rows of the tile, and each element of a is spread over a vector. The strip of b under a
//! column of tiles is copied to a small buffer where its last vector would reach beyond b, and where many
//! tiles share it and b is large: rows of 2^i bytes apart would fall on the same few places of the nearest
//! cache. The first tile then copies what it reads, and has the next strip fetched, so that neither takes time of its own.
//! A product of one or two columns is `narrow`: its vectors hold rows. All this only chooses which cells are
//! computed together; the chain of each cell is the same, and where k is cut so that a strip fits the cache, a
//! sum waits in c and goes on where it stopped. See Goto and van de Geijn, "Anatomy of High-Performance
//! Matrix Multiplication", ACM TOMS 34(3), 2008.

use super::level::Available;
use super::real::Real;
use super::simd::{Cpu, Simd, Task, Watch, on_vectors};
use super::workers::{Alone, Workers};
use ranges::EvenRanges;
use std::sync::{Mutex, PoisonError};
use tiles::{LONG, SHORT};

mod columns;
mod narrow;
mod ranges;
mod tiles;
mod vectors;

/// A matrix read element by element: element (i, k) is `data[i * row + k * column]`,
/// so that a transposed matrix is the same data with the strides exchanged.
#[derive(Clone, Copy, Debug)]
pub struct Strided<'a, R> {
    /// The elements, and possibly others between them.
    pub data: &'a [R],
    /// The distance from an element to the one below.
    pub row: usize,
    /// The distance from an element to the one at its right.
    pub column: usize,
    /// Whether one more row stands below, of ones that are not in the data.
    pub ones: bool,
}

impl<'a, R> Strided<'a, R> {
    /// Returns a matrix of `columns` columns whose rows follow each other.
    pub fn rows(data: &'a [R], columns: usize) -> Self {
        Strided { data, row: columns, column: 1, ones: false }
    }

    /// Returns the transpose of a matrix of `columns` columns whose rows follow each other.
    pub fn transposed(data: &'a [R], columns: usize) -> Self {
        Strided { data, row: 1, column: columns, ones: false }
    }

    /// Returns the same matrix above one more row, of ones: the input of a bias.
    pub fn above_ones(self) -> Self {
        Strided { ones: true, ..self }
    }

    /// Panics unless all elements of an (m, k) matrix are in the data.
    fn check(&self, m: usize, k: usize) {
        let m = m.saturating_sub(usize::from(self.ones));
        assert!(self.holds(m, k), "a is smaller than ({m}, {k})");
    }

    /// Returns the place of the last of the first `m` rows of `k` elements, if that is a number.
    #[inline(always)]
    fn last(&self, m: usize, k: usize) -> Option<usize> {
        let row = self.row.checked_mul(m.saturating_sub(1))?;
        row.checked_add(self.column.checked_mul(k.saturating_sub(1))?)
    }

    /// Tells whether the first `m` rows of `k` elements are all in the data.
    #[inline(always)]
    fn holds(&self, m: usize, k: usize) -> bool {
        m == 0 || k == 0 || self.last(m, k).is_some_and(|last| last < self.data.len())
    }

    /// Returns the data as far as the elements of an (m, k) matrix reach.
    fn reach(&self, m: usize, k: usize) -> &'a [R] {
        let last = self.last(m - usize::from(self.ones), k);
        last.and_then(|last| self.data.get(..=last)).unwrap_or(self.data)
    }
}

/// What becomes of the sums of a product before they are stored, while they are in registers.
#[derive(Clone, Copy, Debug)]
pub enum Finish<'a, R> {
    /// They are the result.
    Sums,
    /// A number for each column is added to them.
    Bias(&'a [R]),
    /// A number for each column is added, then what is below 0 becomes 0: a layer of rectified units.
    BiasAndRelu(&'a [R]),
    /// They become 0 where these numbers, in c's shape, are not above 0: the gradient below rectified units that gave these.
    WherePositive(&'a [R]),
}

/// Computes `c = finish(a b)`: a is (m, k) strided (its row of ones counted), b is (k, n) row-major, c is (m, n) row-major.
/// What c held before does not matter.
///
/// `c[i, j] = finish(fused(a[i, k-1], b[k-1, j], ... fused(a[i, 0], b[0, j], 0)))`, on every CPU.
///
/// # Panics
/// If a slice is too short for its shape.
pub fn matmul<R: Real>(m: usize, n: usize, k: usize, a: Strided<R>, b: &[R], finish: Finish<R>, c: &mut [R]) {
    matmul_by(&Alone, m, n, k, a, b, finish, c);
}

/// Computes the same as [`matmul`], its rows spread over workers where it is large enough to pay.
///
/// # Panics
/// If a slice is too short for its shape.
#[allow(clippy::too_many_arguments)]
pub fn matmul_by<R: Real>(
    workers: &dyn Workers,
    m: usize,
    n: usize,
    k: usize,
    a: Strided<R>,
    b: &[R],
    finish: Finish<R>,
    c: &mut [R],
) {
    let product = Product::new(m, n, k, a, b, finish, c);
    let worth = m.saturating_mul(n).saturating_mul(k) / WORTH_A_WORKER;
    product.multiply(Available::current(), workers, workers.count().min(worth).max(1));
}

/// How many multiply-adds each worker has at least: tens of microseconds, beside which the one or two that a thread
/// which waits awake takes to begin are little.
const WORTH_A_WORKER: usize = 2 << 20;

/// From how many rows on a strip of b is copied,
const ROWS_WORTH_A_COPY: usize = 48;
/// unless all of b is so small, in bytes, that it stays in the nearest cache as it is.
const NOT_WORTH_A_COPY: usize = 32 << 10;

/// The operands, checked.
struct Product<'a, R> {
    shape: [usize; 3],
    a: Strided<'a, R>,
    b: &'a [R],
    /// Whether all strips of b are copied, not only one whose last vector is partial.
    copy: bool,
    /// Whether a watch tells what is wrong with the sums.
    fit: bool,
    finish: Finish<'a, R>,
    c: &'a mut [R],
}

impl<'a, R: Real> Product<'a, R> {
    fn new(
        m: usize,
        n: usize,
        k: usize,
        a: Strided<'a, R>,
        b: &'a [R],
        finish: Finish<'a, R>,
        c: &'a mut [R],
    ) -> Self {
        a.check(m, k);
        assert!(k.checked_mul(n).is_some_and(|size| size <= b.len()), "b is smaller than ({k}, {n})");
        assert!(m.checked_mul(n).is_some_and(|size| size <= c.len()), "c is smaller than ({m}, {n})");
        match finish {
            Finish::Sums => {}
            Finish::Bias(bias) | Finish::BiasAndRelu(bias) => {
                assert!(bias.len() >= n, "the bias is shorter than {n}");
            }
            Finish::WherePositive(outputs) => {
                assert!(m * n <= outputs.len(), "the outputs are smaller than ({m}, {n})");
            }
        }
        let copy = m >= ROWS_WORTH_A_COPY && size_of::<R>() * k * n > NOT_WORTH_A_COPY;
        Product { shape: [m, n, k], a, b, copy, fit: true, finish, c }
    }

    /// Computes c in so many pieces, with the vectors of `level`.
    fn multiply(self, level: Available, workers: &dyn Workers, pieces: usize) {
        let [m, n, _] = self.shape;
        if m == 0 || n == 0 {
            return;
        }
        if pieces == 1 {
            return self.multiply_alone(level);
        }
        let rest = Mutex::new(self.pieces(pieces));
        let next = || rest.lock().unwrap_or_else(PoisonError::into_inner).next();
        // Whatever its number, a task does the next piece that nobody has.
        let task = || next().map(|piece| piece.multiply_alone(level));
        workers.run(pieces, &|_| {
            task();
        });
        // None is left, unless the workers left tasks out.
        while task().is_some() {}
    }

    /// Computes c on this thread.
    fn multiply_alone(mut self, level: Available) {
        // Pages load the code of every tile, and what they train is small.
        if self.copy && !self.is_narrow() && cfg!(not(target_arch = "wasm32")) {
            on_vectors(level, &mut Copying(self));
        } else {
            on_vectors(level, &mut self);
        }
    }

    /// Cuts the product into pieces of some rows each.
    fn pieces(self, pieces: usize) -> impl Iterator<Item = Self> {
        let [m, n, k] = self.shape;
        let Product { mut a, b, copy, fit, mut finish, mut c, .. } = self;
        let (ones, mut data) = (a.ones, a.data);
        EvenRanges::new(m, m.div_ceil(pieces)).map(move |rows| {
            a = Strided { data, ones: ones && rows.end == m, ..a };
            data = data.get(rows.len() * a.row..).unwrap_or_default();
            let piece_finish = finish;
            if let Finish::WherePositive(outputs) = &mut finish {
                *outputs = &outputs[rows.len() * n..];
            }
            let piece;
            (piece, c) = std::mem::take(&mut c).split_at_mut(rows.len() * n);
            Product { shape: [rows.len(), n, k], a, b, copy, fit, finish: piece_finish, c: piece }
        })
    }
}

impl<R: Real> Task<R> for Product<'_, R> {
    #[inline(always)]
    fn run<V: Simd<Scalar = R>>(&mut self, cpu: Cpu<V>) {
        if V::Watch::NOTES {
            let [m, n, k] = self.shape;
            self.fit = V::fit(self.a.reach(m, k), &self.b[..k * n]);
        }
        if self.is_narrow() {
            self.narrow(cpu);
        } else {
            self.blocks::<V, SHORT, false>(cpu);
        }
    }
}

/// A product whose strips are all copied: a task of its own, since even the untouched pages of a large strip take their time.
struct Copying<'a, R>(Product<'a, R>);

impl<R: Real> Task<R> for Copying<'_, R> {
    #[inline(always)]
    fn run<V: Simd<Scalar = R>>(&mut self, cpu: Cpu<V>) {
        self.0.blocks::<V, LONG, true>(cpu);
    }
}

#[cfg(test)]
mod tests;
