//! Rules about settings that never come into play: they come too late, or find nothing to act on.

use std::fmt;

use super::Subject;
use crate::diagnostic::{Problem, counted, within};
use crate::experiment::Descent;
use crate::nn::PerLayer;
use crate::optim::Schedule;
use crate::train::TrainingSettings;

/// Returns whether trials of a search have values of their own for a setting, or one below it.
fn is_searched(subject: &Subject, path: &str) -> bool {
    let space = subject.shared.search.iter().flat_map(|search| &search.space.settings);
    space.into_iter().any(|setting| {
        setting.path.strip_prefix(path).is_some_and(|rest| matches!(rest.as_bytes(), [] | [b'.' | b'[', ..]))
    })
}

/// Returns the settings of a training that has epochs, known before any trial of a search.
fn training_of<'a>(subject: &'a Subject, setting: &str) -> Option<&'a TrainingSettings> {
    let searched = ["training.epochs", setting].iter().any(|path| is_searched(subject, path));
    subject.shared.training.filter(|training| training.epochs > 0 && !searched)
}

/// Warns of patience that is not shorter than the training.
pub(super) fn never_stops_early(subject: &Subject) -> Vec<Problem> {
    let path = "training.early_stopping";
    let Some(training) = training_of(subject, path) else { return Vec::new() };
    let stopping = training.early_stopping.as_ref();
    let Some(patience) =
        stopping.map(|stopping| stopping.patience).filter(|patience| *patience >= training.epochs)
    else {
        return Vec::new();
    };
    let message = format!(
        "a patience of {} in a training of {}",
        counted(patience, "epoch"),
        counted(training.epochs, "epoch")
    );
    vec![
        Problem::new(format!("{path}.patience"), message)
            .expected("a shorter patience, or more epochs, to stop early"),
    ]
}

/// Warns of a part of a schedule that would begin only after the training, or the descent, has ended.
pub(super) fn schedule_beyond_end(subject: &Subject) -> Vec<Problem> {
    let path = "training.schedule";
    if let Some(training) = training_of(subject, path) {
        let span = Span { count: training.epochs, unit: "epoch", whole: "training", after_warmup: false };
        return within(path, beyond_end(&training.schedule, span));
    }
    match subject.shared.descent {
        Some(Descent { steps: count @ 1.., schedule, .. }) => {
            let span = Span { count, unit: "step", whole: "descent", after_warmup: false };
            within("schedule", beyond_end(schedule, span))
        }
        _ => Vec::new(),
    }
}

/// How long a schedule lasts, at least 1.
#[derive(Clone, Copy)]
struct Span {
    count: usize,
    unit: &'static str,
    whole: &'static str,
    /// What a warm-up leaves of the whole; the count begins anew.
    after_warmup: bool,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = counted(self.count, self.unit);
        match self.after_warmup {
            true => write!(f, "the {counted} that the warm-up leaves"),
            false => write!(f, "a {} of {counted}", self.whole),
        }
    }
}

/// Returns what a schedule would do after its span.
fn beyond_end(schedule: &Schedule, span: Span) -> Vec<Problem> {
    let unit = span.unit;
    let said = |count: usize| counted(count, unit);
    match schedule {
        Schedule::Warmup(warmup) if warmup.epochs >= span.count => {
            let message = format!("a warm-up of {} in {span}", said(warmup.epochs));
            let expected = format!("a shorter warm-up, or more {unit}s");
            vec![Problem::new("warmup.epochs", message).expected(expected)]
        }
        Schedule::Warmup(warmup) => {
            let left = Span { count: span.count - warmup.epochs, after_warmup: warmup.epochs > 0, ..span };
            within("warmup.then", beyond_end(&warmup.then, left))
        }
        Schedule::Piecewise(piecewise) => {
            let starts = piecewise.epochs.iter().enumerate().filter(|(_, start)| **start >= span.count);
            let from = if span.after_warmup { "from 0 after the warm-up" } else { "from 0" };
            let expected = format!("at most {}: {unit}s count {from}", span.count - 1);
            let problem = |(index, start): (usize, &usize)| {
                let message = format!("a rate from {unit} {start} on in {span}");
                Problem::new(format!("piecewise.epochs[{index}]"), message).expected(expected.as_str())
            };
            starts.map(problem).collect()
        }
        Schedule::Staircase(staircase) if staircase.every >= span.count => {
            let message = format!("a first fall after {} in {span}", said(staircase.every));
            let expected = format!("fewer, or more {unit}s in all");
            vec![Problem::new("staircase.every", message).expected(expected)]
        }
        Schedule::Cosine(cosine) => {
            let too_long = cosine.epochs.filter(|epochs| *epochs > span.count);
            let problem = |epochs| {
                let message = format!("a cosine of {} in {span}", said(epochs));
                let expected = format!("at most {}, or more {unit}s in all", span.count);
                Problem::new("cosine.epochs", message).expected(expected)
            };
            too_long.map(problem).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Warns of dropout of hidden layers in a network that has none.
pub(super) fn dropout_nowhere(subject: &Subject) -> Vec<Problem> {
    let Some(model) = subject.shared.model.filter(|model| model.depth() == 0) else {
        return Vec::new();
    };
    let given = [("keep_prob", &model.keep_prob, 1.0), ("dropout", &model.dropout, 0.0)];
    let idle = given.into_iter().filter_map(|(name, setting, whole)| match setting {
        Some(PerLayer::Hidden(share)) if *share != whole => Some((name, share)),
        _ => None,
    });
    let searched =
        ["model.hidden", "model.layers", "model.units"].iter().any(|path| is_searched(subject, path));
    let idle = idle.filter(|(name, _)| !searched && !is_searched(subject, &format!("model.{name}")));
    let said = |(name, share): (&str, &f64)| {
        let problem = Problem::new(format!("model.{name}"), format!("`{name}` without hidden layers"));
        problem.expected(format!("`[{share}]` for the input, or hidden layers"))
    };
    idle.map(said).collect()
}
