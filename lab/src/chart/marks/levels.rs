//! Level lines of a function over the plane.

use std::sync::Arc;

use super::regions::{lines, placed};
use super::{Around, Dash, Description, Ghost, Mark, Silhouette};
use crate::chart::axis::{Axis, Format};
use crate::chart::canvas::{Ink, Plot, Rect, Stroke};
use crate::chart::contour::Contour;
use crate::chart::describe::range;
use crate::chart::figure::Point;
use crate::chart::key::KeyEntry;
use crate::chart::reading::Reading;
use crate::chart::scale::Needs;
use crate::chart::table::Columns;
use crate::chart::text::Font;
use crate::chart::theme::Color;
use crate::chart::ticks::rounded;
use crate::outcome::{Grid, quantile};
use plotters::style::text_anchor::HPos;

/// How many lines, on a map and on a small one.
const LINES: usize = 12;
const FEW_LINES: usize = 8;
/// How many of another outcome's stay behind these.
const GHOST_LINES: usize = 4;

/// A map that is less wide, in px, is small.
const SMALL: f64 = 260.0;

/// Farthest that a line may be off for having fewer points, in px.
const TOLERANCE: f64 = 0.3;

/// Opacity of the highest ground, about.
const SHADE: f64 = 0.33;

/// A function of two numbers as a map: level lines, and the ground shaded more the higher it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    pub grid: Grid,
    /// What the lines measure.
    pub label: String,
}

impl Levels {
    /// Makes the lines of equal height of a grid.
    pub fn new(grid: Grid, label: impl Into<String>) -> Self {
        Levels { grid, label: label.into() }
    }

    /// Returns the heights of so many lines, and the lines.
    fn contours(&self, lines: usize) -> impl Iterator<Item = (f64, Contour)> {
        let Grid { width, height, values, .. } = &self.grid;
        let is_sound = *width > 1 && *height > 1 && values.len() == width * height;
        let lines = if is_sound { lines } else { 0 };
        let mut heights: Vec<f64> = levels(values, lines).into_iter().map(told).collect();
        heights.dedup();
        heights.into_iter().map(|level| (level, Contour::trace(values, *width, *height, level)))
    }
}

/// Heights of the lines. They are evenly spaced after a power that brings the median of the values to the middle (but
/// never spreads the upper half): in a bowl that is about the root, and its lines lie evenly spaced.
fn levels(values: &[f64], lines: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (Some(low), Some(high)) = (sorted.first().copied(), sorted.last().copied()) else {
        return Vec::new();
    };
    let share = (quantile(&sorted, 0.5) - low) / (high - low);
    let power = if share > 0.0 && share < 0.5 { libm::log(share) / libm::log(0.5) } else { 1.0 };
    let at = |line: usize| libm::pow(line as f64 / (lines + 1) as f64, power);
    (1..=lines).map(|line| low + (high - low) * at(line)).filter(|level| level.is_finite()).collect()
}

/// A height in two digits, as it is written on its line.
fn told(height: f64) -> f64 {
    format!("{height:.1e}").parse().unwrap_or(height)
}

/// Around a value, in px: how near nothing else comes.
const AROUND: f64 = 3.0;

/// Where the value of a height is written on its lines: where they run most nearly level, away from the edges, from other values and
/// from the points of what runs over the map. None where there is no room.
fn free(lines: &[Vec<Point>], written: &[Point], traces: &[Point], width: f64, frame: Rect) -> Option<Point> {
    let slope = |pair: &[Point]| (pair[1].1 - pair[0].1).abs() / ((pair[1].0 - pair[0].0).abs() + 0.1);
    let middle = |pair: &[Point]| ((pair[0].0 + pair[1].0) / 2.0, (pair[0].1 + pair[1].1) / 2.0);
    let inside = |&(x, y): &Point| {
        (frame.left + width..frame.right() - width).contains(&x)
            && (frame.top + 9.0..frame.bottom() - 9.0).contains(&y)
    };
    let apart = |at: &Point| {
        written.iter().all(|other| (at.0 - other.0).abs() > width + 16.0 || (at.1 - other.1).abs() > 17.0)
    };
    // A ring that is no larger than its value would vanish under it.
    let is_wide = |line: &&Vec<Point>| {
        let ends = line
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at.0), high.max(at.0)));
        ends.1 - ends.0 > 3.0 * width
    };
    let pairs = lines.iter().filter(is_wide).flat_map(|line| line.windows(2));
    let is_clear = |at: &Point| {
        let (wide, high) = (width / 2.0 + AROUND, VALUE.size / 2.0 + AROUND);
        traces.iter().all(|other| (at.0 - other.0).abs() > wide || (at.1 - other.1).abs() > high)
    };
    let places = pairs.map(|pair| (slope(pair), middle(pair))).filter(|(_, at)| inside(at) && apart(at));
    let mut places: Vec<(f64, Point)> = places.collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    places.into_iter().map(|(_, at)| at).find(is_clear)
}

/// Letters on a line.
const VALUE: Font = Font::new(10.5);

impl Mark for Levels {
    fn reach(&self, needs: &mut Needs) {
        needs.x.values.extend([self.grid.x.0, self.grid.x.1]);
        needs.y.values.extend([self.grid.y.0, self.grid.y.1]);
        needs.x.tight = true;
        needs.y.tight = true;
    }

