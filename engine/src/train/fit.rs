//! A whole run of training: epochs, measurements, an end.
//!
//! Early stopping: with v the watched metric after each epoch, 0 (before training) included, the best epoch is the first with
//! the lowest v. Training ends when `patience` epochs have passed since, and takes the weights of the best one.
//!
//! Where implementations disagree: Keras keeps the last weights unless told `restore_best_weights`, and scikit-learn, which
//! does not count an improvement smaller than its `tol`, keeps the best.
//!
//! Sources: Prechelt, Early Stopping - But When?, 1998; Goodfellow, Bengio and Courville, Deep Learning, 2016, algorithm 7.1.

use std::sync::Arc;

use super::steering::{Steer, Verdict};
use super::{Augmenter, Batches, EarlyStopping, History, StoppingMetric, Trainer, TrainingSettings};
use crate::data::{Prepared, Target};
use crate::nn::{Architecture, Forward, ModelSettings, Moments, Network, PredictionStatistics, Score};
use crate::numeric::{Alone, Real, Streams, Workers};
use crate::optim::Moment;
use crate::problem::Problem;

/// What a run of training left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit<R> {
    /// The last weights; with early stopping those of the best epoch.
    pub network: Network<R>,
    /// How the run went.
    pub report: Report,
}

/// How a run of training went.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What was measured after each epoch.
    pub history: History,
    /// The epoch whose measurements are the network's: the last one; with early stopping the best.
    pub final_epoch: usize,
    /// The epoch with the lowest loss on dev (on train if there is no dev part).
    pub best_epoch: usize,
    /// The first epoch with a loss or weight that is not finite; the history ends there.
    pub diverged_at: Option<usize>,
    /// How often steering went back to weights of before; None where training is not steered.
    pub set_backs: Option<usize>,
    /// The mean loss of each of the first batches, as its step saw it: before the step, under its dropout masks. As many as were asked for.
    pub batch_losses: Vec<f64>,
    /// A hash over all weights and the whole history: 32 hexadecimal digits.
    pub digest: String,
}

/// Trains a new network. The weights come from the streams `init/1`..., the order of the rows from `batches`,
/// dropout from `dropout/0`...: none depends on what another setting does. `on_epoch` hears of every epoch measured,
/// 0 (before training) included, and sees the network as it is then.
///
/// # Errors
/// All problems of the model's settings, alone and with the data's target.
pub fn fit<R: Real>(
    model: &ModelSettings,
    training: &TrainingSettings,
    data: &Prepared<R>,
    streams: &Streams,
    on_epoch: &mut dyn FnMut(usize, &Network<R>),
) -> Result<Fit<R>, Vec<Problem>> {
    let architecture = Architecture::new(model, data.features(), data.target())?;
    let network = Network::new(architecture, model.init, streams);
    Ok(fit_network(network, training, data, streams, Arc::new(Alone), 0, on_epoch))
}

/// Trains a given network further: [`fit`] from weights of the caller's own. Large products are spread over
/// `workers`, which no bit of the result tells. The losses of the first `kept_batches` batches are kept.
pub fn fit_network<R: Real>(
    network: Network<R>,
    training: &TrainingSettings,
    data: &Prepared<R>,
    streams: &Streams,
    workers: Arc<dyn Workers>,
    kept_batches: usize,
    on_epoch: &mut dyn FnMut(usize, &Network<R>),
) -> Fit<R> {
    let rows = data.train.len();
    let batch_size = training.batch_size.of(rows);
    let steps_per_epoch = rows.div_ceil(batch_size);
    let mut batches = Batches::new(&data.train, batch_size, streams.stream("batches"));
    if let Some(augment) = &training.augment {
        batches = batches.augmented(Augmenter::new(augment, data.picture.as_ref(), streams));
    }
    let mut trainer = Trainer::new(network, training, rows, streams).with_workers(workers.clone());
    let architecture = trainer.network().architecture();
    let exact = architecture.batch_norm.as_ref().is_some_and(|n| n.prediction == PredictionStatistics::Exact);
    let rows_at_once = architecture.prediction_rows().min(largest_part(data));
    let mut forward = Forward::new(architecture, rows_at_once).with_workers(workers);
    let mut history = History::default();
    let mut stopping = training.early_stopping.as_ref().map(EarlyStop::new);
    let mut steer = training.steering.as_ref().map(Steer::new);
    let mut diverged_at = None;
    let mut batch_losses = Vec::new();
    let first_step_of = |epoch| Moment { epoch, step: 0, epochs: training.epochs, steps_per_epoch };
    for epoch in 0..=training.epochs {
        if epoch > 0 {
            let mut moment = first_step_of(epoch - 1);
            let factor = steer.as_ref().map_or(1.0, |steer| steer.factor);
            batches.epoch(&data.train, |x, targets| {
                trainer.step(x, targets, factor * training.learning_rate_at(moment));
                moment.step += 1;
                if batch_losses.len() < kept_batches {
                    batch_losses.push(trainer.batch_score(targets).mean_loss() * data.target_scale.squared());
                }
            });
        }
        if exact {
            trainer.network_mut().measure_statistics(&data.train, &mut forward);
        }
        measure(&trainer, data, &mut forward, &mut history);
        if let (Some(steer), Some(steering)) = (&mut steer, &training.steering) {
            let finite = history.is_finite() && trainer.network().is_finite();
            match steer.look(epoch, watched(steering.metric, &history), finite) {
                Verdict::NoLook => {}
                Verdict::Keep => steer.keep(trainer.snapshot()),
                Verdict::Back(to, snapshot) => {
                    trainer.go_back(snapshot, training);
                    history.repeat(to);
                }
            }
            history.steered_rate.push(steer.factor * training.learning_rate_at(first_step_of(epoch)));
        }
        on_epoch(epoch, trainer.network());
        if !(history.is_finite() && trainer.network().is_finite()) {
            diverged_at = Some(epoch);
            break;
        }
        if let Some(stopping) = &mut stopping
            && stopping.observe(epoch, watched(stopping.metric, &history), trainer.network())
        {
            break;
        }
    }
    let last = history.len() - 1;
    let mut network = trainer.into_network();
    let mut final_epoch = last;
    if let Some(stopping) = stopping
        && diverged_at.is_none()
    {
        network.parameters_mut().copy_from_slice(&stopping.weights);
        network.statistics_mut().clone_from_slice(&stopping.statistics);
        final_epoch = stopping.best_epoch;
    }
    let digest = digest(&network, &history);
    let best_epoch = history.best_epoch();
    let set_backs = steer.map(|steer| steer.set_backs);
    let report = Report { history, final_epoch, best_epoch, diverged_at, set_backs, batch_losses, digest };
    Fit { network, report }
}

