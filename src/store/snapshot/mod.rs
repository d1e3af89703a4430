//! Accepted results: what an author has looked at and committed, in `snapshots/SLUG.yaml` beside the lessons.
//!
//! A file holds for each experiment of its lesson the settings that are not the defaults, with their digest; the
//! sentences that print its numbers; every final metric of every variant in full precision, the mean over its seeds; and
//! for each variant a digest of all that its runs left behind and a letter an epoch over its history, so that a later
//! drift can be told by its size and by the first epoch at which the history parted. Everything is sorted: the
//! same results give the same bytes, and a change is a small difference in a pull request.

mod accepted;
mod compare;
mod difference;
mod folder;
mod history;
mod read;
mod sentences;
mod write;

pub use accepted::{Accepted, AcceptedClaim, AcceptedValue, AcceptedVariant, Identity, Said, Set, digest_of};
pub use compare::{ClaimShift, Comparison, Leaf, Moved, SettingShift, VariantShift, compare};
pub use difference::Difference;
pub use folder::{Folder, Kept, Rewritten, Snapshot};
pub use sentences::{Reworded, reworded};
