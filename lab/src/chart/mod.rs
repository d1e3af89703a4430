//! Charts: a [`Figure`] is plain data; from it come SVG, a description in words, and data tables.
//!
//! Plotters draws, onto a backend of our own (`backend.rs`); scales, ticks and labels are ours. To add a mark: one file
//! with an `impl` of [`Mark`], here or anywhere else.

mod axis;
mod backend;
mod canvas;
mod contour;
mod dates;
mod describe;
mod figure;
mod key;
mod labels;
mod layers;
mod layout;
mod marks;
mod naming;
mod palette;
mod panel;
mod reading;
mod scale;
mod svg;
mod table;
mod text;
mod theme;
mod thin;
mod ticks;

pub use axis::{Axis, Format, Scale};
pub use canvas::{Plot, Rect, Side, Stroke};
pub use dates::{date, day};
pub use figure::{Figure, Key, Panel, Point};
pub use key::{KeyEntry, Place, Sample};
pub use layout::Layout;
pub use marks::{
    Area, Around, Band, Bar, Bars, Boxes, Clipped, Dash, Description, Dots, Estimate, Frame, Frames, Ghost,
    Interval, Levels, Line, Mark, Parallel, Part, Path, Paths, Picture, Pictures, Quartiles, Raster, Regions,
    Rule, Shading, Shape, Silhouette, Slope, Text, Track,
};
pub use palette::Palette;
pub use reading::{Along, Reading, Spot, Spots};
pub use scale::{Curve, Domain, Needs, Reach, Row, Zero};
pub use table::{Column, Columns, DataTable, Rows};
pub use theme::{Color, Paint, css, css_within};
pub use ticks::{number, power, prefixed, rounded};

#[cfg(test)]
mod tests;
