//! From a folder to a course, with everything that is wrong in it.

mod checks;
mod files;
mod frame;
mod kept;
mod targets;

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use kept::KeptReadings;

use super::discover::{self, LessonFile, SETTINGS};
use super::front::{self, Front};
use super::link::{Anchor, Library, Published};
use super::markdown::Beside;
use super::math::Macros;
use super::naming;
use super::picture::Embedded;
use super::room::Room;
use super::{Chapter, Course, ExperimentBlock, Fragment, Frame, Lesson, markdown, scene};
use crate::bibliography::Bibliography;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span};
use crate::files::Fault;
use crate::settings::Node;
use crate::words::Words;

/// Looks at the lessons folder, or one lesson's file.
///
/// # Errors
/// None there, with how to begin; one that cannot be read.
pub fn look(path: &Path) -> Result<Metadata, Fault> {
    std::fs::metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => files::missing(path),
        _ => Fault::unread(path, error),
    })
}

/// Reads the lessons folder, or one lesson's file, with every mistake that can be found before anything runs:
/// front matter, Markdown, math, links and the YAML of experiments.
/// Lessons marked as drafts are left out unless `drafts`, or named as the one file. Those that are `untrusted` put no HTML of
/// their own into a page. What is `unsaved` stands in the place of files on the disk.
///
/// What is wrong is in [`Course::found`], beside all that could be read in spite of it, so that mistakes found
/// later can be reported in the same run.
///
/// # Errors
/// A folder or file that cannot be read at all.
pub fn open(path: &Path, drafts: bool, untrusted: bool, unsaved: &Arc<Unsaved>) -> Result<Course, Fault> {
    reopen(path, drafts, untrusted, unsaved, &KeptReadings::default())
}

/// Reads the same once more: of what is kept only what would be read as it was, and keeps what it reads.
///
/// # Errors
/// As [`open`].
pub fn reopen(
    path: &Path,
    drafts: bool,
    untrusted: bool,
    unsaved: &Arc<Unsaved>,
    kept: &KeptReadings,
) -> Result<Course, Fault> {
    let opening = Opening::new(path, drafts, untrusted)?;
    Opening { unsaved: unsaved.clone(), kept: kept.clone(), ..opening }.course()
}

/// Texts that an editor holds of files and has not saved, by the files' real paths.
pub type Unsaved = BTreeMap<PathBuf, String>;

struct Opening {
    root: PathBuf,
    /// What stands in the place of files on the disk.
    unsaved: Arc<Unsaved>,
    /// What was read before.
    kept: KeptReadings,
    /// The one lesson to read, if it is one.
    only: Option<PathBuf>,
    drafts: bool,
    sources: Sources,
    found: Diagnostics,
    library: Library,
    left_out: Vec<String>,
}

/// A lesson with what is checked when all are known.
#[derive(Clone, Debug)]
struct Read {
    lesson: Lesson,
    anchors: Vec<Anchor>,
    ids: Vec<String>,
    /// The names of its pictures.
    pictures: Vec<(String, Span)>,
    /// Where it shows code of files, and how many bytes.
    shown: Vec<(Span, usize)>,
    incomplete: bool,
}

impl Opening {
    fn new(path: &Path, drafts: bool, untrusted: bool) -> Result<Self, Fault> {
        let metadata = look(path)?;
        if untrusted && path.components().as_path().is_symlink() {
            let shown = path.display();
            let link = format!("{shown} is a link: of lessons that are not trusted name the folder itself");
            return Err(Fault::new(link));
        }
        // A bare file name is found in the folder `.`, as `./name`.
        let bare = path.parent().is_none_or(|parent| parent.as_os_str().is_empty());
        let named = if bare { Path::new(".").join(path) } else { path.to_owned() };
        let only = metadata.is_file().then_some(named);
        let root = only.as_deref().map_or_else(|| path.to_owned(), course_of);
        Ok(Opening {
            library: Library {
                root: root.clone(),
                untrusted,
                bibliography: Bibliography::of_the_program().clone(),
                ..Library::default()
            },
            root,
            unsaved: Arc::default(),
            kept: KeptReadings::default(),
            only,
            drafts,
            sources: Sources::default(),
            found: Diagnostics::default(),
            left_out: Vec::new(),
        })
    }

