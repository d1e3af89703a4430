//! Filled curves: bands over seeds, histograms, densities, ridgelines.

use super::{Around, Description, Mark};
use crate::chart::axis::Axis;
use crate::chart::canvas::{Plot, Stroke};
use crate::chart::figure::Point;
use crate::chart::key::{KeyEntry, Sample};
use crate::chart::scale::Needs;
use crate::chart::table::Columns;
use crate::chart::theme::Color;

/// Between a lower and an upper curve, pale, without outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// (x, lower, upper)
    pub points: Vec<(f64, f64, f64)>,
    pub color: Color,
}

impl Band {
    /// Makes an area between two values at each x: x, lower, upper.
    pub fn new(points: impl IntoIterator<Item = (f64, f64, f64)>, color: Color) -> Self {
        Band { points: points.into_iter().collect(), color }
    }

    /// Makes an area between one pair of values an epoch, from epoch 0.
    pub fn series(lower: &[f64], upper: &[f64], color: Color) -> Self {
        let pairs = lower.iter().zip(upper).enumerate();
        Band::new(pairs.map(|(epoch, (&low, &high))| (epoch as f64, low, high)), color)
    }
}

/// From a base line to a curve, filled and outlined.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// (x, y) along the upper edge.
    pub points: Vec<Point>,
    pub base: f64,
    pub color: Color,
    pub label: Option<String>,
}

impl Area {
    /// Makes an area from 0 up to a density.
    pub fn new(points: impl IntoIterator<Item = Point>, color: Color) -> Self {
        Area { points: points.into_iter().collect(), base: 0.0, color, label: None }
    }

    /// Makes a histogram: `counts[i]` between `edges[i]` and `edges[i + 1]`.
    pub fn histogram(edges: &[f64], counts: &[f64], color: Color) -> Self {
        let bins = edges.windows(2).zip(counts);
        Area::new(bins.flat_map(|(edge, &count)| [(edge[0], count), (edge[1], count)]), color)
    }

    /// Makes row `row` of ridgelines over a category axis y: heights 0..1 rise from the row's base line, 1 just touching the
    /// row above.
    pub fn ridge(row: usize, points: impl IntoIterator<Item = Point>, color: Color) -> Self {
        let base = row as f64 + 0.42;
        let mut area = Area::new(points.into_iter().map(|(x, height)| (x, base - 0.92 * height)), color);
        area.base = base;
        area
    }

    /// Names it in the key.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

impl Mark for Band {
    fn reach(&self, needs: &mut Needs) {
        for &(at, lower, upper) in &self.points {
            needs.x.values.push(at);
            needs.y.values.extend([lower, upper]);
        }
        needs.y.air = true;
    }

    fn draw(&self, plot: &Plot) {
        let usable = |&(x, lower, upper): &(f64, f64, f64)| {
            let upper = upper.is_finite().then_some(upper)?;
            let lower = plot.y_or_low(lower);
            (plot.place((x, upper)).is_some() && plot.place((x, lower)).is_some())
                .then_some((x, lower, upper))
        };
        let placed: Vec<Option<(f64, f64, f64)>> = self.points.iter().map(usable).collect();
        for run in placed.split(Option::is_none).filter(|run| run.len() > 1) {
            let run: Vec<(f64, f64, f64)> = columns(run.iter().flatten().copied(), plot);
            let upper = run.iter().map(|&(x, _, upper)| (x, upper));
            let lower = run.iter().rev().map(|&(x, lower, _)| (x, lower));
            plot.polygon(upper.chain(lower).collect(), self.color, 0.17);
        }
    }

    fn annotate(&self, _: &Plot, _: &Around) {}

    fn describe(&self, _: &Axis, _: &Axis) -> Description {
        Description::default()
    }

    fn key(&self) -> Vec<KeyEntry> {
        Vec::new()
    }

    fn columns(&self, _: &Axis, _: &Axis) -> Columns {
        Columns::none()
    }
}

/// Points of a band that lie on one px joined into one, from the lowest to the highest.
fn columns(points: impl Iterator<Item = (f64, f64, f64)>, plot: &Plot) -> Vec<(f64, f64, f64)> {
    let mut kept: Vec<(f64, f64, f64)> = Vec::new();
    let mut column = f64::NEG_INFINITY;
    for (x, lower, upper) in points {
        let place = plot.place((x, upper)).map_or(0.0, |(place, _)| place.floor());
        match kept.last_mut() {
            Some(last) if place == column => *last = (last.0, last.1.min(lower), last.2.max(upper)),
            _ => kept.push((x, lower, upper)),
        }
        column = place;
    }
    kept
}

impl Mark for Area {
    fn reach(&self, needs: &mut Needs) {
        for &point in &self.points {
            needs.hold(point);
        }
        needs.y.values.push(self.base);
        needs.y.air = true;
        needs.y.grounded = true;
        // a ridge reaches towards the row above
        needs.row.least = needs.row.least.max(50.0);
    }

    fn draw(&self, plot: &Plot) {
        let base = plot.y_or_low(self.base);
        let placed = |point: &&Point| plot.place(**point).is_some();
        let upper: Vec<Point> = self.points.iter().filter(placed).copied().collect();
        let (Some(first), Some(last)) = (upper.first(), upper.last()) else { return };
        let ground = [(last.0, base), (first.0, base)];
        let outline: Vec<Point> =
            [(first.0, base)].into_iter().chain(upper.iter().copied()).chain([(last.0, base)]).collect();
        let shape: Vec<Point> = upper.into_iter().chain(ground).collect();
        if self.base != 0.0 {
            // a ridge stands before the row above it
            plot.polygon(shape.clone(), crate::chart::theme::Paint::Paper, 0.7);
        }
        plot.polygon(shape, self.color, 0.32);
        plot.path(&outline, Stroke::new(self.color, 1.4));
    }

    fn annotate(&self, _: &Plot, _: &Around) {}

    fn describe(&self, _: &Axis, _: &Axis) -> Description {
        Description::new(self.points.iter().copied(), None)
    }

    fn key(&self) -> Vec<KeyEntry> {
        self.label.iter().map(|name| KeyEntry::new(name, self.color, Sample::Fill)).collect()
    }

    fn columns(&self, _: &Axis, _: &Axis) -> Columns {
        Columns::none()
    }
}
