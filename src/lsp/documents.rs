//! The files that an editor has open, as it holds them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::text::Text;
use crate::lesson::Unsaved;

/// What stands in the path of an address for itself.
const PLAIN: AsciiSet =
    NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// A file that an editor has open.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub uri: Uri,
    /// Its real path.
    pub path: PathBuf,
    pub text: Text,
    pub version: i32,
}

/// All of them, by their real paths.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    /// Takes what an editor holds of a file; none of what is no file.
    pub(super) fn put(&mut self, uri: Uri, text: String, version: i32) -> Option<&Document> {
        let path = path_of(&uri)?;
        let text = Text::new(text);
        self.open.insert(path.clone(), Document { uri, path: path.clone(), text, version });
        self.open.get(&path)
    }

    /// Lets go of a file.
    pub(super) fn close(&mut self, uri: &Uri) -> Option<Document> {
        self.open.remove(&path_of(uri)?)
    }

    /// Returns the file of an address.
    pub(super) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(&path_of(uri)?)
    }

    /// Returns the file at a real path.
    pub(super) fn at(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// Lists all files.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.open.values()
    }

    /// Returns the texts in the place of what is on the disk.
    pub(super) fn unsaved(&self) -> Unsaved {
        let text = |document: &Document| document.text.as_str().to_owned();
        self.open.iter().map(|(path, document)| (path.clone(), text(document))).collect()
    }

    /// Returns the address of a file, as the editor calls it where it has it open.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self.at(&real).map(|document| document.uri.clone()).or_else(|| uri_of(&real))
    }
}

/// Returns the real path of an address; none of what is no file, or not on the disk.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let encoded = uri.as_str().strip_prefix("file://")?;
    let encoded = &encoded[encoded.find('/')?..];
    let path = percent_decode_str(encoded).decode_utf8().ok()?;
    // `/C:/lessons` is a path of Windows.
    let drive = path.as_bytes().get(2) == Some(&b':') && path.as_bytes()[1].is_ascii_alphabetic();
    let path = if drive { &path[1..] } else { &path };
    PathBuf::from(path).canonicalize().ok()
}

/// Returns the address of a path.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    let path = path.to_str()?.trim_start_matches(r"\\?\").replace('\\', "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    Uri::from_str(&format!("file://{slash}{}", utf8_percent_encode(&path, &PLAIN))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_paths_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("01 größe #1.md");
        std::fs::write(&path, "").unwrap();
        let uri = uri_of(&path).unwrap();
        assert!(uri.as_str().ends_with("/01%20gr%C3%B6%C3%9Fe%20%231.md"), "{}", uri.as_str());
        assert_eq!(path_of(&uri), Some(path));
        for none in ["untitled:Untitled-1", "file:///nowhere/x.md", "file://", "https://a.b/c.md"] {
            assert_eq!(path_of(&Uri::from_str(none).unwrap()), None, "{none}");
        }
    }
}
