//! Vectors of WebAssembly, 128 bits. It has no fused multiply-add, and where it has one (relaxed SIMD), each machine
//! may fuse or not: [`relaxed::fuses`] tries it.
//!
//! Without it, f32 are held as f64, where their products are exact: product and sum in f64, then rounded to the digits of f32. That rounds
//! twice, which differs from once only where the f64 is just between two f32, or where the f32 is subnormal: [`Doubles`] watches
//! for both, and whoever sums does the chains again with [`Odd`] where one occurred. Numbers in f64 take error-free
//! transformations ([`Errors`]).

use super::{Cpu, Simd, Watch};
use crate::numeric::vectorized;
use std::arch::wasm32::*;
use std::hint::black_box;
use std::mem::MaybeUninit;

/// Two registers: four f64, or four f32 held as such.
#[derive(Clone, Copy)]
struct Four(v128, v128);

impl Four {
    #[inline(always)]
    fn map2(self, other: Self, does: impl Fn(v128, v128) -> v128) -> Self {
        Four(does(self.0, other.0), does(self.1, other.1))
    }

    #[inline(always)]
    fn splat(number: f64) -> Self {
        Four(f64x2_splat(number), f64x2_splat(number))
    }

    #[inline(always)]
    fn relu(self) -> Self {
        let zero = f64x2_splat(0.0);
        // A NaN, and a zero of either sign, stay.
        self.map2(self, |x, _| v128_bitselect(zero, x, f64x2_lt(x, zero)))
    }

    #[inline(always)]
    fn where_positive(self, other: Self) -> Self {
        self.map2(other, |x, other| v128_and(x, f64x2_gt(other, f64x2_splat(0.0))))
    }

    #[inline(always)]
    fn interleave(self, other: Self) -> [Self; 2] {
        let both = |one, two| Four(i64x2_shuffle::<0, 2>(one, two), i64x2_shuffle::<1, 3>(one, two));
        [both(self.0, other.0), both(self.1, other.1)]
    }

    /// Reads four f32.
    #[inline(always)]
    fn of_f32(from: &[f32; 4]) -> Self {
        let all = read(from);
        let high = i64x2_shuffle::<1, 1>(all, all);
        Four(f64x2_promote_low_f32x4(all), f64x2_promote_low_f32x4(high))
    }

    /// Writes four f32, which these are.
    #[inline(always)]
    fn to_f32(self) -> [f32; 4] {
        written(i64x2_shuffle::<0, 2>(f32x4_demote_f64x2_zero(self.0), f32x4_demote_f64x2_zero(self.1)))
    }

    #[inline(always)]
    fn of_f64(from: &[f64; 4]) -> Self {
        let at = from.as_ptr().cast::<v128>();
        // SAFETY: twice sixteen bytes are there, wherever they lie.
        unsafe { Four(v128_load(at), v128_load(at.wrapping_add(1))) }
    }

    #[inline(always)]
    fn to_f64(self) -> [f64; 4] {
        let mut to = [0.0; 4];
        let at = to.as_mut_ptr().cast::<v128>();
        // SAFETY: there is room for twice sixteen bytes, wherever it lies.
        unsafe {
            v128_store(at, self.0);
            v128_store(at.wrapping_add(1), self.1);
        }
        to
    }
}

/// Reads four f32 as they are.
#[inline(always)]
fn read(from: &[f32; 4]) -> v128 {
    // SAFETY: sixteen bytes are there, wherever they lie.
    unsafe { v128_load(from.as_ptr().cast()) }
}

/// Writes four f32 as they are.
#[inline(always)]
fn written(all: v128) -> [f32; 4] {
    let mut to = [0.0; 4];
    // SAFETY: there is room for sixteen bytes, wherever it lies.
    unsafe { v128_store(to.as_mut_ptr().cast(), all) };
    to
}

/// Rounds f64 to f32, and holds them as f64 again.
#[inline(always)]
fn rounded(lanes: v128) -> v128 {
    f64x2_promote_low_f32x4(f32x4_demote_f64x2_zero(lanes))
}

/// Returns a sum, and what its rounding lost (Knuth's TwoSum, The Art of Computer Programming 2, 4.2.2, theorem B).
#[inline(always)]
fn two_sum(a: v128, b: v128) -> (v128, v128) {
    let sum = f64x2_add(a, b);
    let part = f64x2_sub(sum, a);
    (sum, f64x2_add(f64x2_sub(a, f64x2_sub(sum, part)), f64x2_sub(b, part)))
}

/// Returns a sum rounded to odd: when inexact, to whichever neighbour has an odd last bit (`fused::through_f64`).
#[inline(always)]
fn odd_sum(a: v128, b: v128) -> v128 {
    let (sum, lost) = two_sum(a, b);
    let zero = f64x2_splat(0.0);
    // False also for what an infinite sum lost, which is NaN.
    let inexact = f64x2_gt(f64x2_abs(lost), zero);
    let step = v128_andnot(v128_and(inexact, i64x2_splat(1)), sum);
    let inwards = v128_xor(f64x2_gt(lost, zero), f64x2_gt(sum, zero));
    i64x2_add(sum, i64x2_sub(v128_xor(step, inwards), inwards))
}

