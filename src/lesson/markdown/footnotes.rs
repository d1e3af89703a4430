//! Footnotes, wherever they are written, at the end of the page.

use pulldown_cmark::Event;

use super::{Part, Writer};
use crate::diagnostic::Diagnostic;

impl<'t> Writer<'t> {
    pub(super) fn footnote(&mut self, name: &str, parts: &[Part<'t>]) {
        let outer = std::mem::take(&mut self.out);
        self.out.push(parts[0].0.clone());
        let mut at = 1;
        while at < parts.len() {
            at += self.part(&parts[at..]);
        }
        let note = std::mem::replace(&mut self.out, outer);
        self.footnotes.insert(name.to_owned(), (parts[0].1.clone(), note));
    }

    /// Footnotes stand at the end of the page, in the order in which the text refers to them.
    pub(super) fn place_footnotes(&mut self) {
        if self.footnotes.is_empty() {
            return;
        }
        self.out.push(Event::Html("<section class=\"footnotes\">\n".into()));
        for name in std::mem::take(&mut self.footnote_order) {
            self.out.extend(self.footnotes.remove(&name).unwrap_or_default().1);
        }
        self.out.push(Event::Html("</section>\n".into()));
        let unused = std::mem::take(&mut self.footnotes);
        for (name, (range, _)) in unused {
            let mark = format!("[^{name}]:").len().min(range.end - range.start);
            let place = self.span(range.start..range.start + mark);
            let warning = Diagnostic::warning(format!("nothing refers to the footnote `{name}`"), place);
            self.found.diagnostics.push(warning.label(format!("expected `[^{name}]` in the text")));
        }
    }
}
