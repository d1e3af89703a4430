//! A lesson's snapshot as text: sorted, one metric a line, the same results the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Accepted, AcceptedValue, AcceptedVariant, Set};

const ABOUT: &str = "\
# Accepted results of this lesson's experiments. `gradbook check` compares them bit by bit, `gradbook check --accept`
# rewrites them. `with`: the settings that are not the defaults; `says`: the sentences that print its numbers; metrics: the
# mean over the seeds; digest: of all that each seed left behind; history: a letter of a digest an epoch.
";

/// Returns the text of a lesson's snapshot.
pub(super) fn write(experiments: &BTreeMap<String, &Accepted>) -> String {
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
    if identity.seed != 0 {
        let _ = writeln!(text, "  seed: {}", identity.seed);
    }
    let _ = writeln!(text, "  seeds: {}", accepted.seeds);
    let common = common(&identity.with);
    text += match common.is_empty() {
        true => "  with: {}\n",
        false => "  with:\n",
    };
    for (path, value) in &common {
        let _ = writeln!(text, "    {}: {}", key(path), plain(value));
    }
    if !accepted.says.is_empty() {
        text += "  says:\n";
    }
    for said in &accepted.says {
        let _ = match &said.page {
            None => writeln!(text, "    - {}", quoted(&said.text)),
            Some(page) => writeln!(text, "    - {{{}: {}}}", quoted(page), quoted(&said.text)),
        };
    }
    if !accepted.claims.is_empty() {
        text += "  claims:\n";
    }
    for claim in &accepted.claims {
        let margin = claim.margin.map_or_else(String::new, |margin| format!(", margin: {}", number(margin)));
        let _ = writeln!(text, "    - {{that: {}, held: {}{margin}}}", quoted(&claim.that), claim.held);
    }
    if !accepted.series.is_empty() {
        let names: Vec<String> = accepted.series.iter().map(|name| key(name)).collect();
        let _ = writeln!(text, "  series: [{}]", names.join(", "));
    }
    text += "  variants:\n";
    for (name, variant) in &accepted.variants {
        let with = identity.with.get(name).into_iter().flatten();
        let own: Vec<String> = with
            .filter(|(path, _)| !common.contains_key(*path))
            .map(|(path, value)| format!("{}: {}", key(path), plain(value)))
            .collect();
        let _ = write!(text, "    {}:\n{}", key(name), self::variant(variant, &own));
    }
    text
}

/// Returns the settings that all variants share.
fn common(with: &BTreeMap<String, Set>) -> Set {
    let Some(first) = with.values().next() else { return Set::new() };
    let shared = first.iter().filter(|(path, value)| with.values().all(|set| set.get(*path) == Some(value)));
    shared.map(|(path, value)| (path.clone(), value.clone())).collect()
}

fn variant(variant: &AcceptedVariant, own: &[String]) -> String {
    let mut text = String::new();
    if !own.is_empty() {
        let _ = writeln!(text, "      with: {{{}}}", own.join(", "));
    }
    let _ = writeln!(text, "      digest: {}", quoted(&variant.digest));
    if !variant.history.is_empty() {
        let _ = writeln!(text, "      history: {}", quoted(&variant.history));
    }
    if !variant.metrics.is_empty() {
        text += "      metrics:\n";
    }
    for (name, value) in &variant.metrics {
        let _ = writeln!(text, "        {}: {}", key(name), shown(value));
    }
    text
}

fn shown(value: &AcceptedValue) -> String {
    match value {
        AcceptedValue::Number(value, None) => number(*value),
        AcceptedValue::Number(value, Some(of)) => format!("{{mean: {}, of: {of}}}", number(*value)),
        AcceptedValue::Text(text) => quoted(text),
        AcceptedValue::List(values) => {
            format!("[{}]", values.iter().map(|value| number(*value)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Returns a setting's JSON, which is YAML; a text that is a word without its quotes.
fn plain(json: &str) -> String {
    match serde_json::from_str::<String>(json) {
        Ok(text) => key(&text),
        Err(_) => json.to_owned(),
    }
}

/// Returns the shortest text that reads back to the same bits.
fn number(value: f64) -> String {
    if value.is_nan() {
        ".nan".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() }
    } else if value.fract() == 0.0 && value.abs() < 1e15 && (value != 0.0 || value.is_sign_positive()) {
        format!("{value:.0}")
    } else {
        format!("{value:?}")
    }
}

fn quoted(text: &str) -> String {
    // Every JSON text is a YAML text.
    serde_json::to_string(text).unwrap_or_default()
}

/// Returns a name as it is where YAML takes it for a text.
fn key(name: &str) -> String {
    let word = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'));
    let other = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if word && !other.contains(&name.to_ascii_lowercase().as_str()) { name.to_owned() } else { quoted(name) }
}