fn largest_part<R: Real>(data: &Prepared<R>) -> usize {
    data.train.len().max(data.dev.len()).max(data.test.len()).max(1)
}

/// Appends the measurements of one epoch, in the units of the data.
fn measure<R: Real>(
    trainer: &Trainer<R>,
    data: &Prepared<R>,
    forward: &mut Forward<R>,
    history: &mut History,
) {
    let network = trainer.network();
    let classes = matches!(data.target(), Target::Classes(_));
    let scale = data.target_scale;
    let mut push = |part, into: &mut super::PartHistory| {
        let score = network.score(part, forward);
        into.push(Score { loss: score.loss * scale.squared(), ..score }, classes);
    };
    push(&data.train, &mut history.train);
    push(&data.dev, &mut history.dev);
    push(&data.test, &mut history.test);
    let squared_norm = network.squared_norm();
    // The weights of a line have the units of the target too; those of hidden layers have none.
    let unit = if network.architecture().layers.len() == 1 { scale.scale } else { 1.0 };
    history.weight_norm.push(squared_norm.sqrt() * unit);
    let loss = history.train.loss.last().copied().unwrap_or(f64::NAN);
    history.objective.push(loss + trainer.penalty() * scale.squared());
}

/// Returns the newest value of what is watched; without a dev part, of the training loss.
fn watched(metric: StoppingMetric, history: &History) -> f64 {
    let series = match metric {
        StoppingMetric::TrainLoss => &history.train.loss,
        StoppingMetric::DevError if !history.dev.error.is_empty() => &history.dev.error,
        _ if !history.dev.loss.is_empty() => &history.dev.loss,
        _ => &history.train.loss,
    };
    series.last().copied().unwrap_or(f64::NAN)
}

/// Early stopping: the best weights so far (and the statistics that prediction normalizes by), and how long they have been the best.
struct EarlyStop<R> {
    patience: usize,
    metric: StoppingMetric,
    best: f64,
    best_epoch: usize,
    weights: Vec<R>,
    statistics: Vec<Moments<R>>,
}

impl<R: Real> EarlyStop<R> {
    fn new(settings: &EarlyStopping) -> Self {
        EarlyStop {
            patience: settings.patience,
            metric: settings.metric,
            best: f64::INFINITY,
            best_epoch: 0,
            weights: Vec::new(),
            statistics: Vec::new(),
        }
    }

    /// Takes note of an epoch; whether patience is at its end.
    fn observe(&mut self, epoch: usize, value: f64, network: &Network<R>) -> bool {
        if value < self.best {
            self.best = value;
            self.best_epoch = epoch;
            self.weights.clear();
            self.weights.extend_from_slice(network.parameters());
            self.statistics.clear();
            self.statistics.extend_from_slice(network.statistics());
        }
        epoch - self.best_epoch >= self.patience
    }
}

/// Hashes more than a final loss, which would be a blind test: this changes with any bit of any weight, of what prediction
/// normalizes by, and of any epoch's measurements.
fn digest<R: Real>(network: &Network<R>, history: &History) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(network.parameters().len() as u64).to_le_bytes());
    for weight in network.parameters() {
        hasher.update(&weight.bytes());
    }
    for moments in network.statistics() {
        moments.mean.iter().chain(&moments.variance).for_each(|value| {
            hasher.update(&value.bytes());
        });
    }
    for (name, values) in history.series() {
        hasher.update(name.as_bytes());
        hasher.update(&(values.len() as u64).to_le_bytes());
        for value in values {
            // not `to_bits`: CPUs and compilers differ in a NaN's sign
            hasher.update(&value.bytes());
        }
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
#[path = "fit_tests.rs"]
mod tests;
