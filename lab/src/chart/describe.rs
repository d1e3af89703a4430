//! The figure in words, written from its data: what a listener needs to know.

use super::axis::{Axis, Format, Scale};
use super::figure::{Figure, Panel, Point};
use super::marks::{Bars, Line, Mark, Parallel, Path, Paths};
use super::ticks::rounded;

/// Longest list that is still read out whole.
const MOST: usize = 12;

impl Figure {
    /// Returns the description: the lead sentence, then axes and their ranges, then each series with where it starts, ends
    /// and is lowest.
    pub fn describe(&self) -> String {
        let mut sentences = vec![self.lead.clone()];
        let several = self.panels.len() > 1;
        for (index, panel) in self.panels.iter().enumerate() {
            if several {
                let name = panel.title.clone().unwrap_or_else(|| (index + 1).to_string());
                sentences.push(format!("Panel {name}."));
            }
            sentences.extend(panel_sentences(panel));
        }
        sentences.extend(self.note.clone());
        sentences.retain(|sentence| !sentence.trim().is_empty());
        sentences.join(" ")
    }
}

fn panel_sentences(panel: &Panel) -> Vec<String> {
    if let Some(parallel) = panel.parallel() {
        return parallel_sentences(parallel);
    }
    let points: Vec<Point> = panel.marks.iter().flat_map(reached).collect();
    let xs = points.iter().map(|point| point.0);
    let ys = points.iter().map(|point| point.1);
    let mut sentences: Vec<String> =
        [axis_sentence("Across", &panel.x, xs), axis_sentence("Up", &panel.y, ys)]
            .into_iter()
            .flatten()
            .collect();
    let series: Vec<String> = panel.marks.iter().flat_map(|mark| mark_sentences(mark, panel)).collect();
    let more = series.len().saturating_sub(MOST);
    sentences.extend(series.into_iter().take(MOST));
    if more > 0 {
        sentences.push(format!("And {more} more."));
    }
    sentences
}

/// Points that stand for a mark in the ranges of the axes.
fn reached(mark: &Mark) -> Vec<Point> {
    match mark {
        Mark::Line(line) => line.points.clone(),
        Mark::Dots(dots) => dots.points.clone(),
        Mark::Area(area) => area.points.clone(),
        Mark::Interval(interval) => interval.middles(),
        Mark::Bars(bars) => bars.bars.iter().map(|bar| end(bars, bar.at, bar.to)).collect(),
        Mark::Regions(regions) => {
            regions.classes.iter().flat_map(|grid| [(grid.x.0, grid.y.0), (grid.x.1, grid.y.1)]).collect()
        }
        Mark::Raster(raster) => vec![(raster.grid.x.0, raster.grid.y.0), (raster.grid.x.1, raster.grid.y.1)],
        Mark::Levels(levels) => vec![(levels.grid.x.0, levels.grid.y.0), (levels.grid.x.1, levels.grid.y.1)],
        Mark::Band(_) | Mark::Rule(_) | Mark::Text(_) | Mark::Paths(_) | Mark::Parallel(_) => Vec::new(),
    }
}

fn end(bars: &Bars, at: f64, to: f64) -> Point {
    if bars.horizontal { (to, at) } else { (at, to) }
}

