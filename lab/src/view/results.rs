//! The table of an experiment's results: which metrics have a column, how they are written, what is best.

use crate::claims;
use crate::collections::BTreeSet;
use crate::data::DataSettings;
use crate::experiment::{Better, ColumnSettings, FOLLOWING, MetricInfo};
use crate::inline::{self, Cell, only_name};
use crate::outcome::{Metric, Outcome, Statistic, Variant, Written, is_beyond_noise};

use super::cell::{FEWEST, aligned, cell, common_decimals, decimals_as_set, none, number_cell};
use super::{CellView, ColumnView, ResultRow, ResultsView};
use crate::block::Block;

/// The most numbers of a list that a cell shows; longer ones are in the JSON.
const SHOWN_NUMBERS: usize = 3;

/// Returns a table of metrics by variant, the kind's own first; none where no metric is worth a column. Without columns of the
/// author's own those that are `mentioned` stand there, or all that tell variants apart where none is.
pub fn results(block: &Block, outcome: &Outcome, mentioned: &BTreeSet<String>) -> Option<ResultsView> {
    let columns: Vec<Column> = match &block.header.columns {
        Some(wanted) => wanted.iter().map(|column| chosen(block, outcome, column)).collect(),
        None => {
            let mut usual = columns(block, outcome);
            if usual.iter().any(|info| mentioned.contains(info.name)) {
                usual.retain(|info| mentioned.contains(info.name));
            }
            usual.iter().map(|info| measured(block, outcome, info, None)).collect()
        }
    };
    if columns.is_empty() {
        return None;
    }
    let (headings, cells): (Vec<ColumnView>, Vec<Vec<CellView>>) =
        columns.into_iter().map(|column| aligned(column.heading, column.cells)).unzip();
    let rows = outcome.variants.iter().enumerate().map(|(row, variant)| ResultRow {
        label: match variant.label.as_str() {
            "" => block.header.id.replace('_', " "),
            label => label.to_owned(),
        },
        cells: cells.iter().map(|column| column[row].clone()).collect(),
    });
    let has_best = cells.iter().flatten().any(|cell| cell.best);
    Some(ResultsView {
        number: None,
        axis: if outcome.variants.len() > 1 { "variant".into() } else { String::new() },
        columns: headings,
        rows: rows.collect(),
        note: note(outcome, has_best),
    })
}

/// A column with a cell for each variant.
struct Column {
    heading: ColumnView,
    cells: Vec<CellView>,
}

/// The column of a metric of the kind.
fn measured(block: &Block, outcome: &Outcome, info: &MetricInfo, named: Option<&str>) -> Column {
    let mut heading = heading(info);
    if let Some(label) = named.or_else(|| label(outcome, info.name)) {
        label.clone_into(&mut heading.label);
    }
    Column { heading, cells: column_cells(block, outcome, info) }
}

fn label<'a>(outcome: &'a Outcome, name: &str) -> Option<&'a str> {
    outcome.labels.get(name).map(String::as_str)
}

/// A column that the author chose: a metric, a setting, an expression.
fn chosen(block: &Block, outcome: &Outcome, column: &ColumnSettings) -> Column {
    let text = column.expression.trim();
    let named = column.heading.as_deref();
    let name = only_name(text);
    let known = name.as_ref().and_then(|name| {
        let is_found = |variant: &Variant| variant.runs.iter().any(|run| run.metrics.contains_key(name));
        block.metric(name).filter(|_| outcome.variants.iter().any(is_found))
    });
    if let Some(info) = known {
        return measured(block, outcome, &info, named);
    }
    let following = FOLLOWING.iter().find(|info| name.as_deref() == Some(info.name));
    let is_share = claims::share(text, &|name| block.metric(name)) == Some(true);
    let written = if is_share { Written::Percent } else { Written::Number };
    let info = following.copied().unwrap_or(MetricInfo { written, ..MetricInfo::number("", "") });
    let mut numeric = true;
    let found = inline::column(outcome, text);
    let all = found.iter().filter_map(|cell| match cell {
        Cell::Numbers(values) => Some(values.as_slice()),
        Cell::Text(_) | Cell::Nothing => None,
    });
    let path = text.strip_prefix("settings.").unwrap_or(text);
    let is_setting = outcome.variants.iter().any(|variant| variant.conditions.settings.contains_key(path));
    let decimals = match is_setting {
        true => decimals_as_set(all),
        false => common_decimals(all, info.written, outcome.statistic),
    };
    let found = found.into_iter().map(|cell| match cell {
        Cell::Numbers(values) => number_cell(&values, &info, outcome.statistic, decimals),
        Cell::Text(text) => {
            numeric = false;
            CellView {
                text: label(outcome, &text).map_or_else(|| text.clone(), str::to_owned),
                ..CellView::default()
            }
        }
        Cell::Nothing => none(),
    });
    let cells = found.collect();
    let is_path = text.split('.').all(|word| word.chars().all(|c| c.is_alphanumeric() || c == '_'));
    let last = text.rsplit('.').next().filter(|_| is_path).map(|word| word.replace('_', " "));
    let own = named.or_else(|| label(outcome, text)).map(str::to_owned);
    let heading = ColumnView {
        label: own.or(last).unwrap_or_else(|| text.to_owned()),
        explanation: following.map_or_else(|| text.to_owned(), |info| info.about.to_owned()),
        numeric,
        spread_width: 0,
    };
    Column { heading, cells }
}

