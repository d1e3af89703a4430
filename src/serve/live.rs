//! What pages that are open are told: whether there is a newer site, what goes on, what is wrong.

use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostics, Severity, Sources};
use crate::pipeline::Headway;

/// How many problems are shown over a page.
const SHOWN: usize = 20;
/// How often progress is told.
const TELLING: Duration = Duration::from_millis(150);

/// What there is to tell, and who waits to hear it.
pub(super) struct Live {
    told: Mutex<Told>,
    changed: Condvar,
    /// Held for writing while one site takes the place of another.
    pub site: RwLock<()>,
    /// Tells this server from one that had the port before.
    instance: String,
}

struct Told {
    /// Counts what was told: who has heard it waits for more.
    version: u64,
    /// Counts the sites that were published.
    build: u64,
    is_building: bool,
    progress: Option<(f64, String)>,
    began: Instant,
    told_progress: Instant,
    /// The page of the lesson that was saved last.
    page: Option<String>,
    problems: Vec<Value>,
    left_out: usize,
    is_over: bool,
}

impl Live {
    pub(super) fn new() -> Live {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let told = Told {
            version: 1,
            build: 0,
            is_building: true,
            progress: None,
            began: Instant::now(),
            told_progress: Instant::now(),
            page: None,
            problems: Vec::new(),
            left_out: 0,
            is_over: false,
        };
        Live {
            told: Mutex::new(told),
            changed: Condvar::new(),
            site: RwLock::default(),
            instance: format!("{:x}-{now:x}", std::process::id()),
        }
    }

    /// The name of the site that is there now.
    pub(super) fn build(&self) -> String {
        format!("{}-{}", self.instance, self.told().build)
    }

    /// A build has begun.
    pub(super) fn begins(&self) {
        self.tell(|told| {
            (told.is_building, told.progress, told.began) = (true, None, Instant::now());
        });
    }

    /// Runs go on.
    pub(super) fn advances(&self, headway: &Headway) {
        if headway.share < 1.0 && self.told().told_progress.elapsed() < TELLING {
            return;
        }
        self.tell(|told| {
            let left = told.began.elapsed().as_secs_f64() * (1.0 - headway.share) / headway.share.max(1e-3);
            let left = if headway.share > 0.02 { format!(", {} left", brief(left)) } else { String::new() };
            told.progress = Some((headway.share, format!("{}{left}", headway.words())));
            told.told_progress = Instant::now();
        });
    }

    /// A build has ended well; `is_new` where the site is another one than before.
    pub(super) fn ends(&self, is_new: bool, page: Option<String>, found: &Diagnostics, sources: &Sources) {
        self.tell(|told| {
            told.build += u64::from(is_new);
            (told.is_building, told.progress, told.page) = (false, None, page);
            told.show(found, sources);
        });
    }

    /// A build has found mistakes, or somebody has looked ahead and found them: the site stays.
    pub(super) fn fails(&self, is_over: bool, found: &Diagnostics, sources: &Sources) {
        self.tell(|told| {
            if is_over {
                (told.is_building, told.progress) = (false, None);
            }
            told.show(found, sources);
        });
    }

    /// The machine did not do as it was told.
    pub(super) fn breaks(&self, message: &str) {
        self.tell(|told| {
            (told.is_building, told.progress, told.left_out) = (false, None, 0);
            told.problems = vec![json!({ "severity": "error", "message": message, "hints": [] })];
        });
    }

    /// The server ends.
    pub(super) fn is_over(&self) {
        self.tell(|told| told.is_over = true);
    }

    /// Returns what is told after the version that was heard last, or none where nothing is for a while; an error where
    /// nothing will be any more.
    pub(super) fn next(&self, heard: u64, patience: Duration) -> Result<Option<(u64, String)>, ()> {
        let waits = |told: &mut Told| told.version == heard && !told.is_over;
        let waited = self.changed.wait_timeout_while(self.told(), patience, waits);
        let (told, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if told.is_over {
            return Err(());
        }
        Ok((told.version != heard).then(|| (told.version, self.text(&told))))
    }

    fn text(&self, told: &Told) -> String {
        let progress = told.progress.as_ref().map(|(share, words)| json!({ "share": share, "words": words }));
        let state = json!({
            "build": format!("{}-{}", self.instance, told.build),
            "building": told.is_building,
            "progress": progress,
            "page": told.page,
            "problems": told.problems,
            "left_out": told.left_out,
        });
        state.to_string()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, change: impl FnOnce(&mut Told)) {
        let mut told = self.told();
        change(&mut told);
        told.version += 1;
        self.changed.notify_all();
    }
}

impl Told {
    /// Errors first; notes are for the terminal.
    fn show(&mut self, found: &Diagnostics, sources: &Sources) {
        let of = |severity: Severity| found.iter().filter(move |diagnostic| diagnostic.severity == severity);
        let all = of(Severity::Error).chain(of(Severity::Warning));
        let shown = all.map(|diagnostic| {
            let mut problem = diagnostic.json(sources);
            // The first lines say again what the message and the place do.
            let drawn = diagnostic.render_in(sources, false, 100);
            let rest: Vec<&str> =
                drawn.lines().skip(1).skip_while(|line| line.trim_start().starts_with("-->")).collect();
            problem["drawn"] = json!(rest.join("\n"));
            problem
        });
        self.problems = shown.take(SHOWN).collect();
        self.left_out = (found.errors() + found.warnings()).saturating_sub(self.problems.len());
    }
}

/// A time as somebody who waits wants to know it.
fn brief(seconds: f64) -> String {
    match seconds.round() as u64 {
        0..=1 => "a second".to_owned(),
        few @ 2..=90 => format!("{few} s"),
        more => format!("{} min", (more + 30) / 60),
    }
}

/// Returns the page of the lesson that was saved last, where lessons are among the changed files.
pub(super) fn page_of<'a>(
    changed: impl Iterator<Item = &'a Path>,
    lessons: &[crate::lesson::Lesson],
) -> Option<String> {
    let known = changed.filter_map(|path| {
        let lesson = lessons.iter().find(|lesson| lesson.path == path)?;
        Some((
            std::fs::metadata(path).and_then(|found| found.modified()).ok(),
            format!("{}.html", lesson.slug),
        ))
    });
    known.max().map(|(_, page)| page)
}
