//! The key: names of series with a sample of how each looks, in rows above the panels.

use super::canvas::{Canvas, Ink, Rect, Stroke};
use super::figure::{Figure, Key, Panel};
use super::layout::TEXT;
use super::marks::{BAR, Dash, Line, Mark, Shape};
use super::theme::Color;

/// How a series looks in small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sample {
    Line(Dash, bool),
    Dot(Shape, bool),
    Interval,
    Fill,
    /// The colour ramp; the name is split at its ends.
    Ramp,
    /// A reference line, named beside it.
    Rule,
}

/// One series in the key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyEntry {
    pub name: String,
    pub color: Color,
    pub sample: Sample,
}

/// Returns whether lines are named at their ends (or all names go to the key above).
pub(crate) fn direct(figure: &Figure, page: f64) -> bool {
    match figure.key {
        Key::Direct => true,
        Key::Above => false,
        Key::Auto => {
            let labels: Vec<Vec<&str>> =
                figure.panels.iter().map(|panel| line_labels(panel).collect()).collect();
            let same = labels.len() > 1 && labels.iter().all(|names| names.len() > 1 && *names == labels[0]);
            let cell = page / figure.columns.clamp(1, figure.panels.len().max(1)) as f64;
            !same && TEXT.widest(labels.iter().flatten()) <= cell * 0.32
        }
    }
}

fn line_labels(panel: &Panel) -> impl Iterator<Item = &str> {
    panel.marks.iter().filter_map(|mark| match mark {
        Mark::Line(line) => line.label.as_deref(),
        _ => None,
    })
}

/// Returns the series that are not named where they are drawn, each once.
pub(crate) fn entries(figure: &Figure, direct: bool) -> Vec<KeyEntry> {
    let mut entries: Vec<KeyEntry> = Vec::new();
    for entry in figure.panels.iter().flat_map(|panel| &panel.marks).flat_map(|mark| of(mark, direct)) {
        match entries.iter_mut().find(|known| known.name == entry.name) {
            // a class that has a region and dots is shown by its dots
            Some(known) if known.sample == Sample::Fill => *known = entry,
            Some(_) => {}
            None => entries.push(entry),
        }
    }
    if let Some((pale, strong)) = &figure.ramp {
        let name = format!("{pale} to {strong}");
        entries.push(KeyEntry { name, color: Color::Ramp(1.0), sample: Sample::Ramp });
    }
    entries
}

fn of(mark: &Mark, direct: bool) -> Vec<KeyEntry> {
    let one = |name: &Option<String>, color, sample| {
        name.iter().map(|name| KeyEntry { name: name.clone(), color, sample }).collect()
    };
    match mark {
        Mark::Line(line) if !direct => one(&line.label, line.color, sample(line)),
        Mark::Dots(dots) => one(&dots.label, dots.color, Sample::Dot(dots.shape, dots.hollow)),
        Mark::Bars(bars) => one(&bars.label, bars.color, Sample::Fill),
        Mark::Area(area) => one(&area.label, area.color, Sample::Fill),
        Mark::Interval(interval) => one(&interval.label, interval.color, Sample::Interval),
        Mark::Regions(regions) => {
            let named = regions.names.iter().zip(&regions.colors);
            named.map(|(name, &color)| KeyEntry { name: name.clone(), color, sample: Sample::Fill }).collect()
        }
        Mark::Paths(paths) => {
            let entry = |name: &str, sample| KeyEntry { name: name.to_owned(), color: Color::Ink, sample };
            let goal =
                (!paths.goals.is_empty()).then(|| entry(&paths.goal, Sample::Dot(Shape::Cross, false)));
            [entry("start", Sample::Dot(Shape::Circle, true))].into_iter().chain(goal).collect()
        }
        _ => Vec::new(),
    }
}

fn sample(line: &Line) -> Sample {
    Sample::Line(line.dash, line.markers)
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

pub(crate) fn draw(canvas: &Canvas, entries: &[KeyEntry], top: f64, width: f64) {
    for (entry, (x, y)) in entries.iter().zip(flow(entries, width).0) {
        let middle = top + y + ROW / 2.0;
        let sample = glyph_width(entry);
        glyph(canvas, entry, (x + sample - GLYPH, middle));
        let name = TEXT.fit(&entry.name, width - sample - 6.0);
        canvas.text((x + sample + 6.0, middle), &name, Ink::new(TEXT, Color::Ink));
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
    use crate::chart::{Axis, Dots, Regions};

    fn figure(panels: usize, labels: &[&str]) -> Figure {
        let line = |name: &&str| Mark::from(Line::new([(0.0, 1.0)], Color::Ink).label(*name));
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
        let panel = Panel::new(Axis::linear("x"), Axis::linear("y"))
            .mark(Regions::new(Vec::new(), ["moon"]))
            .mark(Dots::new([], Color::Series(0)).label("moon"));
        let mut figure = Figure::new("f", "F", "").panel(panel);
        if let Mark::Regions(regions) = &mut figure.panels[0].marks[0] {
            regions.colors = vec![Color::Series(0)];
        }
        let found = entries(&figure, true);
        assert_eq!(found.len(), 1);
        assert!(matches!(found[0].sample, Sample::Dot(..)));
    }
}
