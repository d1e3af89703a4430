//! Pictures of lessons: files of the site, and strangers' drawings, which are none.

use std::path::PathBuf;

use super::link::{self, Asset, Library};
use crate::diagnostic::{Diagnostic, Span};

/// A stranger's drawing that a page shows once: no file of the site, since a browser that opens one runs its scripts, but a part of
/// the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    pub file: PathBuf,
    /// Its address from the site's own folder, as pages name it until they are put together: that of the file as the lesson names
    /// it, letter by letter, since two files may have names that look the same.
    pub address: String,
    pub span: Span,
}

impl Embedded {
    /// Refuses it in a text that pages repeat.
    pub(super) fn refused(&self) -> Diagnostic {
        Diagnostic::error("a drawing stands where pages repeat it", self.span)
            .label("expected it in the text of a lesson")
            .hint("pages hold the drawings of a lesson that is not trusted, and titles, headings, summaries, defaults and terms stand in many places")
    }
}

/// A picture of a lesson.
pub(super) enum Picture {
    /// That of a file of the site.
    File(Asset),
    Embedded(Embedded),
}

/// Returns whether an address from the site's own folder is that of a drawing which pages hold, in a course that is not trusted:
/// no file of such a course ends so.
pub(super) fn is_embedded(address: &str) -> bool {
    address.starts_with("files/") && link::is_drawing(address)
}

/// Finds a picture beside the lessons, inside their folder.
///
/// # Errors
/// As [`link::file`], but for a stranger's drawing; an address that goes on behind the name of a file.
pub(super) fn picture(
    library: &Library,
    folder: &str,
    path: &str,
    span: Span,
) -> Result<Picture, Diagnostic> {
    let end = path.find(['#', '?']).unwrap_or(path.len());
    let (file, behind) = path.split_at(end);
    if !behind.is_empty() && !link::is_there(library, folder, path) && link::is_there(library, folder, file) {
        let error = Diagnostic::error(format!("the address of a picture ends with `{behind}`"), span);
        return Err(error.label(format!("expected `{file}`")));
    }
    let below = link::below(folder, &link::decoded(path)).ok_or_else(|| link::outside(span))?;
    match library.untrusted && link::is_drawing(&below) {
        true => link::found(library, &below, path, span).map(|Asset { file, .. }| {
            let address = link::address(&format!("files/{below}"));
            Picture::Embedded(Embedded { file, address, span })
        }),
        false => link::file(library, folder, path, span).map(Picture::File),
    }
}
