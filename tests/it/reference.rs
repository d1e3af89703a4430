//! Our engine against numbers that PyTorch wrote in f64 (`tests/reference/*.py`).
//!
//! Vectors are compared in the maximum norm: no entry may be off by more than the tolerance times the largest
//! entry of the expected vector. f64 must be within 1e-10, f32 within 1e-4.

use gradbook::data::{Labels, Part, Target};
use gradbook::nn::{
    ACTIVATIONS, Architecture, Backward, BatchNorm, Forward, ModelSettings, Network, OutputLayer, Pass,
    Penalty,
};
use gradbook::numeric::Real;
use gradbook::optim::{Moment, OPTIMIZERS, Optimizer, SCHEDULES, Schedule};
use ndarray::Array2;
use serde::Deserialize;
use serde_json::json;

pub(crate) const F64: f64 = 1e-10;
pub(crate) const F32: f64 = 1e-4;

/// A network with data, as the script writes it.
#[derive(Deserialize)]
pub(crate) struct Setup {
    pub activation: String,
    pub output: String,
    hidden: Vec<usize>,
    classes: usize,
    features: usize,
    x: Vec<f64>,
    y: Vec<f64>,
    parameters: Vec<f64>,
    #[serde(skip)]
    pub batch_norm: Option<BatchNorm>,
}

#[derive(Deserialize)]
struct NetworkCase {
    #[serde(flatten)]
    setup: Setup,
    l2: f64,
    logits: Vec<f64>,
    loss: f64,
    penalty: f64,
    gradient: Vec<f64>,
}

#[derive(Deserialize)]
struct OptimizerCase {
    optimizer: Optimizer,
    learning_rate: f64,
    l2: f64,
    losses: Vec<f64>,
    parameters: Vec<f64>,
}

#[derive(Deserialize)]
struct Networks {
    cases: Vec<NetworkCase>,
}

#[derive(Deserialize)]
struct Optimizers {
    #[serde(flatten)]
    setup: Setup,
    batches: Vec<Vec<usize>>,
    cases: Vec<OptimizerCase>,
}

/// Learning rates of all steps of a training.
#[derive(Deserialize)]
struct ScheduleCase {
    schedule: Schedule,
    rates: Vec<f64>,
}

#[derive(Deserialize)]
struct Schedules {
    alpha0: f64,
    epochs: usize,
    steps_per_epoch: usize,
    cases: Vec<ScheduleCase>,
}

fn networks() -> Networks {
    serde_json::from_str(include_str!("../reference/networks.json")).unwrap()
}

fn optimizers() -> Optimizers {
    serde_json::from_str(include_str!("../reference/optimizers.json")).unwrap()
}

fn schedules() -> Schedules {
    serde_json::from_str(include_str!("../reference/schedules.json")).unwrap()
}

pub(crate) fn reals<R: Real>(values: &[f64]) -> Vec<R> {
    values.iter().map(|&value| R::from_f64(value)).collect()
}

impl Setup {
    fn target(&self) -> Target {
        if self.output == "linear" { Target::Value } else { Target::Classes(self.classes) }
    }

    fn architecture(&self) -> Architecture {
        let model = json!({"hidden": self.hidden, "activation": self.activation, "output": self.output});
        let model: ModelSettings = serde_json::from_value(model).unwrap();
        let model = ModelSettings { batch_norm: self.batch_norm.clone(), ..model };
        Architecture::new(&model, self.features, self.target()).unwrap()
    }

    pub(crate) fn network<R: Real>(&self) -> Network<R> {
        Network::from_parameters(self.architecture(), reals(&self.parameters))
    }

    pub(crate) fn rows(&self) -> usize {
        self.y.len()
    }

    /// The given rows of the data.
    pub(crate) fn part<R: Real>(&self, rows: &[usize]) -> Part<R> {
        let x = Array2::from_shape_fn((rows.len(), self.features), |(i, j)| {
            R::from_f64(self.x[rows[i] * self.features + j])
        });
        let y: Vec<f64> = rows.iter().map(|&row| self.y[row]).collect();
        let labels = match self.target() {
            Target::Value => Labels::Values(reals(&y)),
            Target::Classes(count) => {
                Labels::Classes { indices: y.iter().map(|&label| label as u32).collect(), count }
            }
        };
        Part::new(x, labels)
    }
}

