//! What was read of a course, for when it is opened again by a process that stays: each lesson for as long as its text is the same,
//! and all that it is made from beside that. Only what is in order is kept: what is wrong with a lesson may be mended elsewhere, and
//! what is suggested depends on all that is wrong.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::{FrontOf, Opening, Read};
use crate::bibliography::Bibliography;
use crate::diagnostic::{Diagnostic, Severity};
use crate::files;
use crate::lasting::Lasting;
use crate::lesson::course::CourseSettings;
use crate::lesson::glossary::Term;
use crate::lesson::link::Library;
use crate::lesson::{Chapter, Lesson};

/// The lessons of a course as they were read when it was last opened; by default none is kept.
#[derive(Clone, Debug, Default)]
pub struct KeptReadings(Lasting<Readings>);

#[derive(Debug, Default)]
struct Readings {
    around: Around,
    /// By the path below the lessons folder.
    lessons: BTreeMap<String, Arc<Reading>>,
}

/// What lessons are made from beside their own texts.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Around {
    root: PathBuf,
    untrusted: bool,
    settings: Option<CourseSettings>,
    bibliography: Bibliography,
    has_unread_sources: bool,
    terms: Vec<Term>,
    /// Each with its slug.
    lessons: Vec<(String, String)>,
    numbers: BTreeMap<String, usize>,
    /// All that lies in the folder: a link may lead to a page only where no file is called so.
    files: Vec<String>,
}

/// A lesson in which nothing was wrong.
#[derive(Debug)]
struct Reading {
    text: String,
    read: Read,
    /// What was odd about it.
    found: Vec<Diagnostic>,
}

/// Returns a number that no lesson that was read before has.
pub(super) fn next() -> u64 {
    static READINGS: AtomicU64 = AtomicU64::new(0);
    READINGS.fetch_add(1, Ordering::Relaxed)
}

impl KeptReadings {
    /// Returns one that keeps what is read.
    pub fn lasting() -> Self {
        KeptReadings(Lasting::new())
    }

    /// Returns the lessons that were read when all around them was as it is.
    fn known(&self, around: &Around) -> BTreeMap<String, Arc<Reading>> {
        let known = |kept: &mut Readings| (kept.around == *around).then(|| kept.lessons.clone());
        self.0.with(known).flatten().unwrap_or_default()
    }

    /// Keeps these in the place of those before.
    fn keep(&self, around: Around, lessons: BTreeMap<String, Arc<Reading>>) {
        self.0.with(|kept| *kept = Readings { around, lessons });
    }
}

impl Reading {
    /// Returns a lesson to be kept, if it may be: in order, and made from nothing that is not known by its name alone.
    fn new(read: &Read, found: &[Diagnostic], text: &str) -> Option<Arc<Reading>> {
        let Lesson { included, published, .. } = &read.lesson;
        let is_wrong = found.iter().any(|found| found.severity == Severity::Error);
        let may = !is_wrong && !read.incomplete && included.is_empty() && published.is_empty();
        may.then(|| Arc::new(Reading { text: text.to_owned(), read: read.clone(), found: found.to_vec() }))
    }

    /// Returns whether the lesson of a file would be read as it was.
    fn is_of(&self, front: &FrontOf, chapters: &BTreeMap<String, Chapter>, opening: &Opening) -> bool {
        let Lesson { slug, path, source, chapter, assets, embedded, .. } = &self.read.lesson;
        let drawings = embedded.iter().map(|shown| &shown.file);
        let mut used = assets.iter().map(|asset| &asset.file).chain(drawings);
        let FrontOf { file, read: Some((now, text, ..)) } = front else { return false };
        let is_there = |file: &PathBuf| {
            file.strip_prefix(&opening.root).is_ok_and(|below| files::find(&opening.root, below).is_ok())
        };
        (slug, path, source, chapter.as_ref()) == (&file.slug, &file.path, now, chapters.get(file.folder()))
            && self.text == *text
            && used.all(is_there)
    }

    /// Returns the lesson as it was read.
    fn again(&self) -> (Option<Read>, Vec<Diagnostic>) {
        (Some(self.read.clone()), self.found.clone())
    }
}

impl Opening {
    /// Returns what lessons are made from beside their own texts, where they are kept; `files` is all that lies in the folder.
    pub(super) fn surroundings(
        &self,
        settings: Option<&CourseSettings>,
        files: Vec<String>,
    ) -> Option<Around> {
        let Library { untrusted, bibliography, has_unread_sources, glossary, lessons, numbers, .. } =
            &self.library;
        self.kept.0.is_on().then(|| Around {
            root: self.root.clone(),
            untrusted: *untrusted,
            settings: settings.cloned(),
            bibliography: bibliography.clone(),
            has_unread_sources: *has_unread_sources,
            terms: glossary.terms.clone(),
            lessons: lessons.clone(),
            numbers: numbers.clone(),
            files,
        })
    }

    /// Returns the lessons, those that are kept as they were read, each with what is wrong with it, and keeps them.
    pub(super) fn lessons(
        &self,
        asked: Vec<FrontOf>,
        chapters: &BTreeMap<String, Chapter>,
        around: Option<Around>,
    ) -> Vec<(Option<Read>, Vec<Diagnostic>)> {
        let known = around.as_ref().map(|around| self.kept.known(around)).unwrap_or_default();
        let one = |front: FrontOf| {
            let below = front.file.below.clone();
            if let Some(reading) = known.get(&below).filter(|reading| reading.is_of(&front, chapters, self)) {
                return (reading.again(), Some((below, reading.clone())));
            }
            let (read, found) = self.lesson(front, chapters);
            let text = |read: &Read| &self.sources.get(read.lesson.source).text;
            let kept = read.as_ref().filter(|_| around.is_some());
            let kept = kept.and_then(|read| Some((below, Reading::new(read, &found, text(read))?)));
            ((read, found), kept)
        };
        let (read, kept): (Vec<_>, Vec<_>) = asked.into_par_iter().map(one).unzip();
        if let Some(around) = around {
            self.kept.keep(around, kept.into_iter().flatten().collect());
        }
        read
    }
}
