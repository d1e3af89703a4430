//! The new site beside the old one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::manifest::{Record, Records};
use super::place::{OutputPlace, entries, exists, is_folder, is_hidden, make_folder};
use super::{Content, LIST, PublishError, Source};
use crate::files::{self, Refusal};
use crate::store::cache::{FileStamp, Sum};

/// How many bytes the list of a site's files may have: those of some hundred thousand paths.
const MAX_LIST: u64 = 16 << 20;

/// A file of the new site, compared with the old one.
pub(super) struct Staged {
    from: Sum,
    content: Sum,
    /// None for a file that is there already, byte for byte.
    new: Option<Source>,
    /// How it looks with just that content: in the old site, then in the staged one. None where somebody else may have
    /// written to it since.
    stamp: Option<FileStamp>,
}

impl Staged {
    /// Compares a file with what the output has at its path.
    pub(super) fn new(
        path: &str,
        content: Content,
        intact: &Records,
        place: &OutputPlace,
    ) -> Result<Self, PublishError> {
        let Content { from, source } = content;
        let known = intact.get(path);
        let made_alike = known.filter(|record| record.from == from);
        let Some(source) = source.filter(|_| made_alike.is_none()) else {
            let record = made_alike.ok_or_else(|| PublishError::Io {
                path: place.output.join(path),
                error: ErrorKind::NotFound.into(),
            })?;
            return Ok(Staged { from, content: record.content, new: None, stamp: Some(record.stamp) });
        };
        let sum = match &source {
            Source::Bytes(bytes) => Sum::of(bytes),
            Source::File { .. } => from,
        };
        let file = place.output.join(path);
        let same = match known {
            Some(record) => (record.content == sum).then_some(record.stamp),
            // Looked at before it is read: who writes to it from then on is noticed.
            None => FileStamp::at(&file).ok().filter(|_| is_there(place, path, &source, sum)),
        };
        Ok(Staged { from, content: sum, new: same.is_none().then_some(source), stamp: same })
    }

    /// Returns whether the output does not have it byte for byte.
    pub(super) fn is_new(&self) -> bool {
        self.new.is_some()
    }
}

/// Whether the output has these bytes at a path.
fn is_there(place: &OutputPlace, path: &str, source: &Source, sum: Sum) -> bool {
    match source {
        Source::Bytes(bytes) => place.read(path, bytes.len() as u64).is_ok_and(|old| old == *bytes),
        Source::File { .. } => {
            let old = place.open(path).and_then(|mut file| Sum::of_copied(&mut file, io::sink()));
            old.is_ok_and(|old| old == sum)
        }
    }
}

/// Writes a file, and returns a hash of what is written where that may not be what was staged.
fn write(target: &Path, source: &Source) -> io::Result<Option<Sum>> {
    match source {
        Source::Bytes(bytes) => fs::write(target, bytes).map(|()| None),
        Source::File { root, below } => {
            let mut file =
                files::open(root, below).map_err(|refusal| io::Error::other(refusal.to_string()))?;
            Sum::of_copied(&mut file, fs::File::create(target)?).map(Some)
        }
    }
}

/// Writes the new site to its staging folder, with all that the author put into the old one.
pub(super) fn stage(place: &OutputPlace, files: &mut BTreeMap<String, Staged>) -> Result<(), PublishError> {
    make_folder(&place.staging)?;
    let mut folders: BTreeSet<&Path> = BTreeSet::new();
    for (path, file) in files.iter_mut() {
        let (target, current) = (place.staging.join(path), place.output.join(path));
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        if folders.insert(folder) {
            make_folder(&place.staging.join(folder))?;
        }
        let written = match &file.new {
            Some(source) => write(&target, source),
            // A hard link keeps its time of modification. Not every file system has them.
            None => fs::hard_link(&current, &target)
                .or_else(|_| fs::copy(&current, &target).map(drop))
                .map(|()| None),
        };
        let written = written.map_err(|error| PublishError::Io { path: target.clone(), error })?;
        // A file that somebody has changed since it was looked at is what it is now.
        if let Some(sum) = written {
            (file.from, file.content) = (sum, sum);
        }
        // What was linked or copied has the old content only if that was there until now.
        let is_known = file.new.is_some() || looks_as(&current, file.stamp).is_some();
        file.stamp = if is_known { FileStamp::at(&target).ok() } else { None };
    }
    keep(place, files)
}

