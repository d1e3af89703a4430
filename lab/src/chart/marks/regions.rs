//! Values over a plane: what a classifier answers at each point, and plain rasters.

use std::sync::Arc;

use super::{Around, Dash, Description, Ghost, Mark, Silhouette};
use crate::chart::axis::{Axis, Format, Scale};
use crate::chart::describe::range;
use crate::chart::key::{KeyEntry, Sample};
use crate::chart::reading::{Along, Reading, Spot, Spots};
use crate::chart::table::{Column, Columns, Rows};
use crate::chart::ticks::rounded;
use plotters::style::text_anchor::HPos;

use crate::chart::canvas::{Ink, Plot, Stroke};
use crate::chart::contour::{self, Contour};
use crate::chart::figure::Point;
use crate::chart::layout::SMALL;
use crate::chart::scale::Needs;
use crate::chart::theme::Color;
use crate::chart::theme::Paint;
use crate::outcome::Grid;

/// Regions of a classifier over two features: filled with the class's colour, stronger
/// where it is surer, with a line where two classes are equally likely.
#[derive(Clone, Debug, PartialEq)]
pub struct Regions {
    /// One grid a class with its probability, all of one size and extent.
    pub classes: Vec<Grid>,
    pub colors: Vec<Color>,
    /// Names of the classes, in the key.
    pub names: Vec<String>,
    detail: Detail,
}

/// How closely regions are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Detail {
    /// Margins between the likeliest class and the next at which the colour grows stronger.
    levels: &'static [f64],
    /// Opacity that each level adds.
    shade: f64,
    /// Farthest that an outline may be off for having fewer points, in px.
    tolerance: f64,
}

/// For what is looked at.
const WHOLE: Detail = Detail { levels: &[0.0, 0.2, 0.4, 0.6, 0.8], shade: 0.105, tolerance: 0.15 };

/// For what is slid past, in a quarter of the bytes.
const SKETCH: Detail = Detail { levels: &[0.0, 0.35, 0.75], shade: 0.17, tolerance: 0.5 };

impl Regions {
    /// Class `i` gets `Color::Series(i)`.
    pub fn new<S: Into<String>>(classes: Vec<Grid>, names: impl IntoIterator<Item = S>) -> Self {
        let colors = (0..classes.len()).map(Color::Series).collect();
        Regions { classes, colors, names: names.into_iter().map(Into::into).collect(), detail: WHOLE }
    }

    /// Draws them with fewer shades and points, as a state that a reader slides past.
    pub fn sketched(self) -> Self {
        Regions { detail: SKETCH, ..self }
    }

    /// Returns the grids, if they can be drawn over each other.
    fn sound(&self) -> Vec<&Grid> {
        let sound =
            |grid: &&Grid| grid.width > 1 && grid.height > 1 && grid.values.len() == grid.width * grid.height;
        let grids: Vec<&Grid> = self.classes.iter().filter(sound).collect();
        let is_first_size = |grid: &&Grid| grid.values.len() == grids[0].values.len();
        if grids.iter().all(is_first_size) { grids } else { Vec::new() }
    }

    /// Makes the regions of two classes from the probability of the second.
    pub fn binary<S: Into<String>>(second: Grid, names: impl IntoIterator<Item = S>) -> Self {
        let mut first = second.clone();
        first.values.iter_mut().for_each(|value| *value = 1.0 - *value);
        Regions::new(vec![first, second], names)
    }
}

/// One number for each cell, as a shade from the paper to the first series colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    pub grid: Grid,
    /// Values for the palest and the strongest shade; from the data if not given.
    pub range: Option<(f64, f64)>,
    /// What the shades measure.
    pub label: String,
    /// Text for each cell, row-major (a confusion matrix).
    pub texts: Option<Vec<String>>,
    /// What the data table says of each cell, where that is more.
    pub told: Option<Vec<String>>,
    /// How values become shades.
    pub shading: Shading,
}

/// How strong the shade of a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shading {
    /// By the logarithms of the values; what has none is palest.
    pub log: bool,
    /// The least value has the strongest shade.
    pub reverse: bool,
}

impl Shading {
    /// Returns where a value lies between the two ends of a range: 0 is palest, 1 strongest.
    pub fn strength(self, value: f64, (low, high): (f64, f64)) -> f64 {
        let on_scale = |value: f64| if self.log { libm::log10(value.max(f64::MIN_POSITIVE)) } else { value };
        let [value, low, high] = [value, low, high].map(on_scale);
        let share = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
        if self.reverse { 1.0 - share } else { share }
    }
}

impl Raster {
    /// Makes a grid of cells coloured by their values.
    pub fn new(grid: Grid, label: impl Into<String>) -> Self {
        let shading = Shading::default();
        Raster { grid, range: None, label: label.into(), texts: None, told: None, shading }
    }

    /// Sets the values at the ends of the colour ramp.
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// Writes a text in each cell, row-major.
    pub fn texts<S: Into<String>>(mut self, texts: impl IntoIterator<Item = S>) -> Self {
        self.texts = Some(texts.into_iter().map(Into::into).collect());
        self
    }
}

