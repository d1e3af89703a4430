//! Training step by step.

use std::sync::Arc;

use super::TrainingSettings;
use crate::data::Targets;
use crate::nn::{Backward, Forward, Masks, MaxNorm, Network, Pass, Penalty, RunningAverages, Score};
use crate::numeric::{Real, Streams, Workers};
use crate::optim;

/// A network in training, with all that its steps need; a step allocates nothing.
#[derive(Debug)]
pub struct Trainer<R> {
    network: Network<R>,
    optimizer: optim::State<R>,
    penalty: Penalty,
    max_norm: Option<MaxNorm>,
    masks: Option<Masks<R>>,
    averages: Option<RunningAverages<R>>,
    forward: Forward<R>,
    backward: Backward<R>,
}

/// A network in training as it was once, with what its averages of batches were.
#[derive(Clone, Debug)]
pub(super) struct Snapshot<R> {
    network: Network<R>,
    averages: Option<RunningAverages<R>>,
}

impl<R: Real> Trainer<R> {
    /// Prepares to train a network. `rows` is the size of the training set: the m of the penalties, and what the batch size is held to.
    pub fn new(network: Network<R>, training: &TrainingSettings, rows: usize, streams: &Streams) -> Self {
        let architecture = network.architecture();
        let capacity = training.batch_size.of(rows);
        Trainer {
            optimizer: training.optimizer.start(architecture.parameters()),
            penalty: Penalty { l1: training.l1, l2: training.l2, rows: rows.max(1) },
            max_norm: training.max_norm.map(|bound| MaxNorm::new(bound, &network)),
            masks: Masks::new(architecture, capacity, streams),
            averages: RunningAverages::new(&network),
            forward: Forward::new(architecture, capacity),
            backward: Backward::new(architecture, capacity),
            network,
        }
    }

    /// Has it step by an optimizer of the caller's own, which has as many parameters as the network, in place of the settings'.
    pub fn with_optimizer(self, optimizer: optim::State<R>) -> Self {
        Trainer { optimizer, ..self }
    }

    /// Returns the same trainer, large products spread over workers.
    pub fn with_workers(self, workers: Arc<dyn Workers>) -> Self {
        let (forward, backward) =
            (self.forward.with_workers(workers.clone()), self.backward.with_workers(workers));
        Trainer { forward, backward, ..self }
    }

    /// Takes one step on one batch: forward, backward, update, also of batch normalization's averages. `x` is (rows, features) row-major.
    ///
    /// # Panics
    /// If the batch has more rows than the batch size of the settings.
    #[cfg_attr(gradbook_module, optimize(speed))]
    pub fn step(&mut self, x: &[R], targets: Targets<R>, learning_rate: f64) {
        self.compute_gradient(x, targets);
        if let Some(averages) = &mut self.averages {
            averages.observe(&self.forward, &mut self.network);
        }
        self.optimizer.step(learning_rate, self.network.parameters_mut(), self.backward.gradient());
        if let Some(max_norm) = &mut self.max_norm {
            max_norm.apply(&mut self.network);
        }
    }

    /// Returns the gradient of J, the mean loss of the batch with the penalties, under new dropout masks.
    pub fn compute_gradient(&mut self, x: &[R], targets: Targets<R>) -> &[R] {
        let rows = targets.len();
        assert!(rows <= self.forward.capacity(), "the batch is larger than the batch size");
        if let Some(masks) = &mut self.masks {
            masks.draw(rows);
        }
        self.forward.run(&self.network, x, rows, Pass::Training(self.masks.as_ref()));
        self.backward.run(&self.network, &self.forward, x, targets, self.masks.as_ref());
        self.penalty.add_gradient(&self.network, self.backward.gradient_mut());
        self.backward.gradient()
    }

    /// Returns the losses of the last step's batch, as the step saw them: before its update, under its dropout masks.
    pub fn batch_score(&mut self, targets: Targets<R>) -> Score {
        self.forward.score(self.network.architecture().output, targets)
    }

    /// Returns what the penalties add to the loss at the present weights.
    pub fn penalty(&self) -> f64 {
        self.penalty.of(&self.network)
    }

    /// Returns the network as it is, to come back to.
    pub(super) fn snapshot(&self) -> Snapshot<R> {
        Snapshot { network: self.network.clone(), averages: self.averages.clone() }
    }

