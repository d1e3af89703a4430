//! What is wrong, where, and what to do about it: problems as values, many at once.

mod collect;
mod plain;
mod printable;
mod render;

pub use collect::Diagnostics;
pub use gradbook_engine::problem::{Problem, counted, nearest, within};
pub use printable::{printable, printable_lines};
pub use render::Place;

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Which of the [`Sources`] a place is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u32);

/// A range of bytes in one source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    pub source: SourceId,
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// Makes the range from byte `start` to before byte `end` of a file.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        Span { source, start, end }
    }

    /// Returns whether another range lies within this one.
    pub fn holds(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }

    /// Returns a part of this range, given in bytes from its start.
    pub fn part(self, start: usize, end: usize) -> Self {
        Span { source: self.source, start: self.start + start, end: (self.start + end).min(self.end) }
    }
}

/// A file that an author wrote: a lesson, the settings, a table.
#[derive(Clone, Debug)]
pub struct Source {
    /// As shown to the author, relative to where the program was called.
    pub path: String,
    pub text: String,
}

/// All files that a diagnostic may point into.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and returns its number.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.files.push(Source { path: path.into(), text: text.into() });
        SourceId(self.files.len() as u32 - 1)
    }

    /// Returns the file of a number.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.files[id.0 as usize]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    Error,
    Warning,
    /// Worth knowing, nothing to mend.
    Note,
}

impl Severity {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One thing that is wrong, with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Of a lint: what silences it.
    pub code: Option<Box<str>>,
    /// A short sentence: what is wrong.
    pub message: String,
    /// None for what has no place in a file (an empty folder).
    pub span: Option<Span>,
    /// Said at the underlined place: what was expected.
    pub label: String,
    /// Other places that matter, each with what is said there.
    pub also: Vec<(Span, String)>,
    /// What to do, one sentence each.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// Makes an error at a place, if it has one.
    pub fn error(message: impl Into<String>, span: impl Into<Option<Span>>) -> Self {
        Diagnostic {
            severity: Severity::Error,
            code: None,
            message: shortened(&message.into()),
            span: span.into(),
            label: String::new(),
            also: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Makes a warning at a place, if it has one.
    pub fn warning(message: impl Into<String>, span: impl Into<Option<Span>>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(message, span) }
    }

    /// Makes a note at a place, if it has one.
    pub fn note(message: impl Into<String>, span: impl Into<Option<Span>>) -> Self {
        Diagnostic { severity: Severity::Note, ..Diagnostic::error(message, span) }
    }

    /// Says something at the underlined place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = shortened(&label.into());
        self
    }

    /// Adds another place that matters, with what is said there.
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.also.push((span, shortened(&label.into())));
        self
    }

    /// Adds a hint on what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(shortened(&hint.into()));
        self
    }

    /// Returns whether all its places are in that file.
    pub fn is_within(&self, source: SourceId) -> bool {
        let also = self.also.iter().map(|(span, _)| Some(*span));
        [self.span].into_iter().chain(also).all(|span| span.is_some_and(|span| span.source == source))
    }

    /// Returns the same, said of a file that now has another number.
    pub fn moved_to(mut self, source: SourceId) -> Self {
        let places = self.span.iter_mut().chain(self.also.iter_mut().map(|(span, _)| span));
        places.for_each(|span| span.source = source);
        self
    }

    /// Makes a diagnostic of a problem of a setting whose place in a file has been found.
    pub fn at(problem: Problem, span: impl Into<Option<Span>>) -> Self {
        let label = match problem.expected.as_str() {
            "" => String::new(),
            expected => format!("expected {expected}"),
        };
        let hints = problem.hints.iter().map(|hint| shortened(hint)).collect();
        Diagnostic { hints, ..Diagnostic::error(problem.message, span).label(label) }
    }
}

/// What is wrong, and what was expected; not where.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.label.is_empty() { Ok(()) } else { write!(f, ", {}", self.label) }
    }
}

impl Error for Diagnostic {}

/// The longest quotation in a message, in characters.
const LONGEST_QUOTATION: usize = 80;
/// The longest message, in characters.
const LONGEST_MESSAGE: usize = 1000;

/// Returns a message whose quotations, between backticks, are cut where they are long: a value may be a megabyte.
fn shortened(message: &str) -> String {
    let message = with_short_numbers(message);
    if message.len() <= LONGEST_QUOTATION {
        return message;
    }
    let cut = |(index, part): (usize, &str)| match index % 2 == 1 && part.chars().count() > LONGEST_QUOTATION
    {
        true => part.chars().take(LONGEST_QUOTATION - 1).chain(['…']).collect(),
        false => part.to_owned(),
    };
    let parts: Vec<String> = message.split('`').enumerate().map(cut).collect();
    let message = parts.join("`");
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message,
    }
}

/// The most signs of a number: more zeros nobody counts.
const LONGEST_NUMBER: usize = 22;

/// Returns a message whose numbers of many digits are in scientific notation: `1e-60`.
fn with_short_numbers(message: &str) -> String {
    let is_part = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let bytes = message.as_bytes();
    let (mut text, mut copied, mut at) = (String::new(), 0, 0);
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| is_part(**byte)).count();
        let alone = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
        let number = message.get(at..at + length).filter(|_| alone && length > LONGEST_NUMBER);
        if let Some(number) = number.and_then(|digits| digits.parse::<f64>().ok()) {
            text.push_str(&message[copied..at]);
            text.push_str(&format!("{number:e}"));
            copied = at + length;
        }
        at += length.max(1);
    }
    text + &message[copied..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_many_digits_are_cut() {
        let said = |message: &str| Diagnostic::error(message, None).message;
        let zeros = "0".repeat(40);
        assert_eq!(said(&format!("epsilon is 0.{zeros}1, -1{zeros}.")), "epsilon is 1e-41, -1e40");
        for same in ["0.30000000000000004", "18446744073709551615", &format!("a{zeros}"), "é 1.2.3"] {
            assert_eq!(said(same), same);
        }
    }

    #[test]
    fn long_quotations_are_cut() {
        let long = "é".repeat(500);
        let error = Diagnostic::error(format!("unknown kind `{long}` and `b`"), None);
        assert_eq!(error.message, format!("unknown kind `{}…` and `b`", "é".repeat(79)));
        let list = "a, ".repeat(30);
        assert_eq!(Diagnostic::error(list.clone(), None).message, list);
        assert_eq!(Diagnostic::error("x".repeat(5000), None).message.chars().count(), 1001);
    }
}
