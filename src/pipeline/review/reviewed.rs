//! How the results of experiments stand to the accepted ones.

use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::store::snapshot::{Accepted, Comparison, Folder};

/// All experiments of a course beside their snapshots.
pub struct Review {
    /// One for each planned experiment.
    pub experiments: Vec<Reviewed>,
    /// Snapshots of what is no longer there, as `lesson#id`.
    pub orphans: Vec<String>,
    /// The sentences that print other numbers than the accepted ones, in the order of the pages.
    pub sentences: Vec<Reprinted>,
    /// What all variants that drifted have in common, and none of the others.
    pub cause: Option<String>,
    /// What is to be said, each at its place.
    pub found: Diagnostics,
    pub(super) folder: Folder,
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
    /// The snapshot that is its own under another name, as `lesson#id`.
    pub former: Option<String>,
    pub(super) new: Accepted,
}

/// A printed sentence before and now.
pub struct Reprinted {
    /// `lesson#id` of the experiment whose number it prints first.
    pub title: String,
    /// Where its first number is written.
    pub place: Span,
    pub before: String,
    pub now: String,
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
    /// There is no snapshot of it, but the same settings and results stand under another name.
    Renamed,
    /// There is no snapshot of it.
    Missing,
    /// Its snapshot cannot be read.
    Unreadable,
    /// The course keeps no snapshots.
    Unkept,
}

impl Status {
    /// Returns the word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Status::Equal => "equal",
            Status::Tolerated => "tolerated",
            Status::Drifted => "drifted",
            Status::Unaccepted => "unaccepted",
            Status::Renamed => "renamed",
            Status::Missing => "missing",
            Status::Unreadable => "unreadable",
            Status::Unkept => "unkept",
        }
    }
}

impl Review {
    /// Returns how many experiments have that status.
    pub fn count(&self, status: Status) -> usize {
        self.experiments.iter().filter(|reviewed| reviewed.status == status).count()
    }
}
