//! What explains the data: reference lines and notes inside the plot.

use plotters::style::text_anchor::{HPos, VPos};

use super::Dash;
use crate::chart::canvas::{Ink, Plot, Rect, Stroke};
use crate::chart::figure::Point;
use crate::chart::layout::SMALL;
use crate::chart::scale::Reach;
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

/// Where a text stands, seen from its point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Right,
    Left,
    Above,
    Below,
    Centre,
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

impl Rule {
    pub(crate) fn reach(&self, x: &mut Reach, y: &mut Reach) {
        if self.horizontal { y.values.push(self.at) } else { x.values.push(self.at) }
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let ((left, right), (bottom, top)) = (plot.x.ends(), plot.y.ends());
        let ends = match self.horizontal {
            true => [(left, self.at), (right, self.at)],
            false => [(self.at, bottom), (self.at, top)],
        };
        plot.path(&ends, Stroke::new(self.color, 1.3).dash(Dash::Dashed));
    }

    /// The name: above an upright line; on a level one only if it is not written beside the plot, and clear of dots
    /// where it can be.
    pub(crate) fn annotate(&self, plot: &Plot, named_beside: bool, dots: &[Point]) {
        let Some(label) = self.label.as_ref().filter(|_| !(named_beside && self.horizontal)) else { return };
        let (x, y) = (plot.x.ends().1, plot.y.ends().1);
        let ink = Ink::new(SMALL, self.color).halo();
        match self.horizontal {
            true if plot.y.contains(self.at) => {
                let Some((_, level)) = plot.place((x, self.at)) else { return };
                let (at, h, v) = level_place(plot.frame, level, SMALL.width(label), dots);
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

impl Text {
    pub(crate) fn reach(&self, x: &mut Reach, y: &mut Reach) {
        x.values.push(self.at.0);
        y.values.push(self.at.1);
    }

    pub(crate) fn annotate(&self, plot: &Plot) {
        let Some((x, y)) = plot.place(self.at).filter(|_| plot.contains(self.at)) else { return };
        let (shift, h, v) = match self.side {
            Side::Right => ((7.0, 0.0), HPos::Left, VPos::Center),
            Side::Left => ((-7.0, 0.0), HPos::Right, VPos::Center),
            Side::Above => ((0.0, -6.0), HPos::Center, VPos::Bottom),
            Side::Below => ((0.0, 6.0), HPos::Center, VPos::Top),
            Side::Centre => ((0.0, 0.0), HPos::Center, VPos::Center),
        };
        plot.canvas.text(
            (x + shift.0, y + shift.1),
            &self.text,
            Ink::new(SMALL, self.color).h(h).v(v).halo(),
        );
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
