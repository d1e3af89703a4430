//! Random streams: ChaCha8, one a purpose, named by text.
//!
//! The numbers are part of every course's results, so their definition is fixed here, and its first values
//! in the tests. The key of a stream is the BLAKE3 hash of the seed (8 bytes, little-endian) followed by
//! the purpose; its words are those of ChaCha with 8 rounds (Bernstein, "ChaCha, a variant of Salsa20",
//! 2008) from block 0 and nonce 0. Every number takes a whole count of 32-bit words in their order, a
//! 64-bit word being two of them, the low one first.

use super::chacha::ChaCha8;
use super::{Real, vectorized};

/// All streams of one seed.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// Takes a seed, from which every stream follows.
    pub fn new(seed: u64) -> Self {
        Streams { seed }
    }

    /// Returns the stream for a purpose (`"split"`, `"init/1"`); the same name gives the same numbers, whatever
    /// other streams are in use.
    pub fn stream(&self, purpose: &str) -> Stream {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(purpose.as_bytes());
        Stream { words: ChaCha8::new(hasher.finalize().as_bytes()), spare: None }
    }
}

/// One sequence of random numbers.
#[derive(Clone, Debug)]
pub struct Stream {
    words: ChaCha8,
    /// The second of a pair of normal deviates.
    spare: Option<f64>,
}