/// `Up: loss, from 0.02 to 2.3, on a logarithmic scale.`
fn axis_sentence(direction: &str, axis: &Axis, values: impl Iterator<Item = f64>) -> Option<String> {
    let label = if axis.label.is_empty() { String::new() } else { format!("{}, ", axis.label) };
    if let Scale::Category(names) = &axis.scale {
        let few = names.len() <= MOST && !names.is_empty();
        let listed = if few { names.join(", ") } else { format!("{} names", names.len()) };
        return Some(format!("{direction}: {label}{listed}."));
    }
    if axis.hidden {
        return None;
    }
    let (low, high) = range(values)?;
    let scale = if axis.scale == Scale::Linear { "" } else { ", on a logarithmic scale" };
    Some(format!(
        "{direction}: {label}from {} to {}{scale}.",
        rounded(low, axis.format),
        rounded(high, axis.format)
    ))
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

fn mark_sentences(mark: &Mark, panel: &Panel) -> Vec<String> {
    match mark {
        Mark::Paths(paths) => path_sentences(paths),
        mark => mark_sentence(mark, panel).into_iter().collect(),
    }
}

fn mark_sentence(mark: &Mark, panel: &Panel) -> Option<String> {
    match mark {
        Mark::Line(line) => Some(course(line.label.as_deref()?, line, panel)),
        Mark::Interval(interval) => {
            let value = if interval.horizontal { &panel.x } else { &panel.y };
            let at = if interval.horizontal { &panel.y } else { &panel.x };
            let shown = interval.estimates.iter().take(MOST).map(|estimate| {
                let [low, middle, high] =
                    [estimate.low, estimate.middle, estimate.high].map(|v| rounded(v, value.format));
                format!("{} {middle} ({low} to {high})", named(at, estimate.at))
            });
            let label = interval.label.as_deref().map_or(String::new(), |label| format!("{label}: "));
            Some(format!("{label}{}.", shown.collect::<Vec<_>>().join(", ")))
        }
        Mark::Bars(bars) => {
            let (value, at) = if bars.horizontal { (&panel.x, &panel.y) } else { (&panel.y, &panel.x) };
            let shown = bars.bars.iter().take(MOST).map(|bar| {
                let text = bar.text.clone().unwrap_or_else(|| rounded(bar.to - bar.from, value.format));
                format!("{} {text}", named(at, bar.at))
            });
            let label = bars.label.as_deref().map_or(String::new(), |label| format!("{label}: "));
            Some(format!("{label}{}.", shown.collect::<Vec<_>>().join(", ")))
        }
        Mark::Dots(dots) => {
            let label = dots.label.as_deref().unwrap_or("Dots");
            let (_, (low, high)) =
                (range(dots.points.iter().map(|p| p.0))?, range(dots.points.iter().map(|point| point.1))?);
            let spread = match panel.y.scale {
                Scale::Category(_) => String::new(),
                _ => {
                    format!(" between {} and {}", rounded(low, panel.y.format), rounded(high, panel.y.format))
                }
            };
            Some(format!("{label}: {} points{spread}.", dots.points.len()))
        }
        Mark::Rule(rule) => {
            let axis = if rule.horizontal { &panel.y } else { &panel.x };
            let label = rule.label.as_deref()?;
            Some(format!("A line marks {label} at {}.", rounded(rule.at, axis.format)))
        }
        Mark::Regions(regions) => Some(format!("Regions of {}.", regions.names.join(", "))),
        Mark::Raster(raster) => {
            let (low, high) = range(raster.grid.values.iter().copied())?;
            let label = &raster.label;
            Some(format!(
                "Shades show {label}, from {} to {}.",
                rounded(low, Format::Plain),
                rounded(high, Format::Plain)
            ))
        }
        Mark::Levels(levels) => {
            let (low, high) = range(levels.grid.values.iter().copied())?;
            let [low, high] = [low, high].map(|height| rounded(height, Format::Plain));
            Some(format!("Level lines of {}, from {low} to {high}.", levels.label))
        }
        Mark::Text(text) => Some(format!("{}.", text.text)),
        Mark::Area(_) | Mark::Band(_) | Mark::Paths(_) | Mark::Parallel(_) => None,
    }
}

/// `Adam: starts at 2.3, ends at 0.02 (epoch 30), lowest 0.018 (epoch 28).`
fn course(label: &str, line: &Line, panel: &Panel) -> String {
    let points = &line.points;
    let placed: Vec<Point> =
        points.iter().copied().filter(|point| point.0.is_finite() && point.1.is_finite()).collect();
    let (Some(first), Some(last)) = (placed.first(), placed.last()) else {
        return format!("{label}: no values.");
    };
    let value = |point: &Point| rounded(point.1, panel.y.format);
    let place = |point: &Point| match &panel.x.scale {
        Scale::Category(_) => named(&panel.x, point.0),
        _ => format!("{} {}", panel.x.label, rounded(point.0, panel.x.format)).trim().to_string(),
    };
    if placed.len() == 1 {
        let broken = if line.broken { ", no longer finite from there on" } else { "" };
        return format!("{label}: {} ({}){broken}.", value(first), place(first));
    }
    let lowest = placed.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(last);
    let least = if lowest.1 < last.1 && lowest.1 < first.1 {
        format!(", lowest {} ({})", value(lowest), place(lowest))
    } else {
        String::new()
    };
    let broken = match placed.len() < points.len() {
        _ if line.broken => ", no longer finite from there on",
        true => ", with values missing",
        false => "",
    };
    format!("{label}: starts at {}, ends at {} ({}){least}{broken}.", value(first), value(last), place(last))
}

/// `SGD: from (-2, 1) to (-0.3, 0) in 100 steps.`
fn path_sentences(paths: &Paths) -> Vec<String> {
    let at = |&(x, y): &Point| format!("({}, {})", rounded(x, Format::Plain), rounded(y, Format::Plain));
    let told = |path: &Path| {
        let (first, last) = (path.points.first()?, path.points.last()?);
        let name = if path.label.is_empty() { String::new() } else { format!("{}: ", path.label) };
        Some(format!("{name}from {} to {} in {} steps.", at(first), at(last), path.points.len() - 1))
    };
    let goals = paths.goals.iter().map(|goal| format!("A {} at {}.", paths.goal, at(goal)));
    goals.chain(paths.paths.iter().filter_map(told)).collect()
}

/// Returns a position on an axis by the name of its category, or as a number.
pub(crate) fn named(axis: &Axis, at: f64) -> String {
    match &axis.scale {
        Scale::Category(names) => names.get(at.round().max(0.0) as usize).cloned().unwrap_or_default(),
        _ => rounded(at, axis.format),
    }
}

fn parallel_sentences(parallel: &Parallel) -> Vec<String> {
    let axes: Vec<&str> = parallel.axes.iter().map(|axis| axis.label.as_str()).collect();
    let mut sentences = vec![format!("{} lines over {}.", parallel.tracks.len(), axes.join(", "))];
    for track in &parallel.tracks {
        if let Some(label) = &track.label {
            let values = parallel.axes.iter().zip(&track.values);
            let told = values.map(|(axis, &value)| format!("{} {}", axis.label, named(axis, value)));
            sentences.push(format!("{label}: {}.", told.collect::<Vec<_>>().join(", ")));
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Color, Line, Part};

    #[test]
    fn a_curve_is_told_by_its_start_end_and_lowest_point() {
        let line = Line::series(&[2.3, 0.1, 0.02, 0.5, f64::NAN], Color::Series(0)).label("Adam");
        let panel = Panel::new(Axis::linear("epoch").integer(), Axis::log("loss")).mark(line);
        let figure = Figure::new("loss", "Loss", "How the loss falls.").panel(panel);
        assert_eq!(
            figure.describe(),
            "How the loss falls. Across: epoch, from 0 to 4. Up: loss, from 0.02 to 2.3, on a logarithmic scale. \
             Adam: starts at 2.3, ends at 0.5 (epoch 3), lowest 0.02 (epoch 2), with values missing."
        );
    }

    #[test]
    fn bars_are_told_by_category() {
        let bars = Bars::stacked(&[Part::new("train", Color::Series(0), [0.6, 0.98])]);
        let panel = Panel::new(Axis::linear("share").percent(), Axis::category("", ["60/20/20", "98/1/1"]))
            .marks(bars.into_iter().map(|bars| bars.horizontal().into()));
        let figure = Figure::new("sizes", "Sizes", "Parts.").panel(panel);
        assert_eq!(
            figure.describe(),
            "Parts. Across: share, from 60.0% to 98.0%. Up: 60/20/20, 98/1/1. train: 60/20/20 60.0%, 98/1/1 98.0%."
        );
    }
}
