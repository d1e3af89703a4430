//! Runs that need not be done again, and charts that need not be drawn again, in a folder that many builds may use at once.
//!
//! An entry is a file named by the [`Key`] of its run: what it holds can depend on nothing else. It is written aside and
//! renamed, so it is whole or not there; one that was damaged later, or that somebody else wrote, is noticed by its sum, for which
//! one has to know the user's key, and the run is done again. Nothing is reached through a link: a cache that came with a
//! course leads nowhere. A folder that cannot be read or written costs time, never a build.

mod entry;
mod eviction;
mod file_stamp;
mod inputs;
mod key;
mod program;
mod seal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime};

pub use entry::same_bits;
pub use eviction::Untidied;
pub use file_stamp::FileStamp;
pub use inputs::{Inputs, VariantInputs};
pub use key::{Key, Sum};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::files::{Fault, Folder, Refusal, read_whole};
use crate::outcome::RunRecord;

use entry::At;
use seal::Seal;

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
/// Where the hash of each program that used the cache is noted.
const PROGRAMS: &str = "programs";

/// The most bytes of an entry: none is longer, and none that is longer is read.
const MOST: u64 = 256 << 20;

/// An entry used counts as new again, but is not marked so more often than this.
pub const FRESH: Duration = Duration::from_hours(24);
/// A run's entry: the hash of what it holds, and how its file looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunEntry {
    pub sum: Sum,
    pub stamp: FileStamp,
}

/// The cache of a build; without a folder it holds nothing.
#[derive(Debug, Default)]
pub struct Cache {
    place: Option<CachePlace>,
    /// The folders of its parts that have been opened.
    parts: Mutex<BTreeMap<&'static str, Arc<Folder>>>,
    /// The user's key; or why there is none, and nothing is kept.
    seal: OnceLock<Result<Seal, Fault>>,
    /// Whether what was made of runs is not looked at.
    draws_anew: bool,
    /// Bytes that its entries may take together.
    capacity: u64,
    /// Bytes that it has written.
    written: AtomicU64,
    untidied: Option<Untidied>,
    damaged: AtomicUsize,
    /// The first thing that went wrong in writing.
    trouble: Mutex<Option<String>>,
    /// A hash over the program that runs, once it is known.
    program: OnceLock<Option<Sum>>,
}

/// Where a cache is.
#[derive(Debug)]
struct CachePlace {
    /// A folder that the user has named; on the way to it there may be links.
    base: PathBuf,
    /// Names of folders from there on, none of which may be one.
    below: Vec<String>,
}

impl Cache {
    /// A cache that holds nothing and keeps nothing.
    pub fn none() -> Self {
        Cache::default()
    }

    /// The cache in `folder`, which need not exist and is not touched before something is kept. `capacity` is how many
    /// bytes its entries may take together.
    pub fn new(folder: PathBuf, capacity: u64) -> Self {
        Cache::below(folder, &[], capacity)
    }

    /// The same in a folder below another, which the user vouches for, but not for what may have been put into it.
    pub fn below(base: PathBuf, below: &[&str], capacity: u64) -> Self {
        let below = below.iter().map(|&name| name.to_owned()).collect();
        Cache { place: Some(CachePlace { base, below }), capacity, ..Cache::default() }
    }

    /// The same with the key that machines have which know this secret, as those do that share a cache.
    ///
    /// # Errors
    /// A secret that can be guessed.
    pub fn with_secret(self, secret: &str) -> Result<Self, Fault> {
        Ok(Cache { seal: OnceLock::from(Ok(Seal::from_secret(secret.as_bytes())?)), ..self })
    }

    /// The same, but as if nothing had been made of its runs yet: all that is drawn and put into words is made again, and kept.
    pub fn drawing_anew(self) -> Self {
        Cache { draws_anew: true, ..self }
    }

    /// The same for a process that opens it again and again, and [tidies](Self::tidy) it seldom.
    pub fn tidied_seldom(self, untidied: Untidied) -> Cache {
        Cache { untidied: Some(untidied), ..self }
    }

    /// Whether it has a folder at all.
    pub fn is_on(&self) -> bool {
        self.place.is_some()
    }

