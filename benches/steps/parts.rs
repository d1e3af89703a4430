//! Where the time of a training step goes, beside what its multiply-adds alone would take at the core's limit.

use std::hint::black_box;
use std::time::Instant;

use gradbook::data::Targets;
use gradbook::nn::{OutputLayer, output_gradient};
use gradbook::numeric::{Finish, Real, Streams, Strided, matmul, transpose};
use gradbook::optim::Optimizer;
use gradbook::train::{Batches, Precision};

use super::case::Case;
use super::limit;

const TURNS: usize = 101;
/// Of the table.
const COLUMNS: usize = 7;

/// Prints a table: medians of turns, each of which measures all parts and the limit, so that a busy machine slows all alike.
pub(crate) fn print() {
    println!("**Where the time of a step goes**: one thread, medians of {TURNS} turns\n");
    println!("| | step | multiply-adds at the core's limit | products | loss | optimizer | batch | rest |");
    println!("|---|---|---|---|---|---|---|---|");
    for (layers, batch) in [(vec![2, 16, 16, 2], 32), (vec![64, 64, 32, 10], 64)] {
        for precision in [Precision::F32, Precision::F64] {
            for optimizer in ["adam", "sgd"] {
                let optimizer = optimizer.to_owned();
                print_row(&Case { optimizer, precision, ..Case::new(layers.clone(), batch) });
            }
        }
    }
}

fn print_row(case: &Case) {
    let parts = match case.precision {
        Precision::F32 => parts::<f32>(case),
        Precision::F64 => parts::<f64>(case),
    };
    let [step, others @ ..] = parts;
    print!("| {}, {:?}, {} | {step:.2} µs", case.name(), case.precision, case.optimizer);
    others.iter().for_each(|part| print!(" | {part:.2} µs ({:.0}%)", 100.0 * part / step));
    println!(" |");
}

/// Microseconds of a step and of each of its parts, in the order of the table.
fn parts<R: Real>(case: &Case) -> [f64; COLUMNS] {
    let mut layers = Layers::<R>::new(case);
    let part = case.data::<R>();
    let mut optimizer = optimizer(&case.optimizer).start::<R>(layers.parameters.len());
    let mut batches = Batches::new(&part, case.batch, Streams::new(0).stream("batches"));
    let epochs = 8;
    let steps = epochs * case.batches;
    let turns: Vec<[f64; COLUMNS]> = (0..TURNS)
        .map(|_| {
            let limit =
                layers.operations() * (size_of::<R>() / 4) as f64 / limit::operations_a_nanosecond() / 1e3;
            let products = time(steps, || (0..steps).for_each(|_| layers.products()));
            let loss = time(steps, || (0..steps).for_each(|_| layers.loss()));
            let update = time(steps, || {
                (0..steps).for_each(|_| optimizer.step(0.0, &mut layers.parameters, &layers.gradient));
            });
            let batch =
                time(steps, || (0..epochs).for_each(|_| batches.epoch(&part, |x, _| _ = black_box(x))));
            // Anew each turn, since a long training's averages become so small that the CPU is slow with them.
            let mut epoch = case.training(&part, 0);
            epoch();
            let step = time(steps, || (0..epochs).for_each(|_| epoch()));
            [step, limit, products, loss, update, batch, step - products - loss - update - batch]
        })
        .collect();
    std::array::from_fn(|i| median(turns.iter().map(|turn| turn[i]).collect()))
}

fn optimizer(name: &str) -> Optimizer {
    serde_json::from_value(serde_json::json!({ name: {} })).expect("an optimizer")
}

/// Microseconds of one of so many steps.
fn time(steps: usize, mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64() * 1e6 / steps as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What a step computes with, filled with normal deviates.
struct Layers<R> {
    units: Vec<usize>,
    batch: usize,
    /// Of each layer, (batch, inputs); behind the last, the logits.
    inputs: Vec<Vec<R>>,
    /// Of each layer, (batch, outputs).
    deltas: Vec<Vec<R>>,
    parameters: Vec<R>,
    gradient: Vec<R>,
    transposed: Vec<R>,
    labels: Vec<u32>,
}

impl<R: Real> Layers<R> {
    fn new(case: &Case) -> Self {
        let units = case.layers.clone();
        let mut stream = Streams::new(0).stream("parts");
        let mut numbers = |count: usize| (0..count).map(|_| R::from_f64(stream.normal())).collect::<Vec<R>>();
        let parameters: usize = units.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
        let largest = units.windows(2).map(|pair| pair[0] * pair[1]).max().unwrap_or(0);
        let classes = units[units.len() - 1];
        Layers {
            inputs: units.iter().map(|units| numbers(case.batch * units)).collect(),
            deltas: units[1..].iter().map(|units| numbers(case.batch * units)).collect(),
            // Small, so that the logits are as those of a network that learns.
            parameters: numbers(parameters).iter().map(|&number| number * R::from_f64(0.1)).collect(),
            gradient: numbers(parameters),
            transposed: vec![R::ZERO; largest],
            labels: (0..case.batch).map(|row| (row % classes) as u32).collect(),
            batch: case.batch,
            units,
        }
    }

    /// Two for each multiply-add of a step.
    fn operations(&self) -> f64 {
        let of_layer = |pair: &[usize]| pair[0] * pair[1];
        let all: usize = self.units.windows(2).map(|pair| 3 * of_layer(pair)).sum();
        // Nobody asks for the gradient at the inputs.
        (2 * self.batch * (all - of_layer(&self.units[..2]))) as f64
    }

    /// The products of the forward and of the backward pass, with the transposes that these read.
    fn products(&mut self) {
        let (rows, depth) = (self.batch, self.units.len() - 1);
        let mut start = 0;
        for l in 0..depth {
            let (inputs, outputs) = (self.units[l], self.units[l + 1]);
            let (weights, bias) = self.parameters[start..].split_at(inputs * outputs);
            let finish = if l + 1 < depth { Finish::BiasAndRelu(bias) } else { Finish::Bias(bias) };
            let (before, after) = self.inputs.split_at_mut(l + 1);
            matmul(rows, outputs, inputs, Strided::rows(&before[l], inputs), weights, finish, &mut after[0]);
            start += (inputs + 1) * outputs;
        }
        for l in (0..depth).rev() {
            let (inputs, outputs) = (self.units[l], self.units[l + 1]);
            start -= (inputs + 1) * outputs;
            let input = Strided::transposed(&self.inputs[l], inputs).above_ones();
            let (before, after) = self.deltas.split_at_mut(l);
            matmul(inputs + 1, outputs, rows, input, &after[0], Finish::Sums, &mut self.gradient[start..]);
            if let Some(below) = before.last_mut() {
                transpose(inputs, outputs, &self.parameters[start..], &mut self.transposed);
                let finish = Finish::WherePositive(&self.inputs[l]);
                let delta = Strided::rows(&after[0], outputs);
                matmul(rows, inputs, outputs, delta, &self.transposed, finish, below);
            }
        }
        black_box(&mut self.gradient);
    }

    fn loss(&mut self) {
        let (logits, delta) = (&self.inputs[self.units.len() - 1], &mut self.deltas[self.units.len() - 2]);
        output_gradient(OutputLayer::Softmax, logits, Targets::Classes(&self.labels), delta);
        black_box(delta);
    }
}
