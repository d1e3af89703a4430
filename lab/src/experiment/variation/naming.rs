//! Names of variants, derived from the values that are compared.

use crate::optim::OPTIMIZERS;
use crate::settings::{Node, Value};

/// Below it readers would count zeros: a label says 1e-8, not 0.00000001.
const LEAST_PLAIN: f64 = 1e-4;

/// Returns a variant's name from its value: `adam`, `keep_0_8`, `normal_0_01`; in full with the settings it carries.
pub(super) fn derive_name(prefix: &str, value: &Node, full: bool) -> String {
    let words = words(value, full).join("_");
    let name = if prefix.is_empty() { words } else { format!("{prefix}_{words}") };
    let clean: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if clean.starts_with(|c: char| c.is_ascii_digit()) { format!("v_{clean}") } else { clean }
}

/// Returns the words of a name: a choice that carries settings is named by the choice alone unless in full, one
/// that carries a number (`{normal: 0.01}`) always with it.
fn words(value: &Node, full: bool) -> Vec<String> {
    match &value.value {
        Value::Map(entries) => entries
            .iter()
            .flat_map(|entry| {
                let carried = match &entry.value.value {
                    Value::Map(_) if !full => Vec::new(),
                    _ => words(&entry.value, full),
                };
                std::iter::once(entry.key.clone()).chain(carried)
            })
            .collect(),
        Value::List(items) if items.is_empty() => vec!["none".to_owned()],
        Value::List(items) => items.iter().flat_map(|item| words(item, full)).collect(),
        scalar => vec![named(scalar)],
    }
}

/// Returns a variant's name for readers from its value.
pub(super) fn label_of(prefix: &str, value: &Node, short: bool) -> String {
    let text = match &value.value {
        Value::List(items) if items.is_empty() => "none".to_owned(),
        Value::List(items) => {
            items.iter().map(|item| label_of("", item, short)).collect::<Vec<_>>().join(" / ")
        }
        Value::Map(entries) => entries
            .iter()
            .map(|entry| match &entry.value.value {
                Value::Map(_) if short => spaced(&entry.key),
                _ => format!("{} {}", spaced(&entry.key), label_of("", &entry.value, short)),
            })
            .collect::<Vec<_>>()
            .join(", "),
        Value::Float(number) if *number != 0.0 && number.abs() < LEAST_PLAIN => format!("{number:e}"),
        scalar => spaced(&scalar_text(scalar)),
    };
    valued(prefix, &text)
}

/// Returns what a setting with a value is called: `l2 0.1`, `β = 0.9`.
pub fn valued(setting: &str, value: &str) -> String {
    match spaced(setting) {
        empty if empty.is_empty() => value.to_owned(),
        sign if SIGNS.iter().any(|(_, known)| *known == sign) => format!("{sign} = {value}"),
        words => format!("{words} {value}"),
    }
}

/// Returns a value within a name: -1 is `minus_1`, 60% is `60`.
fn named(value: &Value) -> String {
    let text = scalar_text(value);
    match value {
        Value::Integer(_) | Value::Float(_) => text.replace('-', "minus_"),
        _ => text.replace('%', ""),
    }
}

fn scalar_text(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::List(_) | Value::Map(_) => String::new(),
    }
}

/// What the field writes with a letter of its own.
const SIGNS: [(&str, &str); 4] = [("beta", "β"), ("epsilon", "ε"), ("lambda", "λ"), ("rho", "ρ")];

/// Returns a name for readers: known ones as their field writes them.
pub fn spaced(name: &str) -> String {
    let known = [("he", "He"), ("xavier", "Xavier"), ("glorot", "Glorot"), ("lecun", "LeCun")];
    let mut known = OPTIMIZERS.iter().map(|info| (info.name, info.label)).chain(known).chain(SIGNS);
    let found = known.find(|(plain, _)| *plain == name);
    found.map_or_else(|| name.replace('_', " "), |(_, label)| label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceId;
    use crate::settings::{LineMap, parse};

    fn node(yaml: &str) -> Node {
        parse(yaml, &LineMap::contiguous(SourceId(0), 0, yaml.len())).unwrap()
    }

    #[test]
    fn names_say_what_is_compared() {
        let cases = [
            ("", "adam", "adam", "Adam"),
            ("keep", "0.8", "keep_0_8", "keep 0.8"),
            ("keep", "[1, 0.5]", "keep_1_0_5", "keep 1 / 0.5"),
            ("hidden", "[]", "hidden_none", "hidden none"),
            ("", "{normal: 0.01}", "normal_0_01", "normal 0.01"),
            ("l2", "-1", "l2_minus_1", "l2 -1"),
            ("epsilon", "0.0001", "epsilon_0_0001", "ε = 0.0001"),
            ("epsilon", "1e-8", "epsilon_0_00000001", "ε = 1e-8"),
            ("", "{train: 60%, dev: 40%}", "train_60_dev_40", "train 60%, dev 40%"),
        ];
        for (prefix, yaml, name, label) in cases {
            assert_eq!(derive_name(prefix, &node(yaml), false), name);
            assert_eq!(label_of(prefix, &node(yaml), true), label);
        }
    }

    #[test]
    fn settings_of_a_choice_are_named_only_in_full() {
        let adam = node("{adam: {beta1: 0.8}}");
        assert_eq!(derive_name("", &adam, false), "adam");
        assert_eq!(derive_name("", &adam, true), "adam_beta1_0_8");
    }
}
