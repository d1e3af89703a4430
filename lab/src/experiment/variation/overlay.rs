//! Settings laid over settings.

use super::choices::choices;
use crate::data;
use crate::settings::{self, Node, Value};

/// Maps whose entries are replaced as a whole: another scale for a setting that is searched leaves nothing of the first.
const LISTS: &[&str] = &["space"];

/// Settings of which only one can stand.
const EXCLUSIVE: &[[&str; 2]] = &[["model.keep_prob", "model.dropout"], ["data.name", "data.file"]];

/// Returns what must go where `path` is set.
pub(super) fn exclusive_with(path: &str) -> impl Iterator<Item = &'static str> {
    EXCLUSIVE.iter().filter_map(move |[one, other]| match path {
        _ if path.starts_with(one) => Some(*other),
        _ if path.starts_with(other) => Some(*one),
        _ => None,
    })
}

/// Takes a setting out, if it is there.
pub(super) fn remove(settings: &mut Node, path: &str) {
    let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
    let Some(mut holder) = settings.get(parent).cloned() else { return };
    if holder.take(key).is_some() {
        // The parent was just found at this path, so there is nothing that could fail.
        let _ = settings.set(parent, holder);
    }
}

/// Settings of `data` that name columns or arrays of the one file that they stand beside.
const OF_ONE_FILE: &[&str] = &["target", "features", "labels", "x", "y"];

/// Takes out of `base` what has no meaning for the data set that `over` names, if it names another one: settings that this does not
/// take, and names of the columns and arrays of another file.
pub(super) fn renew_data(base: &mut Node, over: &Node) {
    let named = |tree: &Node, key: &str| {
        tree.get(&format!("data.{key}")).and_then(|node| node.as_text().map(str::to_owned))
    };
    let (name, file) = (named(over, "name"), named(over, "file"));
    let before = (named(base, "name"), named(base, "file"));
    if name.is_none() && file.is_none() || before == (name.clone(), file.clone()) {
        return;
    }
    // What is known of no data set is told of by its own check.
    let Some(taken) = data::keys(name.as_deref(), file.as_deref()) else { return };
    let is_first = before == (None, None);
    // A limit has no meaning for a table with fewer rows.
    let limit =
        base.get("data.limit").is_some().then(|| name.as_deref().and_then(data::table_rows)).flatten();
    let beyond = |base: &Node| match base.get("data.limit").map(|node| &node.value) {
        Some(Value::Integer(wanted)) => limit.is_some_and(|rows| *wanted > rows as i64),
        _ => false,
    };
    if beyond(base) {
        remove(base, "data.limit");
    }
    let entries = base.get("data").map_or(&[][..], Node::entries).iter().map(|entry| entry.key.clone());
    for key in entries.collect::<Vec<_>>() {
        let key = key.as_str();
        let names = ["name", "file"].contains(&key);
        if !names && (!taken.contains(&key) || !is_first && OF_ONE_FILE.contains(&key)) {
            remove(base, &format!("data.{key}"));
        }
    }
}

/// Returns settings with others laid over them. Maps merge, but what names another thing replaces the whole: `dropout` replaces
/// `keep_prob`. Another data set keeps of the first one's settings those that it takes too.
pub fn overlay(base: &Node, over: &Node) -> Node {
    let mut base = base.clone();
    renew_data(&mut base, over);
    for [one, other] in EXCLUSIVE {
        if over.get(one).is_some() {
            remove(&mut base, other);
        }
        if over.get(other).is_some() {
            remove(&mut base, one);
        }
    }
    settings::merge(&base, over, choices(), LISTS)
}

#[cfg(test)]
mod tests {
    use super::super::choices;
    use super::*;
    use crate::diagnostic::SourceId;
    use crate::settings::{LineMap, parse, to_yaml};

    fn laid(base: &str, over: &str) -> String {
        let node = |yaml: &str| parse(yaml, &LineMap::contiguous(SourceId(0), 0, yaml.len())).unwrap();
        to_yaml(&overlay(&node(base), &node(over)))
    }

