use ndarray::Array2;
use serde_json::{Value, json};

use super::*;
use crate::data::{Labels, Part, TargetScale};

/// Two overlapping clouds of points, `rows` in each part but where told otherwise.
fn clouds<R: Real>(rows: [usize; 3]) -> Prepared<R> {
    let mut stream = Streams::new(99).stream("clouds");
    let mut part = |rows: usize| {
        let indices: Vec<u32> = (0..rows as u32).map(|i| i % 2).collect();
        let x = Array2::from_shape_fn((rows, 2), |(i, _)| {
            R::from_f64(stream.normal() + if i % 2 == 0 { -0.8 } else { 0.8 })
        });
        Part::new(x, Labels::Classes { indices, count: 2 })
    };
    Prepared {
        train: part(rows[0]),
        dev: part(rows[1]),
        test: part(rows[2]),
        picture: None,
        target_scale: TargetScale::default(),
    }
}

/// y = 2 x - 1 without noise.
fn line(rows: usize) -> Prepared<f64> {
    let part = |rows: usize| {
        let x = Array2::from_shape_fn((rows, 1), |(i, _)| i as f64 / rows as f64 - 0.5);
        let y = x.column(0).iter().map(|x| 2.0 * x - 1.0).collect();
        Part::new(x, Labels::Values(y))
    };
    Prepared {
        train: part(rows),
        dev: part(4),
        test: part(0),
        picture: None,
        target_scale: TargetScale::default(),
    }
}

fn run<R: Real>(model: Value, training: Value, data: &Prepared<R>, seed: u64) -> Fit<R> {
    let model = serde_json::from_value(model).unwrap();
    let training = serde_json::from_value(training).unwrap();
    fit(&model, &training, data, &Streams::new(seed), &mut |_, _| {}).unwrap()
}

#[test]
fn the_defaults_learn_two_clouds() {
    let data = clouds::<f32>([200, 100, 100]);
    let mut epochs = Vec::new();
    let fit = fit(
        &ModelSettings::default(),
        &TrainingSettings::default(),
        &data,
        &Streams::new(0),
        &mut |epoch, _| {
            epochs.push(epoch);
        },
    )
    .unwrap();
    assert_eq!(epochs, (0..=20).collect::<Vec<_>>());
    for (name, values) in fit.report.history.series() {
        assert_eq!(values.len(), 21, "{name}");
    }
    assert_eq!(fit.report.history.series().len(), 11);
    assert!(fit.report.history.train.loss[20] < 0.6 * fit.report.history.train.loss[0]);
    assert!(fit.report.history.test.accuracy[20] > 0.8);
    assert_eq!(fit.report.history.dev.error[20] + fit.report.history.dev.accuracy[20], 1.0);
    assert_eq!((fit.report.diverged_at, fit.report.final_epoch), (None, 20));
    assert_eq!(fit.report.digest.len(), 32);
}

#[test]
fn a_line_is_found_and_a_number_has_only_a_loss() {
    let fit = run(
        json!({ "hidden": [] }),
        json!({ "batch_size": "full", "optimizer": { "sgd": {} }, "learning_rate": 0.3, "epochs": 400 }),
        &line(20),
        0,
    );
    let parameters = fit.network.parameters();
    assert!((parameters[0] - 2.0).abs() < 1e-6 && (parameters[1] + 1.0).abs() < 1e-6, "{parameters:?}");
    let names: Vec<String> = fit.report.history.series().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["train_loss", "dev_loss", "weight_norm", "objective"]);
}

#[test]
fn the_losses_of_the_first_batches_are_kept() {
    let data = clouds::<f64>([40, 0, 0]);
    let kept = |batch: Value, kept: usize| {
        let training = json!({ "batch_size": batch, "epochs": 3, "optimizer": { "sgd": {} } });
        let training: TrainingSettings = serde_json::from_value(training).unwrap();
        let shape = Architecture::new(&ModelSettings::default(), 2, Target::Classes(2)).unwrap();
        let network = Network::new(shape, ModelSettings::default().init, &Streams::new(1));
        fit_network(network, &training, &data, &Streams::new(1), Arc::new(Alone), kept, &mut |_, _| {}).report
    };
    // The full batch sees what was measured after the epoch before.
    let full = kept(json!("full"), 9);
    assert_eq!(full.batch_losses.len(), 3);
    for (batch, measured) in full.batch_losses.iter().zip(&full.history.train.loss) {
        assert!((batch - measured).abs() < 1e-12, "{batch} {measured}");
    }
    let few = kept(json!(10), 5);
    assert_eq!(few.batch_losses.len(), 5);
    assert_eq!(few.digest, kept(json!(10), 0).digest, "looking moves no bit");
}

