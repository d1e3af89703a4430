//! Which files of a course have changed: looked for about once a second, or when the system says that there is something.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use walkdir::WalkDir;

use crate::store::cache::FileStamp;

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_secs(1);
/// How often they are while somebody writes.
const CLOSELY: Duration = Duration::from_millis(25);
/// How long nothing may change before what did counts.
const SETTLED: Duration = Duration::from_millis(50);
/// How long a file may be gone: some editors save by removing it and writing another one.
const GONE: Duration = Duration::from_millis(400);
/// A file that is written all the time does not keep the others waiting for ever.
const MOST: Duration = Duration::from_secs(3);

/// The files of a course and how they look.
type Looks = BTreeMap<PathBuf, FileStamp>;

/// Where the files of a course are, and what among them is none.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// The folders of the lessons and of templates, as they were named.
    pub folders: Vec<PathBuf>,
    /// Single files beside them.
    pub files: Vec<PathBuf>,
    /// The folder of the site, which may lie among them.
    pub output: PathBuf,
}

/// Waits for changes.
pub(super) struct Changes {
    places: Places,
    known: Looks,
    /// What the system says, if it is asked: that there is something, not what.
    hints: Option<(RecommendedWatcher, Receiver<()>)>,
}

impl Changes {
    /// Looks at all files for the first time.
    pub(super) fn new(places: Places) -> Changes {
        let known = places.look();
        Changes { places, known, hints: None }
    }

    /// Lets the system say when there is something to look for.
    ///
    /// # Errors
    /// A system that cannot.
    pub(super) fn listen(&mut self) -> Result<(), notify::Error> {
        let (sender, receiver) = channel();
        // The other end is gone only when the program ends.
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Files are also opened by whoever looks for changes.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                let _ = sender.send(());
            }
        })?;
        for folder in self.places.folders.iter().filter(|folder| folder.is_dir()) {
            watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        self.hints = Some((watcher, receiver));
        Ok(())
    }

    /// Waits for the next change and for the end of it, and returns which files it made, changed or removed.
    pub(super) fn wait(&mut self) -> BTreeSet<PathBuf> {
        loop {
            self.pause();
            let now = self.places.look();
            if now != self.known {
                return self.settle(now);
            }
        }
    }

    fn pause(&self) {
        let Some((_, hints)) = &self.hints else { return thread::sleep(INTERVAL) };
        // The system tells nothing of files that were named singly, and may lose what it tells of a great many.
        match hints.recv_timeout(2 * INTERVAL) {
            Ok(()) => while hints.try_recv().is_ok() {},
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::sleep(INTERVAL),
        }
    }

    fn settle(&mut self, mut now: Looks) -> BTreeSet<PathBuf> {
        let began = Instant::now();
        let mut since = began;
        loop {
            let lacks_some = self.known.keys().any(|path| !now.contains_key(path));
            let quiet = if lacks_some { GONE } else { SETTLED };
            if since.elapsed() >= quiet || began.elapsed() >= MOST {
                break;
            }
            thread::sleep(CLOSELY);
            let next = self.places.look();
            if next != now {
                (now, since) = (next, Instant::now());
            }
        }
        let changed = differing(&self.known, &now);
        self.known = now;
        changed
    }
}

/// The files that are not the same in both.
fn differing(old: &Looks, new: &Looks) -> BTreeSet<PathBuf> {
    let all = old.keys().chain(new.keys());
    all.filter(|path| old.get(*path) != new.get(*path)).cloned().collect()
}

impl Places {
    /// How all files look.
    fn look(&self) -> Looks {
        let output = self.output.canonicalize().ok();
        let is_output = |path: &Path| {
            output.as_ref().is_some_and(|output| {
                path.file_name() == output.file_name()
                    && path.canonicalize().is_ok_and(|path| path == *output)
            })
        };
        let walk = |folder: &PathBuf| {
            let entries = WalkDir::new(folder).into_iter().filter_entry(|entry| {
                entry.depth() == 0
                    || !is_passing(&entry.file_name().to_string_lossy())
                        && !(entry.file_type().is_dir()
                            && (entry.file_name() == "snapshots" || is_output(entry.path())))
            });
            let files = entries.flatten().filter(|entry| !entry.file_type().is_dir());
            files.map(walkdir::DirEntry::into_path).collect::<Vec<_>>()
        };
        let found = self.folders.iter().flat_map(walk).chain(self.files.iter().cloned());
        found.filter_map(|path| Some((path.clone(), FileStamp::at(&path).ok()?))).collect()
    }
}

