//! The time of a training step, batches gathered: `cargo bench -p gradbook-engine --bench steps`.
//!
//! Without arguments it prints a table. With `--serve` it times one case after another as standard input
//! names them, a line of JSON each, so that a script can take turns with other libraries:
//! `{"layers": [2, 16, 16, 2], "batch": 32, "optimizer": "adam", "precision": "f32", "steps": 1000}`
//! is answered by the microseconds of one step.

use gradbook_engine::data::{Labels, Part, Target};
use gradbook_engine::nn::{Architecture, ModelSettings, Network};
use gradbook_engine::numeric::{Real, Streams};
use gradbook_engine::train::{Batches, Precision, Trainer, TrainingSettings};
use ndarray::Array2;
use serde::Deserialize;
use std::time::Instant;

/// A network and how it is trained.
#[derive(Clone, Debug, Deserialize)]
struct Case {
    /// Units of each layer, the input included.
    layers: Vec<usize>,
    batch: usize,
    optimizer: String,
    precision: Precision,
    /// How many steps are timed.
    steps: usize,
}

/// Rows of the data set: many batches, but no more than fit the cache beside the network.
const BATCHES: usize = 32;

impl Case {
    fn microseconds(&self) -> f64 {
        match self.precision {
            Precision::F32 => self.run::<f32>(),
            Precision::F64 => self.run::<f64>(),
        }
    }

    fn run<R: Real>(&self) -> f64 {
        let streams = Streams::new(0);
        let (features, classes) = (self.layers[0], self.layers[self.layers.len() - 1]);
        let rows = self.batch * BATCHES;
        let mut stream = streams.stream("data");
        let x = Array2::from_shape_simple_fn((rows, features), || R::from_f64(stream.normal()));
        let indices = (0..rows).map(|row| (row % classes) as u32).collect();
        let part = Part::new(x, Labels::Classes { indices, count: classes });

        let model = ModelSettings {
            hidden: self.layers[1..self.layers.len() - 1].to_vec(),
            output: gradbook_engine::nn::Output::Softmax,
            ..ModelSettings::default()
        };
        let settings = serde_json::json!({ "optimizer": { &self.optimizer: {} }, "batch_size": self.batch });
        let training: TrainingSettings = serde_json::from_value(settings).expect("an optimizer");
        let shape = Architecture::new(&model, features, Target::Classes(classes)).expect("a model");
        let network = Network::new(shape, model.init, &streams);
        let mut trainer = Trainer::new(network, &training, rows, &streams);
        let mut batches = Batches::new(&part, self.batch, streams.stream("batches"));
        let mut epoch = || batches.epoch(&part, |x, targets| trainer.step(x, targets, 0.001));
        epoch();
        let epochs = self.steps.div_ceil(BATCHES);
        let start = Instant::now();
        (0..epochs).for_each(|_| epoch());
        start.elapsed().as_secs_f64() * 1e6 / (epochs * BATCHES) as f64
    }
}

fn serve() {
    for line in std::io::stdin().lines() {
        let case: Case = serde_json::from_str(&line.expect("a line")).expect("a case");
        println!("{}", case.microseconds());
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "--serve") {
        return serve();
    }
    let shapes = [(vec![2, 16, 16, 2], 32), (vec![64, 64, 32, 10], 64)];
    let large = [(vec![784, 256, 128, 10], 128), (vec![784, 512, 256, 10], 128)];
    println!("level {:?}, one thread, medians of 7", gradbook_engine::numeric::level());
    for (layers, batch) in shapes.into_iter().chain(large) {
        for precision in [Precision::F32, Precision::F64] {
            for optimizer in ["adam", "sgd"] {
                let steps = if layers[0] > 100 { 32 } else { 3200 };
                let case =
                    Case { layers: layers.clone(), batch, optimizer: optimizer.to_owned(), precision, steps };
                let mut times: Vec<f64> = (0..7).map(|_| case.microseconds()).collect();
                times.sort_by(f64::total_cmp);
                let name = layers.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
                println!("{name:>16} batch {batch:3} {precision:?} {optimizer:5} {:9.2} us a step", times[3]);
            }
        }
    }
}
