//! Scripts that hand something over to `live.js`: pages open from a folder too, where a script cannot fetch but be loaded.

use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value as Json;

use super::embedded::MODULES;
use crate::data::{DATASETS, Origin};

/// Returns the script that hands over a value by its name.
pub fn taking(name: &str, value: &Json) -> String {
    format!("gradbookLive.take({}, {});\n", literal(&Json::from(name)), literal(value))
}

/// Returns a value as a script of its own writes it, in which what looks like the end of a script is a text as any other.
pub(super) fn literal(value: &Json) -> String {
    // These two are line breaks of JavaScript, and none of JSON.
    value.to_string().replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// Whether the program carries the engine for browsers.
pub fn has_module() -> bool {
    MODULES.iter().all(|(_, packed)| packed.len() > 1000)
}

/// Returns the names of the scripts that hand over the engine, of which a page takes one, each with the engine packed.
pub fn modules() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    MODULES.into_iter()
}

/// Returns the script that hands over the engine, by its name.
pub fn module(name: &str, packed: &[u8]) -> Vec<u8> {
    taking(name, &Json::from(base64(packed))).into_bytes()
}

/// Returns the built-in tables, as CSV, by their names.
pub fn tables() -> impl Iterator<Item = (&'static str, &'static str)> {
    DATASETS.iter().filter_map(|entry| match entry.origin {
        Origin::Table(table) => Some((entry.name, table.csv)),
        Origin::Generated(_) => None,
    })
}

/// Returns the script that hands over a built-in table, which is loaded where an experiment asks for it.
pub fn table(name: &str, csv: &str) -> Vec<u8> {
    let packed = packed(csv.as_bytes()).expect("memory takes what is written to it");
    taking(&format!("table-{name}"), &Json::from(base64(&packed))).into_bytes()
}

fn packed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes)?;
    gzip.finish()
}

/// Writes bytes as text.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_holds_no_line_break_but_its_last() {
        let script = taking("a", &Json::from("\u{2028}</script>\n\u{2029}"));
        assert_eq!(script, "gradbookLive.take(\"a\", \"\\u2028</script>\\n\\u2029\");\n");
    }
}
