//! The transpose of a matrix, copied.

use super::Real;
use super::level::Available;
use super::simd::{Cpu, Rows, RowsMut, Simd, Task, on_vectors};

/// Writes the transpose of `from`, (m, n) row-major, to `to`, (n, m) row-major.
///
/// # Panics
/// If a slice is shorter than `m * n`.
pub fn transpose<R: Real>(m: usize, n: usize, from: &[R], to: &mut [R]) {
    transpose_at(Available::current(), m, n, from, to);
}

/// Does what [`transpose`] does with the vectors of `level`.
fn transpose_at<R: Real>(level: Available, m: usize, n: usize, from: &[R], to: &mut [R]) {
    let (from, to) = (&from[..m * n], &mut to[..m * n]);
    on_vectors(level, &mut Transpose { m, n, from, to });
}

/// The operands, checked.
struct Transpose<'a, R> {
    m: usize,
    n: usize,
    from: &'a [R],
    to: &'a mut [R],
}

impl<R: Real> Task<R> for Transpose<'_, R> {
    /// Transposes by square blocks of whole vectors.
    #[inline(always)]
    fn run<V: Simd<Scalar = R>>(&mut self, cpu: Cpu<V>) {
        for i in (0..self.m).step_by(V::LANES) {
            for j in (0..self.n).step_by(V::LANES) {
                match V::LANES {
                    4 => self.block::<V, 4>(cpu, i, j),
                    8 => self.block::<V, 8>(cpu, i, j),
                    16 => self.block::<V, 16>(cpu, i, j),
                    lanes => unreachable!("no vector has {lanes} lanes"),
                }
            }
        }
    }
}

impl<R: Real> Transpose<'_, R> {
    /// Transposes the block of `L` by `L`, the lanes of a vector, that begins at (i, j), or as much of it as there is.
    #[inline(always)]
    fn block<V: Simd<Scalar = R>, const L: usize>(&mut self, cpu: Cpu<V>, i: usize, j: usize) {
        let (rows, columns) = (L.min(self.m - i), L.min(self.n - j));
        // What the compiler knows of a whole block it need not check row by row.
        if rows == L && columns == L {
            self.part::<V, L>(cpu, i, j, L, L);
        } else {
            self.part::<V, L>(cpu, i, j, rows, columns);
        }
    }

    #[inline(always)]
    fn part<V: Simd<Scalar = R>, const L: usize>(
        &mut self,
        cpu: Cpu<V>,
        i: usize,
        j: usize,
        rows: usize,
        columns: usize,
    ) {
        let (m, n) = (self.m, self.n);
        let from = Rows::new(self.from, i * n + j, n, rows, columns);
        let mut block = [V::splat(cpu, R::ZERO); L];
        for (r, row) in block.iter_mut().enumerate().take(rows) {
            [*row] = from.load(cpu, r);
        }
        let mut to = RowsMut::new(self.to, j * m + i, m, columns, rows);
        for (r, row) in transposed(block).into_iter().enumerate().take(columns) {
            to.store(r, [row]);
        }
    }
}

/// Returns the transpose of a block of as many rows as a vector has lanes.
///
/// With the two halves of the block's rows interleaved, row by row, each element moves as if the bits of its
/// place (row, column) were rotated by one; after log2 L times, row and column have changed places.
#[inline(always)]
pub(super) fn transposed<V: Simd, const L: usize>(mut block: [V; L]) -> [V; L] {
    for _ in 0..L.trailing_zeros() {
        let before = block;
        for pair in 0..L / 2 {
            [block[2 * pair], block[2 * pair + 1]] = before[pair].interleave(before[pair + L / 2]);
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_element_changes_its_indices<R: Real>(level: Available) {
        for (m, n) in [(1, 1), (2, 3), (8, 8), (16, 24), (17, 9), (7, 40), (32, 33), (0, 5)] {
            let from: Vec<R> = (0..m * n).map(|i| R::from_f64(i as f64)).collect();
            let guard = R::from_f64(-1.0);
            let mut to = vec![guard; m * n + 20];
            transpose_at(level, m, n, &from, &mut to);
            for i in 0..m {
                (0..n).for_each(|j| assert_eq!(to[j * m + i], from[i * n + j], "({i}, {j}) of {m}x{n}"));
            }
            assert!(to[m * n..].iter().all(|&x| x == guard), "wrote beyond {m}x{n}");
        }
    }

    #[test]
    fn every_element_changes_its_indices_at_every_level() {
        for level in Available::all() {
            every_element_changes_its_indices::<f32>(level);
            every_element_changes_its_indices::<f64>(level);
        }
    }
}
