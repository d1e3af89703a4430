//! What the answers of a trained classifier are worth, as metrics of everything that trains.

use crate::data::Target;
use crate::experiment::promise::{Promise, Promises};
use crate::measure::{Answers, Calibration, Confusion, diagnose};
use crate::outcome::{Metric, RunRecord};
use crate::train::{Report, Subject};

/// The parts that are judged.
const PARTS: [&str; 2] = ["dev", "test"];
/// Of each part, one a class.
const LISTS: [&str; 3] = ["precision", "recall", "f1"];
/// Of each part.
const NUMBERS: [&str; 5] = ["macro_precision", "macro_recall", "macro_f1", "confidence", "calibration_error"];

/// Judges the answers to the dev and the test part.
pub fn judge(subject: &dyn Subject, record: &mut RunRecord) {
    for (part, answers) in subject.answers() {
        for (name, metric) in judged(&answers) {
            record.metrics.insert(format!("{part}_{name}"), metric);
        }
    }
}

fn judged(answers: &Answers) -> Vec<(&'static str, Metric)> {
    let (confusion, calibration) = (Confusion::of(answers), Calibration::of(answers));
    let lists = [confusion.precision(), confusion.recall(), confusion.f1()];
    let [precision, recall, f1] = lists.each_ref().map(|list| list.iter().sum::<f64>() / list.len() as f64);
    let numbers = [precision, recall, f1, calibration.confidence(), calibration.error()];
    let counts = confusion.counts().iter().map(|&count| count as f64).collect();
    let mut metrics = vec![("confusion", Metric::List(counts))];
    metrics.extend(LISTS.into_iter().zip(lists.map(Metric::List)));
    metrics.extend(NUMBERS.into_iter().zip(numbers.map(Metric::Number)));
    metrics
}

/// Bias and variance against the Bayes error, where the data state one.
pub fn diagnosed(report: &Report, bayes_error: Option<f64>, record: &mut RunRecord) {
    let last = |errors: &[f64]| errors.get(report.final_epoch).copied();
    let errors = (bayes_error, last(&report.history.train.error), last(&report.history.dev.error));
    let (Some(bayes), Some(train), Some(dev)) = errors else { return };
    let (bias, variance, diagnosis) = match report.diverged_at {
        None => (train - bayes, dev - train, diagnose(train, dev, bayes).name()),
        Some(_) => (f64::NAN, f64::NAN, "diverged"),
    };
    record.metrics.insert("avoidable_bias".into(), Metric::Number(bias));
    record.metrics.insert("variance".into(), Metric::Number(variance));
    record.metrics.insert("diagnosis".into(), Metric::Text(diagnosis.into()));
}

/// The numbers of a run that has diverged do not exist.
pub fn absent(report: &Report, record: &mut RunRecord) {
    for (part, history) in PARTS.into_iter().zip([&report.history.dev, &report.history.test]) {
        if !history.error.is_empty() {
            let numbers =
                NUMBERS.into_iter().map(|name| (format!("{part}_{name}"), Metric::Number(f64::NAN)));
            record.metrics.extend(numbers);
        }
    }
}

/// Keeps of the documented names those that a run will have, given the target, the rows of the three parts and the
/// Bayes error.
pub fn promise(promises: &mut Promises, target: Target, sizes: [usize; 3], bayes_error: Option<f64>) {
    for (part, rows) in PARTS.into_iter().zip(&sizes[1..]) {
        let promised = match target {
            Target::Classes(classes) if *rows > 0 => Some(classes),
            _ => None,
        };
        let mut set = |name: &str, promise: Promise| {
            let name = format!("{part}_{name}");
            match promised {
                Some(_) => promises.insert(name, promise),
                None => promises.remove(&name),
            };
        };
        // A run that diverges has no lists: how long they will be is all that is known of them.
        let classes = promised.unwrap_or(0);
        set("confusion", Promise::List(classes * classes));
        LISTS.into_iter().for_each(|name| set(name, Promise::List(classes)));
        NUMBERS.into_iter().for_each(|name| set(name, Promise::Number));
    }
    let stated = bayes_error.is_some() && target != Target::Value && sizes[1] > 0;
    for (name, promise) in
        [("avoidable_bias", Promise::Number), ("variance", Promise::Number), ("diagnosis", Promise::Unknown)]
    {
        match stated {
            true => promises.insert(name.into(), promise),
            false => promises.remove(name),
        };
    }
}
