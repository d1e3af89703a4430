//! What the answers of a trained classifier are worth, as metrics of everything that trains.

use crate::data::Target;
use crate::experiment::metric_schema::{MetricSchema, MetricType};
use crate::experiment::{MetricInfo, Part};
use crate::measure::{Answers, Calibration, Confusion, diagnose};
use crate::numeric::mean;
use crate::outcome::{Metric, RunRecord};
use crate::train::Report;

/// What the answers to a part are judged from.
struct Judged {
    confusion: Confusion,
    calibration: Calibration,
}

/// What a metric is, and how it is found.
enum Shape {
    Number(fn(&Judged) -> f64),
    /// A number for each class.
    Classes(fn(&Judged) -> Vec<f64>),
    /// A number for each class as it is and as it was given.
    Pairs(fn(&Judged) -> Vec<f64>),
}

struct PartMetric {
    info: MetricInfo,
    shape: Shape,
}

/// The metrics of one part: the one place that names them.
macro_rules! of_part {
    ($part:literal, $of:expr) => {
        [
            PartMetric {
                info: MetricInfo::number(
                    concat!($part, "_confusion"),
                    concat!("how many ", $part, " rows of a class were given another, row by row: with C classes the number of rows of class r called g is at `C * r + g`"),
                ).in_unit("rows").on($of).aside().by_class_given(),
                shape: Shape::Pairs(|judged| judged.confusion.counts().iter().map(|&count| count as f64).collect()),
            },
            PartMetric {
                info: MetricInfo::share(
                    concat!($part, "_precision"),
                    concat!("of the ", $part, " rows that were given a class, the share that are of it; one a class, 0 for a class never given"),
                ).higher().on($of).aside(),
                shape: Shape::Classes(|judged| judged.confusion.precision()),
            },
            PartMetric {
                info: MetricInfo::share(
                    concat!($part, "_recall"),
                    concat!("of the ", $part, " rows of a class, the share that were given it; one a class, 0 for a class without rows"),
                ).higher().on($of).aside(),
                shape: Shape::Classes(|judged| judged.confusion.recall()),
            },
            PartMetric {
                info: MetricInfo::share(
                    concat!($part, "_f1"),
                    concat!("harmonic mean of precision and recall on the ", $part, " part, 2 TP/(2 TP + FP + FN); one a class"),
                ).higher().on($of).aside(),
                shape: Shape::Classes(|judged| judged.confusion.f1()),
            },
            PartMetric {
                info: MetricInfo::share(
                    concat!($part, "_macro_precision"),
                    concat!("mean of `", $part, "_precision` over the classes"),
                ).higher().on($of).aside(),
                shape: Shape::Number(|judged| mean(&judged.confusion.precision())),
            },
            PartMetric {
                info: MetricInfo::share(
                    concat!($part, "_macro_recall"),
                    concat!("mean of `", $part, "_recall` over the classes"),
                ).higher().on($of).aside(),
                shape: Shape::Number(|judged| mean(&judged.confusion.recall())),
            },
            PartMetric {
                info: MetricInfo::share(
                    concat!($part, "_macro_f1"),
                    concat!("mean of `", $part, "_f1` over the classes"),
                ).higher().on($of).aside(),
                shape: Shape::Number(|judged| mean(&judged.confusion.f1())),
            },
            PartMetric {
                info: MetricInfo::share(
                    concat!($part, "_confidence"),
                    concat!("mean probability of the class given on the ", $part, " part; above `", $part, "_accuracy` where the network is too sure"),
                ).on($of).aside(),
                shape: Shape::Number(|judged| judged.calibration.confidence()),
            },
            PartMetric {
                info: MetricInfo::share(
                    concat!($part, "_calibration_error"),
                    concat!("expected calibration error on the ", $part, " part: the mean gap between confidence and accuracy in 15 bins of confidence"),
                ).lower().on($of).aside(),
                shape: Shape::Number(|judged| judged.calibration.error()),
            },
        ]
    };
}

/// The parts that are judged, each with its metrics.
static PARTS: [(Part, [PartMetric; 9]); 2] =
    [(Part::Dev, of_part!("dev", Part::Dev)), (Part::Test, of_part!("test", Part::Test))];

