//! Vectors as plain arrays, for any CPU: on Arm the compiler turns them into NEON instructions, elsewhere
//! their fused multiply-add is emulated.

use super::{Cpu, Simd};
use crate::numeric::Real;
use crate::numeric::fused::HARDWARE;
use std::mem::MaybeUninit;

/// `N` numbers.
#[derive(Clone, Copy)]
pub struct Lanes<R, const N: usize>([R; N]);

impl<R: Real, const N: usize> Simd for Lanes<R, N> {
    type Scalar = R;
    type Watch = ();
    type Exact = Self;
    const LANES: usize = N;
    // Emulation takes registers of its own and gains nothing from a tall tile.
    const ROWS: [usize; 2] = if HARDWARE { [8, 6] } else { [1, 1] };

    #[inline(always)]
    fn splat(_: Cpu<Self>, number: R) -> Self {
        Lanes([number; N])
    }

    #[inline(always)]
    fn load(_: Cpu<Self>, from: &[R]) -> Self {
        Lanes(*from.first_chunk().expect("a number for each lane"))
    }

    #[inline(always)]
    fn store(self, to: &mut [MaybeUninit<R>]) {
        *to.first_chunk_mut().expect("a place for each lane") = self.0.map(MaybeUninit::new);
    }

    #[inline(always)]
    fn load_partial(_: Cpu<Self>, from: &[R]) -> Self {
        let mut lanes = [R::ZERO; N];
        lanes[..from.len()].copy_from_slice(from);
        Lanes(lanes)
    }

    #[inline(always)]
    fn store_partial(self, to: &mut [MaybeUninit<R>]) {
        to.copy_from_slice(&self.0.map(MaybeUninit::new)[..to.len()]);
    }

    #[inline(always)]
    fn fused(self, a: Self, b: Self, (): &mut ()) -> Self {
        let mut result = self;
        for i in 0..N {
            result.0[i] = self.0[i].fused(a.0[i], b.0[i]);
        }
        result
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let mut result = self;
        for i in 0..N {
            result.0[i] += other.0[i];
        }
        result
    }

    #[inline(always)]
    fn relu(self) -> Self {
        Lanes(self.0.map(|x| x.max(R::ZERO)))
    }

    #[inline(always)]
    fn where_positive(self, other: Self) -> Self {
        let mut result = self;
        for i in 0..N {
            result.0[i] = if other.0[i] > R::ZERO { self.0[i] } else { R::ZERO };
        }
        result
    }

    #[inline(always)]
    fn interleave(self, other: Self) -> [Self; 2] {
        let lane = |i: usize| if i.is_multiple_of(2) { self.0[i / 2] } else { other.0[i / 2] };
        [Lanes(std::array::from_fn(lane)), Lanes(std::array::from_fn(|i| lane(N + i)))]
    }

    #[inline(never)]
    fn apart<T>(_: Cpu<Self>, body: impl FnOnce() -> T) -> T {
        body()
    }
}
