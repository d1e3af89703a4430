//! An experiment as its reader sees it: figures, results, claims, and how it was computed.

use crate::chart::DataTable;
use crate::claims::Verdict;
use crate::data::{DataSettings, Facts, Origin};
use crate::experiment::Kind;
use crate::lesson::inline::{format_fixed, format_number, format_percent, format_scientific};
use crate::outcome::{Metric, Outcome, Summary, Variant};
use crate::site::{
    CellView, ClaimView, ColumnView, DataSourceView, ExperimentView, FigureView, Provenance, ResultRow,
    ResultsView, TableView,
};

use super::drawing::{Drawn, DrawnFigure};
use super::planning::Planned;
use super::settings_view;

/// What of an experiment was made elsewhere: Markdown already turned into HTML, the block's own text.
pub struct Written {
    pub title_html: String,
    pub caption_html: String,
    pub claims_html: Vec<String>,
    pub yaml: String,
}

/// Metrics of everything that trains that are worth a column, after the kind's own.
const COLUMNS: &[&str] = &["train_loss", "dev_loss", "dev_accuracy", "test_accuracy", "diverged_at"];

/// The most numbers of a list that a cell shows; longer ones are in the JSON.
const SHOWN_NUMBERS: usize = 3;

/// Puts an experiment together, but for what is [drawn](draw_in).
pub fn view(
    slug: &str,
    planned: &Planned,
    outcome: &Outcome,
    verdicts: &[Verdict],
    written: Written,
) -> ExperimentView {
    let id = &planned.header.id;
    ExperimentView {
        id: id.clone(),
        kind: planned.kind.name.to_owned(),
        title_html: written.title_html,
        caption_html: written.caption_html,
        figures: Vec::new(),
        results: results(planned, outcome),
        claims: verdicts
            .iter()
            .zip(written.claims_html)
            .map(|(verdict, says)| claim(verdict, says))
            .collect(),
        provenance: Provenance {
            source: planned.header.show_source.then_some(written.yaml),
            settings: settings_view::settings(planned),
            seeds: planned.seeds().collect(),
            data: sources(planned),
            runs: outcome.variants.iter().map(|variant| variant.runs.len() as u64).sum(),
            parameters: Some(planned.total().parameters).filter(|parameters| *parameters > 0),
            multiply_adds: Some(planned.total().multiply_adds as u64).filter(|work| *work > 0),
            digest: String::new(),
            json: Some(format!("{slug}/{id}.json")),
            csv: outcome.has_series().then(|| format!("{slug}/{id}.csv")),
        },
    }
}

/// Adds what is drawn.
pub fn draw_in(view: &mut ExperimentView, slug: &str, planned: &Planned, drawn: &Drawn) {
    view.figures = drawn.figures.iter().map(|figure| figure_view(slug, planned, figure)).collect();
    view.provenance.digest.clone_from(&drawn.digest);
}

fn figure_view(slug: &str, planned: &Planned, figure: &DrawnFigure) -> FigureView {
    let table = |table: &DataTable| {
        let DataTable { caption, header, rows } = table.clone();
        TableView::new(caption, header, rows)
    };
    FigureView {
        name: figure.name.clone(),
        title: figure.title.clone(),
        svg_wide: figure.wide.clone(),
        svg_narrow: Some(figure.narrow.clone()),
        alt: planned.header.alt.clone().unwrap_or_default(),
        file: format!("{slug}/{}-{}.svg", planned.header.id, figure.name),
        tables: figure.tables.iter().map(table).collect(),
    }
}

fn claim(verdict: &Verdict, says_html: String) -> ClaimView {
    ClaimView {
        says_html,
        that: verdict.claim.that.clone(),
        holds: verdict.holds(),
        held: verdict.held(),
        seeds: verdict.by_seed.len(),
        required: verdict.needed,
        margin: verdict.margin_text(),
        doubts: verdict.doubts().into_iter().map(|doubt| doubt.says().to_owned()).collect(),
    }
}

/// The data of all variants, each data set once.
fn sources(planned: &Planned) -> Vec<DataSourceView> {
    let mut sources: Vec<DataSourceView> = Vec::new();
    for (variant, facts) in planned.facts.iter().enumerate() {
        if let (Some(settings), Some(facts)) = (planned.plan.data(variant), facts) {
            let source = source(settings, facts);
            if sources.iter().all(|known| known.name != source.name) {
                sources.push(source);
            }
        }
    }
    sources
}

