//! What is said at an experiment's place about its snapshot.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Span, counted};
use crate::outcome::Step;
use crate::store::snapshot::{Comparison, Kept, Leaf, Moved, SettingShift, VariantShift};

use super::reviewed::Status;
use crate::pipeline::run::planned::Planned;

/// The names that a sentence lists at most.
const NAMES: usize = 4;
/// How many changed settings are named.
const SETTINGS: usize = 8;

/// Returns what is said of one experiment; none if its results are the accepted ones.
pub(crate) fn finding(
    planned: &Planned,
    title: &str,
    status: Status,
    comparison: Option<&Comparison>,
    kept: Option<&Kept>,
    former: Option<&str>,
) -> Option<Diagnostic> {
    let id = &planned.header.id;
    let place = planned.tree.locate("id");
    let accept = format!("`gradbook check --accept --only '{title}'`");
    let found = match (status, comparison) {
        (Status::Renamed, _) => {
            let former = former.unwrap_or_default();
            Diagnostic::warning(format!("`{id}` is `{former}` under another name"), place)
                .label("settings and results are the accepted ones to the last bit")
                .hint(format!("{accept} gives the snapshot its new name"))
        }
        (Status::Missing, _) => Diagnostic::error(format!("`{id}` has no snapshot"), place)
            .label("nothing tells when its results change")
            .hint(format!("look at its results, then {accept} writes them down")),
        (Status::Drifted, Some(comparison)) => {
            Diagnostic::error(format!("the results of `{id}` have drifted from its snapshot"), place)
                .label(moved(planned, comparison))
                .hint(
                    "settings and data are the accepted ones, so it is the program that computes differently",
                )
                .hint(format!("if that is meant, {accept} rewrites the snapshot"))
        }
        (Status::Tolerated, Some(comparison)) => Diagnostic::note(
            format!(
                "the results of `{id}` have drifted within its tolerance of {:?}",
                planned.header.tolerance
            ),
            place,
        )
        .label(moved(planned, comparison))
        .hint(format!("{accept} takes the new results as the ones to compare with")),
        (Status::Unaccepted, Some(comparison)) => unaccepted(planned, comparison, place, &accept),
        _ => return None,
    };
    Some(match kept {
        Some(kept) => found.also(kept.span, "accepted here"),
        None => found,
    })
}

/// Reports results that nobody has accepted for these settings: an error, unless they are the accepted ones all the same.
fn unaccepted(planned: &Planned, comparison: &Comparison, place: Span, accept: &str) -> Diagnostic {
    let id = &planned.header.id;
    let what = match (comparison.settings_changed, comparison.data_changed) {
        (true, true) => format!("the settings and the data of `{id}` have changed since its snapshot"),
        (true, false) => format!("the settings of `{id}` have changed since its snapshot"),
        (false, true) => format!("the data of `{id}` have changed since its snapshot"),
        (false, false) => format!("`{id}` has metrics that its snapshot does not know"),
    };
    let changed = settings(comparison);
    if comparison.seeds.is_none() && (comparison.is_equal() || comparison.has_only_grown()) {
        let added: Vec<&str> =
            comparison.variants.iter().flat_map(|variant| &variant.added).map(String::as_str).collect();
        let mut label = match added.is_empty() {
            true => "the results are the accepted ones to the last bit".to_owned(),
            false => format!("all that was accepted is the same to the last bit; new: {}", list(&added)),
        };
        for (before, now) in &comparison.renamed {
            label += &format!("; `{before}` is called `{now}` now");
        }
        let warning = Diagnostic::warning(what, place).label(label);
        return changed
            .into_iter()
            .fold(warning, Diagnostic::hint)
            .hint(format!("{accept} brings it up to date"));
    }
    let error = Diagnostic::error(what, place).label(moved(planned, comparison));
    changed
        .into_iter()
        .fold(error, Diagnostic::hint)
        .hint(format!("look at the new results, then {accept} rewrites the snapshot"))
}

/// Returns which settings are others, in words: of many only the first.
pub fn settings(comparison: &Comparison) -> Vec<String> {
    let mut said: Vec<String> = comparison.settings.iter().take(SETTINGS).map(setting).collect();
    if comparison.settings.len() > SETTINGS {
        said.push(format!("and {} more settings", comparison.settings.len() - SETTINGS));
    }
    said
}

/// Says `training.epochs: 20 became 10`, and of which variants.
fn setting(shift: &SettingShift) -> String {
    let value = |json: &Option<String>| match json {
        None => "its default".to_owned(),
        Some(json) => serde_json::from_str::<String>(json).unwrap_or_else(|_| json.clone()),
    };
    let of = shift.variants.as_ref().map(|names| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        format!(" in {}", list(&names))
    });
    format!("{}: {} became {}{}", shift.path, value(&shift.old), value(&shift.new), of.unwrap_or_default())
}

/// Returns the error of a snapshot without an experiment.
pub(crate) fn orphan(title: &str, kept: &Kept) -> Diagnostic {
    let (slug, id) = title.split_once('#').unwrap_or_default();
    Diagnostic::error(format!("a snapshot of an experiment that is not there: `{title}`"), kept.span)
        .label(format!("the lesson `{slug}` has no experiment `{id}`, or is gone itself"))
        .hint(format!(
            "if it was removed or renamed, `gradbook check --accept --only '{title}'` removes this snapshot"
        ))
}

