//! Addresses outside the site.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::view::CourseView;
use crate::lesson::address;

/// What an address cannot hold as it is. A `%` stays, since an author may have encoded the rest.
const REFUSED: AsciiSet = CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Returns an address with all that addresses cannot hold encoded: spaces, letters beyond ASCII.
pub(super) fn encoded(url: &str) -> String {
    utf8_percent_encode(url, &REFUSED).to_string()
}

/// Returns where the site will stand, with a slash at its end.
pub(super) fn base_url(course: &CourseView) -> Option<String> {
    let url = course.base_url.as_deref()?.trim_end_matches('/');
    (!url.is_empty()).then(|| format!("{}/", encoded(url)))
}

/// Returns the path of the address where the site will stand: `/course/`. The page for a missing address is shown at any
/// depth, so its links cannot be relative to itself.
pub(super) fn base_path(course: &CourseView) -> Option<String> {
    let url = base_url(course)?;
    let after_scheme = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    after_scheme.find('/').map(|slash| after_scheme[slash..].to_owned())
}

/// Returns where a reader can propose a change to a source file.
pub(super) fn edit(course: &CourseView, source_path: &str) -> Option<String> {
    let repository = course.repository.as_deref()?.trim_end_matches('/');
    if repository.is_empty() || source_path.is_empty() {
        return None;
    }
    let source_path = &address(source_path);
    if repository.contains("{path}") {
        return Some(repository.replace("{path}", source_path));
    }
    let repository = repository.trim_end_matches(".git");
    let edit = if repository.contains("gitlab") { "-/edit" } else { "edit" };
    Some(format!("{repository}/{edit}/main/{source_path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(base_url: Option<&str>, repository: Option<&str>) -> CourseView {
        CourseView {
            base_url: base_url.map(Into::into),
            repository: repository.map(Into::into),
            ..CourseView::default()
        }
    }

    #[test]
    fn the_path_of_the_site_is_what_follows_its_host() {
        let path = |url| base_path(&course(Some(url), None));
        assert_eq!(path("https://me.org/course").as_deref(), Some("/course/"));
        assert_eq!(path("https://me.org").as_deref(), Some("/"));
        assert_eq!(path("https://me.org/a/b/").as_deref(), Some("/a/b/"));
        assert_eq!(path("https://me.org/Kurs grö/50%25").as_deref(), Some("/Kurs%20gr%C3%B6/50%25/"));
        assert_eq!(path(""), None);
    }

    #[test]
    fn the_edit_link_follows_the_host_or_the_given_pattern() {
        let link = |repository| edit(&course(None, Some(repository)), "lessons/a.md");
        let expected = "https://github.com/me/c/edit/main/lessons/a.md";
        assert_eq!(link("https://github.com/me/c").as_deref(), Some(expected));
        assert_eq!(link("https://github.com/me/c.git").as_deref(), Some(expected));
        let expected = "https://gitlab.com/me/c/-/edit/main/lessons/a.md";
        assert_eq!(link("https://gitlab.com/me/c/").as_deref(), Some(expected));
        assert_eq!(link("https://x.org/e?f={path}").as_deref(), Some("https://x.org/e?f=lessons/a.md"));
        assert_eq!(link(""), None);
        let named = edit(&course(None, Some("https://x.org/{path}")), "a b/C#/50%?.md");
        assert_eq!(named.as_deref(), Some("https://x.org/a%20b/C%23/50%25%3F.md"));
    }
}
