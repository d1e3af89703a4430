//! What leaves the cache: where room is short, what nobody has used for long; all of it when an author says so.

use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use super::{BRIEF, Cache, DRAWN, FORMER, LAST, PROGRAMS, RUNS, SITES};
use crate::store::remove;

/// A file written aside that is older than this was left by a build that was killed.
pub(super) const ABANDONED: Duration = Duration::from_secs(60 * 60);
/// A note that no build has used for so long is of something that is gone.
pub(super) const FORGOTTEN: Duration = Duration::from_secs(60 * 24 * 60 * 60);

impl Cache {
    /// Makes room after a build that wrote anything: the entries that were not used for longest go first, and notes that nobody needs.
    pub fn tidy(&self) {
        let Some(folder) = &self.folder else { return };
        if self.written.load(Ordering::Relaxed) == 0 {
            return;
        }
        let parts = |names: &[&str]| -> Vec<Entry> {
            names.iter().flat_map(|part| files(&folder.join(part)).unwrap_or_default()).collect()
        };
        sweep(parts(&[LAST, SITES, PROGRAMS]), FORGOTTEN);
        // Nobody remembers the site that came after these.
        let is_forgotten =
            |former: &Path| !folder.join(SITES).join(former.file_name().unwrap_or_default()).exists();
        let formers = formers(&folder.join(FORMER)).into_iter().filter(|former| is_forgotten(former));
        formers.for_each(|former| drop(remove_former(&former)));
        let mut entries = sweep(parts(&[RUNS, DRAWN, BRIEF]), Duration::MAX);
        let mut taken: u64 = entries.iter().map(|entry| entry.bytes).sum();
        if taken <= self.room {
            return;
        }
        entries.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        for entry in entries {
            if taken <= self.room {
                break;
            }
            if fs::remove_file(&entry.path).is_ok() {
                taken -= entry.bytes;
            }
        }
    }

    /// Removes all entries and notes; how many entries that were, and their bytes. Other files of the folder stay.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn clear(&self) -> Result<(usize, u64), String> {
        let Some(folder) = &self.folder else { return Ok((0, 0)) };
        let (mut count, mut bytes) = (0, 0);
        for former in formers(&folder.join(FORMER)) {
            let removed = remove_former(&former);
            removed.map_err(|error| format!("cannot remove {}: {error}", former.display()))?;
        }
        for part in [RUNS, DRAWN, BRIEF, LAST, SITES, PROGRAMS] {
            let folder = folder.join(part);
            let entries = match files(&folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(format!("cannot read {}: {error}", folder.display()));
                }
                entries => entries.unwrap_or_default(),
            };
            for entry in entries {
                // Another build may have removed it, or given it its name, in between.
                let removed = fs::remove_file(&entry.path).or_else(|error| match error.kind() {
                    ErrorKind::NotFound => Ok(()),
                    _ => Err(error),
                });
                removed.map_err(|error| format!("cannot remove {}: {error}", entry.path.display()))?;
                count += usize::from(part == RUNS && !entry.is_aside());
                bytes += entry.bytes;
            }
        }
        Ok((count, bytes))
    }
}

/// A file of the cache.
struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl Entry {
    /// Whether it is one that is being written.
    fn is_aside(&self) -> bool {
        is_aside(&self.path)
    }
}

/// Whether a path is that of something on its way into the cache, or out of it.
fn is_aside(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Whether something has a name that the cache gives: a hash as hexadecimal digits, and what follows it in a name aside. Nothing
/// else is ever removed, for a cache that came with a stranger's lessons may lead anywhere by links.
fn is_ours(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    let hash = name.strip_prefix('.').map_or(&*name, |aside| aside.split('-').next().unwrap_or_default());
    blake3::Hash::from_hex(hash).is_ok()
}

/// Removes what was left aside by builds that were killed, and what has not been used for that long; gives the rest,
/// but for what is being written.
fn sweep(mut entries: Vec<Entry>, unused: Duration) -> Vec<Entry> {
    let now = SystemTime::now();
    entries.retain(|entry| {
        let age = now.duration_since(entry.used).unwrap_or_default();
        let gone = age > if entry.is_aside() { ABANDONED } else { unused };
        if gone {
            let _ = fs::remove_file(&entry.path);
        }
        !gone && !entry.is_aside()
    });
    entries
}

fn files(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        // Another build may have removed it in between.
        let Ok(metadata) = file.metadata() else { continue };
        if metadata.is_file() && is_ours(&file) {
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            entries.push(Entry { path: file.path(), bytes: metadata.len(), used });
        }
    }
    Ok(entries)
}

/// The folders of former sites; those first that builds which were killed had begun to remove.
fn formers(folder: &Path) -> Vec<PathBuf> {
    let list = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_former = |entry: &DirEntry| is_ours(entry) && entry.file_type().is_ok_and(|kind| kind.is_dir());
    let mut formers: Vec<PathBuf> = list.filter(is_former).map(|entry| entry.path()).collect();
    formers.sort();
    formers
}

/// Removes the folder of a former site, under a name by which no build finds it: one that took it in the meantime would lose
/// files.
fn remove_former(former: &Path) -> io::Result<()> {
    if is_aside(former) {
        return remove(former);
    }
    let name = former.file_name().unwrap_or_default().to_string_lossy();
    let aside = former.with_file_name(format!(".{name}-{}", std::process::id()));
    fs::rename(former, &aside)?;
    remove(&aside)
}
