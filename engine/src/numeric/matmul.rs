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

use super::level::{Level, level};
use super::real::Real;
use super::simd::{Simd, Task, on_vectors, prefetch};
use super::workers::{Alone, Workers};
use std::hint::black_box;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;
use vectors::{add_products, copy_strip, load, load_some, store_some};

mod narrow;
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
    /// A matrix of `columns` columns whose rows follow each other.
    pub fn rows(data: &'a [R], columns: usize) -> Self {
        Strided { data, row: columns, column: 1, ones: false }
    }

    /// The transpose of a matrix of `columns` columns whose rows follow each other.
    pub fn transposed(data: &'a [R], columns: usize) -> Self {
        Strided { data, row: 1, column: columns, ones: false }
    }

    /// The same matrix above one more row, of ones: the input of a bias.
    pub fn above_ones(self) -> Self {
        Strided { ones: true, ..self }
    }

    /// Panics unless all elements of an (m, k) matrix are in the data.
    fn check(&self, m: usize, k: usize) {
        let m = m.saturating_sub(usize::from(self.ones));
        if m > 0 && k > 0 {
            let last = self.row.checked_mul(m - 1).zip(self.column.checked_mul(k - 1));
            let last = last.and_then(|(row, column)| row.checked_add(column));
            assert!(last.is_some_and(|last| last < self.data.len()), "a is smaller than ({m}, {k})");
        }
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

/// `c = finish(a b)`: a is (m, k) strided (its row of ones counted), b is (k, n) row-major, c is (m, n) row-major.
/// What c held before does not matter.
///
/// `c[i, j] = finish(fused(a[i, k-1], b[k-1, j], ... fused(a[i, 0], b[0, j], 0)))`, on every CPU.
///
/// # Panics
/// If a slice is too short for its shape.
pub fn matmul<R: Real>(m: usize, n: usize, k: usize, a: Strided<R>, b: &[R], finish: Finish<R>, c: &mut [R]) {
    matmul_by(&Alone, m, n, k, a, b, finish, c);
}

/// [`matmul`], its rows spread over workers where it is large enough to pay.
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
    product.multiply(level(), workers, workers.count().min(worth).max(1));
}

/// How many multiply-adds each worker has at least: tens of microseconds, beside which the one or two that a thread
/// which waits awake takes to begin are little.
const WORTH_A_WORKER: usize = 2 << 20;

/// The operands, checked. Addresses are computed by `wrapping_add`, which has no checks of its own in
/// development builds, where lessons are built too.
#[derive(Clone)]
struct Product<'a, R> {
    shape: [usize; 3],
    a: *const R,
    strides: [usize; 2],
    /// Whether the last row of a is of ones, which have no address there.
    ones: bool,
    b: *const R,
    /// Whether all strips of b are copied, not only one whose last vector is partial.
    copy: bool,
    finish: Finish<'a, R>,
    c: *mut R,
    operands: PhantomData<&'a mut [R]>,
}

// SAFETY: it stands for slices, of which it writes to one, and then only by `multiply`, piece by piece.
unsafe impl<R: Send + Sync> Sync for Product<'_, R> {}

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
        Product {
            shape: [m, n, k],
            a: a.data.as_ptr(),
            strides: [a.row, a.column],
            ones: a.ones,
            b: b.as_ptr(),
            copy: m >= ROWS_WORTH_A_COPY && size_of::<R>() * k * n > NOT_WORTH_A_COPY,
            finish,
            c: c.as_mut_ptr(),
            operands: PhantomData,
        }
    }

    /// Computes c in so many pieces, with the vectors of `level`, which the CPU must have.
    fn multiply(self, level: Level, workers: &dyn Workers, pieces: usize) {
        let [m, n, _] = self.shape;
        if m == 0 || n == 0 {
            return;
        }
        if pieces == 1 {
            // SAFETY: the slices hold the shapes, and the CPU has the level.
            return unsafe { on_vectors(level, &self) };
        }
        workers.run(pieces, &|piece| {
            assert!(piece < pieces, "workers do the pieces that there are");
            let rows = m * piece / pieces..m * (piece + 1) / pieces;
            if rows.is_empty() {
                return;
            }
            // SAFETY: as above; pieces have no row in common, and workers do each once, while the slices are ours.
            unsafe { on_vectors(level, &self.rows(rows)) };
        });
    }

    /// The product of some rows alone.
    fn rows(&self, rows: Range<usize>) -> Self {
        let [m, n, k] = self.shape;
        let finish = match self.finish {
            Finish::WherePositive(outputs) => Finish::WherePositive(&outputs[rows.start * n..]),
            same => same,
        };
        Product {
            shape: [rows.len(), n, k],
            finish,
            a: self.a.wrapping_add(rows.start * self.strides[0]),
            ones: self.ones && rows.end == m,
            c: self.c.wrapping_add(rows.start * n),
            ..self.clone()
        }
    }
}

