//! Numbers in cells, and why a cell is none.

use super::super::problem::TableProblem;
use super::File;
use super::near;
use super::rows::Place;

/// A larger number would overflow when it is squared in f32 and summed.
const MAX_MAGNITUDE: f64 = 1e30;

/// Why a cell is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Missing,
    /// A text in the target that stands for no value, and may be meant as the name of a class.
    NoClass,
    /// Nothing, though that does not count as missing: `""`.
    Empty,
    Text,
    NotFinite,
    TooLarge,
}

impl Fault {
    pub(super) fn problem(self, file: &File, place: Place, name: &str, cell: &str) -> TableProblem {
        let shown: String = cell.chars().take(40).collect();
        match self {
            Fault::Missing => file
                .problem(place, name, format!("`{name}` has no value"))
                .expected("a value")
                .hint("fill the cell in, or remove the row"),
            Fault::NoClass => file
                .problem(place, name, format!("`{name}` has no value"))
                .expected("a value: this text stands for none")
                .hint(format!(
                    "if `{shown}` is a class, write it in quotes, \"{shown}\", or list in `data.missing` what stands for no value"
                )),
            Fault::Empty => file
                .problem(place, name, format!("`{name}` is an empty text"))
                .expected("a value")
                .hint("fill the cell in, or remove the row"),
            Fault::Text => {
                let problem =
                    file.problem(place, name, format!("`{shown}` is not a number")).expected("a number");
                match near::advice(cell) {
                    Some(advice) => problem.hint(advice),
                    None => problem,
                }
            }
            Fault::NotFinite => file
                .problem(place, name, format!("`{shown}` is not a finite number"))
                .expected("a finite number"),
            Fault::TooLarge => file
                .problem(place, name, format!("`{shown}` is too large"))
                .expected(format!("a number between -{MAX_MAGNITUDE:e} and {MAX_MAGNITUDE:e}")),
        }
    }
}

/// Returns the number in a cell; -0 becomes 0.
#[inline]
pub(super) fn number(cell: &str) -> Result<f64, Fault> {
    let cell = cell.trim();
    match cell.parse::<f64>() {
        Ok(value) if value.abs() <= MAX_MAGNITUDE => Ok(value + 0.0),
        // "nan" and "inf" parse, and so does 1e999, to the same value.
        Ok(value) if !value.is_finite() && !cell.bytes().any(|b| b.is_ascii_digit()) => Err(Fault::NotFinite),
        Ok(_) => Err(Fault::TooLarge),
        Err(_) => Err(Fault::Text),
    }
}
