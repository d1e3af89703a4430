//! Dots: scatter, strips, trials, examples of a data set.

use std::sync::Arc;

use super::{Around, Description, Ghost, Mark};
use crate::chart::axis::{Axis, Scale};
use crate::chart::canvas::Plot;
use crate::chart::describe::range;
use crate::chart::figure::Point;
use crate::chart::key::{KeyEntry, Sample};
use crate::chart::reading::{Along, Reading, Spot, Spots};
use crate::chart::scale::Needs;
use crate::chart::table::{Column, Columns, Rows};
use crate::chart::theme::Color;
use crate::chart::ticks::rounded;

/// The form of a dot, a second cue beside its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    #[default]
    Circle,
    Square,
    Triangle,
    Diamond,
    Cross,
}

impl Shape {
    /// Returns a different form for each class or series, in a fixed order.
    pub fn of(index: usize) -> Self {
        [Shape::Circle, Shape::Square, Shape::Triangle, Shape::Diamond, Shape::Cross][index % 5]
    }
}

/// Many dots of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Dots {
    pub points: Vec<Point>,
    pub color: Color,
    /// A colour for each dot (trials by objective), as many as points.
    pub colors: Option<Vec<Color>>,
    /// What their colours show: its name, and a text for each dot.
    pub told: Option<(String, Vec<String>)>,
    /// Radius in px; 4 by default.
    pub size: f64,
    pub shape: Shape,
    /// Outline only.
    pub hollow: bool,
    /// Name of the series, in the key.
    pub label: Option<String>,
}

impl Dots {
    /// Makes a dot at each point.
    pub fn new(points: impl IntoIterator<Item = Point>, color: Color) -> Self {
        Dots {
            points: points.into_iter().collect(),
            color,
            colors: None,
            told: None,
            size: 4.0,
            shape: Shape::Circle,
            hollow: false,
            label: None,
        }
    }

    /// Dots of one category, side by side so that none hides another: `at` is the category's
    /// index, dots spread over `width` of it (0.5 is half). With `horizontal`, values run along x.
    pub fn strip(at: usize, values: &[f64], width: f64, horizontal: bool, color: Color) -> Self {
        let points = values.iter().enumerate().map(|(index, &value)| {
            let position = at as f64 + width * spread(index);
            if horizontal { (value, position) } else { (position, value) }
        });
        Dots::new(points, color)
    }

    /// Gives each dot a colour of its own.
    pub fn colors(mut self, colors: impl IntoIterator<Item = Color>) -> Self {
        self.colors = Some(colors.into_iter().collect());
        self
    }

    /// Says what the colours of the dots show, by its name and a text for each dot.
    pub fn told(mut self, name: impl Into<String>, texts: impl IntoIterator<Item = String>) -> Self {
        self.told = Some((name.into(), texts.into_iter().collect()));
        self
    }

    /// Sets the size of the dots in px.
    pub fn size(mut self, size: f64) -> Self {
        self.size = size;
        self
    }

    /// Sets the form of the dots.
    pub fn shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// Draws outlines alone.
    pub fn hollow(mut self) -> Self {
        self.hollow = true;
        self
    }

    /// Names them in the key.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

/// Evenly filling -0.5..0.5 in an order without pattern: multiples of the golden ratio, the fraction kept.
fn spread(index: usize) -> f64 {
    let turn = (index as f64 + 0.5) * 0.618_033_988_749_895;
    turn - turn.floor() - 0.5
}

impl Mark for Dots {
    fn reach(&self, needs: &mut Needs) {
        for &point in &self.points {
            needs.hold(point);
        }
        needs.x.air = true;
        needs.y.air = true;
        needs.dots.extend(&self.points);
    }

    fn draw(&self, _: &Plot) {}

    fn annotate(&self, plot: &Plot, _: &Around) {
        let color =
            |index| self.colors.as_ref().and_then(|colors| colors.get(index)).copied().unwrap_or(self.color);
        let dots = self.points.iter().enumerate().map(|(index, &point)| (point, color(index)));
        if self.hollow || self.shape == Shape::Cross {
            dots.for_each(|(point, color)| plot.dot(point, self.size, self.shape, self.hollow, color));
        } else {
            plot.dots(dots, self.size, self.shape);
        }
    }

    fn describe(&self, _: &Axis, y: &Axis) -> Description {
        let sentence = || {
            let name = self.label.as_deref().unwrap_or("Dots");
            range(self.points.iter().map(|point| point.0))?;
            let (low, high) = range(self.points.iter().map(|point| point.1))?;
            let [low, high] = [low, high].map(|end| rounded(end, y.format));
            let named = matches!(y.scale, Scale::Category(_));
            Some(match (self.points.len(), named) {
                (1, true) => format!("{name}: one point."),
                (1, false) => format!("{name}: one point at {low}."),
                (count, true) => format!("{name}: {count} points."),
                (count, false) => format!("{name}: {count} points between {low} and {high}."),
            })
        };
        Description::new(self.points.iter().copied(), sentence())
    }

    fn key(&self) -> Vec<KeyEntry> {
        self.label
            .iter()
            .map(|name| KeyEntry::new(name, self.color, Sample::Dot(self.shape, self.hollow)))
            .collect()
    }

    fn columns(&self, x: &Axis, y: &Axis) -> Columns {
        let rows = if matches!(y.scale, Scale::Category(_)) { Rows::Y } else { Rows::X };
        let mut columns = Columns::points(rows, self.label.as_deref(), &self.points, x, y);
        if let Some((name, texts)) = &self.told {
            let place = |&(x, y): &Point| if rows == Rows::Y { y } else { x };
            let cells = self.points.iter().map(place).zip(texts.iter().cloned()).collect();
            columns.columns.push(Column { name: name.clone(), cells });
        }
        columns
    }

    fn ghost(&self) -> Ghost {
        Ghost::Under(Arc::new(self.clone().hollow()))
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        let (name, texts) = match &self.told {
            Some((name, texts)) => (Some(name.as_str()), &texts[..]),
            None => (self.label.as_deref(), &[][..]),
        };
        let spot =
            |(index, &point): (usize, &Point)| Spot { text: texts.get(index).cloned(), ..Spot::new(point) };
        let spots = self.points.iter().enumerate().map(spot);
        vec![Reading::Spots(Spots::new(name, self.color, Along::Plane, spots))]
    }
}
