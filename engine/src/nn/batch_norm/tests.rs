use ndarray::{Array2, Axis};
use serde_json::{Value, json};

use super::*;
use crate::data::{Labels, Part, Target, Targets};
use crate::nn::{Architecture, Backward, Forward, Initializer, ModelSettings, Network, Pass};
use crate::numeric::{Real, Streams};

fn near(found: &[f64], expected: &[f64]) -> bool {
    found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-12)
}

/// Returns a network with two normalized layers, its gamma and beta moved off 1 and 0.
fn network<R: Real>(batch_norm: &Value) -> Network<R> {
    let model = json!({ "hidden": [6, 5], "activation": "tanh", "batch_norm": batch_norm });
    let model: ModelSettings = serde_json::from_value(model).unwrap();
    let shape = Architecture::new(&model, 3, Target::Classes(3)).unwrap();
    let mut network = Network::new(shape, Initializer::Lecun, &Streams::new(4));
    let mut stream = Streams::new(4).stream("case");
    network.parameters_mut().iter_mut().for_each(|w| *w += R::from_f64(0.1 * stream.normal()));
    network
}

fn part<R: Real>(rows: usize) -> Part<R> {
    let mut stream = Streams::new(5).stream("part");
    let x = Array2::from_shape_fn((rows, 3), |_| R::from_f64(stream.normal()));
    Part::new(x, Labels::Classes { indices: (0..rows as u32).map(|i| i % 3).collect(), count: 3 })
}

/// One unit, z = w x, gamma and beta; then y = a, epsilon 1.
fn one_unit(w: f64, gamma: f64, beta: f64) -> Network<f64> {
    let model = json!({ "hidden": [1], "activation": "linear", "batch_norm": { "epsilon": 1 } });
    let model: ModelSettings = serde_json::from_value(model).unwrap();
    let shape = Architecture::new(&model, 1, Target::Value).unwrap();
    Network::from_parameters(shape, vec![w, beta, gamma, 1.0, 0.0])
}

#[test]
fn one_unit_by_hand() {
    // z = 2 x = -2, 2, 6: mu = 2, sigma^2 = 32/3; with epsilon 1/3 the root is of 11.
    let mut network = one_unit(2.0, 3.0, 0.5);
    let mut shape = network.architecture().clone();
    shape.batch_norm.as_mut().unwrap().epsilon = 1.0 / 3.0;
    network = Network::from_parameters(shape, network.parameters().to_vec());
    let x = [-1.0, 1.0, 3.0];
    let mut forward = Forward::new(network.architecture(), 3);
    forward.run(&network, &x, 3, Pass::Training(None));
    let root = 11.0_f64.sqrt();
    assert!(near(forward.output(0, 3), &[0.5 - 12.0 / root, 0.5, 0.5 + 12.0 / root]));
    assert!(near(&forward.batch_moments(0).unwrap().mean, &[2.0]));
    assert!(near(&forward.batch_moments(0).unwrap().variance, &[32.0 / 3.0]));

    // Targets that make delta = (1, 1, 4)/3 (twice the error, over three rows).
    let output = forward.logits(3).to_vec();
    let targets = [output[0] - 0.5, output[1] - 0.5, output[2] - 2.0];
    let mut backward = Backward::new(network.architecture(), 3);
    backward.run(&network, &forward, &x, Targets::Values(&targets), None);
    // z_norm = (-4, 0, 4)/root. dbeta = 2, dgamma = (-4 + 16)/(3 root) = 4/root.
    // dz = 3/root (d - (2 + z_norm 4/root)/3) = 3/root (1/3 - 2/3 + 16/33, -1/3, 4/3 - 2/3 - 16/33).
    let dz = [5.0 / 33.0, -1.0 / 3.0, 6.0 / 33.0].map(|d| d * 3.0 / root);
    assert!(near(backward.delta(0, 3), &dz));
    let dw = -dz[0] + dz[1] + 3.0 * dz[2];
    let dw2: f64 = output.iter().zip([1.0, 1.0, 4.0]).map(|(a, d)| a * d / 3.0).sum();
    assert!(near(backward.gradient(), &[dw, 2.0, 4.0 / root, dw2, 2.0]));
}

#[test]
fn normalized_sums_have_mean_0_and_variance_1_and_gamma_and_beta_can_undo_it() {
    let mut network = one_unit(2.0, 1.0, 0.0);
    let x = [-3.0, 1.0, 0.5, 700.0, 2.0];
    let mut forward = Forward::new(network.architecture(), 5);
    forward.run(&network, &x, 5, Pass::Training(None));
    let (moments, mut normalized) = (forward.batch_moments(0).unwrap().clone(), Moments::<f64>::standard(1));
    normalized.measure(forward.output(0, 5));
    assert!(normalized.mean[0].abs() < 1e-15);
    assert!((normalized.variance[0] - 1.0).abs() < 2e-5, "{normalized:?}");

    let (mean, root) = (moments.mean[0], (moments.variance[0] + 1.0).sqrt());
    network.parameters_mut()[1..3].copy_from_slice(&[mean, root]);
    forward.run(&network, &x, 5, Pass::Training(None));
    for (z, x) in forward.output(0, 5).iter().zip(x) {
        assert!((z - 2.0 * x).abs() < 1e-12);
    }
}

