//! The files of a course that are read: lessons, and settings of the course and of its chapters.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{FrontOf, Opening};
use crate::bibliography::Bibliography;
use crate::diagnostic::{Diagnostic, SourceId, Span};
use crate::files::{self, Fault, Refusal, without_mark};
use crate::lesson::Chapter;
use crate::lesson::course::{self, CourseSettings};
use crate::lesson::discover::{LONGEST, SETTINGS, is_chapter};
use crate::lesson::glossary::{self, Glossary};
use crate::lesson::markdown::{self, Beside};
use crate::lesson::picture::Embedded;
use crate::lesson::scene;
use crate::lesson::slug::as_title;
use crate::settings::{self, LineMap, Node};

impl Opening {
    /// Adds a file; none (with what is wrong) if it is no text.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(super) fn read(&mut self, path: &Path) -> Result<Option<(SourceId, String)>, Fault> {
        let shown = path.display().to_string().replace('\\', "/");
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let refused = |what: String, hint: &str| Diagnostic::error(what, None).hint(hint);
        let bytes = match self.bytes(below) {
            Ok(bytes) => bytes,
            Err(Refusal::TooLong(_)) => {
                let what = format!("`{shown}` is longer than {} MiB", LONGEST >> 20);
                self.found.push(refused(what, "split it into several lessons"));
                return Ok(None);
            }
            Err(refusal @ (Refusal::Missing | Refusal::Failed(_))) => {
                return Err(Fault::cannot("read", shown, refusal));
            }
            Err(refusal) => {
                let what = format!("`{shown}` is not read: {refusal}");
                self.found
                    .push(refused(what, "only regular files within the lessons folder belong to a course"));
                return Ok(None);
            }
        };
        Ok(match String::from_utf8(bytes).map(without_mark) {
            Ok(text) if !text.contains('\0') => Some((self.sources.add(shown, text.clone()), text)),
            Ok(text) => {
                let place = text.find('\0').unwrap_or(0);
                let id = self.sources.add(shown, text);
                let error =
                    Diagnostic::error("there is a null byte in this file", Span::new(id, place, place + 1));
                self.found.push(error.label("expected text").hint("save the file as UTF-8 text"));
                None
            }
            Err(error) => {
                let place = error.utf8_error().valid_up_to();
                let id = self.sources.add(shown, String::from_utf8_lossy(error.as_bytes()).into_owned());
                let error = Diagnostic::error("this file is not UTF-8 text", Span::new(id, place, place + 1));
                self.found.push(error.label("not a character").hint("save the file as UTF-8"));
                None
            }
        })
    }

    /// Returns what an editor holds of a file, or else the disk.
    fn bytes(&self, below: &Path) -> Result<Vec<u8>, Refusal> {
        match self.held(below) {
            Some(text) if text.len() as u64 > LONGEST => Err(Refusal::TooLong(LONGEST)),
            Some(text) => Ok(text.clone().into_bytes()),
            None => files::read(&self.root, below, LONGEST),
        }
    }

    /// Returns what an editor holds of a file; it may not be on the disk yet.
    fn held(&self, below: &Path) -> Option<&String> {
        if self.unsaved.is_empty() {
            return None;
        }
        let real = match files::find(&self.root, below) {
            Err(Refusal::Missing) => self.root.canonicalize().ok()?.join(below),
            found => found.ok()?,
        };
        self.unsaved.get(&real)
    }

    pub(super) fn settings(&mut self) -> Result<Option<CourseSettings>, Fault> {
        let path = self.root.join(SETTINGS);
        if path.symlink_metadata().is_err() && self.held(Path::new(SETTINGS)).is_none() {
            return Ok(Some(CourseSettings { title: self.default_title(), ..CourseSettings::default() }));
        }
        let settings = self.read(&path)?.and_then(|(source, text)| {
            let node = tree(source, &text);
            let policy = node.as_ref().ok().and_then(|node| node.entry("content_security_policy"));
            if let Some(entry) = policy.filter(|_| self.library.untrusted) {
                let warning = Diagnostic::warning(
                    "a policy of lessons that are not trusted is not used",
                    entry.key_span,
                );
                self.found.push(warning.label("pages get the usual one"));
            }
            let place = |key: &str| node.as_ref().ok().map(|node| node.locate(key));
            let named = [place("bibliography"), place("glossary")];
            Some((self.found.keep(node.and_then(course::decode))?, named))
        });
        let Some((settings, [bibliography, glossary])) = settings else {
            self.library.has_unread_sources = true;
            return Ok(None);
        };
        if let (Some(file), Some(place)) = (&settings.bibliography, bibliography) {
            self.bibliography(file, place);
        }
        if let (Some(file), Some(place)) = (&settings.glossary, glossary) {
            self.glossary(file, place);
        }
        let settings = Some(settings);
        Ok(settings.map(|settings| {
            let untitled = settings.title.trim().is_empty();
            let title = if untitled { self.default_title() } else { settings.title };
            CourseSettings { title, ..settings }
        }))
    }

    /// Reads a file that the settings of the course name.
    fn named(&mut self, file: &str, place: Span) -> Option<(SourceId, String)> {
        let wrong = |label: String| {
            Diagnostic::error(format!("the file `{file}` cannot be read"), place).label(label)
        };
        let path = self.root.join(file);
        if let Err(refusal) = files::find(&self.root, Path::new(file)) {
            let why = files::refused(&self.root, Path::new(file), &refusal);
            self.found.push(wrong(why).hint("files are named from the lessons folder, and lie within it"));
            return None;
        }
        self.read(&path).unwrap_or_else(|fault| {
            self.found.push(wrong(fault.to_string()));
            None
        })
    }

    /// Reads what lessons may cite beside what the program knows.
    fn bibliography(&mut self, file: &str, place: Span) {
        self.library.has_unread_sources = true;
        let Some((source, text)) = self.named(file, place) else { return };
        match Bibliography::read(&text, source) {
            Ok(own) => {
                self.library.bibliography = Bibliography::of_the_program().clone().with(own);
                self.library.has_unread_sources = false;
            }
            Err(error) => self.found.push(error),
        }
    }

    /// Reads the terms that explain themselves.
    fn glossary(&mut self, file: &str, place: Span) {
        let Some((source, text)) = self.named(file, place) else { return };
        let terms = self.found.keep(tree(source, &text).and_then(|node| glossary::read(&node)));
        let mut terms = terms.unwrap_or_default();
        let equations = BTreeMap::new();
        for term in &mut terms {
            let beside = Beside { blocks: &[], equations: &equations };
            let read = markdown::title(&term.means, scene(&self.library, file, "", term.span), beside);
            if read.body.values().next().is_some() {
                let error = Diagnostic::error(
                    format!("what `{}` means holds a value, a reference or a citation", term.name),
                    term.span,
                );
                self.found.push(error.label("expected words and formulas"));
            }
            // A text of YAML may be quoted, escaped or folded: only the whole place is sure.
            self.found.extend(
                read.diagnostics.into_iter().map(|found| Diagnostic { span: Some(term.span), ..found }),
            );
            self.found.extend(
                read.embedded.into_iter().map(|shown| Embedded { span: term.span, ..shown }.refused()),
            );
            term.means = read.body.html();
        }
        self.library.glossary = Glossary::new(terms);
    }

    /// Returns the name of the folder that holds the lessons: no place of the machine but what the author called it.
    fn default_title(&self) -> String {
        let folder = self.root.canonicalize().ok();
        let name =
            folder.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        match name.as_deref() {
            None | Some("lessons") => "Course".to_owned(),
            Some(name) => as_title(name),
        }
    }

    /// Returns the title of each folder that holds lessons.
    pub(super) fn chapters(&mut self, fronts: &[FrontOf]) -> Result<BTreeMap<String, Chapter>, Fault> {
        let mut pages: BTreeMap<&str, &FrontOf> = BTreeMap::new();
        for front in fronts {
            if front.file.below.rsplit('/').next().is_some_and(is_chapter) {
                pages.entry(front.file.folder()).or_insert(front);
            }
        }
        let mut chapters = BTreeMap::new();
        for front in fronts {
            let folder = front.file.folder();
            if !folder.is_empty() && !chapters.contains_key(folder) {
                let own = pages.get(folder).and_then(|front| front.read.as_ref()?.3.as_ref());
                let chapter = self.chapter(folder, own.map(|front| front.title.as_str()))?;
                chapters.insert(folder.to_owned(), chapter);
            }
        }
        Ok(chapters)
    }

    /// Returns what its settings say; without a title there, the title of its own page, else its name.
    fn chapter(&mut self, folder: &str, own: Option<&str>) -> Result<Chapter, Fault> {
        #[derive(Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        struct Written {
            title: Option<String>,
            description: String,
        }
        // The title of a page is Markdown, that of a chapter text.
        let own = own.filter(|title| !title.contains(['*', '_', '`', '$', '[', '<', '\\', '&']));
        let own = own.map_or_else(|| as_title(folder.rsplit('/').next().unwrap_or(folder)), str::to_owned);
        let path = self.root.join(folder).join(SETTINGS);
        if path.symlink_metadata().is_err() {
            return Ok(Chapter { title: own, description: String::new() });
        }
        let read = self.read(&path)?;
        let written = read.and_then(|(source, text)| {
            self.found.keep(tree(source, &text).and_then(|node| settings::decode::<Written>(&node)))
        });
        let Written { title, description } = written.unwrap_or_default();
        Ok(Chapter { title: title.unwrap_or(own), description })
    }
}

/// Returns the settings in a file as a tree.
fn tree(source: SourceId, text: &str) -> Result<Node, Vec<Diagnostic>> {
    settings::parse(text, &LineMap::contiguous(source, 0, text.len()))
}

/// Says of lessons that are not there how to begin, or where they may be.
pub(super) fn missing(path: &Path) -> Fault {
    let shown = path.display();
    if path.extension().is_some_and(|extension| extension == "md") {
        return Fault::new(format!("there is no lesson `{shown}`"));
    }
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_lesson = |entry: std::fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        name.strip_suffix(".md").is_some_and(|stem| stem != "readme")
    };
    let here = std::fs::read_dir(beside).is_ok_and(|entries| entries.flatten().any(is_lesson));
    let named = beside.display();
    Fault::new(if here {
        format!(
            "there is no folder `{shown}`, but `{named}` holds lessons: name that, as in `gradbook build {named}`"
        )
    } else {
        format!(
            "there is no folder `{shown}`: name the one that holds your lessons, or begin with `gradbook new my-course`"
        )
    })
}
