//! What may have come with lessons that are not trusted: the lessons folder, and the repository that this is a part of.

use std::path::{Path, PathBuf};

use crate::files::Fault;

/// Returns whether a folder, as it is named or as it is reached by links, lies in the lessons folder `root` or in its repository.
pub(super) fn holds(root: &Path, folder: &Path) -> bool {
    let Ok(named) = std::path::absolute(folder) else { return true };
    let Ok(working) = std::env::current_dir().and_then(|folder| folder.canonicalize()) else { return true };
    holds_from(&working, root, &named)
}

/// The same from a working folder, which may be what was unpacked with the lessons in it where those are in no repository.
fn holds_from(working: &Path, root: &Path, named: &Path) -> bool {
    let (Ok(real_root), Ok(mut checkout)) = (root.canonicalize(), of(root)) else { return true };
    if checkout == real_root && real_root.starts_with(working) && working.parent().is_some() {
        working.clone_into(&mut checkout);
    }
    // Of what is not there yet, the folder that it will be made in is asked.
    let real = named.ancestors().find_map(|folder| folder.canonicalize().ok());
    named.starts_with(&checkout) || real.is_none_or(|real| real.starts_with(checkout))
}

/// Checks that no stranger says where the site goes, nor what stands beside it: the output is no link, is reached through none
/// in the repository or the working folder, and does not lie among the lessons.
///
/// # Errors
/// An output that is not so.
pub(super) fn check_output(output: &Path, lessons: &Path) -> Result<(), Fault> {
    let shown = output.display();
    let failed = |error| Fault::cannot("find", format!("`{shown}`"), error);
    if output.components().as_path().is_symlink() {
        return Err(Fault::new(format!(
            "the output `{shown}` is a link: for lessons that are not trusted name the folder itself"
        )));
    }
    let real_lessons = lessons.canonicalize().map_err(failed)?;
    let root = if real_lessons.is_dir() {
        real_lessons.as_path()
    } else {
        real_lessons.parent().unwrap_or(&real_lessons)
    };
    let working = std::env::current_dir().and_then(|folder| folder.canonicalize()).map_err(failed)?;
    // A whole machine is nobody's checkout.
    let theirs: Vec<PathBuf> =
        [of(root).map_err(failed)?, working].into_iter().filter(|folder| folder.parent().is_some()).collect();
    let mut real = PathBuf::new();
    for part in std::path::absolute(output).map_err(failed)?.components() {
        let path = real.join(part);
        if path.is_symlink() && theirs.iter().any(|folder| real.starts_with(folder)) {
            return Err(Fault::new(format!(
                "the output `{shown}` is reached through the link `{}`: for lessons that are not trusted name the folder itself",
                path.display()
            )));
        }
        // What is not there yet is made as it is named.
        real = path.canonicalize().unwrap_or(path);
    }
    if real.starts_with(root) {
        return Err(Fault::new(format!(
            "the output `{shown}` is among the lessons, which are not trusted; choose a folder outside of `{}`",
            root.display()
        )));
    }
    Ok(())
}

/// Returns the real path of the repository of a lessons folder, or of this where it is in none.
fn of(root: &Path) -> std::io::Result<PathBuf> {
    let root = root.canonicalize()?;
    let repository = root.ancestors().find(|folder| folder.join(".git").exists());
    Ok(repository.map_or_else(|| root.clone(), Path::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_is_the_repository_of_the_lessons() {
        let folder = tempfile::tempdir().unwrap();
        let lessons = folder.path().join("repository/lessons");
        std::fs::create_dir_all(&lessons).unwrap();
        let inside = |path: &str| holds(&lessons, &folder.path().join(path));
        assert!(inside("repository/lessons/cache") && !inside("repository/cache") && !inside("cache"));
        let unpacked = folder.path().join("repository").canonicalize().unwrap();
        let from = |path: &str| holds_from(&unpacked, &lessons, &folder.path().join(path));
        assert!(from("repository/lessons/cache") && from("repository/cache") && !from("cache"));
        std::fs::create_dir(folder.path().join("repository/.git")).unwrap();
        assert!(inside("repository/lessons/cache/x") && inside("repository/cache") && !inside("cache"));
        #[cfg(unix)]
        {
            let link = |to: &str, name: &str| {
                std::os::unix::fs::symlink(folder.path().join(to), folder.path().join(name)).unwrap();
            };
            link("repository", "in");
            link("cache", "repository/out");
            assert!(inside("in/cache") && inside("repository/out"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_output_is_reached_through_no_link_of_a_strangers() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for path in ["repository/.git", "repository/lessons/01", "repository/site", "elsewhere/there"] {
            std::fs::create_dir_all(at(path)).unwrap();
        }
        std::fs::write(at("repository/lessons/a.md"), "").unwrap();
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(at(to), at(name)).unwrap();
        link("elsewhere", "repository/site/deep");
        link("repository/lessons", "repository/linked");
        link("elsewhere", "mine");
        link("repository/lessons", "in");
        for lessons in ["repository/lessons", "repository/lessons/a.md"] {
            let said = |output: &str| {
                check_output(&at(output), &at(lessons))
                    .map_or_else(|fault| fault.to_string(), |()| String::new())
            };
            for output in [
                "repository/site/deep/new",
                "repository/site/deep/a/new",
                "repository/linked/new",
                "repository/site/deep/there/../x",
            ] {
                assert!(said(output).contains("through the link"), "{output}: {}", said(output));
            }
            for output in ["repository/site/deep", "repository/site/deep/", "mine"] {
                assert!(said(output).contains("is a link"), "{output}: {}", said(output));
            }
            for output in [
                "repository/lessons/new",
                "repository/lessons/01/a/new",
                "in/new",
                "repository/lessons",
                "repository/site/../lessons/new",
            ] {
                assert!(said(output).contains("is among the lessons"), "{output}: {}", said(output));
            }
            // The links of the user's own are followed.
            for output in [
                "repository/site",
                "repository/site/new/a",
                "elsewhere/new",
                "mine/new",
                "repository/lessons/../new",
            ] {
                assert_eq!(said(output), "", "{output}");
            }
        }
    }
}
