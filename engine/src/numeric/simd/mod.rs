//! Vectors of numbers, as the matrix product needs them: one trait, one implementation an instruction set.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use portable::Lanes;

use super::Level;

/// A vector of [`Simd::LANES`] numbers held in one register.
///
/// # Safety
/// Every function needs a CPU with the instructions of the implementation. They are inlined into callers
/// compiled for that instruction set (`#[target_feature]`), without which they are slow.
pub trait Simd: Copy {
    type Scalar: Copy;
    const LANES: usize;
    /// The height of a tile of one vector, and of two, such that its sums fill the registers of the CPU.
    const ROWS: [usize; 2];

    /// The number in every lane.
    unsafe fn splat(number: Self::Scalar) -> Self;
    unsafe fn load(from: *const Self::Scalar) -> Self;
    unsafe fn store(self, to: *mut Self::Scalar);
    /// The first `count` lanes, fewer than all; zeros in the others, whose memory is not touched.
    unsafe fn load_partial(from: *const Self::Scalar, count: usize) -> Self;
    /// The first `count` lanes, fewer than all.
    unsafe fn store_partial(self, to: *mut Self::Scalar, count: usize);
    /// `self * a + b` in every lane, rounded once.
    unsafe fn fused(self, a: Self, b: Self) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    /// 0 in place of every number below it.
    unsafe fn relu(self) -> Self;
    /// 0 in every lane where `other` is not above it.
    unsafe fn where_positive(self, other: Self) -> Self;
    /// The lanes of both in turns: the first half of `self[0] other[0] self[1] other[1] ...`, and the second.
    unsafe fn interleave(self, other: Self) -> [Self; 2];
    /// Runs `body` in a function of its own, compiled for these vectors: what the compiler prepares for it does
    /// not weigh on what surrounds it.
    unsafe fn apart<T>(body: impl FnOnce() -> T) -> T;
}

/// The vectors of a type of number, one for each [`Level`](super::Level).
pub trait Vectors: Sized {
    type Portable: Simd<Scalar = Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx2: Simd<Scalar = Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx512: Simd<Scalar = Self>;
}

/// Work on slices of numbers by vectors, whatever their width.
pub trait Task<R> {
    /// # Safety
    /// The CPU must have the vectors' instructions, and the task its memory.
    unsafe fn run<V: Simd<Scalar = R>>(&self);
}

/// Has the second cache fetch what is there, on CPUs that can. Nothing is read, so any address will do.
#[inline(always)]
pub fn prefetch<R>(address: *const R) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: every x86-64 has the instruction, and it never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(address.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// Runs a task with the vectors of a level.
///
/// # Safety
/// The CPU must have the level, and the task its memory.
#[inline(always)]
pub unsafe fn on_vectors<R: Vectors>(level: Level, task: &impl Task<R>) {
    unsafe {
        match level {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => R::Avx512::apart(
                #[inline(always)]
                || task.run::<R::Avx512>(),
            ),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => R::Avx2::apart(
                #[inline(always)]
                || task.run::<R::Avx2>(),
            ),
            _ => R::Portable::apart(
                #[inline(always)]
                || task.run::<R::Portable>(),
            ),
        }
    }
}

impl Vectors for f32 {
    type Portable = Lanes<f32, 8>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = std::arch::x86_64::__m256;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = std::arch::x86_64::__m512;
}

impl Vectors for f64 {
    type Portable = Lanes<f64, 4>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = std::arch::x86_64::__m256d;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = std::arch::x86_64::__m512d;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Real;

    /// Every function of a vector against the plain meaning of its lanes.
    unsafe fn keeps_its_meaning<V: Simd<Scalar: Real>>() {
        let number = |i: usize| V::Scalar::from_f64(1.0 + i as f64 / 3.0);
        let from: Vec<V::Scalar> = (0..V::LANES).map(number).collect();
        let guard = V::Scalar::from_f64(-7.0);
        for count in 0..V::LANES {
            let mut to = vec![guard; V::LANES];
            unsafe { V::load(from.as_ptr()).store_partial(to.as_mut_ptr(), count) };
            assert_eq!(to[..count], from[..count]);
            assert!(to[count..].iter().all(|&x| x == guard), "stored beyond {count}");

            // Exactly `count` numbers are there to be read.
            let few = from[..count].to_vec();
            unsafe { V::load_partial(few.as_ptr(), count).store(to.as_mut_ptr()) };
            assert_eq!(to[..count], from[..count]);
            assert!(to[count..].iter().all(|&x| x == V::Scalar::ZERO));
        }
        let (a, b) = (number(5), number(1));
        let mut to = vec![guard; V::LANES];
        unsafe { V::load(from.as_ptr()).fused(V::splat(a), V::splat(b)).store(to.as_mut_ptr()) };
        (0..V::LANES).for_each(|i| assert_eq!(to[i], from[i].fused(a, b)));
        unsafe { V::load(from.as_ptr()).add(V::splat(a)).store(to.as_mut_ptr()) };
        (0..V::LANES).for_each(|i| assert_eq!(to[i], from[i] + a));

        let zero = V::Scalar::ZERO;
        let signs =
            [-1.0, 1.0, 0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(V::Scalar::from_f64);
        let signs: Vec<V::Scalar> = (0..V::LANES).map(|i| signs[i % signs.len()]).collect();
        unsafe { V::load(signs.as_ptr()).relu().store(to.as_mut_ptr()) };
        (0..V::LANES).for_each(|i| assert_eq!(to[i].bytes(), signs[i].max(zero).bytes()));
        unsafe { V::load(from.as_ptr()).where_positive(V::load(signs.as_ptr())).store(to.as_mut_ptr()) };
        (0..V::LANES).for_each(|i| assert_eq!(to[i], if signs[i] > zero { from[i] } else { zero }));

        let both: Vec<V::Scalar> = (0..2 * V::LANES).map(number).collect();
        let mut to = vec![guard; 2 * V::LANES];
        let [low, high] = unsafe { V::load(both.as_ptr()).interleave(V::load(both[V::LANES..].as_ptr())) };
        unsafe { low.store(to.as_mut_ptr()) };
        unsafe { high.store(to[V::LANES..].as_mut_ptr()) };
        (0..2 * V::LANES).for_each(|i| assert_eq!(to[i], both[i / 2 + i % 2 * V::LANES]));
    }

    #[test]
    fn every_vector_of_this_cpu_keeps_its_meaning() {
        unsafe {
            keeps_its_meaning::<<f32 as Vectors>::Portable>();
            keeps_its_meaning::<<f64 as Vectors>::Portable>();
        }
        #[cfg(target_arch = "x86_64")]
        if Level::Avx2.available() {
            unsafe {
                keeps_its_meaning::<<f32 as Vectors>::Avx2>();
                keeps_its_meaning::<<f64 as Vectors>::Avx2>();
            }
        }
        #[cfg(target_arch = "x86_64")]
        if Level::Avx512.available() {
            unsafe {
                keeps_its_meaning::<<f32 as Vectors>::Avx512>();
                keeps_its_meaning::<<f64 as Vectors>::Avx512>();
            }
        }
    }
}
