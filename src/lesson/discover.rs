//! Which files are lessons, in which order.

use std::cmp::Ordering;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::diagnostic::Diagnostic;
use crate::files::{self, Fault, Refusal};

use super::open::Unsaved;
use super::slug::{natural, slugify, without_number};

/// The settings of a course or chapter.
pub(super) const SETTINGS: &str = "gradbook.yaml";

/// What the page of a chapter is called, in the order in which it is looked for. Of the last two only those with front matter
/// are pages: others are a word to those who read the sources.
pub(super) const CHAPTERS: [&str; 3] = ["index.md", "README.md", "readme.md"];

/// Returns whether a file of that name is the page of a chapter.
pub(super) fn is_chapter(name: &str) -> bool {
    CHAPTERS.contains(&name)
}

/// The longest lesson that is read, in bytes.
pub(super) const LONGEST: u64 = 4 << 20;

/// A lesson's file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LessonFile {
    pub path: PathBuf,
    /// The path below the lessons folder, with `/`.
    pub below: String,
    /// Its page is `SLUG.html`. Where [others](super::naming::assign) have the same name, it begins with the chapter's.
    pub slug: String,
}

impl LessonFile {
    /// Returns the folder below the lessons folder, with `/`; empty for that folder itself.
    pub(super) fn folder(&self) -> &str {
        self.below.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// What there is in a lessons folder.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    /// In reading order: by name, numbers as numbers, folders where their name stands.
    pub lessons: Vec<LessonFile>,
    /// What an author may take for a part of the course, and is none: its path below the root, with `/`, and the warning.
    pub left_out: Vec<(String, Diagnostic)>,
    /// All that lies in the folder, by its path below the root, with `/`.
    pub files: Vec<String>,
}

/// Finds all lessons below `root`. Hidden files, `templates` and `snapshots` are left out without a word.
///
/// # Errors
/// A folder that cannot be read.
pub(super) fn lessons(root: &Path, unsaved: &Unsaved) -> Result<Discovered, Fault> {
    let mut found = Discovered::default();
    root.canonicalize().map_err(|error| Fault::unread(root, error))?;
    let walk = WalkDir::new(root)
        .sort_by(|a, b| in_order(&a.file_name().to_string_lossy(), &b.file_name().to_string_lossy()))
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || is_of_lessons(entry));
    for entry in walk {
        let entry = entry.map_err(|error| {
            let at = error.path().unwrap_or(root).to_owned();
            // No link is followed, so that it is no loop.
            Fault::unread(&at, error.into_io_error().unwrap_or_else(|| ErrorKind::Other.into()))
        })?;
        let Ok(below) = entry.path().strip_prefix(root) else { continue };
        let shown = below.to_string_lossy().replace('\\', "/");
        found.files.push(shown.clone());
        match odd(root, below, &shown, &entry, unsaved) {
            Some(warning) => found.left_out.push((shown, warning)),
            None if shown.ends_with(".md") => found.lessons.extend(describe(root, entry.path())),
            None => {}
        }
    }
    Ok(found)
}

/// Sorts by path: the page of a chapter comes before its lessons.
fn in_order(a: &str, b: &str) -> Ordering {
    is_chapter(b).cmp(&is_chapter(a)).then_with(|| natural(a, b))
}

/// How the names of Markdown files end elsewhere, in lower case.
const OTHER_MARKDOWN: [&str; 8] = ["md", "markdown", "mdown", "mkd", "mkdn", "mdx", "qmd", "rmd"];

