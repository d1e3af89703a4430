use serde::de::DeserializeOwned;

use super::commas::without_brackets;
use super::decoder::Decoder;
use super::error::{self, Error, Kind};
use super::{Node, Value};
use crate::diagnostic::Diagnostic;

/// More mistakes than these in one tree are not worth listing.
const MAX_ERRORS: usize = 50;

/// Turns a tree into a typed value.
///
/// A choice (`enum Optimizer { Adam(Adam), ... }`) may be written bare (`adam`) or with its settings
/// (`{adam: {beta1: 0.8}}`); a whole `1e3` is an integer, an integer is a number; nothing at all
/// (`training:`) is a struct with every default.
///
/// # Errors
/// Everything that does not fit: after a mistake the offending setting is left out and decoding starts
/// again, until all that is left fits.
pub fn decode<T: DeserializeOwned>(node: &Node) -> Result<T, Vec<Diagnostic>> {
    decode_among(node, &[])
}

/// Decodes as [`decode`] does, where `also` names settings that stand beside those of `T` in the author's map (and were
/// taken out before), so that they are suggested for a misspelt name too.
///
/// # Errors
/// As [`decode`].
pub fn decode_among<T: DeserializeOwned>(root: &Node, also: &[&str]) -> Result<T, Vec<Diagnostic>> {
    // Without a mistake there is a value.
    attempt(root, also, true).and_then(|value| value.ok_or_else(Vec::new))
}

/// Decodes as [`decode_among`] does settings that others complete: what is missing is no mistake, but then there is no
/// value.
///
/// # Errors
/// As [`decode`].
pub fn decode_part<T: DeserializeOwned>(root: &Node, also: &[&str]) -> Result<Option<T>, Vec<Diagnostic>> {
    attempt(root, also, false)
}

fn attempt<T: DeserializeOwned>(
    root: &Node,
    also: &[&str],
    whole: bool,
) -> Result<Option<T>, Vec<Diagnostic>> {
    let mut value = None;
    let mut read = |decoder: Decoder<'_>| T::deserialize(decoder).map(|read| value = Some(read));
    let is_sound = attempts(root, also, whole, &mut read)?;
    Ok(value.filter(|_| is_sound))
}

/// Has a tree read again and again, each time without what was wrong before: returns whether nothing was. It is one for all types, since
/// each kind of experiment has dozens.
fn attempts(
    root: &Node,
    also: &[&str],
    whole: bool,
    read: &mut dyn FnMut(Decoder<'_>) -> Result<(), Error>,
) -> Result<bool, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut left_out: Vec<Vec<usize>> = Vec::new();
    loop {
        let skip: Vec<*const Node> =
            left_out.iter().filter_map(|path| at(root, path).map(std::ptr::from_ref)).collect();
        let error = match read(Decoder::new(root, &skip)) {
            Ok(()) if left_out.is_empty() => return Ok(true),
            Ok(()) => break,
            Err(error) => error,
        };
        let path: Vec<usize> = error.path.iter().rev().copied().collect();
        if let Some((error, among)) = without_brackets(root, &path) {
            let parent = &path[..path.len() - 1];
            let entries: Vec<Vec<usize>> = among.map(|index| [parent, &[index]].concat()).collect();
            if diagnostics.len() == MAX_ERRORS || entries.iter().all(|entry| left_out.contains(entry)) {
                break;
            }
            diagnostics.push(error);
            left_out.extend(entries);
            continue;
        }
        let is_missed = whole || !matches!(error.kind, Kind::Missing(_));
        if is_missed && !follows(&error, root, &path, &left_out) {
            diagnostics.push(error::diagnostic(&error, root, &path, also));
        }
        let wrong_choice = error.on_key && matches!(error.kind, Kind::UnknownChoice { .. });
        let kept = path.len().saturating_sub(usize::from(wrong_choice));
        if kept == 0 || left_out.contains(&path[..kept].to_vec()) || diagnostics.len() == MAX_ERRORS {
            break;
        }
        left_out.push(path[..kept].to_vec());
    }
    if diagnostics.is_empty() { Ok(false) } else { Err(diagnostics) }
}

