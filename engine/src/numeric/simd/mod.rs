//! Vectors of numbers, as the matrix product needs them: one trait, one implementation an instruction set.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
mod rows;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) use portable::Lanes;
pub(super) use rows::{Rows, RowsMut};
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
pub(super) use wasm::relaxed::fuses;

use super::level::Available;
#[cfg(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
use super::level::Level;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// The proof that this CPU has the instructions of the vectors `V`. Only [`on_vectors`] gives it out, which knows the level.
#[derive(Clone, Copy)]
pub struct Cpu<V>(PhantomData<V>);

impl<V> Cpu<V> {
    /// Claims the proof.
    ///
    /// # Safety
    /// The CPU must have the instructions of `V`.
    #[inline(always)]
    unsafe fn has() -> Self {
        Cpu(PhantomData)
    }
}

/// Returns the proof for the exact vectors.
#[inline(always)]
pub(super) fn exact<V: Simd>(_: Cpu<V>) -> Cpu<V::Exact> {
    // SAFETY: they have no instructions but those of `V`, as `Simd::Exact` asks.
    unsafe { Cpu::has() }
}

/// What is noted while products are summed, where vectors are exact but for cases that can be told afterwards.
pub trait Watch: Copy {
    /// Whether anything is noted.
    const NOTES: bool;
    /// Notes nothing yet, but whether the operands are [fit](Simd::fit): otherwise nothing is sound.
    fn new(fit: bool) -> Self;
    /// Returns whether all was exact that has been noted.
    fn is_sound(self) -> bool;
}

/// Vectors that are always exact have nothing to note.
impl Watch for () {
    const NOTES: bool = false;

    #[inline(always)]
    fn new(_: bool) {}

    #[inline(always)]
    fn is_sound(self) -> bool {
        true
    }
}

/// A vector of [`Simd::LANES`] numbers held in one register.
///
/// A vector comes from another one, or from a function that asks for a [`Cpu`]: whoever has one may use the
/// instructions, so that no function here is unsafe to call. They are inlined into callers compiled for that
/// instruction set ([`Simd::apart`]), without which they are slow.
pub trait Simd: Copy {
    type Scalar: Copy;
    type Watch: Watch;
    /// Vectors that are exact whatever is noted, by the same instructions; these, if nothing is.
    type Exact: Simd<Scalar = Self::Scalar>;
    const LANES: usize;
    /// The height of a tile of one vector, and of two: such that its sums fill the registers of the CPU, or are as many as it
    /// needs to be busy with, since each height is code of its own.
    const ROWS: [usize; 2];

    /// Returns the number in every lane.
    fn splat(cpu: Cpu<Self>, number: Self::Scalar) -> Self;
    /// Loads the first numbers of a slice, which has enough for all lanes or else panics.
    fn load(cpu: Cpu<Self>, from: &[Self::Scalar]) -> Self;
    /// Stores the lanes in the first places of a slice, which has enough for all or else panics.
    fn store(self, to: &mut [MaybeUninit<Self::Scalar>]);
    /// Loads a slice of fewer numbers than there are lanes; zeros in the others.
    fn load_partial(cpu: Cpu<Self>, from: &[Self::Scalar]) -> Self;
    /// Fills a slice of fewer places than there are lanes with the first lanes.
    fn store_partial(self, to: &mut [MaybeUninit<Self::Scalar>]);
    /// Returns whether a watch tells what is wrong with sums of products of these.
    #[inline(always)]
    fn fit(_a: &[Self::Scalar], _b: &[Self::Scalar]) -> bool {
        true
    }
    /// Returns `self * a + b` in every lane, rounded once: if the watch is [sound](Watch::is_sound) afterwards.
    fn fused(self, a: Self, b: Self, watch: &mut Self::Watch) -> Self;
    /// Returns `self + other` in every lane.
    fn add(self, other: Self) -> Self;
    /// Returns 0 in place of every number below it.
    fn relu(self) -> Self;
    /// Returns 0 in every lane where `other` is not above it.
    fn where_positive(self, other: Self) -> Self;
    /// Returns the lanes of both in turns: the first half of `self[0] other[0] self[1] other[1] ...`, and the second.
    fn interleave(self, other: Self) -> [Self; 2];
    /// Runs `body` in a function of its own, compiled for these vectors: what the compiler prepares for it does
    /// not weigh on what surrounds it.
    fn apart<T>(cpu: Cpu<Self>, body: impl FnOnce() -> T) -> T;
}

/// The vectors of a type of number, one for each [`Level`](super::Level), whose instructions are all that they need.
pub trait Vectors: Sized {
    type Portable: Simd<Scalar = Self>;
    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
    type Relaxed: Simd<Scalar = Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx2: Simd<Scalar = Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx512: Simd<Scalar = Self>;
}

/// Work on slices of numbers by vectors, whatever their width.
pub(super) trait Task<R> {
    /// Does the work with the vectors `V`.
    fn run<V: Simd<Scalar = R>>(&mut self, cpu: Cpu<V>);
}

/// Does something for 0, for 1 and so on, `N` times: without a loop, since where most is compiled to be small, loops are left as they
/// are, and what they go over is kept in memory.
#[inline(always)]
pub(super) fn times<const N: usize>(mut does: impl FnMut(usize)) {
    const { assert!(N <= 16, "more are to be written here") };
    macro_rules! each {
        ($($i:literal)*) => {
            $(if const { $i < N } {
                does($i);
            })*
        };
    }
    each!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
}

