//! Writing the site: everything is staged beside the output folder, then swapped in by renames, so that
//! a failure or a kill leaves the old site or the new one, never half of each. A site that has not changed is left alone,
//! and what has not changed of one that has is neither made nor read nor written.

mod error;
mod lock;
mod manifest;
mod place;
mod stage;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::files::{self, Refusal};
use crate::store::cache::{Cache, Sum};

pub use error::PublishError;
use lock::Lock;
use manifest::Manifest;
use place::OutputPlace;
use stage::Staged;

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

/// A file of a site to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// A hash over all that it is made from.
    pub from: Sum,
    /// None where [`Publication::holds`] the file as made from just that.
    pub source: Option<Source>,
}

/// Where the bytes of a file are.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Here.
    Bytes(Vec<u8>),
    /// In a file `below` a folder that is copied in pieces, however long it is.
    File { root: PathBuf, below: PathBuf },
}

impl Content {
    /// Bytes that are made from nothing but themselves.
    pub fn of(bytes: Vec<u8>) -> Content {
        Content::new(None, bytes)
    }

    /// Bytes made from something, or where that cannot be told, from themselves.
    pub fn new(from: Option<Sum>, bytes: Vec<u8>) -> Content {
        Content { from: from.unwrap_or_else(|| Sum::of(&bytes)), source: Some(Source::Bytes(bytes)) }
    }

    /// A file of the folder `root` that is copied as it is.
    ///
    /// # Errors
    /// What is no file of the folder, cannot be read, or has more than `most` bytes.
    pub fn copied(root: &Path, below: &Path, most: u64) -> Result<Content, Refusal> {
        let mut file = files::open(root, below)?;
        if file.metadata()?.len() > most {
            return Err(Refusal::TooLong(most));
        }
        let from = Sum::of_copied(&mut file, std::io::sink())?;
        let source = Source::File { root: root.to_owned(), below: below.to_owned() };
        Ok(Content { from, source: Some(source) })
    }
}

/// Whether `output` can become the folder of a site, as far as that shows before there is one.
///
/// # Errors
/// A folder that holds the lessons or somebody's files, a place that cannot be.
pub fn check_output(output: &Path, lessons: &Path) -> Result<(), PublishError> {
    let place = OutputPlace::new(output)?;
    place.check_lessons(lessons)?;
    place.check()
}

/// An output folder that no other build writes to until this is dropped.
#[derive(Debug)]
pub struct Publication<'a> {
    place: OutputPlace,
    manifest: Manifest,
    cache: &'a Cache,
    /// Held; or why there is none.
    lock: std::io::Result<Option<Lock>>,
}

impl<'a> Publication<'a> {
    /// Cleans up after a build that was killed, waits for one that still writes, and looks at what is there. `waits` is
    /// called before it waits.
    ///
    /// # Errors
    /// As [`check_output`]; a folder that cannot be read.
    pub fn open(
        output: &Path,
        lessons: &Path,
        cache: &'a Cache,
        waits: &dyn Fn(),
    ) -> Result<Self, PublishError> {
        let place = OutputPlace::new(output)?;
        place.check_lessons(lessons)?;
        let lock = place.lock(waits)?;
        place.recover()?;
        place.check_ours()?;
        let manifest = Manifest::read(&place, cache);
        Ok(Publication { place, manifest, cache, lock })
    }

    /// Refuses what stands in the folder and no build listed: whoever wrote lessons that are not trusted may have put it there,
    /// and it would be published as it is.
    ///
    /// # Errors
    /// The first such file.
    pub fn check_alone(&self) -> Result<(), PublishError> {
        let strangers = stage::strangers(&self.place)?;
        let is_harmless = |path: &PathBuf| place::is_of_hosting(path) && self.place.is_plain(path);
        match strangers.into_iter().find(|path| !is_harmless(path)) {
            Some(file) => Err(PublishError::Unknown { file: self.place.shown.join(file) }),
            None => Ok(()),
        }
    }

    /// Why other builds may write to the folder all the same, if they may: not every file system has locks.
    pub fn unlocked(&self) -> Option<String> {
        let error = self.lock.as_ref().err()?;
        Some(format!("`{}` cannot be kept from other builds: {error}", self.place.shown.display()))
    }

    /// Whether the file at that path is there, made from just that.
    pub fn holds(&self, path: &str, from: &Sum) -> bool {
        self.manifest.intact.get(path).is_some_and(|record| record.from == *from)
    }

    /// Puts `files` in the place of the site. Hidden files of the old folder stay, and files that no publication wrote.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub fn publish(self, mut files: BTreeMap<String, Content>) -> Result<Published, PublishError> {
        if let Some(path) = files.keys().find(|path| !is_inside(path)) {
            return Err(PublishError::BadPath { path: path.clone() });
        }
        let list: String = files.keys().map(|path| format!("{path}\n")).collect();
        let listed = (LIST.to_owned(), Content::of(list.into_bytes()));
        files.extend([listed]);
        let (place, intact) = (&self.place, &self.manifest.intact);
        let staged: Result<BTreeMap<String, Staged>, PublishError> = files
            .into_par_iter()
            .map(|(path, content)| Ok((path.clone(), Staged::new(&path, content, intact, place)?)))
            .collect();
        let mut staged = staged?;
        let is_new = staged.values().any(Staged::is_new);
        if is_new {
            stage::stage(place, &mut staged).and_then(|()| place.swap()).inspect_err(|_| {
                // The first error is the one to report.
                let _ = place::discard(&place.staging);
            })?;
        }
        let unchanged = staged.iter().filter(|(path, file)| *path != LIST && !file.is_new()).count();
        let published = Published { written: staged.len() - 1 - unchanged, unchanged };
        self.manifest.keep(stage::records(&self.place, staged), self.cache);
        Ok(published)
    }
}

fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && !path.contains(['\\', '\0', ':'])
}
