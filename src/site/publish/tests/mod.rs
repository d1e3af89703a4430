mod sequence;

use super::place::{MARK, entries};
use super::*;
use crate::site::Output;
use crate::store::cache::Cache;
use std::fs;
use std::path::PathBuf;
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

    fn cache(&self) -> Cache {
        Cache::new(self.path("lessons/cache"), 1 << 30)
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    fn publish(&self, output: &str, files: &Output) -> Result<Published, PublishError> {
        let cache = self.cache();
        let publication = Publication::open(&self.path(output), &self.path("lessons"), &cache, &|| {})?;
        publication
            .publish(files.iter().map(|(path, bytes)| (path.clone(), Content::of(bytes.clone()))).collect())
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Names in the desk's folder, sorted.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = entries(self.folder.path())
            .unwrap()
            .iter()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
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
fn a_build_waits_for_another_one_to_the_same_folder_only() {
    let desk = Desk::new();
    let cache = Cache::none();
    let open = |output: &str, waits: &dyn Fn()| {
        Publication::open(&desk.path(output), &desk.path("lessons"), &cache, waits).unwrap()
    };
    let files = || site("one").into_iter().map(|(path, bytes)| (path, Content::of(bytes))).collect();
    let first = open("output", &|| panic!("nobody else writes there"));
    open("other", &|| panic!("that is another folder")).publish(files()).unwrap();
    let (waits, waiting) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let second =
            scope.spawn(move || open("output", &|| waits.send(()).unwrap()).publish(files()).unwrap());
        waiting.recv_timeout(Duration::from_mins(1)).unwrap();
        assert_eq!(first.publish(files()).unwrap().written, 3);
        assert_eq!(second.join().unwrap(), Published { written: 0, unchanged: 3 });
    });
    assert_eq!(desk.names(), ["lessons", "other", "output"], "no lock is left");
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

/// Returns which file or folder it is.
#[cfg(unix)]
fn number(path: &Path) -> u64 {
    std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap())
}

/// Makes all files old enough to be believed, and lets the desk note them so.
fn settle(desk: &Desk) {
    let past = SystemTime::now() - Duration::from_hours(1);
    for path in [".gradbook-files", "index.html", MARK, "a/b.json"] {
        let path = desk.path("output").join(path);
        fs::File::options().append(true).open(path).unwrap().set_modified(past).unwrap();
    }
    desk.publish("output", &site("one")).unwrap();
}

#[cfg(unix)]
#[test]
fn an_unchanged_site_is_neither_made_nor_read_nor_swapped() {
    let desk = Desk::new();
    desk.publish("output", &site("one")).unwrap();
    settle(&desk);
    let folder = number(&desk.path("output"));
    let cache = desk.cache();
    let open = || Publication::open(&desk.path("output"), &desk.path("lessons"), &cache, &|| {}).unwrap();
    let from = |text: &str| Sum::of(text.as_bytes());
    let publication = open();
    assert!(publication.holds("index.html", &from("one")));
    assert!(!publication.holds("index.html", &from("two")) && !publication.holds("b.html", &from("one")));
    let held = |text: &str| Content { from: from(text), source: None };
    let all = || -> BTreeMap<String, Content> {
        let files = [("index.html", held("one")), (MARK, held("body{}")), ("a/b.json", held("{}"))];
        files.map(|(path, content)| (path.to_owned(), content)).into()
    };
    assert_eq!(publication.publish(all()).unwrap(), Published { written: 0, unchanged: 3 });
    assert_eq!(number(&desk.path("output")), folder, "no swap");

    // Another way to the same bytes, and then it is known as made that way.
    let mut files = all();
    files.insert("a/b.json".into(), Content::new(Some(from("otherwise")), b"{}".to_vec()));
    assert_eq!(open().publish(files).unwrap(), Published { written: 0, unchanged: 3 });
    assert!(open().holds("a/b.json", &from("otherwise")));
    assert_eq!(number(&desk.path("output")), folder);

    // What is not held does not become a file.
    let mut files = all();
    files.insert("index.html".into(), held("two"));
    assert!(matches!(open().publish(files), Err(PublishError::Io { .. })));
    assert_eq!(desk.read("output/index.html"), "one");
}

