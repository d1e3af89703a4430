//! The files of a site that are rendered, one by one: most builds need few of them.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Value, context};

use super::{TemplateError, Templates};
use crate::lesson::to_root;
use crate::site::view::{ExperimentView, FrameView, PageView, Site};
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
    /// The place of each lesson among these, and behind them of the other pages, by its slug.
    places: BTreeMap<&'a str, usize>,
    /// What every page sees.
    shared: Value,
    shared_from: Sum,
}

impl<'a> Pages<'a> {
    /// Prepares the pages of a site.
    pub fn new(templates: &'a Templates, site: &'a Site) -> Self {
        let outline = outline(site);
        let pages: Vec<Value> = site.pages.iter().map(link).collect();
        let shared_from = Sum::of_value(&(&site.course, &site.frame, &outline, &pages));
        let base_url = links::base_url(&site.course);
        let preview: Option<&str> = None;
        let theme_script = templates.theme_script();
        let shared =
            context! { course => Serde(&site.course), base_url, outline, pages, preview, theme_script };
        let lessons: Vec<&PageView> = site.chapters.iter().flat_map(|chapter| &chapter.lessons).collect();
        let all = lessons.iter().copied().chain(&site.pages).enumerate();
        let places = all.map(|(place, page)| (page.slug.as_str(), place)).collect();
        Pages { templates, site, lessons, places, shared, shared_from }
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

    /// Returns the page of a lesson, or one beside the lessons.
    ///
    /// # Errors
    /// A fault of an author's template.
    pub fn lesson(&self, lesson: &PageView) -> Result<Vec<u8>, TemplateError> {
        self.templates.render(&self.lesson_page(lesson)).map(String::into_bytes)
    }

    /// Returns a hash over what the page of a lesson shows beside the lesson, and over the templates.
    pub fn around(&self, lesson: &PageView) -> Sum {
        let (previous, next) = self.neighbours(lesson);
        let beside = Sum::of_value(&(previous, next, self.prerequisites(lesson), self.edit(lesson)));
        Sum::over(&[self.templates.sum, self.shared_from, beside])
    }

    /// Returns every page, in the order in which they are tried.
    pub fn all(&self) -> impl Iterator<Item = Page> {
        let lessons =
            self.lessons.iter().copied().chain(&self.site.pages).map(|lesson| self.lesson_page(lesson));
        self.other_pages().into_iter().chain(lessons)
    }

    fn other_pages(&self) -> Vec<Page> {
        let page = |template: &'static str, values| Page { path: template.to_owned(), template, values };
        let course = &self.site.course;
        let chapters = Serde(&self.site.chapters);
        let content_security_policy = &course.policy.text;
        let preview = self.lessons.iter().find_map(|lesson| lesson.preview.as_ref());
        let shared = || self.around_page("");
        let mut pages = vec![
            page(
                "index.html",
                context! {
                    here => "index", root => "", chapters, preview, content_security_policy,
                    titles => self.titles(), computed => Serde(&self.site.computed), ..shared()
                },
            ),
            page(
                "404.html",
                context! { here => "404", root => "", base => links::base_path(course), content_security_policy, ..shared() },
            ),
        ];
        pages.extend(links::base_url(course).map(|_| page("sitemap.xml", shared())));
        pages
    }

    fn lesson_page(&self, lesson: &PageView) -> Page {
        let policy = &self.site.course.policy;
        let states = !(lesson.needs_more && policy.gives_way);
        let stated = if lesson.live { &policy.live } else { &policy.text };
        let root = to_root(&lesson.slug);
        let (previous, next) = self.neighbours(lesson);
        let values = context! {
            content_security_policy => stated.as_ref().filter(|_| states),
            here => &lesson.slug,
            root => &root,
            lesson => Serde(lesson),
            preview => &lesson.preview,
            prerequisites => self.prerequisites(lesson),
            previous,
            next,
            edit => self.edit(lesson),
            ..self.around_page(&root)
        };
        Page { path: format!("{}.html", lesson.slug), template: "lesson.html", values }
    }

    /// Returns what every page sees, with the addresses of one from which `root` leads to the site's own folder.
    fn around_page(&self, root: &str) -> Value {
        let moved = |html: &String| {
            let starts = ["=\"", "='", "="].into_iter();
            starts.fold(html.clone(), |html, start| {
                html.replace(&format!("{start}../"), &format!("{start}{root}"))
            })
        };
        let FrameView { head_html, footer_html } = &self.site.frame;
        context! { head_html => moved(head_html), footer_html => moved(footer_html), ..self.shared.clone() }
    }

    fn neighbours(&self, lesson: &PageView) -> (Option<Value>, Option<Value>) {
        let place = self.places.get(lesson.slug.as_str()).filter(|place| **place < self.lessons.len());
        let Some(&index) = place else { return (None, None) };
        let before = index.checked_sub(1).map(|before| link(self.lessons[before]));
        let after = self.lessons.get(index + 1).map(|after| {
            context! { slug => &after.slug, title_html => &after.title_html, summary_html => &after.summary_html }
        });
        (before, after)
    }

    fn prerequisites(&self, lesson: &PageView) -> Vec<Value> {
        let known = |slug: &String| {
            let place = *self.places.get(slug.as_str())?;
            let lessons = self.lessons.len();
            self.lessons.get(place).copied().or_else(|| self.site.pages.get(place - lessons))
        };
        lesson.prerequisites.iter().filter_map(known).map(link).collect()
    }

    /// Returns the title of each page as HTML, by its slug.
    fn titles(&self) -> Value {
        let all = self.lessons.iter().copied().chain(&self.site.pages);
        all.map(|page| (page.slug.clone(), Value::from(&page.title_html))).collect()
    }

    fn edit(&self, lesson: &PageView) -> Option<String> {
        links::edit(&self.site.course, &lesson.source_path)
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
