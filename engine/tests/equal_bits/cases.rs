//! What is computed, and down to which digests: the same for the test, on every path of this CPU, and in WebAssembly.

use std::collections::BTreeMap;

use gradbook_engine::data::{self, DATASETS, Files, SeriesSettings, TableLimits};
use gradbook_engine::nn::{ACTIVATIONS, CriticalPoint, INITIALIZERS};
use gradbook_engine::numeric::{self, Finish, Real, Streams, Strided};
use gradbook_engine::optim::{OPTIMIZERS, SCHEDULES};
use gradbook_engine::search::{self, Proposal, SAMPLERS, SamplerInfo, Space, Trial};
use gradbook_engine::surface::{DataCost, Descent, Ground, SURFACES, SurfaceInfo, descend};
use gradbook_engine::train::{self, Parts, Watch};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Something computed, by name.
pub(crate) struct Case {
    pub name: String,
    pub digest: Box<dyn Fn() -> String + Send + Sync>,
}

impl Case {
    fn new(name: impl Into<String>, digest: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Case { name: name.into(), digest: Box::new(digest) }
    }
}

/// Everything, every technique of every list included.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new("functions in f32", functions::<f32>),
        Case::new("functions in f64", functions::<f64>),
        Case::new("products in f32", products::<f32>),
        Case::new("products in f64", products::<f64>),
    ];
    for info in OPTIMIZERS {
        let settings = json!({ "optimizer": written((info.optimizer)()), "learning_rate": 0.01 });
        cases.push(training(format!("optimizer {}", info.name), &json!({ "training": settings })));
    }
    for info in SCHEDULES {
        // past the epochs at which the examples of the list change the rate
        let settings = json!({ "schedule": written((info.schedule)()), "learning_rate": 0.01, "epochs": 22 });
        cases.push(training(format!("schedule {}", info.name), &json!({ "training": settings })));
    }
    for info in ACTIVATIONS {
        for precision in ["f32", "f64"] {
            let settings = json!({
                "model": { "activation": info.name, "hidden": [16, 9] },
                "training": { "precision": precision },
            });
            cases.push(training(format!("activation {} in {precision}", info.name), &settings));
        }
    }
    for info in INITIALIZERS {
        let settings = json!({ "model": { "init": written(info.initializer) } });
        cases.push(training(format!("initializer {}", info.name), &settings));
    }
    for entry in DATASETS {
        let settings = json!({ "data": { "name": entry.name, "limit": 90 } });
        cases.push(training(format!("data {}", entry.name), &settings));
    }
    for entry in SAMPLERS {
        cases.push(Case::new(format!("sampler {}", entry.name), move || sampler(entry)));
    }
    for info in SURFACES {
        cases.push(Case::new(format!("surface {}", info.name), move || surface(info)));
    }
    for (name, l2) in [("regression", 0.0), ("regression with a penalty", 0.3)] {
        cases.push(Case::new(name, move || regression(l2)));
    }
    cases.push(Case::new("importance of settings", importance));
    cases.push(Case::new("eigenvalues of random matrices", eigenvalues));
    cases.push(Case::new("critical points", critical_points));
    for name in ["plane", "moons"] {
        cases.push(Case::new(format!("cost over the weights of {name}"), move || data_cost(name)));
    }
    cases.push(Case::new("series and its average", averaged));
    let others = [
        ("linear model", json!({ "model": { "hidden": [] } })),
        (
            "logistic regression",
            json!({ "data": { "name": "moons" }, "model": { "hidden": [], "output": "sigmoid" } }),
        ),
        ("scaled target", json!({ "data": { "name": "line", "scale_target": "standard" } })),
        ("full batch", json!({ "training": { "batch_size": "full" } })),
        ("batch of one", json!({ "training": { "batch_size": 1, "epochs": 1 } })),
        ("dropout", json!({ "model": { "hidden": [16, 9], "keep_prob": [0.9, 0.8, 0.5] } })),
        ("dropout of logits", json!({ "model": { "hidden": [16, 9], "keep_prob": [1, 1, 0.5, 0.8] } })),
        ("batch norm", json!({ "model": { "hidden": [16, 9], "batch_norm": true, "keep_prob": 0.8 } })),
        (
            "batch norm in f64",
            json!({ "model": { "hidden": [16, 9], "batch_norm": true }, "training": { "precision": "f64" } }),
        ),
        (
            "batch norm, exact statistics",
            json!({ "model": { "hidden": [16, 9], "batch_norm": { "prediction": "exact" } } }),
        ),
        (
            "batch norm, batches at prediction",
            json!({ "model": { "batch_norm": { "prediction": { "batch": 7 } } }, "training": { "batch_size": 1 } }),
        ),
        ("l1", json!({ "training": { "l1": 0.7 } })),
        ("l2", json!({ "training": { "l2": 0.7 } })),
        ("max norm", json!({ "training": { "max_norm": 0.6, "learning_rate": 0.05 } })),
        (
            "augmentation",
            json!({
                "data": { "name": "digits", "limit": 120, "normalize": "pixels" },
                "training": { "augment": { "flip": 0.5, "rotation": 15, "shift": 2, "noise": 0.1 } },
            }),
        ),
        ("label noise", json!({ "data": { "name": "digits", "limit": 120, "label_noise": 0.2 } })),
        ("minmax", json!({ "data": { "name": "breast_cancer", "limit": 90, "normalize": "minmax" } })),
        ("not normalized", json!({ "data": { "name": "breast_cancer", "limit": 90, "normalize": "none" } })),
        ("without strata", json!({ "split": { "train": 50, "dev": 30, "test": 20, "stratify": false } })),
        (
            "early stopping",
            json!({ "training": { "epochs": 30, "learning_rate": 0.1, "early_stopping": { "patience": 3 } } }),
        ),
        (
            "steering",
            json!({ "training": { "epochs": 20, "learning_rate": 0.3, "steering": { "every": 2 } } }),
        ),
        ("centered", json!({ "data": { "name": "breast_cancer", "limit": 90, "normalize": "centered" } })),
        (
            "divided by variance",
            json!({ "data": { "name": "breast_cancer", "limit": 90, "normalize": "variance" } }),
        ),
        (
            "own statistics",
            json!({ "data": { "name": "breast_cancer", "limit": 90, "own_statistics": true } }),
        ),
        (
            "other source of pictures",
            json!({ "data": { "name": "digits", "limit": 120, "other_source": {
                "train": 0.3, "contrast": 0.6, "brightness": 0.2, "blur": 0.5, "noise": 0.12,
            } } }),
        ),
        (
            "other source of numbers",
            json!({ "data": { "name": "iris", "other_source": { "contrast": 0.5, "brightness": -1, "noise": 0.3 } } }),
        ),
        ("layers of so many units", json!({ "model": { "layers": 2, "units": 11, "hidden": [32] } })),
        (
            "divergence",
            json!({ "training": { "optimizer": { "sgd": {} }, "learning_rate": 1e30, "epochs": 3 } }),
        ),
        (
            "wide and deep",
            json!({
                "data": { "name": "digits", "limit": 150 }, "model": { "hidden": [70, 33, 40], "activation": "tanh" },
                "training": { "batch_size": 50, "epochs": 2 },
            }),
        ),
    ];
    cases.extend(others.into_iter().map(|(name, settings)| training(name, &settings)));
    cases
}

