//! What figures of several kinds have in common: curves and estimates over seeds.

use super::metric::NATS;
use crate::chart::{Axis, Band, Color, Estimate, Figure, Interval, Line, Panel};
use crate::outcome::{Numbers, Outcome, RunRecord, Statistic, Summary, Variant};

/// A series over seeds: what stands for them, and the ends of their spread, one value a step. The band of a mean stays
/// between the lowest and the highest run: on a log axis, a mean minus a standard deviation that no run came near would
/// fall to nothing.
pub(super) struct Curve {
    pub middle: Vec<f64>,
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    /// Whether it ends because a run diverged.
    pub broken: bool,
    /// The values of each seed.
    pub seeds: Vec<Vec<f64>>,
}

impl Curve {
    /// Returns the middle and the band of a series; none where no run has it. Ends where the longest run ends; where a run
    /// has stopped or diverged, middle and band have a gap rather than values that leave it out.
    pub(super) fn of(variant: &Variant, series: &str, statistic: Statistic) -> Option<Curve> {
        let runs: Vec<&Numbers> = variant.runs.iter().filter_map(|run| run.series.get(series)).collect();
        let steps = runs.iter().map(|run| run.len()).max().filter(|&steps| steps > 0)?;
        let broken = variant.divergence().is_some();
        let seeds = runs.iter().map(|run| run.to_vec()).collect();
        let mut curve = Curve { middle: vec![], low: vec![], high: vec![], broken, seeds };
        for step in 0..steps {
            let values: Vec<f64> =
                runs.iter().map(|run| run.get(step).copied().unwrap_or(f64::NAN)).collect();
            let summary = Summary::of(&values);
            let (low, high) = statistic.spread(&summary);
            curve.middle.push(statistic.in_summary(&summary));
            // `max` and `min` pass over what is not a number: then the runs that are left would stand for all.
            let within =
                |value: f64| if value.is_nan() { value } else { value.max(summary.min).min(summary.max) };
            curve.low.push(within(low));
            curve.high.push(within(high));
        }
        Some(curve)
    }

    /// Returns the band (with several seeds) and the line.
    pub(super) fn marks(&self, color: Color, label: &str, several: bool) -> (Option<Band>, Line) {
        let band = several.then(|| {
            Band::series(&self.low, &self.high, color).of(label).seeds(self.seeds.clone()).settling()
        });
        let line = Line::series(&self.middle, color).label(label).settling();
        (band, if self.broken { line.broken() } else { line })
    }
}

/// Returns the least and the greatest value.
pub(super) fn range(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), &v| (least.min(v), greatest.max(v)))
}

/// Returns a metric's value in each run; NaN where it has none.
pub(super) fn values(variant: &Variant, metric: &str) -> Vec<f64> {
    variant.numbers(metric).unwrap_or_else(|| vec![f64::NAN; variant.runs.len()])
}

/// Returns whether an outcome has several seeds, so that a spread can be shown.
pub(super) fn several(outcome: &Outcome) -> bool {
    outcome.variants.iter().any(|variant| variant.runs.len() > 1)
}

/// Returns what lines and bands mean and who diverged, for the line below a figure; none where there is nothing to say.
pub(super) fn notes(outcome: &Outcome) -> Option<String> {
    let (seeds, statistic) = (outcome.seeds(), outcome.statistic);
    let mut notes = Vec::new();
    if seeds > 1 {
        let within = if statistic == Statistic::Mean { ", within the range of the seeds" } else { "" };
        let (middle, spread) = (statistic.name(), statistic.spread_name());
        notes.push(format!("Lines: {middle} over {seeds} seeds. Bands: {spread}{within}."));
        if outcome.variants.iter().any(ends_apart) {
            notes.push("A line ends where the first of its seeds does.".to_owned());
        }
    }
    notes.extend(outcome.divergence().map(|told| format!("A cross ends what diverged. {told}")));
    (!notes.is_empty()).then(|| notes.join(" "))
}

/// Returns whether the runs of a variant have series of different lengths: they stopped early, or diverged.
fn ends_apart(variant: &Variant) -> bool {
    let length = |run: &RunRecord| run.series.values().map(|values| values.len()).max();
    variant.runs.windows(2).any(|pair| length(&pair[0]) != length(&pair[1]))
}

/// Returns the name of a loss with its unit, where it has one.
pub(super) fn loss_name(outcome: &Outcome, name: &str) -> String {
    let of_classes = |run: &RunRecord| run.names.contains_key("classes");
    match outcome.variants.iter().flat_map(|variant| &variant.runs).all(of_classes) {
        true => format!("{name} ({NATS})"),
        false => name.to_owned(),
    }
}

/// Returns the name of a variant in a chart: its label, or `alone` where there is only one.
pub(super) fn label<'a>(variant: &'a Variant, alone: &'a str) -> &'a str {
    if variant.label.is_empty() { alone } else { &variant.label }
}

/// A figure of one series, a line with its band for each variant.
pub(super) struct CurveFigure {
    pub name: &'static str,
    pub title: &'static str,
    pub lead: &'static str,
    pub series: &'static str,
    pub y: Axis,
    /// The name of the line where nothing is compared.
    pub alone: &'static str,
}

