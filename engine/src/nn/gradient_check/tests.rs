use serde_json::{Value, json};

use super::*;
use crate::data::{Labels, Part, Target};
use crate::nn::{ACTIVATIONS, Activation, Architecture, Initializer, ModelSettings};
use crate::numeric::Streams;

const ROWS: usize = 40;
const TWO_SIDED: Differences = Differences { sides: Sides::Two, epsilon: 1e-5, single: false };

struct Case {
    network: Network<f64>,
    part: Part<f64>,
}

/// Returns a 5-8-8 network of the given settings, its biases moved off 0, on normal inputs.
fn case(model: &Value, target: Target) -> Case {
    case_of(ROWS, model, target)
}

fn case_of(rows: usize, model: &Value, target: Target) -> Case {
    let mut settings = json!({ "hidden": [8, 8], "activation": "tanh" });
    for (key, value) in model.as_object().unwrap() {
        settings[key] = value.clone();
    }
    let model: ModelSettings = serde_json::from_value(settings).unwrap();
    let shape = Architecture::new(&model, 5, target).unwrap();
    let streams = Streams::new(11);
    let mut network = Network::new(shape, Initializer::Lecun, &streams);
    let mut stream = streams.stream("case");
    network.parameters_mut().iter_mut().for_each(|w| *w += 0.1 * stream.normal());
    let x = ndarray::Array2::from_shape_fn((rows, 5), |_| stream.normal());
    let y = match target {
        Target::Classes(count) => {
            Labels::Classes { indices: (0..rows).map(|_| stream.below(count) as u32).collect(), count }
        }
        Target::Value => Labels::Values((0..rows).map(|_| stream.normal()).collect()),
    };
    Case { network, part: Part::new(x, y) }
}

fn tanh() -> Case {
    case(&json!({}), Target::Classes(3))
}

fn l2(lambda: f64) -> Penalty {
    Penalty { l2: lambda, rows: ROWS, ..Penalty::NONE }
}

fn planted(bug: Bug, block: &str) -> Planted {
    Planted { bug, block: Some(block.into()) }
}

impl Case {
    fn check(
        &self,
        dropout: Dropout<f64>,
        penalty: Penalty,
        differences: Differences,
        bug: &Planted,
    ) -> GradientCheck {
        let (x, y) = (self.part.rows(0..self.part.len()), self.part.y.all());
        gradient_check(&self.network, x, y, dropout, penalty, differences, bug)
    }

    fn masks(&self) -> Masks<f64> {
        let mut masks = Masks::new(self.network.architecture(), ROWS, &Streams::new(5)).unwrap();
        masks.draw(ROWS);
        masks
    }

    fn with(&self, bug: Bug, block: &str) -> GradientCheck {
        self.check(Dropout::Off, l2(1.0), TWO_SIDED, &planted(bug, block))
    }
}

/// Returns the blocks that are not great.
fn off(check: &GradientCheck) -> Vec<&str> {
    let off = check.blocks.iter().filter(|block| Verdict::of(block.error) != Verdict::Great);
    off.map(|block| block.name.as_str()).collect()
}

#[test]
fn every_activation_with_every_loss_dropout_batch_norm_and_penalties() {
    let outputs =
        [("softmax", Target::Classes(3)), ("sigmoid", Target::Classes(2)), ("linear", Target::Value)];
    for info in ACTIVATIONS {
        for (output, target) in outputs {
            for keep in [json!(null), json!([0.9, 0.5, 0.7]), json!([1, 0.5, 1, 0.7])] {
                for (lambda, batch_norm) in [(0.0, false), (0.7, false), (0.0, true), (0.7, true)] {
                    let settings = json!({
                        "activation": info.name, "output": output, "keep_prob": keep, "batch_norm": batch_norm,
                    });
                    let case = case_of(12, &settings, target);
                    let dropout = if keep.is_null() { Dropout::Off } else { Dropout::Same(case.masks()) };
                    let penalty = Penalty { l1: lambda / 2.0, l2: lambda, rows: 40 };
                    let check = case.check(dropout, penalty, TWO_SIDED, &Planted::NONE);
                    let name = format!("{} {output} {keep} {lambda} {batch_norm}", info.name);
                    assert!(check.error < 1e-7, "{name}: {}", check.error);
                    assert!(
                        check.blocks.iter().all(|block| block.error < 1e-6),
                        "{name}: {:?}",
                        check.blocks
                    );
                    assert!(check.analytic.iter().filter(|g| **g != 0.0).count() > 50, "{name}");
                }
            }
        }
    }
}

