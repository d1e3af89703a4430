//! Vectors of x86-64: 256 bits (AVX2 and FMA) and 512 bits (AVX-512).

use super::Simd;
use std::arch::x86_64::*;

/// The mask of the first `count` of eight lanes, cut out of ones followed by zeros.
#[inline(always)]
unsafe fn first_32(count: usize) -> __m256i {
    static ONES_THEN_ZEROS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    unsafe { _mm256_loadu_si256(ONES_THEN_ZEROS.as_ptr().add(8 - count).cast()) }
}

/// The mask of the first `count` of four lanes.
#[inline(always)]
unsafe fn first_64(count: usize) -> __m256i {
    static ONES_THEN_ZEROS: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];
    unsafe { _mm256_loadu_si256(ONES_THEN_ZEROS.as_ptr().add(4 - count).cast()) }
}

impl Simd for __m256 {
    type Scalar = f32;
    const LANES: usize = 8;
    const ROWS: [usize; 2] = [8, 6];

    #[inline(always)]
    unsafe fn splat(number: f32) -> Self {
        unsafe { _mm256_set1_ps(number) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { _mm256_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm256_storeu_ps(to, self) }
    }

    #[inline(always)]
    unsafe fn load_partial(from: *const f32, count: usize) -> Self {
        unsafe { _mm256_maskload_ps(from, first_32(count)) }
    }

    #[inline(always)]
    unsafe fn store_partial(self, to: *mut f32, count: usize) {
        // By halves: a masked store of AVX is slow on some CPUs.
        unsafe {
            let (mut low, mut to) = (_mm256_castps256_ps128(self), to);
            if count & 4 != 0 {
                _mm_storeu_ps(to, low);
                (low, to) = (_mm256_extractf128_ps::<1>(self), to.wrapping_add(4));
            }
            if count & 2 != 0 {
                _mm_storel_epi64(to.cast(), _mm_castps_si128(low));
                (low, to) = (_mm_movehl_ps(low, low), to.wrapping_add(2));
            }
            if count & 1 != 0 {
                _mm_store_ss(to, low);
            }
        }
    }

    #[inline(always)]
    unsafe fn fused(self, a: Self, b: Self) -> Self {
        unsafe { _mm256_fmadd_ps(self, a, b) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { _mm256_add_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // Of a NaN, and of two zeros, the second operand is taken.
        unsafe { _mm256_max_ps(_mm256_setzero_ps(), self) }
    }

    #[inline(always)]
    unsafe fn where_positive(self, other: Self) -> Self {
        unsafe { _mm256_and_ps(self, _mm256_cmp_ps::<_CMP_GT_OQ>(other, _mm256_setzero_ps())) }
    }

    #[inline(always)]
    unsafe fn interleave(self, other: Self) -> [Self; 2] {
        unsafe {
            let [low, high] = [_mm256_unpacklo_ps(self, other), _mm256_unpackhi_ps(self, other)];
            [_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high)]
        }
    }

    #[inline(never)]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn apart<T>(body: impl FnOnce() -> T) -> T {
        body()
    }
}

impl Simd for __m256d {
    type Scalar = f64;
    const LANES: usize = 4;
    const ROWS: [usize; 2] = [8, 6];

