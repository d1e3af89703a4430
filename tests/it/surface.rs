//! Descents on surfaces, as an author writes them.

use gradbook::numeric::Streams;
use gradbook::optim::{OPTIMIZERS, Optimizer, Schedule};
use gradbook::surface::{Descent, Ground, SURFACES, Surface, descend};
use serde::Deserialize;
use serde_json::Value;

use crate::course::Course;
use crate::reference::{F64, assert_known, assert_near};

fn block(settings: &str) -> String {
    format!("```yaml experiment\nkind: surface\nid: it\n{settings}\n```\n")
}

/// What `run --format json` says of the one experiment.
fn results(settings: &str) -> Value {
    Course::with("a.md", &block(settings)).results("lessons/a.md").remove(0)
}

#[test]
fn a_map_shows_each_path_and_says_it_in_words() {
    let text =
        block("surface: {bowl: {condition: 4}}\nsteps: 3\nlearning_rate: 0.25\ncompare: [sgd, momentum]");
    let course = Course::with("a.md", &format!("`{{{{ it.sgd.x }}}}`\n\n{text}"));
    let site = course.build();
    let page = site.page("a");
    // Along x a step leaves three quarters, along y nothing: -2, -1.5, -1.125, -0.84375.
    page.shows("0.84");
    page.shows("A minimum at (0, 0).").shows("SGD: from (−2, 1) to (−0.8438, 0) in 3 steps.");
    page.shows("SGD x").shows("SGD y").hides("NaN");
    let map = site.text("a/it-map.svg");
    assert!(map.contains(">Momentum<") && map.contains(">minimum<"), "{map}");
    assert!(!map.contains("NaN") && !map.contains("inf"));
}

#[test]
fn a_claim_that_no_seed_changes_is_judged_once_and_noise_is_drawn_by_the_seed() {
    let quiet = results("steps: 20\nseeds: 3\nclaims: [\"loss < 3\"]");
    assert_eq!(quiet["metrics"]["run"]["loss"]["sd"], 0.0);
    let noisy = results("steps: 20\nseeds: 3\nnoise: 1");
    assert!(noisy["metrics"]["run"]["loss"]["sd"].as_f64().unwrap() > 0.0);
    let twice = results("steps: 20\nseeds: 3\nnoise: 1");
    assert_eq!(noisy["digest"], twice["digest"]);
}

#[test]
fn a_descent_that_diverges_is_told_at_its_step_and_nowhere_as_a_number() {
    let settings = "steps: 400\nlearning_rate: 1\nclaims: [\"diverged_at < 400\"]";
    let found = results(settings);
    let metrics = &found["metrics"]["run"];
    let step = metrics["diverged_at"].as_f64().unwrap();
    assert!(metrics["loss"].is_null() && metrics["distance"].is_null() && metrics["x"].is_null());
    // From the start up to the step before, all is finite.
    let losses = found["series"]["run"]["loss"].as_array().unwrap();
    assert_eq!(losses.len() as f64, step);
    assert!(losses.iter().all(Value::is_f64));
    let course = Course::with("a.md", &block(settings));
    let site = course.build();
    site.page("a").shows(&format!("No longer finite: the run at step {step}.")).hides("NaN");
    assert!(site.text("a/it-map.svg").len() < 60_000, "a path beyond the map is not drawn");
}

#[test]
fn settings_of_a_surface_can_vary_and_each_surface_has_its_map() {
    let settings = "surface: bowl\nvary: {surface.bowl.rotation: [0, 45], optimizer: [sgd, rmsprop]}";
    let course = Course::with("a.md", &block(settings));
    let site = course.build();
    site.page("a")
        .shows("Panel bowl, condition 100, rotation 0.")
        .shows("Panel bowl, condition 100, rotation 45.");
    assert!(site.text("a/it.json").contains("\"rotation_45_optimizer_rmsprop\""));
}

#[test]
fn its_cost_is_known_and_held_to_the_limits() {
    let course = Course::with("a.md", &block("steps: 100000\nseeds: 1000\nnoise: 1"));
    let called = course.call(&["build"]);
    assert_eq!(called.status, 1);
    assert!(called.error.contains("of memory, where 4 GB are allowed"), "{}", called.error);
}

/// What PyTorch's autograd and optimizers find on a surface (`tests/reference/surface.py`).
#[derive(Deserialize)]
struct Case {
    surface: Surface,
    slopes: Vec<Slope>,
    descents: Vec<Path>,
}

#[derive(Deserialize)]
struct Slope {
    at: [f64; 2],
    value: f64,
    gradient: [f64; 2],
}

#[derive(Deserialize)]
struct Path {
    optimizer: Optimizer,
    learning_rate: f64,
    path: Vec<[f64; 2]>,
}

fn cases() -> Vec<Case> {
    #[derive(Deserialize)]
    struct Reference {
        cases: Vec<Case>,
    }
    serde_json::from_str::<Reference>(include_str!("../reference/surface.json")).unwrap().cases
}

#[test]
fn values_and_slopes_are_those_of_autograd() {
    let cases = cases();
    let known = |name: &str| cases.iter().any(|case| case.surface.info().name == name);
    let missing = SURFACES.iter().filter(|info| !known(info.name)).map(|info| info.name.to_owned());
    assert_known(&missing.collect::<Vec<_>>());
    for Case { surface, slopes, .. } in cases {
        for Slope { at, value, gradient } in slopes {
            let what = format!("{surface:?} at {at:?}");
            assert_near(&[surface.value(at)], &[value], F64, &what);
            assert_near(&surface.gradient(at), &gradient, F64, &what);
        }
    }
}

#[test]
fn every_optimizer_takes_the_steps_of_pytorch() {
    for Case { surface, descents, .. } in cases() {
        for info in OPTIMIZERS {
            assert!(descents.iter().any(|descent| descent.optimizer.name() == info.name), "{}", info.name);
        }
        for Path { optimizer, learning_rate, path } in descents {
            let what = format!("{surface:?} by {optimizer:?}");
            let (start, steps, schedule) = (path[0], path.len() - 1, Schedule::default());
            let descent = Descent { optimizer, learning_rate, schedule, start, steps, noise: 0.0 };
            let found = descend(&surface, &descent, &mut Streams::new(0).stream("noise"));
            assert_near(&found.concat(), &path.concat(), F64, &what);
        }
    }
}
