//! What leaves the cache: where room is short, what nobody has used for long; all of it when an author says so.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::{BRIEF, Cache, DRAWN, LAST, PROGRAMS, RUNS, SITES};
use crate::files::{Fault, Folder, Looks};

/// A file written aside that is older than this was left by a build that was killed.
pub(super) const ABANDONED: Duration = Duration::from_hours(1);
/// A note that no build has used for so long is of something that is gone.
pub(super) const FORGOTTEN: Duration = Duration::from_hours(1440);

/// How much a process has written into a cache since it tidied it: one that builds after every word looks through all entries once, and
/// then when there may be a hundredth more of them than there is room for.
#[derive(Clone, Debug)]
pub struct Untidied(Arc<AtomicU64>);

impl Default for Untidied {
    fn default() -> Self {
        Untidied(Arc::new(AtomicU64::new(u64::MAX / 2)))
    }
}

impl Untidied {
    fn is_due(&self, written: u64, capacity: u64) -> bool {
        let is_due = self.0.fetch_add(written, Ordering::Relaxed).saturating_add(written) > capacity / 100;
        if is_due {
            self.0.store(0, Ordering::Relaxed);
        }
        is_due
    }
}

impl Cache {
    /// Makes room after a build that wrote anything: the entries that were not used for longest go first, and notes that nobody needs.
    pub fn tidy(&self) {
        let written = self.written.load(Ordering::Relaxed);
        let is_due = |untidied: &Untidied| untidied.is_due(written, self.capacity);
        if written == 0 || !self.untidied.as_ref().is_none_or(is_due) {
            return;
        }
        let parts = |names: &[&'static str]| -> Vec<CacheFile> {
            let opened = names.iter().filter_map(|part| self.part(part));
            opened.flat_map(|part| files(&part).unwrap_or_default()).collect()
        };
        sweep(parts(&[LAST, SITES, PROGRAMS]), FORGOTTEN);
        let mut entries = sweep(parts(&[RUNS, DRAWN, BRIEF]), Duration::MAX);
        let mut taken: u64 = entries.iter().map(|entry| entry.bytes).sum();
        if taken <= self.capacity {
            return;
        }
        entries.sort_by(|a, b| (a.used, &a.name).cmp(&(b.used, &b.name)));
        for entry in entries {
            if taken <= self.capacity {
                break;
            }
            if entry.remove().is_ok() {
                taken -= entry.bytes;
            }
        }
    }

    /// Removes all entries and notes; how many entries that were, and their bytes. Other files of the folder stay.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn clear(&self) -> Result<(usize, u64), Fault> {
        let Some(place) = &self.place else { return Ok((0, 0)) };
        let (mut count, mut bytes) = (0, 0);
        for part in [RUNS, DRAWN, BRIEF, LAST, SITES, PROGRAMS] {
            let path = place.path(part);
            let entries = match self.try_part(part).and_then(|part| files(&part)) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(Fault::unread(&path, error));
                }
                entries => entries.unwrap_or_default(),
            };
            for entry in entries {
                // Another build may have removed it, or given it its name, in between.
                let removed = entry.remove().or_else(|error| match error.kind() {
                    ErrorKind::NotFound => Ok(()),
                    _ => Err(error),
                });
                removed.map_err(|error| Fault::cannot("remove", path.join(&entry.name).display(), error))?;
                count += usize::from(part == RUNS && !entry.is_aside());
                bytes += entry.bytes;
            }
        }
        Ok((count, bytes))
    }
}

/// A file of the cache.
struct CacheFile {
    part: Arc<Folder>,
    name: String,
    bytes: u64,
    used: SystemTime,
}

impl CacheFile {
    /// Returns whether it is one that is being written.
    fn is_aside(&self) -> bool {
        is_aside(&self.name)
    }

    fn remove(&self) -> io::Result<()> {
        self.part.remove_file(&self.name)
    }
}

/// Returns whether a name is that of something on its way into the cache.
fn is_aside(name: &str) -> bool {
    name.starts_with('.')
}

/// Returns whether something has a name that the cache gives: a hash as hexadecimal digits, and what follows it in a name aside.
/// Nothing else is ever removed.
fn is_ours(name: &str) -> bool {
    let hash = name.strip_prefix('.').map_or(name, |aside| aside.split('-').next().unwrap_or_default());
    blake3::Hash::from_hex(hash).is_ok()
}

/// Removes what was left aside by builds that were killed, and what has not been used for that long; gives the rest,
/// but for what is being written.
fn sweep(mut entries: Vec<CacheFile>, unused: Duration) -> Vec<CacheFile> {
    let now = SystemTime::now();
    entries.retain(|entry| {
        let age = now.duration_since(entry.used).unwrap_or_default();
        let gone = age > if entry.is_aside() { ABANDONED } else { unused };
        if gone {
            let _ = entry.remove();
        }
        !gone && !entry.is_aside()
    });
    entries
}

fn files(part: &Arc<Folder>) -> io::Result<Vec<CacheFile>> {
    let files = part.entries()?.into_iter().filter(|(name, looks)| looks.is_file() && is_ours(name));
    let entry = |(name, looks): (String, Looks)| {
        let used = looks.modified().map_or(SystemTime::UNIX_EPOCH, cap_std::time::SystemTime::into_std);
        CacheFile { part: part.clone(), name, bytes: looks.len(), used }
    };
    Ok(files.map(entry).collect())
}
