//! Settings that may be written in several ways, read from the author's own tree so that every mistake has its place.

use super::block::{Labelled, Written};
use crate::chart::day;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::settings::{Node, Value};

/// Reads settings and collects what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    pub found: Vec<Diagnostic>,
}

/// What other programs call the keys of a figure.
const OF_OTHERS: [(&str, &str); 18] = [
    ("color", "by"),
    ("colour", "by"),
    ("data", "from"),
    ("experiment", "from"),
    ("experiments", "from"),
    ("filter", "where"),
    ("geom", "mark"),
    ("group", "by"),
    ("hue", "by"),
    ("kind", "mark"),
    ("label", "title"),
    ("name", "id"),
    ("of", "from"),
    ("order", "sort"),
    ("plot", "mark"),
    ("range", "domain"),
    ("source", "from"),
    ("type", "mark"),
];

/// The entries of a map, all of them known.
pub(super) struct Keys<'a> {
    node: Option<&'a Node>,
}

impl<'a> Keys<'a> {
    /// Looks through a map for keys that `what` does not have.
    pub(super) fn of(decoder: &mut Decoder, node: &'a Node, known: &[&str], what: &str) -> Keys<'a> {
        if !matches!(node.value, Value::Map(_)) {
            decoder.wrong(node, format!("this {what} is no map"), format!("expected {}", quoted(known)));
            return Keys { node: None };
        }
        for entry in node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let error = Diagnostic::error(format!("a {what} has no `{}`", entry.key), entry.key_span);
            let named = OF_OTHERS.iter().find(|(other, meant)| *other == entry.key && known.contains(meant));
            let is_file = entry.value.as_text().is_some_and(|text| text.contains('.'));
            let meant = named.map(|(_, meant)| if *meant == "from" && is_file { "file" } else { meant });
            decoder.found.push(match meant.or_else(|| nearest(&entry.key, known.iter().copied())) {
                Some(near) => error.label(format!("did you mean `{near}`?")),
                None => error.label("not known here").hint(format!("known here: {}", quoted(known))),
            });
        }
        Keys { node: Some(node) }
    }

    /// Returns the value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.node?.entry(key).map(|entry| &entry.value)
    }
}

impl Decoder {
    /// Notes that a value is not what it should be.
    pub(super) fn wrong(&mut self, node: &Node, message: impl Into<String>, expected: impl Into<String>) {
        self.found.push(Diagnostic::error(message, node.span).label(expected));
    }

    /// Reads a text.
    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        self.written(node).map(|written| written.text)
    }

    /// Reads a text with its place; a number or a truth is taken as it is written.
    pub(super) fn written(&mut self, node: &Node) -> Option<Written> {
        let text = match &node.value {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null => {
                self.wrong(node, "this has no value", "expected a text");
                return None;
            }
            Value::List(_) | Value::Map(_) => {
                self.wrong(
                    node,
                    "this is no text",
                    "expected one expression; what begins with `[` or `{` needs quotes",
                );
                return None;
            }
        };
        Some(Written { text, span: node.span })
    }

    /// Reads an id.
    pub(super) fn name(&mut self, node: &Node) -> Option<Written> {
        let written = self.written(node)?;
        match crate::experiment::id_problem(&written.text) {
            None => Some(written),
            Some(problem) => {
                self.found.push(Diagnostic::at(problem, node.span));
                None
            }
        }
    }

    /// Reads one text, a list of them, or a map of labels to them.
    pub(super) fn labelled(&mut self, node: &Node) -> Vec<Labelled> {
        match &node.value {
            Value::List(items) => {
                let texts: Vec<_> = items.iter().filter_map(|item| self.written(item)).collect();
                texts.into_iter().map(|what| Labelled { label: None, what }).collect()
            }
            Value::Map(entries) => {
                let mut found = Vec::new();
                for entry in entries {
                    let what = self.written(&entry.value);
                    found.extend(what.map(|what| Labelled { label: Some(entry.key.clone()), what }));
                }
                found
            }
            _ => self.written(node).map(|what| Labelled { label: None, what }).into_iter().collect(),
        }
    }

    /// Reads a list.
    pub(super) fn list<'a>(&mut self, node: &'a Node) -> &'a [Node] {
        if !matches!(node.value, Value::List(_)) {
            let expected = match node.value {
                Value::Map(_) => "expected a list: in brackets, `[{...}]`, or with `- ` before each item",
                _ => "expected a list",
            };
            self.wrong(node, "this is no list", expected);
        }
        node.items()
    }

    /// Reads a list of at most so many things, each of which is drawn.
    pub(super) fn few<'a>(&mut self, node: &'a Node, most: usize) -> &'a [Node] {
        let items = self.list(node);
        if items.len() > most {
            self.wrong(
                node,
                format!("this list has {} items", items.len()),
                format!("expected at most {most}"),
            );
        }
        &items[..items.len().min(most)]
    }

    /// Reads a value alone, or a list of some.
    pub(super) fn one_or_more(node: &Node) -> Vec<&Node> {
        match &node.value {
            Value::List(items) => items.iter().collect(),
            _ => vec![node],
        }
    }

    /// Reads a number; a date is the number of its day.
    fn number(&mut self, node: &Node) -> Option<f64> {
        match node.value {
            Value::Integer(number) => Some(number as f64),
            Value::Float(number) if number.is_finite() => Some(number),
            Value::Text(ref text) if day(text).is_some() => day(text),
            _ => {
                self.wrong(node, "this is no number", "expected a number");
                None
            }
        }
    }

    /// Reads two numbers, the smaller first.
    pub(super) fn pair(&mut self, node: &Node) -> Option<(f64, f64)> {
        let items = node.items();
        if let [low, high] = items {
            let (low, high) = (self.number(low)?, self.number(high)?);
            if low < high {
                return Some((low, high));
            }
        }
        self.wrong(node, "these are no ends of a range", "expected two numbers, the smaller first: `[0, 1]`");
        None
    }

    /// Reads `true` or `false`.
    pub(super) fn switch(&mut self, node: &Node) -> Option<bool> {
        match node.value {
            Value::Bool(truth) => Some(truth),
            _ => {
                self.wrong(node, "this is neither `true` nor `false`", "expected one of them");
                None
            }
        }
    }

    /// Reads one of several names.
    pub(super) fn choice<T: Copy>(&mut self, node: &Node, all: &[(&str, T)], what: &str) -> Option<T> {
        let written = self.written(node)?;
        if let Some((_, value)) = all.iter().find(|(name, _)| *name == written.text) {
            return Some(*value);
        }
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        let error = Diagnostic::error(format!("there is no {what} `{}`", written.text), node.span);
        let error = match nearest(&written.text, names.iter().copied()) {
            Some(near) => error.label(format!("did you mean `{near}`?")),
            None => error.label(format!("expected one of {}", names.join(", "))),
        };
        self.found.push(error);
        None
    }
}

/// Makes an error at a place.
pub(super) fn error(span: Span, message: impl Into<String>, label: impl Into<String>) -> Vec<Diagnostic> {
    vec![Diagnostic::error(message, span).label(label)]
}

/// Returns names in backticks, parted by commas.
pub(super) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
