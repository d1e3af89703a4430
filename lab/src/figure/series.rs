//! What is drawn of one series in one panel: a colour and a dash, its points, its rows.

use super::axes::Placed;
use super::block::MarkName;
use super::cell::Cell;
use super::data::{Datum, Drawn};
use super::heat::Shades;
use super::points::Point;
use crate::chart::{
    Area, Band, Bar, Bars, Boxes, Clipped, Color, Dash, Dots, Estimate, Interval, Line, Panel, Quartiles,
    Side, Text, rounded,
};
use crate::collections::BTreeMap;

/// One series in one panel.
pub(super) struct Series<'a> {
    pub drawn: &'a Drawn,
    pub label: Option<String>,
    pub color: Color,
    pub dash: Dash,
    /// Its place among those that stand side by side on names, and how many there are.
    pub slot: (usize, usize),
    pub points: Vec<&'a Point>,
    pub data: Vec<&'a Datum>,
    pub x: &'a Placed,
    pub y: &'a Placed,
    /// The edges of the bins of a histogram.
    pub edges: &'a [f64],
    /// What dots are coloured by, where that is not their series.
    pub shades: Option<Shades>,
    /// Where bars begin that stand on those of other series, by the bits of their places.
    pub below: BTreeMap<u64, f64>,
}

/// The mark that bears the name of a series: the first of these that is drawn.
const NAMED: [MarkName; 8] = [
    MarkName::Line,
    MarkName::Steps,
    MarkName::Bars,
    MarkName::Area,
    MarkName::Whiskers,
    MarkName::Box,
    MarkName::Histogram,
    MarkName::Dots,
];

/// Width of all that stands side by side on one name.
const GROUP: f64 = 0.8;

