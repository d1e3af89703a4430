//! What explains the data: reference lines and notes inside the plot.

use super::{Around, Description, Ghost, Mark};
use crate::chart::axis::Axis;
use crate::chart::key::{KeyEntry, Place, Sample};
use crate::chart::reading::Reading;
use crate::chart::table::Columns;
use crate::chart::ticks::rounded;
use plotters::style::text_anchor::{HPos, VPos};

use super::Dash;
use crate::chart::canvas::Side;
use crate::chart::canvas::{Ink, Plot, Rect, Stroke};
use crate::chart::figure::Point;
use crate::chart::layout::SMALL;
use crate::chart::scale::Needs;
use crate::chart::theme::Color;

/// A straight line across the whole plot at one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub at: f64,
    /// At a value of y; otherwise at one of x.
    pub horizontal: bool,
    pub label: Option<String>,
    pub color: Color,
}

impl Rule {
    /// Across, at a value of y.
    pub fn y(at: f64) -> Self {
        Rule { at, horizontal: true, label: None, color: Color::Muted }
    }

    /// Makes an upright line at a value of x.
    pub fn x(at: f64) -> Self {
        Rule { at, horizontal: false, label: None, color: Color::Muted }
    }

    /// Names it beside the line.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets its colour.
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }
}

/// A note at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub at: Point,
    pub text: String,
    pub side: Side,
    pub color: Color,
}

impl Text {
    /// Makes a text at a point.
    pub fn new(at: Point, text: impl Into<String>) -> Self {
        Text { at, text: text.into(), side: Side::Right, color: Color::Ink }
    }

    /// Sets on which side of its point the text stands.
    pub fn side(mut self, side: Side) -> Self {
        self.side = side;
        self
    }

    /// Sets its colour.
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }
}

impl Mark for Rule {
    fn reach(&self, needs: &mut Needs) {
        let axis = if self.horizontal { &mut needs.y } else { &mut needs.x };
        axis.values.push(self.at);
    }

    fn draw(&self, plot: &Plot) {
        let ((left, right), (bottom, top)) = (plot.x.ends(), plot.y.ends());
        let ends = match self.horizontal {
            true => [(left, self.at), (right, self.at)],
            false => [(self.at, bottom), (self.at, top)],
        };
        plot.path(&ends, Stroke::new(self.color, 1.3).dash(Dash::Dashed));
    }

    fn annotate(&self, plot: &Plot, around: &Around) {
        // the name of a level line stands in it only if not beside the plot
        let Some(label) = self.label.as_ref().filter(|_| !(around.named_beside && self.horizontal)) else {
            return;
        };
        let (x, y) = (plot.x.ends().1, plot.y.ends().1);
        let ink = Ink::new(SMALL, self.color).halo();
        match self.horizontal {
            true if plot.y.contains(self.at) => {
                let Some((_, level)) = plot.place((x, self.at)) else { return };
                let (at, h, v) = level_place(plot.frame, level, SMALL.width(label), &around.dots);
                plot.canvas.text(at, label, ink.h(h).v(v));
            }
            false if plot.x.contains(self.at) => {
                let Some((place, _)) = plot.place((self.at, y)) else { return };
                let half = SMALL.width(label) / 2.0;
                let place = place.min(plot.frame.right() - half).max(plot.frame.left + half);
                plot.canvas.text((place, plot.frame.top - 3.0), label, ink.h(HPos::Center).v(VPos::Bottom));
            }
            _ => {}
        }
    }

    fn describe(&self, x: &Axis, y: &Axis) -> Description {
        let axis = if self.horizontal { y } else { x };
        let sentence = |label| format!("A line marks {label} at {}.", rounded(self.at, axis.format));
        Description::new([], self.label.as_deref().map(sentence))
    }

    fn key(&self) -> Vec<KeyEntry> {
        let place = if self.horizontal { Place::Level(self.at) } else { Place::Above };
        self.label.iter().map(|name| KeyEntry::new(name, self.color, Sample::Rule).place(place)).collect()
    }

    fn columns(&self, _: &Axis, _: &Axis) -> Columns {
        Columns::none()
    }

    fn ghost(&self) -> Ghost {
        Ghost::None
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        Vec::new()
    }
}

/// Where on a level line its name stands: over its right end, or at the first of the other places that no dot is in.
fn level_place(frame: Rect, level: f64, width: f64, dots: &[Point]) -> (Point, HPos, VPos) {
    /// Room on either side of the line for a name, and around a dot.
    const ROOM: f64 = 16.0;
    const DOT: f64 = 5.0;
    let (over, under) = (level - frame.top > ROOM, frame.bottom() - level > ROOM);
    let rows: &[bool] = match (over, under) {
        (true, true) => &[true, false],
        (true, false) => &[true],
        (false, _) => &[false],
    };
    let places = rows.iter().flat_map(|&over| [(true, over), (false, over)]);
    let free = |&(right, over): &(bool, bool)| {
        let left = if right { frame.right() - 4.0 - width } else { frame.left + 4.0 };
        let top = if over { level - ROOM } else { level };
        let inside = |&(x, y): &Point| {
            (left - DOT..=left + width + DOT).contains(&x) && (top - DOT..=top + ROOM + DOT).contains(&y)
        };
        !dots.iter().any(inside)
    };
    let (right, over) = places.clone().find(free).unwrap_or((true, over));
    let (x, h) = if right { (frame.right() - 4.0, HPos::Right) } else { (frame.left + 4.0, HPos::Left) };
    let (y, v) = if over { (level - 3.0, VPos::Bottom) } else { (level + 3.0, VPos::Top) };
    ((x, y), h, v)
}

impl Mark for Text {
    fn reach(&self, needs: &mut Needs) {
        needs.hold(self.at);
    }

    fn draw(&self, _: &Plot) {}

    fn annotate(&self, plot: &Plot, _: &Around) {
        plot.text(self.at, &self.text, self.side, self.color);
    }

    fn describe(&self, _: &Axis, _: &Axis) -> Description {
        Description::new([], Some(format!("{}.", self.text)))
    }

    fn key(&self) -> Vec<KeyEntry> {
        Vec::new()
    }

    fn columns(&self, _: &Axis, _: &Axis) -> Columns {
        Columns::none()
    }

    fn ghost(&self) -> Ghost {
        Ghost::None
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, width: 100.0, height: 100.0 };

    fn place(level: f64, dots: &[Point]) -> Point {
        level_place(FRAME, level, 30.0, dots).0
    }

    #[test]
    fn the_name_of_a_level_line_keeps_clear_of_dots() {
        assert_eq!(place(50.0, &[]), (96.0, 47.0));
        assert_eq!(place(50.0, &[(80.0, 42.0)]), (4.0, 47.0), "at the other end");
        assert_eq!(place(50.0, &[(80.0, 42.0), (20.0, 42.0)]), (96.0, 53.0), "below");
        let everywhere = [(80.0, 50.0), (20.0, 50.0)];
        assert_eq!(place(50.0, &everywhere), (96.0, 47.0), "nowhere: as if there were none");
    }

    #[test]
    fn a_line_at_an_edge_has_its_name_inside() {
        assert_eq!(place(2.0, &[]), (96.0, 5.0));
        assert_eq!(place(98.0, &[(80.0, 90.0)]), (4.0, 95.0));
    }
}
