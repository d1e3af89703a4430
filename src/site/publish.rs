//! Writing the site: everything is staged beside the output folder, then swapped in by renames, so that
//! a failure or a kill leaves the old site or the new one, never half of each.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Output;

/// A file that only a site of ours has: the sign that a folder may be replaced.
const MARK: &str = "assets/gradbook.css";

/// Lists the files of the site in its folder, one a line: what is not listed is the author's, and stays.
const LIST: &str = ".gradbook-files";

/// What a publication did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Files that are new or changed.
    pub written: usize,
    /// Files that were there already, byte for byte; they keep their time of modification.
    pub unchanged: usize,
}

/// Why a site was not published. The old one is as it was.
#[derive(Debug)]
pub enum PublishError {
    /// The output folder is the root of the file system, or is or contains the lessons.
    Dangerous { output: PathBuf, reason: &'static str },
    /// The output folder holds files that are not ours.
    NotOurs { output: PathBuf },
    /// The site has a file where the author put one of that path.
    WouldReplace { file: PathBuf },
    /// The output folder is where a disk or volume is mounted: it can be filled, but not replaced.
    MountPoint { output: PathBuf },
    /// The output path is a file.
    NotAFolder { output: PathBuf },
    /// A file of the site has a path that leads out of the folder.
    BadPath { path: String },
    /// The machine refused: read-only, full disk.
    Io { path: PathBuf, error: io::Error },
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PublishError::Dangerous { output, reason } => {
                write!(f, "the output folder `{}` {reason}; choose another one", output.display())
            }
            PublishError::NotOurs { output } => write!(
                f,
                "the folder `{}` holds files that gradbook did not write; empty it or choose another one",
                output.display()
            ),
            PublishError::WouldReplace { file } => write!(
                f,
                "the site has a page or file `{}`, and there is one that gradbook did not write; move it away",
                file.display()
            ),
            PublishError::MountPoint { output } => write!(
                f,
                "the output folder `{}` is a mount point, which cannot be replaced by a new site; choose a folder in it, such as `{}`",
                output.display(),
                output.join("site").display()
            ),
            PublishError::NotAFolder { output } => {
                write!(f, "the output `{}` is a file, and must be a folder", output.display())
            }
            PublishError::BadPath { path } => write!(f, "`{path}` is not a path within the output folder"),
            PublishError::Io { path, error } => write!(f, "cannot write `{}`: {error}", path.display()),
        }
    }
}

impl std::error::Error for PublishError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            PublishError::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// Puts `files` in the place of the site that is in the folder `output`. Hidden files of the old folder stay, and files
/// that no publication wrote.
///
/// # Errors
/// See [`PublishError`]; after an error the folder is as it was.
pub fn publish(output: &Path, files: &Output, lessons: &Path) -> Result<Published, PublishError> {
    if let Some(path) = files.keys().find(|path| !is_inside(path)) {
        return Err(PublishError::BadPath { path: path.clone() });
    }
    let place = Place::new(output)?;
    place.check_lessons(lessons)?;
    let _writing = place.lock()?;
    place.recover()?;
    place.check_ours()?;
    place.stage(files).and_then(|published| place.swap().map(|()| published)).inspect_err(|_| {
        // The first error is the one to report.
        let _ = remove(&place.staging);
    })
}

/// Whether `output` can become the folder of a site, as far as that shows before there is one.
///
/// # Errors
/// A folder that holds the lessons or somebody's files, a place that cannot be.
pub fn check_output(output: &Path, lessons: &Path) -> Result<(), PublishError> {
    let place = Place::new(output)?;
    place.check_lessons(lessons)?;
    if exists(&place.old) { Ok(()) } else { place.check_ours() }
}

fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && !path.contains(['\\', '\0', ':'])
}

/// The output folder and the two beside it that exist only while publishing.
struct Place {
    /// As the author wrote it, for messages.
    shown: PathBuf,
    output: PathBuf,
    staging: PathBuf,
    /// The former output, between the two renames.
    old: PathBuf,
}

