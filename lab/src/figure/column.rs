//! The value of one column in one row: of a metric, a setting, a cell of a file.

use serde_json::Value as Json;

use super::frame::Place;
use crate::collections::BTreeMap;
use crate::inline::{Fault, Given, Link, Name, unknown_name};
use crate::outcome::{Metric, RunRecord, Variant};

/// Returns whether a list has an entry for each pair of classes.
pub(super) fn is_square(name: &str) -> bool {
    name.ends_with("_confusion")
}

/// Returns the side of a square of so many entries.
pub(super) fn root(square: usize) -> usize {
    (0..=square).take_while(|side| side * side <= square).last().unwrap_or(0)
}

/// Returns what the links after a metric's name lead to in a row.
pub(super) fn in_metric(metric: &Metric, name: &str, links: &[Link], place: Place) -> Result<Given, Fault> {
    match (metric, links) {
        (Metric::Map(parts), [first, ..]) => {
            let Some((path, used)) = longest(links, |path| part(parts, path).is_some()) else {
                let known: Vec<&str> = parts.keys().map(String::as_str).collect();
                return Err(unknown_name(first, &known, &format!("`{name}` has no")));
            };
            let inner = part(parts, &path).unwrap_or(metric);
            in_metric(inner, &path, &links[used..], place)
        }
        (Metric::List(values), [Link { name: Name::Index(index), range }, rest @ ..]) => {
            nothing_more(rest)?;
            item(values, *index).ok_or_else(|| {
                Fault::new(
                    range.clone(),
                    format!("`{name}` has {} values", values.len()),
                    "expected an index within them",
                )
            })
        }
        (Metric::List(values), []) => {
            let Some(at) = place.along else { return Ok(given(metric)) };
            let index = match place.given {
                Some(given) if is_square(name) => {
                    let side = root(values.len());
                    if at < side && given < side { at * side + given } else { values.len() }
                }
                _ if is_square(name) => return Ok(Given::Nothing),
                _ => at,
            };
            Ok(values.get(index).map_or(Given::Nothing, |value| Given::Number(*value)))
        }
        (_, []) => Ok(given(metric)),
        (_, rest) => nothing_more(rest).map(|()| Given::Nothing),
    }
}

/// Returns a part of nested maps by its dotted path.
fn part<'m>(parts: &'m BTreeMap<String, Metric>, path: &str) -> Option<&'m Metric> {
    if let Some(found) = parts.get(path) {
        return Some(found);
    }
    let (first, rest) = path.split_once('.')?;
    match parts.get(first)? {
        Metric::Map(inner) => part(inner, rest),
        _ => None,
    }
}

/// Returns a setting in effect, or an item of one that is a list.
pub(super) fn setting(variant: &Variant, links: &[Link]) -> Result<Option<Given>, Fault> {
    let settings = &variant.conditions.settings;
    let Some((path, used)) = longest(links, |path| settings.contains_key(path)) else { return Ok(None) };
    let value = &settings[&path];
    match &links[used..] {
        [] => Ok(Some(of_json(value))),
        [Link { name: Name::Index(index), .. }, rest @ ..] => {
            nothing_more(rest)?;
            let Json::Array(items) = value else {
                // One number stands for a list of it, as a keep probability for all layers.
                return Ok(Some(of_json(value)));
            };
            let place = if *index < 0 { *index + items.len() as i64 } else { *index };
            let item = usize::try_from(place).ok().and_then(|place| items.get(place));
            Ok(Some(item.map_or(Given::Nothing, of_json)))
        }
        rest => nothing_more(rest).map(|()| None),
    }
}

/// Returns the longest dotted path at the start of some links that is known, and how many of them it takes.
pub(super) fn longest(links: &[Link], known: impl Fn(&str) -> bool) -> Option<(String, usize)> {
    let (mut path, mut found) = (String::new(), None);
    for (index, link) in links.iter().enumerate() {
        let Name::Word(word) = &link.name else { break };
        if index > 0 {
            path.push('.');
        }
        path.push_str(word);
        if known(&path) {
            found = Some((path.clone(), index + 1));
        }
    }
    found
}

