//! What a block takes, beside what it is estimated to take: a course of one lesson, run and made into pages.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use gradbook::experiment::Cost;
use gradbook::numeric::Streams;
use gradbook::pipeline::{self, Failure, Keeping, Request, Silent};
use gradbook::site::Source;
use tempfile::TempDir;

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

/// A course in a folder of its own: of its two lessons, the first has the block.
pub(crate) struct Course {
    folder: TempDir,
    estimated: Cost,
}

impl Course {
    /// Writes a block's course, and the tables that it names. What follows a line `---` is prose beside it.
    pub(crate) fn of(block: &str) -> Self {
        let (settings, prose) = block.split_once("---\n").unwrap_or((block, ""));
        let course = Course::read(&format!("```yaml experiment\nid: it\n{settings}```\n\n{prose}"));
        for name in settings.split("file: ").skip(1) {
            let name = name.split([',', '}', '\n']).next().unwrap_or_default();
            std::fs::write(course.folder.path().join(name), table(name)).expect("a table");
        }
        let ready = pipeline::prepare(&course.request());
        let ready = ready.unwrap_or_else(|failure| panic!("{}\n{block}", told(&failure)));
        Course { estimated: ready.planned[0].total(), ..course }
    }

    /// Writes a course whose lesson has no block.
    pub(crate) fn plain() -> Self {
        Course::read("Prose alone.\n")
    }

    /// Writes a lesson, and another one with a block: what the first block of a course takes is not the cost of each.
    fn read(body: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, body: &str| {
            let lesson = format!("---\ntitle: {name}\n---\n\n{body}");
            std::fs::write(folder.path().join(name), lesson).expect("a lesson");
        };
        write("a.md", body);
        write("b.md", "```yaml experiment\nid: any\nkind: softmax\nlogits: [1, 2]\n```\n");
        Course { folder, estimated: Cost::default() }
    }

    /// Returns how it is built for the first time: with a cache that is empty.
    fn request(&self) -> Request {
        // It stays until the course goes: what removing it takes is no part of a build.
        let cache = tempfile::tempdir_in(self.folder.path()).expect("a folder").keep();
        Request { lessons: self.folder.path().to_owned(), cache: Keeping::In(cache), ..Request::default() }
    }

    /// Runs the block in one lane and makes its pages.
    pub(crate) fn build(&self) -> Measured {
        let request = self.request();
        let well = |failure: Failure| -> ! { panic!("{}", told(&failure)) };
        let before = HELD.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        let computed = pipeline::compute(&request, &Silent).unwrap_or_else(|failure| well(failure));
        let most = || MOST.load(Ordering::Relaxed).saturating_sub(before) as f64;
        let computing = most() - ANY_COURSE;
        MOST.store(HELD.load(Ordering::Relaxed), Ordering::Relaxed);
        let files = pipeline::assemble(&computed, &|_, _| false).unwrap_or_else(|failure| well(failure));
        let of_lesson = |path: &str| path.starts_with("a/") || path == "a.html" || path == "search-index.js";
        let written =
            files.iter().filter(|(path, _)| of_lesson(path)).map(|(_, content)| match &content.source {
                Some(Source::Bytes(bytes)) => bytes.len() as f64,
                _ => 0.0,
            });
        let written = (written.sum::<f64>() - ANY_PAGE).max(0.0);
        let bytes = computing.max(most() - ANY_SITE).max(0.0);
        Measured {
            estimated_seconds: self.estimated.time(),
            estimated_bytes: self.estimated.memory(),
            bytes,
            estimated_written: self.estimated.published(),
            written,
        }
    }
}

/// Returns the table of a name such as `classes-300x4.csv`: 300 rows, 4 columns of numbers and one of what is to be predicted.
fn table(name: &str) -> String {
    let size = name.trim_end_matches(".csv").split_once('-').and_then(|(_, size)| size.split_once('x'));
    let (rows, columns) = size.expect("rows and columns in the name of a table");
    let [rows, columns] = [rows, columns].map(|count| count.parse::<usize>().expect("a count"));
    let mut stream = Streams::new(1).stream(name);
    let mut text: String = (1..=columns).map(|column| format!("x{column},")).collect();
    text += "y\n";
    for _ in 0..rows {
        text.extend((0..columns).map(|_| format!("{:.4},", stream.uniform())));
        if name.starts_with("classes") {
            text += ["red\n", "green\n", "blue\n"][stream.below(3)];
        } else {
            text += &format!("{:.4}\n", stream.uniform());
        }
    }
    text
}

fn told(failure: &Failure) -> String {
    match failure {
        Failure::Course(found, sources) => {
            found.iter().map(|diagnostic| diagnostic.render(sources, false) + "\n").collect()
        }
        Failure::Machine(fault) => fault.to_string(),
    }
}
