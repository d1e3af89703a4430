//! L1, L2 and max-norm in training against numbers that PyTorch wrote in f64 (`tests/reference/regularization.py`).

use gradbook::numeric::{Real, Streams};
use gradbook::train::{Trainer, TrainingSettings};
use serde::Deserialize;

use super::reference::{F32, F64, Setup, assert_near};

#[derive(Deserialize)]
struct Reference {
    #[serde(flatten)]
    setup: Setup,
    batches: Vec<Vec<usize>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    training: TrainingSettings,
    learning_rate: f64,
    /// Of all rows, after the last step.
    objective: f64,
    parameters: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../reference/regularization.json")).unwrap()
}

fn check<R: Real>(reference: &Reference, case: &Case, tolerance: f64) {
    let (setup, settings) = (&reference.setup, &case.training);
    let name = format!(
        "{:?} l1 {} l2 {} max norm {:?}",
        settings.optimizer, settings.l1, settings.l2, settings.max_norm
    );
    let mut trainer = Trainer::new(setup.network::<R>(), settings, setup.rows(), &Streams::new(0));
    for batch in &reference.batches {
        let part = setup.part(batch);
        trainer.step(part.rows(0..part.len()), part.y.all(), case.learning_rate);
    }
    let network = trainer.network();
    assert_near(network.parameters(), &case.parameters, tolerance, &format!("{name}: parameters"));
    let all: Vec<usize> = (0..setup.rows()).collect();
    let mut forward = gradbook::nn::Forward::new(network.architecture(), setup.rows());
    let objective = network.score(&setup.part(&all), &mut forward).mean_loss() + trainer.penalty();
    assert_near(&[objective], &[case.objective], tolerance, &format!("{name}: objective"));
}

#[test]
fn thirty_steps_in_f64() {
    let reference = reference();
    assert_eq!((reference.batches.len() >= 30, reference.cases.len()), (true, 8));
    reference.cases.iter().for_each(|case| check::<f64>(&reference, case, F64));
}

/// L1 pulls a weight near 0 to and fro, and rounding decides which way: f32 is held to the others alone.
#[test]
fn thirty_steps_in_f32_without_l1() {
    let reference = reference();
    let smooth = reference.cases.iter().filter(|case| case.training.l1 == 0.0);
    smooth.for_each(|case| check::<f32>(&reference, case, F32));
}

#[test]
#[should_panic(expected = "is off by")]
fn a_slightly_wrong_bound_is_noticed() {
    let mut reference = reference();
    let mut case = reference.cases.remove(2);
    case.training.max_norm = Some(0.8001);
    check::<f64>(&reference, &case, F64);
}
