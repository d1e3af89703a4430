//! exp, ln, tanh and sigmoid of one number, from `+ - * /` and the bits of a float alone, without a branch:
//! so that a loop over them is vectorised at any width, with the same bits.
//!
//! Arguments are reduced in two pieces (Cody and Waite, "Software Manual for the Elementary Functions",
//! 1980; Muller, "Elementary Functions", 3rd edition, 2016, chapter 11), the rest are the rational form of
//! exp and the series of ln in s = f / (2 + f) of fdlibm (Sun Microsystems, 1993, e_exp.c and e_log.c),
//! with the shorter polynomials of FreeBSD's msun for f32.

use super::real::Real;

/// What the functions need to know of a type of number.
pub(super) trait Constants: Real {
    const LOG2_E: Self;
    /// ln 2 in two pieces, the first with so many zeros at its end that its multiples by an exponent are exact.
    const LN_2: [Self; 2];
    /// 1.5 times 2 to the number of stored digits: added and subtracted again, it rounds to an integer.
    const ROUND: Self;
    /// Where exp is 0 below, and infinite above.
    const EXP_RANGE: [Self; 2];
    /// r - r (e^r + 1) / (e^r - 1) + 2 as a polynomial in r^2 without constant: P1, P2, ...
    const EXP: &'static [Self];
    /// Where tanh is 1 above.
    const TANH_RANGE: Self;
    /// (ln(1+s) - ln(1-s)) / s - 2 as a polynomial in s^2 without constant.
    const LN: &'static [Self];
    /// Returns 2^n for an integer n in the range of exponents of normal numbers.
    fn power_of_two(n: Self) -> Self;
    /// Returns mantissa m in [sqrt(1/2), sqrt(2)) and exponent e with `self = m 2^e`, for a positive finite number.
    fn split(self) -> (Self, Self);
}

#[allow(clippy::excessive_precision)] // as published
impl Constants for f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    const LN_2: [f32; 2] = [f32::from_bits(0x3f31_7200), f32::from_bits(0x35bf_be8e)];
    const ROUND: f32 = 12_582_912.0;
    const EXP_RANGE: [f32; 2] = [-104.0, 89.0];
    const EXP: &'static [f32] = &[1.6666625440e-1, -2.7667332906e-3];
    const TANH_RANGE: f32 = 10.0;
    const LN: &'static [f32] = &[0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841];

    #[inline(always)]
    fn power_of_two(n: f32) -> f32 {
        f32::from_bits((n + Self::ROUND).to_bits().wrapping_add(127) << 23)
    }

    #[inline(always)]
    fn split(self) -> (f32, f32) {
        const SQRT_HALF: u32 = 0x3f35_04f3;
        const SCALE: f32 = (1 << 25) as f32;
        let subnormal = self < f32::MIN_POSITIVE;
        let bits = (if subnormal { self * SCALE } else { self }).to_bits();
        let bits = bits.wrapping_add(0x3f80_0000 - SQRT_HALF);
        let exponent = f32::from_bits((bits >> 23).wrapping_add(Self::ROUND.to_bits())) - Self::ROUND;
        let mantissa = f32::from_bits((bits & 0x007f_ffff).wrapping_add(SQRT_HALF));
        (mantissa, exponent - if subnormal { 127.0 + 25.0 } else { 127.0 })
    }
}

#[allow(clippy::excessive_precision)] // as published
impl Constants for f64 {
    const LOG2_E: f64 = std::f64::consts::LOG2_E;
    const LN_2: [f64; 2] = [6.93147180369123816490e-01, 1.90821492927058770002e-10];
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const EXP_RANGE: [f64; 2] = [-746.0, 710.0];
    const EXP: &'static [f64] = &[
        1.66666666666666019037e-01,
        -2.77777777770155933842e-03,
        6.61375632143793436117e-05,
        -1.65339022054652515390e-06,
        4.13813679705723846039e-08,
    ];
    const TANH_RANGE: f64 = 20.0;
    const LN: &'static [f64] = &[
        6.666666666666735130e-01,
        3.999999999940941908e-01,
        2.857142874366239149e-01,
        2.222219843214978396e-01,
        1.818357216161805012e-01,
        1.531383769920937332e-01,
        1.479819860511658591e-01,
    ];

    #[inline(always)]
    fn power_of_two(n: f64) -> f64 {
        f64::from_bits((n + Self::ROUND).to_bits().wrapping_add(1023) << 52)
    }

    #[inline(always)]
    fn split(self) -> (f64, f64) {
        const SQRT_HALF: u64 = 0x3fe6_a09e_0000_0000;
        const SCALE: f64 = (1u64 << 54) as f64;
        let subnormal = self < f64::MIN_POSITIVE;
        let bits = (if subnormal { self * SCALE } else { self }).to_bits();
        let bits = bits.wrapping_add(0x3ff0_0000_0000_0000 - SQRT_HALF);
        let exponent = f64::from_bits((bits >> 52).wrapping_add(Self::ROUND.to_bits())) - Self::ROUND;
        let mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF));
        (mantissa, exponent - if subnormal { 1023.0 + 54.0 } else { 1023.0 })
    }
}

