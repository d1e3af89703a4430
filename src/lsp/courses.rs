//! What is known of the courses whose files are open: looked over again after every change, on a thread of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::lesson::{Lesson, folder_with_settings};
use crate::pipeline::{self, Failure, Inspected, Kept, Request};

use super::documents::{Document, Documents};
use super::meaning;

/// How long nothing has to be typed before a course is looked over.
const PAUSE: Duration = Duration::from_millis(30);

/// What is known of a course.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// As it was last.
    pub latest: Option<Arc<Inspected>>,
    /// As it was when last all blocks of a lesson could be read, by the file of the lesson.
    whole: BTreeMap<PathBuf, Arc<Inspected>>,
    /// How often it was asked for, and which of these the latest is.
    asked: u64,
    done: u64,
}

impl Known {
    /// Returns the course as it is, and as it was when last all blocks of a lesson could be read.
    pub(super) fn views(&self, lesson: &Path) -> Vec<Arc<Inspected>> {
        let whole = self
            .whole
            .get(lesson)
            .filter(|whole| self.latest.as_ref().is_none_or(|latest| !Arc::ptr_eq(latest, whole)));
        self.latest.iter().chain(whole).cloned().collect()
    }
}

/// Returns the lesson of a file.
pub(super) fn lesson_at<'a>(inspected: &'a Inspected, path: &Path) -> Option<&'a Lesson> {
    inspected.course.lessons.iter().find(|lesson| lesson.path == path)
}

/// Something to look over.
struct Job {
    /// The lessons folder, or a lesson alone.
    target: PathBuf,
    number: u64,
    documents: Documents,
}

/// What the thread is told that looks courses over.
enum Ask {
    Look(Job),
    /// Somebody waits for what was asked.
    Now,
}

/// Hears what was found.
pub(super) trait Listener: Send + 'static {
    /// A course was looked over, with these files open.
    fn inspected(&mut self, target: &Path, inspected: &Inspected, documents: &Documents);
    /// A course could not be looked over at all.
    fn failed(&mut self, target: &Path, why: &str);
}

/// All courses of which a file is open.
pub(super) struct Courses {
    shared: Arc<Shared>,
    asks: Sender<Ask>,
    /// Tells whenever one was looked over.
    pub looked: crossbeam_channel::Receiver<()>,
}

#[derive(Default)]
struct Shared(Mutex<BTreeMap<PathBuf, Known>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A look at a course that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    target: PathBuf,
    number: u64,
}

impl Courses {
    /// Begins to look over courses as `request` says.
    pub(super) fn new(request: Request, listener: impl Listener) -> Courses {
        let shared = Arc::new(Shared::default());
        let (asks, asked) = channel();
        let (tell, looked) = crossbeam_channel::unbounded();
        let inner = shared.clone();
        std::thread::spawn(move || look_over(&request, &inner, &asked, &tell, listener));
        Courses { shared, asks, looked }
    }

    /// Asks for a course to be looked over, with these files open.
    pub(super) fn ask(&self, target: &Path, documents: &Documents) {
        let number = {
            let mut known = self.shared.lock();
            let known = known.entry(target.to_owned()).or_default();
            known.asked += 1;
            known.asked
        };
        let job = Job { target: target.to_owned(), number, documents: documents.clone() };
        let _ = self.asks.send(Ask::Look(job));
    }

    /// Lists the courses of which something is known.
    pub(super) fn targets(&self) -> Vec<PathBuf> {
        self.shared.lock().keys().cloned().collect()
    }

    /// Returns what is known of a course.
    pub(super) fn known(&self, target: &Path) -> Known {
        self.shared.lock().get(target).cloned().unwrap_or_default()
    }

    /// Returns whether a course was never looked over.
    pub(super) fn is_new(&self, target: &Path) -> bool {
        self.shared.lock().get(target).is_some_and(|known| known.done == 0)
    }