/// What four lanes have in common, whatever they hold.
macro_rules! lanes {
    ($scalar:ident, $read:ident, $write:ident) => {
        type Scalar = $scalar;
        const LANES: usize = 4;

        #[inline(always)]
        fn splat(_: Cpu<Self>, number: $scalar) -> Self {
            Self(Four::splat(f64::from(number)))
        }

        #[inline(always)]
        fn load(_: Cpu<Self>, from: &[$scalar]) -> Self {
            Self(Four::$read(from.first_chunk().expect("a number for each lane")))
        }

        #[inline(always)]
        fn store(self, to: &mut [MaybeUninit<$scalar>]) {
            *to.first_chunk_mut().expect("a place for each lane") = self.0.$write().map(MaybeUninit::new);
        }

        #[inline(always)]
        fn load_partial(_: Cpu<Self>, from: &[$scalar]) -> Self {
            let mut lanes = [0.0; 4];
            lanes[..from.len()].copy_from_slice(from);
            Self(Four::$read(&lanes))
        }

        #[inline(always)]
        fn store_partial(self, to: &mut [MaybeUninit<$scalar>]) {
            to.copy_from_slice(&self.0.$write().map(MaybeUninit::new)[..to.len()]);
        }

        #[inline(always)]
        fn relu(self) -> Self {
            Self(self.0.relu())
        }

        #[inline(always)]
        fn where_positive(self, other: Self) -> Self {
            Self(self.0.where_positive(other.0))
        }

        #[inline(always)]
        fn interleave(self, other: Self) -> [Self; 2] {
            self.0.interleave(other.0).map(Self)
        }

        #[cfg_attr(gradbook_module, optimize(speed))]
        #[inline(never)]
        fn apart<T>(_: Cpu<Self>, body: impl FnOnce() -> T) -> T {
            body()
        }
    };
}

#[cfg(target_feature = "relaxed-simd")]
pub(super) mod relaxed;

/// Four f32 held as f64, whose sums of products are watched.
#[derive(Clone, Copy)]
pub struct Doubles(Four);

/// The digits of an f64 that f32 has not, and half of the last that it has.
const LOST: i64 = (1 << 29) - 1;
const HALF: i64 = 1 << 28;

/// The least of what tells a tie, in the lower halves of lanes, and a subnormal, in the upper ones: of each half of a sum's bits all but
/// the first three, as a signed number. In the lower half that leaves the lost digits, of which a tie's, a one and zeros, are the least
/// number that there is. In the upper half it leaves the sign and two digits of the exponent out, after which the exponents below those of
/// f32 come first, its own follow, and among them is that of zero.
#[derive(Clone, Copy)]
pub struct Least {
    least: v128,
    half: v128,
    kept: v128,
}

impl Watch for Least {
    const NOTES: bool = true;

    #[inline(always)]
    fn new(fit: bool) -> Self {
        // Hidden from the compilers, which would make them anew for every sum.
        let (half, kept) = (black_box(i64x2_splat(HALF)), black_box(i64x2_splat(!LOST)));
        Least { least: i32x4_splat(if fit { i32::MAX } else { i32::MIN }), half, kept }
    }

    #[inline(always)]
    fn is_sound(self) -> bool {
        let (tie, subnormal) = (i32::MIN, 0xc07f_ffff_u32.cast_signed());
        i32x4_all_true(i32x4_gt(self.least, i32x4(tie, subnormal, tie, subnormal)))
    }
}

/// Returns the size of the smallest number but for zeros (infinity, if there is none), and that of the largest.
fn sizes(numbers: &[f32]) -> [f64; 2] {
    let infinity = f32::INFINITY.to_bits();
    let (mut least, mut most) = (infinity - 1, 0);
    vectorized(|| {
        for number in numbers {
            let bits = number.abs().to_bits();
            // By one less, a zero is the largest.
            least = least.min(bits.wrapping_sub(1));
            most = most.max(bits);
        }
    });
    [least + 1, most].map(|bits| f64::from(f32::from_bits(bits)))
}

impl Simd for Doubles {
    type Watch = Least;
    type Exact = Odd;
    const ROWS: [usize; 2] = [4, 2];

    lanes!(f32, of_f32, to_f32);

    /// No sum reaches beyond f32, as long as k has 31 bits, and no product is so small that its exponent would be taken for one of f32's.
    fn fit(a: &[f32], b: &[f32]) -> bool {
        let (least, most) = (f64::from_bits(0x3000_0000_0000_0000), f64::from_bits(0x45f0_0000_0000_0000)); // 2^-255, 2^96
        let ([a_least, a_most], [b_least, b_most]) = (sizes(a), sizes(b));
        a_least * b_least >= least && a_most * b_most <= most
    }

