//! Settings laid over settings.

use crate::settings::{self, Node};

/// Settings that hold a choice with settings of its own: another choice replaces the whole.
const CHOICES: &[&str] = &["optimizer", "init", "schedule", "then", "sampler"];

/// Maps whose entries are replaced as a whole: another scale for a setting that is searched leaves nothing of the first.
const LISTS: &[&str] = &["space"];

/// Settings of which only one can stand.
const EXCLUSIVE: &[[&str; 2]] = &[["model.keep_prob", "model.dropout"], ["data.name", "data.file"]];

/// What must go where `path` is set.
pub fn exclusive_with(path: &str) -> impl Iterator<Item = &'static str> {
    EXCLUSIVE.iter().filter_map(move |[one, other]| match path {
        _ if path.starts_with(one) => Some(*other),
        _ if path.starts_with(other) => Some(*one),
        _ => None,
    })
}

/// Takes a setting out, if it is there.
pub fn remove(settings: &mut Node, path: &str) {
    let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
    let Some(mut holder) = settings.get(parent).cloned() else { return };
    if holder.take(key).is_some() {
        // The parent was just found at this path, so there is nothing that could fail.
        let _ = settings.set(parent, holder);
    }
}

/// Settings with others laid over them. Maps merge, but what names another thing replaces the whole: another
/// data set leaves nothing of the first one's settings, `dropout` replaces `keep_prob`.
pub fn overlay(base: &Node, over: &Node) -> Node {
    let mut base = base.clone();
    if over.get("data.name").or(over.get("data.file")).is_some() {
        remove(&mut base, "data");
    }
    for [one, other] in EXCLUSIVE {
        if over.get(one).is_some() {
            remove(&mut base, other);
        }
        if over.get(other).is_some() {
            remove(&mut base, one);
        }
    }
    settings::merge(&base, over, CHOICES, LISTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceId;
    use crate::settings::{LineMap, parse, to_yaml};

    fn laid(base: &str, over: &str) -> String {
        let node = |yaml: &str| parse(yaml, &LineMap::contiguous(SourceId(0), 0, yaml.len())).unwrap();
        to_yaml(&overlay(&node(base), &node(over)))
    }

    #[test]
    fn another_data_set_leaves_nothing_of_the_first() {
        let base = "{data: {name: moons, samples: 100}}";
        assert_eq!(laid(base, "{data: {name: digits}}"), "data:\n  name: digits\n");
        assert_eq!(
            laid(base, "{data: {noise: 0.1}}"),
            "data:\n  name: moons\n  samples: 100\n  noise: 0.1\n"
        );
    }

    #[test]
    fn dropout_replaces_keep_prob() {
        let base = "{model: {hidden: [4], keep_prob: 0.5}}";
        assert_eq!(laid(base, "{model: {dropout: 0.2}}"), "model:\n  hidden:\n  - 4\n  dropout: 0.2\n");
    }
}
