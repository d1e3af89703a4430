//! What kinds that train have in common: the four shared parts of their settings, and one run of them.

use std::sync::Arc;

use crate::data::{DataSettings, Dataset, Facts, Origin, Target, TargetColumn};
use crate::diagnostic::{Problem, within};
use crate::experiment::metric_schema::{MetricSchema, MetricType, documented};
use crate::experiment::{Better, Context, Cost, Drawn, MetricInfo, Part, quality};
use crate::measure::Answers;
use crate::nn::Architecture;
use crate::numeric::Workers;
use crate::outcome::{Metric, RunRecord, Written};
use crate::train::{self, Parts, Report, StoppingMetric, Subject};

/// What is measured after every epoch, and where it led.
const CURVES: &[MetricInfo] = &[
    MetricInfo::loss(
        "train_loss",
        "mean loss on the training part, without penalty or dropout, at the last epoch",
    )
    .on(Part::Train),
    MetricInfo::loss("dev_loss", "mean loss on the dev part at the last epoch").on(Part::Dev),
    MetricInfo::loss("test_loss", "mean loss on the test part at the last epoch").on(Part::Test).aside(),
    MetricInfo::share("train_accuracy", "share of training examples that are right")
        .higher()
        .on(Part::Train)
        .aside(),
    MetricInfo::share("dev_accuracy", "share of dev examples that are right").higher().on(Part::Dev),
    MetricInfo::share("test_accuracy", "share of test examples that are right").higher().on(Part::Test),
    MetricInfo::share("train_error", "share of training examples that are wrong")
        .lower()
        .on(Part::Train)
        .aside(),
    MetricInfo::share("dev_error", "share of dev examples that are wrong").lower().on(Part::Dev).aside(),
    MetricInfo::share("test_error", "share of test examples that are wrong").lower().on(Part::Test).aside(),
    MetricInfo::number("objective", "J, what training makes small: the training loss with its penalty")
        .on(Part::Train)
        .aside(),
    MetricInfo::number("weight_norm", "Frobenius norm of all weights together at the last epoch").aside(),
];

/// What is kept of a training that is steered.
const STEERED: &[MetricInfo] = &[
    MetricInfo::number(
        "steered_rate",
        "the learning rate of the epoch that comes next, by epoch, where `training.steering` changes it",
    )
    .aside(),
    MetricInfo::number("set_backs", "how often `training.steering` went back to weights of before").aside(),
];

/// What is known at the end.
const ENDS: &[MetricInfo] = &[
    MetricInfo::loss("best_dev_loss", "the lowest dev loss of any epoch").on(Part::Dev).aside(),
    MetricInfo::number("best_epoch", "the epoch of the lowest dev loss (0 is before training)")
        .in_unit("epochs")
        .on(Part::Dev)
        .aside(),
    MetricInfo::when(
        "diverged_at",
        "the epoch at which loss or weights were no longer finite; not a number where they stayed so",
    )
    .in_unit("epochs"),
];

/// Returns the metrics of everything that trains.
pub(super) fn metrics() -> impl Iterator<Item = &'static MetricInfo> {
    CURVES.iter().chain(ENDS).chain(STEERED).chain(quality::metrics())
}

/// Returns those that are single numbers.
pub(super) fn numbers() -> impl Iterator<Item = &'static MetricInfo> {
    CURVES.iter().chain(ENDS).chain(quality::numbers())
}

/// Returns those by which one training can be called better than another: what a search may be judged by.
pub(super) fn objectives() -> impl Iterator<Item = &'static MetricInfo> {
    numbers().filter(|info| info.better != Better::Neither)
}

