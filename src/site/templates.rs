//! The one user of minijinja templates: loading, overriding, rendering, and what is wrong with one.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, State, UndefinedBehavior, Value, context};
use rayon::prelude::*;
use walkdir::WalkDir;

use super::embedded::{ASSETS, STYLES, TEMPLATES};
use super::view::{ExperimentView, PageView, Site};
use super::{Output, links, search};
use crate::diagnostic::{Diagnostic, Sources, Span};

/// The templates, styles and assets of a course: the program's own, with an author's files before them.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    styles: BTreeMap<String, String>,
    assets: BTreeMap<String, Vec<u8>>,
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
    /// Every template that does not parse, and every file that cannot be read.
    pub fn load(overrides: Option<&Path>) -> Result<Templates, Vec<TemplateError>> {
        let (files, mut errors) = overrides.map(read_folder).unwrap_or_default();
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
        environment.add_filter("thousands", thousands);
        environment.add_filter("plain", |html: &str| search::text(html));
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
        if errors.is_empty() { Ok(Templates { environment, styles, assets }) } else { Err(errors) }
    }

    /// The HTML that stands in a lesson in the place of an experiment's block.
    ///
    /// # Errors
    /// A fault of an author's template.
    pub fn experiment(&self, experiment: &ExperimentView) -> Result<String, TemplateError> {
        self.render("experiment.html", context! { experiment => Serde(experiment) })
    }

    /// All pages, the style sheet, the assets, the search index and the site map. The files of the
    /// experiments are for the caller to add.
    ///
    /// # Errors
    /// A fault of an author's template.
    pub fn site(&self, site: &Site) -> Result<Output, TemplateError> {
        let lessons: Vec<&PageView> = site.chapters.iter().flat_map(|chapter| &chapter.lessons).collect();
        let shared = context! { course => Serde(&site.course), outline => outline(site) };
        let mut output: Output = self.assets.clone();
        output.insert("assets/gradbook.css".into(), self.style_sheet(&site.chart_css).into_bytes());

        let page = context! { here => "index", chapters => Serde(&site.chapters), ..shared.clone() };
        output.insert("index.html".into(), self.render("index.html", page)?.into_bytes());
        let page = context! { here => "404", base => links::base_path(&site.course), ..shared.clone() };
        output.insert("404.html".into(), self.render("404.html", page)?.into_bytes());
        let page = |(index, lesson): (usize, &&PageView)| {
            let page = context! {
                here => &lesson.slug,
                lesson => Serde(lesson),
                previous => index.checked_sub(1).map(|before| link(lessons[before])),
                next => lessons.get(index + 1).map(|after| link(after)),
                edit => links::edit(&site.course, &lesson.source_path),
                ..shared.clone()
            };
            Ok((format!("{}.html", lesson.slug), self.render("lesson.html", page)?.into_bytes()))
        };
        let pages: Vec<Result<_, TemplateError>> = lessons.par_iter().enumerate().map(page).collect();
        for page in pages {
            output.extend([page?]);
        }
        output.insert("search-index.json".into(), search::index(&lessons).into_bytes());
        if let Some(base_url) = links::base_url(&site.course) {
            let page = context! { base_url, ..shared };
            output.insert("sitemap.xml".into(), self.render("sitemap.xml", page)?.into_bytes());
        }
        Ok(output)
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

    fn render(&self, name: &str, values: Value) -> Result<String, TemplateError> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(values))
            .map_err(|error| TemplateError::from_minijinja(name, &error, None))
    }
}

/// A lesson as navigation shows it.
fn link(page: &PageView) -> Value {
    context! { slug => &page.slug, title_html => &page.title_html }
}

/// The chapters with no more of their lessons than navigation needs: it stands on every page.
fn outline(site: &Site) -> Vec<Value> {
    let chapters = site.chapters.iter();
    chapters
        .map(|chapter| {
            let lessons: Vec<_> = chapter.lessons.iter().map(link).collect();
            context! { title => &chapter.title, lessons }
        })
        .collect()
}

fn own_texts(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect()
}

fn is_template(name: &str) -> bool {
    name.ends_with(".html") || name.ends_with(".xml")
}

/// All files of a folder by their relative path. Links are not followed, hidden files not read.
fn read_folder(folder: &Path) -> (BTreeMap<String, Vec<u8>>, Vec<TemplateError>) {
    let (mut files, mut errors) = (BTreeMap::new(), Vec::new());
    if !folder.exists() {
        return (files, errors);
    }
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let entries = WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name())) {
        let read =
            entry.map_err(|error| (error.path().map(Path::to_owned), error.into())).and_then(|entry| {
                let file = entry.file_type().is_file();
                let bytes = if file { Some(std::fs::read(entry.path())) } else { None };
                match bytes.transpose() {
                    Ok(bytes) => Ok((relative(folder, entry.path()), bytes)),
                    Err(error) => Err((Some(entry.into_path()), error)),
                }
            });
        match read {
            Ok((name, Some(bytes))) => {
                files.insert(name, bytes);
            }
            Ok(_) => {}
            Err((path, error)) => {
                let name = path.map(|path| relative(folder, &path)).unwrap_or_default();
                errors.push(TemplateError::new(&name, &format!("cannot be read: {error}")));
            }
        }
    }
    (files, errors)
}

fn relative(folder: &Path, path: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// As minijinja's own, but a slash stays a slash: addresses remain readable in the page's source.
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

/// 1234567 as `1 234 567`, with spaces that break no line.
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

/// What is wrong with a template of the author's.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateError {
    /// Relative to the folder of templates: `lesson.html`.
    pub template: String,
    /// From 1; none for a file that cannot be read.
    pub line: Option<usize>,
    pub message: String,
    /// The template's text, and the bytes of it that are at fault.
    source: Option<(String, Range<usize>)>,
}

impl TemplateError {
    fn new(template: &str, message: &str) -> Self {
        TemplateError { template: template.into(), line: None, message: message.into(), source: None }
    }

    fn from_minijinja(template: &str, error: &minijinja::Error, text: Option<&str>) -> Self {
        // An included template's fault is the cause of the fault at the place that includes it.
        let mut error = error;
        while let Some(cause) = std::error::Error::source(error).and_then(|cause| cause.downcast_ref()) {
            error = cause;
        }
        let message = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        let text = text.or_else(|| error.template_source());
        let line = error.line();
        let source = text.map(|text| {
            let range = error.range().unwrap_or_else(|| line_range(text, line.unwrap_or(1)));
            (text.to_owned(), range.start.min(text.len())..range.end.min(text.len()))
        });
        TemplateError { template: error.name().unwrap_or(template).into(), line, message, source }
    }

    /// The same as a diagnostic; `folder` is the folder of templates as shown to the author.
    pub fn diagnostic(&self, folder: &str, sources: &mut Sources) -> Diagnostic {
        let path = format!("{}/{}", folder.trim_end_matches('/'), self.template);
        let span = self.source.as_ref().map(|(text, range)| Span {
            source: sources.add(path.clone(), text.clone()),
            start: range.start,
            end: range.end,
        });
        let place = if span.is_some() { String::new() } else { format!(" {path}") };
        Diagnostic::error(format!("the template{place}: {}", self.message), span)
            .hint("delete the file to get the program's own template back")
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.template, self.message),
            None => write!(f, "{}: {}", self.template, self.message),
        }
    }
}

impl std::error::Error for TemplateError {}

/// The bytes of a line, counted from 1, without its end.
fn line_range(text: &str, line: usize) -> Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    start..end
}
