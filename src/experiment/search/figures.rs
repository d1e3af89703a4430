//! The figures of a search.

use super::Search;
use crate::chart::{Axis, Band, Color, Dots, Figure, Line, Panel, Parallel, Track};
use crate::experiment::curves::{self, Curve};
use crate::experiment::written;
use crate::outcome::{Outcome, RunRecord, Table, Variant};
use crate::search::Dimension;

/// The most settings that get a panel of their own.
const MOST_PANELS: usize = 6;

pub fn draw(variants: &[&Search], outcome: &Outcome) -> Vec<Figure> {
    [trials(variants, outcome), progress(variants, outcome), parallel(variants, outcome)]
        .into_iter()
        .flatten()
        .collect()
}

/// A loss reads best on a log axis, a share on a linear one.
fn objective_axis(search: &Search) -> Axis {
    let name = search.objective.replace('_', " ");
    if search.objective.ends_with("_loss") { Axis::log(name) } else { Axis::linear(name).percent() }
}

/// The axis of a dimension, on its own scale.
fn dimension_axis(path: &str, dimension: &Dimension) -> Axis {
    let name = path.rsplit('.').next().unwrap_or(path).replace('_', " ");
    match dimension {
        Dimension::Log(_) => Axis::log(name),
        Dimension::OneMinusLog(_) => Axis::one_minus_log(name),
        Dimension::Integer(_) => Axis::linear(name).integer(),
        Dimension::Choice(values) => Axis::category(name, values.iter().map(written)),
        Dimension::Linear(_) => Axis::linear(name),
    }
}

fn table(run: &RunRecord) -> Option<&Table> {
    run.tables.get("trials")
}

/// A panel for each setting, each trial of the first seed a dot; the best of each variant ringed.
fn trials(variants: &[&Search], outcome: &Outcome) -> Option<Figure> {
    let first = variants.first()?;
    let compared = outcome.variants.len() > 1;
    let panels = first.space.dimensions.iter().take(MOST_PANELS).map(|(path, dimension)| {
        let mut panel = Panel::new(dimension_axis(path, dimension), objective_axis(first));
        for (index, variant) in outcome.variants.iter().enumerate() {
            panel = add_trials(panel, path, index, variant, compared);
        }
        panel
    });
    let panels: Vec<Panel> = panels.collect();
    let columns = panels.len().min(2);
    let lead = "Every trial of the first seed by one setting and its objective; the best one is ringed.";
    Some(Figure::new("trials", "Every trial", lead).panels(panels).columns(columns).share_y())
}

fn add_trials(panel: Panel, path: &str, index: usize, variant: &Variant, compared: bool) -> Panel {
    let Some(table) = variant.runs.first().and_then(table) else { return panel };
    // A variant may search a space of its own, without this setting.
    let (Some(at), Some(objective)) = (table.columns.get(path), table.columns.get("objective")) else {
        return panel;
    };
    let points: Vec<(f64, f64)> = at.iter().copied().zip(objective.iter().copied()).collect();
    let best = variant.runs[0].metrics.get("best_objective");
    let is_best = |point: &&(f64, f64)| best == Some(&crate::outcome::Metric::Number(point.1));
    let ring: Vec<(f64, f64)> = points.iter().filter(is_best).take(1).copied().collect();
    let dots = Dots::new(points, Color::Series(index)).shape(crate::chart::Shape::of(index));
    let dots = if compared { dots.label(curves::label(variant, "")) } else { dots };
    panel.mark(dots).mark(Dots::new(ring, Color::Ink).size(8.0).hollow())
}

/// The best so far over the trials, and for a single search its trials too.
fn progress(variants: &[&Search], outcome: &Outcome) -> Option<Figure> {
    let mut panel = Panel::new(Axis::linear("trial").integer(), objective_axis(variants.first()?));
    let several = curves::several(outcome);
    for (index, variant) in outcome.variants.iter().enumerate() {
        let curve = Curve::of(variant, "best_so_far")?;
        let counted =
            |values: &[f64]| values.iter().enumerate().map(|(i, &v)| ((i + 1) as f64, v)).collect::<Vec<_>>();
        if outcome.variants.len() == 1 {
            let objectives = variant.runs.first()?.series.get("trial_objective")?;
            panel = panel.mark(Dots::new(counted(objectives), Color::Muted).size(3.0).label("trial"));
        }
        if several {
            panel = panel.mark(Band::new(stepped(&curve), Color::Series(index)));
        }
        let line = Line::new(counted(&curve.mean), Color::Series(index)).step();
        panel = panel.mark(line.label(curves::label(variant, "best so far")));
    }
    let lead = "The objective of the best trial so far, after each trial.";
    let figure = Figure::new("progress", "The best so far", lead).panel(panel);
    Some(match curves::band_note(outcome) {
        Some(note) => figure.note(note),
        None => figure,
    })
}

/// The band of a running best: it holds its values until the next trial, as the line does.
fn stepped(curve: &Curve) -> Vec<(f64, f64, f64)> {
    let edges: Vec<(f64, f64)> = curve.low.iter().copied().zip(curve.high.iter().copied()).collect();
    let step = |(index, &(low, high)): (usize, &(f64, f64))| {
        let trial = (index + 1) as f64;
        let until = if index + 1 < edges.len() { trial + 1.0 } else { trial };
        [(trial, low, high), (until, low, high)]
    };
    edges.iter().enumerate().flat_map(step).collect()
}

/// One line a trial across all settings to the objective, where more than two settings vary.
fn parallel(variants: &[&Search], outcome: &Outcome) -> Option<Figure> {
    let search = variants.first()?;
    if search.space.dimensions.len() < 3 {
        return None;
    }
    let table = outcome.variants.first()?.runs.first().and_then(table)?;
    let objectives = &table.columns["objective"];
    let mut order: Vec<usize> =
        (0..objectives.len()).filter(|&trial| objectives[trial].is_finite()).collect();
    order.sort_by(|&a, &b| objectives[a].total_cmp(&objectives[b]));
    if search.ascends() {
        order.reverse();
    }
    let last = order.len().saturating_sub(1).max(1) as f64;
    let track = |(rank, &trial): (usize, &usize)| {
        let settings = search.space.dimensions.iter().map(|(path, _)| table.columns[path][trial]);
        let values: Vec<f64> = settings.chain([objectives[trial]]).collect();
        let track = Track::new(values, Color::Ramp(1.0 - rank as f64 / last));
        if rank == 0 { track.label("best") } else { track }
    };
    // The worst first, so that the best lie on top.
    let tracks: Vec<Track> = order.iter().enumerate().map(track).rev().collect();
    let axes = search.space.dimensions.iter().map(|(path, dimension)| dimension_axis(path, dimension));
    let axes: Vec<Axis> = axes.chain([objective_axis(search)]).collect();
    let panel = Panel::new(Axis::linear(""), Axis::linear("")).mark(Parallel::new(axes, tracks));
    let title = match outcome.variants.len() {
        1 => "All settings at once".to_owned(),
        _ => format!("All settings at once: {}", curves::label(outcome.variants.first()?, "")),
    };
    let lead = "Each line is a trial of the first seed: its settings, and on the last axis its objective; darker is better.";
    Some(Figure::new("parallel", title, lead).panel(panel))
}
