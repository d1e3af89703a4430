//! Writing the site: everything is staged beside the output folder, then swapped in by renames, so that
//! a failure or a kill leaves the old site or the new one, never half of each.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Output;

/// A file that only a site of ours has: the sign that a folder may be replaced.
const MARK: &str = "assets/gradbook.css";

/// What a publication did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Files that are new or changed.
    pub written: usize,
    /// Files that were there already, byte for byte; they keep their time of modification.
    pub unchanged: usize,
}

/// Why a site was not published. The old one is as it was.
#[derive(Debug)]
pub enum PublishError {
    /// The output folder is the root of the file system, or is or contains the lessons.
    Dangerous { output: PathBuf, reason: &'static str },
    /// The output folder holds files that are not ours.
    NotOurs { output: PathBuf },
    /// The output path is a file.
    NotAFolder { output: PathBuf },
    /// A file of the site has a path that leads out of the folder.
    BadPath { path: String },
    /// The machine refused: read-only, full disk.
    Io { path: PathBuf, error: io::Error },
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PublishError::Dangerous { output, reason } => {
                write!(f, "the output folder `{}` {reason}; choose another one", output.display())
            }
            PublishError::NotOurs { output } => write!(
                f,
                "the folder `{}` holds files that gradbook did not write; empty it or choose another one",
                output.display()
            ),
            PublishError::NotAFolder { output } => {
                write!(f, "the output `{}` is a file, and must be a folder", output.display())
            }
            PublishError::BadPath { path } => write!(f, "`{path}` is not a path within the output folder"),
            PublishError::Io { path, error } => write!(f, "cannot write `{}`: {error}", path.display()),
        }
    }
}

impl std::error::Error for PublishError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            PublishError::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// Puts `files` in the place of what is in the folder `output`. Hidden files of the old folder stay.
///
/// # Errors
/// See [`PublishError`]; after an error the folder is as it was.
pub fn publish(output: &Path, files: &Output, lessons: &Path) -> Result<Published, PublishError> {
    if let Some(path) = files.keys().find(|path| !is_inside(path)) {
        return Err(PublishError::BadPath { path: path.clone() });
    }
    let place = Place::new(output)?;
    place.check_lessons(lessons)?;
    let _writing = place.lock()?;
    place.recover()?;
    place.check_ours()?;
    place.stage(files).and_then(|published| place.swap().map(|()| published)).inspect_err(|_| {
        // The first error is the one to report.
        let _ = remove(&place.staging);
    })
}

/// Whether `output` can become the folder of a site, as far as that shows before there is one.
///
/// # Errors
/// A folder that holds the lessons or somebody's files, a place that cannot be.
pub fn check_output(output: &Path, lessons: &Path) -> Result<(), PublishError> {
    let place = Place::new(output)?;
    place.check_lessons(lessons)?;
    if exists(&place.old) { Ok(()) } else { place.check_ours() }
}

fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && !path.contains(['\\', '\0', ':'])
}

/// The output folder and the two beside it that exist only while publishing.
struct Place {
    /// As the author wrote it, for messages.
    shown: PathBuf,
    output: PathBuf,
    staging: PathBuf,
    /// The former output, between the two renames.
    old: PathBuf,
}

impl Place {
    fn new(shown: &Path) -> Result<Place, PublishError> {
        let output = resolve(shown)?;
        let (Some(parent), Some(name)) = (output.parent(), output.file_name()) else {
            return Err(dangerous(shown, "is the root of the file system"));
        };
        let name = name.to_string_lossy();
        Ok(Place {
            staging: parent.join(format!(".{name}.gradbook-new")),
            old: parent.join(format!(".{name}.gradbook-old")),
            shown: shown.to_owned(),
            output,
        })
    }

    fn check_lessons(&self, lessons: &Path) -> Result<(), PublishError> {
        let lessons = resolve(lessons)?;
        if lessons == self.output {
            return Err(dangerous(&self.shown, "is the folder of the lessons"));
        }
        if lessons.starts_with(&self.output) {
            return Err(dangerous(&self.shown, "contains the lessons"));
        }
        Ok(())
    }

