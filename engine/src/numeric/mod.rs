//! The ground floor: arithmetic, random streams. Everything here gives the same bits on every machine.
//!
//! Three rules make it so, and whoever adds to this module keeps them:
//!
//! - only IEEE 754 `+ - * /`, `sqrt` and fused multiply-add, all of which round correctly everywhere;
//!   other functions (`exp`, `tanh`, ...) are composed of these here, never taken from `std`;
//! - an order fixed by the source: a cell of a matrix product is one chain over k ascending, a sum has
//!   a fixed number of lanes combined in a fixed tree; neither depends on the width of the CPU's vectors;
//! - no threads of its own, no files, clocks, addresses or hash maps.
//!
//! The one thing that may differ between machines is the sign and payload of a NaN; [`Real::bytes`],
//! made for digests, writes every NaN alike.

mod average;
mod chacha;
mod eigenvalues;
mod elementary;
mod elementwise;
mod fused;
mod least_squares;
mod level;
mod matmul;
mod real;
mod reduce;
mod simd;
mod stream;
mod task_cell;
mod transpose;
mod workers;

pub use average::{WeightedAverage, mean, smooth};
pub use eigenvalues::{random_symmetric, symmetric_eigenvalues};
pub use elementwise::{exp, ln, map, sigmoid, tanh};
pub use least_squares::least_squares;
pub use level::{Level, LevelError, force, level, vectorized};
pub use matmul::{Finish, Strided, matmul, matmul_by};
pub use real::Real;
pub use reduce::{argmax, column_sums, dot, max, sum, sum_of_squares};
pub use stream::{Stream, Streams};
pub use task_cell::TaskCell;
pub use transpose::transpose;
pub use workers::{Alone, Workers};
