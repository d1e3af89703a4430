//! Numbers as readers see them, and where ticks stand.

use super::axis::{Axis, Format, Scale};
use super::dates;
use super::scale::{Curve, Domain};

/// A labelled place on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub value: f64,
    /// Empty for a minor tick.
    pub label: String,
}

/// Ticks of an axis, about `count` of them, ascending.
pub(crate) fn ticks(axis: &Axis, domain: &Domain, count: usize) -> Vec<Tick> {
    if let Scale::Category(names) = &axis.scale {
        let named = names.iter().enumerate();
        return named.map(|(index, name)| Tick { value: index as f64, label: name.clone() }).collect();
    }
    if let Some(values) = &axis.ticks {
        let inside: Vec<f64> = values.iter().copied().filter(|value| domain.contains(*value)).collect();
        return labelled(&inside, axis.format);
    }
    if axis.format == Format::Date {
        return dates::ticks(domain.low, domain.high, count);
    }
    if let Some(zero) = domain.zero {
        // Beyond the break stands 0 alone; the others keep to their side of it.
        let rest = Domain { low: zero.after, zero: None, ..domain.clone() };
        let none = Tick { value: 0.0, label: number(0.0, axis.format, 0) };
        return [none].into_iter().chain(ticks(axis, &rest, count)).collect();
    }
    match domain.curve {
        Curve::Linear => labelled(&nice(domain.low, domain.high, count, axis.format), axis.format),
        Curve::Log => logarithmic(domain, count, axis.format),
        Curve::OneMinusLog => one_minus(domain, count),
    }
}

/// Multiples of 1, 2 or 5 times a power of ten within the range.
fn nice(low: f64, high: f64, count: usize, format: Format) -> Vec<f64> {
    let raw = (high / 2.0 - low / 2.0) / count.max(1) as f64 * 2.0;
    let mut exponent = libm::floor(libm::log10(raw)) as i32;
    let mut step = nice_step(raw, exponent);
    if matches!(format, Format::Integer | Format::Year) && exponent < 0 {
        (step, exponent) = (1.0, 0);
    }
    // multiples are counted in whole steps, so that 3 x 0.1 reads 0.3; the step is split so that it stays exact
    let first = libm::ceil(low / (step * power(exponent)) - 1e-9);
    let last = libm::floor(high / (step * power(exponent)) + 1e-9);
    if !(first.abs() < 9e15 && last.abs() < 9e15 && last - first < 1000.0) {
        return vec![low, high];
    }
    let slack = (high - low) * 1e-9;
    let inside = |tick: &f64| *tick >= low - slack && *tick <= high + slack;
    let at = |index: i64| decimal((first + index as f64) * step, exponent);
    (0..=(last - first) as i64).map(at).filter(inside).collect()
}

/// 1, 2, 5 or 10: the smallest that is not much below the raw step, in units of its power of ten.
fn nice_step(raw: f64, exponent: i32) -> f64 {
    let units = raw / power(exponent);
    [1.0, 2.0, 5.0].into_iter().find(|step| units <= step * 1.2).unwrap_or(10.0)
}

/// Returns 10 to a whole power, the nearest number there is.
pub fn power(exponent: i32) -> f64 {
    decimal(1.0, exponent)
}

/// A whole number times a power of ten, read as a decimal number so that it is the nearest there is.
fn decimal(units: f64, exponent: i32) -> f64 {
    format!("{units}e{exponent}").parse().unwrap_or(f64::NAN)
}

/// Labels with equal decimals, as few as tell all values exactly (six at most).
fn labelled(values: &[f64], format: Format) -> Vec<Tick> {
    let decimals = values.iter().map(|&value| decimals(value, format)).max().unwrap_or(0);
    let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let smallest = values
        .iter()
        .filter(|value| **value != 0.0)
        .fold(f64::INFINITY, |least, value| least.min(value.abs()));
    let exponents = format == Format::Plain && (largest >= 1e6 || (decimals > 5 && smallest < 1e-3));
    let label = |value: f64| match exponents {
        true => short_scientific(value),
        false => number(value, format, decimals),
    };
    values.iter().map(|&value| Tick { value, label: label(value) }).collect()
}

/// Decimals that a number needs, six at most.
fn decimals(value: f64, format: Format) -> usize {
    let value = if format == Format::Percent { 100.0 * value } else { value };
    let mut units = value.abs();
    for decimals in 0..6 {
        let off = (units - libm::round(units)).abs();
        if off <= 1e-9 * units.max(1e-6) {
            return decimals;
        }
        units *= 10.0;
    }
    6
}