impl Series<'_> {
    /// Returns the same for another mark.
    pub(super) fn again(&self) -> Self {
        Series {
            label: self.label.clone(),
            points: self.points.clone(),
            data: self.data.clone(),
            below: self.below.clone(),
            ..*self
        }
    }

    /// Draws one of its marks into a panel.
    pub(super) fn draw(&self, mark: MarkName, panel: Panel) -> Panel {
        let panel = match mark {
            MarkName::Line => panel.mark(self.line(false)),
            MarkName::Steps => panel.mark(self.line(true)),
            MarkName::Area => {
                let mut area = Area::new(self.places(), self.color);
                area.label = self.label(mark);
                panel.mark(area)
            }
            MarkName::Bars => panel.mark(self.bars()),
            MarkName::Band => {
                let edges = self.points.iter().filter_map(|point| {
                    let (x, y) = self.place(point)?;
                    y.is_finite().then_some((x, point.low, point.high))
                });
                let mut edges: Vec<_> = edges.collect();
                edges.sort_by(|a, b| a.0.total_cmp(&b.0));
                let seeds = self.seeds(&edges);
                let mut band = Band::new(edges, self.color).seeds(seeds);
                band.name.clone_from(&self.label);
                panel.mark(band)
            }
            MarkName::Whiskers => panel.mark(self.whiskers()),
            MarkName::Dots => {
                let mut dots = Dots::new(self.row_places(), self.color).size(self.dot_size());
                dots.label = self.label(mark);
                if let Some(shades) = self.shades {
                    let rows = || self.data.iter().filter(|datum| self.stands(datum));
                    let told = rows().map(|datum| self.told(&datum.z));
                    let colors = rows().map(|datum| shades.color(&datum.z));
                    dots = dots.colors(colors).told(&self.drawn.z.name, told);
                }
                panel.mark(dots)
            }
            MarkName::Box => panel.mark(self.boxes()),
            MarkName::Histogram if self.x.is_named() => panel.mark(self.occurrences()),
            MarkName::Histogram => panel.mark(self.histogram()),
            MarkName::Text => panel.marks(self.texts()),
            MarkName::Heat => panel,
        };
        match self.clipped(mark) {
            at if at.is_empty() => panel,
            at => panel.mark(Clipped { at, color: self.color }),
        }
    }

    /// The values of each seed at the places of a band; what a seed lacks is not a number.
    fn seeds(&self, places: &[(f64, f64, f64)]) -> Vec<Vec<f64>> {
        let mut seeds: BTreeMap<u64, BTreeMap<u64, f64>> = BTreeMap::new();
        for datum in &self.data {
            if let (Some(seed), Some(x), Some(y)) =
                (datum.seed, self.x.place(&datum.x), self.y.place(&datum.y))
            {
                seeds.entry(seed).or_default().insert(x.to_bits(), y);
            }
        }
        let along = |own: &BTreeMap<u64, f64>| {
            places.iter().map(|place| own.get(&place.0.to_bits()).copied().unwrap_or(f64::NAN)).collect()
        };
        seeds.values().map(along).collect()
    }

    /// The name, where this mark is the one that bears it.
    fn label(&self, mark: MarkName) -> Option<String> {
        let bearer = NAMED.into_iter().find(|named| self.drawn.marks.contains(named));
        self.label.clone().filter(|_| bearer == Some(mark))
    }

    /// Where x is no number, marks of several series stand side by side.
    fn beside(&self, axis: &Placed) -> f64 {
        let (slot, of) = self.slot;
        if axis.is_named() && of > 1 { GROUP * ((slot as f64 + 0.5) / of as f64 - 0.5) } else { 0.0 }
    }

    fn place(&self, point: &Point) -> Option<(f64, f64)> {
        let x = self.x.place(&point.x)?;
        let y = self.y.place(&point.y).unwrap_or(f64::NAN);
        Some((x, y))
    }

    /// Its points in the order of x.
    fn places(&self) -> Vec<(f64, f64)> {
        let mut places: Vec<(f64, f64)> = self.points.iter().filter_map(|point| self.place(point)).collect();
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        places
    }

    fn line(&self, steps: bool) -> Line {
        let mut line = Line::new(self.places(), self.color).dash(self.dash);
        line.label = self.label(if steps { MarkName::Steps } else { MarkName::Line });
        line.step = steps;
        // Few points are marked, where no dots do that.
        line.markers = !steps && !self.drawn.x.counted && line.points.len() <= 40 && !self.drawn.function;
        line
    }

    fn horizontal(&self) -> bool {
        self.y.is_named() && !self.x.is_named()
    }

    fn bars(&self) -> Bars {
        let horizontal = self.horizontal();
        let width = GROUP / self.slot.1.max(1) as f64 * 0.9;
        let at = if horizontal { self.y } else { self.x };
        let bar = |point: &&Point| {
            let (x, y) = self.place(point)?;
            let (place, to) = if horizontal { (y, x) } else { (x, y) };
            let from = self.below.get(&place.to_bits()).copied().unwrap_or(0.0);
            let at = place + self.beside(at);
            to.is_finite().then_some(Bar { at, from, to: from + to, color: self.color, text: None })
        };
        let mut bars = Bars::new([], self.color);
        bars.bars = self.points.iter().filter_map(bar).collect();
        bars.width = width;
        bars.horizontal = horizontal;
        bars.label = self.label(MarkName::Bars);
        bars
    }

    fn whiskers(&self) -> Interval {
        let horizontal = self.horizontal();
        let at = if horizontal { self.y } else { self.x };
        let estimate = |point: &&Point| {
            let (x, y) = self.place(point)?;
            let (place, middle) = if horizontal { (y, x) } else { (x, y) };
            let from = self.below.get(&place.to_bits()).copied().unwrap_or(0.0);
            let at = place + self.beside(at);
            let [low, middle, high] = [point.low, middle, point.high].map(|end| from + end);
            middle.is_finite().then_some(Estimate { at, low, middle, high })
        };
        // Upon a bar of the same colour they would not be seen.
        let color = if self.drawn.marks.contains(&MarkName::Bars) { Color::Ink } else { self.color };
        let mut interval = Interval::new(self.points.iter().filter_map(estimate), color);
        interval.horizontal = horizontal;
        interval.label = self.label(MarkName::Whiskers);
        interval
    }

    /// The place of every row; those on one name are spread over its width.
    fn row_places(&self) -> Vec<(f64, f64)> {
        let at = if self.horizontal() { self.y } else { self.x };
        let crowded = at.is_named() && self.data.len() > at.count();
        let share = if self.drawn.marks.contains(&MarkName::Whiskers) || self.counts() > 1 || crowded {
            0.35
        } else {
            0.0
        };
        let width = GROUP / self.slot.1.max(1) as f64 * share;
        let place = |(index, datum): (usize, &&Datum)| {
            let (mut x, mut y) = (self.x.place(&datum.x)?, self.y.place(&datum.y)?);
            let aside = width * spread(index);
            if self.x.is_named() && !self.y.is_named() {
                x += self.beside(self.x) + aside;
            } else if self.horizontal() {
                y += self.beside(self.y) + aside;
            }
            Some((x, y))
        };
        self.data.iter().enumerate().filter_map(place).collect()
    }

    /// Whether a row has a place.
    fn stands(&self, datum: &Datum) -> bool {
        self.x.place(&datum.x).is_some() && self.y.place(&datum.y).is_some()
    }

    /// A z as its scale writes it.
    fn told(&self, z: &Cell) -> String {
        z.number().map_or_else(|| z.name(), |number| rounded(number, self.drawn.z_format))
    }

    /// The most rows of one point.
    fn counts(&self) -> usize {
        self.points.iter().map(|point| point.rows).max().unwrap_or(1)
    }

    fn dot_size(&self) -> f64 {
        let beside = [MarkName::Line, MarkName::Whiskers, MarkName::Bars]
            .iter()
            .any(|mark| self.drawn.marks.contains(mark));
        match self.data.len() {
            _ if beside => 2.4,
            0..=200 => 4.0,
            201..=1000 => 3.0,
            _ => 2.0,
        }
    }

    fn boxes(&self) -> Boxes {
        let horizontal = self.horizontal();
        let (at, along) = if horizontal { (self.y, self.x) } else { (self.x, self.y) };
        let width = GROUP / self.slot.1.max(1) as f64 * 0.7;
        let of = |name: usize| {
            let values: Vec<f64> = self
                .data
                .iter()
                .filter_map(|datum| {
                    let (place, value) = if horizontal { (&datum.y, &datum.x) } else { (&datum.x, &datum.y) };
                    (at.place(place)? == name as f64).then(|| along.place(value))?
                })
                .collect();
            Quartiles::of(name as f64 + self.beside(at), &values)
        };
        let mut boxes = Boxes::new((0..at.count()).filter_map(of), width, self.color);
        boxes.horizontal = horizontal;
        boxes.label = self.label(MarkName::Box);
        boxes
    }

    /// How often each name occurs.
    fn occurrences(&self) -> Bars {
        let mut counts = vec![0.0; self.x.count()];
        for place in self.data.iter().filter_map(|datum| self.x.place(&datum.x)) {
            counts[place as usize] += 1.0;
        }
        let bar = |(name, count): (usize, &f64)| Bar {
            at: name as f64 + self.beside(self.x),
            from: 0.0,
            to: *count,
            color: self.color,
            text: None,
        };
        let mut bars = Bars::new([], self.color);
        bars.bars = counts.iter().enumerate().filter(|(_, count)| **count > 0.0).map(bar).collect();
        bars.width = GROUP / self.slot.1.max(1) as f64 * 0.9;
        bars.label = self.label(MarkName::Histogram);
        bars
    }

    fn histogram(&self) -> Area {
        let mut counts = vec![0.0; self.edges.len().saturating_sub(1)];
        for value in self.data.iter().filter_map(|datum| datum.x.number()) {
            if let Some(bin) = bin(self.edges, value) {
                counts[bin] += 1.0;
            }
        }
        let mut area = Area::histogram(self.edges, &counts, self.color);
        area.label = self.label(MarkName::Histogram);
        area
    }

    fn texts(&self) -> Vec<Text> {
        let text = |point: &&Point| {
            let (x, y) = self.place(point)?;
            let shown = match (self.drawn.has_z, if self.drawn.has_z { &point.z } else { &point.y }) {
                (true, z) => self.told(z),
                (false, Cell::Number(number)) => rounded(*number, self.y.axis.format),
                (false, cell) => cell.name(),
            };
            y.is_finite().then(|| Text::new((x, y), shown).side(Side::Above))
        };
        self.points.iter().filter_map(text).collect()
    }

    /// Where on x values lie that a logarithmic y has no place for.
    fn clipped(&self, mark: MarkName) -> Vec<f64> {
        let below = |point: &&Point| {
            let y = point.y.number()?;
            self.x.place(&point.x).filter(|_| self.y.clips(y))
        };
        let shows = matches!(mark, MarkName::Line | MarkName::Steps | MarkName::Bars | MarkName::Whiskers);
        let dots = mark == MarkName::Dots && !self.drawn.marks.iter().any(|mark| mark.shows_points());
        if shows || dots { self.points.iter().filter_map(below).collect() } else { Vec::new() }
    }
}

