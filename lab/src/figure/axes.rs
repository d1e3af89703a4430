//! The axes of a figure, from its values and from what the author says of them.

use super::block::{ScaleSettings, ScaleType, Written};
use super::cell::Cell;
use super::decode::error;
use super::meaning::Meaning;
use crate::chart::{Axis, Format, Scale};
use crate::diagnostic::Diagnostic;

/// From here on a range of positive numbers is shown on a logarithmic scale.
const HUNDREDFOLD: f64 = 100.0;

/// The most names on an axis.
const MOST_NAMES: usize = 100;

/// The filters that write the numbers of an axis.
const WRITTEN: [(&str, Format); 6] = [
    ("percent", Format::Percent),
    ("round", Format::Plain),
    ("sci", Format::Scientific),
    ("si", Format::Si),
    ("signed", Format::Signed),
    ("times", Format::Times),
];

/// An axis with the names that stand on it, if any do.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub axis: Axis,
    names: Option<Vec<String>>,
}

impl Placed {
    /// Makes an axis for some cells; `named` where even numbers are names to what stands on it.
    ///
    /// # Errors
    /// A filter that writes no numbers; a range that a logarithmic scale does not have; a negative number on x.
    pub(super) fn new(
        cells: &[Cell],
        meaning: &Meaning,
        settings: &ScaleSettings,
        names: Names,
    ) -> Result<Placed, Vec<Diagnostic>> {
        let label = match (&settings.label, &settings.unit) {
            (None, None) => meaning.title(),
            (Some(label), None) => label.clone(),
            (label, Some(unit)) => format!("{} ({unit})", label.as_ref().unwrap_or(&meaning.name)),
        };
        let named = names.always
            || settings.kind == Some(ScaleType::Categories)
            || cells.iter().any(|cell| matches!(cell, Cell::Name(_)));
        if named {
            let mut found = names.order;
            if found.len() > MOST_NAMES {
                let message = format!("an axis of {} names", found.len());
                let label = format!(
                    "expected at most {MOST_NAMES}: take fewer by `where`, or numbers; `line` counts the rows of a file"
                );
                let error = Diagnostic::error(message, names.place).label(label);
                return Err(vec![match found.iter().all(|name| looks_like_date(name)) {
                    true => error.hint("a date on an axis is written as 2024-05-31"),
                    false => error,
                }]);
            }
            if settings.reverse {
                found.reverse();
            }
            // What are months alone are written without their first days.
            let months = cells.iter().all(|cell| matches!(cell, Cell::Date(_) | Cell::Missing))
                && found.iter().all(|name| name.ends_with("-01"));
            let shown = |name: &String| match name.strip_suffix("-01").filter(|_| months) {
                Some(month) => month.to_owned(),
                None => written_name(name, meaning, settings),
            };
            let axis = Axis::category(label, found.iter().map(shown));
            return Ok(Placed { axis, names: Some(found) });
        }
        let numbers: Vec<f64> = cells.iter().filter_map(Cell::number).collect();
        let dated = cells.iter().any(|cell| matches!(cell, Cell::Date(_)));
        let logarithmic = match settings.kind {
            Some(kind) => kind == ScaleType::Log,
            None => meaning.logarithmic || is_hundredfold(&numbers) && !meaning.counted && !dated,
        };
        let mut axis = if logarithmic { Axis::log(label).broken() } else { Axis::linear(label) };
        if let (Some((low, _)), true) = (settings.domain, logarithmic)
            && low <= 0.0
        {
            let place = settings.domain_place.unwrap_or(names.place);
            return Err(error(
                place,
                format!("a logarithmic scale has no {low}"),
                "expected a domain above 0",
            ));
        }
        axis.range = settings.domain;
        axis.reverse = settings.reverse;
        axis.format = match &settings.written {
            Some(written) => format(written)?,
            None if dated => Format::Date,
            None if meaning.of_file && are_years(&numbers) => Format::Year,
            None if meaning.percent => Format::Percent,
            None if meaning.counted || numbers.iter().all(|number| number.fract() == 0.0) => Format::Integer,
            None => Format::Plain,
        };
        Ok(Placed { axis, names: None })
    }

