//! The folders of the site before the last one: where little has changed, most of what the next site needs lies in them already,
//! and need not be put together anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::PublishError;
use super::place::{Place, entries, is_folder, may_write, remove};
use super::stage::Staged;
use crate::store::cache::Seen;

/// Moves the folders of the former site into the staged one, which is empty, and removes all from them that is not the very file
/// of the present site, at a path where the new one has the same. Gives how each file looks that stays.
pub fn take_over(
    place: &Place,
    files: &BTreeMap<String, Staged>,
) -> Result<BTreeMap<PathBuf, Seen>, PublishError> {
    let mut kept = BTreeMap::new();
    let Some(former) = place.former.as_ref().filter(|former| former.is_dir()) else { return Ok(kept) };
    let paths = files.iter().filter(|(_, file)| !file.is_new()).map(|(path, _)| Path::new(path));
    let paths: BTreeSet<&Path> = paths.collect();
    let folders: BTreeSet<&Path> = paths.iter().flat_map(|path| path.ancestors().skip(1)).collect();
    let mut open = Vec::new();
    for entry in entries(former).unwrap_or_default() {
        let name = PathBuf::from(entry.file_name());
        let is_of_use = is_folder(&entry) && folders.contains(&*name) && may_write(&entry.path()).is_ok();
        // What cannot be moved (the cache is on another disk) is made anew.
        if is_of_use && fs::rename(entry.path(), place.staging.join(&name)).is_ok() {
            open.push(name);
        }
    }
    while let Some(folder) = open.pop() {
        for entry in entries(&place.staging.join(&folder))? {
            let below = folder.join(entry.file_name());
            let same = || seen_in_both(&entry.path(), &place.output.join(&below));
            if is_folder(&entry) && folders.contains(&*below) && may_write(&entry.path()).is_ok() {
                open.push(below);
            } else if let Some(seen) = paths.contains(&*below).then(same).flatten() {
                kept.insert(below, seen);
            } else {
                remove(&entry.path())?;
            }
        }
    }
    // Where it stays, the old site will not find room there, and is removed.
    let _ = remove(former);
    Ok(kept)
}

/// How a file looks that has both names.
fn seen_in_both(one: &Path, other: &Path) -> Option<Seen> {
    let (one, other) = (Seen::at(one).ok()?, Seen::at(other).ok()?);
    one.is_same_file(&other).then_some(other)
}