impl Mark for Regions {
    fn reach(&self, needs: &mut Needs) {
        for grid in &self.classes {
            needs.x.values.extend([grid.x.0, grid.x.1]);
            needs.y.values.extend([grid.y.0, grid.y.1]);
        }
        needs.x.tight = true;
        needs.y.tight = true;
    }

    fn draw(&self, plot: &Plot) {
        let grids = self.sound();
        let Some(first) = grids.first() else { return };
        let Detail { levels, shade, tolerance } = self.detail;
        let mut borders = Vec::new();
        for (class, &color) in (0..grids.len()).zip(self.colors.iter()) {
            let margin = margins(&grids, class);
            for &level in levels {
                let contour = Contour::trace(&margin, first.width, first.height, level);
                let rings: Vec<Vec<Point>> =
                    contour.rings.iter().map(|ring| placed(ring, first, plot, tolerance)).collect();
                if !rings.is_empty() {
                    plot.canvas.rings(&rings, color, shade);
                }
                if level == 0.0 && has_border(class, grids.len()) {
                    borders.extend(lines(&contour, first, plot, tolerance));
                }
            }
        }
        for border in &borders {
            plot.canvas.path(border, Stroke::new(Color::Ink, 1.5));
        }
    }

    fn annotate(&self, _: &Plot, _: &Around) {}

    fn describe(&self, _: &Axis, _: &Axis) -> Description {
        let corners = self.classes.iter().flat_map(|grid| [(grid.x.0, grid.y.0), (grid.x.1, grid.y.1)]);
        Description::new(corners, Some(format!("Regions of {}.", self.names.join(", "))))
    }

    fn key(&self) -> Vec<KeyEntry> {
        let named = self.names.iter().zip(&self.colors);
        named.map(|(name, &color)| KeyEntry::new(name, color, Sample::Fill)).collect()
    }

    fn columns(&self, _: &Axis, _: &Axis) -> Columns {
        Columns::none()
    }

    fn ghost(&self) -> Ghost {
        Ghost::OverMap(Arc::new(Borders(self.clone())))
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        let names = self.names.iter().cloned().zip(self.colors.iter().copied()).collect();
        vec![Reading::Field { names, grids: self.classes.clone(), format: Format::Percent }]
    }
}

/// What of regions stays behind others: the lines where two classes are equally likely.
#[derive(Clone, Debug)]
struct Borders(Regions);

impl Silhouette for Borders {
    fn reach(&self, needs: &mut Needs) {
        Mark::reach(&self.0, needs);
    }

    fn draw(&self, plot: &Plot) {
        let grids = self.0.sound();
        let Some(first) = grids.first() else { return };
        for class in (0..grids.len()).filter(|&class| has_border(class, grids.len())) {
            let contour = Contour::trace(&margins(&grids, class), first.width, first.height, 0.0);
            for border in lines(&contour, first, plot, self.0.detail.tolerance) {
                plot.canvas.path(&border, Stroke::new(Color::Ink, 1.5).dash(Dash::Dashed));
            }
        }
    }

    fn annotate(&self, _: &Plot, _: &Around) {}
}

/// Returns whether the border of a class is drawn: that of two classes is drawn once.
fn has_border(class: usize, classes: usize) -> bool {
    classes > 2 || class == 0
}

/// How much likelier a class is than the likeliest other one, at each point.
fn margins(grids: &[&Grid], class: usize) -> Vec<f64> {
    let others = |point: usize| {
        let values =
            grids.iter().enumerate().filter(|(index, _)| *index != class).map(|(_, grid)| grid.values[point]);
        values.fold(f64::NEG_INFINITY, f64::max)
    };
    let alone = grids.len() == 1;
    let own = grids[class].values.iter().enumerate();
    own.map(|(point, &value)| if alone { 2.0 * value - 1.0 } else { value - others(point) }).collect()
}

/// Returns the lines of a contour on the page, those of them that are longer than a point.
pub(super) fn lines(
    contour: &Contour,
    grid: &Grid,
    plot: &Plot,
    tolerance: f64,
) -> impl Iterator<Item = Vec<Point>> {
    let lines = contour.lines.iter().map(move |line| placed(line, grid, plot, tolerance));
    lines.filter(|line| line.len() > 1)
}

/// Converts from grid steps to the page, without the points that a straight line tells as well.
pub(super) fn placed(line: &[Point], grid: &Grid, plot: &Plot, tolerance: f64) -> Vec<Point> {
    let along =
        |(low, high): (f64, f64), step: f64, count: usize| low + (high - low) * step / (count - 1) as f64;
    let value = |&(i, j): &Point| (along(grid.x, i, grid.width), along(grid.y, j, grid.height));
    let places: Vec<Point> = line.iter().filter_map(|point| plot.place(value(point))).collect();
    contour::simplified(&places, tolerance)
}

