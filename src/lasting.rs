//! What a process that stays has at hand when it does the same once more.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

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
