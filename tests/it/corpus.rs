//! The seeds of the fuzz targets, each run once: what was found by fuzzing stays found.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::fuzz::TARGETS;

/// For one seed: far more than the slowest takes, on a machine that does a lot else.
const PATIENCE: Duration = Duration::from_mins(1);

fn folder(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs a target over its seeds, some of which it takes for what they should be, and some not.
fn replay(name: &str) {
    let (_, target) = TARGETS.iter().find(|(target, _)| *target == name).unwrap();
    let seeds = folder("tests/fuzz/seeds").join(name);
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for seed in names(&seeds) {
        // Shown where it fails.
        println!("{name}/{seed}");
        let start = Instant::now();
        let is_taken = target(&fs::read(seeds.join(&seed)).unwrap());
        assert!(start.elapsed() < PATIENCE, "it takes {:?}", start.elapsed());
        if is_taken { taken.push(seed) } else { refused.push(seed) }
    }
    println!("taken: {taken:?}\nrefused: {refused:?}");
    assert!(!taken.is_empty(), "no seed reaches what stands behind the target's checks");
    assert!(!refused.is_empty(), "every seed is in order");
}

#[test]
fn cache_entries() {
    replay("cache");
}

#[test]
fn tables() {
    replay("csv");
}

#[test]
fn arrays() {
    ["idx", "npy", "npz"].into_iter().for_each(replay);
}

#[test]
fn expressions() {
    replay("expression");
}

#[test]
fn lessons() {
    replay("lesson");
}

#[test]
fn lists_of_a_sites_files() {
    replay("manifest");
}

#[test]
fn settings() {
    replay("settings");
}

#[test]
fn snapshots() {
    replay("snapshot");
}

#[test]
fn templates() {
    replay("template");
}

/// Under libFuzzer and here alike.
#[test]
fn every_target_is_run() {
    let targets: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names(&folder("tests/fuzz/seeds")), targets);
    let fuzzed = targets.iter().map(|name| format!("{name}.rs")).collect::<Vec<_>>();
    assert_eq!(names(&folder("fuzz/fuzz_targets")), fuzzed);
    let manifest = fs::read_to_string(folder("fuzz/Cargo.toml")).unwrap();
    for name in &targets {
        assert!(
            manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")),
            "{name}"
        );
    }
    let own = include_str!("corpus.rs");
    let forgotten = targets.iter().find(|name| !own.contains(&format!("\"{name}\"")));
    assert_eq!(forgotten, None, "its seeds are not replayed");
}
