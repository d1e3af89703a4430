//! Terms of the glossary in a text, the first of each on a page.

use std::ops::Range;

use pulldown_cmark::Event;

use super::{Part, Writer};
use crate::markup::escaped;

impl<'t> Writer<'t> {
    /// Writes text in which terms are explained; says how many parts that was. The words of a term may stand on two lines.
    pub(super) fn terms(&mut self, parts: &[Part<'t>]) -> Option<usize> {
        let glossary = &self.scene.library.glossary;
        if glossary.terms.is_empty() || self.beside.is_some() || self.in_link || self.in_heading {
            return None;
        }
        let (Event::Text(first), range) = &parts[0] else { return None };
        let mut text = first.to_string();
        let next = match (parts.get(1), parts.get(2)) {
            (Some((Event::SoftBreak, _)), Some((Event::Text(next), range))) => Some((next, range)),
            _ => None,
        };
        if let Some((next, _)) = next {
            text = format!("{text}\n{next}");
        }
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        for (place, term) in glossary.find(&text).filter(|(place, _)| place.start < first.len()) {
            if !self.explained.contains(&term) {
                self.explained.push(term);
                found.push((place, term));
            }
        }
        let end = found.last()?.0.end;
        self.check_text(first, range);
        let mut taken = 1;
        if end > first.len() {
            if let Some((next, range)) = next {
                self.check_text(next, range);
            }
            taken = 3;
        } else {
            text.truncate(first.len());
        }
        let mut at = 0;
        for (place, term) in found {
            self.out.push(Event::Text(text[at..place.start].to_owned().into()));
            let words = escaped(&text[place.clone()]);
            let id =
                format!("term.{}", self.explained.iter().position(|known| *known == term).unwrap_or(0) + 1);
            let means = &glossary.terms[term].means;
            let html = format!(
                "<span class=\"term\"><dfn tabindex=\"0\" aria-describedby=\"{id}\">{words}</dfn><span class=\"peek\" \
                 role=\"tooltip\" id=\"{id}\"><span>{means}</span></span></span>"
            );
            self.out.push(Event::InlineHtml(html.into()));
            at = place.end;
        }
        self.out.push(Event::Text(text[at..].to_owned().into()));
        Some(taken)
    }

    /// Lists the terms that the page explains, for paper.
    pub(super) fn place_terms(&mut self) {
        if self.explained.is_empty() {
            return;
        }
        let mut html = String::from("<dl class=\"terms\" aria-hidden=\"true\">\n");
        for term in &self.explained {
            let term = &self.scene.library.glossary.terms[*term];
            html += &format!("<dt>{}</dt><dd>{}</dd>\n", escaped(&term.name), term.means);
        }
        self.out.push(Event::Html((html + "</dl>\n").into()));
    }
}
