//! What a published site holds: noted in the cache, so that the next build need not read it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::place::OutputPlace;
use crate::store::cache::{Cache, FileStamp, Key, Sum};

/// One file of a site.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Of all that the content was made from.
    pub from: Sum,
    /// Of the content.
    pub content: Sum,
    /// How the file looked when it was published.
    pub stamp: FileStamp,
}

/// The files of a site by their paths.
pub(super) type Records = BTreeMap<String, Record>;

#[derive(Serialize, Deserialize)]
struct Noted {
    at: SystemTime,
    files: Records,
}

/// What is known of the site in an output folder.
#[derive(Debug)]
pub(super) struct Manifest {
    key: Key,
    /// Its files as they were published last, but for those that somebody has changed or removed since.
    pub intact: Records,
    /// Whether the next build can rely on what is noted as much as this one.
    settled: bool,
}

impl Manifest {
    /// Returns the name of what is kept of the site in an output folder.
    pub(super) fn key(output: &Path) -> Key {
        Key::named(&["site", &output.to_string_lossy()])
    }

    /// Reads what is noted of the site in an output folder, as far as it is still true.
    pub(super) fn read(place: &OutputPlace, cache: &Cache) -> Manifest {
        let key = Manifest::key(&place.output);
        let Some(Noted { at, files }) = cache.site(&key) else {
            return Manifest { key, intact: Records::new(), settled: false };
        };
        let count = files.len();
        let intact = files.into_par_iter().filter(|(path, record)| is_intact(place, path, record, at));
        let intact: Records = intact.collect();
        let settled =
            intact.len() == count && !intact.values().any(|record| record.stamp.is_younger_than(at));
        Manifest { key, intact, settled }
    }

    /// Notes the files of the site as they are now.
    pub(super) fn keep(self, files: Records, cache: &Cache) {
        if !self.settled || self.intact != files {
            cache.put_site(&self.key, &Noted { at: SystemTime::now(), files });
        }
    }
}

/// Returns whether a file is as it was published. One written just before that was noted may have been changed without a trace,
/// and is read.
fn is_intact(place: &OutputPlace, path: &str, record: &Record, at: SystemTime) -> bool {
    let young = record.stamp.is_younger_than(at);
    FileStamp::at(&place.output.join(path)).is_ok_and(|now| now == record.stamp)
        && (!young
            || place.read(path, record.stamp.bytes()).is_ok_and(|bytes| Sum::of(&bytes) == record.content))
}