/// Returns the note that a course keeps no snapshots, said once.
pub(crate) fn unkept() -> Diagnostic {
    Diagnostic::note("there are no snapshots to compare the results with", None)
        .hint("`gradbook check --accept` writes them to `snapshots` beside the lessons; commit them, and a later check tells what moved")
}

/// Returns which variants moved, since when, and by how much at most.
fn moved(planned: &Planned, comparison: &Comparison) -> String {
    match (comparison.seeds, comparison.is_equal()) {
        (Some(seeds @ (before, now)), true) if now < before => {
            format!("{}: what was accepted are means over all of them", reseeded(seeds))
        }
        (Some(seeds), true) => format!("{}; over those that both have nothing moved", reseeded(seeds)),
        (Some(seeds), false) => format!("{}; {}", reseeded(seeds), compared(planned, comparison)),
        (None, _) => compared(planned, comparison),
    }
}

/// Says how many seeds there were, and are.
pub fn reseeded((before, now): (usize, usize)) -> String {
    format!("{} became {now}", counted(before, "seed"))
}

/// Returns the same of those that both have.
fn compared(planned: &Planned, comparison: &Comparison) -> String {
    let all = planned.plan.variants().len();
    let names: Vec<&str> = comparison.variants.iter().map(|variant| variant.name.as_str()).collect();
    let who = match (names.len(), all) {
        (_, 1) => String::new(),
        (count, all) if count == all => format!("all {all} variants "),
        (count, all) => format!("{count} of {all} variants ({}) ", list(&names)),
    };
    let mut parts = vec![format!("{who}{}", since(planned, comparison)).trim().to_owned()];
    let named = |(variant, moved): (&VariantShift, &Moved)| match all {
        1 => format!("{}: {}", moved.metric, step(moved)),
        _ => format!("{}.{}: {}", variant.name, moved.metric, step(moved)),
    };
    match (comparison.most(), comparison.sizeless().next()) {
        (Some(most), _) => parts.push(format!("most of all {}", named(most))),
        (None, Some(first)) => parts.push(named(first)),
        (None, None) if comparison.variants.iter().any(|variant| variant.alone.is_none()) => {
            parts.push("no metric shows it".to_owned());
        }
        (None, None) => {}
    }
    parts.extend(comparison.most().and_then(|_| sizeless(comparison)));
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

/// Returns what appeared, vanished or became no number, in words; none where nothing did.
pub fn sizeless(comparison: &Comparison) -> Option<String> {
    let names: Vec<String> =
        comparison.sizeless().map(|(variant, moved)| format!("{}.{}", variant.name, moved.metric)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| format!("no number on one side: {}", list(&names)))
}

/// Says since which epoch, of the variants that have a history.
fn since(planned: &Planned, comparison: &Comparison) -> String {
    let first = comparison.variants.iter().filter_map(|variant| variant.parted).min();
    match first {
        None => String::new(),
        Some(epoch) => parted(planned.kind.step, epoch),
    }
}

/// Returns in words from which value of their series on the histories part.
pub fn parted(step: Step, index: usize) -> String {
    format!("from {} on", step.place(index))
}

/// Writes a value before and after, and how far apart they are.
pub fn step(moved: &Moved) -> String {
    format!("{} became {}{}", leaf(&moved.old), leaf(&moved.new), size(moved))
}

fn size(moved: &Moved) -> String {
    match moved.difference {
        None => String::new(),
        Some(difference) => {
            format!(" ({} of it, {})", sci(difference.relative), counted(difference.bits() as usize, "bit"))
        }
    }
}

/// Writes a single value in full precision.
pub fn leaf(leaf: &Leaf) -> String {
    match leaf {
        Leaf::Number(value) => format!("{value:?}"),
        Leaf::Part(value, of) => format!("{value:?} over {}", counted(*of, "seed")),
        Leaf::Text(text) => format!("`{text}`"),
        Leaf::Absent => "nothing".to_owned(),
    }
}

/// Writes a size in two digits: `5.1e-8`, `0.083`.
pub fn sci(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        0.1.. => format!("{value:.2}"),
        0.001.. => format!("{value:.3}"),
        _ => format!("{value:.1e}"),
    }
}

fn list(names: &[&str]) -> String {
    let shown = names.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMES { format!("{shown}, ...") } else { shown }
}

/// Returns the item of each metric of a variant that moved most, the largest move first; what is no number on one side last.
pub fn worst(variant: &VariantShift) -> Vec<&Moved> {
    let mut metrics: BTreeMap<&str, &Moved> = BTreeMap::new();
    for moved in &variant.moved {
        let metric = moved.metric.split('[').next().unwrap_or_default();
        let worst = metrics.entry(metric).or_insert(moved);
        if moved.size() > worst.size() {
            *worst = moved;
        }
    }
    let mut worst: Vec<_> = metrics.into_values().collect();
    worst.sort_by(|a, b| b.size().total_cmp(&a.size()));
    worst
}