    fn draw(&self, plot: &Plot) {
        let count = if plot.frame.width < SMALL { FEW_LINES } else { LINES };
        let (heights, contours): (Vec<f64>, Vec<Contour>) = self.contours(count).unzip();
        for contour in contours.iter().filter(|contour| !contour.rings.is_empty()) {
            let rings: Vec<Vec<Point>> =
                contour.rings.iter().map(|ring| placed(ring, &self.grid, plot, TOLERANCE)).collect();
            plot.canvas.rings(&rings, Color::Muted, SHADE / count as f64);
        }
        let mut written: Vec<Point> = Vec::new();
        for (contour, &height) in contours.iter().zip(&heights) {
            let lines: Vec<Vec<Point>> = lines(contour, &self.grid, plot, TOLERANCE).collect();
            for line in &lines {
                plot.canvas.path(line, Stroke::new(Color::Muted, 0.8).opacity(0.4));
            }
            let text = rounded(height, Format::Plain);
            let width = VALUE.width(&text);
            if let Some(at) = free(&lines, &written, &plot.traces, width, plot.frame) {
                written.push(at);
                plot.numbers.borrow_mut().push(Rect {
                    left: at.0 - width / 2.0,
                    top: at.1 - VALUE.size / 2.0,
                    width,
                    height: VALUE.size,
                });
                let ink = Ink::new(VALUE, Color::Muted).h(HPos::Center).halo();
                plot.canvas.text(at, &text, ink);
            }
        }
    }

    fn annotate(&self, _: &Plot, _: &Around) {}

    fn describe(&self, _: &Axis, _: &Axis) -> Description {
        let corners = [(self.grid.x.0, self.grid.y.0), (self.grid.x.1, self.grid.y.1)];
        let sentence = range(self.grid.values.iter().copied()).map(|(low, high)| {
            let [low, high] = [low, high].map(|height| rounded(height, Format::Plain));
            format!("Level lines of {}, from {low} to {high}.", self.label)
        });
        Description::new(corners, sentence)
    }

    fn key(&self) -> Vec<KeyEntry> {
        Vec::new()
    }

    fn columns(&self, _: &Axis, _: &Axis) -> Columns {
        Columns::none()
    }

    fn ghost(&self) -> Ghost {
        Ghost::OverMap(Arc::new(Lines(self.clone())))
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        let names = vec![(self.label.clone(), Color::Muted)];
        vec![Reading::Field { names, grids: vec![self.grid.clone()], format: Format::Plain }]
    }
}

/// What of a map stays behind another one: some of its lines, without their heights.
#[derive(Clone, Debug)]
struct Lines(Levels);

impl Silhouette for Lines {
    fn reach(&self, needs: &mut Needs) {
        Mark::reach(&self.0, needs);
    }

    fn draw(&self, plot: &Plot) {
        for (_, contour) in self.0.contours(GHOST_LINES) {
            for line in lines(&contour, &self.0.grid, plot, TOLERANCE) {
                plot.canvas.path(&line, Stroke::new(Color::Ink, 1.0).dash(Dash::Dashed));
            }
        }
    }

    fn annotate(&self, _: &Plot, _: &Around) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_square_lie_evenly_spaced() {
        let values: Vec<f64> = (0..=1300).map(|i| f64::from(i) * f64::from(i)).collect();
        for (line, level) in levels(&values, LINES).into_iter().enumerate() {
            assert!((level.sqrt() - 100.0 * (line + 1) as f64).abs() < 1e-6, "{level}");
        }
    }

    #[test]
    fn a_value_stands_where_its_line_is_level_and_nothing_else_is() {
        let frame = Rect { left: 0.0, top: 0.0, width: 300.0, height: 200.0 };
        let line = vec![(20.0, 20.0), (100.0, 100.0), (200.0, 100.0), (280.0, 180.0)];
        let level = std::slice::from_ref(&line);
        assert_eq!(free(level, &[], &[], 20.0, frame), Some((150.0, 100.0)));
        assert_ne!(free(level, &[(150.0, 100.0)], &[], 20.0, frame), Some((150.0, 100.0)));
        assert_ne!(free(level, &[], &[(155.0, 104.0)], 20.0, frame), Some((150.0, 100.0)));
        assert_eq!(free(level, &[], &[(170.0, 104.0)], 20.0, frame), Some((150.0, 100.0)));
        assert_eq!(free(&[vec![(100.0, 100.0), (110.0, 100.0)]], &[], &[], 20.0, frame), None);
        assert_eq!(told(123.0), 120.0);
    }

    #[test]
    fn half_of_the_lines_lie_below_the_median() {
        let values: Vec<f64> = (0..1000).map(|i| libm::exp(f64::from(i) / 50.0)).collect();
        let below = levels(&values, LINES).into_iter().filter(|level| *level < values[500]).count();
        assert_eq!(below, LINES / 2);
    }

    #[test]
    fn a_plain_has_lines_only_where_it_falls() {
        let values: Vec<f64> = (0..1000).map(|i| if i < 100 { f64::from(i) } else { 100.0 }).collect();
        let levels = levels(&values, LINES);
        assert_eq!(levels.len(), LINES);
        assert!(levels.windows(2).all(|pair| (pair[1] - pair[0] - 100.0 / 13.0).abs() < 1e-9));
        assert!(super::levels(&[f64::NAN], LINES).is_empty());
    }
}
