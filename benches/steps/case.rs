//! A network, how it is trained, and the time that a step of it takes.

use std::sync::Arc;
use std::time::Instant;

use gradbook::data::{Labels, Part, Target};
use gradbook::nn::{Architecture, ModelSettings, Network, Output};
use gradbook::numeric::{Real, Streams};
use gradbook::pipeline::Team;
use gradbook::train::{Batches, Precision, Trainer, TrainingSettings};
use ndarray::Array2;
use serde::Deserialize;

/// A network and how it is trained.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Case {
    /// Units of each layer, the input included.
    pub layers: Vec<usize>,
    pub batch: usize,
    pub optimizer: String,
    pub precision: Precision,
    /// Over which a large product is spread.
    pub threads: usize,
    /// How many steps are timed.
    pub steps: usize,
    /// How many batches the data set has.
    #[serde(default = "batches")]
    pub batches: usize,
}

/// Enough that the order is random, few enough that small networks find their data in the cache.
fn batches() -> usize {
    32
}

impl Case {
    /// Adam in f32 on one thread, for about as long as every other case.
    pub(crate) fn new(layers: Vec<usize>, batch: usize) -> Self {
        let work: usize = layers.windows(2).map(|pair| 3 * pair[0] * pair[1] * batch).sum();
        let steps = (200_000_000 / work).clamp(batches(), 100 * batches());
        Case {
            layers,
            batch,
            optimizer: "adam".to_owned(),
            precision: Precision::F32,
            threads: 1,
            steps,
            batches: batches(),
        }
    }

    pub(crate) fn name(&self) -> String {
        self.layers.iter().map(usize::to_string).collect::<Vec<_>>().join("-")
    }

    /// The time of one step.
    pub(crate) fn microseconds(&self) -> f64 {
        match self.precision {
            Precision::F32 => self.time_of_a_step::<f32>(),
            Precision::F64 => self.time_of_a_step::<f64>(),
        }
    }

    /// The least time of a step in several runs: what the machine needs when nothing else is on it.
    pub(crate) fn fastest(&self) -> f64 {
        (0..15).map(|_| self.microseconds()).fold(f64::INFINITY, f64::min)
    }

    fn time_of_a_step<R: Real>(&self) -> f64 {
        let part = self.data::<R>();
        let mut epoch = self.training(&part, 0);
        epoch();
        let epochs = self.steps.div_ceil(self.batches);
        let start = Instant::now();
        (0..epochs).for_each(|_| epoch());
        start.elapsed().as_secs_f64() * 1e6 / (epochs * self.batches) as f64
    }

    /// Normal deviates, the classes in turn.
    pub(crate) fn data<R: Real>(&self) -> Part<R> {
        let (features, classes) = (self.layers[0], self.layers[self.layers.len() - 1]);
        let rows = self.batch * self.batches;
        let mut stream = Streams::new(0).stream("data");
        let x = Array2::from_shape_simple_fn((rows, features), || R::from_f64(stream.normal()));
        Part::new(
            x,
            Labels::Classes {
                indices: (0..rows).map(|row| (row % classes) as u32).collect(),
                count: classes,
            },
        )
    }

    /// A new network; what is returned trains it for an epoch.
    pub(crate) fn training<'a, R: Real>(&self, part: &'a Part<R>, seed: u64) -> impl FnMut() + use<'a, R> {
        let streams = Streams::new(seed);
        let model = ModelSettings {
            hidden: self.layers[1..self.layers.len() - 1].to_vec(),
            output: Output::Softmax,
            ..ModelSettings::default()
        };
        let settings = serde_json::json!({ "optimizer": { &self.optimizer: {} }, "batch_size": self.batch });
        let training: TrainingSettings = serde_json::from_value(settings).expect("an optimizer");
        let classes = self.layers[self.layers.len() - 1];
        let shape = Architecture::new(&model, part.features(), Target::Classes(classes)).expect("a model");
        let network = Network::new(shape, model.init, &streams);
        let team = Arc::new(Team::new(self.threads));
        let mut trainer = Trainer::new(network, &training, part.len(), &streams).with_workers(team);
        let mut batches = Batches::new(part, self.batch, streams.stream("batches"));
        move || batches.epoch(part, |x, targets| trainer.step(x, targets, 0.001))
    }
}