/// How much of a is multiplied with one strip after the other, in bytes: a usual second cache.
const BLOCK_OF_A: usize = 1 << 20;
/// From how many rows on a strip of b is copied,
const ROWS_WORTH_A_COPY: usize = 48;
/// unless all of b is so small, in bytes, that it stays in the nearest cache as it is.
const NOT_WORTH_A_COPY: usize = 32 << 10;

/// A strip of b: a stretch of k by one or two vectors.
#[repr(align(64))]
struct Strip<const BYTES: usize>([MaybeUninit<u8>; BYTES]);

/// Where only partial strips are copied, b being small or the rows few: half of a usual nearest cache. Its place on
/// the stack costs nothing to speak of.
const SHORT: usize = 16 << 10;
/// Where all are copied: it flows from the second cache as fast as it is used, and the sums seldom wait in c.
const LONG: usize = 128 << 10;

/// Cuts `0..total` as evenly as can be in ranges of at most `longest`, the longer ones first; one at least.
#[derive(Clone)]
struct EvenRanges {
    start: usize,
    end: usize,
    pieces: usize,
}

impl EvenRanges {
    #[inline(always)]
    fn new(total: usize, longest: usize) -> Self {
        EvenRanges { start: 0, end: total, pieces: total.div_ceil(longest).max(1) }
    }
}

impl Iterator for EvenRanges {
    type Item = Range<usize>;

    #[inline(always)]
    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.start;
        match self.pieces {
            0 => return None,
            // Saves the division where there is nothing to divide.
            1 => self.start = self.end,
            pieces => self.start += (self.end - start).div_ceil(pieces),
        }
        self.pieces -= 1;
        Some(start..self.start)
    }
}

impl<R: Real> Task<R> for Product<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Simd<Scalar = R>>(&self) {
        if self.is_narrow() {
            unsafe { self.narrow::<V>() };
        } else if self.copy {
            // Apart, since even the untouched pages of a large strip take their time.
            unsafe {
                V::apart(
                    #[inline(always)]
                    || self.blocks::<V, LONG, true>(),
                )
            };
        } else {
            unsafe { self.blocks::<V, SHORT, false>() };
        }
    }
}

