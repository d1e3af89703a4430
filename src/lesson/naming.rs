//! Which page each lesson becomes. A page is called as its file without the number, and stands in the folder of its chapter
//! where another lesson's page has that name.

use std::collections::BTreeMap;

use super::discover::LessonFile;
use super::slug::{slugify, without_number};

/// Pages that every site has.
const OF_THE_SITE: [&str; 2] = ["index", "404"];

/// Gives lessons whose pages would have one name different ones: by the number before the name within a folder, by the
/// chapter across folders. Returns what is to be said of it, a sentence for each name.
pub(super) fn assign(lessons: &mut [LessonFile]) -> Vec<String> {
    let plain: Vec<String> = lessons.iter().map(|lesson| lesson.slug.clone()).collect();
    let beside: Vec<(String, String)> =
        lessons.iter().map(|lesson| (lesson.folder().to_owned(), lesson.slug.clone())).collect();
    rename(lessons, &shared(&beside), |lesson| slugify(stem(&lesson.below)));
    let of_site = |slug: &String| OF_THE_SITE.contains(&slug.as_str());
    let slugs = |lessons: &[LessonFile]| lessons.iter().map(|lesson| lesson.slug.clone()).collect::<Vec<_>>();
    let names = slugs(lessons);
    let alike: Vec<bool> =
        shared(&names).iter().zip(&names).map(|(shared, slug)| *shared || of_site(slug)).collect();
    rename(lessons, &alike, |lesson| within(lesson, |part| slugify(without_number(part))));
    let again = shared(&slugs(lessons));
    rename(lessons, &again, |lesson| within(lesson, slugify));
    let taken: Vec<bool> = slugs(lessons).iter().map(of_site).collect();
    rename(lessons, &taken, |lesson| format!("{}-lesson", lesson.slug));
    let mut said = said(lessons, &plain);
    for (lesson, _) in lessons.iter().zip(taken).filter(|(_, taken)| *taken) {
        said.push(format!(
            "the lesson `{}` has the page `{}.html`: the site has one of its name",
            lesson.below, lesson.slug
        ));
    }
    said
}

/// Returns which of these stand there more than once.
fn shared<T: Ord>(names: &[T]) -> Vec<bool> {
    let mut counts: BTreeMap<&T, usize> = BTreeMap::new();
    names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
    names.iter().map(|name| counts[name] > 1).collect()
}

fn rename(lessons: &mut [LessonFile], which: &[bool], new: impl Fn(&LessonFile) -> String) {
    for (lesson, _) in lessons.iter_mut().zip(which).filter(|(_, is_one)| **is_one) {
        let slug = new(lesson);
        if !slug.is_empty() {
            lesson.slug = slug;
        }
    }
}

/// Returns a lesson's name in the folder of its chapter; that of a lesson in no chapter stays.
fn within(lesson: &LessonFile, part: impl Fn(&str) -> String) -> String {
    let name = lesson.slug.rsplit('/').next().unwrap_or(&lesson.slug);
    let folders = lesson.folder().split('/').map(part).filter(|folder| !folder.is_empty());
    folders.chain([name.to_owned()]).collect::<Vec<_>>().join("/")
}

fn stem(below: &str) -> &str {
    let name = below.rsplit('/').next().unwrap_or(below);
    name.strip_suffix(".md").unwrap_or(name)
}

/// Returns a sentence for each name that several lessons have. That a chapter's `index.md` stands in the chapter needs none.
fn said(lessons: &[LessonFile], plain: &[String]) -> Vec<String> {
    let mut pages: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (lesson, plain) in
        lessons.iter().zip(plain).filter(|(_, plain)| !OF_THE_SITE.contains(&plain.as_str()))
    {
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
            "x/404.md",
        ]);
        assert_eq!(slugs, ["intro", "deep-nets/intro", "c/d/intro", "c/index", "x/404"]);
        assert_eq!(
            said,
            ["lessons called `intro` have the pages `intro.html`, `deep-nets/intro.html`, `c/d/intro.html`"]
        );
    }

    #[test]
    fn numbers_tell_lessons_of_one_folder_apart() {
        assert_eq!(assigned(&["1.1-intro.md", "2.1-intro.md"]).0, ["1-1-intro", "2-1-intro"]);
        assert_eq!(assigned(&["a/1-x.md", "a/2-x.md", "b/x.md"]).0, ["1-x", "2-x", "x"]);
        assert_eq!(assigned(&["1-a/x.md", "2-a/x.md"]).0, ["1-a/x", "2-a/x"]);
        let (slugs, said) = assigned(&["x.md", "X.md", "index.md"]);
        assert_eq!(slugs, ["x", "x", "index-lesson"]);
        assert!(said[1].contains("`index.md` has the page `index-lesson.html`"), "{said:?}");
    }
}
