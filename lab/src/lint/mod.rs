//! Lints: what is known to be wrong with an experiment although every setting of it is allowed. Each has a code, by
//! which a block (or the defaults of a lesson or course) can silence it: `lint: {allow: [G004]}`.

mod idle;
mod prose;
mod rules;

use crate::data::{Dataset, Facts};
use crate::diagnostic::{Diagnostic, Problem, Severity, nearest};
use crate::experiment::{Header, Kind, Shared, is_of_network};
use crate::outcome::Variant;

pub use prose::{Remark, Told, prose};

/// One thing known to be wrong.
pub struct Lint {
    /// `G001`; never given to another lint.
    pub code: &'static str,
    pub name: &'static str,
    /// Why it is wrong.
    pub reason: &'static str,
    sees: Sees,
}

/// What a lint looks at.
enum Sees {
    /// The settings and the data, before anything runs.
    Before(fn(&Subject) -> Vec<Problem>),
    /// The runs of a variant.
    After(fn(&Subject, &Variant) -> Vec<Problem>),
    /// Prose beside the experiments that it tells of.
    Prose,
    /// Claims, which [`crate::claims`] reads: they know names, not settings.
    Claims,
}

/// Sees before anything runs. A page's module looks for nothing: what it computes has been looked at where the page was built.
const fn sees_before(sees: fn(&Subject) -> Vec<Problem>) -> Sees {
    if cfg!(feature = "complete") { Sees::Before(sees) } else { Sees::Prose }
}

/// Sees after the runs, likewise.
const fn sees_after(sees: fn(&Subject, &Variant) -> Vec<Problem>) -> Sees {
    if cfg!(feature = "complete") { Sees::After(sees) } else { Sees::Prose }
}

/// Every lint, by code.
pub const LINTS: &[Lint] = &[
    Lint {
        code: "G001",
        name: "search-on-test",
        reason: "what is chosen by the test part is fitted to it: its error no longer tells how good the choice is",
        sees: sees_before(rules::search_on_test),
    },
    Lint {
        code: "G002",
        name: "unscaled-features",
        reason: "features of very different size make the loss a narrow valley: no one learning rate suits all weights",
        sees: sees_before(rules::unscaled_features),
    },
    Lint {
        code: "G003",
        name: "batch-norm-of-one",
        reason: "over a batch of one row every unit is its own mean, so that batch normalization makes everything 0",
        sees: sees_before(rules::batch_norm_of_one),
    },
    Lint {
        code: "G004",
        name: "linear-scale",
        reason: "on a linear scale over several decades nine trials in ten fall into the highest of them",
        sees: sees_before(rules::linear_scale),
    },
    Lint {
        code: "G005",
        name: "best-on-edge",
        reason: "where the best trial lies at the end of a range, better ones may lie beyond it",
        sees: sees_after(rules::best_on_edge),
    },
    Lint {
        code: "G006",
        name: "classes-left-out",
        reason: "an error measured on a part that lacks a class says nothing about that class",
        sees: sees_before(rules::classes_left_out),
    },
    Lint {
        code: "G007",
        name: "equal-weights",
        reason: "units that start with equal weights get equal gradients and stay one unit for ever",
        sees: sees_before(rules::equal_weights),
    },
    ONE_SEED,
    Lint {
        code: "G009",
        name: "stopping-on-train",
        reason: "the training loss goes on falling while a network overfits: only rows that it never learnt from show when to stop",
        sees: sees_before(rules::stopping_on_train),
    },
    Lint {
        code: "G010",
        name: "dropout-at-output",
        reason: "behind the logits no layer learns to do without the dropped ones: the loss only gets noisier",
        sees: sees_before(rules::dropout_at_output),
    },
    Lint {
        code: "G011",
        name: "never-stops-early",
        reason: "with a patience as long as the training nothing stops early; the weights of the best epoch are taken all the same",
        sees: sees_before(idle::never_stops_early),
    },
    Lint {
        code: "G012",
        name: "schedule-beyond-end",
        reason: "what a schedule would do after the end never happens",
        sees: sees_before(idle::schedule_beyond_end),
    },
    Lint {
        code: "G013",
        name: "dropout-nowhere",
        reason: "one number is the share of each hidden layer: where there is none, nothing is dropped",
        sees: sees_before(idle::dropout_nowhere),
    },
    Lint {
        code: "G014",
        name: "diverged",
        reason: "a run whose loss or weights are no longer finite has no result: its curve ends, its numbers are dashes, no claim about it holds",
        sees: sees_after(rules::diverged),
    },
    Lint {
        code: "G015",
        name: "percentages-as-counts",
        reason: "whole numbers in `split` count rows: 60, 20 and 20 take a hundred rows and leave the others",
        sees: sees_before(rules::percentages_as_counts),
    },
    Lint {
        code: "G016",
        name: "no-dev-part",
        reason: "a part that `split` leaves out gets no rows, and without one nothing tells how well other rows are predicted",
        sees: sees_before(rules::no_dev_part),
    },
    TESTS_NOTHING,
    TYPED_RESULT,
    OTHER_SETTING,
];

/// The lint of numbers in prose that are results.
pub const TYPED_RESULT: Lint = Lint {
    code: "G018",
    name: "typed-result",
    reason: "a number that is typed by hand stays as it is when the result changes",
    sees: Sees::Prose,
};

