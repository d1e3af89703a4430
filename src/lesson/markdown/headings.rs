//! Headings and their ids.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd, html};

use super::{Part, Writer, length, raw_html};
use crate::diagnostic::{Diagnostic, Span};
use crate::lesson::slug::{github, slugify};
use crate::markup;

pub(super) type HeadingTag<'t> =
    (HeadingLevel, Option<CowStr<'t>>, Vec<CowStr<'t>>, Vec<(CowStr<'t>, Option<CowStr<'t>>)>);

/// What an id on a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Page,
    Heading,
    Footnote,
    Experiment,
    Equation,
    Tabs,
    Picture,
    Html,
    /// Another name of a heading or an experiment: gives way to everything.
    Alias,
}

impl Owner {
    fn name(self) -> &'static str {
        match self {
            Owner::Page => "a part of every page",
            Owner::Heading => "a heading",
            Owner::Footnote => "a footnote",
            Owner::Experiment => "an experiment",
            Owner::Equation => "an equation",
            Owner::Tabs => "tabs of code",
            Owner::Picture => "a picture",
            Owner::Html => "an element of HTML",
            Owner::Alias => "another name",
        }
    }
}

/// Returns the ids of the templates.
pub(super) fn of_the_page() -> BTreeMap<String, Owner> {
    ["main", "tools", "contents-title"].map(|id| (id.to_owned(), Owner::Page)).into()
}