#[test]
fn each_bug_shows_in_its_block_and_nowhere_else() {
    let case = tanh();
    assert_eq!(off(&case.with(Bug::Right, "W1")), [""; 0]);
    for info in BUGS.iter().filter(|info| info.bug != Bug::Right) {
        let block = if info.bug == Bug::PenaltyOnBias { "b2" } else { "W2" };
        let check = case.with(info.bug, block);
        let expected = match info.bug {
            Bug::MissingDerivative | Bug::WrongDerivative => vec!["W1", "b1", "W2", "b2"],
            _ => vec![block],
        };
        assert_eq!(off(&check), expected, "{}", info.name);
    }
    let error = |bug| Verdict::of(case.with(bug, "W2").error);
    for bug in [Bug::Sign, Bug::Doubled, Bug::MissingMean, Bug::MissingDerivative, Bug::ForgottenPenalty] {
        assert_eq!(error(bug), Verdict::Worry, "{bug:?}");
    }
}

#[test]
fn block_errors_by_hand() {
    let case = tanh();
    let error = |bug, block: &str| {
        let check = case.with(bug, block);
        check.blocks.iter().find(|found| found.name == block).unwrap().error
    };
    // ||-g - g|| / 2 ||g||; ||2g - g|| / 3 ||g||; (m - 1)/(m + 1).
    assert!((error(Bug::Sign, "b1") - 1.0).abs() < 1e-7);
    assert!((error(Bug::Doubled, "W3") - 1.0 / 3.0).abs() < 1e-7);
    assert!((error(Bug::MissingMean, "b3") - 39.0 / 41.0).abs() < 1e-7);
}

#[test]
fn one_percent_of_one_entry_hides_in_the_whole_and_shows_in_its_block() {
    let check = tanh().with(Bug::OnePercent, "b1");
    assert!(check.error < WORRY, "{}", check.error);
    let block = &check.blocks[1];
    assert_eq!(block.name, "b1");
    assert!(block.error > WORRY && block.error > 3.0 * check.error, "{} {}", block.error, check.error);
}

#[test]
fn a_wrong_tanh_passes_at_small_weights_and_fails_after_training() {
    let mut case = tanh();
    case.network.parameters_mut().iter_mut().for_each(|w| *w *= 1e-2);
    let bug = planted(Bug::WrongDerivative, "W1");
    let check = |case: &Case| case.check(Dropout::Off, Penalty::NONE, TWO_SIDED, &bug);
    let before = check(&case);
    assert!(before.error < 1e-5, "{}", before.error);
    let (x, y) = (case.part.rows(0..ROWS), case.part.y.all());
    let mut forward = Forward::new(case.network.architecture(), ROWS);
    let mut backward = Backward::new(case.network.architecture(), ROWS);
    for _ in 0..3000 {
        forward.run(&case.network, x, ROWS, Pass::Training(None));
        backward.run(&case.network, &forward, x, y, None);
        case.network.parameters_mut().iter_mut().zip(backward.gradient()).for_each(|(w, g)| *w -= 0.5 * g);
    }
    let after = check(&case);
    assert_eq!(Verdict::of(after.error), Verdict::Worry, "{}", after.error);
    let right = case.check(Dropout::Off, Penalty::NONE, TWO_SIDED, &Planted::NONE);
    assert_eq!(Verdict::of(right.error), Verdict::Great, "{}", right.error);
}

#[test]
fn steps_are_best_near_1e_5_and_two_sides_beat_one() {
    let case = tanh();
    let error = |sides, epsilon| {
        case.check(Dropout::Off, Penalty::NONE, Differences { sides, epsilon, single: false }, &Planted::NONE)
            .error
    };
    let sweep: Vec<f64> = (2..=10).map(|k| error(Sides::Two, libm::pow(10.0, -f64::from(k)))).collect();
    let best = sweep.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).unwrap().0 + 2;
    assert!((5..=7).contains(&best), "{sweep:?}");
    assert!(sweep[0] > 1e-6 && sweep[8] > 1e-8, "{sweep:?}");
    assert!(error(Sides::One, 1e-5) > 100.0 * error(Sides::Two, 1e-5));
}

#[test]
fn seven_digits_are_too_few_for_a_difference() {
    let case = case(&json!({ "keep_prob": 0.8 }), Target::Classes(3));
    let error = |epsilon, single| {
        let differences = Differences { sides: Sides::Two, epsilon, single };
        case.check(Dropout::Same(case.masks()), l2(1.0), differences, &Planted::NONE).error
    };
    assert!(error(1e-5, false) < GREAT);
    let single: Vec<f64> = (1..=6).map(|k| error(libm::pow(10.0, -f64::from(k)), true)).collect();
    assert!(single.iter().all(|&error| error > 100.0 * GREAT), "{single:?}");
    assert!(single[4] > WORRY, "{single:?}");
    // Where the step is large, J in f32 is the same J: its masks are the same.
    assert!(single.iter().any(|&error| error < 0.01), "{single:?}");
}

