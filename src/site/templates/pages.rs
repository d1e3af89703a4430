//! The files of a site that are rendered, one by one: most builds need few of them.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Value, context};

use super::{TemplateError, Templates};
use crate::lesson::to_root;
use crate::site::view::{ExperimentView, PageView, Site};
use crate::site::{Output, links};
use crate::store::cache::Sum;

/// A file to be rendered.
pub struct Page {
    /// In the output; empty for an experiment, which is a part of a page.
    pub path: String,
    pub template: &'static str,
    pub values: Value,
}

impl Page {
    /// Makes the page that tries the template of experiments alone.
    pub fn of_experiment(experiment: &ExperimentView) -> Page {
        let values = context! { experiment => Serde(experiment) };
        Page { path: String::new(), template: "experiment.html", values }
    }
}

/// All that the pages of a site are made of.
#[derive(Debug)]
pub struct Pages<'a> {
    templates: &'a Templates,
    site: &'a Site,
    lessons: Vec<&'a PageView>,
    /// What every page sees.
    shared: Value,
    shared_from: Sum,
}

impl<'a> Pages<'a> {
    /// Prepares the pages of a site.
    pub fn new(templates: &'a Templates, site: &'a Site) -> Self {
        let outline = outline(site);
        let shared_from = Sum::of_value(&(&site.course, &outline));
        let shared = context! { course => Serde(&site.course), outline };
        let lessons = site.chapters.iter().flat_map(|chapter| &chapter.lessons).collect();
        Pages { templates, site, lessons, shared, shared_from }
    }

    /// Returns what is no lesson: the other pages, the style sheet, the assets, the site map.
    ///
    /// # Errors
    /// A fault of an author's template.
    pub fn others(&self) -> Result<Output, TemplateError> {
        let mut output = self.templates.assets.clone();
        let sheet = self.templates.style_sheet(&self.site.chart_css);
        output.insert("assets/gradbook.css".into(), sheet.into_bytes());
        for page in self.other_pages() {
            let text = self.templates.render(&page)?;
            output.insert(page.path, text.into_bytes());
        }
        Ok(output)
    }

    /// Returns the lesson with that index in the site, shown as `lesson` has it.
    ///
    /// # Errors
    /// A fault of an author's template.
    pub fn lesson(&self, index: usize, lesson: &PageView) -> Result<Vec<u8>, TemplateError> {
        self.templates.render(&self.lesson_page(index, lesson)).map(String::into_bytes)
    }

    /// Returns a hash over what the page of a lesson shows beside the lesson, and over the templates.
    pub fn around(&self, index: usize) -> Sum {
        let beside = Sum::of_value(&(self.previous(index), self.next(index), self.edit(index)));
        Sum::over(&[self.templates.sum, self.shared_from, beside])
    }

    /// Returns every page, in the order in which they are tried.
    pub fn all(&self) -> impl Iterator<Item = Page> {
        let lessons = self.lessons.iter().enumerate().map(|(index, lesson)| self.lesson_page(index, lesson));
        self.other_pages().into_iter().chain(lessons)
    }

    fn other_pages(&self) -> Vec<Page> {
        let page = |template: &'static str, values| Page { path: template.to_owned(), template, values };
        let course = &self.site.course;
        let chapters = Serde(&self.site.chapters);
        let content_security_policy = &course.policy.text;
        let shared = || self.shared.clone();
        let mut pages = vec![
            page(
                "index.html",
                context! { here => "index", root => "", chapters, content_security_policy, ..shared() },
            ),
            page(
                "404.html",
                context! { here => "404", root => "", base => links::base_path(course), content_security_policy, ..shared() },
            ),
        ];
        let base_url = links::base_url(course);
        pages.extend(base_url.map(|base_url| page("sitemap.xml", context! { base_url, ..shared() })));
        pages
    }

    fn lesson_page(&self, index: usize, lesson: &PageView) -> Page {
        let policy = &self.site.course.policy;
        let states = !(lesson.needs_more && policy.gives_way);
        let values = context! {
            content_security_policy => policy.text.as_ref().filter(|_| states),
            here => &lesson.slug,
            root => to_root(&lesson.slug),
            lesson => Serde(lesson),
            previous => self.previous(index),
            next => self.next(index),
            edit => self.edit(index),
            ..self.shared.clone()
        };
        Page { path: format!("{}.html", lesson.slug), template: "lesson.html", values }
    }

    fn previous(&self, index: usize) -> Option<Value> {
        index.checked_sub(1).map(|before| link(self.lessons[before]))
    }

    fn next(&self, index: usize) -> Option<Value> {
        self.lessons.get(index + 1).map(|after| link(after))
    }

    fn edit(&self, index: usize) -> Option<String> {
        links::edit(&self.site.course, &self.lessons[index].source_path)
    }
}

/// Returns a lesson as navigation shows it.
fn link(page: &PageView) -> Value {
    context! { slug => &page.slug, title_html => &page.title_html }
}

/// Returns the chapters with no more of their lessons than navigation needs: it stands on every page.
fn outline(site: &Site) -> Vec<Value> {
    let chapters = site.chapters.iter();
    chapters
        .map(|chapter| {
            let lessons: Vec<_> = chapter.lessons.iter().map(link).collect();
            context! { title => &chapter.title, lessons }
        })
        .collect()
}

/// Returns a hash over an author's files of templates.
pub(super) fn sum(files: &BTreeMap<String, Vec<u8>>) -> Sum {
    let sums = files.iter().flat_map(|(name, bytes)| [Sum::of(name.as_bytes()), Sum::of(bytes)]);
    Sum::over(&sums.collect::<Vec<_>>())
}
