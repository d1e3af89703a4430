//! What fits are estimated to take beside what they take, for shapes far apart: what the constants of
//! `train/cost.rs` are held to. `cargo run -p gradbook-engine --example cost`.

use std::time::Instant;

use gradbook_engine::data::{DataSettings, Dataset, Normalize, SplitSettings, TargetColumn};
use gradbook_engine::nn::{Architecture, ModelSettings};
use gradbook_engine::numeric::Streams;
use gradbook_engine::train::{self, Parts, TrainingSettings, Watch, fit_cost};

struct Shape {
    rows: usize,
    features: usize,
    classes: usize,
    model: &'static str,
    training: &'static str,
    split: &'static str,
}

const fn shape(
    rows: usize,
    features: usize,
    classes: usize,
    model: &'static str,
    training: &'static str,
) -> Shape {
    Shape {
        rows,
        features,
        classes,
        model,
        training,
        split: r#"{"train": "60%", "dev": "20%", "test": "20%"}"#,
    }
}

const SHAPES: &[Shape] = &[
    shape(100, 2, 2, r#"{"hidden": [4]}"#, r#"{"epochs": 5000, "batch_size": 1, "optimizer": {"sgd": {}}}"#),
    shape(
        100,
        2,
        2,
        r#"{"hidden": []}"#,
        r#"{"epochs": 20000, "batch_size": "full", "optimizer": {"sgd": {}}}"#,
    ),
    shape(
        4,
        1,
        2,
        r#"{"hidden": []}"#,
        r#"{"epochs": 100000, "batch_size": "full", "optimizer": {"sgd": {}}}"#,
    ),
    shape(300, 2, 2, r#"{"hidden": [16, 16]}"#, r#"{"epochs": 1000, "batch_size": 32}"#),
    shape(
        300,
        2,
        2,
        r#"{"hidden": [16, 16], "activation": "tanh"}"#,
        r#"{"epochs": 1000, "batch_size": 32}"#,
    ),
    shape(1800, 64, 10, r#"{"hidden": [64, 32]}"#, r#"{"epochs": 50, "batch_size": 64}"#),
    shape(1800, 64, 10, r#"{"hidden": [64, 32]}"#, r#"{"epochs": 50, "batch_size": 64, "precision": "f64"}"#),
    shape(1800, 64, 10, r#"{"hidden": [64, 32], "keep_prob": 0.5}"#, r#"{"epochs": 50, "batch_size": 64}"#),
    shape(5000, 784, 10, r#"{"hidden": [256, 128]}"#, r#"{"epochs": 3, "batch_size": 128}"#),
    shape(2000, 784, 10, r#"{"hidden": [512, 256], "keep_prob": 0.8}"#, r#"{"epochs": 2, "batch_size": 16}"#),
    shape(
        300,
        5,
        3,
        r#"{"hidden": [10,10,10,10,10,10,10,10,10,10,10,10,10,10,10,10,10,10,10,10], "activation": "sigmoid"}"#,
        r#"{"epochs": 200, "batch_size": 8}"#,
    ),
    shape(20000, 2, 1000, r#"{"hidden": [8]}"#, r#"{"epochs": 2, "batch_size": 256}"#),
    shape(
        100_000,
        3,
        2,
        r#"{"hidden": [8]}"#,
        r#"{"epochs": 3, "batch_size": 32, "optimizer": {"sgd": {}}}"#,
    ),
    Shape {
        split: r#"{"train": 16, "test": 99984}"#,
        ..shape(100_000, 3, 2, r#"{"hidden": [8]}"#, r#"{"epochs": 30}"#)
    },
    shape(200, 20, 2, r#"{"hidden": [2000], "init": "he"}"#, r#"{"epochs": 10, "batch_size": 1}"#),
    shape(
        200,
        2000,
        0,
        r#"{"hidden": [1000]}"#,
        r#"{"epochs": 2, "batch_size": 32, "optimizer": {"momentum": {}}}"#,
    ),
    shape(200, 10, 2, r#"{"hidden": [2000, 2000]}"#, r#"{"epochs": 0}"#),
    shape(5000, 10, 0, r#"{"hidden": [64]}"#, r#"{"epochs": 30, "batch_size": "full", "l2": 0.1}"#),
    shape(
        5000,
        1,
        0,
        r#"{"hidden": [32, 32], "activation": "tanh"}"#,
        r#"{"epochs": 30, "batch_size": "full"}"#,
    ),
];

fn dataset(shape: &Shape) -> Dataset {
    let mut stream = Streams::new(0).stream("data");
    let features = ndarray::Array2::from_shape_fn((shape.rows, shape.features), |_| stream.normal());
    let target = match shape.classes {
        0 => TargetColumn::Values {
            values: (0..shape.rows).map(|row| features[[row, 0]]).collect(),
            name: "y".into(),
        },
        classes => TargetColumn::Classes {
            labels: (0..shape.rows).map(|row| row % classes).collect(),
            names: (0..classes).map(|class| class.to_string()).collect(),
        },
    };
    Dataset {
        name: "rows".into(),
        title: "Rows".into(),
        provenance: None,
        feature_names: (0..shape.features).map(|feature| feature.to_string()).collect(),
        features: gradbook_engine::data::Features::F64(features),
        target,
        image: None,
    }
}

struct Silent;

impl Watch for Silent {}

fn main() {
    println!("{:>11} {:>11} {:>6}", "estimated s", "measured s", "ratio");
    for shape in SHAPES {
        let data = DataSettings { normalize: Some(Normalize::Standard), ..DataSettings::named("iris") };
        let split: SplitSettings = serde_json::from_str(shape.split).expect(shape.split);
        let model: ModelSettings = serde_json::from_str(shape.model).expect(shape.model);
        let training: TrainingSettings = serde_json::from_str(shape.training).expect(shape.training);
        let dataset = dataset(shape);
        let facts = dataset.facts();
        let architecture = Architecture::new(&model, facts.features, facts.target).expect(shape.model);
        let sizes = split.sizes(facts.rows).expect(shape.split);
        let estimate = fit_cost(&architecture, &training, sizes).seconds;
        let parts = Parts { data: &data, split: &split, model: &model, training: &training };
        let measured = (0..3).map(|_| seconds(&parts, &dataset)).fold(f64::INFINITY, f64::min);
        println!(
            "{estimate:>11.3} {measured:>11.3} {:>6.2}  {} rows, {} features, {} classes, {}, {}",
            estimate / measured,
            shape.rows,
            shape.features,
            shape.classes,
            shape.model,
            shape.training
        );
    }
}

fn seconds(parts: &Parts, dataset: &Dataset) -> f64 {
    let start = Instant::now();
    train::run(parts, dataset, 0, &mut Silent).expect("a run");
    start.elapsed().as_secs_f64()
}
