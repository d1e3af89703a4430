//! Lints asked about every variant of every experiment.

use crate::data::DataSettings;
use crate::diagnostic::{Diagnostic, Problem, Severity};
use crate::lesson::Course;
use crate::lint::{self, Subject};
use crate::outcome::Outcome;
use crate::settings::Node;

use super::planning::Planned;
use super::tables::Tables;

/// What is known to be wrong before anything runs.
pub fn before(course: &Course, planned: &[Planned], tables: &Tables) -> Vec<Diagnostic> {
    planned
        .iter()
        .flat_map(|planned| each(course, planned, tables, |subject, _| lint::before(subject)))
        .collect()
}

/// What shows in what an experiment found.
pub fn after(course: &Course, planned: &Planned, outcome: &Outcome, tables: &Tables) -> Vec<Diagnostic> {
    each(course, planned, tables, |subject, index| lint::after(subject, &outcome.variants[index]))
}

fn each(
    course: &Course,
    planned: &Planned,
    tables: &Tables,
    ask: impl Fn(&Subject, usize) -> Vec<(&'static str, Problem)>,
) -> Vec<Diagnostic> {
    let lesson = &course.lessons[planned.lesson].path;
    let mut found = Vec::new();
    for (index, variant) in planned.plan.variants().iter().enumerate() {
        let load = |settings: &DataSettings| tables.dataset(settings, lesson, planned.header.seed).ok();
        let data = || planned.plan.data(index).and_then(load);
        let resolved = planned.plan.resolved(index);
        let subject = Subject::new(planned.kind, resolved, planned.facts[index].as_ref(), &data);
        let silent = |code: &str| planned.header.lint.allow.iter().any(|allowed| allowed == code);
        let loud = ask(&subject, index).into_iter().filter(|(code, _)| !silent(code));
        found.extend(loud.map(|(code, problem)| warning(code, problem, variant.tree)));
    }
    found
}

fn warning(code: &'static str, problem: Problem, tree: &Node) -> Diagnostic {
    let span = tree.locate(&problem.path);
    let warning =
        Diagnostic { severity: Severity::Warning, code: Some(code), ..Diagnostic::at(problem, span) };
    warning.hint(format!("`lint: {{allow: [{code}]}}` in the block silences this"))
}
