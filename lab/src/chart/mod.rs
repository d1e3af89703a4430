//! Charts: a [`Figure`] is plain data; from it come SVG, a description in words, and data tables.
//!
//! Plotters draws, onto a backend of our own (`backend.rs`); scales, ticks and labels are ours. To add a mark:
//! one file in `marks/`, one variant of [`Mark`].

mod axis;
mod backend;
mod canvas;
mod contour;
mod describe;
mod figure;
mod key;
mod labels;
mod layout;
mod marks;
mod naming;
mod panel;
mod scale;
mod svg;
mod table;
mod text;
mod theme;
mod thin;
mod ticks;

pub use axis::{Axis, Format, Scale};
pub use figure::{Figure, Key, Panel, Point};
pub use layout::Layout;
pub use marks::{
    Area, Band, Bar, Bars, Dash, Dots, Estimate, Interval, Levels, Line, Mark, Parallel, Part, Path, Paths,
    Raster, Regions, Rule, Shape, Side, Text, Track,
};
pub use table::DataTable;
pub use theme::{Color, css};
pub use ticks::{number, rounded};

#[cfg(test)]
mod tests;
