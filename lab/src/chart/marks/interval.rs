//! Estimates with how sure they are: a dot and its range.

use super::Shape;
use crate::chart::canvas::{Plot, Stroke};
use crate::chart::figure::Point;
use crate::chart::scale::Reach;
use crate::chart::theme::Color;

/// A middle value between a lower and an upper one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Position on the other axis.
    pub at: f64,
    pub low: f64,
    pub middle: f64,
    pub high: f64,
}

/// Dots with a line over their range.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    pub estimates: Vec<Estimate>,
    pub color: Color,
    /// Values run along x.
    pub horizontal: bool,
    /// Join the middles with a thin line: where the other axis is a quantity.
    pub joined: bool,
    /// Name of the series, in the key.
    pub label: Option<String>,
}

impl Interval {
    /// Makes an interval for each estimate.
    pub fn new(estimates: impl IntoIterator<Item = Estimate>, color: Color) -> Self {
        Interval {
            estimates: estimates.into_iter().collect(),
            color,
            horizontal: false,
            joined: false,
            label: None,
        }
    }

    /// Lays the intervals along x.
    pub fn horizontal(mut self) -> Self {
        self.horizontal = true;
        self
    }

    /// Joins their middles by a line.
    pub fn joined(mut self) -> Self {
        self.joined = true;
        self
    }

    /// Names them in the key.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

impl Interval {
    /// A position and a value as a point of the plot.
    fn point(&self, at: f64, value: f64) -> Point {
        if self.horizontal { (value, at) } else { (at, value) }
    }

    /// Returns where the middles lie.
    pub(crate) fn middles(&self) -> Vec<Point> {
        self.estimates.iter().map(|estimate| self.point(estimate.at, estimate.middle)).collect()
    }

    pub(crate) fn reach(&self, x: &mut Reach, y: &mut Reach) {
        for estimate in &self.estimates {
            for value in [estimate.low, estimate.middle, estimate.high] {
                let (at_x, at_y) = self.point(estimate.at, value);
                x.values.push(at_x);
                y.values.push(at_y);
            }
        }
        x.air = true;
        y.air = true;
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        if self.joined {
            plot.path(&self.middles(), Stroke::new(self.color, 1.5).opacity(0.6));
        }
        for estimate in &self.estimates {
            let ends = [self.point(estimate.at, estimate.low), self.point(estimate.at, estimate.high)];
            plot.path(&ends, Stroke::new(self.color, 2.2));
        }
    }

    pub(crate) fn annotate(&self, plot: &Plot) {
        plot.canvas.group("class=\"rim\"", || {
            for middle in self.middles() {
                plot.dot(middle, 4.8, Shape::Circle, false, self.color);
            }
        });
    }
}
