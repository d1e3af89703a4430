//! Every file that is opened, written or removed, by two rules.
//!
//! What lessons name ([`find`], [`read`]) is a regular file whose real path lies within the lessons folder, no part of it
//! beginning with a dot: no link leads out of the folder, nor to what Git and editors keep hidden in it, and no device or pipe is
//! ever opened. What the program keeps for itself ([`Folder`]) is reached through no link at all.

mod fault;
mod folder;
mod names;
mod shown;

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

use crate::diagnostic::nearest;
pub use fault::Fault;
pub use folder::{Folder, Looks};
pub use names::composed;

/// Why a file is not opened.
#[derive(Debug)]
pub enum Refusal {
    Missing,
    /// It lies outside of the folder, or a link leads there.
    Outside,
    /// A part of its path begins with a dot, that of a link's end included.
    Hidden,
    /// A folder, a device, a pipe.
    NoFile,
    /// It has more bytes than so many.
    TooLong(u64),
    Failed(io::Error),
}

/// Returns the real path of the file `below` a folder. Letters may be composed otherwise in the names on the disk than in
/// `below`: some systems take accents apart.
///
/// # Errors
/// What is no file of the folder.
pub fn find(root: &Path, below: &Path) -> Result<PathBuf, Refusal> {
    Ok(locate_file(root, below)?.1)
}

/// Returns the real path of a folder `below` another, by the same rule.
///
/// # Errors
/// What is no folder there.
pub fn find_folder(root: &Path, below: &Path) -> Result<PathBuf, Refusal> {
    let (_, real) = locate(root, below)?;
    if real.is_dir() { Ok(real) } else { Err(Refusal::NoFile) }
}

/// Returns the names in the folder of the file `below` another, in order; what is hidden is left out.
fn names_beside(root: &Path, below: &Path) -> Vec<String> {
    let folder = below.parent().unwrap_or(Path::new(""));
    let entries = find_folder(root, folder).ok().and_then(|folder| folder.read_dir().ok());
    let names = entries.into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

/// Says why the file `below` a folder is refused; of one that is missing, which beside it may be meant.
pub fn refused(root: &Path, below: &Path, refusal: &Refusal) -> String {
    let near = matches!(refusal, Refusal::Missing).then(|| neighbour(root, below)).flatten();
    match near {
        Some(near) => format!("{refusal}: did you mean `{near}`?"),
        None => refusal.to_string(),
    }
}

/// Returns what stands beside the file `below` a folder and has a name that is near to its own.
pub fn neighbour(root: &Path, below: &Path) -> Option<String> {
    let name = below.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    nearest(name, names_beside(root, below).iter().map(String::as_str)).map(str::to_owned)
}

/// Returns the bytes of the file `below` a folder, where those are not more than `most`.
///
/// # Errors
/// What is no file of the folder, or cannot be read.
pub fn read(root: &Path, below: &Path, most: u64) -> Result<Vec<u8>, Refusal> {
    read_whole(&open(root, below)?, most)
}

/// Opens the file `below` a folder, to be read in pieces.
///
/// # Errors
/// What is no file of the folder.
pub fn open(root: &Path, below: &Path) -> Result<File, Refusal> {
    let (root, real) = locate_file(root, below)?;
    let inside = real.strip_prefix(&root).map_err(|_| Refusal::Outside)?;
    let folder = Dir::open_ambient_dir(&root, ambient_authority())?;
    Ok(regular(&folder, inside)?)
}

/// Returns a text without the mark of UTF-8 that some editors put before it.
pub fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(plain) => plain.to_owned(),
        None => text,
    }
}

/// Returns the real paths of a folder and of the file `below` it.
fn locate_file(root: &Path, below: &Path) -> Result<(PathBuf, PathBuf), Refusal> {
    let (root, real) = locate(root, below)?;
    // Asked before it is opened, for to open a pipe or a device may already do something.
    match real.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => Ok((root, real)),
        Ok(_) => Err(Refusal::NoFile),
        Err(error) => Err(error.into()),
    }
}

/// Returns the real paths of a folder and of what is `below` it.
fn locate(root: &Path, below: &Path) -> Result<(PathBuf, PathBuf), Refusal> {
    let below = plain(below)?;
    let real_root = root.canonicalize()?;
    let real = match real_root.join(&below).canonicalize() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let below = names::on_disk(&real_root, &below).ok_or(Refusal::Missing)?;
            real_root.join(below).canonicalize()?
        }
        real => real?,
    };
    let inside = real.strip_prefix(&real_root).map_err(|_| Refusal::Outside)?;
    if is_hidden(inside) {
        return Err(Refusal::Hidden);
    }
    Ok((real_root, real))
}

