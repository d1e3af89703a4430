//! Values in prose and claims: `{{ optimizers.adam.test_accuracy | percent(1) }}`.
//!
//! An expression is written as in Jinja's templates, over the results of the course by name. A metric is its mean over the
//! seeds (or its median, where the block says `statistic: median`), with `.mean .sd .min .max .median .q1 .q3 .values .n`; `loss[10]` is the value at epoch 10 of a
//! metric that has a curve, and before a filter or function of lists (`loss | length`, `slope(loss)`) such a
//! metric is its whole curve, of each seed: `rises(loss)` is what stands for the seeds of what each of their curves does.
//!
//! | filter | gives |
//! |---|---|
//! | `percent(d=0)` | `97.4%` |
//! | `round(d=0)` | exactly `d` decimals, as text |
//! | `sci(d=1)` | `1.2×10⁻³` |
//! | `signed(d)` | `+0.5` |
//! | `times(d)` | `3.2×` |
//! | `si(d=1)` | `12.3k` |
//! | `length first last sum min max mean slope rises join abs` | as their names say |
//!
//! Functions: `min max mean abs slope rises exp log log10 sqrt tanh pow(base, exponent) within(a, b, tolerance)`.

mod by_row;
mod calls;
mod claim;
mod column;
mod data;
mod diverged;
mod expression;
mod format;
mod idle;
mod names;
mod operands;
mod resolve;
mod seeds;
mod shares;
mod token;
mod tree;
mod value;

pub use by_row::{
    Fault, Formula, Given, Link, Name, experiment_named, is_one_name, shown_number, unknown_name,
};
pub use calls::{FILTERS, FUNCTIONS};
pub use claim::{Judgement, Relation, SeedValues, Sides, sides};
pub use column::{Cell, column, only_name};
pub use format::{
    absent as format_absent, fixed as format_fixed, grouped, number as format_number,
    percent as format_percent, sci as format_scientific,
};
pub use idle::{Idle, idle, within_block};
pub use names::{Forecast, ForecastVariant, Names, Scope};
pub use shares::share;

use crate::collections::BTreeMap;
use crate::diagnostic::{Diagnostic, Span};
use crate::outcome::{Outcome, Statistic};
use data::Data;
use expression::Expression;

/// The results of a course, by lesson and experiment.
#[derive(Clone, Debug, Default)]
pub struct Values<'a> {
    lessons: BTreeMap<String, Data<'a>>,
    /// By lesson and id, for what goes seed by seed.
    outcomes: BTreeMap<(String, String), &'a Outcome>,
}

impl<'a> Values<'a> {
    /// Makes an empty set of results.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the results of an experiment known.
    pub fn insert(&mut self, lesson: &str, id: &str, outcome: &'a Outcome) {
        self.outcomes.insert((as_name(lesson), id.to_owned()), outcome);
        let lesson = self.lessons.entry(as_name(lesson)).or_insert_with(|| Data::Map(BTreeMap::new()));
        if let Data::Map(ids) = lesson {
            ids.insert(id.to_owned(), Data::experiment(outcome));
        }
    }

