//! Lessons: Markdown with experiments, from a folder of files to parts that pages are made of.
//!
//! [`open`] reads a whole course and reports every mistake of every lesson at once. A [`Lesson`] holds its
//! experiment blocks as trees of settings and its text as a [`Fragment`]: HTML with gaps, which the pipeline
//! fills with charts and numbers once the experiments have run.

mod address;
mod block;
mod course;
mod discover;
mod excerpt;
mod fragment;
mod front;
mod glossary;
mod limits;
mod link;
pub mod mark;
mod markdown;
mod math;
mod naming;
mod open;
mod picture;
pub mod plain;
mod policy;
pub mod prose;
mod reference;
mod room;
pub mod sentences;
mod slug;

use std::path::PathBuf;
use std::sync::Arc;

pub use gradbook_lab::inline;

pub use block::{ExperimentBlock, figure_id, table_id};
pub use course::{CacheSettings, CourseSettings, Language, Theme};
pub use fragment::{Fill, Fragment, FragmentPart, InlineValue, Role, experiment_mark, figure_mark};
pub use front::{Front, SETTINGS as FRONT_SETTINGS};
pub use limits::of_owner as owners_limits;
pub use link::{Asset, Published, address, to_root};
pub use mark::Mark;
pub use markdown::{Heading, link_back};
pub use open::{KeptReadings, Unsaved, folder_with_settings, look, open, reopen};
pub use picture::Embedded;
pub use policy::ContentPolicy;
pub use reference::{Reference, Shown, Target, Targets};
pub use room::most_html;
pub use slug::as_title;

use crate::bibliography::Bibliography;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, SourceId, Sources, Span};
use crate::words::Words;
use inline::Names;
use link::{Anchor, Library};
use markdown::{Beside, Equations, Scene};

/// All lessons of a course.
#[derive(Clone, Debug)]
pub struct Course {
    /// The lessons folder.
    pub root: PathBuf,
    pub settings: CourseSettings,
    /// What stands around every page.
    pub frame: Frame,
    /// In reading order.
    pub lessons: Vec<Lesson>,
    /// Every file that was read.
    pub sources: Sources,
    /// What is wrong with it, and what is odd but stops nothing.
    pub found: Diagnostics,
    /// Whether every lesson of the folder was read, not one alone.
    pub is_whole: bool,
    /// The slugs of the drafts that are there but not in the course.
    pub left_out: Vec<String>,
    library: Library,
    targets: Targets,
    /// Which experiments there are, and what each will find as far as that has been said.
    pub names: Arc<Names>,
}

/// What stands around every page of a course.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The path of the picture beside the title, in the output.
    pub logo: Option<String>,
    /// The address of such a picture, of those that every page holds.
    pub embedded_logo: Option<String>,
    /// Both with addresses as a page in a folder of the site has them: `../files/a.pdf`.
    pub footer_html: String,
    pub head_html: String,
    /// Local files that they use.
    pub assets: Vec<Asset>,
    /// Drawings that every page holds.
    pub embedded: Vec<Embedded>,
    anchors: Vec<Anchor>,
}

/// A folder of lessons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chapter {
    pub title: String,
    /// A line about it, plain text; may be empty.
    pub description: String,
}

/// One lesson, read and checked as far as that goes without running anything.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Its page is `SLUG.html`, in a folder where it holds a `/`.
    pub slug: String,
    /// Its place among the lessons, from 1; none of a page outside of them.
    pub number: Option<usize>,
    /// What the numbers of its figures begin with in place of its own: the section of a book that it stands in.
    pub section: Option<String>,
    /// The file.
    pub path: PathBuf,
    /// The path below the lessons folder, with `/`.
    pub below: String,
    /// None for lessons directly in the lessons folder.
    pub chapter: Option<Chapter>,
    pub front: Front,
    /// The slugs of the lessons that it builds on.
    pub prerequisites: Vec<String>,
    pub title: Fragment,
    pub summary: Fragment,
    pub source: SourceId,
    /// Which reading of the file it comes from: of two lessons of a course that was opened twice the same only where all that they
    /// are made from is.
    pub reading: u64,
    /// In the order of the text.
    pub blocks: Vec<ExperimentBlock>,
    /// Figures of the author's own, in the order of the text.
    pub figures: Vec<ExperimentBlock>,
    pub body: Fragment,
    /// The bytes of its HTML, of one too that was not held any more.
    pub html: usize,
    /// All headings; the contents of the page show levels 2 and 3.
    pub headings: Vec<Heading>,
    /// Local files that its text uses.
    pub assets: Vec<Asset>,
    /// Drawings that its page holds, each as often as its text shows it.
    pub embedded: Vec<Embedded>,
    /// Code that its text shows of files.
    pub included: Vec<String>,
    /// The numbers of its equations by their labels.
    equations: Equations,
    /// Files of experiments that its text leads to.
    pub published: Vec<Published>,
}

