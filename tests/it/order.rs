//! What keeps the floors apart beyond what the compiler sees: the order of modules that each crate's front page states.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const CRATES: [&str; 3] = ["engine", "lab", "."];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the modules of a crate in the order that its front page states.
fn stated(of: &str) -> Vec<String> {
    let front = fs::read_to_string(root().join(of).join("src/lib.rs")).unwrap();
    let docs: Vec<&str> = front.lines().filter_map(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let docs = docs.join(" ");
    let (_, order) = docs.split_once("A module imports only from those before it:").expect("the order");
    order.split('.').next().unwrap().split(',').map(|name| name.replace('`', "").trim().to_owned()).collect()
}

/// Returns every source file of a crate with the module that it belongs to, but for those that only tests are made of.
fn sources(of: &str) -> Vec<(String, PathBuf)> {
    let source = root().join(of).join("src");
    let entries = walkdir::WalkDir::new(&source).sort_by_file_name().into_iter();
    let files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    let of_tests: BTreeSet<String> = files
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let names = text.split("#[cfg(test)]\nmod ").skip(1).filter_map(|rest| rest.split_once(';'));
            names.map(|(name, _)| name.to_owned()).filter(|name| !name.contains(' ')).collect::<Vec<_>>()
        })
        .collect();
    let named = files.into_iter().filter_map(|path| {
        let below = path.strip_prefix(&source).unwrap().to_str().unwrap().to_owned();
        let parts: Vec<&str> = below.trim_end_matches(".rs").split('/').collect();
        let counts = !parts.iter().any(|part| of_tests.contains(*part) || ["lib", "main"].contains(part));
        counts.then(|| (parts[0].to_owned(), path))
    });
    named.collect()
}

/// Returns the code of a file without comments and without the tests at its foot.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Returns the modules of its own crate that a code names.
fn imported(code: &str) -> BTreeSet<&str> {
    let names = code.split("crate::").skip(1);
    let name = |rest: &'_ str| {
        rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').map_or(rest.len(), |end| end)
    };
    names.map(|rest| &rest[..name(rest)]).filter(|name| !name.is_empty()).collect()
}

#[test]
fn a_module_imports_only_from_those_before_it() {
    for of in CRATES {
        let order = stated(of);
        let place = |module: &str| order.iter().position(|name| name == module);
        for (module, path) in sources(of) {
            let own = place(&module).unwrap_or_else(|| panic!("{of}/src/lib.rs does not place `{module}`"));
            for name in imported(&code(&path)) {
                // Names of the crate below that are re-exported stand before all of this one's.
                if let Some(other) = place(name) {
                    assert!(
                        other <= own,
                        "{}: `{module}` imports from `{name}`, which stands behind it",
                        path.display()
                    );
                }
            }
        }
    }
}

#[test]
fn the_order_is_told_apart() {
    assert_eq!(
        imported("use crate::data::X; pub(in crate::nn) fn f() { crate::range::at() }"),
        ["data", "nn", "range"].into()
    );
    assert_eq!(stated("lab").first().map(String::as_str), Some("diagnostic"));
}

/// The engine and the lab run in a browser too, and nothing but settings, data and a seed may decide what they give.
#[test]
fn engine_and_lab_know_no_files_threads_clocks_or_terminals() {
    for of in ["engine", "lab"] {
        for (_, path) in sources(of) {
            // Who waits for threads that were handed in lets them have its core.
            let code = code(&path).replace("std::thread::yield_now", "");
            for foreign in [
                "std::fs",
                "std::thread",
                "std::time",
                "std::env",
                "std::net",
                "std::process",
                "std::io::std",
                "println!",
            ] {
                assert!(!code.contains(foreign), "{}: {foreign}", path.display());
            }
        }
    }
}
