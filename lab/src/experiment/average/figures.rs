//! The averages over their values, the weights of the past, and what an error is made of.

use super::Average;
use crate::chart::{Axis, Color, Dots, Figure, Key, Line, Panel};
use crate::experiment::Cost;
use crate::experiment::curves::{estimates, several, values};
use crate::numeric::WeightedAverage;
use crate::outcome::{Outcome, Variant};

/// Averages of one series that share a panel; of more than that each has its own.
const MOST_ON_ONE_PANEL: usize = 4;

/// Up to so many values have dots of full size.
const FEW_DOTS: usize = 60;

/// The most values that are drawn as dots; more are a line.
const MOST_DOTS: usize = 1000;

/// The most steps back whose weights are drawn.
const MOST_STEPS_BACK: usize = 200;

/// Returns what drawing a series of that length costs.
pub(super) fn cost(length: usize, early: usize) -> Cost {
    let dots = |values: usize| if values <= MOST_DOTS { values as f64 } else { 0.0 };
    Cost::of_points(dots(length) + dots(early.min(length)))
}

/// Draws the figures of the kind that have something to show.
pub(super) fn all(variants: &[&Average], outcome: &Outcome) -> Vec<Figure> {
    let early = variants.iter().map(|variant| variant.early).max().unwrap_or(0);
    let longest =
        outcome.variants.iter().filter_map(|variant| series(variant, "value")).map(<[f64]>::len).max();
    let whole = averages(
        variants,
        outcome,
        usize::MAX,
        "average",
        "Values and averages",
        "The values of the series by step, and their exponentially weighted averages.",
    );
    let start = averages(
        variants,
        outcome,
        early,
        "start",
        "The first steps",
        "The first values of the series, and their exponentially weighted averages.",
    );
    let start = start.filter(|_| longest.is_some_and(|longest| longest > early));
    [whole, start, weights(variants, outcome), error(variants, outcome)].into_iter().flatten().collect()
}

/// Returns a series of a variant's first run.
fn series<'a>(variant: &'a Variant, name: &str) -> Option<&'a [f64]> {
    Some(variant.runs.first()?.series.get(name)?.as_slice())
}

/// Returns the first steps of values and averages: a panel for each series, in it a line for each variant.
fn averages(
    variants: &[&Average],
    outcome: &Outcome,
    steps: usize,
    name: &str,
    title: &str,
    lead: &str,
) -> Option<Figure> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for index in 0..variants.len() {
        match groups.iter_mut().find(|group| variants[group[0]].series == variants[index].series) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    let parted = |group: Vec<usize>| match group.len() {
        ..=MOST_ON_ONE_PANEL => vec![group],
        _ => group.into_iter().map(|index| vec![index]).collect(),
    };
    let groups: Vec<Vec<usize>> = groups.into_iter().flat_map(parted).collect();
    let several = groups.len() > 1;
    let panels: Option<Vec<Panel>> =
        groups.iter().map(|group| panel(outcome, group, steps, several)).collect();
    let figure = Figure::new(name, title, lead).multiples(panels.filter(|panels| !panels.is_empty())?);
    let figure = if several { figure.shared().key(Key::Above) } else { figure };
    Some(figure.notes(outcome.first_seed()))
}

fn panel(outcome: &Outcome, group: &[usize], steps: usize, several: bool) -> Option<Panel> {
    let drawn = |variant: &Variant, name: &str| {
        let points = series(variant, name)?.iter().take(steps).enumerate();
        Some(points.map(|(index, &value)| ((index + outcome.step.first()) as f64, value)).collect::<Vec<_>>())
    };
    let first = outcome.variants.get(*group.first()?)?;
    let values = drawn(first, "value")?;
    let mut panel = Panel::new(Axis::linear(outcome.step.name()).integer(), Axis::linear("value"));
    panel = if values.len() > MOST_DOTS {
        panel.mark(Line::new(values, Color::Muted).muted().label("values"))
    } else {
        let size = if values.len() > FEW_DOTS { 1.8 } else { 4.0 };
        panel.mark(Dots::new(values, Color::Muted).size(size).label("values"))
    };
    let labels: Vec<&str> =
        group.iter().filter_map(|&index| outcome.variants.get(index)).map(|v| v.label.as_str()).collect();
    let (common, own) = parted_labels(&labels);
    for (&index, own) in group.iter().zip(own) {
        let variant = outcome.variants.get(index)?;
        let line = Line::new(drawn(variant, "average")?, Color::Series(variant.color));
        // Panels of one line each need no other name for it.
        let label = if own.is_empty() { "average".to_owned() } else { own };
        panel = panel.mark(line.label(label));
    }
    if let Some(signal) = drawn(first, "signal") {
        panel = panel.mark(Line::new(signal, Color::Ink).dashed().width(1.5).label("without noise"));
    }
    Some(if several { panel.title(common) } else { panel })
}

/// Parts labels such as `noise 1, beta 0.9` into what all have in common and what is each one's own.
fn parted_labels(labels: &[&str]) -> (String, Vec<String>) {
    let parts = |label: &str| label.split(", ").map(str::to_owned).collect::<Vec<_>>();
    let in_all = |part: &String| labels.iter().all(|label| parts(label).contains(part));
    let common: Vec<String> =
        labels.first().map_or_else(Vec::new, |label| parts(label).into_iter().filter(in_all).collect());
    let own = |label: &&str| {
        parts(label).into_iter().filter(|part| !common.contains(part)).collect::<Vec<_>>().join(", ")
    };
    (common.join(", "), labels.iter().map(own).collect())
}