#[test]
fn a_file_changed_by_hand_is_repaired_however_it_was_changed() {
    let desk = Desk::new();
    let page = desk.path("output/index.html");
    let damages: [(&str, &dyn Fn()); 5] = [
        ("other bytes", &|| fs::write(&page, "mine, and longer").unwrap()),
        ("as many bytes", &|| fs::write(&page, "eno").unwrap()),
        ("removed", &|| fs::remove_file(&page).unwrap()),
        ("another file", &|| {
            fs::remove_file(&page).unwrap();
            fs::write(&page, "eno").unwrap();
        }),
        ("its time restored", &|| {
            let time = fs::metadata(&page).unwrap().modified().unwrap();
            fs::write(&page, "eno").unwrap();
            fs::File::options().append(true).open(&page).unwrap().set_modified(time).unwrap();
        }),
    ];
    for settled in [false, true] {
        for (name, damage) in &damages {
            desk.publish("output", &site("one")).unwrap();
            if settled {
                settle(&desk);
            }
            damage();
            let published = desk.publish("output", &site("one")).unwrap();
            let noticed = cfg!(unix) || !settled || *name != "its time restored";
            assert!(!noticed || desk.read("output/index.html") == "one", "{name}, settled: {settled}");
            assert!(!noticed || published.written == 1, "{name}, settled: {settled}");
        }
    }
    settle(&desk);
    fs::remove_dir_all(desk.path("output/a")).unwrap();
    desk.publish("output", &site("one")).unwrap();
    assert_eq!(desk.read("output/a/b.json"), "{}");
}

#[cfg(unix)]
#[test]
fn a_link_to_what_looks_like_a_page_of_ours_is_replaced() {
    let desk = Desk::new();
    desk.publish("output", &site("one")).unwrap();
    settle(&desk);
    let page = desk.path("output/index.html");
    fs::rename(&page, desk.path("lessons/elsewhere")).unwrap();
    std::os::unix::fs::symlink("../lessons/elsewhere", &page).unwrap();
    assert_eq!(desk.publish("output", &site("one")).unwrap().written, 1);
    assert!(!page.is_symlink());
    assert_eq!(
        (desk.read("output/index.html"), desk.read("lessons/elsewhere")),
        ("one".into(), "one".into())
    );
}

/// Nothing is waited for, nor is more read than a list can have; and no file of the author's is taken for the site's.
#[cfg(unix)]
#[test]
fn a_list_that_cannot_be_read_is_an_error() {
    let desk = Desk::new();
    desk.publish("output", &site("one")).unwrap();
    desk.write("output/mine.txt", "mine");
    let list = desk.path("output").join(LIST);
    let good = desk.read("output/.gradbook-files");
    desk.write("elsewhere", &good);
    let plant: [(&str, &dyn Fn()); 4] = [
        ("not a regular file", &|| {
            assert!(std::process::Command::new("mkfifo").arg(&list).status().unwrap().success());
        }),
        ("longer than", &|| fs::File::create(&list).unwrap().set_len(1 << 40).unwrap()),
        ("is a link", &|| std::os::unix::fs::symlink("../elsewhere", &list).unwrap()),
        ("is a link", &|| std::os::unix::fs::symlink("/dev/zero", &list).unwrap()),
    ];
    for (reason, plant) in plant {
        fs::remove_file(&list).unwrap();
        plant();
        let error = desk.publish("output", &site("two")).unwrap_err().to_string();
        assert!(error.contains(".gradbook-files`") && error.contains(reason), "{error}");
        let cache = desk.cache();
        let publication =
            Publication::open(&desk.path("output"), &desk.path("lessons"), &cache, &|| {}).unwrap();
        assert!(matches!(publication.check_alone(), Err(PublishError::List { .. })));
        assert_eq!(
            (desk.read("output/index.html"), desk.read("output/mine.txt")),
            ("one".into(), "mine".into())
        );
    }
    fs::remove_file(&list).unwrap();
    fs::write(&list, good).unwrap();
    desk.publish("output", &site("two")).unwrap();
    assert_eq!(desk.read("output/mine.txt"), "mine");
}

/// Whoever edits a page while a build runs keeps the edit until the next build, which finds it and makes the page anew.
#[test]
fn a_page_edited_during_a_build_is_never_taken_for_ours() {
    let from = |text: &str| Sum::of(text.as_bytes());
    for settled in [false, true] {
        for other in ["one", "two"] {
            let desk = Desk::new();
            desk.publish("output", &site("one")).unwrap();
            if settled {
                settle(&desk);
            }
            let cache = desk.cache();
            let open =
                || Publication::open(&desk.path("output"), &desk.path("lessons"), &cache, &|| {}).unwrap();
            let publication = open();
            desk.write("output/index.html", "eno");
            // So long ago that its time is believed: trainings take longer than that.
            let past = SystemTime::now() - Duration::from_mins(1);
            let page = desk.path("output/index.html");
            fs::File::options().append(true).open(page).unwrap().set_modified(past).unwrap();
            // The edited page comes out as it was, on another way; whether another page is new or not.
            let mut files: BTreeMap<String, Content> =
                site("one").into_iter().map(|(path, bytes)| (path, Content::of(bytes))).collect();
            files.insert("index.html".into(), Content::new(Some(from("otherwise")), b"one".to_vec()));
            files.insert("a/b.json".into(), Content::of(other.into()));
            publication.publish(files).unwrap();
            assert_eq!(desk.read("output/index.html"), "eno");
            assert!(!open().holds("index.html", &from("otherwise")), "settled: {settled}, {other}");
            assert!(open().holds("a/b.json", &from(other)));
        }
    }
}