impl Place {
    fn new(shown: &Path) -> Result<Place, PublishError> {
        let output = resolve(shown)?;
        let (Some(parent), Some(name)) = (output.parent(), output.file_name()) else {
            return Err(dangerous(shown, "is the root of the file system"));
        };
        let name = name.to_string_lossy();
        Ok(Place {
            staging: parent.join(format!(".{name}.gradbook-new")),
            old: parent.join(format!(".{name}.gradbook-old")),
            shown: shown.to_owned(),
            output,
        })
    }

    fn check_lessons(&self, lessons: &Path) -> Result<(), PublishError> {
        let lessons = resolve(lessons)?;
        if lessons == self.output {
            return Err(dangerous(&self.shown, "is the folder of the lessons"));
        }
        if lessons.starts_with(&self.output) {
            return Err(dangerous(&self.shown, "contains the lessons"));
        }
        Ok(())
    }

    /// Keeps other builds from writing beside this folder until the file is dropped: waits for one that does. The
    /// folder around it is locked, so nothing is left lying about; where folders cannot be (outside Unix), nothing is.
    fn lock(&self) -> Result<Option<std::fs::File>, PublishError> {
        let Some(parent) = self.output.parent() else { return Ok(None) };
        std::fs::create_dir_all(parent)
            .map_err(|error| PublishError::Io { path: parent.to_owned(), error })?;
        let folder = std::fs::File::open(parent).ok();
        Ok(folder.filter(|folder| folder.lock().is_ok()))
    }

    /// Cleans up after a build that was killed, and brings back what it had put aside.
    fn recover(&self) -> Result<(), PublishError> {
        remove(&self.staging)?;
        if !exists(&self.old) {
            return Ok(());
        }
        if exists(&self.output) { self.finish() } else { rename(&self.old, &self.output) }
    }

    fn check_ours(&self) -> Result<(), PublishError> {
        if !exists(&self.output) {
            return Ok(());
        }
        if !self.output.is_dir() {
            return Err(PublishError::NotAFolder { output: self.shown.clone() });
        }
        let strangers = entries(&self.output)?.into_iter().any(|entry| !is_hidden(&entry));
        if strangers && !self.output.join(MARK).is_file() {
            return Err(PublishError::NotOurs { output: self.shown.clone() });
        }
        if is_mount_point(&self.output) {
            return Err(self.mount_point());
        }
        Ok(())
    }

    fn stage(&self, files: &Output) -> Result<Published, PublishError> {
        let mut published = Published::default();
        make_folder(&self.staging)?;
        for (path, bytes) in files {
            let (target, current) = (self.staging.join(path), self.output.join(path));
            if let Some(folder) = target.parent() {
                make_folder(folder)?;
            }
            let same = fs::read(&current).is_ok_and(|old| old == *bytes);
            // A second name for the same file keeps its time of modification. Not every file system
            // has them: then it is written anew.
            if !same || fs::hard_link(&current, &target).is_err() {
                fs::write(&target, bytes).map_err(|error| PublishError::Io { path: target, error })?;
            }
            *(if same { &mut published.unchanged } else { &mut published.written }) += 1;
        }
        self.keep(files)?;
        let list: String = files.keys().map(|path| format!("{path}\n")).collect();
        let target = self.staging.join(LIST);
        fs::write(&target, list).map_err(|error| PublishError::Io { path: target, error })?;
        Ok(published)
    }

