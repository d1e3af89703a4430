//! The schemas beside what the program itself takes and refuses.

use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::*;
use crate::experiment::KINDS;
use crate::settings::{LineMap, parse};

fn validator(what: Option<What>) -> Validator {
    jsonschema::draft202012::new(&schema(what)).expect("a schema by the standard")
}

/// A tree of settings as JSON.
fn json_of(yaml: &str) -> Value {
    let lines = LineMap::contiguous(crate::diagnostic::SourceId(0), 0, yaml.len());
    serde_json::to_value(parse(yaml, &lines).unwrap()).unwrap()
}

fn check(validator: &Validator, what: &str, yaml: &str) {
    let value = json_of(yaml);
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{what}:\n{yaml}\n{}", errors.join("\n"));
}

/// Every block of the course's lessons, with its place.
fn blocks() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let course = crate::lesson::open(&root.join("lessons"), true, false, &std::sync::Arc::default()).unwrap();
    let blocks = course.lessons.iter().flat_map(|lesson| {
        lesson.blocks.iter().map(|block| (format!("{}:{}", lesson.below, block.line), block.yaml.clone()))
    });
    blocks.collect()
}

#[test]
fn every_block_of_the_lessons_and_every_example_passes() {
    let (block, either) = (validator(Some(What::Block)), validator(None));
    let lessons = blocks();
    assert!(lessons.len() > 20);
    let examples =
        KINDS.iter().map(|kind| (format!("the example of {}", kind.name), kind.example.to_owned()));
    for (place, yaml) in lessons.into_iter().chain(examples) {
        check(&block, &place, &yaml);
        check(&either, &place, &yaml);
    }
}

#[test]
fn what_a_block_may_leave_open_passes() {
    let block = validator(Some(What::Block));
    for settings in [
        "training:",
        "data: {name: iris, limit: null}",
        "training: {optimizer: adam}",
        "training: {optimizer: {adam: {}}}",
        "training: {optimizer: {adam: }}",
        "training: {batch_size: full, epochs: 0}",
        "training: {schedule: {warmup: {epochs: 2, by: step, then: {cosine: {end: 0.01}}}}}",
        "model: {hidden: [3], batch_norm: true, keep_prob: [0.9, 0.8]}",
        "split: {train: 60%, dev: 40}",
        "claims: [train_loss < 1, {that: a < b, says: c, holds: 9/10}]",
        "compare: [sgd, {adam: {learning_rate: 0.1}}]",
        "variants: {a: {training: {epochs: 3}}, b: }",
        "vary: {training.epochs: [1, 2]}",
        "statistic: median",
    ] {
        check(&block, settings, &format!("kind: optimizers\nid: a\n{settings}"));
    }
}

#[test]
fn wrong_blocks_are_refused() {
    let (block, either) = (validator(Some(What::Block)), validator(None));
    for yaml in [
        "id: a",
        "kind: optimizers",
        "kind: optimizer\nid: a",
        "kind: optimizers\nid: 3",
        "kind: optimizers\nid: a\ntrainig: {epochs: 3}",
        "kind: optimizers\nid: a\ntraining: {epoch: 3}",
        "kind: optimizers\nid: a\ntraining: {epochs: many}",
        "kind: optimizers\nid: a\ntraining: {epochs: 2.5}",
        "kind: optimizers\nid: a\ntraining: {optimizer: adan}",
        "kind: optimizers\nid: a\ntraining: {optimizer: {adam: {beta: 0.9}}}",
        "kind: optimizers\nid: a\ntraining: {schedule: {piecewise: {rate: 3}}}",
        "kind: optimizers\nid: a\nsplit: {train: sixty}",
        "kind: optimizers\nid: a\nlogits: [1, 2]",
        "kind: optimizers\nid: a\nclaims: [{says: a}]",
        "kind: optimizers\nid: a\nvariants: {a: {trainin: 3}}",
        "kind: optimizers\nid: a\nvary: {training.epochs: 3}",
        "kind: softmax\nid: a\nlogits: [one, two]",
        "kind: surface\nid: a\nsurface: bowll",
    ] {
        assert!(!block.is_valid(&json_of(yaml)), "{yaml}");
        assert!(!either.is_valid(&json_of(yaml)), "{yaml}");
    }
}

#[test]
fn settings_of_a_course_are_told_from_what_is_none() {
    let (course, either) = (validator(Some(What::Course)), validator(None));
    let own =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/gradbook.yaml")).unwrap();
    for yaml in [
        own.as_str(),
        "title: a",
        "limits: {rows: 100000, multiply_adds: 1e13, time: 10min, bytes: 2GB, course: {output: 500MB, files: 3}}",
        "cache: {bytes: 2 GB}",
        "defaults: {seeds: 3, training: {epochs: 3}}",
        "content_security_policy: {frame-src: [https://a.example]}",
        "content_security_policy: none",
        "theme: dark\nlanguage: pt-BR\nmacros: {R: x}",
        "description:",
    ] {
        check(&course, yaml, yaml);
        check(&either, yaml, yaml);
    }
    for yaml in [
        "titel: a",
        "theme: blue",
        "limits: {row: 3}",
        "limits: {rows: many}",
        "defaults: {sed: 3}",
        "defaults: 3",
        "content_security_policy: {frame: [a]}",
        "macros: [a]",
    ] {
        assert!(!course.is_valid(&json_of(yaml)), "{yaml}");
    }
    assert!(!course.is_valid(&json!(3)));
}
