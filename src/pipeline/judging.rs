//! Claims of blocks and of prose: what can be said of them before anything runs, and their verdicts after.

use std::collections::BTreeMap;

use crate::claims::{self, Verdict};
use crate::diagnostic::{Diagnostic, Span};
use crate::experiment::Claim;
use crate::lesson::inline::{Scope, Values, as_name};
use crate::lesson::{Course, Fragment, Role, Value};
use crate::lint::Lint;
use crate::outcome::Outcome;

use super::planning::{Planned, block_texts};

/// Claims in prose by their place and expression: several in one caption may share a place.
pub type Prose = BTreeMap<(Span, String), ProseVerdict>;

/// A claim in prose, judged.
pub struct ProseVerdict {
    pub verdict: Verdict,
    /// The lesson as a name, and the id, of an experiment that it is about.
    pub experiment: Option<(String, String)>,
}

/// Everything that is judged.
pub struct Judged {
    /// For each planned experiment, its claims.
    pub blocks: Vec<Vec<Verdict>>,
    pub prose: Prose,
    /// Claims that fail, those that may be chance, and values in prose that do not exist.
    pub found: Vec<Diagnostic>,
}

/// The course's results by name.
pub fn values<'a>(course: &Course, planned: &[Planned], outcomes: &'a [Outcome]) -> Values<'a> {
    let mut values = Values::new();
    for (planned, outcome) in planned.iter().zip(outcomes) {
        values.insert(&course.lessons[planned.lesson].slug, &planned.header.id, outcome);
    }
    values
}

/// Claims that rest on a single seed.
pub fn on_one_seed(course: &Course, planned: &[Planned]) -> Vec<Diagnostic> {
    let lint = Lint::one_seed();
    let loud = |experiment: &&Planned| !lint.is_silent(&experiment.header);
    let alone = planned.iter().filter(|experiment| experiment.header.seeds == 1).filter(loud);
    let blocks = alone.filter_map(|experiment| {
        let slug = &course.lessons[experiment.lesson].slug;
        let id = &experiment.header.id;
        let mut places = experiment
            .header
            .claims
            .iter()
            .enumerate()
            .map(|(index, claim)| (&claim.that, claims::place(index, &experiment.tree)));
        let first = places.find(|(claim, span)| {
            course.names.by_chance(slug, id, claim)
                && course.names.check_claim(slug, id, claim, *span).is_ok()
        });
        first.map(|(_, span)| claims::on_one_seed(span))
    });
    let is_about = |scope: &Scope, experiment: &Planned| {
        let slug = as_name(&course.lessons[experiment.lesson].slug);
        scope.experiments.iter().any(|(lesson, id)| *lesson == slug && *id == experiment.header.id)
    };
    let prose = in_prose(course, planned).into_iter();
    let prose = prose.filter(|(_, _, scope)| scope.by_chance && scope.seeds.end - scope.seeds.start == 1);
    // Of a claim that compares experiments, one that wants to hear of it is enough.
    let prose = prose.filter(|(_, _, scope)| planned.iter().filter(|e| is_about(scope, e)).any(|e| loud(&e)));
    blocks.chain(prose.map(|(_, value, _)| claims::on_one_seed(value.span))).collect()
}

/// Figures that are asked for by name and show nothing with these settings.
pub fn undrawn(planned: &Planned, outcome: &Outcome) -> Vec<Diagnostic> {
    let Some(asked) = &planned.header.figures else { return Vec::new() };
    let drawn: Vec<String> = planned.plan.figures(outcome).into_iter().map(|figure| figure.name).collect();
    let missing = asked.iter().enumerate().filter(|(_, name)| !drawn.contains(name));
    missing
        .map(|(index, name)| {
            let place = planned.tree.locate(&format!("figures[{index}]"));
            let warning =
                Diagnostic::warning(format!("`{name}` has nothing to show with these settings"), place);
            let about = planned.kind.figures.iter().find(|figure| figure.name == name);
            let warning = about
                .into_iter()
                .fold(warning, |warning, figure| warning.hint(format!("{name}: {}", figure.about)));
            match drawn.is_empty() {
                true => warning.label("this experiment has no figures"),
                false => warning.label(format!("expected {}", drawn.join(" or "))),
            }
        })
        .collect()
}

/// Judges every claim.
pub fn judge(course: &Course, planned: &[Planned], outcomes: &[Outcome]) -> Judged {
    let (mut blocks, mut prose, mut found) = (Vec::new(), Prose::new(), Vec::new());
    for (experiment, outcome) in planned.iter().zip(outcomes) {
        let header = &experiment.header;
        let slug = &course.lessons[experiment.lesson].slug;
        let by_chance = |claim: &str| course.names.by_chance(slug, &header.id, claim);
        let (verdicts, remarks) =
            claims::judge(&header.claims, outcome, &experiment.tree, header.seed, by_chance);
        blocks.push(verdicts);
        found.extend(remarks);
    }
    let values = values(course, planned, outcomes);
    for (lesson, Value { expression, span, .. }) in values_of(course, planned, Role::Value) {
        found.extend(values.diverged(&course.lessons[lesson].slug, &expression, span));
    }
    for (lesson, Value { expression, span, .. }, scope) in in_prose(course, planned) {
        match values.judge(&course.lessons[lesson].slug, &scope, &expression, span) {
            None => {}
            Some(Err(error)) => found.push(error),
            Some(Ok(by_seed)) => {
                let claim = Claim { that: expression.clone(), says: None, holds: None };
                let verdict = Verdict::new(0, claim, by_seed, scope.seeds.start, scope.by_chance);
                found.extend(claims::remark(&verdict, span));
                let experiment = scope.experiments.first().cloned();
                prose.insert((span, expression), ProseVerdict { verdict, experiment });
            }
        }
    }
    Judged { blocks, prose, found }
}

/// Every claim in prose that is in order, with its lesson and what it is about.
fn in_prose(course: &Course, planned: &[Planned]) -> Vec<(usize, Value, Scope)> {
    let claims = values_of(course, planned, Role::Claim).into_iter();
    let scoped = claims.filter_map(|(lesson, claim)| {
        let scope = course.names.scope(&course.lessons[lesson].slug, &claim.expression, claim.span);
        Some((lesson, claim, scope.ok()??))
    });
    scoped.collect()
}

/// All expressions of one role in lessons and in the texts of their blocks, each with its lesson.
fn values_of(course: &Course, planned: &[Planned], role: Role) -> Vec<(usize, Value)> {
    let mut texts: Vec<(usize, Fragment)> = Vec::new();
    for (index, lesson) in course.lessons.iter().enumerate() {
        texts.extend([&lesson.title, &lesson.summary, &lesson.body].map(|text| (index, text.clone())));
    }
    for experiment in planned {
        let lesson = &course.lessons[experiment.lesson];
        let short =
            |(path, text): (String, &str)| course.short(lesson, text, experiment.tree.locate(&path)).ok();
        texts.extend(block_texts(experiment).filter_map(short).map(|text| (experiment.lesson, text)));
    }
    let of_role = |(lesson, text): &(usize, Fragment)| {
        let lesson = *lesson;
        let values = text.values().filter(|value| value.role == role);
        values.map(|value| (lesson, value.clone())).collect::<Vec<_>>()
    };
    texts.iter().flat_map(of_role).collect()
}
