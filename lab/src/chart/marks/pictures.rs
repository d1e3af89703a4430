//! Pictures side by side, each with a line or two beneath it: examples of a data set.

use plotters::style::text_anchor::{HPos, VPos};

use super::{Around, Description, Ghost, Mark};
use crate::chart::axis::Axis;
use crate::chart::canvas::{Ink, Plot, Rect};
use crate::chart::figure::Point;
use crate::chart::key::KeyEntry;
use crate::chart::layout::SMALL;
use crate::chart::reading::Reading;
use crate::chart::scale::Needs;
use crate::chart::table::Columns;
use crate::chart::theme::Color;
use crate::outcome::Grid;

/// Shades of a picture, from the palest.
const SHADES: usize = 16;

/// Opacity of the palest shade: the ground of a picture stands out from the page.
const PALEST: f64 = 0.07;

/// Room between pictures, in parts of the room that one has.
const GAP: f64 = 0.12;

/// Room for a line beneath a picture, in parts of the room that one has.
const LINE: f64 = 0.3;

/// The most captions that are read out.
const MOST_TOLD: usize = 12;

/// One picture: a grid of numbers, the first row uppermost, and the lines beneath it.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub pixels: Grid,
    pub lines: Vec<String>,
}

impl Picture {
    /// Makes a picture with lines beneath it.
    pub fn new<S: Into<String>>(pixels: Grid, lines: impl IntoIterator<Item = S>) -> Self {
        Picture { pixels, lines: lines.into_iter().map(Into::into).collect() }
    }

    fn is_sound(&self) -> bool {
        let Grid { width, height, values, .. } = &self.pixels;
        (1..=4096).contains(width) && (1..=4096).contains(height) && values.len() == width * height
    }

    /// Its pixels as boxes of one shade, those of a row that are alike together: row, columns from and to, shade.
    fn boxes(&self, (low, high): (f64, f64)) -> Vec<(usize, usize, usize, usize)> {
        let shade = |value: f64| {
            let strength = if high > low { (value - low) / (high - low) } else { 0.0 };
            // What is no number is the palest shade.
            (strength.clamp(0.0, 1.0) * (SHADES - 1) as f64).round() as usize
        };
        let mut boxes: Vec<(usize, usize, usize, usize)> = Vec::new();
        for (row, values) in self.pixels.values.chunks_exact(self.pixels.width).enumerate() {
            for (column, value) in values.iter().enumerate() {
                let shade = shade(*value);
                match boxes.last_mut() {
                    Some((last, _, to, known)) if *last == row && *to == column && *known == shade => {
                        *to += 1;
                    }
                    _ => boxes.push((row, column, column + 1, shade)),
                }
            }
        }
        boxes
    }
}

/// Pictures in rows, row after row. All have one scale of shades, from the page to the colour of its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Pictures {
    pictures: Vec<Picture>,
    columns: usize,
}

impl Pictures {
    /// Makes rows of at most so many pictures.
    pub fn new(pictures: impl IntoIterator<Item = Picture>, columns: usize) -> Self {
        let pictures: Vec<Picture> = pictures.into_iter().filter(Picture::is_sound).collect();
        let columns = columns.clamp(1, pictures.len().max(1));
        Pictures { pictures, columns }
    }

    fn rows(&self) -> usize {
        self.pictures.len().div_ceil(self.columns).max(1)
    }

    /// Height of a picture's room in parts of its width: the picture, its lines, and the gap below.
    fn room(&self) -> f64 {
        let most = |of: fn(&Picture) -> f64| self.pictures.iter().map(of).fold(0.0, f64::max);
        let tallest = most(|picture| picture.pixels.height as f64 / picture.pixels.width as f64);
        (1.0 - GAP) * tallest + LINE * most(|picture| picture.lines.len() as f64) + GAP
    }

    /// Returns the width of all through their height, as a panel of them alone is to have it.
    pub fn aspect(&self) -> f64 {
        self.columns as f64 / (self.rows() as f64 * self.room().max(0.1))
    }

    /// The least and the greatest pixel of all.
    fn range(&self) -> (f64, f64) {
        let pixels = self.pictures.iter().flat_map(|picture| picture.pixels.values.iter());
        let finite = pixels.filter(|value| value.is_finite());
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
    }

