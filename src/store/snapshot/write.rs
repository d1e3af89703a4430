//! A lesson's snapshot as text: sorted, one metric a line, the same results the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Accepted, AcceptedVariant, Value};

/// Epochs on one line.
const EPOCHS: usize = 16;

const ABOUT: &str = "\
# Accepted results of this lesson's experiments. `gradbook check` compares them bit by bit,
# `gradbook check --accept` rewrites them. A history has four digits of a digest an epoch, from before training on.
";

/// The text of a lesson's snapshot.
pub fn write(experiments: &BTreeMap<String, &Accepted>) -> String {
    let mut text = ABOUT.to_owned();
    for (id, accepted) in experiments {
        let _ = write!(text, "\n{}:\n{}", key(id), experiment(accepted));
    }
    text
}

fn experiment(accepted: &Accepted) -> String {
    let identity = &accepted.identity;
    let mut text = format!("  kind: {}\n  settings: {}\n", key(&identity.kind), quoted(&identity.settings));
    if let Some(data) = &identity.data {
        let _ = writeln!(text, "  data: {}", quoted(data));
    }
    let _ = writeln!(text, "  seeds: {}", accepted.seeds);
    if !accepted.series.is_empty() {
        let names: Vec<String> = accepted.series.iter().map(|name| key(name)).collect();
        let _ = writeln!(text, "  series: [{}]", names.join(", "));
    }
    if !accepted.claims.is_empty() {
        text += "  claims:\n";
    }
    for claim in &accepted.claims {
        let _ = writeln!(text, "    - that: {}\n      held: {}", quoted(&claim.that), claim.held);
        if let Some(margin) = claim.margin {
            let _ = writeln!(text, "      margin: {}", number(margin));
        }
    }
    text += "  variants:\n";
    for (name, variant) in &accepted.variants {
        let _ = write!(text, "    {}:\n{}", key(name), self::variant(variant));
    }
    text
}

fn variant(variant: &AcceptedVariant) -> String {
    let mut text = format!("      digest: {}\n", quoted(&variant.digest));
    if !variant.history.is_empty() {
        text += "      history: |\n";
    }
    for epochs in variant.history.chunks(EPOCHS) {
        let _ = writeln!(text, "        {}", epochs.join(" "));
    }
    if !variant.metrics.is_empty() {
        text += "      metrics:\n";
    }
    for (name, values) in &variant.metrics {
        let value = match values.as_slice() {
            [Some(Value::List(_)), ..] if values.len() > 1 => of_runs(values),
            [first, rest @ ..] if rest.iter().all(|other| shown(other.as_ref()) == shown(first.as_ref())) => {
                shown(first.as_ref())
            }
            _ => of_runs(values),
        };
        let _ = writeln!(text, "        {}: {value}", key(name));
    }
    text
}

/// A value a run. Where all runs have the same number or text, it stands there once instead.
fn of_runs(values: &[Option<Value>]) -> String {
    format!("[{}]", values.iter().map(|value| shown(value.as_ref())).collect::<Vec<_>>().join(", "))
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "~".to_owned(),
        Some(Value::Number(value)) => number(*value),
        Some(Value::Text(text)) => quoted(text),
        Some(Value::List(values)) => {
            format!("[{}]", values.iter().map(|value| number(*value)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The shortest text that reads back to the same bits.
fn number(value: f64) -> String {
    if value.is_nan() {
        ".nan".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() }
    } else {
        format!("{value:?}")
    }
}

fn quoted(text: &str) -> String {
    // Every JSON text is a YAML text.
    serde_json::to_string(text).unwrap_or_default()
}

/// A name as it is where YAML takes it for a text.
fn key(name: &str) -> String {
    let word = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'));
    let other = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if word && !other.contains(&name.to_ascii_lowercase().as_str()) { name.to_owned() } else { quoted(name) }
}
