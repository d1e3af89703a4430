//! What the core can do at most: fused multiply-adds on registers alone, as many as may be under way at once.

use gradbook::numeric::{self, Level};
use std::time::Instant;

/// Operations a nanosecond on f32, two a multiply-add, as measured now; 0 where it is not known.
pub(crate) fn operations_a_nanosecond() -> f64 {
    const ROUNDS: u32 = 4000;
    let start = Instant::now();
    let operations = run(numeric::level(), ROUNDS);
    operations * f64::from(ROUNDS) / start.elapsed().as_nanos() as f64
}

#[cfg(target_arch = "x86_64")]
mod chains {
    use std::arch::x86_64::*;
    use std::hint::black_box;

    pub(super) const CHAINS: usize = 12;

    #[target_feature(enable = "avx512f")]
    pub(super) fn avx512(rounds: u32) {
        let x = black_box(_mm512_set1_ps(0.5));
        let mut sums = black_box([x; CHAINS]);
        for _ in 0..rounds {
            // a loop, since a closure would not be compiled for these instructions
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(x, x, *sum);
            }
        }
        black_box(sums);
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn avx2(rounds: u32) {
        let x = black_box(_mm256_set1_ps(0.5));
        let mut sums = black_box([x; CHAINS]);
        for _ in 0..rounds {
            // a loop, since a closure would not be compiled for these instructions
            for sum in &mut sums {
                *sum = _mm256_fmadd_ps(x, x, *sum);
            }
        }
        black_box(sums);
    }
}

/// Runs so many rounds at the level in use; the f32 operations of one round, 0 if nothing was run.
#[cfg(target_arch = "x86_64")]
fn run(level: Level, rounds: u32) -> f64 {
    let lanes = match level {
        Level::Avx512 => {
            // SAFETY: the CPU has the level in use.
            unsafe { chains::avx512(rounds) };
            16
        }
        Level::Avx2 => {
            // SAFETY: the CPU has the level in use.
            unsafe { chains::avx2(rounds) };
            8
        }
        Level::Portable => 0,
    };
    (2 * chains::CHAINS * lanes) as f64
}

#[cfg(not(target_arch = "x86_64"))]
fn run(_: Level, _: u32) -> f64 {
    0.0
}
