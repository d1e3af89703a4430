//! The time of a training step, batches gathered: `cargo bench --bench steps`.
//!
//! Without arguments it prints a table. With `--serve` it times one case after another as standard input
//! names them, a line of JSON each, so that a script can take turns with other libraries:
//! `{"layers": [2, 16, 16, 2], "batch": 32, "optimizer": "adam", "precision": "f32", "threads": 1, "steps": 1000}`
//! is answered by the microseconds of one step. With `--growth` it prints how the time of one example grows.

use gradbook::data::{Labels, Part, Target};
use gradbook::nn::{Architecture, ModelSettings, Network};
use gradbook::numeric::{Real, Streams};
use gradbook::pipeline::Team;
use gradbook::train::{Batches, Precision, Trainer, TrainingSettings};
use ndarray::Array2;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Instant;

/// A network and how it is trained.
#[derive(Clone, Debug, Deserialize)]
struct Case {
    /// Units of each layer, the input included.
    layers: Vec<usize>,
    batch: usize,
    optimizer: String,
    precision: Precision,
    /// Over which a large product is spread.
    threads: usize,
    /// How many steps are timed.
    steps: usize,
    /// How many batches the data set has.
    #[serde(default = "batches")]
    batches: usize,
}

/// Enough that the order is random, few enough that small networks find their data in the cache.
fn batches() -> usize {
    32
}

impl Case {
    /// The time of one step.
    fn microseconds(&self) -> f64 {
        match self.precision {
            Precision::F32 => self.run::<f32>(),
            Precision::F64 => self.run::<f64>(),
        }
    }

    /// The least time of a step in several runs: what the machine needs when nothing else is on it.
    fn fastest(&self) -> f64 {
        (0..15).map(|_| self.microseconds()).fold(f64::INFINITY, f64::min)
    }

    fn run<R: Real>(&self) -> f64 {
        let streams = Streams::new(0);
        let (features, classes) = (self.layers[0], self.layers[self.layers.len() - 1]);
        let rows = self.batch * self.batches;
        let mut stream = streams.stream("data");
        let x = Array2::from_shape_simple_fn((rows, features), || R::from_f64(stream.normal()));
        let indices = (0..rows).map(|row| (row % classes) as u32).collect();
        let part = Part::new(x, Labels::Classes { indices, count: classes });

        let model = ModelSettings {
            hidden: self.layers[1..self.layers.len() - 1].to_vec(),
            output: gradbook::nn::Output::Softmax,
            ..ModelSettings::default()
        };
        let settings = serde_json::json!({ "optimizer": { &self.optimizer: {} }, "batch_size": self.batch });
        let training: TrainingSettings = serde_json::from_value(settings).expect("an optimizer");
        let shape = Architecture::new(&model, features, Target::Classes(classes)).expect("a model");
        let network = Network::new(shape, model.init, &streams);
        let team = Arc::new(Team::new(self.threads));
        let mut trainer = Trainer::new(network, &training, rows, &streams).with_workers(team);
        let mut batches = Batches::new(&part, self.batch, streams.stream("batches"));
        let mut epoch = || batches.epoch(&part, |x, targets| trainer.step(x, targets, 0.001));
        epoch();
        let epochs = self.steps.div_ceil(self.batches);
        let start = Instant::now();
        (0..epochs).for_each(|_| epoch());
        start.elapsed().as_secs_f64() * 1e6 / (epochs * self.batches) as f64
    }
}

fn serve() {
    for line in std::io::stdin().lines() {
        let case: Case = serde_json::from_str(&line.expect("a line")).expect("a case");
        println!("{}", case.microseconds());
    }
}

fn case(layers: Vec<usize>, batch: usize) -> Case {
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

/// Nanoseconds of one example in training, and of each of its multiply-adds, as one size grows.
fn growth() {
    let by_width = [8, 32, 128, 512].map(|width| (width, case(vec![64, width, width, 10], 64)));
    let by_depth = [1, 2, 4, 8].map(|depth| {
        let layers = [vec![64], vec![64; depth], vec![10]].concat();
        (depth, case(layers, 64))
    });
    let by_batch = [1, 8, 64, 512].map(|batch| (batch, case(vec![64, 64, 32, 10], batch)));
    let by_rows = [16, 128, 1024, 4096].map(|batches| {
        let case = case(vec![64, 64, 32, 10], 64);
        (64 * batches, Case { batches, ..case })
    });
    println!("**How the cost of an example grows** (adam, f32, one thread)\n");
    println!("| | size | ns an example | ns per 1000 multiply-adds |\n|---|---|---|---|");
    for (title, cases) in [
        ("width of two hidden layers", by_width),
        ("hidden layers of 64", by_depth),
        ("batch, 64-64-32-10", by_batch),
        ("rows, 64-64-32-10, batch 64", by_rows),
    ] {
        for (size, case) in cases {
            let example = case.fastest() * 1e3 / case.batch as f64;
            let products = case.layers.windows(2).map(|pair| 3 * pair[0] * pair[1]).sum::<usize>();
            let products = products - case.layers[0] * case.layers[1];
            println!("| {title} | {size} | {example:.0} | {:.1} |", example * 1e3 / products as f64);
        }
    }
}

fn main() {
    let asked = |name: &str| std::env::args().any(|argument| argument == name);
    if asked("--serve") {
        return serve();
    }
    if asked("--growth") {
        return growth();
    }
    println!("level {:?}, one thread, the fastest of 15", gradbook::numeric::level());
    let shapes = [(vec![2, 16, 16, 2], 32), (vec![64, 64, 32, 10], 64)];
    let large = [(vec![784, 256, 128, 10], 128), (vec![784, 512, 256, 10], 128)];
    for (layers, batch) in shapes.into_iter().chain(large) {
        for precision in [Precision::F32, Precision::F64] {
            for optimizer in ["adam", "sgd"] {
                let case = Case { precision, optimizer: optimizer.to_owned(), ..case(layers.clone(), batch) };
                let name = layers.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
                let time = case.fastest();
                println!("{name:>16} batch {batch:3} {precision:?} {optimizer:5} {time:9.2} us a step");
            }
        }
    }
}
