//! Accepted results: what an author has looked at and committed, in `snapshots/SLUG.yaml` beside the lessons.
//!
//! A file holds for each experiment of its lesson a digest of the resolved settings, every final metric of every
//! variant and seed in full precision, and for each variant a digest an epoch over its history, so that a later
//! drift can be told by its size and by the first epoch at which the history parted. Everything is sorted: the
//! same results give the same bytes, and a change is a small difference in a pull request.

mod accepted;
mod compare;
mod difference;
mod folder;
mod history;
mod read;
mod write;

pub use accepted::{Accepted, AcceptedClaim, AcceptedVariant, Identity, Value, digest_of};
pub use compare::{ClaimShift, Comparison, Leaf, Moved, VariantShift, compare};
pub use difference::Difference;
pub use folder::{Folder, Kept, Snapshot, Written};
