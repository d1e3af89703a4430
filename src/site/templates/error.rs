//! What is wrong with an author's template, and where.

use std::fmt;
use std::ops::Range;

use minijinja::ErrorKind;

use crate::diagnostic::{Diagnostic, Sources, Span};

/// What is wrong with a template of the author's.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateError {
    /// Relative to the folder of templates: `lesson.html`.
    pub template: String,
    /// From 1; none for a file that cannot be read.
    pub line: Option<usize>,
    pub message: String,
    /// Said at the place.
    label: Box<str>,
    /// What to do.
    hint: Box<str>,
    /// What minijinja says; none for a file that is no template.
    pub(super) kind: Option<ErrorKind>,
    /// The template's text, and the bytes of it that are at fault.
    source: Option<(Box<str>, Range<usize>)>,
}

impl TemplateError {
    pub(super) fn new(template: &str, message: &str) -> Self {
        TemplateError {
            template: template.into(),
            line: None,
            message: message.into(),
            label: "".into(),
            hint: "delete the file to get the program's own template back".into(),
            kind: None,
            source: None,
        }
    }

    pub(super) fn message(self, message: String) -> Self {
        TemplateError { message, ..self }
    }

    pub(super) fn label(self, label: impl Into<Box<str>>) -> Self {
        TemplateError { label: label.into(), ..self }
    }

    pub(super) fn hint(self, hint: impl Into<Box<str>>) -> Self {
        TemplateError { hint: hint.into(), ..self }
    }

    /// Returns the name that stands for nothing: minijinja quotes it, as what is underlined may be a filter that was given
    /// it.
    pub(super) fn undefined(&self) -> Option<&str> {
        let (before, _) = self.message.split_once("` is undefined")?;
        before.rsplit_once('`').map(|(_, name)| name)
    }

    /// Returns the part of the template that is at fault.
    pub(super) fn at_fault(&self) -> Option<&str> {
        let (text, range) = self.source.as_ref()?;
        text.get(range.clone())
    }

    pub(super) fn from_minijinja(template: &str, error: &minijinja::Error, text: Option<&str>) -> Self {
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
            (text.into(), range.start.min(text.len())..range.end.min(text.len()))
        });
        let template = error.name().unwrap_or(template);
        TemplateError { line, kind: Some(error.kind()), source, ..TemplateError::new(template, &message) }
    }

    /// Returns the same as a diagnostic; `folder` is the folder of templates as shown to the author.
    pub fn diagnostic(&self, folder: &str, sources: &mut Sources) -> Diagnostic {
        let path = format!("{}/{}", folder.trim_end_matches('/'), self.template);
        let span = self.source.as_ref().map(|(text, range)| Span {
            source: sources.add(path.clone(), text.to_string()),
            start: range.start,
            end: range.end,
        });
        let place = if span.is_some() { String::new() } else { format!(" {path}") };
        let error = Diagnostic::error(format!("the template{place}: {}", self.message), span);
        error.label(self.label.as_ref()).hint(self.hint.as_ref())
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

/// Returns the bytes of a line, counted from 1, without its end.
fn line_range(text: &str, line: usize) -> Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    start..end
}