/// One training step up to the gradient, and what it saw.
pub(crate) struct Step<R> {
    pub forward: Forward<R>,
    pub backward: Backward<R>,
}

impl<R: Real> Step<R> {
    pub(crate) fn new(architecture: &Architecture, rows: usize) -> Self {
        Step { forward: Forward::new(architecture, rows), backward: Backward::new(architecture, rows) }
    }

    /// The mean data loss of a batch; its gradient, with the penalty's, is left in `backward`.
    pub(crate) fn run(&mut self, network: &Network<R>, part: &Part<R>, penalty: &Penalty) -> f64 {
        let (x, y) = (part.rows(0..part.len()), part.y.all());
        self.forward.run(network, x, part.len(), Pass::Training(None));
        self.backward.run(network, &self.forward, x, y, None);
        penalty.add_gradient(network, self.backward.gradient_mut());
        self.forward.score(network.architecture().output, y).mean_loss()
    }
}

/// The largest difference, relative to the largest expected entry.
fn distance<R: Real>(found: &[R], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().map(|e| e.abs()).fold(0.0, f64::max);
    // A NaN is infinitely far off; f64::max alone would pass over it.
    let off = |(f, e): (&R, &f64)| Some((f.to_f64() - e).abs()).filter(|off| !off.is_nan());
    let worst = found.iter().zip(expected).map(|pair| off(pair).unwrap_or(f64::INFINITY)).fold(0.0, f64::max);
    if worst == 0.0 { 0.0 } else { worst / largest }
}

#[track_caller]
pub(crate) fn assert_near<R: Real>(found: &[R], expected: &[f64], tolerance: f64, what: &str) {
    let distance = distance(found, expected);
    assert!(distance <= tolerance, "{what} is off by {distance:e}");
}

fn check_network<R: Real>(case: &NetworkCase, tolerance: f64) {
    let setup = &case.setup;
    let name = format!("{} {} {:?} l2 {}", setup.activation, setup.output, setup.hidden, case.l2);
    let network = setup.network::<R>();
    let all: Vec<usize> = (0..setup.rows()).collect();
    let penalty = Penalty { l1: 0.0, l2: case.l2, rows: setup.rows() };
    let mut pass = Step::new(network.architecture(), setup.rows());
    let loss = pass.run(&network, &setup.part(&all), &penalty);
    assert_near(pass.forward.logits(setup.rows()), &case.logits, tolerance, &format!("{name}: logits"));
    assert_near(&[loss], &[case.loss], tolerance, &format!("{name}: loss"));
    assert_near(&[penalty.of(&network)], &[case.penalty], tolerance, &format!("{name}: penalty"));
    check_gradient(network.architecture(), pass.backward.gradient(), &case.gradient, tolerance, &name);
}

/// Each block on its own: a mistake in a small one must not hide behind a large one.
pub(crate) fn check_gradient<R: Real>(
    shape: &Architecture,
    found: &[R],
    expected: &[f64],
    tolerance: f64,
    name: &str,
) {
    for (block, range) in shape.blocks() {
        let what = format!("{name}: gradient of {block}");
        assert_near(&found[range.clone()], &expected[range], tolerance, &what);
    }
}

fn check_optimizer<R: Real>(reference: &Optimizers, case: &OptimizerCase, tolerance: f64) {
    let setup = &reference.setup;
    let name = format!("{:?} l2 {}", case.optimizer, case.l2);
    let mut network = setup.network::<R>();
    let largest = reference.batches.iter().map(Vec::len).max().unwrap();
    let mut pass = Step::new(network.architecture(), largest);
    let mut state = case.optimizer.start::<R>(network.parameters().len());
    let penalty = Penalty { l1: 0.0, l2: case.l2, rows: setup.rows() };
    let mut losses = Vec::new();
    for batch in &reference.batches {
        losses.push(pass.run(&network, &setup.part(batch), &penalty));
        state.step(case.learning_rate, network.parameters_mut(), pass.backward.gradient());
    }
    assert_near(&losses, &case.losses, tolerance, &format!("{name}: losses"));
    assert_near(network.parameters(), &case.parameters, tolerance, &format!("{name}: parameters"));
}

