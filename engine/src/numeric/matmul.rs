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
use super::simd::{Cpu, Rows, RowsMut, Simd, Task, Watch, exact, on_vectors, times};
use super::workers::{Alone, Workers};
use columns::Columns;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use vectors::{add_products, copy_strip};

mod columns;
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

/// How much of a is multiplied with one strip after the other, in bytes: a usual second cache.
const BLOCK_OF_A: usize = 1 << 20;
/// From how many rows on a strip of b is copied,
const ROWS_WORTH_A_COPY: usize = 48;
/// unless all of b is so small, in bytes, that it stays in the nearest cache as it is.
const NOT_WORTH_A_COPY: usize = 32 << 10;

/// How high the tile is that copies a strip as it reads it. Of one height there is code enough for all, and at this one two
/// vectors of any CPU are added to as fast as it can.
const COPYING_ROWS: usize = 6;

/// A strip of b: a stretch of k by one or two vectors.
#[repr(align(64))]
struct Strip<const BYTES: usize>([MaybeUninit<u8>; BYTES]);

impl<const BYTES: usize> Strip<BYTES> {
    /// Returns places for numbers, as many as fit.
    #[inline(always)]
    fn places<R: Real>(&mut self) -> &mut [MaybeUninit<R>] {
        // SAFETY: what need not hold anything may be made of any bytes.
        unsafe { self.0.align_to_mut().1 }
    }
}

/// Where only partial strips are copied, b being small or the rows few: half of a usual nearest cache. Its place on
/// the stack costs nothing to speak of.
const SHORT: usize = 16 << 10;
/// Where all are copied: it flows from the second cache as fast as it is used, and the sums seldom wait in c.
const LONG: usize = 128 << 10;

/// Cuts a range as evenly as can be in ranges of at most `longest`, the longer ones first; one at least.
#[derive(Clone)]
struct EvenRanges {
    start: usize,
    end: usize,
    pieces: usize,
}

impl EvenRanges {
    #[inline(always)]
    fn new(total: usize, longest: usize) -> Self {
        EvenRanges::of(0..total, longest)
    }