/// Powers of ten, every n-th where they crowd, with unlabelled 2 to 9 between; below two powers 1, 2, 5.
fn logarithmic(domain: &Domain, count: usize, format: Format) -> Vec<Tick> {
    let (first, last) = (libm::ceil(domain.low - 1e-9) as i32, libm::floor(domain.high + 1e-9) as i32);
    let span = domain.high - domain.low;
    if span < 0.7 {
        let (low, high) = domain.ends();
        return labelled(&nice(low, high, count, format), format);
    }
    if span < 2.0 {
        return one_two_five(domain, span < 1.4, format);
    }
    let stride =
        [1, 2, 3, 5, 10, 20, 50, 100].into_iter().find(|step| (last - first) / step < count.max(2) as i32);
    let stride = stride.unwrap_or(200);
    let powers = (first..=last).filter(|exponent| exponent.rem_euclid(stride) == 0);
    // A few numbers near 1 are read at once; more of them, or farther ones, are powers.
    let are_near = first >= -3 && last <= 4 && format == Format::Plain;
    let label = |exponent: i32| match are_near {
        true => shortest(power(exponent), format),
        false => power_label(exponent, format),
    };
    let mut ticks: Vec<Tick> =
        powers.map(|exponent| Tick { value: power(exponent), label: label(exponent) }).collect();
    if stride == 1 && last - first <= 6 {
        let minor = (first - 1..=last)
            .flat_map(|exponent| (2..10).map(move |digit| decimal(f64::from(digit), exponent)));
        ticks.extend(
            minor.filter(|value| domain.contains(*value)).map(|value| Tick { value, label: String::new() }),
        );
        ticks.sort_by(|a, b| a.value.total_cmp(&b.value));
    }
    ticks
}

/// 1, 2, 5 of each power (1 and 3 where more would crowd), the other digits unlabelled.
fn one_two_five(domain: &Domain, fine: bool, format: Format) -> Vec<Tick> {
    let exponents = libm::floor(domain.low) as i32..=libm::ceil(domain.high) as i32;
    let named = |digit| if fine { matches!(digit, 1 | 2 | 5) } else { matches!(digit, 1 | 3) };
    let all = exponents.flat_map(|exponent| (1..10).map(move |digit| (digit, exponent)));
    let placed = all.map(|(digit, exponent)| (digit, exponent, decimal(f64::from(digit), exponent)));
    let inside = placed.filter(|(_, _, value)| domain.contains(*value));
    let label = |digit, exponent, value| match named(digit) {
        false => String::new(),
        true if (-4..6).contains(&exponent) || matches!(format, Format::Percent | Format::Si) => {
            shortest(value, format)
        }
        true => short_scientific(value),
    };
    inside.map(|(digit, exponent, value)| Tick { value, label: label(digit, exponent, value) }).collect()
}

fn power_label(exponent: i32, format: Format) -> String {
    match format {
        Format::Percent | Format::Si => shortest(power(exponent), format),
        Format::Integer if (0..6).contains(&exponent) => number(power(exponent), format, 0),
        _ => format!("10{}", superscript(&exponent.to_string())),
    }
}

/// 0.9, 0.99, 0.999: one nine more each; 0.5 and 0.7, 0.97 where the range is short.
fn one_minus(domain: &Domain, count: usize) -> Vec<Tick> {
    let exponents = libm::floor(domain.low) as i32..=libm::ceil(domain.high).min(15.0) as i32;
    let digits: &[f64] = if domain.high - domain.low < 2.0 { &[5.0, 3.0, 2.0, 1.0] } else { &[1.0] };
    let steps = exponents.flat_map(|exponent| digits.iter().map(move |&digit| (digit, exponent)));
    let values = steps
        .map(|(digit, exponent)| 1.0 - decimal(digit, 1 - exponent))
        .filter(|value| domain.contains(*value));
    let values: Vec<f64> = values.collect();
    let stride = values.len().div_ceil(count.max(2)).max(1);
    let label = |&value: &f64| Tick { value, label: shortest(value, Format::Plain) };
    values.iter().step_by(stride).map(label).collect()
}

/// A number in as few decimals as it needs.
fn shortest(value: f64, format: Format) -> String {
    let shown = if format == Format::Percent { 100.0 * value } else { value };
    let text = format!("{shown:.12}");
    let needed = text.trim_end_matches('0').split_once('.').map_or(0, |(_, rest)| rest.len());
    number(value, format, needed)
}

/// `3×10⁻⁵`, `10⁶`, `0`.
fn short_scientific(value: f64) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let text = format!("{value:.3e}");
    let (mantissa, _) = text.split_once('e').unwrap_or((text.as_str(), ""));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let raised = superscript(&exponent_of(value).to_string());
    match mantissa {
        "1" => format!("10{raised}"),
        _ => format!("{}×10{raised}", mantissa.replace('-', "−")),
    }
}

