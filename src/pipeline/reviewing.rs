//! New results beside the accepted ones: what is equal, what drifted, what nobody has accepted.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::experiment::{KINDS, Kind};
use crate::store::snapshot::{self, Accepted, Comparison, Folder, Identity, Kept, Written};

use super::planning::Planned;
use super::running::title;
use super::{Computed, Failure, cause, drift, is_like, none_like};

/// All experiments of a course beside their snapshots.
pub struct Review {
    /// One for each planned experiment.
    pub experiments: Vec<Reviewed>,
    /// Snapshots of what is no longer there, as `lesson#id`.
    pub orphans: Vec<String>,
    /// What all variants that drifted have in common, and none of the others.
    pub cause: Option<String>,
    /// What is to be said, each at its place.
    pub found: Diagnostics,
    folder: Folder,
}

/// One experiment beside its snapshot.
pub struct Reviewed {
    /// `lesson#id`.
    pub title: String,
    pub status: Status,
    /// What moved; none where there is nothing to compare with.
    pub comparison: Option<Comparison>,
    /// What is said about it.
    pub finding: Option<Diagnostic>,
    new: Accepted,
}

/// How the results of an experiment stand to the accepted ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The same to the last bit.
    Equal,
    /// Drifted, within the tolerance of its block.
    Tolerated,
    /// Drifted, beyond it.
    Drifted,
    /// Computed from other settings or data than the accepted ones, or with metrics that nobody has accepted.
    Unaccepted,
    /// There is no snapshot of it.
    Missing,
    /// Its snapshot cannot be read.
    Unreadable,
    /// The course keeps no snapshots.
    Unkept,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Equal => "equal",
            Status::Tolerated => "tolerated",
            Status::Drifted => "drifted",
            Status::Unaccepted => "unaccepted",
            Status::Missing => "missing",
            Status::Unreadable => "unreadable",
            Status::Unkept => "unkept",
        }
    }
}

impl Review {
    pub fn count(&self, status: Status) -> usize {
        self.experiments.iter().filter(|reviewed| reviewed.status == status).count()
    }
}

/// Compares every experiment that has run with its snapshot.
///
/// # Errors
/// A snapshot that cannot be read from the disk; a name that neither an experiment nor a snapshot is like.
pub fn review(computed: &mut Computed) -> Result<Review, Failure> {
    let mut found = Diagnostics::default();
    let root = computed.course.root.clone();
    let folder = Folder::open(&root, &mut computed.tables.sources, &mut found).map_err(Failure::Machine)?;
    let experiments: Vec<Reviewed> =
        (0..computed.planned.len()).map(|index| reviewed(computed, index, &folder)).collect();
    found.extend(experiments.iter().filter_map(|reviewed| reviewed.finding.clone()));
    let orphans = orphans(computed, &folder);
    if let (Some(only), true, true) = (&computed.only, experiments.is_empty(), orphans.is_empty()) {
        return Err(none_like(only));
    }
    found.extend(orphans.iter().map(|(title, kept)| drift::orphan(title, kept)));
    if !folder.exists && !experiments.is_empty() {
        found.push(drift::unkept());
    }
    Ok(Review {
        cause: cause::cause(computed, &experiments),
        experiments,
        orphans: orphans.into_iter().map(|(title, _)| title).collect(),
        found,
        folder,
    })
}

fn reviewed(computed: &Computed, index: usize, folder: &Folder) -> Reviewed {
    let (planned, outcome) = (&computed.planned[index], computed.outcome(index));
    let title = title(&computed.course, planned);
    let slug = &computed.course.lessons[planned.lesson].slug;
    let kept = folder.get(slug, &planned.header.id);
    let comparison = kept.map(|kept| {
        let identity = identity(computed, planned);
        let new = Accepted::beside(&kept.accepted, identity, outcome, &computed.verdicts[index]);
        snapshot::compare(&kept.accepted, &new, planned.header.tolerance)
    });
    let status = match &comparison {
        Some(comparison) => status(comparison, planned.header.tolerance),
        None if folder.is_unreadable(slug) => Status::Unreadable,
        None if folder.exists => Status::Missing,
        None => Status::Unkept,
    };
    let finding = drift::finding(planned, &title, status, comparison.as_ref(), kept);
    let new = Accepted::of(identity(computed, planned), outcome, &computed.verdicts[index]);
    Reviewed { title, status, comparison, finding, new }
}

fn status(comparison: &Comparison, tolerance: f64) -> Status {
    if comparison.settings_changed || comparison.data_changed {
        Status::Unaccepted
    } else if comparison.is_equal() {
        Status::Equal
    } else if comparison.has_only_grown() {
        Status::Unaccepted
    } else if tolerance > 0.0 && comparison.is_tolerated() {
        Status::Tolerated
    } else {
        Status::Drifted
    }
}

/// Snapshots that were asked for and whose experiment or lesson is gone. Lessons that were not looked at have none.
fn orphans<'a>(computed: &Computed, folder: &'a Folder) -> Vec<(String, &'a Kept)> {
    if !computed.course.is_whole {
        return Vec::new();
    }
    let asked_for = |title: &str| computed.only.as_ref().is_none_or(|only| is_like(title, only));
    let mut orphans = Vec::new();
    for (slug, snapshot) in &folder.lessons {
        if computed.course.left_out.contains(slug) {
            continue;
        }
        for (id, kept) in snapshot.experiments.iter().flatten() {
            let title = format!("{slug}#{id}");
            if !computed.known.contains(&title) && asked_for(&title) {
                orphans.push((title, kept));
            }
        }
    }
    orphans
}

