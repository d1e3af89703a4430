//! NPZ, NumPy's format of several arrays: a ZIP archive with a file `NAME.npy` for each, stored or deflated.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipSliceArchive, ZipSliceEntry};

use super::unpack::read_up_to;
use crate::data::settings::list;
use crate::problem::{Problem, nearest};

/// How many names a message lists.
const MAX_NAMES: usize = 12;

/// Returns the archive that the bytes of a file are.
pub(super) fn open(bytes: &[u8]) -> Result<ZipSliceArchive<&[u8]>, Problem> {
    ZipArchive::from_slice(bytes).map_err(|_| {
        Problem::new("", "the file is not NPZ, or has been cut off")
            .expected("a file written by `numpy.savez`")
    })
}

/// Returns the bytes of the NPY file of the array called `name`.
pub(super) fn entry(archive: &ZipSliceArchive<&[u8]>, name: &str, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut names = Vec::new();
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(damaged)? {
        let path = entry.file_path();
        let Ok(path) = std::str::from_utf8(path.as_bytes()) else { continue };
        let Some(found) = path.strip_suffix(".npy") else { continue };
        if found != name {
            names.push(found.to_owned());
            continue;
        }
        let data = archive.get_entry(entry.wayfinder()).map_err(damaged)?;
        return match entry.compression_method() {
            CompressionMethod::STORE => read_up_to(checked(&data, data.data()), limit),
            CompressionMethod::DEFLATE => read_up_to(checked(&data, DeflateDecoder::new(data.data())), limit),
            _ => Err(Problem::new("", format!("`{name}` is packed in another way than NumPy's"))
                .expected("a file written by `numpy.savez` or `numpy.savez_compressed`")),
        };
    }
    Err(unknown(name, &names))
}

/// Returns a reader of an entry that fails where the sum over its bytes is another one.
#[cfg(feature = "complete")]
fn checked<'a>(entry: &ZipSliceEntry<'a>, bytes: impl Read + 'a) -> impl Read + 'a {
    entry.verifying_reader(bytes)
}

#[cfg(not(feature = "complete"))]
fn checked<R: Read>(_: &ZipSliceEntry, bytes: R) -> R {
    bytes
}

fn damaged(_: rawzip::Error) -> Problem {
    Problem::new("", "the archive is damaged")
        .expected("a file as `numpy.savez` wrote it")
        .hint("the file may have been cut off: copy it again")
}

fn unknown(name: &str, names: &[String]) -> Problem {
    let all = || names.iter().map(String::as_str);
    let problem = Problem::new("", format!("the file has no array `{name}`"));
    let problem = match names.len() {
        0 => problem.expected("an array; it has none"),
        count if count > MAX_NAMES => {
            problem.expected(format!("one of its {count} arrays ({}, ...)", list(all().take(6))))
        }
        _ => problem.expected(format!("one of {}", list(all()))),
    };
    match nearest(name, all()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem.hint("`x` and `y` in `data` name the arrays of the features and of the labels"),
    }
}