fn source(settings: &DataSettings, facts: &Facts) -> DataSourceView {
    let description = format!("{} rows, {} features", facts.rows, facts.features);
    let Some(entry) = settings.entry() else {
        let name = settings.file.clone().unwrap_or_default();
        return DataSourceView { name, description, ..DataSourceView::default() };
    };
    let name = entry.title.to_owned();
    let Origin::Table(table) = &entry.origin else {
        return DataSourceView { name, description, ..DataSourceView::default() };
    };
    let from = &table.provenance;
    DataSourceView {
        name,
        description,
        citation: format!("{} ({}), {}, {}", from.creators, from.year, from.work, from.publisher),
        license: from.licence.to_owned(),
        url: Some(format!("https://doi.org/{}", from.doi)),
    }
}

/// The metrics worth a column: numbers first the kind's own, then those of everything that trains.
fn results(planned: &Planned, outcome: &Outcome) -> Option<ResultsView> {
    let columns: Vec<&str> = columns(planned.kind, outcome);
    if columns.is_empty() {
        return None;
    }
    let best: Vec<Option<usize>> = columns.iter().map(|metric| best(outcome, metric)).collect();
    let rows = outcome.variants.iter().enumerate().map(|(row, variant)| ResultRow {
        label: if variant.label.is_empty() {
            planned.header.id.replace('_', " ")
        } else {
            variant.label.clone()
        },
        cells: columns
            .iter()
            .zip(&best)
            .map(|(metric, best)| cell(variant, metric, *best == Some(row)))
            .collect(),
    });
    let seeds = planned.header.seeds;
    Some(ResultsView {
        axis: if outcome.variants.len() > 1 { "variant".into() } else { String::new() },
        columns: columns.iter().map(|metric| column(planned.kind, metric)).collect(),
        rows: rows.collect(),
        note: if seeds > 1 {
            format!("Mean ± standard deviation over {seeds} seeds.")
        } else {
            String::new()
        },
    })
}

fn columns(kind: &Kind, outcome: &Outcome) -> Vec<&'static str> {
    let own = kind.metrics.iter().map(|doc| doc.name);
    let shared = COLUMNS.iter().copied().filter(|_| kind.trains);
    let metrics = own.chain(shared).filter(|metric| outcome.variants.iter().any(|v| exists(v, metric)));
    metrics.filter(|metric| outcome.variants.len() < 2 || differs(outcome, metric)).collect()
}

/// Whether a metric tells variants or seeds apart; a column of one number over and over does not.
fn differs(outcome: &Outcome, metric: &str) -> bool {
    let mut values =
        outcome.variants.iter().flat_map(|variant| &variant.runs).map(|run| run.metrics.get(metric));
    let first = values.next();
    values.any(|value| Some(value) != first)
}

/// Whether a variant has that metric as something that a cell can show.
fn exists(variant: &Variant, metric: &str) -> bool {
    variant.runs.iter().any(|run| match run.metrics.get(metric) {
        Some(Metric::Number(value)) => value.is_finite(),
        Some(Metric::List(values)) => {
            (1..=SHOWN_NUMBERS).contains(&values.len()) && values.iter().any(|value| value.is_finite())
        }
        _ => false,
    })
}

fn column(kind: &Kind, metric: &str) -> ColumnView {
    let doc = kind.all_metrics().find(|doc| doc.name == metric);
    let explanation = doc.map(|doc| doc.about.to_owned()).unwrap_or_default();
    ColumnView { label: metric.replace('_', " "), explanation, numeric: true }
}

/// The row with the best mean, where one direction is better and one row alone is best.
fn best(outcome: &Outcome, metric: &str) -> Option<usize> {
    let lower = matches!(metric, "epochs_to" | "steps_to" | "distance")
        || metric.ends_with("_loss")
        || metric == "loss" && has_series(outcome, metric)
        || is_share(metric) && metric.ends_with("_error") && !metric.ends_with("standard_error");
    let higher = metric.ends_with("_accuracy");
    if outcome.variants.len() < 2 || !(lower || higher) {
        return None;
    }
    let sign = if higher { -1.0 } else { 1.0 };
    let mean = |variant: &Variant| sign * summary(variant, metric).mean;
    let means = outcome.variants.iter().map(mean).enumerate().filter(|(_, mean)| mean.is_finite());
    let (row, lowest) = means.clone().min_by(|a, b| a.1.total_cmp(&b.1))?;
    means.clone().all(|(other, mean)| other == row || mean > lowest).then_some(row)
}

