//! One expression: what is wrong with it, which names it has, and its value once they are found.
//!
//! A name is taken with all that hangs on it (`adam.train_loss.sd`, `dev_loss[10]`), since a number has statistics and a metric is
//! a number or a curve by where it stands.

use std::ops::Range;

use super::calls::{FILTERS, FORMATS, FUNCTIONS, LIST_FILTERS, signature};
use super::resolve::{Fault, Roots, resolve, unknown};
use super::token::{Link, Name, Token, tokens};
use super::tree::{Tree, expected};
use super::value::Value;

/// Operators of other languages and of print, longer ones first, and what to write here.
const SYMBOLS: [(&str, &str); 14] = [
    ("===", "=="),
    ("&&", "and"),
    ("||", "or"),
    ("=>", ">="),
    ("=<", "<="),
    ("<>", "!="),
    ("≥", ">="),
    ("≤", "<="),
    ("≠", "!="),
    ("≈", "within(a, b, 0.01)"),
    ("−", "-"),
    ("×", "*"),
    ("·", "*"),
    ("^", "pow(x, 2)"),
];

/// The longest expression, in bytes.
const MAX_LENGTH: usize = 1000;

/// An expression with its names pointed out, known to be well formed.
#[derive(Debug)]
pub(super) struct Expression<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<(Token, Range<usize>)>,
    pub(super) tree: Tree,
}

/// How other languages call what formats a number.
const FORMATTERS: [&str; 6] = ["fixed", "float", "format", "int", "string", "tofixed"];

/// Returns the fault of a filter that is none: a function, or what other languages format numbers by.
fn no_filter(link: &Link, name: &str) -> Fault {
    let fault = unknown(link, &FILTERS, "there is no filter");
    let label = if FORMATTERS.contains(&name.to_lowercase().as_str()) {
        "expected one such as `round(2)` or `percent(1)`".to_owned()
    } else if FUNCTIONS.contains(&name) {
        format!("`{name}` is a function: `{name}(VALUE)`")
    } else {
        return fault;
    };
    Fault { label, hints: vec![], ..fault }
}

impl<'t> Expression<'t> {
    /// Reads an expression.
    ///
    /// # Errors
    /// The first fault that can be seen without any result: syntax, an unknown filter or function.
    pub(super) fn parse(text: &'t str) -> Result<Self, Fault> {
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
        let mut expression = Expression { text, tokens: tokens(text), tree: Tree::default() };
        expression.check_symbols()?;
        expression.check_calls()?;
        expression.check_numbers()?;
        expression.check_absolute()?;
        expression.check_comparisons()?;
        expression.tree = Tree::read(text, &expression.tokens)?;
        expression.check_arguments()?;
        Ok(expression)
    }

    /// Returns how many arguments each call has, and that nothing follows a filter that makes a text. Of an expression that
    /// was read, so parentheses come in pairs.
    fn check_arguments(&self) -> Result<(), Fault> {
        for (index, (token, range)) in self.tokens.iter().enumerate() {
            let filter = *token == Token::Filter;
            if !filter && *token != Token::Function {
                continue;
            }
            let name = &self.text[range.clone()];
            let (given, end) = self.arguments(index + 1);
            let (usage, least, most) = signature(name, filter);
            if !(least..=most).contains(&given) {
                let arguments = if given == 1 { "argument" } else { "arguments" };
                let message = format!("`{name}` is given {given} {arguments}");
                let fault = Fault::new(range.clone(), message, expected(usage));
                return Err(match self.comma_in_call(index + 1, end).filter(|_| given > most) {
                    Some(number) => fault.hint(format!("decimals have a point: write `{number}`")),
                    None => fault,
                });
            }
            let followed = self.tokens.get(end).is_some_and(|(_, range)| self.text[range.clone()] == *"|");
            if filter && FORMATS.contains(&name) && followed {
                let message = format!("`{name}` makes a text, which no other filter takes");
                return Err(Fault::new(range.clone(), message, "a filter that formats must be the last one"));
            }
        }
        Ok(())
    }

    /// Returns how many arguments there are from the `(` that is token `open`, if it is one, and the token after its `)`.
    pub(super) fn arguments(&self, open: usize) -> (usize, usize) {
        let text = |at: usize| self.tokens.get(at).map_or("", |(_, range)| &self.text[range.clone()]);
        if text(open) != "(" {
            return (0, open);
        }
        let (mut depth, mut count, mut at) = (0, 0, open);
        while at < self.tokens.len() {
            match text(at) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            // Each argument ends before a comma or the closing parenthesis; a last comma ends none.
            let ends = depth == 1 && text(at) == "," || depth == 0;
            count += usize::from(ends && !matches!(text(at - 1), "(" | ","));
            at += 1;
            if depth == 0 {
                break;
            }
        }
        (count, at)
    }

    /// Finds operators as other languages write them.
    fn check_symbols(&self) -> Result<(), Fault> {
        for (token, range) in &self.tokens {
            let symbol = || SYMBOLS.iter().find(|(theirs, _)| self.text[range.start..].starts_with(theirs));
            let (Token::Operator(_) | Token::Other, Some((theirs, ours))) = (token, symbol()) else {
                continue;
            };
            let message = format!("`{theirs}` is not known here");
            return Err(Fault::new(
                range.start..range.start + theirs.len(),
                message,
                format!("expected `{ours}`"),
            ));
        }
        Ok(())
    }

