//! Headings and their ids.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd, html};

use super::{Part, Writer};
use crate::diagnostic::Diagnostic;
use crate::lesson::slug::slugify;

pub(super) type HeadingTag<'t> =
    (HeadingLevel, Option<CowStr<'t>>, Vec<CowStr<'t>>, Vec<(CowStr<'t>, Option<CowStr<'t>>)>);

impl<'t> Writer<'t> {
    /// The ids that authors chose come first, so that no made one takes them.
    pub(super) fn claim_ids(&mut self, parts: &[Part<'t>]) {
        for (event, range) in parts {
            let Event::Start(Tag::Heading { id: Some(id), .. }) = event else { continue };
            if self.ids.insert(id.to_string(), 1).is_some() {
                let place = self.find(range, id);
                let error = Diagnostic::error(format!("two headings have the id `{id}`"), place);
                self.found.diagnostics.push(error.label("expected an id of its own"));
            }
        }
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
        self.ids.insert(id.clone(), 1);
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
