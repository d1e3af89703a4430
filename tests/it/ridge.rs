//! Ridge regression in closed form against numbers that scikit-learn wrote (`tests/reference/ridge.py`).

use gradbook::data::{Labels, Part};
use gradbook::train::ridge;
use ndarray::Array2;
use serde::Deserialize;

use super::reference::assert_near;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

/// One table, fitted with several penalties.
#[derive(Deserialize)]
struct Case {
    name: String,
    features: usize,
    x: Vec<f64>,
    y: Vec<f64>,
    fits: Vec<Fit>,
}

#[derive(Deserialize)]
struct Fit {
    l2: f64,
    weights: Vec<f64>,
    intercept: f64,
    loss: f64,
    objective: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../reference/ridge.json")).unwrap()
}

fn check(case: &Case, fit: &Fit, l2: f64) {
    let x = Array2::from_shape_vec((case.y.len(), case.features), case.x.clone()).unwrap();
    let found = ridge(&Part::new(x, Labels::Values(case.y.clone())), l2).unwrap();
    let name = |what: &str| format!("{}, lambda {l2}: {what}", case.name);
    let tolerance = 1e-10;
    assert_near(&found.weights, &fit.weights, tolerance, &name("weights"));
    assert_near(&[found.intercept], &[fit.intercept], tolerance, &name("intercept"));
    assert_near(&[found.loss], &[fit.loss], tolerance, &name("loss"));
    assert_near(&[found.objective], &[fit.objective], tolerance, &name("objective"));
}

#[test]
fn lines_and_polynomials_of_several_penalties() {
    let cases = reference().cases;
    assert_eq!(cases.iter().map(|case| case.fits.len()).collect::<Vec<_>>(), [5, 3, 4, 4]);
    cases.iter().for_each(|case| case.fits.iter().for_each(|fit| check(case, fit, fit.l2)));
}

#[test]
#[should_panic(expected = "lambda 1.0001: weights is off by")]
fn a_slightly_wrong_penalty_is_noticed() {
    let case = &reference().cases[0];
    check(case, &case.fits[2], 1.0001);
}
