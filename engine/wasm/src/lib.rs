//! The cases of `engine/tests/equal_bits`, to be computed in WebAssembly: the module exports `run`, which says line by line
//! what `equal_bits.txt` holds, through the one function that it imports. `scripts/wasm` builds it, runs it and compares.

#[path = "../../tests/equal_bits/cases.rs"]
mod cases;

use gradbook_engine::numeric::{Finish, Level, Real, Streams, Strided, force, matmul};

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Shows a text in UTF-8.
    safe fn print(text: *const u8, length: usize);
}

fn say(text: &str) {
    print(text.as_ptr(), text.len());
}

/// Uses the vectors of a level from now on: 0 those that every machine has, 1 the widest of this one. Returns whether that is
/// another.
#[unsafe(no_mangle)]
pub extern "C" fn level(asked: u32) -> u32 {
    let [least, .., widest] = Level::ALL;
    let is_there = asked == 1 && widest.available();
    u32::from(force(if is_there { widest } else { least }).is_ok() && is_there)
}

/// Computes every case on the one thread that there is.
#[unsafe(no_mangle)]
pub extern "C" fn run() {
    std::panic::set_hook(Box::new(|panic| say(&panic.to_string())));
    let digests = cases::cases().into_iter().map(|case| ((case.digest)(), case.name));
    say(cases::lines(&digests.map(|(digest, name)| (name, digest)).collect()).trim_end());
}

/// Multiplies matrices of numbers that vectors without a fused multiply-add go wrong with (ties, subnormals, the ends of the
/// exponents, what is not finite), and says in which cells another number comes out than by one number at a time.
#[unsafe(no_mangle)]
pub extern "C" fn products() {
    let wrong = awkward::<f32>(&[24, 23, 126, 149, 75, 12])
        + awkward::<f32>(&[48, 47])
        + awkward::<f64>(&[53, 52, 1022, 1074, 537, 27]);
    say(&format!("{wrong} cells of awkward products differ"));
}

/// Numbers of few digits near powers of two that matter, all signs, and what is no number.
fn awkward<R: Real>(powers: &[i32]) -> usize {
    let two = |power: i32| R::from_f64(if power < 0 { 0.5 } else { 2.0 });
    let power = |exponent: i32| (0..exponent.abs()).fold(R::ONE, |x, _| x * two(exponent));
    let mut numbers =
        vec![R::ZERO, -R::ZERO, R::ONE, -R::ONE, R::INFINITY, R::NEG_INFINITY, R::from_f64(f64::NAN)];
    for &exponent in powers {
        for x in [power(-exponent), power(exponent)] {
            let more =
                [x, x + x * R::EPSILON, x - x * R::EPSILON, x * R::from_f64(3.0), x * R::from_f64(1.5)];
            numbers.extend(more.into_iter().flat_map(|x| [x, -x]));
        }
    }
    let mut stream = Streams::new(7).stream("awkward");
    let mut wrong = 0;
    for turn in 0..400 {
        let [m, n, k] = [1 + turn % 9, 1 + turn % 19, 1 + turn % 7];
        // Now all of them, now those near one, so that sums tie and cancel more often than they overflow.
        let mut draw = |count: usize| -> Vec<R> {
            (0..count)
                .map(|_| match turn % 2 {
                    0 => numbers[stream.below(numbers.len())],
                    _ => {
                        let apart = R::EPSILON * R::from_f64(stream.below(4096) as f64);
                        apart * R::from_f64(stream.below(3) as f64 - 1.0) + R::ONE
                    }
                })
                .collect()
        };
        let (a, b) = (draw(m * k), draw(k * n));
        for ones in [false, true] {
            let rows = m + usize::from(ones);
            let operand = if ones { Strided::rows(&a, k).above_ones() } else { Strided::rows(&a, k) };
            let mut c = vec![R::ZERO; rows * n];
            matmul(rows, n, k, operand, &b, Finish::Sums, &mut c);
            for (cell, found) in c.iter().enumerate() {
                let (i, j) = (cell / n, cell % n);
                let element = |l: usize| if i < m { a[i * k + l] } else { R::ONE };
                let chain = (0..k).fold(R::ZERO, |sum, l| element(l).fused(b[l * n + j], sum));
                wrong += usize::from(chain.bytes() != found.bytes());
            }
        }
    }
    wrong
}
