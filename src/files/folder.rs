//! A folder in which the program keeps what is its own.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use cap_fs_ext::DirExt;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

use super::{Refusal, read_whole, regular};

/// How something in a folder looks from outside: itself, not what a link leads to.
pub type Looks = cap_std::fs::Metadata;

/// A folder that is open. What is in it is reached by single names, and through no link: nobody who has put one into its place
/// gets anything read, written or removed elsewhere.
#[derive(Debug)]
pub struct Folder {
    dir: Dir,
}

impl Folder {
    /// Opens the folder at a path that the user has named, or that of the lessons.
    ///
    /// # Errors
    /// No folder there, or one that may not be read.
    pub fn open(path: &Path) -> io::Result<Folder> {
        Ok(Folder { dir: Dir::open_ambient_dir(path, ambient_authority())? })
    }

    /// Opens a folder in this one.
    ///
    /// # Errors
    /// None of that name; a link, or a file.
    pub fn inner(&self, name: &str) -> io::Result<Folder> {
        self.dir
            .open_dir_nofollow(name)
            .map(|dir| Folder { dir })
            .map_err(|error| self.explained(name, error))
    }

    /// Systems have several errors for a link where none is gone through.
    fn explained(&self, name: &str, error: io::Error) -> io::Error {
        match self.looks(name) {
            Ok(looks) if looks.is_symlink() => io::Error::other("it is a link"),
            _ => error,
        }
    }

    /// Opens a folder in this one, made if there is none.
    ///
    /// # Errors
    /// As for [`inner`](Self::inner); one that cannot be made.
    pub fn made(&self, name: &str) -> io::Result<Folder> {
        match self.inner(name) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            opened => return opened,
        }
        match self.dir.create_dir(name) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => self.inner(name),
        }
    }

    /// Returns how something looks: what it is, its size, its times.
    ///
    /// # Errors
    /// Nothing of that name.
    pub fn looks(&self, name: &str) -> io::Result<Looks> {
        self.dir.symlink_metadata(name)
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// None of that name; a link, a folder, a device, a pipe.
    pub fn file(&self, name: &str) -> io::Result<File> {
        regular(&self.dir, Path::new(name)).map_err(|error| self.explained(name, error))
    }

    /// Returns the bytes of a file, where those are not more than `most`.
    ///
    /// # Errors
    /// As for [`file`](Self::file); one that is longer.
    pub fn read(&self, name: &str, most: u64) -> Result<Vec<u8>, Refusal> {
        read_whole(&self.file(name)?, most)
    }

    /// Makes a file.
    ///
    /// # Errors
    /// Anything of that name.
    pub fn new_file(&self, name: &str) -> io::Result<File> {
        Ok(self.dir.open_with(name, OpenOptions::new().write(true).create_new(true))?.into_std())
    }

    /// Gives something in this folder another name, in the place of what has that.
    ///
    /// # Errors
    /// Nothing of that name; a folder in the place.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.dir.rename(from, &self.dir, to)
    }

    /// Makes a hard link to a file in this folder.
    ///
    /// # Errors
    /// Anything of that name; a file system without hard links.
    pub fn link(&self, from: &str, to: &str) -> io::Result<()> {
        self.dir.hard_link(from, &self.dir, to)
    }

    /// Removes a file, or a link.
    ///
    /// # Errors
    /// Nothing of that name; a folder.
    pub fn remove_file(&self, name: &str) -> io::Result<()> {
        self.dir.remove_file(name)
    }

    /// Lists all that is in it, and how it looks. What another program removes in between is left out.
    ///
    /// # Errors
    /// A folder that may not be read.
    pub fn entries(&self) -> io::Result<Vec<(String, Looks)>> {
        let mut entries = Vec::new();
        for entry in self.dir.entries()? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if let Ok(looks) = self.looks(&name) {
                entries.push((name, looks));
            }
        }
        Ok(entries)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    #[test]
    fn no_link_is_gone_through() {
        let (outside, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(outside.path().join("file"), "x").unwrap();
        symlink(outside.path(), own.path().join("folder")).unwrap();
        symlink(outside.path().join("file"), own.path().join("file")).unwrap();
        symlink(outside.path().join("new"), own.path().join("new")).unwrap();
        assert!(Command::new("mkfifo").arg(own.path().join("pipe")).status().unwrap().success());
        let folder = Folder::open(own.path()).unwrap();
        assert_eq!(folder.inner("folder").unwrap_err().to_string(), "it is a link");
        assert!(folder.made("folder").is_err() && folder.inner("none").is_err());
        for name in ["file", "pipe", "new", "folder", "folder/file", "../x"] {
            assert!(folder.read(name, 9).is_err(), "{name}");
            assert!(folder.new_file(name).is_err(), "{name}");
        }
        assert!(!outside.path().join("new").exists());
        folder.remove_file("file").unwrap();
        assert!(outside.path().join("file").exists());
        assert_eq!(folder.entries().unwrap().len(), 3);

        let inner = folder.made("inner").unwrap();
        drop(inner.new_file("a").unwrap());
        inner.rename("a", "b").unwrap();
        assert_eq!(folder.made("inner").unwrap().read("b", 0).unwrap(), b"");
    }
}
