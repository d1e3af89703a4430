//! ChaCha with 8 rounds and nonce 0, as many blocks at a time as the widest vectors have lanes.
//! Source: Bernstein, "ChaCha, a variant of Salsa20", 2008.

use super::vectorized;

/// The words of a block.
const WORDS: usize = 16;
/// How many blocks are made at a time.
const BLOCKS: usize = 16;

/// "expand 32-byte k"
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// The words of a key, one block after the other.
#[derive(Clone, Debug)]
pub(super) struct ChaCha8 {
    key: [u32; 8],
    /// The number of the block that is made next.
    block: u64,
    words: [u32; WORDS * BLOCKS],
    /// How many of the words have been taken.
    taken: usize,
}

impl ChaCha8 {
    /// Returns the words of a key (little-endian) from the first block on.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let (words, _) = key.as_chunks();
        ChaCha8 {
            key: std::array::from_fn(|i| u32::from_le_bytes(words[i])),
            block: 0,
            words: [0; _],
            taken: WORDS * BLOCKS,
        }
    }

    /// Returns the next word.
    #[inline]
    pub(super) fn word(&mut self) -> u32 {
        self.some_words(1)[0]
    }

    /// Returns the next two words, the low one first.
    #[inline]
    pub(super) fn double_word(&mut self) -> u64 {
        if let &[low, high, ..] = &self.words[self.taken..] {
            self.taken += 2;
            return u64::from(low) | u64::from(high) << 32;
        }
        u64::from(self.word()) | u64::from(self.word()) << 32
    }

    /// Returns the next words: as many as are at hand, at least one, but no more than `most`, which is above 0.
    #[inline]
    pub(super) fn some_words(&mut self, most: usize) -> &[u32] {
        if self.taken == self.words.len() {
            self.make_blocks();
            self.taken = 0;
        }
        let start = self.taken;
        self.taken = self.words.len().min(start.saturating_add(most));
        &self.words[start..self.taken]
    }

    fn make_blocks(&mut self) {
        let mut start = [[0; BLOCKS]; WORDS];
        for (row, word) in start.iter_mut().zip(CONSTANTS.into_iter().chain(self.key)) {
            *row = [word; BLOCKS];
        }
        let number = |lane: usize| self.block.wrapping_add(lane as u64);
        start[12] = std::array::from_fn(|lane| number(lane) as u32);
        start[13] = std::array::from_fn(|lane| (number(lane) >> 32) as u32);
        self.block = self.block.wrapping_add(BLOCKS as u64);
        vectorized(
            #[inline(always)]
            || blocks(&start, &mut self.words),
        );
    }
}

/// Writes the blocks of these first states, row i of which has word i of each, one after the other.
#[inline(always)]
fn blocks(start: &[[u32; BLOCKS]; WORDS], words: &mut [u32; WORDS * BLOCKS]) {
    let mut rows = *start;
    for _ in 0..4 {
        for (a, b, c, d) in [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)] {
            quarter_round(&mut rows, a, b, c, d);
        }
        for (a, b, c, d) in [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)] {
            quarter_round(&mut rows, a, b, c, d);
        }
    }
    for (lane, block) in words.as_chunks_mut::<WORDS>().0.iter_mut().enumerate() {
        for (word, (row, start)) in block.iter_mut().zip(rows.iter().zip(start)) {
            *word = row[lane].wrapping_add(start[lane]);
        }
    }
}

/// Does a quarter round of every block. Row i has word i of each.
#[inline(always)]
fn quarter_round(rows: &mut [[u32; BLOCKS]; WORDS], a: usize, b: usize, c: usize, d: usize) {
    // No iterator: four rows are read and written at once.
    #[allow(clippy::needless_range_loop)]
    for lane in 0..BLOCKS {
        let mut turn = |to: usize, from: usize, turned: usize, by: u32| {
            rows[to][lane] = rows[to][lane].wrapping_add(rows[from][lane]);
            rows[turned][lane] = (rows[turned][lane] ^ rows[to][lane]).rotate_left(by);
        };
        turn(a, b, d, 16);
        turn(c, d, b, 12);
        turn(a, b, d, 8);
        turn(c, d, b, 7);
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn words_are_those_of_rand_chacha() {
        for seed in 0..3 {
            let key: [u8; 32] = std::array::from_fn(|i| (i * 7 + seed * 50) as u8);
            let (mut ours, mut theirs) = (ChaCha8::new(&key), ChaCha8Rng::from_seed(key));
            for round in 0..2000 {
                // One word from time to time, so that two also come from different blocks.
                if round % 5 == 0 {
                    assert_eq!(ours.word(), theirs.next_u32(), "{round}");
                }
                assert_eq!(ours.double_word(), theirs.next_u64(), "{round}");
            }
            let mut left = 1000;
            while left > 0 {
                let words = ours.some_words(left);
                left -= words.len();
                words.iter().for_each(|&word| assert_eq!(word, theirs.next_u32()));
            }
        }
    }

    #[test]
    fn the_number_of_a_block_has_two_words() {
        let mut late = ChaCha8 { block: (1 << 32) - 1, ..ChaCha8::new(&[0; 32]) };
        let mut theirs = ChaCha8Rng::from_seed([0; 32]);
        theirs.set_word_pos(((1 << 32) - 1) * 16);
        (0..100).for_each(|_| assert_eq!(late.word(), theirs.next_u32()));
    }
}
