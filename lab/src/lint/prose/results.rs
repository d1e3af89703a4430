//! A number typed by hand that is equal or near to a result.

use super::quantity::numbers;
use super::tongues::Tongue;
use super::words::{Number, Word};
use super::{Remark, Told};
use crate::collections::BTreeSet;
use crate::experiment::MetricInfo;
use crate::inline::{format_fixed, format_number, format_percent};
use crate::outcome::Written;

/// How far a number may lie from a result of the name beside it and still be meant for it, as a share of the result.
const NEAR: f64 = 0.1;

/// How many words from a number the name of what it tells may stand.
const BEFORE: usize = 7;
const BEHIND: usize = 3;

/// Words of a formula that calculates.
const CALCULATED: &[&str] =
    &["frac", "sqrt", "log", "ln", "exp", "sum", "cdot", "times", "prod", "tfrac", "dfrac"];

/// What a reader takes a number for.
const MEASURES: &[(&[&str], &str)] = &[
    (&["accuracy", "accuracies"], "accuracy"),
    (&["error", "errors", "misclassified"], "error"),
    (&["loss", "losses", "cost"], "loss"),
    (&["precision"], "precision"),
    (&["recall"], "recall"),
    (&["f1"], "f1"),
    (&["gap"], "gap"),
    (&["norm"], "norm"),
];

/// A result that a number may tell of.
struct Found<'a> {
    value: f64,
    name: String,
    info: Option<&'static MetricInfo>,
    metric: &'a str,
    equal: bool,
}

/// Returns what is odd about the numbers of a sentence that are not at the places `taken`.
pub(super) fn read(sentence: &[Word], tongue: &Tongue, around: &[Told], taken: &[usize]) -> Vec<Remark> {
    let taken: BTreeSet<usize> = taken.iter().copied().collect();
    let words: BTreeSet<&str> = sentence.iter().map(|word| word.text.as_str()).collect();
    let states = |place: usize| !sentence[place].in_formula || is_stated(sentence, place);
    let places = (0..sentence.len()).filter(|place| !taken.contains(place) && states(*place));
    places.filter_map(|place| odd(sentence, place, &words, tongue, around)).collect()
}

/// Whether a number is all that a formula states: `$0.895$`, `$J = 0.895$`. What is calculated from other numbers is no result.
fn is_stated(sentence: &[Word], place: usize) -> bool {
    let ends = sentence.get(place + 1).is_none_or(|next| !next.in_formula);
    // Looked at no further back than it takes: a sentence may be one long formula.
    let mut before = sentence[..place].iter().rev().take_while(|word| word.in_formula);
    let is_sign = |word: &Word| matches!(word.text.as_str(), "=" | "≈" | "approx");
    let is_name = |word: &Word| {
        word.text.chars().all(char::is_alphabetic) && !CALCULATED.contains(&word.text.as_str())
            || matches!(word.text.as_str(), "(" | ")" | "{" | "}" | ",")
    };
    ends && before.next().is_none_or(|sign| is_sign(sign) && before.all(is_name))
}