/// Returns a path of names alone.
fn plain(below: &Path) -> Result<PathBuf, Refusal> {
    let mut parts = PathBuf::new();
    for part in below.components() {
        match part {
            Component::Normal(name) => parts.push(name),
            Component::CurDir => {}
            Component::ParentDir if parts.pop() => {}
            _ => return Err(Refusal::Outside),
        }
    }
    if is_hidden(&parts) { Err(Refusal::Hidden) } else { Ok(parts) }
}

/// Returns whether a part of a path begins with a dot.
pub fn is_hidden(below: &Path) -> bool {
    below.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
}

/// Opens a regular file for reading, itself and not through a link; does not wait for anybody to write into a pipe.
fn regular(folder: &Dir, name: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No).nonblock(true);
    let file = folder.open_with(name, &options)?.into_std();
    if file.metadata()?.is_file() { Ok(file) } else { Err(no_file()) }
}

fn no_file() -> io::Error {
    io::Error::other("it is not a regular file")
}

/// Returns the bytes of a file that is open, where those are not more than `most`.
///
/// # Errors
/// A longer one, or one that cannot be read.
pub fn read_whole(file: &File, most: u64) -> Result<Vec<u8>, Refusal> {
    let long = file.metadata()?.len();
    if long > most {
        return Err(Refusal::TooLong(most));
    }
    let mut bytes = Vec::with_capacity(long as usize);
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(Refusal::TooLong(most)) } else { Ok(bytes) }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    fn told(root: &Path, below: &str) -> String {
        match read(root, Path::new(below), 100) {
            Ok(bytes) => String::from_utf8(bytes).unwrap(),
            Err(refusal) => format!("{refusal:?}").split(['(', ' ']).next().unwrap().to_owned(),
        }
    }

    #[test]
    fn only_regular_files_within_the_folder_are_read() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let make = |path: &str, text: &str| {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        };
        make("a/b.txt", "b");
        make("long.txt", &"x".repeat(101));
        make(".git/config", "config");
        let link = |to: &Path, name: &str| symlink(to, root.join(name)).unwrap();
        link(Path::new("a/b.txt"), "inside");
        link(&root.join("a/b.txt"), "absolute");
        link(Path::new("a"), "folder");
        link(&outside.path().join("secret"), "out");
        link(outside.path(), "out-folder");
        link(Path::new(".git/config"), "hidden");
        link(Path::new(".git"), "hidden-folder");
        link(Path::new("gone"), "dangling");
        link(Path::new("circle"), "circle");
        link(Path::new("/dev/zero"), "zero");
        assert!(Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());
        for (below, expected) in [
            ("a/b.txt", "b"),
            ("a/../a/./b.txt", "b"),
            ("inside", "b"),
            ("absolute", "b"),
            ("folder/b.txt", "b"),
            ("out", "Outside"),
            ("out-folder/secret", "Outside"),
            ("../x", "Outside"),
            ("/etc/passwd", "Outside"),
            ("hidden", "Hidden"),
            ("hidden-folder/config", "Hidden"),
            (".git/config", "Hidden"),
            ("a/../.git/config", "Hidden"),
            ("dangling", "Missing"),
            ("nowhere/x", "Missing"),
            ("circle", "Failed"),
            ("zero", "Outside"),
            ("pipe", "NoFile"),
            ("a", "NoFile"),
            ("long.txt", "TooLong"),
        ] {
            assert_eq!(told(root, below), expected, "{below}");
        }
    }

    #[test]
    fn a_pipe_that_takes_the_place_of_a_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap().success());
        let opened = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        assert!(regular(&opened, Path::new("pipe")).is_err());
    }

    #[test]
    fn accents_may_be_taken_apart() {
        let folder = tempfile::tempdir().unwrap();
        let (together, apart) = ("caf\u{e9}", "cafe\u{301}");
        fs::create_dir(folder.path().join(apart)).unwrap();
        fs::write(folder.path().join(apart).join(together), "x").unwrap();
        for below in [format!("{together}/{apart}"), format!("{apart}/{together}")] {
            assert_eq!(told(folder.path(), &below), "x");
        }
        assert_eq!(told(folder.path(), "cafe/x"), "Missing");
    }
}