#[test]
fn the_objective_is_the_loss_and_the_penalty() {
    let data = clouds::<f64>([50, 0, 0]);
    let fit = run(json!({}), json!({ "l2": 3.0, "epochs": 2 }), &data, 0);
    for epoch in 0..=2 {
        let norm = fit.report.history.weight_norm[epoch];
        let expected = fit.report.history.train.loss[epoch] + 3.0 / (2.0 * 50.0) * norm * norm;
        assert!((fit.report.history.objective[epoch] - expected).abs() < 1e-12);
    }
    let free = run(json!({}), json!({ "epochs": 2 }), &data, 0);
    assert_eq!(free.report.history.objective, free.report.history.train.loss);
    assert!(fit.report.history.weight_norm[2] < free.report.history.weight_norm[2]);
}

#[test]
fn l1_makes_more_weights_small_than_l2_and_the_objective_has_it() {
    let data = clouds::<f64>([60, 0, 0]);
    let train = |penalty: &str, lambda: f64| {
        let training = json!({ penalty: lambda, "epochs": 150, "learning_rate": 0.01 });
        run(json!({ "hidden": [16] }), training, &data, 0)
    };
    let l1 = train("l1", 1.0);
    let sum = l1.network.absolute_sum();
    let expected = l1.report.history.train.loss[150] + 1.0 / 60.0 * sum;
    assert!((l1.report.history.objective[150] - expected).abs() < 1e-12);
    let small = |fit: &Fit<f64>| {
        let weights: Vec<f64> = fit.network.layers().flat_map(|layer| layer.weights.to_vec()).collect();
        weights.iter().filter(|w| w.abs() < 0.02).count() as f64 / weights.len() as f64
    };
    let l2 = train("l2", 1.0);
    assert!(small(&l1) > 0.5 && small(&l2) < 0.4, "{} {}", small(&l1), small(&l2));
}

#[test]
fn max_norm_holds_after_every_step() {
    let data = clouds::<f32>([60, 20, 0]);
    let training = json!({ "max_norm": 0.5, "epochs": 5, "learning_rate": 0.05 });
    let fit = run(json!({ "hidden": [8, 8] }), training, &data, 0);
    let mut at_bound = 0;
    for layer in fit.network.layers() {
        for unit in 0..layer.shape.outputs {
            let weights = layer.weights.iter().skip(unit).step_by(layer.shape.outputs);
            let norm = weights.map(|w| f64::from(w * w)).sum::<f64>().sqrt();
            assert!(norm < 0.5 + 1e-6, "{norm}");
            at_bound += usize::from(norm > 0.5 - 1e-6);
        }
    }
    assert!(at_bound > 2, "{at_bound}");
    assert!(fit.report.history.dev.loss[5] < fit.report.history.dev.loss[0]);
}

#[test]
fn early_stopping_by_errors_counts_from_the_first_of_equals() {
    let data = clouds::<f64>([60, 40, 0]);
    let stopping = json!({ "patience": 4, "metric": "dev_error" });
    let fit = run(json!({}), json!({ "epochs": 200, "early_stopping": stopping }), &data, 3);
    let errors = &fit.report.history.dev.error;
    let least = errors.iter().copied().fold(1.0, f64::min);
    assert_eq!(errors.iter().position(|&error| error == least), Some(fit.report.final_epoch));
    assert_eq!(errors.len(), fit.report.final_epoch + 4 + 1);
    // Patience that does not run out still takes the best epoch's weights.
    let stopping = json!({ "patience": 1000, "metric": "dev_error" });
    let patient = run(json!({}), json!({ "epochs": 60, "early_stopping": stopping }), &data, 3);
    let errors = &patient.report.history.dev.error;
    assert_eq!(errors.len(), 61);
    assert!(errors.iter().all(|&error| error >= errors[patient.report.final_epoch]));
}