    /// Returns the look at a course that is still to come, which then comes at once; none where it is known as it is now.
    pub(super) fn coming(&self, target: &Path) -> Option<Asked> {
        let number = self.shared.lock().get(target).filter(|known| known.done < known.asked)?.asked;
        let _ = self.asks.send(Ask::Now);
        Some(Asked { target: target.to_owned(), number })
    }

    /// Returns whether a look has come, or a later one.
    pub(super) fn has_come(&self, asked: &Asked) -> bool {
        self.shared.lock().get(&asked.target).is_none_or(|known| known.done >= asked.number)
    }
}

/// Returns what a file belongs to: the lessons folder around it, or, where there is none, the file itself if it holds an
/// experiment.
pub(super) fn target_of(document: &Document) -> Option<PathBuf> {
    let folder = document.path.parent()?;
    let named = || folder.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "lessons"));
    let around = folder_with_settings(folder).or_else(|| named().map(Path::to_owned));
    let is_lesson = document.path.extension().is_some_and(|extension| extension == "md");
    let alone = || {
        let is_ours = |line: &str| {
            ["yaml experiment", "yaml figure"].iter().any(|info| line.trim_end().ends_with(info))
        };
        (is_lesson && document.text.as_str().lines().any(is_ours)).then(|| document.path.clone())
    };
    around.or_else(alone)
}

fn look_over(
    request: &Request,
    shared: &Shared,
    asked: &Receiver<Ask>,
    looked: &crossbeam_channel::Sender<()>,
    mut listener: impl Listener,
) {
    let mut waiting: BTreeMap<PathBuf, Job> = BTreeMap::new();
    let mut kept: BTreeMap<PathBuf, Kept> = BTreeMap::new();
    meaning::prepare();
    loop {
        // Of what is asked while something is looked over, or right after each other, the last counts.
        let next = if waiting.is_empty() {
            asked.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            asked.recv_timeout(PAUSE)
        };
        match next {
            Ok(Ask::Look(job)) => {
                waiting.insert(job.target.clone(), job);
                continue;
            }
            Ok(Ask::Now) => {}
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let Some((_, job)) = waiting.pop_first() else { continue };
        let request = Request {
            lessons: job.target.clone(),
            unsaved: Arc::new(job.documents.unsaved()),
            kept: kept.entry(job.target.clone()).or_default().clone(),
            ..request.clone()
        };
        // What one text of an author's breaks is mended with the next.
        let inspected = catch_unwind(AssertUnwindSafe(|| pipeline::inspect(&request)));
        let inspected = match inspected {
            Ok(Ok(inspected)) => Some(Arc::new(inspected)),
            Ok(Err(Failure::Machine(fault))) => {
                listener.failed(&job.target, &fault.to_string());
                None
            }
            Ok(Err(failure @ Failure::Course(..))) => {
                listener.failed(&job.target, &failure.to_string());
                None
            }
            Err(_) => {
                listener.failed(&job.target, "gradbook failed at this text: please report it");
                None
            }
        };
        {
            let mut all = shared.lock();
            let known = all.entry(job.target.clone()).or_default();
            known.done = known.done.max(job.number);
            if let Some(inspected) = &inspected {
                note(known, inspected);
            }
        }
        let _ = looked.send(());
        if let Some(inspected) = inspected {
            listener.inspected(&job.target, &inspected, &job.documents);
        }
    }
}

/// Notes how a course is now.
fn note(known: &mut Known, inspected: &Arc<Inspected>) {
    known.latest = Some(inspected.clone());
    let Inspected { course, .. } = &**inspected;
    let there: BTreeSet<&Path> = course.lessons.iter().map(|lesson| lesson.path.as_path()).collect();
    for lesson in course.lessons.iter().filter(|lesson| course.names.is_whole(&lesson.slug)) {
        known.whole.insert(lesson.path.clone(), inspected.clone());
    }
    known.whole.retain(|path, _| there.contains(path.as_path()) || path.is_file());
}
