//! Sentences that must hold: each judged seed by seed on paired runs.

mod evidence;
mod margin;

use crate::collections::BTreeSet;
use crate::diagnostic::{Diagnostic, Span};
use crate::experiment::Claim;
use crate::inline::{Idle, Judgement, SeedValues, format_number, idle, within_block};
use crate::lint;
use crate::outcome::{Outcome, Statistic};
use crate::settings::Node;

pub use evidence::share;
pub use margin::{Margin, bootstrap};

/// The most seeds whose values a failure lists.
const SHOWN_SEEDS: usize = 10;

/// What came of one claim.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Its place among the claims of its experiment, judged or not; 0 for one in prose, which stands alone.
    pub index: usize,
    pub claim: Claim,
    /// What stands for the seeds.
    pub statistic: Statistic,
    /// One a seed.
    pub by_seed: Vec<Judgement>,
    /// In how many seeds it must be.
    pub needed: usize,
    /// By how much it holds, where it compares numbers by their order.
    pub margin: Option<Margin>,
    /// Whether another seed could tell otherwise.
    pub by_chance: bool,
}

/// Why a claim that holds may not be as sure as it seems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Only one seed ran, and another might tell otherwise.
    OneSeed,
    /// It needs less than all seeds and holds in as few as it may: were it false in one more, it would fail.
    NoneToSpare,
    /// The interval of its margin reaches zero: chance alone may explain it.
    TouchesZero,
    /// In some seeds a value that it is about does not exist, so that it does not hold there.
    NoValue,
}

impl Doubt {
    /// Returns the doubt as readers are told it.
    pub fn says(self) -> &'static str {
        match self {
            Doubt::OneSeed => "one seed only",
            Doubt::NoneToSpare => "one seed more against it and it fails",
            Doubt::TouchesZero => "the interval touches zero",
            Doubt::NoValue => "where a run diverged, or never got there, it counts as not held",
        }
    }
}

impl Verdict {
    /// Makes a verdict of what came out seed by seed; `statistic` stands for the seeds, and `seed` is the experiment's first
    /// one.
    pub fn new(
        index: usize,
        claim: Claim,
        by_seed: Vec<Judgement>,
        statistic: Statistic,
        seed: u64,
        by_chance: bool,
    ) -> Self {
        let needed = claim.needed(by_seed.len() as u64) as usize;
        let margins: Option<Vec<f64>> = by_seed.iter().map(|judgement| judgement.margin).collect();
        let margin = margins.and_then(|margins| Margin::of(margins, statistic, seed));
        Verdict { index, claim, statistic, by_seed, needed, margin, by_chance }
    }

    /// Returns in how many seeds the claim held.
    pub fn held(&self) -> usize {
        self.by_seed.iter().filter(|judgement| judgement.holds).count()
    }

    /// Returns whether it held in as many seeds as it needs.
    pub fn holds(&self) -> bool {
        self.held() >= self.needed
    }

    /// Returns what there is to doubt although it holds.
    pub fn doubts(&self) -> Vec<Doubt> {
        let (seeds, held) = (self.by_seed.len(), self.held());
        let touches = self.margin.as_ref().is_some_and(Margin::touches_zero);
        let doubts = [
            (Doubt::OneSeed, seeds == 1 && self.by_chance),
            (Doubt::NoneToSpare, held == self.needed && self.needed < seeds),
            (Doubt::TouchesZero, touches),
            (Doubt::NoValue, self.by_seed.iter().any(|judgement| !judgement.missing.is_empty())),
        ];
        doubts.into_iter().filter(|(_, applies)| *applies && self.holds()).map(|(doubt, _)| doubt).collect()
    }

    /// Returns how often the claim held, in words: `held in 9 of 10 seeds`.
    pub fn count(&self) -> String {
        match self.by_seed.len() {
            1 if self.holds() => "held in one seed".to_owned(),
            1 => "does not hold".to_owned(),
            seeds if self.needed < seeds => {
                format!("held in {} of {seeds} seeds, needed in {}", self.held(), self.needed)
            }
            seeds => format!("held in {} of {seeds} seeds", self.held()),
        }
    }

    /// Returns the margin with its interval, in words.
    pub fn margin_text(&self) -> Option<String> {
        let margin = self.margin.as_ref()?;
        let value = format_number(margin.value);
        Some(match margin.interval {
            Some((low, high)) if low < high => {
                format!("margin {value}, 95% interval {} to {}", format_number(low), format_number(high))
            }
            _ => format!("margin {value}"),
        })
    }
}

/// Judges the claims of one experiment; `tree` tells where each was written, `seed` is its first one. A claim that
/// fails is an error at its line, with the values it was judged on; one to be doubted a warning.
///
/// # Errors
/// Beside the verdicts: claims that cannot be evaluated, those that fail, and those that may be chance.
pub fn judge(
    claims: &[Claim],
    outcome: &Outcome,
    tree: &Node,
    seed: u64,
    by_chance: impl Fn(&str) -> bool,
) -> (Vec<Verdict>, Vec<Diagnostic>) {
    if claims.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let seeds = outcome.variants.iter().map(|variant| variant.runs.len()).max().unwrap_or(0);
    let id = tree.entry("id").and_then(|entry| entry.value.as_text()).unwrap_or_default();
    let views: Vec<SeedValues> = (0..seeds).map(|seed| SeedValues::new(outcome, seed, id)).collect();
    let (mut verdicts, mut found) = (Vec::new(), Vec::new());
    for (index, claim) in claims.iter().enumerate() {
        let span = place(index, tree);
        let by_seed: Result<Vec<Judgement>, Diagnostic> =
            views.iter().map(|view| view.judge(&claim.that, span)).collect();
        match by_seed {
            Err(error) => found.push(error),
            Ok(by_seed) => {
                let verdict = Verdict::new(
                    index,
                    claim.clone(),
                    by_seed,
                    outcome.statistic,
                    seed,
                    by_chance(&claim.that),
                );
                found.extend(remark(&verdict, span, outcome.divergence()));
                verdicts.push(verdict);
            }
        }
    }
    (verdicts, found)
}

