//! Whether what an expression calculates is a share of a whole, as each of its operands and calls has it.

use super::expression::Expression;
use super::token::Token;

/// What a part of an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A number that its author wrote: of a share it takes another share, and makes a multiple of one.
    Number,
    /// A share of a whole.
    Share,
    /// Anything else.
    Other,
}

/// Functions and filters whose result is in the unit of what they are given.
const KEEPING: [&str; 7] = ["abs", "first", "last", "max", "mean", "min", "smooth"];

/// The function that counts how often a curve rises: a share, of whatever curve.
const RISES: &str = "rises";

/// Returns whether an expression is a share of a whole: a metric that is one by `is_share`, which is given its name with what hangs
/// on it, or what becomes of such by sums, differences, numbers before them and functions that keep a unit. None where nothing in it
/// is measured.
pub fn share(text: &str, is_share: impl Fn(&str) -> bool) -> Option<bool> {
    let expression = Expression::parse(text).ok()?;
    let mut reader = Reader { expression: &expression, at: 0, is_share: &is_share };
    let part = reader.sum();
    match if reader.at < expression.tokens.len() { Part::Other } else { part } {
        Part::Number => None,
        Part::Share => Some(true),
        // In `true` nothing is measured either.
        Part::Other => expression.chains().next().map(|_| false),
    }
}

/// Reads an expression from left to right. Where it meets what has no unit, such as a comparison, it stays there.
struct Reader<'e> {
    expression: &'e Expression<'e>,
    /// The next token.
    at: usize,
    is_share: &'e dyn Fn(&str) -> bool,
}

impl<'e> Reader<'e> {
    fn text(&self) -> &'e str {
        let token = self.expression.tokens.get(self.at);
        token.map_or("", |(_, range)| &self.expression.text[range.clone()])
    }

    /// Steps over the next token if it is one of these, and returns which.
    fn take(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let found = words.iter().find(|word| **word == self.text()).copied();
        self.at += usize::from(found.is_some());
        found
    }

    /// Reads what is added up.
    fn sum(&mut self) -> Part {
        let mut all = self.product();
        while self.take(&["+", "-"]).is_some() {
            all = joined(all, self.product());
        }
        all
    }

    /// Reads what is multiplied: of shares there is none left, a multiple of one is one.
    fn product(&mut self) -> Part {
        let mut all = self.operand();
        while let Some(operator) = self.take(&["*", "/"]) {
            all = match (all, operator, self.operand()) {
                (part, _, Part::Number) | (Part::Number, "*", part) => part,
                _ => Part::Other,
            };
        }
        all
    }

    /// Reads a number, a name, a call or what is in parentheses, with the parts of lists and the filters behind it.
    fn operand(&mut self) -> Part {
        while self.take(&["-", "+"]).is_some() {}
        let (token, text) = (self.expression.tokens.get(self.at).map(|(token, _)| token), self.text());
        let mut part = match token {
            Some(Token::Literal) if text.starts_with(|c: char| c.is_ascii_digit()) => {
                self.at += 1;
                Part::Number
            }
            Some(Token::Chain(_)) => {
                self.at += 1;
                if (self.is_share)(text) { Part::Share } else { Part::Other }
            }
            Some(Token::Function) => {
                self.at += 1;
                let given = self.arguments();
                called(text, given)
            }
            _ if text == "(" => self.arguments(),
            _ => return Part::Other,
        };
        loop {
            match self.take(&["[", "|"]) {
                Some("[") => self.skip_index(),
                Some(_) => {
                    let filter = self.text();
                    self.at += 1;
                    self.at = self.expression.arguments(self.at).1;
                    part = called(filter, part);
                }
                None => return part,
            }
        }
    }

    /// Reads what stands in parentheses, several arguments being together what all of them are.
    fn arguments(&mut self) -> Part {
        let end = self.expression.arguments(self.at).1;
        self.at += 1;
        let mut all = self.sum();
        while self.take(&[","]).is_some() {
            all = joined(all, self.sum());
        }
        let whole = self.take(&[")"]).is_some() && self.at == end;
        self.at = end;
        if whole { all } else { Part::Other }
    }

    /// Steps behind the `]` that closes the `[` before.
    fn skip_index(&mut self) {
        let mut depth = 1;
        while depth > 0 && self.at < self.expression.tokens.len() {
            depth += i32::from(self.text() == "[") - i32::from(self.text() == "]");
            self.at += 1;
        }
    }
}

/// Returns what a function or filter makes of what it is given.
fn called(name: &str, given: Part) -> Part {
    match name {
        RISES => Part::Share,
        name if KEEPING.contains(&name) => given,
        _ => Part::Other,
    }
}

/// Returns what a sum, or the greatest, of two parts is.
fn joined(one: Part, other: Part) -> Part {
    match (one, other) {
        (Part::Number, part) | (part, Part::Number) => part,
        (Part::Share, Part::Share) => Part::Share,
        _ => Part::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<bool> {
        share(text, |name| name.contains("error"))
    }

    #[test]
    fn a_product_of_shares_is_no_share() {
        assert_eq!(of("a.dev_error - b.dev_error"), Some(true));
        assert_eq!(of("2 * (a.dev_error + 0.1)"), Some(true));
        assert_eq!(of("-(a.dev_error + 0.1) / 2"), Some(true));
        assert_eq!(of("a.dev_error * b.dev_error"), Some(false));
        assert_eq!(of("a.dev_error / b.dev_error"), Some(false));
        assert_eq!(of("1 / a.dev_error"), Some(false));
        assert_eq!(of("a.dev_error - a.loss"), Some(false));
        assert_eq!(of("a.dev_error ~ b.dev_error"), Some(false));
        assert_eq!(of("a.dev_error if a.loss > 1 else b.dev_error"), Some(false));
        assert_eq!(
            (of("0.5"), of("2 * (1 - 0.5)"), of("a.dev_error <"), of("true")),
            (None, None, None, None)
        );
    }

    #[test]
    fn functions_keep_a_share_or_make_another_number_of_it() {
        assert_eq!(of("max(a.dev_error, b.dev_error) - 0.03"), Some(true));
        assert_eq!(of("mean(a.dev_error[30:]) - a.errors[a.best_epoch]"), Some(true));
        assert_eq!(of("sqrt(a.dev_error)"), Some(false));
        assert_eq!(of("max(a.dev_error, a.loss)"), Some(false));
        assert_eq!(of("rises(a.loss[:30])"), Some(true));
        assert_eq!(of("rises(mean(a.loss)) - rises(b.loss)"), Some(true));
        assert_eq!(of("rises(a.loss) * b.loss"), Some(false));
        assert_eq!(of("(a.dev_error | smooth(0.9) | min) - 0.1"), Some(true));
        assert_eq!((of("a.dev_error | length"), of("a.loss | rises")), (Some(false), Some(true)));
    }
}
