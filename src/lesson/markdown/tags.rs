//! Tags that swallow text: what is no element of HTML, what is never closed, what closes nothing of the lesson's.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::raw_html::joined;
use super::{Part, Writer};
use crate::diagnostic::{Diagnostic, Span};
use crate::markup::{self, Token, is_element, is_void};

/// Elements whose end tags may be left out.
const CLOSED_BY_OTHERS: [&str; 16] = [
    "body", "colgroup", "dd", "dt", "html", "li", "optgroup", "option", "p", "rp", "rt", "tbody", "td",
    "tfoot", "th", "tr",
];

/// Elements that begin a language of their own.
const FOREIGN: [&str; 2] = ["math", "svg"];

/// Elements that hold no tags. That one of them is never closed is said of a block where raw HTML is read.
const TEXTS: [&str; 3] = ["script", "style", "textarea"];

/// The name of a page in its head, and of a drawing.
const TITLE: &str = "title";

/// An element of raw HTML that is open.
struct Open {
    name: String,
    /// As it is written.
    tag: String,
    place: Span,
}

/// What a part of the text opens.
#[derive(Default)]
struct Tags {
    open: Vec<Open>,
    /// How many elements of each name are open, so that no tag has to look through them in vain.
    count: BTreeMap<String, usize>,
    /// How many of them are open where each part of Markdown around this one begins: what it opens it has to close.
    before: Vec<usize>,
    /// Elements that were said to be open already.
    said: BTreeSet<String>,
    found: Vec<Diagnostic>,
}

impl<'t> Writer<'t> {
    /// Warns of every tag of raw HTML that readers lose text by.
    pub(super) fn check_tags(&mut self, parts: &[Part<'t>]) {
        if self.scene.library.untrusted {
            return; // Where it is shown as text.
        }
        let mut tags = Tags::default();
        let mut at = 0;
        while at < parts.len() {
            let (event, range) = &parts[at];
            match event {
                Event::Start(Tag::HtmlBlock) => {
                    let length = super::length(&parts[at..]);
                    let (html, map) = joined(self.scene, &parts[at..at + length]);
                    tags.read(&html, true, |place| map.span(place.start, place.end));
                    at += length;
                    continue;
                }
                Event::InlineHtml(html) => {
                    let span =
                        |place: Range<usize>| self.span(range.start + place.start..range.start + place.end);
                    tags.read(html, false, span);
                }
                Event::Start(_) => tags.before.push(tags.open.len()),
                Event::End(end) => {
                    let before = tags.before.pop().unwrap_or_default();
                    tags.close(before, part(*end));
                }
                _ => {}
            }
            at += 1;
        }
        tags.close(0, "page");
        self.found.diagnostics.append(&mut tags.found);
    }
}

impl Tags {
    fn read(&mut self, html: &str, is_block: bool, span: impl Fn(Range<usize>) -> Span) {
        for token in markup::tokens(html, true) {
            match token {
                Token::Start(tag) if tag.ends_itself && (self.is_foreign() || is_foreign(&tag.name)) => {}
                Token::Start(tag) => {
                    let place = span(tag.place.clone());
                    let written = html.get(tag.place).unwrap_or_default();
                    let is_title = tag.name == TITLE && !self.is_foreign();
                    if !is_title && (self.is_foreign() || tag.name.contains('-') || is_element(&tag.name)) {
                        let is_said = is_block && TEXTS.contains(&tag.name.as_str());
                        if !is_said && !is_void(&tag.name) {
                            *self.count.entry(tag.name.clone()).or_default() += 1;
                            self.open.push(Open { name: tag.name, tag: written.to_owned(), place });
                        }
                        continue;
                    }
                    let message = match is_title {
                        true => {
                            format!("`{written}` is no part of the text: readers do not see what it holds")
                        }
                        false => format!("`{written}` is no element of HTML: readers do not see it"),
                    };
                    let warning = Diagnostic::warning(message, place);
                    let warning =
                        warning.label(format!("expected `\\{written}`, or backticks around the code"));
                    self.found.push(warning);
                    self.said.insert(tag.name);
                }
                Token::End(name, place) => {
                    self.end(&name, html.get(place.clone()).unwrap_or_default(), span(place));
                }
                _ => {}
            }
        }
    }

    fn end(&mut self, name: &str, written: &str, place: Span) {
        if self.is_open(name) {
            while let Some(open) = self.take() {
                if open.name == name {
                    return;
                }
                self.say(open, &format!("its `{written}`"));
            }
        }
        if TEXTS.contains(&name) || name == "br" || name == "p" || self.said.contains(name) {
            return;
        }
        let message = format!("`{written}` closes nothing of this lesson, but may close a part of the page");
        let warning = Diagnostic::warning(message, place);
        self.found.push(warning.label(format!("expected `<{name}>` before it")));
    }

    /// Closes what was opened since `before`.
    fn close(&mut self, before: usize, part: &str) {
        while self.open.len() > before {
            let Some(open) = self.take() else { return };
            self.say(open, &format!("the end of the {part}"));
        }
    }

    /// Returns the element that was opened last, which is open no more.
    fn take(&mut self) -> Option<Open> {
        let open = self.open.pop()?;
        if let Some(count) = self.count.get_mut(&open.name) {
            *count -= 1;
        }
        Some(open)
    }

    fn is_open(&self, name: &str) -> bool {
        self.count.get(name).is_some_and(|count| *count > 0)
    }

    /// Returns whether a drawing or a formula is open, in which every element may end itself.
    fn is_foreign(&self) -> bool {
        FOREIGN.iter().any(|name| self.is_open(name))
    }

    fn say(&mut self, open: Open, end: &str) {
        if CLOSED_BY_OTHERS.contains(&open.name.as_str()) {
            return;
        }
        let closed = format!("expected `</{}>` before {end}", open.name);
        let (message, label) = match TEXTS.contains(&open.name.as_str()) {
            true => {
                ("this swallows the rest of the page".to_owned(), format!("{closed}, or `\\{}`", open.tag))
            }
            false => (format!("`{}` is never closed", open.tag), closed),
        };
        self.found.push(Diagnostic::warning(message, open.place).label(label));
        self.said.insert(open.name);
    }
}

fn is_foreign(name: &str) -> bool {
    FOREIGN.contains(&name)
}

fn part(end: TagEnd) -> &'static str {
    match end {
        TagEnd::Paragraph => "paragraph",
        TagEnd::Heading(_) => "heading",
        TagEnd::TableCell => "cell",
        TagEnd::Item => "item",
        TagEnd::BlockQuote(_) => "quote",
        TagEnd::Link => "link",
        _ => "part",
    }
}
