//! What another outcome had, behind the marks of this one: faint, without a name, a number or an answer of its own.

use std::sync::Arc;

use super::{Around, Description, Ghost, Mark, Silhouette};
use crate::chart::axis::Axis;
use crate::chart::canvas::Plot;
use crate::chart::key::KeyEntry;
use crate::chart::reading::Reading;
use crate::chart::scale::Needs;
use crate::chart::table::Columns;

/// What stays of a mark of another outcome.
#[derive(Clone, Debug)]
pub(crate) struct Behind(pub Arc<dyn Silhouette>);

/// How pages find that there is something behind what they show.
const GROUP: &str = "class=\"ghost\" opacity=\"0.5\"";

impl Mark for Behind {
    fn reach(&self, needs: &mut Needs) {
        self.0.reach(needs);
    }

    fn draw(&self, plot: &Plot) {
        plot.canvas.group(GROUP, || self.0.draw(plot));
    }

    fn annotate(&self, plot: &Plot, around: &Around) {
        plot.canvas.group(GROUP, || self.0.annotate(plot, around));
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
