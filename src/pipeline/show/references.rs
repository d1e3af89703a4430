//! What references become, when it is known how everything is numbered: links that show what they lead to.

mod filler;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use rayon::prelude::*;

use super::drafts::Draft;
use super::figure_view::DrawnBlock;
use super::numbering::{Numbering, PageNumbers};
use crate::bibliography::{self, Wording};
use crate::diagnostic::Diagnostic;
use crate::lesson::{
    Course, Fragment, Lesson, Mark, Reference, Role, Target, address, figure_id, mark, plain, table_id,
    to_root,
};
use crate::markup::{self, escaped};
use crate::pipeline::computed::Computed;
use crate::pipeline::run::planned::{Planned, block_texts};

pub(crate) use filler::Filler;

/// Everything that references may lead to, as it is numbered.
pub(crate) struct References<'a> {
    computed: &'a Computed,
    drafts: &'a [Draft<'a>],
    numbering: Numbering,
    /// The index of each page in the course.
    pages: BTreeMap<&'a str, usize>,
    /// Of each page the years of its sources, by their keys, as they are told apart there.
    years: Vec<BTreeMap<String, String>>,
}

impl<'a> References<'a> {
    /// Numbers everything that the drafts show.
    pub(crate) fn new(computed: &'a Computed, drafts: &'a [Draft<'a>]) -> Self {
        let lessons = computed.course.lessons.iter().enumerate();
        References {
            computed,
            drafts,
            numbering: Numbering::of(&computed.course, &computed.planned, drafts),
            pages: lessons.map(|(index, lesson)| (lesson.slug.as_str(), index)).collect(),
            years: drafts.iter().map(|draft| years(&computed.course, draft)).collect(),
        }
    }

    /// Returns the numbers on a page.
    pub(crate) fn numbers(&self, page: usize) -> &PageNumbers {
        self.numbering.page(page)
    }

    /// Returns what fills the marks of a page.
    pub(crate) fn filler(&self, page: usize) -> Filler<'_, 'a> {
        Filler::new(self, page)
    }

    fn course(&self) -> &'a Course {
        &self.computed.course
    }

    /// Returns what is wrong with references to what their experiments turn out not to show.
    pub(crate) fn check(&self) -> Vec<Diagnostic> {
        let course = self.course();
        let check = |lesson: usize, text: &Fragment| {
            let mut found = Vec::new();
            for value in text.values().filter(|value| value.role == Role::Reference) {
                let Ok(reference) = course.refer(&course.lessons[lesson], value) else { continue };
                let Some(page) = self.pages.get(reference.slug.as_str()) else { continue };
                let (what, id) = match &reference.to {
                    Target::Figure(id, name) => (format!("figure `{name}`"), id),
                    Target::Table(id) => ("table".to_owned(), id),
                    _ => continue,
                };
                // Of an experiment that was left out of this build nothing is known.
                let has_run = self.drafts[*page].experiment_with(id, &self.computed.planned).is_some();
                if !has_run || self.numbers(*page).get(&reference.to).is_some() {
                    continue;
                }
                let message = format!("the experiment `{id}` shows no {what} with these settings");
                found.push(Diagnostic::error(message, value.span).label("leads nowhere"));
            }
            found
        };
        let in_lesson = |(index, lesson): (usize, &Lesson)| {
            [&lesson.title, &lesson.summary, &lesson.body].map(|text| check(index, text)).concat()
        };
        let in_block = |planned: &Planned| {
            let mut found = Vec::new();
            let lesson = &course.lessons[planned.lesson];
            let place = |path: &str| planned.tree.locate(path);
            let refers = |text: &str| text.contains("{{") && text.contains("ref");
            let texts = block_texts(planned).filter(|(_, text)| refers(text));
            for (path, text) in texts {
                if let Ok(text) = course.short(lesson, text, place(&path)) {
                    found.extend(check(planned.lesson, &text));
                }
            }
            let alt = planned.header.alt.as_deref().filter(|text| refers(text));
            if let Some(Ok(text)) = alt.map(|alt| course.plain(lesson, alt, place("alt"))) {
                found.extend(check(planned.lesson, &text));
            }
            found
        };
        let lessons = course.lessons.par_iter().enumerate().flat_map_iter(in_lesson);
        lessons.chain(self.computed.planned.par_iter().flat_map_iter(in_block)).collect()
    }

    /// A number with what it is of, in the words of the course.
    fn numbered(&self, what: &str, number: &dyn Display) -> String {
        escaped(&self.course().words().get(what).replace("{number}", &number.to_string()))
    }

