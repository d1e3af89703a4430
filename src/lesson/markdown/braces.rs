//! What stands in braces at the end of a heading. The Markdown parser takes all of it for attributes, whatever it is.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{Part, Writer, length, options, reading};
use crate::diagnostic::Diagnostic;

/// The attributes of a heading.
#[derive(Debug, Default, PartialEq)]
struct Attributes<'t> {
    id: Option<&'t str>,
    classes: Vec<&'t str>,
    /// What was written as other attributes: a heading has none.
    others: Vec<&'t str>,
}

impl<'t> Writer<'t> {
    /// Returns the parts with an id and classes as all that a heading has, and with the text in braces that are no
    /// attributes.
    pub(super) fn read_braces(&mut self, parts: &[Part<'t>]) -> Vec<Part<'t>> {
        let mut read = Vec::with_capacity(parts.len());
        let mut at = 0;
        while at < parts.len() {
            let Event::Start(Tag::Heading { level, .. }) = parts[at].0 else {
                read.push(parts[at].clone());
                at += 1;
                continue;
            };
            let heading = &parts[at..at + length(&parts[at..])];
            at += heading.len();
            let (mut id, mut classes, mut text) = (None, Vec::new(), Vec::new());
            if let Some(place) = self.braces(heading) {
                let whole: &'t str = self.text;
                match attributes(&whole[place.clone()]) {
                    Some(found) => {
                        self.check_others(&found, &place);
                        id = found.id.map(Into::into);
                        classes = found.classes.into_iter().map(Into::into).collect();
                    }
                    None => text = self.in_braces(place),
                }
            }
            let tag = Tag::Heading { level, id, classes, attrs: Vec::new() };
            let (end, content) = heading[1..].split_last().expect("what starts ends");
            read.push((Event::Start(tag), heading[0].1.clone()));
            read.extend_from_slice(content);
            read.extend(text);
            read.push(end.clone());
        }
        read
    }

    /// Returns where braces stand at the end of a heading, after what the parser left of it.
    fn braces(&self, heading: &[Part<'t>]) -> Option<Range<usize>> {
        let whole = &heading[0].1;
        let content = heading[1..heading.len() - 1].iter().map(|(_, range)| range.end);
        let after = content.max().unwrap_or(whole.start);
        let rest = self.text.get(after..whole.end)?;
        let open = rest.find('{')?;
        let close = open + rest[open..].find('}')?;
        Some(after + open..after + close + 1)
    }

    /// Returns the text in braces that are no attributes, as a part of the heading.
    fn in_braces(&self, place: Range<usize>) -> Vec<Part<'t>> {
        let is_apart = self.text[..place.start].ends_with([' ', '\t']);
        let space = is_apart.then(|| (Event::Text(" ".into()), place.start - 1..place.start));
        let whole: &'t str = self.text;
        let parts = reading::read_line(&whole[place.clone()], options()).parts.into_iter();
        let parts = parts.map(|(event, range)| (event, place.start + range.start..place.start + range.end));
        let inline = parts.filter(|(event, _)| {
            !matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph))
        });
        space.into_iter().chain(inline).collect()
    }

    fn check_others(&mut self, attributes: &Attributes, place: &Range<usize>) {
        let Some(other) = attributes.others.first() else { return };
        let message = format!("a heading has no attribute `{other}`");
        let warning = Diagnostic::warning(message, self.find(place, other));
        let warning = warning.label("expected an id and classes, as in `{#id .class}`");
        self.found.diagnostics.push(warning.hint("nothing else in these braces is used"));
    }
}

/// Returns the attributes in `{#id .class}`; none where the braces hold a text, as in `The set {0, 1}`.
fn attributes(braces: &str) -> Option<Attributes<'_>> {
    let inside = braces.strip_prefix('{')?.strip_suffix('}')?;
    let mut found = Attributes::default();
    let mut is_certain = false;
    for word in words(inside) {
        let is_name = |name: &str| {
            name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:@".contains(&byte))
        };
        let is_name_alone = is_name(word);
        if let Some(id) = word.strip_prefix('#').filter(|id| !id.is_empty()) {
            found.id = found.id.or(Some(id));
        } else if let Some(class) = word.strip_prefix('.').filter(|class| !class.is_empty()) {
            found.classes.push(class);
        } else if is_name_alone
            || word.split_once('=').is_some_and(|(name, value)| is_name(name) && !value.is_empty())
        {
            found.others.push(word);
        } else {
            return None;
        }
        is_certain |= !is_name_alone;
    }
    is_certain.then_some(found)
}

/// Returns what blanks part, but for those between double quotes.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    let parts = text.split(move |letter: char| {
        is_quoted ^= letter == '"';
        letter.is_ascii_whitespace() && !is_quoted
    });
    parts.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_told_from_text() {
        let found = attributes("{#a .b .c}").unwrap();
        assert_eq!((found.id, found.classes, found.others), (Some("a"), vec!["b", "c"], vec![]));
        let found = attributes("{tabindex=0 autofocus data-x=\"a b #c\" #d}").unwrap();
        assert_eq!(
            (found.id, found.others),
            (Some("d"), vec!["tabindex=0", "autofocus", "data-x=\"a b #c\""])
        );
        for text in ["{0, 1}", "{}", "{x}", "{a, b}", "{x = 1}", "{#}", "{n < 3}", "{é #a}", "{#a, 1}"] {
            assert_eq!(attributes(text).map(|found| found.others), None, "{text}");
        }
    }
}
