//! The output folder and what stands beside it while a site is published.

use std::fs::{self, DirEntry, File};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use super::PublishError;
use super::lock::Lock;
use crate::files::{Folder, Refusal, read_whole};
use crate::store;

/// A file that only a site of ours has: the sign that a folder may be replaced.
pub(super) const MARK: &str = "assets/gradbook.css";

/// The output folder and the two beside it that exist only while publishing.
#[derive(Debug)]
pub(super) struct OutputPlace {
    /// As the author wrote it, for messages.
    pub shown: PathBuf,
    pub output: PathBuf,
    pub staging: PathBuf,
    /// The former output, until what is hidden in it has been taken over.
    old: PathBuf,
    /// Locked while a build writes here.
    lock: PathBuf,
}

impl OutputPlace {
    /// Finds the output folder and the names beside it.
    ///
    /// # Errors
    /// The root of the file system; a path that cannot be resolved.
    pub(super) fn new(shown: &Path) -> Result<OutputPlace, PublishError> {
        let output = resolve(shown)?;
        let (Some(parent), Some(name)) = (output.parent(), output.file_name()) else {
            return Err(dangerous(shown, "is the root of the file system"));
        };
        let name = name.to_string_lossy();
        Ok(OutputPlace {
            staging: parent.join(format!(".{name}.gradbook-new")),
            old: parent.join(format!(".{name}.gradbook-old")),
            lock: parent.join(format!(".{name}.gradbook-lock")),
            shown: shown.to_owned(),
            output,
        })
    }

    /// Refuses an output that is, or holds, the folder of the lessons.
    pub(super) fn check_lessons(&self, lessons: &Path) -> Result<(), PublishError> {
        let lessons = resolve(lessons)?;
        if lessons == self.output {
            return Err(dangerous(&self.shown, "is the folder of the lessons"));
        }
        if lessons.starts_with(&self.output) {
            return Err(dangerous(&self.shown, "contains the lessons"));
        }
        Ok(())
    }

    /// Returns whether the output folder may be replaced, as far as that shows before there is anything to replace it with.
    pub(super) fn check(&self) -> Result<(), PublishError> {
        if exists(&self.old) { Ok(()) } else { self.check_ours() }
    }

    /// Keeps other builds from writing to this folder until the lock is dropped: waits for one that does, having
    /// called `waits`. The inner error is what kept it from being locked.
    pub(super) fn lock(&self, waits: &dyn Fn()) -> Result<io::Result<Option<Lock>>, PublishError> {
        if let Some(parent) = self.output.parent() {
            make_folder(parent)?;
        }
        Ok(Lock::take(&self.lock, waits))
    }

    /// Cleans up after a build that was killed, and brings back what it had put aside.
    pub(super) fn recover(&self) -> Result<(), PublishError> {
        discard(&self.staging)?;
        // No build makes a link of it: one that stands there came with somebody's files, and leads to others.
        if self.old.is_symlink() {
            discard(&self.old)?;
        }
        if !exists(&self.old) {
            return Ok(());
        }
        if exists(&self.output) { self.finish() } else { rename(&self.old, &self.output) }
    }

    /// Refuses a folder that holds what no build wrote.
    pub(super) fn check_ours(&self) -> Result<(), PublishError> {
        if !exists(&self.output) {
            return Ok(());
        }
        if !self.output.is_dir() {
            return Err(PublishError::NotAFolder { output: self.shown.clone() });
        }
        let is_linked = self.is_linked();
        let strange = |entry: &DirEntry| {
            !is_hidden(entry) || is_linked && !is_of_hosting(Path::new(&entry.file_name()))
        };
        if entries(&self.output)?.iter().any(strange) && !self.output.join(MARK).is_file() {
            return Err(PublishError::NotOurs { output: self.shown.clone() });
        }
        if is_mount_point(&self.output) {
            return Err(self.mount_point());
        }
        Ok(())
    }

    /// Returns the bytes of a file of the site, where those are not more than `most`: of itself, reached through no link.
    ///
    /// # Errors
    /// None there; a link, a folder, a device, a pipe; a longer one.
    pub(super) fn read(&self, below: &str, most: u64) -> Result<Vec<u8>, Refusal> {
        read_whole(&self.open(below)?, most)
    }