fn exponent_of(value: f64) -> i32 {
    let text = format!("{:.3e}", value.abs());
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// Returns a number with a fixed count of decimals, in an axis's format: `number(0.256, Percent, 1)` is `25.6%`.
pub fn number(value: f64, format: Format, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_string();
    }
    if value.abs() >= 1e13 {
        return scientific(value, decimals.clamp(1, 3));
    }
    match format {
        Format::Plain => grouped(value, decimals),
        Format::Integer => grouped(value, 0),
        Format::Date => dates::date(value),
        Format::Year => format!("{value:.0}").replace('-', "−"),
        Format::Percent => format!("{}%", grouped(100.0 * value, decimals)),
        Format::Scientific => scientific(value, decimals),
        Format::Signed if value > 0.0 => format!("+{}", grouped(value, decimals)),
        Format::Signed => grouped(value, decimals),
        Format::Times => format!("{}×", grouped(value, decimals)),
        Format::Si => prefixed(value, 3).unwrap_or_else(|| scientific(value, 2)),
    }
}

/// Returns a number in about four significant digits, for descriptions and tables.
pub fn rounded(value: f64, format: Format) -> String {
    let size = value.abs();
    if !value.is_finite() || value == 0.0 {
        return number(value, format, 0);
    }
    if matches!(format, Format::Date | Format::Year) {
        return number(value, format, 0);
    }
    if format == Format::Percent {
        return number(value, format, usize::from(size < 0.9995));
    }
    if format == Format::Integer && value == libm::round(value) && size < 1e15 {
        return number(value, format, 0);
    }
    if format == Format::Si {
        return prefixed(value, 2).unwrap_or_else(|| scientific(value, 2));
    }
    if !(1e-4..1e7).contains(&size) || format == Format::Scientific {
        return scientific(value, 2);
    }
    let before = exponent_of(value);
    let text = format!("{:.*}", (3 - before).max(0) as usize, value);
    let needed = text.split_once('.').map_or(0, |(_, rest)| rest.trim_end_matches('0').len());
    let format = if matches!(format, Format::Signed | Format::Times) { format } else { Format::Plain };
    number(value, format, needed)
}

/// Thousands apart, a true minus sign, no minus before a zero.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let negative = value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
    let mut out = String::from(if negative { "−" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// `2.5 × 10⁻³`.
fn scientific(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text.as_str(), "0"));
    match exponent {
        "0" => mantissa.replace('-', "−"),
        _ => format!("{} × 10{}", mantissa.replace('-', "−"), superscript(exponent)),
    }
}

/// Returns a number with a prefix of the SI and at most so many decimals: `prefixed(12_345.0, 1)` is `12.3k`. None where no prefix
/// fits.
pub fn prefixed(value: f64, decimals: usize) -> Option<String> {
    const UNITS: [&str; 11] = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P"];
    const ONE: usize = 5;
    if value == 0.0 {
        return Some("0".to_owned());
    }
    let scaled = |unit: usize| {
        let powers = unit as i32 - ONE as i32;
        // Thousands and their powers are exact, thousandths are not: each unit takes one division or product.
        let thousands = (0..powers.abs()).fold(1.0, |power, _| power * 1000.0);
        if powers < 0 { value * thousands } else { value / thousands }
    };
    let text = |unit: usize| format!("{:.decimals$}", scaled(unit));
    // What would round up to 1000 belongs to the next unit: 999,950 is 1M, not 1000k.
    let fits = |unit: &usize| text(*unit).trim_start_matches('-').parse().unwrap_or(0.0) < 1000.0;
    let unit = (0..UNITS.len()).find(fits).filter(|_| scaled(0).abs() >= 1.0)?;
    let text = text(unit);
    let text = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    Some(text.replace('-', "−") + UNITS[unit])
}

