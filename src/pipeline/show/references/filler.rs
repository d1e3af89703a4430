//! The marks of a page, filled in its order: numbers, references, citations.

use std::collections::BTreeMap;

use super::{References, place};
use crate::bibliography::Source;
use crate::lesson::{Mark, Reference, link_back, mark, plain};
use crate::markup::escaped;

/// Fills the marks of one page, in its order.
pub(crate) struct Filler<'r, 'a> {
    references: &'r References<'a>,
    /// Index of the page in the course.
    page: usize,
    pictures: usize,
    peeks: usize,
    /// The sources that are cited, with the ids of the places that lead to each.
    cited: BTreeMap<String, Vec<String>>,
    citations: usize,
}

impl<'r, 'a> Filler<'r, 'a> {
    /// Begins a page, given by its index in the course.
    pub(super) fn new(references: &'r References<'a>, page: usize) -> Self {
        Filler { references, page, pictures: 0, peeks: 0, cited: BTreeMap::new(), citations: 0 }
    }

    /// Fills the marks in HTML.
    pub(crate) fn html(&mut self, html: &str) -> String {
        mark::fill(html, |mark, in_tag| self.mark(mark, in_tag))
    }

    fn mark(&mut self, mark: &Mark, in_tag: bool) -> String {
        match mark {
            Mark::Picture(_) => {
                let number = self.references.numbers(self.page).picture(self.pictures).unwrap_or("?");
                self.pictures += 1;
                format!(
                    "<span class=\"number-of\">{}</span> ",
                    self.references.numbered("figure_number", &number)
                )
            }
            Mark::Citation { key, year, plain } => self.citation(key, *year, *plain || in_tag),
            Mark::Reference(reference) => {
                let words = self.references.words(reference);
                match in_tag || reference.plain {
                    true if in_tag => escaped(&plain::text(&words)),
                    true => words,
                    false => self.link(reference, &words),
                }
            }
        }
    }

    /// A source by author and year, which leads to the end of the page and shows what stands there.
    fn citation(&mut self, key: &str, year_alone: bool, plain: bool) -> String {
        let Some(source) = self.references.course().bibliography().get(key) else { return String::new() };
        let year = self.references.years[self.page].get(key).unwrap_or(&source.year);
        let wording = self.references.wording();
        let shown = wording.year(year);
        let words = match year_alone {
            true => escaped(&shown),
            false => escaped(&format!("{}, {shown}", source.short(wording))),
        };
        let places = self.cited.entry(key.to_owned()).or_default();
        if plain {
            return words;
        }
        self.citations += 1;
        let id = format!("cite.{}", self.citations);
        places.push(id.clone());
        self.peeks += 1;
        let peek = format!("peek.{}", self.peeks);
        format!(
            "<span class=\"peeking\"><a class=\"citation\" id=\"{id}\" href=\"#source.{key}\" \
             aria-describedby=\"{peek}\">{words}</a><span class=\"peek\" role=\"tooltip\" \
             id=\"{peek}\"><span>{}</span></span></span>",
            source.html(year, false, wording)
        )
    }

    /// Returns the sources that were cited, each with what leads back to the text; empty where there are none.
    pub(crate) fn sources(&self) -> String {
        let bibliography = self.references.course().bibliography();
        let mut cited: Vec<(&Source, &Vec<String>)> =
            self.cited.iter().filter_map(|(key, places)| Some((bibliography.get(key)?, places))).collect();
        if cited.is_empty() {
            return String::new();
        }
        let years = &self.references.years[self.page];
        let year = |source: &'_ Source| years.get(&source.key).unwrap_or(&source.year).clone();
        cited.sort_by_key(|(source, _)| (source.order().0, year(source), source.key.clone()));
        let words = self.references.course().words();
        let title = escaped(words.get("sources"));
        let wording = self.references.wording();
        let mut html = format!(
            "<section class=\"sources\" aria-labelledby=\"sources.title\">\n<h2 id=\"sources.title\">{title}</h2>\n<ul>\n"
        );
        for (source, places) in cited {
            html +=
                &format!("<li id=\"source.{}\">{}", source.key, source.html(&year(source), true, wording));
            for (index, place) in places.iter().enumerate() {
                html += &format!(" {}", link_back(place, index + 1, words));
            }
            html += "</li>\n";
        }
        html + "</ul>\n</section>\n"
    }

    fn link(&mut self, reference: &Reference, words: &str) -> String {
        let from = self.references.course().lessons[self.page].slug.as_str();
        let address = place(reference, from);
        let peek = self.references.peek(reference, from);
        if peek.is_empty() {
            return format!("<a class=\"ref\" href=\"{address}\">{words}</a>");
        }
        self.peeks += 1;
        let id = format!("peek.{}", self.peeks);
        format!(
            "<span class=\"peeking\"><a class=\"ref\" href=\"{address}\" aria-describedby=\"{id}\">{words}</a><span \
             class=\"peek\" role=\"tooltip\" id=\"{id}\">{peek}</span></span>"
        )
    }
}
