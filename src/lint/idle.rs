//! Rules about settings that do nothing: they come too late, or find nothing to act on.

use super::Subject;
use crate::diagnostic::{Problem, counted};
use crate::nn::PerLayer;
use crate::optim::Schedule;
use crate::train::TrainingSettings;

/// Whether trials of a search have values of their own for a setting, or one below it.
fn is_searched(subject: &Subject, path: &str) -> bool {
    let space = subject.settings.space.iter().flat_map(|space| &space.settings);
    space.into_iter().any(|setting| {
        setting.path.strip_prefix(path).is_some_and(|rest| matches!(rest.as_bytes(), [] | [b'.' | b'[', ..]))
    })
}

/// The settings of a training that has epochs, known before any trial of a search.
fn training_of<'a>(subject: &'a Subject, setting: &str) -> Option<&'a TrainingSettings> {
    let searched = ["training.epochs", setting].iter().any(|path| is_searched(subject, path));
    subject.settings.training.as_ref().filter(|training| training.epochs > 0 && !searched)
}

pub fn never_stops_early(subject: &Subject) -> Vec<Problem> {
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
    vec![Problem::new(format!("{path}.patience"), message).expected("a shorter patience, or more epochs")]
}

pub fn schedule_beyond_end(subject: &Subject) -> Vec<Problem> {
    let path = "training.schedule";
    let Some(training) = training_of(subject, path) else { return Vec::new() };
    beyond_end(&training.schedule, training.epochs).into_iter().map(|problem| problem.within(path)).collect()
}

/// What a schedule would do after so many epochs.
fn beyond_end(schedule: &Schedule, epochs: usize) -> Vec<Problem> {
    let of = || counted(epochs, "epoch");
    match schedule {
        Schedule::Warmup(warmup) if warmup.epochs >= epochs => {
            let message =
                format!("a warm-up of {} in a training of {}", counted(warmup.epochs, "epoch"), of());
            vec![Problem::new("warmup.epochs", message).expected("a shorter warm-up, or more epochs")]
        }
        Schedule::Warmup(warmup) => {
            let then = beyond_end(&warmup.then, epochs - warmup.epochs);
            then.into_iter().map(|problem| problem.within("warmup.then")).collect()
        }
        Schedule::Piecewise(piecewise) => {
            let starts = piecewise.epochs.iter().enumerate().filter(|(_, start)| **start >= epochs);
            let said = |(index, start): (usize, &usize)| {
                let message = format!("a rate from epoch {start} on, and there are {}", of());
                let place = format!("piecewise.epochs[{index}]");
                Problem::new(place, message).expected(format!("at most {}: epochs count from 0", epochs - 1))
            };
            starts.map(said).collect()
        }
        Schedule::Staircase(staircase) if staircase.every >= epochs => {
            let message = format!("the first fall after {} of {epochs}", counted(staircase.every, "epoch"));
            vec![Problem::new("staircase.every", message).expected("fewer, or more epochs in all")]
        }
        _ => Vec::new(),
    }
}

pub fn dropout_nowhere(subject: &Subject) -> Vec<Problem> {
    let Some(model) = subject.settings.model.as_ref().filter(|model| model.hidden.is_empty()) else {
        return Vec::new();
    };
    let given = [("keep_prob", &model.keep_prob, 1.0), ("dropout", &model.dropout, 0.0)];
    let idle = given.into_iter().filter_map(|(name, setting, whole)| match setting {
        Some(PerLayer::Hidden(share)) if *share != whole => Some((name, share)),
        _ => None,
    });
    let searched = is_searched(subject, "model.hidden");
    let idle = idle.filter(|(name, _)| !searched && !is_searched(subject, &format!("model.{name}")));
    let said = |(name, share): (&str, &f64)| {
        let problem = Problem::new(format!("model.{name}"), format!("`{name}` without hidden layers"));
        problem.expected(format!("`[{share}]` for the input, or hidden layers"))
    };
    idle.map(said).collect()
}
