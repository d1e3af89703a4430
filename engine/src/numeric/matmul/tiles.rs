//! Tiles of c, which are summed in registers, and the strips of b under them.

use super::columns::Columns;
use super::ranges::{EvenRanges, is_height, tiles};
use super::vectors::{add_products, copy_strip};
use super::{Finish, Product};
use crate::numeric::Real;
use crate::numeric::simd::{Cpu, Rows, RowsMut, Simd, Watch, exact, times};
use std::mem::MaybeUninit;
use std::ops::Range;

/// How much of a is multiplied with one strip after the other, in bytes: a usual second cache.
const BLOCK_OF_A: usize = 1 << 20;

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
pub(super) const SHORT: usize = 16 << 10;
/// Where all are copied: it flows from the second cache as fast as it is used, and the sums seldom wait in c.
pub(super) const LONG: usize = 128 << 10;

impl<R: Real> Product<'_, R> {
    /// Computes block after block, with a strip of so many bytes; with `COPY`, all strips of b are copied.
    #[inline(always)]
    pub(super) fn blocks<V: Simd<Scalar = R>, const BYTES: usize, const COPY: bool>(&mut self, cpu: Cpu<V>) {
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
