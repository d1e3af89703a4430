//! The key: names of series with a sample of how each looks, in rows above the panels.

use super::canvas::{Canvas, Ink, Rect, Stroke};
use super::figure::{Figure, Key, Panel, Point};
use super::layout::TEXT;
use super::marks::{BAR, Dash, Shape};
use super::reading::Names;
use super::theme::Color;

/// How a series looks in small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// With dots at its points or without.
    Line(Dash, bool),
    /// Hollow or filled.
    Dot(Shape, bool),
    Interval,
    Fill,
    /// The colour ramp; the name is split at its ends.
    Ramp,
    /// A reference line, named beside it.
    Rule,
}

/// Where the name of a series is to stand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Place {
    /// In the key.
    #[default]
    Key,
    /// Beside the plot, at the end of a line (none if it has no place) that may end since a run diverged; in the key if lines
    /// are not named at their ends.
    End { at: Option<Point>, broken: bool },
    /// Beside the plot at this value of y, if names stand there.
    Level(f64),
    /// Above the plot.
    Above,
}

/// One series: its name, how it looks, where its name is to stand.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyEntry {
    pub name: String,
    pub color: Color,
    pub sample: Sample,
    pub place: Place,
}

impl KeyEntry {
    /// Makes an entry of the key.
    pub fn new(name: impl Into<String>, color: Color, sample: Sample) -> Self {
        KeyEntry { name: name.into(), color, sample, place: Place::Key }
    }