/// Something that a kind measures on the network besides what everything that trains has.
pub(super) trait Probe {
    /// Hears of the network before the first step.
    fn untrained(&self, _: &dyn Subject, _: &mut RunRecord) {}
    /// After every epoch measured, 0 (before training) and one that is no longer finite included.
    fn epoch(&self, _: usize, _: &dyn Subject, _: &mut RunRecord) {}
    /// Once for each part whose answers are judged, before [`trained`](Self::trained).
    fn answered(&self, _: Part, _: &Answers, _: &dyn Subject, _: &mut RunRecord) {}
    /// Hears of the network after the last epoch; not called on a run that has diverged.
    fn trained(&self, _: &dyn Subject, _: &mut RunRecord) {}
    /// Returns of how many batches, from the first, it wants the loss: the list `batch_loss`, not a number where training ended sooner.
    fn batches(&self) -> usize {
        0
    }
}

/// Measures nothing more.
struct NoProbe;

impl Probe for NoProbe {}

/// Returns all that is wrong with the four parts, and with how they go together.
pub(super) fn check(parts: &Parts, facts: Option<&Facts>) -> Vec<Problem> {
    let mut problems = within("data", parts.data.check());
    problems.extend(within("split", parts.split.check()));
    problems.extend(within("model", parts.model.check()));
    problems.extend(within("training", parts.training.check()));
    let Some(facts) = facts else { return problems };
    // What the data forbid is asked only of a part that is sound in itself.
    let sound = |part: &str| problems.iter().all(|problem| !problem.path.starts_with(part));
    let (model, split, training) = (sound("model"), sound("split"), sound("training"));
    if model {
        let architecture = Architecture::new(parts.model, facts.features, facts.target);
        problems.extend(within("model", architecture.err().unwrap_or_default()));
    }
    if split {
        problems.extend(within("split", parts.split.check_data(facts)));
    }
    if training {
        problems.extend(within("training", check_watched(parts, facts)));
        let augment = parts.training.augment.as_ref();
        let augment = augment.map(|augment| augment.check_data(facts.image));
        problems.extend(within("training.augment", augment.unwrap_or_default()));
    }
    problems
}

/// Returns whether a path leads into the settings of a network and its training.
pub fn is_of_network(path: &str) -> bool {
    path.split(['.', '[']).next().is_some_and(|part| ["model", "training"].contains(&part))
}

/// Refuses early stopping and steering that watch what these data do not have.
fn check_watched(parts: &Parts, facts: &Facts) -> Vec<Problem> {
    let stopping = parts.training.early_stopping.as_ref().map(|stopping| stopping.metric);
    let steering = parts.training.steering.as_ref().map(|steering| steering.metric);
    let watched = [("early_stopping", "early stopping", stopping), ("steering", "steering", steering)];
    let without_dev = parts.split.sizes(facts.rows).is_ok_and(|[_, dev, _]| dev == 0);
    let refused = |(key, said, metric): (&str, &str, Option<StoppingMetric>)| {
        let metric = metric?;
        if metric != StoppingMetric::TrainLoss && without_dev {
            let problem = Problem::new(key, format!("{said} without a dev part"));
            return Some(problem.expected("rows for dev in `split`"));
        }
        let share = metric == StoppingMetric::DevError && facts.target == Target::Value;
        let problem = || Problem::new(format!("{key}.metric"), "`dev_error` of a target that is a number");
        share.then(|| problem().expected("`dev_loss`"))
    };
    watched.into_iter().filter_map(refused).collect()
}

/// Other machines take longer than the one that a fit is estimated for, and pieces of work that nobody counts add up.
pub(super) const HEADROOM: f64 = 1.9;

/// Returns seconds to generate the data of a run anew, or to draw its rows from a table; a whole table is shared by all runs.
pub(super) fn drawing_seconds(data: &DataSettings, facts: &Facts) -> f64 {
    let (rows, whole) = (facts.rows as f64, facts.drawn_from as f64);
    let numbers = 1.0 + facts.features as f64;
    let copied = 0.8e-9 * numbers + 1.2e-9 * (facts.number_bytes * facts.features) as f64;
    let drawn = if facts.drawn_from > facts.rows { 25e-9 * whole + copied * rows } else { 0.0 };
    let made = if is_generated(data) { whole * (45e-9 + 6e-9 * numbers) } else { 0.0 };
    drawn + made
}