impl Raster {
    /// Says more of each cell in the data table, row-major.
    pub fn told<S: Into<String>>(mut self, told: impl IntoIterator<Item = S>) -> Self {
        self.told = Some(told.into_iter().map(Into::into).collect());
        self
    }

    /// What is said of a cell: its text, or else its value.
    fn text(&self, index: usize, value: f64) -> String {
        let texts = self.told.as_ref().or(self.texts.as_ref());
        texts.and_then(|texts| texts.get(index)).cloned().unwrap_or_else(|| rounded(value, Format::Plain))
    }

    /// Outer borders: each value stands in the middle of its cell.
    fn cells(&self) -> ((f64, f64), (f64, f64)) {
        let half = |(low, high): (f64, f64), count: usize| {
            let half = if count > 1 { (high - low) / (count - 1) as f64 / 2.0 } else { 0.5 };
            (low - half, high + half)
        };
        (half(self.grid.x, self.grid.width), half(self.grid.y, self.grid.height))
    }

    fn strength(&self, value: f64) -> f64 {
        let finite = || self.grid.values.iter().copied().filter(|value| value.is_finite());
        let found = || (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        self.shading.strength(value, self.range.unwrap_or_else(found))
    }

    /// Each value with the corners of its cell.
    fn boxes(&self) -> impl Iterator<Item = (usize, f64, Point, Point)> {
        let ((left, right), (bottom, top)) = self.cells();
        let (width, height) = (self.grid.width.max(1), self.grid.height.max(1));
        let (dx, dy) = ((right - left) / width as f64, (top - bottom) / height as f64);
        let corner = move |i: usize, j: usize| (left + dx * i as f64, bottom + dy * j as f64);
        self.grid.values.iter().take(width * height).enumerate().map(move |(index, &value)| {
            let (i, j) = (index % width, index / width);
            (index, value, corner(i, j), corner(i + 1, j + 1))
        })
    }
}

impl Mark for Raster {
    fn reach(&self, needs: &mut Needs) {
        let ((left, right), (bottom, top)) = self.cells();
        needs.x.values.extend([left, right]);
        needs.y.values.extend([bottom, top]);
        needs.x.tight = true;
        needs.y.tight = true;
    }

    fn draw(&self, plot: &Plot) {
        let class = if self.texts.is_some() { "class=\"rim\"" } else { "shape-rendering=\"crispEdges\"" };
        let strengths: Vec<f64> = self.grid.values.iter().map(|&value| self.strength(value)).collect();
        plot.canvas.group(class, || {
            for (index, value, from, to) in self.boxes() {
                if value.is_finite() && plot.place(from).is_some() && plot.place(to).is_some() {
                    plot.bar(from, to, Color::Series(0), 0.05 + 0.93 * strengths[index]);
                }
            }
        });
    }

    fn annotate(&self, plot: &Plot, _: &Around) {
        let Some(texts) = &self.texts else { return };
        for (index, value, from, to) in self.boxes() {
            let (Some(text), Some(a), Some(b)) = (texts.get(index), plot.place(from), plot.place(to)) else {
                continue;
            };
            if SMALL.width(text) <= (b.0 - a.0).abs() {
                let paint = if self.strength(value) >= 0.72 { Paint::Paper } else { Paint::Of(Color::Ink) };
                let middle = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
                plot.canvas.text(middle, text, Ink::new(SMALL, paint).h(HPos::Center));
            }
        }
    }

    fn describe(&self, _: &Axis, _: &Axis) -> Description {
        let corners = [(self.grid.x.0, self.grid.y.0), (self.grid.x.1, self.grid.y.1)];
        let sentence = range(self.grid.values.iter().copied()).map(|(low, high)| {
            let [low, high] = [low, high].map(|value| rounded(value, Format::Plain));
            format!("Shades show {}, from {low} to {high}.", self.label)
        });
        Description::new(corners, sentence)
    }

    fn key(&self) -> Vec<KeyEntry> {
        Vec::new()
    }

    fn columns(&self, x: &Axis, y: &Axis) -> Columns {
        // Only where cells have names is there something to read off.
        let (Scale::Category(across), Scale::Category(_)) = (&x.scale, &y.scale) else {
            return Columns::none();
        };
        let cell = |column: usize, row: usize| {
            let index = row * self.grid.width + column;
            (row as f64, self.text(index, self.grid.values.get(index).copied().unwrap_or(f64::NAN)))
        };
        let column = |(column, name): (usize, &String)| Column {
            name: name.clone(),
            cells: (0..self.grid.height).map(|row| cell(column, row)).collect(),
        };
        let columns = across.iter().take(self.grid.width).enumerate().map(column).collect();
        Columns { rows: Rows::Y, columns }
    }

    fn ghost(&self) -> Ghost {
        Ghost::None
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        let spot = |(index, value, from, to): (usize, f64, Point, Point)| {
            Spot::new(((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0)).text(self.text(index, value))
        };
        vec![Reading::Spots(Spots::new(
            Some(&self.label),
            Color::Series(0),
            Along::Plane,
            self.boxes().map(spot),
        ))]
    }
}
