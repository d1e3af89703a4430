use super::{Entry, Node, Value};

/// Lays `over` on `base`: maps merge key by key, everything else replaces.
///
/// `choices` names the settings that hold a choice with settings of its own (`optimizer`, `init`):
/// there another choice replaces (`{adam: {...}}` over `{sgd: {...}}`), the same one merges. `lists` names the maps
/// whose entries are things of their own (`space`): there an entry replaces the one of its name as a whole.
pub fn merge(base: &Node, over: &Node, choices: &[String], lists: &[&str]) -> Node {
    merge_within(base, over, choices, lists, false)
}

fn merge_within(base: &Node, over: &Node, choices: &[String], lists: &[&str], in_list: bool) -> Node {
    let (Value::Map(lower), Value::Map(upper)) = (&base.value, &over.value) else { return over.clone() };
    let mut merged = lower.clone();
    for entry in upper {
        // Keys are unique in their map: what was added is no other one's.
        match merged[..lower.len()].iter_mut().find(|old| old.key == entry.key) {
            Some(old) if in_list => *old = entry.clone(),
            Some(old) if choices.contains(&entry.key) && choice(&old.value) != choice(&entry.value) => {
                *old = entry.clone();
            }
            Some(old) => {
                *old = Entry {
                    key: entry.key.clone(),
                    key_span: entry.key_span,
                    value: merge_within(
                        &old.value,
                        &entry.value,
                        choices,
                        lists,
                        lists.contains(&entry.key.as_str()),
                    ),
                }
            }
            None => merged.push(entry.clone()),
        }
    }
    Node::new(over.span, Value::Map(merged))
}

/// Returns the name of a choice, bare or with its settings.
fn choice(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(name) => Some(name),
        Value::Map(entries) => entries.first().map(|entry| entry.key.as_str()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LineMap, parse, to_yaml};
    use super::*;
    use crate::diagnostic::SourceId;

    fn merged(base: &str, over: &str) -> String {
        let tree = |text: &str| parse(text, &LineMap::contiguous(SourceId(0), 0, text.len())).unwrap();
        to_yaml(&merge(&tree(base), &tree(over), &["optimizer".to_owned()], &["space"]))
    }

    #[test]
    fn maps_merge_and_the_rest_replaces() {
        assert_eq!(
            merged("{a: {b: 1, c: [1, 2]}}", "{a: {c: [3]}, d: 4}"),
            "a:\n  b: 1\n  c:\n  - 3\nd: 4\n"
        );
        assert_eq!(merged("{a: {b: 1}}", "{a: 2}"), "a: 2\n");
    }

    #[test]
    fn another_choice_replaces_and_the_same_merges() {
        let base = "{optimizer: {adam: {beta1: 0.8, beta2: 0.9}}}";
        assert_eq!(merged(base, "{optimizer: sgd}"), "optimizer: sgd\n");
        assert_eq!(
            merged(base, "{optimizer: {momentum: {beta: 0.5}}}"),
            "optimizer:\n  momentum:\n    beta: 0.5\n"
        );
        assert_eq!(
            merged(base, "{optimizer: {adam: {beta1: 0.5}}}"),
            "optimizer:\n  adam:\n    beta1: 0.5\n    beta2: 0.9\n"
        );
    }

    #[test]
    fn an_entry_of_a_list_replaces_the_whole() {
        assert_eq!(
            merged("{space: {a.b: {log: [1, 2]}, c: {linear: [0, 1]}}}", "{space: {a.b: {linear: [1, 2]}}}"),
            "space:\n  a.b:\n    linear:\n    - 1\n    - 2\n  c:\n    linear:\n    - 0\n    - 1\n"
        );
    }
}
