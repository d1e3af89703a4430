//! What can be said of lessons before anything runs: of their texts and claims, and by lints. A lesson in which nothing was found need not
//! be looked at again while it is as it was, and all experiments, all that references lead to and all data.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::experiment::Limits;
use crate::lesson::inline::{Forecast, Names};
use crate::lesson::{Course, Lesson, Shown, Targets};
use crate::store::cache::Sum;
use crate::train::Precision;

use super::run::planned::{Planned, block_texts, of_lesson};
use super::run::tables::Tables;
use super::{judging, linting};
use crate::lasting::Lasting;

/// What was found when a course was last looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptLooks {
    /// What its experiments will find, by a hash over them.
    names: Lasting<Option<(Sum, Arc<Names>)>>,
    silent: Lasting<Option<(Around, BTreeSet<u64>)>>,
}

/// What a look at a lesson depends on beside the lesson.
struct Around {
    names: Arc<Names>,
    targets: Targets,
    tables: Sum,
    asked: (Limits, Option<Precision>),
}

impl Around {
    fn is(&self, other: &Around) -> bool {
        Arc::ptr_eq(&self.names, &other.names)
            && (&self.targets, &self.tables, &self.asked) == (&other.targets, &other.tables, &other.asked)
    }
}

impl KeptLooks {
    pub(super) fn lasting() -> Self {
        KeptLooks { names: Lasting::new(), silent: Lasting::new() }
    }
}

/// Tells a course what its experiments will find, by name. `found` is what is wrong with it so far: where nothing is, they are all
/// there is to be named.
pub(super) fn declare(course: &mut Course, planned: &[Planned], found: &Diagnostics, kept: &KeptLooks) {
    for experiment in planned {
        let header = &experiment.header;
        let is_asked =
            |name: &str| header.figures.as_ref().is_none_or(|asked| asked.iter().any(|own| own == name));
        let shown = Shown::among(experiment.kind.figures.iter().map(|figure| figure.name), is_asked);
        course.declare_figures(experiment.lesson, &header.id, &shown);
    }
    let sum = (found.errors() == 0 && course.is_whole).then(|| sum_of(course, planned));
    let known = kept.names.with(|known| known.clone().filter(|(of, _)| Some(*of) == sum)).flatten();
    if let Some((_, names)) = known {
        course.names = names;
        return;
    }
    let forecasts: Vec<Forecast> = planned.par_iter().map(|experiment| experiment.forecast()).collect();
    let names = Arc::make_mut(&mut course.names);
    for (experiment, forecast) in planned.iter().zip(forecasts) {
        names.declare(&course.lessons[experiment.lesson].slug, &experiment.header.id, forecast);
    }
    kept.names.with(|known| *known = sum.map(|sum| (sum, course.names.clone())));
}

/// Returns a hash over all that names depend on in a course without mistakes.
fn sum_of(course: &Course, planned: &[Planned]) -> Sum {
    let slugs: Vec<&str> = course.lessons.iter().map(|lesson| lesson.slug.as_str()).collect();
    let experiments: Vec<(usize, &Sum)> =
        planned.iter().map(|planned| (planned.lesson, &planned.sum)).collect();
    Sum::of_value(&(slugs, experiments))
}

/// Returns what is wrong with the texts and claims of every lesson, and what is odd about its experiments.
pub(super) fn look(
    course: &Course,
    planned: &[Planned],
    tables: &Tables,
    asked: (Limits, Option<Precision>),
    kept: &KeptLooks,
) -> Vec<Diagnostic> {
    let around = kept.silent.is_on().then(|| Around {
        names: course.names.clone(),
        targets: course.targets().clone(),
        tables: tables.sum(),
        asked,
    });
    let known = around.as_ref().and_then(|around| {
        let known =
            |known: &mut Option<(Around, BTreeSet<u64>)>| known.take().filter(|(of, _)| of.is(around));
        Some(kept.silent.with(known)??.1)
    });
    let is_silent = |lesson: &Lesson| known.as_ref().is_some_and(|known| known.contains(&lesson.reading));
    let loud = judging::loud_on_one_seed(course, planned);
    let one = |(index, lesson): (usize, &Lesson)| {
        if is_silent(lesson) {
            return Vec::new();
        }
        let own = of_lesson(planned, index);
        let blocks: Vec<_> = own.par_iter().map(|planned| check_block(course, planned)).collect();
        let mut found = course.check_prose(lesson);
        found.extend(blocks.into_iter().flatten());
        found.extend(judging::on_one_seed(course, index, own, &loud));
        found.extend(linting::before(course, own, tables));
        found
    };
    let found: Vec<Vec<Diagnostic>> = course.lessons.par_iter().enumerate().map(one).collect();
    if let Some(around) = around {
        let silent = course.lessons.iter().zip(&found).filter(|(_, found)| found.is_empty());
        let silent = silent.map(|(lesson, _)| lesson.reading).collect();
        kept.silent.with(|known| *known = Some((around, silent)));
    }
    found.into_iter().flatten().collect()
}

/// Returns what can be said of a block's Markdown and claims.
fn check_block(course: &Course, planned: &Planned) -> Vec<Diagnostic> {
    let lesson = &course.lessons[planned.lesson];
    let header = &planned.header;
    let mut found = Vec::new();
    for (path, text) in block_texts(planned) {
        found.extend(course.check_short(lesson, text, planned.tree.locate(&path)));
    }
    if let Some(alt) = &header.alt {
        found.extend(course.check_plain(lesson, alt, planned.tree.locate("alt")));
    }
    for (index, column) in header.columns.iter().flatten().enumerate() {
        let path = format!("columns[{index}]");
        let span = planned.tree.locate(&match &column.heading {
            Some(heading) => format!("{path}.{heading}"),
            None => path,
        });
        let checked = course.names.check_column(&lesson.slug, &header.id, &column.expression, span);
        found.extend(checked.err().unwrap_or_default());
    }
    for (index, claim) in header.claims.iter().enumerate() {
        let span = crate::claims::place(index, &planned.tree);
        let checked = course.names.check_claim(&lesson.slug, &header.id, &claim.that, span);
        found.extend(checked.err().unwrap_or_default());
    }
    found
}
