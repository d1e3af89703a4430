//! A file before its author, beside what is known of its course.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::courses::{Courses, Known, lesson_at, target_of};
use super::documents::{Document, Documents};
use super::meaning::Lexicon;
use super::outline::Outline;
use super::page::{Block, Page, Use};
use super::text::Text;
use crate::experiment::{Kind, MetricInfo, kind};
use crate::lesson::inline::as_name;
use crate::lesson::{Course, Lesson};
use crate::pipeline::{Inspected, Planned};

/// A file before its author.
pub(super) struct View<'d> {
    pub document: &'d Document,
    pub documents: &'d Documents,
    pub page: Page,
    /// The course as it is, and as it was when last all blocks of this lesson could be read.
    pub known: Vec<Arc<Inspected>>,
}

/// A lesson of the course, as it is written.
pub(super) struct Other {
    pub path: PathBuf,
    pub text: Text,
    pub page: Page,
    pub slug: String,
}

impl<'d> View<'d> {
    /// Looks at a file.
    pub(super) fn of(document: &'d Document, documents: &'d Documents, courses: &Courses) -> View<'d> {
        let known = target_of(document).map_or_else(Known::default, |target| courses.known(&target));
        let is_lesson = document.path.extension().is_some_and(|extension| extension == "md");
        let is_settings = document.path.file_name().is_some_and(|name| name == "gradbook.yaml");
        let page = match (is_lesson, is_settings) {
            (true, _) => Page::of_lesson(&document.text),
            (_, true) => Page::of_course(&document.text),
            _ => Page::default(),
        };
        View { document, documents, page, known: known.views(&document.path) }
    }

    /// Returns the text of the file.
    pub(super) fn text(&self) -> &'d str {
        self.document.text.as_str()
    }

    /// Returns the course as it is known.
    pub(super) fn course(&self) -> Option<&Course> {
        self.known.first().map(|inspected| &inspected.course)
    }

    /// Returns the lesson of this file, as it was last known.
    pub(super) fn lesson(&self) -> Option<&Lesson> {
        self.known.iter().find_map(|inspected| lesson_at(inspected, &self.document.path))
    }

    /// Returns the slug of its lesson; empty where it is none.
    pub(super) fn slug(&self) -> &str {
        self.lesson().map_or("", |lesson| &lesson.slug)
    }

    /// Returns the names that may follow a name in an expression of this lesson.
    pub(super) fn following(&self, within: Option<&str>, chain: &str) -> Vec<String> {
        self.following_in(self.slug(), within, chain)
    }

    fn following_in(&self, slug: &str, within: Option<&str>, chain: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for inspected in &self.known {
            for name in inspected.course.names.following(slug, within, chain) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// Returns the ids of the experiments of this lesson, those that are being written among them.
    pub(super) fn ids(&self) -> Vec<&str> {
        let written = self.page.blocks.iter().filter(|block| block.is == Use::Experiment);
        let mut ids: Vec<&str> = Vec::new();
        for (id, _) in written.filter_map(Block::id) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// Lists the other lessons of the course, each with its name in expressions.
    pub(super) fn others(&self) -> impl Iterator<Item = (String, &Lesson)> {
        let lessons = self.course().map_or(&[][..], |course| &course.lessons);
        lessons
            .iter()
            .filter(|lesson| lesson.path != self.document.path)
            .map(|lesson| (as_name(&lesson.slug), lesson))
    }

    /// Returns a lesson of the course by its name in expressions, as it is written; this one by an empty name too.
    pub(super) fn written(&self, name: &str) -> Option<Other> {
        if name.is_empty() || name == as_name(self.slug()) {
            return Some(Other {
                path: self.document.path.clone(),
                text: self.document.text.clone(),
                page: self.page.clone(),
                slug: self.slug().to_owned(),
            });
        }
        let (_, lesson) = self.others().find(|(known, _)| known == name)?;
        self.read(lesson)
    }

    /// Returns a lesson of the course as it is written.
    pub(super) fn read(&self, lesson: &Lesson) -> Option<Other> {
        let text = match self.documents.at(&lesson.path) {
            Some(open) => open.text.clone(),
            None => Text::new(self.known.first()?.sources().get(lesson.source).text.as_str()),
        };
        let page = Page::of_lesson(&text);
        Some(Other { path: lesson.path.clone(), text, page, slug: lesson.slug.clone() })
    }

    /// Returns the experiment of a lesson, by the lesson's name (empty for this one) and its id.
    pub(super) fn planned(&self, name: &str, id: &str) -> Option<(Arc<Inspected>, usize)> {
        let own = as_name(self.slug());
        let name = if name.is_empty() { &own } else { name };
        self.known.iter().find_map(|inspected| {
            let is_it = |planned: &Planned| {
                planned.header.id == id && as_name(&inspected.course.lessons[planned.lesson].slug) == *name
            };
            Some((inspected.clone(), inspected.planned.iter().position(is_it)?))
        })
    }

    /// Returns the folder of the file below that of the course, which no path may leave.
    pub(super) fn folder(&self) -> Option<(&Path, &Path)> {
        let root = self.course().map(|course| course.root.as_path())?;
        Some((root, self.document.path.parent()?.strip_prefix(root).ok()?))
    }
}

/// Returns the kind that a block says it is of.
pub(super) fn kind_of(outline: &Outline, yaml: &str) -> Option<&'static Kind> {
    outline.value("kind").and_then(|value| kind(&yaml[value.range.clone()]))
}

/// Returns what is known of the YAML of a block.
pub(super) fn lexicon(block: &Block) -> Lexicon {
    Lexicon::new(block.is, kind_of(&block.outline, &block.yaml))
}

/// Returns what a metric of a kind is; of any kind, where none is known.
pub(super) fn metric(of: Option<&Kind>, name: &str) -> Option<&'static MetricInfo> {
    let own = of.and_then(|kind| kind.all_metrics().find(|info| info.name == name));
    own.or_else(|| crate::experiment::FOLLOWING.iter().find(|info| info.name == name)).or_else(|| {
        crate::experiment::KINDS.iter().flat_map(Kind::all_metrics).find(|info| info.name == name)
    })
}
