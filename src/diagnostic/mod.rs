//! What is wrong, where, and what to do about it: problems as values, many at once.

mod collect;
mod render;

pub use collect::Diagnostics;
pub use gradbook_engine::problem::{Problem, nearest};
pub use render::Place;

/// Which of the [`Sources`] a place is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A range of bytes in one source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub source: SourceId,
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        Span { source, start, end }
    }

    /// A part of this range, given in bytes from its start.
    pub fn part(self, start: usize, end: usize) -> Self {
        Span { source: self.source, start: self.start + start, end: (self.start + end).min(self.end) }
    }
}

/// A file that an author wrote: a lesson, the settings, a table.
#[derive(Clone, Debug)]
pub struct Source {
    /// As shown to the author, relative to where the program was called.
    pub path: String,
    pub text: String,
}

/// All files that a diagnostic may point into.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.files.push(Source { path: path.into(), text: text.into() });
        SourceId(self.files.len() as u32 - 1)
    }

    pub fn get(&self, id: SourceId) -> &Source {
        &self.files[id.0 as usize]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// One thing that is wrong, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// A short sentence: what is wrong.
    pub message: String,
    /// None for what has no place in a file (an empty folder).
    pub span: Option<Span>,
    /// Said at the underlined place: what was expected.
    pub label: String,
    /// Other places that matter, each with what is said there.
    pub also: Vec<(Span, String)>,
    /// What to do, one sentence each.
    pub hints: Vec<String>,
}

impl Diagnostic {
    pub fn error(message: impl Into<String>, span: impl Into<Option<Span>>) -> Self {
        Diagnostic {
            severity: Severity::Error,
            message: message.into(),
            span: span.into(),
            label: String::new(),
            also: Vec::new(),
            hints: Vec::new(),
        }
    }

    pub fn warning(message: impl Into<String>, span: impl Into<Option<Span>>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(message, span) }
    }

    /// What is said at the underlined place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Another place that matters, with what is said there.
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.also.push((span, label.into()));
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A problem of a setting whose place in a file has been found.
    pub fn at(problem: Problem, span: impl Into<Option<Span>>) -> Self {
        let label = match problem.expected.as_str() {
            "" => String::new(),
            expected => format!("expected {expected}"),
        };
        Diagnostic { label, hints: problem.hints, ..Diagnostic::error(problem.message, span) }
    }
}
