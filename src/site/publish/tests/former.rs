//! Sites put together from the folders of former ones.

use proptest::prelude::*;

use super::*;

#[cfg(unix)]
#[test]
fn the_folders_of_the_site_before_the_last_are_used_again() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.publish("output", &site("one")).unwrap();
    let first = number(&desk.path("output/a"));
    let mode = |path: &str| fs::metadata(desk.path(path)).unwrap().permissions().mode();
    let modes = (mode("output"), mode("output/a"));
    desk.publish("output", &site("two")).unwrap();
    let second = number(&desk.path("output/a"));
    assert_ne!(second, first);
    for (text, folder) in [("three", first), ("four", second), ("five", first)] {
        desk.publish("output", &site(text)).unwrap();
        assert_eq!((desk.read("output/index.html").as_str(), number(&desk.path("output/a"))), (text, folder));
        assert_eq!((mode("output"), mode("output/a")), modes);
    }
    // Without a cache they are made anew.
    let cache = Cache::none();
    let publication = Publication::open(&desk.path("output"), &desk.path("lessons"), &cache, &|| {}).unwrap();
    publication
        .publish(site("six").into_iter().map(|(path, bytes)| (path, Content::of(bytes))).collect())
        .unwrap();
    assert!(![first, second].contains(&number(&desk.path("output/a"))));
    assert_eq!(desk.names(), ["lessons", "output"]);
}

/// The folder in the cache in which the former site is kept.
#[cfg(unix)]
fn former(desk: &Desk) -> PathBuf {
    desk.cache().former_site(&Manifest::key(&desk.path("output").canonicalize().unwrap())).unwrap()
}

#[cfg(unix)]
#[test]
fn folders_have_the_permissions_of_new_ones() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    for text in ["one", "two"] {
        desk.publish("output", &site(text)).unwrap();
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    let new = mode(&desk.path("output/a"));
    // As it would be had it been built by somebody who lets nobody read.
    fs::set_permissions(former(&desk).join("a"), PermissionsExt::from_mode(0o700)).unwrap();
    desk.publish("output", &site("three")).unwrap();
    assert_eq!((desk.read("output/index.html").as_str(), mode(&desk.path("output/a"))), ("three", new));
}

#[cfg(unix)]
#[test]
fn nothing_is_taken_through_a_link() {
    use std::os::unix::fs::symlink;
    let desk = Desk::new();
    for text in ["one", "two"] {
        desk.publish("output", &site(text)).unwrap();
    }
    desk.write("home/assets/thesis", "years");
    desk.write("home/a/b.json", "{}");
    let former = former(&desk);
    fs::remove_dir_all(former.join("a")).unwrap();
    symlink(desk.path("home/a"), former.join("a")).unwrap();
    desk.publish("output", &site("three")).unwrap();
    assert_eq!(desk.read("home/a/b.json"), "{}");
    fs::remove_dir_all(&former).unwrap();
    symlink(desk.path("home"), &former).unwrap();
    desk.publish("output", &site("four")).unwrap();
    assert_eq!(
        (desk.read("home/assets/thesis").as_str(), desk.read("home/a/b.json").as_str()),
        ("years", "{}")
    );
    assert_eq!(
        (desk.read("output/index.html").as_str(), desk.read("output/a/b.json").as_str()),
        ("four", "{}")
    );
}

/// What happens to a file of the output between two builds.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Written,
    Replaced,
    Removed,
    ItsFolder,
}

/// All files below a folder with what is in them.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    files.map(|entry| (name(entry.path()), fs::read_to_string(entry.path()).unwrap())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever came before, and whatever somebody did to the output: it holds the new site, and what the author put there.
    #[test]
    fn a_site_is_as_if_it_was_the_first(
        steps in prop::collection::vec(
            (
                prop::collection::btree_map(prop::sample::select(vec!["index.html", "a/b", "a/c", "d/e/f", "d/g", "h/i"]), 0..3u8, 0..6),
                (0..8usize, prop::sample::select(vec![Damage::Written, Damage::Replaced, Damage::Removed, Damage::ItsFolder])),
                any::<bool>(),
            ),
            1..8,
        )
    ) {
        let desk = Desk::new();
        let mut own = BTreeMap::new();
        for (number, (pages, (victim, damage), more)) in steps.into_iter().enumerate() {
            let mut files: Output = pages.into_iter().map(|(path, text)| (path.to_owned(), vec![text; 3])).collect();
            files.insert(MARK.to_owned(), b"body{}".to_vec());
            desk.publish("output", &files).unwrap();
            let mut found = contents(&desk.path("output"));
            found.remove(LIST);
            let site = files.iter().map(|(path, bytes)| (path.clone(), String::from_utf8(bytes.clone()).unwrap()));
            let expected: BTreeMap<String, String> = site.chain(own.clone()).collect();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(desk.names(), ["lessons", "output"]);

            if let Some(path) = files.keys().filter(|path| *path != MARK).nth(victim) {
                let path = desk.path("output").join(path);
                match damage {
                    Damage::Written => fs::write(&path, "mine").unwrap(),
                    Damage::Removed => fs::remove_file(&path).unwrap(),
                    Damage::Replaced => {
                        fs::remove_file(&path).unwrap();
                        fs::write(&path, "mine").unwrap();
                    }
                    Damage::ItsFolder if path.parent() == Some(&desk.path("output")) => {}
                    Damage::ItsFolder => {
                        let folder = path.parent().unwrap();
                        fs::remove_dir_all(folder).unwrap();
                        own.retain(|path, _| !desk.path("output").join(path).starts_with(folder));
                    }
                }
            }
            if more {
                let path = format!("{}own-{number}", ["", "a/", "n/"][number % 3]);
                desk.write(&format!("output/{path}"), "own");
                own.insert(path, "own".to_owned());
            }
        }
    }
}
