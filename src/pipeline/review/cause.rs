//! What the variants that drifted have in common: where to look in the program.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::reviewed::{Reviewed, Status};
use crate::pipeline::computed::Computed;
use crate::pipeline::run::planned::Planned;

/// By how much the share of those that have it must differ for a trait to be worth telling.
const TELLING: f64 = 0.75;

/// Says in words what the drifted variants of all experiments have in common; none where nothing is telling.
pub(crate) fn cause(computed: &Computed, experiments: &[Reviewed]) -> Option<String> {
    let (mut drifted, mut others): (Vec<BTreeSet<String>>, Vec<BTreeSet<String>>) = (Vec::new(), Vec::new());
    for (planned, reviewed) in computed.planned.iter().zip(experiments) {
        let Some(comparison) = &reviewed.comparison else { continue };
        if reviewed.status == Status::Unaccepted {
            continue;
        }
        for (index, variant) in planned.plan.variants().iter().enumerate() {
            let moved = comparison.variants.iter().any(|shift| shift.name == variant.name);
            let traits = traits(planned, index);
            if moved { drifted.push(traits) } else { others.push(traits) }
        }
    }
    telling(&drifted, &others)
}

/// Returns the trait, in words, that best tells the variants that drifted from the others.
fn telling(drifted: &[BTreeSet<String>], others: &[BTreeSet<String>]) -> Option<String> {
    if drifted.is_empty() {
        return None;
    }
    if others.is_empty() {
        return Some("Every variant of every experiment drifted.".to_owned());
    }
    // The trait that tells them apart best; of equals the most general, `training` before `training.epochs: 30`.
    let share = |all: &[BTreeSet<String>], name: &str| having(all, name) as f64 / all.len() as f64;
    let (gap, name) = drifted
        .iter()
        .flatten()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|name| (share(drifted, name) - share(others, name), name))
        .max_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| depth(other).cmp(&depth(one))))?;
    // One variant has something in common with anything.
    let least = if drifted.len() == 1 { 1.0 } else { TELLING };
    (gap >= least).then(|| told(name, drifted, others))
}

/// Returns a path's length and then its depth, for putting the general before the special.
fn depth(name: &str) -> (usize, usize) {
    (name.matches(['.', ':']).count(), name.len())
}

/// Returns how many variants have a trait.
fn having(all: &[BTreeSet<String>], name: &str) -> usize {
    all.iter().filter(|traits| traits.contains(name)).count()
}

/// Says how well a trait tells the variants that drifted from the others.
fn told(name: &str, drifted: &[BTreeSet<String>], others: &[BTreeSet<String>]) -> String {
    let who = match (having(drifted, name), drifted.len()) {
        (1, 1) => "The variant that drifted has".to_owned(),
        (with, all) if with == all => format!("All {all} variants that drifted have"),
        (with, all) => format!("Of the {all} variants that drifted {with} have"),
    };
    let others = match (having(others, name), others.len()) {
        (0, 1) => "the other one has not".to_owned(),
        (0, all) => format!("none of the {all} others has"),
        (1, all) => format!("of the {all} others 1 has"),
        (with, all) => format!("of the {all} others {with} have"),
    };
    format!("{who} `{name}`, {others}.")
}

/// Returns every setting of a variant as `path: value`, and every path that holds settings.
fn traits(planned: &Planned, variant: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::from([format!("kind: {}", planned.kind.name)]);
    paths("", &planned.plan.resolved(variant), &mut found);
    found
}

fn paths(path: &str, value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Null => {}
        Json::Object(entries) => {
            if !path.is_empty() {
                found.insert(path.to_owned());
            }
            for (key, value) in entries {
                let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                paths(&inner, value, found);
            }
        }
        other => {
            found.insert(format!("{path}: {other}").replace('"', ""));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_trait_that_tells_them_apart_is_named_and_the_most_general_of_equals() {
        let adam = ["training.optimizer.adam", "training.optimizer.adam.beta1: 0.9", "training.epochs: 9"];
        let [adam, sgd] = [adam.as_slice(), &["training.optimizer.sgd", "training.epochs: 9"]].map(traits);
        let told = |drifted: &[&BTreeSet<String>], others: &[&BTreeSet<String>]| {
            let owned = |all: &[&BTreeSet<String>]| all.iter().map(|&one| one.clone()).collect::<Vec<_>>();
            telling(&owned(drifted), &owned(others)).unwrap_or_default()
        };
        assert_eq!(told(&[], &[&sgd]), "");
        assert_eq!(told(&[&adam, &sgd], &[]), "Every variant of every experiment drifted.");
        let all = "All 2 variants that drifted have `training.optimizer.adam`, the other one has not.";
        assert_eq!(told(&[&adam, &adam], &[&sgd]), all);
        let most =
            "Of the 4 variants that drifted 3 have `training.optimizer.adam`, none of the 2 others has.";
        assert_eq!(told(&[&adam, &adam, &adam, &sgd], &[&sgd, &sgd]), most);
        assert_eq!(told(&[&adam, &sgd], &[&sgd, &sgd]), "", "one of two may be chance");
        let one = "The variant that drifted has `training.optimizer.adam`, none of the 2 others has.";
        assert_eq!(told(&[&adam], &[&sgd, &sgd]), one);
        assert_eq!(told(&[&adam], &[&sgd, &sgd, &sgd, &adam]), "", "others have it, and did not drift");
    }
}
