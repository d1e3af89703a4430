//! Sentences that must hold: each judged seed by seed on paired runs.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Span};
use crate::experiment::Claim;
use crate::lesson::inline::{Judgement, SeedValues, format_number};
use crate::outcome::Outcome;
use crate::settings::Node;

/// The most seeds whose values a failure lists.
const SHOWN_SEEDS: usize = 10;

/// What came of one claim.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub claim: Claim,
    /// One a seed.
    pub by_seed: Vec<Judgement>,
    /// In how many seeds it must be.
    pub needed: usize,
}

impl Verdict {
    pub fn held(&self) -> usize {
        self.by_seed.iter().filter(|judgement| judgement.holds).count()
    }

    pub fn holds(&self) -> bool {
        self.held() >= self.needed
    }

    /// Left minus right of the comparison, averaged over the seeds, where the claim is a comparison of numbers.
    pub fn margin(&self) -> Option<f64> {
        let sides: Option<Vec<(f64, f64)>> = self.by_seed.iter().map(|judgement| judgement.sides).collect();
        let sides = sides.filter(|sides| !sides.is_empty())?;
        Some(sides.iter().map(|(left, right)| left - right).sum::<f64>() / sides.len() as f64)
    }
}

/// Judges the claims of one experiment; `tree` tells where each was written. A claim that fails is an error
/// at its line, with the values it was judged on.
///
/// # Errors
/// Beside the verdicts: claims that cannot be evaluated, and those that fail.
pub fn judge(claims: &[Claim], outcome: &Outcome, tree: &Node) -> (Vec<Verdict>, Vec<Diagnostic>) {
    let seeds = outcome.variants.iter().map(|variant| variant.runs.len()).max().unwrap_or(0);
    let views: Vec<SeedValues> = (0..seeds).map(|seed| SeedValues::new(outcome, seed)).collect();
    let (mut verdicts, mut errors) = (Vec::new(), Vec::new());
    for (index, claim) in claims.iter().enumerate() {
        let span = place(index, tree);
        let by_seed: Result<Vec<Judgement>, Diagnostic> =
            views.iter().map(|view| view.judge(&claim.that, span)).collect();
        match by_seed {
            Err(error) => errors.push(error),
            Ok(by_seed) => {
                let verdict =
                    Verdict { needed: claim.needed(seeds as u64) as usize, claim: claim.clone(), by_seed };
                if !verdict.holds() {
                    errors.push(failure(&verdict, span));
                }
                verdicts.push(verdict);
            }
        }
    }
    (verdicts, errors)
}

/// Where the expression of a claim stands.
pub fn place(index: usize, tree: &Node) -> Span {
    let bare = format!("claims[{index}]");
    let long = format!("{bare}.that");
    tree.get(&long).map_or_else(|| tree.locate(&bare), |node| node.span)
}

fn failure(verdict: &Verdict, span: Span) -> Diagnostic {
    let seeds = verdict.by_seed.len();
    let sentence = verdict.claim.says.as_deref().unwrap_or(&verdict.claim.that);
    let label = match seeds {
        1 => "does not hold".to_owned(),
        _ => format!("held in {} of {seeds} seeds, needed in {}", verdict.held(), verdict.needed),
    };
    let error = Diagnostic::error(format!("a claim fails: {sentence}"), span).label(label);
    let sides: Vec<String> = verdict
        .by_seed
        .iter()
        .filter_map(|judgement| judgement.sides)
        .take(SHOWN_SEEDS)
        .map(|(left, right)| format!("{} and {}", format_number(left), format_number(right)))
        .collect();
    let missing: BTreeSet<&String> =
        verdict.by_seed.iter().flat_map(|judgement| &judgement.missing).collect();
    let error = match sides.is_empty() {
        true => error,
        false => error.hint(format!("left and right, seed by seed: {}", sides.join("; "))),
    };
    missing.into_iter().fold(error, |error, name| error.hint(format!("`{name}` has no value in some seeds")))
}