fn odd(
    sentence: &[Word],
    place: usize,
    words: &BTreeSet<&str>,
    tongue: &Tongue,
    around: &[Told],
) -> Option<Remark> {
    let word = &sentence[place];
    let number =
        word.number.filter(|number| number.digits >= 2 && (number.decimals > 0 || number.percent))?;
    if around.iter().any(|told| is_setting(&number, told)) {
        return None;
    }
    let measure = measure(sentence, place, tongue);
    let all = around.iter().flat_map(|told| found(&number, told, measure));
    let best = all.min_by(|a, b| {
        let rank = |found: &Found| {
            let meant = measure.is_some_and(|measure| is_of(found.metric, measure));
            let spoken = found.name.split(['.', '_']).filter(|part| words.contains(*part)).count();
            (!found.equal, !meant, usize::MAX - spoken, found.name.len())
        };
        rank(a).cmp(&rank(b)).then((a.value - number.value).abs().total_cmp(&(b.value - number.value).abs()))
    })?;
    let typed = if number.percent && !word.text.ends_with('%') {
        format!("{}%", word.text)
    } else {
        word.text.clone()
    };
    let share = best.info.is_some_and(|info| info.written == Written::Percent);
    let (filter, shown) = match number.percent {
        true => (format!("percent({})", number.decimals), format_percent(best.value, number.decimals)),
        false => (format!("round({})", number.decimals), format_fixed(best.value, number.decimals)),
    };
    let other = measure
        .filter(|measure| !is_of(best.metric, measure) && matches!(*measure, "accuracy" | "error" | "loss"));
    let message = match (best.equal, other) {
        (true, Some(measure)) if best.metric.ends_with("loss") != (measure == "loss") => {
            let article = if measure == "loss" { "a" } else { "an" };
            format!("{typed} is called {article} {measure} here, and is the value of `{}`", best.name)
        }
        (true, _) => format!("{typed} is typed by hand, and is the value of `{}`", best.name),
        (false, _) => format!("{typed} is typed by hand and near to `{}`, which is {shown}", best.name),
    };
    let exact = if share { format_percent(best.value, 2) } else { format_number(best.value) };
    Some(Remark {
        range: word.range.clone(),
        message,
        label: format!("write `{{{{ {} | {filter} }}}}`", best.name),
        hint: (!best.equal).then(|| format!("`{}` is {exact} now", best.name)),
    })
}

/// Whether a number is the value of a setting.
fn is_setting(number: &Number, told: &Told) -> bool {
    let variants = told.outcome.variants.iter();
    let mut values = variants.flat_map(|variant| variant.conditions.settings.values()).flat_map(numbers);
    values.any(|value| (value - number.value).abs() < 1e-12 || (1.0 - value - number.value).abs() < 1e-12)
}

/// What the number at a place is said to be: the nearest name.
fn measure(sentence: &[Word], place: usize, tongue: &Tongue) -> Option<&'static str> {
    let named = |word: &Word| {
        MEASURES
            .iter()
            .chain(tongue.measures)
            .find(|(names, _)| names.contains(&word.text.as_str()))
            .map(|(_, name)| *name)
    };
    let before = sentence[..place].iter().rev().take(BEFORE).find_map(named);
    before.or_else(|| sentence[place + 1..].iter().take(BEHIND).find_map(named))
}

/// Whether a metric is what readers call by that name.
fn is_of(metric: &str, measure: &str) -> bool {
    let is_error_of_others =
        ["calibration", "relative", "standard", "block"].iter().any(|word| metric.contains(word));
    metric.split('_').any(|part| part == measure) && !is_error_of_others
        || measure == "loss" && metric == "objective"
}

/// The results of an experiment that a number may tell of.
fn found<'a>(number: &Number, told: &Told<'a>, measure: Option<&str>) -> Vec<Found<'a>> {
    let mut all = Vec::new();
    for variant in &told.outcome.variants {
        for metric in variant.metric_names() {
            let Some(values) = variant.numbers(metric) else { continue };
            let value = told.outcome.statistic.of(&values);
            if !value.is_finite() || value == 0.0 || value == 1.0 {
                continue;
            }
            let info = told.kind.all_metrics().find(|info| info.name == metric);
            let is_share = info.is_some_and(|info| info.written == Written::Percent);
            let meant = measure.is_some_and(|measure| is_of(metric, measure));
            // A percentage tells of a share, but for a loss that is read as one.
            let misread = metric.ends_with("loss") && matches!(measure, Some("accuracy" | "error"));
            if number.percent && !is_share && !misread {
                continue;
            }
            let equal = number.reads(value) && (number.digits >= 3 || meant || misread);
            let near = meant && (value - number.value).abs() <= NEAR * value.abs();
            if equal || near {
                let name = match variant.name.as_str() {
                    "run" => format!("{}.{metric}", told.id),
                    variant => format!("{}.{variant}.{metric}", told.id),
                };
                all.push(Found { value, name, info, metric, equal });
            }
        }
    }
    all
}