#[test]
fn early_stopping_on_the_training_loss_does_not_notice_overfitting() {
    let data = clouds::<f64>([30, 60, 0]);
    let model = json!({ "hidden": [32, 32] });
    let training = |metric| json!({ "epochs": 100, "learning_rate": 0.05, "early_stopping": { "patience": 5, "metric": metric } });
    let on_train = run(model.clone(), training("train_loss"), &data, 1).report;
    let on_dev = run(model, training("dev_loss"), &data, 1).report;
    let losses = &on_train.history.train.loss;
    assert_eq!(losses[on_train.final_epoch], losses.iter().copied().fold(f64::INFINITY, f64::min));
    assert_eq!(on_train.best_epoch, on_dev.best_epoch, "the best epoch is still that of the dev loss");
    assert!(on_train.final_epoch > on_dev.final_epoch);
}

#[test]
fn no_epochs_leave_the_initial_weights() {
    let data = clouds::<f32>([50, 10, 10]);
    let fit = run(json!({}), json!({ "epochs": 0 }), &data, 4);
    let architecture = fit.network.architecture().clone();
    assert_eq!(fit.network, Network::new(architecture, ModelSettings::default().init, &Streams::new(4)));
    assert_eq!(fit.report.history.len(), 1);
    assert_eq!((fit.report.final_epoch, fit.report.best_epoch), (0, 0));
}

#[test]
fn variants_start_from_the_same_weights_and_see_the_same_batches() {
    let data = clouds::<f64>([60, 10, 10]);
    let plain = run(json!({}), json!({ "epochs": 1 }), &data, 4);
    let other = run(json!({}), json!({ "epochs": 1, "optimizer": { "sgd": {} } }), &data, 4);
    assert_eq!(plain.report.history.train.loss[0], other.report.history.train.loss[0]);
    assert_ne!(plain.report.history.train.loss[1], other.report.history.train.loss[1]);
    // Dropout that drops nothing draws nothing.
    let kept = run(json!({ "keep_prob": 1 }), json!({ "epochs": 1 }), &data, 4);
    assert_eq!(kept.report.digest, plain.report.digest);
    let dropped = run(json!({ "keep_prob": 0.5 }), json!({ "epochs": 1 }), &data, 4);
    assert_eq!(dropped.report.history.train.loss[0], plain.report.history.train.loss[0]);
    assert_ne!(dropped.report.digest, plain.report.digest);
}

#[test]
fn a_batch_of_all_rows_is_the_full_batch() {
    let data = clouds::<f64>([30, 10, 0]);
    let full = run(json!({}), json!({ "epochs": 3, "batch_size": "full" }), &data, 4);
    for size in [30, 1000] {
        assert_eq!(
            run(json!({}), json!({ "epochs": 3, "batch_size": size }), &data, 4).report.digest,
            full.report.digest
        );
    }
    assert_ne!(
        run(json!({}), json!({ "epochs": 3, "batch_size": 29 }), &data, 4).report.digest,
        full.report.digest
    );
}

#[test]
fn parts_may_be_empty() {
    let fit = run(json!({}), json!({ "epochs": 3 }), &clouds::<f32>([40, 0, 0]), 0);
    assert!(fit.report.history.dev.loss.is_empty() && fit.report.history.test.accuracy.is_empty());
    assert_eq!(fit.report.best_epoch, 3);
}

#[test]
fn divergence_is_reported_at_its_epoch_and_ends_the_history() {
    let fit = run(
        json!({ "hidden": [] }),
        json!({ "epochs": 100, "optimizer": { "sgd": {} }, "learning_rate": 1e6, "precision": "f64" }),
        &line(64),
        0,
    );
    let epoch = fit.report.diverged_at.unwrap();
    assert!((1..100).contains(&epoch), "{epoch}");
    assert_eq!(fit.report.history.len(), epoch + 1);
    let losses = &fit.report.history.train.loss;
    assert!(losses[..epoch].iter().all(|loss| loss.is_finite()));
    let weights_finite = fit.network.parameters().iter().all(|w| w.is_finite());
    assert!(!losses[epoch].is_finite() || !weights_finite);
    assert!(fit.report.best_epoch < epoch);
}

