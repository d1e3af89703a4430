//! The folders of the site before the last one: where little has changed, most of what the next site needs lies in them already,
//! and need not be put together anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use super::PublishError;
use super::place::{Place, entries, is_folder, may_write, remove};
use super::stage::Staged;
use crate::store::cache::Seen;

/// Moves folders of the former site into the staged one, which is empty, and removes all from them that is not the very file
/// of the present site, at a path where the new one has the same. Gives how each file looks that stays.
///
/// # Errors
/// A folder with something that can neither be removed nor be put back. Whatever else is in the way costs time alone.
pub fn take_over(
    place: &Place,
    files: &BTreeMap<String, Staged>,
) -> Result<BTreeMap<PathBuf, Seen>, PublishError> {
    let mut kept = BTreeMap::new();
    // Not through a link: what it leads to is not ours.
    let is_there = |former: &&PathBuf| former.symlink_metadata().is_ok_and(|meta| meta.is_dir());
    let Some(former) = place.former.as_ref().filter(is_there) else { return Ok(kept) };
    let wanted = Wanted::new(place, files);
    for entry in entries(former).unwrap_or_default() {
        let name = PathBuf::from(entry.file_name());
        let staged = place.staging.join(&name);
        // What cannot be moved (the cache is on another disk) is made anew.
        if !wanted.has_folder(&name, &entry) || fs::rename(entry.path(), &staged).is_err() {
            continue;
        }
        match wanted.trim(name) {
            Ok(seen) => kept.extend(seen),
            // It holds somebody else's files.
            Err(error) => fs::rename(&staged, entry.path()).map_err(|_| error)?,
        }
    }
    // Where it stays, the old site will not find room there, and is removed.
    let _ = remove(former);
    Ok(kept)
}

/// What the new site can use of a former one.
struct Wanted<'a> {
    place: &'a Place,
    paths: BTreeSet<&'a Path>,
    folders: BTreeSet<&'a Path>,
    /// Those of a folder that was just made.
    permissions: Option<fs::Permissions>,
}

impl<'a> Wanted<'a> {
    fn new(place: &'a Place, files: &'a BTreeMap<String, Staged>) -> Wanted<'a> {
        let paths = files.iter().filter(|(_, file)| !file.is_new()).map(|(path, _)| Path::new(path));
        let paths: BTreeSet<&Path> = paths.collect();
        let folders = paths.iter().flat_map(|path| path.ancestors().skip(1)).collect();
        let permissions = fs::metadata(&place.staging).ok().map(|meta| meta.permissions());
        Wanted { place, paths, folders, permissions }
    }

    /// Whether the new site has that folder, and would make it like this one.
    fn has_folder(&self, path: &Path, entry: &DirEntry) -> bool {
        is_folder(entry)
            && self.folders.contains(path)
            && entry.metadata().ok().map(|meta| meta.permissions()) == self.permissions
            && may_write(&entry.path()).is_ok()
    }

    /// Removes from a staged folder what is of no use, and gives how each file looks that stays.
    fn trim(&self, folder: PathBuf) -> Result<BTreeMap<PathBuf, Seen>, PublishError> {
        let mut kept = BTreeMap::new();
        let mut open = vec![folder];
        while let Some(folder) = open.pop() {
            for entry in entries(&self.place.staging.join(&folder))? {
                let below = folder.join(entry.file_name());
                let same = || seen_in_both(&entry.path(), &self.place.output.join(&below));
                if self.has_folder(&below, &entry) {
                    open.push(below);
                } else if let Some(seen) = self.paths.contains(&*below).then(same).flatten() {
                    kept.insert(below, seen);
                } else {
                    remove(&entry.path())?;
                }
            }
        }
        Ok(kept)
    }
}

/// How a file looks that has both names.
fn seen_in_both(one: &Path, other: &Path) -> Option<Seen> {
    let (one, other) = (Seen::at(one).ok()?, Seen::at(other).ok()?);
    one.is_same_file(&other).then_some(other)
}
