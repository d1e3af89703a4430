//! One value of a row, as a figure places it: a number, a date, a name, or nothing.

use crate::chart::{date, day};
use crate::inline::{Given, shown_number};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Number(f64),
    /// Days since the start of 1970.
    Date(f64),
    Name(String),
    Missing,
}

/// What tells a cell from others: a table may have a hundred thousand of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'c> {
    Number(u64),
    Date(u64),
    Name(&'c str),
    Missing,
}

impl Cell {
    /// Makes a cell of what an expression gave; a list of settings is a name: `64-32`.
    pub(super) fn of(given: &Given) -> Cell {
        match given {
            Given::Number(number) if number.is_finite() => Cell::Number(*number),
            Given::Text(text) if !text.trim().is_empty() => {
                day(text).map_or_else(|| Cell::Name(text.clone()), Cell::Date)
            }
            Given::Truth(truth) => Cell::Name(truth.to_string()),
            Given::List(items) if !items.is_empty() => {
                let parts: Vec<String> = items.iter().map(|item| Cell::of(item).name()).collect();
                Cell::Name(parts.join("-"))
            }
            _ => Cell::Missing,
        }
    }

    /// Returns the number that it is.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Cell::Number(number) | Cell::Date(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns what tells it from others.
    pub(super) fn key(&self) -> Key<'_> {
        match self {
            Cell::Number(number) => Key::Number(number.to_bits()),
            Cell::Date(at) => Key::Date(at.to_bits()),
            Cell::Name(name) => Key::Name(name),
            Cell::Missing => Key::Missing,
        }
    }

    /// Returns it as a name.
    pub(super) fn name(&self) -> String {
        match self {
            Cell::Number(number) => shown_number(*number),
            Cell::Date(at) => date(*at),
            Cell::Name(name) => name.clone(),
            Cell::Missing => "–".to_owned(),
        }
    }

    /// Returns it as a file holds it: numbers read back to the same bits.
    pub(super) fn exact(&self) -> String {
        match self {
            Cell::Number(number) => number.to_string(),
            Cell::Date(at) => date(*at),
            Cell::Name(name) => name.clone(),
            Cell::Missing => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_names_and_what_is_not_finite_is_missing() {
        let list = Given::List(vec![Given::Number(64.0), Given::Number(32.0)]);
        assert_eq!(Cell::of(&list), Cell::Name("64-32".to_owned()));
        assert_eq!(Cell::of(&Given::Number(f64::INFINITY)), Cell::Missing);
        assert_eq!(Cell::of(&Given::Text(" ".to_owned())), Cell::Missing);
        assert_eq!(Cell::of(&Given::Truth(true)), Cell::Name("true".to_owned()));
        let date = Cell::of(&Given::Text("2024-05-31".to_owned()));
        assert_eq!((date.number(), date.name().as_str()), (Some(19_874.0), "2024-05-31"));
    }
}