#[inline(always)]
fn two<R: Real>() -> R {
    R::ONE + R::ONE
}

/// Returns the nearest integer, ties to even, for magnitudes below a quarter of 2^digits.
#[inline(always)]
fn round<R: Constants>(x: R) -> R {
    (x + R::ROUND) - R::ROUND
}

/// Computes `x (c_1 + x (c_2 + ...))`.
#[inline(always)]
fn polynomial<R: Real>(x: R, coefficients: &[R]) -> R {
    coefficients.iter().rev().fold(R::ZERO, |sum, &c| x * (c + sum))
}

/// Returns n and e^r - 1 with `e^x = 2^n e^r`, |r| at most ln(2) / 2, for an x within the range of exponents.
#[inline(always)]
fn reduced_exp<R: Constants>(x: R) -> (R, R) {
    let n = round(x * R::LOG2_E);
    let high = x - n * R::LN_2[0];
    let low = n * R::LN_2[1];
    let r = high - low;
    let c = r - polynomial(r * r, R::EXP);
    (n, high - (low - r * c / (two::<R>() - c)))
}

#[inline(always)]
pub(super) fn exp<R: Constants>(x: R) -> R {
    let (n, rest) = reduced_exp(x.max(R::EXP_RANGE[0]).min(R::EXP_RANGE[1]));
    // In two steps, since 2^n itself may be out of range; the first is exact, the second rounds a subnormal.
    let half = round(n / two());
    (R::ONE + rest) * R::power_of_two(half) * R::power_of_two(n - half)
}

#[inline(always)]
pub(super) fn sigmoid<R: Constants>(x: R) -> R {
    let small = exp(-x.abs());
    (if x < R::ZERO { small } else { R::ONE }) / (R::ONE + small)
}

/// Computes `(e^2x - 1) / (e^2x + 1)`, with the numerator as a whole, so that a small x keeps its digits.
#[inline(always)]
pub(super) fn tanh<R: Constants>(x: R) -> R {
    let (n, rest) = reduced_exp(two::<R>() * x.abs().min(R::TANH_RANGE));
    let scale = R::power_of_two(n);
    let numerator = scale * rest + (scale - R::ONE);
    (numerator / (numerator + two())).copysign(x)
}