    /// How sources are named in the language of the course.
    fn wording(&self) -> Wording<'a> {
        let words = self.course().words();
        Wording {
            and: words.get("cited_and"),
            others: words.get("cited_others"),
            no_date: words.get("no_date"),
        }
    }

    /// What a reference reads, as HTML without links.
    fn words(&self, reference: &Reference) -> String {
        let lesson = |slug: &str| self.course().number_of(slug);
        let Some(page) = self.pages.get(reference.slug.as_str()) else {
            return self.words_of_unread(reference);
        };
        let numbers = self.numbers(*page);
        let numbered = |what: &str| match numbers.get(&reference.to) {
            Some(number) if reference.number => number.to_owned(),
            Some(number) => self.numbered(what, &number),
            None => self.words_of_unread(reference),
        };
        match &reference.to {
            Target::Lesson => match lesson(&reference.slug) {
                // A section of a book is called by its number there, or by its title.
                _ if self.course().lessons[*page].section.is_some() => {
                    let section = self.course().lessons[*page].section.as_deref().unwrap_or_default();
                    let title = self.without_titles(&self.drafts[*page].view.title_html);
                    if reference.number { section.to_owned() } else { title }
                }
                Some(number) if reference.number => number.to_string(),
                Some(number) => self.numbered("lesson_number", &number),
                None => self.without_titles(&self.drafts[*page].view.title_html),
            },
            Target::Experiment(id) => {
                let found = self.drafts[*page].experiment_with(id, &self.computed.planned);
                match found.map(|found| found.view.title_html.as_str()) {
                    Some(title) if !title.is_empty() => self.without_titles(title),
                    _ => format!("<code>{}</code>", escaped(id)),
                }
            }
            Target::Figure(..) | Target::Picture(_) => numbered("figure_number"),
            Target::Table(_) => numbered("table_number"),
            Target::Equation(label) => {
                let number = self.course().lessons[*page].equation(label).unwrap_or("?");
                let bare = number.strip_prefix('(').and_then(|number| number.strip_suffix(')'));
                escaped(bare.filter(|_| reference.number).unwrap_or(number))
            }
        }
    }

    /// What a reference reads that leads to what this build leaves out: another lesson, an experiment that did not run.
    fn words_of_unread(&self, reference: &Reference) -> String {
        let lesson = self.course().number_of(&reference.slug).map(|number| number.to_string());
        let beyond = |what: &str| match (&lesson, reference.number) {
            (Some(lesson), true) => format!("{lesson}.?"),
            (Some(lesson), false) => self.numbered(what, &format!("{lesson}.?")),
            (None, true) => "?".to_owned(),
            (None, false) => self.numbered(what, &"?"),
        };
        match &reference.to {
            Target::Lesson => match &lesson {
                Some(lesson) if reference.number => lesson.clone(),
                Some(lesson) => self.numbered("lesson_number", lesson),
                None => escaped(&reference.slug),
            },
            Target::Experiment(id) => format!("<code>{}</code>", escaped(id)),
            Target::Figure(..) | Target::Picture(_) => beyond("figure_number"),
            Target::Table(_) => beyond("table_number"),
            Target::Equation(_) => {
                let number = lesson.as_ref().map_or_else(|| "?".to_owned(), |lesson| format!("{lesson}.?"));
                if reference.number { number } else { format!("({number})") }
            }
        }
    }

    /// Fills the marks of a drawing that stands in a file of its own.
    pub(crate) fn in_drawing(&self, svg: &str) -> String {
        mark::fill(svg, |mark, _| escaped(&plain::text(&self.without_titles(&mark.written()))))
    }

    /// A title within another text: without links, and with the names of what it refers to by titles.
    fn without_titles(&self, html: &str) -> String {
        let filled = mark::fill(html, |mark, _| match mark {
            Mark::Reference(Reference { to: Target::Experiment(id), .. }) => {
                format!("<code>{}</code>", escaped(id))
            }
            Mark::Reference(reference) if reference.to == Target::Lesson => self
                .course()
                .number_of(&reference.slug)
                .map_or_else(|| escaped(&reference.slug), |number| self.numbered("lesson_number", &number)),
            Mark::Reference(reference) => self.words(reference),
            Mark::Picture(_) => String::new(),
            Mark::Citation { key, .. } => self.course().bibliography().get(key).map_or_else(
                || escaped(key),
                |source| {
                    escaped(&format!(
                        "{}, {}",
                        source.short(self.wording()),
                        self.wording().year(&source.year)
                    ))
                },
            ),
        });
        markup::without_links(&filled)
    }

    /// The same as plain text, escaped.
    fn readable(&self, html: &str) -> String {
        escaped(&plain::text(&self.without_titles(html)))
    }

    /// What is shown of that to which a reference leads, as HTML within a line; empty where there is nothing to show.
    fn peek(&self, reference: &Reference, from: &str) -> String {
        let Some(page) = self.pages.get(reference.slug.as_str()) else { return String::new() };
        let draft = &self.drafts[*page];
        let picture = |path: &str| {
            format!("<img src=\"{}{}\" alt=\"\" loading=\"lazy\">", to_root(from), address(path))
        };
        let chart = |id: &str, name: &str| picture(&format!("{}/{id}-{name}.svg", reference.slug));
        let said = |html: &str| match html.is_empty() {
            true => String::new(),
            false => format!("<span>{}</span>", self.readable(html)),
        };
        let experiment = |id: &str| draft.experiment_with(id, &self.computed.planned);
        let about = |id: &str| {
            experiment(id).map_or_else(String::new, |found| {
                let (title, caption) = (&found.view.title_html, &found.view.caption_html);
                let title = if title.is_empty() {
                    title.clone()
                } else {
                    format!("<strong>{}</strong>", self.readable(title))
                };
                title + &said(caption)
            })
        };
        match &reference.to {
            Target::Lesson => {
                format!(
                    "<strong>{}</strong>{}",
                    self.readable(&draft.view.title_html),
                    said(&draft.view.summary_html)
                )
            }
            Target::Experiment(id) => {
                let first = experiment(id).and_then(|found| found.drawing.sketch.figures.first());
                first.map_or_else(String::new, |name| chart(id, name)) + &about(id)
            }
            Target::Figure(id, name) => chart(id, name) + &about(id),
            Target::Table(id) => about(id),
            Target::Picture(name)
                if let Some(figure) = draft.figures.iter().find(|one| one.view.id == *name) =>
            {
                let title = match figure.view.title_html.as_str() {
                    "" => String::new(),
                    title => format!("<strong>{}</strong>", self.readable(title)),
                };
                picture(&format!("{}/{name}.svg", reference.slug)) + &title + &said(&figure.view.caption_html)
            }
            Target::Picture(name) => {
                let body = &draft.view.body_html;
                let start = body.find(&format!("<figure id=\"figure-{name}\">"));
                let figure =
                    start.and_then(|start| body[start..].split("</figure>").next()).unwrap_or_default();
                let image = between(figure, "<img ", ">").and_then(|image| between(image, "src=\"", "\""));
                // A drawing that its page holds would be as long here as it is there.
                let is_file = |below: &&str| !self.course().embeds(below);
                let below = image.map(|source| source.trim_start_matches("../")).filter(is_file);
                let image = below.map_or_else(String::new, |below| {
                    format!("<img src=\"{}{below}\" alt=\"\" loading=\"lazy\">", to_root(from))
                });
                image + &said(between(figure, "<figcaption>", "</figcaption>").unwrap_or_default())
            }
            Target::Equation(label) => {
                let body = &draft.view.body_html;
                let id = format!(" id=\"eq-{label}\"");
                let place = body.find(&id);
                let formula = place.and_then(|place| {
                    let start = body[..place].rfind("<math")?;
                    let end = start + body[start..].find("</math>")? + "</math>".len();
                    (end > place).then(|| markup::without_links(&body[start..end]))
                });
                formula.map_or_else(String::new, |formula| markup::without_ids(&formula))
            }
        }
    }

    /// Returns a list of everything with a number in the course, as it stands on the page with that index.
    pub(crate) fn list(&self, page: usize) -> String {
        let course = self.course();
        let from = course.lessons[page].slug.as_str();
        let mut html = String::from("<section class=\"list-of-figures\">\n");
        for (index, lesson) in course.lessons.iter().enumerate() {
            let listed = self.numbers(index).listed();
            if listed.is_empty() {
                continue;
            }
            let here =
                Reference { slug: lesson.slug.clone(), to: Target::Lesson, number: false, plain: true };
            let title = self.without_titles(&self.drafts[index].view.title_html);
            let title = match lesson.number {
                Some(number) => format!("<span class=\"number-of\">{number}</span> {title}"),
                None => title,
            };
            html += &format!("<h2><a href=\"{}\">{title}</a></h2>\n<ul>\n", place(&here, from));
            let captions = captions(&self.drafts[index].view.body_html);
            for one in listed {
                let is_table = matches!(one.target, Some(Target::Table(_)));
                let what = if is_table { "table_number" } else { "figure_number" };
                let words = self.numbered(what, &one.number);
                let to = one.target.clone().unwrap_or(Target::Lesson);
                let caption = match (&to, one.picture) {
                    (_, Some(place)) => {
                        captions.get(place).map_or_else(String::new, |html| self.readable(html))
                    }
                    (Target::Figure(id, _) | Target::Table(id), None) => self.about(index, id, &to),
                    (Target::Picture(name), None) => {
                        let own = self.drafts[index].figures.iter().find(|one| one.view.id == *name);
                        let drawn =
                            |one: &DrawnBlock| one.view.figures.first().map(|figure| escaped(&figure.title));
                        own.map_or_else(String::new, |one| match one.view.title_html.as_str() {
                            "" => drawn(one).unwrap_or_default(),
                            title => self.without_titles(title),
                        })
                    }
                    _ => String::new(),
                };
                let address = place(&Reference { to, ..here.clone() }, from);
                html += &format!("<li><a href=\"{address}\">{words}</a> {caption}</li>\n");
            }
            html += "</ul>\n";
        }
        html + "</section>\n"
    }

    /// What a list says of a figure or table of an experiment.
    fn about(&self, page: usize, id: &str, to: &Target) -> String {
        let Some(found) = self.drafts[page].experiment_with(id, &self.computed.planned) else {
            return String::new();
        };
        let sketch = &found.drawing.sketch;
        let drawn = match to {
            Target::Figure(_, name) => sketch.figures.iter().position(|known| known == name),
            _ => None,
        };
        let drawn = drawn.and_then(|at| sketch.titles.get(at)).map(|title| escaped(title));
        match (found.view.title_html.as_str(), drawn) {
            ("", Some(drawn)) => drawn,
            ("", None) => format!("<code>{}</code>", escaped(id)),
            (title, Some(drawn)) if sketch.figures.len() > 1 => {
                format!("{}: {drawn}", self.without_titles(title))
            }
            (title, _) => self.without_titles(title),
        }
    }
}

