//! Estimates with how sure they are: a dot and its range.

use std::sync::Arc;

use super::Shape;
use super::{Around, Description, Ghost, Mark};
use crate::chart::axis::Axis;
use crate::chart::canvas::{Plot, Stroke};
use crate::chart::describe::{MOST, heading, named};
use crate::chart::figure::Point;
use crate::chart::key::{KeyEntry, Sample};
use crate::chart::reading::{Along, Reading, Spot, Spots};
use crate::chart::scale::Needs;
use crate::chart::table::{Column, Columns, Rows};
use crate::chart::theme::Color;
use crate::chart::thin::column;
use crate::chart::ticks::rounded;
use crate::collections::BTreeMap;

/// A middle value between a lower and an upper one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Position on the other axis.
    pub at: f64,
    pub low: f64,
    pub middle: f64,
    pub high: f64,
}

/// The most estimates that are drawn each for itself; more than a page has px in a row.
const FEW: usize = 2000;

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

    /// Returns the estimates as they can be told apart: of very many, those within one column of px together.
    fn seen(&self, plot: &Plot) -> Vec<Vec<Estimate>> {
        if self.estimates.len() <= FEW {
            return self.estimates.iter().map(|&estimate| vec![estimate]).collect();
        }
        let mut columns: BTreeMap<i64, Vec<Estimate>> = BTreeMap::new();
        for &estimate in &self.estimates {
            if let Some((x, y)) = plot.place(self.point(estimate.at, estimate.middle)) {
                columns.entry(column(if self.horizontal { y } else { x })).or_default().push(estimate);
            }
        }
        columns.into_values().collect()
    }
}

/// Returns the lowest and the highest of some values; of one that is no number itself.
fn reach(mut values: impl Iterator<Item = f64>) -> (f64, f64) {
    let first = values.next().unwrap_or(f64::NAN);
    values.fold((first, first), |(low, high), value| (low.min(value), high.max(value)))
}

impl Mark for Interval {
    fn reach(&self, needs: &mut Needs) {
        for estimate in &self.estimates {
            for value in [estimate.low, estimate.middle, estimate.high] {
                needs.hold(self.point(estimate.at, value));
            }
        }
        needs.x.air = true;
        needs.y.air = true;
        needs.row.beside(26.0, 8.0);
    }

    fn draw(&self, plot: &Plot) {
        if self.joined {
            plot.path(&self.middles(), Stroke::new(self.color, 1.5).opacity(0.6));
        }
        for together in self.seen(plot) {
            let (low, _) = reach(together.iter().map(|estimate| estimate.low));
            let (_, high) = reach(together.iter().map(|estimate| estimate.high));
            let ends = [low, high].map(|value| self.point(together[0].at, value));
            plot.path(&ends, Stroke::new(self.color, 2.2));
        }
    }

    fn annotate(&self, plot: &Plot, _: &Around) {
        plot.canvas.group("class=\"rim\"", || {
            for together in self.seen(plot) {
                let (lowest, highest) = reach(together.iter().map(|estimate| estimate.middle));
                for middle in [lowest, highest].into_iter().take(together.len()) {
                    plot.dot(self.point(together[0].at, middle), 4.8, Shape::Circle, false, self.color);
                }
            }
        });
    }

    fn describe(&self, x: &Axis, y: &Axis) -> Description {
        let (value, at) = if self.horizontal { (x, y) } else { (y, x) };
        let shown = self.estimates.iter().take(MOST).map(|estimate| {
            let [low, middle, high] =
                [estimate.low, estimate.middle, estimate.high].map(|v| rounded(v, value.format));
            format!("{} {middle} ({low} to {high})", named(at, estimate.at))
        });
        let shown: Vec<String> = shown.collect();
        let sentence = format!("{}{}.", heading(self.label.as_deref()), shown.join(", "));
        Description::new(self.middles(), Some(sentence))
    }

    fn key(&self) -> Vec<KeyEntry> {
        self.label.iter().map(|name| KeyEntry::new(name, self.color, Sample::Interval)).collect()
    }

    fn columns(&self, x: &Axis, y: &Axis) -> Columns {
        let (rows, value) = if self.horizontal { (Rows::Y, x) } else { (Rows::X, y) };
        let name = self.label.as_deref().unwrap_or(&value.label);
        let part = |suffix: &str, pick: fn(&Estimate) -> f64| Column {
            name: format!("{name}{suffix}"),
            cells: self.estimates.iter().map(|e| (e.at, rounded(pick(e), value.format))).collect(),
        };
        let columns = vec![part("", |e| e.middle), part(", low", |e| e.low), part(", high", |e| e.high)];
        Columns { rows, columns }
    }

    fn ghost(&self) -> Ghost {
        Ghost::Under(Arc::new(self.clone()))
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        let along = if self.horizontal { Along::Y } else { Along::X };
        let spots = self.estimates.iter().map(|estimate| {
            Spot::new(self.point(estimate.at, estimate.middle)).spread(estimate.low, estimate.high)
        });
        vec![Reading::Spots(Spots::new(self.label.as_deref(), self.color, along, spots))]
    }
}