/// Returns seconds for the data of a run from the data set to parts of so many rows, without dividing and scaling them.
pub(super) fn data_seconds(data: &DataSettings, facts: &Facts, parts: [usize; 3]) -> f64 {
    let numbers = parts.iter().sum::<usize>() as f64 * facts.features as f64;
    let taken = data.other_source.as_ref().map_or(0.0, |source| source.seconds(parts, facts.features));
    let again = if data.own_statistics { 10e-9 * numbers } else { 0.0 };
    drawing_seconds(data, facts) + taken + again
}

/// Returns what a table costs once for all runs: to read it, to hold it to the end, its file beside it while that is read or packed,
/// and to pack it for a notebook and for readers who compute.
pub(super) fn table_cost(data: &DataSettings, facts: &Facts) -> Drawn {
    if is_generated(data) {
        return Drawn::default();
    }
    let (rows, stored) = (facts.drawn_from as f64, facts.stored_bytes as f64);
    let cells = rows * (1.0 + facts.features as f64);
    // Text is read number by number, and of a row its target as a text; what is kept in fewer bytes stood as it is in its file.
    let (of_cell, of_row) = if facts.number_bytes < 8 { (14e-9, 0.0) } else { (90e-9, 80.0) };
    let held = facts.number_bytes as f64 * cells + of_row * rows + stored;
    let read = Drawn { seconds: of_cell * cells, bytes: held, ..Drawn::default() };
    Cost::of_packed(stored, data.file.is_some()).drawn + read
}

/// Returns bytes of the data of a run as they were read or generated, beside its parts in the run's own precision, and of the order of
/// rows that `limit` draws from.
pub(super) fn data_bytes(data: &DataSettings, facts: &Facts) -> f64 {
    let limited = facts.drawn_from > facts.rows;
    let order = if limited { 4 * facts.drawn_from } else { 0 };
    let row = facts.number_bytes * facts.features + 8;
    let whole = if limited { row * facts.drawn_from } else { 0 };
    // A copy of all rows in f64, with their order.
    let taken = if data.other_source.is_some() { (8 * facts.features + 16) * facts.rows } else { 0 };
    ((row + 8) * facts.rows + order + whole + taken) as f64
}

fn is_generated(data: &DataSettings) -> bool {
    matches!(data.entry().map(|entry| &entry.origin), Some(Origin::Generated(_)))
}

/// Returns what a run costs that looks at every layer of its network before training, when the buffers of training are not
/// there yet.
pub(super) fn cost_with_capture(parts: &Parts, facts: Option<&Facts>) -> Cost {
    let trained = cost(parts, facts);
    let Some(facts) = facts else { return trained };
    let Ok(architecture) = Architecture::new(parts.model, facts.features, facts.target) else {
        return trained;
    };
    let Ok([rows, ..]) = parts.split.sizes(facts.rows) else { return trained };
    let captured = train::capture_bytes(&architecture, rows, parts.training.precision) as f64;
    let network = 16 * architecture.parameters() + 8 * facts.rows * facts.features;
    let held = data_bytes(parts.data, facts) + network as f64 + captured;
    Cost { seconds: trained.seconds + 1.5e-9 * captured, bytes: trained.bytes.max(held), ..trained }
}

/// Returns seconds to predict the dev part twice under dropout.
pub(super) fn dropped_seconds(parts: &Parts, facts: &Facts) -> f64 {
    let Ok(architecture) = Architecture::new(parts.model, facts.features, facts.target) else { return 0.0 };
    let Ok([_, dev, _]) = parts.split.sizes(facts.rows) else { return 0.0 };
    // Masks take about as long as the products that they are for.
    4.0 * train::prediction_seconds(&architecture, dev, parts.training.precision)
}

