//! Claims of blocks and of prose: what can be said of them before anything runs, and their verdicts after.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::claims::{self, Verdict};
use crate::diagnostic::{Diagnostic, Span};
use crate::experiment::Claim;
use crate::lesson::inline::{Scope, Values, as_name};
use crate::lesson::{Course, Fragment, InlineValue, Role};
use crate::lint;
use crate::outcome::{Outcome, Statistic};
use crate::store::cache::Sum;

use crate::lasting::Lasting;
use crate::pipeline::run::planned::{Planned, block_texts, of_lesson};
use crate::pipeline::run::running::Ran;

/// Claims in prose by their place and expression: several in one caption may share a place.
pub(super) type Prose = BTreeMap<(Span, String), ProseVerdict>;

/// A claim in prose, judged.
pub(super) struct ProseVerdict {
    pub verdict: Verdict,
    /// The lesson as a name, and the id, of an experiment that it is about.
    pub experiment: Option<(String, String)>,
}

/// The verdicts of experiments on whose claims nothing else was to be said, by hashes over all that they are made from.
pub(super) type KeptVerdicts = Lasting<BTreeMap<Sum, Vec<Verdict>>>;

/// Everything that is judged.
pub(super) struct Judged {
    /// For each planned experiment, its claims.
    pub blocks: Vec<Vec<Verdict>>,
    pub prose: Prose,
    /// Claims that fail, those that may be chance, and values in prose that do not exist.
    pub found: Vec<Diagnostic>,
}

/// Returns the course's results by name.
pub(super) fn values<'a>(course: &Course, planned: &[Planned], ran: &'a [Option<Ran>]) -> Values<'a> {
    let mut values = Values::new();
    for (planned, ran) in planned.iter().zip(ran) {
        let Some(Ran { outcome, .. }) = ran else { continue };
        values.insert(&course.lessons[planned.lesson].slug, &planned.header.id, outcome);
    }
    values
}

/// Experiments by lesson and id.
type Named = BTreeSet<(String, String)>;

/// Returns the experiments that want to hear of claims that rest on a single seed.
pub(super) fn loud_on_one_seed(course: &Course, planned: &[Planned]) -> Named {
    let loud = |experiment: &&Planned| !lint::ONE_SEED.is_silent(&experiment.header);
    planned.iter().filter(loud).map(|experiment| named(course, experiment)).collect()
}

fn named(course: &Course, experiment: &Planned) -> (String, String) {
    (as_name(&course.lessons[experiment.lesson].slug), experiment.header.id.clone())
}

