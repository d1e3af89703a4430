//! Vectors of x86-64: 256 bits (AVX2 and FMA) and 512 bits (AVX-512).

use super::{Cpu, Simd};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

/// The operations that all vectors have alike, by the names of their instructions.
macro_rules! operations {
    (
        apart $apart:ident, splat $splat:ident, load $load:ident, store $store:ident,
        fused $fused:ident, add $add:ident, max $max:ident, zero $zero:ident
    ) => {
        type Watch = ();
        type Exact = Self;

        #[inline(always)]
        fn splat(_: Cpu<Self>, number: Self::Scalar) -> Self {
            // SAFETY: whoever has a `Cpu` has the instructions.
            unsafe { $splat(number) }
        }

        #[inline(always)]
        fn load(_: Cpu<Self>, from: &[Self::Scalar]) -> Self {
            assert!(from.len() >= Self::LANES, "a number for each lane");
            // SAFETY: whoever has a `Cpu` has the instructions; the numbers are there.
            unsafe { $load(from.as_ptr()) }
        }

        #[inline(always)]
        fn store(self, to: &mut [MaybeUninit<Self::Scalar>]) {
            assert!(to.len() >= Self::LANES, "a place for each lane");
            // SAFETY: a vector is only where its instructions are; the places are there.
            unsafe { $store(to.as_mut_ptr().cast(), self) }
        }

        #[inline(always)]
        fn fused(self, a: Self, b: Self, (): &mut ()) -> Self {
            // SAFETY: a vector is only where its instructions are.
            unsafe { $fused(self, a, b) }
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            // SAFETY: a vector is only where its instructions are.
            unsafe { $add(self, other) }
        }

        #[inline(always)]
        fn relu(self) -> Self {
            // Of a NaN, and of two zeros, the second operand is taken.
            // SAFETY: a vector is only where its instructions are.
            unsafe { $max($zero(), self) }
        }

        #[inline(always)]
        fn apart<T>(_: Cpu<Self>, body: impl FnOnce() -> T) -> T {
            // SAFETY: whoever has a `Cpu` has the instructions.
            unsafe { $apart(body) }
        }
    };
}

#[inline(never)]
#[target_feature(enable = "avx2,fma")]
fn apart_256<T>(body: impl FnOnce() -> T) -> T {
    body()
}

#[inline(never)]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
fn apart_512<T>(body: impl FnOnce() -> T) -> T {
    body()
}

/// Cuts the mask of the first `count` of eight lanes out of ones followed by zeros.
#[inline(always)]
fn first_32(count: usize) -> [i32; 8] {
    static ONES_THEN_ZEROS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    *ONES_THEN_ZEROS[8 - count..].first_chunk().expect("no more lanes than a vector has")
}

/// Cuts the mask of the first `count` of four lanes.
#[inline(always)]
fn first_64(count: usize) -> [i64; 4] {
    static ONES_THEN_ZEROS: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];
    *ONES_THEN_ZEROS[4 - count..].first_chunk().expect("no more lanes than a vector has")
}

impl Simd for __m256 {
    type Scalar = f32;
    const LANES: usize = 8;
    const ROWS: [usize; 2] = [8, 6];

    operations! {
        apart apart_256, splat _mm256_set1_ps, load _mm256_loadu_ps, store _mm256_storeu_ps,
        fused _mm256_fmadd_ps, add _mm256_add_ps, max _mm256_max_ps, zero _mm256_setzero_ps
    }

    #[inline(always)]
    fn load_partial(_: Cpu<Self>, from: &[f32]) -> Self {
        assert!(from.len() < Self::LANES, "fewer numbers than lanes");
        let mask = first_32(from.len());
        // SAFETY: whoever has a `Cpu` has the instructions; lanes beyond the slice are masked.
        unsafe { _mm256_maskload_ps(from.as_ptr(), _mm256_loadu_si256(mask.as_ptr().cast())) }
    }

    #[inline(always)]
    fn store_partial(self, to: &mut [MaybeUninit<f32>]) {
        assert!(to.len() < Self::LANES, "fewer places than lanes");
        // By halves: a masked store of AVX is slow on some CPUs.
        // SAFETY: a vector is only where its instructions are; the parts stored are as long together as the slice.
        unsafe {
            let length = to.len();
            let (mut low, mut to) = (_mm256_castps256_ps128(self), to.as_mut_ptr());
            if length & 4 != 0 {
                _mm_storeu_ps(to.cast(), low);
                (low, to) = (_mm256_extractf128_ps::<1>(self), to.wrapping_add(4));
            }
            if length & 2 != 0 {
                _mm_storel_epi64(to.cast(), _mm_castps_si128(low));
                (low, to) = (_mm_movehl_ps(low, low), to.wrapping_add(2));
            }
            if length & 1 != 0 {
                _mm_store_ss(to.cast(), low);
            }
        }
    }

    #[inline(always)]
    fn where_positive(self, other: Self) -> Self {
        // SAFETY: a vector is only where its instructions are.
        unsafe { _mm256_and_ps(self, _mm256_cmp_ps::<_CMP_GT_OQ>(other, _mm256_setzero_ps())) }
    }

    #[inline(always)]
    fn interleave(self, other: Self) -> [Self; 2] {
        // SAFETY: a vector is only where its instructions are.
        unsafe {
            let [low, high] = [_mm256_unpacklo_ps(self, other), _mm256_unpackhi_ps(self, other)];
            [_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high)]
        }
    }
}

impl Simd for __m256d {
    type Scalar = f64;
    const LANES: usize = 4;
    const ROWS: [usize; 2] = [8, 6];