    #[inline(always)]
    fn of(all: Range<usize>, longest: usize) -> Self {
        EvenRanges { start: all.start, end: all.end, pieces: all.len().div_ceil(longest).max(1) }
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

/// Returns whether there is code for tiles so high. Pages load the code of every tile: theirs have heights of which others are made.
#[inline(always)]
const fn is_height(rows: usize) -> bool {
    cfg!(not(target_arch = "wasm32")) || rows.is_power_of_two()
}

/// Cuts rows, as many as a tile may have, into tiles that there is code for: those rows, where there is for so many.
#[inline(always)]
fn tiles(mut rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    std::iter::from_fn(move || {
        let (start, left) = (rows.start, rows.len());
        rows.start += if is_height(left) { left } else { 1 << left.checked_ilog2()? };
        (left > 0).then_some(start..rows.start)
    })
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

impl<R: Real> Product<'_, R> {
    /// Computes block after block, with a strip of so many bytes; with `COPY`, all strips of b are copied.
    #[inline(always)]
    fn blocks<V: Simd<Scalar = R>, const BYTES: usize, const COPY: bool>(&mut self, cpu: Cpu<V>) {
        if V::Watch::NOTES && self.a.ones && matches!(self.finish, Finish::Sums) {
            self.sums_of_columns();
        }
        if self.shape[0] == 0 {
            return;
        }
        let [m, n, k] = self.shape;
        let mut strip = Strip::<BYTES>([MaybeUninit::uninit(); _]);
        let strip = strip.places();
        let longest = BYTES / (2 * size_of::<V>());
        // With few rows, or a small b, there is nothing to keep in the second cache.
        let rows_at_once = if COPY { BLOCK_OF_A / (k.clamp(1, longest) * size_of::<R>()) } else { m };
        for rows in EvenRanges::new(m, rows_at_once.max(1)) {
            for depth in EvenRanges::new(k, longest) {
                let mut j = 0;
                while j < n {
                    let block = Block { rows: rows.clone(), depth: depth.clone(), column: j, width: n - j };
                    if n - j > V::LANES {
                        self.column_of_tiles::<V, 2, COPY>(cpu, block, strip);
                    } else {
                        self.column_of_tiles::<V, 1, COPY>(cpu, block, strip);
                    }
                    j += 2 * V::LANES;
                }
            }
        }
    }

    /// Computes the last row, of a's ones, and leaves the others. Its sums are of plain numbers, of which every other one is a
    /// tie: exact, but never sound to a watch.
    fn sums_of_columns(&mut self) {
        let [m, n, k] = self.shape;
        let sums = &mut self.c[(m - 1) * n..m * n];
        sums.fill(R::ZERO);
        for row in self.b[..k * n].chunks_exact(n) {
            sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += x);
        }
        self.a.ones = false;
        self.shape[0] -= 1;
    }

    /// Computes all rows of the block by `N` vectors, or as many columns as there are.
    #[inline(always)]
    fn column_of_tiles<V: Simd<Scalar = R>, const N: usize, const COPY: bool>(
        &mut self,
        cpu: Cpu<V>,
        mut block: Block,
        strip: &mut [MaybeUninit<R>],
    ) {
        let n = self.shape[1];
        block.width = block.width.min(N * V::LANES);
        let partial = block.width < N * V::LANES;
        let depth = block.depth.len();
        let mut b = Rows::new(self.b, block.depth.start * n + block.column, n, depth, block.width);
        let mut strip = RowsMut::dense(strip, depth, N * V::LANES);
        let mut rows = block.rows.clone();
        let copies = COPY && const { COPYING_ROWS <= V::ROWS[N - 1] };
        if copies && !partial && rows.len() >= COPYING_ROWS {
            let i = rows.start;
            V::apart(
                cpu,
                #[inline(always)]
                || self.tile::<V, COPYING_ROWS, N, true>(cpu, &block, i, b, strip.reborrow()),
            );
            rows.start += COPYING_ROWS;
            // SAFETY: the tile has stored all rows that it read.
            b = unsafe { strip.stored() };
        } else if COPY || partial {
            copy_strip::<V, N>(cpu, b, depth, &mut strip);
            // SAFETY: all rows have just been stored.
            b = unsafe { strip.stored() };
        }
        for rows in EvenRanges::of(rows, V::ROWS[N - 1]).flat_map(tiles) {
            self.tile_of_height::<V, N>(cpu, rows.len(), &block, rows.start, b);
        }
    }

    #[inline(always)]
    fn tile_of_height<V: Simd<Scalar = R>, const N: usize>(
        &mut self,
        cpu: Cpu<V>,
        height: usize,
        block: &Block,
        i: usize,
        b: Rows<R>,
    ) {
        // By `const`, so that no code is made of tiles higher than these vectors have: two thirds of all.
        macro_rules! tiles {
            ($($height:literal)*) => {
                match height {
                    $($height if const { $height <= V::ROWS[N - 1] && is_height($height) } => V::apart(
                        cpu,
                        #[inline(always)]
                        || self.tile::<V, $height, N, false>(cpu, block, i, b, RowsMut::none()),
                    ),)*
                    _ => unreachable!("a tile is at most {} rows high", V::ROWS[N - 1]),
                }
            };
        }
        tiles!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
    }

    /// Computes one tile: `M` rows from `i` by `N` vectors, with the rows of b that they need. With `COPY` these are copied as they
    /// are read, and what stands at their right, the next strip, is fetched.
    #[inline(always)]
    fn tile<V: Simd<Scalar = R>, const M: usize, const N: usize, const COPY: bool>(
        &mut self,
        cpu: Cpu<V>,
        block: &Block,
        i: usize,
        b: Rows<R>,
        copy: RowsMut<R>,
    ) {
        let [m, n, _] = self.shape;
        let mut sums = [[V::splat(cpu, R::ZERO); N]; M];
        if block.depth.start > 0 {
            let c = Rows::new(self.c, i * n + block.column, n, M, block.width);
            times::<M>(
                #[inline(always)]
                |r| sums[r] = c.load(cpu, r),
            );
        }
        let depth = block.depth.len();
        let b = b.first(depth, N * V::LANES);
        let mut copy = if COPY { copy.first(depth, N * V::LANES) } else { copy };
        let one = R::ONE;
        let last = (self.a.ones && i + M == m).then_some(&one);
        let mut a = Columns::<R, M>::new(self.a, i, block.depth.clone(), last);
        let mut watch = V::Watch::new(self.fit);
        for l in 0..depth {
            let across: [V; N] = b.load(cpu, l);
            if COPY {
                copy.store(l, across);
                b.prefetch_behind::<V>(l, N);
            }
            a.next(
                &mut sums,
                #[inline(always)]
                |sums, element| add_products(cpu, sums, element, across, &mut watch),
            );
        }
        // What is not watched has nothing to do again, nor code for it.
        if V::Watch::NOTES && !watch.is_sound() {
            return self.exact_rows::<V, N>(cpu, block, i..i + M, b);
        }
        // With a width that the compiler knows, it keeps the sums in their registers.
        if block.width == N * V::LANES {
            self.finish_tile(cpu, sums, block, i, N * V::LANES);
        } else {
            self.finish_tile(cpu, sums, block, i, block.width);
        }
    }

    /// Computes some rows of tiles again with vectors that are always exact.
    #[cfg_attr(gradbook_module, optimize(speed))]
    #[cold]
    #[inline(never)]
    fn exact_rows<V: Simd<Scalar = R>, const N: usize>(
        &mut self,
        cpu: Cpu<V>,
        block: &Block,
        rows: Range<usize>,
        b: Rows<R>,
    ) {
        for i in rows {
            self.tile::<V::Exact, 1, N, false>(exact(cpu), block, i, b, RowsMut::none());
        }
    }

    /// Stores the sums of a tile of `width` columns, finished if they are complete.
    #[inline(always)]
    fn finish_tile<V: Simd<Scalar = R>, const M: usize, const N: usize>(
        &mut self,
        cpu: Cpu<V>,
        mut sums: [[V; N]; M],
        block: &Block,
        i: usize,
        width: usize,
    ) {
        let [_, n, k] = self.shape;
        let start = i * n + block.column;
        let finish = if block.depth.end == k { self.finish } else { Finish::Sums };
        match finish {
            Finish::Sums => {}
            Finish::Bias(bias) | Finish::BiasAndRelu(bias) => {
                let bias: [V; N] = Rows::new(bias, block.column, 0, 1, width).load(cpu, 0);
                let is_rectified = matches!(finish, Finish::BiasAndRelu(_));
                times::<M>(
                    #[inline(always)]
                    |r| {
                        times::<N>(
                            #[inline(always)]
                            |v| {
                                let sum = sums[r][v].add(bias[v]);
                                sums[r][v] = if is_rectified { sum.relu() } else { sum };
                            },
                        );
                    },
                );
            }
            Finish::WherePositive(outputs) => {
                let outputs = Rows::new(outputs, start, n, M, width);
                times::<M>(
                    #[inline(always)]
                    |r| {
                        let outputs: [V; N] = outputs.load(cpu, r);
                        times::<N>(
                            #[inline(always)]
                            |v| sums[r][v] = sums[r][v].where_positive(outputs[v]),
                        );
                    },
                );
            }
        }
        let mut c = RowsMut::new(self.c, start, n, M, width);
        times::<M>(
            #[inline(always)]
            |r| c.store(r, sums[r]),
        );
    }
}

/// The cells, and the stretch of k, that are worked on.
struct Block {
    rows: Range<usize>,
    depth: Range<usize>,
    column: usize,
    width: usize,
}

#[cfg(test)]
mod tests;
