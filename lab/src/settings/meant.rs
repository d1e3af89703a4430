//! What was probably meant by a value that a setting cannot have.

use super::error::short;
use super::numbers::{meant_number, range, shares};
use super::unknown::VARYING;
use super::{Node, Value};
use crate::optim::OPTIMIZERS;

/// Returns what to write for the value of a setting, or for the whole where there is no name.
pub(super) fn rewrite(name: &str, value: &Value, expected: &str) -> Option<String> {
    of_setting(name, value, expected).or_else(|| of_type(name, value, expected))
}

const LEFT_OUT: &str = "nothing: leave it out";

/// Returns what is meant where the setting says it.
fn of_setting(name: &str, value: &Value, expected: &str) -> Option<String> {
    let setting = name.rsplit('.').next().unwrap_or(name);
    let word = match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "none".to_owned(),
        Value::Text(text) => text.to_lowercase(),
        _ => String::new(),
    };
    let is_yes = matches!(word.as_str(), "yes" | "on" | "y");
    let is_no = matches!(word.as_str(), "no" | "off" | "n" | "none");
    let is_all = matches!(word.as_str(), "all" | "*");
    let written = match (setting, value) {
        ("normalize" | "scale_target", Value::Bool(true)) => "`standard`".to_owned(),
        ("normalize" | "scale_target", Value::Bool(false)) => "`none`".to_owned(),
        ("early_stopping", _) if is_yes => {
            "`{patience: 10}`, the epochs without improvement that are waited for".to_owned()
        }
        ("early_stopping" | "max_norm" | "limit", Value::Bool(_) | Value::Text(_)) if is_no => {
            LEFT_OUT.to_owned()
        }
        ("limit" | "features", _) if is_all => LEFT_OUT.to_owned(),
        ("early_stopping", Value::Integer(patience @ 1..)) => format!("`{{patience: {patience}}}`"),
        ("early_stopping", Value::Text(metric)) if metric.ends_with("loss") || metric.ends_with("error") => {
            format!("`{{metric: {metric}}}`")
        }
        ("lint", Value::List(codes)) => {
            let codes: Vec<&str> = codes.iter().filter_map(Node::as_text).collect();
            format!("`{{allow: [{}]}}`", codes.join(", "))
        }
        ("split", _) if name == "split" => {
            format!("`{}`", shares(value).unwrap_or("{train: 60%, dev: 20%, test: 20%}".to_owned()))
        }
        ("model", Value::List(widths)) => format!("`{{hidden: {}}}`", listed_plainly(widths)?),
        ("training", Value::Integer(epochs)) => format!("`{{epochs: {epochs}}}`"),
        ("training", Value::Text(text)) if OPTIMIZERS.iter().any(|known| known.name == word) => {
            format!("`{{optimizer: {}}}`", text.to_lowercase())
        }
        ("precision", Value::Integer(bits @ (32 | 64))) => format!("`f{bits}`"),
        ("init", Value::Integer(0)) => "`zeros`".to_owned(),
        ("init", Value::Integer(_) | Value::Float(_)) => format!("`{{normal: {}}}`", plainly(value)?),
        ("l1" | "l2" | "noise" | "label_noise", Value::Text(_)) if is_no => "`0`".to_owned(),
        ("batch_size", Value::Integer(-1)) => "`full`".to_owned(),
        ("batch_size", _) if is_no || matches!(word.as_str(), "all" | "max" | "whole") => "`full`".to_owned(),
        (_, Value::Integer(_) | Value::Float(_)) if expected.starts_with("settings") && of_choice(name) => {
            let key =
                if setting.ends_with("momentum") || setting == "nesterov" { "beta" } else { "learning_rate" };
            format!("`{{{key}: {}}}`", plainly(value)?)
        }
        _ => return None,
    };
    Some(written)
}