    fn course(mut self) -> Result<Course, Fault> {
        let settings = self.settings()?;
        if let Some(settings) = &settings {
            self.library.macros = Macros::new(&settings.macros);
            self.library.words = Words::new(&settings.language.0, &settings.words);
        }
        let mut discovered = discover::lessons(&self.root, &self.unsaved)?;
        // Drafts count too, so that no page moves when one is published.
        let said = naming::assign(&mut discovered.lessons);
        if self.only.is_none() {
            self.found.extend(said.into_iter().map(|said| Diagnostic::note(said, None)));
        }
        let fronts = self.fronts(discovered.lessons)?;
        self.check_slugs(&fronts);
        self.library.lessons =
            fronts.iter().map(|front| (front.file.below.clone(), front.file.slug.clone())).collect();
        self.library.numbers = self.numbers(&fronts);
        let texts = fronts.iter().filter_map(|front| front.read.as_ref());
        self.library.room = Room::of(texts.map(|(_, text, ..)| text.len()).sum());
        let chapters = self.chapters(&fronts)?;
        let is_asked = |front: &FrontOf| self.only.as_ref().is_none_or(|only| *only == front.file.path);
        let asked: Vec<FrontOf> = fronts.into_iter().filter(is_asked).collect();
        let around = self.surroundings(settings.as_ref(), discovered.files);
        let mut lessons = Vec::new();
        for (lesson, found) in self.lessons(asked, &chapters, around) {
            lessons.extend(lesson);
            self.found.extend(found);
        }
        self.check_shown(&lessons);
        if lessons.is_empty() && self.found.errors() == 0 {
            let error = Diagnostic::error(format!("there is no lesson in `{}`", self.root.display()), None);
            self.found.push(
                error
                    .hint("a lesson is a Markdown file such as `01-first.md`, with front matter between two lines `---`")
                    .hint("`gradbook new my-course` writes a small course to begin with"),
            );
        }
        let frame = match &settings {
            Some(settings) => self.frame(&settings.frame),
            None => Frame::default(),
        };
        self.check_anchors(&lessons, &frame.anchors);
        if self.only.is_none() {
            self.speak_of(discovered.left_out, &lessons);
        }
        let names = self.names(&lessons);
        let targets = self.targets(&lessons);
        Ok(Course {
            root: self.root,
            settings: settings.unwrap_or_default(),
            frame,
            lessons: lessons.into_iter().map(|read| read.lesson).collect(),
            sources: self.sources,
            found: self.found,
            is_whole: self.only.is_none(),
            left_out: self.left_out,
            library: self.library,
            targets,
            names: Arc::new(names),
        })
    }

    /// Returns the front matter of each lesson that is to be in the course.
    fn fronts(&mut self, all: Vec<LessonFile>) -> Result<Vec<FrontOf>, Fault> {
        let mut fronts = Vec::new();
        let mut all = all;
        if let Some(only) = &self.only
            && !all.iter().any(|found| found.path == *only)
        {
            // A file that a whole course would leave out, named all the same.
            let found = discover::describe(&self.root, only).ok_or_else(|| {
                Fault::new(format!("{} is not a lesson: expected a `.md` file", only.display()))
            })?;
            all.push(found);
        }
        for file in all {
            let is_only = self.only.as_ref() == Some(&file.path);
            if self.only.is_some() && !is_only {
                // Of the others only the names matter, for links.
                fronts.push(FrontOf { file, read: None });
                continue;
            }
            let Some((source, text)) = self.read(&file.path)? else {
                fronts.push(FrontOf { file, read: None });
                continue;
            };
            match front::read(&text, source) {
                Ok((front, _)) if front.draft && !self.drafts && !is_only => {
                    self.left_out.push(file.slug);
                }
                Ok((front, start)) => {
                    fronts.push(FrontOf { file, read: Some((source, text, start, Some(front))) });
                }
                Err(errors) => {
                    self.found.extend(errors);
                    let start = body_start(&text);
                    let rest = front::salvaged(&text, source);
                    fronts.push(FrontOf { file, read: Some((source, text, start, rest)) });
                }
            }
        }
        Ok(fronts)
    }

