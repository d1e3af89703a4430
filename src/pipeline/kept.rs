//! What need not be made once more of a course that a process looks at again and again.

use super::judging::KeptVerdicts;
use super::looking::KeptLooks;
use super::run::figures::KeptFigures;
use super::run::planning::KeptPlans;
use super::run::running::KeptRuns;
use super::run::tables::KeptTables;
use super::show::notes::KeptNotes;
use super::show::search_index::KeptEntries;
use crate::lasting::Lasting;
use crate::lesson::KeptReadings;
use crate::store::cache::Untidied;

/// What is known of a course since it was looked at before: each part as long as nothing changes that it is made from, and only what was
/// in order. A look that finds nothing kept finds the same.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub(super) tables: KeptTables,
    pub(super) readings: KeptReadings,
    pub(super) plans: KeptPlans,
    pub(super) figures: KeptFigures,
    pub(super) looks: KeptLooks,
    /// What earlier builds noted of lessons that need not be looked at.
    pub(super) notes: KeptNotes,
    /// Runs and verdicts are those of the lessons that were looked at last.
    pub(super) runs: KeptRuns,
    pub(super) verdicts: KeptVerdicts,
    /// What the search finds of pages.
    pub(super) entries: KeptEntries,
    /// None where the cache is tidied after each build.
    pub(super) untidied: Option<Untidied>,
}

impl Kept {
    /// Returns one for a process that stays: lessons are kept too, which costs a little where each is looked at once.
    pub fn lasting() -> Kept {
        Kept {
            readings: KeptReadings::lasting(),
            plans: KeptPlans::lasting(),
            looks: KeptLooks::lasting(),
            notes: Lasting::new(),
            runs: Lasting::new(),
            verdicts: Lasting::new(),
            entries: Lasting::new(),
            untidied: Some(Untidied::default()),
            ..Kept::default()
        }
    }
}

#[cfg(test)]
mod tests;
