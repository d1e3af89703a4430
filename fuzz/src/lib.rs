//! The targets, whose bodies `cargo test` replays too.

// What the tests alone use of them.
#[allow(dead_code)]
#[path = "../../tests/fuzz/mod.rs"]
mod bodies;

/// Feeds an input to a target of this name.
///
/// # Panics
/// Where the program fails on it, or no target has this name.
pub fn run(target: &str, data: &[u8]) {
    let named = bodies::TARGETS.iter().find(|(name, _)| *name == target);
    let (_, body) = named.expect("a target of the list");
    body(data);
}