    /// Where each picture stands on the page, and how wide its room is.
    fn places(&self, plot: &Plot) -> Option<Vec<(Rect, f64)>> {
        let (left, bottom) = plot.place((0.0, 0.0))?;
        let (right, top) = plot.place((1.0, 1.0))?;
        let height = (bottom - top) / self.rows() as f64;
        // A plot that may not become as high as it would have to has smaller pictures.
        let width = ((right - left) / self.columns as f64).min(height / self.room().max(0.1));
        let place = |(index, picture): (usize, &Picture)| {
            let (column, row) = (index % self.columns, index / self.columns);
            let own = width * (1.0 - GAP);
            let ratio = picture.pixels.height as f64 / picture.pixels.width as f64;
            let (x, y) = (left + width * (column as f64 + GAP / 2.0), top + height * row as f64);
            (Rect { left: x, top: y, width: own, height: own * ratio }, width)
        };
        Some(self.pictures.iter().enumerate().map(place).collect())
    }
}

impl Mark for Pictures {
    fn reach(&self, needs: &mut Needs) {
        needs.hold((0.0, 0.0));
        needs.hold((1.0, 1.0));
        needs.x.tight = true;
        needs.y.tight = true;
    }

    fn draw(&self, plot: &Plot) {
        let Some(places) = self.places(plot) else { return };
        let range = self.range();
        let mut shades: Vec<Vec<Vec<Point>>> = vec![Vec::new(); SHADES];
        for (picture, (rect, _)) in self.pictures.iter().zip(&places) {
            let (dx, dy) =
                (rect.width / picture.pixels.width as f64, rect.height / picture.pixels.height as f64);
            for (row, from, to, shade) in picture.boxes(range) {
                let (top, bottom) = (rect.top + dy * row as f64, rect.top + dy * (row + 1) as f64);
                let (left, right) = (rect.left + dx * from as f64, rect.left + dx * to as f64);
                shades[shade].push(vec![(left, top), (right, top), (right, bottom), (left, bottom)]);
            }
        }
        plot.canvas.group("shape-rendering=\"crispEdges\"", || {
            for (shade, rings) in shades.iter().enumerate().filter(|(_, rings)| !rings.is_empty()) {
                plot.canvas.rings(
                    rings,
                    Color::Ink,
                    PALEST + (1.0 - PALEST) * shade as f64 / (SHADES - 1) as f64,
                );
            }
        });
    }

    fn annotate(&self, plot: &Plot, _: &Around) {
        let Some(places) = self.places(plot) else { return };
        for (picture, (rect, width)) in self.pictures.iter().zip(&places) {
            let mut y = rect.bottom() + 2.0;
            for line in &picture.lines {
                if SMALL.width(line) <= *width {
                    let at = (rect.left + rect.width / 2.0, y);
                    plot.canvas.text(at, line, Ink::new(SMALL, Color::Ink).h(HPos::Center).v(VPos::Top));
                }
                y += SMALL.size * 1.15;
            }
        }
    }

    fn describe(&self, _: &Axis, _: &Axis) -> Description {
        let told: Vec<String> =
            self.pictures.iter().take(MOST_TOLD).map(|picture| picture.lines.join(" ")).collect();
        let told: Vec<&str> = told.iter().map(String::as_str).filter(|lines| !lines.is_empty()).collect();
        let more = if self.pictures.len() > MOST_TOLD { ", ..." } else { "" };
        let count = match self.pictures.len() {
            1 => "One picture".to_owned(),
            count => format!("{count} pictures"),
        };
        let sentence = match told.is_empty() {
            true => format!("{count}."),
            false => format!("{count}: {}{more}.", told.join("; ")),
        };
        Description::new([], Some(sentence))
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
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize, pixels: &[f64]) -> Picture {
        let grid = Grid { width, height, x: (0.0, 1.0), y: (0.0, 1.0), values: pixels.to_vec().into() };
        Picture::new(grid, ["a", "b"])
    }

    #[test]
    fn pixels_alike_beside_each_other_are_one_box() {
        let boxes = picture(3, 2, &[0.0, 0.0, 15.0, f64::NAN, 15.0, 15.0]).boxes((0.0, 15.0));
        assert_eq!(boxes, [(0, 0, 2, 0), (0, 2, 3, 15), (1, 0, 1, 0), (1, 1, 3, 15)]);
    }

    #[test]
    fn few_pictures_have_a_row_of_their_own_width() {
        let two = Pictures::new([picture(1, 1, &[0.0]), picture(1, 1, &[1.0])], 10);
        assert_eq!((two.columns, two.rows(), two.range()), (2, 1, (0.0, 1.0)));
        assert!((two.aspect() - 2.0 / (1.0 + 2.0 * LINE)).abs() < 1e-12);
        // A grid with gaps is no picture.
        assert_eq!(Pictures::new([picture(2, 2, &[0.0])], 3).pictures.len(), 0);
    }
}
