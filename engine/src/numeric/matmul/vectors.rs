//! Several vectors side by side, of which the last may be partial.

use crate::numeric::simd::{Cpu, Rows, RowsMut, Simd, times};

/// Adds `down * across` to the sums, each rounded once as far as the watch is sound.
#[inline(always)]
pub(super) fn add_products<V: Simd, const N: usize>(
    cpu: Cpu<V>,
    sums: &mut [V; N],
    down: V::Scalar,
    across: [V; N],
    watch: &mut V::Watch,
) {
    let down = V::splat(cpu, down);
    times::<N>(
        #[inline(always)]
        |v| sums[v] = down.fused(across[v], sums[v], watch),
    );
}

/// Copies `depth` rows to a strip of whole vectors, zeros behind their width.
#[inline(always)]
pub(super) fn copy_strip<V: Simd, const N: usize>(
    cpu: Cpu<V>,
    from: Rows<V::Scalar>,
    depth: usize,
    to: &mut RowsMut<V::Scalar>,
) {
    for l in 0..depth {
        to.store::<V, N>(l, from.load(cpu, l));
    }
}