/// Puts the bars of several series upon each other, in their order: what is above 0 upwards, what is below downwards.
pub(super) fn stack(series: &mut [Series]) {
    let mut ends: BTreeMap<(u64, bool), f64> = BTreeMap::new();
    for series in series {
        series.slot = (0, 1);
        let horizontal = series.horizontal();
        let lengths = series.points.iter().filter_map(|point| {
            let (x, y) = series.place(point)?;
            let (place, length) = if horizontal { (y, x) } else { (x, y) };
            length.is_finite().then_some((place.to_bits(), length))
        });
        for (place, length) in lengths.collect::<Vec<_>>() {
            let end = ends.entry((place, length < 0.0)).or_insert(0.0);
            series.below.insert(place, *end);
            *end += length;
        }
    }
}

/// Evenly filling -0.5..0.5 in an order without pattern: multiples of the golden ratio, the fraction kept.
fn spread(index: usize) -> f64 {
    let turn = (index as f64 + 0.5) * 0.618_033_988_749_895;
    turn - turn.floor() - 0.5
}

/// Returns the bin of a value, the last one with its upper edge.
fn bin(edges: &[f64], value: f64) -> Option<usize> {
    let last = edges.len().checked_sub(2)?;
    if value == edges[last + 1] {
        return Some(last);
    }
    edges.windows(2).position(|edge| (edge[0]..edge[1]).contains(&value))
}