impl<'t> Writer<'t> {
    /// Claims all ids. Those that authors chose come first, so that no made one takes them; then come those made of the
    /// headings' texts, and last those that GitHub would make.
    pub(super) fn claim_ids(&mut self, parts: &[Part<'t>]) {
        for (event, range) in parts {
            if let Event::Start(Tag::Heading { id: Some(id), .. }) = event {
                self.claim_id(id, self.find(range, id), Owner::Heading);
            }
        }
        for (event, range) in parts {
            if let Event::Start(Tag::FootnoteDefinition(name)) = event {
                self.claim_footnote(name, range);
            }
        }
        for (event, _) in parts {
            if let Event::FootnoteReference(name) = event
                && self.footnote_ids.contains_key(&**name)
            {
                let id = self.own_id(&self.note_id("fnref", name), Owner::Footnote);
                self.reference_ids.entry(name.to_string()).or_default().push(id);
            }
        }
        for (event, _) in parts {
            if let Event::Html(html) | Event::InlineHtml(html) = event {
                self.html_ids.extend(raw_html::ids(html));
            }
        }
        let mut headings: Vec<(String, String)> = Vec::new();
        for (at, (event, _)) in parts.iter().enumerate() {
            let Event::Start(Tag::Heading { id, .. }) = event else { continue };
            let text = plain(&parts[at..at + length(&parts[at..])]);
            let id = id
                .as_ref()
                .map_or_else(|| self.own_id(&text, Owner::Heading), std::string::ToString::to_string);
            headings.push((id, text));
        }
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        for (id, text) in headings {
            let base = github(&text);
            let number = numbers.entry(base.clone()).or_default();
            let alias = if *number == 0 { base } else { format!("{base}-{number}") };
            *number += 1;
            let alias = self.claim_alias(alias);
            self.heading_ids.push_back((id, alias));
        }
    }

    /// Claims a footnote's id, made from its name, which may hold what no id can.
    fn claim_footnote(&mut self, name: &str, range: &Range<usize>) {
        let id = self.own_id(&self.note_id("fn", name), Owner::Footnote);
        if self.footnote_ids.insert(name.to_owned(), id).is_some() {
            let mark = format!("[^{name}]").len().min(range.end - range.start);
            let place = self.span(range.start..range.start + mark);
            let error = Diagnostic::error(format!("two footnotes are called `{name}`"), place);
            self.found.diagnostics.push(error.label("expected a name of its own"));
        }
    }

    /// Returns an id of a footnote: of one in a caption or the like no other text on the page has it.
    fn note_id(&self, kind: &str, name: &str) -> String {
        match self.beside {
            Some(_) => format!("{kind}-{}-{name}", self.scene.start),
            None => format!("{kind}-{name}"),
        }
    }

    /// Claims another name for what has an id already, if nothing else has that name.
    pub(super) fn claim_alias(&mut self, alias: String) -> Option<String> {
        if alias.is_empty() || self.is_taken(&alias) {
            return None;
        }
        self.ids.insert(alias.clone(), Owner::Alias);
        Some(alias)
    }

    /// Notes that something has this id; an error if something else has.
    pub(super) fn claim_id(&mut self, id: &str, place: Span, owner: Owner) {
        if is_of_chart(id) {
            let message = format!("the id `{id}` may be one of a chart");
            let error = Diagnostic::error(message, place);
            self.found.diagnostics.push(error.label("expected another end of the id"));
            return;
        }
        let Some(first) = self.ids.insert(id.to_owned(), owner) else { return };
        // That two experiments are called alike is said where their ids are checked.
        if first == Owner::Alias || (first == Owner::Experiment && owner == Owner::Experiment) {
            return;
        }
        let message = match (first, owner) {
            (Owner::Heading, Owner::Heading) => format!("two headings have the id `{id}`"),
            (Owner::Html, Owner::Html) => format!("two elements of HTML have the id `{id}`"),
            (Owner::Picture, Owner::Picture) => {
                format!("two pictures are called `{}`", id.trim_start_matches("figure-"))
            }
            (Owner::Equation, Owner::Equation) => {
                format!("two equations have the label `{}`", id.trim_start_matches("eq-"))
            }
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
        let (level, _, classes, attrs) = tag;
        let (id, alias) = self.heading_ids.pop_front().unwrap_or_default();
        // The page shows its title already; links may lead to this one.
        let text = plain(content);
        if self.title.take().is_some_and(|title| level == HeadingLevel::H1 && is_alike(&title, &text)) {
            let names = [Some(id), alias].into_iter().flatten().map(|id| other_name(&id)).collect::<String>();
            self.out.push(Event::Html((names + "\n").into()));
            return;
        }
        let outer = std::mem::take(&mut self.out);
        self.in_heading = true;
        self.parts(content);
        self.in_heading = false;
        let inner = std::mem::replace(&mut self.out, outer);
        let mut listed = String::new();
        let listed_too = inner.iter().filter(|event| !is_link(event)).cloned().map(|event| match event {
            Event::InlineHtml(html) => Event::InlineHtml(markup::without_ids(&html).into()),
            event => event,
        });
        html::push_html(&mut listed, listed_too);
        self.headings.push((level as u8, id.clone(), listed));
        self.out.push(Event::Start(Tag::Heading { level, id: Some(id.into()), classes, attrs }));
        if let Some(alias) = alias {
            self.out.push(Event::InlineHtml(other_name(&alias).into()));
        }
        self.out.extend(inner);
        self.out.push(Event::End(TagEnd::Heading(level)));
    }

    pub(super) fn is_taken(&self, id: &str) -> bool {
        self.ids.contains_key(id) || self.html_ids.contains(id) || is_of_chart(id)
    }

    /// Returns an id made from a heading's text, numbered if it is taken.
    pub(super) fn own_id(&mut self, text: &str, owner: Owner) -> String {
        let base = match slugify(text) {
            slug if slug.is_empty() => "section".to_owned(),
            slug => slug,
        };
        let mut id = base.clone();
        // Counted on from where the last heading of this text stopped: thousands may be alike.
        let mut number = self.numbered.get(&base).copied().unwrap_or(1);
        while self.is_taken(&id) {
            number += 1;
            id = format!("{base}-{number}");
        }
        self.numbered.insert(base, number);
        self.ids.insert(id.clone(), owner);
        id
    }
}

/// Returns whether the drawing of a figure may have such an id within: `ID-FIGURE-wide-title`, `ID-FIGURE-narrow-narrow-clip-0`.
fn is_of_chart(id: &str) -> bool {
    let numberless = id.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let layout = ["-title", "-desc"].iter().find_map(|end| id.strip_suffix(end));
    let layout = layout.or_else(|| numberless.strip_suffix("-clip-").filter(|_| numberless != id));
    layout.is_some_and(|layout| layout.ends_with("-wide") || layout.ends_with("-narrow"))
}

/// Returns an empty element with an id, before what has another id.
pub(super) fn other_name(id: &str) -> String {
    format!("<span id=\"{}\"></span>", crate::markup::escaped(id))
}

/// Returns whether an event begins or ends a link, which cannot stand within another.
pub(super) fn is_link(event: &Event) -> bool {
    match event {
        Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link) | Event::FootnoteReference(_) => true,
        Event::InlineHtml(html) => {
            let tag = html.strip_prefix("</").or_else(|| html.strip_prefix('<')).unwrap_or_default();
            let name = tag.split(|letter: char| !letter.is_ascii_alphanumeric()).next();
            name.is_some_and(|name| name.eq_ignore_ascii_case("a"))
        }
        _ => false,
    }
}

/// Returns whether two titles say the same.
fn is_alike(one: &str, other: &str) -> bool {
    let words = |text: &str| text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    words(one) == words(other)
}

/// Returns text without markup.
pub(super) fn plain(parts: &[Part]) -> String {
    let text = |(event, _): &Part| match event {
        Event::Text(text) | Event::Code(text) | Event::InlineMath(text) => text.to_string(),
        Event::SoftBreak | Event::HardBreak => " ".to_owned(),
        _ => String::new(),
    };
    parts.iter().map(text).collect()
}
