//! What a course comes to as a whole, held to the limits before anything runs, each at the place that is beyond one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::bibliography::Source;
use crate::diagnostic::{Diagnostic, Sources, Span};
use crate::experiment::{Cost, Limits, beyond_limit, duration, figure, size};
use crate::files;
use crate::lesson::{Course, Embedded, Lesson, Role, most_html};
use crate::markup::{self, DataUrl};
use crate::settings::Node;

use super::figures::PlannedFigure;
use super::planned::Planned;

/// Files of every site beside those of its lessons: the first page, the style sheet, fonts, the index of the search.
const FILES_OF_A_SITE: u64 = 30;
/// Bytes that each page has beside its lesson, and for each lesson that its contents name, twice, beside what that and its chapter
/// are called.
const PAGE: f64 = 20_000.0;
const CONTENTS: f64 = 400.0;
/// How often a page says at most what the course is called, who wrote it, where it stands.
const MOST_SAID: usize = 4;
/// What all defaults may come to, in bytes, counted for each experiment that they are laid under.
const DEFAULTS: usize = 4_000_000;

/// The largest file of a drawing that a page holds, and what the addresses of all of them may come to in all pages, in bytes.
pub(crate) const LARGEST_DRAWING: u64 = 4_000_000;
pub(crate) const DRAWINGS: u64 = 64_000_000;
/// The pages of a site beside those of its lessons: that of the course, that for an address that is missing.
const OTHER_PAGES: u64 = 2;

/// Says that there are more experiments than a course may have, at the first one beyond.
pub(crate) fn check_count(course: &Course, limits: &Limits) -> Option<Diagnostic> {
    let most = limits.course.experiments;
    let mut blocks = course.lessons.iter().flat_map(|lesson| &lesson.blocks);
    let beyond = blocks.nth(usize::try_from(most).unwrap_or(usize::MAX))?;
    let count = course.lessons.iter().map(|lesson| lesson.blocks.len()).sum::<usize>();
    let label = beyond_limit(&figure(count as f64), " experiments", &figure(most as f64));
    let error = Diagnostic::error("the course has too many experiments", beyond.node.locate("id"));
    Some(error.label(label).hint(limits.hint()))
}

/// Says that defaults are laid under so many experiments that all together are too long to be read, at the longer ones of a lesson.
pub(crate) fn check_defaults(course: &Course) -> Option<Diagnostic> {
    let long = |node: &&Node| node.span.end - node.span.start;
    let mut sum = 0;
    let mut laid = course.lessons.iter().filter_map(|lesson| {
        let both = [course.settings.defaults.as_ref(), lesson.front.defaults.as_ref()];
        let defaults = both.into_iter().flatten();
        sum += lesson.blocks.len() * defaults.clone().map(|node| long(&node)).sum::<usize>();
        Some((defaults.max_by_key(long)?, sum))
    });
    let (defaults, sum) = laid.find(|(_, sum)| *sum > DEFAULTS)?;
    let [sum, most] = [sum, DEFAULTS].map(|bytes| size(bytes as f64));
    let error = Diagnostic::error("the defaults are too long for so many experiments", defaults.span);
    let error = error.label(format!("{sum}, counted for each of them, where {most} are allowed"));
    Some(error.hint("what only some of them share stands in their lessons, or in their blocks"))
}

/// What a course takes so far, time and memory, held to its limits.
pub(crate) struct Work<'l> {
    seconds: f64,
    bytes: f64,
    limits: &'l Limits,
    /// What was told to be too much: each is told once.
    told: [bool; 2],
}

impl<'l> Work<'l> {
    /// Begins with the bytes of the data that are held.
    pub(crate) fn new(tables: f64, limits: &'l Limits) -> Self {
        Work { seconds: 0.0, bytes: tables, limits, told: [false; 2] }
    }

    /// Adds what all experiments take.
    pub(crate) fn with(mut self, planned: &[Planned]) -> Self {
        planned.iter().for_each(|experiment| self.take(&experiment.total()));
        self
    }

    /// Adds bytes that are held until the site is written.
    pub(crate) fn hold(&mut self, bytes: f64) {
        self.bytes += bytes;
    }

    fn take(&mut self, cost: &Cost) {
        self.seconds += cost.time();
        self.bytes += cost.left();
    }

