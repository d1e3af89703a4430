//! Level lines of a function over the plane.

use super::regions::placed;
use super::{Around, Description, Mark};
use crate::chart::axis::{Axis, Format};
use crate::chart::canvas::{Plot, Stroke};
use crate::chart::contour::Contour;
use crate::chart::describe::range;
use crate::chart::figure::Point;
use crate::chart::key::KeyEntry;
use crate::chart::scale::Needs;
use crate::chart::table::Columns;
use crate::chart::theme::Color;
use crate::chart::ticks::rounded;
use crate::outcome::{Grid, quantile};

/// How many lines, on a map and on a small one.
const LINES: usize = 12;
const FEW_LINES: usize = 8;

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

impl Mark for Levels {
    fn reach(&self, needs: &mut Needs) {
        needs.x.values.extend([self.grid.x.0, self.grid.x.1]);
        needs.y.values.extend([self.grid.y.0, self.grid.y.1]);
        needs.x.tight = true;
        needs.y.tight = true;
    }

    fn draw(&self, plot: &Plot) {
        let Grid { width, height, values, .. } = &self.grid;
        if *width < 2 || *height < 2 || values.len() != width * height {
            return;
        }
        let lines = if plot.frame.width < SMALL { FEW_LINES } else { LINES };
        let contours =
            levels(values, lines).into_iter().map(|level| Contour::trace(values, *width, *height, level));
        let contours: Vec<Contour> = contours.collect();
        let place = |line: &Vec<Point>| placed(line, &self.grid, plot, TOLERANCE);
        for contour in contours.iter().filter(|contour| !contour.rings.is_empty()) {
            let rings: Vec<Vec<Point>> = contour.rings.iter().map(place).collect();
            plot.canvas.rings(&rings, Color::Muted, SHADE / lines as f64);
        }
        let outlines = contours.iter().flat_map(|contour| &contour.lines).map(place);
        for line in outlines.filter(|line| line.len() > 1) {
            plot.canvas.path(&line, Stroke::new(Color::Muted, 0.8).opacity(0.4));
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