    /// Keeps other builds from writing beside this folder until the file is dropped: waits for one that does. The
    /// folder around it is locked, so nothing is left lying about; where folders cannot be (outside Unix), nothing is.
    fn lock(&self) -> Result<Option<std::fs::File>, PublishError> {
        let Some(parent) = self.output.parent() else { return Ok(None) };
        std::fs::create_dir_all(parent)
            .map_err(|error| PublishError::Io { path: parent.to_owned(), error })?;
        let folder = std::fs::File::open(parent).ok();
        Ok(folder.filter(|folder| folder.lock().is_ok()))
    }

    /// Cleans up after a build that was killed, and brings back what it had put aside.
    fn recover(&self) -> Result<(), PublishError> {
        remove(&self.staging)?;
        if !exists(&self.old) {
            return Ok(());
        }
        if exists(&self.output) { self.finish() } else { rename(&self.old, &self.output) }
    }

    fn check_ours(&self) -> Result<(), PublishError> {
        if !exists(&self.output) {
            return Ok(());
        }
        if !self.output.is_dir() {
            return Err(PublishError::NotAFolder { output: self.shown.clone() });
        }
        let strangers = entries(&self.output)?.into_iter().any(|entry| !is_hidden(&entry));
        if strangers && !self.output.join(MARK).is_file() {
            return Err(PublishError::NotOurs { output: self.shown.clone() });
        }
        Ok(())
    }

    fn stage(&self, files: &Output) -> Result<Published, PublishError> {
        let mut published = Published::default();
        make_folder(&self.staging)?;
        for (path, bytes) in files {
            let (target, current) = (self.staging.join(path), self.output.join(path));
            if let Some(folder) = target.parent() {
                make_folder(folder)?;
            }
            let same = fs::read(&current).is_ok_and(|old| old == *bytes);
            // A second name for the same file keeps its time of modification. Not every file system
            // has them: then it is written anew.
            if !same || fs::hard_link(&current, &target).is_err() {
                fs::write(&target, bytes).map_err(|error| PublishError::Io { path: target, error })?;
            }
            *(if same { &mut published.unchanged } else { &mut published.written }) += 1;
        }
        Ok(published)
    }

    fn swap(&self) -> Result<(), PublishError> {
        if !exists(&self.output) {
            return rename(&self.staging, &self.output);
        }
        rename(&self.output, &self.old)?;
        if let Err(error) = rename(&self.staging, &self.output) {
            rename(&self.old, &self.output)?;
            return Err(error);
        }
        self.finish()
    }

    /// Takes the hidden files of the former output over, then removes it.
    fn finish(&self) -> Result<(), PublishError> {
        for entry in entries(&self.old)?.into_iter().filter(|entry| is_hidden(entry)) {
            let target = self.output.join(entry.file_name().unwrap_or_default());
            if !exists(&target) {
                rename(&entry, &target)?;
            }
        }
        remove(&self.old)
    }
}

fn dangerous(output: &Path, reason: &'static str) -> PublishError {
    PublishError::Dangerous { output: output.to_owned(), reason }
}

/// The absolute path without links; what does not exist yet is taken as written.
fn resolve(path: &Path) -> Result<PathBuf, PublishError> {
    let failed = |error| PublishError::Io { path: path.to_owned(), error };
    match fs::canonicalize(path) {
        Ok(path) => return Ok(path),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        Err(_) => {}
    }
    let absolute = std::path::absolute(path).map_err(failed)?;
    match (absolute.parent(), absolute.file_name()) {
        (Some(parent), Some(name)) => Ok(resolve(parent)?.join(name)),
        // `a/..` where there is no `a`.
        _ => Err(failed(io::ErrorKind::NotFound.into())),
    }
}

/// Whether there is anything, even a link that leads nowhere.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, PublishError> {
    let list = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    list.map_err(|error| PublishError::Io { path: folder.to_owned(), error })
}

