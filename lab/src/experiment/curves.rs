//! What figures of several kinds have in common: curves and estimates over seeds.

use crate::chart::{Axis, Band, Color, Estimate, Figure, Interval, Line, Mark, Panel};
use crate::outcome::{Numbers, Outcome, RunRecord, Variant};

/// A series over seeds: its mean, and the mean minus and plus one standard deviation, one value an epoch.
/// The band stays between the lowest and the highest run: on a log axis, a mean minus a standard deviation that no
/// run came near would fall to nothing.
pub struct Curve {
    pub mean: Vec<f64>,
    pub low: Vec<f64>,
    pub high: Vec<f64>,
}

impl Curve {
    /// None where no run has the series. Ends where the longest run ends; where a run has stopped or diverged, mean and
    /// band have a gap rather than values that leave it out.
    pub fn of(variant: &Variant, series: &str) -> Option<Curve> {
        let runs: Vec<&Numbers> = variant.runs.iter().filter_map(|run| run.series.get(series)).collect();
        let epochs = runs.iter().map(|run| run.len()).max().filter(|&epochs| epochs > 0)?;
        let mut curve = Curve { mean: vec![], low: vec![], high: vec![] };
        for epoch in 0..epochs {
            let values: Vec<f64> =
                runs.iter().map(|run| run.get(epoch).copied().unwrap_or(f64::NAN)).collect();
            let (mean, sd) = mean_and_sd(&values);
            curve.mean.push(mean);
            let (least, greatest) = range(&values);
            // `max` and `min` pass over what is not a number: then the runs that are left would stand for all.
            let within = |value: f64| if value.is_nan() { value } else { value.max(least).min(greatest) };
            curve.low.push(within(mean - sd));
            curve.high.push(within(mean + sd));
        }
        Some(curve)
    }

    /// The band (with several seeds) and the line.
    pub fn marks(&self, color: Color, label: &str, several: bool) -> Vec<Mark> {
        let mut marks: Vec<Mark> = Vec::new();
        if several {
            marks.push(Band::series(&self.low, &self.high, color).into());
        }
        marks.push(Line::series(&self.mean, color).label(label).into());
        marks
    }
}

/// The least and the greatest value.
pub fn range(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), &v| (least.min(v), greatest.max(v)))
}

/// The mean and the standard deviation (n - 1 in its denominator; 0 for one value).
pub fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, if values.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 })
}

/// A metric's value in each run; NaN where it has none.
pub fn values(variant: &Variant, metric: &str) -> Vec<f64> {
    variant.numbers(metric).unwrap_or_else(|| vec![f64::NAN; variant.runs.len()])
}

/// Whether an outcome has several seeds, so that a spread can be shown.
pub fn several(outcome: &Outcome) -> bool {
    outcome.variants.iter().any(|variant| variant.runs.len() > 1)
}

/// What the bands mean, for the line below a figure.
pub fn band_note(outcome: &Outcome) -> Option<String> {
    let seeds = outcome.variants.iter().map(|variant| variant.runs.len()).max().unwrap_or(0);
    let end = match outcome.variants.iter().any(ends_apart) {
        true => " A line ends where the first of its seeds does.",
        false => "",
    };
    (seeds > 1).then(|| {
        format!(
            "Lines: mean over {seeds} seeds. Bands: one standard deviation, within the range of the seeds.{end}"
        )
    })
}

/// Whether the runs of a variant have series of different lengths: they stopped early, or diverged.
fn ends_apart(variant: &Variant) -> bool {
    let length = |run: &RunRecord| run.series.values().map(|values| values.len()).max();
    variant.runs.windows(2).any(|pair| length(&pair[0]) != length(&pair[1]))
}

/// The name of a variant in a chart: its label, or `alone` where there is only one.
pub fn label<'a>(variant: &'a Variant, alone: &'a str) -> &'a str {
    if variant.label.is_empty() { alone } else { &variant.label }
}

/// A figure of one series, a line with its band for each variant.
pub struct CurveFigure {
    pub name: &'static str,
    pub title: &'static str,
    pub lead: &'static str,
    pub series: &'static str,
    pub y: Axis,
    /// The name of the line where nothing is compared.
    pub alone: &'static str,
}

