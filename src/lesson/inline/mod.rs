//! Values in prose and claims: `{{ optimizers.adam.test_accuracy | percent(1) }}`.
//!
//! An expression is minijinja's, over the results of the course by name. A metric is its mean over the
//! seeds, with `.mean .sd .min .max .median .q1 .q3 .values .n`; `loss[10]` is the value at epoch 10 of a
//! metric that has a curve, and before a filter or function of lists (`loss | length`, `slope(loss)`) such a
//! metric is its whole curve.
//!
//! | filter | gives |
//! |---|---|
//! | `percent(d=0)` | `97.4%` |
//! | `round(d=0)` | exactly `d` decimals, as text |
//! | `sci(d=1)` | `1.2×10⁻³` |
//! | `signed(d)` | `+0.5` |
//! | `times(d)` | `3.2×` |
//! | `si(d=1)` | `12.3k` |
//! | `length first last sum min max mean slope join abs` | as their names say |
//!
//! Functions: `min max mean abs slope within(a, b, tolerance)`.

mod claim;
mod data;
mod environment;
mod expression;
mod format;
mod names;
mod resolve;
mod token;

use std::collections::BTreeMap;

pub use claim::{Judgement, SeedValues};
pub use environment::{FILTERS, FUNCTIONS};
pub use format::number as format_number;
pub use names::Names;

use crate::diagnostic::{Diagnostic, Span};
use crate::outcome::Outcome;
use data::Data;
use expression::Expression;
use resolve::Fault;

/// The results of a course, by lesson and experiment.
#[derive(Clone, Debug, Default)]
pub struct Values {
    lessons: BTreeMap<String, Data>,
}

impl Values {
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the results of an experiment known.
    pub fn insert(&mut self, lesson: &str, id: &str, outcome: &Outcome) {
        let lesson = self.lessons.entry(as_name(lesson)).or_insert_with(|| Data::Map(BTreeMap::new()));
        if let Data::Map(ids) = lesson {
            ids.insert(id.to_owned(), Data::experiment(outcome));
        }
    }

    /// An expression in a lesson as plain text (not escaped). `span` is the place of `text` in the file.
    ///
    /// # Errors
    /// An unknown name, filter or function, bad syntax, or operands that do not fit.
    pub fn evaluate(&self, lesson: &str, text: &str, span: Span) -> Result<String, Diagnostic> {
        let found = |fault| diagnostic(fault, text, span);
        let expression = Expression::parse(text).map_err(found)?;
        let mut roots: Vec<&BTreeMap<String, Data>> = Vec::new();
        if let Some(Data::Map(own)) = self.lessons.get(&as_name(lesson)) {
            roots.push(own);
        }
        roots.push(&self.lessons);
        let (value, _) = expression.evaluate(&roots).map_err(found)?;
        expression.show(&value).map_err(found)
    }
}

/// Checks the syntax, filters and functions of an expression, before anything runs.
///
/// # Errors
/// The first fault.
pub fn check_syntax(text: &str, span: Span) -> Result<(), Diagnostic> {
    Expression::parse(text).map(|_| ()).map_err(|fault| diagnostic(fault, text, span))
}

/// The names in an expression with what hangs on them (`adam.train_loss`), each once.
pub fn names(text: &str) -> Vec<String> {
    let Ok(expression) = Expression::parse(text) else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for links in expression.chains() {
        let (Some(first), Some(last)) = (links.first(), links.last()) else { continue };
        let name = text[first.range.start..last.range.end].to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The expression that a text is if it is wholly `{{ expression }}`, with the bytes before it.
pub fn template(text: &str) -> Option<(&str, usize)> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let start = text.find("{{")? + 2 + (inside.len() - inside.trim_start().len());
    (!inside.contains("}}")).then(|| (inside.trim(), start))
}

/// A lesson's slug as a name in expressions.
fn as_name(slug: &str) -> String {
    slug.replace('-', "_")
}

/// A fault at its place in the file. A text of YAML may be quoted: its first character then comes after the quote.
fn diagnostic(fault: Fault, text: &str, span: Span) -> Diagnostic {
    let length = span.end - span.start;
    let place = match length.checked_sub(text.len()) {
        Some(0) => span.part(fault.range.start, fault.range.end),
        Some(2) => span.part(fault.range.start + 1, fault.range.end + 1),
        _ => span,
    };
    Diagnostic { hints: fault.hints, ..Diagnostic::error(fault.message, place).label(fault.label) }
}

#[cfg(test)]
mod tests;
