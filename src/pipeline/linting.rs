//! Lints asked about every variant of every experiment.

use crate::data::DataSettings;
use crate::diagnostic::{Diagnostic, Problem};
use crate::lesson::Course;
use crate::lint::{self, Lint, Subject};
use crate::outcome::Outcome;

use crate::pipeline::run::planned::Planned;
use crate::pipeline::run::tables::Tables;

/// Returns what is known to be wrong before anything runs.
pub(super) fn before(course: &Course, planned: &[Planned], tables: &Tables) -> Vec<Diagnostic> {
    planned
        .iter()
        .flat_map(|planned| each(course, planned, tables, |subject, _| lint::before(subject)))
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
