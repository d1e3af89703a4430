//! Commas in the place of decimal points, and lists without brackets: YAML reads both as entries without a value.

use std::ops::Range;

use super::error::describe;
use super::{Entry, Node, Value};
use crate::diagnostic::{Diagnostic, Span};

/// Returns the error of `{learning_rate: 0,05}` and `{hidden: 16, 8}`, which YAML reads as entries without a value, and which
/// entries of the map around the place are in it.
pub fn without_brackets(root: &Node, path: &[usize]) -> Option<(Diagnostic, Range<usize>)> {
    let (&place, parent) = path.split_last()?;
    let entries = describe(root, parent).1.entries();
    let is_number = |text: &str| text.trim_end_matches([')', '%']).parse::<f64>().is_ok();
    let is_bare = |entry: &Entry| entry.value.value == Value::Null && is_number(&entry.key);
    let first =
        (0..=place.min(entries.len().checked_sub(1)?)).rev().find(|&index| !is_bare(&entries[index]))?;
    let (before, after) = (&entries[first], &entries[first + 1..]);
    let bare: Vec<&Entry> = after.iter().take_while(|entry| is_bare(entry)).collect();
    let (next, last) = (bare.first()?, bare.last()?);
    let among = first..first + 1 + bare.len();
    let key = &before.key;
    let number = match before.value.value {
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        // A list in round brackets, which mean nothing in YAML.
        Value::Text(ref text) => text.strip_prefix('(').filter(|text| is_number(text))?.to_owned(),
        _ => return None,
    };
    let is_spaced = before.value.span.end + 1 < next.key_span.start;
    let (Value::Integer(_), false, 1, true) = (
        &before.value.value,
        is_spaced,
        bare.len(),
        next.key.trim_end_matches('%').bytes().all(|byte| byte.is_ascii_digit()),
    ) else {
        let items: Vec<&str> = bare.iter().map(|entry| entry.key.trim_end_matches(')')).collect();
        let span = Span { end: last.key_span.end, ..before.value.span };
        let error = Diagnostic::error("a list without square brackets", span);
        return Some((error.label(format!("expected `{key}: [{number}, {}]`", items.join(", "))), among));
    };
    let (error, rest) = (Diagnostic::error("a number with a comma", next.key_span), &next.key);
    // The sign of `-0` is in what was written alone.
    let is_below = number == "0" && before.value.span.end - before.value.span.start == "-0".len();
    let whole = if is_below { "-0".to_owned() } else { number };
    let error = match rest.trim_end_matches('%').len() == 3 && !matches!(&*whole, "0" | "-0") {
        true => error.label(format!(
            "expected `{key}: {whole}{rest}`, or `{key}: {whole}.{rest}` where the comma parts decimals"
        )),
        false => {
            error.label(format!("expected `{key}: {whole}.{rest}`")).hint("decimals are written with a point")
        }
    };
    Some((error, among))
}

/// Returns the first number of a list that seems to have been written with a comma: two whole numbers without a blank between.
pub(super) fn unspaced_commas(node: &Node) -> Option<String> {
    node.items().windows(2).find_map(|pair| match (&pair[0].value, &pair[1].value) {
        (Value::Integer(whole), Value::Integer(rest))
            if pair[0].span.end + 1 == pair[1].span.start && *rest >= 0 =>
        {
            let digits = pair[1].span.end - pair[1].span.start;
            Some(format!("{whole}.{rest:0digits$}"))
        }
        _ => None,
    })
}
