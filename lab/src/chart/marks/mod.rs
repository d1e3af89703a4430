//! Marks: what is drawn between the axes, one file each. A mark answers every question that a chart asks of it, so that a
//! new one is a file and nothing else.

mod area;
mod bars;
mod behind;
mod boxes;
mod clipped;
mod dots;
mod frames;
mod interval;
mod leaving;
mod levels;
mod line;
mod parallel;
mod paths;
mod pictures;
mod reference;
mod regions;
mod slope;

pub use area::{Area, Band};
pub(crate) use bars::BAR;
pub use bars::{Bar, Bars, Part};
pub(crate) use behind::Behind;
pub use boxes::{Boxes, Quartiles};
pub use clipped::Clipped;
pub use dots::{Dots, Shape};
pub use frames::{Frame, Frames};
pub use interval::{Estimate, Interval};
pub use levels::Levels;
pub use line::{Dash, Line};
pub use parallel::{Parallel, Track};
pub use paths::{Path, Paths};
pub use pictures::{Picture, Pictures};
pub use reference::{Rule, Text};
pub use regions::{Raster, Regions, Shading};
pub use slope::Slope;

use std::fmt::Debug;
use std::sync::Arc;

use super::axis::Axis;
use super::canvas::Plot;
use super::figure::Point;
use super::key::KeyEntry;
use super::reading::Reading;
use super::scale::Needs;
use super::table::Columns;

/// One layer of a panel: all that a chart asks of it. No method has a default, so that none is forgotten.
pub trait Mark: Debug + Send + Sync {
    /// Tells the panel which values its axes have to hold, and what else it needs.
    fn reach(&self, needs: &mut Needs);

    /// Draws what is cut at the edges of the plot.
    fn draw(&self, plot: &Plot);

    /// Draws what lies over all of that and may reach over an edge: dots, texts.
    fn annotate(&self, plot: &Plot, around: &Around);

    /// Tells a listener what is seen.
    fn describe(&self, x: &Axis, y: &Axis) -> Description;

    /// Returns the names it gives to what it draws, each with where it is to stand.
    fn key(&self) -> Vec<KeyEntry>;

    /// Returns what it adds to the data table of its panel.
    fn columns(&self, x: &Axis, y: &Axis) -> Columns;

    /// Returns what of it stays to be compared with where the marks of another outcome take its place.
    fn ghost(&self) -> Ghost;

    /// Returns what answers when a reader points at it.
    fn readings(&self, x: &Axis, y: &Axis) -> Vec<Reading>;
}

/// What of a mark stays behind the marks of another outcome.
#[derive(Clone, Debug)]
pub enum Ghost {
    /// Nothing: it says nothing of an outcome, or fills its place.
    None,
    /// Something that lies under what is like it: curves, dots and bars.
    Under(Arc<dyn Silhouette>),
    /// Lines of a map, which fills the plot: they lie over the other map.
    OverMap(Arc<dyn Silhouette>),
}

impl Ghost {
    /// Returns what stays.
    pub(crate) fn silhouette(self) -> Option<Arc<dyn Silhouette>> {
        match self {
            Ghost::None => None,
            Ghost::Under(silhouette) | Ghost::OverMap(silhouette) => Some(silhouette),
        }
    }
}

/// A mark without its words and numbers: what can be drawn. Every mark is one.
pub trait Silhouette: Debug + Send + Sync {
    /// Tells the panel which values its axes have to hold.
    fn reach(&self, needs: &mut Needs);

    /// Draws what is cut at the edges of the plot.
    fn draw(&self, plot: &Plot);

    /// Draws what lies over all of that and may reach over an edge.
    fn annotate(&self, plot: &Plot, around: &Around);
}

impl<M: Mark> Silhouette for M {
    fn reach(&self, needs: &mut Needs) {
        Mark::reach(self, needs);
    }

    fn draw(&self, plot: &Plot) {
        Mark::draw(self, plot);
    }

    fn annotate(&self, plot: &Plot, around: &Around) {
        Mark::annotate(self, plot, around);
    }
}

/// What else stands in a panel, for words that must not cover it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Around {
    /// Names of lines stand beside the plot.
    pub named_beside: bool,
    /// Places of all dots, in px.
    pub dots: Vec<Point>,
}

/// A mark in words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// Points that stand for it in the ranges of the axes.
    pub points: Vec<Point>,
    /// Whole sentences.
    pub sentences: Vec<String>,
}

impl Description {
    /// Makes a description of at most one sentence.
    pub fn new(points: impl IntoIterator<Item = Point>, sentence: Option<String>) -> Self {
        Description { points: points.into_iter().collect(), sentences: sentence.into_iter().collect() }
    }
}
