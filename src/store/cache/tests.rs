use std::path::Path;

use super::eviction::{ABANDONED, FORGOTTEN};
use super::*;
use crate::experiment::kind;
use crate::outcome::Metric;

fn key(seed: u64) -> Key {
    Key::new(kind("split").unwrap(), &serde_json::json!({}), None, seed)
}

fn record(seed: u64) -> RunRecord {
    RunRecord {
        seed,
        metrics: [("loss".to_owned(), Metric::Number(f64::NAN))].into(),
        series: [("loss".to_owned(), vec![0.5; 100].into())].into(),
        ..RunRecord::default()
    }
}

fn age(folder: &Path, key: &Key, hours: u64) {
    let file = File::options().append(true).open(folder.join(RUNS).join(key.to_string())).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(hours * 3600)).unwrap();
}

#[test]
fn what_was_put_in_is_found_again_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().join("deep/cache"), 1 << 20);
    assert_eq!(cache.get(&key(1)), None);
    assert_eq!(cache.damaged(), 0);
    cache.put(&key(1), &record(1));
    assert_eq!(cache.trouble(), None);
    assert_eq!(format!("{:?}", cache.get(&key(1))), format!("{:?}", Some(record(1))));
    assert!(cache.has(&key(1)) && !cache.has(&key(2)));
    assert_eq!(cache.get(&key(2)), None);
    cache.put_drawn(&key(2), &"a chart".to_owned());
    assert_eq!(cache.drawn(&key(2)), Some("a chart".to_owned()));
    assert_eq!((cache.get(&key(2)), cache.damaged()), (None, 0));
    assert_eq!(fs::read_to_string(folder.path().join("deep/cache/.gitignore")).unwrap(), "*\n");
    assert_eq!(Cache::none().get(&key(1)), None);
}

#[test]
fn a_damaged_entry_is_counted_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_owned(), 1 << 20);
    cache.put(&key(1), &record(1));
    let path = folder.path().join(RUNS).join(key(1).to_string());
    let mut bytes = fs::read(&path).unwrap();
    bytes[50] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!((cache.get(&key(1)), cache.damaged()), (None, 1));
    cache.put(&key(1), &record(1));
    assert!(cache.get(&key(1)).is_some());
}

#[test]
fn the_longest_unused_go_first_when_room_is_short() {
    let folder = tempfile::tempdir().unwrap();
    let at = At { seal: &Seal::of_user().unwrap(), part: RUNS, key: &key(0) };
    let one = entry::encode_record(at, &record(0)).unwrap().0.len() as u64;
    let cache = Cache::new(folder.path().to_owned(), 3 * one);
    for seed in 0..5 {
        cache.put(&key(seed), &record(seed));
        age(folder.path(), &key(seed), 200 - 10 * seed);
    }
    // The oldest but one is used again.
    assert!(cache.get(&key(1)).is_some());
    let aside = folder.path().join(format!("runs/.{}-7-0", key(9)));
    fs::write(&aside, "x").unwrap();
    cache.tidy();
    let left: Vec<bool> = (0..5).map(|seed| cache.has(&key(seed))).collect();
    assert_eq!(left, [false, true, false, true, true]);
    assert!(aside.exists(), "it may still be written");
}

#[test]
fn what_a_killed_build_left_aside_goes() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_owned(), 1 << 20);
    cache.put(&key(1), &record(1));
    let aside = folder.path().join(format!("runs/.{}-7-0", key(9)));
    File::create(&aside).unwrap().set_modified(SystemTime::now() - 2 * ABANDONED).unwrap();
    cache.tidy();
    assert!(!aside.exists() && cache.has(&key(1)));
}

#[test]
fn notes_of_what_is_gone_go() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_owned(), 1 << 20);
    let inputs = Inputs { engine: 1, kind: "split".into(), revision: 1, seed: 0, seeds: 1, variants: vec![] };
    for experiment in ["gone", "there"] {
        cache.keep_inputs(experiment, &inputs);
        let note = folder.path().join(LAST).join(Key::named(&["last", experiment]).to_string());
        let note = File::options().append(true).open(note).unwrap();
        note.set_modified(SystemTime::now() - 2 * FORGOTTEN).unwrap();
    }
    cache.keep_inputs("there", &inputs);
    cache.tidy();
    let left = |experiment: &str| cache.last_inputs(experiment).is_some();
    assert_eq!((left("gone"), left("there")), (false, true));
}

/// Returns a folder outside of the cache with a file and a folder whose names are as those of entries.
#[cfg(unix)]
fn victim(folder: &Path) -> PathBuf {
    let home = folder.join("home");
    fs::create_dir_all(home.join(key(3).to_string()).join("layer")).unwrap();
    for name in
        [key(1).to_string(), format!(".{}-7-0", key(2)), format!("{}/layer/x", key(3)), "notes".to_owned()]
    {
        let file = File::create(home.join(name)).unwrap();
        file.set_modified(SystemTime::now() - 2 * FORGOTTEN).unwrap();
    }
    home
}

