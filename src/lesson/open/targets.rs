//! What references may lead to, and how lessons are numbered.

use std::collections::BTreeMap;

use super::{FrontOf, Opening, Read};
use crate::diagnostic::{Diagnostic, SourceId};
use crate::experiment;
use crate::files::{self, without_mark};
use crate::lesson::ExperimentBlock;
use crate::lesson::discover::{LONGEST, LessonFile};
use crate::lesson::front::{self, Front};
use crate::lesson::reference::{Shown, Standing, Targets, TargetsOf};

impl Opening {
    /// The lessons in their order, from 1: what is in the course, whether it is read or not.
    pub(super) fn numbers(&self, fronts: &[FrontOf]) -> BTreeMap<String, usize> {
        let counts = |front: &&FrontOf| match &front.read {
            Some((.., own)) => own.as_ref().is_none_or(is_lesson),
            None => match self.front_of_another(&front.file) {
                Some(other) => is_lesson(&other) && (self.drafts || !other.draft),
                None => true,
            },
        };
        let slugs = fronts.iter().filter(counts).map(|front| front.file.slug.clone());
        slugs.zip(1..).collect()
    }

    /// The front matter of a lesson that is not read otherwise.
    fn front_of_another(&self, file: &LessonFile) -> Option<Front> {
        let below = file.path.strip_prefix(&self.root).unwrap_or(&file.path);
        let text = String::from_utf8(files::read(&self.root, below, LONGEST).ok()?).ok()?;
        front::read(&without_mark(text), SourceId(0)).ok().map(|(front, _)| front)
    }

    /// What references may lead to.
    pub(super) fn targets(&mut self, lessons: &[Read]) -> Targets {
        let mut targets = Targets::default();
        let read: BTreeMap<&str, &Read> =
            lessons.iter().map(|read| (read.lesson.slug.as_str(), read)).collect();
        for (_, slug) in &self.library.lessons {
            let number = self.library.numbers.get(slug).copied();
            let mut page = TargetsOf { slug: slug.clone(), number, ..TargetsOf::default() };
            match read.get(slug.as_str()) {
                Some(read) => {
                    page.standing = if read.incomplete { Standing::Unread } else { Standing::Read };
                    page.equations.extend(read.lesson.equations.keys().cloned());
                    page.experiments.extend(read.lesson.blocks.iter().filter_map(figures_of));
                    let drawn = read
                        .lesson
                        .figures
                        .iter()
                        .filter_map(|block| block.node.entry("id")?.value.as_text());
                    page.pictures.extend(drawn.map(str::to_owned));
                    for (name, place) in &read.pictures {
                        if page.experiments.contains_key(name) {
                            let message = format!("a picture and an experiment are called `{name}`");
                            self.found
                                .push(Diagnostic::error(message, *place).label("expected another name"));
                        }
                        page.pictures.insert(name.clone());
                    }
                }
                None => page.standing = Standing::Unread,
            }
            targets.insert(page);
        }
        for slug in &self.left_out {
            targets.insert(TargetsOf {
                slug: slug.clone(),
                standing: Standing::Draft,
                ..TargetsOf::default()
            });
        }
        targets
    }
}

/// Whether a page is one of the lessons.
fn is_lesson(front: &Front) -> bool {
    !front.page
}

/// The id of a block with the figures that it shows, as far as it says so itself.
fn figures_of(block: &ExperimentBlock) -> Option<(String, Option<Shown>)> {
    let text = |key: &str| block.node.entry(key).and_then(|entry| entry.value.as_text());
    let kind = text("kind").and_then(experiment::kind);
    let asked = block.node.entry("figures").map(|entry| entry.value.items());
    let is_asked =
        |name: &str| asked.is_none_or(|asked| asked.iter().any(|item| item.as_text() == Some(name)));
    let shown = kind.map(|kind| Shown::among(kind.figures.iter().map(|figure| figure.name), is_asked));
    Some((text("id")?.to_owned(), shown))
}
