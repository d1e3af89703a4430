//! Relaxed SIMD: a multiply-add that is fused where the machine has that instruction, and never elsewhere.

use super::{Four, read, written};
use crate::numeric::simd::{Cpu, Simd};
use std::arch::wasm32::*;
use std::hint::black_box;
use std::mem::MaybeUninit;

/// Returns whether this machine fuses, in every lane and both precisions: tried on triples of which only a fused multiply-add
/// has the right sum. Where the instruction has been replaced (by one that is never meant), the answer is no.
pub(crate) fn fuses() -> bool {
    // (1 + e)(1 - e) - 1 = -e^2, which two roundings lose.
    let f32s = |e: f32| {
        let of = |x: f32| black_box(f32x4(x, x, x, x));
        let found = f32x4_relaxed_madd(of(1.0 + e), of(1.0 - e), of(-1.0));
        u32x4_all_true(f32x4_eq(found, f32x4_splat(-e * e)))
    };
    let f64s = |e: f64| {
        let of = |x: f64| black_box(f64x2(x, x));
        let found = f64x2_relaxed_madd(of(1.0 + e), of(1.0 - e), of(-1.0));
        u64x2_all_true(f64x2_eq(found, f64x2_splat(-e * e)))
    };
    // Beside others in the lanes, lest one lane stood for all.
    let mixed = || {
        let [x, y, z] = [
            [3.0f32, 1.0 + f32::EPSILON, -5.0, 0.1],
            [7.0, 1.0 - f32::EPSILON, 0.2, 0.1],
            [0.5, -1.0, 1.0, -0.01],
        ]
        .map(|[a, b, c, d]| black_box(f32x4(a, b, c, d)));
        let found = f32x4_relaxed_madd(x, y, z);
        let fused = |x: f32, y: f32, z: f32| crate::numeric::fused::fused_f32(x, y, z);
        let expected = f32x4(
            fused(3.0, 7.0, 0.5),
            fused(1.0 + f32::EPSILON, 1.0 - f32::EPSILON, -1.0),
            fused(-5.0, 0.2, 1.0),
            fused(0.1, 0.1, -0.01),
        );
        u32x4_all_true(f32x4_eq(found, expected))
    };
    f32s(f32::EPSILON)
        && f32s(f32::EPSILON * 64.0)
        && f64s(f64::EPSILON)
        && f64s(f64::EPSILON * 64.0)
        && mixed()
}

/// Four f32.
#[derive(Clone, Copy)]
pub struct Fused32(v128);

impl Simd for Fused32 {
    type Scalar = f32;
    type Watch = ();
    type Exact = Self;
    const LANES: usize = 4;
    const ROWS: [usize; 2] = [8, 4];

    #[inline(always)]
    fn splat(_: Cpu<Self>, number: f32) -> Self {
        Fused32(f32x4_splat(number))
    }

    #[inline(always)]
    fn load(_: Cpu<Self>, from: &[f32]) -> Self {
        Fused32(read(from.first_chunk().expect("a number for each lane")))
    }

    #[inline(always)]
    fn store(self, to: &mut [MaybeUninit<f32>]) {
        *to.first_chunk_mut().expect("a place for each lane") = written(self.0).map(MaybeUninit::new);
    }

    #[inline(always)]
    fn load_partial(_: Cpu<Self>, from: &[f32]) -> Self {
        let mut lanes = [0.0; 4];
        lanes[..from.len()].copy_from_slice(from);
        Fused32(read(&lanes))
    }

    #[inline(always)]
    fn store_partial(self, to: &mut [MaybeUninit<f32>]) {
        to.copy_from_slice(&written(self.0).map(MaybeUninit::new)[..to.len()]);
    }

    #[inline(always)]
    fn fused(self, a: Self, b: Self, (): &mut ()) -> Self {
        Fused32(f32x4_relaxed_madd(self.0, a.0, b.0))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Fused32(f32x4_add(self.0, other.0))
    }

    #[inline(always)]
    fn relu(self) -> Self {
        let zero = f32x4_splat(0.0);
        // A NaN, and a zero of either sign, stay.
        Fused32(v128_bitselect(zero, self.0, f32x4_lt(self.0, zero)))
    }

    #[inline(always)]
    fn where_positive(self, other: Self) -> Self {
        Fused32(v128_and(self.0, f32x4_gt(other.0, f32x4_splat(0.0))))
    }

    #[inline(always)]
    fn interleave(self, other: Self) -> [Self; 2] {
        [
            Fused32(i32x4_shuffle::<0, 4, 1, 5>(self.0, other.0)),
            Fused32(i32x4_shuffle::<2, 6, 3, 7>(self.0, other.0)),
        ]
    }

    #[cfg_attr(gradbook_module, optimize(speed))]
    #[inline(never)]
    fn apart<T>(_: Cpu<Self>, body: impl FnOnce() -> T) -> T {
        body()
    }
}

/// Four f64.
#[derive(Clone, Copy)]
pub struct Fused64(Four);

impl Simd for Fused64 {
    type Watch = ();
    type Exact = Self;
    const ROWS: [usize; 2] = [4, 2];

    lanes!(f64, of_f64, to_f64);

    #[inline(always)]
    fn fused(self, a: Self, b: Self, (): &mut ()) -> Self {
        let (Four(x, x_high), Four(a, a_high), Four(b, b_high)) = (self.0, a.0, b.0);
        Fused64(Four(f64x2_relaxed_madd(x, a, b), f64x2_relaxed_madd(x_high, a_high, b_high)))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Fused64(self.0.map2(other.0, |x, other| f64x2_add(x, other)))
    }
}