impl Stream {
    /// Draws a number uniform in [0, 1): the upper 53 bits of a 64-bit word, divided by 2^53.
    pub fn uniform(&mut self) -> f64 {
        (self.words.double_word() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Draws a number uniform in 0..n, without bias: a 64-bit word modulo n, words beyond the last whole multiple of n
    /// being passed over.
    ///
    /// # Panics
    /// If n is 0.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "nothing to choose from");
        let n = n as u64;
        loop {
            let x = self.words.double_word();
            // The first comparison, nearly always true, saves the division of the second.
            if x < u64::MAX - n || x < u64::MAX - u64::MAX % n {
                return (x % n) as usize;
            }
        }
    }

    /// Returns a standard normal deviate (mean 0, variance 1). From two uniform numbers u and v come two deviates,
    /// `sqrt(-2 ln(1 - u))` times the cosine, then the sine, of `2 pi v` (Box and Muller, "A note on the
    /// generation of random normal deviates", Annals of Mathematical Statistics 29, 1958).
    pub fn normal(&mut self) -> f64 {
        if let Some(z) = self.spare.take() {
            return z;
        }
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        let angle = 2.0 * std::f64::consts::PI * self.uniform();
        self.spare = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }

    /// Puts the items in a random order, each order being as likely (Fisher and Yates' shuffle, from the
    /// last item down: Knuth, "The Art of Computer Programming" 2, section 3.4.2, algorithm P).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }

    /// Fills a mask of inverted dropout: each element is `1 / keep_prob` with probability `keep_prob`
    /// (rounded to a multiple of 2^-32), otherwise 0. An element is kept when its 32-bit word is below
    /// `keep_prob` times 2^32.
    pub fn keep_mask<R: Real>(&mut self, keep_prob: f64, mask: &mut [R]) {
        let threshold = (keep_prob * (1u64 << 32) as f64).round() as u64;
        // Compared as 32 bits, which is what the CPU's vectors are good at.
        let (last, kept) = match threshold.checked_sub(1) {
            Some(last) => (last as u32, R::from_f64(1.0 / keep_prob)),
            None => (0, R::ZERO),
        };
        let mut rest = mask;
        while !rest.is_empty() {
            let words = self.words.some_words(rest.len());
            let (mask, behind) = rest.split_at_mut(words.len());
            vectorized(|| {
                for (mask, &word) in mask.iter_mut().zip(words) {
                    *mask = if word <= last { kept } else { R::ZERO };
                }
            });
            rest = behind;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of a stream, each list from a fresh one.
    struct Golden {
        seed: u64,
        purpose: &'static str,
        uniform: [f64; 3],
        normal: [f64; 3],
        below: [usize; 3],
        shuffled: [u8; 8],
        mask: [u8; 12],
    }

    const GOLDEN: [Golden; 4] = [
        Golden {
            seed: 0,
            purpose: "split",
            uniform: [0.8792507447925054, 0.5117265382621351, 0.304278116761892],
            normal: [-2.050650301383551, -0.15136594887971358, -0.0935706982828605],
            below: [2, 0, 413],
            shuffled: [2, 0, 7, 4, 5, 3, 1, 6],
            mask: [0, 0, 2, 0, 2, 2, 0, 0, 0, 0, 2, 0],
        },
        Golden {
            seed: 0,
            purpose: "init/1",
            uniform: [0.9612117819319266, 0.4496654008910945, 0.10636259624154398],
            normal: [-2.4229315170737795, 0.7928936477119338, 0.47411903714844045],
            below: [2, 5, 759],
            shuffled: [1, 4, 5, 7, 2, 6, 3, 0],
            mask: [0, 0, 0, 2, 2, 2, 0, 0, 2, 2, 2, 2],
        },
        Golden {
            seed: 1,
            purpose: "split",
            uniform: [0.9020313736335238, 0.5304296184570281, 0.8306844082516408],
            normal: [-2.116230315953007, -0.40961595575695053, 0.7215136461047226],
            below: [6, 9, 550],
            shuffled: [3, 7, 0, 4, 5, 2, 1, 6],
            mask: [0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 2],
        },
        Golden {
            seed: u64::MAX,
            purpose: "dropout/2",
            uniform: [0.5112158085551105, 0.7285601495659492, 0.6880221309675323],
            normal: [-0.16069728118938884, -1.1856832672498268, 1.4950479299120107],
            below: [1, 5, 961],
            shuffled: [6, 5, 2, 4, 0, 7, 1, 3],
            mask: [0, 0, 0, 0, 2, 0, 2, 2, 2, 0, 0, 0],
        },
    ];

    #[test]
    fn streams_begin_as_they_always_did() {
        for golden in &GOLDEN {
            let name = (golden.seed, golden.purpose);
            let stream = || Streams::new(golden.seed).stream(golden.purpose);
            let (mut uniform, mut normal, mut below) = (stream(), stream(), stream());
            assert_eq!([(); 3].map(|()| uniform.uniform()), golden.uniform, "{name:?}");
            assert_eq!([(); 3].map(|()| normal.normal()), golden.normal, "{name:?}");
            assert_eq!([10, 10, 1000].map(|n| below.below(n)), golden.below, "{name:?}");
            let mut items = [0, 1, 2, 3, 4, 5, 6, 7];
            stream().shuffle(&mut items);
            assert_eq!(items, golden.shuffled, "{name:?}");
            let mut mask = [0.0f32; 12];
            stream().keep_mask(0.5, &mut mask);
            assert_eq!(mask, golden.mask.map(f32::from), "{name:?}");
        }
    }

    fn mean_of(values: &[f64], power: i32) -> f64 {
        values.iter().map(|x| (0..power).fold(1.0, |product, _| product * x)).sum::<f64>()
            / values.len() as f64
    }

    #[test]
    fn uniform_numbers_fill_the_interval_evenly() {
        let mut stream = Streams::new(5).stream("uniform");
        let values: Vec<f64> = (0..100_000).map(|_| stream.uniform()).collect();
        assert!(values.iter().all(|x| (0.0..1.0).contains(x)));
        // Standard errors: 0.0009 of the mean, 0.0009 of the second moment; a bin's deviation 95.
        assert!((mean_of(&values, 1) - 1.0 / 2.0).abs() < 0.004);
        assert!((mean_of(&values, 2) - 1.0 / 3.0).abs() < 0.004);
        for bin in 0..10 {
            let count = values.iter().filter(|&&x| (x * 10.0) as usize == bin).count();
            assert!(count.abs_diff(10_000) < 400, "{count} in bin {bin}");
        }
    }

    #[test]
    fn normal_deviates_have_the_moments_of_the_normal_distribution() {
        let mut stream = Streams::new(5).stream("normal");
        let values: Vec<f64> = (0..200_000).map(|_| stream.normal()).collect();
        for (power, expected, bound) in [(1, 0.0, 0.01), (2, 1.0, 0.015), (3, 0.0, 0.04), (4, 3.0, 0.1)] {
            let moment = mean_of(&values, power);
            assert!((moment - expected).abs() < bound, "moment {power} is {moment}");
        }
        let beyond_two = values.iter().filter(|x| x.abs() > 2.0).count() as f64 / 2e5;
        assert!((beyond_two - 0.0455).abs() < 0.002, "{beyond_two} beyond two deviations");
        // The two of a pair are independent.
        let product: f64 = values.chunks(2).map(|pair| pair[0] * pair[1]).sum();
        assert!((product / 1e5).abs() < 0.015);
    }

    #[test]
    fn integers_are_even_and_below_their_bound() {
        let mut stream = Streams::new(5).stream("below");
        for n in [1, 2, 7, 10] {
            let mut counts = vec![0usize; n];
            (0..10_000 * n).for_each(|_| counts[stream.below(n)] += 1);
            assert!(counts.iter().all(|count| count.abs_diff(10_000) < 500), "{counts:?}");
        }
    }

    #[test]
    fn every_order_is_as_likely() {
        let mut stream = Streams::new(5).stream("shuffle");
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..24_000 {
            let mut items = [0, 1, 2, 3];
            stream.shuffle(&mut items);
            let mut sorted = items;
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3]);
            *counts.entry(items).or_insert(0usize) += 1;
        }
        assert_eq!(counts.len(), 24);
        assert!(counts.values().all(|count| count.abs_diff(1000) < 160), "{counts:?}");
        stream.shuffle::<u8>(&mut []);
    }

    #[test]
    fn streams_of_other_names_or_seeds_are_others() {
        let first = |seed, name| Streams::new(seed).stream(name).uniform();
        let all = [first(0, "a"), first(0, "b"), first(1, "a"), first(0, ""), first(256, "a")];
        for (i, x) in all.iter().enumerate() {
            assert!(!all[..i].contains(x));
        }
        assert_eq!(first(0, "a"), first(0, "a"));
    }

    #[test]
    fn a_mask_takes_one_word_an_element_in_order() {
        let stream = || Streams::new(0).stream("mask");
        let (mut whole, mut other) = (vec![0.0f64; 1000], stream());
        stream().keep_mask(0.8, &mut whole);
        for (i, &mask) in whole.iter().enumerate() {
            let kept = f64::from(other.words.word()) < 0.8 * (1u64 << 32) as f64;
            assert_eq!(mask, if kept { 1.25 } else { 0.0 }, "{i}");
        }
        // However it is cut, and with other numbers of the stream between.
        let mut cut = vec![0.0f64; 1000];
        let mut stream = stream();
        let (first, rest) = cut.split_at_mut(37);
        stream.keep_mask(0.8, first);
        stream.keep_mask(0.8, rest);
        assert_eq!(cut, whole);
        assert_eq!(stream.uniform(), other.uniform());
    }

    #[test]
    fn a_mask_keeps_the_mean_of_what_it_masks() {
        let mut mask = vec![-1.0f32; 100_000];
        Streams::new(2).stream("mask").keep_mask(0.7, &mut mask);
        let kept = mask.iter().filter(|&&m| m == 1.0 / 0.7).count();
        assert!(kept.abs_diff(70_000) < 700, "{kept} kept");
        assert_eq!(mask.iter().filter(|&&m| m == 0.0).count(), 100_000 - kept);
        Streams::new(2).stream("mask").keep_mask(1.0, &mut mask);
        assert!(mask.iter().all(|&m| m == 1.0));
        Streams::new(2).stream("mask").keep_mask(0.0, &mut mask);
        assert!(mask.iter().all(|&m| m == 0.0));
    }
}
