//! Headings and their ids.

use std::collections::BTreeMap;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd, html};

use super::{Part, Writer};
use crate::diagnostic::{Diagnostic, Span};
use crate::lesson::slug::slugify;

pub(super) type HeadingTag<'t> =
    (HeadingLevel, Option<CowStr<'t>>, Vec<CowStr<'t>>, Vec<(CowStr<'t>, Option<CowStr<'t>>)>);

/// What an id on a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Page,
    Heading,
    Footnote,
    Experiment,
    Html,
}

impl Owner {
    fn name(self) -> &'static str {
        match self {
            Owner::Page => "a part of every page",
            Owner::Heading => "a heading",
            Owner::Footnote => "a footnote",
            Owner::Experiment => "an experiment",
            Owner::Html => "an element of HTML",
        }
    }
}

/// The ids of the templates.
pub(super) fn of_the_page() -> BTreeMap<String, Owner> {
    ["main", "tools", "contents-title"].map(|id| (id.to_owned(), Owner::Page)).into()
}

impl<'t> Writer<'t> {
    /// The ids that authors chose come first, so that no made one takes them.
    pub(super) fn claim_ids(&mut self, parts: &[Part<'t>]) {
        for (event, range) in parts {
            match event {
                Event::Start(Tag::FootnoteDefinition(name)) => {
                    let mark = format!("[^{name}]").len().min(range.end - range.start);
                    self.claim_id(
                        name.to_string(),
                        self.span(range.start..range.start + mark),
                        Owner::Footnote,
                    );
                }
                Event::Start(Tag::Heading { id: Some(id), .. }) => {
                    self.claim_id(id.to_string(), self.find(range, id), Owner::Heading);
                }
                _ => {}
            }
        }
    }

    /// Notes that something has this id; an error if something else has.
    pub(super) fn claim_id(&mut self, id: String, place: Span, owner: Owner) {
        let Some(first) = self.ids.insert(id.clone(), owner) else { return };
        // That two experiments are called alike is said where their ids are checked.
        if first == Owner::Experiment && owner == Owner::Experiment {
            return;
        }
        let message = match (first, owner) {
            (Owner::Heading, Owner::Heading) => format!("two headings have the id `{id}`"),
            (Owner::Html, Owner::Html) => format!("two elements of HTML have the id `{id}`"),
            (Owner::Footnote, Owner::Footnote) => format!("two footnotes are called `{id}`"),
            _ => format!("{} and {} have the id `{id}`", first.name(), owner.name()),
        };
        let error = Diagnostic::error(message, place).label("expected an id of its own");
        let headed = [first, owner].contains(&Owner::Heading);
        self.found.diagnostics.push(match headed {
            true if first != owner => error.hint("a heading is given another id with `## Heading {#id}`"),
            _ => error,
        });
    }

    pub(super) fn heading(&mut self, tag: HeadingTag<'t>, content: &[Part<'t>]) {
        let (level, id, classes, attrs) = tag;
        let id = match id {
            Some(id) => id.to_string(),
            None => self.own_id(&plain(content)),
        };
        let outer = std::mem::take(&mut self.out);
        let mut at = 0;
        while at < content.len() {
            at += self.part(&content[at..]);
        }
        let inner = std::mem::replace(&mut self.out, outer);
        let is_link = |event: &Event| {
            matches!(
                event,
                Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link) | Event::FootnoteReference(_)
            )
        };
        let mut listed = String::new();
        html::push_html(&mut listed, inner.iter().filter(|event| !is_link(event)).cloned());
        self.headings.push((level as u8, id.clone(), listed));
        self.out.push(Event::Start(Tag::Heading { level, id: Some(id.into()), classes, attrs }));
        self.out.extend(inner);
        self.out.push(Event::End(TagEnd::Heading(level)));
    }

    /// An id made from a heading's text, numbered if it is taken.
    fn own_id(&mut self, text: &str) -> String {
        let base = match slugify(text) {
            slug if slug.is_empty() => "section".to_owned(),
            slug => slug,
        };
        let mut id = base.clone();
        // Counted on from where the last heading of this text stopped: thousands may be alike.
        let mut number = self.numbered.get(&base).copied().unwrap_or(1);
        while self.ids.contains_key(&id) {
            number += 1;
            id = format!("{base}-{number}");
        }
        self.numbered.insert(base, number);
        self.ids.insert(id.clone(), Owner::Heading);
        id
    }
}

/// Text without markup.
fn plain(parts: &[Part]) -> String {
    let text = |(event, _): &Part| match event {
        Event::Text(text) | Event::Code(text) | Event::InlineMath(text) => text.to_string(),
        Event::SoftBreak | Event::HardBreak => " ".to_owned(),
        _ => String::new(),
    };
    parts.iter().map(text).collect()
}