    operations! {
        apart apart_256, splat _mm256_set1_pd, load _mm256_loadu_pd, store _mm256_storeu_pd,
        fused _mm256_fmadd_pd, add _mm256_add_pd, max _mm256_max_pd, zero _mm256_setzero_pd
    }

    #[inline(always)]
    fn load_partial(_: Cpu<Self>, from: &[f64]) -> Self {
        assert!(from.len() < Self::LANES, "fewer numbers than lanes");
        let mask = first_64(from.len());
        // SAFETY: whoever has a `Cpu` has the instructions; lanes beyond the slice are masked.
        unsafe { _mm256_maskload_pd(from.as_ptr(), _mm256_loadu_si256(mask.as_ptr().cast())) }
    }

    #[inline(always)]
    fn store_partial(self, to: &mut [MaybeUninit<f64>]) {
        assert!(to.len() < Self::LANES, "fewer places than lanes");
        // By halves: a masked store of AVX is slow on some CPUs.
        // SAFETY: a vector is only where its instructions are; the parts stored are as long together as the slice.
        unsafe {
            let length = to.len();
            let (mut low, mut to) = (_mm256_castpd256_pd128(self), to.as_mut_ptr());
            if length & 2 != 0 {
                _mm_storeu_pd(to.cast(), low);
                (low, to) = (_mm256_extractf128_pd::<1>(self), to.wrapping_add(2));
            }
            if length & 1 != 0 {
                _mm_store_sd(to.cast(), low);
            }
        }
    }

    #[inline(always)]
    fn where_positive(self, other: Self) -> Self {
        // SAFETY: a vector is only where its instructions are.
        unsafe { _mm256_and_pd(self, _mm256_cmp_pd::<_CMP_GT_OQ>(other, _mm256_setzero_pd())) }
    }

    #[inline(always)]
    fn interleave(self, other: Self) -> [Self; 2] {
        // SAFETY: a vector is only where its instructions are.
        unsafe {
            let [low, high] = [_mm256_unpacklo_pd(self, other), _mm256_unpackhi_pd(self, other)];
            [_mm256_permute2f128_pd::<0x20>(low, high), _mm256_permute2f128_pd::<0x31>(low, high)]
        }
    }
}

impl Simd for __m512 {
    type Scalar = f32;
    const LANES: usize = 16;
    const ROWS: [usize; 2] = [16, 8];

    operations! {
        apart apart_512, splat _mm512_set1_ps, load _mm512_loadu_ps, store _mm512_storeu_ps,
        fused _mm512_fmadd_ps, add _mm512_add_ps, max _mm512_max_ps, zero _mm512_setzero_ps
    }

    #[inline(always)]
    fn load_partial(_: Cpu<Self>, from: &[f32]) -> Self {
        assert!(from.len() < Self::LANES, "fewer numbers than lanes");
        // SAFETY: whoever has a `Cpu` has the instructions; lanes beyond the slice are masked.
        unsafe { _mm512_maskz_loadu_ps((1 << from.len()) - 1, from.as_ptr()) }
    }

    #[inline(always)]
    fn store_partial(self, to: &mut [MaybeUninit<f32>]) {
        assert!(to.len() < Self::LANES, "fewer places than lanes");
        // SAFETY: a vector is only where its instructions are; lanes beyond the slice are masked.
        unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr().cast(), (1 << to.len()) - 1, self) }
    }

    #[inline(always)]
    fn where_positive(self, other: Self) -> Self {
        // SAFETY: a vector is only where its instructions are.
        unsafe { _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(other, _mm512_setzero_ps()), self) }
    }

    #[inline(always)]
    fn interleave(self, other: Self) -> [Self; 2] {
        // SAFETY: a vector is only where its instructions are.
        unsafe {
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
            [_mm512_permutex2var_ps(self, low, other), _mm512_permutex2var_ps(self, high, other)]
        }
    }
}

impl Simd for __m512d {
    type Scalar = f64;
    const LANES: usize = 8;
    const ROWS: [usize; 2] = [16, 8];

    operations! {
        apart apart_512, splat _mm512_set1_pd, load _mm512_loadu_pd, store _mm512_storeu_pd,
        fused _mm512_fmadd_pd, add _mm512_add_pd, max _mm512_max_pd, zero _mm512_setzero_pd
    }

    #[inline(always)]
    fn load_partial(_: Cpu<Self>, from: &[f64]) -> Self {
        assert!(from.len() < Self::LANES, "fewer numbers than lanes");
        // SAFETY: whoever has a `Cpu` has the instructions; lanes beyond the slice are masked.
        unsafe { _mm512_maskz_loadu_pd((1 << from.len()) - 1, from.as_ptr()) }
    }

    #[inline(always)]
    fn store_partial(self, to: &mut [MaybeUninit<f64>]) {
        assert!(to.len() < Self::LANES, "fewer places than lanes");
        // SAFETY: a vector is only where its instructions are; lanes beyond the slice are masked.
        unsafe { _mm512_mask_storeu_pd(to.as_mut_ptr().cast(), (1 << to.len()) - 1, self) }
    }

    #[inline(always)]
    fn where_positive(self, other: Self) -> Self {
        // SAFETY: a vector is only where its instructions are.
        unsafe { _mm512_maskz_mov_pd(_mm512_cmp_pd_mask::<_CMP_GT_OQ>(other, _mm512_setzero_pd()), self) }
    }

    #[inline(always)]
    fn interleave(self, other: Self) -> [Self; 2] {
        // SAFETY: a vector is only where its instructions are.
        unsafe {
            let low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
            let high = _mm512_add_epi64(low, _mm512_set1_epi64(4));
            [_mm512_permutex2var_pd(self, low, other), _mm512_permutex2var_pd(self, high, other)]
        }
    }
}
