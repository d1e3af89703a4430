//! A straight line across the whole plot that rises or falls.

use super::{Around, Dash, Description, Ghost, Mark};
use crate::chart::axis::{Axis, Format};
use crate::chart::canvas::{Plot, Side, Stroke};
use crate::chart::figure::Point;
use crate::chart::key::KeyEntry;
use crate::chart::reading::Reading;
use crate::chart::scale::Needs;
use crate::chart::table::Columns;
use crate::chart::theme::Color;
use crate::chart::ticks::rounded;

/// Points of the line: on a bent axis it is no straight one.
const STEPS: usize = 100;

/// `y = slope x + intercept`, as a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Slope {
    pub slope: f64,
    pub intercept: f64,
    pub label: Option<String>,
}

impl Slope {
    fn points(&self, plot: &Plot) -> Vec<Point> {
        let low = plot.x.low;
        let at = |step: usize| plot.x.curve.unbend(low + (plot.x.high - low) * step as f64 / STEPS as f64);
        (0..=STEPS).map(at).map(|x| (x, self.slope * x + self.intercept)).collect()
    }
}

impl Mark for Slope {
    fn reach(&self, _: &mut Needs) {}

    fn draw(&self, plot: &Plot) {
        plot.path(&self.points(plot), Stroke::new(Color::Muted, 1.3).dash(Dash::Dashed));
    }

    fn annotate(&self, plot: &Plot, _: &Around) {
        let Some(label) = &self.label else { return };
        let inside: Vec<Point> =
            self.points(plot).into_iter().filter(|&point| plot.contains(point)).collect();
        if let Some(&at) = inside.get(inside.len() * 4 / 5) {
            plot.text(at, label, if self.slope > 0.0 { Side::Left } else { Side::Right }, Color::Muted);
        }
    }

    fn describe(&self, _: &Axis, _: &Axis) -> Description {
        let [slope, intercept] = [self.slope, self.intercept].map(|number| rounded(number, Format::Plain));
        let name = self.label.as_deref().unwrap_or("a slope");
        Description::new([], Some(format!("A line marks {name}: {slope} times x plus {intercept}.")))
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
