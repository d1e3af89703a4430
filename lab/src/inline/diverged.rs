//! Values that do not exist because a run diverged.

use super::expression::{Expression, holds_nan};
use super::resolve::{numbers, resolve};
use super::{Values, format};
use crate::diagnostic::{Diagnostic, Span};
use crate::outcome::{RunRecord, Step};

impl Values<'_> {
    /// Returns a warning for each name of an expression in prose whose value a reader misses because a run diverged; none
    /// where the expression shows something else then.
    pub fn diverged(&self, lesson: &str, text: &str, span: Span) -> Vec<Diagnostic> {
        let shown = self.evaluate(lesson, text, span).unwrap_or_default();
        let Ok(expression) = Expression::parse(text) else { return Vec::new() };
        let missed = shown.contains(format::NONE);
        if !missed && !shown.starts_with("never in ") {
            return Vec::new();
        }
        let roots = self.roots(lesson);
        let mut found: Vec<Diagnostic> = Vec::new();
        for (links, as_list) in expression.chains() {
            if !resolve(&roots, links, as_list).is_ok_and(|value| holds_nan(&value)) {
                continue;
            }
            let Some((name, values, _)) = numbers(&roots, links) else { continue };
            let runs = self.runs(lesson, &name);
            let why = runs.and_then(|(runs, step)| reason(runs, values, step)).filter(|_| missed);
            let warning = Diagnostic::warning(format!("`{name}` has no value"), span);
            let warning = match (why, runs.and_then(|(runs, _)| unreached(&name, runs, values))) {
                (Some(why), _) => warning.label(why).hint(
                    "readers see a dash: tell them in words that the run diverges, or show its `diverged_at`",
                ),
                (None, Some(why)) => warning.label(why).hint(format!(
                    "readers see `{shown}`: choose a `target` that every run reaches, or say it in words"
                )),
                (None, None) => continue,
            };
            if !found.contains(&warning) {
                found.push(warning);
            }
        }
        found
    }

    /// Returns the runs of the variant that a name leads into, and what its series go by.
    fn runs(&self, lesson: &str, name: &str) -> Option<(&[RunRecord], Step)> {
        let words: Vec<&str> = name.split('.').collect();
        let own = (super::as_name(lesson), (*words.first()?).to_owned());
        let (outcome, rest) = match self.outcomes.get(&own) {
            Some(outcome) => (outcome, &words[1..]),
            None => {
                let other = (words[0].to_owned(), (*words.get(1)?).to_owned());
                (self.outcomes.get(&other)?, &words[2..])
            }
        };
        let variant =
            rest.first().and_then(|name| outcome.variant(name)).or_else(|| outcome.variant("run"))?;
        Some((&variant.runs, outcome.step))
    }
}

/// Returns where a target was not reached: `the target is never reached in seed 3`.
fn unreached(name: &str, runs: &[RunRecord], values: &[f64]) -> Option<String> {
    let is_target = ["epochs_to", "steps_to"].iter().any(|metric| name.ends_with(metric));
    let mut missing = runs.iter().zip(values).filter(|(_, value)| value.is_nan() && is_target);
    let seed = missing.next()?.0.seed;
    Some(match missing.count() {
        0 => format!("the target is never reached in seed {seed}"),
        more => format!(
            "the target is never reached in seed {seed}, and in {more} more of {} seeds",
            values.len()
        ),
    })
}

/// Returns where runs diverged whose values are missing: `the run diverged at epoch 3 in seed 0`.
fn reason(runs: &[RunRecord], values: &[f64], step: Step) -> Option<String> {
    let missing = runs.iter().zip(values).filter(|(_, value)| value.is_nan());
    let diverged: Vec<(u64, f64)> =
        missing.filter_map(|(run, _)| Some((run.seed, run.diverged_at()?))).collect();
    let &(seed, at) = diverged.first()?;
    let at = step.diverged(at);
    let more = match diverged.len() {
        1 => String::new(),
        runs => format!(", and in {} more of {} seeds", runs - 1, values.len()),
    };
    Some(format!("the run diverged at {at} in seed {seed}{more}"))
}
