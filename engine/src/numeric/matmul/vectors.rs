//! Several vectors side by side, of which the last may be partial.

use crate::numeric::simd::Simd;

/// `sums + down * across`, each rounded once.
#[inline(always)]
pub unsafe fn add_products<V: Simd, const N: usize>(sums: &mut [V; N], down: V::Scalar, across: [V; N]) {
    let down = unsafe { V::splat(down) };
    for (sum, across) in sums.iter_mut().zip(across) {
        *sum = unsafe { down.fused(across, *sum) };
    }
}

/// `N` vectors that follow each other.
#[inline(always)]
pub unsafe fn load<V: Simd, const N: usize>(from: *const V::Scalar) -> [V; N] {
    std::array::from_fn(|v| unsafe { V::load(from.wrapping_add(v * V::LANES)) })
}

/// `N` vectors of which only the first `width` numbers, more than `N - 1` vectors, are there; zeros behind them.
#[inline(always)]
pub unsafe fn load_some<V: Simd, const N: usize>(from: *const V::Scalar, width: usize) -> [V; N] {
    if width == N * V::LANES {
        return unsafe { load(from) };
    }
    let rest = width - (N - 1) * V::LANES;
    std::array::from_fn(|v| {
        let from = from.wrapping_add(v * V::LANES);
        unsafe { if v + 1 < N { V::load(from) } else { V::load_partial(from, rest) } }
    })
}

/// Stores what [`load_some`] loads.
#[inline(always)]
pub unsafe fn store_some<V: Simd, const N: usize>(vectors: [V; N], to: *mut V::Scalar, width: usize) {
    let rest = width - (N - 1) * V::LANES;
    for (v, vector) in vectors.into_iter().enumerate() {
        let to = to.wrapping_add(v * V::LANES);
        if v + 1 < N || rest == V::LANES {
            unsafe { vector.store(to) };
        } else {
            unsafe { vector.store_partial(to, rest) };
        }
    }
}

/// Copies `depth` rows of the strip to a dense one of whole vectors, zeros behind `width`.
#[inline(always)]
pub unsafe fn copy_strip<V: Simd, const N: usize>(
    (mut from, row): (*const V::Scalar, usize),
    depth: usize,
    width: usize,
    mut to: *mut V::Scalar,
) {
    for _ in 0..depth {
        let vectors: [V; N] = unsafe { load_some(from, width) };
        unsafe { store_some(vectors, to, N * V::LANES) };
        from = from.wrapping_add(row);
        to = to.wrapping_add(N * V::LANES);
    }
}
