//! An author's folder of templates: what is in it, and what in it is of no use.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use walkdir::WalkDir;

use super::TemplateError;
use crate::diagnostic::nearest;
use crate::files;
use crate::site::embedded::{STYLES, TEMPLATES};

/// The most bytes of a file that is read.
const MOST: u64 = 64 << 20;

/// How files begin or end that are a word to those who look into the folder.
const WORDS: [&str; 4] = ["readme", "license", "words/", ".md"];

/// Returns all files of a folder by their relative path. Links are not followed, hidden files not read.
pub(super) fn read(folder: &Path) -> (BTreeMap<String, Vec<u8>>, Vec<TemplateError>) {
    let (mut files, mut errors) = (BTreeMap::new(), Vec::new());
    if !folder.exists() {
        return (files, errors);
    }
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let entries = WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name())) {
        let read =
            entry.map_err(|error| (error.path().map(Path::to_owned), error.into())).and_then(|entry| {
                let file = entry.file_type().is_file();
                let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
                let read = || {
                    files::read(folder, below, MOST).map_err(|refusal| io::Error::other(refusal.to_string()))
                };
                let bytes = if file { Some(read()) } else { None };
                match bytes.transpose() {
                    Ok(bytes) => Ok((relative(folder, entry.path()), bytes)),
                    Err(error) => Err((Some(entry.into_path()), error)),
                }
            });
        match read {
            Ok((name, Some(bytes))) => {
                files.insert(name, bytes);
            }
            Ok(_) => {}
            Err((path, error)) => {
                let name = path.map(|path| relative(folder, &path)).unwrap_or_default();
                errors.push(TemplateError::new(&name, &format!("cannot be read: {error}")));
            }
        }
    }
    (files, errors)
}

fn relative(folder: &Path, path: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// Templates, styles and other files that are not the program's own, and that no other template includes.
pub(super) fn unused(files: &BTreeMap<String, Vec<u8>>) -> Vec<TemplateError> {
    let known = || TEMPLATES.iter().chain(STYLES).map(|(name, _)| *name);
    let texts: Vec<_> = files.values().map(|bytes| String::from_utf8_lossy(bytes)).collect();
    let named = |name: &str| {
        let quoted = [format!("\"{name}\""), format!("'{name}'")];
        texts.iter().any(|text| quoted.iter().any(|quoted| text.contains(quoted)))
    };
    let meant = |name: &str| {
        let lower = name.to_lowercase();
        !name.starts_with("assets/")
            && !WORDS.iter().any(|word| lower.starts_with(word) || lower.ends_with(word))
    };
    let unused =
        files.keys().filter(|name| meant(name) && known().all(|known| known != *name) && !named(name));
    let said = |name: &String| {
        let last = |name: &str| name.rsplit('/').next().map(str::to_owned);
        let same = known().find(|known| last(known) == last(name));
        let error = TemplateError::new(name, "no page is made of it, and no template includes it");
        match same.or_else(|| nearest(name, known())) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(
                "files that are copied as they are stand in `assets`; one for the host (`CNAME`, `robots.txt`) goes into the output folder, where it stays",
            ),
        }
    };
    unused.map(said).collect()
}