/// The most faults of its values that are looked for in one text.
const MOST_FAULTS: usize = 200;

impl Course {
    /// Reads a short Markdown text of a lesson's settings (a caption, a title, what a claim says), with values. `span` is
    /// where it is written.
    ///
    /// # Errors
    /// As for the text of a lesson; all that is wrong.
    pub fn short(&self, lesson: &Lesson, text: &str, span: Span) -> Result<Fragment, Vec<Diagnostic>> {
        let found = self.read_short(lesson, text, span, markdown::short);
        Self::without_errors(found)
    }

    /// Reads a text of a lesson's settings that takes no markup (what is read out in place of a chart), with values.
    ///
    /// # Errors
    /// As for the text of a lesson; all that is wrong.
    pub fn plain(&self, lesson: &Lesson, text: &str, span: Span) -> Result<Fragment, Vec<Diagnostic>> {
        let found = self.read_short(lesson, text, span, markdown::plain);
        Self::without_errors(found)
    }

    fn without_errors(
        (fragment, mut found): (Fragment, Vec<Diagnostic>),
    ) -> Result<Fragment, Vec<Diagnostic>> {
        found.retain(|diagnostic| diagnostic.severity == Severity::Error);
        if found.is_empty() { Ok(fragment) } else { Err(found) }
    }

    /// Returns what is wrong with a short text, and what is odd about it.
    pub fn check_short(&self, lesson: &Lesson, text: &str, span: Span) -> Vec<Diagnostic> {
        self.read_short(lesson, text, span, markdown::short).1
    }

    /// Returns what is wrong with a text that takes no markup.
    pub fn check_plain(&self, lesson: &Lesson, text: &str, span: Span) -> Vec<Diagnostic> {
        self.read_short(lesson, text, span, markdown::plain).1
    }

    fn read_short(
        &self,
        lesson: &Lesson,
        text: &str,
        span: Span,
        read: fn(&str, Scene, Beside) -> markdown::Document,
    ) -> (Fragment, Vec<Diagnostic>) {
        let text = text.replace('\0', " ");
        let scene = scene(&self.library, &lesson.below, &lesson.slug, span);
        let beside = Beside { blocks: &lesson.blocks, equations: &lesson.equations };
        let document = read(&text, scene, beside);
        let (mut found, mut body) = (document.diagnostics, document.body);
        // Where a text is written, whatever its own places are.
        body.values_mut()
            .for_each(|value| value.span = if span.holds(value.span) { value.span } else { span });
        // Drawings in what a block says itself are its lesson's; a default stands in many blocks.
        if !lesson.blocks.iter().chain(&lesson.figures).any(|block| block.span.holds(span)) {
            found.extend(document.embedded.iter().map(Embedded::refused));
        }
        found.extend(self.check_values(lesson, &body));
        self.complete(lesson, &mut body);
        // A text of YAML may be quoted, escaped or folded: inside it only the whole place is sure.
        for diagnostic in &mut found {
            let inside = diagnostic.span.is_some_and(|place| span.holds(place));
            if span.end - span.start != text.len() || !inside {
                diagnostic.span = Some(span);
            }
        }
        (body, found)
    }

    /// Returns what a text of this course turns into depends on beside itself: paths and slugs of the lessons that links may
    /// lead to, whether the lessons are trusted, the macros of formulas, the terms of the glossary and the words of pages.
    pub fn scenery(&self) -> (&[(String, String)], impl serde::Serialize) {
        let Library { lessons, untrusted, macros, glossary, .. } = &self.library;
        let words = (&self.settings.language, &self.settings.words);
        let offered = (self.settings.live, self.settings.notebook);
        (lessons, (untrusted, macros, &glossary.terms, words, offered))
    }

    /// Returns the words of its pages.
    pub fn words(&self) -> &Words {
        &self.library.words
    }

    /// Returns where a reference in the text of a lesson leads.
    ///
    /// # Errors
    /// What is unknown, hidden, not built, or has two meanings.
    pub fn refer(&self, lesson: &Lesson, value: &InlineValue) -> Result<Reference, Diagnostic> {
        let found = self.targets.find(&lesson.slug, &value.expression, value.span)?;
        Ok(Reference { plain: value.plain || value.in_link, ..found })
    }

