//! A training whose products are spread over threads gives the bits of one whose are not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gradbook_engine::data::{self, Files, TableLimits};
use gradbook_engine::numeric::{Alone, Streams, Workers};
use gradbook_engine::train::{self, Parts, Report, Watch};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// As many threads as were asked for, all started for one product.
#[derive(Debug)]
struct Threads {
    count: usize,
    /// How many products they shared, each with a task for all.
    products: AtomicUsize,
}

impl Workers for Threads {
    fn count(&self) -> usize {
        self.count
    }

    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        self.products.fetch_add(usize::from(tasks == self.count), Ordering::Relaxed);
        thread::scope(|scope| (0..tasks).for_each(|index| drop(scope.spawn(move || task(index)))));
    }
}

struct Helped(Arc<dyn Workers>);

impl Watch for Helped {
    fn workers(&self) -> Arc<dyn Workers> {
        self.0.clone()
    }
}

/// Three steps on 100 digits, by layers of which the second's product, both of its gradients' and those of the
/// measurements after each epoch are large enough for seven.
fn train(model: &Value, training: &Value, workers: Arc<dyn Workers>) -> Report {
    fn read<T: DeserializeOwned>(settings: &Value) -> T {
        serde_json::from_value(settings.clone()).expect("settings")
    }
    let mut whole = json!({
        "data": { "name": "digits", "limit": 160 },
        "split": { "train": 100, "dev": 30, "test": 30 },
        "model": { "hidden": [500, 301] },
        "training": { "epochs": 3, "batch_size": "full" },
    });
    for (part, settings) in [("model", model), ("training", training)] {
        for (key, value) in settings.as_object().expect("settings by key") {
            whole[part][key] = value.clone();
        }
    }
    let parts = Parts {
        data: &read(&whole["data"]),
        split: &read(&whole["split"]),
        model: &read(&whole["model"]),
        training: &read(&whole["training"]),
    };
    let digits = data::load(parts.data, Files::default(), &TableLimits::default(), &Streams::new(3));
    train::run(&parts, &digits.expect("digits"), 3, &mut Helped(workers)).expect("a training")
}

#[test]
fn no_bit_tells_over_how_many_threads_products_are_spread() {
    let f64 = json!({ "precision": "f64" });
    for (model, training) in [
        (json!({}), json!({})),
        (json!({}), f64.clone()),
        (json!({ "activation": "tanh", "keep_prob": 0.8 }), f64),
        (json!({ "batch_norm": true }), json!({ "optimizer": { "momentum": {} }, "l2": 0.1 })),
    ] {
        let alone = train(&model, &training, Arc::new(Alone));
        assert!(alone.history.train.loss[3] < alone.history.train.loss[0], "{model} learns nothing");
        for count in [2, 7] {
            let threads = Arc::new(Threads { count, products: AtomicUsize::new(0) });
            let spread = train(&model, &training, threads.clone());
            // Three each step, and that of the training part's measurement four times.
            assert!(threads.products.load(Ordering::Relaxed) >= 13, "{count} threads had too little to do");
            assert_eq!(alone, spread, "{count} threads, {model}, {training}");
        }
    }
}