/// Settings as their YAML would give them.
fn written(settings: impl Serialize) -> Value {
    serde_json::to_value(settings).expect("settings are plain data")
}

fn read<T: DeserializeOwned>(settings: &Value) -> T {
    let settings = if settings.is_null() { json!({}) } else { settings.clone() };
    serde_json::from_value(settings).unwrap_or_else(|error| panic!("the settings of a case: {error}"))
}

/// A short training; what `settings` leave open is small, and of odd sizes so that vectors and tiles have tails.
fn training(name: impl Into<String>, settings: &Value) -> Case {
    let mut whole = json!({
        "data": { "name": "spirals" },
        "model": { "hidden": [13] },
        "training": { "epochs": 3, "batch_size": 19 },
    });
    for (part, keys) in settings.as_object().expect("four parts") {
        for (key, value) in keys.as_object().expect("settings by key") {
            whole[part][key] = value.clone();
        }
    }
    if whole["data"] == json!({ "name": "spirals" }) {
        whole["data"]["samples"] = json!(101);
    }
    Case::new(name, move || train(&whole))
}

fn train(settings: &Value) -> String {
    struct Quiet;
    impl Watch for Quiet {}
    let parts = Parts {
        data: &read(&settings["data"]),
        split: &read(&settings["split"]),
        model: &read(&settings["model"]),
        training: &read(&settings["training"]),
    };
    let dataset = data::load(parts.data, Files::default(), &TableLimits::default(), &Streams::new(3));
    let dataset = dataset.unwrap_or_else(|problems| panic!("{problems:?}"));
    train::run(&parts, &dataset, 3, &mut Quiet).unwrap_or_else(|problem| panic!("{problem}")).digest
}

