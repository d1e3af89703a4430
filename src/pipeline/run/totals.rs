//! What a course comes to as a whole, held to the limits before anything runs, each at the place that is beyond one.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Span};
use crate::experiment::{Limits, beyond_limit, duration, figure, size};
use crate::lesson::{Course, Lesson};

use super::planned::Planned;

/// Files of every site beside those of its lessons: the first page, the style sheet, fonts, the index of the search.
const FILES_OF_A_SITE: u64 = 30;
/// Bytes that each page has beside its lesson, and for each lesson that its contents name, twice.
const PAGE: f64 = 20_000.0;
const CONTENTS: f64 = 400.0;
/// Bytes of one chart, once in the page and once alone, beside what it draws.
const CHART: f64 = 60_000.0;
/// Bytes of a notebook beside our numbers, and of those at most.
const NOTEBOOK: f64 = 100_000.0;
const MOST_OF_NOTEBOOK: f64 = 5e6;

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

/// Says what all experiments take together, time and memory, where that is too much; `tables` are the bytes of the data that are
/// held.
pub(crate) fn check_work(planned: &[Planned], tables: f64, limits: &Limits) -> Vec<Diagnostic> {
    let (mut seconds, mut bytes) = (0.0, tables);
    let mut found: [Option<Diagnostic>; 2] = Default::default();
    for experiment in planned {
        let total = experiment.total();
        seconds += total.seconds;
        bytes += total.left();
        let beyond = [
            (seconds, limits.course.time, "take too long", " of one core", duration as fn(f64) -> String),
            (bytes, limits.course.bytes, "leave too much behind", " of memory", size),
        ];
        for (found, (cost, limit, what, unit, shown)) in found.iter_mut().zip(beyond) {
            if found.is_none() && cost > limit {
                let message = format!("the experiments up to `{}` {what}", experiment.header.id);
                let error = Diagnostic::error(message, experiment.tree.locate("id"));
                let label = beyond_limit(&shown(cost), unit, &shown(limit));
                *found = Some(error.label(label).hint(limits.hint()));
            }
        }
    }
    found.into_iter().flatten().collect()
}

/// Says that the site has too many files or is too large, at the first lesson beyond.
pub(crate) fn check_site(course: &Course, planned: &[Planned], limits: &Limits) -> Option<Diagnostic> {
    let (mut files, mut bytes) = (FILES_OF_A_SITE, PAGE);
    let contents = CONTENTS * course.lessons.len() as f64;
    let mut copied = BTreeSet::new();
    let mut of_lesson = planned.iter().peekable();
    for (index, lesson) in course.lessons.iter().enumerate() {
        files += 1;
        // A lesson's text stands in its page and in the index of the search, a value in it is as long as its text.
        bytes += PAGE + contents + 2.0 * lesson.body.len() as f64;
        for asset in lesson.assets.iter().filter(|asset| copied.insert(asset.output.as_str())) {
            files += 1;
            bytes += std::fs::metadata(&asset.file).map_or(0, |file| file.len()) as f64;
        }
        while let Some(experiment) = of_lesson.next_if(|experiment| experiment.lesson == index) {
            let figures = experiment.kind.figures.len();
            files += 3 + figures as u64;
            let left = experiment.total().left();
            bytes += left + CHART * figures as f64 + NOTEBOOK + left.min(MOST_OF_NOTEBOOK);
        }
        files += 2 * lesson.figures.len() as u64;
        bytes += CHART * lesson.figures.len() as f64;
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

fn too_large(lesson: &Lesson, label: String, limits: &Limits) -> Diagnostic {
    let place = Span::new(lesson.source, 0, 0);
    let error = Diagnostic::error("the site up to this lesson is too large", place);
    error.label(label).hint(limits.hint())
}
