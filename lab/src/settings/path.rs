//! Places in a tree by dotted paths: `training.learning_rate`, `model.keep_prob[1]`.

use std::error::Error;
use std::fmt;

use super::{Entry, Node, Value};
use crate::diagnostic::Span;

/// A part of a path that does not fit the tree: an index that is not there, an index into a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    pub part: String,
}

impl PathError {
    fn at(part: &str) -> Self {
        PathError { part: part.to_owned() }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing can be set at `{}`", self.part)
    }
}

impl Error for PathError {}

/// One step of a path, found in a tree.
enum TreeStep<'a> {
    Entry(&'a Entry),
    Item(&'a Node),
}

impl Node {
    /// Returns the value at `path`; the empty path is the node itself. A key that holds dots itself (`space:
    /// {training.learning_rate: ...}`) is found too.
    pub fn get(&self, path: &str) -> Option<&Node> {
        let (node, _, rest) = self.walk(path);
        rest.is_empty().then_some(node)
    }

    /// Returns where `path` stands in the file: its value, or its key when the value goes over several lines, or the nearest
    /// part of the path that exists.
    pub fn locate(&self, path: &str) -> Span {
        let (node, key, _) = self.walk(path);
        match (&node.value, key) {
            (Value::Map(_) | Value::Null, Some(key)) => key,
            // A tree that was put together stands where its span says, not where its parts do.
            (Value::Map(entries), None) => {
                let within = |entry: &&Entry| node.span.holds(entry.key_span);
                entries.first().filter(within).map_or(node.span, |entry| entry.key_span)
            }
            _ => node.span,
        }
    }

    /// Returns where the key of `path` stands, or what [`Node::locate`] finds.
    pub fn locate_key(&self, path: &str) -> Span {
        match self.walk(path) {
            (_, Some(key), "") => key,
            _ => self.locate(path),
        }
    }

    /// Walks as far along `path` as the tree goes: the node there, its key, and what is left of the path.
    fn walk<'p>(&self, path: &'p str) -> (&Node, Option<Span>, &'p str) {
        let (mut node, mut key, mut rest) = (self, None, path);
        while !rest.is_empty() {
            match node.step(rest) {
                Some((TreeStep::Entry(entry), next)) => {
                    (node, key, rest) = (&entry.value, Some(entry.key_span), next);
                }
                Some((TreeStep::Item(item), next)) => (node, key, rest) = (item, None, next),
                None => break,
            }
        }
        (node, key, rest)
    }

    fn step<'p>(&self, path: &'p str) -> Option<(TreeStep<'_>, &'p str)> {
        match &self.value {
            Value::List(items) => {
                let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
                let item = items.get(index.parse::<usize>().ok()?)?;
                Some((TreeStep::Item(item), rest.strip_prefix('.').unwrap_or(rest)))
            }
            Value::Map(entries) => entries
                .iter()
                .filter_map(|entry| Some((entry, after(path, &entry.key)?)))
                .max_by_key(|(entry, _)| entry.key.len())
                .map(|(entry, rest)| (TreeStep::Entry(entry), rest)),
            _ => None,
        }
    }

    /// Sets what stands at `path`, making the maps on the way. A bare choice on the way gets settings:
    /// `optimizer.adam.beta1` turns `optimizer: adam` into `optimizer: {adam: {beta1: ...}}`.
    ///
    /// # Errors
    /// The part of the path that does not fit the tree: an index that is not there, an index into a map.
    pub fn set(&mut self, path: &str, value: Node) -> Result<(), PathError> {
        if path.is_empty() {
            *self = value;
            return Ok(());
        }
        if let Some(indexed) = path.strip_prefix('[') {
            let (index, rest) = indexed.split_once(']').ok_or_else(|| PathError::at(path))?;
            let index: usize = index.parse().map_err(|_| PathError::at(path))?;
            let Value::List(items) = &mut self.value else { return Err(PathError::at(path)) };
            let item = items.get_mut(index).ok_or_else(|| PathError::at(path))?;
            return item.set(rest.strip_prefix('.').unwrap_or(rest), value);
        }
        let known = self.entries().iter().filter(|entry| after(path, &entry.key).is_some());
        let length = match known.map(|entry| entry.key.len()).max() {
            Some(length) => length,
            None => path.find(['.', '[']).unwrap_or(path.len()),
        };
        let (key, rest) = path.split_at(length);
        if key.is_empty() || matches!(self.value, Value::List(_)) {
            return Err(PathError::at(path));
        }
        if !matches!(self.value, Value::Map(_)) {
            let bare = matches!(&self.value, Value::Text(choice) if choice == key);
            *self = Node::empty_map(if bare { self.span } else { value.span });
        }
        let mut child = match self.entry(key) {
            Some(entry) => entry.clone(),
            None => {
                Entry { key: key.to_owned(), key_span: value.span, value: Node::new(value.span, Value::Null) }
            }
        };
        child.value.set(rest.strip_prefix('.').unwrap_or(rest), value)?;
        self.insert(child);
        Ok(())
    }
}

/// Returns what is left of a path after its first key, if that is the key.
fn after<'p>(path: &'p str, key: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(key)?;
    match rest.chars().next() {
        None | Some('[') => Some(rest),
        Some('.') => Some(&rest[1..]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LineMap, parse, to_yaml};
    use super::*;
    use crate::diagnostic::SourceId;

    fn tree(text: &str) -> Node {
        parse(text, &LineMap::contiguous(SourceId(0), 0, text.len())).unwrap()
    }

    fn located<'a>(text: &'a str, path: &str) -> &'a str {
        let span = tree(text).locate(path);
        &text[span.start..span.end]
    }

    const TEXT: &str = "model:\n  hidden: [64, 32]\n  keep_prob: 0.8\nspace:\n  training.l2: {log: [1, 2]}\n";

    #[test]
    fn finds_values_and_falls_back_to_what_exists() {
        assert_eq!(located(TEXT, "model.keep_prob"), "0.8");
        assert_eq!(located(TEXT, "model.hidden[1]"), "32");
        assert_eq!(located(TEXT, "model.hidden[7]"), "[64, 32]");
        assert_eq!(located(TEXT, "model.hiden"), "model");
        assert_eq!(located(TEXT, "model"), "model");
        assert_eq!(located(TEXT, "nothing.here"), "model");
        assert_eq!(located(TEXT, "space.training.l2.log[0]"), "1");
        assert_eq!(located("3", "a.b"), "3");
    }

    #[test]
    fn sets_by_path() {
        let mut node = tree("training: {optimizer: adam, epochs: 3}\nkeep: [1, 2]");
        let seven = || tree("7");
        node.set("training.optimizer.adam.beta1", seven()).unwrap();
        node.set("training.l2", seven()).unwrap();
        node.set("model.hidden", seven()).unwrap();
        node.set("keep[1]", seven()).unwrap();
        assert_eq!(
            to_yaml(&node),
            "training:\n  optimizer:\n    adam:\n      beta1: 7\n  epochs: 3\n  l2: 7\nkeep:\n- 1\n- 7\nmodel:\n  hidden: 7\n"
        );
        assert!(node.set("keep[2]", seven()).is_err());
        assert!(node.set("keep.a", seven()).is_err());
        assert!(node.set("[", seven()).is_err());
        assert!(node.set(".", seven()).is_err());
    }
}
