//! What is said of a name that is no setting or choice of its place.

use super::error::listed;
use super::{fields, foreign};
use crate::data::DataSettings;
use crate::diagnostic::{Diagnostic, nearest};
use crate::nn::ModelSettings;
use crate::train::TrainingSettings;

pub(super) fn unknown(diagnostic: Diagnostic, name: &str, known: &[&str], parent: &str) -> Diagnostic {
    if let Some(blank) = name.chars().find(|letter| letter.is_whitespace() && *letter != ' ') {
        return diagnostic.label(format!("expected a plain space in place of U+{:04X}", blank as u32));
    }
    if let Some(label) = unseparated(name, known) {
        return diagnostic.label(label);
    }
    if let Some(nested) = nested(name, known) {
        let hint = "dotted paths stand in `vary` and in the `space` of a search alone";
        return diagnostic.label(format!("expected `{nested}`")).hint(hint);
    }
    if let Some(meant) = foreign::setting(name, known) {
        return diagnostic.label(format!("did you mean `{meant}`?"));
    }
    let near = nearest(name, known.iter().copied());
    let is_plural = near.is_some_and(|near| near.strip_suffix('s') == Some(name));
    // `layers` is no slip for `labels`: it is the name of a setting, in another place.
    let elsewhere = elsewhere(name, known).filter(|_| !is_plural);
    if let Some((part, meant)) = elsewhere {
        let whole = if parent.is_empty() { part.to_owned() } else { format!("{parent}.{part}") };
        let path = meant.replace(": {", ".").replace(": ...", "").replace('}', "");
        let inner = if meant.contains(':') { meant } else { format!("{meant}: ...") };
        let written = part.rsplit('.').fold(inner, |inner, part| format!("{part}: {{{inner}}}"));
        return diagnostic
            .label(format!("did you mean `{path}` of `{part}`?"))
            .hint(format!("write `{written}`; in `vary` and `space` it is `{whole}.{path}`"));
    }
    if let Some(near) = near {
        return diagnostic.label(format!("did you mean `{near}`?"));
    }
    if VARYING.contains(&parent)
        && let Some(written) = beside(name, parent)
    {
        return diagnostic.label(format!("expected `{written}` beside `{parent}`"));
    }
    // The other way round, `space: {training: {l2: ...}}`.
    if let Some(outer) = parent.strip_prefix("space.").filter(|outer| !outer.contains('.')) {
        let label = format!("expected {}", listed(known));
        return diagnostic.label(label).hint(format!("write the path with dots: `{outer}.{name}: ...`"));
    }
    match (known.len(), parent) {
        (0, _) => diagnostic.label("expected no settings here"),
        (1..=6, _) => diagnostic.label(format!("expected {}", listed(known))),
        (_, "") => diagnostic.label("not known here").hint(format!("known here: {}", listed(known))),
        (_, parent) => diagnostic.label("not known here").hint(format!("`{parent}` knows {}", listed(known))),
    }
}

/// The parts of an experiment's settings, whose values can vary.
pub(super) const VARYING: [&str; 4] = ["data", "split", "model", "training"];

/// Notices that `epochs:30` and `epochs 30` in braces are names without a value.
fn unseparated(name: &str, known: &[&str]) -> Option<String> {
    let (first, rest) = name.split_once([':', ' '])?;
    known.contains(&first).then(|| format!("expected `{first}: {}`", rest.trim()))
}

/// Returns a dotted path, written as settings within each other.
fn nested(name: &str, known: &[&str]) -> Option<String> {
    let (first, rest) = name.split_once('.')?;
    let inner = rest.rsplit('.').fold("...".to_owned(), |inner, part| format!("{{{part}: {inner}}}"));
    known.contains(&first).then(|| format!("{first}: {inner}"))
}

/// Returns which part of an experiment, by its path, has a setting that stands beside the parts, and what it is called there.
fn elsewhere(name: &str, known: &[&str]) -> Option<(&'static str, String)> {
    let (training, model) = (fields::of::<TrainingSettings>(), fields::of::<ModelSettings>());
    let parts = [
        ("training", training),
        ("model", model),
        ("data", fields::of::<DataSettings>()),
        // Of a regression, which has a network in the place of these two.
        ("network", &["training", "model"]),
        ("network.training", training),
        ("network.model", model),
    ];
    let is_known = |part: &str| known.contains(&part.split('.').next().unwrap_or(part));
    let parts = || parts.iter().filter(|(part, _)| is_known(part));
    let exact = parts().find(|(_, keys)| keys.contains(&name)).map(|(part, _)| (*part, name.to_owned()));
    exact.or_else(|| parts().find_map(|(part, keys)| Some((*part, foreign::setting(name, keys)?))))
}

/// Returns where a setting stands that is none of the part that it was written into.
fn beside(name: &str, parent: &str) -> Option<String> {
    let others: Vec<&str> = VARYING.into_iter().filter(|part| *part != parent).collect();
    let (part, meant) = elsewhere(name, &others).unzip();
    let Some(part) = part else {
        return foreign::setting(name, &["seed", "seeds"]).map(|meant| format!("{meant}: ..."));
    };
    let meant = meant?;
    let written = if meant.contains(':') { meant } else { format!("{meant}: ...") };
    Some(format!("{part}: {{{written}}}"))
}
