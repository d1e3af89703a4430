//! f32 and f64 as one.

use super::elementary;
use super::fused::{fused_f32, fused_f64};
use super::simd::Vectors;
use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A floating-point type that the engine computes in: f32 or f64. Every function gives the same bits on
/// every machine.
pub trait Real:
    Vectors
    + Copy
    + Debug
    + Display
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Larger than every finite number.
    const INFINITY: Self;
    /// Smaller than every finite number.
    const NEG_INFINITY: Self;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// Returns the nearest number to `value`; beyond the range, infinity.
    fn from_f64(value: f64) -> Self;
    /// Returns the same number: exact.
    fn to_f64(self) -> f64;
    /// Returns `self * a + b`, rounded once, on every CPU. Slow one at a time where the program is compiled for
    /// CPUs that may lack the instruction: inner loops belong in [`matmul`](super::matmul()), or use plain
    /// `*` and `+`.
    fn fused(self, a: Self, b: Self) -> Self;
    /// Returns the square root, rounded once.
    fn sqrt(self) -> Self;
    /// Returns the number without its sign.
    fn abs(self) -> Self;
    /// Returns the largest integer not above this number.
    fn floor(self) -> Self;
    /// Returns `1 / self`.
    fn recip(self) -> Self;
    /// Returns the magnitude of this number with the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;
    /// Returns `other` if it is the larger, otherwise this number: a NaN here stays one, a NaN in `other` does not count.
    fn max(self, other: Self) -> Self;
    /// Returns `other` if it is the smaller, otherwise this number: a NaN here stays one, a NaN in `other` does not count.
    fn min(self, other: Self) -> Self;
    /// Returns e to the power of this number, within 1 unit in the last place.
    fn exp(self) -> Self;
    /// Returns the natural logarithm, within 1 unit in the last place.
    fn ln(self) -> Self;
    /// Returns the hyperbolic tangent.
    fn tanh(self) -> Self;
    /// Returns `1 / (1 + exp(-self))`, precise in both tails.
    fn sigmoid(self) -> Self;
    /// Returns the error function, `2/sqrt(pi)` times the integral of `exp(-t^2)` from 0 to this number: libm's.
    fn erf(self) -> Self;
    /// Returns whether the number is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Returns whether this is no number.
    fn is_nan(self) -> bool;
    /// Returns the bits of the number as f64 (exact), little-endian, for digests. All NaN are written alike, since
    /// their sign and payload are the one thing in which CPUs differ.
    fn bytes(self) -> [u8; 8];
}

macro_rules! real {
    ($t:ident, $fused:path, $erf:path) => {
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const INFINITY: Self = $t::INFINITY;
            const NEG_INFINITY: Self = $t::NEG_INFINITY;
            const EPSILON: Self = $t::EPSILON;
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn fused(self, a: Self, b: Self) -> Self {
                $fused(self, a, b)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$t>::sqrt(self)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$t>::abs(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                <$t>::floor(self)
            }
            #[inline(always)]
            fn recip(self) -> Self {
                1.0 / self
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                <$t>::copysign(self, sign)
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if other > self { other } else { self }
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                if other < self { other } else { self }
            }
            #[inline(always)]
            fn exp(self) -> Self {
                elementary::exp(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                elementary::ln(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                elementary::tanh(self)
            }
            #[inline(always)]
            fn sigmoid(self) -> Self {
                elementary::sigmoid(self)
            }
            #[inline(always)]
            fn erf(self) -> Self {
                $erf(self)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                <$t>::is_finite(self)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                <$t>::is_nan(self)
            }
            #[inline(always)]
            fn bytes(self) -> [u8; 8] {
                const NAN: u64 = 0x7ff8_0000_0000_0000;
                (if self.is_nan() { NAN } else { f64::from(self).to_bits() }).to_le_bytes()
            }
        }
    };
}

real!(f32, fused_f32, libm::erff);
real!(f64, fused_f64, libm::erf);

#[cfg(test)]
mod tests {
    use super::*;

    fn is_a_number_type<R: Real>() {
        let nan = R::from_f64(f64::NAN);
        assert!(nan.max(R::ZERO).is_nan() && nan.min(R::ZERO).is_nan(), "a diverged unit must show");
        assert_eq!(R::ZERO.max(nan), R::ZERO);
        assert_eq!(R::ONE.max(-R::ONE), R::ONE);
        assert_eq!(R::ONE.min(-R::ONE), -R::ONE);
        assert_eq!(R::from_f64(-1.5).floor(), R::from_f64(-2.0));
        assert_eq!(R::from_f64(4.0).recip(), R::from_f64(0.25));
        assert_eq!(R::ONE.copysign(-R::ZERO), -R::ONE);
        assert_eq!(R::ONE.fused(R::ONE, R::EPSILON), R::ONE + R::EPSILON);
        assert_eq!(R::from_f64(1e300 * 1e300), R::INFINITY);
    }

    #[test]
    fn both_are_number_types() {
        is_a_number_type::<f32>();
        is_a_number_type::<f64>();
    }

    #[test]
    fn digests_see_every_bit_but_those_of_a_nan() {
        assert_ne!(Real::bytes(0.0f64), Real::bytes(-0.0f64));
        assert_eq!(Real::bytes(0.1f32), f64::from(0.1f32).to_le_bytes());
        assert_eq!(Real::bytes(f32::NAN), Real::bytes(-f32::NAN));
        assert_eq!(Real::bytes(f64::from_bits(0xfff8_0000_0000_0001)), Real::bytes(f64::NAN));
    }
}
