//! Filled curves: bands over seeds, histograms, densities, ridgelines.

use super::line::begun;
use super::{Around, Description, Ghost, Mark};
use crate::chart::axis::{Axis, Format};
use crate::chart::canvas::{Plot, Stroke};
use crate::chart::describe::named;
use crate::chart::figure::Point;
use crate::chart::key::{KeyEntry, Sample};
use crate::chart::reading::{Along, Reading, Spot, Spots};
use crate::chart::scale::Needs;
use crate::chart::table::Columns;
use crate::chart::theme::Color;
use crate::chart::ticks::rounded;

/// Between a lower and an upper curve, pale, without outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// (x, lower, upper)
    pub points: Vec<(f64, f64, f64)>,
    pub color: Color,
    /// The series whose spread it is.
    pub name: Option<String>,
    /// What it is a spread of: the values of each seed, one for each point.
    pub seeds: Vec<Vec<f64>>,
    /// It lies around a line that settles.
    pub settles: bool,
}

impl Band {
    /// Makes an area between two values at each x: x, lower, upper.
    pub fn new(points: impl IntoIterator<Item = (f64, f64, f64)>, color: Color) -> Self {
        Band { points: points.into_iter().collect(), color, name: None, seeds: Vec::new(), settles: false }
    }

    /// Makes an area between one pair of values an epoch, from epoch 0.
    pub fn series(lower: &[f64], upper: &[f64], color: Color) -> Self {
        let pairs = lower.iter().zip(upper).enumerate();
        Band::new(pairs.map(|(epoch, (&low, &high))| (epoch as f64, low, high)), color)
    }

    /// Says whose spread it is, by the name in the key.
    pub fn of(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Lets the range of y go by where it ends, should it begin far away.
    pub fn settling(mut self) -> Self {
        self.settles = true;
        self
    }

    /// Adds what it is a spread of: the values of each seed, one for each point.
    pub fn seeds(mut self, seeds: Vec<Vec<f64>>) -> Self {
        self.seeds = seeds;
        self
    }
}

/// How far below the middle of its row a ridge stands, and how high it is at most.
const FOOT: f64 = 0.42;
const RIDGE: f64 = 0.92;

/// From a base line to a curve, filled and outlined.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// (x, y) along the upper edge.
    pub points: Vec<Point>,
    pub base: f64,
    pub color: Color,
    pub label: Option<String>,
    /// Of a ridge: the share that its full height stands for.
    pub share: Option<f64>,
}

impl Area {
    /// Makes an area from 0 up to a density.
    pub fn new(points: impl IntoIterator<Item = Point>, color: Color) -> Self {
        Area { points: points.into_iter().collect(), base: 0.0, color, label: None, share: None }
    }

    /// Makes a histogram: `counts[i]` between `edges[i]` and `edges[i + 1]`.
    pub fn histogram(edges: &[f64], counts: &[f64], color: Color) -> Self {
        let bins = edges.windows(2).zip(counts);
        Area::new(bins.flat_map(|(edge, &count)| [(edge[0], count), (edge[1], count)]), color)
    }

    /// Makes row `row` of ridgelines over a category axis y: heights 0..1 rise from the row's base line, 1 just touching the
    /// row above.
    pub fn ridge(row: usize, points: impl IntoIterator<Item = Point>, color: Color) -> Self {
        let base = row as f64 + FOOT;
        let mut area = Area::new(points.into_iter().map(|(x, height)| (x, base - RIDGE * height)), color);
        area.base = base;
        area
    }

    /// Says what share its full height stands for.
    pub fn share(mut self, share: f64) -> Self {
        self.share = Some(share);
        self
    }

    /// Names it in the key.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

impl Mark for Band {
    fn reach(&self, needs: &mut Needs) {
        let early = if self.settles { begun(self.points.len()) } else { 0 };
        for (index, &(at, lower, upper)) in self.points.iter().enumerate() {
            needs.x.values.push(at);
            let values = if index < early { &mut needs.y.early } else { &mut needs.y.values };
            values.extend([lower, upper]);
        }
        needs.y.air = true;
        needs.bands += 1;
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
            // Several over each other would turn to mud.
            let shade = match plot.bands {
                0..=2 => 0.17,
                3 => 0.13,
                4 | 5 => 0.1,
                _ => 0.08,
            };
            plot.polygon(upper.chain(lower).collect(), self.color, shade);
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

    fn ghost(&self) -> Ghost {
        Ghost::None
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        let spot = |&(at, low, high): &(f64, f64, f64)| Spot::new((at, f64::NAN)).spread(low, high);
        let mut spots = Spots::new(self.name.as_deref(), self.color, Along::X, self.points.iter().map(spot));
        spots.seeds.clone_from(&self.seeds);
        vec![Reading::Spots(spots)]
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
        needs.areas += usize::from(self.base == 0.0);
        // a ridge reaches towards the row above
        needs.row.least = needs.row.least.max(50.0);
    }

    fn draw(&self, plot: &Plot) {
        let base = plot.y_or_low(self.base);
        let placed = |point: &&Point| plot.place(**point).is_some();
        let upper: Vec<Point> = self.points.iter().filter(placed).copied().collect();
        let upper = plot.thinned(&upper);
        let (Some(first), Some(last)) = (upper.first(), upper.last()) else { return };
        let ground = [(last.0, base), (first.0, base)];
        let outline: Vec<Point> =
            [(first.0, base)].into_iter().chain(upper.iter().copied()).chain([(last.0, base)]).collect();
        let shape: Vec<Point> = upper.into_iter().chain(ground).collect();
        if self.base != 0.0 {
            // a ridge stands before the row above it
            plot.polygon(shape.clone(), crate::chart::theme::Paint::Paper, 0.7);
        }
        let shade = match plot.areas {
            0 | 1 => 0.32,
            2 => 0.24,
            3 => 0.15,
            _ => 0.09,
        };
        plot.polygon(shape, self.color, shade);
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

    fn ghost(&self) -> Ghost {
        Ghost::None
    }

    fn readings(&self, _: &Axis, y: &Axis) -> Vec<Reading> {
        // The bins of a histogram are told at their middles, other points where they are.
        let is_bin = |pair: &&[Point]| pair[0].1 == pair[1].1 && pair[0].0 < pair[1].0;
        let middle = |pair: &[Point]| ((pair[0].0 + pair[1].0) / 2.0, pair[0].1);
        let bins: Vec<Point> = self.points.windows(2).filter(is_bin).map(middle).collect();
        let points = if bins.is_empty() { &self.points } else { &bins };
        let spot = |&point: &Point| match self.share {
            Some(share) => {
                let height = (self.base - point.1) / RIDGE * share;
                Spot::new(point).text(rounded(height, Format::Percent))
            }
            None => Spot::new(point),
        };
        let row = self.share.map(|_| named(y, self.base - FOOT));
        let name = self.label.as_deref().or(row.as_deref());
        vec![Reading::Spots(Spots::new(name, self.color, Along::X, points.iter().map(spot)))]
    }
}
