//! Whole trainings against PyTorch, which drew its own rows, weights, batches, dropout masks and changed pictures
//! from the same seed (`tests/reference/training.py`).

use std::collections::BTreeMap;

use gradbook::data::{self, DataSettings, Files, SplitSettings, TableLimits};
use gradbook::nn::ModelSettings;
use gradbook::numeric::{Real, Streams};
use gradbook::train::{Fit, TrainingSettings, fit};
use serde::Deserialize;

use super::reference::{F32, F64, assert_near};

#[derive(Deserialize)]
struct Case {
    seed: u64,
    data: DataSettings,
    split: SplitSettings,
    model: ModelSettings,
    training: TrainingSettings,
    history: BTreeMap<String, Vec<f64>>,
    /// The epoch that `parameters` are of.
    final_epoch: usize,
    parameters: Vec<f64>,
}

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str::<Reference>(include_str!("../reference/training.json")).unwrap().cases
}

fn run<R: Real>(case: &Case) -> Fit<R> {
    let streams = Streams::new(case.seed);
    let dataset = data::load(&case.data, Files::default(), &TableLimits::default(), &streams).unwrap();
    let split = data::split(&dataset.target, &case.split, &streams).unwrap();
    let (parts, _) = data::prepare::<R>(&dataset, &split, &case.data, &streams);
    fit(&case.model, &case.training, &parts, &streams, &mut |_, _| {}).unwrap()
}

fn check<R: Real>(case: &Case, tolerance: f64) {
    let name = format!("{} with {:?}", case.data.name.as_ref().unwrap(), case.model);
    let Fit { network, report } = run::<R>(case);
    assert_eq!(report.final_epoch, case.final_epoch, "{name}");
    for (series, expected) in &case.history {
        let found = report.history.series().into_iter().find(|(name, _)| name == series).unwrap();
        assert_near(found.1, expected, tolerance, &format!("{name}: {series}"));
    }
    assert_near(network.parameters(), &case.parameters, tolerance, &format!("{name}: parameters"));
}

#[test]
fn from_the_seed_to_the_last_epoch_in_f64() {
    let cases = cases();
    assert_eq!(cases.len(), 7);
    cases.iter().for_each(|case| check::<f64>(case, F64));
}

#[test]
fn from_the_seed_to_the_last_epoch_in_f32() {
    cases().iter().for_each(|case| check::<f32>(case, F32));
}

#[test]
fn the_reference_drops_units_changes_pictures_is_steered_and_stops_early() {
    let cases = cases();
    let of = |has: fn(&Case) -> bool| cases.iter().filter(|case| has(case)).count();
    assert_eq!(of(|case| case.model.keep_prob.is_some()), 3);
    assert_eq!(of(|case| case.training.augment.is_some()), 1);
    assert_eq!(of(|case| case.data.other_source.is_some()), 1);
    // Steered, it went back and did not always.
    let steered = run::<f64>(cases.iter().find(|case| case.training.steering.is_some()).unwrap());
    assert!((1..6).contains(&steered.report.set_backs.unwrap()), "{:?}", steered.report.set_backs);
    assert_eq!(of(|case| case.final_epoch + 1 < case.history["dev_loss"].len()), 1);
}