impl CurveFigure {
    /// By epoch. None where no variant has the series with more than one point.
    pub fn draw(self, outcome: &Outcome) -> Option<Figure> {
        self.draw_by("epoch", outcome)
    }

    /// The same by what a kind counts in place of epochs.
    pub fn draw_by(self, counted: &str, outcome: &Outcome) -> Option<Figure> {
        let curves: Vec<(usize, &Variant, Curve)> = outcome
            .variants
            .iter()
            .enumerate()
            .filter_map(|(index, variant)| Some((index, variant, Curve::of(variant, self.series)?)))
            .filter(|(_, _, curve)| curve.mean.len() > 1)
            .collect();
        if curves.is_empty() {
            return None;
        }
        let several = several(outcome);
        let marks = curves.iter().flat_map(|(index, variant, curve)| {
            curve.marks(Color::Series(*index), label(variant, self.alone), several)
        });
        // All bands lie below all lines.
        let (bands, lines): (Vec<Mark>, Vec<Mark>) = marks.partition(|mark| matches!(mark, Mark::Band(_)));
        let panel = Panel::new(Axis::linear(counted).integer(), self.y).marks(bands).marks(lines);
        let figure = Figure::new(self.name, self.title, self.lead).panel(panel);
        Some(match band_note(outcome) {
            Some(note) => figure.note(note),
            None => figure,
        })
    }
}

/// The mean of a metric with one standard deviation to each side, for each variant at its place.
pub fn estimates(outcome: &Outcome, metric: &str, at: impl Fn(usize) -> f64, color: Color) -> Interval {
    let estimate = |(index, variant): (usize, &Variant)| {
        let (mean, sd) = mean_and_sd(&values(variant, metric));
        Estimate { at: at(index), low: mean - sd, middle: mean, high: mean + sd }
    };
    Interval::new(outcome.variants.iter().enumerate().map(estimate), color)
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
        let curve = Curve::of(&variant(&[&[1.0, 4.0], &[3.0, 4.0]]), "loss").unwrap();
        assert_eq!(curve.mean, [2.0, 4.0]);
        // 2 and the root of 2 more, but no run is above 3.
        assert_eq!(curve.high, [3.0, 4.0]);
        let curve = Curve::of(&variant(&[&[1.0], &[2.0], &[3.0]]), "loss").unwrap();
        assert_eq!((curve.low[0], curve.high[0]), (1.0, 3.0));
        let curve = Curve::of(&variant(&[&[0.0], &[2.0], &[2.0], &[4.0]]), "loss").unwrap();
        assert_eq!(curve.high[0], 2.0 + (8.0f64 / 3.0).sqrt());
    }

    #[test]
    fn a_run_that_stopped_early_breaks_mean_and_band() {
        let curve = Curve::of(&variant(&[&[1.0, 4.0, 2.0], &[3.0, f64::NAN], &[2.0, 5.0]]), "loss").unwrap();
        assert_eq!((curve.low[0], curve.mean[0], curve.high[0]), (1.0, 2.0, 3.0));
        for line in [&curve.low, &curve.mean, &curve.high] {
            assert!(line[1].is_nan() && line[2].is_nan(), "{line:?}");
        }
    }

    #[test]
    fn a_note_tells_why_a_line_ends() {
        let note = |series: &[&[f64]]| band_note(&Outcome { variants: vec![variant(series)] });
        let same = "Lines: mean over 2 seeds. Bands: one standard deviation, within the range of the seeds.";
        assert_eq!(note(&[&[1.0, 4.0], &[3.0, 4.0]]).unwrap(), same);
        let apart = format!("{same} A line ends where the first of its seeds does.");
        assert_eq!(note(&[&[1.0, 4.0], &[3.0]]).unwrap(), apart);
        assert_eq!(note(&[&[1.0]]), None);
    }

    #[test]
    fn a_metric_has_one_value_a_seed() {
        assert_eq!(values(&variant(&[&[1.0], &[2.0]]), "last"), [1.0, 2.0]);
        assert!(values(&variant(&[&[1.0]]), "absent")[0].is_nan());
    }
}
