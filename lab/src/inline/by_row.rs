//! Expressions that are evaluated row by row, as figures of an author's own need them: read once, calculated often.

use super::diagnostic;
use super::expression::Expression;
use super::format;
use super::resolve::{self, resolve};
use super::token;
use super::value::Value;
use super::{Values, as_name};
use crate::collections::BTreeMap;
use crate::diagnostic::{Diagnostic, Span};

pub use super::resolve::Fault;
pub use super::token::{Link, Name};

/// An expression that was read.
#[derive(Debug)]
pub struct Formula<'t> {
    expression: Expression<'t>,
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
        let expression = Expression::parse(text).map_err(|fault| diagnostic(fault, text, span))?;
        Ok(Formula { expression, span })
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
        let mut values: Vec<Value> = Vec::new();
        for (links, as_list) in self.expression.chains() {
            match find(links, as_list).map_err(found)? {
                // With nothing nothing can be calculated.
                Given::Nothing => return Ok(Given::Nothing),
                given => values.push(value(given)),
            }
        }
        Ok(given(&self.expression.calculate(&values).map_err(found)?))
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
        Given::Nothing => Value::Nothing,
    }
}

fn given(value: &Value) -> Given {
    match value {
        Value::Number(number) => Given::Number(*number),
        Value::Text(text) => Given::Text((**text).to_owned()),
        Value::Truth(truth) => Given::Truth(*truth),
        Value::Nothing => Given::Nothing,
        list => Given::List(list.list().unwrap_or_default().iter().map(given).collect()),
    }
}

impl Values<'_> {
    /// Returns what a name stands for in the prose of a lesson.
    ///
    /// # Errors
    /// An unknown name.
    pub fn named(&self, lesson: &str, links: &[Link], as_list: bool) -> Result<Given, Fault> {
        Ok(given(&resolve(&self.roots(lesson), links, as_list)?))
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
