//! How much HTML the lessons of a course may become: a text of formulas, terms and notes becomes many times as long as it is
//! written, and what a page is made of is read several times over.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most HTML that all lessons become, and for each byte that they are written in: formulas take the most.
const HTML: usize = 16_000_000;
const HTML_OF_A_BYTE: usize = 16;

/// Returns the most bytes of HTML that lessons of so many bytes may become.
pub fn most_html(written: usize) -> usize {
    HTML + HTML_OF_A_BYTE * written
}

/// Room for the HTML of the lessons of a course, whichever is read first.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    left: Arc<AtomicUsize>,
}

impl Room {
    /// Returns room for lessons of so many bytes.
    pub(super) fn of(written: usize) -> Room {
        Room { left: Arc::new(AtomicUsize::new(most_html(written))) }
    }

    /// Takes some of it; returns whether there was as much.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let less = |left: usize| left.checked_sub(bytes);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}