#[test]
fn fresh_masks_fail_the_check_and_the_same_masks_pass_it() {
    let case = case(&json!({ "keep_prob": 0.8 }), Target::Classes(3));
    let check = |dropout| case.check(dropout, Penalty::NONE, TWO_SIDED, &Planted::NONE);
    assert_eq!(Verdict::of(check(Dropout::Same(case.masks())).error), Verdict::Great);
    assert!(check(Dropout::Fresh(case.masks())).error > 0.9);
}

#[test]
fn bugs_work_behind_batch_normalization_and_dropout() {
    let case = case(&json!({ "batch_norm": true, "keep_prob": 0.8 }), Target::Classes(3));
    let check = |bug| case.check(Dropout::Same(case.masks()), Penalty::NONE, TWO_SIDED, &bug);
    assert_eq!(off(&check(planted(Bug::Doubled, "gamma2"))), ["gamma2"]);
    let expected = ["W1", "beta1", "gamma1"];
    assert_eq!(off(&check(planted(Bug::WrongDerivative, "gamma1"))), expected);
}

#[test]
fn a_gradient_that_is_nothing_but_rounding_is_no_mistake() {
    // Behind linear units and another normalization, beta1 changes nothing.
    let case = case(&json!({ "activation": "linear", "batch_norm": true }), Target::Classes(3));
    let check = case.check(Dropout::Off, Penalty::NONE, TWO_SIDED, &Planted::NONE);
    assert_eq!((check.blocks[1].name.as_str(), check.blocks[1].error), ("beta1", 0.0));
    let check = case.check(Dropout::Off, l2(1.0), TWO_SIDED, &planted(Bug::PenaltyOnBias, "beta1"));
    assert!(check.blocks[1].error > 0.9);
}

#[test]
fn a_bug_that_cannot_be_is_refused() {
    let shape = |model: Value| {
        let model: ModelSettings = serde_json::from_value(model).unwrap();
        Architecture::new(&model, 5, Target::Classes(3)).unwrap()
    };
    let tanh = shape(json!({ "hidden": [4], "activation": "tanh" }));
    let relu = shape(json!({ "hidden": [4], "activation": "relu" }));
    let cases = [
        (planted(Bug::Sign, "W3"), &tanh, 1.0, Some("block")),
        (planted(Bug::Sign, "V1"), &tanh, 1.0, Some("block")),
        (planted(Bug::MissingDerivative, "W2"), &tanh, 1.0, Some("block")),
        (planted(Bug::WrongDerivative, "W1"), &relu, 1.0, Some("bug")),
        (planted(Bug::ForgottenPenalty, "W1"), &tanh, 0.0, Some("bug")),
        (planted(Bug::HalvedPenalty, "b1"), &tanh, 1.0, Some("block")),
        (planted(Bug::PenaltyOnBias, "W1"), &tanh, 1.0, Some("block")),
        (planted(Bug::PenaltyOnBias, "b2"), &tanh, 1.0, None),
        (planted(Bug::WrongDerivative, "b1"), &tanh, 0.0, None),
    ];
    for (planted, shape, lambda, path) in cases {
        let found = planted.check(shape, l2(lambda)).map(|problem| problem.path);
        assert_eq!(found.as_deref(), path, "{planted:?}");
    }
    for info in BUGS {
        assert_eq!(serde_json::from_value::<Bug>(info.name.into()).unwrap(), info.bug);
        let usual = Planted { bug: info.bug, block: None };
        assert!(usual.check(&tanh, l2(1.0)).is_none(), "{}", info.name);
    }
    assert_eq!(BUGS[0].bug, Bug::default());
    assert!(shape(json!({ "activation": "tanh" })).activation == Activation::Tanh);
}

#[test]
fn relative_errors_and_verdicts_by_hand() {
    assert_eq!(relative_error(&[3.0, 4.0], &[3.0, 4.0]), 0.0);
    assert_eq!(relative_error(&[3.0, 4.0], &[-3.0, -4.0]), 1.0);
    assert_eq!(relative_error(&[0.0], &[0.0]), 0.0);
    assert_eq!(Verdict::of(1e-7), Verdict::Great);
    assert_eq!(Verdict::of(1e-5), Verdict::LookAgain);
    assert_eq!((Verdict::of(1e-3), Verdict::of(f64::NAN)), (Verdict::Worry, Verdict::Worry));
}
