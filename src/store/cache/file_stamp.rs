//! How a file looks from outside: enough to tell, without reading it, that nobody has written to it since.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::files::Looks;

/// Clocks of file systems are coarse (2 seconds on FAT): a file may be written to twice in one of their ticks and show the
/// same time.
const TICK: Duration = Duration::from_secs(2);

/// Size and times of a file, and which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    bytes: u64,
    /// Since 1970.
    modified: Duration,
    identity: Identity,
    /// When anything of it was last changed, its times included; nothing outside Unix.
    changed: (i64, i64),
}

/// Device and number of a file; nothing outside Unix.
type Identity = (u64, u64);

impl FileStamp {
    /// Looks at the file at a path.
    ///
    /// # Errors
    /// None there; a link, for what it leads to may change without a trace; a time before 1970.
    pub fn at(path: &Path) -> io::Result<FileStamp> {
        FileStamp::of(&path.symlink_metadata()?)
    }

    /// Returns how long the file was.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// # Errors
    /// Not that of a file; a time before 1970.
    pub(super) fn of(metadata: &Metadata) -> io::Result<FileStamp> {
        if !metadata.is_file() {
            return Err(io::Error::other("no file"));
        }
        let modified = metadata.modified()?.duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
        let (identity, changed) = identity(metadata);
        Ok(FileStamp { bytes: metadata.len(), modified, identity, changed })
    }

    /// Returns what is so in a folder of the program's own.
    ///
    /// # Errors
    /// As for [`at`](Self::at).
    pub(super) fn of_looks(looks: &Looks) -> io::Result<FileStamp> {
        if !looks.is_file() {
            return Err(io::Error::other("no file"));
        }
        let modified = looks.modified()?.into_std().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
        let (identity, changed) = identity_of_looks(looks);
        Ok(FileStamp { bytes: looks.len(), modified, identity, changed })
    }

    /// Returns whether it was written so short a time before `time` that it may have been written to again without a trace.
    pub fn is_younger_than(&self, time: SystemTime) -> bool {
        let time = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.modified + TICK > time
    }

    /// Returns whether it was last written, or marked as used, before `time`.
    pub fn is_older_than(&self, time: SystemTime) -> bool {
        self.modified < time.duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    /// Returns whether it is the same file with the same content as far as that shows, hard links made and removed apart.
    pub fn has_content_of(&self, other: &FileStamp) -> bool {
        FileStamp { changed: other.changed, ..*self } == *other
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (Identity, (i64, i64)) {
    use std::os::unix::fs::MetadataExt;
    ((metadata.dev(), metadata.ino()), (metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(unix)]
fn identity_of_looks(looks: &Looks) -> (Identity, (i64, i64)) {
    use cap_std::fs::MetadataExt;
    ((looks.dev(), looks.ino()), (looks.ctime(), looks.ctime_nsec()))
}

#[cfg(not(unix))]
fn identity_of_looks(_: &Looks) -> (Identity, (i64, i64)) {
    Default::default()
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (Identity, (i64, i64)) {
    Default::default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn whoever_writes_to_a_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        fs::write(&path, "one").unwrap();
        let before = FileStamp::at(&path).unwrap();
        assert_eq!(FileStamp::at(&path).unwrap(), before);
        assert!(before.is_younger_than(SystemTime::now()));
        assert!(!before.is_younger_than(SystemTime::now() + 2 * TICK));

        fs::write(&path, "longer").unwrap();
        assert_ne!(FileStamp::at(&path).unwrap(), before);
        fs::write(&path, "one").unwrap();
        let later = SystemTime::now() + TICK;
        let touch = |time| fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
        touch(later);
        assert!(!FileStamp::at(&path).unwrap().has_content_of(&before), "another time");

        // Another file in its place with its size and time.
        let before = FileStamp::at(&path).unwrap();
        fs::rename(&path, folder.path().join("old")).unwrap();
        fs::write(&path, "two").unwrap();
        touch(later);
        assert_eq!(FileStamp::at(&path).unwrap() == before, cfg!(not(unix)));
        assert!(FileStamp::at(&folder.path().join("none")).is_err() && FileStamp::at(folder.path()).is_err());
    }

    #[test]
    fn a_file_looks_the_same_by_whatever_way_it_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        fs::write(&path, "one").unwrap();
        let opened = crate::files::Folder::open(folder.path()).unwrap();
        let looks = opened.looks("page").unwrap();
        assert_eq!(FileStamp::of_looks(&looks).unwrap(), FileStamp::at(&path).unwrap());
        assert_eq!(
            FileStamp::of(&opened.file("page").unwrap().metadata().unwrap()).unwrap(),
            FileStamp::at(&path).unwrap()
        );
    }

    #[test]
    fn a_hard_link_changes_no_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        fs::write(&path, "one").unwrap();
        let before = FileStamp::at(&path).unwrap();
        fs::hard_link(&path, folder.path().join("again")).unwrap();
        assert!(FileStamp::at(&path).unwrap().has_content_of(&before));
    }
}
