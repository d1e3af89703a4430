//! Which files are lessons, in which order.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::slug::{natural, slugify, without_number};

/// The settings of a course or chapter.
pub const SETTINGS: &str = "gradbook.yaml";

/// A lesson's file.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub path: PathBuf,
    /// The path below the lessons folder, with `/`.
    pub below: String,
    pub slug: String,
}

impl Found {
    /// The folder below the lessons folder, with `/`; empty for that folder itself.
    pub fn folder(&self) -> &str {
        self.below.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// All lessons below `root` in reading order: by name, numbers as numbers, folders where their name stands.
///
/// Hidden files, `templates`, `snapshots`, `README.md`, and links that lead out of the folder are left out.
///
/// # Errors
/// A folder that cannot be read.
pub fn lessons(root: &Path) -> Result<Vec<Found>, String> {
    let mut found = Vec::new();
    let real_root =
        root.canonicalize().map_err(|error| format!("cannot read {}: {error}", root.display()))?;
    let walk = WalkDir::new(root)
        .sort_by(|a, b| natural(&a.file_name().to_string_lossy(), &b.file_name().to_string_lossy()))
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || is_of_lessons(entry));
    for entry in walk {
        let entry = entry.map_err(|error| format!("cannot read the lessons: {error}"))?;
        let name = entry.file_name().to_string_lossy();
        if !name.ends_with(".md") || name.eq_ignore_ascii_case("readme.md") || !is_inside(&entry, &real_root)
        {
            continue;
        }
        found.extend(describe(root, entry.path()));
    }
    Ok(found)
}

/// The lesson at `path` below `root`.
pub fn describe(root: &Path, path: &Path) -> Option<Found> {
    let parts: Vec<String> =
        path.strip_prefix(root).ok()?.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let stem = parts.last()?.strip_suffix(".md")?;
    let slug = match slugify(without_number(stem)) {
        slug if slug.is_empty() => "lesson".to_owned(),
        slug => slug,
    };
    Some(Found { path: path.to_owned(), below: parts.join("/"), slug })
}

fn is_of_lessons(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_ours = entry.file_type().is_dir() && matches!(name.as_ref(), "templates" | "snapshots");
    !is_ours && !name.starts_with('.')
}

/// Whether an entry is a file, itself or through a link that stays inside the folder.
fn is_inside(entry: &DirEntry, root: &Path) -> bool {
    match entry.path().canonicalize() {
        Ok(real) => real.is_file() && real.starts_with(root),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, names: &[&str]) {
        for name in names {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
    }

    #[test]
    fn lessons_come_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            &[
                "10-last.md",
                "2-first.md",
                "03-deep/2-b.md",
                "03-deep/10-c.md",
                ".hidden.md",
                "templates/x.md",
                "snapshots/y.md",
                "README.md",
                "data.csv",
                ".git/z.md",
                "3-Größe.md",
            ],
        );
        let found = lessons(folder.path()).unwrap();
        let shown: Vec<String> =
            found.iter().map(|found| format!("{} {}", found.below, found.slug)).collect();
        assert_eq!(
            shown,
            [
                "2-first.md first",
                "03-deep/2-b.md b",
                "03-deep/10-c.md c",
                "3-Größe.md größe",
                "10-last.md last"
            ]
        );
        assert_eq!(found[1].folder(), "03-deep");
        assert!(lessons(&folder.path().join("nowhere")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_are_not_followed() {
        let (outside, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(outside.path(), &["secret.md"]);
        write(folder.path(), &["1-a.md"]);
        std::os::unix::fs::symlink(outside.path().join("secret.md"), folder.path().join("2-b.md")).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("3-c")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("1-a.md"), folder.path().join("4-d.md")).unwrap();
        let names: Vec<String> =
            lessons(folder.path()).unwrap().into_iter().map(|found| found.below).collect();
        assert_eq!(names, ["1-a.md", "4-d.md"]);
    }
}
