//! The cases of `engine/tests/equal_bits`, to be computed in WebAssembly: the module exports `run`, which says line by line
//! what `equal_bits.txt` holds, through the one function that it imports. `scripts/wasm` builds it, runs it and compares.

#[path = "../../tests/equal_bits/cases.rs"]
mod cases;

// Its results may differ from one machine to another, which is what this module is there to exclude.
#[cfg(target_feature = "relaxed-simd")]
compile_error!("relaxed SIMD has no fixed results");

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Shows a text in UTF-8.
    safe fn print(text: *const u8, length: usize);
}

fn say(text: &str) {
    print(text.as_ptr(), text.len());
}

/// Computes every case on the one thread that there is.
#[unsafe(no_mangle)]
pub extern "C" fn run() {
    std::panic::set_hook(Box::new(|panic| say(&panic.to_string())));
    let digests = cases::cases().into_iter().map(|case| ((case.digest)(), case.name));
    say(cases::lines(&digests.map(|(digest, name)| (name, digest)).collect()).trim_end());
}
