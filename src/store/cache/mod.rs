//! Runs that need not be done again, and charts that need not be drawn again, in a folder that many builds may use at once.
//!
//! An entry is a file named by the [`Key`] of its run: what it holds can depend on nothing else. It is written aside and
//! renamed, so it is whole or not there; one that was damaged later is noticed by its checksum, and the run is done again.
//! A folder that cannot be read or written costs time, never a build.

mod entry;
mod inputs;
mod key;
mod program;
mod room;
mod seen;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, SystemTime};

pub use entry::same_bits;
pub use inputs::{Inputs, VariantInputs};
pub use key::{Key, Sum};
pub use seen::Seen;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::outcome::RunRecord;

/// Where records of runs are, below the cache's folder.
const RUNS: &str = "runs";
/// Where charts and files of results are.
const DRAWN: &str = "drawn";
/// Where short things about these and about pages are, for builds that need no more.
const BRIEF: &str = "brief";
/// Where it is noted what each experiment last depended on.
const LAST: &str = "last";
/// Where it is noted what the site in each output folder holds.
const SITES: &str = "sites";
/// Where the folder of the site before the last one is kept for each output folder.
const FORMER: &str = "former";
/// Where the hash of each program that used the cache is noted.
const PROGRAMS: &str = "programs";

/// An entry used counts as new again, but is not marked so more often than this.
pub const FRESH: Duration = Duration::from_secs(24 * 60 * 60);
/// A run's entry: the hash of what it holds, and how its file looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub sum: Sum,
    pub seen: Seen,
}

/// The cache of a build; without a folder it holds nothing.
#[derive(Debug, Default)]
pub struct Cache {
    folder: Option<PathBuf>,
    /// Bytes that its entries may take together.
    room: u64,
    written: AtomicUsize,
    damaged: AtomicUsize,
    /// The first thing that went wrong in writing.
    trouble: Mutex<Option<String>>,
    /// A hash over the program that runs, once it is known.
    program: OnceLock<Option<Sum>>,
}

impl Cache {
    /// A cache that holds nothing and keeps nothing.
    pub fn none() -> Self {
        Cache::default()
    }

    /// The cache in `folder`, which need not exist and is not touched before something is kept. `room` is how many
    /// bytes its entries may take together.
    pub fn new(folder: PathBuf, room: u64) -> Self {
        Cache { folder: Some(folder), room, ..Cache::default() }
    }

    /// Whether it has a folder at all.
    pub fn is_on(&self) -> bool {
        self.folder.is_some()
    }

    /// What that run left behind, if it has been done before.
    pub fn get(&self, key: &Key) -> Option<RunRecord> {
        self.get_kept(key).map(|(record, _)| record)
    }

    /// The same with its entry.
    pub fn get_kept(&self, key: &Key) -> Option<(RunRecord, Kept)> {
        let ((record, sum), seen) = self.read_as(RUNS, key, |bytes| entry::decode_record(key, bytes))?;
        Some((record, Kept { sum, seen }))
    }

    /// How the entry of that run looks, if it has been done before.
    pub fn seen(&self, key: &Key) -> Option<Seen> {
        Seen::at(&self.entry(RUNS, key)?).ok()
    }

