//! From a folder to a course, with everything that is wrong in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::course::{self, CourseSettings};
use super::discover::{self, CHAPTER, LessonFile, SETTINGS};
use super::front::{self, Front};
use super::inline::Names;
use super::link::{Anchor, Library, Published};
use super::markdown::Beside;
use super::math::Macros;
use super::naming;
use super::slug::as_title;
use super::{Course, ExperimentBlock, Lesson, markdown, scene};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span, nearest};
use crate::experiment;
use crate::files::{self, Fault, Refusal, without_mark};
use crate::settings::{self, LineMap, Node};

/// The longest lesson that is read, in bytes.
const MAX_LESSON: u64 = 4 << 20;

/// Reads the lessons folder, or one lesson's file, with every mistake that can be found before anything runs:
/// front matter, Markdown, math, links and the YAML of experiments.
/// Lessons marked as drafts are left out unless `drafts`, or named as the one file. Those that are `untrusted` put no HTML of
/// their own into a page.
///
/// What is wrong is in [`Course::found`], beside all that could be read in spite of it, so that mistakes found
/// later can be reported in the same run.
///
/// # Errors
/// A folder or file that cannot be read at all.
pub fn open(path: &Path, drafts: bool, untrusted: bool) -> Result<Course, Fault> {
    Opening::new(path, drafts, untrusted)?.course()
}

struct Opening {
    root: PathBuf,
    /// The one lesson to read, if it is one.
    only: Option<PathBuf>,
    drafts: bool,
    sources: Sources,
    found: Diagnostics,
    library: Library,
    left_out: Vec<String>,
}

/// A lesson with what is checked when all are known.
struct Read {
    lesson: Lesson,
    anchors: Vec<Anchor>,
    ids: Vec<String>,
    incomplete: bool,
}