/// A hash over numbers, bit by bit.
fn digest<R: Real>(numbers: &[R]) -> String {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.bytes().to_vec()).collect();
    blake3::hash(&bytes).to_hex()[..32].to_owned()
}

/// Numbers of every size, of both signs, and the special ones.
fn numbers<R: Real>(count: usize) -> Vec<R> {
    let mut stream = Streams::new(0).stream("numbers");
    let specials = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e-310, -1e-40, 1e30, -1e30];
    let ordinary = (specials.len()..count).map(|index| stream.normal() * [0.01, 1.0, 30.0][index % 3]);
    specials.into_iter().chain(ordinary).map(R::from_f64).collect()
}

fn functions<R: Real>() -> String {
    let mut all = Vec::new();
    for function in [numeric::exp, numeric::ln, numeric::tanh, numeric::sigmoid] {
        let mut values = numbers::<R>(1003);
        function(&mut values);
        all.extend_from_slice(&values);
    }
    digest(&all)
}

/// Products of every small shape and of some larger ones, plain and transposed.
fn products<R: Real>() -> String {
    let small = (1..20).flat_map(|m| [1, 2, 7, 16, 35].map(|n| (m, n, 1 + (m * n) % 23)));
    let mut all = Vec::new();
    for (m, n, k) in small.chain([(37, 50, 300), (100, 70, 65)]) {
        // finite numbers: a NaN would hide the others of its chain
        let finite = numbers::<R>(9 + m * k + k * n + n).split_off(9);
        let (a, rest) = finite.split_at(m * k);
        let (b, bias) = rest.split_at(k * n);
        let mut c = vec![R::ZERO; m * n];
        numeric::matmul(m, n, k, Strided::rows(a, k), b, Finish::Bias(bias), &mut c);
        all.extend_from_slice(&c);
        numeric::matmul(m, n, k, Strided::transposed(a, m), b, Finish::Sums, &mut c);
        all.extend_from_slice(&c);
    }
    digest(&all)
}

/// A search for the lowest point of a bowl.
fn sampler(entry: &SamplerInfo) -> String {
    let space: Space = read(&json!({
        "training.learning_rate": { "log": [1e-4, 1.0] },
        "training.batch_size": { "integer": [8, 64] },
        "model.activation": { "choice": ["relu", "tanh"] },
    }));
    let sampler = (entry.sampler)();
    let mut rounds = sampler.start(&space, 24, 20, Streams::new(3).stream("search"));
    let mut history: Vec<Trial> = Vec::new();
    loop {
        let round = rounds.next(&history);
        if round.is_empty() {
            break;
        }
        let bowl = |point: &[f64]| point.iter().map(|u| (u - 0.3) * (u - 0.3)).sum();
        let run = |Proposal { point, budget }| Trial { objective: bowl(&point), point, budget };
        history.extend(round.into_iter().map(run));
    }
    digest(&history.into_iter().flat_map(|trial| trial.point).collect::<Vec<f64>>())
}

/// Which settings a search says matter, some of them conditional, some trials diverged.
fn importance() -> String {
    let space: Space = read(&json!({
        "training.learning_rate": { "log": [1e-4, 1.0] },
        "training.batch_size": { "integer": [8, 64] },
        "training.optimizer": { "choice": ["sgd", "adam"] },
        "training.optimizer.adam.beta1": { "linear": [0.5, 0.99], "when": { "training.optimizer": "adam" } },
    }));
    let mut points = Streams::new(3).stream("points");
    let trial = |index: usize| {
        let point: Vec<f64> = (0..4).map(|_| points.uniform()).collect();
        let objective = if index.is_multiple_of(9) {
            f64::NAN
        } else {
            point[0] * point[0] + 0.3 * point[1] + 0.1 * point[2]
        };
        Trial { point, budget: 1.0, objective }
    };
    let trials: Vec<Trial> = (0..70).map(trial).collect();
    digest(&search::importance(&space, &trials, &mut Streams::new(3).stream("importance")))
}

/// A noisy descent, with the heights and distances along it.
fn surface(info: &SurfaceInfo) -> String {
    let surface = (info.surface)();
    let descent = Descent {
        optimizer: read(&json!({ "adam": {} })),
        learning_rate: 0.05,
        schedule: read(&json!({ "inverse_sqrt": {} })),
        start: surface.start(),
        steps: 300,
        noise: 0.3,
    };
    let path = descend(&surface, &descent, &mut Streams::new(3).stream("noise"));
    let numbers = path.iter().flat_map(|&at| [at[0], at[1], surface.value(at), surface.distance(at)]);
    digest(&numbers.collect::<Vec<f64>>())
}