    /// Goes back to a network as it was; the optimizer begins anew.
    pub(super) fn go_back(&mut self, snapshot: &Snapshot<R>, training: &TrainingSettings) {
        self.network.clone_from(&snapshot.network);
        self.averages.clone_from(&snapshot.averages);
        self.optimizer = training.optimizer.start(self.network.architecture().parameters());
    }

    /// Returns the network as the last step left it.
    pub fn network(&self) -> &Network<R> {
        &self.network
    }

    /// Lends the network, for changes between steps.
    pub fn network_mut(&mut self) -> &mut Network<R> {
        &mut self.network
    }

    /// Gives the network back, trained.
    pub fn into_network(self) -> Network<R> {
        self.network
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{Architecture, ModelSettings, PerLayer};
    use crate::train::BatchSize;

    /// y = w x + b from w = 1, b = 0.
    fn line(training: &TrainingSettings) -> Trainer<f64> {
        let model = ModelSettings { hidden: vec![], ..ModelSettings::default() };
        let shape = Architecture::new(&model, 1, Target::Value).unwrap();
        let network = Network::from_parameters(shape, vec![1.0, 0.0]);
        Trainer::new(network, training, 4, &Streams::new(0))
    }

    fn sgd(l2: f64) -> TrainingSettings {
        serde_json::from_value(serde_json::json!({ "optimizer": { "sgd": {} }, "l2": l2 })).unwrap()
    }

    #[test]
    fn one_step_of_a_line_by_hand() {
        let mut trainer = line(&sgd(0.0));
        // x = 1, 2 with targets 2, 5: errors -1, -3; dw = mean of 2 error x = -7, db = -4.
        trainer.step(&[1.0, 2.0], Targets::Values(&[2.0, 5.0]), 0.125);
        assert_eq!(trainer.network().parameters(), [1.0 + 0.875, 0.5]);
        assert_eq!(trainer.batch_score(Targets::Values(&[2.0, 5.0])).mean_loss(), 5.0);
    }

    #[test]
    fn l2_shrinks_the_weight_by_lambda_over_m() {
        let mut trainer = line(&sgd(2.0));
        // m = 4: the gradient of the penalty is 2/4 * w = 0.5.
        let gradient = trainer.compute_gradient(&[1.0, 2.0], Targets::Values(&[2.0, 5.0]));
        assert_eq!(gradient, [-6.5, -4.0]);
        assert_eq!(trainer.penalty(), 0.25);
    }

    #[test]
    fn l1_takes_lambda_over_m_and_max_norm_bounds_the_weight() {
        let settings = TrainingSettings { l1: 2.0, max_norm: Some(1.5), ..sgd(0.0) };
        let mut trainer = line(&settings);
        assert_eq!(trainer.penalty(), 0.5);
        let gradient = trainer.compute_gradient(&[1.0, 2.0], Targets::Values(&[2.0, 5.0]));
        assert_eq!(gradient, [-6.5, -4.0]);
        // 1 + 6.5/8 is beyond 1.5; the bias may be anything.
        trainer.step(&[1.0, 2.0], Targets::Values(&[2.0, 5.0]), 0.125);
        assert_eq!(trainer.network().parameters(), [1.5, 0.5]);
    }

    #[test]
    fn dropout_draws_new_masks_each_step() {
        let model = ModelSettings {
            hidden: vec![20],
            keep_prob: Some(PerLayer::Hidden(0.5)),
            ..ModelSettings::default()
        };
        let shape = Architecture::new(&model, 1, Target::Value).unwrap();
        let network = Network::<f64>::new(shape, model.init, &Streams::new(1));
        let mut trainer = Trainer::new(network, &sgd(0.0), 4, &Streams::new(1));
        let first = trainer.compute_gradient(&[1.0, -1.0], Targets::Values(&[2.0, 5.0])).to_vec();
        assert_ne!(trainer.compute_gradient(&[1.0, -1.0], Targets::Values(&[2.0, 5.0])), first);
    }

    #[test]
    #[should_panic(expected = "larger than the batch size")]
    fn a_batch_larger_than_promised_is_refused() {
        let settings = TrainingSettings { batch_size: BatchSize::Rows(1), ..sgd(0.0) };
        line(&settings).step(&[1.0, 2.0], Targets::Values(&[2.0, 5.0]), 0.1);
    }
}