    /// Returns a lesson from its text, and what is wrong with it; none if nothing is known of its front matter, all the rest being
    /// checked even so.
    fn lesson(
        &self,
        front: FrontOf,
        chapters: &BTreeMap<String, Chapter>,
    ) -> (Option<Read>, Vec<Diagnostic>) {
        let file = front.file;
        let Some((source, text, start, front)) = front.read else { return Default::default() };
        let here = |span: Span| scene(&self.library, &file.below, &file.slug, span);
        let shown = front.as_ref().map(|front| front.title.as_str());
        let mut document =
            markdown::document(&text[start..], shown, here(Span::new(source, start, text.len())));
        let (mut counted, mut line);
        for blocks in [&mut document.blocks, &mut document.figures] {
            (counted, line) = (0, 0);
            for block in blocks {
                line += text[counted..block.span.start].matches('\n').count();
                (counted, block.line) = (block.span.start, line);
            }
        }
        let html = document.body.len();
        if !self.library.room.take(html) {
            // Where the pages become too long is told when all are known; until then none more is held.
            document.body = Fragment::default();
            document.incomplete = true;
        }
        let mut found = std::mem::take(&mut document.diagnostics);
        let Some(front) = front else { return (None, found) };
        found.extend(front.warnings.clone());
        let beside = Beside { blocks: &document.blocks, equations: &document.equations };
        let title = markdown::title(&front.title, here(front.title_span), beside);
        let summary = markdown::short(&front.summary, here(front.summary_span), beside);
        found.extend(title.diagnostics.into_iter().chain(summary.diagnostics));
        let (mut anchors, mut assets, mut embedded) = (document.anchors, document.assets, document.embedded);
        found.extend(summary.embedded.iter().map(Embedded::refused));
        let mut included = document.included;
        let mut published = document.published;
        published.extend(summary.published);
        included.extend(summary.included);
        anchors.extend(summary.anchors);
        assets.extend(title.assets.into_iter().chain(summary.assets));
        for (key, node) in document.blocks.iter().chain(&document.figures).flat_map(texts) {
            // What is wrong with it is said when the block is read; its place within quotes is not known.
            let short = markdown::short(node.as_text().unwrap_or_default(), here(node.span), beside);
            assets.extend(short.assets);
            included.extend(short.included);
            let shown = short.embedded.into_iter().map(|shown| Embedded { span: node.span, ..shown });
            match key {
                "title" => found.extend(shown.map(|shown| shown.refused())),
                _ => embedded.extend(shown),
            }
            let led = short.published.into_iter();
            published.extend(led.map(|published| Published { span: node.span, ..published }));
            anchors.extend(short.anchors.into_iter().map(|anchor| Anchor { span: node.span, ..anchor }));
        }
        let (prerequisites, wrong) = self.prerequisites(&file, &front);
        found.extend(wrong);
        let chapter = chapters.get(file.folder()).cloned();
        let lesson = Lesson {
            number: self.library.numbers.get(&file.slug).copied(),
            section: None,
            slug: file.slug,
            path: file.path,
            below: file.below,
            chapter,
            title: title.body,
            summary: summary.body,
            front,
            prerequisites,
            source,
            reading: kept::next(),
            blocks: document.blocks,
            figures: document.figures,
            body: document.body,
            html,
            headings: document.headings,
            assets,
            embedded,
            included,
            equations: document.equations,
            published,
        };
        let (ids, pictures, shown) = (document.ids, document.pictures, document.shown);
        (Some(Read { lesson, anchors, ids, pictures, shown, incomplete: document.incomplete }), found)
    }
}

/// A lesson's file; its source, text, start of the Markdown and front matter as far as they could be read.
struct FrontOf {
    file: LessonFile,
    read: Option<(SourceId, String, usize, Option<Front>)>,
}

/// Returns the Markdown texts that a block holds, by their keys.
fn texts(block: &ExperimentBlock) -> impl Iterator<Item = (&str, &Node)> {
    let claims = block.node.entry("claims").map_or(&[][..], |entry| entry.value.items());
    let says = claims.iter().filter_map(|claim| claim.entry("says"));
    let own = ["title", "caption"].into_iter().filter_map(|key| block.node.entry(key));
    own.chain(says).map(|entry| (entry.key.as_str(), &entry.value))
}

/// Returns where the Markdown starts in a lesson whose front matter is at fault.
fn body_start(text: &str) -> usize {
    let mut at = 0;
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_start_matches('\u{feff}').trim_end() == "---")
    else {
        return 0;
    };
    at += first.len();
    for line in lines {
        at += line.len();
        if line.trim_end() == "---" {
            return at;
        }
    }
    text.len()
}

/// Returns the lessons folder that a lesson's file belongs to: the outermost that has settings, or its own folder.
fn course_of(file: &Path) -> PathBuf {
    let own = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    folder_with_settings(own).unwrap_or_else(|| own.to_owned())
}

/// Returns the outermost folder around one, or that itself, that holds settings of a course.
pub fn folder_with_settings(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().filter(|folder| folder.join(SETTINGS).is_file()).last().map(Path::to_owned)
}

#[cfg(test)]
mod tests;
