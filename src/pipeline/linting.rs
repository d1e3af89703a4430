//! Lints asked about every variant of every experiment.

use std::ops::Range;

use rayon::prelude::*;

use crate::data::{DataSettings, Target};
use crate::diagnostic::{Diagnostic, Problem, Sources, Span};
use crate::lesson::prose::{Passage, Prose};
use crate::lesson::{Course, Lesson};
use crate::lint::{self, Lint, Subject, Told};
use crate::outcome::Outcome;

use crate::pipeline::run::figures::PlannedFigure;
use crate::pipeline::run::planned::{Planned, block_texts};
use crate::pipeline::run::running::Ran;
use crate::pipeline::run::tables::Tables;

/// Returns what is known to be wrong before anything runs.
pub(super) fn before(course: &Course, planned: &[Planned], tables: &Tables) -> Vec<Diagnostic> {
    planned
        .par_iter()
        .flat_map_iter(|planned| each(course, planned, tables, |subject, _| lint::before(subject)))
        .collect()
}

/// Returns what shows in what an experiment found.
pub(super) fn after(
    course: &Course,
    planned: &Planned,
    outcome: &Outcome,
    tables: &Tables,
) -> Vec<Diagnostic> {
    each(course, planned, tables, |subject, index| lint::after(subject, &outcome.variants[index]))
}

/// Returns what is odd about the numbers that the prose of a lesson holds beside its experiments.
pub(super) fn prose(
    course: &Course,
    lesson: usize,
    (planned, ran, figures): (&[Planned], &[Option<Ran>], &[PlannedFigure]),
    sources: &Sources,
) -> Vec<Diagnostic> {
    let Lesson { source, blocks, .. } = &course.lessons[lesson];
    let text = &sources.get(*source).text;
    let own: Vec<(&Planned, Told)> = planned
        .iter()
        .zip(ran)
        .filter(|(planned, _)| planned.lesson == lesson)
        .filter_map(|(planned, ran)| Some((planned, told(planned, &ran.as_ref()?.outcome))))
        .collect();
    if own.is_empty() {
        return Vec::new();
    }
    let language = &course.settings.language.0;
    let mut found = Vec::new();
    let prose = Prose::read(text, body_start(text));
    for passage in &prose.passages {
        let around = prose.sections(passage.range.start).into_iter().find_map(|section| {
            let within =
                own.iter().filter(|(planned, _)| section.contains(&blocks[planned.block].span.start));
            let within: Vec<Told> = within.map(|(_, told)| *told).collect();
            (!within.is_empty()).then_some(within)
        });
        let place = |range: Range<usize>| {
            let start = passage.range.start;
            Span::new(*source, start + range.start, start + range.end)
        };
        found.extend(odd(passage, language, &around.unwrap_or_default(), &[], place));
    }
    for (planned, told) in &own {
        for (path, text) in block_texts(planned) {
            let span = planned.tree.locate(&path);
            let passages = Prose::read(text, 0).passages;
            // Beside a sentence stands what it claims.
            let claimed = planned.header.claims.iter().map(|claim| claim.that.as_str());
            let claimed: Vec<&str> = claimed.filter(|_| path.starts_with("claims")).collect();
            let said =
                passages.iter().flat_map(|passage| odd(passage, language, &[*told], &claimed, |_| span));
            // What a claim compares, it proves.
            let is_claim = path.starts_with("claims");
            found.extend(
                said.filter(|said| !is_claim || said.code.as_deref() != Some(lint::TYPED_RESULT.code)),
            );
        }
    }
    // What a figure says is told of the experiments that it is drawn from.
    for figure in figures.iter().filter(|figure| figure.lesson == lesson) {
        let from = own.iter().filter(|(planned, _)| figure.asks(course, planned));
        let from: Vec<Told> = from.map(|(_, told)| *told).collect();
        let texts = [("title", &figure.block.title), ("caption", &figure.block.caption)];
        for (path, text) in texts.into_iter().filter_map(|(path, text)| Some((path, text.as_deref()?))) {
            let span = figure.tree.locate(path);
            let passages = Prose::read(text, 0).passages;
            found.extend(passages.iter().flat_map(|passage| odd(passage, language, &from, &[], |_| span)));
        }
    }
    found
}

/// What is odd about the numbers of a passage; `beside` are expressions that stand beside it.
fn odd(
    passage: &Passage,
    language: &str,
    around: &[Told],
    beside: &[&str],
    place: impl Fn(Range<usize>) -> Span,
) -> Vec<Diagnostic> {
    let own = passage.quoted.iter().map(String::as_str);
    let quoted: Vec<&str> = own.chain(beside.iter().copied()).collect();
    let remarks = lint::prose(&passage.text, language, around, &quoted).into_iter();
    let loud = remarks.filter(|(lint, _)| !passage.allowed.iter().any(|code| code == lint.code));
    let said = loud.map(|(lint, remark)| {
        let warning = Diagnostic::warning(remark.message, place(remark.range)).label(remark.label);
        lint.warning_in_prose(remark.hint.into_iter().fold(warning, Diagnostic::hint))
    });
    said.collect()
}

fn told<'a>(planned: &'a Planned, outcome: &'a Outcome) -> Told<'a> {
    let facts = planned.facts.first().and_then(Option::as_ref);
    let ends = facts.map(|facts| match facts.target {
        Target::Classes(classes) => [facts.features, classes],
        Target::Value => [facts.features, 1],
    });
    Told { id: &planned.header.id, kind: planned.kind, outcome, allowed: &planned.header.lint.allow, ends }
}

/// Where the Markdown of a lesson begins: behind its front matter.
fn body_start(text: &str) -> usize {
    let inside = text.trim_start_matches('\u{feff}');
    if !inside.starts_with("---") {
        return 0;
    }
    let start = text.len() - inside.len() + 3;
    let end = text[start..].find("\n---").map(|place| start + place + 4);
    end.and_then(|end| text[end..].find('\n').map(|line| end + line + 1)).unwrap_or(text.len())
}

fn each(
    course: &Course,
    planned: &Planned,
    tables: &Tables,
    ask: impl Fn(&Subject, usize) -> Vec<(&'static Lint, Problem)>,
) -> Vec<Diagnostic> {
    let lesson = &course.lessons[planned.lesson].path;
    let mut found = Vec::new();
    for (index, variant) in planned.plan.variants().iter().enumerate() {
        let load = |settings: &DataSettings| tables.dataset(settings, lesson, planned.header.seed).ok();
        let data = || planned.plan.data(index).and_then(load);
        let shared = planned.plan.shared(index);
        let subject = Subject::new(planned.kind, shared, planned.facts[index].as_ref(), &data);
        let loud = ask(&subject, index).into_iter().filter(|(lint, _)| !lint.is_silent(&planned.header));
        found.extend(loud.map(|(lint, problem)| {
            let span = variant.tree.locate(&problem.path);
            lint.warning(Diagnostic::at(problem, span))
        }));
    }
    found
}
