//! The terms of a course: the first use of each on a page explains itself.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::settings::{Node, Value};

/// All terms of a course.
#[derive(Clone, Debug, Default)]
pub(super) struct Glossary {
    pub terms: Vec<Term>,
    /// Finds any form of any term; none where there are no terms.
    pattern: Option<Regex>,
    /// The place of the term that a form, in small letters, is of.
    by_form: BTreeMap<String, usize>,
}

/// A term with its meaning.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Term {
    pub name: String,
    /// Its own name and other forms of it.
    pub forms: Vec<String>,
    /// A line of Markdown, later of HTML.
    pub means: String,
    #[serde(skip)]
    pub span: Span,
}

/// Reads the terms of a file: `epoch: one pass over the rows`, or `epoch: {means: ..., also: [epochs]}`.
///
/// # Errors
/// Everything that is no term, and forms that two terms share.
pub(super) fn read(node: &Node) -> Result<Vec<Term>, Vec<Diagnostic>> {
    if node.value == Value::Null {
        return Ok(Vec::new());
    }
    let Value::Map(_) = node.value else {
        let error = Diagnostic::error("a glossary is a map from terms to what they mean", node.span);
        return Err(vec![error.label("expected `epoch: One pass over all rows.`, a term a line")]);
    };
    let (mut terms, mut errors) = (Vec::<Term>::new(), Vec::new());
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for entry in node.entries() {
        let term = match term(&entry.key, &entry.value) {
            Ok(term) => term,
            Err(found) => {
                errors.push(found);
                continue;
            }
        };
        for form in &term.forms {
            if let Some(other) = seen.insert(lowered(form), term.name.clone()) {
                let message = match other == term.name {
                    true => format!("`{form}` stands twice among the forms of `{other}`"),
                    false => format!("`{form}` is a form of `{other}` and of `{}`", term.name),
                };
                errors.push(Diagnostic::error(message, entry.key_span).label("expected each form once"));
            }
        }
        terms.push(term);
    }
    if errors.is_empty() { Ok(terms) } else { Err(errors) }
}

fn term(name: &str, node: &Node) -> Result<Term, Diagnostic> {
    let wrong = |span: Span, message: String| {
        Diagnostic::error(message, span).label("expected a text, or `{means: ..., also: [epochs]}`")
    };
    let text = |node: &Node| node.as_text().map(str::to_owned).filter(|text| !text.trim().is_empty());
    let (means, span, mut forms) = match &node.value {
        Value::Map(_) => {
            let unknown = node.entries().iter().find(|entry| !matches!(entry.key.as_str(), "means" | "also"));
            if let Some(entry) = unknown {
                let error = Diagnostic::error(format!("unknown setting `{}`", entry.key), entry.key_span);
                return Err(error.label(match nearest(&entry.key, ["means", "also"]) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "expected `means` or `also`".to_owned(),
                }));
            }
            let also = node.entry("also").map(|entry| &entry.value);
            let forms: Option<Vec<String>> = match also {
                None => Some(Vec::new()),
                Some(one) if one.as_text().is_some() => text(one).map(|form| vec![form]),
                Some(several) => several.items().iter().map(text).collect(),
            };
            let forms = forms.ok_or_else(|| {
                wrong(
                    also.map_or(node.span, |also| also.span),
                    format!("the other forms of `{name}` are no texts"),
                )
            })?;
            let means = node.entry("means").map(|entry| &entry.value);
            (means.and_then(text), means.map_or(node.span, |means| means.span), forms)
        }
        _ => (text(node), node.span, Vec::new()),
    };
    let means = means.ok_or_else(|| wrong(span, format!("nothing says what `{name}` means")))?;
    forms.insert(0, name.to_owned());
    Ok(Term { name: name.to_owned(), forms, means, span })
}

impl Glossary {
    /// Makes terms, whose meanings are HTML, ready to be found.
    pub(super) fn new(terms: Vec<Term>) -> Self {
        let forms = terms.iter().enumerate();
        let by_form: BTreeMap<String, usize> = forms
            .flat_map(|(place, term)| term.forms.iter().map(move |form| (lowered(form), place)))
            .collect();
        let mut patterns: Vec<&String> = by_form.keys().collect();
        // Of two that begin alike the longer one is meant.
        patterns.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let patterns: Vec<String> = patterns.into_iter().map(|form| bounded(form)).collect();
        let pattern = (!patterns.is_empty()).then(|| Regex::new(&format!("(?i){}", patterns.join("|"))));
        Glossary { terms, pattern: pattern.and_then(Result::ok), by_form }
    }

    /// Lists the terms in a text, each with the bytes of its words.
    pub(super) fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (std::ops::Range<usize>, usize)> {
        let found = self.pattern.iter().flat_map(move |pattern| pattern.find_iter(text));
        found.filter_map(|found| Some((found.range(), *self.by_form.get(&lowered(found.as_str()))?)))
    }
}

/// A form in small letters, its words parted by one space.
fn lowered(form: &str) -> String {
    form.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What finds a form as whole words. Languages that are written without spaces have no bounds of words.
fn bounded(form: &str) -> String {
    let spaced = |letter: Option<char>| {
        letter.is_some_and(|letter| (letter.is_alphanumeric() || letter == '_') && letter < '\u{2e80}')
    };
    let words: Vec<String> = form.split(' ').map(regex::escape).collect();
    let start = if spaced(form.chars().next()) { r"\b" } else { "" };
    let end = if spaced(form.chars().last()) { r"\b" } else { "" };
    format!("{start}{}{end}", words.join(r"\s+"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceId;
    use crate::settings::{LineMap, parse};

    fn terms(text: &str) -> Result<Vec<Term>, Vec<Diagnostic>> {
        read(&parse(text, &LineMap::contiguous(SourceId(0), 0, text.len())).unwrap())
    }

    #[test]
    fn terms_are_found_as_whole_words() {
        let all = terms("epoch: {means: a pass, also: [epochs]}\nlearning rate: how far\nlearning: x\n学习率: y\nC++: z\n").unwrap();
        let glossary = Glossary::new(all);
        let found = |text: &str| -> Vec<(String, usize)> {
            glossary.find(text).map(|(range, term)| (text[range].to_owned(), term)).collect()
        };
        assert_eq!(
            found("Epochs, epochal; a\tLearning\nrate."),
            [("Epochs".into(), 0), ("Learning\nrate".into(), 1)]
        );
        assert_eq!(found("因为学习率太大"), [("学习率".into(), 3)]);
        assert_eq!(found("C++ and learning"), [("C++".into(), 4), ("learning".into(), 2)]);
        assert!(Glossary::default().find("epoch").next().is_none());
    }

    #[test]
    fn what_is_no_term_is_told() {
        for wrong in [
            "[a]",
            "a: [b]",
            "a: {mean: b}",
            "a: {also: [b]}",
            "a: ''",
            "a: x\nb: {means: y, also: A}",
            "a: {means: x, also: [{}]}",
        ] {
            assert!(terms(wrong).is_err(), "{wrong}");
        }
        assert!(terms("").unwrap().is_empty());
    }
}
