//! The one user of minijinja templates: loading, overriding, rendering, and what is wrong with one.

mod dry_run;
mod environment;
mod error;
mod folder;
mod pages;
mod sample;

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::Environment;

use super::view::ExperimentView;
use super::{links, policy};
use crate::lesson::plain;
use crate::site::embedded::{ASSETS, STYLES, TEMPLATES, THEME};
use crate::store::cache::Sum;
use crate::words::Words;

pub use error::TemplateError;
use pages::Page;
pub use pages::Pages;

/// The templates, styles and assets of a course: the program's own, with an author's files before them.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    styles: BTreeMap<String, String>,
    assets: BTreeMap<String, Vec<u8>>,
    /// Of an author's files.
    sum: Sum,
    index_shows_bodies: bool,
    needs_more: bool,
}

impl Default for Templates {
    fn default() -> Self {
        Templates::load(None).expect("the templates in the program are tested")
    }
}

impl Templates {
    /// Loads the program's templates and, where `overrides` is an existing folder, an author's files in
    /// it: a file of the same name wins, further templates can be included, further files under
    /// `assets/` are copied.
    ///
    /// # Errors
    /// Every template that does not parse or asks for what no page has, and every file that cannot be read or is
    /// of no use.
    pub fn load(overrides: Option<&Path>) -> Result<Templates, Vec<TemplateError>> {
        let (files, mut errors) = overrides.map(folder::read).unwrap_or_default();
        errors.extend(folder::unused(&files));
        let sum = pages::sum(&files);
        // Whatever page may include it; the page of a lesson is the one that shows a body in any case.
        let body = |text: &[u8]| memchr::memmem::find(text, b"body_html").is_some();
        let index_shows_bodies = files.iter().any(|(name, text)| name != "lesson.html" && body(text));
        let needs_more = files.iter().any(|(name, text)| needs_more(name, &String::from_utf8_lossy(text)));
        let overridden = files.keys().any(|name| is_template(name));
        let mut environment = environment::new();
        environment.add_filter("encoded", |url: &str| links::encoded(url));
        environment.add_filter("plain", |html: &str| plain::text(html));
        for (name, source) in TEMPLATES {
            environment.add_template(name, source).expect("the templates in the program are tested");
        }
        let mut styles = own_texts(STYLES);
        let mut assets: BTreeMap<_, _> =
            ASSETS.iter().map(|(name, bytes)| (name.to_string(), bytes.to_vec())).collect();
        for (name, bytes) in files {
            if name.starts_with("assets/") {
                assets.insert(name, bytes);
            } else if styles.contains_key(&name) || is_template(&name) {
                match String::from_utf8(bytes) {
                    Err(_) => errors.push(TemplateError::new(&name, "this file is not UTF-8 text")),
                    Ok(text) if styles.contains_key(&name) => {
                        styles.insert(name, text);
                    }
                    Ok(text) => {
                        if let Err(error) = environment.add_template_owned(name.clone(), text.clone()) {
                            errors.push(TemplateError::from_minijinja(&name, &error, Some(&text)));
                        }
                    }
                }
            }
        }
        let templates = Templates { environment, styles, assets, sum, index_shows_bodies, needs_more };
        if errors.is_empty() && overridden {
            errors = dry_run::errors(&templates);
        }
        if errors.is_empty() { Ok(templates) } else { Err(errors) }
    }

    /// Gives them the words of a course, as `words` in every template.
    pub fn speaking(mut self, words: &Words) -> Templates {
        self.sum = Sum::over(&[self.sum, Sum::of_value(&words.all())]);
        environment::speak(&mut self.environment, words);
        self
    }

    /// Returns the HTML that stands in a lesson in the place of an experiment's block.
    ///
    /// # Errors
    /// A fault of an author's template.
    pub fn experiment(&self, experiment: &ExperimentView) -> Result<String, TemplateError> {
        self.render(&Page::of_experiment(experiment))
    }

    /// Returns a hash over an author's own files.
    pub fn sum(&self) -> Sum {
        self.sum
    }

    /// Returns whether the page of the whole course shows the bodies of its lessons: the program's own does not.
    pub fn index_shows_bodies(&self) -> bool {
        self.index_shows_bodies
    }

    /// Returns whether the scripts of charts are the program's own, which read what pages leave to a script beside them.
    pub fn read_values(&self) -> bool {
        let is_own = |(name, bytes): &(&str, &[u8])| self.assets.get(*name).is_some_and(|text| text == bytes);
        let charts = ["assets/charts.js", "assets/frames.js"];
        ASSETS.iter().filter(|(name, _)| charts.contains(name)).all(is_own)
    }

    /// Returns the script that stands in pages; empty where an author's own lies beside them in its place.
    fn theme_script(&self) -> &'static str {
        match self.assets.get("assets/theme.js") {
            Some(own) if own == THEME.as_bytes() => THEME,
            _ => "",
        }
    }

    /// Returns whether an author's own files need more than the usual policy allows.
    pub fn needs_more(&self) -> bool {
        self.needs_more
    }

    fn style_sheet(&self, chart_css: &str) -> String {
        let mut sheet = String::new();
        for (name, _) in STYLES {
            let own = &self.styles[*name];
            let part = if own.is_empty() && *name == "styles/charts.css" { chart_css } else { own };
            sheet.push_str(part);
            if !part.is_empty() && !part.ends_with('\n') {
                sheet.push('\n');
            }
        }
        sheet
    }

    fn render(&self, page: &Page) -> Result<String, TemplateError> {
        self.environment
            .get_template(page.template)
            .and_then(|template| template.render(&page.values))
            .map_err(|error| TemplateError::from_minijinja(page.template, &error, None))
    }
}

fn own_texts(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect()
}

fn is_template(name: &str) -> bool {
    name.ends_with(".html") || name.ends_with(".xml")
}

/// Returns what a script of an author's does cannot be told.
fn needs_more(name: &str, text: &str) -> bool {
    match name.rsplit('.').next() {
        Some("html") => policy::needs_more(text),
        Some("css") => policy::fetches(text),
        _ => policy::OWN_SCRIPTS.contains(&name),
    }
}