#[cfg(unix)]
fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> =
        walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap().into_path()).collect();
    names.sort();
    names
}

#[cfg(unix)]
#[test]
fn nothing_is_removed_or_written_through_a_link() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let home = victim(folder.path());
    let before = names(&home);
    // In the place of each part, then of each folder above.
    for depth in 0..3 {
        let root = folder.path().join(depth.to_string());
        fs::create_dir(&root).unwrap();
        match depth {
            0 => {
                fs::create_dir_all(root.join(".gradbook/cache")).unwrap();
                for part in [RUNS, DRAWN, BRIEF, LAST, SITES, PROGRAMS] {
                    symlink(&home, root.join(".gradbook/cache").join(part)).unwrap();
                }
                symlink(home.join("ignored"), root.join(".gradbook/cache/.gitignore")).unwrap();
            }
            1 => {
                fs::create_dir(root.join(".gradbook")).unwrap();
                symlink(&home, root.join(".gradbook/cache")).unwrap();
            }
            _ => symlink(&home, root.join(".gradbook")).unwrap(),
        }
        let cache = Cache::below(root, &[".gradbook", "cache"], 0);
        cache.put(&key(1), &record(1));
        cache.put_drawn(&key(2), &"chart");
        assert!(
            cache.get(&key(1)).is_none() && cache.drawn::<String>(&key(2)).is_none() && !cache.has(&key(1))
        );
        assert!(cache.trouble().unwrap().ends_with("it is a link"), "{:?}", cache.trouble());
        cache.written.fetch_add(1, Ordering::Relaxed);
        cache.tidy();
        assert!(cache.clear().unwrap_err().to_string().ends_with("it is a link"));
        assert_eq!(names(&home), before);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_in_the_place_of_an_entry_is_neither_waited_for_nor_read() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_owned(), 1 << 20);
    cache.put(&key(1), &record(1));
    let runs = folder.path().join(RUNS);
    fs::rename(runs.join(key(1).to_string()), runs.join("right")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(runs.join(key(2).to_string())).status().unwrap();
    assert!(pipe.success());
    symlink("/dev/zero", runs.join(key(3).to_string())).unwrap();
    symlink("right", runs.join(key(1).to_string())).unwrap();
    let long = File::create(runs.join(key(4).to_string())).unwrap();
    long.set_len(MOST + 1).unwrap();
    for seed in 1..5 {
        assert_eq!(cache.get(&key(seed)), None);
    }
    assert_eq!(cache.damaged(), 4);
    // They give way to what is right.
    for seed in 1..5 {
        cache.put(&key(seed), &record(seed));
        assert!(cache.get(&key(seed)).is_some());
    }
}

#[test]
fn what_was_written_with_another_key_is_no_entry() {
    let folder = tempfile::tempdir().unwrap();
    let strange =
        Cache::new(folder.path().to_owned(), 1 << 20).with_secret("a stranger's own secret").unwrap();
    strange.put(&key(1), &record(1));
    strange.put_drawn(&key(2), &"<script>");
    assert!(strange.get(&key(1)).is_some());
    let cache = Cache::new(folder.path().to_owned(), 1 << 20);
    assert!(cache.get(&key(1)).is_none() && cache.drawn::<String>(&key(2)).is_none());
    assert_eq!((cache.damaged(), cache.trouble()), (2, None));
    let none = Cache::new(folder.path().to_owned(), 1 << 20);
    none.seal.set(Err(Fault::new("no key"))).unwrap();
    none.put(&key(1), &record(1));
    assert!(none.get(&key(1)).is_none());
    assert_eq!(none.trouble().as_deref(), Some("no key"));
}

#[test]
fn clearing_leaves_other_files_alone() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_owned(), 1 << 20);
    assert_eq!(cache.clear().unwrap(), (0, 0));
    cache.put(&key(1), &record(1));
    cache.put(&key(2), &record(2));
    fs::write(folder.path().join("thesis.txt"), "years").unwrap();
    assert_eq!(cache.clear().unwrap().0, 2);
    assert!(folder.path().join("thesis.txt").exists());
    assert!(!cache.has(&key(1)));
}

#[test]
fn a_folder_that_is_none_is_said_once_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let cache = Cache::new(folder.path().join("file"), 1 << 20);
    cache.put(&key(1), &record(1));
    cache.put(&key(2), &record(2));
    assert_eq!(cache.get(&key(1)), None);
    assert!(cache.trouble().unwrap().starts_with("cannot write "));
    cache.tidy();
}

#[test]
fn many_writers_of_one_entry_leave_it_whole() {
    let folder = tempfile::tempdir().unwrap();
    let caches: Vec<Cache> = (0..4).map(|_| Cache::new(folder.path().to_owned(), 1 << 20)).collect();
    std::thread::scope(|scope| {
        for cache in &caches {
            scope.spawn(|| {
                for _ in 0..50 {
                    cache.put(&key(1), &record(1));
                    assert!(cache.get(&key(1)).is_some());
                }
            });
        }
    });
    assert!(caches.iter().all(|cache| cache.damaged() == 0 && cache.trouble().is_none()));
}