/// Has the second cache fetch what is there, on CPUs that can. Nothing is read, so any address will do.
#[inline(always)]
pub(super) fn prefetch<R>(address: *const R) {
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
#[inline(always)]
pub(super) fn on_vectors<R: Vectors>(level: Available, task: &mut impl Task<R>) {
    #[inline(always)]
    fn with<V: Simd>(cpu: Cpu<V>, task: &mut impl Task<V::Scalar>) {
        V::apart(
            cpu,
            #[inline(always)]
            || task.run(cpu),
        );
    }
    match level.level() {
        // SAFETY: the CPU has the level, and these vectors need no more.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => with(unsafe { Cpu::<R::Avx512>::has() }, task),
        // SAFETY: likewise.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => with(unsafe { Cpu::<R::Avx2>::has() }, task),
        // SAFETY: the machine fuses, as has been tried.
        #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
        Level::Relaxed => with(unsafe { Cpu::<R::Relaxed>::has() }, task),
        // SAFETY: every CPU has what these vectors need.
        _ => with(unsafe { Cpu::<R::Portable>::has() }, task),
    }
}

impl Vectors for f32 {
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    type Portable = Lanes<f32, 8>;
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    type Portable = wasm::Doubles;
    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
    type Relaxed = wasm::relaxed::Fused32;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = std::arch::x86_64::__m256;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = std::arch::x86_64::__m512;
}

impl Vectors for f64 {
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    type Portable = Lanes<f64, 4>;
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    type Portable = wasm::Errors;
    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
    type Relaxed = wasm::relaxed::Fused64;
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
    struct Meaning;

    impl<R: Real> Task<R> for Meaning {
        fn run<V: Simd<Scalar = R>>(&mut self, cpu: Cpu<V>) {
            let number = |i: usize| R::from_f64(1.0 + i as f64 / 3.0);
            let from: Vec<R> = (0..V::LANES).map(number).collect();
            let guard = R::from_f64(-7.0);
            let lanes = |vector: V| {
                let mut to = vec![guard; V::LANES];
                RowsMut::new(&mut to, 0, 0, 1, V::LANES).store(0, [vector]);
                to
            };
            for count in 0..V::LANES {
                let mut to = vec![guard; V::LANES];
                if count > 0 {
                    RowsMut::new(&mut to, 0, 0, 1, count).store(0, [V::load(cpu, &from)]);
                }
                assert_eq!(to[..count], from[..count]);
                assert!(to[count..].iter().all(|&x| x == guard), "stored beyond {count}");

                // Exactly `count` numbers are there to be read.
                let few = from[..count].to_vec();
                let to = lanes(V::load_partial(cpu, &few));
                assert_eq!(to[..count], from[..count]);
                assert!(to[count..].iter().all(|&x| x == R::ZERO));
            }
            let (a, b) = (number(5), number(1));
            let mut watch = V::Watch::new(true);
            let to = lanes(V::load(cpu, &from).fused(V::splat(cpu, a), V::splat(cpu, b), &mut watch));
            assert!(watch.is_sound());
            (0..V::LANES).for_each(|i| assert_eq!(to[i], from[i].fused(a, b)));
            let to = lanes(V::load(cpu, &from).add(V::splat(cpu, a)));
            (0..V::LANES).for_each(|i| assert_eq!(to[i], from[i] + a));

            let signs = [-1.0, 1.0, 0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(R::from_f64);
            let signs: Vec<R> = (0..V::LANES).map(|i| signs[i % signs.len()]).collect();
            let to = lanes(V::load(cpu, &signs).relu());
            (0..V::LANES).for_each(|i| assert_eq!(to[i].bytes(), signs[i].max(R::ZERO).bytes()));
            let to = lanes(V::load(cpu, &from).where_positive(V::load(cpu, &signs)));
            (0..V::LANES).for_each(|i| assert_eq!(to[i], if signs[i] > R::ZERO { from[i] } else { R::ZERO }));

            let both: Vec<R> = (0..2 * V::LANES).map(number).collect();
            let halves = V::load(cpu, &both).interleave(V::load(cpu, &both[V::LANES..]));
            let to = halves.map(lanes).concat();
            (0..2 * V::LANES).for_each(|i| assert_eq!(to[i], both[i / 2 + i % 2 * V::LANES]));
        }
    }

    #[test]
    fn every_vector_of_this_cpu_keeps_its_meaning() {
        for level in Available::all() {
            on_vectors::<f32>(level, &mut Meaning);
            on_vectors::<f64>(level, &mut Meaning);
        }
    }

    struct Short;

    impl<R: Real> Task<R> for Short {
        fn run<V: Simd<Scalar = R>>(&mut self, cpu: Cpu<V>) {
            V::load(cpu, &vec![R::ZERO; V::LANES - 1]);
        }
    }

    #[test]
    fn a_vector_that_is_not_all_there_is_refused() {
        for level in Available::all() {
            let load = || on_vectors::<f32>(level, &mut Short);
            assert!(std::panic::catch_unwind(load).is_err(), "{level:?}");
        }
    }
}
