//! Numbers as a reader sees them.

/// How a number reads that does not exist: the loss of a run that diverged, the epoch of a target never reached.
pub(super) const NONE: &str = "–";

/// Returns how a metric reads whose mean does not exist, by its values over the seeds: a target is `never` reached.
pub fn absent(metric: &str, values: &[f64]) -> String {
    let missing = values.iter().filter(|value| value.is_nan()).count();
    match REACHED.contains(&metric) {
        true if missing == values.len() => "never".to_owned(),
        true if missing > 0 => format!("never in {missing} of {} seeds", values.len()),
        _ => NONE.to_owned(),
    }
}

/// Metrics that say when something was reached, and do not exist where it never was.
pub(super) const REACHED: [&str; 3] = ["epochs_to", "steps_to", "diverged_at"];

/// Writes a number with four significant digits, whole numbers plain, very large and very small ones as powers of ten.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return special(value);
    }
    if value == value.trunc() && size < 1e15 {
        return grouped(&minus(&format!("{value:.0}")));
    }
    if !(1e-4..1e7).contains(&size) {
        return sci(value, 3);
    }
    let rounded = format!("{value:.3e}");
    let exponent: i32 = rounded.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let decimals = (3 - exponent).max(0) as usize;
    grouped(&minus(strip(&format!("{value:.decimals$}"))))
}

/// Writes a number with `digits` decimals, always.
pub fn fixed(value: f64, digits: usize) -> String {
    if value.is_finite() { grouped(&minus(&format!("{value:.digits$}"))) } else { special(value) }
}

/// Parts the thousands of a number by commas where it has five digits or more before the point: `1797`, `12,000`.
pub fn grouped(number: &str) -> String {
    let start = number.find(|c: char| c.is_ascii_digit()).unwrap_or(number.len());
    let whole = number[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len() - start);
    if whole < 5 {
        return number.to_owned();
    }
    let mut text = number[..start].to_owned();
    for (index, digit) in number[start..start + whole].chars().enumerate() {
        if index > 0 && (whole - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + &number[start + whole..]
}

/// Writes a share as percent: `0.974` as `97.4%`.
pub fn percent(value: f64, digits: usize) -> String {
    if value.is_finite() { fixed(value * 100.0, digits) + "%" } else { special(value) }
}

/// Writes a number as a power of ten: `0.0012` as `1.2×10⁻³`, with at most `digits` decimals.
pub fn sci(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return special(value);
    }
    let text = format!("{value:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = if mantissa.contains('.') { strip(mantissa) } else { mantissa };
    let superscript: String = exponent
        .chars()
        .map(|digit| match digit {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '0' => '⁰',
            digit => char::from_u32(digit as u32 - '4' as u32 + '⁴' as u32).unwrap_or(digit),
        })
        .collect();
    minus(&format!("{mantissa}×10{superscript}"))
}

/// Writes a number with its sign, also where it is a plus.
pub(super) fn signed(value: f64, digits: Option<usize>) -> String {
    let text = digits.map_or_else(|| number(value), |digits| fixed(value, digits));
    if value > 0.0 { format!("+{text}") } else { text }
}

/// Writes a factor: `3.2` as `3.2×`.
pub(super) fn times(value: f64, digits: Option<usize>) -> String {
    let text = digits.map_or_else(|| number(value), |digits| fixed(value, digits));
    if value.is_finite() { text + "×" } else { text }
}

/// Writes a number with a prefix of the SI: `12345` as `12.3k`, `0.12345` as `123.5m`, with at most `digits` decimals:
/// thousands, millions and so on, thousandths, millionths and so on.
pub(super) fn si(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return special(value);
    }
    crate::chart::prefixed(value, digits).unwrap_or_else(|| sci(value, digits))
}

fn special(value: f64) -> String {
    match value {
        _ if value.is_nan() => NONE.to_owned(),
        _ if value > 0.0 => "∞".to_owned(),
        _ => "−∞".to_owned(),
    }
}

/// Cuts zeros at the end of the decimals.
fn strip(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// Returns a minus sign, not a hyphen; and no negative zero.
fn minus(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(size) if size.chars().all(|digit| matches!(digit, '0' | '.')) => size.to_owned(),
        Some(size) => format!("−{size}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_numbers_have_four_digits_and_no_noise() {
        let cases = [
            (0.1 + 0.2, "0.3"),
            (0.97444, "0.9744"),
            (3.0, "3"),
            (-12.0, "−12"),
            (1234.567, "1235"),
            (-12_345.0, "−12,345"),
            (1_234_567.8, "1,234,568"),
            (0.00012345, "0.0001234"),
            (0.000012345, "1.234×10⁻⁵"),
            (9.99996, "10"),
            (12345678.9, "1.235×10⁷"),
            (1e20, "1×10²⁰"),
            (-0.0, "0"),
            (f64::NAN, "–"),
            (f64::INFINITY, "∞"),
        ];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn filters_dress_numbers() {
        assert_eq!(percent(0.97444, 1), "97.4%");
        assert_eq!(percent(1.0, 0), "100%");
        assert_eq!(sci(0.0012, 1), "1.2×10⁻³");
        assert_eq!(sci(-4567890.0, 2), "−4.57×10⁶");
        assert_eq!(signed(0.25, None), "+0.25");
        assert_eq!(signed(-0.25, Some(1)), "−0.2");
        assert_eq!(signed(-0.0001, Some(1)), "0.0");
        assert_eq!(times(3.21, Some(1)), "3.2×");
        assert_eq!(si(12345.0, 1), "12.3k");
        assert_eq!(si(999_960.0, 1), "1M");
        assert_eq!(si(-2.5e9, 1), "−2.5G");
        assert_eq!(si(512.0, 1), "512");
        assert_eq!(si(0.12345, 1), "123.5m");
        assert_eq!((si(0.0, 1), si(1.0, 1), si(-0.00002, 1)), ("0".into(), "1".into(), "−20µ".into()));
        assert_eq!((si(0.99996, 1), si(999.96, 1), si(1.5e-12, 2)), ("1".into(), "1k".into(), "1.5p".into()));
        assert_eq!((si(2e20, 1), si(3e-17, 1)), ("2×10²⁰".into(), "3×10⁻¹⁷".into()));
        assert_eq!(fixed(2.0, 3), "2.000");
        assert_eq!((fixed(9999.5, 1), fixed(12_345.67, 1)), ("9999.5".into(), "12,345.7".into()));
        assert_eq!(percent(f64::NAN, 1), "–");
    }
}
