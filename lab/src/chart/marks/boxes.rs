//! Boxes: the middle half of many values, their median, and how far the others reach.

use std::sync::Arc;

use super::{Around, Description, Ghost, Mark, Shape};
use crate::chart::axis::{Axis, Scale};
use crate::chart::canvas::{Plot, Stroke};
use crate::chart::describe::{MOST, heading, named};
use crate::chart::figure::Point;
use crate::chart::key::{KeyEntry, Sample};
use crate::chart::reading::{Along, Reading, Spot, Spots};
use crate::chart::scale::Needs;
use crate::chart::table::{Column, Columns, Rows};
use crate::chart::theme::{Color, Paint};
use crate::chart::ticks::rounded;
use crate::outcome::Summary;

/// What a box shows, after Tukey (1977, Exploratory Data Analysis): its whiskers end at the outermost values within one and a
/// half times the length of the box; what lies beyond is drawn as dots.
#[derive(Clone, Debug, PartialEq)]
pub struct Quartiles {
    /// Position on the other axis.
    pub at: f64,
    pub low: f64,
    pub q1: f64,
    pub median: f64,
    pub q3: f64,
    pub high: f64,
    pub beyond: Vec<f64>,
}

impl Quartiles {
    /// Sums up values at a position; none where no value is finite.
    pub fn of(at: f64, values: &[f64]) -> Option<Quartiles> {
        let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let summary = Summary::of(&finite);
        let reach = 1.5 * (summary.q3 - summary.q1);
        let within = |value: &f64| (summary.q1 - reach..=summary.q3 + reach).contains(value);
        let (inside, beyond): (Vec<f64>, Vec<f64>) = finite.into_iter().partition(within);
        Some(Quartiles {
            at,
            low: inside.iter().copied().reduce(f64::min)?,
            q1: summary.q1,
            median: summary.median,
            q3: summary.q3,
            high: inside.iter().copied().reduce(f64::max)?,
            beyond,
        })
    }
}

/// Boxes of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Boxes {
    pub boxes: Vec<Quartiles>,
    pub color: Color,
    /// In units of the axis of positions.
    pub width: f64,
    /// Values run along x.
    pub horizontal: bool,
    /// Name of the series, in the key.
    pub label: Option<String>,
}

impl Boxes {
    /// Makes boxes of this thickness.
    pub fn new(boxes: impl IntoIterator<Item = Quartiles>, width: f64, color: Color) -> Self {
        Boxes { boxes: boxes.into_iter().collect(), color, width, horizontal: false, label: None }
    }

    fn point(&self, at: f64, value: f64) -> Point {
        if self.horizontal { (value, at) } else { (at, value) }
    }
}

impl Mark for Boxes {
    fn reach(&self, needs: &mut Needs) {
        for one in &self.boxes {
            for value in one.beyond.iter().copied().chain([one.low, one.high]) {
                needs.hold(self.point(one.at, value));
            }
        }
        needs.x.air = true;
        needs.y.air = true;
        needs.row.beside(26.0, 8.0);
    }

    fn draw(&self, plot: &Plot) {
        let half = self.width / 2.0;
        for one in &self.boxes {
            for (from, to) in [(one.low, one.q1), (one.q3, one.high)] {
                plot.path(&[self.point(one.at, from), self.point(one.at, to)], Stroke::new(self.color, 1.6));
            }
            let corners = [self.point(one.at - half, one.q1), self.point(one.at + half, one.q3)];
            if corners.iter().all(|&corner| plot.place(corner).is_some()) {
                plot.bar(corners[0], corners[1], Paint::Paper, 1.0);
                plot.bar(corners[0], corners[1], self.color, 0.35);
                let ((x0, y0), (x1, y1)) = (corners[0], corners[1]);
                let outline = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)];
                plot.path(&outline, Stroke::new(self.color, 1.4));
            }
            let across = [self.point(one.at - half, one.median), self.point(one.at + half, one.median)];
            plot.path(&across, Stroke::new(self.color, 3.0));
        }
    }

    fn annotate(&self, plot: &Plot, _: &Around) {
        for one in &self.boxes {
            for &value in &one.beyond {
                plot.dot(self.point(one.at, value), 3.0, Shape::Circle, true, self.color);
            }
        }
    }

    fn describe(&self, x: &Axis, y: &Axis) -> Description {
        let (value, at) = if self.horizontal { (x, y) } else { (y, x) };
        let told = self.boxes.iter().take(MOST).map(|one| {
            let [q1, median, q3] = [one.q1, one.median, one.q3].map(|number| rounded(number, value.format));
            format!("{} {median} ({q1} to {q3})", named(at, one.at))
        });
        let told: Vec<String> = told.collect();
        let sentence = format!("{}{}.", heading(self.label.as_deref()), told.join(", "));
        Description::new(self.boxes.iter().map(|one| self.point(one.at, one.median)), Some(sentence))
    }

    fn key(&self) -> Vec<KeyEntry> {
        self.label.iter().map(|name| KeyEntry::new(name, self.color, Sample::Fill)).collect()
    }

    fn columns(&self, x: &Axis, y: &Axis) -> Columns {
        let (rows, value, at) = if self.horizontal { (Rows::Y, x, y) } else { (Rows::X, y, x) };
        let name = self.label.as_deref().unwrap_or(&value.label);
        let place = |one: &Quartiles| match at.scale {
            Scale::Category(_) => one.at.round(),
            _ => one.at,
        };
        let part = |suffix: &str, pick: fn(&Quartiles) -> f64| Column {
            name: format!("{name}, {suffix}"),
            cells: self.boxes.iter().map(|one| (place(one), rounded(pick(one), value.format))).collect(),
        };
        let columns = vec![
            part("median", |one| one.median),
            part("quarter", |one| one.q1),
            part("three quarters", |one| one.q3),
        ];
        Columns { rows, columns }
    }

    fn ghost(&self) -> Ghost {
        Ghost::Under(Arc::new(self.clone()))
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        let along = if self.horizontal { Along::Y } else { Along::X };
        let spot = |one: &Quartiles| Spot::new(self.point(one.at, one.median)).spread(one.q1, one.q3);
        vec![Reading::Spots(Spots::new(
            self.label.as_deref(),
            self.color,
            along,
            self.boxes.iter().map(spot),
        ))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whiskers_leave_out_what_lies_far() {
        let one = Quartiles::of(0.0, &[1.0, 2.0, 3.0, 4.0, 50.0, f64::NAN]).unwrap();
        assert_eq!((one.low, one.q1, one.median, one.q3, one.high), (1.0, 2.0, 3.0, 4.0, 4.0));
        assert_eq!(one.beyond, [50.0]);
        assert_eq!(Quartiles::of(0.0, &[f64::NAN]), None);
    }
}