impl CurveFigure {
    /// Draws the curves by epoch, or what else the kind's series go by. None where no variant has the series with more than
    /// one point.
    pub(super) fn draw(self, outcome: &Outcome) -> Option<Figure> {
        let curves: Vec<(&Variant, Curve)> = outcome
            .variants
            .iter()
            .filter_map(|variant| Some((variant, Curve::of(variant, self.series, outcome.statistic)?)))
            .filter(|(_, curve)| curve.middle.len() > 1)
            .collect();
        if curves.is_empty() {
            return None;
        }
        let several = several(outcome);
        let alone = outcome.labels.get(self.series).map_or_else(|| outcome.shown(self.alone), String::as_str);
        let marks = curves.iter().map(|(variant, curve)| {
            curve.marks(Color::Series(variant.color), label(variant, alone), several)
        });
        // All bands lie below all lines.
        let (bands, lines): (Vec<Option<Band>>, Vec<Line>) = marks.unzip();
        let panel = Panel::new(Axis::linear(outcome.step.name()).integer(), self.y);
        let panel = panel.marks(bands.into_iter().flatten()).marks(lines);
        let figure = Figure::new(self.name, self.title, self.lead).panel(panel);
        Some(match notes(outcome) {
            Some(note) => figure.note(note),
            None => figure,
        })
    }
}

/// Returns what stands for the seeds of a metric with its spread to each side, for each variant at its place.
pub(super) fn estimates(
    outcome: &Outcome,
    metric: &str,
    at: impl Fn(usize) -> f64,
    color: Color,
) -> Interval {
    let estimate = |(index, variant): (usize, &Variant)| {
        estimate(&values(variant, metric), outcome.statistic, at(index))
    };
    Interval::new(outcome.variants.iter().enumerate().map(estimate), color)
}

/// Returns what stands for some values with its spread to each side, at a place.
pub(super) fn estimate(values: &[f64], statistic: Statistic, at: f64) -> Estimate {
    let summary = Summary::of(values);
    let (low, high) = statistic.spread(&summary);
    Estimate { at, low, middle: statistic.in_summary(&summary), high }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Metric;

    fn variant(series: &[&[f64]]) -> Variant {
        let run = |values: &&[f64]| RunRecord {
            series: [("loss".to_owned(), values.to_vec().into())].into(),
            metrics: [("last".to_owned(), Metric::Number(*values.last().unwrap()))].into(),
            ..RunRecord::default()
        };
        Variant { runs: series.iter().map(run).collect(), ..Variant::default() }
    }

    #[test]
    fn a_curve_is_the_mean_with_one_standard_deviation() {
        let curve = Curve::of(&variant(&[&[1.0, 4.0], &[3.0, 4.0]]), "loss", Statistic::Mean).unwrap();
        assert_eq!(curve.middle, [2.0, 4.0]);
        // 2 and the root of 2 more, but no run is above 3.
        assert_eq!(curve.high, [3.0, 4.0]);
        let curve = Curve::of(&variant(&[&[1.0], &[2.0], &[3.0]]), "loss", Statistic::Mean).unwrap();
        assert_eq!((curve.low[0], curve.high[0]), (1.0, 3.0));
        let curve = Curve::of(&variant(&[&[0.0], &[2.0], &[2.0], &[4.0]]), "loss", Statistic::Mean).unwrap();
        assert_eq!(curve.high[0], 2.0 + (8.0f64 / 3.0).sqrt());
    }

    #[test]
    fn the_median_of_a_curve_has_the_middle_half_as_its_band() {
        let seeds: [&[f64]; 5] = [&[1.0], &[2.0], &[3.0], &[4.0], &[9e9]];
        let curve = Curve::of(&variant(&seeds), "loss", Statistic::Median).unwrap();
        assert_eq!((curve.low[0], curve.middle[0], curve.high[0]), (2.0, 3.0, 4.0));
    }

    #[test]
    fn a_run_that_stopped_early_breaks_mean_and_band() {
        let curve =
            Curve::of(&variant(&[&[1.0, 4.0, 2.0], &[3.0, f64::NAN], &[2.0, 5.0]]), "loss", Statistic::Mean)
                .unwrap();
        assert_eq!((curve.low[0], curve.middle[0], curve.high[0]), (1.0, 2.0, 3.0));
        for line in [&curve.low, &curve.middle, &curve.high] {
            assert!(line[1].is_nan() && line[2].is_nan(), "{line:?}");
        }
    }

    #[test]
    fn a_note_tells_why_a_line_ends() {
        let note =
            |series: &[&[f64]]| notes(&Outcome { variants: vec![variant(series)], ..Outcome::default() });
        let same = "Lines: mean over 2 seeds. Bands: one standard deviation, within the range of the seeds.";
        assert_eq!(note(&[&[1.0, 4.0], &[3.0, 4.0]]).unwrap(), same);
        let apart = format!("{same} A line ends where the first of its seeds does.");
        assert_eq!(note(&[&[1.0, 4.0], &[3.0]]).unwrap(), apart);
        assert_eq!(note(&[&[1.0]]), None);
        let mut diverged = variant(&[&[1.0, f64::INFINITY]]);
        diverged.runs[0].metrics.insert("diverged_at".into(), Metric::Number(1.0));
        let outcome = Outcome { variants: vec![diverged], ..Outcome::default() };
        assert_eq!(
            notes(&outcome).unwrap(),
            "A cross ends what diverged. No longer finite: the run at epoch 1."
        );
    }

    #[test]
    fn a_metric_has_one_value_a_seed() {
        assert_eq!(values(&variant(&[&[1.0], &[2.0]]), "last"), [1.0, 2.0]);
        assert!(values(&variant(&[&[1.0]]), "absent")[0].is_nan());
    }
}
