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
    /// Where a comment or a declaration stands.
    Remark(Range<usize>),
}

/// A start tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tag {
    /// In lower case.
    pub name: String,
    /// Each name once.
    pub attributes: Vec<Attribute>,
    pub place: Range<usize>,
    /// Whether it ends with `/>`, which counts in MathML and SVG.
    pub ends_itself: bool,
}

/// An attribute of a start tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// In lower case.
    pub name: String,
    /// With every character reference read.
    pub value: String,
    /// Where the value stands, without its quotes.
    pub place: Range<usize>,
}

/// The most attributes of a tag: each is held against those before it.
const MOST_ATTRIBUTES: usize = 256;

impl Tag {
    /// Returns the attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// Returns the value of an attribute.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.attribute(name).map(|attribute| attribute.value.as_str())
    }

    /// Adds an attribute. Of those of one name the first counts, and of very many, more than any element knows, the first ones.
    fn add(&mut self, attribute: Attribute) {
        if self.attributes.len() < MOST_ATTRIBUTES && self.attribute(&attribute.name).is_none() {
            self.attributes.push(attribute);
        }
    }
}

/// Returns the pieces in their order. `as_page` reads what stands in a script or a style as a browser does at that place of
/// a page: it is no tag. Else every tag is one.
pub fn tokens(markup: &str, as_page: bool) -> Vec<Token> {
    let mut found = Vec::new();
    each(markup, as_page, &mut |token| found.push(token));
    found
}

/// Hands out the pieces one by one, as [`tokens`] returns them: a page may be long. (By a `dyn` visitor, since the compiler
/// would make all of the tokenizer anew for every other one.)
pub fn each(markup: &str, as_page: bool, visit: &mut dyn FnMut(Token)) {
    let mut tag: Option<Tag> = None;
    // The attribute that is being read: it is one of an end tag where no start tag is.
    let mut attribute: Option<Attribute> = None;
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
                    let new =
                        Attribute { name: text(name), value: String::new(), place: place.end..place.end };
                    if let (Some(tag), Some(before)) = (&mut tag, attribute.replace(new)) {
                        tag.add(before);
                    }
                }
                CallbackEvent::AttributeValue { value } => {
                    if let Some(attribute) = &mut attribute {
                        (attribute.value, attribute.place) = (text(value), place.start..place.end);
                    }
                }
                CallbackEvent::CloseStartTag { self_closing } => {
                    if let Some(mut tag) = tag.take() {
                        attribute.take().into_iter().for_each(|last| tag.add(last));
                        tag.ends_itself = self_closing;
                        tag.place.end = place.end;
                        visit(Token::Start(tag));
                    }
                }
                CallbackEvent::EndTag { name } => {
                    attribute = None;
                    visit(Token::End(text(name), place.start..place.end));
                }
                CallbackEvent::String { value } => visit(Token::Text(text(value))),
                CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } => {
                    visit(Token::Remark(place.start..place.end));
                }
                CallbackEvent::Error(_) => {}
            }
            None
        });
    emitter.naively_switch_states(as_page);
    let _ = Tokenizer::new_with_emitter(markup, emitter).finish();
    // What the text ends in the middle of is no tag.
    let begun = tag.map_or_else(|| begun(markup, after_tags), |tag| Some(tag.place.start));
    begun.and_then(|at| markup.get(at..)).into_iter().for_each(|rest| visit(Token::Text(rest.to_owned())));
}

/// Returns where a tag begins that never ends.
fn begun(markup: &str, from: usize) -> Option<usize> {
    let rest = markup.get(from..)?;
    let begins = |(at, _): &(usize, &str)| {
        let name = &rest[at + 1..];
        name.strip_prefix('/').unwrap_or(name).starts_with(|letter: char| letter.is_ascii_alphabetic())
    };
    rest.match_indices('<').find(begins).map(|(at, _)| from + at)
}
