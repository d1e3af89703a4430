//! What serde found wrong, and how that is said to an author.

use std::fmt::{self, Display};

use serde::de::{Expected, Unexpected};

use super::commas::unspaced_commas;
use super::meant::{chosen, named_choice, rewrite, several};
use super::unknown::unknown;
use super::{Node, Value};
use crate::diagnostic::{Diagnostic, Span, counted};

/// An error of decoding, with the way from the root to where it happened.
#[derive(Debug)]
pub(super) struct Error {
    pub kind: Kind,
    /// Indices of entries and items; innermost first while the error travels up.
    pub path: Vec<usize>,
    /// The key at the end of the path is wrong, not its value.
    pub on_key: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    UnknownSetting {
        name: String,
        known: Vec<&'static str>,
    },
    UnknownChoice {
        name: String,
        known: Vec<&'static str>,
    },
    Missing(&'static str),
    /// A choice written bare that needs a value: `constant` for `{constant: 0.1}`.
    NeedsValue(String),
    /// A choice that takes no settings was given some.
    TakesNothing(String),
    SeveralChoices(Vec<String>),
    Mismatch {
        expected: String,
    },
    Length {
        length: usize,
        expected: String,
    },
    Custom(String),
}

impl Error {
    /// Makes an error at the value that is being decoded.
    pub(super) fn new(kind: Kind) -> Self {
        Error { kind, path: Vec::new(), on_key: false }
    }

    /// Returns the same error seen from one level up.
    pub(super) fn inside(mut self, index: usize) -> Self {
        self.path.push(index);
        self
    }

    /// Moves the error to the key of that entry.
    pub(super) fn on_key(mut self, index: usize) -> Self {
        self.on_key = true;
        self.inside(index)
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Error::new(Kind::Custom(message.to_string()))
    }

    fn invalid_type(_: Unexpected, expected: &dyn Expected) -> Self {
        Error::new(Kind::Mismatch { expected: in_words(&expected.to_string()) })
    }

    fn invalid_value(_: Unexpected, expected: &dyn Expected) -> Self {
        Error::new(Kind::Mismatch { expected: in_words(&expected.to_string()) })
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Error::new(Kind::Length { length, expected: in_words(&expected.to_string()) })
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Error::new(Kind::UnknownChoice { name: name.to_owned(), known: known.to_vec() })
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Error::new(Kind::UnknownSetting { name: name.to_owned(), known: known.to_vec() })
    }