/// Where the data state a Bayes error.
static DIAGNOSIS: [(MetricInfo, MetricType); 3] = [
    (
        MetricInfo::share("avoidable_bias", "training error minus the `bayes_error` that `data` states")
            .on(Part::Dev)
            .aside(),
        MetricType::Number,
    ),
    (
        MetricInfo::share("variance", "dev error minus training error, where `data` states a `bayes_error`")
            .on(Part::Dev)
            .aside(),
        MetricType::Number,
    ),
    (
        MetricInfo::number(
            "diagnosis",
            "`bias`, `variance`, `both` or `neither`: which of the two is above two percentage points",
        )
        .on(Part::Dev)
        .aside(),
        MetricType::Text,
    ),
];

/// Returns those metrics of answers that are single numbers.
pub(super) fn numbers() -> impl Iterator<Item = &'static MetricInfo> {
    let entries = PARTS.iter().flat_map(|(_, entries)| entries);
    entries.filter(|entry| matches!(entry.shape, Shape::Number(_))).map(|entry| &entry.info)
}

/// Returns all metrics of this module.
pub(super) fn metrics() -> impl Iterator<Item = &'static MetricInfo> {
    let of_parts = PARTS.iter().flat_map(|(_, entries)| entries).map(|entry| &entry.info);
    of_parts.chain(DIAGNOSIS.iter().map(|(info, _)| info))
}

impl Shape {
    fn metric(&self, judged: &Judged) -> Metric {
        match self {
            Shape::Number(find) => Metric::Number(find(judged)),
            Shape::Classes(find) | Shape::Pairs(find) => Metric::List(find(judged)),
        }
    }

    /// Returns how many numbers a metric is, where it is a list.
    fn len(&self, classes: usize) -> Option<usize> {
        match self {
            Shape::Number(_) => None,
            Shape::Classes(_) => Some(classes),
            Shape::Pairs(_) => Some(classes * classes),
        }
    }
}

/// Returns how many numbers the metrics of answers are, given the target and the rows of the three parts.
pub(super) fn count(target: Target, sizes: [usize; 3]) -> f64 {
    let Target::Classes(classes) = target else { return 0.0 };
    let judged = PARTS.iter().zip(&sizes[1..]).filter(|(_, rows)| **rows > 0);
    let entries = judged.flat_map(|((_, entries), _)| entries);
    entries.map(|entry| entry.shape.len(classes).unwrap_or(1) as f64).sum()
}

/// Judges the answers to a part.
pub(super) fn judge(part: Part, answers: &Answers, record: &mut RunRecord) {
    let judged = Judged::of(answers);
    let entries = PARTS.iter().filter(|(own, _)| *own == part).flat_map(|(_, entries)| entries);
    let found = entries.map(|entry| (entry.info.name.to_owned(), entry.shape.metric(&judged)));
    record.metrics.extend(found);
}

impl Judged {
    fn of(answers: &Answers) -> Judged {
        Judged { confusion: Confusion::of(answers), calibration: Calibration::of(answers) }
    }
}

/// Records bias and variance against the Bayes error, where the data state one.
pub(super) fn diagnosed(report: &Report, bayes_error: Option<f64>, record: &mut RunRecord) {
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

/// Records what a run that has diverged has instead of judged answers: under every name as many numbers as otherwise, none of
/// which exists.
pub(super) fn absent(report: &Report, record: &mut RunRecord) {
    let classes = record.names.get("classes").map_or(0, Vec::len);
    for ((_, entries), history) in PARTS.iter().zip([&report.history.dev, &report.history.test]) {
        if history.error.is_empty() {
            continue;
        }
        let none = |shape: &Shape| match shape.len(classes) {
            None => Metric::Number(f64::NAN),
            Some(len) => Metric::List(vec![f64::NAN; len]),
        };
        record.metrics.extend(entries.iter().map(|entry| (entry.info.name.to_owned(), none(&entry.shape))));
    }
}

/// Keeps of the documented names those that a run will have, given the target, the rows of the three parts and the
/// Bayes error.
pub(super) fn declare(
    schema: &mut MetricSchema,
    target: Target,
    sizes: [usize; 3],
    bayes_error: Option<f64>,
) {
    for ((_, entries), &rows) in PARTS.iter().zip(&sizes[1..]) {
        for PartMetric { info, shape } in entries {
            match target {
                Target::Classes(classes) if rows > 0 => {
                    let metric_type = shape.len(classes).map_or(MetricType::Number, MetricType::List);
                    schema.insert(info.name.to_owned(), metric_type)
                }
                _ => schema.remove(info.name),
            };
        }
    }
    let stated = bayes_error.is_some() && target != Target::Value && sizes[1] > 0;
    for (info, metric_type) in &DIAGNOSIS {
        match stated {
            true => schema.insert(info.name.into(), metric_type.clone()),
            false => schema.remove(info.name),
        };
    }
}