#[test]
fn early_stopping_takes_the_best_weights() {
    let data = clouds::<f64>([30, 60, 0]);
    let settings = json!({
        "epochs": 300, "learning_rate": 0.05, "early_stopping": { "patience": 5 }
    });
    let model = json!({ "hidden": [32, 32] });
    let fit = run(model.clone(), settings, &data, 1);
    let last = fit.report.history.len() - 1;
    assert!(last < 300, "it never stopped");
    assert_eq!(fit.report.final_epoch, fit.report.best_epoch);
    assert_eq!(last, fit.report.best_epoch + 5);
    let whole = run(model, json!({ "epochs": fit.report.best_epoch, "learning_rate": 0.05 }), &data, 1);
    assert_eq!(whole.network, fit.network);
}

#[test]
fn batch_normalization_learns_by_each_kind_of_statistics() {
    let data = clouds::<f32>([200, 100, 100]);
    for prediction in [json!("running"), json!("exact"), json!({ "batch": 25 })] {
        let model = json!({ "hidden": [8, 8], "keep_prob": 0.9, "batch_norm": { "prediction": prediction } });
        let fit = run(model.clone(), json!({}), &data, 0);
        let history = &fit.report.history;
        assert!(history.test.accuracy[20] > 0.8, "{prediction}: {:?}", history.test.accuracy);
        assert!(history.train.loss[20] < 0.7 * history.train.loss[0], "{prediction}");
        assert_eq!(run(model, json!({}), &data, 0), fit);
        let moved = fit.network.statistics().iter().all(|moments| moments != &Moments::standard(8));
        assert_eq!(moved, prediction.is_string(), "{prediction}");
    }
}

#[test]
fn without_its_correction_the_running_average_is_bad_early() {
    let data = clouds::<f64>([200, 100, 0]);
    let train = |batch_norm| {
        let fit = run(json!({ "batch_norm": batch_norm }), json!({ "epochs": 12 }), &data, 0);
        fit.report.history.dev.loss
    };
    let corrected = train(json!({ "average": 0.99 }));
    let plain = train(json!({ "average": 0.99, "bias_correction": false }));
    // 7 steps an epoch: after one, 7% of the variance is there; after 12, 57%.
    assert!(plain[1] > 1.2 * corrected[1], "{} {}", plain[1], corrected[1]);
    assert!(plain[12] < 1.05 * corrected[12], "{} {}", plain[12], corrected[12]);
}

#[test]
fn early_stopping_takes_the_best_statistics_too() {
    let data = clouds::<f64>([30, 60, 0]);
    let training = json!({ "epochs": 300, "learning_rate": 0.05, "early_stopping": { "patience": 5 } });
    let model = json!({ "hidden": [16], "batch_norm": true });
    let fit = run(model.clone(), training, &data, 1);
    assert!(fit.report.history.len() < 300, "it never stopped");
    let whole = run(model, json!({ "epochs": fit.report.best_epoch, "learning_rate": 0.05 }), &data, 1);
    assert_eq!(whole.network, fit.network);
    assert!(!fit.network.statistics().is_empty());
}

#[test]
fn the_digest_covers_what_prediction_normalizes_by() {
    let data = clouds::<f32>([60, 20, 20]);
    let fit = run(json!({ "batch_norm": true }), json!({ "epochs": 2 }), &data, 1);
    for of_variance in [false, true] {
        let mut network = fit.network.clone();
        let moments = &mut network.statistics_mut()[0];
        let value = if of_variance { &mut moments.variance[3] } else { &mut moments.mean[3] };
        *value = f32::from_bits(value.to_bits() ^ 1);
        assert_ne!(digest(&network, &fit.report.history), fit.report.digest);
    }
    assert_eq!(digest(&fit.network, &fit.report.history), fit.report.digest);
}