    /// What was drawn under that name.
    pub fn drawn<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        self.read(DRAWN, key)
    }

    /// What was kept in short under that name.
    pub fn brief<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        self.read(BRIEF, key)
    }

    /// What is noted of the site under that name.
    pub fn site<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        self.read(SITES, key)
    }

    /// Where the folder of a former site may be kept, which is no entry; none where nothing has been kept yet.
    pub fn former_site(&self, key: &Key) -> Option<PathBuf> {
        self.entry(FORMER, key).filter(|_| self.folder.as_ref().is_some_and(|folder| folder.is_dir()))
    }

    fn read<T: DeserializeOwned>(&self, part: &str, key: &Key) -> Option<T> {
        self.read_as(part, key, |bytes| Some(entry::decode(key, &bytes)?.0)).map(|(value, _)| value)
    }

    /// What an entry holds, and how its file looks.
    fn read_as<T>(
        &self,
        part: &str,
        key: &Key,
        decode: impl FnOnce(Vec<u8>) -> Option<T>,
    ) -> Option<(T, Seen)> {
        let mut file = File::open(self.entry(part, key)?).ok()?;
        let mut bytes = Vec::new();
        let whole = file.read_to_end(&mut bytes).is_ok();
        let Some(value) = whole.then_some(bytes).and_then(decode) else {
            self.damaged.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        Some((value, mark_used(&file).ok()?))
    }

    /// Whether that run has been done before, as far as it shows without reading.
    pub fn has(&self, key: &Key) -> bool {
        self.entry(RUNS, key).is_some_and(|path| path.is_file())
    }

    /// Keeps what a run left behind, and gives its entry. Where it cannot be written, [`trouble`](Self::trouble) says why.
    pub fn put(&self, key: &Key, record: &RunRecord) -> Option<Kept> {
        let (bytes, sum) = entry::encode_record(key, record)?;
        self.write_entry(RUNS, key, &bytes);
        Some(Kept { sum, seen: self.seen(key)? })
    }

    /// Keeps what was drawn, as [`put`](Self::put) does.
    pub fn put_drawn<T: Serialize>(&self, key: &Key, drawn: &T) {
        self.keep(DRAWN, key, drawn);
    }

    /// Keeps something short, as [`put`](Self::put) does.
    pub fn put_brief<T: Serialize>(&self, key: &Key, brief: &T) {
        self.keep(BRIEF, key, brief);
    }

    /// Notes what a site holds, as [`put`](Self::put) does.
    pub fn put_site<T: Serialize>(&self, key: &Key, site: &T) {
        self.keep(SITES, key, site);
    }

    fn keep<T: Serialize>(&self, part: &str, key: &Key, value: &T) {
        if let Some((bytes, _)) = entry::encode(key, value) {
            self.write_entry(part, key, &bytes);
        }
    }

    fn write_entry(&self, part: &str, key: &Key, bytes: &[u8]) {
        let Some(path) = self.entry(part, key) else { return };
        if let Err(error) = self.write(&path, bytes) {
            self.note(&path, &error);
        }
    }

    /// What an experiment depended on when it last ran; `experiment` names it among those of all courses.
    pub fn last_inputs(&self, experiment: &str) -> Option<Inputs> {
        serde_json::from_slice(&fs::read(self.note_of(experiment)?).ok()?).ok()
    }

    /// Notes what an experiment depends on, for the next time.
    pub fn keep_inputs(&self, experiment: &str, inputs: &Inputs) {
        let Some(path) = self.note_of(experiment) else { return };
        let Ok(text) = serde_json::to_vec(inputs) else { return };
        if fs::read(&path).is_ok_and(|old| old == text) {
            if let Ok(file) = File::open(&path) {
                let _ = mark_used(&file);
            }
            return;
        }
        if let Err(error) = self.write(&path, &text) {
            self.note(&path, &error);
        }
    }

    /// Why nothing could be kept, if nothing could.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// How many entries were found damaged.
    pub fn damaged(&self) -> usize {
        self.damaged.load(Ordering::Relaxed)
    }

    fn entry(&self, part: &str, key: &Key) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(part).join(key.to_string()))
    }

    fn note_of(&self, experiment: &str) -> Option<PathBuf> {
        let name = blake3::hash(experiment.as_bytes()).to_hex();
        Some(self.folder.as_ref()?.join(LAST).join(name.as_str()))
    }

    fn note(&self, path: &Path, error: &io::Error) {
        let mut trouble = self.trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        trouble.get_or_insert_with(|| format!("cannot write {}: {error}", path.display()));
    }

    /// Writes a file aside, then gives it its name.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Some(parent) = path.parent()
            && !parent.is_dir()
        {
            self.make(parent)?;
        }
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let aside = path.with_file_name(format!(".{name}-{}-{count}", std::process::id()));
        let written = File::create_new(&aside).and_then(|mut file| file.write_all(bytes));
        written.and_then(|()| fs::rename(&aside, path)).inspect_err(|_| {
            let _ = fs::remove_file(&aside);
        })?;
        self.written.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Makes a folder of the cache, and signs the cache as one: backups and Git pass over it.
    fn make(&self, part: &Path) -> io::Result<()> {
        fs::create_dir_all(part)?;
        let Some(folder) = &self.folder else { return Ok(()) };
        let signs = [
            (
                "CACHEDIR.TAG",
                "Signature: 8a477f597d28d172789f06886806bc55\n# The cache of gradbook; `gradbook clean` empties it.\n",
            ),
            (".gitignore", "*\n"),
        ];
        for (name, text) in signs {
            match File::create_new(folder.join(name)) {
                Ok(mut file) => file.write_all(text.as_bytes())?,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Notes that an entry is in use, and tells how its file looks then. Where that cannot be noted, it only leaves the cache
/// sooner.
fn mark_used(file: &File) -> io::Result<Seen> {
    let now = SystemTime::now();
    let seen = Seen::of(&file.metadata()?)?;
    if seen.is_older_than(now - FRESH) && file.set_modified(now).is_ok() {
        return Seen::of(&file.metadata()?);
    }
    Ok(seen)
}
