//! The figure in words, written from its data: what a listener needs to know.

use super::axis::{Axis, Scale};
use super::figure::{Figure, Panel, Point};
use super::marks::{Description, Parallel};
use super::panel::needs;
use super::scale::Needs;
use super::ticks::rounded;

/// Longest list that is still read out whole.
pub(crate) const MOST: usize = 12;

impl Figure {
    /// Returns the description: the lead sentence, then axes and their ranges, then each series with where it starts, ends
    /// and is lowest.
    pub fn describe(&self) -> String {
        let mut sentences = vec![self.lead.clone()];
        let several = self.panels.len() > 1;
        let told: Vec<Vec<Description>> = self.panels.iter().map(describe_marks).collect();
        let xs = self.extents(&told, self.share_x, |point| point.0, |needs| needs.x.grounded);
        let ys = self.extents(&told, self.share_y, |point| point.1, |needs| needs.y.grounded);
        for (index, panel) in self.panels.iter().enumerate() {
            if several {
                let name = panel.title.clone().unwrap_or_else(|| (index + 1).to_string());
                sentences.push(format!("Panel {name}."));
            }
            sentences.extend(panel_sentences(panel, &told[index], &xs[index], &ys[index]));
        }
        sentences.extend(self.note.clone());
        sentences.retain(|sentence| !sentence.trim().is_empty());
        let written: Vec<String> = sentences.iter().map(|sentence| self.words.write(sentence)).collect();
        written.join(" ")
    }

    /// What an axis of each panel shows: what panels share reaches as far as any of them.
    fn extents(
        &self,
        told: &[Vec<Description>],
        is_shared: bool,
        pick: fn(&Point) -> f64,
        grounded: fn(&Needs) -> bool,
    ) -> Vec<Extent> {
        let own = self.panels.iter().zip(told).map(|(panel, told)| Extent {
            ends: range(told.iter().flat_map(|mark| &mark.points).map(pick)),
            grounded: grounded(&needs(panel)),
        });
        let own: Vec<Extent> = own.collect();
        if !is_shared {
            return own;
        }
        let ends = own.iter().filter_map(|extent| extent.ends).flat_map(|(low, high)| [low, high]);
        let all = Extent { ends: range(ends), grounded: own.iter().any(|extent| extent.grounded) };
        vec![all; own.len()]
    }
}

fn panel_sentences(panel: &Panel, told: &[Description], x: &Extent, y: &Extent) -> Vec<String> {
    if let Some(parallel) = &panel.parallel {
        return parallel_sentences(parallel);
    }
    let axes = [axis_sentence("Across", &panel.x, x), axis_sentence("Up", &panel.y, y)];
    let mut sentences: Vec<String> = axes.into_iter().flatten().collect();
    let series: Vec<&String> = told.iter().flat_map(|mark| &mark.sentences).collect();
    let more = series.len().saturating_sub(MOST);
    sentences.extend(series.into_iter().take(MOST).cloned());
    if more > 0 {
        sentences.push(format!("And {more} more."));
    }
    sentences
}

fn describe_marks(panel: &Panel) -> Vec<Description> {
    panel.marks.iter().map(|mark| mark.describe(&panel.x, &panel.y)).collect()
}

/// What an axis shows.
#[derive(Clone)]
struct Extent {
    /// The least and the greatest value, if there are any.
    ends: Option<(f64, f64)>,
    /// Whether it stands on 0, wherever its values begin.
    grounded: bool,
}

/// `Up: loss, from 0.02 to 2.3, on a logarithmic scale.`
fn axis_sentence(direction: &str, axis: &Axis, extent: &Extent) -> Option<String> {
    let label = if axis.label.is_empty() { String::new() } else { format!("{}, ", axis.label) };
    if let Scale::Category(names) = &axis.scale {
        let few = names.len() <= MOST && !names.is_empty();
        let listed = if few { names.join(", ") } else { format!("{} names", names.len()) };
        return Some(format!("{direction}: {label}{listed}."));
    }
    if axis.hidden {
        return None;
    }
    let (low, high) = extent.ends?;
    let is_linear = axis.scale == Scale::Linear;
    let (low, high) = match is_linear && (axis.zero || extent.grounded) {
        true => (low.min(0.0), high.max(0.0)),
        false => (low, high),
    };
    let scale = if is_linear { "" } else { ", on a logarithmic scale" };
    let label = if axis.label.is_empty() { "value" } else { &axis.label };
    Some(format!(
        "{direction}: {label}, from {} to {}{scale}.",
        rounded(low, axis.format),
        rounded(high, axis.format)
    ))
}

/// Returns the least and the greatest of the values that are finite.
pub(crate) fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

/// Returns `label: ` before what a series is told to show; nothing where it has no name.
pub(crate) fn heading(label: Option<&str>) -> String {
    label.map_or(String::new(), |label| format!("{label}: "))
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
    use crate::chart::{Bars, Color, Line, Part};

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
            .marks(bars.into_iter().map(Bars::horizontal));
        let figure = Figure::new("sizes", "Sizes", "Parts.").panel(panel);
        assert_eq!(
            figure.describe(),
            "Parts. Across: share, from 0% to 98.0%. Up: 60/20/20, 98/1/1. train: 60/20/20 60.0%, 98/1/1 98.0%."
        );
    }
}
