//! What a block takes, beside what it is estimated to take: a course of one lesson, run and made into pages.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use gradbook::pipeline::{self, Failure, Keeping, Request, Silent};
use gradbook::site::Source;

/// The system's allocator, which counts the bytes that are held and the most that were.
pub(crate) struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Bytes of what a course has read before anything runs, whatever the lesson holds.
const ANY_COURSE: f64 = 1.4e6;

/// Bytes of the files of any site of one experiment: fonts, scripts, the module that readers run, the notebook, pages.
const ANY_SITE: f64 = 8.3e6;
/// Bytes of a page beside its experiment.
const ANY_PAGE: f64 = 20e3;

/// Bytes below which nobody minds what a block holds.
const SMALL: f64 = 4e6;

/// An estimate beside what was measured.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    pub estimated_seconds: f64,
    pub estimated_bytes: f64,
    /// The most bytes that were held, beyond those before and those that any course takes.
    pub bytes: f64,
    pub estimated_written: f64,
    /// The bytes of the lesson's files, beyond those of a page without an experiment.
    pub written: f64,
}

impl Measured {
    /// Whether the memory is within its estimate, and not by much.
    pub(crate) fn fits_in_memory(&self) -> bool {
        is_bound(self.estimated_bytes, self.bytes, 1.5, SMALL)
    }
}

/// Whether an estimate is an upper bound, by at most a factor and what is `small`; below that nothing is bounded.
pub(crate) fn is_bound(estimated: f64, measured: f64, factor: f64, small: f64) -> bool {
    measured <= estimated.max(small) && estimated <= factor * measured + small
}

/// Runs a block in a course of its own, in one lane, with an empty cache beside it as a first build has. What follows a line `---` is prose beside it.
pub(crate) fn measure(block: &str) -> Measured {
    let folder = tempfile::tempdir().expect("a folder");
    let (settings, prose) = block.split_once("---\n").unwrap_or((block, ""));
    let lesson = format!("---\ntitle: A\n---\n\n```yaml experiment\nid: it\n{settings}```\n\n{prose}");
    std::fs::write(folder.path().join("a.md"), lesson).expect("a lesson");
    let cache = Keeping::In(folder.path().join("cache"));
    let request = Request { lessons: folder.path().to_owned(), cache, ..Request::default() };
    let ready = pipeline::prepare(&request).unwrap_or_else(|failure| panic!("{}\n{block}", told(&failure)));
    let total = ready.planned[0].total();
    drop(ready);
    let before = HELD.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let computed =
        pipeline::compute(&request, &Silent).unwrap_or_else(|failure| panic!("{}\n{block}", told(&failure)));
    let most = || MOST.load(Ordering::Relaxed).saturating_sub(before) as f64;
    let computing = most() - ANY_COURSE;
    MOST.store(HELD.load(Ordering::Relaxed), Ordering::Relaxed);
    let files = pipeline::assemble(&computed, &|_, _| false);
    let files = files.unwrap_or_else(|failure| panic!("{}\n{block}", told(&failure)));
    let of_lesson = |path: &str| path.starts_with("a/") || path == "a.html" || path == "search-index.js";
    let written =
        files.iter().filter(|(path, _)| of_lesson(path)).map(|(_, content)| match &content.source {
            Some(Source::Bytes(bytes)) => bytes.len() as f64,
            _ => 0.0,
        });
    let written = (written.sum::<f64>() - ANY_PAGE).max(0.0);
    let bytes = computing.max(most() - ANY_SITE).max(0.0);
    Measured {
        estimated_seconds: total.time(),
        estimated_bytes: total.memory(),
        bytes,
        estimated_written: total.published(),
        written,
    }
}

fn told(failure: &Failure) -> String {
    match failure {
        Failure::Course(found, sources) => {
            found.iter().map(|diagnostic| diagnostic.render(sources, false) + "\n").collect()
        }
        Failure::Machine(fault) => fault.to_string(),
    }
}
