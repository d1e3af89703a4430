//! Names that look the same: an accented letter may be one character, or a letter and an accent after it.

use std::path::{Path, PathBuf};

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Returns a text with its accented letters as one character each, where there is one (Unicode's normalization form C).
pub fn composed(text: &str) -> String {
    if is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

/// Returns a path below a folder with each name as it is on the disk; none where there is none that looks the same. Only
/// folders within are looked into.
pub(super) fn on_disk(root: &Path, below: &Path) -> Option<PathBuf> {
    let mut found = PathBuf::new();
    for part in below {
        let name = composed(part.to_str()?);
        let folder = root.join(&found).canonicalize().ok().filter(|folder| folder.starts_with(root))?;
        let exact = folder.join(part).symlink_metadata().is_ok();
        let alike = || {
            // A name in ASCII has no other way to be written: a folder is not listed for each dead link.
            if name.is_ascii() {
                return None;
            }
            let entries = folder.read_dir().ok()?.flatten();
            entries
                .map(|entry| entry.file_name())
                .find(|other| other.to_str().is_some_and(|o| composed(o) == name))
        };
        found.push(if exact { part.to_owned() } else { alike()? });
    }
    Some(found)
}
