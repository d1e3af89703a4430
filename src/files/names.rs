//! Names that look the same: an accented letter may be one character, or a letter and an accent after it.

use std::path::{Path, PathBuf};

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Returns a text with its accented letters as one character each, where there is one (Unicode's normalization form C).
pub fn composed(text: &str) -> String {
    if is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

/// Returns a path below a folder with each name as it is on the disk: as it is written, or with all of its accents composed, or all
/// taken apart, as some systems write them; none where there is none of these. Only folders within are looked into, and none is
/// listed: dead links may be many, and folders large.
pub(super) fn on_disk(root: &Path, below: &Path) -> Option<PathBuf> {
    let mut found = PathBuf::new();
    for part in below {
        let folder = root.join(&found).canonicalize().ok().filter(|folder| folder.starts_with(root))?;
        let name = part.to_str()?;
        let otherwise = || [name.nfc().collect::<String>(), name.nfd().collect()].into_iter();
        let is_there = |name: &String| folder.join(name).symlink_metadata().is_ok();
        let exact = Some(name.to_owned()).filter(is_there);
        found.push(exact.or_else(|| otherwise().find(is_there))?);
    }
    Some(found)
}
