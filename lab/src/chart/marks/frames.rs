//! States of one thing, such as a boundary after each of some epochs: the last one stands, and the page's script lets a reader
//! slide through the others.

use std::sync::Arc;

use plotters::style::text_anchor::{HPos, VPos};

use super::{Around, Description, Ghost, Mark, Silhouette};
use crate::chart::axis::Axis;
use crate::chart::canvas::{Ink, Plot};
use crate::chart::key::KeyEntry;
use crate::chart::layout::SMALL;
use crate::chart::reading::Reading;
use crate::chart::scale::Needs;
use crate::chart::table::Columns;
use crate::chart::text::escape;
use crate::chart::theme::Color;

/// One state: its name, and what is drawn of it.
#[derive(Clone, Debug)]
pub struct Frame {
    /// `epoch 5`
    pub name: String,
    pub marks: Vec<Arc<dyn Mark>>,
}

/// States in their order. What all have in common stands beside them in the panel, and is drawn once.
#[derive(Clone, Debug)]
pub struct Frames {
    pub frames: Vec<Frame>,
}

impl Frame {
    /// Makes a state without marks.
    pub fn new(name: impl Into<String>) -> Self {
        Frame { name: name.into(), marks: Vec::new() }
    }

    /// Adds marks to it.
    pub fn marks<M: Mark + 'static>(mut self, marks: impl IntoIterator<Item = M>) -> Self {
        self.marks.extend(marks.into_iter().map(|mark| Arc::new(mark) as Arc<dyn Mark>));
        self
    }
}

impl Frames {
    /// Makes states in their order.
    pub fn new(frames: impl IntoIterator<Item = Frame>) -> Self {
        Frames { frames: frames.into_iter().collect() }
    }

    /// The marks of the state that stands.
    fn last(&self) -> impl Iterator<Item = &Arc<dyn Mark>> {
        self.frames.iter().rev().take(1).flat_map(|frame| &frame.marks)
    }

    /// Draws something of each state in a group of its own; all but the last are hidden.
    fn each(&self, plot: &Plot, draw: impl Fn(&Frame)) {
        for (index, frame) in self.frames.iter().enumerate() {
            let hidden = if index + 1 < self.frames.len() { " off" } else { "" };
            let name = escape(&plot.canvas.written(&frame.name));
            plot.canvas.group(&format!("class=\"frame{hidden}\" data-frame=\"{name}\""), || draw(frame));
        }
    }
}

impl Mark for Frames {
    fn reach(&self, needs: &mut Needs) {
        let marks = self.frames.iter().flat_map(|frame| &frame.marks);
        marks.for_each(|mark| mark.reach(needs));
    }

    fn draw(&self, plot: &Plot) {
        self.each(plot, |frame| frame.marks.iter().for_each(|mark| mark.draw(plot)));
    }

    fn annotate(&self, plot: &Plot, around: &Around) {
        self.each(plot, |frame| {
            frame.marks.iter().for_each(|mark| mark.annotate(plot, around));
            let at = (plot.frame.right() - 6.0, plot.frame.top + 5.0);
            plot.canvas.text(at, &frame.name, Ink::new(SMALL, Color::Ink).h(HPos::Right).v(VPos::Top).halo());
        });
    }

    fn describe(&self, x: &Axis, y: &Axis) -> Description {
        let mut told = Description::default();
        told.sentences.extend(self.frames.last().map(|frame| format!("Shown is {}.", frame.name)));
        for description in self.last().map(|mark| mark.describe(x, y)) {
            told.points.extend(description.points);
            told.sentences.extend(description.sentences);
        }
        told
    }

    fn key(&self) -> Vec<KeyEntry> {
        self.last().flat_map(|mark| mark.key()).collect()
    }

    fn columns(&self, x: &Axis, y: &Axis) -> Columns {
        let mut all = Columns::none();
        for columns in self.last().map(|mark| mark.columns(x, y)) {
            all.rows = columns.rows;
            all.columns.extend(columns.columns);
        }
        all
    }

    fn ghost(&self) -> Ghost {
        let ghosts: Vec<Ghost> = self.last().map(|mark| mark.ghost()).collect();
        let over_map = ghosts.iter().any(|ghost| matches!(ghost, Ghost::OverMap(_)));
        let stay: Vec<_> = ghosts.into_iter().filter_map(Ghost::silhouette).collect();
        match (stay.is_empty(), over_map) {
            (true, _) => Ghost::None,
            (false, true) => Ghost::OverMap(Arc::new(Last(stay))),
            (false, false) => Ghost::Under(Arc::new(Last(stay))),
        }
    }

    fn readings(&self, x: &Axis, y: &Axis) -> Vec<Reading> {
        self.last().flat_map(|mark| mark.readings(x, y)).collect()
    }
}

/// What stays of states behind others: what does of the one that stands.
#[derive(Clone, Debug)]
struct Last(Vec<Arc<dyn Silhouette>>);

impl Silhouette for Last {
    fn reach(&self, needs: &mut Needs) {
        self.0.iter().for_each(|mark| mark.reach(needs));
    }

    fn draw(&self, plot: &Plot) {
        self.0.iter().for_each(|mark| mark.draw(plot));
    }

    fn annotate(&self, plot: &Plot, around: &Around) {
        self.0.iter().for_each(|mark| mark.annotate(plot, around));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Figure, Layout, Line, Panel};

    #[test]
    fn the_last_state_stands_and_all_have_one_range() {
        let state = |name: &str, high: f64| {
            Frame::new(name).marks([Line::new([(0.0, 0.0), (1.0, high)], Color::Ink).label("fit")])
        };
        let frames = Frames::new([state("epoch 1", 4.0), state("epoch 2", 2.0)]);
        let panel = Panel::new(Axis::linear("x"), Axis::linear("y")).mark(frames);
        let figure = Figure::new("f", "F", "").panel(panel);
        let svg = figure.svg("f", Layout::Wide, false);
        // The line of each, and the name of each over it.
        assert_eq!(svg.matches("class=\"frame off\" data-frame=\"epoch 1\"").count(), 2, "{svg}");
        assert_eq!(svg.matches("class=\"frame\" data-frame=\"epoch 2\"").count(), 2, "{svg}");
        assert!(figure.describe().contains("Shown is epoch 2. fit: starts at 0, ends at 2"));
        let table = &figure.tables()[0];
        assert_eq!(table.rows, [["0", "0"], ["1", "2"]]);
    }
}
