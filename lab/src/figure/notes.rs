//! What stands beneath a figure.

use super::axes::Placed;
use super::block::{MarkName, Spread};
use super::data::{Drawn, Ground};
use crate::diagnostic::counted;
use crate::outcome::RunRecord;

/// Returns what stands beneath: what marks mean, what has no place, which seeds are paired.
pub(super) fn of(ground: &Ground, layers: &[Drawn], y: &Placed) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let mut add = |note: String| {
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    for layer in layers {
        let most = layer.points.iter().map(|point| point.rows).max().unwrap_or(1);
        if most < 2 {
            continue;
        }
        let (line, spread) = (layer.statistic.name(), spread_name(layer));
        let within = match (layer.spread, layer.of_lines) {
            (Spread::Sd, true) => ", within the range of the lines",
            (Spread::Sd, false) => ", within the range of the seeds",
            _ => "",
        };
        if layer.marks.iter().any(|mark| mark.shows_points() && !mark.shows_spread()) {
            add(match layer.of_lines {
                true => format!("Shown: {line} over up to {most} lines."),
                false => format!("Shown: {line} over {most} seeds."),
            });
        }
        if layer.marks.contains(&MarkName::Band) {
            add(format!("Bands: {spread}{within}."));
        }
        if layer.marks.contains(&MarkName::Whiskers) {
            add(format!("Whiskers: {spread}{within}."));
        }
        if layer.marks.contains(&MarkName::Dots) {
            add(if layer.of_lines { "A dot for each line." } else { "A dot for each seed." }.to_owned());
        }
    }
    if layers.iter().any(|layer| layer.marks.contains(&MarkName::Box)) {
        add("Boxes: the middle half and the median; whiskers to the outermost values within one and a half boxes.".to_owned());
    }
    let (missing, all) =
        layers.iter().fold((0, 0), |(missing, all), layer| (missing + layer.missing, all + layer.all));
    if missing > 0 && !ground.foreseen {
        let why = if has_diverged(ground) { ", as runs that diverged are" } else { "" };
        add(format!("{missing} of {} without a value{why}.", counted(all, "row")));
    }
    let clipped = layers
        .iter()
        .flat_map(|layer| &layer.points)
        .filter_map(|point| point.y.number())
        .filter(|number| y.clips(*number))
        .count();
    if clipped > 0 {
        add(format!(
            "Triangles at the lower edge: {clipped} below 0, where a logarithmic scale has no place."
        ));
    }
    if let Some(note) = pairing(ground) {
        add(note);
    }
    notes
}

/// Whether a run, or a trial of a search, has ended without numbers.
fn has_diverged(ground: &Ground) -> bool {
    let share = |run: &RunRecord| run.number(["diverged_share"]).is_some_and(|share| share > 0.0);
    let outcomes = || ground.sources.iter().flatten().map(|source| source.outcome);
    outcomes().any(|outcome| {
        let mut runs = outcome.variants.iter().flat_map(|variant| &variant.runs);
        outcome.divergence().is_some() || runs.any(share)
    })
}

fn spread_name(layer: &Drawn) -> &'static str {
    match (layer.spread, layer.of_lines) {
        (Spread::Sd, _) => "one standard deviation",
        (Spread::Ci, _) => "95% interval of the mean",
        (Spread::Range, false) => "from the least to the greatest seed",
        (Spread::Range, true) => "from the least to the greatest line",
        (Spread::Quartiles, false) => "the middle half of the seeds",
        (Spread::Quartiles, true) => "the middle half of the lines",
    }
}

/// Experiments with seeds of their own are no pairs.
fn pairing(ground: &Ground) -> Option<String> {
    let mut seeds: Vec<(String, Vec<u64>)> = Vec::new();
    for source in ground.sources.iter().flatten() {
        let own: Vec<u64> = source.outcome.variants.first()?.runs.iter().map(|run| run.seed).collect();
        if seeds.iter().all(|(name, _)| *name != source.name) {
            seeds.push((source.name.clone(), own));
        }
    }
    let (_, first) = seeds.first()?;
    if seeds.iter().all(|(_, own)| own == first) {
        return None;
    }
    let common = first.iter().filter(|seed| seeds.iter().all(|(_, own)| own.contains(seed))).count();
    let told: Vec<String> = seeds
        .iter()
        .map(|(name, own)| match (own.first(), own.last()) {
            (Some(first), Some(last)) if first != last => format!("{name} has seeds {first} to {last}"),
            (Some(first), _) => format!("{name} has seed {first}"),
            _ => format!("{name} has none"),
        })
        .collect();
    Some(format!("Seeds differ: {}; {common} of them are pairs.", told.join(", ")))
}