    fn check_calls(&self) -> Result<(), Fault> {
        for (index, (token, range)) in self.tokens.iter().enumerate() {
            let link =
                || Link { name: Name::Word(self.text[range.clone()].to_owned()), range: range.clone() };
            match token {
                Token::Filter if !FILTERS.contains(&&self.text[range.clone()]) => {
                    return Err(no_filter(&link(), &self.text[range.clone()]));
                }
                Token::Function if !FUNCTIONS.contains(&&self.text[range.clone()]) => {
                    let name = &self.text[range.clone()];
                    let fault = unknown(&link(), &FUNCTIONS, "there is no function");
                    return Err(match FILTERS.contains(&name) {
                        true => Fault {
                            label: format!("`{name}` is a filter: `VALUE | {name}`"),
                            hints: vec![],
                            ..fault
                        },
                        false => fault,
                    });
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
                        "expected `pow(x, 2)`",
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

    /// Returns a comparison of a comparison compares true or false with a number.
    fn check_comparisons(&self) -> Result<(), Fault> {
        let mut compared = vec![false];
        for (token, range) in &self.tokens {
            let depth = compared.len() - 1;
            match (token, &self.text[range.clone()]) {
                (Token::Other, "(" | "[" | "{") => compared.push(false),
                (Token::Other, ")" | "]" | "}") if depth > 0 => {
                    compared.pop();
                }
                (Token::Keyword, "and" | "or" | "if" | "else") | (Token::Other, "," | ":") => {
                    compared[depth] = false;
                }
                (Token::Operator(operator), _)
                    if !matches!(*operator, "=" | "**") && std::mem::replace(&mut compared[depth], true) =>
                {
                    return Err(Fault::new(
                        range.clone(),
                        "two comparisons in a row",
                        "expected `and` between them, as in `a < b and b < c`",
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns whether the token before an `=` names an argument: `round(digits=2)`.
    fn names_argument(&self, equals: usize) -> bool {
        let opens = equals.checked_sub(2).and_then(|at| self.tokens.get(at));
        opens.is_some_and(|(_, range)| matches!(&self.text[range.clone()], "(" | ","))
    }

    /// Returns the names in it, in order, each with whether it stands for the whole of its curve.
    pub(super) fn chains(&self) -> impl Iterator<Item = (&[Link], bool)> {
        self.tokens.iter().enumerate().filter_map(|(index, (token, _))| match token {
            Token::Chain(links) => Some((links.as_slice(), self.wants_list(index))),
            _ => None,
        })
    }

    /// Returns the only name in it, with no arithmetic beside it.
    pub(super) fn only_chain(&self) -> Option<(&[Link], bool)> {
        let calculates = self.tokens.iter().any(|(token, range)| {
            matches!(token, Token::Keyword | Token::Operator(_) | Token::Function)
                || *token == Token::Other && matches!(&self.text[range.clone()], "+" | "-" | "*" | "/" | "%")
        });
        let mut chains = self.chains();
        let first = chains.next().filter(|_| !calculates)?;
        chains.next().is_none().then_some(first)
    }

    /// Looks up each of its names by `find`, which gives nothing for what only the runs can tell. Whether
    /// the expression can be tried before they have run: what is wrong then is wrong whatever the numbers are.
    ///
    /// # Errors
    /// What is wrong with any of the names.
    pub(super) fn check_names(
        &self,
        find: impl Fn(&[Link], bool) -> Result<Value, Fault>,
    ) -> Result<bool, Vec<Fault>> {
        let (mut faults, mut known) = (Vec::new(), true);
        for (links, as_list) in self.chains() {
            match find(links, as_list) {
                Ok(value) => known &= !matches!(value, Value::Nothing),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(known && self.is_plain()) } else { Err(faults) }
    }

    /// Returns whether no number decides whether the expression has a value, as an index that is computed does.
    fn is_plain(&self) -> bool {
        !self.tokens.iter().any(|(token, range)| *token == Token::Other && self.text[range.clone()] == *"[")
    }

    /// Returns how its value reads in prose.
    ///
    /// # Errors
    /// A value that is neither number, text, truth nor a list of them.
    pub(super) fn show(&self, value: &Value) -> Result<String, Fault> {
        let said = |said| Fault::new(0..self.text.len(), "this expression gives nothing to show", said);
        value.shown().map_err(said)
    }

    /// Returns the value, and the names that stand for no number (a run that diverged).
    ///
    /// # Errors
    /// An unknown name, or an operation that does not fit its operands.
    pub(super) fn evaluate(&self, roots: &Roots) -> Result<(Value, Vec<String>), Fault> {
        self.evaluate_with(|links, as_list| resolve(roots, links, as_list))
    }

    /// Does the same with each name looked up by `find`.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub(super) fn evaluate_with(
        &self,
        find: impl Fn(&[Link], bool) -> Result<Value, Fault>,
    ) -> Result<(Value, Vec<String>), Fault> {
        let (mut values, mut missing) = (Vec::new(), Vec::new());
        for (index, (token, range)) in self.tokens.iter().enumerate() {
            let Token::Chain(links) = token else { continue };
            let value = find(links, self.wants_list(index))?;
            if holds_nan(&value) {
                missing.push(self.text[range.clone()].to_owned());
            }
            values.push(value);
        }
        Ok((self.calculate(&values)?, missing))
    }

    /// Returns the value, given those of its names in order.
    ///
    /// # Errors
    /// An operation that does not fit its operands.
    pub(super) fn calculate(&self, values: &[Value]) -> Result<Value, Fault> {
        self.tree.value(values)
    }

    /// Returns whether the name that is token `index` is followed by what works on lists, or the only argument of it.
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
}

/// Returns whether a number, or any in a list, does not exist.
pub(super) fn holds_nan(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_nan(),
        list => list.list().is_ok_and(|items| items.iter().any(holds_nan)),
    }
}