    /// Rounds by integers: half a digit is added, and what is behind the digits taken off, which is wrong for ties alone.
    #[inline(always)]
    fn fused(self, a: Self, b: Self, watch: &mut Least) -> Self {
        let Four(low, high) = self.0.map2(a.0, |x, a| f64x2_mul(x, a)).map2(b.0, |x, b| f64x2_add(x, b));
        watch.least = i32x4_min(watch.least, i32x4_shl(low, 3));
        watch.least = i32x4_min(watch.least, i32x4_shl(high, 3));
        let rounded = |lanes| v128_and(i64x2_add(lanes, watch.half), watch.kept);
        Doubles(Four(rounded(low), rounded(high)))
    }

    /// Of two f32, rounding the sum twice is as rounding it once.
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Doubles(self.0.map2(other.0, |x, other| rounded(f64x2_add(x, other))))
    }
}

/// Four f32 held as f64, exact whatever they are: sums are rounded to odd before they are rounded to f32.
#[derive(Clone, Copy)]
pub struct Odd(Four);

impl Simd for Odd {
    type Watch = ();
    type Exact = Self;
    const ROWS: [usize; 2] = [4, 2];

    lanes!(f32, of_f32, to_f32);

    #[inline(always)]
    fn fused(self, a: Self, b: Self, (): &mut ()) -> Self {
        let sum = |product, b| rounded(odd_sum(product, b));
        Odd(self.0.map2(a.0, |x, a| f64x2_mul(x, a)).map2(b.0, sum))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Odd(self.0.map2(other.0, |x, other| rounded(f64x2_add(x, other))))
    }
}

/// Four f64, multiplied and added by error-free transformations.
#[derive(Clone, Copy)]
pub struct Errors(Four);

/// Returns the upper and lower half of the digits (Veltkamp's splitting; Dekker, Numerische Mathematik 18, 1971).
#[inline(always)]
fn split(x: v128) -> (v128, v128) {
    let scaled = f64x2_mul(x, f64x2_splat(134_217_729.0)); // 2^27 + 1
    let high = f64x2_sub(scaled, f64x2_sub(scaled, x));
    (high, f64x2_sub(x, high))
}

/// Returns a product, and what its rounding lost (Dekker's product).
#[inline(always)]
fn two_product(a: v128, b: v128) -> (v128, v128) {
    let product = f64x2_mul(a, b);
    let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
    let lost = f64x2_sub(f64x2_mul(a_high, b_high), product);
    let lost = f64x2_add(f64x2_add(lost, f64x2_mul(a_high, b_low)), f64x2_mul(a_low, b_high));
    (product, f64x2_add(lost, f64x2_mul(a_low, b_low)))
}

/// Returns whether nothing is lost below or above: every lane is 0, or far from the ends of the exponents.
#[inline(always)]
fn far_from_the_ends(lanes: v128) -> v128 {
    let size = f64x2_abs(lanes);
    let (low, high) = (
        f64x2_splat(f64::from_bits(0x2400_0000_0000_0000)),
        f64x2_splat(f64::from_bits(0x5b00_0000_0000_0000)),
    );
    v128_or(f64x2_eq(lanes, f64x2_splat(0.0)), v128_and(f64x2_ge(size, low), f64x2_le(size, high)))
}

/// Returns `a * b + c`, rounded once: Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using
/// rounding to odd", IEEE Transactions on Computers 57(4), 2008, figure 5.
#[inline(always)]
fn fused_f64(a: v128, b: v128, c: v128) -> v128 {
    let usual = v128_and(far_from_the_ends(a), v128_and(far_from_the_ends(b), far_from_the_ends(c)));
    if !i64x2_all_true(usual) {
        return one_by_one(a, b, c);
    }
    let (product, lost) = two_product(a, b);
    let (lower, lowest) = two_sum(c, lost);
    let (upper, middle) = two_sum(product, lower);
    let sum = f64x2_add(upper, odd_sum(lowest, middle));
    // A product of 0 has the sign that counts where c is 0 too.
    let is_zero = f64x2_eq(product, f64x2_splat(0.0));
    v128_bitselect(f64x2_add(product, c), sum, is_zero)
}

/// Computes the same of numbers at the ends of the exponents.
#[cold]
#[inline(never)]
fn one_by_one(a: v128, b: v128, c: v128) -> v128 {
    let of = |a, b, c| libm::fma(a, b, c);
    f64x2(
        of(f64x2_extract_lane::<0>(a), f64x2_extract_lane::<0>(b), f64x2_extract_lane::<0>(c)),
        of(f64x2_extract_lane::<1>(a), f64x2_extract_lane::<1>(b), f64x2_extract_lane::<1>(c)),
    )
}

impl Simd for Errors {
    type Watch = ();
    type Exact = Self;
    const ROWS: [usize; 2] = [2, 1];

    lanes!(f64, of_f64, to_f64);

    #[inline(always)]
    fn fused(self, a: Self, b: Self, (): &mut ()) -> Self {
        let Errors(Four(low, high)) = self;
        Errors(Four(fused_f64(low, a.0.0, b.0.0), fused_f64(high, a.0.1, b.0.1)))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Errors(self.0.map2(other.0, |x, other| f64x2_add(x, other)))
    }
}
