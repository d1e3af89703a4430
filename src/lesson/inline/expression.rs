//! One expression: found names are put in place, minijinja does the rest.
//!
//! minijinja's objects cannot be a number and have attributes at once, as `loss` and `loss.sd` need.
//! So every name with what hangs on it (`adam.train_loss.sd`, `dev_loss[10]`) is looked up here and stands
//! in the text that minijinja compiles as a plain variable; text in quotes is left alone.

use std::collections::BTreeMap;
use std::ops::Range;

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::environment::{ENVIRONMENT, FILTERS, FUNCTIONS, LIST_FILTERS};
use super::resolve::{Fault, Roots, resolve, unknown};
use super::token::{Link, Name, Token, tokens};

/// The longest expression, in bytes.
const MAX_LENGTH: usize = 1000;

/// An expression with its names pointed out, known to be well formed.
#[derive(Debug)]
pub struct Expression<'t> {
    text: &'t str,
    tokens: Vec<(Token, Range<usize>)>,
}

impl<'t> Expression<'t> {
    /// # Errors
    /// The first fault that can be seen without any result: syntax, an unknown filter or function.
    pub fn parse(text: &'t str) -> Result<Self, Fault> {
        let whole = text.len() - text.trim_start().len()..text.trim_end().len();
        if text.trim().is_empty() {
            return Err(Fault::new(
                0..text.len(),
                "this expression is empty",
                "expected the name of a result",
            ));
        }
        if text.len() > MAX_LENGTH {
            return Err(Fault::new(
                whole,
                "this expression is too long",
                format!("expected at most {MAX_LENGTH} characters"),
            ));
        }
        let expression = Expression { text, tokens: tokens(text) };
        expression.check_calls()?;
        expression.compile()?;
        Ok(expression)
    }

