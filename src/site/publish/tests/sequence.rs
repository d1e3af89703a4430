//! Sites published one after the other, whatever happens to them in between.

use proptest::prelude::*;

use super::*;

/// What happens to a file of the output between two builds.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Written,
    Replaced,
    Removed,
    ItsFolder,
}

/// Returns all files below a folder with what is in them.
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
