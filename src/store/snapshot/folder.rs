//! The folder of snapshots beside the lessons.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{Accepted, read::read, write::write};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span};
use crate::files::{self, Fault, Refusal};

/// The folder's name; its files are not lessons.
const NAME: &str = "snapshots";

/// The longest snapshot that is read, in bytes.
const MOST: u64 = 64 << 20;

/// All snapshots of a course.
#[derive(Debug, Default)]
pub struct Folder {
    /// The lessons folder.
    root: PathBuf,
    path: PathBuf,
    /// Whether there is such a folder: a course without one keeps no snapshots.
    pub exists: bool,
    /// By the slug of the lesson.
    pub lessons: BTreeMap<String, Snapshot>,
}

/// The snapshot of one lesson.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Its file among the sources.
    pub source: Option<SourceId>,
    text: String,
    /// By id; none if the file cannot be read as a snapshot.
    pub experiments: Option<BTreeMap<String, Kept>>,
}

/// Accepted results with their place in the file.
#[derive(Clone, Debug)]
pub struct Kept {
    pub accepted: Accepted,
    /// Of the id.
    pub span: Span,
}

/// What writing changed, in files.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rewritten {
    pub written: usize,
    pub removed: usize,
    pub unchanged: usize,
}

impl Folder {
    /// Reads every snapshot beside the lessons in `root`. What is wrong with a file is added to `found`.
    ///
    /// # Errors
    /// A folder or file that cannot be read at all.
    pub fn open(root: &Path, sources: &mut Sources, found: &mut Diagnostics) -> Result<Self, Fault> {
        let path = root.join(NAME);
        let fault = |error: io::Error| Fault::unread(&path, error);
        let mut folder =
            Folder { root: root.to_owned(), path: path.clone(), exists: true, lessons: BTreeMap::new() };
        let opened = match files::Folder::open(root).and_then(|root| root.inner(NAME)) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Folder { exists: false, ..folder });
            }
            Err(error) => {
                let message = format!("`{}` is not read: {error}", shown_path(&path));
                found.push(Diagnostic::error(message, None).hint("snapshots stand in a folder beside the lessons: remove this, and accept anew with `gradbook check --accept`"));
                return Ok(folder);
            }
            Ok(opened) => opened,
        };
        let mut names: Vec<String> =
            opened.entries().map_err(fault)?.into_iter().map(|(name, _)| name).collect();
        names.sort();
        for name in names {
            let Some(slug) = name.strip_suffix(".yaml").filter(|slug| !slug.starts_with('.')) else {
                continue;
            };
            let slug = slug.replace('.', "/");
            let shown = shown_path(&path.join(&name));
            let text = match opened.read(&name, MOST) {
                Ok(bytes) => String::from_utf8(bytes)
                    .map(files::without_mark)
                    .map_err(|_| Fault::new(format!("cannot read {shown}: it is not UTF-8 text")))?,
                Err(Refusal::Missing) => continue,
                Err(refusal) => {
                    let error = Diagnostic::error(format!("`{shown}` is not read: {refusal}"), None);
                    found.push(error.hint("a snapshot is a regular file: remove this, and accept anew with `gradbook check --accept`"));
                    folder.lessons.insert(slug, Snapshot::default());
                    continue;
                }
            };
            let source = sources.add(shown, text.clone());
            let experiments = read(&text, source);
            let experiments =
                experiments.map_err(|errors| found.extend(errors.into_iter().map(unreadable))).ok();
            folder.lessons.insert(slug, Snapshot { source: Some(source), text, experiments });
        }
        Ok(folder)
    }

    /// Returns the accepted results of an experiment.
    pub fn get(&self, slug: &str, id: &str) -> Option<&Kept> {
        self.lessons.get(slug)?.experiments.as_ref()?.get(id)
    }

    /// Returns whether a lesson's file is there and cannot be read.
    pub fn is_unreadable(&self, slug: &str) -> bool {
        self.lessons.get(slug).is_some_and(|snapshot| snapshot.experiments.is_none())
    }

    /// Returns where the snapshot of a lesson stands.
    pub fn file(&self, slug: &str) -> PathBuf {
        self.path.join(name_of(slug))
    }

    /// Makes the files hold just these results, by slug and id. A file that would hold none is removed; one that
    /// would not change is left alone.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, lessons: &BTreeMap<String, BTreeMap<String, &Accepted>>) -> Result<Rewritten, Fault> {
        let mut done = Rewritten::default();
        let opened = || files::Folder::open(&self.root).and_then(|root| root.made(NAME));
        for slug in self.lessons.keys().filter(|slug| lessons.get(*slug).is_none_or(BTreeMap::is_empty)) {
            let file = self.file(slug);
            opened()
                .and_then(|folder| folder.remove_file(&name_of(slug)))
                .map_err(|error| Fault::cannot("remove", file.display(), error))?;
            done.removed += 1;
        }
        for (slug, experiments) in lessons.iter().filter(|(_, experiments)| !experiments.is_empty()) {
            let text = write(experiments);
            if self.lessons.get(slug).is_some_and(|snapshot| snapshot.text == text) {
                done.unchanged += 1;
                continue;
            }
            let file = self.file(slug);
            opened()
                .and_then(|folder| replace(&folder, &name_of(slug), &text))
                .map_err(|error| Fault::cannot("write", file.display(), error))?;
            done.written += 1;
        }
        Ok(done)
    }
}

/// Returns a path as messages show it on every system.
fn shown_path(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// Writes beside the file and renames, so that a kill leaves the old or the new.
fn replace(folder: &files::Folder, name: &str, text: &str) -> io::Result<()> {
    let aside = format!(".{name}.{}", std::process::id());
    // One that was left by a program of the same number that was killed.
    let _ = folder.remove_file(&aside);
    let written = folder.new_file(&aside).and_then(|mut out| {
        out.write_all(text.as_bytes())?;
        out.sync_all()
    });
    written.and_then(|()| folder.rename(&aside, name)).inspect_err(|_| {
        let _ = folder.remove_file(&aside);
    })
}

/// Returns the file of a lesson: `chapter.lesson.yaml` of one whose page is in a folder.
fn name_of(slug: &str) -> String {
    format!("{}.yaml", slug.replace('/', "."))
}

/// Says whose file it is, where the reader knows only what is wrong with the YAML.
fn unreadable(error: Diagnostic) -> Diagnostic {
    let label =
        if error.label.is_empty() { error.message } else { format!("{}: {}", error.message, error.label) };
    Diagnostic::error("this snapshot cannot be read", error.span).label(label).hint(
        "after a merge, take either side; or accept anew: `gradbook check --accept` on the whole course writes it",
    )
}