#[test]
fn a_page_edited_between_the_swap_and_the_notes_is_not_noted() {
    let desk = Desk::new();
    let place = OutputPlace::new(&desk.path("output")).unwrap();
    let none = manifest::Records::new();
    let new = |path: &str| {
        let content = Content::of(b"one".to_vec());
        (path.to_owned(), Staged::new(path, content, &none, &place).unwrap())
    };
    let mut staged: BTreeMap<String, Staged> = [new("index.html"), new("a.html")].into();
    stage::stage(&place, &mut staged).unwrap();
    place.swap().unwrap();
    let page = desk.path("output/index.html");
    fs::write(&page, "eno").unwrap();
    let later = SystemTime::now() + Duration::from_secs(1);
    fs::File::options().append(true).open(&page).unwrap().set_modified(later).unwrap();
    let noted: Vec<String> = stage::records(&place, staged).into_keys().collect();
    assert_eq!(noted, ["a.html"]);
}

#[test]
fn a_file_is_copied_as_it_is_when_it_is_copied() {
    let desk = Desk::new();
    desk.write("lessons/a.bin", "one");
    let (lessons, below) = (desk.path("lessons"), Path::new("a.bin"));
    let cache = desk.cache();
    let publish = |content: Content| {
        let files = site("one").into_iter().map(|(path, bytes)| (path, Content::of(bytes)));
        let publication = Publication::open(&desk.path("output"), &lessons, &cache, &|| {}).unwrap();
        publication.publish(files.chain([("a.bin".to_owned(), content)]).collect()).unwrap().written
    };
    let looked_at = || Content::copied(&lessons, below, 3).unwrap();
    assert_eq!((publish(looked_at()), desk.read("output/a.bin")), (site("one").len() + 1, "one".into()));
    assert_eq!(publish(looked_at()), 0);
    let content = looked_at();
    desk.write("lessons/a.bin", "two");
    // Nobody reads it where the site has what it was.
    assert_eq!((publish(content.clone()), desk.read("output/a.bin")), (0, "one".into()));
    fs::remove_file(desk.path("output/a.bin")).unwrap();
    assert_eq!((publish(content), desk.read("output/a.bin")), (1, "two".into()));
    assert_eq!(publish(looked_at()), 0);
    desk.write("lessons/a.bin", "four");
    assert!(matches!(Content::copied(&lessons, below, 3), Err(Refusal::TooLong(3))));
}

#[test]
fn what_is_noted_of_one_folder_says_nothing_of_another() {
    let desk = Desk::new();
    desk.publish("one", &site("one")).unwrap();
    desk.publish("two", &site("two")).unwrap();
    desk.publish("one", &site("two")).unwrap();
    assert_eq!((desk.read("one/index.html"), desk.read("two/index.html")), ("two".into(), "two".into()));
    // A copy in the place of the site that was noted.
    fs::rename(desk.path("one"), desk.path("gone")).unwrap();
    desk.write("one/index.html", "older");
    desk.write(&format!("one/{MARK}"), "body{}");
    desk.publish("one", &site("two")).unwrap();
    assert_eq!((desk.read("one/index.html"), desk.read("one/a/b.json")), ("two".into(), "{}".into()));
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
    let error = Publication::open(Path::new("/"), &desk.path("lessons"), &Cache::none(), &|| {}).unwrap_err();
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

/// In a kernel that can, the swap is one step.
#[cfg(target_os = "linux")]
#[test]
fn a_reader_always_finds_a_site() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let desk = Desk::new();
    desk.publish("output", &site("0")).unwrap();
    let ended = AtomicBool::new(false);
    let looks = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut looks = 0;
            while !ended.load(Ordering::Relaxed) {
                let page = fs::read_to_string(desk.path("output/index.html")).unwrap();
                assert!(page.parse::<u32>().is_ok(), "{page:?} is half a page");
                looks += 1;
            }
            looks
        });
        for number in 1..100 {
            desk.publish("output", &site(&number.to_string())).unwrap();
        }
        ended.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(looks > 100, "{looks}");
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

    // Killed before the two were exchanged: what stands aside is the new one, and goes.
    desk.publish("output", &site("one")).unwrap();
    desk.publish("other", &site("two")).unwrap();
    fs::rename(desk.path("other"), desk.path(".output.gradbook-old")).unwrap();
    desk.publish("output", &broken).unwrap_err();
    assert_eq!(desk.read("output/index.html"), "one");

    // Killed after that: the hidden files are still in the old folder.
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
