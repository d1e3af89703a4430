//! What need not be made once more of a course that a process looks at again and again.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::judging::KeptVerdicts;
use super::looking::KeptLooks;
use super::run::figures::KeptFigures;
use super::run::planning::KeptPlans;
use super::run::running::KeptRuns;
use super::run::tables::KeptTables;
use super::show::notes::KeptNotes;
use super::show::search_index::KeptEntries;
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

/// What lasts from one look to the next; by default nothing does.
pub(crate) struct Lasting<T>(Option<Arc<Mutex<T>>>);

impl<T: Default> Lasting<T> {
    pub(crate) fn new() -> Self {
        Lasting(Some(Arc::default()))
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Returns what `ask` does with what lasts, if anything does.
    pub(crate) fn with<R>(&self, ask: impl FnOnce(&mut T) -> R) -> Option<R> {
        let kept = self.0.as_ref()?;
        Some(ask(&mut kept.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl<T> Default for Lasting<T> {
    fn default() -> Self {
        Lasting(None)
    }
}

impl<T> Clone for Lasting<T> {
    fn clone(&self) -> Self {
        Lasting(self.0.clone())
    }
}

impl<T> fmt::Debug for Lasting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lasting").field(&self.0.is_some()).finish()
    }
}

#[cfg(test)]
mod tests;
