//! `content_security_policy` in the settings of a course.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::diagnostic::{Diagnostic, nearest};
use crate::settings::{self, Node, Value};

/// What pages may fetch and run beside what is the site's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ContentPolicy {
    /// Nothing, but where a page holds HTML of its author's that needs more.
    #[default]
    Usual,
    /// These sources too, by directive.
    Wider(BTreeMap<String, Vec<String>>),
    /// Anything: pages say nothing of it.
    None,
}

/// Directives that a page itself can give.
const DIRECTIVES: [&str; 18] = [
    "base-uri",
    "child-src",
    "connect-src",
    "default-src",
    "font-src",
    "form-action",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "object-src",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "worker-src",
];

/// Sources that stand between single quotes, which YAML takes for its own.
const KEYWORDS: [&str; 7] =
    ["none", "self", "strict-dynamic", "unsafe-eval", "unsafe-hashes", "unsafe-inline", "wasm-unsafe-eval"];

/// Returns the JSON Schema of the setting.
pub(super) fn schema() -> Json {
    json!({
        "description": "What pages may fetch and run beside what is the site's own: sources by directive, or `none`.",
        "anyOf": [
            { "const": "none" },
            {
                "type": "object",
                "propertyNames": { "enum": DIRECTIVES },
                "additionalProperties": { "type": "array", "items": { "type": "string" } },
            },
        ],
    })
}

/// Reads the setting.
///
/// # Errors
/// What is neither `none` nor a map from directives to lists of sources.
pub(super) fn decode(node: &Node) -> Result<ContentPolicy, Vec<Diagnostic>> {
    match &node.value {
        Value::Null => return Ok(ContentPolicy::Usual),
        Value::Map(_) => {}
        _ if node.as_text() == Some("none") => return Ok(ContentPolicy::None),
        _ => {
            let error = Diagnostic::error("this is no policy", node.span);
            return Err(vec![error.label(
                "expected `none`, or sources by directive, as in `{frame-src: [https://video.example]}`",
            )]);
        }
    }
    let mut errors = Vec::new();
    for entry in node.entries().iter().filter(|entry| !DIRECTIVES.contains(&entry.key.as_str())) {
        let error = Diagnostic::error(format!("there is no directive `{}`", entry.key), entry.key_span);
        errors.push(match nearest(&entry.key, DIRECTIVES) {
            Some(near) => error.label(format!("did you mean `{near}`?")),
            None => error.label(format!("expected one of {}", DIRECTIVES.join(", "))),
        });
    }
    let mut sources = settings::decode::<BTreeMap<String, Vec<String>>>(node).unwrap_or_else(|found| {
        errors.extend(found);
        BTreeMap::new()
    });
    for (directive, sources) in &mut sources {
        for (index, source) in sources.iter_mut().enumerate() {
            if !is_source(source) {
                let place = node.locate(&format!("{directive}[{index}]"));
                let error = Diagnostic::error(format!("`{source}` is not a source"), place);
                errors.push(
                    error.label(
                        "expected one source, as in `https://video.example`, `unsafe-inline` or `data:`",
                    ),
                );
            }
            if KEYWORDS.contains(&source.as_str()) {
                *source = format!("'{source}'");
            }
        }
    }
    if errors.is_empty() { Ok(ContentPolicy::Wider(sources)) } else { Err(errors) }
}

fn is_source(source: &str) -> bool {
    !source.is_empty() && source.bytes().all(|byte| byte.is_ascii_graphic() && !b",;\"<>&\\".contains(&byte))
}
