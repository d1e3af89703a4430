//! Curves, metrics along what varies, and what a trained network answers.

use super::looks::{LAST, at};
use super::{Train, pictures};
use crate::chart::{Area, Axis, Color, Figure, Frame, Frames, Interval, Key, Line, Panel, Raster};
use crate::experiment::curves::{self, Curve, CurveFigure, estimate, notes, several, values};
use crate::experiment::varied::{Along, along};
use crate::experiment::{Cost, MetricInfo, histogram, regions, training};
use crate::outcome::{Grid, Metric, Outcome, RunRecord, Variant, Written};

/// Variants whose curves of train and dev each have a panel; of more, the dev curves alone share one.
const MOST_PANELS: usize = 6;

/// The most variants whose maps, matrices and histograms are drawn.
pub(super) const MOST_LOOKED_AT: usize = 12;

/// The most classes whose confusion is drawn.
const MOST_CLASSES: usize = 30;

/// The most pairs of classes that are told as mistaken for each other.
const MOST_MISTAKEN: usize = 3;

/// Returns what drawing the answers to so many classes costs.
pub(super) fn cost(classes: usize) -> Cost {
    let cells = if classes <= MOST_CLASSES { classes * classes } else { 0 };
    Cost::of_marks(1.0, 0.5 * cells as f64)
}

/// Draws the figures of the kind that have something to show.
pub(super) fn all(variants: &[&Train], outcome: &Outcome) -> Vec<Figure> {
    let height = Axis::linear(curves::loss_name(outcome, "loss")).zero();
    let loss = by_part(outcome, "loss", "Loss", ["train_loss", "dev_loss"], height);
    let error = by_part(
        outcome,
        "error",
        "Error",
        ["train_error", "dev_error"],
        Axis::linear("error").percent().zero(),
    );
    let figures = [
        loss,
        error,
        metrics(variants, outcome),
        regions_at(variants, outcome),
        confusion(outcome),
        calibration(outcome),
        pictures::pictures(outcome),
        pictures::augmented(outcome),
        pictures::mistakes(outcome),
        histograms(variants, outcome, "weights", "weight", "Weights, layer by layer"),
        histograms(variants, outcome, "activations", "activation", "Activations, layer by layer"),
        gradients(outcome),
        drift(outcome),
        batches(outcome),
    ];
    figures.into_iter().flatten().collect()
}

