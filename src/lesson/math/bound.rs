//! How long a formula may be, and how deep it may nest; what all formulas of a text may come to.

use std::ops::Range;

use super::MathError;
use crate::experiment::{figure, size};

/// The most formulas of one text.
const MOST_FORMULAS: usize = 20_000;
/// The most bytes of all of them, each time that a macro in one is written out counted.
const MOST_BYTES: usize = 2_000_000;
/// The most bytes of MathML that all of them become: a prime alone is fifty.
const MOST_MATHML: usize = 16_000_000;

/// What the formulas of one text may still come to: a short text can hold many of them, and a formula many macros.
#[derive(Debug)]
pub(in crate::lesson) struct Allowance {
    formulas: usize,
    bytes: usize,
    mathml: usize,
    spent: bool,
}

impl Default for Allowance {
    fn default() -> Self {
        Allowance { formulas: MOST_FORMULAS, bytes: MOST_BYTES, mathml: MOST_MATHML, spent: false }
    }
}

impl Allowance {
    /// Returns whether more was asked for than there is, which has been said.
    pub(in crate::lesson) fn is_spent(&self) -> bool {
        self.spent
    }

    /// Takes another formula off what is left.
    pub(super) fn take(&mut self, tex: &str) -> Result<(), MathError> {
        let whole = 0..tex.len();
        match self.formulas.checked_sub(1) {
            Some(left) => {
                self.formulas = left;
                self.take_bytes(tex.len(), whole)
            }
            None => {
                self.spent = true;
                let label = format!("expected at most {}", figure(MOST_FORMULAS as f64));
                Err(MathError { range: whole, message: "there are too many formulas".into(), label })
            }
        }
    }

    /// Takes so many bytes off what is left, which stand at a range of the formula.
    pub(super) fn take_bytes(&mut self, bytes: usize, range: Range<usize>) -> Result<(), MathError> {
        if let Some(left) = self.bytes.checked_sub(bytes) {
            self.bytes = left;
            return Ok(());
        }
        self.spent = true;
        Err(self.too_long(range, "too long, with their macros written out", MOST_BYTES))
    }

    /// Takes what a formula became off what is left.
    pub(in crate::lesson) fn take_mathml(&mut self, tex: &str, mathml: String) -> Result<String, MathError> {
        if let Some(left) = self.mathml.checked_sub(mathml.len()) {
            self.mathml = left;
            return Ok(mathml);
        }
        Err(self.too_long(0..tex.len(), "too long for a page, as the MathML that browsers read", MOST_MATHML))
    }

    fn too_long(&mut self, range: Range<usize>, how: &str, most: usize) -> MathError {
        self.spent = true;
        let message = format!("the formulas up to this one are {how}");
        let label = format!("expected at most {} for all of a text", size(most as f64));
        MathError { range, message, label }
    }
}

/// The longest formula, in bytes.
pub(super) const MAX_LENGTH: usize = 20_000;
/// How deep groups may nest: the converter recurses, and its stack is finite.
const MAX_DEPTH: usize = 100;

/// Returns every way to nest counts: braces, `\left`, `\begin`, and scripts without braces (`x^x^x`).
pub(super) fn bound(tex: &str) -> Result<(), MathError> {
    let whole = 0..tex.len();
    if tex.len() > MAX_LENGTH {
        let label = format!("expected at most {MAX_LENGTH} bytes");
        return Err(MathError { range: whole, message: "this formula is too long".into(), label });
    }
    let mut depth: usize = 0;
    let mut before_argument: usize = 0;
    for (place, letter) in tex.char_indices() {
        let rest = &tex[place..];
        if letter == '{' || rest.starts_with("\\left") || rest.starts_with("\\begin") {
            depth += 1;
        } else if letter == '}' || rest.starts_with("\\right") || rest.starts_with("\\end") {
            depth = depth.saturating_sub(1);
        }
        // A chain of commands, each the argument of the one before (`\sqrt\sqrt x`), nests as well.
        before_argument = match letter {
            '\\' | '^' | '_' => before_argument + 1,
            letter if letter.is_alphabetic() || letter.is_whitespace() => before_argument,
            _ => 0,
        };
        if depth > MAX_DEPTH || before_argument > 2 * MAX_DEPTH {
            return Err(MathError {
                range: place..place + letter.len_utf8(),
                message: format!("this formula nests more than {MAX_DEPTH} deep"),
                label: "too deep".into(),
            });
        }
    }
    Ok(())
}
