//! Batch normalization against numbers that PyTorch wrote in f64 (`tests/reference/batch_norm.py`).

use gradbook::nn::{ACTIVATIONS, BatchNorm, Pass, Penalty, RunningAverages};
use gradbook::numeric::Real;
use gradbook::optim::Optimizer;
use serde::Deserialize;

use super::reference::{F32, F64, Setup, Step, assert_known, assert_near, check_gradient};

#[derive(Deserialize)]
struct Reference {
    batch_norm: BatchNorm,
    passes: Vec<PassCase>,
    training: Training,
}

/// One training pass.
#[derive(Deserialize)]
struct PassCase {
    #[serde(flatten)]
    setup: Setup,
    l2: f64,
    logits: Vec<f64>,
    loss: f64,
    gradient: Vec<f64>,
}

#[derive(Deserialize)]
struct Training {
    #[serde(flatten)]
    setup: Setup,
    batches: Vec<Vec<usize>>,
    cases: Vec<TrainingCase>,
}

/// Steps of an optimizer, then prediction by the averages.
#[derive(Deserialize)]
struct TrainingCase {
    optimizer: Optimizer,
    learning_rate: f64,
    l2: f64,
    losses: Vec<f64>,
    parameters: Vec<f64>,
    means: Vec<Vec<f64>>,
    variances: Vec<Vec<f64>>,
    logits: Vec<f64>,
}

fn reference() -> Reference {
    let mut reference: Reference =
        serde_json::from_str(include_str!("../reference/batch_norm.json")).unwrap();
    let setups = reference.passes.iter_mut().map(|case| &mut case.setup);
    for setup in setups.chain([&mut reference.training.setup]) {
        setup.batch_norm = Some(reference.batch_norm.clone());
    }
    reference
}

fn check_pass<R: Real>(case: &PassCase, tolerance: f64) {
    let setup = &case.setup;
    let name = format!("{} {} l2 {}", setup.activation, setup.output, case.l2);
    let network = setup.network::<R>();
    let all: Vec<usize> = (0..setup.rows()).collect();
    let penalty = Penalty { l1: 0.0, l2: case.l2, rows: setup.rows() };
    let mut step = Step::new(network.architecture(), setup.rows());
    let loss = step.run(&network, &setup.part(&all), &penalty);
    assert_near(step.forward.logits(setup.rows()), &case.logits, tolerance, &format!("{name}: logits"));
    assert_near(&[loss], &[case.loss], tolerance, &format!("{name}: loss"));
    check_gradient(network.architecture(), step.backward.gradient(), &case.gradient, tolerance, &name);
}

fn check_training<R: Real>(training: &Training, case: &TrainingCase, tolerance: f64) {
    let setup = &training.setup;
    let name = format!("{:?} l2 {}", case.optimizer, case.l2);
    let mut network = setup.network::<R>();
    let mut averages = RunningAverages::new(&network).unwrap();
    let mut step = Step::new(network.architecture(), setup.rows());
    let mut state = case.optimizer.start::<R>(network.parameters().len());
    let penalty = Penalty { l1: 0.0, l2: case.l2, rows: setup.rows() };
    let mut losses = Vec::new();
    for batch in &training.batches {
        losses.push(step.run(&network, &setup.part(batch), &penalty));
        averages.observe(&step.forward, &mut network);
        state.step(case.learning_rate, network.parameters_mut(), step.backward.gradient());
    }
    assert_near(&losses, &case.losses, tolerance, &format!("{name}: losses"));
    assert_near(network.parameters(), &case.parameters, tolerance, &format!("{name}: parameters"));
    for (l, moments) in network.statistics().iter().enumerate() {
        assert_near(&moments.mean, &case.means[l], tolerance, &format!("{name}: means of layer {l}"));
        assert_near(&moments.variance, &case.variances[l], tolerance, &format!("{name}: variances of {l}"));
    }
    let all: Vec<usize> = (0..setup.rows()).collect();
    let part = setup.part::<R>(&all);
    step.forward.run(&network, part.rows(0..part.len()), part.len(), Pass::Prediction);
    assert_near(step.forward.logits(part.len()), &case.logits, tolerance, &format!("{name}: prediction"));
}

#[test]
fn passes_in_both_precisions() {
    let cases = reference().passes;
    let is_known = |name: &str| cases.iter().filter(|case| case.setup.activation == name).count() == 3;
    let missing = ACTIVATIONS.iter().map(|info| info.name).filter(|name| !is_known(name));
    assert_known(&missing.map(|name| format!("{name} behind batch normalization")).collect::<Vec<_>>());
    cases.iter().for_each(|case| check_pass::<f64>(case, F64));
    // A normalization takes away what is common to all rows; in f32 some digits go with it.
    cases.iter().for_each(|case| check_pass::<f32>(case, 10.0 * F32));
}

#[test]
fn steps_averages_and_prediction_in_both_precisions() {
    let training = reference().training;
    assert_eq!((training.batches.len(), training.cases.len()), (25, 6));
    training.cases.iter().for_each(|case| check_training::<f64>(&training, case, F64));
    training.cases.iter().for_each(|case| check_training::<f32>(&training, case, 10.0 * F32));
}

#[test]
#[should_panic(expected = "is off by")]
fn a_slightly_wrong_average_is_noticed() {
    let mut training = reference().training;
    training.setup.batch_norm = Some(BatchNorm { average: 0.9001, ..reference().batch_norm });
    check_training::<f64>(&training, &training.cases[0], F64);
}
