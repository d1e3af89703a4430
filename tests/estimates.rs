//! The memory that blocks of every kind take, beside what they are estimated to take before anything runs: an estimate is to be
//! above it, and not by much. The time, which depends on the machine, is held to its estimate by `cargo bench --bench estimates`.

#[path = "../benches/estimates/blocks/mod.rs"]
mod blocks;
#[path = "../benches/estimates/measure.rs"]
mod measure;

use gradbook::numeric::Streams;
use measure::{Counting, Course, Measured};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What is wrong with the estimate of a block.
fn misjudged(block: &str) -> Option<String> {
    let measured = Course::of(block).build();
    let Measured { estimated_bytes, bytes, estimated_seconds, estimated_written, written } = measured;
    assert!(estimated_seconds > 0.0, "{block}");
    let shown: String = block.chars().take(300).collect();
    (!measured.fits_in_memory()).then(|| {
        let [held, estimated, files, of_files] =
            [bytes, estimated_bytes, written, estimated_written].map(|bytes| bytes / 1e6);
        format!(
            "{held:.2} MB, estimated as {estimated:.2} MB (files {files:.2}, as {of_files:.2} MB):\n{shown}"
        )
    })
}

/// One test, since memory is counted for the whole process.
#[test]
fn memory_is_estimated_for_every_kind() {
    // On one thread: side by side, runs hold what they hold each, up to the limit.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the first pool");
    // What every program does once: templates read, schemas put together.
    Course::plain().build();
    let mut wrong: Vec<String> =
        blocks::LARGE.iter().filter_map(|block| misjudged(&blocks::whole(block))).collect();
    for (kind, block) in blocks::KINDS {
        let mut stream = Streams::new(1).stream(kind);
        wrong.extend((0..3).filter_map(|_| misjudged(&block(&mut stream))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