    /// Opens a file of the site, by the same rule.
    ///
    /// # Errors
    /// As for [`read`](Self::read), but for the length.
    pub(super) fn open(&self, below: &str) -> io::Result<File> {
        let (folders, name) = below.rsplit_once('/').unzip();
        let mut folder = Folder::open(&self.output)?;
        for part in folders.into_iter().flat_map(|folders| folders.split('/')) {
            folder = folder.inner(part)?;
        }
        folder.file(name.unwrap_or(below))
    }

    /// Returns whether a file or a folder itself is there, no link to one, nor a pipe.
    pub(super) fn is_plain(&self, below: &Path) -> bool {
        self.output.join(below).symlink_metadata().is_ok_and(|meta| meta.is_file() || meta.is_dir())
    }

    /// Returns whether the output is not where it was said to be, but a link leads there.
    fn is_linked(&self) -> bool {
        let named = std::path::absolute(&self.shown);
        named.is_ok_and(|named| plain(&named) != self.output)
    }

    /// Puts the staged folder in the place of the output.
    pub(super) fn swap(&self) -> Result<(), PublishError> {
        if !exists(&self.output) {
            return rename(&self.staging, &self.output);
        }
        self.check_writable()?;
        if !self.exchange() {
            self.move_over()?;
        }
        self.finish().map_err(|error| PublishError::Unfinished { old: self.old.clone(), error: error.into() })
    }

    /// Swaps the two in one step, so that the output is there at every moment; false where the system or the file system has no
    /// such step.
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    fn exchange(&self) -> bool {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        // Whichever of the two a kill leaves under that name beside an output: the next build takes what is hidden in it, and
        // removes it.
        if fs::rename(&self.staging, &self.old).is_err() {
            return false;
        }
        let swapped = renameat_with(CWD, &self.old, CWD, &self.output, RenameFlags::EXCHANGE).is_ok();
        if !swapped {
            // Where that fails too, so does what follows, and says so.
            let _ = fs::rename(&self.old, &self.staging);
        }
        swapped
    }

    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    fn exchange(&self) -> bool {
        false
    }

    /// Swaps them in two steps.
    fn move_over(&self) -> Result<(), PublishError> {
        rename(&self.output, &self.old).map_err(|error| match error {
            // A folder bound from the same disk shows only now.
            PublishError::Io { error, .. } if error.kind() == ErrorKind::ResourceBusy => self.mount_point(),
            PublishError::Io { error, .. } if error.kind() == ErrorKind::CrossesDevices => {
                PublishError::Layered { output: self.shown.clone() }
            }
            error => error,
        })?;
        if let Err(error) = rename(&self.staging, &self.output) {
            let old = self.old.clone();
            return Err(match rename(&old, &self.output) {
                Ok(()) => error,
                Err(_) => PublishError::PutAside { old, error: error.into() },
            });
        }
        Ok(())
    }

    /// Checks for writing: a folder that may not be written can be renamed all the same, but then not be emptied.
    fn check_writable(&self) -> Result<(), PublishError> {
        may_write(&self.output).map_err(|error| PublishError::Io { path: self.shown.clone(), error })
    }

    /// Takes the hidden files of the old output over, then removes it.
    fn finish(&self) -> Result<(), PublishError> {
        // Where that fails, so does what follows, and says so.
        let _ = store::make_writable(&self.old);
        for entry in entries(&self.old)?.into_iter().filter(is_hidden) {
            let target = self.output.join(entry.file_name());
            if !exists(&target) {
                rename(&entry.path(), &target)?;
            }
        }
        discard(&self.old)
    }

    fn mount_point(&self) -> PublishError {
        PublishError::MountPoint { output: self.shown.clone() }
    }
}

/// Removes a leftover. One that cannot be goes out of the way, for it must not stop this build or a later one.
pub(super) fn discard(leftover: &Path) -> Result<(), PublishError> {
    let Err(error) = remove(leftover) else { return Ok(()) };
    let name = |number: usize| {
        let left = leftover.file_name().unwrap_or_default().to_string_lossy();
        leftover.with_file_name(format!("{left}-{number}"))
    };
    let free = (1..).map(name).find(|path| !exists(path));
    free.ok_or(()).and_then(|free| rename(leftover, &free).map_err(drop)).map_err(|()| error)
}

