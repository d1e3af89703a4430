//! Footnotes, wherever they are written, at the end of the page.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{Part, Writer};
use crate::diagnostic::Diagnostic;
use crate::markup::escaped;
use crate::words::Words;

impl<'t> Writer<'t> {
    pub(super) fn footnote(&mut self, name: &str, parts: &[Part<'t>]) {
        let outer = std::mem::take(&mut self.out);
        self.out.push(parts[0].0.clone());
        self.parts(&parts[1..]);
        let note = std::mem::replace(&mut self.out, outer);
        self.footnotes.insert(name.to_owned(), (parts[0].1.clone(), note));
    }

    /// Footnotes stand at the end of the page, in the order in which the text refers to them.
    pub(super) fn place_footnotes(&mut self) {
        if self.footnotes.is_empty() {
            return;
        }
        self.out.push(Event::Html("<section class=\"footnotes\">\n".into()));
        for name in &self.footnote_order {
            self.out.extend(self.footnotes.remove(name).unwrap_or_default().1);
        }
        self.out.push(Event::Html("</section>\n".into()));
        let unused = std::mem::take(&mut self.footnotes);
        for (name, (range, _)) in unused {
            let mark = format!("[^{name}]:").len().min(range.end - range.start);
            let place = self.span(range.start..range.start + mark);
            let warning = Diagnostic::warning(format!("nothing refers to the footnote `{name}`"), place);
            self.found.diagnostics.push(warning.label(format!("expected `[^{name}]` in the text")));
        }
        let out = std::mem::take(&mut self.out);
        self.out = self.linked(out);
    }

    /// Returns what leads to each footnote, and from it back to every place of the text that refers to it.
    fn linked(&self, out: Vec<Event<'t>>) -> Vec<Event<'t>> {
        let numbers: BTreeMap<&str, usize> =
            self.footnote_order.iter().enumerate().map(|(index, name)| (name.as_str(), index + 1)).collect();
        let known = |name: &str| Some((*numbers.get(name)?, self.footnote_ids.get(name)?.as_str()));
        let mut references: BTreeMap<String, usize> = BTreeMap::new();
        for event in &out {
            if let Event::FootnoteReference(name) = event {
                *references.entry(name.to_string()).or_default() += 1;
            }
        }
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut within: Option<String> = None;
        let mut linked = Vec::with_capacity(out.len());
        for event in out {
            match &event {
                Event::FootnoteReference(name) if let Some((number, id)) = known(name) => {
                    let nth = seen.entry(name.to_string()).and_modify(|nth| *nth += 1).or_insert(1);
                    let back = self.reference_id(name, *nth);
                    let html = format!(
                        "<sup class=\"footnote-reference\" id=\"{back}\"><a href=\"#{id}\">{number}</a></sup>"
                    );
                    linked.push(Event::InlineHtml(html.into()));
                }
                Event::Start(Tag::FootnoteDefinition(name)) if let Some((number, id)) = known(name) => {
                    within = Some(name.to_string());
                    let html = format!(
                        "<div class=\"footnote-definition\" id=\"{id}\"><sup class=\"footnote-definition-label\">{number}</sup>\n"
                    );
                    linked.push(Event::Html(html.into()));
                }
                Event::End(TagEnd::FootnoteDefinition) if let Some(name) = within.take() => {
                    let words = &self.scene.library.words;
                    let link = |nth| link_back(self.reference_id(&name, nth), nth, words);
                    // None where only a footnote that is not shown itself refers to it.
                    let count = references.get(&name).copied().unwrap_or(0);
                    let links = (1..=count).map(link).collect::<Vec<_>>().join(" ");
                    match linked.last() {
                        _ if links.is_empty() => {}
                        Some(Event::End(TagEnd::Paragraph)) => {
                            let end = linked.len() - 1;
                            linked.insert(end, Event::InlineHtml(format!(" {links}").into()));
                        }
                        _ => linked.push(Event::Html(format!("<p>{links}</p>\n").into())),
                    }
                    linked.push(Event::Html("</div>\n".into()));
                }
                _ => linked.push(event),
            }
        }
        linked
    }

    /// Returns the id of the nth place that refers to a footnote.
    fn reference_id(&self, name: &str, nth: usize) -> &str {
        self.reference_ids.get(name).and_then(|ids| ids.get(nth - 1)).map_or("", String::as_str)
    }
}

/// Returns a link back to the nth place that refers to what stands at the end of a page.
pub fn link_back(back: &str, nth: usize, words: &Words) -> String {
    // What is seen of it is part of its name.
    let (which, said) =
        if nth == 1 { Default::default() } else { (format!("<sup>{nth}</sup>"), format!(" {nth}")) };
    let label = escaped(words.get("back_to_text"));
    format!("<a class=\"footnote-back\" href=\"#{back}\" aria-label=\"{label}{said}\">↩{which}</a>")
}
