//! The points with their curves, and what a penalty does to errors and weights.

use super::{MOST_POINTS, PARTS};
use crate::chart::{Axis, Band, Color, Dots, Estimate, Figure, Key, Line, Panel};
use crate::experiment::curves;
use crate::outcome::{Outcome, RunRecord, Variant};

/// From so many on, training points are drawn smaller.
const MANY: usize = 200;

/// Draws the figures of the kind that have something to show.
pub(super) fn all(outcome: &Outcome) -> Vec<Figure> {
    let parts: Vec<(String, String)> =
        PARTS.iter().map(|part| (format!("{part}_loss"), (*part).to_owned())).collect();
    let loss = by_variant(outcome, &parts, "mean squared error").map(|panel| {
        let lead = "The mean squared error on each part, for each variant.";
        Figure::new("loss", "Error on each part", lead).panel(panel)
    });
    let norm = [("weight_norm".to_owned(), "weights".to_owned())];
    let weights = by_variant(outcome, &norm, "norm of the weights").map(|panel| {
        let lead = "The norm of all weights together, for each variant.";
        Figure::new("weights", "Size of the weights", lead).panel(panel)
    });
    let noted = |figure: Figure| figure.notes(curves::notes(outcome));
    [fit(outcome), loss.map(noted), weights.map(noted)].into_iter().flatten().collect()
}

/// Returns a panel for each variant, with the points and the curve of the first seed.
fn fit(outcome: &Outcome) -> Option<Figure> {
    let panels: Vec<Panel> = outcome.variants.iter().filter_map(|variant| panel(outcome, variant)).collect();
    if panels.is_empty() {
        return None;
    }
    let lead = "The training points, those of the other parts behind them, and the curve fitted to the training points.";
    let figure =
        Figure::new("fit", "Points and curve", lead).multiples(panels).shared().sequence().key(Key::Above);
    let mut notes: Vec<String> = outcome.first_seed().into_iter().collect();
    let tables = outcome.variants.iter().filter_map(|variant| variant.runs.first()?.tables.get("points"));
    if tables.into_iter().any(|points| points.columns(["x"]).is_some_and(|[x]| x.len() == MOST_POINTS)) {
        notes.push(format!("{MOST_POINTS} of the points."));
    }
    notes.extend(outcome.divergence());
    Some(figure.notes(notes))
}

fn panel(outcome: &Outcome, variant: &Variant) -> Option<Panel> {
    let run = variant.runs.first()?;
    let [x, y, parts] = run.tables.get("points")?.columns(["x", "y", "part"])?;
    let [curve_x, curve_y] = run.tables.get("curve")?.columns(["x", "y"])?;
    let name = |names: &str, alone: &str| {
        run.names.get(names).and_then(|names| names.first()).cloned().unwrap_or_else(|| alone.to_owned())
    };
    let of = |wanted: fn(f64) -> bool| {
        let rows = pairs(x, y).zip(parts);
        rows.filter(move |(_, part)| wanted(**part)).map(|(point, _)| point).collect::<Vec<_>>()
    };
    let (train, others) = (of(|part| part == 0.0), of(|part| part != 0.0));
    let given = |part: f64| parts.contains(&part).then(|| outcome.shown(PARTS[part as usize]));
    let names: Vec<&str> = [1.0, 2.0].into_iter().filter_map(given).collect();
    // The points say what is to be seen: a curve may shoot a thousand times as high between two of them.
    let (low, high) = curves::range(y);
    let air = 0.25 * (high - low).max(f64::MIN_POSITIVE);
    let target = Axis::linear(name("target", "y")).range(low - air, high + air);
    let mut panel = Panel::new(Axis::linear(name("features", "x")), target);
    if !others.is_empty() {
        panel = panel.mark(Dots::new(others, Color::Series(1)).size(1.8).label(names.join(" and ")));
    }
    panel = panel.mark(Line::new(pairs(curve_x, curve_y).collect::<Vec<_>>(), Color::Ink).label("fitted"));
    // Dots lie over lines: many large ones would hide the curve.
    let size = if train.len() > MANY { 1.6 } else { 3.6 };
    panel = panel.mark(Dots::new(train, Color::Series(0)).size(size).label(outcome.shown("train")));
    Some(if variant.label.is_empty() { panel } else { panel.title(variant.label.clone()) })
}

fn pairs(x: &[f64], y: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    x.iter().copied().zip(y.iter().copied())
}

/// Returns a line for each metric over the variants in their order: what stands for the seeds, and a band for their spread.
fn by_variant(outcome: &Outcome, metrics: &[(String, String)], y: &str) -> Option<Panel> {
    if outcome.variants.len() < 2 {
        return None;
    }
    let labels = outcome.variants.iter().map(|variant| variant.label.clone());
    let panel = Panel::new(Axis::category("", labels), Axis::log(y));
    let given = metrics.iter().enumerate().filter(|(_, (metric, _))| has(outcome, metric));
    let (mut bands, mut lines): (Vec<Band>, Vec<Line>) = (Vec::new(), Vec::new());
    for (index, (metric, label)) in given {
        let estimate =
            |variant: &Variant| curves::estimate(&curves::values(variant, metric), outcome.statistic, 0.0);
        let estimates: Vec<Estimate> = outcome.variants.iter().map(estimate).collect();
        let part = |of: fn(&Estimate) -> f64| estimates.iter().map(of).collect::<Vec<f64>>();
        let (color, label) = (Color::Series(index), outcome.shown(label));
        if curves::several(outcome) {
            bands.push(Band::series(&part(|e| e.low), &part(|e| e.high), color).of(label));
        }
        lines.push(Line::series(&part(|e| e.middle), color).markers().label(label));
    }
    (!lines.is_empty()).then(|| panel.marks(bands).marks(lines))
}

fn has(outcome: &Outcome, metric: &str) -> bool {
    let in_run = |run: &RunRecord| run.metrics.contains_key(metric);
    outcome.variants.iter().any(|variant| variant.runs.iter().any(in_run))
}