    /// Takes what the author put into the old site over into the staged one. A site without a list (of an earlier
    /// version) is all ours, but for hidden files.
    fn keep(&self, files: &Output) -> Result<(), PublishError> {
        if !exists(&self.output) {
            return Ok(());
        }
        let list = fs::read_to_string(self.output.join(LIST)).ok();
        let ours: Option<BTreeSet<PathBuf>> =
            list.map(|list| list.lines().chain([LIST]).map(PathBuf::from).collect());
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            for entry in entries(&self.output.join(&folder))? {
                let below = folder.join(entry.file_name().unwrap_or_default());
                let is_folder = entry.symlink_metadata().is_ok_and(|meta| meta.is_dir());
                let is_top_hidden = folder.as_os_str().is_empty() && is_hidden(&below);
                let is_ours = ours.as_ref().map_or(!is_top_hidden, |ours| ours.contains(&below));
                // A hidden folder (`.git`) may be large: it is moved once the new site stands.
                if is_ours || is_top_hidden && is_folder {
                    continue;
                }
                match is_folder {
                    true => folders.push(below),
                    false => self.keep_file(&below, files)?,
                }
            }
        }
        Ok(())
    }

    fn keep_file(&self, below: &Path, files: &Output) -> Result<(), PublishError> {
        let (current, target) = (self.output.join(below), self.staging.join(below));
        if exists(&target) {
            let same = |name: &str| {
                files.get(name).is_some_and(|bytes| fs::read(&current).is_ok_and(|own| own == *bytes))
            };
            let name = below.to_string_lossy().replace('\\', "/");
            return if same(&name) {
                Ok(())
            } else {
                Err(PublishError::WouldReplace { file: self.shown.join(below) })
            };
        }
        make_folder(target.parent().unwrap_or(&self.staging))?;
        // Where a file cannot have a second name, it is copied.
        fs::hard_link(&current, &target)
            .or_else(|_| fs::copy(&current, &target).map(drop))
            .map_err(|error| PublishError::Io { path: target, error })
    }

    fn mount_point(&self) -> PublishError {
        PublishError::MountPoint { output: self.shown.clone() }
    }

    fn swap(&self) -> Result<(), PublishError> {
        if !exists(&self.output) {
            return rename(&self.staging, &self.output);
        }
        rename(&self.output, &self.old).map_err(|error| match error {
            // A folder bound from the same disk shows only now.
            PublishError::Io { error, .. } if error.kind() == io::ErrorKind::ResourceBusy => {
                self.mount_point()
            }
            error => error,
        })?;
        if let Err(error) = rename(&self.staging, &self.output) {
            rename(&self.old, &self.output)?;
            return Err(error);
        }
        self.finish()
    }

    /// Takes the hidden files of the former output over, then removes it.
    fn finish(&self) -> Result<(), PublishError> {
        for entry in entries(&self.old)?.into_iter().filter(|entry| is_hidden(entry)) {
            let target = self.output.join(entry.file_name().unwrap_or_default());
            if !exists(&target) {
                rename(&entry, &target)?;
            }
        }
        remove(&self.old)
    }
}

/// Whether another file system begins at this folder.
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

/// The absolute path without links; what does not exist yet is taken as written.
fn resolve(path: &Path) -> Result<PathBuf, PublishError> {
    let failed = |error| PublishError::Io { path: path.to_owned(), error };
    match fs::canonicalize(path) {
        Ok(path) => return Ok(path),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        Err(_) => {}
    }
    let absolute = std::path::absolute(path).map_err(failed)?;
    match (absolute.parent(), absolute.file_name()) {
        (Some(parent), Some(name)) => Ok(resolve(parent)?.join(name)),
        // `a/..` where there is no `a`.
        _ => Err(failed(io::ErrorKind::NotFound.into())),
    }
}

/// Whether there is anything, even a link that leads nowhere.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, PublishError> {
    let list = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    list.map_err(|error| PublishError::Io { path: folder.to_owned(), error })
}

fn make_folder(path: &Path) -> Result<(), PublishError> {
    fs::create_dir_all(path).map_err(|error| PublishError::Io { path: path.to_owned(), error })
}

fn rename(from: &Path, to: &Path) -> Result<(), PublishError> {
    fs::rename(from, to).map_err(|error| PublishError::Io { path: to.to_owned(), error })
}

fn remove(path: &Path) -> Result<(), PublishError> {
    let failed = |error| PublishError::Io { path: path.to_owned(), error };
    match path.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path).map_err(failed),
        Ok(_) => fs::remove_file(path).map_err(failed),
    }
}

#[cfg(test)]
mod tests;
