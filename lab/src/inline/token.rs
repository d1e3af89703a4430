//! The names in an expression, found without understanding the rest of it.

use std::ops::Range;

/// A part of an expression, with its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name with what hangs on it by dots and constant indexes: `a.b[0].c`.
    Chain(Vec<Link>),
    /// `| round`
    Filter,
    /// `max(`
    Function,
    /// `is odd`
    Test,
    /// `digits=` in a call.
    Argument,
    Keyword,
    Operator(&'static str),
    /// A number, a text.
    Literal,
    /// A text without its closing quote.
    Unclosed,
    Other,
}

/// A part of a name: a word or an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub name: Name,
    pub range: Range<usize>,
}

impl Link {
    /// Returns the word that it is.
    pub fn word(&self) -> Option<&str> {
        match &self.name {
            Name::Word(word) => Some(word),
            Name::Index(_) => None,
        }
    }
}

/// What a part of a name says.
#[derive(Clone, Debug, PartialEq)]
pub enum Name {
    Word(String),
    Index(i64),
}

const KEYWORDS: [&str; 10] = ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none"];
const OPERATORS: [&str; 8] = ["**", "<=", ">=", "==", "!=", "<", ">", "="];

/// Returns all parts but blanks, in order.
pub(super) fn tokens(text: &str) -> Vec<(Token, Range<usize>)> {
    let mut found: Vec<(Token, Range<usize>)> = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let start = at;
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let token = if first.is_alphabetic() || first == '_' {
            let (token, end) =
                name(text, start, found.last().map(|(token, range)| (token, &text[range.clone()])));
            at = end;
            token
        } else if first.is_ascii_digit() {
            at = number(text, start);
            Token::Literal
        } else if matches!(first, '"' | '\'') {
            let (end, closed) = quoted(text, start);
            at = end;
            if closed { Token::Literal } else { Token::Unclosed }
        } else if let Some(operator) =
            OPERATORS.into_iter().find(|operator| text[start..].starts_with(operator))
        {
            at += operator.len();
            Token::Operator(operator)
        } else {
            at += first.len_utf8();
            Token::Other
        };
        found.push((token, start..at));
    }
    found
}

fn name(text: &str, start: usize, before: Option<(&Token, &str)>) -> (Token, usize) {
    let end = word(text, start);
    let next = text[end..].trim_start();
    let token = match before {
        Some((Token::Other, "|")) => Token::Filter,
        Some((Token::Keyword, "is")) if &text[start..end] != "not" => Token::Test,
        _ if KEYWORDS.contains(&&text[start..end]) => Token::Keyword,
        _ if next.starts_with('(') => Token::Function,
        _ if next.starts_with('=') && !next.starts_with("==") => Token::Argument,
        _ => return chain(text, start),
    };
    (token, end)
}

fn chain(text: &str, start: usize) -> (Token, usize) {
    let mut end = word(text, start);
    let mut links = vec![Link { name: Name::Word(text[start..end].to_owned()), range: start..end }];
    loop {
        let rest = &text[end..];
        let (name, range) = if rest.starts_with('.') && word(text, end + 1) > end + 1 {
            let to = word(text, end + 1);
            (Name::Word(text[end + 1..to].to_owned()), end + 1..to)
        } else if let Some((name, length)) = constant_index(rest) {
            (name, end..end + length)
        } else {
            return (Token::Chain(links), end);
        };
        end = range.end;
        links.push(Link { name, range });
    }
}

/// Reads `[3]`, `[-1]`, `["name"]`, with its length.
fn constant_index(text: &str) -> Option<(Name, usize)> {
    let inside = text.strip_prefix('[')?;
    let close = inside.find(']')?;
    let index = inside[..close].trim();
    let name = match index.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(name) => Name::Word(name.to_owned()),
        None => Name::Index(whole(index)?),
    };
    Some((name, close + 2))
}

/// Returns a whole number; one that is too large for any list is as good as the largest.
fn whole(text: &str) -> Option<i64> {
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    text.parse().map_or_else(
        |error: std::num::ParseIntError| match error.kind() {
            PosOverflow => Some(i64::MAX),
            NegOverflow => Some(i64::MIN),
            _ => None,
        },
        Some,
    )
}

fn word(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    start + rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len())
}

fn number(text: &str, start: usize) -> usize {
    let mut exponent = false;
    let mut last = '0';
    for (at, letter) in text[start..].char_indices() {
        let sign = matches!(letter, '+' | '-') && exponent && matches!(last, 'e' | 'E');
        if !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_') || sign) {
            return start + at;
        }
        exponent |= matches!(letter, 'e' | 'E');
        last = letter;
    }
    text.len()
}

fn quoted(text: &str, start: usize) -> (usize, bool) {
    let mut letters = text[start..].char_indices();
    let quote = letters.next().map(|(_, quote)| quote);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                letters.next();
            }
            letter if Some(letter) == quote => return (start + at + 1, true),
            _ => {}
        }
    }
    (text.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        tokens(text)
            .into_iter()
            .map(|(token, range)| {
                let kind = match token {
                    Token::Chain(links) => format!("chain{}", links.len()),
                    Token::Operator(_) => "operator".to_owned(),
                    token => format!("{token:?}").to_lowercase(),
                };
                format!("{kind} {}", &text[range])
            })
            .collect()
    }

    #[test]
    fn tells_names_apart_by_where_they_stand() {
        assert_eq!(
            shown("max(a.b[0].sd, 1.5e-3) | round(digits=2) if not x is odd else 'a.b'"),
            [
                "function max",
                "other (",
                "chain4 a.b[0].sd",
                "other ,",
                "literal 1.5e-3",
                "other )",
                "other |",
                "filter round",
                "other (",
                "argument digits",
                "operator =",
                "literal 2",
                "other )",
                "keyword if",
                "keyword not",
                "chain1 x",
                "keyword is",
                "test odd",
                "keyword else",
                "literal 'a.b'"
            ]
        );
        assert_eq!(shown("a[\"x.y\"][-1][i]"), ["chain3 a[\"x.y\"][-1]", "other [", "chain1 i", "other ]"]);
        assert_eq!(shown("1 - 2"), ["literal 1", "other -", "literal 2"]);
        assert_eq!(shown("'it"), ["unclosed 'it"]);
    }
}
