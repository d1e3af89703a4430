//! The cases of `engine/tests/equal_bits`, to be computed in WebAssembly: the module exports `run`, which says line by line
//! what `equal_bits.txt` holds, through the one function that it imports. `scripts/wasm` builds it, runs it and compares.

#[path = "../../tests/equal_bits/cases.rs"]
mod cases;

use gradbook_engine::numeric::{Level, force};

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Shows a text in UTF-8.
    safe fn print(text: *const u8, length: usize);
}

fn say(text: &str) {
    print(text.as_ptr(), text.len());
}

/// Uses the vectors of a level from now on: 0 those that every machine has, 1 the widest of this one. Returns whether that is
/// another.
#[unsafe(no_mangle)]
pub extern "C" fn level(asked: u32) -> u32 {
    let [least, .., widest] = Level::ALL;
    let is_there = asked == 1 && widest.available();
    u32::from(force(if is_there { widest } else { least }).is_ok() && is_there)
}

/// Computes every case on the one thread that there is.
#[unsafe(no_mangle)]
pub extern "C" fn run() {
    std::panic::set_hook(Box::new(|panic| say(&panic.to_string())));
    let digests = cases::cases().into_iter().map(|case| ((case.digest)(), case.name));
    say(cases::lines(&digests.map(|(digest, name)| (name, digest)).collect()).trim_end());
}