    #[inline(always)]
    unsafe fn splat(number: f64) -> Self {
        unsafe { _mm256_set1_pd(number) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        unsafe { _mm256_loadu_pd(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        unsafe { _mm256_storeu_pd(to, self) }
    }

    #[inline(always)]
    unsafe fn load_partial(from: *const f64, count: usize) -> Self {
        unsafe { _mm256_maskload_pd(from, first_64(count)) }
    }

    #[inline(always)]
    unsafe fn store_partial(self, to: *mut f64, count: usize) {
        unsafe {
            let (mut low, mut to) = (_mm256_castpd256_pd128(self), to);
            if count & 2 != 0 {
                _mm_storeu_pd(to, low);
                (low, to) = (_mm256_extractf128_pd::<1>(self), to.wrapping_add(2));
            }
            if count & 1 != 0 {
                _mm_store_sd(to, low);
            }
        }
    }

    #[inline(always)]
    unsafe fn fused(self, a: Self, b: Self) -> Self {
        unsafe { _mm256_fmadd_pd(self, a, b) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { _mm256_add_pd(self, other) }
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // Of a NaN, and of two zeros, the second operand is taken.
        unsafe { _mm256_max_pd(_mm256_setzero_pd(), self) }
    }

    #[inline(always)]
    unsafe fn where_positive(self, other: Self) -> Self {
        unsafe { _mm256_and_pd(self, _mm256_cmp_pd::<_CMP_GT_OQ>(other, _mm256_setzero_pd())) }
    }

    #[inline(always)]
    unsafe fn interleave(self, other: Self) -> [Self; 2] {
        unsafe {
            let [low, high] = [_mm256_unpacklo_pd(self, other), _mm256_unpackhi_pd(self, other)];
            [_mm256_permute2f128_pd::<0x20>(low, high), _mm256_permute2f128_pd::<0x31>(low, high)]
        }
    }

    #[inline(never)]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn apart<T>(body: impl FnOnce() -> T) -> T {
        body()
    }
}

impl Simd for __m512 {
    type Scalar = f32;
    const LANES: usize = 16;
    const ROWS: [usize; 2] = [16, 12];

    #[inline(always)]
    unsafe fn splat(number: f32) -> Self {
        unsafe { _mm512_set1_ps(number) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm512_storeu_ps(to, self) }
    }

    #[inline(always)]
    unsafe fn load_partial(from: *const f32, count: usize) -> Self {
        unsafe { _mm512_maskz_loadu_ps((1 << count) - 1, from) }
    }

    #[inline(always)]
    unsafe fn store_partial(self, to: *mut f32, count: usize) {
        unsafe { _mm512_mask_storeu_ps(to, (1 << count) - 1, self) }
    }

    #[inline(always)]
    unsafe fn fused(self, a: Self, b: Self) -> Self {
        unsafe { _mm512_fmadd_ps(self, a, b) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { _mm512_add_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // Of a NaN, and of two zeros, the second operand is taken.
        unsafe { _mm512_max_ps(_mm512_setzero_ps(), self) }
    }

    #[inline(always)]
    unsafe fn where_positive(self, other: Self) -> Self {
        unsafe { _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(other, _mm512_setzero_ps()), self) }
    }

    #[inline(always)]
    unsafe fn interleave(self, other: Self) -> [Self; 2] {
        unsafe {
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
            [_mm512_permutex2var_ps(self, low, other), _mm512_permutex2var_ps(self, high, other)]
        }
    }

    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
    unsafe fn apart<T>(body: impl FnOnce() -> T) -> T {
        body()
    }
}

impl Simd for __m512d {
    type Scalar = f64;
    const LANES: usize = 8;
    const ROWS: [usize; 2] = [16, 12];

    #[inline(always)]
    unsafe fn splat(number: f64) -> Self {
        unsafe { _mm512_set1_pd(number) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        unsafe { _mm512_loadu_pd(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        unsafe { _mm512_storeu_pd(to, self) }
    }

    #[inline(always)]
    unsafe fn load_partial(from: *const f64, count: usize) -> Self {
        unsafe { _mm512_maskz_loadu_pd((1 << count) - 1, from) }
    }

    #[inline(always)]
    unsafe fn store_partial(self, to: *mut f64, count: usize) {
        unsafe { _mm512_mask_storeu_pd(to, (1 << count) - 1, self) }
    }

    #[inline(always)]
    unsafe fn fused(self, a: Self, b: Self) -> Self {
        unsafe { _mm512_fmadd_pd(self, a, b) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { _mm512_add_pd(self, other) }
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // Of a NaN, and of two zeros, the second operand is taken.
        unsafe { _mm512_max_pd(_mm512_setzero_pd(), self) }
    }

    #[inline(always)]
    unsafe fn where_positive(self, other: Self) -> Self {
        unsafe { _mm512_maskz_mov_pd(_mm512_cmp_pd_mask::<_CMP_GT_OQ>(other, _mm512_setzero_pd()), self) }
    }

    #[inline(always)]
    unsafe fn interleave(self, other: Self) -> [Self; 2] {
        unsafe {
            let low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
            let high = _mm512_add_epi64(low, _mm512_set1_epi64(4));
            [_mm512_permutex2var_pd(self, low, other), _mm512_permutex2var_pd(self, high, other)]
        }
    }

    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
    unsafe fn apart<T>(body: impl FnOnce() -> T) -> T {
        body()
    }
}