/// The lint of settings in prose that no experiment has.
pub const OTHER_SETTING: Lint = Lint {
    code: "G019",
    name: "other-setting",
    reason: "a setting that no experiment of the section has is one that was changed since, or a slip",
    sees: Sees::Prose,
};

/// The lint of claims that no result could contradict.
pub const TESTS_NOTHING: Lint = Lint {
    code: "G017",
    name: "claim-tests-nothing",
    reason: "a sentence that would hold whatever happens says nothing about what was found",
    sees: Sees::Claims,
};

/// The lint of claims that rest on one seed.
pub const ONE_SEED: Lint = Lint {
    code: "G008",
    name: "one-seed",
    reason: "what holds on one seed may be luck: another might tell otherwise",
    sees: Sees::Claims,
};

/// A variant of an experiment, as lints see it.
pub struct Subject<'a> {
    kind: &'static Kind,
    shared: Shared<'a>,
    facts: Option<&'a Facts>,
    /// Loaded only for those who ask: the table that the settings name.
    data: &'a dyn Fn() -> Option<std::sync::Arc<Dataset>>,
}

impl<'a> Subject<'a> {
    /// Takes the shared parts of a variant as its kind tells them; `data` loads its table.
    pub fn new(
        kind: &'static Kind,
        shared: Shared<'a>,
        facts: Option<&'a Facts>,
        data: &'a dyn Fn() -> Option<std::sync::Arc<Dataset>>,
    ) -> Self {
        Subject { kind, shared, facts, data }
    }
}

impl Lint {
    /// Returns whether an experiment does not want to hear of it.
    pub fn is_silent(&self, header: &Header) -> bool {
        header.lint.allow.iter().any(|allowed| allowed == self.code)
    }

    /// Returns what is odd about prose, as a warning with the code, the reason, and how it is silenced there.
    pub fn warning_in_prose(&self, found: Diagnostic) -> Diagnostic {
        let warning = Diagnostic { severity: Severity::Warning, code: Some(self.code.into()), ..found };
        let silences = format!(
            "`<!-- lint: {{allow: [{}]}} -->` on a line before the paragraph silences this",
            self.code
        );
        warning.hint(self.reason).hint(silences)
    }

    /// Returns what is wrong, as a warning with the code, the reason, and how it is silenced.
    pub fn warning(&self, found: Diagnostic) -> Diagnostic {
        let warning = Diagnostic { severity: Severity::Warning, code: Some(self.code.into()), ..found };
        let silences = format!("`lint: {{allow: [{}]}}` in the block silences this", self.code);
        warning.hint(self.reason).hint(silences)
    }
}

/// Returns what the settings of a variant are warned of.
pub fn before(subject: &Subject) -> Vec<(&'static Lint, Problem)> {
    found(subject, |lint| match lint.sees {
        Sees::Before(rule) => rule(subject),
        Sees::After(_) | Sees::Claims | Sees::Prose => Vec::new(),
    })
}

/// Returns what the runs of a variant are warned of.
pub fn after(subject: &Subject, variant: &Variant) -> Vec<(&'static Lint, Problem)> {
    found(subject, |lint| match lint.sees {
        Sees::After(rule) => rule(subject, variant),
        Sees::Before(_) | Sees::Claims | Sees::Prose => Vec::new(),
    })
}

fn found(subject: &Subject, rule: impl Fn(&Lint) -> Vec<Problem>) -> Vec<(&'static Lint, Problem)> {
    let below = subject.shared.below;
    let placed = |problem: Problem| match !below.is_empty() && is_of_network(&problem.path) {
        true => problem.within(below),
        false => problem,
    };
    let wanted = |lint: &&Lint| !subject.kind.provokes.contains(&lint.code);
    LINTS
        .iter()
        .filter(wanted)
        .flat_map(|lint| rule(lint).into_iter().map(move |problem| (lint, placed(problem))))
        .collect()
}

/// Returns codes to silence that are no codes; `allow` of `lint` lists them.
pub fn check(allow: &[String]) -> Vec<Problem> {
    let known = || LINTS.iter().map(|lint| lint.code);
    let unknown = allow.iter().enumerate().filter(|(_, code)| known().all(|known| known != *code));
    unknown
        .map(|(index, code)| {
            let problem = Problem::new(format!("lint.allow[{index}]"), format!("there is no lint `{code}`"));
            match nearest(code, known()) {
                Some(name) => problem.expected(format!("a code such as `{name}`")),
                None => problem.expected(format!("one of {}", known().collect::<Vec<_>>().join(", "))),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_every_lint_is_documented_and_shown() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
        let shown = ["lints", "lints-idle", "lints-prose", "claim-doubts", "values-diverged"]
            .map(|case| read(&format!("tests/errors/{case}.md")))
            .concat();
        let guide = read("docs/guide.md");
        for (index, lint) in LINTS.iter().enumerate() {
            assert_eq!(lint.code, format!("G{:03}", index + 1));
            let row = format!("| `{}` | {} | {} |", lint.code, lint.name, lint.reason);
            assert!(guide.contains(&row), "docs/guide.md lacks the row\n{row}");
            assert!(shown.contains(&format!("warning[{}]", lint.code)), "{} has no case", lint.code);
        }
    }
}