/// Whether a metric is the end of a curve. A loss that is none was not lowered by anybody: one of given logits wins nothing.
fn has_series(outcome: &Outcome, metric: &str) -> bool {
    outcome.variants.iter().flat_map(|variant| &variant.runs).any(|run| run.series.contains_key(metric))
}

fn cell(variant: &Variant, metric: &str, best: bool) -> CellView {
    if let Some(Metric::List(_)) = variant.runs.first().and_then(|run| run.metrics.get(metric)) {
        let list = variant.mean_list(metric).unwrap_or_default();
        return CellView { text: list_text(&list), ..CellView::default() };
    }
    let summary = summary(variant, metric);
    if !summary.mean.is_finite() {
        return CellView { text: "–".into(), ..CellView::default() };
    }
    let (text, spread) = match is_share(metric) {
        true => (format_percent(summary.mean, 1), format_percent(summary.sd, 1)),
        false => with_spread(summary.mean, summary.sd),
    };
    CellView {
        text,
        spread: (summary.sd > 0.0).then_some(spread),
        exact: Some(summary.mean.to_string()),
        best,
    }
}

/// Whether a metric is a share of examples. The relative error of a gradient check is none.
fn is_share(metric: &str) -> bool {
    ["_accuracy", "_error", "gap"].iter().any(|end| metric.ends_with(end)) && metric != "relative_error"
}

/// A mean and its spread: two significant digits say all that a spread can, and no more decimals all that the mean can.
fn with_spread(mean: f64, spread: f64) -> (String, String) {
    let decimals = (0..6).find(|decimals| spread * libm::exp10(f64::from(*decimals)) >= 10.0);
    match decimals.filter(|_| spread < 1e6) {
        Some(decimals) => (format_fixed(mean, decimals as usize), format_fixed(spread, decimals as usize)),
        None => (short(mean), format_scientific(spread, 1)),
    }
}

fn summary(variant: &Variant, metric: &str) -> Summary {
    Summary::of(&variant.numbers(metric).unwrap_or_default())
}

fn list_text(values: &[f64]) -> String {
    values.iter().map(|value| short(*value)).collect::<Vec<_>>().join(", ")
}

/// A number as prose shows it; a dash where there is none.
pub fn short(value: f64) -> String {
    if value.is_finite() { format_number(value) } else { "–".into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::RunRecord;

    fn outcome(metric: &str, ends: &[f64]) -> Outcome {
        let variant = |end: &f64| {
            let metrics = [(metric.to_owned(), Metric::Number(*end))].into();
            Variant { runs: vec![RunRecord { metrics, ..RunRecord::default() }], ..Variant::default() }
        };
        Outcome { variants: ends.iter().map(variant).collect() }
    }

    #[test]
    fn only_one_row_can_be_best() {
        assert_eq!(best(&outcome("dev_loss", &[0.3, 0.1, f64::NAN]), "dev_loss"), Some(1));
        assert_eq!(best(&outcome("dev_loss", &[0.1, 0.3, 0.1]), "dev_loss"), None);
    }

    #[test]
    fn a_loss_is_best_where_it_was_descended_not_where_it_was_given() {
        let mut losses = outcome("loss", &[0.3, 0.1]);
        assert_eq!(best(&losses, "loss"), None);
        for variant in &mut losses.variants {
            variant.runs[0].series.insert("loss".into(), vec![1.0, 0.5].into());
        }
        assert_eq!(best(&losses, "loss"), Some(1));
    }

    #[test]
    fn spreads_have_two_digits_and_means_as_many_decimals() {
        let shown = |mean, spread| {
            let (mean, spread) = with_spread(mean, spread);
            format!("{mean} ± {spread}")
        };
        assert_eq!(shown(2.0, 0.1304), "2.00 ± 0.13");
        assert_eq!(shown(-0.52064, 0.00012345), "−0.52064 ± 0.00012");
        assert_eq!(shown(1234.56, 17.26), "1235 ± 17");
        assert_eq!(shown(0.25, 3.574e-12), "0.25 ± 3.6×10⁻¹²");
        assert_eq!(shown(3e17, 4.62e17), "3×10¹⁷ ± 4.6×10¹⁷");
        // One seed has no spread.
        assert_eq!(with_spread(0.25, f64::NAN).0, "0.25");
        assert_eq!(with_spread(0.25, 0.0).0, "0.25");
    }
}
