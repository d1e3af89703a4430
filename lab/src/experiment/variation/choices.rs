//! Which settings hold a choice with settings of its own, as the kinds' schemas tell it.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::collections::BTreeSet;
use crate::experiment::KINDS;

/// Returns the keys of settings in which another choice replaces the whole of the first: `optimizer`, `init`, `surface`.
pub(super) fn choices() -> &'static [String] {
    static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut keys = BTreeSet::new();
        for kind in KINDS {
            let root = kind.schema();
            objects(root, &mut |object| {
                for (key, property) in
                    object.get("properties").and_then(Value::as_object).into_iter().flatten()
                {
                    if carried(root, property).next().is_some() {
                        keys.insert(key.clone());
                    }
                }
            });
        }
        keys.into_iter().collect()
    });
    &KEYS
}

/// Calls `see` with every object of a schema, wherever it stands.
fn objects(schema: &Value, see: &mut impl FnMut(&Map<String, Value>)) {
    match schema {
        Value::Object(object) => {
            see(object);
            object.values().for_each(|value| objects(value, see));
        }
        Value::Array(items) => items.iter().for_each(|item| objects(item, see)),
        _ => {}
    }
}

/// Returns those options of a setting that are a choice with something that it carries: its name, and the schema of that.
pub(in crate::experiment) fn carried<'a>(
    root: &'a Value,
    schema: &'a Value,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let mut found = Vec::new();
    collect(root, schema, 0, &mut found);
    found.into_iter()
}

fn collect<'a>(root: &'a Value, schema: &'a Value, depth: usize, found: &mut Vec<(&'a str, &'a Value)>) {
    let list = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    if depth > 4 {
        return;
    }
    if let Some(target) = followed(root, schema) {
        collect(root, target, depth + 1, found);
    }
    for option in list("anyOf") {
        collect(root, option, depth + 1, found);
    }
    for option in list("oneOf") {
        let alone =
            option.get("properties").and_then(Value::as_object).filter(|properties| properties.len() == 1);
        let required = option.get("required").and_then(Value::as_array).is_some_and(|names| names.len() == 1);
        match alone.and_then(|properties| properties.iter().next()).filter(|_| required) {
            Some((name, inside)) => found.push((name, inside)),
            None => collect(root, option, depth + 1, found),
        }
    }
}

/// Returns what a reference points to.
pub(in crate::experiment) fn followed<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    let name = schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    root.get("$defs")?.get(name)
}