/// Returns a warning for each claim of a lesson that rests on a single seed; `own` are the experiments of the lesson, `loud` those that
/// want to hear of it.
pub(super) fn on_one_seed(course: &Course, lesson: usize, own: &[Planned], loud: &Named) -> Vec<Diagnostic> {
    let slug = &course.lessons[lesson].slug;
    let alone = own.iter().filter(|experiment| experiment.header.seeds == 1);
    let alone = alone.filter(|experiment| loud.contains(&named(course, experiment)));
    let blocks = alone.filter_map(|experiment| {
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
    let prose = in_prose(course, lesson, own).into_iter();
    let prose = prose.filter(|(_, scope)| scope.by_chance && scope.seeds.end - scope.seeds.start == 1);
    // Of a claim that compares experiments, one that wants to hear of it is enough.
    let prose = prose.filter(|(_, scope)| scope.experiments.iter().any(|named| loud.contains(named)));
    blocks.chain(prose.map(|(value, _)| claims::on_one_seed(value.span))).collect()
}

/// Returns a warning for each figure that is asked for by name and shows nothing with these settings.
pub(super) fn undrawn(planned: &Planned, outcome: &Outcome) -> Vec<Diagnostic> {
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

/// Judges the claims of an experiment: the verdicts, and what is to be said of them.
pub(super) fn judge_block(
    course: &Course,
    experiment: &Planned,
    outcome: &Outcome,
) -> (Vec<Verdict>, Vec<Diagnostic>) {
    let header = &experiment.header;
    let slug = &course.lessons[experiment.lesson].slug;
    let by_chance = |claim: &str| course.names.by_chance(slug, &header.id, claim);
    let (verdicts, mut found) =
        claims::judge(&header.claims, outcome, &experiment.tree, header.seed, by_chance);
    if !lint::TESTS_NOTHING.is_silent(header) {
        let holding = verdicts.iter().filter(|verdict| verdict.holds());
        let holding = holding
            .map(|verdict| (verdict.claim.that.as_str(), claims::place(verdict.index, &experiment.tree)));
        found.extend(claims::idle_ones(holding, outcome, &header.id, by_chance));
    }
    (verdicts, found)
}

/// Returns what is to be said of a claim in prose about one experiment, which holds, if no result could contradict it.
fn idle_in_prose(
    course: &Course,
    planned: &[Planned],
    ran: &[Option<Ran>],
    verdict: &Verdict,
    scope: &Scope,
    span: Span,
) -> Vec<Diagnostic> {
    let [(lesson, id)] = scope.experiments.as_slice() else { return Vec::new() };
    let is_it = |planned: &Planned| {
        as_name(&course.lessons[planned.lesson].slug) == *lesson && planned.header.id == *id
    };
    let about = planned.iter().zip(ran).find(|(planned, _)| is_it(planned));
    let Some((planned, Some(Ran { outcome, .. }))) = about else { return Vec::new() };
    if !verdict.holds() || lint::TESTS_NOTHING.is_silent(&planned.header) {
        return Vec::new();
    }
    let own = verdict.claim.that.replace(&format!("{lesson}.{id}."), &format!("{id}."));
    claims::idle_ones([(own.as_str(), span)].into_iter(), outcome, id, |_| scope.by_chance)
}

/// Returns a hash over all that the verdicts of an experiment are made from; none where a run has no entry in the cache.
fn made_from(course: &Course, experiment: &Planned, ran: &Ran) -> Option<Sum> {
    let runs: Vec<Sum> = ran.kept.as_ref()?.iter().map(|run| run.sum).collect();
    let (header, slug) = (&experiment.header, &course.lessons[experiment.lesson].slug);
    let by_chance = |claim: &Claim| course.names.by_chance(slug, &header.id, &claim.that);
    let by_chance: Vec<bool> = header.claims.iter().map(by_chance).collect();
    Some(Sum::of_value(&(experiment.sum, runs, by_chance)))
}

/// Judges the claims of all experiments that are open, those that are kept not once more, and keeps them in the place of those before.
fn judge_blocks(
    course: &Course,
    planned: &[Planned],
    ran: &[Option<Ran>],
    is_open: impl Fn(usize) -> bool + Sync,
    kept: &KeptVerdicts,
) -> (Vec<Vec<Verdict>>, Vec<Diagnostic>) {
    let known = kept.with(std::mem::take).unwrap_or_default();
    let of_block = |(experiment, ran): (&Planned, &Option<Ran>)| {
        let Some(ran) = ran.as_ref().filter(|_| is_open(experiment.lesson)) else {
            return Default::default();
        };
        let from = if kept.is_on() { made_from(course, experiment, ran) } else { None };
        match from.and_then(|from| known.get(&from)) {
            Some(verdicts) => (from, (verdicts.clone(), Vec::new())),
            None => (from, judge_block(course, experiment, &ran.outcome)),
        }
    };
    let judged: Vec<(Option<Sum>, _)> = planned.par_iter().zip(ran).map(of_block).collect();
    let silent = judged.iter().filter(|(_, (_, found))| found.is_empty());
    let silent = silent.filter_map(|(from, (verdicts, _))| Some(((*from)?, verdicts.clone())));
    kept.with(|kept| *kept = silent.collect());
    let (blocks, found): (Vec<_>, Vec<_>) = judged.into_iter().map(|(_, judged)| judged).unzip();
    (blocks, found.into_iter().flatten().collect())
}

/// Judges every claim of the lessons that `is_open` says, by their index, have to be looked at.
pub(super) fn judge(
    course: &Course,
    planned: &[Planned],
    ran: &[Option<Ran>],
    is_open: impl Fn(usize) -> bool + Sync + Copy,
    kept: &KeptVerdicts,
) -> Judged {
    let (blocks, mut found) = judge_blocks(course, planned, ran, is_open, kept);

    let values = values(course, planned, ran);
    let diverged = |(lesson, InlineValue { expression, span, .. }): &(usize, InlineValue)| {
        values.diverged(&course.lessons[*lesson].slug, expression, *span)
    };
    let open = || (0..course.lessons.len()).filter(|lesson| is_open(*lesson));
    let shown = open().flat_map(|lesson| {
        let shown = values_of(course, lesson, of_lesson(planned, lesson), Role::Value);
        shown.into_iter().map(move |value| (lesson, value))
    });
    let shown: Vec<_> = shown.collect();
    found.extend(shown.par_iter().map(diverged).collect::<Vec<_>>().into_iter().flatten());

    let mut prose = Prose::new();
    let in_prose = open().flat_map(|lesson| {
        let claims = in_prose(course, lesson, of_lesson(planned, lesson));
        claims.into_iter().map(move |(claim, scope)| (lesson, claim, scope))
    });
    let in_prose: Vec<_> = in_prose.collect();
    let judged = in_prose.par_iter().map(|(lesson, InlineValue { expression, span, .. }, scope)| {
        judge_in_prose(&values, &course.lessons[*lesson].slug, scope, expression, *span)
    });
    let judged: Vec<_> = judged.collect();
    for ((_, InlineValue { expression, span, .. }, scope), judged) in in_prose.into_iter().zip(judged) {
        match judged {
            None => {}
            Some(Err(error)) => found.push(error),
            Some(Ok(verdict)) => {
                let divergence = outcomes(&values, &scope).find_map(Outcome::divergence);
                found.extend(claims::remark(&verdict, span, divergence));
                found.extend(idle_in_prose(course, planned, ran, &verdict, &scope, span));
                let experiment = scope.experiments.first().cloned();
                prose.insert((span, expression), ProseVerdict { verdict, experiment });
            }
        }
    }
    Judged { blocks, prose, found }
}

/// Judges a claim in prose over the results that are there; None where one of its experiments has none.
///
/// # Errors
/// A claim that cannot be evaluated.
pub(crate) fn judge_in_prose(
    values: &Values,
    slug: &str,
    scope: &Scope,
    expression: &str,
    span: Span,
) -> Option<Result<Verdict, Diagnostic>> {
    let verdict = |by_seed| {
        let claim = Claim { that: expression.to_owned(), says: None, holds: None };
        // Where several experiments are compared, the first one's.
        let first = outcomes(values, scope).next();
        let statistic = first.map_or_else(Statistic::default, |outcome| outcome.statistic);
        Verdict::new(0, claim, by_seed, statistic, scope.seeds.start, scope.by_chance)
    };
    Some(values.judge(slug, scope, expression, span)?.map(verdict))
}

/// The results of what a claim in prose is about.
fn outcomes<'v>(values: &'v Values, scope: &'v Scope) -> impl Iterator<Item = &'v Outcome> {
    scope.experiments.iter().filter_map(|experiment| values.outcome(experiment))
}

/// Returns every claim in the prose of a lesson that is in order, with what it is about; `own` are its experiments.
fn in_prose(course: &Course, lesson: usize, own: &[Planned]) -> Vec<(InlineValue, Scope)> {
    let about = &course.lessons[lesson];
    let scoped = values_of(course, lesson, own, Role::Claim).into_iter().filter_map(|claim| {
        let span = claim.span;
        let scope = course.names.scope(&about.slug, about.block_around(span), &claim.expression, span);
        Some((claim, scope.ok()??))
    });
    scoped.collect()
}

/// Returns all expressions of one role in a lesson and in the texts of its blocks.
fn values_of(course: &Course, lesson: usize, own: &[Planned], role: Role) -> Vec<InlineValue> {
    let lesson = &course.lessons[lesson];
    let pick =
        |text: &Fragment| text.values().filter(|value| value.role == role).cloned().collect::<Vec<_>>();
    let of_block = |experiment: &Planned| {
        let short =
            |(path, text): (String, &str)| course.short(lesson, text, experiment.tree.locate(&path)).ok();
        let texts = block_texts(experiment).filter(|(_, text)| text.contains("{{")).filter_map(short);
        let alt = experiment.header.alt.as_deref().filter(|text| text.contains("{{"));
        let alt = alt.and_then(|text| course.plain(lesson, text, experiment.tree.locate("alt")).ok());
        texts.chain(alt).flat_map(|text| pick(&text)).collect::<Vec<_>>()
    };
    let blocks: Vec<_> = own.par_iter().map(of_block).collect();
    let texts = [&lesson.title, &lesson.summary, &lesson.body].map(pick);
    texts.into_iter().chain(blocks).flatten().collect()
}
