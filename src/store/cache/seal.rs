//! What tells an entry that one of the user's own builds wrote from any other: a key that stands in no cache and in no course.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use etcetera::BaseStrategy;

use super::Key;
use crate::files::{Fault, Folder, Refusal};

/// Holds a text of which machines that share a cache make the same key.
const VARIABLE: &str = "GRADBOOK_CACHE_KEY";
/// The fewest bytes of such a text: one that is shorter can be guessed.
const FEWEST: usize = 16;
/// The key's file in the folder of the user's data.
const FILE: &str = "cache.key";

/// A secret key.
#[derive(Clone)]
pub(super) struct Seal([u8; 32]);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// Returns the key of this user: from the environment, or else from a file that only the user may read, made if there is
    /// none.
    ///
    /// # Errors
    /// In words, why there is none.
    pub(super) fn of_user() -> Result<Seal, Fault> {
        if cfg!(test) {
            return Ok(Seal([7; 32]));
        }
        if let Some(secret) = std::env::var_os(VARIABLE).filter(|secret| !secret.is_empty()) {
            return Seal::from_secret(secret.as_encoded_bytes());
        }
        let folder = etcetera::choose_base_strategy().map_err(|_| {
            Fault::new(format!("there is no home folder for its key, nor {VARIABLE} in the environment"))
        })?;
        let folder = folder.data_dir().join("gradbook");
        Seal::in_folder(&folder)
            .map_err(|error| Fault::new(format!("no key in {}: {error}", folder.display())))
    }

    pub(super) fn from_secret(secret: &[u8]) -> Result<Seal, Fault> {
        if secret.len() < FEWEST {
            return Err(Fault::new(format!("{VARIABLE} is shorter than {FEWEST} characters")));
        }
        let mut hasher = blake3::Hasher::new_derive_key("gradbook 2026 entries of the cache");
        Ok(Seal(*hasher.update(secret).finalize().as_bytes()))
    }

    fn in_folder(path: &Path) -> io::Result<Seal> {
        fs::create_dir_all(path)?;
        let folder = Folder::open(path)?;
        match folder.looks(FILE) {
            Err(error) if error.kind() == ErrorKind::NotFound => make(&folder)?,
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        only_for_its_owner(&folder.file(FILE)?)?;
        let text = folder.read(FILE, 100).map_err(|refusal| match refusal {
            Refusal::Failed(error) => error,
            refusal => io::Error::other(refusal.to_string()),
        })?;
        let key = str::from_utf8(&text).ok().and_then(|text| blake3::Hash::from_hex(text.trim()).ok());
        key.map(|key| Seal(*key.as_bytes()))
            .ok_or_else(|| io::Error::other("the file holds no key: remove it"))
    }

    /// Returns the sum of an entry's value, which nobody can tell without the key.
    pub(super) fn sum(&self, part: &str, key: &Key, value: &[u8]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        *hasher.update(key.bytes()).update(value).finalize().as_bytes()
    }
}

/// Makes a key. Where another build makes one at the same time, that of the first stays.
fn make(folder: &Folder) -> io::Result<()> {
    let (mut bytes, mut name) = ([0; 32], [0; 8]);
    getrandom::fill(&mut bytes).and_then(|()| getrandom::fill(&mut name)).map_err(io::Error::other)?;
    let aside = format!(".{FILE}-{:016x}", u64::from_le_bytes(name));
    let mut file = folder.new_file(&aside)?;
    close_to_others(&file)?;
    writeln!(file, "{}", blake3::Hash::from(bytes).to_hex())?;
    file.sync_all()?;
    let linked = folder.link(&aside, FILE).or_else(|error| match error.kind() {
        ErrorKind::AlreadyExists => Ok(()),
        // Not every file system has hard links.
        _ => folder.rename(&aside, FILE),
    });
    let _ = folder.remove_file(&aside);
    linked
}

#[cfg(unix)]
fn close_to_others(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(PermissionsExt::from_mode(0o600))
}

/// Returns what others may read is no secret; nor does Git keep a file from others, so that none came with a course.
#[cfg(unix)]
fn only_for_its_owner(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match file.metadata()?.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(io::Error::other(format!("others may read it: `chmod 600 {FILE}` there, or remove it"))),
    }
}

/// Does nothing: outside Unix the folder of a user's data is closed to others.
#[cfg(not(unix))]
fn close_to_others(_: &fs::File) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn only_for_its_owner(_: &fs::File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_kept_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/gradbook");
        let made: BTreeSet<[u8; 32]> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| Seal::in_folder(&path).unwrap().0)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(made.len(), 1);
        assert_ne!(Seal::in_folder(&folder.path().join("other")).unwrap().0, *made.first().unwrap());
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
        fs::write(path.join(FILE), "short").unwrap();
        assert!(Seal::in_folder(&path).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_is_none() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        Seal::in_folder(folder.path()).unwrap();
        let file = folder.path().join(FILE);
        fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(Seal::in_folder(folder.path()).unwrap_err().to_string().contains("chmod 600"));
        fs::rename(&file, folder.path().join("elsewhere")).unwrap();
        symlink("elsewhere", &file).unwrap();
        assert!(Seal::in_folder(folder.path()).is_err());
    }

    #[test]
    fn machines_with_one_secret_have_one_key() {
        let of = |secret: &str| Seal::from_secret(secret.as_bytes()).ok().map(|seal| seal.0);
        assert_eq!(of("a secret of some length"), of("a secret of some length"));
        assert_ne!(of("a secret of some length"), of("another secret of length"));
        assert!(of("short").is_none());
    }
}