/// Returns how a file looks, if it has the content that it had when it was stamped.
fn looks_as(path: &Path, stamp: Option<FileStamp>) -> Option<FileStamp> {
    FileStamp::at(path).ok().filter(|now| stamp.is_some_and(|stamp| now.has_content_of(&stamp)))
}

/// Returns what is to be noted of a site that stands. A file that somebody changed in between is not.
pub(super) fn records(place: &OutputPlace, files: BTreeMap<String, Staged>) -> Records {
    let record = |(path, file): (String, Staged)| {
        let stamp = looks_as(&place.output.join(&path), file.stamp)?;
        Some((path, Record { from: file.from, content: file.content, stamp }))
    };
    files.into_iter().filter_map(record).collect()
}

/// Takes what the author put into the old site over into the staged one. A hidden folder (`.git`) may be large: it is moved once
/// the new site stands.
fn keep(place: &OutputPlace, files: &BTreeMap<String, Staged>) -> Result<(), PublishError> {
    let is_folder = |path: &Path| place.output.join(path).symlink_metadata().is_ok_and(|meta| meta.is_dir());
    let is_moved = |path: &Path| is_top(path) && is_folder(path);
    strangers(place)?.iter().filter(|path| !is_moved(path)).try_for_each(|path| keep_file(place, path, files))
}

/// Returns what no build wrote, below the output: files, and hidden folders at its top. A site without a list (of an earlier
/// version) is all ours. What is hidden at its top, but for the list, never is, whoever listed it.
pub(super) fn strangers(place: &OutputPlace) -> Result<Vec<PathBuf>, PublishError> {
    let mut found = Vec::new();
    if !exists(&place.output) {
        return Ok(found);
    }
    // Without its list nobody could tell what is the author's: one that cannot be read is not passed over.
    let list = match place.read(LIST, MAX_LIST) {
        // A line that is no text names none of our files.
        Ok(list) => Some(String::from_utf8_lossy(&list).into_owned()),
        Err(Refusal::Missing) => None,
        Err(refusal) => return Err(PublishError::List { file: place.shown.join(LIST), refusal }),
    };
    let ours: Option<BTreeSet<PathBuf>> = list.map(|list| list.lines().map(PathBuf::from).collect());
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in entries(&place.output.join(&folder))? {
            let below = folder.join(entry.file_name());
            let is_top_hidden = is_top(&below) && is_hidden(&entry);
            match is_folder(&entry) {
                true if is_top_hidden => found.push(below),
                true => folders.push(below),
                false if below == Path::new(LIST) => {}
                false if is_top_hidden => found.push(below),
                false if ours.as_ref().is_none_or(|ours| ours.contains(&below)) => {}
                false => found.push(below),
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_top(below: &Path) -> bool {
    below.components().count() == 1
}

fn keep_file(
    place: &OutputPlace,
    below: &Path,
    files: &BTreeMap<String, Staged>,
) -> Result<(), PublishError> {
    let (current, target) = (place.output.join(below), place.staging.join(below));
    if exists(&target) {
        let name = below.to_string_lossy().replace('\\', "/");
        return match files.get(&name).is_some_and(|file| !file.is_new()) {
            true => Ok(()),
            false => Err(PublishError::WouldReplace { file: place.shown.join(below) }),
        };
    }
    make_folder(target.parent().unwrap_or(&place.staging))?;
    // Where a file cannot have a hard link, it is copied.
    fs::hard_link(&current, &target)
        .or_else(|_| fs::copy(&current, &target).map(drop))
        .map_err(|error| PublishError::Io { path: target, error })
}
