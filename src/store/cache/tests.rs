use super::room::{ABANDONED, FORGOTTEN};
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
    let path = cache.entry(RUNS, &key(1)).unwrap();
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
    let one = entry::encode_record(&key(0), &record(0)).unwrap().0.len() as u64;
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
        let note = File::options().append(true).open(cache.note_of(experiment).unwrap()).unwrap();
        note.set_modified(SystemTime::now() - 2 * FORGOTTEN).unwrap();
    }
    cache.keep_inputs("there", &inputs);
    cache.tidy();
    let left = |experiment: &str| cache.last_inputs(experiment).is_some();
    assert_eq!((left("gone"), left("there")), (false, true));
}

#[test]
fn former_sites_go_with_what_is_noted_of_their_output() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_owned(), 1 << 20);
    let keep = |name: &str| {
        let key = Key::named(&[name]);
        let former = cache.former_site(&key).unwrap();
        fs::create_dir_all(former.join("assets")).unwrap();
        fs::write(former.join("assets/page"), name).unwrap();
        (key, former)
    };
    let ((_, gone), (key, there)) = (keep("gone"), keep("there"));
    cache.put_site(&key, &());
    cache.tidy();
    assert!(!gone.exists() && there.join("assets/page").exists());
    cache.clear().unwrap();
    assert_eq!(fs::read_dir(folder.path().join(FORMER)).unwrap().count(), 0);
}

#[test]
fn former_sites_go_though_they_are_read_only_or_were_left_by_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_owned(), 1 << 20);
    let key = Key::named(&["output"]);
    let former = cache.former_site(&key).unwrap();
    for folder in [former.clone(), former.with_file_name(format!(".{key}-{}", std::process::id()))] {
        fs::create_dir_all(folder.join("assets")).unwrap();
        fs::write(folder.join("assets/page"), "").unwrap();
        let mut permissions = fs::metadata(folder.join("assets")).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(folder.join("assets"), permissions).unwrap();
    }
    cache.clear().unwrap();
    assert_eq!(fs::read_dir(folder.path().join(FORMER)).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn nothing_is_removed_that_has_no_name_of_ours() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (home, cache) = (folder.path().join("home"), folder.path().join("cache"));
    fs::create_dir_all(home.join("thesis")).unwrap();
    fs::create_dir(&cache).unwrap();
    for name in ["thesis/chapter", ".profile", "notes"] {
        let file = File::create(home.join(name)).unwrap();
        file.set_modified(SystemTime::now() - 2 * FORGOTTEN).unwrap();
    }
    for part in [RUNS, DRAWN, BRIEF, LAST, SITES, FORMER] {
        symlink(&home, cache.join(part)).unwrap();
    }
    let cache = Cache::new(cache, 0);
    cache.put(&key(1), &record(1));
    let former = cache.former_site(&key(2)).unwrap();
    symlink(&home, &former).unwrap();
    cache.tidy();
    assert!(!home.join(key(1).to_string()).exists(), "there was no room for it");
    cache.clear().unwrap();
    let left = ["thesis/chapter", ".profile", "notes"].map(|name| home.join(name).exists());
    assert_eq!((left, former.is_symlink()), ([true; 3], true));
}

#[test]
fn clearing_leaves_other_files_alone() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_owned(), 1 << 20);
    assert_eq!(cache.clear(), Ok((0, 0)));
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
