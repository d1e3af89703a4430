//! What becomes of each part of a text.

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag, TagEnd};

use super::{Part, Writer};
use crate::lesson::block::{self, Info};

impl<'t> Writer<'t> {
    /// Handles all of these parts.
    pub(super) fn parts(&mut self, parts: &[Part<'t>]) {
        let mut at = 0;
        while at < parts.len() {
            at += self.part(&parts[at..]);
        }
    }

    /// Handles what starts at the first part; says how many parts that was.
    pub(super) fn part(&mut self, parts: &[Part<'t>]) -> usize {
        let (event, range) = &parts[0];
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))
                if block::read_info(info) != Info::Code =>
            {
                let length = length(parts);
                self.fence(info, range, &parts[1..length]);
                return length;
            }
            Event::Start(Tag::CodeBlock(_)) => return self.code_blocks(parts),
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                let length = length(parts);
                let tag = (*level, id.clone(), classes.clone(), attrs.clone());
                self.heading(tag, &parts[1..length - 1]);
                return length;
            }
            Event::Start(Tag::FootnoteDefinition(name)) => {
                let length = length(parts);
                self.footnote(name, &parts[..length]);
                return length;
            }
            Event::FootnoteReference(name) => {
                if self.referred.insert(name.to_string()) {
                    self.footnote_order.push(name.to_string());
                }
                self.out.push(event.clone());
            }
            Event::Start(Tag::BlockQuote(kind)) => return self.quote(*kind, parts),
            Event::End(TagEnd::TableRow) => {
                self.check_row(range);
                self.out.push(event.clone());
            }
            Event::Start(Tag::Table(columns)) => {
                self.in_table = true;
                self.columns = columns.len();
                self.out.push(Event::Html("<div class=\"table-scroll\">".into()));
                self.out.push(event.clone());
            }
            Event::End(TagEnd::Table) => {
                self.in_table = false;
                self.out.push(event.clone());
                self.out.push(Event::Html("</div>\n".into()));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = match link_type {
                    // The writer puts `mailto:` before it.
                    LinkType::Email => dest_url.clone(),
                    _ => self.link(dest_url, range),
                };
                let title = self.attribute(title, range).into();
                self.in_link = true;
                self.out.push(Event::Start(Tag::Link {
                    link_type: *link_type,
                    dest_url,
                    title,
                    id: id.clone(),
                }));
            }
            Event::Start(Tag::Paragraph) if let Some(length) = self.figure(parts) => return length,
            Event::Start(Tag::Image { .. }) if let Some(length) = self.sized_picture(parts) => return length,
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let length = length(parts);
                let dest_url = self.image(dest_url, range);
                let title = self.attribute(title, range).into();
                let alt = self.without_markup(&parts[1..length - 1]);
                self.out.push(Event::Start(Tag::Image {
                    link_type: *link_type,
                    dest_url,
                    title,
                    id: id.clone(),
                }));
                self.out.push(Event::Text(alt.into()));
                self.out.push(Event::End(TagEnd::Image));
                return length;
            }
            Event::End(TagEnd::Link) => {
                self.in_link = self.is_title;
                self.out.push(event.clone());
            }
            Event::Code(code) => self.code(code, range),
            Event::InlineMath(tex) => self.math(tex, range, false),
            Event::DisplayMath(tex) => self.math(tex, range, true),
            Event::Start(Tag::HtmlBlock) if self.scene.library.untrusted => {
                let length = length(parts);
                let html = self.strangers_block(&parts[..length]);
                self.out.push(Event::Html(html.into()));
                return length;
            }
            Event::InlineHtml(_) if self.scene.library.untrusted => {
                let html = self.strangers_tag(&parts[0]);
                self.out.push(Event::InlineHtml(html.into()));
            }
            Event::Start(Tag::HtmlBlock) => {
                let length = length(parts);
                let html = self.raw_html(&parts[..length], true);
                self.out.push(event.clone());
                self.out.push(Event::Html(html.into()));
                self.out.push(Event::End(TagEnd::HtmlBlock));
                return length;
            }
            Event::InlineHtml(_) => {
                let html = self.raw_html(&parts[..1], false);
                self.out.push(Event::InlineHtml(html.into()));
            }
            Event::Text(text) => {
                if let Some(taken) = self.bare_addresses(parts) {
                    return taken;
                }
                if let Some(taken) = self.terms(parts) {
                    return taken;
                }
                self.check_text(text, range);
                self.out.push(event.clone());
            }
            _ => self.out.push(event.clone()),
        }
        1
    }
}

/// Returns how many parts the element takes that the first one starts.
pub(super) fn length(parts: &[Part]) -> usize {
    let mut depth = 0;
    for (index, (event, _)) in parts.iter().enumerate() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    parts.len()
}
