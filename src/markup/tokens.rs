//! Markup cut into tags and text, as browsers cut it (with `html5gum`).

use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// A piece of markup.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Start(Tag),
    /// The name of an end tag, and where it stands.
    End(String, Range<usize>),
    /// With every character reference read.
    Text(String),
    /// A comment or a declaration.
    Remark,
}

/// A start tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tag {
    /// In lower case.
    pub name: String,
    /// Names in lower case, values with every character reference read; each name once.
    pub attributes: Vec<(String, String)>,
    pub place: Range<usize>,
    /// Whether it ends with `/>`, which counts in MathML and SVG.
    pub ends_itself: bool,
}

impl Tag {
    /// Returns the value of an attribute.
    pub fn value(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }
}

/// Returns the pieces in their order. `as_page` reads what stands in a script or a style as a browser does at that place of
/// a page: it is no tag. Else every tag is one.
pub fn tokens(markup: &str, as_page: bool) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut tag: Option<Tag> = None;
    let mut after_tags = 0;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut emitter =
        CallbackEmitter::new(|event: CallbackEvent, place: Span<usize>| -> Option<Infallible> {
            if !matches!(event, CallbackEvent::Error(_) | CallbackEvent::String { .. }) {
                after_tags = place.end;
            }
            match event {
                CallbackEvent::OpenStartTag { name } => {
                    tag = Some(Tag { name: text(name), place: place.start..place.end, ..Tag::default() });
                }
                CallbackEvent::AttributeName { name } => {
                    if let Some(tag) = &mut tag {
                        tag.attributes.push((text(name), String::new()));
                    }
                }
                CallbackEvent::AttributeValue { value } => {
                    if let Some((_, old)) = tag.as_mut().and_then(|tag| tag.attributes.last_mut()) {
                        *old = text(value);
                    }
                }
                CallbackEvent::CloseStartTag { self_closing } => {
                    if let Some(mut tag) = tag.take() {
                        tag.ends_itself = self_closing;
                        tag.place.end = place.end;
                        keep_first(&mut tag.attributes);
                        found.push(Token::Start(tag));
                    }
                }
                CallbackEvent::EndTag { name } => found.push(Token::End(text(name), place.start..place.end)),
                CallbackEvent::String { value } => found.push(Token::Text(text(value))),
                CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } => found.push(Token::Remark),
                CallbackEvent::Error(_) => {}
            }
            None
        });
    emitter.naively_switch_states(as_page);
    let _ = Tokenizer::new_with_emitter(markup, emitter).finish();
    // What the text ends in the middle of is no tag.
    let begun = tag.map_or_else(|| begun(markup, after_tags), |tag| Some(tag.place.start));
    found.extend(begun.and_then(|at| markup.get(at..)).map(|rest| Token::Text(rest.to_owned())));
    found
}

/// Where a tag begins that never ends.
fn begun(markup: &str, from: usize) -> Option<usize> {
    let rest = markup.get(from..)?;
    let begins = |(at, _): &(usize, &str)| {
        let name = &rest[at + 1..];
        name.strip_prefix('/').unwrap_or(name).starts_with(|letter: char| letter.is_ascii_alphabetic())
    };
    rest.match_indices('<').find(begins).map(|(at, _)| from + at)
}

/// Of an attribute that stands twice the first counts.
fn keep_first(attributes: &mut Vec<(String, String)>) {
    let mut at = 0;
    while at < attributes.len() {
        let (before, rest) = attributes.split_at(at);
        if before.iter().any(|(name, _)| *name == rest[0].0) {
            attributes.remove(at);
        } else {
            at += 1;
        }
    }
}
