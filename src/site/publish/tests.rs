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
fn what_the_author_put_there_stays_and_what_a_site_left_goes() {
    let desk = Desk::new();
    desk.publish("output", &site("one")).unwrap();
    desk.write("output/CNAME", "course.example");
    desk.write("output/.nojekyll", "");
    desk.write("output/a/notes/own.txt", "mine");
    let mut second = site("two");
    second.remove("a/b.json");
    for _ in 0..2 {
        desk.publish("output", &second).unwrap();
        assert_eq!(desk.read("output/CNAME"), "course.example");
        assert_eq!(desk.read("output/a/notes/own.txt"), "mine");
        assert!(desk.path("output/.nojekyll").exists());
        assert!(!desk.path("output/a/b.json").exists(), "stale files go");
    }
    assert_eq!(desk.names(), ["lessons", "output"]);
}

#[test]
fn a_file_of_the_author_is_not_replaced() {
    let desk = Desk::new();
    desk.publish("output", &site("one")).unwrap();
    desk.write("output/mine.html", "mine");
    let mut second = site("two");
    second.insert("mine.html".into(), b"a lesson".to_vec());
    let error = desk.publish("output", &second).unwrap_err();
    assert!(matches!(&error, PublishError::WouldReplace { file } if file.ends_with("mine.html")), "{error}");
    assert_eq!(
        (desk.read("output/mine.html").as_str(), desk.read("output/index.html").as_str()),
        ("mine", "one")
    );
    second.insert("mine.html".into(), b"mine".to_vec());
    desk.publish("output", &second).unwrap();
    second.remove("mine.html");
    desk.publish("output", &second).unwrap();
    assert!(!desk.path("output/mine.html").exists(), "it was the site's, byte for byte");
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
    assert_eq!(error.to_string(), "the output folder `/` is the root of the file system; choose another one");
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
