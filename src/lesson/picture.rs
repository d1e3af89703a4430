//! Pictures of lessons: files of the site, and strangers' drawings, which are none.

use super::link::{self, Asset, Library};
use crate::diagnostic::{Diagnostic, Span};

/// A stranger's drawing that a page shows once: no file of the site, since a browser that opens one runs its scripts, but a part of
/// the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// The file, and where it would lie in the output: so the page names it until it is put together.
    pub asset: Asset,
    pub span: Span,
}

impl Embedded {
    /// Returns its address from the site's own folder, as pages name it until they are put together.
    pub fn address(&self) -> String {
        link::address(&self.asset.output)
    }

    /// Refuses it in a text that pages repeat.
    pub(super) fn refused(&self) -> Diagnostic {
        Diagnostic::error("a drawing stands where pages repeat it", self.span)
            .label("expected it in the text of a lesson")
            .hint("pages hold the drawings of a lesson that is not trusted, and titles, headings, summaries and terms stand in many places")
    }
}

/// A picture of a lesson.
pub(super) enum Picture {
    /// That of a file of the site.
    File(Asset),
    Embedded(Embedded),
}

/// Finds a picture beside the lessons, inside their folder.
///
/// # Errors
/// As [`link::file`], but for a stranger's drawing.
pub(super) fn picture(
    library: &Library,
    folder: &str,
    path: &str,
    span: Span,
) -> Result<Picture, Diagnostic> {
    let below = link::below(folder, &link::decoded(path)).ok_or_else(|| link::outside(span))?;
    match library.untrusted && link::is_drawing(&below) {
        true => {
            link::found(library, &below, path, span).map(|asset| Picture::Embedded(Embedded { asset, span }))
        }
        false => link::file(library, folder, path, span).map(Picture::File),
    }
}
