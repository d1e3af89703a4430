//! Alerts: quotes with a title, among them exercises and their solutions.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{BlockQuoteKind, Event, Tag, TagEnd};
use regex::Regex;

use super::{Part, Writer, length};
use crate::diagnostic::Diagnostic;

/// The names of alerts, which are those of their titles among the words of pages too.
const ALERTS: [&str; 7] = ["note", "tip", "important", "warning", "caution", "exercise", "solution"];

/// What is folded until a reader opens it.
const FOLDED: &str = "solution";

/// How deep alerts stand within each other; deeper ones are quotes.
const DEEPEST: usize = 16;

/// What a quote begins with that is meant as an alert.
static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^>[ \t]*(?P<of>\[!(?P<name>[\w-]+)\](?P<fold>[+-])?)[ \t]*(?P<title>[^\n]*)")
        .expect("a pattern of our own")
});

impl<'t> Writer<'t> {
    /// Writes a quote, which may be an alert; says how many parts that was.
    pub(super) fn quote(&mut self, kind: Option<BlockQuoteKind>, parts: &[Part<'t>]) -> usize {
        // What is in a plain quote comes after it, with its end: quotes may stand in each other as deep as a text is long.
        let is_plain = kind.is_none() && !MARKER.is_match(&self.text[parts[0].1.clone()]);
        if is_plain || self.alerts == DEEPEST {
            return self.plain_quote(parts);
        }
        let length = length(parts);
        let inside = &parts[1..length - 1];
        let named = match kind {
            Some(kind) => Some((class(kind), Vec::new(), inside.to_vec())),
            None => self.titled(&parts[0].1, inside),
        };
        let Some((name, title, body)) = named else { return self.plain_quote(parts) };
        let (begin, middle, end) = match name {
            FOLDED => (
                format!(
                    "<details class=\"markdown-alert-{name}\">\n<summary class=\"markdown-alert-title\">"
                ),
                "</summary>\n",
                "</details>\n",
            ),
            _ => (
                format!(
                    "<blockquote class=\"markdown-alert-{name}\">\n<p class=\"markdown-alert-title {name}\">"
                ),
                "</p>\n",
                "</blockquote>\n",
            ),
        };
        self.out.push(Event::Html(begin.into()));
        match title.is_empty() {
            true => self.out.push(Event::Text(self.scene.library.words.get(name).to_owned().into())),
            false => self.parts(&title),
        }
        self.out.push(Event::Html(middle.into()));
        self.alerts += 1;
        self.parts(&body);
        self.alerts -= 1;
        self.out.push(Event::Html(end.into()));
        length
    }

    /// Begins a quote that is no alert; says that this was one part.
    fn plain_quote(&mut self, parts: &[Part<'t>]) -> usize {
        self.check_alert(&parts[0].1);
        self.out.push(Event::Start(Tag::BlockQuote(None)));
        1
    }

    /// Returns the name, the title and the body of an alert that GitHub does not read as one: an exercise, a solution, or
    /// whatever has a title of its own.
    fn titled(
        &self,
        range: &Range<usize>,
        inside: &[Part<'t>],
    ) -> Option<(&'static str, Vec<Part<'t>>, Vec<Part<'t>>)> {
        let whole: &'t str = self.text;
        let found = MARKER.captures(&whole[range.clone()])?;
        let name = ALERTS.iter().find(|name| found["name"].eq_ignore_ascii_case(name))?;
        let title = found.name("title")?;
        if found.name("fold").is_some() || self.leads_somewhere(range.start + found.name("of")?.end()) {
            return None;
        }
        let (begins, ends) = (range.start + title.start(), range.start + title.end());
        let (Event::Start(Tag::Paragraph), _) = inside.first()? else { return None };
        let length = length(inside);
        let (mut line, mut text) = (Vec::new(), Vec::new());
        let mut at = 1;
        while at < length - 1 {
            let (event, range) = &inside[at];
            let next = at + super::length(&inside[at..]);
            let is_break = matches!(event, Event::SoftBreak | Event::HardBreak) && text.is_empty();
            match event {
                _ if range.start >= ends && is_break => {}
                _ if range.start >= ends => text.extend_from_slice(&inside[at..next]),
                // Markup that goes on in the next line is none of the title.
                _ if range.end > ends => return None,
                Event::Text(_) if range.start < begins && begins < range.end => {
                    line.push((Event::Text(whole[begins..range.end].into()), begins..range.end));
                }
                _ if range.start < begins => {}
                _ => line.extend_from_slice(&inside[at..next]),
            }
            at = next;
        }
        if !text.is_empty() {
            text.insert(0, inside[0].clone());
            text.push((Event::End(TagEnd::Paragraph), inside[length - 1].1.clone()));
        }
        text.extend_from_slice(&inside[length..]);
        Some((*name, line, text))
    }

    /// Returns whether what ends there is a link, or defines one.
    fn leads_somewhere(&self, place: usize) -> bool {
        self.text[place..].starts_with(['(', '[', ':'])
    }

    /// Warns of a quote that begins as an alert and is none.
    fn check_alert(&mut self, range: &Range<usize>) {
        let Some(found) = MARKER.captures(&self.text[range.clone()]) else { return };
        let (Some(place), name) = (found.name("of"), &found["name"]) else { return };
        if self.leads_somewhere(range.start + place.end()) {
            return;
        }
        let is_known = ALERTS.iter().any(|known| name.eq_ignore_ascii_case(known));
        let write = match is_known {
            true => format!("expected `> [!{}]`, and a title of one line behind it", name.to_uppercase()),
            false => {
                let names: Vec<String> = ALERTS.iter().map(|name| name.to_uppercase()).collect();
                format!("expected one of {}", names.join(", "))
            }
        };
        let place = self.span(range.start + place.start()..range.start + place.end());
        let warning = Diagnostic::warning("an alert of another dialect is shown as it stands", place);
        self.found.diagnostics.push(warning.label(write));
    }
}

fn class(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "note",
        BlockQuoteKind::Tip => "tip",
        BlockQuoteKind::Important => "important",
        BlockQuoteKind::Warning => "warning",
        BlockQuoteKind::Caution => "caution",
    }
}
