//! Which settings each kind takes, as JSON Schema: made from the types that decode them. A page's module is without what makes
//! them, which weighs more than they do, and is handed them.

use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::Value as Json;

use super::Kind;
use crate::collections::BTreeMap;

/// What [`hand_over`] was given.
static HANDED: OnceLock<Json> = OnceLock::new();

/// Takes what [`bare`] returned in another program, for a program that cannot make it (built without the feature `complete`). It has to
/// come before anything is decoded; what comes later is not looked at.
pub fn hand_over(schemas: Json) {
    let _ = HANDED.set(schemas);
}

/// Returns a kind's schema, which takes long to put together and is kept.
pub(super) fn of(kind: &Kind) -> &'static Json {
    static KNOWN: Mutex<BTreeMap<&str, &Json>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(kind.name).or_insert_with(|| Box::leak(Box::new(of_new(kind))))
}

#[cfg(not(feature = "complete"))]
fn of_new(kind: &Kind) -> Json {
    let Some(all) = HANDED.get() else { return Json::Null };
    let mut schema = all["kinds"][kind.name].clone();
    schema["$defs"] = all["$defs"].clone();
    schema
}

#[cfg(feature = "complete")]
mod made {
    use schemars::SchemaGenerator;
    use serde_json::{Map, Value as Json, json};

    use crate::experiment::{KINDS, Kind};

    pub(super) fn of_new(kind: &Kind) -> Json {
        let mut generator = SchemaGenerator::default();
        let mut schema = (kind.schema)(&mut generator);
        schema.insert("$defs".to_owned(), generator.take_definitions(true).into());
        schema.to_value()
    }

    /// Returns the schemas of all kinds without their texts, for a program that is [handed](super::hand_over) them.
    pub fn bare() -> Json {
        let mut generator = SchemaGenerator::default();
        let kinds: Map<String, Json> = KINDS
            .iter()
            .map(|kind| (kind.name.to_owned(), (kind.schema)(&mut generator).to_value()))
            .collect();
        let mut all = json!({ "kinds": kinds, "$defs": generator.take_definitions(true) });
        drop_texts(&mut all);
        all
    }

    fn drop_texts(schema: &mut Json) {
        match schema {
            Json::Object(entries) => {
                // A setting that is called so has a schema there.
                entries.retain(|key, value| key != "description" || !value.is_string());
                entries.values_mut().for_each(drop_texts);
            }
            Json::Array(items) => items.iter_mut().for_each(drop_texts),
            _ => {}
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_handed_over_is_each_schema_but_for_its_texts() {
            let all = bare();
            for kind in KINDS {
                let mut whole = kind.schema().clone();
                drop_texts(&mut whole);
                let own = whole["$defs"].as_object().cloned().unwrap_or_default();
                for (name, definition) in own {
                    assert_eq!(all["$defs"][&name], definition, "{}: {name}", kind.name);
                }
                whole["$defs"].take();
                let mut handed = all["kinds"][kind.name].clone();
                handed["$defs"] = Json::Null;
                assert_eq!(handed, whole, "{}", kind.name);
            }
        }
    }
}

#[cfg(feature = "complete")]
pub use made::bare;
#[cfg(feature = "complete")]
use made::of_new;