    /// Returns what an experiment found, by its lesson as a name and its id.
    pub fn outcome(&self, experiment: &(String, String)) -> Option<&'a Outcome> {
        self.outcomes.get(experiment).copied()
    }

    fn roots(&self, lesson: &str) -> Vec<&BTreeMap<String, Data<'a>>> {
        let own = match self.lessons.get(&as_name(lesson)) {
            Some(Data::Map(own)) => Some(own),
            _ => None,
        };
        own.into_iter().chain([&self.lessons]).collect()
    }

    /// Returns how the value of an expression in a lesson came about; none where it names no experiment.
    pub fn origin(&self, lesson: &str, text: &str) -> Option<Origin> {
        let expression = Expression::parse(text).ok()?;
        let roots = self.roots(lesson);
        let first = |links: &[token::Link]| {
            let name = |at: usize| {
                links.get(at).map(|link| text[link.range.clone()].trim_start_matches('.').to_owned())
            };
            let own = (as_name(lesson), name(0)?);
            match self.outcomes.contains_key(&own) {
                true => Some(own),
                false => Some((name(0)?, name(1)?)),
            }
        };
        let experiment = expression.chains().find_map(|(links, _)| first(links))?;
        let mut numbers: Vec<(String, Vec<f64>, Statistic)> = Vec::new();
        for (links, _) in expression.chains() {
            if let Some((name, values, statistic)) = resolve::numbers(&roots, links)
                && numbers.iter().all(|(other, ..)| *other != name)
            {
                numbers.push((name, values.to_vec(), statistic));
            }
        }
        Some(Origin { experiment, numbers })
    }

    /// Returns an expression in a lesson as a number; none where it has no value, as where nothing has run yet.
    ///
    /// # Errors
    /// As [`Values::evaluate`], and a value that is no number.
    pub fn number(&self, lesson: &str, text: &str, span: Span) -> Result<Option<f64>, Diagnostic> {
        let found = |fault| diagnostic(fault, text, span);
        let expression = Expression::parse(text).map_err(found)?;
        let (value, _) = match expression.evaluate(&self.roots(lesson)) {
            // A curve that ends earlier, or has no values yet.
            Err(fault) if fault.ended => return Ok(None),
            evaluated => evaluated.map_err(found)?,
        };
        let no_number =
            |said| found(Fault::new(0..text.len(), format!("`{}` is no number", text.trim()), said));
        let number = value.number().map_err(no_number)?;
        Ok(Some(number).filter(|number| number.is_finite()))
    }

    /// Returns an expression in a lesson as plain text (not escaped). `span` is the place of `text` in the file.
    ///
    /// # Errors
    /// An unknown name, filter or function, bad syntax, or operands that do not fit.
    pub fn evaluate(&self, lesson: &str, text: &str, span: Span) -> Result<String, Diagnostic> {
        let found = |fault| diagnostic(fault, text, span);
        let expression = Expression::parse(text).map_err(found)?;
        let roots = self.roots(lesson);
        let (value, _) = expression.evaluate(&roots).map_err(found)?;
        let shown = expression.show(&value).map_err(found)?;
        if shown == format::NONE
            && let Some((links, _)) = expression.only_chain()
            && let Some((name, values, _)) = resolve::numbers(&roots, links)
        {
            return Ok(format::absent(name.rsplit('.').next().unwrap_or(&name), values));
        }
        Ok(shown)
    }
}

/// Where a value in prose comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The lesson as a name, and the id, of the experiment that the expression names first.
    pub experiment: (String, String),
    /// Each number in it by name, with its values over the seeds and what stands for them.
    pub numbers: Vec<(String, Vec<f64>, Statistic)>,
}

/// Checks the syntax, filters and functions of an expression, before anything runs.
///
/// # Errors
/// The first fault.
pub fn check_syntax(text: &str, span: Span) -> Result<(), Diagnostic> {
    Expression::parse(text).map(|_| ()).map_err(|fault| diagnostic(fault, text, span))
}

/// Returns the names in an expression with what hangs on them (`adam.train_loss`), each once.
pub fn names(text: &str) -> Vec<String> {
    let Ok(expression) = Expression::parse(text) else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for (links, _) in expression.chains() {
        let (Some(first), Some(last)) = (links.first(), links.last()) else { continue };
        let name = text[first.range.start..last.range.end].to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Returns the names in what may become an expression, each with what hangs on it and their places.
pub fn chains(text: &str) -> Vec<Vec<Link>> {
    let chain = |(token, _)| if let token::Token::Chain(links) = token { Some(links) } else { None };
    token::tokens(text).into_iter().filter_map(chain).collect()
}

/// Returns how a filter, or else a function, is called: `round(digits)`.
pub fn usage(name: &str, filter: bool) -> &'static str {
    calls::signature(name, filter).0
}

/// Returns the expression that a text is if it is wholly `{{ expression }}`, with the bytes before it.
pub fn template(text: &str) -> Option<(&str, usize)> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let start = text.find("{{")? + 2 + (inside.len() - inside.trim_start().len());
    (!inside.contains("}}")).then(|| (inside.trim(), start))
}

/// Returns the claim that the inside of a template is if it is `claim: expression`.
pub fn claim(inside: &str) -> Option<&str> {
    inside.strip_prefix("claim")?.trim_start().strip_prefix(':').map(str::trim)
}

/// Returns what the inside of a template refers to if it is `ref: name`.
pub fn reference(inside: &str) -> Option<&str> {
    inside.strip_prefix("ref")?.trim_start().strip_prefix(':').map(str::trim)
}

/// Returns a lesson's slug as a name in expressions.
pub fn as_name(slug: &str) -> String {
    slug.replace(['-', '/'], "_")
}

/// Returns a fault at its place in the file. A text of YAML may be quoted: its first character then comes after the quote.
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