/// An exponent in raised digits.
fn superscript(exponent: &str) -> String {
    let raised = |digit| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0'..='9' => char::from_u32('⁰' as u32 + (digit as u32 - '0' as u32)).unwrap_or(digit),
        other => other,
    };
    exponent.chars().map(raised).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scale::Reach;
    use super::*;

    fn labels(axis: Axis, low: f64, high: f64, count: usize) -> Vec<String> {
        let axis = axis.range(low, high);
        let domain = Domain::new(&axis, &Reach::default());
        ticks(&axis, &domain, count)
            .into_iter()
            .map(|tick| tick.label)
            .filter(|label| !label.is_empty())
            .collect()
    }

    #[test]
    fn linear_ticks_are_nice_with_equal_decimals() {
        assert_eq!(labels(Axis::linear("x"), 0.0, 1000.0, 5), ["0", "200", "400", "600", "800", "1,000"]);
        assert_eq!(labels(Axis::linear("x"), -0.03, 1.02, 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(Axis::linear("x"), -2.3, 2.3, 4), ["−2", "−1", "0", "1", "2"]);
        assert_eq!(labels(Axis::linear("x"), 0.9611, 0.9672, 3), ["0.962", "0.964", "0.966"]);
    }

    #[test]
    fn whole_numbers_have_no_fractions() {
        assert_eq!(labels(Axis::linear("layer").integer(), 0.0, 3.0, 8), ["0", "1", "2", "3"]);
        assert_eq!(labels(Axis::linear("rows").integer(), 0.0, 52_000.0, 3), ["0", "20,000", "40,000"]);
    }

    #[test]
    fn shares_read_as_percent() {
        assert_eq!(labels(Axis::linear("error").percent(), 0.0, 0.06, 3), ["0%", "2%", "4%", "6%"]);
        assert_eq!(
            labels(Axis::linear("error").percent(), 0.975, 1.0, 5),
            ["97.5%", "98.0%", "98.5%", "99.0%", "99.5%", "100.0%"]
        );
    }

    #[test]
    fn powers_of_ten_are_raised_unless_they_are_few_and_near() {
        assert_eq!(labels(Axis::log("loss"), 0.004, 3.0, 5), ["0.01", "0.1", "1"]);
        assert_eq!(labels(Axis::log("loss"), 1e-4, 3.0, 5), ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
        assert_eq!(
            labels(Axis::log("sd"), 1e-20, 1e10, 7),
            ["10⁻²⁰", "10⁻¹⁵", "10⁻¹⁰", "10⁻⁵", "10⁰", "10⁵", "10¹⁰"]
        );
    }

    #[test]
    fn short_log_axes_have_digits_between() {
        assert_eq!(labels(Axis::log("loss"), 0.05, 0.6, 5), ["0.05", "0.1", "0.2", "0.5"]);
        assert_eq!(labels(Axis::log("rate"), 1e-7, 1e-6, 5), ["10⁻⁷", "2×10⁻⁷", "5×10⁻⁷", "10⁻⁶"]);
    }

    #[test]
    fn a_log_axis_over_a_few_powers_has_minor_ticks() {
        let axis = Axis::log("loss").range(0.01, 1.0);
        let domain = Domain::new(&axis, &Reach::default());
        let all = ticks(&axis, &domain, 5);
        assert_eq!(all.len(), 3 + 16);
        assert!(all.windows(2).all(|pair| pair[0].value < pair[1].value));
    }

    #[test]
    fn momenta_gain_a_nine_at_each_tick() {
        assert_eq!(labels(Axis::one_minus_log("beta"), 0.9, 0.9999, 5), ["0.9", "0.99", "0.999", "0.9999"]);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(-0.04, Format::Plain, 1), "0.0");
        assert_eq!(number(-1234567.5, Format::Plain, 1), "−1,234,567.5");
        assert_eq!(number(0.256, Format::Percent, 1), "25.6%");
        assert_eq!(number(0.0025, Format::Scientific, 1), "2.5 × 10⁻³");
        assert_eq!(number(f64::NAN, Format::Plain, 1), "–");
        assert_eq!(number(1e300, Format::Percent, 0), "1.0 × 10³⁰⁰");
        assert_eq!(rounded(0.034_567, Format::Plain), "0.03457");
        assert_eq!(rounded(2.5, Format::Plain), "2.5");
        assert_eq!(rounded(-1.0e-12, Format::Plain), "−1.00 × 10⁻¹²");
        assert_eq!(rounded(30.0, Format::Integer), "30");
        assert_eq!(rounded(1.0, Format::Percent), "100%");
    }

    proptest! {
        #[test]
        fn ticks_are_few_and_inside(low in any::<f64>(), width in any::<f64>(), count in 1usize..12) {
            for axis in [Axis::linear("x"), Axis::linear("x").integer(), Axis::log("x"), Axis::one_minus_log("x")] {
                let axis = axis.range(low, low + width);
                let domain = Domain::new(&axis, &Reach::default());
                let found = ticks(&axis, &domain, count);
                prop_assert!(found.len() <= 70, "{} ticks", found.len());
                for tick in found {
                    prop_assert!(domain.contains(tick.value), "{tick:?} outside {domain:?}");
                }
            }
        }
    }
}
