//! New results beside the accepted ones: what is equal, what drifted, what nobody has accepted.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostics;
use crate::files::Fault;
use crate::store::snapshot::{self, Accepted, Comparison, Folder, Kept, Rewritten};

use super::identity::{default_set, identity};
use super::reviewed::{Reprinted, Review, Reviewed, Status};
use super::sentences::{self, Sentence};
use super::{cause, drift};
use crate::pipeline::computed::Computed;
use crate::pipeline::request::{Failure, is_like, none_like};
use crate::pipeline::run::running::title;

/// Compares every experiment that has run with its snapshot.
///
/// # Errors
/// A snapshot that cannot be read from the disk; a name that neither an experiment nor a snapshot is like.
pub fn review(computed: &mut Computed) -> Result<Review, Failure> {
    let mut found = Diagnostics::default();
    let root = computed.course.root.clone();
    let folder = Folder::open(&root, &mut computed.tables.sources, &mut found)?;
    let mut unclaimed = orphans(computed, &folder);
    let all = sentences::all(computed);
    let mut experiments = Vec::new();
    let mut reprinted = Vec::new();
    for index in 0..computed.planned.len() {
        let (reviewed, own) = reviewed(computed, index, &folder, &mut unclaimed, &all);
        experiments.push(reviewed);
        reprinted.extend(own);
    }
    reprinted.sort_by_key(|(place, _)| *place);
    found.extend(experiments.iter().filter_map(|reviewed: &Reviewed| reviewed.finding.clone()));
    let asked_for = |title: &str| computed.only.as_ref().is_none_or(|only| is_like(title, only));
    unclaimed.retain(|(title, _)| asked_for(title));
    if let (Some(only), true, true) = (&computed.only, experiments.is_empty(), unclaimed.is_empty()) {
        return Err(none_like(only));
    }
    found.extend(unclaimed.iter().map(|(title, kept)| drift::orphan(title, kept)));
    if !folder.exists && !experiments.is_empty() {
        found.push(drift::unkept());
    }
    Ok(Review {
        cause: cause::cause(computed, &experiments),
        experiments,
        orphans: unclaimed.into_iter().map(|(title, _)| title).collect(),
        sentences: reprinted.into_iter().map(|(_, sentence)| sentence).collect(),
        found,
        folder,
    })
}

/// Reviews one experiment beside its snapshot, and its sentences that print other numbers, with their places among all. A snapshot
/// that turns out to be its own under another name is taken out of `unclaimed`.
fn reviewed(
    computed: &Computed,
    index: usize,
    folder: &Folder,
    unclaimed: &mut Vec<(String, &Kept)>,
    sentences: &[Sentence],
) -> (Reviewed, Vec<(usize, Reprinted)>) {
    let (planned, outcome) = (&computed.planned[index], computed.outcome(index));
    let title = title(&computed.course, planned);
    let slug = &computed.course.lessons[planned.lesson].slug;
    let own: Vec<(usize, &Sentence)> =
        sentences.iter().enumerate().filter(|(_, sentence)| sentence.experiment == index).collect();
    let says: Vec<_> = own.iter().map(|(_, sentence)| sentence.said.clone()).collect();
    let verdicts = &computed.verdicts[index];
    let new = Accepted::of(identity(computed, planned), outcome, verdicts);
    let new = Accepted { says, ..new };
    let beside = |kept: &Kept| {
        let beside = Accepted::beside(&kept.accepted, new.identity.clone(), outcome, verdicts);
        let mut comparison = snapshot::compare(&kept.accepted, &beside, planned.header.tolerance);
        let defaults = default_set(planned.kind);
        for shift in &mut comparison.settings {
            let default = || defaults.get(&shift.path).cloned();
            shift.old = shift.old.take().or_else(default);
            shift.new = shift.new.take().or_else(default);
        }
        comparison
    };
    let mut kept = folder.get(slug, &planned.header.id);
    let mut former = None;
    if kept.is_none() && !folder.is_unreadable(slug) {
        let is_own = |kept: &Kept| {
            let old = &kept.accepted.identity;
            let same = (&old.kind, &old.settings, &old.data)
                == (&new.identity.kind, &new.identity.settings, &new.identity.data);
            same && beside(kept).is_equal()
        };
        if let Some(place) = unclaimed.iter().position(|(_, kept)| is_own(kept)) {
            let (title, own) = unclaimed.remove(place);
            (kept, former) = (Some(own), Some(title));
        }
    }
    let comparison = kept.map(beside);
    let status = match (&comparison, &former) {
        (Some(_), Some(_)) => Status::Renamed,
        (Some(comparison), None) => status(comparison, planned.header.tolerance),
        (None, _) if folder.is_unreadable(slug) => Status::Unreadable,
        (None, _) if folder.exists => Status::Missing,
        (None, _) => Status::Unkept,
    };
    let finding = drift::finding(planned, &title, status, comparison.as_ref(), kept, former.as_deref());
    let moved = matches!(status, Status::Drifted | Status::Tolerated | Status::Unaccepted);
    let reworded = kept.map_or_else(Vec::new, |kept| snapshot::reworded(&kept.accepted.says, &new.says));
    let reprinted = |reworded: snapshot::Reworded| {
        let (place, sentence) = own[reworded.index];
        let (before, now) = (reworded.before, reworded.now);
        (place, Reprinted { title: title.clone(), place: sentence.place, before, now })
    };
    // Other words alone are the author's, who sees them in the lesson.
    let told = reworded.into_iter().filter(|reworded| reworded.in_numbers || moved);
    let told = told.map(reprinted).collect();
    (Reviewed { title, status, comparison, finding, former, new }, told)
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

/// Returns snapshots whose experiment or lesson is gone. Lessons that were not looked at have none.
fn orphans<'a>(computed: &Computed, folder: &'a Folder) -> Vec<(String, &'a Kept)> {
    if !computed.course.is_whole {
        return Vec::new();
    }
    let mut orphans = Vec::new();
    for (slug, snapshot) in &folder.lessons {
        if computed.course.left_out.contains(slug) {
            continue;
        }
        for (id, kept) in snapshot.experiments.iter().flatten() {
            let title = format!("{slug}#{id}");
            if !computed.known.contains(&title) {
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
pub fn accept(computed: &Computed, review: &Review) -> Result<Rewritten, Failure> {
    let mut lessons: BTreeMap<String, BTreeMap<String, &Accepted>> = BTreeMap::new();
    for (slug, snapshot) in &review.folder.lessons {
        let ran = computed.everything && !computed.course.left_out.contains(slug);
        if snapshot.experiments.is_none() && !ran {
            let file = review.folder.file(slug);
            let message =
                format!("{} cannot be read, so what did not run of it would be lost", file.display());
            return Err(Fault::new(message).into());
        }
        let kept = snapshot.experiments.iter().flatten();
        let kept = kept.filter(|(id, _)| {
            let title = format!("{slug}#{id}");
            let former = review.experiments.iter().any(|reviewed| reviewed.former.as_ref() == Some(&title));
            !former && !review.orphans.contains(&title)
        });
        lessons.insert(slug.clone(), kept.map(|(id, kept)| (id.clone(), &kept.accepted)).collect());
    }
    for (planned, reviewed) in computed.planned.iter().zip(&review.experiments) {
        let slug = &computed.course.lessons[planned.lesson].slug;
        lessons.entry(slug.clone()).or_default().insert(planned.header.id.clone(), &reviewed.new);
    }
    Ok(review.folder.write(&lessons)?)
}