impl<R: Real> Product<'_, R> {
    /// Block after block, with a strip of so many bytes; with `COPY`, all strips of b are copied.
    #[inline(always)]
    unsafe fn blocks<V: Simd<Scalar = R>, const BYTES: usize, const COPY: bool>(&self) {
        let [m, n, k] = self.shape;
        let mut strip = Strip::<BYTES>([MaybeUninit::uninit(); _]);
        let strip = strip.0.as_mut_ptr().cast();
        let longest = BYTES / (2 * size_of::<V>());
        // With few rows, or a small b, there is nothing to keep in the second cache.
        let rows_at_once = if COPY { BLOCK_OF_A / (k.clamp(1, longest) * size_of::<R>()) } else { m };
        for rows in EvenRanges::new(m, rows_at_once.max(1)) {
            for depth in EvenRanges::new(k, longest) {
                let mut j = 0;
                while j < n {
                    let block =
                        Block { rows: rows.clone(), depth: depth.clone(), column: j, width: n - j, strip };
                    if n - j > V::LANES {
                        unsafe { self.column_of_tiles::<V, 2, COPY>(block) };
                    } else {
                        unsafe { self.column_of_tiles::<V, 1, COPY>(block) };
                    }
                    j += 2 * V::LANES;
                }
            }
        }
    }

    /// All rows of the block by `N` vectors, or as many columns as there are.
    #[inline(always)]
    unsafe fn column_of_tiles<V: Simd<Scalar = R>, const N: usize, const COPY: bool>(
        &self,
        mut block: Block<R>,
    ) {
        let n = self.shape[1];
        block.width = block.width.min(N * V::LANES);
        let partial = block.width < N * V::LANES;
        let mut b = (self.b.wrapping_add(block.depth.start * n + block.column), n);
        let copied = (block.strip.cast_const(), N * V::LANES);
        if partial {
            unsafe { copy_strip::<V, N>(b, block.depth.len(), block.width, block.strip) };
            b = copied;
        }
        let mut ranges = EvenRanges::new(block.rows.len(), V::ROWS[N - 1]);
        if COPY
            && !partial
            && let Some(rows) = ranges.next()
        {
            unsafe {
                self.tile_of_height::<V, N, true>(rows.len(), &block, block.rows.start + rows.start, b)
            };
            b = copied;
        }
        for rows in ranges {
            unsafe {
                self.tile_of_height::<V, N, false>(rows.len(), &block, block.rows.start + rows.start, b)
            };
        }
    }

    #[inline(always)]
    unsafe fn tile_of_height<V: Simd<Scalar = R>, const N: usize, const COPY: bool>(
        &self,
        height: usize,
        block: &Block<R>,
        i: usize,
        b: (*const R, usize),
    ) {
        macro_rules! tiles {
            ($($height:literal)*) => {
                match height {
                    $($height if $height <= V::ROWS[N - 1] => unsafe {
                        V::apart(
                            #[inline(always)]
                            || self.tile::<V, $height, N, COPY>(block, i, b),
                        )
                    })*
                    _ => unreachable!("a tile is at most {} rows high", V::ROWS[N - 1]),
                }
            };
        }
        tiles!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
    }

    /// One tile: `M` rows from `i` by `N` vectors. b is given by the start of its strip and the distance of rows. With `COPY`
    /// its rows are copied to the block's strip as they are read, and what stands at their right, the next strip, is fetched.
    #[inline(always)]
    unsafe fn tile<V: Simd<Scalar = R>, const M: usize, const N: usize, const COPY: bool>(
        &self,
        block: &Block<R>,
        i: usize,
        (mut b, b_row): (*const R, usize),
    ) {
        let ([m, n, _], [row, column]) = (self.shape, self.strides);
        let c = self.c.wrapping_add(i * n + block.column);
        let mut sums = [[unsafe { V::splat(R::ZERO) }; N]; M];
        if block.depth.start > 0 {
            for (r, sums) in sums.iter_mut().enumerate() {
                *sums = unsafe { load_some(c.wrapping_add(r * n), block.width) };
            }
        }
        let a = self.a.wrapping_add(i * row + block.depth.start * column);
        // One address of each four rows, whose relation is hidden from the compiler: it would compute one from
        // the other, in a chain that takes longer than the arithmetic.
        let mut groups: [_; 4] = std::array::from_fn(|g| black_box(a.wrapping_add(4 * g * row)));
        let offsets = [0, row, 2 * row, 3 * row];
        // The last row has an address of its own, since it may be the row of ones.
        let one = R::ONE;
        let (mut last, last_column) = match self.ones && i + M == m {
            true => (&raw const one, 0),
            false => (a.wrapping_add((M - 1) * row), column),
        };
        let mut copy = block.strip;
        for _ in 0..block.depth.len() {
            let across: [V; N] = unsafe { load(b) };
            if COPY {
                unsafe { store_some(across, copy, N * V::LANES) };
                copy = copy.wrapping_add(N * V::LANES);
                (N..2 * N).for_each(|v| prefetch(b.wrapping_add(v * V::LANES)));
            }
            let (above, below) = sums.split_at_mut(M - 1);
            for (sums, group) in above.chunks_mut(4).zip(&mut groups) {
                for (sums, offset) in sums.iter_mut().zip(offsets) {
                    unsafe { add_products(sums, *group.wrapping_add(offset), across) };
                }
                *group = group.wrapping_add(column);
            }
            unsafe { add_products(&mut below[0], *last, across) };
            last = last.wrapping_add(last_column);
            b = b.wrapping_add(b_row);
        }
        // With a width that the compiler knows, it keeps the sums in their registers.
        if block.width == N * V::LANES {
            unsafe { self.finish_tile(sums, block, i, N * V::LANES) };
        } else {
            unsafe { self.finish_tile(sums, block, i, block.width) };
        }
    }

    /// Stores the sums of a tile of `width` columns, finished if they are complete.
    #[inline(always)]
    unsafe fn finish_tile<V: Simd<Scalar = R>, const M: usize, const N: usize>(
        &self,
        mut sums: [[V; N]; M],
        block: &Block<R>,
        i: usize,
        width: usize,
    ) {
        let [_, n, k] = self.shape;
        let c = self.c.wrapping_add(i * n + block.column);
        let finish = if block.depth.end == k { self.finish } else { Finish::Sums };
        match finish {
            Finish::Sums => {}
            Finish::Bias(bias) | Finish::BiasAndRelu(bias) => {
                let bias: [V; N] = unsafe { load_some(bias.as_ptr().wrapping_add(block.column), width) };
                for sums in &mut sums {
                    for (sum, bias) in sums.iter_mut().zip(bias) {
                        *sum = unsafe { sum.add(bias) };
                        if let Finish::BiasAndRelu(_) = finish {
                            *sum = unsafe { sum.relu() };
                        }
                    }
                }
            }
            Finish::WherePositive(outputs) => {
                let outputs = outputs.as_ptr().wrapping_add(i * n + block.column);
                for (r, sums) in sums.iter_mut().enumerate() {
                    let outputs: [V; N] = unsafe { load_some(outputs.wrapping_add(r * n), width) };
                    for (sum, output) in sums.iter_mut().zip(outputs) {
                        *sum = unsafe { sum.where_positive(output) };
                    }
                }
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            unsafe { store_some(sums, c.wrapping_add(r * n), width) };
        }
    }
}

/// The cells, and the stretch of k, that are worked on.
struct Block<R> {
    rows: Range<usize>,
    depth: Range<usize>,
    column: usize,
    width: usize,
    /// Where a strip of b is copied, if it is.
    strip: *mut R,
}

#[cfg(test)]
mod tests;
