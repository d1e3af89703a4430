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

mod data;
mod environment;
mod expression;
mod format;
mod resolve;
mod token;

use std::collections::{BTreeMap, BTreeSet};

pub use environment::{FILTERS, FUNCTIONS};
pub use format::number as format_number;

use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::outcome::Outcome;
use data::Data;
use expression::Expression;
use resolve::{Fault, Roots};
use token::Name;

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
        environment::shown(&value).map_err(|error| {
            let said = error.detail().unwrap_or("no value").to_owned();
            found(Fault::new(0..text.len(), "this expression gives nothing to show", said))
        })
    }
}

/// What one seed's runs found: the block's own variants (or the metrics of the only run) by name.
#[derive(Clone, Debug)]
pub struct SeedValues {
    names: BTreeMap<String, Data>,
}

/// How a claim came out for one seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub holds: bool,
    /// Left and right of the comparison, where the claim is one.
    pub sides: Option<(f64, f64)>,
    /// Names that stand for no number; a claim about them does not hold.
    pub missing: Vec<String>,
}

impl SeedValues {
    /// The runs with index `seed` of every variant.
    pub fn new(outcome: &Outcome, seed: usize) -> Self {
        match Data::of_seed(outcome, seed) {
            Data::Map(names) => SeedValues { names },
            _ => SeedValues { names: BTreeMap::new() },
        }
    }

    /// Whether a claim is true of this seed.
    ///
    /// # Errors
    /// As [`SeedValues::judge`].
    pub fn truth(&self, text: &str, span: Span) -> Result<bool, Diagnostic> {
        self.judge(text, span).map(|judged| judged.holds)
    }

    /// How a name or expression reads for this seed; none where it has no value.
    pub fn show(&self, text: &str) -> Option<String> {
        let (value, _) = Expression::parse(text).ok()?.evaluate(&[&self.names]).ok()?;
        environment::shown(&value).ok()
    }

    /// Whether a claim is true of this seed, and by how much.
    ///
    /// # Errors
    /// As [`Values::evaluate`]; and a claim that is neither true nor false.
    pub fn judge(&self, text: &str, span: Span) -> Result<Judgement, Diagnostic> {
        let found = |fault| diagnostic(fault, text, span);
        let expression = Expression::parse(text).map_err(found)?;
        let roots: &Roots = &[&self.names];
        if let Some(fault) = expression.check_claim() {
            return Err(found(fault));
        }
        let (value, missing) = expression.evaluate(roots).map_err(found)?;
        let holds = expression::truth(&value).map_err(|shown| {
            let fault = Fault::new(
                0..text.len(),
                format!("this claim is {shown}, not true or false"),
                "expected a comparison",
            );
            found(fault.hint("write, for example, `adam.train_loss < sgd.train_loss`"))
        })?;
        let side = |text: &str| {
            let (value, _) = Expression::parse(text).ok()?.evaluate(roots).ok()?;
            environment::number(&value).ok()
        };
        let sides = expression.sides().map(|(left, right)| (side(left), side(right)));
        let sides = match sides {
            None => None,
            Some((Some(left), Some(right))) => Some((left, right)),
            Some((left, _)) => {
                let (left_text, right_text) = expression.sides().unwrap_or_default();
                let wrong = if left.is_none() { left_text } else { right_text };
                let fault = Fault::new(
                    0..text.len(),
                    format!("`{}` is no number", wrong.trim()),
                    "expected numbers on both sides",
                );
                return Err(found(
                    fault.hint("an item of a list is taken by its place, such as `probabilities[0]`"),
                ));
            }
        };
        // Comparisons order NaN, and by its sign, which differs between CPUs: no claim is true of it.
        let exists = missing.is_empty()
            && sides.is_none_or(|(left, right): (f64, f64)| !left.is_nan() && !right.is_nan());
        Ok(Judgement { holds: holds && exists, sides, missing })
    }
}

/// Which experiments there are, known before anything runs.
#[derive(Clone, Debug, Default)]
pub struct Names {
    lessons: BTreeMap<String, BTreeSet<String>>,
    /// Lessons that hold experiments nobody could read: any name may be one of theirs.
    incomplete: BTreeSet<String>,
}

impl Names {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn insert(&mut self, lesson: &str, id: &str) {
        self.lessons.entry(as_name(lesson)).or_default().insert(id.to_owned());
    }

    /// Says that a lesson exists; with `incomplete`, that not all of its experiments are known.
    pub fn insert_lesson(&mut self, lesson: &str, incomplete: bool) {
        self.lessons.entry(as_name(lesson)).or_default();
        if incomplete {
            self.incomplete.insert(as_name(lesson));
        }
    }

    /// Checks what can be checked of an expression in prose before anything runs: its syntax, filters,
    /// functions, and that each name starts with an experiment.
    ///
    /// # Errors
    /// Everything of that which is wrong.
    pub fn check(&self, lesson: &str, text: &str, span: Span) -> Result<(), Vec<Diagnostic>> {
        let found = |fault| diagnostic(fault, text, span);
        let expression = Expression::parse(text).map_err(|fault| vec![found(fault)])?;
        let faults: Vec<_> =
            expression.chains().filter_map(|links| self.check_chain(lesson, links)).map(found).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn check_chain(&self, lesson: &str, links: &[token::Link]) -> Option<Fault> {
        let first = links.first()?;
        let Name::Word(name) = &first.name else { return None };
        let none = BTreeSet::new();
        let own = self.lessons.get(&as_name(lesson)).unwrap_or(&none);
        if own.contains(name) {
            return None;
        }
        let Some(ids) = self.lessons.get(name) else {
            if self.incomplete.contains(&as_name(lesson)) {
                return None;
            }
            let known: Vec<&str> = own.iter().chain(self.lessons.keys()).map(String::as_str).collect();
            let fault = resolve::unknown(first, &known, "no experiment is called");
            let elsewhere = self.lessons.iter().find(|(_, ids)| ids.contains(name));
            return Some(match elsewhere {
                Some((other, _)) => {
                    Fault { label: format!("did you mean `{other}.{name}`?"), hints: vec![], ..fault }
                }
                None => fault,
            });
        };
        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
        match links.get(1) {
            Some(link) if matches!(&link.name, Name::Word(id) if ids.contains(id)) => None,
            Some(_) if self.incomplete.contains(name) => None,
            Some(link) => {
                Some(resolve::unknown(link, &known, &format!("the lesson `{name}` has no experiment")))
            }
            None => Some(Fault::new(
                first.range.clone(),
                format!("`{name}` is a lesson, not a result"),
                format!("expected `{name}.ID.METRIC`"),
            )),
        }
    }

    /// The known name that `word` was probably meant to be.
    pub fn nearest(&self, lesson: &str, word: &str) -> Option<&str> {
        nearest(word, self.lessons.get(&as_name(lesson))?.iter().map(String::as_str))
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