impl Opening {
    fn new(path: &Path, drafts: bool, untrusted: bool) -> Result<Self, Fault> {
        let metadata = std::fs::metadata(path).map_err(|error| Fault::unread(path, error))?;
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
            library: Library { root: root.clone(), untrusted, ..Library::default() },
            root,
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
        }
        let mut discovered = discover::lessons(&self.root)?;
        // Drafts count too, so that no page moves when one is published.
        let said = naming::assign(&mut discovered.lessons);
        if self.only.is_none() {
            self.found.extend(said.into_iter().map(|said| Diagnostic::note(said, None)));
        }
        let fronts = self.fronts(discovered.lessons)?;
        self.check_slugs(&fronts);
        self.library.lessons =
            fronts.iter().map(|front| (front.file.below.clone(), front.file.slug.clone())).collect();
        let chapters = self.chapters(&fronts)?;
        let mut lessons = Vec::new();
        for front in fronts {
            if self.only.as_ref().is_none_or(|only| *only == front.file.path) {
                lessons.extend(self.lesson(front, &chapters));
            }
        }
        if lessons.is_empty() && self.found.errors() == 0 {
            let error = Diagnostic::error(format!("there is no lesson in `{}`", self.root.display()), None);
            self.found.push(error.hint("a lesson is a Markdown file such as `01-first.md`, with front matter between two lines `---`"));
        }
        self.check_anchors(&lessons);
        if self.only.is_none() {
            self.speak_of(discovered.left_out, &lessons);
        }
        let names = self.names(&lessons);
        Ok(Course {
            root: self.root,
            settings: settings.unwrap_or_default(),
            lessons: lessons.into_iter().map(|read| read.lesson).collect(),
            sources: self.sources,
            found: self.found,
            is_whole: self.only.is_none(),
            left_out: self.left_out,
            library: self.library,
            names,
        })
    }

    /// Adds a file; none (with what is wrong) if it is no text.
    ///
    /// # Errors
    /// A file that cannot be read.
    fn read(&mut self, path: &Path) -> Result<Option<(SourceId, String)>, Fault> {
        let shown = path.display().to_string().replace('\\', "/");
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let refused = |what: String, hint: &str| Diagnostic::error(what, None).hint(hint);
        let bytes = match files::read(&self.root, below, MAX_LESSON) {
            Ok(bytes) => bytes,
            Err(Refusal::TooLong(_)) => {
                let what = format!("`{shown}` is longer than {} MiB", MAX_LESSON >> 20);
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

    fn settings(&mut self) -> Result<Option<CourseSettings>, Fault> {
        let path = self.root.join(SETTINGS);
        if path.symlink_metadata().is_err() {
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
            self.found.keep(node.and_then(course::decode))
        });
        Ok(settings.map(|settings| {
            let untitled = settings.title.trim().is_empty();
            let title = if untitled { self.default_title() } else { settings.title };
            CourseSettings { title, ..settings }
        }))
    }

    /// The name of the folder that holds the lessons: no place of the machine but what the author called it.
    fn default_title(&self) -> String {
        let folder = self.root.canonicalize().ok();
        let name =
            folder.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        match name.as_deref() {
            None | Some("lessons") => "Course".to_owned(),
            Some(name) => as_title(name),
        }
    }

    /// The front matter of each lesson that is to be in the course.
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
                    fronts.push(FrontOf { file, read: Some((source, text, start, None)) });
                }
            }
        }
        Ok(fronts)
    }

    /// Names may be alike beyond what numbers and chapters tell apart: `a.md` and `A.md`.
    fn check_slugs(&mut self, fronts: &[FrontOf]) {
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

    /// The title of each folder that holds lessons.
    fn chapters(&mut self, fronts: &[FrontOf]) -> Result<BTreeMap<String, String>, Fault> {
        let mut chapters = BTreeMap::new();
        for front in fronts {
            let folder = front.file.folder();
            if !folder.is_empty() && !chapters.contains_key(folder) {
                let index = fronts.iter().find(|front| front.file.below == format!("{folder}/{CHAPTER}"));
                let own = index.and_then(|front| front.read.as_ref()?.3.as_ref());
                let title = self.chapter_title(folder, own.map(|front| front.title.as_str()))?;
                chapters.insert(folder.to_owned(), title);
            }
        }
        Ok(chapters)
    }

    /// What its settings say, else the title of its own page, else its name.
    fn chapter_title(&mut self, folder: &str, own: Option<&str>) -> Result<String, Fault> {
        #[derive(Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        struct Chapter {
            title: Option<String>,
        }
        // The title of a page is Markdown, that of a chapter text.
        let own = own.filter(|title| !title.contains(['*', '_', '`', '$', '[', '<', '\\', '&']));
        let own = own.map_or_else(|| as_title(folder.rsplit('/').next().unwrap_or(folder)), str::to_owned);
        let path = self.root.join(folder).join(SETTINGS);
        if path.symlink_metadata().is_err() {
            return Ok(own);
        }
        let read = self.read(&path)?;
        let chapter = read.and_then(|(source, text)| {
            self.found.keep(tree(source, &text).and_then(|node| settings::decode::<Chapter>(&node)))
        });
        Ok(chapter.and_then(|chapter| chapter.title).unwrap_or(own))
    }

    /// A lesson from its text; none if its front matter is at fault, all the rest being checked even so.
    fn lesson(&mut self, front: FrontOf, chapters: &BTreeMap<String, String>) -> Option<Read> {
        let file = front.file;
        let (source, text, start, front) = front.read?;
        let here = |span: Span| scene(&self.library, &file.below, &file.slug, span);
        let shown = front.as_ref().map(|front| front.title.as_str());
        let mut document =
            markdown::document(&text[start..], shown, here(Span::new(source, start, text.len())));
        let (mut counted, mut line) = (0, 0);
        for block in &mut document.blocks {
            line += text[counted..block.span.start].matches('\n').count();
            (counted, block.line) = (block.span.start, line);
        }
        self.found.extend(std::mem::take(&mut document.diagnostics));
        let front = front?;
        self.found.extend(front.warnings.clone());
        let beside = Beside { blocks: &document.blocks, equations: &document.equations };
        let title = markdown::title(&front.title, here(front.title_span), beside);
        let summary = markdown::short(&front.summary, here(front.summary_span), beside);
        self.found.extend(title.diagnostics.into_iter().chain(summary.diagnostics));
        let (mut anchors, mut assets) = (document.anchors, document.assets);
        let mut published = document.published;
        published.extend(summary.published);
        anchors.extend(summary.anchors);
        assets.extend(title.assets.into_iter().chain(summary.assets));
        for node in document.blocks.iter().flat_map(texts) {
            // What is wrong with it is said when the block is read; its place within quotes is not known.
            let short = markdown::short(node.as_text().unwrap_or_default(), here(node.span), beside);
            assets.extend(short.assets);
            let led = short.published.into_iter();
            published.extend(led.map(|published| Published { span: node.span, ..published }));
            anchors.extend(short.anchors.into_iter().map(|anchor| Anchor { span: node.span, ..anchor }));
        }
        let chapter = chapters.get(file.folder()).cloned();
        let lesson = Lesson {
            slug: file.slug,
            path: file.path,
            below: file.below,
            chapter,
            title: title.body,
            summary: summary.body,
            front,
            source,
            blocks: document.blocks,
            body: document.body,
            headings: document.headings,
            assets,
            equations: document.equations,
            published,
        };
        Some(Read { lesson, anchors, ids: document.ids, incomplete: document.incomplete })
    }

    /// Warns of what an author may take for a part of the course, and is none; not of files that lessons use.
    fn speak_of(&mut self, left_out: Vec<(String, Diagnostic)>, lessons: &[Read]) {
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

    /// Links to places within pages; of pages that were not read nothing is known.
    fn check_anchors(&mut self, lessons: &[Read]) {
        let mut pages: BTreeMap<&str, (BTreeSet<&str>, &[String])> = BTreeMap::new();
        for Read { lesson, ids, .. } in lessons {
            pages.insert(&lesson.slug, (ids.iter().map(String::as_str).collect(), ids));
        }
        for anchor in lessons.iter().flat_map(|read| &read.anchors) {
            let Some((known, ids)) = pages.get(anchor.slug.as_str()) else { continue };
            if known.contains(anchor.id.as_str()) {
                self.check_figure(anchor, lessons);
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

    /// A link to the picture of a figure that its experiment does not show.
    fn check_figure(&mut self, anchor: &Anchor, lessons: &[Read]) {
        let Some(figure) = &anchor.figure else { return };
        let blocks = lessons
            .iter()
            .filter(|read| read.lesson.slug == anchor.slug)
            .flat_map(|read| &read.lesson.blocks);
        let text = |block: &ExperimentBlock, key: &str| {
            block.node.entry(key).and_then(|entry| entry.value.as_text().map(str::to_owned))
        };
        let is_meant = |block: &&ExperimentBlock| {
            text(block, "id").is_some_and(|id| anchor.id.strip_prefix("experiment-") == Some(id.as_str()))
        };
        let Some(block) = blocks.clone().find(is_meant) else { return };
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

    /// The experiments by their ids; of lessons that were not read, any may exist.
    fn names(&self, lessons: &[Read]) -> Names {
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

/// The settings in a file as a tree.
fn tree(source: SourceId, text: &str) -> Result<Node, Vec<Diagnostic>> {
    settings::parse(text, &LineMap::contiguous(source, 0, text.len()))
}

/// A lesson's file; its source, text, start of the Markdown and front matter as far as they could be read.
struct FrontOf {
    file: LessonFile,
    read: Option<(SourceId, String, usize, Option<Front>)>,
}

/// The Markdown texts that a block holds.
fn texts(block: &ExperimentBlock) -> impl Iterator<Item = &Node> {
    let claims = block.node.entry("claims").map_or(&[][..], |entry| entry.value.items());
    let says = claims.iter().filter_map(|claim| claim.entry("says"));
    let own = ["title", "caption"].into_iter().filter_map(|key| block.node.entry(key));
    own.chain(says).map(|entry| &entry.value)
}

/// Where the Markdown starts in a lesson whose front matter is at fault.
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

/// The lessons folder that a lesson's file belongs to: the outermost that has settings, or its own folder.
fn course_of(file: &Path) -> PathBuf {
    let own = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    own.ancestors().filter(|folder| folder.join(SETTINGS).is_file()).last().unwrap_or(own).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{Fill, Lesson};

    struct Echo;

    impl Fill for Echo {
        fn experiment(&mut self, index: usize) -> String {
            format!("[experiment {index}]")
        }
        fn value(&mut self, value: &crate::lesson::InlineValue) -> String {
            format!("[{}]", value.expression)
        }
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        folder
    }

    fn read(folder: &tempfile::TempDir, path: &str, drafts: bool) -> Course {
        match open(&folder.path().join(path), drafts, false) {
            Ok(course) => course,
            Err(error) => panic!("{error:?}"),
        }
    }

    const COURSE: [(&str, &str); 6] = [
        ("gradbook.yaml", "title: Deep\ndefaults: {seeds: 2}\nlimits: {rows: 10}\n"),
        (
            "1-a.md",
            "---\ntitle: A *b*\nsummary: '`{{ one.loss }}`'\n---\n\n## Head\n\n![x](b.png) [y](2-more/c.md)\n\n```yaml experiment\nid: one\n```\n\nend\n",
        ),
        ("2-more/gradbook.yaml", "title: More of it\n"),
        ("2-more/1-c.md", "---\ntitle: C\n---\n`{{ a.one.loss }}`\n"),
        ("3-d.md", "---\ntitle: D\ndraft: true\n---\n"),
        ("b.png", "x"),
    ];

    #[test]
    fn a_folder_becomes_a_course() {
        let folder = folder(&COURSE);
        let course = read(&folder, "", false);
        let shown = |lesson: &Lesson| (lesson.slug.clone(), lesson.chapter.clone());
        assert_eq!(
            course.lessons.iter().map(shown).collect::<Vec<_>>(),
            [("a".to_owned(), None), ("c".to_owned(), Some("More of it".to_owned()))]
        );
        assert_eq!((course.settings.title.as_str(), course.settings.limits.rows), ("Deep", Some(10)));
        let lesson = &course.lessons[0];
        assert_eq!(lesson.title.render(&mut Echo), "A <em>b</em>");
        assert_eq!(lesson.title.render_text(&mut Echo), "A b");
        assert_eq!(lesson.summary.render(&mut Echo), "[one.loss]");
        assert_eq!(lesson.blocks[0].line, 10);
        assert_eq!(lesson.assets[0].output, "files/b.png");
        let body = lesson.body.render(&mut Echo);
        assert!(body.contains("src=\"files/b.png\"") && body.contains("href=\"c.html\""), "{body}");
        assert!(body.contains("[experiment 0]\n<p>end</p>"), "{body}");
        assert_eq!(read(&folder, "", true).lessons.len(), 3);
    }

    #[test]
    fn one_file_belongs_to_its_course() {
        let folder = folder(&COURSE);
        let course = read(&folder, "2-more/1-c.md", false);
        assert_eq!((course.lessons.len(), course.settings.title.as_str()), (1, "Deep"));
        assert_eq!(course.lessons[0].below, "2-more/1-c.md");
        assert_eq!(read(&folder, "3-d.md", false).lessons[0].slug, "d");
        assert!(open(&folder.path().join("b.png"), false, false).is_err());
        assert!(open(&folder.path().join("nowhere"), false, false).is_err());
    }

    #[test]
    fn short_texts_are_checked_at_their_place() {
        let folder = folder(&COURSE);
        let course = read(&folder, "", false);
        let lesson = &course.lessons[0];
        let span = lesson.blocks[0].node.get("id").unwrap().span;
        let said = |text: &str| course.short(lesson, text, span).unwrap_err()[0].clone();
        assert_eq!(course.short(lesson, "a `{{ one.x }}`", span).unwrap().render(&mut Echo), "a [one.x]");
        assert_eq!(said("`{{ oen.x }}`").label, "did you mean `one`?");
        assert_eq!(said("`{{ oen.x }}`").span, Some(span));
        assert!(said("$\\nope$").message.contains("nope"));
    }

    #[test]
    fn files_that_are_no_text_are_reported() {
        let folder = folder(&[("1-a.md", "---\ntitle: A\n---\n\0"), ("gradbook.yaml", "title: \0")]);
        std::fs::write(folder.path().join("2-b.md"), b"---\ntitle: \xff\n---\n").unwrap();
        let found = open(folder.path(), false, false).unwrap().found;
        let messages: Vec<&str> = found.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(messages.len(), 3);
        assert!(messages.contains(&"this file is not UTF-8 text"));
    }
}