#[inline(always)]
pub(super) fn ln<R: Constants>(x: R) -> R {
    let (mantissa, exponent) = x.split();
    let f = mantissa - R::ONE;
    let s = f / (two::<R>() + f);
    let series = polynomial(s * s, R::LN);
    let half_square = f * f / two();
    let small = s * (half_square + series) + exponent * R::LN_2[1];
    let result = exponent * R::LN_2[0] - ((half_square - small) - f);
    let positive = if x == R::INFINITY { x } else { result };
    let not_negative = if x == R::ZERO { R::NEG_INFINITY } else { positive };
    if x >= R::ZERO { not_negative } else { R::from_f64(f64::NAN) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error, in units in the last place, over every `stride`-th f32 from `low` to `high`.
    fn worst_f32(low: f32, high: f32, ours: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        // Integers in the order of the floats, negative ones included.
        let in_order = |bits: i32| bits ^ ((bits >> 31) as u32 >> 1) as i32;
        let place = |x: f32| i64::from(in_order(x.to_bits() as i32));
        let error = |place: i64| {
            let x = f32::from_bits(in_order(place as i32) as u32);
            let exact = exact(f64::from(x));
            let (ours, unit) = (ours(x), (exact as f32).abs().max(f32::MIN_POSITIVE));
            if exact.abs() > f64::from(f32::MAX) {
                assert!(ours == exact as f32 || ours.abs() == f32::MAX, "{x:e}: {ours:e}");
                return 0.0;
            }
            (f64::from(ours) - exact).abs() / f64::from(unit - unit.next_down())
        };
        (place(low)..=place(high))
            .step_by(4099)
            .map(error)
            .fold(0.0, |worst, e| if e <= worst { worst } else { e })
    }

    #[test]
    fn f32_functions_are_within_the_stated_error() {
        let cases = [
            ("exp", 1.05, worst_f32(-110.0, 100.0, exp, libm::exp)),
            ("ln", 1.0, worst_f32(0.0, f32::MAX, ln, libm::log)),
            ("tanh", 2.5, worst_f32(-11.0, 11.0, tanh, libm::tanh)),
            ("sigmoid", 2.5, worst_f32(-110.0, 110.0, sigmoid, |x| 1.0 / (1.0 + libm::exp(-x)))),
        ];
        for (name, stated, worst) in cases {
            assert!(worst <= stated, "{name}: {worst} units");
            assert!(worst > 0.5, "{name}: {worst} units is too good to have been measured");
        }
    }

    /// The largest distance to `reference` (itself within 1 unit), in floats between the two.
    fn apart_f64(low: f64, high: f64, ours: fn(f64) -> f64, reference: fn(f64) -> f64) -> u64 {
        let steps = 400_000;
        let points = (0..=steps).map(|i| low + (high - low) * (f64::from(i) / f64::from(steps)));
        // Near zero too, at every scale.
        let small = (0..1000).flat_map(|i| [1.0, 1.3, 1.7].map(|m| m * libm::exp2(f64::from(-i))));
        let small = small.flat_map(|x| [x, -x]).filter(|&x| low <= x && x <= high);
        points
            .chain(small)
            .map(|x| {
                let (ours, reference) = (ours(x), reference(x));
                assert!(ours == reference || ours.signum() == reference.signum(), "{x:e}: {ours:e}");
                ours.abs().to_bits().abs_diff(reference.abs().to_bits())
            })
            .max()
            .unwrap()
    }

    #[test]
    fn f64_functions_are_near_libm() {
        let sigmoid_reference = |x: f64| {
            let e = libm::exp(-x.abs());
            if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
        };
        let cases = [
            ("exp", 1, apart_f64(-760.0, 720.0, exp, libm::exp)),
            ("exp near 0", 1, apart_f64(-2.0, 2.0, exp, libm::exp)),
            ("ln", 1, apart_f64(0.0, 1e300, ln, libm::log)),
            ("ln near 1", 1, apart_f64(0.25, 4.0, ln, libm::log)),
            ("tanh", 3, apart_f64(-22.0, 22.0, tanh, libm::tanh)),
            ("sigmoid", 2, apart_f64(-760.0, 760.0, sigmoid, sigmoid_reference)),
        ];
        for (name, allowed, apart) in cases {
            assert!(apart <= allowed, "{name}: {apart} units from libm");
        }
    }

    fn ends<R: Constants>(tiniest: f64) {
        let number = R::from_f64;
        let (infinity, nan) = (R::INFINITY, number(f64::NAN));
        assert_eq!(
            [exp(R::ZERO), exp(-R::ZERO), exp(-infinity), exp(infinity)],
            [R::ONE, R::ONE, R::ZERO, infinity]
        );
        assert_eq!([exp(number(1e30)), exp(number(-1e30))], [infinity, R::ZERO]);
        assert_eq!([ln(R::ONE), ln(R::ZERO), ln(-R::ZERO)], [R::ZERO, -infinity, -infinity]);
        assert_eq!(ln(infinity), infinity);
        assert_eq!(ln(number(tiniest)), number(libm::log(number(tiniest).to_f64())), "a subnormal");
        assert_eq!([tanh(infinity), tanh(-infinity), tanh(number(1e30))], [R::ONE, -R::ONE, R::ONE]);
        assert_eq!([tanh(-R::ZERO).bytes(), tanh(R::ZERO).bytes()], [(-R::ZERO).bytes(), R::ZERO.bytes()]);
        assert_eq!(tanh(number(-tiniest)), number(-tiniest), "a subnormal is its own tanh");
        assert_eq!([sigmoid(R::ZERO), sigmoid(infinity), sigmoid(-infinity)], [number(0.5), R::ONE, R::ZERO]);
        assert!(
            [exp(nan), ln(nan), ln(-R::ONE), ln(-infinity), tanh(nan), sigmoid(nan)]
                .iter()
                .all(|x| x.is_nan())
        );
    }

    #[test]
    fn the_ends_of_the_range_are_right() {
        ends::<f32>(1e-45);
        ends::<f64>(5e-324);
        assert_eq!(exp(88.72283f32), libm::exp(f64::from(88.72283f32)) as f32, "just finite");
        assert_eq!(exp(88.72284f32), f32::INFINITY);
        assert_eq!([exp(-103.9f32), exp(-104.0f32)], [1e-45, 0.0]);
        assert_eq!([exp(-745.1f64), exp(-745.2f64)], [5e-324, 0.0]);
        assert_eq!([exp(709.7f64).is_finite(), exp(709.8f64).is_finite()], [true, false]);
    }
}
