//! Vectors as plain arrays, for any CPU: on Arm the compiler turns them into NEON instructions, elsewhere
//! their fused multiply-add is emulated.

use super::Simd;
use crate::numeric::Real;
use crate::numeric::fused::HARDWARE;

/// `N` numbers.
#[derive(Clone, Copy)]
pub struct Lanes<R, const N: usize>([R; N]);

impl<R: Real, const N: usize> Simd for Lanes<R, N> {
    type Scalar = R;
    const LANES: usize = N;
    // Emulation takes registers of its own and gains nothing from a tall tile.
    const ROWS: [usize; 2] = if HARDWARE { [8, 6] } else { [1, 1] };

    #[inline(always)]
    unsafe fn splat(number: R) -> Self {
        Lanes([number; N])
    }

    #[inline(always)]
    unsafe fn load(from: *const R) -> Self {
        Lanes(unsafe { from.cast::<[R; N]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut R) {
        unsafe { to.cast::<[R; N]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn load_partial(from: *const R, count: usize) -> Self {
        let mut lanes = [R::ZERO; N];
        unsafe { std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count) };
        Lanes(lanes)
    }

    #[inline(always)]
    unsafe fn store_partial(self, to: *mut R, count: usize) {
        unsafe { std::ptr::copy_nonoverlapping(self.0.as_ptr(), to, count) }
    }

    #[inline(always)]
    unsafe fn fused(self, a: Self, b: Self) -> Self {
        let mut result = self;
        for i in 0..N {
            result.0[i] = self.0[i].fused(a.0[i], b.0[i]);
        }
        result
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        let mut result = self;
        for i in 0..N {
            result.0[i] += other.0[i];
        }
        result
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        Lanes(self.0.map(|x| x.max(R::ZERO)))
    }

    #[inline(always)]
    unsafe fn where_positive(self, other: Self) -> Self {
        let mut result = self;
        for i in 0..N {
            result.0[i] = if other.0[i] > R::ZERO { self.0[i] } else { R::ZERO };
        }
        result
    }

    #[inline(always)]
    unsafe fn interleave(self, other: Self) -> [Self; 2] {
        let lane = |i: usize| if i.is_multiple_of(2) { self.0[i / 2] } else { other.0[i / 2] };
        [Lanes(std::array::from_fn(lane)), Lanes(std::array::from_fn(|i| lane(N + i)))]
    }

    #[inline(never)]
    unsafe fn apart<T>(body: impl FnOnce() -> T) -> T {
        body()
    }
}