/// Returns what a run costs; zero where the settings are not sound.
pub(super) fn cost(parts: &Parts, facts: Option<&Facts>) -> Cost {
    let curves = Cost::of_series(CURVES.len() as f64 * (parts.training.epochs as f64 + 1.0));
    fit_cost(parts, facts) + made_cost(parts, facts) + curves + judging_cost(parts, facts)
}

/// Returns what judging the answers of a run costs.
pub(super) fn judging_cost(parts: &Parts, facts: Option<&Facts>) -> Cost {
    let sizes = facts.and_then(|facts| Some((facts, parts.split.sizes(facts.rows).ok()?)));
    Cost::of_metrics(sizes.map_or(0.0, |(facts, sizes)| quality::count(facts.target, sizes)))
}

/// Returns what it costs to make the data of a run, which all of its fits share.
pub(super) fn made_cost(parts: &Parts, facts: Option<&Facts>) -> Cost {
    let sizes = facts.and_then(|facts| Some((facts, parts.split.sizes(facts.rows).ok()?)));
    let seconds = sizes.map_or(0.0, |(facts, sizes)| data_seconds(parts.data, facts, sizes));
    Cost { seconds, ..Cost::default() }
}

/// Returns what a fit costs without its data and what it tells; zero where the settings are not sound.
pub(super) fn fit_cost(parts: &Parts, facts: Option<&Facts>) -> Cost {
    let Some(facts) = facts else { return Cost::default() };
    let Ok(architecture) = Architecture::new(parts.model, facts.features, facts.target) else {
        return Cost::default();
    };
    let rows = facts.rows as u64;
    let Ok(sizes) = parts.split.sizes(facts.rows) else { return Cost::default() };
    let fit = train::fit_cost(&architecture, parts.training, sizes);
    let answers = match facts.target {
        Target::Classes(_) => train::answers_bytes(&architecture, sizes, parts.training.precision),
        Target::Value => 0,
    };
    Cost {
        rows,
        parameters: architecture.parameters() as u64,
        multiply_adds: fit.multiply_adds as f64,
        seconds: HEADROOM * fit.seconds,
        bytes: data_bytes(parts.data, facts) + fit.bytes as f64 + answers as f64,
        ..Cost::default()
    }
}

/// Returns which of [`metrics`] a run will have, and which of them with a curve: none of a part without rows, and no share
/// of right or wrong answers where the target is a number.
pub(super) fn metric_schema(parts: &Parts, facts: Option<&Facts>) -> MetricSchema {
    let mut schema = documented(metrics());
    let Some(facts) = facts else { return schema };
    let Ok(sizes) = parts.split.sizes(facts.rows) else { return schema };
    let missing = |info: &MetricInfo| {
        let empty = info.part.is_some_and(|part| part.rows(sizes) == 0);
        empty || info.written == Written::Percent && facts.target == Target::Value
    };
    for info in CURVES.iter().chain(ENDS).filter(|info| missing(info)) {
        schema.remove(info.name);
    }
    let epochs = parts.training.epochs + 1;
    let declare = |infos: &[MetricInfo], metric_type: MetricType, schema: &mut MetricSchema| {
        for info in infos {
            schema.entry(info.name.into()).and_modify(|known| *known = metric_type.clone());
        }
    };
    declare(CURVES, MetricType::Curve(epochs), &mut schema);
    declare(ENDS, MetricType::Number, &mut schema);
    for info in STEERED {
        let known = if info.name == "set_backs" { MetricType::Number } else { MetricType::Curve(epochs) };
        schema.insert(info.name.into(), known);
        schema.retain(|name, _| parts.training.steering.is_some() || name != info.name);
    }
    quality::declare(&mut schema, facts.target, sizes, parts.data.bayes_error);
    schema
}