/// Returns a line for each beta over the steps back, with a ring where a weight has fallen to about 1/e.
fn weights(variants: &[&Average], outcome: &Outcome) -> Option<Figure> {
    let mut betas: Vec<(&Average, usize)> = Vec::new();
    for (index, variant) in variants.iter().enumerate() {
        if betas.iter().all(|(known, _)| known.beta != variant.beta) {
            betas.push((variant, index));
        }
    }
    let window = |settings: &Average| WeightedAverage::new(settings.beta).window();
    let widest = betas.iter().map(|(settings, _)| window(settings)).fold(0.0, f64::max);
    let steps = ((1.6 * widest).ceil() as usize).clamp(10, MOST_STEPS_BACK);
    let mut panel = Panel::new(Axis::linear("steps back").integer(), Axis::linear("weight").zero());
    let mut rings = Vec::new();
    for (settings, index) in &betas {
        let points: Vec<(f64, f64)> = settings
            .weights()
            .take(steps + 1)
            .enumerate()
            .map(|(back, weight)| (back as f64, weight))
            .collect();
        let label = match (betas.len(), outcome.variants.len()) {
            (1, _) => "weight".to_owned(),
            (betas, all) if betas == all => outcome.variants.get(*index)?.label.clone(),
            _ => format!("beta {}", settings.beta),
        };
        let ring = points.get(window(settings).round() as usize).copied();
        rings.extend(ring.map(|ring| Dots::new([ring], Color::Series(*index)).size(5.0).hollow()));
        let line = Line::new(points, Color::Series(*index)).label(label);
        panel = panel.mark(if steps <= 30 { line.markers() } else { line });
    }
    let lead = "How much the value of so many steps ago counts in the average, once that has taken in many.";
    let figure = Figure::new("weights", "The weights of the past", lead).panel(panel.marks(rings));
    Some(figure.note("Rings: 1/(1 \u{2212} beta) steps back, where a weight is about 1/e of the first."))
}

/// Returns the error and its two parts by variant; by beta, where that is all that differs.
fn error(variants: &[&Average], outcome: &Outcome) -> Option<Figure> {
    let has_signal = |variant: &Variant| series(variant, "signal").is_some();
    if variants.len() < 2 || !outcome.variants.iter().all(has_signal) {
        return None;
    }
    let first = variants.first()?;
    let betas: Vec<f64> = variants.iter().map(|variant| variant.beta).collect();
    let distinct = betas.iter().enumerate().all(|(index, beta)| !betas[..index].contains(beta));
    let alike = variants
        .iter()
        .all(|variant| (&variant.series, variant.bias_correction) == (&first.series, first.bias_correction));
    let by_beta = distinct && alike;
    let x = match by_beta {
        true => {
            let mut ticks = betas.clone();
            ticks.sort_by(f64::total_cmp);
            Axis::one_minus_log("β").ticks(ticks)
        }
        false => Axis::category("", outcome.variants.iter().map(|variant| variant.label.clone())),
    };
    let mut order: Vec<usize> = (0..variants.len()).collect();
    if by_beta {
        order.sort_by(|a, b| betas[*a].total_cmp(&betas[*b]));
    }
    let at = |index: usize| if by_beta { betas[index] } else { index as f64 };
    let parts = [("error", "error"), ("lag_error", "by the lag"), ("noise_error", "by the noise")];
    let mut panel = Panel::new(x, Axis::linear("distance from the series without noise").zero());
    for (part, (metric, label)) in parts.into_iter().enumerate() {
        let color = Color::Series(part);
        panel = if by_beta {
            let middle =
                |&index: &usize| (at(index), outcome.statistic.of(&values(&outcome.variants[index], metric)));
            let line = Line::new(order.iter().map(middle), color).markers().label(label);
            panel.mark(if part == 0 { line } else { line.dashed() })
        } else {
            let beside = |index: usize| index as f64 + 0.18 * (part as f64 - 1.0);
            panel.mark(estimates(outcome, metric, beside, color).label(label))
        };
    }
    let lead = "The root mean square of the average minus the series without noise; beside it what is there without any noise, and what is left of the noise.";
    let figure = Figure::new("error", "Late or noisy", lead).panel(panel).key(Key::Above);
    let middle = several(outcome)
        .then(|| format!("Shown is the {} over {} seeds.", outcome.statistic.name(), outcome.seeds()));
    Some(figure.notes(middle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_part_into_what_is_common_and_what_is_not() {
        let (common, own) = parted_labels(&["noise 1, beta 0.9", "noise 1, beta 0.98"]);
        assert_eq!((common.as_str(), own), ("noise 1", vec!["beta 0.9".to_owned(), "beta 0.98".to_owned()]));
        assert_eq!(parted_labels(&["noise 1"]), ("noise 1".to_owned(), vec![String::new()]));
        assert_eq!(parted_labels(&["a", "b"]).0, "");
    }
}
