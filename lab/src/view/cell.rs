//! How the numbers of a column are written: with as many decimals as they deserve, their spread beside them, their points under
//! each other.

use crate::experiment::MetricInfo;
use crate::inline::{format_fixed, format_number, format_percent, format_scientific};
use crate::outcome::{DIVERGED_AT, Metric, Statistic, Summary, Variant, Written};

use super::{CellView, ColumnView};

/// The fewest seeds whose spread says something.
pub(super) const FEWEST: usize = 3;

pub(super) fn cell(
    variant: &Variant,
    info: &MetricInfo,
    statistic: Statistic,
    decimals: Option<usize>,
) -> CellView {
    if let Some(Metric::List(_)) = variant.runs.first().and_then(|run| run.metrics.get(info.name)) {
        let list = variant.list(info.name, statistic).unwrap_or_default();
        let text = list.iter().map(|value| written(*value, info.written)).collect::<Vec<_>>().join(", ");
        return CellView { text, ..CellView::default() };
    }
    number_cell(&variant.numbers(info.name).unwrap_or_default(), info, statistic, decimals)
}

/// A cell of one number a seed, with so many decimals or, where a column has none in common, as many as it needs.
pub(super) fn number_cell(
    values: &[f64],
    info: &MetricInfo,
    statistic: Statistic,
    decimals: Option<usize>,
) -> CellView {
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

pub(super) fn none() -> CellView {
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

/// Returns how many decimals show every setting as it was set; none where they would be many.
pub(super) fn decimals_as_set<'v>(all: impl Iterator<Item = &'v [f64]>) -> Option<usize> {
    let decimals = |value: &f64| value.to_string().split_once('.').map_or(0, |(_, decimals)| decimals.len());
    Some(all.flatten().map(decimals).max().unwrap_or(0)).filter(|decimals| *decimals <= 6)
}

/// Returns how many decimals show every number of a column as its seeds, and the least of them, deserve; none where no number of
/// decimals does.
pub(super) fn common_decimals<'v>(
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

/// Puts the points of a column under each other, with blanks as wide as digits and points.
pub(super) fn aligned(heading: ColumnView, mut cells: Vec<CellView>) -> (ColumnView, Vec<CellView>) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::RunRecord;

    const LOSS: MetricInfo = MetricInfo::number("loss", "").lower();

    fn variant(name: &str, values: &[f64]) -> Variant {
        let run = |value: &f64| RunRecord {
            metrics: [(name.to_owned(), Metric::Number(*value))].into(),
            ..RunRecord::default()
        };
        Variant { runs: values.iter().map(run).collect(), ..Variant::default() }
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
        let (_, cells) = aligned(ColumnView { numeric: true, ..ColumnView::default() }, cells.to_vec());
        let pads: Vec<&str> = cells.iter().map(|cell| cell.pad.as_str()).collect();
        assert_eq!(pads, ["\u{2008}\u{2007}\u{2007}", "", "", "\u{2007}"]);
    }

    #[test]
    fn two_seeds_have_no_deviation() {
        let shown = |ends: &[f64]| {
            let cell = cell(&variant("loss", ends), &LOSS, Statistic::Mean, Some(2));
            (cell.text, cell.spread)
        };
        assert_eq!(shown(&[0.25, 0.75]), ("0.50".to_owned(), None));
        assert_eq!(shown(&[0.25, 0.5, 0.75]), ("0.50".to_owned(), Some("0.25".to_owned())));
        assert_eq!(shown(&[0.5, 0.5, 0.5001]).1, Some("5.8×10⁻⁵".to_owned()));
    }

    #[test]
    fn a_median_stands_with_the_middle_half() {
        let wild = variant("loss", &[260.0, 120.0, 800.0, 250.0, 4e7]);
        let cell = cell(&wild, &LOSS, Statistic::Median, None);
        assert_eq!(
            (cell.text.as_str(), cell.spread, cell.range.as_deref()),
            ("260", None, Some("250 to 800"))
        );
    }

    #[test]
    fn what_happened_in_some_seeds_says_in_how_many() {
        let when = |name: &'static str, values: &[f64]| {
            let cell = cell(&variant(name, values), &MetricInfo::when(name, ""), Statistic::Mean, None);
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