#[test]
fn one_row_is_normalized_to_0_and_has_no_gradient() {
    fn check<R: Real>() {
        let network = network::<R>(&json!(true));
        let part = part::<R>(1);
        let mut forward = Forward::new(network.architecture(), 1);
        let mut backward = Backward::new(network.architecture(), 1);
        let x = part.rows(0..1);
        forward.run(&network, x, 1, Pass::Training(None));
        backward.run(&network, &forward, x, part.y.all(), None);
        let mut expected = network.layer(1).bias.to_vec();
        crate::numeric::tanh(&mut expected);
        assert_eq!(forward.output(1, 1), expected);
        for layer in &network.architecture().layers[..2] {
            assert!(backward.gradient()[layer.weights()].iter().all(|&g| g == R::ZERO));
            assert!(backward.gradient()[layer.gamma()].iter().all(|&g| g == R::ZERO));
        }
        assert!(backward.gradient()[network.architecture().layers[1].bias()].iter().all(|&g| g != R::ZERO));
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn a_constant_in_front_of_the_normalization_is_taken_away_again() {
    // Why the layer needs no bias: adding the same to every row's z changes nothing.
    let part = part::<f64>(40);
    let mut moments = Moments::standard(3);
    moments.measure(part.rows(0..40));
    let moved: Vec<f64> = part.rows(0..40).iter().map(|z| z + 8.0).collect();
    let mut of_moved = Moments::standard(3);
    of_moved.measure(&moved);
    assert!(near(&of_moved.variance, &moments.variance));
    assert!(near(&of_moved.mean, &moments.mean.iter().map(|mean| mean + 8.0).collect::<Vec<_>>()));
}

#[test]
fn averages_start_at_0_and_are_corrected_for_it() {
    let part = part::<f64>(24);
    for corrected in [true, false] {
        let mut network = network::<f64>(&json!({ "average": 0.5, "bias_correction": corrected }));
        let mut averages = RunningAverages::new(&network).unwrap();
        let mut forward = Forward::new(network.architecture(), 8);
        let mut means = Vec::new();
        for start in [0, 8, 16] {
            forward.run(&network, part.rows(start..start + 8), 8, Pass::Training(None));
            averages.observe(&forward, &mut network);
            means.push(forward.batch_moments(1).unwrap().mean[2]);
        }
        let average = means[0] / 8.0 + means[1] / 4.0 + means[2] / 2.0;
        let expected = if corrected { average / (1.0 - 1.0 / 8.0) } else { average };
        assert!((network.statistics()[1].mean[2] - expected).abs() < 1e-15);
    }
}

#[test]
fn only_running_statistics_are_averaged() {
    for (batch_norm, averaged) in [
        (json!(true), true),
        (json!({ "prediction": "exact" }), false),
        (json!({ "prediction": { "batch": 4 } }), false),
        (json!(false), false),
    ] {
        assert_eq!(RunningAverages::new(&network::<f32>(&batch_norm)).is_some(), averaged);
    }
}

#[test]
fn exact_statistics_do_not_depend_on_how_the_part_is_cut() {
    let part = part::<f64>(50);
    let mut whole = network::<f64>(&json!({ "prediction": "exact" }));
    let mut all = Forward::new(whole.architecture(), 50);
    all.run(&whole, part.rows(0..50), 50, Pass::Training(None));
    let mut cut = whole.clone();
    cut.measure_statistics(&part, &mut Forward::new(whole.architecture(), 7));
    whole.measure_statistics(&part, &mut all);
    for l in 0..2 {
        let batch = all.batch_moments(l).unwrap();
        assert!(near(&whole.statistics()[l].mean, &batch.mean));
        assert!(near(&whole.statistics()[l].variance, &batch.variance));
        assert!(near(&cut.statistics()[l].mean, &batch.mean));
        assert!(near(&cut.statistics()[l].variance, &batch.variance));
    }
    // Then predicting the part is what training on all of it at once sees.
    let seen = all.logits(50).to_vec();
    all.run(&whole, part.rows(0..50), 50, Pass::Prediction);
    assert!(near(all.logits(50), &seen));
}

#[test]
fn a_row_is_predicted_without_regard_to_its_neighbours_unless_asked() {
    let part = part::<f64>(10);
    let alone = |network: &Network<f64>, row: usize| {
        network.predict(part.x.slice_axis(Axis(0), (row..row + 1).into())).into_raw_vec_and_offset().0
    };
    let mut running = network::<f64>(&json!(true));
    let mut averages = RunningAverages::new(&running).unwrap();
    let mut forward = Forward::new(running.architecture(), 10);
    forward.run(&running, part.rows(0..10), 10, Pass::Training(None));
    averages.observe(&forward, &mut running);
    let together = running.predict(part.x.view());
    assert_eq!(together.row(3).to_vec(), alone(&running, 3));

    let batch = network::<f64>(&json!({ "prediction": { "batch": 5 } }));
    let together = batch.predict(part.x.view());
    assert_ne!(together.row(3).to_vec(), alone(&batch, 3));
    // By fives: the second five alone are what they are among all ten.
    let second = batch.predict(part.x.slice_axis(Axis(0), (5..).into()));
    assert_eq!(together.slice_axis(Axis(0), (5..).into()), second);
    let mut forward = Forward::new(batch.architecture(), 10);
    let by_fives = batch.score(&part, &mut forward);
    assert_eq!(by_fives, batch.score(&part, &mut Forward::new(batch.architecture(), 5)));
    // One row at a time, all rows are alike.
    let single = network::<f64>(&json!({ "prediction": { "batch": 1 } }));
    let predictions = single.predict(part.x.view());
    assert_eq!(predictions.row(0), predictions.row(9));
}
