//! The list of a site's files, `.gradbook-files` in its folder: what it does not name is the author's.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gradbook::site::{Content, Publication};
use gradbook::store::cache::Cache;

use super::course::folder;

/// What an author has put into the output, and what lies beside it.
const AUTHORS: [&str; 4] =
    ["output/mine.txt", "output/deep/mine.txt", "output/.hidden/mine.txt", "output/.nojekyll"];
const BESIDE: [&str; 3] = ["beside.txt", "beside/a.txt", "lessons/a.md"];

/// Publishes a site over one with that list. Returns whether it named the site's own files.
pub(crate) fn manifest(data: &[u8]) -> bool {
    let own = |path: &str| path.as_bytes().to_vec();
    let files: Vec<(&str, Vec<u8>)> = AUTHORS
        .iter()
        .chain(&BESIDE)
        .map(|&path| (path, own(path)))
        .chain([
            ("output/assets/gradbook.css", own("old")),
            ("output/gone.html", own("old")),
            ("output/index.html", own("old")),
            ("output/.gradbook-files", data.to_vec()),
        ])
        .collect();
    let folder = folder(files.iter().map(|(path, content)| (*path, content.as_slice())));
    let at = |path: &str| folder.path().join(path);
    let cache = Cache::none();
    let publication = Publication::open(&at("output"), &at("lessons"), &cache, &|| ());
    let publication = publication.unwrap_or_else(|error| panic!("{error}"));
    let alone = publication.check_alone().is_ok();
    let names = ["assets/gradbook.css", "index.html", "new/page.html"];
    let site: BTreeMap<String, Content> =
        names.iter().map(|name| ((*name).to_owned(), Content::of(own("new")))).collect();
    let published = publication.publish(site).is_ok();

    let list = str::from_utf8(data).ok();
    let is_listed = |path: &str| {
        let below = path.strip_prefix("output/").map(Path::new);
        list.is_some_and(|list| list.lines().any(|line| below == Some(Path::new(line))))
    };
    let read = |path: &str| fs::read(at(path)).ok();
    for path in BESIDE {
        assert_eq!(read(path), Some(own(path)), "{path}");
    }
    for path in AUTHORS {
        assert!(is_listed(path) && published || read(path) == Some(own(path)), "{path} is gone");
        assert!(
            is_listed(path) || path.ends_with(".nojekyll") || list.is_none() || !alone,
            "{path} is unknown"
        );
    }
    let state = if published { "new" } else { "old" };
    assert_eq!(read("output/index.html"), Some(own(state)));
    assert_eq!(read("output/new/page.html").is_some(), published);
    let is_known = is_listed("output/gone.html") && is_listed("output/index.html");
    // What only the list tells to be the site's goes with it, what it does not name stays.
    if published && list.is_some() {
        assert_eq!(read("output/gone.html").is_some(), !is_listed("output/gone.html"));
    }
    published && is_known
}