fn columns(block: &Block, outcome: &Outcome) -> Vec<MetricInfo> {
    let untrained = (0..outcome.variants.len()).all(|variant| block.plan.shared(variant).is_untrained());
    let metrics = block.metrics().filter(|info| {
        let exists = outcome.variants.iter().any(|variant| exists(variant, info.name));
        // What answers are worth says nothing of networks that none has trained.
        info.column && exists && !(untrained && is_of_answers(info))
    });
    metrics.filter(|info| outcome.variants.len() < 2 || differs(outcome, info.name)).collect()
}

/// Returns whether a metric says how good answers to a part of the data are.
fn is_of_answers(info: &MetricInfo) -> bool {
    info.part.is_some() && info.better != Better::Neither
}

/// Returns whether a metric of a variant is about predictions that have no meaning: before a first step, a batch-normalized
/// network has no means and deviations to predict with.
pub fn says_nothing(block: &Block, variant: usize, info: &MetricInfo) -> bool {
    let shared = block.plan.shared(variant);
    let normalized = shared.model.is_some_and(|model| model.batch_norm.is_some());
    shared.is_untrained() && normalized && is_of_answers(info)
}

/// Returns whether a metric tells variants or seeds apart; a column of one number over and over does not.
fn differs(outcome: &Outcome, metric: &str) -> bool {
    let mut values =
        outcome.variants.iter().flat_map(|variant| &variant.runs).map(|run| run.metrics.get(metric));
    let first = values.next();
    values.any(|value| Some(value) != first)
}

/// Returns whether a variant has that metric as something that a cell can show.
fn exists(variant: &Variant, metric: &str) -> bool {
    variant.runs.iter().any(|run| match run.metrics.get(metric) {
        Some(Metric::Number(value)) => value.is_finite(),
        Some(Metric::List(values)) => {
            (1..=SHOWN_NUMBERS).contains(&values.len()) && values.iter().any(|value| value.is_finite())
        }
        _ => false,
    })
}

/// Returns the name of a metric, with its unit where the name does not tell it.
fn heading(info: &MetricInfo) -> ColumnView {
    let stem = info.unit.trim_end_matches('s');
    let unit = match info.written {
        _ if stem.is_empty() || info.name.contains(stem) => String::new(),
        Written::When => format!(" ({stem})"),
        _ => format!(" ({})", info.unit),
    };
    let label = info.name.replace('_', " ") + &unit;
    let explanation = [info.about.to_owned(), info.words()].into_iter().filter(|text| !text.is_empty());
    ColumnView {
        label,
        explanation: explanation.collect::<Vec<_>>().join("; "),
        numeric: true,
        spread_width: 0,
    }
}