#[test]
fn the_same_seed_gives_the_same_digest_and_one_bit_another() {
    let data = clouds::<f32>([60, 20, 20]);
    let train = |seed| run(json!({ "keep_prob": 0.8 }), json!({ "epochs": 2 }), &data, seed);
    let first = train(1);
    assert_eq!(train(1), first);
    assert_ne!(train(2).report.digest, first.report.digest);

    let mut network = first.network.clone();
    let weight = &mut network.parameters_mut()[7];
    *weight = f32::from_bits(weight.to_bits() ^ 1);
    assert_ne!(digest(&network, &first.report.history), first.report.digest);
    let mut history = first.report.history.clone();
    history.dev.loss[0] = f64::from_bits(history.dev.loss[0].to_bits() ^ 1);
    assert_ne!(digest(&first.network, &history), first.report.digest);
    assert_eq!(digest(&first.network, &first.report.history), first.report.digest);
}

#[test]
fn an_output_that_does_not_fit_the_target_is_a_problem() {
    let model = serde_json::from_value(json!({ "output": "linear" })).unwrap();
    let data = clouds::<f32>([10, 0, 0]);
    let problems =
        fit(&model, &TrainingSettings::default(), &data, &Streams::new(0), &mut |_, _| {}).unwrap_err();
    assert_eq!(problems[0].path, "output");
}

#[test]
fn steering_goes_back_and_slows_down_or_speeds_up() {
    let data = line(24);
    let model = json!({ "hidden": [] });
    // One step an epoch over all rows, far too large at first: w and b grow until the rate has been divided often enough.
    let training = json!({
        "optimizer": { "sgd": {} }, "batch_size": "full", "learning_rate": 5.0, "epochs": 12,
        "precision": "f64", "steering": { "metric": "train_loss" },
    });
    let fit = run(model, training, &data, 0);
    let (losses, rates) = (&fit.report.history.train.loss, &fit.report.history.steered_rate);
    assert_eq!((losses.len(), rates.len(), rates[0]), (13, 13, 5.0));
    let mut set_backs = 0;
    for epoch in 1..=12 {
        let back = rates[epoch] < rates[epoch - 1];
        let factor = rates[epoch] / rates[epoch - 1];
        assert!((factor - if back { 1.0 / 3.0 } else { 1.5 }).abs() < 1e-12, "{rates:?}");
        // What came back is worth what it was worth; nothing that was kept is more than 2% worse.
        assert!(if back {
            losses[epoch] == losses[epoch - 1]
        } else {
            losses[epoch] <= 1.02 * losses[epoch - 1]
        });
        set_backs += usize::from(back);
    }
    assert!(set_backs >= 2 && fit.report.set_backs == Some(set_backs), "{rates:?}");
    assert!(losses[12] < 0.1 * losses[0], "{losses:?}");
}

#[test]
fn steering_comes_back_from_where_nothing_is_finite() {
    let data = clouds::<f32>([60, 40, 0]);
    let training = |steering: Value| {
        let mut training = json!({ "optimizer": { "sgd": {} }, "learning_rate": 1e20, "epochs": 120 });
        if !steering.is_null() {
            training["steering"] = steering;
        }
        training
    };
    let plain = run(json!({}), training(Value::Null), &data, 0);
    assert!(plain.report.diverged_at.is_some() && plain.report.history.steered_rate.is_empty());
    let steered = run(json!({}), training(json!({ "every": 3 })), &data, 0);
    assert_eq!((steered.report.diverged_at, steered.report.history.len()), (None, 121));
    assert!(steered.report.set_backs > Some(30), "{:?}", steered.report.set_backs);
    assert!(steered.report.history.train.loss[120] < steered.report.history.train.loss[0]);
    assert!(steered.network.is_finite());
}

#[test]
fn steering_that_never_looks_back_is_a_schedule() {
    let data = clouds::<f32>([60, 40, 0]);
    // Nothing is ever worse and nothing speeds up: the same bits as without.
    let plain = json!({ "epochs": 5, "schedule": { "exponential": { "base": 0.5 } } });
    let mut steered = plain.clone();
    steered["steering"] = json!({ "worse": 1e300, "faster": 1.0 });
    let model = json!({ "batch_norm": true });
    let (plain, steered) = (run(model.clone(), plain, &data, 3), run(model, steered, &data, 3));
    assert_eq!(plain.network, steered.network);
    assert_eq!(steered.report.set_backs, Some(0));
    let halved: Vec<f64> = (0..6).map(|epoch| 0.001 * 1.0 / f64::from(1 << epoch)).collect();
    assert_eq!(steered.report.history.steered_rate, halved);
}