/// Matrices of every small size.
fn eigenvalues() -> String {
    let mut stream = Streams::new(3).stream("matrices");
    let of = |n: usize| numeric::symmetric_eigenvalues(&numeric::random_symmetric(n, &mut stream), n);
    digest(&(1..20).flat_map(of).collect::<Vec<f64>>())
}

/// What a few starts of a small network lead to.
fn critical_points() -> String {
    let parts = Parts {
        data: &read(&json!({ "name": "moons", "samples": 60 })),
        split: &read(&Value::Null),
        model: &read(&json!({ "hidden": [3], "activation": "tanh", "output": "sigmoid" })),
        training: &read(&json!({ "l2": 0.1 })),
    };
    let dataset = data::load(parts.data, Files::default(), &TableLimits::default(), &Streams::new(3));
    let dataset = dataset.unwrap_or_else(|problems| panic!("{problems:?}"));
    let search = train::CriticalSearch { starts: 5, spread: 1.0, steps: 60, tolerance: 1e-6 };
    let found = train::critical_points(&parts, &dataset, 3, search, &mut || {});
    let found = found.unwrap_or_else(|problem| panic!("{problem}"));
    let numbers = |point: Option<CriticalPoint>| match point {
        None => vec![f64::NAN],
        Some(point) => [vec![point.objective, point.gradient_norm], point.curvatures].concat(),
    };
    digest(&found.into_iter().flat_map(numbers).collect::<Vec<f64>>())
}

/// Heights, slopes and curvatures of the cost of a model of two features, and a descent.
fn data_cost(name: &str) -> String {
    let settings = read(&json!({ "name": name, "samples": 101, "noise": 0.4, "normalize": "standard" }));
    let dataset = data::load(&settings, Files::default(), &TableLimits::default(), &Streams::new(3));
    let dataset = dataset.unwrap_or_else(|problems| panic!("{problems:?}"));
    let cost = DataCost::new(&dataset, &settings, 0.3, &Streams::new(3));
    let cost = cost.unwrap_or_else(|problem| panic!("{problem}"));
    let descent = Descent {
        optimizer: read(&json!({ "sgd": {} })),
        learning_rate: 0.1,
        schedule: read(&json!({ "constant": {} })),
        start: [0.0, 0.0],
        steps: 50,
        noise: 0.0,
    };
    let path = descend(&cost, &descent, &mut Streams::new(3).stream("noise"));
    let ends = [cost.lowest(), cost.curvatures(cost.lowest())].concat();
    let numbers = path.iter().flat_map(|&at| [at[0], at[1], cost.value(at), cost.distance(at)]);
    digest(&numbers.chain(ends).collect::<Vec<f64>>())
}

/// A polynomial in closed form.
fn regression(l2: f64) -> String {
    let settings = read(&json!({ "name": "polynomial", "samples": 101 }));
    let dataset = data::load(&settings, Files::default(), &TableLimits::default(), &Streams::new(3));
    let dataset = dataset.unwrap_or_else(|problems| panic!("{problems:?}"));
    let split = read(&Value::Null);
    let found =
        train::regress(&settings, &split, l2, &dataset, 3).unwrap_or_else(|problem| panic!("{problem}"));
    let ends = found.losses.into_iter().flatten().chain([found.ridge.objective, found.ridge.intercept]);
    digest(&found.ridge.weights.iter().copied().chain(ends).collect::<Vec<f64>>())
}

/// A series of everything that one is made of, with its averages.
fn averaged() -> String {
    let settings: SeriesSettings = read(&json!({
        "length": 400, "level": 50, "season": 20, "trend": 0.1, "jumps": [{ "at": 90, "by": -7 }], "noise": 8,
    }));
    let noise = settings.draw_noise(&mut Streams::new(3).stream("series"));
    let values: Vec<f64> =
        settings.signal().iter().zip(noise).map(|(signal, noise)| signal + noise).collect();
    let of = |corrected: bool| numeric::smooth(&values, 0.98, corrected);
    digest(&[of(true), of(false), values.clone()].concat())
}

/// The engine's revision, then one line a case.
pub(crate) fn lines(digests: &BTreeMap<String, String>) -> String {
    let cases = digests.iter().map(|(name, digest)| format!("{digest} {name}\n"));
    std::iter::once(format!("revision {}\n", gradbook_engine::REVISION)).chain(cases).collect()
}
