//! The transpose of a matrix, copied.

use super::simd::{Simd, Task, on_vectors};
use super::{Level, Real, level};

/// Writes the transpose of `from`, (m, n) row-major, to `to`, (n, m) row-major.
///
/// # Panics
/// If a slice is shorter than `m * n`.
pub fn transpose<R: Real>(m: usize, n: usize, from: &[R], to: &mut [R]) {
    transpose_at(level(), m, n, from, to);
}

/// [`transpose`] with the vectors of `level`, which the CPU must have.
fn transpose_at<R: Real>(level: Level, m: usize, n: usize, from: &[R], to: &mut [R]) {
    let (from, to) = (&from[..m * n], &mut to[..m * n]);
    // SAFETY: the slices hold the shape, and the CPU has the level.
    unsafe { on_vectors(level, &Transpose { m, n, from: from.as_ptr(), to: to.as_mut_ptr() }) };
}

/// The operands, checked.
struct Transpose<R> {
    m: usize,
    n: usize,
    from: *const R,
    to: *mut R,
}

impl<R: Real> Task<R> for Transpose<R> {
    /// By square blocks of whole vectors.
    #[inline(always)]
    unsafe fn run<V: Simd<Scalar = R>>(&self) {
        for i in (0..self.m).step_by(V::LANES) {
            for j in (0..self.n).step_by(V::LANES) {
                match V::LANES {
                    4 => unsafe { self.block::<V, 4>(i, j) },
                    8 => unsafe { self.block::<V, 8>(i, j) },
                    16 => unsafe { self.block::<V, 16>(i, j) },
                    lanes => unreachable!("no vector has {lanes} lanes"),
                }
            }
        }
    }
}

impl<R: Real> Transpose<R> {
    /// The block of `L` by `L`, the lanes of a vector, that begins at (i, j), or as much of it as there is.
    #[inline(always)]
    unsafe fn block<V: Simd<Scalar = R>, const L: usize>(&self, i: usize, j: usize) {
        let (rows, columns) = (L.min(self.m - i), L.min(self.n - j));
        let from = self.from.wrapping_add(i * self.n + j);
        let mut block = [unsafe { V::splat(R::ZERO) }; L];
        for (r, row) in block.iter_mut().enumerate().take(rows) {
            let from = from.wrapping_add(r * self.n);
            *row = unsafe { if columns == L { V::load(from) } else { V::load_partial(from, columns) } };
        }
        let block = unsafe { transposed(block) };
        let to = self.to.wrapping_add(j * self.m + i);
        for (r, row) in block.into_iter().enumerate().take(columns) {
            let to = to.wrapping_add(r * self.m);
            unsafe { if rows == L { row.store(to) } else { row.store_partial(to, rows) } };
        }
    }
}

/// The transpose of a block of as many rows as a vector has lanes.
///
/// With the two halves of the block's rows interleaved, row by row, each element moves as if the bits of its
/// place (row, column) were rotated by one; after log2 L times, row and column have changed places.
#[inline(always)]
pub(super) unsafe fn transposed<V: Simd, const L: usize>(mut block: [V; L]) -> [V; L] {
    for _ in 0..L.trailing_zeros() {
        let before = block;
        for pair in 0..L / 2 {
            [block[2 * pair], block[2 * pair + 1]] = unsafe { before[pair].interleave(before[pair + L / 2]) };
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_element_changes_its_indices<R: Real>(level: Level) {
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
        for level in Level::ALL.into_iter().filter(|l| l.available()) {
            every_element_changes_its_indices::<f32>(level);
            every_element_changes_its_indices::<f64>(level);
        }
    }
}