    fn missing_field(name: &'static str) -> Self {
        Error::new(Kind::Missing(name))
    }
}

/// Puts serde's names of types in an author's words.
fn in_words(expected: &str) -> String {
    match expected {
        "f32" | "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "a boolean" => "`true` or `false`",
        "a string" | "string" | "a borrowed string" => "text",
        "a sequence" => "a list",
        "unit" => "nothing",
        other => match other.split_once(' ') {
            Some(("struct", _)) => "settings (`name: value`)",
            Some(("enum", _)) => "a choice",
            _ if other == "a map" => "settings (`name: value`)",
            _ => other,
        },
    }
    .to_owned()
}

/// Returns the error as shown to the author. `path` leads from `root` to the place; `also` are settings that the root knows
/// besides those of its type.
pub(super) fn diagnostic(error: &Error, root: &Node, path: &[usize], also: &[&str]) -> Diagnostic {
    let (name, node) = describe(root, path);
    let span = match error.on_key {
        true => root.locate_key(&name),
        false => root.locate(&name),
    };
    let parent = || describe(root, &path[..path.len().saturating_sub(1)]).0;
    match &error.kind {
        Kind::UnknownSetting { name, known } => {
            let mut known = known.clone();
            if path.len() == 1 {
                // A kind's own axis may be called as the setting that it varies.
                known.extend(also.iter().filter(|also| !known.contains(also)).copied().collect::<Vec<_>>());
            }
            unknown(Diagnostic::error(format!("unknown setting `{name}`"), span), name, &known, &parent())
        }
        Kind::UnknownChoice { name: choice, known } => {
            let setting = if error.on_key { parent() } else { name.clone() };
            let message = match setting.as_str() {
                "" => format!("unknown choice `{}`", short(choice)),
                setting => format!("`{setting}` has no choice `{}`", short(choice)),
            };
            let error = Diagnostic::error(message, span);
            match chosen(choice, known, describe(root, &path[..path.len().saturating_sub(1)]).1) {
                Some(label) => error.label(label),
                None => unknown(error, choice, known, &setting),
            }
        }
        Kind::Missing(missing) => {
            let message = match name.as_str() {
                "" => format!("`{missing}` is missing"),
                name => format!("`{name}` lacks `{missing}`"),
            };
            Diagnostic::error(message, span).label(format!("expected `{missing}: ...` in here"))
        }
        Kind::NeedsValue(choice) => Diagnostic::error(format!("the choice `{choice}` needs a value"), span)
            .label(format!("expected `{{{choice}: ...}}`")),
        Kind::TakesNothing(choice) => {
            Diagnostic::error(format!("the choice `{choice}` takes no settings"), span)
                .label(format!("expected just `{choice}`"))
        }
        Kind::SeveralChoices(names) => {
            let message = match names.as_slice() {
                [] => format!("`{name}` names no choice"),
                names => format!("`{name}` names {} choices: {}", names.len(), listed(names)),
            };
            let error = Diagnostic::error(message, span);
            match named_choice(node) {
                Some(choice) => error.label(format!("expected `{{{choice}: {{...}}}}`, its settings within")),
                None => error.label("expected one choice, as in `{adam: {beta1: 0.9}}`"),
            }
        }
        Kind::Mismatch { expected } => mismatch(&name, node, expected, span),
        Kind::Length { length, expected } => {
            let of = if name.is_empty() { "this list" } else { &format!("`{name}`") };
            let error = Diagnostic::error(format!("{of} has {}", counted(*length, "value")), span)
                .label(format!("expected {expected}"));
            match unspaced_commas(node) {
                Some(number) => error.hint(format!("decimals are written with a point: `{number}`")),
                None => error,
            }
        }
        Kind::Custom(message) => Diagnostic::error(message.clone(), span),
    }
}

fn mismatch(name: &str, node: &Node, expected: &str, span: Span) -> Diagnostic {
    let message = match (name, &node.value) {
        ("", Value::Null) => "a value is missing".to_owned(),
        ("", _) => format!("this is {}", found(node)),
        (name, Value::Null) => format!("`{name}` has no value"),
        (name, _) => format!("`{name}` is {}", found(node)),
    };
    let expected = match node.value {
        Value::Float(value) if value >= 9e18 && expected.contains("a whole number") => {
            "a smaller number, of 18 digits at most"
        }
        _ => expected,
    };
    let mut diagnostic = Diagnostic::error(message, span).label(format!("expected {expected}"));
    if let Some(hint) = rewrite(name, &node.value, expected) {
        diagnostic = diagnostic.hint(format!("write {hint}"));
    } else if let Some(hint) = several(name, node, expected) {
        diagnostic = diagnostic.hint(hint);
    }
    diagnostic
}

pub(super) fn listed<T: Display>(names: &[T]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn found(node: &Node) -> String {
    match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Integer(value) => format!("the number {value}"),
        Value::Float(value) if value.is_finite() && value.abs() >= 1e15 => format!("the number {value:e}"),
        // `1.0` where 1 would have been right.
        Value::Float(value) => format!("the number {value:?}"),
        Value::Text(text) => format!("the text `{}`", short(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map of settings".to_owned(),
    }
}

pub(super) fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None if line.len() < text.trim_end().len() => format!("{line}..."),
        None => line.to_owned(),
    }
}

/// Returns the dotted name of a place, and what stands there.
pub(super) fn describe<'a>(root: &'a Node, path: &[usize]) -> (String, &'a Node) {
    let (mut name, mut node) = (String::new(), root);
    for &index in path {
        match &node.value {
            Value::Map(entries) if index < entries.len() => {
                let entry = &entries[index];
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(&entry.key);
                node = &entry.value;
            }
            Value::List(items) if index < items.len() => {
                name.push_str(&format!("[{index}]"));
                node = &items[index];
            }
            _ => break,
        }
    }
    (name, node)
}