/// Returns whether an error only follows from what was left out: a setting missing, a list too short.
fn follows(error: &Error, root: &Node, path: &[usize], left_out: &[Vec<usize>]) -> bool {
    let mut inside =
        left_out.iter().filter(|removed| removed.starts_with(path) && removed.len() > path.len());
    match &error.kind {
        Kind::Missing(name) => inside.any(|removed| {
            let entries = at(root, path).map_or(&[][..], Node::entries);
            entries.get(removed[path.len()]).is_some_and(|entry| entry.key == *name)
        }),
        _ => !error.on_key && inside.next().is_some(),
    }
}

fn at<'a>(root: &'a Node, path: &[usize]) -> Option<&'a Node> {
    path.iter().try_fold(root, |node, &index| match &node.value {
        Value::Map(entries) => entries.get(index).map(|entry| &entry.value),
        Value::List(items) => items.get(index),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::super::{LineMap, parse};
    use super::*;
    use crate::diagnostic::SourceId;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Training {
        epochs: usize,
        learning_rate: f64,
        optimizer: Optimizer,
        schedule: Option<String>,
        stratify: bool,
        range: (f64, f64),
        names: BTreeMap<String, f32>,
    }

    impl Default for Training {
        fn default() -> Self {
            Training {
                epochs: 20,
                learning_rate: 0.1,
                optimizer: Optimizer::Sgd,
                schedule: None,
                stratify: true,
                range: (0.0, 1.0),
                names: BTreeMap::new(),
            }
        }
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Optimizer {
        Sgd,
        Adam(Adam),
        Constant(f64),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Adam {
        beta1: f64,
    }

    impl Default for Adam {
        fn default() -> Self {
            Adam { beta1: 0.9 }
        }
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Block {
        id: String,
        #[serde(default)]
        training: Training,
    }

    fn tree(text: &str) -> Node {
        parse(text, &LineMap::contiguous(SourceId(0), 0, text.len())).unwrap()
    }

    fn training(text: &str) -> Training {
        decode(&tree(text)).unwrap()
    }

    /// Each mistake as `underlined: message (label)`.
    fn mistakes<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> Vec<String> {
        let errors = decode::<T>(&tree(text)).unwrap_err();
        let said = |error: &Diagnostic| {
            let span = error.span.unwrap();
            format!("{}: {} ({})", &text[span.start..span.end], error.message, error.label)
        };
        errors.iter().map(said).collect()
    }

    #[test]
    fn choices_stand_bare_or_with_settings() {
        assert_eq!(training("optimizer: adam").optimizer, Optimizer::Adam(Adam { beta1: 0.9 }));
        assert_eq!(training("optimizer: {adam: }").optimizer, Optimizer::Adam(Adam { beta1: 0.9 }));
        assert_eq!(
            training("optimizer: {adam: {beta1: 0.5}}").optimizer,
            Optimizer::Adam(Adam { beta1: 0.5 })
        );
        assert_eq!(training("optimizer: {constant: 2}").optimizer, Optimizer::Constant(2.0));
        assert_eq!(training("optimizer: {sgd: {}}").optimizer, Optimizer::Sgd);
    }

    #[test]
    fn numbers_fit_where_their_value_does() {
        assert_eq!(training("epochs: 1e3").epochs, 1000);
        assert_eq!(training("epochs: 3.0").epochs, 3);
        assert_eq!(training("learning_rate: 1").learning_rate, 1.0);
        assert_eq!(training("names: {1: 2}").names["1"], 2.0);
    }

    #[test]
    fn nothing_is_every_default() {
        assert_eq!(training(""), Training::default());
        assert_eq!(decode::<Block>(&tree("id: a\ntraining:\n")).unwrap().training, Training::default());
    }

    #[test]
    fn every_mistake_is_found_at_its_place() {
        assert_eq!(
            mistakes::<Block>(
                "id: a\ntraining:\n  epochs: fast\n  learning_rat: 1\n  optimizer: admm\n  stratify: yes\n  \
                 range: [1, x]\nseed: 3"
            ),
            [
                "fast: `training.epochs` is the text `fast` (expected a whole number, 0 or more)",
                "learning_rat: unknown setting `learning_rat` (did you mean `learning_rate`?)",
                "admm: `training.optimizer` has no choice `admm` (did you mean `adam`?)",
                "yes: `training.stratify` is the text `yes` (expected `true` or `false`)",
                "x: `training.range[1]` is the text `x` (expected a number)",
                "seed: unknown setting `seed` (expected `id`, `training`)",
            ]
        );
    }

    #[test]
    fn choices_go_wrong_in_many_ways() {
        let cases = [
            (
                "optimizer: constant",
                "constant: the choice `constant` needs a value (expected `{constant: ...}`)",
            ),
            ("optimizer: {sgd: 3}", "3: the choice `sgd` takes no settings (expected just `sgd`)"),
            ("optimizer: {adm: {}}", "adm: `optimizer` has no choice `adm` (did you mean `adam`?)"),
            ("optimizer: {adam: {beta: 1}}", "beta: unknown setting `beta` (did you mean `beta1`?)"),
            (
                "optimizer: {adam: 3}",
                "3: `optimizer.adam` is the number 3 (expected settings (`name: value`))",
            ),
            ("optimizer: 3", "3: `optimizer` is the number 3 (expected a choice)"),
            (
                "optimizer: {adam: , sgd: }",
                "optimizer: `optimizer` names 2 choices: `adam`, `sgd` (expected one choice, as in `{adam: {beta1: 0.9}}`)",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(mistakes::<Training>(text), [expected]);
        }
    }

    #[test]
    fn what_only_follows_is_not_reported() {
        assert_eq!(mistakes::<Block>("id: [1]"), ["[1]: `id` is a list (expected text)"]);
        assert_eq!(
            mistakes::<Block>("training:\n  epochs: -3"),
            [
                "-3: `training.epochs` is the number -3 (expected a whole number, 0 or more)",
                "training: `id` is missing (expected `id: ...` in here)",
            ]
        );
        assert_eq!(
            mistakes::<Training>("range: [1, 2, 3]"),
            ["[1, 2, 3]: `range` has 3 values (expected 2 values)"]
        );
        assert_eq!(mistakes::<Training>("[1]"), ["[1]: this is a list (expected settings (`name: value`))"]);
    }

    #[test]
    fn settings_beside_are_suggested_too() {
        let errors = decode_among::<Training>(&tree("captoin: a"), &["caption"]).unwrap_err();
        assert_eq!(errors[0].label, "did you mean `caption`?");
    }

    #[test]
    fn a_part_may_lack_settings_and_is_no_value_then() {
        let part = |text: &str| decode_part::<Block>(&tree(text), &[]);
        assert_eq!(part("training: {epochs: 3}").unwrap(), None);
        assert!(part("id: a").unwrap().is_some());
        let errors = part("training: {epochs: -3}").unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
    }

    #[test]
    fn a_hint_says_what_was_probably_meant() {
        let hint = |text: &str| decode::<Training>(&tree(text)).unwrap_err()[0].hints.concat();
        assert_eq!(hint("learning_rate: 10%"), "write `0.1`");
        assert_eq!(hint("learning_rate: 0,5"), "write `0.5`");
        assert_eq!(hint("epochs: 1_000"), "write `1000`");
        assert_eq!(hint("stratify: no"), "write `false`");
        assert_eq!(hint("schedule: 3"), "write it in quotes: `\"3\"`");
    }
}