/// Trains once: splits, normalizes, trains.
///
/// # Errors
/// A split that the data cannot give.
pub(super) fn train(parts: &Parts, context: &Context) -> Result<RunRecord, Problem> {
    train_and(parts, context, &NoProbe)
}

/// Trains once, and lets `probe` measure on the network.
///
/// # Errors
/// A split that the data cannot give.
pub(super) fn train_and(parts: &Parts, context: &Context, probe: &dyn Probe) -> Result<RunRecord, Problem> {
    let dataset =
        context.data.as_deref().ok_or_else(|| Problem::new("data", "there is no data to train on"))?;
    let mut record = RunRecord { seed: context.seed, ..RunRecord::default() };
    name_classes_and_features(dataset, &mut record);
    // Every epoch is told of, 0 (before training) too.
    let share = 1.0 / (parts.training.epochs + 1) as f64;
    let mut observer = Observer { context, share, probe, record: &mut record };
    let report = train::run(parts, dataset, context.seed, &mut observer)?;
    keep(&report, &mut record);
    if probe.batches() > 0 {
        let mut losses = report.batch_losses.clone();
        losses.resize(probe.batches(), f64::NAN);
        record.metrics.insert("batch_loss".into(), Metric::List(losses));
    }
    quality::diagnosed(&report, parts.data.bayes_error, &mut record);
    Ok(record)
}

/// Tells of progress, and lets a probe write into the record.
struct Observer<'a> {
    context: &'a Context<'a>,
    /// What an epoch is of the whole run.
    share: f64,
    probe: &'a dyn Probe,
    record: &'a mut RunRecord,
}

impl train::Watch for Observer<'_> {
    fn untrained(&mut self, subject: &dyn Subject) {
        self.probe.untrained(subject, self.record);
    }

    fn epoch(&mut self, epoch: usize, subject: &dyn Subject) {
        self.probe.epoch(epoch, subject, self.record);
        (self.context.advance)(self.share);
    }

    fn trained(&mut self, subject: &dyn Subject) {
        for (part, answers) in subject.answers() {
            quality::judge(part, &answers, self.record);
            self.probe.answered(part, &answers, subject, self.record);
        }
        self.probe.trained(subject, self.record);
    }

    fn batches(&self) -> usize {
        self.probe.batches()
    }

    fn workers(&self) -> Arc<dyn Workers> {
        self.context.workers.clone()
    }
}

fn name_classes_and_features(dataset: &Dataset, record: &mut RunRecord) {
    record.names.insert("features".into(), dataset.feature_names.clone());
    if let TargetColumn::Classes { names, .. } = &dataset.target {
        record.names.insert("classes".into(), names.clone());
    }
}

/// Keeps history and final values of a run, under the names of [`metrics`]. The final values of a run that
/// diverged do not exist.
fn keep(report: &Report, record: &mut RunRecord) {
    for (name, values) in report.history.series() {
        let last = match report.diverged_at {
            Some(_) => f64::NAN,
            None => values.get(report.final_epoch).copied().unwrap_or(f64::NAN),
        };
        record.metrics.insert(name.clone(), Metric::Number(last));
        record.series.insert(name, values.to_vec().into());
    }
    if report.diverged_at.is_some() {
        quality::absent(report, record);
    }
    let diverged_at = report.diverged_at.map_or(f64::NAN, |epoch| epoch as f64);
    record.metrics.insert("diverged_at".into(), Metric::Number(diverged_at));
    if let Some(best) = report.history.dev.loss.get(report.best_epoch) {
        record.metrics.insert("best_epoch".into(), Metric::Number(report.best_epoch as f64));
        record.metrics.insert("best_dev_loss".into(), Metric::Number(*best));
    }
    if let Some(set_backs) = report.set_backs {
        record.metrics.insert("set_backs".into(), Metric::Number(set_backs as f64));
    }
    record.digest.clone_from(&report.digest);
}
