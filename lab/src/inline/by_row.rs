//! Expressions that are evaluated row by row, as figures of an author's own need them: read once, calculated often.

use std::collections::BTreeMap;

use minijinja::Value;

use super::diagnostic;
use super::environment::ENVIRONMENT;
use super::expression::Expression;
use super::format;
use super::resolve::{self, resolve};
use super::token;
use super::{Values, as_name};
use crate::diagnostic::{Diagnostic, Span};

pub use super::resolve::Fault;
pub use super::token::{Link, Name};

/// An expression, read and compiled.
#[derive(Debug)]
pub struct Formula<'t> {
    expression: Expression<'t>,
    compiled: minijinja::Expression<'static, 'static>,
    places: Vec<(usize, usize)>,
    span: Span,
}

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    Number(f64),
    Text(String),
    Truth(bool),
    List(Vec<Given>),
    /// Nothing, where a row lacks what it asks for.
    Nothing,
}

impl<'t> Formula<'t> {
    /// Reads an expression; `span` is its place in the file.
    ///
    /// # Errors
    /// The first fault that can be seen without any row.
    pub fn parse(text: &'t str, span: Span) -> Result<Self, Diagnostic> {
        let found = |fault| diagnostic(fault, text, span);
        let expression = Expression::parse(text).map_err(found)?;
        let (rewritten, places) = expression.rewritten();
        let compiled = ENVIRONMENT.compile_expression_owned(rewritten);
        let compiled = compiled
            .map_err(|error| found(expression.fault(&error, &places, "this expression cannot be read")))?;
        Ok(Formula { expression, compiled, places, span })
    }

    /// Returns the text as its author wrote it.
    pub fn text(&self) -> &'t str {
        self.expression.text
    }

    /// Returns the names in it, in order, each with whether it stands for a whole list.
    pub fn names(&self) -> impl Iterator<Item = (&[Link], bool)> {
        self.expression.chains()
    }

    /// Returns the only name in it, with no arithmetic beside it.
    pub fn only_name(&self) -> Option<&[Link]> {
        self.expression.only_chain().map(|(links, _)| links).filter(|_| !self.text().contains('|'))
    }

    /// Calculates it with each name looked up by `find`.
    ///
    /// # Errors
    /// An unknown name, or an operation that does not fit its operands.
    pub fn evaluate(
        &self,
        find: impl Fn(&[Link], bool) -> Result<Given, Fault>,
    ) -> Result<Given, Diagnostic> {
        let found = |fault| diagnostic(fault, self.expression.text, self.span);
        let mut variables: BTreeMap<String, Value> = BTreeMap::new();
        for (index, (links, as_list)) in self.expression.chains().enumerate() {
            match find(links, as_list).map_err(found)? {
                // With nothing nothing can be calculated.
                Given::Nothing => return Ok(Given::Nothing),
                given => variables.insert(format!("v{index}"), value(given)),
            };
        }
        let value = self.compiled.eval(Value::from(variables));
        let value = value.map_err(|error| {
            found(self.expression.fault(&error, &self.places, "this expression has no value"))
        })?;
        given(&value).ok_or_else(|| {
            let whole = 0..self.expression.text.len();
            found(Fault::new(whole, "this expression gives nothing to draw", "expected a number or a text"))
        })
    }

    /// Makes the error of a name in it.
    pub fn fault(&self, fault: Fault) -> Diagnostic {
        diagnostic(fault, self.expression.text, self.span)
    }
}

fn value(given: Given) -> Value {
    match given {
        Given::Number(number) => Value::from(number),
        Given::Text(text) => Value::from(text),
        Given::Truth(truth) => Value::from(truth),
        Given::List(items) => items.into_iter().map(value).collect(),
        Given::Nothing => Value::UNDEFINED,
    }
}

fn given(value: &Value) -> Option<Given> {
    use minijinja::value::ValueKind;
    Some(match value.kind() {
        ValueKind::Number => Given::Number(f64::try_from(value.clone()).ok()?),
        ValueKind::String => Given::Text(value.to_string()),
        ValueKind::Bool => Given::Truth(value.is_true()),
        ValueKind::Undefined | ValueKind::None => Given::Nothing,
        ValueKind::Seq | ValueKind::Iterable => {
            Given::List(value.try_iter().ok()?.map(|item| given(&item)).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

impl Values<'_> {
    /// Returns what a name stands for in the prose of a lesson.
    ///
    /// # Errors
    /// An unknown name.
    pub fn named(&self, lesson: &str, links: &[Link], as_list: bool) -> Result<Given, Fault> {
        let value = resolve(&self.roots(lesson), links, as_list)?;
        Ok(given(&value).unwrap_or(Given::Nothing))
    }

    /// Returns the words by which a name in the prose of a lesson may begin.
    pub fn first_words(&self, lesson: &str) -> Vec<&str> {
        self.roots(lesson).into_iter().flat_map(BTreeMap::keys).map(String::as_str).collect()
    }
}

/// Makes the fault of a name that is not among those that are known.
pub fn unknown_name(link: &Link, known: &[&str], what: &str) -> Fault {
    resolve::unknown(link, known, what)
}

/// Returns how a number reads in prose.
pub fn shown_number(number: f64) -> String {
    format::number(number)
}

/// Returns the lesson and id of an experiment as its name is written: `id`, or `lesson.id`.
pub fn experiment_named(own_lesson: &str, text: &str) -> (String, String) {
    match text.rsplit_once('.') {
        Some((lesson, id)) => (as_name(lesson), id.to_owned()),
        None => (as_name(own_lesson), text.to_owned()),
    }
}

/// Returns whether a text is one name that could stand in an expression without quotes.
pub fn is_one_name(text: &str) -> bool {
    matches!(&token::tokens(text)[..], [(token::Token::Chain(links), _)] if links.len() == 1)
}
