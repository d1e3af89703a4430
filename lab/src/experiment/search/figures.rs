//! The figures of a search.

use super::{Search, metric_paths};
use crate::chart::{
    Axis, Band, Bars, Color, Dots, Figure, Interval, Line, Panel, Parallel, Shape, Track, rounded,
};
use crate::experiment::curves::{self, Curve};
use crate::experiment::variation::spaced;
use crate::experiment::written;
use crate::outcome::{Metric, Outcome, RunRecord, Table, Variant, Written};
use crate::search::{Dimension, Sampler, Setting};

/// The most settings that get a panel of their own.
const MOST_PANELS: usize = 6;

/// Draws the figures of the kind that have something to show.
pub(super) fn draw(variants: &[&Search], outcome: &Outcome) -> Vec<Figure> {
    let all = [
        trials(variants, outcome),
        plane(variants, outcome),
        progress(variants, outcome),
        importance(variants, outcome),
        parallel(variants, outcome),
    ];
    all.into_iter().flatten().collect()
}

/// Chooses the axis: a loss reads best on a log axis, a share on a linear one.
fn objective_axis(search: &Search, outcome: &Outcome) -> Axis {
    let name = search.objective.replace('_', " ");
    match search.objective_info() {
        Some(info) if info.written == Written::Percent => Axis::linear(name).percent(),
        Some(info) if info.is_loss => Axis::log(curves::loss_name(outcome, &name)),
        _ => Axis::log(name),
    }
}

