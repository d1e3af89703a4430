//! What can be checked only when all lessons have been read.

use std::collections::{BTreeMap, BTreeSet};

use super::{FrontOf, Opening, Read};
use crate::block;
use crate::diagnostic::{Diagnostic, SourceId, Span, nearest};
use crate::experiment;
use crate::lesson::ExperimentBlock;
use crate::lesson::discover::LessonFile;
use crate::lesson::front::Front;
use crate::lesson::inline::Names;
use crate::lesson::link::{self, Anchor};
use crate::search::Space;
use crate::settings::{self, LineMap, Node};

impl Opening {
    /// Names may be alike beyond what numbers and chapters tell apart: `a.md` and `A.md`.
    pub(super) fn check_slugs(&mut self, fronts: &[FrontOf]) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for front in fronts {
            let Some((source, ..)) = front.read else { continue };
            let file = &front.file;
            let Some(first) = seen.insert(&file.slug, &file.below) else { continue };
            let here = Span::new(source, 0, 0);
            let error = Diagnostic::error(format!("two lessons become the page `{}.html`", file.slug), here);
            self.found.push(error.label(format!("the other is `{first}`")).hint("rename the file"));
        }
    }

    /// Warns of what an author may take for a part of the course, and is none; not of files that lessons use.
    pub(super) fn speak_of(&mut self, left_out: Vec<(String, Diagnostic)>, lessons: &[Read]) {
        let used = |path: &str| {
            lessons
                .iter()
                .flat_map(|read| &read.lesson.assets)
                .any(|asset| asset.output == format!("files/{path}"))
        };
        self.found.extend(
            left_out
                .into_iter()
                .filter(|(path, _)| !used(path))
                .map(|(_, warning)| warning)
                .collect::<Vec<_>>(),
        );
    }

    /// Says where lessons, one after the other, come to show more code of files than a course may.
    pub(super) fn check_shown(&mut self, lessons: &[Read]) {
        let mut bytes = 0;
        let mut shown = lessons.iter().flat_map(|read| &read.shown);
        let beyond = shown.find(|(_, more)| {
            bytes += more;
            bytes > link::MOST_SHOWN
        });
        self.found.extend(beyond.map(|(place, _)| {
            let error =
                Diagnostic::error("the code of files that the course shows is longer than 4 MiB", *place);
            error.label("expected parts: `lines: 3-9`, `region: loop`")
        }));
    }

    /// Checks links to places within pages; of pages that were not read nothing is known.
    pub(super) fn check_anchors(&mut self, lessons: &[Read], others: &[Anchor]) {
        let mut pages: BTreeMap<&str, (BTreeSet<&str>, &[String])> = BTreeMap::new();
        for Read { lesson, ids, .. } in lessons {
            pages.insert(&lesson.slug, (ids.iter().map(String::as_str).collect(), ids));
        }
        for anchor in lessons.iter().flat_map(|read| &read.anchors).chain(others) {
            let Some((known, ids)) = pages.get(anchor.slug.as_str()) else { continue };
            // A file of a figure is called as one of an experiment is.
            let of_figure = anchor.id.strip_prefix("experiment-").map(|id| format!("figure-{id}"));
            if known.contains(anchor.id.as_str()) || of_figure.is_some_and(|id| known.contains(id.as_str())) {
                self.check_figure(anchor, lessons);
                self.check_asked(anchor, lessons);
                continue;
            }
            let error = Diagnostic::error(
                format!("the page `{}.html` has no place `#{}`", anchor.slug, anchor.id),
                anchor.span,
            );
            let near = || nearest(&anchor.id, ids.iter().map(String::as_str));
            self.found.push(match self.library.suggestions.look(near) {
                Some(near) => error.label(format!("did you mean `#{near}`?")),
                None => error.label("expected the id of a heading there"),
            });
        }
    }

    /// Returns the slugs of the lessons that one builds on, and what is wrong with those that are named.
    pub(super) fn prerequisites(&self, file: &LessonFile, front: &Front) -> (Vec<String>, Vec<Diagnostic>) {
        let place = |slug: &str| self.library.numbers.get(slug);
        let mut slugs: Vec<String> = Vec::new();
        let mut wrong = Vec::new();
        for (name, span) in &front.prerequisites {
            match link::lesson_called(&self.library, file.folder(), name, *span) {
                Err(error) => wrong.push(error),
                Ok(slug) if slug == file.slug => {
                    let error = Diagnostic::error("a lesson is no prerequisite of itself", *span);
                    wrong.push(error.label("expected another lesson"));
                }
                Ok(slug) => {
                    if !front.page && place(slug) > place(&file.slug) {
                        let warning = Diagnostic::warning("this prerequisite comes after the lesson", *span);
                        wrong.push(warning.label("expected a lesson before it"));
                    }
                    if !slugs.iter().any(|known| known == slug) {
                        slugs.push(slug.to_owned());
                    }
                }
            }
        }
        (slugs, wrong)
    }

    /// Checks what a link asks an experiment to be run with: its `try` says what may be changed.
    fn check_asked(&mut self, anchor: &Anchor, lessons: &[Read]) {
        let (Some(asked), Some(block)) = (&anchor.asked, block_of(anchor, lessons)) else { return };
        let tried = block.node.entry("try").map(|entry| settings::decode::<Space>(&entry.value));
        let Some(Ok(space)) = tried else {
            // A `try` that cannot be read is an error of its own.
            if tried.is_none() {
                let error = Diagnostic::error("this experiment names nothing to change", anchor.span);
                self.found.push(error.label("expected an experiment with `try`"));
            }
            return;
        };
        for pair in asked.split('&') {
            let (path, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (path, value) = (link::decoded(path), link::decoded(value));
            let Some(setting) = space.settings.iter().find(|setting| setting.path == path) else {
                let error = Diagnostic::error(format!("`{path}` cannot be changed there"), anchor.span);
                let known = || space.settings.iter().map(|setting| setting.path.as_str());
                let all = || known().collect::<Vec<_>>().join(", ");
                self.found.push(match nearest(&path, known()) {
                    Some(near) => error.label(format!("did you mean `{near}`?")),
                    None => error.label(format!("expected one of {}", all())),
                });
                continue;
            };
            let map = LineMap::contiguous(SourceId(0), 0, value.len());
            let read = settings::parse(&value, &map).ok().and_then(|node| serde_json::to_value(node).ok());
            if !read.is_some_and(|read| block::holds(&setting.dimension, &read)) {
                let message = format!("`{value}` is not in the range of `{path}`");
                let range = serde_json::to_value(&setting.dimension).map(|range| experiment::written(&range));
                let range = range.unwrap_or_default();
                self.found.push(Diagnostic::error(message, anchor.span).label(format!("expected {range}")));
            }
        }
    }

    /// Warns of a link to the picture of a figure that its experiment does not show.
    fn check_figure(&mut self, anchor: &Anchor, lessons: &[Read]) {
        let (Some(figure), Some(block)) = (&anchor.figure, block_of(anchor, lessons)) else { return };
        let Some(kind) = text(block, "kind").and_then(|kind| experiment::kind(&kind)) else { return };
        let asked =
            block.node.entry("figures").map(|entry| entry.value.items().iter().filter_map(Node::as_text));
        let shown: Vec<&str> = match asked {
            Some(names) => names.collect(),
            None => kind.figures.iter().map(|figure| figure.name).collect(),
        };
        if !shown.contains(&figure.as_str()) {
            let error = Diagnostic::error(format!("the experiment has no figure `{figure}`"), anchor.span);
            self.found.push(error.label(format!("expected one of {}", shown.join(", "))));
        }
    }

    /// Returns the experiments by their ids; of lessons that were not read, any may exist.
    pub(super) fn names(&self, lessons: &[Read]) -> Names {
        let mut names = Names::new();
        let read: BTreeMap<&str, &Read> =
            lessons.iter().map(|read| (read.lesson.slug.as_str(), read)).collect();
        for (_, slug) in &self.library.lessons {
            let read = read.get(slug.as_str());
            names.insert_lesson(slug, read.is_none_or(|read| read.incomplete));
        }
        for Read { lesson, .. } in lessons {
            for block in &lesson.blocks {
                if let Some(id) = block.node.entry("id").and_then(|entry| entry.value.as_text()) {
                    names.insert(&lesson.slug, id);
                }
            }
        }
        names
    }
}

/// Returns a text that a block gives.
fn text(block: &ExperimentBlock, key: &str) -> Option<String> {
    block.node.entry(key).and_then(|entry| entry.value.as_text().map(str::to_owned))
}

/// Returns the experiment that a link leads to.
fn block_of<'a>(anchor: &Anchor, lessons: &'a [Read]) -> Option<&'a ExperimentBlock> {
    let blocks = lessons.iter().filter(|read| read.lesson.slug == anchor.slug);
    let mut blocks = blocks.flat_map(|read| &read.lesson.blocks);
    let id = anchor.id.strip_prefix("experiment-")?;
    blocks.find(|block| text(block, "id").as_deref() == Some(id))
}
