//! How much each setting of a search matters, against Optuna (`tests/reference/search.py`).

use gradbook::numeric::Streams;
use gradbook::search::{Space, Trial, importance};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    points: Vec<Vec<f64>>,
    objectives: Vec<f64>,
    shares: Vec<f64>,
}

#[test]
fn shares_of_the_variance_are_those_of_optunas_forests() {
    let reference: Reference = serde_json::from_str(include_str!("../reference/search.json")).unwrap();
    let space: Space = serde_json::from_str(
        r#"{"a": {"linear": [0, 1]}, "b": {"linear": [0, 1]}, "c": {"choice": ["x", "y", "z"]}}"#,
    )
    .unwrap();
    assert_eq!(reference.cases.len(), 3);
    for Case { name, points, objectives, shares } in reference.cases {
        let trials = points.into_iter().zip(objectives);
        let trials: Vec<Trial> =
            trials.map(|(point, objective)| Trial { point, objective, budget: 1.0 }).collect();
        // The forests of eight seeds, as there.
        let mut found = [0.0; 3];
        for seed in 0..8 {
            let of_seed = importance(&space, &trials, &mut Streams::new(seed).stream("importance"));
            found.iter_mut().zip(of_seed).for_each(|(sum, share)| *sum += share / 8.0);
        }
        for (found, expected) in found.iter().zip(&shares) {
            assert!((found - expected).abs() < 0.02, "{name}: {found:?} and {shares:?}");
        }
    }
}