/// Returns the axis of a setting, on its own scale.
fn setting_axis(setting: &Setting) -> Axis {
    let name = spaced(setting.path.rsplit('.').next().unwrap_or(&setting.path));
    match &setting.dimension {
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

/// From so many trials on the dots of one variant would hide those of another: each gets panels of its own.
const CROWDED: usize = 60;

/// Returns a panel for each setting, each trial of the first seed a dot; the best of each variant ringed.
fn trials(variants: &[&Search], outcome: &Outcome) -> Option<Figure> {
    let first = variants.first()?;
    let compared = outcome.variants.len() > 1;
    let most = outcome.variants.iter().filter_map(|variant| variant.runs.first().and_then(table));
    let most = most.filter_map(|table| table.columns(["objective"])).map(|[all]| all.len()).max()?;
    let lead = "Every trial by one setting and its objective; the best one is ringed.";
    let hollow = halves(variants).then(|| "Hollow: trained for fewer epochs than all.".to_owned());
    let notes = outcome.first_seed().into_iter().chain(hollow);
    if compared && most >= CROWDED {
        let settings =
            first.space.settings.iter().take(MOST_PANELS / outcome.variants.len().min(MOST_PANELS));
        let panels = settings.flat_map(|setting| {
            outcome.variants.iter().map(move |variant| {
                let panel = Panel::new(setting_axis(setting), objective_axis(first, outcome));
                add_trials(panel, first, &setting.path, 0, variant, false).title(curves::label(variant, ""))
            })
        });
        let figure = Figure::new("trials", "Every trial", lead).multiples(panels.collect()).shared();
        return Some(figure.notes(notes));
    }
    let panels = first.space.settings.iter().take(MOST_PANELS).map(|setting| {
        let mut panel = Panel::new(setting_axis(setting), objective_axis(first, outcome));
        for (index, variant) in outcome.variants.iter().enumerate() {
            let search = variants.get(index).unwrap_or(first);
            panel = add_trials(panel, search, &setting.path, index, variant, compared);
        }
        panel
    });
    let panels: Vec<Panel> = panels.collect();
    let columns = panels.len().min(2);
    let figure = Figure::new("trials", "Every trial", lead).panels(panels).columns(columns).share_y();
    Some(figure.notes(notes))
}

fn add_trials(
    panel: Panel,
    search: &Search,
    path: &str,
    index: usize,
    variant: &Variant,
    compared: bool,
) -> Panel {
    let Some(table) = variant.runs.first().and_then(table) else { return panel };
    // A variant may search a space of its own, without this setting.
    let Some([at, objective, budget]) = table.columns([path, "objective", "budget"]) else { return panel };
    let points = |full: bool| -> Vec<(f64, f64)> {
        let exists = |trial: &usize| at[*trial].is_finite() && (budget[*trial] == 1.0) == full;
        (0..at.len()).filter(exists).map(|trial| (at[trial], objective[trial])).collect()
    };
    let (full, short) = (points(true), points(false));
    let best = variant.runs[0].metrics.get("best_objective");
    let is_best = |point: &&(f64, f64)| best == Some(&Metric::Number(point.1));
    let ring: Vec<(f64, f64)> = full.iter().filter(is_best).take(1).copied().collect();
    let shape = Shape::of(index);
    let short = Dots::new(short, Color::Series(variant.color)).shape(shape).size(3.0).hollow();
    let full = Dots::new(full, Color::Series(variant.color)).shape(shape);
    let full = if compared { full.label(curves::label(variant, "")) } else { full };
    // The steps of one setting alone are a curve.
    let panel = match search.space.len() == 1 && matches!(search.sampler, Sampler::Grid) {
        true => {
            let mut steps = points(true);
            steps.sort_by(|a, b| a.0.total_cmp(&b.0));
            panel.mark(Line::new(steps, Color::Series(variant.color)).width(1.4))
        }
        false => panel,
    };
    panel.mark(short).mark(full).mark(Dots::new(ring, Color::Ink).size(8.0).hollow())
}

/// Returns the plane of the settings where two are searched, a panel for each variant: each trial a dot, darker the better it is.
fn plane(variants: &[&Search], outcome: &Outcome) -> Option<Figure> {
    let search = variants.first()?;
    let [across, up] = &search.space.settings[..] else { return None };
    let named = |setting: &Setting| matches!(setting.dimension, Dimension::Choice(_));
    if named(across) || named(up) || outcome.variants.len() > MOST_PANELS {
        return None;
    }
    let of = |variant: &Variant| {
        let table = variant.runs.first().and_then(table)?;
        let columns = [across.path.as_str(), up.path.as_str(), "objective", "budget"];
        let [x, y, objectives, budgets] = table.columns(columns)?;
        let order = ranked(objectives, budgets, search.ascends());
        let last = order.len().saturating_sub(1).max(1) as f64;
        let points: Vec<(f64, f64)> = order.iter().rev().map(|&trial| (x[trial], y[trial])).collect();
        let colors = (0..order.len()).map(|rank| Color::Ramp(rank as f64 / last));
        let best: Vec<(f64, f64)> = points.last().copied().into_iter().collect();
        let Axis { format, label, .. } = objective_axis(search, outcome);
        let told = order.iter().rev().map(|&trial| rounded(objectives[trial], format));
        let dots = Dots::new(points, Color::Ramp(1.0)).colors(colors).told(label, told).size(4.4);
        let panel = Panel::new(setting_axis(across), setting_axis(up)).square().mark(dots);
        let panel = panel.mark(Dots::new(best, Color::Ink).size(8.0).hollow());
        let label = curves::label(variant, "");
        Some(if label.is_empty() { panel } else { panel.title(label) })
    };
    let panels: Vec<Panel> = outcome.variants.iter().filter_map(of).collect();
    if panels.is_empty() {
        return None;
    }
    let lead = "Where each trial lies on the plane of the two settings, darker the better it is; the best one is ringed.";
    let figure = Figure::new("plane", "Where the trials lie", lead).multiples(panels).shared();
    Some(figure.ramp("worst", "best").notes(outcome.first_seed()))
}

/// Returns whether some search trains settings for fewer epochs than all.
fn halves(variants: &[&Search]) -> bool {
    variants.iter().any(|search| search.rungs().len() > 1)
}

/// Returns the best so far over the trials, and for a single search its trials too. Where trials differ in what they cost, they
/// are laid out by the epochs spent.
fn progress(variants: &[&Search], outcome: &Outcome) -> Option<Figure> {
    let by_epochs = halves(variants);
    let x = Axis::linear(if by_epochs { "epochs trained in all" } else { "trial" }).integer();
    let mut panel = Panel::new(x, objective_axis(variants.first()?, outcome));
    let several = curves::several(outcome);
    for variant in &outcome.variants {
        let curve = Curve::of(variant, "best_so_far", outcome.statistic)?;
        let at: Vec<f64> = match by_epochs {
            true => Curve::of(variant, "epochs_so_far", outcome.statistic)?.middle,
            false => (1..=curve.middle.len()).map(|trial| trial as f64).collect(),
        };
        let placed =
            |values: &[f64]| at.iter().copied().zip(values.iter().copied()).collect::<Vec<(f64, f64)>>();
        if outcome.variants.len() == 1 {
            let objectives = variant.runs.first()?.series.get("trial_objective")?;
            panel = panel.mark(Dots::new(placed(objectives), Color::Muted).size(3.0).label("trial"));
        }
        if several {
            let band = Band::new(stepped(&curve, &at), Color::Series(variant.color));
            panel = panel.mark(band.of(curves::label(variant, "best so far")));
        }
        let line = Line::new(placed(&curve.middle), Color::Series(variant.color)).step();
        panel = panel.mark(line.label(curves::label(variant, "best so far")));
    }
    let lead = match by_epochs {
        false => "The objective of the best trial so far, after each trial.",
        true => {
            "The objective of the best trial so far (of those trained longest), by the epochs spent on all trials."
        }
    };
    let figure = Figure::new("progress", "The best so far", lead).panel(panel);
    let dots = outcome.first_seed().filter(|_| outcome.variants.len() == 1);
    let dots = dots.map(|seed| seed.replace("Drawn is", "Dots:"));
    Some(figure.notes(curves::notes(outcome).into_iter().chain(dots)))
}

/// Returns the band of a running best: it holds its values until the next trial, as the line does.
fn stepped(curve: &Curve, at: &[f64]) -> Vec<(f64, f64, f64)> {
    let edges: Vec<(f64, f64)> = curve.low.iter().copied().zip(curve.high.iter().copied()).collect();
    let step = |(index, &(low, high)): (usize, &(f64, f64))| {
        let until = at.get(index + 1).copied().unwrap_or(at[index]);
        [(at[index], low, high), (until, low, high)]
    };
    edges.iter().enumerate().flat_map(step).collect()
}

/// Returns how much each setting matters, the one that matters most on top: a bar each, or with several searches a dot each with its
/// spread over seeds.
fn importance(variants: &[&Search], outcome: &Outcome) -> Option<Figure> {
    let search = variants.first()?;
    let paths = metric_paths(&search.space);
    if paths.len() < 2 {
        return None;
    }
    let shares = |variant: &Variant, path: &str| -> Vec<f64> {
        variant.runs.iter().map(|run| share_at(run, path).unwrap_or(f64::NAN)).collect()
    };
    let first = outcome.variants.first()?;
    let mut order: Vec<(usize, f64)> =
        paths.iter().map(|path| outcome.statistic.of(&shares(first, path))).enumerate().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let names = order.iter().map(|(index, _)| setting_axis(&search.space.settings[*index]).label);
    let names: Vec<String> = names.chain(["several together".to_owned()]).collect();
    let rows = names.len();
    let x = Axis::linear("share of the variance of the objective").percent().zero();
    let mut panel = Panel::new(x, Axis::category("", names));
    let compared = outcome.variants.len() > 1;
    let places = |index: usize| match outcome.variants.len() {
        1 => 0.0,
        several => 0.6 * ((index as f64 + 0.5) / several as f64 - 0.5),
    };
    for (index, variant) in outcome.variants.iter().enumerate() {
        let rest = || variant.numbers("interactions").unwrap_or_default();
        let of_rows = order.iter().map(|(setting, _)| shares(variant, &paths[*setting])).chain([rest()]);
        let of_rows: Vec<Vec<f64>> = of_rows.collect();
        let color = Color::Series(variant.color);
        if !compared {
            let middles = of_rows.iter().map(|values| outcome.statistic.of(values));
            let colors = (0..rows).map(|row| if row + 1 < rows { color } else { Color::Muted });
            panel = panel.mark(Bars::new(middles, color).colors(colors).horizontal());
        }
        let estimates = of_rows
            .iter()
            .enumerate()
            .map(|(row, values)| curves::estimate(values, outcome.statistic, row as f64 + places(index)));
        if compared || curves::several(outcome) {
            let interval = Interval::new(estimates, if compared { color } else { Color::Ink }).horizontal();
            panel = panel.mark(if compared { interval.label(curves::label(variant, "")) } else { interval });
        }
    }
    let aspect = 720.0 / (90.0 + 40.0 * rows as f64);
    let lead = "How much of the differences between all settings of the space each of them decides alone, and how much only several do together.";
    let figure = Figure::new("importance", "What matters", lead).panel(panel.aspect(aspect));
    let (middle, spread) = (outcome.statistic.name(), outcome.statistic.spread_name());
    let seeds = outcome.seeds();
    let note = match (compared, seeds > 1) {
        (_, false) => None,
        (true, true) => Some(format!("Dots: {middle} over {seeds} seeds. Lines: {spread}.")),
        (false, true) => Some(format!("Bars: {middle} over {seeds} seeds. Lines: {spread}.")),
    };
    Some(figure.notes(note))
}

/// Returns the importance of a setting, by its path within the metric.
fn share_at(run: &RunRecord, path: &str) -> Option<f64> {
    run.number(["importance"].into_iter().chain(path.split('.')))
}

/// Draws one line a trial across all settings to the objective, where more than two settings vary.
fn parallel(variants: &[&Search], outcome: &Outcome) -> Option<Figure> {
    let search = variants.first()?;
    if search.space.len() < 3 {
        return None;
    }
    let table = outcome.variants.first()?.runs.first().and_then(table)?;
    let [objectives, budgets] = table.columns(["objective", "budget"])?;
    let settings = search.space.settings.iter().map(|setting| table.columns.get(&setting.path));
    let settings: Vec<&[f64]> =
        settings.map(|column| column.map(|column| &column[..])).collect::<Option<_>>()?;
    let order = ranked(objectives, budgets, search.ascends());
    let last = order.len().saturating_sub(1).max(1) as f64;
    let track = |(rank, &trial): (usize, &usize)| {
        let values: Vec<f64> = settings.iter().chain([&objectives]).map(|column| column[trial]).collect();
        let track = Track::new(values, Color::Ramp(1.0 - rank as f64 / last));
        if rank == 0 { track.label("best") } else { track }
    };
    // The worst first, so that the best lie on top.
    let tracks: Vec<Track> = order.iter().enumerate().map(track).rev().collect();
    let axes = search.space.settings.iter().map(setting_axis);
    let axes: Vec<Axis> = axes.chain([objective_axis(search, outcome)]).collect();
    let panel = Panel::parallel(Parallel::new(axes, tracks));
    let title = match outcome.variants.len() {
        1 => "All settings at once".to_owned(),
        _ => format!("All settings at once: {}", curves::label(outcome.variants.first()?, "")),
    };
    let lead = "Each line is a trial: its settings, and on the last axis its objective; darker is better.";
    let figure = Figure::new("parallel", title, lead).panel(panel);
    let conditional = search.space.settings.iter().any(|setting| !setting.when.is_empty());
    let dotted = "A line is dotted where it passes by settings that its trial does not have.".to_owned();
    Some(figure.notes(outcome.first_seed().into_iter().chain(conditional.then_some(dotted))))
}

/// Returns the trials that did not diverge, the best first: those trained longest, of these by the objective.
fn ranked(objectives: &[f64], budgets: &[f64], ascends: bool) -> Vec<usize> {
    let mut order: Vec<usize> =
        (0..objectives.len()).filter(|&trial| objectives[trial].is_finite()).collect();
    order.sort_by(|&a, &b| {
        let objective = objectives[a].total_cmp(&objectives[b]);
        budgets[b].total_cmp(&budgets[a]).then(if ascends { objective.reverse() } else { objective })
    });
    order
}