/// Returns whether this user may write to a folder. Asked, not tried: what a killed build had tried would stay there.
#[cfg(unix)]
pub(super) fn may_write(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(folder, rustix::fs::Access::WRITE_OK)?)
}

/// Does nothing: outside Unix no folder is kept from its owner.
#[cfg(not(unix))]
pub(super) fn may_write(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Returns whether another file system begins at this folder.
#[cfg(unix)]
fn is_mount_point(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).ok().map(|meta| meta.dev());
    folder.parent().is_some_and(|parent| device(parent) != device(folder))
}

#[cfg(not(unix))]
fn is_mount_point(_: &Path) -> bool {
    false
}

fn dangerous(output: &Path, reason: &'static str) -> PublishError {
    PublishError::Dangerous { output: output.to_owned(), reason }
}

/// Returns the absolute path without links; what does not exist yet is taken as written.
fn resolve(path: &Path) -> Result<PathBuf, PublishError> {
    let failed = |error| PublishError::Io { path: path.to_owned(), error };
    match fs::canonicalize(path) {
        Ok(path) => return Ok(path),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        Err(_) => {}
    }
    let absolute = std::path::absolute(path).map_err(failed)?;
    match (absolute.parent(), absolute.file_name()) {
        (Some(parent), Some(name)) => Ok(resolve(parent)?.join(name)),
        // `a/..` where there is no `a`.
        _ => Err(failed(ErrorKind::NotFound.into())),
    }
}

/// Returns an absolute path with `..` taken as what stands before it and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts
}

/// Returns whether a path below the output is one of those that stand there before there is a site in it.
pub(super) fn is_of_hosting(below: &Path) -> bool {
    const KNOWN: [&str; 6] = [".git", ".gitkeep", ".gitignore", ".gitattributes", ".nojekyll", ".DS_Store"];
    below.to_str().is_some_and(|name| KNOWN.contains(&name))
}

/// Returns whether there is anything, even a link that leads nowhere.
pub(super) fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Returns whether its name begins with a dot.
pub(super) fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

/// Returns whether it is a folder itself, not a link to one.
pub(super) fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir())
}

/// Lists what is in a folder.
pub(super) fn entries(folder: &Path) -> Result<Vec<DirEntry>, PublishError> {
    let list = fs::read_dir(folder).and_then(Iterator::collect);
    list.map_err(|error| PublishError::Io { path: folder.to_owned(), error })
}

/// Makes a folder and those above it, where they are missing.
pub(super) fn make_folder(path: &Path) -> Result<(), PublishError> {
    fs::create_dir_all(path).map_err(|error| PublishError::Io { path: path.to_owned(), error })
}

fn rename(from: &Path, to: &Path) -> Result<(), PublishError> {
    fs::rename(from, to).map_err(|error| PublishError::Io { path: to.to_owned(), error })
}

/// Removes a file, or a folder with all in it, those that are read-only too.
pub(super) fn remove(path: &Path) -> Result<(), PublishError> {
    store::remove(path).map_err(|error| PublishError::Io { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_renames_do_what_an_exchange_does() {
        let folder = tempfile::tempdir().unwrap();
        let place = OutputPlace::new(&folder.path().join("output")).unwrap();
        for (path, text) in [(&place.output, "old"), (&place.staging, "new")] {
            fs::create_dir(path).unwrap();
            fs::write(path.join("page"), text).unwrap();
        }
        let read = |path: &Path| fs::read_to_string(path.join("page")).unwrap();
        place.move_over().unwrap();
        assert_eq!((read(&place.output).as_str(), read(&place.old).as_str()), ("new", "old"));

        // Nothing is staged: the output comes back.
        fs::remove_dir_all(&place.old).unwrap();
        assert!(matches!(place.move_over(), Err(PublishError::Io { .. })));
        assert_eq!((read(&place.output).as_str(), exists(&place.old)), ("new", false));
    }
}
