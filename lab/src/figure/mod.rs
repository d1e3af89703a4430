//! Figures of an author's own: a block of settings and the rows that experiments left behind, made into a chart.
//!
//! 1. [`Block::read`] reads what an author wrote;
//! 2. rows are laid out (`frame`), and every expression is evaluated in every row (`data`);
//! 3. rows that differ in the seed alone become points (`points`), told apart by a setting that differs (`by`);
//! 4. [`draw`] makes panels, axes and marks of them (`axes`, `series`), and the columns of its file (`table`).
//!
//! The same way is gone before anything has run, over rows without numbers ([`foreseen`]), so that what is wrong with a block
//! is known then.

mod axes;
mod block;
mod by;
mod cell;
mod colors;
mod column;
mod data;
mod decode;
mod draw;
mod foreseen;
mod frame;
mod heat;
mod meaning;
mod notes;
mod points;
mod presets;
pub mod reference;
mod series;
mod table;

pub use block::{Across, Block, KEYS, Labelled, MARKS, Written};
pub use colors::Colors;
pub use data::{Ground, MOST_ROWS, rows};
pub use draw::{Finished, draw};
pub use foreseen::foreseen;
pub use frame::{FileTable, Source};
pub use presets::{PRESETS, Preset, UNSAID, presets};
pub use table::FigureTable;
