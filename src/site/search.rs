//! The search index: what a page says, as plain text.

use serde::Serialize;

use super::view::PageView;
use crate::lesson::plain::text;

#[derive(Serialize)]
struct SearchEntry<'a> {
    slug: &'a str,
    title: &'a str,
    summary: String,
    tags: &'a [String],
    headings: Vec<Heading<'a>>,
    text: String,
}

#[derive(Serialize)]
struct Heading<'a> {
    id: &'a str,
    text: String,
}

/// Returns the index of entries in reading order.
pub fn index(entries: impl IntoIterator<Item = String>) -> Vec<u8> {
    let entries: Vec<String> = entries.into_iter().collect();
    format!("[{}]\n", entries.join(",")).into_bytes()
}

/// Returns what can be found of a lesson, as JSON.
pub fn entry(lesson: &PageView) -> String {
    let headings = lesson
        .headings
        .iter()
        .map(|heading| Heading { id: &heading.id, text: text(&heading.html) })
        .collect();
    let entry = SearchEntry {
        slug: &lesson.slug,
        title: &lesson.title_text,
        summary: text(&lesson.summary_html),
        tags: &lesson.tags,
        headings,
        text: text(&lesson.body_html),
    };
    serde_json::to_string(&entry).expect("texts are always JSON")
}
