//! What a filter, a percent sign and a comma belong to.
//!
//! Filters that format make texts, with which nothing can be calculated: they mean the whole calculation before them. Other filters
//! take only what stands right before them.

use super::calls::FORMATS;
use super::expression::Expression;
use super::resolve::Fault;
use super::token::Token;

impl Expression<'_> {
    fn word(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |(_, range)| &self.text[range.clone()])
    }

    fn is_operator(&self, index: usize, operators: &[&str]) -> bool {
        matches!(self.tokens.get(index), Some((Token::Other, _))) && operators.contains(&self.word(index))
    }

    /// Returns the token at which the calculation starts that ends before the token `end`, and whether it has any of these
    /// operators.
    fn calculation(&self, end: usize, operators: &[&str]) -> (usize, bool) {
        let (mut depth, mut start, mut calculates) = (0, end, false);
        while start > 0 {
            let (token, word) = (&self.tokens[start - 1].0, self.word(start - 1));
            match word {
                ")" | "]" | "}" if *token == Token::Other => depth += 1,
                "(" | "[" | "{" if *token == Token::Other && depth > 0 => depth -= 1,
                "(" | "[" | "{" | "," | ":" | "~" if *token == Token::Other && depth == 0 => break,
                _ if depth == 0 && matches!(token, Token::Keyword | Token::Operator(_)) => break,
                _ if depth == 0 => calculates |= self.is_operator(start - 1, operators),
                _ => {}
            }
            start -= 1;
        }
        (start, calculates)
    }

    /// Refuses what is calculated or compared with the text that a filter makes: `a | round(1) * 100` would repeat it.
    pub(super) fn check_texts(&self) -> Result<(), Fault> {
        for (index, (token, range)) in self.tokens.iter().enumerate() {
            let name = &self.text[range.clone()];
            if index < 2 || *token != Token::Filter || !FORMATS.contains(&name) {
                continue;
            }
            if self.calculates_around(index - 1, self.arguments(index + 1).1) {
                let message = format!("`{name}` makes a text, with which nothing is calculated or compared");
                return Err(Fault::new(range.clone(), message, "a filter that formats must be the last one"));
            }
        }
        Ok(())
    }

    /// Returns whether something is calculated or compared with what a filter makes, whose `|` is the token `bar` and behind
    /// which stands the token `after`.
    fn calculates_around(&self, bar: usize, after: usize) -> bool {
        const CALCULATES: [&str; 5] = ["+", "-", "*", "/", "%"];
        let (mut first, _) = self.calculation(bar, &CALCULATES);
        let mut after = after;
        while first > 0 && self.is_operator(first - 1, &["("]) && self.is_operator(after, &[")"]) {
            // Of a call it is an argument.
            if first > 1 && matches!(self.tokens[first - 2].0, Token::Function | Token::Filter) {
                return false;
            }
            (first, after) = (first - 1, after + 1);
        }
        let calculates = |index: usize| {
            self.is_operator(index, &CALCULATES)
                || matches!(self.tokens.get(index), Some((Token::Operator(_), _)))
        };
        calculates(after) || first.checked_sub(1).is_some_and(calculates)
    }

    /// Refuses `a - b | abs` takes the absolute value of b alone, which nobody means.
    pub(super) fn check_absolute(&self) -> Result<(), Fault> {
        for (index, (token, range)) in self.tokens.iter().enumerate() {
            if index < 2 || *token != Token::Filter || &self.text[range.clone()] != "abs" {
                continue;
            }
            let (start, calculates) = self.calculation(index - 1, &["+", "-"]);
            if calculates {
                let whole = self.tokens[start].1.start..self.tokens[index - 2].1.end;
                let fault =
                    Fault::new(range.clone(), "`abs` takes only what stands right before it", "of what?");
                return Err(fault.hint(format!("write `abs({})`, if all of it is meant", &self.text[whole])));
            }
        }
        Ok(())
    }

    /// Returns a number between two tokens that seems to have been written with a comma, with a point in its place.
    pub(super) fn comma_in_call(&self, start: usize, end: usize) -> Option<String> {
        let part = |index: usize| self.tokens.get(index).map(|(token, range)| (token, range.clone()));
        (start..end).find_map(|index| {
            let (whole, comma, rest) = (part(index)?, part(index + 1)?, part(index + 2)?);
            let adjacent = whole.1.end == comma.1.start && comma.1.end == rest.1.start;
            let numbers =
                *whole.0 == Token::Literal && *rest.0 == Token::Literal && self.word(index + 1) == ",";
            (adjacent && numbers).then(|| self.text[whole.1.start..rest.1.end].replacen(',', ".", 1))
        })
    }

    /// Refuses numbers as they are written in prose: `95%`, `0,95`.
    pub(super) fn check_numbers(&self) -> Result<(), Fault> {
        let is_number = |index: usize| {
            matches!(self.tokens.get(index), Some((Token::Literal, _)))
                && self.word(index).starts_with(|c: char| c.is_ascii_digit())
        };
        let adjacent = |index: usize| self.tokens[index].1.end == self.tokens[index + 1].1.start;
        let mut opened: Vec<usize> = Vec::new();
        for index in 0..self.tokens.len() {
            match self.word(index) {
                "(" | "[" | "{" => opened.push(index),
                ")" | "]" | "}" => {
                    opened.pop();
                }
                _ => {}
            }
            if !is_number(index) || index + 1 >= self.tokens.len() || !adjacent(index) {
                continue;
            }
            let start = self.tokens[index].1.start;
            let operand = matches!(
                self.tokens.get(index + 2),
                Some((Token::Literal | Token::Chain(_) | Token::Function, _))
            ) || self.word(index + 2) == "(";
            if self.word(index + 1) == "%" && !operand {
                let written = start..self.tokens[index + 1].1.end;
                let message = format!("`{}` is no number here", &self.text[written.clone()]);
                let share = self.word(index).parse::<f64>().map(|percent| (percent * 1e9).round() / 1e11);
                let label = share
                    .map_or_else(|_| "expected a number".to_owned(), |share| format!("expected `{share}`"));
                return Err(Fault::new(written, message, label));
            }
            // Between the arguments of a call a comma may be meant.
            if self.word(index + 1) == "," && opened.is_empty() && is_number(index + 2) && adjacent(index + 1)
            {
                let written = start..self.tokens[index + 2].1.end;
                let message = format!("`{}` is no number here", &self.text[written.clone()]);
                let (whole, rest) = (self.word(index), self.word(index + 2));
                // Thousands may be parted by points, or by the comma itself.
                let label = match rest.len() == 3 && !whole.contains('.') && whole != "0" {
                    true => format!(
                        "expected `{whole}{rest}`, or `{whole}.{rest}` where the comma parts decimals"
                    ),
                    false => format!("expected `{}.{rest}`: decimals have a point", whole.replace('.', "")),
                };
                return Err(Fault::new(written, message, label));
            }
        }
        Ok(())
    }
}
