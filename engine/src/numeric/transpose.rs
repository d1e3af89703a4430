//! The transpose of a matrix, copied.

use super::Real;

const BLOCK: usize = 8;

/// Writes the transpose of `from`, (m, n) row-major, to `to`, (n, m) row-major.
///
/// # Panics
/// If a slice is shorter than `m * n`.
pub fn transpose<R: Real>(m: usize, n: usize, from: &[R], to: &mut [R]) {
    let (from, to) = (&from[..m * n], &mut to[..m * n]);
    // By square blocks, so that neither side jumps through memory for long.
    for i in (0..m).step_by(BLOCK) {
        for j in (0..n).step_by(BLOCK) {
            let (rows, columns) = (BLOCK.min(m - i), BLOCK.min(n - j));
            if rows == BLOCK && columns == BLOCK {
                whole_block(m, n, &from[i * n + j..], &mut to[j * m + i..]);
            } else {
                for column in j..j + columns {
                    for row in i..i + rows {
                        to[column * m + row] = from[row * n + column];
                    }
                }
            }
        }
    }
}

/// The block at the start of both slices, through registers.
#[inline(always)]
fn whole_block<R: Real>(m: usize, n: usize, from: &[R], to: &mut [R]) {
    let mut block = [[R::ZERO; BLOCK]; BLOCK];
    for row in 0..BLOCK {
        for (column, &value) in from[row * n..][..BLOCK].iter().enumerate() {
            block[column][row] = value;
        }
    }
    for (column, values) in block.iter().enumerate() {
        to[column * m..][..BLOCK].copy_from_slice(values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_changes_its_indices() {
        for (m, n) in [(1, 1), (2, 3), (8, 8), (16, 24), (17, 9), (7, 40), (0, 5)] {
            let from: Vec<f64> = (0..m * n).map(|i| i as f64).collect();
            let mut to = vec![-1.0; m * n];
            transpose(m, n, &from, &mut to);
            for i in 0..m {
                (0..n).for_each(|j| assert_eq!(to[j * m + i], from[i * n + j], "({i}, {j}) of {m}x{n}"));
            }
        }
    }
}
