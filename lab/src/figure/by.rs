//! By what rows are told apart where the author does not say.

use super::frame::Source;
use crate::collections::{BTreeMap, BTreeSet};

/// A variant with what tells it from others.
struct Told<'a> {
    source: usize,
    name: &'a str,
    settings: BTreeMap<&'a str, String>,
}

/// What follows from settings, each with where those stand: on an axis it tells them apart.
const FOLLOWING: [(&str, &[&str]); 3] = [
    ("parameters", &["model."]),
    ("train_rows", &["data.samples", "data.limit", "split."]),
    ("steps", &["data.samples", "data.limit", "split.", "training.epochs", "training.batch_size"]),
];

/// Returns the expression by which series are told apart: the setting in which variants differ and which stands nowhere else;
/// of several settings, `variant`; of experiments with one variant each, `experiment`. None where all is told apart already. `left` are the variants that have
/// rows, by source and variant.
pub(super) fn default(
    used: &[String],
    sources: &[Source],
    left: &BTreeSet<(usize, usize)>,
) -> Option<String> {
    let mut all = Vec::new();
    for (source, of) in sources.iter().enumerate() {
        let variants = of.outcome.variants.iter().enumerate();
        for (_, variant) in variants.filter(|(index, _)| left.contains(&(source, *index))) {
            let settings =
                variant.conditions.settings.iter().map(|(path, value)| (path.as_str(), value.to_string()));
            all.push(Told { source, name: &variant.name, settings: settings.collect() });
        }
    }
    let follows = |path: &str| {
        let from = FOLLOWING.iter().filter(|(name, _)| used.iter().any(|used| used == name));
        from.flat_map(|(_, from)| *from).any(|part| path.starts_with(part))
    };
    let paths: BTreeSet<&str> = all.iter().flat_map(|told| told.settings.keys().copied()).collect();
    let following = paths.iter().filter(|path| follows(path)).map(|path| (*path).to_owned());
    let used: Vec<String> = used.iter().cloned().chain(following).collect();
    let is_used =
        |path: &str| used.iter().any(|name| name == path || name.strip_prefix("settings.") == Some(path));
    // What the axes tell apart already.
    let key = |told: &Told| {
        let mut key: Vec<String> = used
            .iter()
            .map(|name| {
                told.settings.get(name.strip_prefix("settings.").unwrap_or(name)).cloned().unwrap_or_default()
            })
            .collect();
        key.extend(is_used("variant").then(|| told.name.to_owned()));
        key.extend(is_used("experiment").then(|| told.source.to_string()));
        key
    };
    let mut groups: BTreeMap<Vec<String>, Vec<&Told>> = BTreeMap::new();
    all.iter().for_each(|told| groups.entry(key(told)).or_default().push(told));
    let several: Vec<&Vec<&Told>> = groups.values().filter(|group| group.len() > 1).collect();
    if several.is_empty() {
        return None;
    }
    let differ = |of: &dyn Fn(&Told) -> Option<String>| {
        several.iter().any(|group| group.iter().map(|told| of(told)).collect::<BTreeSet<_>>().len() > 1)
    };
    let by_experiment = differ(&|told| Some(told.source.to_string()));
    let within = several.iter().any(|group| {
        let sources: BTreeSet<usize> = group.iter().map(|told| told.source).collect();
        sources.len() < group.len()
    });
    match (by_experiment, within) {
        (true, false) => return Some("experiment".to_owned()),
        (true, true) => return Some("experiment ~ \": \" ~ variant".to_owned()),
        (false, _) => {}
    }
    let differing: Vec<&str> = paths
        .into_iter()
        .filter(|path| !is_used(path) && differ(&|told| told.settings.get(path).cloned()))
        .collect();
    let varied = |path: &&&str| sources.iter().any(|source| source.varied.contains(**path));
    let mut chosen: Vec<&str> = differing.iter().filter(varied).copied().collect();
    if chosen.is_empty() {
        chosen = differing;
    }
    match chosen[..] {
        [path] => Some(path.to_owned()),
        _ => Some("variant".to_owned()),
    }
}
