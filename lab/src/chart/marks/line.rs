//! Lines: curves over epochs or layers, steps.

use super::{Shape, leaving};
use crate::chart::canvas::{Plot, Stroke};
use crate::chart::figure::Point;
use crate::chart::scale::Reach;
use crate::chart::theme::Color;

/// Solid or broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dash {
    #[default]
    Solid,
    Dashed,
    Dotted,
}

/// A curve through points in their order; a value that is not finite breaks it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub points: Vec<Point>,
    pub color: Color,
    /// Name of the series, written at the line's end or in the key.
    pub label: Option<String>,
    pub dash: Dash,
    /// In px; 2 by default.
    pub width: f64,
    /// Thin and faint: one of many behind the one that matters.
    pub muted: bool,
    /// Holds its value until the next point (a running best).
    pub step: bool,
    /// A dot at each point: where points are few (layers, settings).
    pub markers: bool,
    /// Its last point is marked: beyond it, what was measured is no longer finite.
    pub broken: bool,
}

impl Line {
    /// Makes a line through points.
    pub fn new(points: impl IntoIterator<Item = Point>, color: Color) -> Self {
        Line {
            points: points.into_iter().collect(),
            color,
            label: None,
            dash: Dash::Solid,
            width: 2.0,
            muted: false,
            step: false,
            markers: false,
            broken: false,
        }
    }

    /// Makes a line through one value an epoch, from epoch 0.
    pub fn series(values: &[f64], color: Color) -> Self {
        Line::new(values.iter().enumerate().map(|(epoch, &value)| (epoch as f64, value)), color)
    }

    /// Names it in the key.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets how it is dashed.
    pub fn dash(mut self, dash: Dash) -> Self {
        self.dash = dash;
        self
    }

    /// Dashes it.
    pub fn dashed(self) -> Self {
        self.dash(Dash::Dashed)
    }

    /// Sets its width in px.
    pub fn width(mut self, width: f64) -> Self {
        self.width = width;
        self
    }

    /// Draws it so that others stand out.
    pub fn muted(mut self) -> Self {
        self.muted = true;
        self
    }

    /// Draws steps from value to value.
    pub fn step(mut self) -> Self {
        self.step = true;
        self
    }

    /// Marks its last point as the end of what is finite.
    pub fn broken(mut self) -> Self {
        self.broken = true;
        self
    }

    /// Marks each of its points.
    pub fn markers(mut self) -> Self {
        self.markers = true;
        self
    }
}

impl Line {
    pub(crate) fn reach(&self, x: &mut Reach, y: &mut Reach) {
        x.values.extend(self.points.iter().map(|point| point.0));
        y.values.extend(self.points.iter().map(|point| point.1));
        y.air = true;
        x.air |= self.markers;
    }

    pub(crate) fn stroke(&self) -> Stroke {
        let (width, opacity) = if self.muted { (1.0, 0.45) } else { (self.width, 1.0) };
        Stroke::new(self.color, width).opacity(opacity).dash(self.dash)
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        match self.step {
            true => plot.path(&stepped(&self.points), self.stroke()),
            false => plot.path(&self.points, self.stroke()),
        }
    }

    /// Returns its last point that has a place on any axis.
    pub(crate) fn end(&self) -> Option<Point> {
        let placed = |point: &&Point| point.0.is_finite() && point.1.is_finite();
        self.points.iter().rev().find(placed).copied()
    }

    pub(crate) fn annotate(&self, plot: &Plot) {
        match self.step {
            true => leaving::mark(plot, &stepped(&self.points), self.color),
            false => leaving::mark(plot, &self.points, self.color),
        }
        if let Some(end) = self.end().filter(|_| self.broken) {
            plot.dot(end, 5.0, Shape::Cross, false, self.color);
        }
        for &point in self.points.iter().filter(|_| self.markers) {
            plot.dot(point, self.width + 1.3, Shape::Circle, false, self.color);
        }
    }
}

/// Corners of a step after each point.
fn stepped(points: &[Point]) -> Vec<Point> {
    let corners = points.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    corners.chain(points.last().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_hold_their_value() {
        assert_eq!(stepped(&[(0.0, 3.0), (2.0, 1.0)]), [(0.0, 3.0), (2.0, 3.0), (2.0, 1.0)]);
        assert!(stepped(&[]).is_empty());
    }
}
