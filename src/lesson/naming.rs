//! Which page each lesson becomes, by one rule: a page is called as its file, without the number. Where several would have one
//! name, each of them is called by its whole path below the lessons folder, without numbers; and where that is still one, with
//! them. What every site has of its own is a name that is taken.

use std::collections::BTreeMap;

use super::discover::{LessonFile, is_chapter};
use super::slug::{slugify, without_number};

/// Pages that every site has.
const OF_THE_SITE: [&str; 2] = ["index", "404"];

/// Gives each lesson its page. Returns what is to be said of it, a sentence for each name that several have.
pub(super) fn assign(lessons: &mut [LessonFile]) -> Vec<String> {
    let plain: Vec<String> = lessons.iter().map(|lesson| lesson.slug.clone()).collect();
    rename(lessons, |lesson| path(lesson, |part| slugify(without_number(part))));
    rename(lessons, |lesson| path(lesson, slugify));
    let mut said = said(lessons, &plain);
    for lesson in lessons.iter_mut().filter(|lesson| is_of_the_site(&lesson.slug)) {
        lesson.slug = format!("{}-lesson", lesson.slug);
        said.push(format!(
            "the lesson `{}` has the page `{}.html`: the site has one of its name",
            lesson.below, lesson.slug
        ));
    }
    said
}

/// Gives those lessons another name whose name others have.
fn rename(lessons: &mut [LessonFile], new: impl Fn(&LessonFile) -> String) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    lessons.iter().for_each(|lesson| *counts.entry(lesson.slug.clone()).or_default() += 1);
    for lesson in lessons {
        if counts[&lesson.slug] > 1 || is_of_the_site(&lesson.slug) {
            lesson.slug = new(lesson);
        }
    }
}

fn is_of_the_site(slug: &str) -> bool {
    OF_THE_SITE.contains(&slug)
}

/// Returns the path of a lesson below the lessons folder, as an address. A chapter's own page is its `index`, whatever its file is
/// called.
fn path(lesson: &LessonFile, part: impl Fn(&str) -> String) -> String {
    let file = lesson.below.rsplit('/').next().unwrap_or(&lesson.below);
    let name = match part(file.strip_suffix(".md").unwrap_or(file)) {
        name if name.is_empty() || is_chapter(file) => lesson.slug.clone(),
        name => name,
    };
    let folders = lesson.folder().split('/').map(part).filter(|folder| !folder.is_empty());
    folders.chain([name]).collect::<Vec<_>>().join("/")
}

/// Returns a sentence for each name that several lessons have. That a chapter's `index.md` stands in the chapter needs none.
fn said(lessons: &[LessonFile], plain: &[String]) -> Vec<String> {
    let mut pages: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (lesson, plain) in lessons.iter().zip(plain).filter(|(_, plain)| !is_of_the_site(plain)) {
        pages.entry(plain).or_default().push(format!("`{}.html`", lesson.slug));
    }
    let several = pages.into_iter().filter(|(_, pages)| pages.len() > 1);
    several
        .map(|(name, pages)| format!("lessons called `{name}` have the pages {}", pages.join(", ")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(files: &[&str]) -> (Vec<String>, Vec<String>) {
        let root = std::path::Path::new("root");
        let found = |file: &&str| super::super::discover::describe(root, &root.join(file)).unwrap();
        let mut lessons: Vec<LessonFile> = files.iter().map(found).collect();
        let said = assign(&mut lessons);
        (lessons.into_iter().map(|lesson| lesson.slug).collect(), said)
    }

    #[test]
    fn names_that_are_alone_stay() {
        assert_eq!(assigned(&["01-a.md", "02-deep/01-b.md"]), (vec!["a".into(), "b".into()], vec![]));
    }

    #[test]
    fn chapters_tell_lessons_of_one_name_apart() {
        let (slugs, said) = assigned(&[
            "01-intro.md",
            "02-Deep Nets/01-intro.md",
            "03-c/2-d/intro.md",
            "03-c/index.md",
            "04-e/README.md",
            "x/404.md",
        ]);
        assert_eq!(slugs, ["intro", "deep-nets/intro", "c/d/intro", "c/index", "e/index", "x/404"]);
        assert_eq!(
            said,
            ["lessons called `intro` have the pages `intro.html`, `deep-nets/intro.html`, `c/d/intro.html`"]
        );
    }

    #[test]
    fn numbers_tell_those_apart_that_are_still_alike() {
        assert_eq!(assigned(&["1.1-intro.md", "2.1-intro.md"]).0, ["1-1-intro", "2-1-intro"]);
        assert_eq!(assigned(&["a/1-x.md", "a/2-x.md", "b/x.md"]).0, ["a/1-x", "a/2-x", "b/x"]);
        assert_eq!(assigned(&["1-a/x.md", "b/x.md", "x.md"]).0, ["a/x", "b/x", "x"]);
        assert_eq!(assigned(&["1-a/x.md", "2-a/x.md"]).0, ["1-a/x", "2-a/x"]);
        let (slugs, said) = assigned(&["x.md", "X.md", "index.md"]);
        assert_eq!(slugs, ["x", "x", "index-lesson"]);
        assert!(said[1].contains("`index.md` has the page `index-lesson.html`"), "{said:?}");
    }
}