    /// What that run left behind, if it has been done before.
    pub fn get(&self, key: &Key) -> Option<RunRecord> {
        self.get_kept(key, MOST).map(|(record, _)| record)
    }

    /// The same with its entry, where that has not more than so many bytes.
    pub fn get_kept(&self, key: &Key, most: u64) -> Option<(RunRecord, RunEntry)> {
        let sound = |at: At, bytes| entry::decode_record(at, bytes).filter(|(record, _)| record.is_sound());
        let ((record, sum), stamp) = self.read_as(RUNS, key, most.min(MOST), sound)?;
        Some((record, RunEntry { sum, stamp }))
    }

    /// How the entry of that run looks, if it has been done before.
    pub fn stamp(&self, key: &Key) -> Option<FileStamp> {
        FileStamp::of_looks(&self.part(RUNS)?.looks(&key.to_string()).ok()?).ok()
    }

    /// What was drawn under that name.
    pub fn drawn<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        self.read(DRAWN, key).filter(|_| !self.draws_anew)
    }

    /// What was kept in short under that name.
    pub fn brief<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        self.read(BRIEF, key).filter(|_| !self.draws_anew)
    }

    /// What is noted of the site under that name.
    pub fn site<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        self.read(SITES, key)
    }

    fn read<T: DeserializeOwned>(&self, part: &'static str, key: &Key) -> Option<T> {
        self.read_as(part, key, MOST, |at, bytes| Some(entry::decode(at, &bytes)?.0)).map(|(value, _)| value)
    }

    /// What an entry holds, and how its file looks.
    fn read_as<T>(
        &self,
        part: &'static str,
        key: &Key,
        most: u64,
        decode: impl FnOnce(At, Vec<u8>) -> Option<T>,
    ) -> Option<(T, FileStamp)> {
        let (folder, seal) = (self.part(part)?, self.seal().ok()?);
        let at = At { seal, part, key };
        let read = |file: File| Ok((read_whole(&file, most)?, file));
        let (value, file) = match folder.file(&key.to_string()).map_err(Refusal::from).and_then(read) {
            Err(Refusal::Missing) => return None,
            Ok((bytes, file)) => (decode(at, bytes), Some(file)),
            Err(_) => (None, None),
        };
        let Some((value, file)) = value.zip(file) else {
            self.damaged.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        Some((value, mark_used(&file).ok()?))
    }

    /// Whether that run has been done before, as far as it shows without reading.
    pub fn has(&self, key: &Key) -> bool {
        self.stamp(key).is_some()
    }

    /// Keeps what a run left behind, and gives its entry. Where it cannot be written, [`trouble`](Self::trouble) says why.
    pub fn put(&self, key: &Key, record: &RunRecord) -> Option<RunEntry> {
        let (bytes, sum) = entry::encode_record(At { seal: self.seal_noted()?, part: RUNS, key }, record)?;
        self.write_entry(RUNS, key, &bytes);
        Some(RunEntry { sum, stamp: self.stamp(key)? })
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

    fn keep<T: Serialize>(&self, part: &'static str, key: &Key, value: &T) {
        let at = self.seal_noted().map(|seal| At { seal, part, key });
        if let Some((bytes, _)) = at.and_then(|at| entry::encode(at, value)) {
            self.write_entry(part, key, &bytes);
        }
    }

    fn write_entry(&self, part: &'static str, key: &Key, bytes: &[u8]) {
        let Some(place) = self.place.as_ref().filter(|_| bytes.len() as u64 <= MOST) else { return };
        let name = key.to_string();
        let written = self.write(part, &name, bytes).or_else(|error| match error.kind() {
            // Somebody removed the folder that was open: it is made again.
            ErrorKind::NotFound => {
                self.opened().remove(part);
                self.write(part, &name, bytes)
            }
            _ => Err(error),
        });
        if let Err(error) = written {
            self.note(|| format!("cannot write {}: {error}", place.path(part).join(name).display()));
        }
    }

    /// What an experiment depended on when it last ran; `experiment` names it among those of all courses.
    pub fn last_inputs(&self, experiment: &str) -> Option<Inputs> {
        serde_json::from_str(&self.read::<String>(LAST, &Key::named(&["last", experiment]))?).ok()
    }

    /// Notes what an experiment depends on, for the next time.
    pub fn keep_inputs(&self, experiment: &str, inputs: &Inputs) {
        let key = Key::named(&["last", experiment]);
        let Ok(text) = serde_json::to_string(inputs) else { return };
        if self.read::<String>(LAST, &key).as_ref() != Some(&text) {
            self.keep(LAST, &key, &text);
        }
    }

    /// Why nothing could be kept, if nothing could.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// How many entries were found damaged.
    pub fn damaged(&self) -> usize {
        self.damaged.load(Ordering::Relaxed)
    }

    /// The user's key.
    fn seal(&self) -> Result<&Seal, &Fault> {
        self.seal.get_or_init(Seal::of_user).as_ref()
    }

    /// The same; where there is none, [`trouble`](Self::trouble) says why. None for a cache that is off.
    fn seal_noted(&self) -> Option<&Seal> {
        self.place.as_ref()?;
        self.seal().inspect_err(|reason| self.note(|| reason.to_string())).ok()
    }

    fn note(&self, trouble: impl FnOnce() -> String) {
        self.trouble.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert_with(trouble);
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Arc<Folder>>> {
        self.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The folder of a part, if it is there and no link.
    fn part(&self, part: &'static str) -> Option<Arc<Folder>> {
        self.try_part(part).ok()
    }

    fn try_part(&self, part: &'static str) -> io::Result<Arc<Folder>> {
        let mut opened = self.opened();
        if let Some(folder) = opened.get(part) {
            return Ok(folder.clone());
        }
        let place = self.place.as_ref().ok_or(ErrorKind::NotFound)?;
        let folder = Arc::new(place.open()?.inner(part)?);
        opened.insert(part, folder.clone());
        Ok(folder)
    }

    /// The folder of a part, made if there is none.
    fn made_part(&self, part: &'static str) -> io::Result<Arc<Folder>> {
        match (self.try_part(part), &self.place) {
            (Err(error), Some(place)) if error.kind() == ErrorKind::NotFound => {
                place.make(part)?;
                self.try_part(part)
            }
            (opened, _) => opened,
        }
    }

    /// Writes a file aside, then gives it its name.
    fn write(&self, part: &'static str, name: &str, bytes: &[u8]) -> io::Result<()> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let folder = self.made_part(part)?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let aside = format!(".{name}-{}-{count}", std::process::id());
        let written = folder.new_file(&aside).and_then(|mut file| file.write_all(bytes));
        written.and_then(|()| folder.rename(&aside, name)).inspect_err(|_| {
            let _ = folder.remove_file(&aside);
        })?;
        self.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

impl CachePlace {
    /// The path of a part, to be shown.
    fn path(&self, part: &str) -> PathBuf {
        self.below.iter().fold(self.base.clone(), |path, name| path.join(name)).join(part)
    }

    /// The cache's folder.
    fn open(&self) -> io::Result<Folder> {
        self.below.iter().try_fold(Folder::open(&self.base)?, |folder, name| folder.inner(name))
    }

    /// Makes a folder of the cache, and signs the cache as one: backups and Git pass over it.
    fn make(&self, part: &str) -> io::Result<()> {
        fs::create_dir_all(&self.base)?;
        let folder =
            self.below.iter().try_fold(Folder::open(&self.base)?, |folder, name| folder.made(name))?;
        folder.made(part)?;
        let signs = [
            (
                "CACHEDIR.TAG",
                "Signature: 8a477f597d28d172789f06886806bc55\n# The cache of gradbook; `gradbook clean` empties it.\n",
            ),
            (".gitignore", "*\n"),
        ];
        for (name, text) in signs {
            match folder.new_file(name) {
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
fn mark_used(file: &File) -> io::Result<FileStamp> {
    let now = SystemTime::now();
    let stamp = FileStamp::of(&file.metadata()?)?;
    if stamp.is_older_than(now - FRESH) && file.set_modified(now).is_ok() {
        return FileStamp::of(&file.metadata()?);
    }
    Ok(stamp)
}
