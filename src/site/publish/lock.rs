//! One build at a time to an output folder.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::files::Folder;

/// A file beside the output folder that is locked as long as this lives, and removed with it. (Outside Unix it stays: there
/// it cannot be told whether the file that was locked is still the one of that name.)
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    /// Unlocked when it is closed, also by the end of a build that is killed.
    _file: File,
}

impl Lock {
    /// Locks the file at `path`; `waits` is called, once, before another build is waited for. None where there is no such
    /// file and this user may not make one: then nothing can be staged beside it either.
    ///
    /// # Errors
    /// A file of somebody's that may not be read; a file system that refuses the file or the lock.
    pub(super) fn take(path: &Path, waits: &dyn Fn()) -> io::Result<Option<Lock>> {
        let mut has_waited = false;
        loop {
            let (file, is_new) = match open(path) {
                Ok(Some(opened)) => opened,
                Ok(None) => return Ok(None),
                // Another build made it just now.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::Error(error)) => {
                    if is_new {
                        // Where there are no locks the file is of no use.
                        let _ = fs::remove_file(path);
                    }
                    return Err(error);
                }
                Err(TryLockError::WouldBlock) => {
                    if !has_waited {
                        waits();
                    }
                    has_waited = true;
                    file.lock()?;
                }
            }
            // Who held it may have removed it since.
            if is_at(&file, path) {
                return Ok(Some(Lock { path: path.to_owned(), _file: file }));
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if cfg!(unix) {
            // Where it cannot be removed, the next build locks it all the same.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Returns the file that is there, opened for reading, which is enough to lock it: it may be another user's. Else a new one, and
/// true; none where this user may not make one. A link or a pipe in its place is an error.
fn open(path: &Path) -> io::Result<Option<(File, bool)>> {
    let folder = Folder::open(path.parent().unwrap_or(Path::new(".")))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match folder.file(&name) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        opened => return opened.map(|file| Some((file, false))),
    }
    match folder.new_file(&name) {
        Err(error) if is_read_only(&error) => Ok(None),
        made => made.map(|file| Some((file, true))),
    }
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// Returns whether a file that is open still has that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().map(identity).ok() == path.symlink_metadata().map(identity).ok()
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn one_holds_it_at_a_time_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let (now, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let waits = Cell::new(0);
                        let lock = Lock::take(&path, &|| waits.set(waits.get() + 1)).unwrap().unwrap();
                        assert!(waits.get() <= 1, "said {} times", waits.get());
                        assert_eq!(now.fetch_add(1, Ordering::SeqCst), 0);
                        thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                        taken.fetch_add(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert_eq!(taken.into_inner(), 400);
        assert_eq!(path.exists(), cfg!(not(unix)));
        assert!(Lock::take(&folder.path().join("none/lock"), &|| {}).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_a_pipe_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        std::os::unix::fs::symlink("nowhere", &path).unwrap();
        assert_eq!(Lock::take(&path, &|| {}).unwrap_err().to_string(), "it is a link");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(Lock::take(&pipe, &|| {}).is_err());
    }
}