fn note(outcome: &Outcome, has_best: bool) -> String {
    let seeds = outcome.seeds();
    let spread = match outcome.statistic {
        Statistic::Mean if seeds < FEWEST => format!("Mean over {seeds} seeds."),
        Statistic::Median if seeds < FEWEST => format!("Median over {seeds} seeds."),
        Statistic::Mean => format!("Mean ± standard deviation over {seeds} seeds."),
        Statistic::Median => {
            format!("Median of {seeds} seeds, and from where to where the middle half of them lies.")
        }
    };
    let best = if seeds > 1 { "Bold: best beyond what the seeds differ by." } else { "Bold: best." };
    let sentences = [(seeds > 1).then_some(spread), has_best.then(|| best.to_owned()), outcome.divergence()];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn column_cells(block: &Block, outcome: &Outcome, info: &MetricInfo) -> Vec<CellView> {
    let mut cells: Vec<CellView> = Vec::new();
    let mut trained = Vec::new();
    let numbers: Vec<Vec<f64>> =
        outcome.variants.iter().map(|variant| variant.numbers(info.name).unwrap_or_default()).collect();
    let decimals = common_decimals(numbers.iter().map(Vec::as_slice), info.written, outcome.statistic);
    for (index, variant) in outcome.variants.iter().enumerate() {
        trained.push(!block.plan.shared(index).is_untrained());
        cells.push(match says_nothing(block, index, info) {
            true => none(),
            false => cell(variant, info, outcome.statistic, decimals),
        });
    }
    let seed_independent = block.plan.seed_independent().contains(&info.name);
    let best = best(outcome, info, seed_independent).filter(|&row| trained[row] || !is_of_answers(info));
    // What was measured on other rows cannot be better or worse.
    let best = best.filter(|_| info.part.is_none() || have_the_same_rows(block, outcome));
    if let Some(row) = best
        && cells.iter().filter(|cell| cell.text == cells[row].text).count() == 1
    {
        cells[row].best = true;
    }
    cells
}

/// Returns whether all variants divide the same data alike.
fn have_the_same_rows(block: &Block, outcome: &Outcome) -> bool {
    let rows = |variant: usize| {
        let shared = block.plan.shared(variant);
        // How features are made of the rows leaves them the same rows.
        let made = |data: &DataSettings| DataSettings {
            normalize: None,
            features: None,
            degree: None,
            ..data.clone()
        };
        (shared.data.map(made), shared.split)
    };
    (1..outcome.variants.len()).all(|variant| rows(variant) == rows(0))
}

/// Returns the row that is better than every other one beyond noise, where one end is better. A metric that is `seed_independent`
/// has no noise; another one needs several seeds.
fn best(outcome: &Outcome, info: &MetricInfo, seed_independent: bool) -> Option<usize> {
    if !info.can_be_best() {
        return None;
    }
    let sign = if info.ascends() { -1.0 } else { 1.0 };
    let values = |variant: &Variant| -> Vec<f64> {
        variant.numbers(info.name).unwrap_or_default().iter().map(|value| sign * value).collect()
    };
    let all: Vec<Vec<f64>> = outcome.variants.iter().map(values).collect();
    let middles = all.iter().map(|values| outcome.statistic.of(values)).enumerate();
    let finite: Vec<(usize, f64)> = middles.filter(|(_, middle)| middle.is_finite()).collect();
    let (row, _) = finite.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let others = finite.iter().filter(|(other, _)| *other != row);
    let beats = |other: usize| {
        let pairs = all[other].iter().zip(&all[row]).map(|(other, own)| other - own);
        let ahead: Vec<f64> = pairs.collect();
        match seed_independent {
            true => ahead.iter().all(|ahead| *ahead > 0.0),
            false => is_beyond_noise(&ahead, outcome.statistic),
        }
    };
    (finite.len() > 1 && others.map(|(other, _)| *other).all(beats)).then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Part;
    use crate::outcome::RunRecord;

    const LOSS: MetricInfo = MetricInfo::number("loss", "").lower();

    fn outcome(ends: &[&[f64]]) -> Outcome {
        let run = |end: &f64| RunRecord {
            metrics: [("loss".to_owned(), Metric::Number(*end))].into(),
            ..RunRecord::default()
        };
        let variant = |ends: &&[f64]| Variant { runs: ends.iter().map(run).collect(), ..Variant::default() };
        Outcome { variants: ends.iter().map(variant).collect(), ..Outcome::default() }
    }

    #[test]
    fn what_is_best_is_best_beyond_noise() {
        let of = |ends: &[&[f64]]| best(&outcome(ends), &LOSS, false);
        assert_eq!(of(&[&[0.3, 0.31, 0.29], &[0.1, 0.11, 0.09], &[f64::NAN; 3]]), Some(1));
        assert_eq!(of(&[&[0.3, 0.1, 0.2], &[0.1, 0.3, 0.19]]), None, "chance tells them apart");
        assert_eq!(of(&[&[0.1; 3], &[0.1; 3]]), None);
        assert_eq!(of(&[&[0.3], &[0.1]]), None, "one seed tells nothing");
        assert_eq!(of(&[&[0.1; 3], &[f64::NAN; 3]]), None, "there is nothing to be better than");
    }

    #[test]
    fn what_no_seed_changes_needs_one() {
        let of = |ends: &[&[f64]]| best(&outcome(ends), &LOSS, true);
        assert_eq!(of(&[&[0.3], &[0.1], &[f64::NAN]]), Some(1));
        assert_eq!(of(&[&[0.1], &[0.3], &[0.1]]), None);
    }

    #[test]
    fn only_what_has_a_better_end_has_a_best() {
        let outcome = outcome(&[&[0.1; 3], &[0.3; 3]]);
        let of = |info: MetricInfo| best(&outcome, &info, false);
        assert_eq!((of(LOSS), of(LOSS.higher())), (Some(0), Some(1)));
        assert_eq!((of(LOSS.on(Part::Train)), of(MetricInfo::number("loss", ""))), (None, None));
    }

    #[test]
    fn a_metric_is_written_as_its_description_says_whatever_its_name() {
        let degrees = MetricInfo::number("season_error", "of a summer").in_unit("degrees");
        let mut summer = outcome(&[&[1.6859; 2]]).variants.remove(0);
        for run in &mut summer.runs {
            run.metrics.insert("season_error".into(), Metric::Number(1.686));
        }
        assert_eq!(cell(&summer, &degrees, Statistic::Mean, None).text, "1.686");
        assert_eq!(heading(&degrees).label, "season error (degrees)");
        assert_eq!(heading(&degrees).explanation, "of a summer; in degrees");
    }
}