    fn check_calls(&self) -> Result<(), Fault> {
        for (index, (token, range)) in self.tokens.iter().enumerate() {
            let link =
                || Link { name: Name::Word(self.text[range.clone()].to_owned()), range: range.clone() };
            match token {
                Token::Filter if !FILTERS.contains(&&self.text[range.clone()]) => {
                    return Err(unknown(&link(), &FILTERS, "there is no filter"));
                }
                Token::Function if !FUNCTIONS.contains(&&self.text[range.clone()]) => {
                    return Err(unknown(&link(), &FUNCTIONS, "there is no function"));
                }
                Token::Test => {
                    return Err(Fault::new(
                        range.clone(),
                        "tests with `is` are not available here",
                        "expected a comparison, as in `a < b`",
                    ));
                }
                Token::Operator("**") => {
                    return Err(Fault::new(
                        range.clone(),
                        "powers are not available here",
                        "expected `x * x`",
                    ));
                }
                Token::Operator("=") if !self.names_argument(index) => {
                    return Err(Fault::new(range.clone(), "one `=` compares nothing", "expected `==`"));
                }
                Token::Unclosed => {
                    return Err(Fault::new(
                        range.clone(),
                        "this quote is never closed",
                        "expected a closing quote",
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the token before an `=` names an argument: `round(digits=2)`.
    fn names_argument(&self, equals: usize) -> bool {
        let opens = equals.checked_sub(2).and_then(|at| self.tokens.get(at));
        opens.is_some_and(|(_, range)| matches!(&self.text[range.clone()], "(" | ","))
    }

    /// The text for minijinja, with a variable for each name, and the way back to the places of this text.
    fn rewritten(&self) -> (String, Vec<(usize, usize)>) {
        let (mut text, mut places, mut copied, mut count) = (String::new(), vec![(0, 0)], 0, 0);
        for (token, range) in &self.tokens {
            if !matches!(token, Token::Chain(_)) {
                continue;
            }
            text.push_str(&self.text[copied..range.start]);
            places.push((text.len(), range.start));
            text.push_str(&format!("v{count}"));
            places.push((text.len(), range.end));
            (copied, count) = (range.end, count + 1);
        }
        text.push_str(&self.text[copied..]);
        (text, places)
    }

    fn compile(&self) -> Result<(), Fault> {
        let (text, places) = self.rewritten();
        match ENVIRONMENT.compile_expression(&text) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.fault(&error, &places, "this expression cannot be read")),
        }
    }

    fn fault(&self, error: &Error, places: &[(usize, usize)], message: &str) -> Fault {
        let place = |offset: usize| {
            let index = places.partition_point(|&(rewritten, _)| rewritten <= offset).saturating_sub(1);
            let (rewritten, original) = places[index];
            let place = (original + offset - rewritten).min(self.text.len());
            self.text.floor_char_boundary(place)
        };
        let whole = 0..self.text.len();
        let range = match error.range() {
            Some(range) if range.start < range.end => place(range.start)..place(range.end),
            _ => whole.clone(),
        };
        let range = if range.start < range.end { range } else { whole };
        let fault = Fault::new(range, message, error.detail().unwrap_or("not understood"));
        let filtered = self.tokens.iter().any(|(token, _)| *token == Token::Filter);
        if filtered && fault.label.contains("string") {
            return fault.hint("a filter takes what stands right before it: write `(a / b) | times`");
        }
        fault
    }

    /// The names in it, in order.
    pub fn chains(&self) -> impl Iterator<Item = &[Link]> {
        self.tokens.iter().filter_map(|(token, _)| match token {
            Token::Chain(links) => Some(links.as_slice()),
            _ => None,
        })
    }

    /// The value, and the names that stand for no number (a run that diverged).
    ///
    /// # Errors
    /// An unknown name, or an operation that does not fit its operands.
    pub fn evaluate(&self, roots: &Roots) -> Result<(Value, Vec<String>), Fault> {
        let mut variables: BTreeMap<String, Value> = BTreeMap::new();
        let mut missing = Vec::new();
        for (index, (token, range)) in self.tokens.iter().enumerate() {
            let Token::Chain(links) = token else { continue };
            let value = resolve(roots, links, self.wants_list(index))?;
            if holds_nan(&value) {
                missing.push(self.text[range.clone()].to_owned());
            }
            variables.insert(format!("v{}", variables.len()), value);
        }
        let (text, places) = self.rewritten();
        let fault = |error: Error| self.fault(&error, &places, "this expression has no value");
        let value =
            ENVIRONMENT.compile_expression(&text).and_then(|compiled| compiled.eval(Value::from(variables)));
        value.map(|value| (value, missing)).map_err(fault)
    }

    /// Whether the name that is token `index` is followed by what works on lists, or the only argument of it.
    fn wants_list(&self, index: usize) -> bool {
        let token = |at: Option<usize>| at.and_then(|at| self.tokens.get(at));
        let text = |at: Option<usize>| token(at).map_or("", |(_, range)| &self.text[range.clone()]);
        match text(Some(index + 1)) {
            "[" => true,
            "|" => LIST_FILTERS.contains(&text(Some(index + 2))),
            ")" => text(index.checked_sub(1)) == "(" && LIST_FILTERS.contains(&text(index.checked_sub(2))),
            _ => false,
        }
    }

    /// What has no place in a claim: a text is above every number in an order that means nothing, and filters
    /// that dress a number for prose make texts.
    pub fn check_claim(&self) -> Option<Fault> {
        const DRESSING: [&str; 7] = ["join", "percent", "round", "sci", "si", "signed", "times"];
        self.tokens.iter().enumerate().find_map(|(index, (token, range))| {
            let text = &self.text[range.clone()];
            let filter = index > 0 && self.text[self.tokens[index - 1].1.clone()] == *"|";
            let dressing = (filter || *token == Token::Filter) && DRESSING.contains(&text);
            let quoted = *token == Token::Literal && text.starts_with(['"', '\'']);
            let keyword = *token == Token::Keyword && matches!(text, "none" | "if" | "else");
            let label = match (dressing, quoted, keyword) {
                (true, ..) => "makes a text for prose",
                (_, true, _) => "a text, where claims compare numbers",
                (.., true) => "no part of a comparison",
                _ => return None,
            };
            Some(Fault::new(range.clone(), format!("`{text}` cannot stand in a claim"), label))
        })
    }

    /// The two sides of the comparison that the whole expression is, if it is one.
    pub fn sides(&self) -> Option<(&'t str, &'t str)> {
        let mut depth = 0;
        let mut found = None;
        for (token, range) in &self.tokens {
            match (&self.text[range.clone()], token) {
                ("(" | "[" | "{", Token::Other) => depth += 1,
                (")" | "]" | "}", Token::Other) => depth -= 1,
                ("and" | "or" | "not" | "in" | "is" | "if", Token::Keyword) if depth == 0 => return None,
                (_, Token::Operator(operator)) if depth == 0 && *operator != "=" => {
                    let earlier = found.replace(range.clone());
                    if earlier.is_some() {
                        return None;
                    }
                }
                _ => {}
            }
        }
        found.map(|range| (&self.text[..range.start], &self.text[range.end..]))
    }
}

/// Whether a number, or any in a list, does not exist.
fn holds_nan(value: &Value) -> bool {
    if let Ok(number) = f64::try_from(value.clone()) {
        return number.is_nan();
    }
    value.kind() == minijinja::value::ValueKind::Seq
        && value.try_iter().is_ok_and(|mut items| items.any(|item| holds_nan(&item)))
}

/// A claim's truth, or what it is instead.
pub fn truth(value: &Value) -> Result<bool, String> {
    match value.kind() {
        ValueKind::Bool => Ok(value.is_true()),
        _ => Err(super::environment::shown(value).unwrap_or_else(|_| value.kind().to_string())),
    }
}
