#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gradbook_fuzz::run("expression", data);
});
