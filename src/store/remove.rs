//! Removing what a build has left.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Removes a file or a link, or a folder with all in it, those that are read-only too; nothing where there is nothing.
///
/// # Errors
/// What belongs to another user; a disk that is read-only.
pub fn remove(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path).or_else(|error| match error.kind() {
            ErrorKind::PermissionDenied => open_up(path).and_then(|()| fs::remove_dir_all(path)),
            _ => Err(error),
        }),
        Ok(_) => fs::remove_file(path),
    }
}

/// Makes a folder and those in it writable for their owner.
fn open_up(folder: &Path) -> io::Result<()> {
    make_writable(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}

/// Makes a folder writable for its owner, and closes it to others.
///
/// # Errors
/// A folder of another user.
#[cfg(unix)]
pub fn make_writable(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, PermissionsExt::from_mode(0o700))
}

/// Does nothing: outside Unix no folder is kept from its owner.
#[cfg(not(unix))]
pub fn make_writable(_: &Path) -> io::Result<()> {
    Ok(())
}
