//! Scripts that hand something over to `live.js`: pages open from a folder too, where a script cannot fetch but be loaded.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use serde_json::Value as Json;

use super::embedded::MODULE;

/// Returns the script that hands over a value by its name.
pub fn taking(name: &str, value: &Json) -> String {
    // Within a script of its own, what looks like the end of one is a text as any other; these two are line breaks of
    // JavaScript, and none of JSON.
    let text = |value: &Json| value.to_string().replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    format!("gradbookLive.take({}, {});\n", text(&Json::from(name)), text(value))
}

/// Whether the program carries the engine for browsers.
pub fn has_module() -> bool {
    MODULE.bytes.len() > 1000
}

/// Returns the script that hands over the engine.
pub fn module() -> Vec<u8> {
    let mut value: Json = serde_json::from_str(MODULE.facts).unwrap_or_default();
    value["base64"] = base64(MODULE.bytes).into();
    taking("module", &value).into_bytes()
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