/// The curves of train and dev: a panel for each of a few variants, the dev curves alone of many.
fn by_part(
    outcome: &Outcome,
    name: &'static str,
    title: &'static str,
    series: [&'static str; 2],
    y: Axis,
) -> Option<Figure> {
    if outcome.variants.len() > MOST_PANELS {
        let figure = CurveFigure {
            name,
            title,
            lead: "What was measured on the dev part after each epoch.",
            series: series[1],
            y,
            alone: "dev",
        };
        return figure.draw(outcome);
    }
    let several = several(outcome);
    let of_variant = |variant: &Variant| {
        let part = |index: usize, label: &str| {
            let curve = Curve::of(variant, series[index], outcome.statistic)?;
            Some(curve.marks(Color::Series(index), outcome.shown(label), several))
        };
        // The training part lies uppermost.
        let parts = [part(1, "dev"), part(0, "train")];
        if parts.iter().all(Option::is_none) {
            return None;
        }
        let mut panel = Panel::new(Axis::linear(outcome.step.name()).integer(), y.clone());
        for (band, line) in parts.into_iter().flatten() {
            panel = panel.marks(band).mark(line);
        }
        Some(titled(panel, variant))
    };
    let panels: Vec<Panel> = outcome.variants.iter().filter_map(of_variant).collect();
    if panels.is_empty() {
        return None;
    }
    let lead = "What was measured on the training part and on the dev part after each epoch.";
    let figure = Figure::new(name, title, lead);
    let figure = match panels.len() {
        1 => figure.multiples(panels),
        _ => figure.multiples(panels).shared().key(Key::Above),
    };
    Some(figure.notes(notes(outcome)))
}

fn titled(panel: Panel, variant: &Variant) -> Panel {
    if variant.label.is_empty() { panel } else { panel.title(variant.label.clone()) }
}

/// The metrics that were asked for along what varies: those of one quantity (`train_error`, `dev_error`) share a panel.
fn metrics(variants: &[&Train], outcome: &Outcome) -> Option<Figure> {
    if variants.len() < 2 {
        return None;
    }
    let asked = &variants.first()?.metrics;
    let has = |name: &str| {
        outcome.variants.iter().any(|variant| values(variant, name).iter().any(|v| v.is_finite()))
    };
    let usual =
        |names: [&str; 2]| names.into_iter().filter(|name| has(name)).map(str::to_owned).collect::<Vec<_>>();
    let asked: Vec<String> = match (asked.is_empty(), has("dev_error") || has("train_error")) {
        (false, _) => asked.iter().filter(|name| has(name)).cloned().collect(),
        (true, true) => usual(["train_error", "dev_error"]),
        (true, false) => usual(["train_loss", "dev_loss"]),
    };
    let along = along(variants, outcome);
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for name in &asked {
        let quantity = parted(name).1;
        match groups.iter_mut().find(|(known, _)| *known == quantity) {
            Some((_, group)) => group.push(name),
            None => groups.push((quantity, vec![name])),
        }
    }
    let panels: Vec<Panel> =
        groups.iter().map(|(quantity, names)| metric_panel(outcome, &along, quantity, names)).collect();
    if panels.is_empty() {
        return None;
    }
    let lead = "What training ended with, along the setting that varies.";
    let figure = Figure::new("metrics", "Along what varies", lead).multiples(panels);
    let several = several(outcome);
    let (middle, spread) = (outcome.statistic.name(), outcome.statistic.spread_name());
    Some(
        figure.notes(
            several.then(|| format!("Dots: {middle} over {} seeds. Lines: {spread}.", outcome.seeds())),
        ),
    )
}

/// The part that a metric is measured on, where its name begins with one, and the rest of its name.
fn parted(name: &str) -> (&str, &str) {
    match name.split_once('_') {
        Some((part @ ("train" | "dev" | "test"), quantity)) => (part, quantity),
        _ => ("", name),
    }
}

fn metric_panel(outcome: &Outcome, along: &Along, quantity: &str, names: &[&str]) -> Panel {
    let info = |name: &str| training::metrics().find(|info| info.name == name);
    let label = quantity.replace('_', " ");
    let label = match names {
        [only] if !parted(only).0.is_empty() => format!("{} {label}", parted(only).0),
        _ => label,
    };
    let label = match info(names[0]) {
        Some(info) if info.is_loss => curves::loss_name(outcome, &label),
        Some(info) if !info.unit.is_empty() => format!("{label}, in {}", info.unit),
        _ => label,
    };
    let y = Axis::linear(label);
    let is_share = |info: &MetricInfo| info.written == Written::Percent;
    let y = if info(names[0]).is_some_and(is_share) { y.percent().zero() } else { y };
    let mut panel = Panel::new(along.axis.clone(), y);
    let mut color = 0;
    for name in names {
        for (line, indices) in &along.lines {
            let of_variant = |&index: &usize| {
                estimate(&values(&outcome.variants[index], name), outcome.statistic, along.at[index])
            };
            let estimates = indices.iter().map(of_variant);
            let interval = Interval::new(estimates, Color::Series(color));
            let interval = if along.is_quantity { interval.joined() } else { interval };
            let part = match outcome.labels.get(*name) {
                _ if names.len() < 2 => "",
                Some(label) => label,
                None => outcome.shown(parted(name).0),
            };
            let words = [part, line.as_str()].into_iter().filter(|word| !word.is_empty());
            let label = words.collect::<Vec<_>>().join(", ");
            panel = panel.mark(if label.is_empty() { interval } else { interval.label(label) });
            color += 1;
        }
    }
    panel
}

/// From so many epochs on a reader slides through them; fewer stand side by side.
const FRAMES: usize = 4;

/// A panel for each variant and each epoch of which regions were kept.
fn regions_at(variants: &[&Train], outcome: &Outcome) -> Option<Figure> {
    let mut panels = Vec::new();
    for (settings, variant) in variants.iter().zip(&outcome.variants).take(MOST_LOOKED_AT) {
        let Some(run) = variant.runs.first() else { continue };
        let way = settings.way_of_regions();
        let listed = way.iter().chain(settings.regions.iter().flatten());
        let kept = listed.map(|&epoch| (at("regions", epoch), outcome.step.place(epoch)));
        let last = settings.regions.is_none().then(|| (LAST.to_owned(), "after training".to_owned()));
        let kept: Vec<(String, String)> = kept.chain(last).collect();
        if kept.len() >= FRAMES || !way.is_empty() {
            let panel = regions::frames(outcome, run, &kept, &settings.data);
            panels.extend(panel.map(|panel| titled(panel, variant)));
            continue;
        }
        for (name, place) in kept {
            let words = [variant.label.as_str(), place.as_str()].into_iter().filter(|word| !word.is_empty());
            let title = words.collect::<Vec<_>>().join(", ");
            panels.extend(regions::panel(outcome, run, &name, &settings.data).map(
                |panel| match title.as_str() {
                    "" => panel,
                    title => panel.title(title),
                },
            ));
        }
    }
    if panels.is_empty() {
        return None;
    }
    Some(regions::figure(panels).notes(outcome.first_seed().into_iter().chain(regions::sampled(outcome))))
}

/// Counts of the dev rows by their class and the one given, shaded by their share of the class: a panel for each variant.
fn confusion(outcome: &Outcome) -> Option<Figure> {
    let panels: Vec<Panel> = outcome
        .variants
        .iter()
        .take(MOST_LOOKED_AT)
        .filter_map(|variant| confusion_panel(variant, outcome))
        .collect();
    if panels.is_empty() {
        return None;
    }
    let few = panels.len();
    let lead = "Which class the dev rows of each class were given: down the side what they are, across what they were taken for. The shade is the share of the row.";
    let figure = Figure::new("confusion", "Taken for what", lead).panels(panels).columns(few.min(2));
    let statistic = outcome.statistic.name();
    let counts = several(outcome).then(|| format!("Counts: {statistic} over {} seeds.", outcome.seeds()));
    let mistaken = match &outcome.variants[..] {
        [only] => mistaken(only, outcome),
        _ => None,
    };
    Some(figure.notes(counts.into_iter().chain(mistaken)))
}

/// The pairs of classes that are mistaken most often, in words; none where no row is.
fn mistaken(variant: &Variant, outcome: &Outcome) -> Option<String> {
    let names = variant.runs.first()?.names.get("classes")?;
    let counts = variant.list("dev_confusion", outcome.statistic)?;
    if names.is_empty() || counts.len() != names.len() * names.len() {
        return None;
    }
    let wrong = counts.iter().enumerate().filter(|(index, _)| index / names.len() != index % names.len());
    let mut wrong: Vec<(usize, f64)> =
        wrong.map(|(index, count)| (index, *count)).filter(|(_, count)| *count > 0.0).collect();
    wrong.sort_by(|a, b| b.1.total_cmp(&a.1));
    let pair = |&(index, count): &(usize, f64)| {
        Some(format!(
            "{} → {} ({})",
            outcome.shown(names.get(index / names.len())?),
            outcome.shown(names.get(index % names.len())?),
            rounded(count)
        ))
    };
    let pairs: Option<Vec<String>> = wrong.iter().take(MOST_MISTAKEN).map(pair).collect();
    pairs.filter(|pairs| !pairs.is_empty()).map(|pairs| format!("Mistaken most often: {}.", pairs.join(", ")))
}

fn confusion_panel(variant: &Variant, outcome: &Outcome) -> Option<Panel> {
    let names = variant.runs.first()?.names.get("classes")?;
    let classes = names.len();
    let counts = variant.list("dev_confusion", outcome.statistic)?;
    let whole = counts.len() == classes * classes && counts.iter().all(|count| count.is_finite());
    if !whole || !(2..=MOST_CLASSES).contains(&classes) {
        return None;
    }
    let sums: Vec<f64> = counts.chunks_exact(classes).map(|row| row.iter().sum()).collect();
    let share = |(index, count): (usize, &f64)| {
        let sum = sums[index / classes];
        if sum > 0.0 { count / sum } else { 0.0 }
    };
    let shares: Vec<f64> = counts.iter().enumerate().map(share).collect();
    let text = |(count, share): (&f64, &f64)| match (*count, classes) {
        (0.0, _) => String::new(),
        // Few cells have room for both.
        (count, ..=4) => format!("{}, {:.0}%", rounded(count), 100.0 * share),
        (count, _) => rounded(count),
    };
    let texts: Vec<String> = counts.iter().zip(&shares).map(text).collect();
    let end = (classes - 1) as f64;
    let grid =
        Grid { width: classes, height: classes, x: (0.0, end), y: (0.0, end), values: shares.clone().into() };
    let told = counts
        .iter()
        .zip(&shares)
        .map(|(count, share)| format!("{} ({:.0}%)", rounded(*count), 100.0 * share));
    let told: Vec<String> = told.collect();
    let raster = Raster::new(grid, "the share of each class").range(0.0, 1.0).texts(texts).told(told);
    let axis = |label: &str| Axis::category(label, names.clone());
    Some(titled(Panel::new(axis("given"), axis("class")).mark(raster).square(), variant))
}

/// A count, with one decimal where it is a mean that is not whole.
fn rounded(count: f64) -> String {
    match (count * 10.0).round() / 10.0 {
        whole if whole.fract() == 0.0 => format!("{whole:.0}"),
        other => format!("{other:.1}"),
    }
}

/// How often answers of one confidence are right, and how many answers there are: two panels.
fn calibration(outcome: &Outcome) -> Option<Figure> {
    let share = |label: &str| Axis::linear(label).percent().range(0.0, 1.0);
    let mut right = Panel::new(share("how sure the network is"), share("how often it is right"));
    right = right.mark(Line::new([(0.0, 0.0), (1.0, 1.0)], Color::Muted).dashed().width(1.2));
    let mut rows = Panel::new(share("how sure the network is"), Axis::linear("dev rows").zero());
    let mut drawn = false;
    for variant in outcome.variants.iter().take(MOST_LOOKED_AT) {
        let Some([confidence, accuracy, counts]) = pooled(variant) else { continue };
        let label = curves::label(variant, outcome.shown("dev"));
        let points: Vec<(f64, f64)> = confidence
            .iter()
            .copied()
            .zip(accuracy)
            .filter(|(x, y)| x.is_finite() && y.is_finite())
            .collect();
        right = right.mark(Line::new(points, Color::Series(variant.color)).label(label).markers());
        let bins = counts.len() as f64;
        let middles = counts.iter().enumerate().map(|(bin, count)| ((bin as f64 + 0.5) / bins, *count));
        rows = rows.mark(Line::new(middles, Color::Series(variant.color)).label(label).markers());
        drawn = true;
    }
    if !drawn {
        return None;
    }
    let lead = "How often the answers to dev rows are right by how sure the network is of them, in 15 bins; on the dashed line it is as often right as it says. Beside it, how many answers each bin has.";
    let figure = Figure::new("calibration", "As sure as it should be?", lead).panels([
        right.square().title("right, by confidence"),
        rows.square().title("answers, by confidence"),
    ]);
    let figure = figure.columns(2).key(Key::Above);
    Some(
        figure
            .notes(several(outcome).then(|| format!("Bins hold the rows of all {} seeds.", outcome.seeds()))),
    )
}

/// The bins of all runs of a variant together: confidence, accuracy, rows (in the mean of the runs).
fn pooled(variant: &Variant) -> Option<[Vec<f64>; 3]> {
    let list = |run: &RunRecord, name: &str| match run.metrics.get(name) {
        Some(Metric::List(values)) => Some(values.clone()),
        _ => None,
    };
    let mut sums: Vec<[f64; 3]> = Vec::new();
    let mut runs = 0.0;
    for run in &variant.runs {
        let lists = super::BIN_LISTS.map(|name| list(run, name));
        let [Some(confidence), Some(accuracy), Some(rows)] = lists else { continue };
        let sound = confidence.len() == rows.len() && accuracy.len() == rows.len();
        if !sound || rows.iter().any(|rows| !rows.is_finite()) {
            continue;
        }
        runs += 1.0;
        sums.resize(sums.len().max(rows.len()), [0.0; 3]);
        for (sum, bin) in sums.iter_mut().zip(0..rows.len()) {
            if rows[bin] > 0.0 {
                *sum = [
                    sum[0] + rows[bin] * confidence[bin],
                    sum[1] + rows[bin] * accuracy[bin],
                    sum[2] + rows[bin],
                ];
            }
        }
    }
    if runs == 0.0 {
        return None;
    }
    let mean = |part: usize| {
        sums.iter().map(|sum| if sum[2] > 0.0 { sum[part] / sum[2] } else { f64::NAN }).collect::<Vec<_>>()
    };
    Some([mean(0), mean(1), sums.iter().map(|sum| sum[2] / runs).collect()])
}

const OUTPUTS_LEFT_OUT: &str =
    "Left out: the outputs, which reach so far that the other layers could not be seen beside them.";

/// A panel for each variant and epoch of which histograms were kept; in it a ridge for each of a few layers.
fn histograms(
    variants: &[&Train],
    outcome: &Outcome,
    name: &'static str,
    one: &'static str,
    title: &'static str,
) -> Option<Figure> {
    let looked_at = || variants.iter().zip(&outcome.variants).enumerate().take(MOST_LOOKED_AT);
    // Outputs have no activation function that would bound them.
    let without_outputs = name == "activations"
        && looked_at().any(|(_, (settings, variant))| {
            let dwarf = |run: &RunRecord, epoch| histogram::last_dwarfs_others(run, &at(name, epoch));
            variant.runs.first().is_some_and(|run| settings.histograms.iter().any(|&epoch| dwarf(run, epoch)))
        });
    let ridges = |run: &RunRecord, epoch: usize, color: Color| {
        let name = at(name, epoch);
        let layers = histogram::layers(run, &name).saturating_sub(usize::from(without_outputs));
        histogram::ridges(run, &name, layers, color)
    };
    let mut panels = Vec::new();
    for (index, (settings, variant)) in looked_at() {
        let Some(run) = variant.runs.first() else { continue };
        let kept = |&epoch: &usize| {
            let ridges = ridges(run, epoch, Color::Series(index))?;
            Some((outcome.step.place(epoch), ridges))
        };
        let way = settings.way_of_histograms();
        let states = way.iter().chain(&settings.histograms).filter_map(kept);
        let states: Vec<(String, Vec<(usize, Area)>)> = states.collect();
        let slides = states.len() >= FRAMES || !way.is_empty();
        if let Some((_, ridges)) = states.last().filter(|_| slides) {
            let layers = ridges.iter().map(|(layer, _)| format!("layer {layer}"));
            let panel = Panel::new(Axis::linear(one), Axis::category("", layers));
            let frame = |(place, ridges): (String, Vec<(usize, Area)>)| {
                Frame::new(place).marks(ridges.into_iter().map(|(_, ridge)| ridge))
            };
            panels.push(titled(panel.mark(Frames::new(states.into_iter().map(frame))), variant));
            continue;
        }
        for &epoch in &settings.histograms {
            let Some(ridges) = ridges(run, epoch, Color::Series(index)) else { continue };
            let layers = ridges.iter().map(|(layer, _)| format!("layer {layer}"));
            let panel = Panel::new(Axis::linear(one), Axis::category("", layers));
            let place = outcome.step.place(epoch);
            let title = match variant.label.as_str() {
                "" => place,
                label => format!("{label}, {place}"),
            };
            panels.push(panel.marks(ridges.into_iter().map(|(_, ridge)| ridge)).title(title));
        }
    }
    if panels.is_empty() {
        return None;
    }
    let lead =
        format!("How the {name} of some layers are distributed; each ridge is as high as its fullest bin.");
    let left_out = without_outputs.then(|| OUTPUTS_LEFT_OUT.to_owned());
    let notes = outcome.first_seed().into_iter().chain(left_out);
    Some(Figure::new(name, title, lead).multiples(panels).notes(notes))
}

/// The share of each layer in the gradient by epoch, a panel for each variant.
fn gradients(outcome: &Outcome) -> Option<Figure> {
    let figure = Figure::new(
        "gradients",
        "The gradient's share by layer",
        "The share of each layer in the squared norm of the gradient of the weights, on some training rows, after each epoch.",
    );
    by_layer(figure, outcome, "gradients", 0, &Axis::linear("share of the gradient").percent().zero())
}

/// How far each layer's inputs move in every epoch, a panel for each variant.
fn drift(outcome: &Outcome) -> Option<Figure> {
    let figure = Figure::new(
        "drift",
        "How the inputs of layers move",
        "How far the means of a layer's inputs, on some training rows, move in each epoch, in standard deviations of the epoch before.",
    );
    by_layer(figure, outcome, "drift", 1, &Axis::linear("drift of the inputs").zero())
}

/// The loss of each of the first batches, a panel for each variant.
fn batches(outcome: &Outcome) -> Option<Figure> {
    let mut panels = Vec::new();
    for variant in outcome.variants.iter().take(MOST_LOOKED_AT) {
        let Some(Metric::List(losses)) = variant.runs.first()?.metrics.get("batch_loss") else { continue };
        let points = losses.iter().enumerate().map(|(step, loss)| ((step + 1) as f64, *loss));
        let points = points.filter(|(_, loss)| loss.is_finite()).collect::<Vec<_>>();
        let line = Line::new(points, Color::Series(variant.color));
        let height = Axis::linear(curves::loss_name(outcome, "loss of the batch")).zero();
        let panel = Panel::new(Axis::linear("step").integer(), height);
        panels.push(titled(panel.mark(line), variant));
    }
    if panels.is_empty() {
        return None;
    }
    let lead = "The mean loss of each batch as its step saw it, before it moved the weights.";
    let figure = Figure::new("batches", "The loss, batch by batch", lead).multiples(panels).shared();
    Some(figure.notes(outcome.first_seed()))
}

/// Lines of layers by epoch, kept in a table of that name: a panel for each variant. The first column is of the layer after so many.
fn by_layer(figure: Figure, outcome: &Outcome, table: &str, after: usize, y: &Axis) -> Option<Figure> {
    let mut panels = Vec::new();
    for variant in outcome.variants.iter().take(MOST_LOOKED_AT) {
        let Some(table) = variant.runs.first().and_then(|run| run.tables.get(table)) else { continue };
        let mut panel = Panel::new(Axis::linear(outcome.step.name()).integer(), y.clone());
        for (layer, values) in table.columns.values().enumerate() {
            // What moves in an epoch is told of its end, so there is nothing before training.
            let points = values.iter().enumerate().map(|(epoch, value)| ((epoch + after) as f64, *value));
            let line = Line::new(points.collect::<Vec<_>>(), Color::Series(layer));
            panel = panel.mark(line.label(format!("layer {}", layer + 1 + after)));
        }
        panels.push(titled(panel, variant));
    }
    if panels.is_empty() {
        return None;
    }
    let figure = match panels.len() {
        1 => figure.multiples(panels),
        _ => figure.multiples(panels).shared().key(Key::Above),
    };
    Some(figure.notes(outcome.first_seed()))
}