#[test]
fn forward_loss_and_gradients_in_f64() {
    networks().cases.iter().for_each(|case| check_network::<f64>(case, F64));
}

#[test]
fn forward_loss_and_gradients_in_f32() {
    networks().cases.iter().for_each(|case| check_network::<f32>(case, F32));
}

#[test]
fn fifty_steps_of_each_optimizer_in_f64() {
    let reference = optimizers();
    assert_eq!(reference.batches.len(), 50);
    reference.cases.iter().for_each(|case| check_optimizer::<f64>(&reference, case, F64));
}

#[test]
fn fifty_steps_of_each_optimizer_in_f32() {
    let reference = optimizers();
    reference.cases.iter().for_each(|case| check_optimizer::<f32>(&reference, case, F32));
}

#[test]
fn every_step_of_each_schedule() {
    let Schedules { alpha0, epochs, steps_per_epoch, cases } = schedules();
    for ScheduleCase { schedule, rates } in cases {
        let moments = (0..epochs * steps_per_epoch).map(|t| Moment {
            epoch: t / steps_per_epoch,
            step: t % steps_per_epoch,
            epochs,
            steps_per_epoch,
        });
        let found: Vec<f64> = moments.map(|moment| schedule.learning_rate(alpha0, moment)).collect();
        assert_near(&found, &rates, F64, &format!("{schedule:?}"));
    }
}

/// Says which techniques lack numbers. Only PyTorch knows them, which not everybody has, so the tests fail for it only where
/// changes are accepted.
pub(crate) fn assert_known(missing: &[String]) {
    if missing.is_empty() {
        return;
    }
    let what = format!("no numbers by PyTorch for {}: `scripts/references` writes them", missing.join(", "));
    assert!(std::env::var_os("CI").is_none(), "{what}");
    eprintln!("{what}");
}

/// What joins the engine's lists must join the script.
#[test]
fn every_activation_output_optimizer_and_schedule_has_its_numbers() {
    let mut missing = Vec::new();
    let networks = networks().cases;
    for info in ACTIVATIONS {
        for output in [OutputLayer::Softmax, OutputLayer::Sigmoid, OutputLayer::Linear] {
            let found = networks.iter().any(|case| {
                let architecture = case.setup.architecture();
                architecture.activation == info.activation && architecture.output == output
            });
            missing.extend((!found).then(|| format!("{} under {output:?}", info.name)));
        }
    }
    let optimizers = optimizers().cases;
    let known = |name: &str| optimizers.iter().any(|case| case.optimizer.name() == name);
    missing.extend(OPTIMIZERS.iter().filter(|info| !known(info.name)).map(|info| info.name.to_owned()));
    let schedules = schedules().cases;
    let known = |name: &str| schedules.iter().any(|case| case.schedule.info().name == name);
    missing.extend(SCHEDULES.iter().filter(|info| !known(info.name)).map(|info| info.name.to_owned()));
    assert_known(&missing);
}

/// The comparison itself notices a small mistake, and a NaN.
#[test]
fn the_comparison_is_not_blind() {
    assert_eq!(distance(&[1.0, 2.0], &[1.0, 2.0]), 0.0);
    assert!(distance(&[1.0, 2.0 + 1e-9], &[1.0, 2.0]) > F64);
    assert!(distance(&[f64::NAN, 2.0], &[1.0, 2.0]).is_infinite());
}

#[test]
#[should_panic(expected = "is off by")]
fn a_slightly_wrong_learning_rate_is_noticed() {
    let mut reference = optimizers();
    let mut case = reference.cases.remove(0);
    case.learning_rate *= 1.0001;
    check_optimizer::<f64>(&reference, &case, F64);
}
