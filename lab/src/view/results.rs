//! The table of an experiment's results: which metrics have a column, how they are written, what is best.

use std::collections::BTreeSet;

use crate::claims;
use crate::data::DataSettings;
use crate::experiment::{Better, ColumnSettings, FOLLOWING, MetricInfo};
use crate::inline::{self, Cell, format_fixed, format_number, format_percent, format_scientific, only_name};
use crate::outcome::{DIVERGED_AT, Metric, Outcome, Statistic, Summary, Variant, Written, is_beyond_noise};

use super::{CellView, ColumnView, ResultRow, ResultsView};
use crate::block::Block;

/// The most numbers of a list that a cell shows; longer ones are in the JSON.
const SHOWN_NUMBERS: usize = 3;

/// The fewest seeds whose spread says something.
const FEWEST: usize = 3;

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

/// Puts the points of a column under each other, with blanks as wide as digits and points.
fn aligned(heading: ColumnView, mut cells: Vec<CellView>) -> (ColumnView, Vec<CellView>) {
    let after = |text: &str| match text.trim_end_matches('%').split_once('.') {
        Some((_, decimals)) if decimals.bytes().all(|byte| byte.is_ascii_digit()) => decimals.len() + 1,
        _ => 0,
    };
    let is_plain =
        |text: &str| text.ends_with(|c: char| c.is_ascii_digit() || c == '%') && !text.contains(['×', ' ']);
    let most =
        cells.iter().filter(|cell| is_plain(&cell.text)).map(|cell| after(&cell.text)).max().unwrap_or(0);
    for cell in cells.iter_mut().filter(|cell| heading.numeric && is_plain(&cell.text)) {
        let missing = most - after(&cell.text);
        let point = after(&cell.text) == 0 && missing > 0;
        cell.pad =
            if point { "\u{2008}" } else { "" }.to_owned() + &"\u{2007}".repeat(missing - usize::from(point));
    }
    let widths = cells.iter().filter_map(|cell| cell.spread.as_ref()).map(|spread| spread.chars().count());
    let spread_width = widths.max().unwrap_or(0);
    (ColumnView { spread_width, ..heading }, cells)
}

/// Returns how many decimals show every setting as it was set; none where they would be many.
fn decimals_as_set<'v>(all: impl Iterator<Item = &'v [f64]>) -> Option<usize> {
    let decimals = |value: &f64| value.to_string().split_once('.').map_or(0, |(_, decimals)| decimals.len());
    Some(all.flatten().map(decimals).max().unwrap_or(0)).filter(|decimals| *decimals <= 6)
}