    #[test]
    fn another_data_set_keeps_what_has_a_meaning() {
        let base = "{data: {name: spirals, samples: 100, turns: 2, normalize: minmax}}";
        assert_eq!(
            laid(base, "{data: {name: moons}}"),
            "data:\n  name: moons\n  samples: 100\n  normalize: minmax\n"
        );
        assert_eq!(laid(base, "{data: {file: a.csv}}"), "data:\n  normalize: minmax\n  file: a.csv\n");
        assert_eq!(
            laid(base, "{data: {noise: 0.1}}"),
            "data:\n  name: spirals\n  samples: 100\n  turns: 2\n  normalize: minmax\n  noise: 0.1\n"
        );
        let few = "{data: {name: digits, limit: 100}}";
        assert_eq!(laid(few, "{data: {name: iris}}"), "data:\n  name: iris\n  limit: 100\n");
        assert_eq!(
            laid("{data: {name: digits, limit: 700}}", "{data: {name: iris}}"),
            "data:\n  name: iris\n"
        );
        assert_eq!(
            laid(base, "{data: {name: spirals}}"),
            "data:\n  name: spirals\n  samples: 100\n  turns: 2\n  normalize: minmax\n"
        );
    }

    #[test]
    fn names_of_columns_belong_to_their_file() {
        let base = "{data: {file: a.csv, target: price, missing: [x]}}";
        assert_eq!(laid(base, "{data: {file: b.csv}}"), "data:\n  file: b.csv\n  missing:\n  - x\n");
        // Where no file was named, they were meant for all of them.
        assert_eq!(
            laid("{data: {target: price}}", "{data: {file: b.csv}}"),
            "data:\n  target: price\n  file: b.csv\n"
        );
        assert_eq!(laid(base, "{data: {name: moons}}"), "data:\n  name: moons\n");
    }

    #[test]
    fn dropout_replaces_keep_prob() {
        let base = "{model: {hidden: [4], keep_prob: 0.5}}";
        assert_eq!(laid(base, "{model: {dropout: 0.2}}"), "model:\n  hidden:\n  - 4\n  dropout: 0.2\n");
    }

    /// A value that a schema allows, as YAML.
    fn sample(root: &serde_json::Value, schema: &serde_json::Value) -> String {
        let schema = choices::followed(root, schema).unwrap_or(schema);
        let type_of =
            schema.get("type").map(|types| types.as_array().and_then(|all| all.first()).unwrap_or(types));
        match type_of.and_then(serde_json::Value::as_str) {
            Some("integer") => "2".to_owned(),
            Some("number") => "0.5".to_owned(),
            Some("boolean") => "true".to_owned(),
            Some("array") => "[]".to_owned(),
            _ => "{}".to_owned(),
        }
    }

    /// Settings with a choice, each way that any kind knows of writing it: its key, its name, the whole.
    fn written() -> Vec<(String, String, String)> {
        let mut all = crate::collections::BTreeSet::new();
        for kind in crate::experiment::KINDS {
            let root = kind.schema();
            let mut documents = vec![root];
            while let Some(document) = documents.pop() {
                let properties = document.get("properties").and_then(|p| p.as_object());
                for (key, property) in properties.into_iter().flatten() {
                    for (name, inside) in choices::carried(root, property) {
                        let whole = format!("{{{key}: {{{name}: {}}}}}", sample(root, inside));
                        all.insert((key.clone(), name.to_owned(), whole));
                    }
                }
                match document {
                    serde_json::Value::Object(object) => documents.extend(object.values()),
                    serde_json::Value::Array(items) => documents.extend(items),
                    _ => {}
                }
            }
        }
        all.into_iter().collect()
    }

    #[test]
    fn of_every_pair_of_choices_the_one_on_top_stays_alone() {
        let all = written();
        for key in ["optimizer", "init", "schedule", "then", "sampler", "surface", "prediction"] {
            assert!(all.iter().any(|(known, ..)| known == key), "{key}");
        }
        let mut pairs = 0;
        for (key, name, whole) in &all {
            for (_, _, below) in all.iter().filter(|(other, below, _)| other == key && below != name) {
                assert_eq!(laid(below, whole), laid("{}", whole), "{whole} over {below}");
                pairs += 1;
            }
        }
        assert!(pairs > 100, "{pairs}");
    }

    #[test]
    fn the_same_choice_keeps_what_was_set() {
        let merged = laid("{surface: {bowl: {condition: 20}}}", "{surface: {bowl: {rotation: 30}}}");
        assert_eq!(merged, "surface:\n  bowl:\n    condition: 20\n    rotation: 30\n");
    }
}