/// Returns the words at the start of some links.
pub(super) fn words(links: &[Link]) -> Vec<&str> {
    links.iter().map_while(Link::word).collect()
}

/// Checks that nothing follows the links that were used.
pub(super) fn ends_here(links: &[Link], used: usize) -> Result<(), Fault> {
    nothing_more(&links[used.min(links.len())..])
}

fn nothing_more(rest: &[Link]) -> Result<(), Fault> {
    match rest.first() {
        None => Ok(()),
        Some(link) => {
            Err(Fault::new(link.range.clone(), "nothing can follow here", "a row has one value of this"))
        }
    }
}

/// Returns an item of a list; from its end where the index is negative.
pub(super) fn item(values: &[f64], index: i64) -> Option<Given> {
    let place = if index < 0 { index + values.len() as i64 } else { index };
    usize::try_from(place).ok().and_then(|place| values.get(place)).map(|value| Given::Number(*value))
}

/// Returns a metric as expressions take it.
pub(super) fn given(metric: &Metric) -> Given {
    match metric {
        Metric::Number(number) => Given::Number(*number),
        Metric::Text(text) if text.is_empty() => Given::Nothing,
        Metric::Text(text) => Given::Text(text.clone()),
        Metric::List(values) => Given::List(values.iter().map(|value| Given::Number(*value)).collect()),
        Metric::Map(_) => Given::Nothing,
    }
}

/// Returns the name of a class, or of what else a run names, or its number.
pub(super) fn named_at(record: &RunRecord, what: &str, at: Option<usize>) -> Given {
    let Some(at) = at else { return Given::Nothing };
    let name = record.names.get(what).and_then(|names| names.get(at));
    name.map_or(Given::Number(at as f64), |name| Given::Text(name.clone()))
}

fn of_json(value: &Json) -> Given {
    match value {
        Json::Number(number) => number.as_f64().map_or(Given::Nothing, Given::Number),
        Json::String(text) => Given::Text(text.clone()),
        Json::Bool(truth) => Given::Truth(*truth),
        Json::Array(items) => Given::List(items.iter().map(of_json).collect()),
        Json::Null | Json::Object(_) => Given::Nothing,
    }
}

/// Returns a cell of a file: a number, a text, or nothing where it is empty.
pub(super) fn cell(text: Option<&String>) -> Given {
    let text = text.map_or("", |text| text.trim());
    if text.is_empty() {
        return Given::Nothing;
    }
    let number = text.parse::<f64>().ok().or_else(|| without_thousands(text)?.parse().ok());
    match number {
        Some(number) if number.is_finite() => Given::Number(number),
        Some(_) => Given::Nothing,
        None => Given::Text(text.to_owned()),
    }
}

/// Returns `1,234.5` without its commas; none where these part no thousands.
fn without_thousands(text: &str) -> Option<String> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.trim_start_matches('-').split(',');
    let is_group = |group: &str| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next()?;
    let counts = (1..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_digit());
    let parted = groups.clone().next().is_some() && groups.all(is_group);
    let digits = rest.bytes().all(|byte| byte.is_ascii_digit());
    (counts && parted && digits).then(|| text.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_numbers_with_their_thousands() {
        let number = |text: &str| match cell(Some(&text.to_owned())) {
            Given::Number(number) => Some(number),
            _ => None,
        };
        let all = ["1,234.50", "-12,345", "1,234,567", "0.5", " 7 "].map(number);
        assert_eq!(all, [1234.5, -12345.0, 1_234_567.0, 0.5, 7.0].map(Some));
        assert_eq!(["1,23", "12,34,567", "1,234.5.6", "a,123", "1,234 %", ""].map(number), [None; 6]);
    }
}