/// Returns how many decimals show every number of a column as its seeds, and the least of them, deserve; none where no number of
/// decimals does.
fn common_decimals<'v>(
    all: impl Iterator<Item = &'v [f64]>,
    how: Written,
    statistic: Statistic,
) -> Option<usize> {
    if how == Written::Percent {
        return Some(1);
    }
    let summaries: Vec<Summary> = all.map(Summary::of).filter(|summary| summary.mean.is_finite()).collect();
    let middles = || summaries.iter().map(|summary| statistic.in_summary(summary).abs());
    let whole = |summary: &Summary| summary.min == summary.max && summary.mean.fract() == 0.0;
    if summaries.iter().all(whole) {
        return Some(0);
    }
    let size = |value: f64| libm::floor(libm::log10(value)) as i32;
    let digits = |value: f64, digits: i32| (digits - 1 - size(value)).max(0);
    let nonzero = middles().filter(|middle| *middle > 0.0);
    let ends = (f64::INFINITY, 0.0_f64);
    let (least, most) = nonzero.fold(ends, |(low, high), value| (low.min(value), high.max(value)));
    if !least.is_finite() {
        return None;
    }
    // Two digits of the least number, three of the greatest.
    let needed = digits(least, 2);
    let mut decimals = needed.max(digits(most, 3));
    if statistic == Statistic::Mean {
        let spreads = summaries.iter().filter(|summary| summary.n >= FEWEST && summary.sd > 0.0);
        if let Some(noisiest) = spreads.map(|summary| digits(summary.sd, 2)).min() {
            decimals = noisiest.clamp(needed, decimals.max(needed) + 1);
        }
    }
    (size(most).max(0) + decimals < 7).then_some(decimals as usize)
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

fn cell(variant: &Variant, info: &MetricInfo, statistic: Statistic, decimals: Option<usize>) -> CellView {
    if let Some(Metric::List(_)) = variant.runs.first().and_then(|run| run.metrics.get(info.name)) {
        let list = variant.list(info.name, statistic).unwrap_or_default();
        let text = list.iter().map(|value| written(*value, info.written)).collect::<Vec<_>>().join(", ");
        return CellView { text, ..CellView::default() };
    }
    number_cell(&variant.numbers(info.name).unwrap_or_default(), info, statistic, decimals)
}

/// A cell of one number a seed, with so many decimals or, where a column has none in common, as many as it needs.
fn number_cell(values: &[f64], info: &MetricInfo, statistic: Statistic, decimals: Option<usize>) -> CellView {
    let found: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let partly = info.written == Written::When && !found.is_empty() && found.len() < values.len();
    let summary = Summary::of(if partly { &found } else { values });
    let middle = statistic.in_summary(&summary);
    if !middle.is_finite() {
        let never = info.written == Written::When && found.is_empty() && !values.is_empty();
        return if never { CellView { text: "never".into(), ..CellView::default() } } else { none() };
    }
    let (text, spread, range) = spread(info.written, &summary, statistic, decimals);
    let cell = CellView { text, spread, range, exact: Some(middle.to_string()), ..CellView::default() };
    match partly {
        true if info.name == DIVERGED_AT => {
            CellView { spread: None, range: Some(seeds(found.len(), values.len())), ..cell }
        }
        // A mean over those that got there would praise whoever got there seldom.
        true => CellView {
            text: "–".into(),
            spread: None,
            range: Some(format!("reached {}", seeds(found.len(), values.len()))),
            exact: None,
            ..cell
        },
        false => cell,
    }
}

fn seeds(some: usize, all: usize) -> String {
    format!("in {some} of {all} seeds")
}

fn none() -> CellView {
    CellView { text: "–".into(), ..CellView::default() }
}

/// Returns what stands for the seeds, and beside it a standard deviation or the range of the middle half.
fn spread(
    how: Written,
    summary: &Summary,
    statistic: Statistic,
    decimals: Option<usize>,
) -> (String, Option<String>, Option<String>) {
    let percent = |value: f64| format_percent(value, 1);
    let differs = summary.max > summary.min && summary.n >= FEWEST;
    match statistic {
        Statistic::Mean => {
            let (text, spread) = match how {
                Written::Percent => (percent(summary.mean), percent(summary.sd)),
                _ => match decimals {
                    Some(decimals) => (with(summary.mean, decimals), with(summary.sd, decimals)),
                    None => with_spread(summary.mean, summary.sd),
                },
            };
            (text, differs.then_some(spread), None)
        }
        Statistic::Median => {
            let (low, high) = statistic.spread(summary);
            let [middle, low, high] = [summary.median, low, high].map(|value| match how {
                Written::Percent => percent(value),
                _ => decimals.map_or_else(|| format_number(value), |decimals| with(value, decimals)),
            });
            (middle, None, differs.then(|| format!("{low} to {high}")))
        }
    }
}

/// Returns a number with that many decimals; one that they would show as 0, or that is very large, as a power of ten.
fn with(value: f64, decimals: usize) -> String {
    let size = value.abs();
    match size > 0.0 && size < 0.5 * libm::exp10(-(decimals as f64)) || size >= 1e7 {
        true => format_scientific(value, 1),
        false => format_fixed(value, decimals),
    }
}

/// Returns a mean and its spread: two significant digits say all that a spread can, and no more decimals all that the mean can.
fn with_spread(mean: f64, spread: f64) -> (String, String) {
    let decimals = (0..6).find(|decimals| spread * libm::exp10(f64::from(*decimals)) >= 10.0);
    match decimals.filter(|_| spread < 1e6) {
        Some(decimals) => (format_fixed(mean, decimals as usize), format_fixed(spread, decimals as usize)),
        None => (short(mean), format_scientific(spread, 1)),
    }
}

fn written(value: f64, how: Written) -> String {
    match how {
        Written::Percent => format_percent(value, 1),
        _ => short(value),
    }
}

/// Returns a number as prose shows it; a dash where there is none.
pub fn short(value: f64) -> String {
    if value.is_finite() { format_number(value) } else { "–".into() }
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

    #[test]
    fn a_column_has_as_many_decimals_as_all_of_its_numbers_need() {
        let of =
            |ends: &[&[f64]], statistic| common_decimals(ends.iter().copied(), Written::Number, statistic);
        let mean = |ends: &[&[f64]]| of(ends, Statistic::Mean);
        assert_eq!(mean(&[&[0.0077], &[0.0274], &[0.53]]), Some(4));
        assert_eq!(mean(&[&[0.5205, 0.5206, 0.5207], &[0.41, 0.4101, 0.4102]]), Some(4));
        assert_eq!(mean(&[&[10.0, 14.0, 12.5]]), Some(1));
        assert_eq!(mean(&[&[3.0; 3], &[1200.0; 3]]), Some(0));
        assert_eq!(mean(&[&[1_034_639.5], &[0.003]]), None, "no number of decimals shows both");
    }

    #[test]
    fn points_stand_under_each_other() {
        let cells =
            ["12", "3.25", "–", "1.5%"].map(|text| CellView { text: text.into(), ..CellView::default() });
        let (_, cells) = aligned(heading(&LOSS), cells.to_vec());
        let pads: Vec<&str> = cells.iter().map(|cell| cell.pad.as_str()).collect();
        assert_eq!(pads, ["\u{2008}\u{2007}\u{2007}", "", "", "\u{2007}"]);
    }

    #[test]
    fn two_seeds_have_no_deviation() {
        let shown = |ends: &[f64]| {
            let cell = cell(&outcome(&[ends]).variants[0], &LOSS, Statistic::Mean, Some(2));
            (cell.text, cell.spread)
        };
        assert_eq!(shown(&[0.25, 0.75]), ("0.50".to_owned(), None));
        assert_eq!(shown(&[0.25, 0.5, 0.75]), ("0.50".to_owned(), Some("0.25".to_owned())));
        assert_eq!(shown(&[0.5, 0.5, 0.5001]).1, Some("5.8×10⁻⁵".to_owned()));
    }

    #[test]
    fn a_median_stands_with_the_middle_half() {
        let wild = outcome(&[&[260.0, 120.0, 800.0, 250.0, 4e7]]).variants.remove(0);
        let cell = cell(&wild, &LOSS, Statistic::Median, None);
        assert_eq!(
            (cell.text.as_str(), cell.spread, cell.range.as_deref()),
            ("260", None, Some("250 to 800"))
        );
    }

    #[test]
    fn what_happened_in_some_seeds_says_in_how_many() {
        let when = |name: &'static str, values: &[f64]| {
            let run = |at: &f64| RunRecord {
                metrics: [(name.to_owned(), Metric::Number(*at))].into(),
                ..RunRecord::default()
            };
            let variant = Variant { runs: values.iter().map(run).collect(), ..Variant::default() };
            let cell = cell(&variant, &MetricInfo::when(name, ""), Statistic::Mean, None);
            (cell.text, cell.range.unwrap_or_default())
        };
        let never = f64::NAN;
        assert_eq!(when(DIVERGED_AT, &[3.0, never, 5.0]), ("4.0".to_owned(), "in 2 of 3 seeds".to_owned()));
        assert_eq!(when("epochs_to", &[3.0, never]), ("–".to_owned(), "reached in 1 of 2 seeds".to_owned()));
        assert_eq!(when("epochs_to", &[never, never]), ("never".to_owned(), String::new()));
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