fn make_folder(path: &Path) -> Result<(), PublishError> {
    fs::create_dir_all(path).map_err(|error| PublishError::Io { path: path.to_owned(), error })
}

fn rename(from: &Path, to: &Path) -> Result<(), PublishError> {
    fs::rename(from, to).map_err(|error| PublishError::Io { path: to.to_owned(), error })
}

fn remove(path: &Path) -> Result<(), PublishError> {
    let failed = |error| PublishError::Io { path: path.to_owned(), error };
    match path.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path).map_err(failed),
        Ok(_) => fs::remove_file(path).map_err(failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    /// A temporary folder with `lessons` in it.
    struct Desk {
        folder: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Desk {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("lessons")).unwrap();
            Desk { folder }
        }

        fn path(&self, path: &str) -> PathBuf {
            self.folder.path().join(path)
        }

        fn write(&self, path: &str, text: &str) {
            fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
            fs::write(self.path(path), text).unwrap();
        }

        fn publish(&self, output: &str, files: &Output) -> Result<Published, PublishError> {
            publish(&self.path(output), files, &self.path("lessons"))
        }

        fn read(&self, path: &str) -> String {
            fs::read_to_string(self.path(path)).unwrap()
        }

        /// Names in the desk's folder, sorted.
        fn names(&self) -> Vec<String> {
            let mut names: Vec<_> = entries(self.folder.path())
                .unwrap()
                .iter()
                .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
                .collect();
            names.sort();
            names
        }
    }

    fn site(index: &str) -> Output {
        let files = [("index.html", index), (MARK, "body{}"), ("a/b.json", "{}")];
        files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_site_is_written_and_replaced() {
        let desk = Desk::new();
        assert_eq!(desk.publish("output", &site("one")).unwrap(), Published { written: 3, unchanged: 0 });
        let mut second = site("two");
        second.remove("a/b.json");
        assert_eq!(desk.publish("output", &second).unwrap(), Published { written: 1, unchanged: 1 });
        assert_eq!(desk.read("output/index.html"), "two");
        assert!(!desk.path("output/a").exists(), "stale files go");
        assert_eq!(desk.names(), ["lessons", "output"], "nothing is left beside it");
    }

    #[test]
    fn folders_above_the_output_are_made() {
        let desk = Desk::new();
        desk.publish("far/away/output", &site("one")).unwrap();
        assert_eq!(desk.read("far/away/output/index.html"), "one");
    }

    #[test]
    fn an_unchanged_file_keeps_its_time() {
        let desk = Desk::new();
        desk.publish("output", &site("one")).unwrap();
        let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for name in ["output/index.html", "output/a/b.json"] {
            fs::File::options().append(true).open(desk.path(name)).unwrap().set_modified(past).unwrap();
        }
        desk.publish("output", &site("two")).unwrap();
        let time = |name| fs::metadata(desk.path(name)).unwrap().modified().unwrap();
        assert_eq!(time("output/a/b.json"), past);
        assert_ne!(time("output/index.html"), past);
    }

    #[test]
    fn hidden_files_stay() {
        let desk = Desk::new();
        desk.write("output/.gitkeep", "");
        desk.write("output/.git/config", "mine");
        desk.publish("output", &site("one")).unwrap();
        desk.publish("output", &site("two")).unwrap();
        assert_eq!(desk.read("output/.git/config"), "mine");
        assert!(desk.path("output/.gitkeep").exists());
    }

    #[test]
    fn a_strangers_folder_is_refused() {
        let desk = Desk::new();
        desk.write("output/thesis.txt", "years of work");
        let error = desk.publish("output", &site("one")).unwrap_err();
        assert!(matches!(error, PublishError::NotOurs { .. }), "{error}");
        assert_eq!(desk.read("output/thesis.txt"), "years of work");
        assert_eq!(desk.names(), ["lessons", "output"]);
        desk.write("file", "text");
        let error = desk.publish("file", &site("one")).unwrap_err();
        assert!(matches!(error, PublishError::NotAFolder { .. }), "{error}");
    }

    #[test]
    fn the_root_and_the_lessons_are_refused() {
        let desk = Desk::new();
        desk.write("lessons/01-a.md", "mine");
        for output in ["lessons", ".", "lessons/../lessons", "lessons/.."] {
            let error = desk.publish(output, &site("one")).unwrap_err();
            assert!(matches!(error, PublishError::Dangerous { .. }), "{output}: {error}");
        }
        let error = publish(Path::new("/"), &site("one"), &desk.path("lessons")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the output folder `/` is the root of the file system; choose another one"
        );
        assert_eq!(desk.read("lessons/01-a.md"), "mine");
        assert_eq!(desk.names(), ["lessons"]);
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        let desk = Desk::new();
        for path in ["../x", "/x", "a/../../x", "a//b", "", "a\\b", "C:x"] {
            let files = Output::from([(path.to_owned(), vec![])]);
            let error = desk.publish("output", &files).unwrap_err();
            assert!(matches!(error, PublishError::BadPath { .. }), "{path}");
        }
    }

    /// A file and a folder of one name cannot both be written: a failure in the middle that also root
    /// meets, who may write into read-only folders.
    #[test]
    fn a_failure_leaves_the_old_site_and_no_staging() {
        let desk = Desk::new();
        desk.publish("output", &site("one")).unwrap();
        let mut broken = site("two");
        broken.insert("index.html/x".into(), vec![]);
        let error = desk.publish("output", &broken).unwrap_err();
        assert!(matches!(&error, PublishError::Io { path, .. } if path.ends_with("index.html")), "{error}");
        assert_eq!(desk.read("output/index.html"), "one");
        assert_eq!(desk.read("output/a/b.json"), "{}");
        assert_eq!(desk.names(), ["lessons", "output"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let desk = Desk::new();
        desk.write("file", "");
        let error = desk.publish("file/output", &site("one")).unwrap_err();
        assert!(matches!(&error, PublishError::Io { .. }), "{error}");
        assert!(error.to_string().contains("file"), "{error}");
    }

    #[test]
    fn leftovers_of_a_killed_build_are_cleaned() {
        let desk = Desk::new();
        desk.publish("output", &site("one")).unwrap();
        desk.write(".output.gradbook-new/half.html", "");
        desk.publish("output", &site("one")).unwrap();
        assert_eq!(desk.names(), ["lessons", "output"]);
        assert!(!desk.path("output/half.html").exists());
    }

    #[test]
    fn a_kill_between_the_renames_is_recovered() {
        let desk = Desk::new();
        desk.write("output/.gitkeep", "");
        desk.publish("output", &site("one")).unwrap();
        fs::rename(desk.path("output"), desk.path(".output.gradbook-old")).unwrap();
        let mut broken = site("two");
        broken.insert("index.html/x".into(), vec![]);
        desk.publish("output", &broken).unwrap_err();
        assert_eq!(desk.read("output/index.html"), "one", "the old site is back even if the new one fails");

        // Killed after the second rename: the hidden files are still in the old folder.
        fs::create_dir(desk.path(".output.gradbook-old")).unwrap();
        fs::rename(desk.path("output/.gitkeep"), desk.path(".output.gradbook-old/.gitkeep")).unwrap();
        desk.publish("output", &site("two")).unwrap();
        assert!(desk.path("output/.gitkeep").exists());
        assert_eq!(desk.names(), ["lessons", "output"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_is_followed() {
        let desk = Desk::new();
        fs::create_dir(desk.path("real")).unwrap();
        std::os::unix::fs::symlink(desk.path("real"), desk.path("output")).unwrap();
        desk.publish("output", &site("one")).unwrap();
        assert_eq!(desk.read("real/index.html"), "one");
        assert!(desk.path("output").symlink_metadata().unwrap().is_symlink());
    }
}
