//! The one user of minijinja templates: loading, overriding, rendering, and what is wrong with one.

mod dry_run;
mod error;
mod folder;
mod pages;
mod sample;

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Kwargs;
use minijinja::{AutoEscape, Environment, Error, State, UndefinedBehavior, Value};

use super::view::ExperimentView;
use super::{links, policy};
use crate::lesson::plain;
use crate::site::embedded::{ASSETS, STYLES, TEMPLATES};
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
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax =
            SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        environment.set_syntax(syntax.expect("the usual delimiters are valid"));
        environment.set_auto_escape_callback(|name| match name {
            name if name.ends_with(".html") || name.ends_with(".xml") => AutoEscape::Html,
            _ => AutoEscape::None,
        });
        environment.set_formatter(format);
        // Without it an error does not know the text of its template.
        environment.set_debug(true);
        environment.add_filter("filled", filled);
        environment.add_global("words", Value::from_pairs(Words::default().all()));
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
        let mut templates = Templates { environment, styles, assets, sum, index_shows_bodies, needs_more };
        templates.add_numbers(&Words::default());
        if errors.is_empty() && overridden {
            errors = dry_run::errors(&templates);
        }
        if errors.is_empty() { Ok(templates) } else { Err(errors) }
    }

    /// Gives them the words of a course, as `words` in every template.
    pub fn speaking(mut self, words: &Words) -> Templates {
        let all = words.all();
        self.sum = Sum::over(&[self.sum, Sum::of_value(&all)]);
        self.environment.add_global("words", Value::from_pairs(all));
        self.add_numbers(words);
        self
    }

    fn add_numbers(&mut self, words: &Words) {
        let of = words.clone();
        self.environment.add_filter("thousands", move |number: u64| of.number(&thousands(number)));
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

/// Returns a phrase with its gaps filled: `{{ words.held_in|filled(n=3, n_seeds=10) }}`.
#[expect(clippy::needless_pass_by_value, reason = "a filter gets its named arguments by value")]
fn filled(phrase: &str, parts: Kwargs) -> Result<String, Error> {
    let mut text = phrase.to_owned();
    for name in parts.args().collect::<Vec<_>>() {
        let part: Value = parts.get(name)?;
        text = text.replace(&format!("{{{name}}}"), &part.to_string());
    }
    Ok(text)
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
        _ => name == "assets/gradbook.js",
    }
}

/// Escapes as minijinja does, but a slash stays a slash: addresses remain readable in the page's source.
fn format(output: &mut minijinja::Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() && *state.auto_escape() == AutoEscape::Html => {
            output.write_str(&escape(text)).map_err(minijinja::Error::from)
        }
        _ => minijinja::escape_formatter(output, state, value),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            character => escaped.push(character),
        }
    }
    escaped
}

/// Writes 1234567 as `1 234 567`, with spaces that break no line.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}
