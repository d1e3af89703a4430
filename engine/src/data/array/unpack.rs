//! Bytes packed by gzip or deflate, unpacked no further than the limit.

use std::borrow::Cow;
use std::io::{ErrorKind, Read};

use crate::problem::Problem;

/// Returns the bytes of a file; unpacked if gzip packed them, whatever the file is called.
#[cfg(feature = "complete")]
pub(super) fn unpacked(bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, Problem> {
    const GZIP: &[u8] = &[0x1f, 0x8b];
    match bytes.starts_with(GZIP) {
        true => read_up_to(flate2::bufread::MultiGzDecoder::new(bytes), limit).map(Cow::Owned),
        false => Ok(Cow::Borrowed(bytes)),
    }
}

/// Returns the bytes of a file, which come unpacked here.
#[cfg(not(feature = "complete"))]
pub(super) fn unpacked(bytes: &[u8], _: usize) -> Result<Cow<'_, [u8]>, Problem> {
    Ok(Cow::Borrowed(bytes))
}

/// Returns all bytes of a reader that unpacks, if they are not more than `limit`. Sizes that the archive declares are not asked
/// for.
pub(super) fn read_up_to(reader: impl Read, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => Problem::new("", "the packed bytes end too soon")
            .expected("a whole file")
            .hint("the file may have been cut off: copy it again"),
        _ => Problem::new("", format!("the packed bytes cannot be unpacked: {error}"))
            .expected("a file as it was packed")
            .hint("the file may have been damaged: copy it again"),
    })?;
    if bytes.len() > limit {
        return Err(Problem::new("", format!("unpacked, the file has more than {limit} bytes"))
            .expected(format!("at most {limit}")));
    }
    Ok(bytes)
}