/// Returns where the expression of a claim stands.
pub fn place(index: usize, tree: &Node) -> Span {
    let bare = format!("claims[{index}]");
    let long = format!("{bare}.that");
    tree.get(&long).map_or_else(|| tree.locate(&bare), |node| node.span)
}

/// Returns what there is to say to the author about a verdict: that the claim fails, or that it may be chance. That only one
/// seed runs can be said before it does. `divergence` tells which of the runs that it is about diverged.
pub fn remark(verdict: &Verdict, span: Span, divergence: Option<String>) -> Option<Diagnostic> {
    if !verdict.holds() {
        return Some(failure(verdict, span, divergence));
    }
    let doubts = verdict.doubts();
    let sentence = verdict.claim.says.as_deref().unwrap_or(&verdict.claim.that);
    let warning =
        |what: &str, label: String| Diagnostic::warning(format!("{what}: {sentence}"), span).label(label);
    let margin = || verdict.margin_text().unwrap_or_default();
    match (doubts.contains(&Doubt::NoneToSpare), doubts.contains(&Doubt::TouchesZero)) {
        (false, false) => None,
        (true, false) => {
            Some(warning("a claim hangs on one seed", verdict.count()).hint(
                "were it false in one more, it would fail: run more seeds, or let `holds` ask for fewer",
            ))
        }
        (false, true) => Some(
            warning("a claim may be chance", margin())
                .hint("its interval touches zero: run more seeds, or claim less"),
        ),
        (true, true) => Some(
            warning("a claim may be chance and hangs on one seed", verdict.count())
                .hint(format!("{}, touches zero: run more seeds, or claim less", margin())),
        ),
    }
}

/// Returns the warning that claims rest on one seed, before it has run.
pub fn on_one_seed(span: Span) -> Diagnostic {
    let found = Diagnostic::warning("a claim rests on one seed", span)
        .label("expected more seeds, such as `seeds: 5`");
    lint::ONE_SEED.warning(found)
}

/// Returns the warnings of claims about the experiment `id` that hold and that no result could contradict, each with its
/// place.
pub fn idle_ones<'c>(
    claims: impl Iterator<Item = (&'c str, Span)>,
    outcome: &Outcome,
    id: &str,
    by_chance: impl Fn(&str) -> bool,
) -> Vec<Diagnostic> {
    let seeds = outcome.variants.iter().map(|variant| variant.runs.len()).max().unwrap_or(0);
    let views: Vec<SeedValues> = (0..seeds).map(|seed| SeedValues::new(outcome, seed, id)).collect();
    let variants: Vec<&str> = outcome.variants.iter().map(|variant| variant.name.as_str()).collect();
    let said = |(claim, span): (&str, Span)| {
        let given = !outcome.has_series() && !by_chance(claim);
        let own = within_block(claim, id);
        let (label, hint) = idle(&own, &views, &variants, given).map(Idle::says)?;
        let found = Diagnostic::warning("a claim tests nothing", span).label(label).hint(hint);
        Some(lint::TESTS_NOTHING.warning(found))
    };
    claims.filter_map(said).collect()
}

fn failure(verdict: &Verdict, span: Span, divergence: Option<String>) -> Diagnostic {
    let seeds = verdict.by_seed.len();
    let sentence = verdict.claim.says.as_deref().unwrap_or(&verdict.claim.that);
    let label = match seeds {
        1 => "does not hold".to_owned(),
        _ => format!("held in {} of {seeds} seeds, needed in {}", verdict.held(), verdict.needed),
    };
    let mut error = Diagnostic::error(format!("a claim fails: {sentence}"), span).label(label);
    let sides: Vec<String> = verdict
        .by_seed
        .iter()
        .filter_map(|judgement| judgement.sides)
        .take(SHOWN_SEEDS)
        .map(|(left, right)| format!("{} and {}", format_number(left), format_number(right)))
        .collect();
    if !sides.is_empty() {
        let by_seed = if seeds > 1 { ", seed by seed" } else { "" };
        let more = if seeds > SHOWN_SEEDS { "; ..." } else { "" };
        error = error.hint(format!("left and right{by_seed}: {}{more}", sides.join("; ")));
    }
    if let (Some(margin), true) = (verdict.margin_text(), seeds > 1) {
        error = error.hint(format!("{margin}; a margin below 0 is against the claim"));
    }
    let missing: BTreeSet<&String> =
        verdict.by_seed.iter().flat_map(|judgement| &judgement.missing).collect();
    let divergence = divergence.filter(|_| !missing.is_empty());
    let error = missing
        .into_iter()
        .fold(error, |error, name| error.hint(format!("`{name}` has no value in some seeds")));
    divergence.into_iter().fold(error, Diagnostic::hint)
}
