//! Raw HTML of a stranger: shown as text, but for comments, which tell readers nothing, and for tags that only name a place, to
//! which links lead.

use std::ops::Range;

use super::headings::{Owner, other_name};
use super::raw_html::joined;
use super::{Part, Writer};
use crate::diagnostic::{Diagnostic, Span};
use crate::markup::{self, Attribute, Tag, Token};
use crate::settings::LineMap;

/// Elements that may do no more than name a place.
const NAMING: [&str; 4] = ["a", "div", "p", "span"];

/// How many of each of these elements wait for their end tag.
pub(super) type Naming = [usize; NAMING.len()];

impl<'t> Writer<'t> {
    /// Returns what becomes of a block of raw HTML.
    pub(super) fn strangers_block(&mut self, parts: &[Part<'t>]) -> String {
        let (places, shown) = self.strangers_html(parts);
        match shown.trim() {
            "" => places + "\n",
            _ => format!("<p>{places}{shown}</p>\n"),
        }
    }

    /// Returns what becomes of a tag of raw HTML, or of a comment, within a paragraph.
    pub(super) fn strangers_tag(&mut self, part: &Part<'t>) -> String {
        let (places, shown) = self.strangers_html(std::slice::from_ref(part));
        places + &shown
    }

    /// Returns the places that raw HTML names, and the rest of it as text. Of a lesson's tags that are shown so, a warning tells
    /// the first.
    fn strangers_html(&mut self, parts: &[Part<'t>]) -> (String, String) {
        let (html, map) = joined(self.scene, parts);
        let (mut places, mut copied) = (String::new(), 0);
        // What is shown, and where that stands.
        let (mut shown, mut shown_map) = (String::new(), LineMap::new(self.scene.source));
        let mut show = |part: Range<usize>| {
            shown += html.get(part.clone()).unwrap_or_default();
            shown_map.push_part(&map, part);
        };
        let mut first_shown = None;
        for token in markup::tokens(&html, true) {
            let (place, vanishes) = match token {
                Token::Start(tag) => match names(&tag) {
                    None => (tag.place, false),
                    Some((element, names)) => {
                        for name in names {
                            places += &self.place(name, map.span(name.place.start, name.place.end));
                        }
                        self.naming[element] += usize::from(!tag.ends_itself);
                        (tag.place, true)
                    }
                },
                Token::End(name, place) => {
                    let open = NAMING.iter().zip(&mut self.naming).find(|(known, _)| **known == name);
                    match open.filter(|(_, count)| **count > 0) {
                        None => (place, false),
                        Some((_, count)) => {
                            *count -= 1;
                            (place, true)
                        }
                    }
                }
                Token::Remark(place) => {
                    let is_comment = |remark: &str| remark.starts_with("<!--") && remark.ends_with("-->");
                    let vanishes = html.get(place.clone()).is_some_and(is_comment);
                    (place, vanishes)
                }
                Token::Text(_) => continue,
            };
            if vanishes {
                show(copied..place.start);
                copied = place.end;
            } else {
                first_shown.get_or_insert(place);
            }
        }
        show(copied..html.len());
        if let Some(place) = first_shown.filter(|_| !self.has_shown_html) {
            self.has_shown_html = true;
            let place = map.span(place.start, place.end);
            let warning = Diagnostic::warning("HTML is shown as text in a lesson that is not trusted", place);
            let warning = warning.label("expected Markdown");
            let hint = "of a stranger's HTML only comments, which vanish, and places such as `<a id=\"here\"></a>` are taken";
            self.found.diagnostics.push(warning.hint(hint));
        }
        (places, self.shown_as_text(&shown, &shown_map))
    }

    /// Returns a place of that name. By `name` many call what a heading behind it is called too: links lead to that then.
    fn place(&mut self, name: &Attribute, span: Span) -> String {
        if name.name == "name" && self.is_taken(&name.value) {
            return String::new();
        }
        self.claim_id(&name.value, span, Owner::Html);
        other_name(&name.value)
    }
}

/// Returns which of [`NAMING`] a tag is, and the names of the place that it names, if it does nothing else: `<a id="here">`.
fn names(tag: &Tag) -> Option<(usize, Vec<&Attribute>)> {
    let element = NAMING.iter().position(|known| *known == tag.name)?;
    let is_harmless = |attribute: &Attribute| matches!(attribute.name.as_str(), "class" | "id" | "name");
    let mut names: Vec<&Attribute> = ["id", "name"].iter().filter_map(|name| tag.attribute(name)).collect();
    // Many give a place both, which say the same.
    names.dedup_by(|name, id| name.value == id.value);
    let is_name = |name: &&Attribute| !name.value.is_empty() && !name.value.contains(char::is_whitespace);
    let only_names = tag.attributes.iter().all(is_harmless) && !names.is_empty() && names.iter().all(is_name);
    only_names.then_some((element, names))
}