/// Returns what is meant where it follows from what is expected.
fn of_type(name: &str, value: &Value, expected: &str) -> Option<String> {
    let whole = expected.contains("whole");
    match value {
        Value::Float(number) if whole && *number == number.trunc() && (1.0..1000.0).contains(number) => {
            Some(format!("`{}`, or `{}` if the point parts thousands", number, number * 1000.0))
        }
        Value::Float(share) if expected.starts_with("a percentage") => match share {
            0.0..=1.0 => Some(format!("`{}%`", (share * 1e6).round() / 1e4)),
            1.0..=100.0 => Some(format!("`{share}%`")),
            _ => None,
        },
        Value::Text(text) if expected.starts_with("a percentage") => {
            let share: f64 = meant_number(text, false)?.parse().ok()?;
            (0.0..=1.0).contains(&share).then(|| format!("`{}%`", (share * 1e6).round() / 1e4))
        }
        Value::Text(text) if expected.starts_with("settings") => match text.split_once([':', ' ']) {
            Some((key, value)) if text.contains(':') || text.split_whitespace().count() == 2 => {
                let pair = format!("{key}: {}", value.trim());
                Some(if name.is_empty() { format!("`{pair}`") } else { format!("`{{{pair}}}`") })
            }
            _ => like_an_example(text, expected),
        },
        Value::Text(text) if expected.contains("number") => match meant_number(text, whole) {
            Some(number) => Some(format!("`{number}`")),
            None => blanks(name, text),
        },
        Value::Text(text) if expected.contains("`true`") => match text.to_lowercase().as_str() {
            "yes" | "on" | "y" | "true" => Some("`true`".to_owned()),
            "no" | "off" | "n" | "false" => Some("`false`".to_owned()),
            _ => None,
        },
        Value::Integer(0) if expected.contains("`true`") => Some("`false`".to_owned()),
        Value::Integer(1) if expected.contains("`true`") => Some("`true`".to_owned()),
        Value::Integer(number) if expected == "text" => Some(format!("it in quotes: `\"{number}\"`")),
        Value::Float(_) | Value::Bool(_) if expected == "text" => Some("it in quotes".to_owned()),
        Value::Integer(_) | Value::Float(_) if expected == "a list" => {
            Some(format!("`[{}]`", plainly(value)?))
        }
        Value::Text(text) if expected == "a list" => Some(match as_items(name, text) {
            Some(items) => format!("`[{items}]`"),
            None => "it as the item of a list: in quotes and brackets, or with `- ` before it".to_owned(),
        }),
        Value::Map(_) if expected == "a list" => {
            Some("it as the item of a list: in brackets, `[{...}]`, or with `- ` before it".to_owned())
        }
        Value::List(items) if !expected.contains("list") && !name.ends_with(']') => match &items[..] {
            [item] if fits(&item.value, expected) => Some(format!("`{}`", plainly(&item.value)?)),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether a value may stand where such a one is expected.
fn fits(value: &Value, expected: &str) -> bool {
    match value {
        Value::Integer(_) => expected.contains("number"),
        Value::Float(number) => {
            expected.contains("number") && (!expected.contains("whole") || *number == number.trunc())
        }
        Value::Text(text) => {
            expected.contains("choice")
                || expected == "text"
                || expected.starts_with("a percentage") && text.ends_with('%')
        }
        Value::Bool(_) => expected.contains("`true`"),
        Value::Null | Value::List(_) | Value::Map(_) => false,
    }
}

/// Returns a value of one word as an author writes it.
fn plainly(value: &Value) -> Option<String> {
    match value {
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Text(text) => Some(short(text)),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

fn listed_plainly(items: &[Node]) -> Option<String> {
    let items: Vec<String> = items.iter().map(|item| plainly(&item.value)).collect::<Option<_>>()?;
    Some(format!("[{}]", items.join(", ")))
}

/// Returns what was probably meant by several values in the place of one, in a list or as a range: to compare them.
pub(super) fn several(name: &str, node: &Node, expected: &str) -> Option<String> {
    // For authors alone: a page's module stays small.
    if !cfg!(feature = "complete") {
        return None;
    }
    let ends = node.as_text().and_then(range);
    if name == "seeds" {
        return seeds(node, ends);
    }
    let items = node.items();
    if name == "model.layers"
        && !items.is_empty()
        && items.iter().all(|item| matches!(item.value, Value::Integer(1..)))
    {
        let widths = listed_plainly(items)?;
        return Some(format!("widths of layers are `hidden: {widths}`, `layers` is how many there are"));
    }
    if let Some((list, _)) = name.rsplit_once('[')
        && matches!(node.value, Value::List(_))
        && list.split_once('.').is_some_and(|(part, _)| VARYING.contains(&part))
    {
        return Some(format!("lists to compare stand beside the parts: `vary: {{{list}: [[...], [...]]}}`"));
    }
    let (part, rest) = name.split_once('.')?;
    if !VARYING.contains(&part) || rest.contains('[') {
        return None;
    }
    if let [entry] = node.entries()
        && matches!(entry.key.as_str(), "log" | "linear" | "integer" | "choice" | "one_minus_log")
    {
        return Some(format!("ranges stand in a `search`: `space: {{{name}: {{{}: ...}}}}`", entry.key));
    }
    let values = match ends {
        Some((from, to)) => format!("[{from}, {to}]"),
        None if items.len() > 1 && items.iter().all(|item| fits(&item.value, expected)) => {
            listed_plainly(items)?
        }
        None => return None,
    };
    Some(format!("to compare them, write beside `{part}`: `vary: {{{name}: {values}}}`"))
}

/// Returns how many seeds a list or a range of them is.
fn seeds(node: &Node, ends: Option<(&str, &str)>) -> Option<String> {
    let (count, first) = match (node.items(), ends) {
        ([first, ..], _) => {
            (node.items().len() as i64, if let Value::Integer(first) = first.value { first } else { 0 })
        }
        ([], Some((from, to))) => {
            let (from, to): (i64, i64) = (from.parse().ok()?, to.parse().ok()?);
            (to.checked_sub(from)?.checked_add(1).filter(|count| *count > 0)?, from)
        }
        ([], None) => return None,
    };
    let first = if first == 0 { String::new() } else { format!(" and `seed: {first}`") };
    Some(format!("seeds are counted from `seed` on: write `seeds: {count}`{first}"))
}

/// Returns what to write for a choice beside which its settings stand: `adam 0.001`, `{type: adam}`.
pub(super) fn chosen(choice: &str, known: &[&str], beside: &Node) -> Option<String> {
    if let Some((first, _)) = choice.split_once([':', ' ', '('])
        && known.contains(&first)
    {
        return Some(format!("expected `{first}`, or `{{{first}: {{...}}}}` with its settings"));
    }
    let named = named_choice(beside).filter(|named| known.contains(named))?;
    (beside.entries().len() == 1).then(|| format!("expected `{named}` alone"))
}

/// Returns the choice that a map names as other tools do: `{name: adam, learning_rate: 0.1}`.
pub(super) fn named_choice(node: &Node) -> Option<&str> {
    ["name", "type", "kind"].iter().find_map(|key| node.entry(key)?.value.as_text())
}

/// Returns whether a name is that of a choice with settings, `training.optimizer.adam`.
fn of_choice(name: &str) -> bool {
    let parts: Vec<&str> = name.rsplit('.').collect();
    parts.get(1) == Some(&"optimizer")
}

/// Returns the items of a list between which blanks stand alone, `[64 32]`.
fn blanks(name: &str, text: &str) -> Option<String> {
    let items: Vec<&str> = text.split_whitespace().collect();
    let are_numbers = items.len() > 1 && items.iter().all(|item| item.parse::<f64>().is_ok());
    (name.ends_with(']') && are_numbers).then(|| format!("`{}`, with commas between them", items.join(", ")))
}

/// Returns a text as what stands between the brackets of a list, where YAML reads it so: `64, 32` as two numbers.
fn as_items(name: &str, text: &str) -> Option<String> {
    let one_line = !text.contains('\n') && text.chars().count() <= 60;
    if text == "none" {
        return Some(String::new());
    }
    let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text).trim();
    let parts = if name.ends_with("hidden") { &['-', 'x', '/', ' ', ','][..] } else { &[' ', ','] };
    let widths: Vec<&str> = text.split(parts).filter(|part| !part.is_empty()).collect();
    if widths.len() > 1 && widths.iter().all(|width| width.parse::<u64>().is_ok()) {
        return Some(widths.join(", "));
    }
    let of_numbers = text.split(',').all(|item| item.trim().parse::<f64>().is_ok());
    let plain =
        !text.contains([',', '[', ']', '{', '}', ':', '#', '"', '\'', '&', '*', '!', '|', '%', '@', '`']);
    (one_line && (of_numbers || plain)).then(|| text.to_owned())
}

/// Returns the text in the place of an example's, `{name: iris}` or `{file: table.csv}`: that of a file, if it has a dot.
fn like_an_example(text: &str, expected: &str) -> Option<String> {
    let examples = expected.split('`').filter(|part| part.starts_with('{'));
    let (key, _) = examples
        .filter_map(|example| example.split_once(": "))
        .find(|(_, value)| value.contains('.') == text.contains('.'))?;
    let is_one_word = !text.contains(char::is_whitespace) && !text.contains([':', ',', '{', '}']);
    is_one_word.then(|| format!("`{key}: {text}}}`"))
}
