//! What filters and functions of expressions do, for those who write them.

use crate::lesson::inline::{FILTERS, FUNCTIONS, usage};

/// The filters and functions, alphabetically, each with what it does.
const MEANINGS: [(&str, &str); 25] = [
    ("abs", "The number without its sign."),
    ("exp", "e to the power of the number."),
    ("first", "The first number of a list or series."),
    ("join", "All numbers of a list, one after the other."),
    ("last", "The last number of a list or series."),
    ("length", "How many numbers a list or series has."),
    ("log", "The natural logarithm."),
    ("log10", "The logarithm to the base 10."),
    ("max", "The largest number, of a list or of several."),
    ("mean", "The mean of a list or series."),
    ("min", "The smallest number, of a list or of several."),
    ("percent", "As a percentage: `percent(1)` makes 0.12345 12.3%."),
    ("pow", "The first number to the power of the second."),
    ("rises", "The share of steps from one number of a list to the next in which it grew."),
    ("round", "With so many digits behind the decimal point: `round(2)` makes 0.12345 0.12."),
    ("sci", "As a power of ten: `sci(1)` makes 0.12345 1.2×10⁻¹."),
    ("si", "With a prefix of the SI: `si(1)` makes 0.12345 123.5m."),
    ("signed", "With its sign, whichever that is: `signed(2)` makes 0.12345 +0.12."),
    ("slope", "The growth for each step of the line that fits a list best."),
    ("smooth", "Exponentially weighted averages with this beta, corrected for their start at 0."),
    ("sqrt", "The square root."),
    ("sum", "The sum of a list or series."),
    ("tanh", "The hyperbolic tangent."),
    ("times", "As a multiple: `times(1)` makes 0.12345 0.1×."),
    ("within", "Whether two numbers are no further apart than the tolerance."),
];

/// Returns what a filter or function does; none where there is no such one.
pub(super) fn meaning(name: &str) -> Option<&'static str> {
    MEANINGS.iter().find(|(known, _)| *known == name).map(|(_, about)| *about)
}

/// Returns what a filter (behind `|`) or a function is, as Markdown; none where there is no such one.
pub(super) fn told(name: &str, filter: bool) -> Option<String> {
    let is_known = if filter { FILTERS.contains(&name) } else { FUNCTIONS.contains(&name) };
    let what = if filter { "a filter" } else { "a function" };
    let about = meaning(name).filter(|_| is_known)?;
    let usage = usage(name, filter);
    let called = if usage.starts_with(name) { usage.to_owned() } else { name.to_owned() };
    Some(format!("**`{called}`**, {what}\n\n{about}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_and_function_has_a_meaning() {
        for name in FILTERS.iter().chain(&FUNCTIONS) {
            assert!(meaning(name).is_some(), "{name}");
        }
        assert!(told("round", true).unwrap().starts_with("**`round(digits)`**, a filter"));
        assert_eq!((told("round", false), told("rund", true)), (None, None));
    }
}