    /// Adds what `what` takes, and says at its place where that makes too much of anything for the first time.
    pub(crate) fn add(&mut self, cost: &Cost, what: &str, place: Span) -> Vec<Diagnostic> {
        self.take(cost);
        let limits = self.limits;
        let sums = [
            (
                self.seconds,
                limits.course.time,
                "take too long",
                " of one core",
                duration as fn(f64) -> String,
            ),
            (self.bytes, limits.course.bytes, "leave too much behind", " of memory", size),
        ];
        let beyond = self.told.iter_mut().zip(sums).filter(|(told, (sum, limit, ..))| !**told && sum > limit);
        beyond
            .map(|(told, (sum, limit, takes, unit, shown))| {
                *told = true;
                let error = Diagnostic::error(format!("the {what} {takes}"), place);
                error.label(beyond_limit(&shown(sum), unit, &shown(limit))).hint(limits.hint())
            })
            .collect()
    }
}

/// Says what all experiments take together, where that is too much; `tables` are the bytes of the data that are held.
pub(crate) fn check_work(planned: &[Planned], tables: f64, limits: &Limits) -> Vec<Diagnostic> {
    let mut work = Work::new(tables, limits);
    let added = planned.iter().flat_map(|experiment| {
        let what = format!("experiments up to `{}`", experiment.header.id);
        work.add(&experiment.total(), &what, experiment.tree.locate("id"))
    });
    added.collect()
}

/// What the first page of a course shows of its lessons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstPage {
    Titles,
    /// Their whole texts too: only templates of an author's do so.
    Bodies,
}

impl FirstPage {
    /// Returns how many pages show the text of a lesson.
    fn pages_of(self, lesson: &Lesson) -> u64 {
        match self {
            FirstPage::Bodies if !lesson.front.page => 2,
            _ => 1,
        }
    }
}

/// Returns the drawings of strangers in a course, each with the number of pages that hold it.
pub(crate) fn drawings(course: &Course, first: FirstPage) -> impl Iterator<Item = (&Embedded, u64)> {
    let pages = course.lessons.len() as u64 + OTHER_PAGES;
    let around = course.frame.embedded.iter().map(move |shown| (shown, pages));
    let within = course.lessons.iter().flat_map(move |lesson| {
        let pages = first.pages_of(lesson);
        lesson.embedded.iter().map(move |shown| (shown, pages))
    });
    around.chain(within)
}

/// Says which drawings of strangers are too large for a page, and where all of them become too large for the pages together.
pub(crate) fn check_drawings(course: &Course, first: FirstPage) -> Vec<Diagnostic> {
    let mut lengths = Lengths { root: &course.root, known: BTreeMap::new() };
    let (mut sum, mut found, mut told) = (0, Vec::new(), BTreeSet::new());
    let all = drawings(course, first).map(|(shown, times)| match lengths.of_file(shown) {
        bytes if bytes > LARGEST_DRAWING => 0,
        bytes => DataUrl::length(bytes) * times,
    });
    let all: u64 = all.sum();
    for (shown, times) in drawings(course, first) {
        let bytes = lengths.of_file(shown);
        if bytes > LARGEST_DRAWING {
            if told.insert(&shown.address) {
                let label = beyond_limit(&size(bytes as f64), "", &size(LARGEST_DRAWING as f64));
                found
                    .push(Diagnostic::error("this drawing is too large", shown.span).label(label).hint(HELD));
            }
            continue;
        }
        let before = sum;
        sum += DataUrl::length(bytes) * times;
        if before <= DRAWINGS && sum > DRAWINGS {
            let label = beyond_limit(&size(all as f64), " in all pages", &size(DRAWINGS as f64));
            let error = Diagnostic::error("the drawings up to this one are too large", shown.span);
            found.push(error.label(label).hint(HELD));
        }
    }
    found
}

/// Why drawings are held to limits.
const HELD: &str =
    "pages hold the drawings of lessons that are not trusted, each wherever it stands, four bytes for three";

/// How long drawings of strangers are, by their addresses; each file is looked at once.
struct Lengths<'c> {
    root: &'c Path,
    known: BTreeMap<&'c str, u64>,
}

impl<'c> Lengths<'c> {
    fn of_file(&mut self, shown: &'c Embedded) -> u64 {
        let length = || length(self.root, &shown.file);
        *self.known.entry(&shown.address).or_insert_with(length)
    }

    fn in_page(&mut self, shown: &'c Embedded) -> u64 {
        DataUrl::length(self.of_file(shown))
    }
}

/// Returns how many bytes a file has that a lesson names, whose name on the disk may be composed otherwise.
fn length(root: &Path, file: &Path) -> u64 {
    let below = file.strip_prefix(root).unwrap_or(file);
    let found = files::find(root, below).ok().and_then(|file| file.metadata().ok());
    found.map_or(0, |file| file.len())
}