    /// Sets where the name is to stand.
    pub fn place(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
}

/// Returns whether lines are named at their ends (or all names go to the key above).
pub(crate) fn direct(figure: &Figure, page: f64) -> bool {
    match figure.key {
        Key::Direct => true,
        Key::Above => false,
        Key::Auto => {
            let labels: Vec<Vec<String>> = figure.panels.iter().map(line_labels).collect();
            let same = labels.len() > 1 && labels.iter().all(|names| names.len() > 1 && *names == labels[0]);
            let cell = page / figure.columns.clamp(1, figure.panels.len().max(1)) as f64;
            !same && TEXT.widest(labels.iter().flatten()) <= cell * 0.32
        }
    }
}

fn line_labels(panel: &Panel) -> Vec<String> {
    let entries = panel.key();
    entries.filter(|entry| matches!(entry.place, Place::End { .. })).map(|entry| entry.name).collect()
}

/// Returns the series that are not named where they are drawn, each once.
pub(crate) fn entries(figure: &Figure, direct: bool) -> Vec<KeyEntry> {
    let mut entries: Vec<KeyEntry> = Vec::new();
    let all = figure.panels.iter().flat_map(Panel::key);
    let in_key = |entry: &KeyEntry| match entry.place {
        Place::Key => true,
        Place::End { .. } => !direct,
        Place::Level(_) | Place::Above => false,
    };
    for entry in all.filter(in_key) {
        match entries.iter_mut().find(|known| known.name == entry.name) {
            // a class that has a region and dots is shown by its dots
            Some(known) if known.sample == Sample::Fill => *known = entry,
            Some(_) => {}
            None => entries.push(entry),
        }
    }
    if let Some((pale, strong)) = &figure.ramp {
        let name = figure.words.say(&format!("{pale} to {strong}"));
        entries.push(KeyEntry::new(name, Color::Ramp(1.0), Sample::Ramp));
    }
    entries
}

const GLYPH: f64 = 22.0;
const ROW: f64 = 20.0;

fn glyph_width(entry: &KeyEntry) -> f64 {
    if entry.sample == Sample::Ramp { 2.0 * GLYPH } else { GLYPH }
}

/// Returns where each entry stands, and the height of all.
pub(crate) fn flow(entries: &[KeyEntry], width: f64) -> (Vec<(f64, f64)>, f64) {
    let (mut x, mut y) = (0.0, 0.0);
    let mut places = Vec::new();
    for entry in entries {
        let needed = glyph_width(entry) + 6.0 + TEXT.width(&entry.name);
        if x > 0.0 && x + needed > width {
            (x, y) = (0.0, y + ROW);
        }
        places.push((x, y));
        x += needed + 18.0;
    }
    let height = if entries.is_empty() { 0.0 } else { y + ROW };
    (places, height)
}

pub(crate) fn draw(canvas: &Canvas, entries: &[KeyEntry], top: f64, width: f64, names: &Names) {
    for (entry, (x, y)) in entries.iter().zip(flow(entries, width).0) {
        let middle = top + y + ROW / 2.0;
        let sample = glyph_width(entry);
        canvas.named(names.index(&entry.name), || {
            glyph(canvas, entry, (x + sample - GLYPH, middle));
            let name = TEXT.fit(&entry.name, width - sample - 6.0);
            canvas.text((x + sample + 6.0, middle), &name, Ink::new(TEXT, Color::Ink));
        });
    }
}

/// A sample of the series in a box of `GLYPH` px.
pub(crate) fn glyph(canvas: &Canvas, entry: &KeyEntry, (x, y): (f64, f64)) {
    let middle = (x + GLYPH / 2.0, y);
    let across = [(x + 1.0, y), (x + GLYPH - 1.0, y)];
    match entry.sample {
        Sample::Line(dash, markers) => {
            canvas.path(&across, Stroke::new(entry.color, 2.4).dash(dash));
            if markers {
                canvas.dot(middle, 3.6, Shape::Circle, false, entry.color);
            }
        }
        Sample::Dot(shape, hollow) => canvas.dot(middle, 4.8, shape, hollow, entry.color),
        Sample::Interval => {
            canvas.path(&across, Stroke::new(entry.color, 2.2));
            canvas.dot(middle, 4.8, Shape::Circle, false, entry.color);
        }
        Sample::Rule => {}
        Sample::Ramp => {
            for step in 0..11 {
                let place =
                    Rect { left: x - 22.0 + f64::from(step) * 4.0, top: y - 5.5, width: 4.2, height: 11.0 };
                canvas.rectangle(place, Color::Ramp(f64::from(step) / 10.0), 1.0);
            }
        }
        Sample::Fill => {
            let side = Rect { left: x + 4.0, top: y - 6.5, width: 14.0, height: 13.0 };
            canvas.rectangle(side, entry.color, BAR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Axis, Dots, Line, Regions};

    fn figure(panels: usize, labels: &[&str]) -> Figure {
        let line = |name: &&str| Line::new([(0.0, 1.0)], Color::Ink).label(*name);
        let panel = Panel::new(Axis::linear("x"), Axis::linear("y")).marks(labels.iter().map(line));
        Figure::new("f", "F", "").panels(vec![panel; panels]).columns(panels)
    }

    #[test]
    fn equal_panels_share_a_key() {
        assert!(direct(&figure(1, &["train", "dev"]), 720.0));
        assert!(!direct(&figure(2, &["train", "dev"]), 720.0));
        assert_eq!(entries(&figure(2, &["train", "dev"]), false).len(), 2);
        assert!(entries(&figure(1, &["train", "dev"]), true).is_empty());
    }

    #[test]
    fn names_too_long_for_the_margin_go_above() {
        let long = figure(1, &["momentum with a very long explanation"]);
        assert!(direct(&long, 1000.0) && !direct(&long, 340.0));
    }

    #[test]
    fn a_class_is_shown_once() {
        let mut regions = Regions::new(Vec::new(), ["moon"]);
        regions.colors = vec![Color::Series(0)];
        let panel = Panel::new(Axis::linear("x"), Axis::linear("y"))
            .mark(regions)
            .mark(Dots::new([], Color::Series(0)).label("moon"));
        let figure = Figure::new("f", "F", "").panel(panel);
        let found = entries(&figure, true);
        assert_eq!(found.len(), 1);
        assert!(matches!(found[0].sample, Sample::Dot(..)));
    }
}