    /// Returns the place of a page among the lessons, from 1, whether it was read or not.
    pub fn number_of(&self, slug: &str) -> Option<usize> {
        self.library.numbers.get(slug).copied()
    }

    /// Says which figures an experiment shows, its defaults considered.
    pub fn declare_figures(&mut self, lesson: usize, id: &str, shown: &Shown) {
        self.targets.declare(&self.lessons[lesson].slug, id, shown);
    }

    /// Returns all that references may lead to.
    pub fn targets(&self) -> &Targets {
        &self.targets
    }

    /// Returns what lessons may cite.
    pub fn bibliography(&self) -> &Bibliography {
        &self.library.bibliography
    }

    /// Returns whether the lessons are a stranger's.
    pub fn is_untrusted(&self) -> bool {
        self.library.untrusted
    }

    /// Returns whether a picture with that address, from the site's own folder, is a drawing that pages hold.
    pub fn embeds(&self, address: &str) -> bool {
        self.is_untrusted() && picture::is_embedded(address)
    }

    /// Returns the lesson whose results stand under that name in expressions.
    pub fn lesson_named(&self, name: &str) -> Option<&Lesson> {
        self.lessons.iter().find(|lesson| inline::as_name(&lesson.slug) == name)
    }

    /// Returns what is wrong with the expressions in title, summary and text of a lesson, as far as that is known before anything
    /// runs.
    pub fn check_prose(&self, lesson: &Lesson) -> Vec<Diagnostic> {
        let texts = [&lesson.title, &lesson.summary, &lesson.body];
        texts.into_iter().flat_map(|text| self.check_values(lesson, text)).collect()
    }

    fn check_values(&self, lesson: &Lesson, text: &Fragment) -> Vec<Diagnostic> {
        let check = |InlineValue { expression, span, role, plain, .. }: &InlineValue| match role {
            Role::Value => {
                let found = self.names.check(&lesson.slug, lesson.block_around(*span), expression, *span);
                found.err().map(|errors| match plain {
                    true => errors,
                    false => errors.into_iter().map(or_shown).collect(),
                })
            }
            Role::Claim => {
                self.names.scope(&lesson.slug, lesson.block_around(*span), expression, *span).err()
            }
            // Looked up where it is written.
            Role::Citation => None,
            Role::Reference => {
                self.targets.find(&lesson.slug, expression, *span).err().map(|error| vec![error])
            }
        };
        // Of a text that is wrong throughout, nobody reads on.
        text.values().filter_map(check).flatten().take(MOST_FAULTS).collect()
    }

    /// Puts the ids of experiments before names in prose that leave them out; to be called once all names are known.
    pub fn complete_prose(&mut self) {
        let mut lessons = std::mem::take(&mut self.lessons);
        for lesson in &mut lessons {
            let mut texts = [&mut lesson.title, &mut lesson.summary, &mut lesson.body].map(std::mem::take);
            texts.iter_mut().for_each(|text| self.complete(lesson, text));
            [lesson.title, lesson.summary, lesson.body] = texts;
        }
        self.lessons = lessons;
    }

    fn complete(&self, lesson: &Lesson, text: &mut Fragment) {
        for value in text.values_mut().filter(|value| value.role == Role::Value) {
            let within = lesson.block_around(value.span);
            if let Some(completed) = self.names.completed(&lesson.slug, within, &value.expression) {
                value.expression = completed;
            }
        }
    }
}

impl Lesson {
    /// Returns the number of an equation, given its label: `(7.3)`.
    pub fn equation(&self, label: &str) -> Option<&str> {
        self.equations.get(label).map(String::as_str)
    }

    /// Returns the id of the experiment in whose block a place is.
    pub fn block_around(&self, span: Span) -> Option<&str> {
        let block = self.blocks.iter().find(|block| block.span.holds(span))?;
        block.node.entry("id")?.value.as_text()
    }
}

/// Adds to the error of an unknown experiment, and of the name of a lesson alone, how code in braces is shown, unless a known one
/// is near.
fn or_shown(error: Diagnostic) -> Diagnostic {
    let is_unknown = ["no experiment is called", "is a lesson, not a result"];
    let is_unknown = is_unknown.into_iter().any(|said| error.message.contains(said));
    match is_unknown && !error.label.starts_with("did you mean") {
        true => error.hint(markdown::SHOWN),
        false => error,
    }
}

fn scene<'a>(library: &'a Library, below: &'a str, slug: &'a str, span: Span) -> Scene<'a> {
    let folder = below.rsplit_once('/').map_or("", |(folder, _)| folder);
    let number = library.numbers.get(slug).copied();
    Scene { library, source: span.source, start: span.start, folder, slug, number }
}
