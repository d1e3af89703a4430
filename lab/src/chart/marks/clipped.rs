//! What has no place on a logarithmic axis: a triangle at the lower edge says that it lies below.

use super::{Around, Description, Ghost, Mark};
use crate::chart::axis::Axis;
use crate::chart::canvas::Plot;
use crate::chart::key::KeyEntry;
use crate::chart::reading::Reading;
use crate::chart::scale::Needs;
use crate::chart::table::Columns;
use crate::chart::theme::Color;

/// Values at and below nothing, by where they stand on x.
#[derive(Clone, Debug, PartialEq)]
pub struct Clipped {
    pub at: Vec<f64>,
    pub color: Color,
}

impl Mark for Clipped {
    fn reach(&self, needs: &mut Needs) {
        needs.x.values.extend(&self.at);
        needs.x.air = true;
    }

    fn draw(&self, _: &Plot) {}

    fn annotate(&self, plot: &Plot, _: &Around) {
        let (low, high) = plot.y.ends();
        let floor = if plot.y.flipped { high } else { low };
        for &at in &self.at {
            if let Some((x, _)) = plot.place((at, floor)) {
                plot.canvas.triangle((x, plot.frame.bottom()), (0.0, 1.0), 4.5, self.color);
            }
        }
    }

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
        Vec::new()
    }
}
