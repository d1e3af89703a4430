//! Lines: curves over epochs or layers, steps.

use std::sync::Arc;

use super::{Around, Description, Ghost, Mark};
use super::{Shape, leaving};
use crate::chart::axis::{Axis, Scale};
use crate::chart::canvas::{Plot, Stroke};
use crate::chart::describe::named;
use crate::chart::figure::Point;
use crate::chart::key::{KeyEntry, Place, Sample};
use crate::chart::reading::{Along, Reading, Spot, Spots};
use crate::chart::scale::Needs;
use crate::chart::table::{Columns, Rows};
use crate::chart::theme::Color;
use crate::chart::ticks::rounded;

/// Solid or broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dash {
    #[default]
    Solid,
    Dashed,
    Dotted,
    /// Long and short by turns.
    Mixed,
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
    /// It begins somewhere and settles: where it ends matters more.
    pub settles: bool,
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
            settles: false,
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

    /// Lets the range of y go by where it ends, should it begin far away.
    pub fn settling(mut self) -> Self {
        self.settles = true;
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
    pub(crate) fn stroke(&self) -> Stroke {
        let (width, opacity) = if self.muted { (1.0, 0.45) } else { (self.width, 1.0) };
        Stroke::new(self.color, width).opacity(opacity).dash(self.dash)
    }

    /// Returns its last point that has a place on any axis.
    pub(crate) fn end(&self) -> Option<Point> {
        let placed = |point: &&Point| point.0.is_finite() && point.1.is_finite();
        self.points.iter().rev().find(placed).copied()
    }
}

impl Line {
    /// `Adam: starts at 2.3, ends at 0.02 (epoch 30), lowest 0.018 (epoch 28).`
    fn course(&self, label: &str, x: &Axis, y: &Axis) -> String {
        let points = &self.points;
        let finite = |point: &Point| point.0.is_finite() && point.1.is_finite();
        let placed: Vec<Point> = points.iter().copied().filter(finite).collect();
        let (Some(first), Some(last)) = (placed.first(), placed.last()) else {
            return format!("{label}: no values.");
        };
        let value = |point: &Point| rounded(point.1, y.format);
        let place = |point: &Point| match &x.scale {
            Scale::Category(_) => named(x, point.0),
            _ => format!("{} {}", x.label, rounded(point.0, x.format)).trim().to_string(),
        };
        if placed.len() == 1 {
            let broken = if self.broken { ", no longer finite from there on" } else { "" };
            return format!("{label}: {} ({}){broken}.", value(first), place(first));
        }
        let lowest = placed.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(last);
        let least = if lowest.1 < last.1 && lowest.1 < first.1 {
            format!(", lowest {} ({})", value(lowest), place(lowest))
        } else {
            String::new()
        };
        let broken = match placed.len() < points.len() {
            _ if self.broken => ", no longer finite from there on",
            true => ", with values missing",
            false => "",
        };
        format!(
            "{label}: starts at {}, ends at {} ({}){least}{broken}.",
            value(first),
            value(last),
            place(last)
        )
    }
}

/// How many of the points of a settling curve are its beginning: a quarter, where there are enough.
pub(super) fn begun(count: usize) -> usize {
    if count < 12 { 0 } else { count / 4 }
}

/// Corners of a step after each point.
fn stepped(points: &[Point]) -> Vec<Point> {
    let corners = points.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    corners.chain(points.last().copied()).collect()
}

impl Mark for Line {
    fn reach(&self, needs: &mut Needs) {
        let early = if self.settles { begun(self.points.len()) } else { 0 };
        for (index, &point) in self.points.iter().enumerate() {
            needs.x.values.push(point.0);
            let values = if index < early { &mut needs.y.early } else { &mut needs.y.values };
            values.push(point.1);
        }
        needs.y.air = true;
        needs.x.air |= self.markers;
    }

    fn draw(&self, plot: &Plot) {
        match self.step {
            true => plot.path(&stepped(&self.points), self.stroke()),
            false => plot.path(&self.points, self.stroke()),
        }
    }

    fn annotate(&self, plot: &Plot, _: &Around) {
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

    fn describe(&self, x: &Axis, y: &Axis) -> Description {
        let sentence = self.label.as_deref().map(|label| self.course(label, x, y));
        Description::new(self.points.iter().copied(), sentence)
    }

    fn key(&self) -> Vec<KeyEntry> {
        let sample = Sample::Line(self.dash, self.markers);
        let place = Place::End { at: self.end(), broken: self.broken };
        self.label.iter().map(|name| KeyEntry::new(name, self.color, sample).place(place)).collect()
    }

    fn columns(&self, x: &Axis, y: &Axis) -> Columns {
        if self.muted && self.label.is_none() {
            return Columns::none();
        }
        Columns::points(Rows::X, self.label.as_deref(), &self.points, x, y)
    }

    fn ghost(&self) -> Ghost {
        let ghost = Line {
            label: None,
            width: 1.0,
            markers: false,
            broken: false,
            dash: Dash::Dashed,
            ..self.clone()
        };
        Ghost::Under(Arc::new(ghost))
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        if self.muted && self.label.is_none() {
            return Vec::new();
        }
        let spots = self.points.iter().map(|&point| Spot::new(point));
        vec![Reading::Spots(Spots::new(self.label.as_deref(), self.color, Along::X, spots))]
    }
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