    /// Returns where a cell stands; none where it has no place.
    pub(super) fn place(&self, cell: &Cell) -> Option<f64> {
        match (&self.names, cell) {
            (_, Cell::Missing) => None,
            (Some(names), cell) => {
                let name = cell.name();
                names.iter().position(|known| *known == name).map(|index| index as f64)
            }
            (None, cell) => cell.number(),
        }
    }

    /// Returns whether names stand on it.
    pub(super) fn is_named(&self) -> bool {
        self.names.is_some()
    }

    /// Returns how many names stand on it.
    pub(super) fn count(&self) -> usize {
        self.names.as_ref().map_or(0, Vec::len)
    }

    /// Returns whether a number has no place on it although it is finite.
    pub(super) fn clips(&self, number: f64) -> bool {
        self.axis.scale == Scale::Log && number < 0.0
    }
}

/// The names that may stand on an axis.
pub(super) struct Names {
    /// In the order in which they would.
    pub order: Vec<String>,
    /// Whether numbers are names too.
    pub always: bool,
    /// Where the axis is spoken of.
    pub place: crate::diagnostic::Span,
}

/// A number that is a name is written as its axis says.
fn written_name(name: &str, meaning: &Meaning, settings: &ScaleSettings) -> String {
    let percent =
        settings.written.as_ref().map_or(meaning.percent, |written| written.text.starts_with("percent"));
    match name.parse::<f64>() {
        Ok(number) if percent => crate::chart::rounded(number, Format::Percent),
        _ => name.to_owned(),
    }
}

/// Whether a name may be a date as people write it: `31.5.2024`, `5/31/24`.
fn looks_like_date(name: &str) -> bool {
    ['.', '/', '-'].into_iter().any(|mark| {
        let parts: Vec<&str> = name.trim().split(mark).collect();
        let is_part =
            |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.len() == 3 && parts.iter().all(is_part)
    })
}

/// Whether numbers read better without a sign between their thousands.
fn are_years(numbers: &[f64]) -> bool {
    let is_year = |number: &f64| number.fract() == 0.0 && (1500.0..=2100.0).contains(number);
    !numbers.is_empty() && numbers.iter().all(is_year)
}

fn is_hundredfold(numbers: &[f64]) -> bool {
    if numbers.iter().any(|number| *number < 0.0) {
        return false;
    }
    let positive = || numbers.iter().copied().filter(|number| *number > 0.0);
    match (positive().reduce(f64::min), positive().reduce(f64::max)) {
        (Some(least), Some(greatest)) => greatest / least >= HUNDREDFOLD,
        _ => false,
    }
}

/// Returns how a scale's `as` writes numbers.
///
/// # Errors
/// A filter that writes none.
pub(super) fn format(written: &Written) -> Result<Format, Vec<Diagnostic>> {
    let name = written.text.split('(').next().unwrap_or_default().trim();
    let digits = written.text.trim_start_matches(name).trim_matches(['(', ')', ' ']);
    match WRITTEN.iter().find(|(known, _)| *known == name) {
        Some((_, Format::Plain)) if name == "round" && matches!(digits, "" | "0") => Ok(Format::Integer),
        Some((_, format)) => Ok(*format),
        None => {
            let names: Vec<&str> = WRITTEN.iter().map(|(name, _)| *name).collect();
            let label = format!("expected one of {}", names.join(", "));
            Err(error(written.span, format!("the filter `{name}` writes no numbers of an axis"), label))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundredfold_is_logarithmic_unless_something_lies_below_nothing() {
        assert!(is_hundredfold(&[0.001, 0.1]) && is_hundredfold(&[0.0, 1.0, 100.0]));
        assert!(!is_hundredfold(&[1.0, 99.0]) && !is_hundredfold(&[-1.0, 1.0, 1000.0]));
    }

    #[test]
    fn years_and_other_peoples_dates_are_known_by_their_looks() {
        assert!(are_years(&[1999.0, 2024.0]) && !are_years(&[2024.5]) && !are_years(&[3.0, 2024.0]));
        assert!(looks_like_date("31.5.2024") && looks_like_date("5/31/24") && looks_like_date("2024-5-1"));
        assert!(!looks_like_date("64-32") && !looks_like_date("1.2") && !looks_like_date("v1.2.x"));
    }
}