/// How the names of files end that editors and browsers write beside the one that is meant.
const PASSING: [&str; 13] = [
    "~",
    ".tmp",
    ".temp",
    ".bak",
    ".backup",
    ".old",
    ".orig",
    ".swp",
    ".swo",
    ".swx",
    ".part",
    ".crdownload",
    ".gradbook-new",
];

/// Returns whether a file by that name is no part of a course: hidden, a backup, a swap file, one that is there for a
/// moment.
fn is_passing(name: &str) -> bool {
    let lower = name.to_lowercase();
    name.starts_with('.')
        || name.starts_with('#') && name.ends_with('#')
        || PASSING.iter().any(|end| lower.ends_with(end))
        || name.contains("___jb_")
        // Vim tries whether it may write.
        || name == "4913"
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_editors_leave_beside_a_file_is_no_change() {
        for name in [
            ".a.md.swp",
            "a.md~",
            "#a.md#",
            ".#a.md",
            "4913",
            "a.md.bak",
            "a.md.tmp",
            "a.md___jb_tmp___",
            ".goutputstream-X1",
            "a.md.swx",
            "A.MD.BAK",
            ".gradbook",
        ] {
            assert!(is_passing(name), "{name}");
        }
        for name in ["a.md", "gradbook.yaml", "table.csv", "4913.md", "backup.md", "old", "#1.md"] {
            assert!(!is_passing(name), "{name}");
        }
    }

    #[test]
    fn whoever_looks_is_told_of_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.md"), "one").unwrap();
        let output = folder.path().join("output");
        let places = Places { folders: vec![folder.path().to_owned()], files: vec![], output };
        let mut changes = Changes::new(places);
        if changes.listen().is_err() {
            return;
        }
        let hears = |changes: &Changes| {
            let hints = &changes.hints.as_ref().unwrap().1;
            let first = hints.recv_timeout(Duration::from_millis(300)).is_ok();
            while hints.try_recv().is_ok() {}
            first
        };
        changes.places.look();
        fs::read(folder.path().join("a.md")).unwrap();
        assert!(!hears(&changes));
        fs::write(folder.path().join("a.md"), "two").unwrap();
        assert!(hears(&changes));
    }

    #[test]
    fn every_kind_of_save_is_seen_and_the_output_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("output/assets")).unwrap();
        fs::create_dir_all(at("snapshots")).unwrap();
        fs::write(at("a.md"), "one").unwrap();
        let places = Places { folders: vec![folder.path().to_owned()], files: vec![], output: at("output") };
        let mut known = places.look();
        let mut changed = || {
            let now = places.look();
            let names = differing(&known, &now).into_iter();
            known = now;
            names.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        fs::write(at("a.md"), "longer").unwrap();
        assert_eq!(changed(), ["a.md"]);
        fs::write(at("b.tmp"), "over").unwrap();
        fs::rename(at("b.tmp"), at("a.md")).unwrap();
        assert_eq!(changed(), ["a.md"]);
        fs::rename(at("a.md"), at("a.md~")).unwrap();
        fs::write(at("a.md"), "over").unwrap();
        assert_eq!(changed(), ["a.md"], "a backup and a new file of the same bytes");
        fs::rename(at("a.md"), at("c.md")).unwrap();
        assert_eq!(changed(), ["a.md", "c.md"]);
        fs::create_dir(at("deep")).unwrap();
        fs::write(at("deep/d.md"), "new").unwrap();
        assert_eq!(changed(), ["d.md"]);
        fs::remove_file(at("c.md")).unwrap();
        assert_eq!(changed(), ["c.md"]);
        for silent in ["output/index.html", "output/assets/a.css", "snapshots/a.yaml", ".hidden", "x.md.swp"]
        {
            fs::write(at(silent), "x").unwrap();
        }
        assert_eq!(changed(), [""; 0]);
    }
}
