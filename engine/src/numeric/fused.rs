//! The fused multiply-add of one number: `a * b + c`, rounded once.

/// Whether the program is compiled for CPUs that all have the instruction.
pub(super) const HARDWARE: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

#[inline(always)]
pub(super) fn fused_f32(a: f32, b: f32, c: f32) -> f32 {
    if HARDWARE { a.mul_add(b, c) } else { through_f64(a, b, c) }
}

#[inline(always)]
pub(super) fn fused_f64(a: f64, b: f64, c: f64) -> f64 {
    if HARDWARE { a.mul_add(b, c) } else { libm::fma(a, b, c) }
}

/// Computes a b + c in f64, where the product of two f32 is exact. Their sum with `c` is rounded to odd (when inexact, to
/// whichever neighbour has an odd last bit), after which rounding to f32 is as if done once:
/// Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding
/// to odd", IEEE Transactions on Computers 57(4), 2008, theorem 2 (f64 has more than two bits to spare).
#[inline(always)]
fn through_f64(a: f32, b: f32, c: f32) -> f32 {
    let product = f64::from(a) * f64::from(b);
    let c = f64::from(c);
    let sum = product + c;
    // What rounding lost (Knuth's TwoSum, The Art of Computer Programming 2, 4.2.2, theorem B).
    let part = sum - product;
    let lost = (product - (sum - part)) + (c - part);
    // False also for what an infinite sum lost, which is NaN.
    let inexact = lost.abs() > 0.0;
    let bits = sum.to_bits();
    let step = u64::from(inexact && bits & 1 == 0);
    let outwards = (lost > 0.0) == (sum > 0.0);
    let odd = if outwards { bits.wrapping_add(step) } else { bits.wrapping_sub(step) };
    f64::from_bits(odd) as f32
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)] // powers of two are exact
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// libm's: the CPU's instruction where it has one, its own integer arithmetic elsewhere.
    fn check(a: f32, b: f32, c: f32) {
        let (ours, theirs) = (through_f64(a, b, c), libm::fmaf(a, b, c));
        assert!(
            ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan()),
            "{a:e} * {b:e} + {c:e}: {ours:e}, libm has {theirs:e}"
        );
    }

    #[test]
    fn a_double_rounding_is_avoided() {
        // 1 + 2^-24 is a tie in f32, which the tiny addend breaks; through f64 without care it is lost.
        let (a, tiny) = (1.0 + 2f32.powi(-12), 2f32.powi(-70));
        let exact_tie = a * a - 2f32.powi(-11) - 1.0; // 2^-24
        assert_eq!(exact_tie, 0.0, "a * a is already rounded in f32");
        let tie = 1.0 + 2f64.powi(-24);
        assert_eq!((tie + f64::from(tiny)) as f32, 1.0, "the naive way loses the addend");
        assert_eq!(through_f64(2f32.powi(-12), 2f32.powi(-12), 1.0), 1.0);
        let above = 2f32.powi(-12) * (1.0 + 2f32.powi(-23));
        assert_eq!(through_f64(above, 2f32.powi(-12), 1.0), 1.0 + f32::EPSILON);
        // (1 + 2^-12)^2 (1 + ...) near a tie with the rest far below f64's reach.
        let (x, y) = (1.0 + 2f32.powi(-23), 1.0 + 2f32.powi(-22));
        check(x, y, tiny);
        check(x, y, -tiny);
    }

    #[test]
    fn special_values_agree_with_libm() {
        let values = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            1.0 + f32::EPSILON,
            1.0 - f32::EPSILON / 2.0,
            0.5,
            3.0,
            f32::MIN_POSITIVE,
            f32::from_bits(1),
            -f32::from_bits(1),
            f32::from_bits(0x007f_ffff),
            f32::from_bits(0x1980_0000),
            f32::from_bits(0x1980_0001),
            f32::MAX,
            f32::MIN,
            2f32.powi(64),
            2f32.powi(-75),
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
        ];
        for a in values {
            for b in values {
                values.iter().for_each(|&c| check(a, b, c));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn any_bits_agree_with_libm(a: u32, b: u32, c: u32) {
            check(f32::from_bits(a), f32::from_bits(b), f32::from_bits(c));
        }

        /// Addends near the product, where ties and cancellation are common.
        #[test]
        fn near_cancellation_agrees_with_libm(
            a in 0u32..1 << 12, b in 0u32..1 << 12, offset in -4i32..4, shift in -30i32..30, sign: bool,
        ) {
            let a = f32::from_bits(0x3f80_0000 | a << 11);
            let b = f32::from_bits(0x3f80_0000 | b << 11 | 1);
            let c = f32::from_bits((a * b).to_bits().wrapping_add_signed(offset)) * 2f32.powi(shift);
            check(a, b, if sign { -c } else { c });
            check(a * 2f32.powi(-75), b * 2f32.powi(-63), c * 2f32.powi(-138));
        }
    }

    #[test]
    fn f64_rounds_once() {
        let x = 1.0 + f64::EPSILON;
        assert_eq!(fused_f64(x, x, -1.0 - 2.0 * f64::EPSILON), f64::EPSILON * f64::EPSILON);
        assert_eq!(fused_f64(f64::MAX, 2.0, f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!(fused_f64(f64::from_bits(1), 0.5, f64::from_bits(1)), f64::from_bits(2));
    }
}
