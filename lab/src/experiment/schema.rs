//! The JSON Schema of blocks, for editors: made from the types that decode them.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::header::Header;
use super::{KINDS, Kind};

/// Returns the schema of a block, with what it refers to left in the generator's definitions.
pub fn block(generator: &mut SchemaGenerator) -> Value {
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let one = |kind: &Kind| {
        let whole = whole(kind, generator);
        json!({
            "if": { "properties": { "kind": { "const": kind.name } }, "required": ["kind"] },
            "then": whole,
        })
    };
    let each: Vec<Value> = KINDS.iter().map(one).collect();
    json!({
        "title": "Experiment",
        "description": "A block marked `yaml experiment` in a lesson.",
        "type": "object",
        "required": ["kind", "id"],
        "properties": { "kind": { "description": "Which kind of experiment this is.", "enum": kinds } },
        "allOf": each,
    })
}

/// The keys that may stand in `defaults`: those of every kind, but for its name and id.
pub fn default_keys() -> Vec<String> {
    let header = super::header::KEYS.iter().map(|key| (*key).to_owned());
    let own = KINDS.iter().flat_map(|kind| kind.keys().map(str::to_owned));
    let mut keys: Vec<String> =
        header.chain(own).filter(|key| !matches!(key.as_str(), "kind" | "id" | "try")).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The schema of a block of one kind.
fn whole(kind: &Kind, generator: &mut SchemaGenerator) -> Value {
    let mut properties = object(Header::json_schema(generator).to_value(), "properties");
    properties.insert("kind".into(), json!({ "description": kind.summary, "const": kind.name }));
    properties.insert("claims".into(), claims());
    let mut own = object((kind.schema)(generator).to_value(), "properties");
    let compare = kind.compare.key;
    let asked = json!({ "description": format!("What is compared: {}.", kind.compare.about), "type": ["array", "object"] });
    match own.remove(compare) {
        // Its values are a setting; a map from names to values makes variants.
        Some(values) => own.insert(compare.into(), json!({ "anyOf": [values, { "type": "object" }] })),
        None => own.insert(compare.into(), asked),
    };
    own.insert(
        "vary".into(),
        json!({
            "description": "Variants: a map from dotted paths to lists of values; several paths make a grid.",
            "type": "object",
            "additionalProperties": { "type": "array" },
        }),
    );
    let keys: Vec<&String> = own.keys().collect();
    let variants = json!({
        "description": "Variants: a map from names to the settings that each overrides.",
        "type": "object",
        "additionalProperties": { "type": ["object", "null"], "propertyNames": { "enum": keys } },
    });
    own.insert("variants".into(), variants);
    properties.extend(own);
    json!({ "properties": properties, "additionalProperties": false })
}

/// The schema of `claims`.
fn claims() -> Value {
    json!({
        "description": "Sentences that must hold.",
        "type": "array",
        "items": {
            "anyOf": [
                { "type": "string" },
                {
                    "type": "object",
                    "required": ["that"],
                    "additionalProperties": false,
                    "properties": {
                        "that": { "description": "An expression that must be true.", "type": "string" },
                        "says": { "description": "The sentence that readers see.", "type": "string" },
                        "holds": { "description": "In how many of the seeds, such as `9/10`.", "type": "string" },
                    },
                },
            ],
        },
    })
}

/// Loosens a schema of types to what a lesson may hold: a setting without a value is left at its default, and a
/// choice may be written bare (`adam` for `{adam: {}}`).
pub fn loosened(schema: Value, definitions: &Map<String, Value>) -> Value {
    match schema {
        Value::Object(map) => {
            let required: Vec<Value> =
                map.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            let mut loose = Map::new();
            for (key, value) in map {
                let value = match (key.as_str(), value) {
                    ("properties", Value::Object(properties)) => {
                        let property = |(name, property): (String, Value)| {
                            let property = loosened(property, definitions);
                            let is_required = required.contains(&json!(name));
                            (name, if is_required { property } else { or_null(property) })
                        };
                        Value::Object(properties.into_iter().map(property).collect())
                    }
                    ("oneOf", Value::Array(options)) => {
                        let bare: Vec<Value> =
                            options.iter().filter_map(|option| bare(option, definitions)).collect();
                        let options = options.into_iter().map(|option| {
                            let can_be_bare = self::bare(&option, definitions).is_some();
                            choice(loosened(option, definitions), can_be_bare)
                        });
                        Value::Array(options.chain(bare).collect())
                    }
                    // Values are taken as they are.
                    ("const" | "enum" | "default" | "required", value) => value,
                    (_, value) => loosened(value, definitions),
                };
                loose.insert(key, value);
            }
            Value::Object(loose)
        }
        Value::Array(items) => items.into_iter().map(|item| loosened(item, definitions)).collect(),
        other => other,
    }
}

/// The bare word for a choice that carries settings, if none of these is required.
fn bare(option: &Value, definitions: &Map<String, Value>) -> Option<Value> {
    let (name, carried) = tagged(option)?;
    let target = carried.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"));
    let carried = target.and_then(|name| definitions.get(name)).unwrap_or(carried);
    let is_settings = carried.get("type") == Some(&json!("object"));
    let needs =
        carried.get("required").and_then(Value::as_array).is_some_and(|required| !required.is_empty());
    (is_settings && !needs).then(|| {
        let about = option.get("description").cloned().unwrap_or_default();
        json!({ "description": about, "const": name })
    })
}

/// The name of a choice and what it carries, where an option is one: an object with one property.
fn tagged(option: &Value) -> Option<(&str, &Value)> {
    let properties = option.get("properties")?.as_object()?;
    let (name, carried) = properties.iter().next().filter(|_| properties.len() == 1)?;
    (option.get("required")? == &json!([name])).then_some((name, carried))
}

/// An option whose settings may be left out.
fn choice(mut option: Value, can_be_bare: bool) -> Value {
    let carried =
        option.get_mut("properties").and_then(Value::as_object_mut).and_then(|all| all.values_mut().next());
    if let Some(carried) = carried.filter(|_| can_be_bare) {
        *carried = or_null(carried.take());
    }
    option
}

/// The schema, or nothing.
fn or_null(schema: Value) -> Value {
    let Value::Object(mut map) = schema else { return schema };
    let is_plain = !map.contains_key("enum") && !map.contains_key("const");
    match map.get_mut("type") {
        Some(Value::String(name)) if is_plain && name != "null" => {
            let both = json!([name, "null"]);
            map.insert("type".into(), both);
            return Value::Object(map);
        }
        Some(Value::Array(names)) if is_plain => {
            if !names.contains(&json!("null")) {
                names.push(json!("null"));
            }
            return Value::Object(map);
        }
        _ => {}
    }
    if let Some(Value::Array(options)) = map.get_mut("anyOf") {
        if !options.contains(&json!({ "type": "null" })) {
            options.push(json!({ "type": "null" }));
        }
        return Value::Object(map);
    }
    if map.is_empty() {
        return Value::Object(map);
    }
    let mut outer = Map::new();
    for key in ["description", "default"] {
        outer.extend(map.remove(key).map(|value| (key.to_owned(), value)));
    }
    outer.insert("anyOf".into(), json!([map, { "type": "null" }]));
    Value::Object(outer)
}

/// The entries of an object that a schema has at a key.
fn object(mut schema: Value, key: &str) -> Map<String, Value> {
    match schema.get_mut(key).map(Value::take) {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}