/// Where a reference leads, from the page of that slug.
fn place(reference: &Reference, from: &str) -> String {
    let anchor = match &reference.to {
        Target::Lesson => String::new(),
        Target::Experiment(id) => format!("#experiment-{id}"),
        Target::Figure(id, figure) => format!("#{}", figure_id(id, figure)),
        Target::Table(id) => format!("#{}", table_id(id)),
        Target::Picture(name) => format!("#figure-{name}"),
        Target::Equation(label) => format!("#eq-{label}"),
    };
    match reference.slug == from {
        true if anchor.is_empty() => "#main".to_owned(),
        true => anchor,
        false => format!("{}{}.html{anchor}", to_root(from), address(&reference.slug)),
    }
}

/// The years of what a page cites.
fn years(course: &Course, draft: &Draft) -> BTreeMap<String, String> {
    let texts = draft.experiments.iter().flat_map(|experiment| {
        let view = &experiment.view;
        let claims = view.claims.iter().map(|claim| &claim.says_html);
        [&view.title_html, &view.caption_html, &view.alt].into_iter().chain(claims)
    });
    let drawn = draft
        .figures
        .iter()
        .flat_map(|figure| [&figure.view.title_html, &figure.view.caption_html, &figure.view.alt]);
    let own = [&draft.view.title_html, &draft.view.summary_html, &draft.view.body_html];
    let marks = own.into_iter().chain(texts).chain(drawn).flat_map(|html| mark::marks(html));
    let keys = marks.filter_map(|mark| if let Mark::Citation { key, .. } = mark { Some(key) } else { None });
    let keys: BTreeSet<String> = keys.collect();
    bibliography::years(keys.iter().filter_map(|key| course.bibliography().get(key)))
}

/// Returns what stands between two texts, the first of each.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    text.split_once(open)?.1.split_once(close).map(|(inside, _)| inside)
}

/// The captions of the pictures of a page, in order.
fn captions(body: &str) -> Vec<&str> {
    let figures = body.split("<figcaption>").skip(1);
    figures
        .filter_map(|rest| rest.split_once("</figcaption>"))
        .map(|(caption, _)| caption)
        .filter(|caption| mark::marks(caption).any(|mark| matches!(mark, Mark::Picture(_))))
        .collect()
}