/// Rewrites the snapshots of the experiments that have run; those of others stay, but for orphans.
///
/// # Errors
/// A file that cannot be written; a file that cannot be read while not all of its experiments have run, as those of a
/// draft that is left out.
pub fn accept(computed: &Computed, review: &Review) -> Result<Written, Failure> {
    let mut lessons: BTreeMap<String, BTreeMap<String, &Accepted>> = BTreeMap::new();
    for (slug, snapshot) in &review.folder.lessons {
        let ran = computed.everything && !computed.course.left_out.contains(slug);
        if snapshot.experiments.is_none() && !ran {
            let file = review.folder.file(slug);
            let message =
                format!("{} cannot be read, so what did not run of it would be lost", file.display());
            return Err(Failure::Machine(message));
        }
        let kept = snapshot.experiments.iter().flatten();
        let kept = kept.filter(|(id, _)| !review.orphans.contains(&format!("{slug}#{id}")));
        lessons.insert(slug.clone(), kept.map(|(id, kept)| (id.clone(), &kept.accepted)).collect());
    }
    for (planned, reviewed) in computed.planned.iter().zip(&review.experiments) {
        let slug = &computed.course.lessons[planned.lesson].slug;
        lessons.entry(slug.clone()).or_default().insert(planned.header.id.clone(), &reviewed.new);
    }
    review.folder.write(&lessons).map_err(Failure::Machine)
}

/// What an experiment computes from.
fn identity(computed: &Computed, planned: &Planned) -> Identity {
    let mut settings = blake3::Hasher::new();
    let header = &planned.header;
    settings.update(format!("{}\n{} {}\n", planned.kind.name, header.seed, header.seeds).as_bytes());
    let defaults = defaults(planned.kind);
    let mut data = blake3::Hasher::new();
    // Variants that read the same have no part in it twice: another variant is no other data.
    let mut read: Vec<String> = Vec::new();
    for (index, variant) in planned.plan.variants().iter().enumerate() {
        let resolved = canonical(&own(&planned.plan.resolved(index), &defaults));
        settings.update(format!("{}\n{resolved}\n", variant.name).as_bytes());
        let lesson = &computed.course.lessons[planned.lesson].path;
        let print = planned.plan.data(index).and_then(|data| computed.tables.fingerprint(data, lesson));
        read.extend(print.filter(|print| !read.contains(print)));
    }
    read.iter().for_each(|print| {
        data.update(print.as_bytes());
    });
    Identity {
        kind: planned.kind.name.to_owned(),
        settings: snapshot::digest_of(&settings),
        data: (!read.is_empty()).then(|| snapshot::digest_of(&data)),
    }
}

/// What a kind takes for what an author leaves out; where it takes nothing by default, what the other kinds take.
fn defaults(kind: &Kind) -> Json {
    let mut all = serde_json::Map::new();
    for of in KINDS.iter().rev().chain([kind]) {
        let Json::Object(own) = of.defaults() else { continue };
        all.extend(own.into_iter().filter(|(_, value)| !value.is_null()));
    }
    Json::Object(all)
}

/// The settings that differ from their defaults. Written or left out, a default is the same setting; and a setting
/// that a later version of the program adds does not make all others unaccepted.
fn own(value: &Json, default: &Json) -> Json {
    let (Json::Object(entries), Json::Object(defaults)) = (value, default) else { return value.clone() };
    let differing =
        entries.iter().filter(|(key, value)| value.is_object() || defaults.get(*key) != Some(*value));
    Json::Object(
        differing
            .map(|(key, value)| (key.clone(), own(value, defaults.get(key).unwrap_or(&Json::Null))))
            .collect(),
    )
}

/// JSON with sorted keys and without nulls.
fn canonical(value: &Json) -> String {
    match value {
        Json::Object(entries) => {
            let sorted: BTreeMap<&String, &Json> =
                entries.iter().filter(|(_, value)| !value.is_null()).collect();
            let entries = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Json::from(key.as_str()), canonical(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_from_the_defaults_is_told() {
        let default: Json =
            serde_json::json!({"rate": 0.1, "optimizer": {"adam": {"beta": 0.9}}, "init": "he", "l1": 0});
        let same = own(&default, &default);
        assert_eq!(canonical(&same), r#"{"optimizer":{"adam":{}}}"#);
        let mut other = default.clone();
        other["optimizer"] = serde_json::json!({"sgd": {}});
        other["init"] = serde_json::json!({"normal": 0.1});
        assert_eq!(canonical(&own(&other, &default)), r#"{"init":{"normal":0.1},"optimizer":{"sgd":{}}}"#);
        // None of the parts that a kind may be without hides that it is there.
        let defaults = defaults(crate::experiment::kind("init").unwrap());
        assert!(defaults["training"]["epochs"].is_number());
        assert_eq!(canonical(&own(&serde_json::json!({"training": {}}), &defaults)), r#"{"training":{}}"#);
    }

    #[test]
    fn neither_order_nor_what_is_left_out_makes_another_digest() {
        let one: Json = serde_json::from_str(r#"{"b": [1, {"y": 2.5, "x": null}], "a": "t"}"#).unwrap();
        let other: Json = serde_json::from_str(r#"{"a": "t", "new": null, "b": [1, {"y": 2.5}]}"#).unwrap();
        assert_eq!(canonical(&one), r#"{"a":"t","b":[1,{"y":2.5}]}"#);
        assert_eq!(canonical(&one), canonical(&other));
    }
}
