//! What is wrong with a course, as an editor shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crossbeam_channel::Sender;
use lsp_server::{Message, Notification};
use lsp_types::notification::{LogMessage, Notification as _, PublishDiagnostics};
use lsp_types::{
    DiagnosticRelatedInformation, DiagnosticSeverity, Location, LogMessageParams, MessageType,
    NumberOrString, PublishDiagnosticsParams, Uri,
};

use super::courses::Listener;
use super::documents::Documents;
use super::text::Text;
use crate::diagnostic::{Diagnostic, Severity, SourceId, Sources, Span};
use crate::pipeline::Inspected;

/// The most that is shown of one file.
const MOST: usize = 500;

/// Tells an editor what is wrong with the files of courses.
pub(super) struct Publisher {
    client: Sender<Message>,
    /// The files of each course that something was told of.
    told: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Publisher {
    pub(super) fn new(client: Sender<Message>) -> Publisher {
        Publisher { client, told: BTreeMap::new() }
    }

    fn publish(&self, path: &Path, diagnostics: Vec<lsp_types::Diagnostic>, documents: &Documents) {
        let Some(uri) = documents.uri(path) else { return };
        let version = documents.at(path).map(|document| document.version);
        let params = PublishDiagnosticsParams { uri, diagnostics, version };
        let notification = Notification::new(PublishDiagnostics::METHOD.to_owned(), params);
        // Without an editor there is nobody to tell.
        let _ = self.client.send(notification.into());
    }
}

impl Listener for Publisher {
    fn inspected(&mut self, target: &Path, inspected: &Inspected, documents: &Documents) {
        let mut files = by_file(inspected, documents);
        // Of a file that is in order now it is told too, and of every one that is open.
        let before = self.told.remove(target).unwrap_or_default();
        let open = documents.iter().map(|document| document.path.clone());
        let of_the_course =
            open.filter(|path| path.starts_with(target) || *path == *target).collect::<Vec<_>>();
        let now: BTreeSet<PathBuf> = files.keys().cloned().collect();
        for path in before.into_iter().chain(of_the_course) {
            files.entry(path).or_default();
        }
        for (path, diagnostics) in files {
            self.publish(&path, diagnostics, documents);
        }
        self.told.insert(target.to_owned(), now);
    }

    fn failed(&mut self, target: &Path, why: &str) {
        let message = format!("gradbook: {}: {why}", target.display());
        let params = LogMessageParams { typ: MessageType::WARNING, message };
        let _ = self.client.send(Notification::new(LogMessage::METHOD.to_owned(), params).into());
    }
}

/// Returns all that was found, by the real paths of the files. What has no place stands at the start of the settings, or of
/// the first lesson.
fn by_file(inspected: &Inspected, documents: &Documents) -> BTreeMap<PathBuf, Vec<lsp_types::Diagnostic>> {
    let mut shown = Shown::new(inspected.sources(), documents);
    let course = &inspected.course;
    let settings = course.root.join("gradbook.yaml");
    let first = || course.lessons.first().map(|lesson| lesson.path.clone());
    let front = if settings.is_file() { Some(settings) } else { first() };
    let mut files: BTreeMap<PathBuf, Vec<lsp_types::Diagnostic>> = BTreeMap::new();
    for diagnostic in inspected.found.iter() {
        let path = match diagnostic.span {
            Some(span) => shown.path(span.source),
            None if diagnostic.severity == Severity::Note => continue,
            None => match &front {
                Some(path) => path.clone(),
                None => continue,
            },
        };
        let all = files.entry(path).or_default();
        if all.len() < MOST {
            all.push(shown.diagnostic(diagnostic));
        }
    }
    files
}

/// Files that diagnostics point into, with their lines.
struct Shown<'a> {
    sources: &'a Sources,
    documents: &'a Documents,
    files: BTreeMap<SourceId, (PathBuf, Text)>,
}

impl<'a> Shown<'a> {
    fn new(sources: &'a Sources, documents: &'a Documents) -> Self {
        Shown { sources, documents, files: BTreeMap::new() }
    }

    fn file(&mut self, id: SourceId) -> &(PathBuf, Text) {
        let (sources, documents) = (self.sources, self.documents);
        self.files.entry(id).or_insert_with(|| {
            let source = sources.get(id);
            let path = PathBuf::from(&source.path);
            let path = path.canonicalize().unwrap_or(path);
            let text = match documents.at(&path).filter(|open| open.text.as_str() == source.text) {
                Some(open) => open.text.clone(),
                None => Text::new(source.text.as_str()),
            };
            (path, text)
        })
    }

    fn path(&mut self, id: SourceId) -> PathBuf {
        self.file(id).0.clone()
    }

    fn area(&mut self, span: Span) -> lsp_types::Range {
        let text = &self.file(span.source).1;
        // A mark of one letter is seen better than none.
        let end = if span.end > span.start { span.end } else { span.start + 1 };
        text.area(&(span.start..end))
    }

    fn uri(&mut self, id: SourceId) -> Option<Uri> {
        let path = self.path(id);
        self.documents.uri(&path)
    }

    fn diagnostic(&mut self, found: &Diagnostic) -> lsp_types::Diagnostic {
        let also = found.also.iter().filter_map(|(span, message)| {
            let location = Location::new(self.uri(span.source)?, self.area(*span));
            Some(DiagnosticRelatedInformation { location, message: message.clone() })
        });
        let also: Vec<_> = also.collect();
        lsp_types::Diagnostic {
            range: found.span.map(|span| self.area(span)).unwrap_or_default(),
            severity: Some(match found.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
                Severity::Note => DiagnosticSeverity::INFORMATION,
            }),
            code: found.code.as_deref().map(|code| NumberOrString::String(code.to_owned())),
            source: Some("gradbook".to_owned()),
            message: message(found),
            related_information: (!also.is_empty()).then_some(also),
            ..lsp_types::Diagnostic::default()
        }
    }
}

/// Returns what is wrong, what was expected and what to do, as text.
pub(super) fn message(found: &Diagnostic) -> String {
    let label = if found.label.is_empty() { String::new() } else { format!(": {}", found.label) };
    let hints = found.hints.iter().map(|hint| format!("\nhelp: {hint}"));
    format!("{}{label}{}", found.message, hints.collect::<String>())
}
