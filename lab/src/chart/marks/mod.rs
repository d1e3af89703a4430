//! Marks: what is drawn between the axes, one file each.

mod area;
mod bars;
mod dots;
mod interval;
mod leaving;
mod levels;
mod line;
mod parallel;
mod paths;
mod reference;
mod regions;

pub use area::{Area, Band};
pub(crate) use bars::BAR;
pub use bars::{Bar, Bars, Part};
pub use dots::{Dots, Shape};
pub use interval::{Estimate, Interval};
pub use levels::Levels;
pub use line::{Dash, Line};
pub use parallel::{Parallel, Track};
pub use paths::{Path, Paths};
pub use reference::{Rule, Side, Text};
pub use regions::{Raster, Regions};

use super::canvas::Plot;
use super::figure::Point;
use super::scale::Reach;

/// One layer of a panel. Each struct turns into it with `into()`, so `panel.mark(Line::new(...))` reads well.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    Line(Line),
    Band(Band),
    Area(Area),
    Dots(Dots),
    Bars(Bars),
    Interval(Interval),
    Rule(Rule),
    Text(Text),
    Regions(Regions),
    Raster(Raster),
    Levels(Levels),
    Paths(Paths),
    /// Stands alone in its panel, whose own axes are not drawn.
    Parallel(Parallel),
}

impl Mark {
    /// Tell the axes which values they have to hold.
    pub(crate) fn reach(&self, x: &mut Reach, y: &mut Reach) {
        match self {
            Mark::Line(mark) => mark.reach(x, y),
            Mark::Band(mark) => mark.reach(x, y),
            Mark::Area(mark) => mark.reach(x, y),
            Mark::Dots(mark) => mark.reach(x, y),
            Mark::Bars(mark) => mark.reach(x, y),
            Mark::Interval(mark) => mark.reach(x, y),
            Mark::Rule(mark) => mark.reach(x, y),
            Mark::Text(mark) => mark.reach(x, y),
            Mark::Regions(mark) => mark.reach(x, y),
            Mark::Raster(mark) => mark.reach(x, y),
            Mark::Levels(mark) => mark.reach(x, y),
            // A path that leaves the map does not stretch it.
            Mark::Paths(_) | Mark::Parallel(_) => {}
        }
    }

    /// Draw what is cut at the edges of the plot.
    pub(crate) fn draw(&self, plot: &Plot) {
        match self {
            Mark::Line(mark) => mark.draw(plot),
            Mark::Band(mark) => mark.draw(plot),
            Mark::Area(mark) => mark.draw(plot),
            Mark::Bars(mark) => mark.draw(plot),
            Mark::Interval(mark) => mark.draw(plot),
            Mark::Rule(mark) => mark.draw(plot),
            Mark::Regions(mark) => mark.draw(plot),
            Mark::Raster(mark) => mark.draw(plot),
            Mark::Levels(mark) => mark.draw(plot),
            Mark::Paths(mark) => mark.draw(plot),
            Mark::Dots(_) | Mark::Text(_) | Mark::Parallel(_) => {}
        }
    }

    /// Draw what lies over all of that and may reach over an edge: dots, texts.
    /// Lines have their names beside the plot if `named_beside`; `dots` are the places of all dots on the page.
    pub(crate) fn annotate(&self, plot: &Plot, named_beside: bool, dots: &[Point]) {
        match self {
            Mark::Line(mark) => mark.annotate(plot),
            Mark::Dots(mark) => mark.annotate(plot),
            Mark::Bars(mark) => mark.annotate(plot),
            Mark::Interval(mark) => mark.annotate(plot),
            Mark::Rule(mark) => mark.annotate(plot, named_beside, dots),
            Mark::Text(mark) => mark.annotate(plot),
            Mark::Raster(mark) => mark.annotate(plot),
            Mark::Paths(mark) => mark.annotate(plot),
            Mark::Band(_) | Mark::Area(_) | Mark::Regions(_) | Mark::Levels(_) | Mark::Parallel(_) => {}
        }
    }
}

macro_rules! into_mark {
    ($($name:ident),*) => {$(
        impl From<$name> for Mark {
            fn from(mark: $name) -> Self {
                Mark::$name(mark)
            }
        }
    )*};
}

into_mark!(Line, Band, Area, Dots, Bars, Interval, Rule, Text, Regions, Raster, Levels, Paths, Parallel);