/// Says that the site has too many files or is too large, at the first lesson beyond.
pub(crate) fn check_site(
    course: &Course,
    planned: &[Planned],
    figures: &[PlannedFigure],
    sources: &Sources,
    limits: &Limits,
    first: FirstPage,
) -> Option<Diagnostic> {
    let (mut files, mut bytes) = (FILES_OF_A_SITE, PAGE);
    let (mut html, mut written) = (0, 0);
    let mut copied = BTreeSet::new();
    let mut lengths = Lengths { root: &course.root, known: BTreeMap::new() };
    let held: u64 = course.frame.embedded.iter().map(|shown| lengths.in_page(shown)).sum();
    let around = around(course) + held as f64;
    bytes += OTHER_PAGES as f64 * around;
    let mut of_lesson = planned.iter().peekable();
    for (index, lesson) in course.lessons.iter().enumerate() {
        files += 1;
        let pages = first.pages_of(lesson) as f64;
        // A lesson's text stands in its pages and in the index of the search, a value in it is as long as its text.
        bytes += PAGE + around + (pages + 1.0) * lesson.html as f64;
        html += lesson.html + cited(course, lesson);
        written += sources.get(lesson.source).text.len();
        if html > most_html(written) {
            let [becomes, most, written] =
                [html, most_html(written), written].map(|bytes| size(bytes as f64));
            let label = format!("{becomes} of HTML, expected at most {most} from {written} of text");
            let error =
                Diagnostic::error("the pages up to this lesson are too long", Span::new(lesson.source, 0, 0));
            let hint = "formulas, notes and citations become much longer than they are written";
            return Some(error.label(label).hint(hint));
        }
        for asset in lesson.assets.iter().filter(|asset| copied.insert(asset.output.as_str())) {
            files += 1;
            bytes += length(&course.root, &asset.file) as f64;
        }
        let held: u64 = lesson.embedded.iter().map(|shown| lengths.in_page(shown)).sum();
        bytes += pages * held as f64;
        while let Some(experiment) = of_lesson.next_if(|experiment| experiment.lesson == index) {
            let figures = experiment.kind.figures.len();
            files += 3 + figures as u64;
            bytes += pages * experiment.total().published();
        }
        files += 2 * lesson.figures.len() as u64;
        let own = figures.iter().filter(|figure| figure.lesson == index);
        bytes += pages * own.map(|figure| figure.cost.published()).sum::<f64>();
        let beyond = [
            (files as f64, limits.course.files as f64, "files", figure as fn(f64) -> String),
            (bytes, limits.course.output, "", size),
        ];
        for (cost, limit, unit, shown) in beyond {
            if cost > limit {
                let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
                let label = beyond_limit(&shown(cost), &unit, &shown(limit));
                return Some(too_large(lesson, label, limits));
            }
        }
    }
    None
}

/// How many bytes stand around what each page shows: the contents, and what the course says of itself.
fn around(course: &Course) -> f64 {
    let titles = |lesson: &Lesson| CONTENTS + 2.0 * (lesson.title.len() + lesson.slug.len()) as f64;
    let lessons: f64 = course.lessons.iter().map(titles).sum();
    let chapters = course.lessons.iter().filter_map(|lesson| lesson.chapter.as_ref());
    let mut chapters: Vec<&str> = chapters.map(|chapter| chapter.title.as_str()).collect();
    chapters.dedup();
    let chapters: f64 = chapters.into_iter().map(|title| 2.0 * markup::escaped(title).len() as f64).sum();
    let settings = &course.settings;
    let addresses = [&settings.repository, &settings.base_url].into_iter().flatten();
    let said = [&settings.title, &settings.author, &settings.license].into_iter().chain(addresses);
    let said: usize = said.map(|text| MOST_SAID * markup::escaped(text).len()).sum();
    let frame = course.frame.head_html.len() + course.frame.footer_html.len();
    lessons + chapters + (said + frame) as f64
}

/// How many bytes the sources have that stand at the end of a lesson's page.
fn cited(course: &Course, lesson: &Lesson) -> usize {
    let citations = lesson.body.values().filter(|value| value.role == Role::Citation);
    let keys: BTreeSet<&str> = citations.map(|value| value.expression.trim_start_matches('-')).collect();
    keys.into_iter().filter_map(|key| course.bibliography().get(key)).map(Source::bytes).sum()
}

fn too_large(lesson: &Lesson, label: String, limits: &Limits) -> Diagnostic {
    let place = Span::new(lesson.source, 0, 0);
    let error = Diagnostic::error("the site up to this lesson is too large", place);
    error.label(label).hint(limits.hint())
}