/// Returns the edges of about as many bins as the root of the number of values, between round numbers.
pub(super) fn edges(values: &[f64]) -> Vec<f64> {
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    if low > high {
        return Vec::new();
    }
    if low == high {
        let half = if low == 0.0 { 0.5 } else { low.abs() * 0.05 };
        return vec![low - half, low + half];
    }
    let wanted = (values.len() as f64).sqrt().clamp(5.0, 30.0);
    let raw = (high - low) / wanted;
    let power = crate::chart::power(libm::floor(libm::log10(raw)) as i32);
    let width =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|width| *width >= raw).unwrap_or(raw);
    let (first, last) = (libm::floor(low / width), libm::ceil(high / width));
    (0..=(last - first) as usize).map(|index| (first + index as f64) * width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_lie_between_round_numbers_and_hold_every_value() {
        let values: Vec<f64> = (0..100).map(|value| f64::from(value) / 100.0).collect();
        let edges = edges(&values);
        assert_eq!((edges[0], edges[1], *edges.last().unwrap()), (0.0, 0.1, 1.0));
        assert!(values.iter().all(|value| bin(&edges, *value).is_some()));
        assert_eq!(bin(&edges, 1.0), Some(edges.len() - 2));
        assert_eq!(super::edges(&[3.0]).len(), 2);
        assert!(super::edges(&[]).is_empty());
    }
}