/// Returns why something is not in the course that an author may take for a part of it.
fn odd(root: &Path, below: &Path, shown: &str, entry: &DirEntry, unsaved: &Unsaved) -> Option<Diagnostic> {
    let name = shown.rsplit('/').next().unwrap_or(shown);
    let lower = name.to_lowercase();
    let warning = |message: String, hint: &str| Some(Diagnostic::warning(message, None).hint(hint));
    // What is wrong with settings is said where they are read.
    if entry.file_type().is_dir() || name == SETTINGS {
        return None;
    }
    let (is_lesson, is_link) = (name.ends_with(".md"), entry.path_is_symlink());
    let refusal = if is_lesson || is_link { files::find(root, below).err() } else { None };
    match refusal {
        Some(Refusal::Outside) => {
            let message =
                format!("`{shown}` is a link that leads out of the lessons folder, and is left out");
            return warning(message, "copy what it leads to into the folder");
        }
        Some(Refusal::Hidden) => {
            let message = format!("`{shown}` is a link to something hidden, and is left out");
            return warning(message, "no part of a path in a course begins with a dot");
        }
        // A folder that is reached by a link as well: its lessons are found where it stands.
        Some(Refusal::NoFile) if entry.path().is_dir() => return None,
        Some(Refusal::NoFile | Refusal::Missing) => {
            return warning(
                format!("`{shown}` is not a file, and is left out"),
                "links and pipes that lead nowhere make no page",
            );
        }
        _ => {}
    }
    if is_chapter(name) && name != CHAPTERS[0] {
        if entry.path().with_file_name(CHAPTERS[0]).exists() {
            let message =
                format!("`{shown}` is no lesson: `{}` beside it is its chapter's page", CHAPTERS[0]);
            return warning(message, "put all of it into one of them, or move it out of the lessons folder");
        }
        if !begins_as_lesson(root, below, unsaved) {
            let message = format!(
                "`{shown}` is no lesson: without front matter it is a word to those who read the sources"
            );
            let hint =
                "with lines `---`, `title: ...`, `---` at its start it is the page of its folder's chapter";
            return warning(message, hint);
        }
        return None;
    }
    let (stem, end) = lower.rsplit_once('.')?;
    if !is_lesson && OTHER_MARKDOWN.contains(&end) {
        return warning(
            format!("`{shown}` is no lesson: its name does not end in `.md`"),
            "rename it, or move it out of the lessons folder",
        );
    }
    if stem == "gradbook" && matches!(end, "yaml" | "yml" | "json" | "toml") {
        return warning(format!("`{shown}` is not read: settings stand in `{SETTINGS}`"), "rename it");
    }
    None
}

/// Returns whether a file begins with front matter.
fn begins_as_lesson(root: &Path, below: &Path, unsaved: &Unsaved) -> bool {
    let held = if unsaved.is_empty() { None } else { files::find(root, below).ok() };
    let held = held.and_then(|real| unsaved.get(&real)).cloned();
    let read = || files::read(root, below, LONGEST).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = held.or_else(read);
    text.is_some_and(|text| files::without_mark(text).lines().next().map(str::trim_end) == Some("---"))
}

/// Describes the lesson at `path` below `root`.
pub(super) fn describe(root: &Path, path: &Path) -> Option<LessonFile> {
    let parts: Vec<String> =
        path.strip_prefix(root).ok()?.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let stem = parts.last()?.strip_suffix(".md")?;
    let slug = match slugify(without_number(stem)) {
        _ if is_chapter(parts.last()?) => "index".to_owned(),
        slug if slug.is_empty() => "lesson".to_owned(),
        slug => slug,
    };
    Some(LessonFile { path: path.to_owned(), below: parts.join("/"), slug })
}

fn is_of_lessons(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_ours = entry.file_type().is_dir() && matches!(name.as_ref(), "templates" | "snapshots");
    !is_ours && !name.starts_with('.')
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
        let found = lessons(folder.path(), &Unsaved::new()).unwrap().lessons;
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
        assert!(lessons(&folder.path().join("nowhere"), &Unsaved::new()).is_err());
    }

    #[test]
    fn a_readme_with_front_matter_is_its_chapters_page() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &["a/1-x.md", "a/README.md", "b/README.md", "b/index.md", "c/README.md"]);
        for name in ["a/README.md", "b/README.md", "b/index.md"] {
            std::fs::write(folder.path().join(name), "---\ntitle: A\n---\n").unwrap();
        }
        let found = lessons(folder.path(), &Unsaved::new()).unwrap();
        let shown: Vec<String> =
            found.lessons.iter().map(|found| format!("{} {}", found.below, found.slug)).collect();
        assert_eq!(shown, ["a/README.md index", "a/1-x.md x", "b/index.md index"]);
        let left_out: Vec<&str> = found.left_out.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(left_out, ["b/README.md", "c/README.md"]);
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
        let names: Vec<String> = lessons(folder.path(), &Unsaved::new())
            .unwrap()
            .lessons
            .into_iter()
            .map(|found| found.below)
            .collect();
        assert_eq!(names, ["1-a.md", "4-d.md"]);
    }
}
