//! Search: what can be found of the pages, section by section, and the script that finds it.
//!
//! All of it is one classic script, since a page that was opened from a folder may read no other file: the library MiniSearch, the
//! stemmer of the course's language, our ranking, and the sections. It is loaded when the reader turns to the search.

use std::collections::BTreeMap;

use serde::Serialize;

use super::view::PageView;
use crate::lesson::address;
use crate::lesson::plain::{Reader, text};
use crate::markup::{self, Token};

/// The script's file in the output.
pub const FILE: &str = "search-index.js";

const MINISEARCH: &str = include_str!("search/vendor/minisearch.js");
const RANK: &str = include_str!("search/rank.js");
const BASE: &str = include_str!("search/vendor/stemmers/base.js");

/// Names of one thing, a line a group.
const SYNONYMS: &str = include_str!("search/synonyms.txt");

/// What stands above it, as the licences ask.
const NOTICE: &str = "/* MiniSearch (c) 2022 Luca Ongaro, MIT licence; stemmers (c) 2001 Dr Martin Porter, 2004-2005 Richard Boulton, 2013 \
                      Yoshiki Shibukawa, 2006-2025 Olly Betts, BSD licence: assets/search-LICENSES.txt */";

/// The stemmers that are built in, by the first part of a language's tag: its class and its script.
const STEMMERS: [(&str, &str, &str); 5] = [
    ("ar", "ArabicStemmer", include_str!("search/vendor/stemmers/arabic.js")),
    ("de", "GermanStemmer", include_str!("search/vendor/stemmers/german.js")),
    ("en", "EnglishStemmer", include_str!("search/vendor/stemmers/english.js")),
    ("es", "SpanishStemmer", include_str!("search/vendor/stemmers/spanish.js")),
    ("fr", "FrenchStemmer", include_str!("search/vendor/stemmers/french.js")),
];

/// A page, or a section of one: all up to its next heading.
#[derive(Serialize)]
struct Section<'a> {
    slug: &'a str,
    /// From the site's own folder.
    url: String,
    title: &'a str,
    /// Empty for what stands before the first heading.
    head: String,
    summary: String,
    tags: &'a [String],
    text: String,
}

/// Returns the script, with entries in reading order and names of one thing beyond those that are built in.
pub fn script(
    entries: impl IntoIterator<Item: AsRef<str>>,
    language: &str,
    synonyms: &[Vec<String>],
) -> Vec<u8> {
    let tag = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let entries: Vec<_> = entries.into_iter().collect();
    let sections: Vec<&str> = entries.iter().map(AsRef::as_ref).filter(|entry| !entry.is_empty()).collect();
    let stemmer = STEMMERS.iter().find(|(of, ..)| *of == tag);
    let stem = stemmer.map_or_else(
        || "word => word".to_owned(),
        |(_, class, script)| {
            format!(
                "(() => {{ var BaseStemmer; {BASE}\n{script}\nconst stemmer = new {class}(); \
                 return (word) => stemmer.stemWord(word); }})()"
            )
        },
    );
    let built_in = SYNONYMS.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let built_in = built_in.map(|line| line.split(',').map(|name| name.trim().to_owned()).collect());
    let synonyms: Vec<Vec<String>> = synonyms.iter().cloned().chain(built_in).collect();
    let json = |names: &[Vec<String>]| serde_json::to_string(names).expect("texts are always JSON");
    format!(
        "{NOTICE}\n(() => {{\n{MINISEARCH}\nconst MiniSearch = MiniSearchModule.default;\n{RANK}\nconst stem = {stem};\nwindow.gradbook = {{ ...window.gradbook, \
         search: gradbookSearch([\n{}\n], {}, stem, \"{tag}\") }};\n}})();\n",
        sections.join(",\n"),
        json(&synonyms),
    )
    .into_bytes()
}

/// Returns what can be found of a page as JSON: its sections, between commas. A page without any text has none.
pub fn entry(page: &PageView) -> String {
    let file = format!("{}.html", address(&page.slug));
    let places = page.headings.iter().enumerate().map(|(place, heading)| (heading.id.as_str(), place));
    let places: BTreeMap<&str, usize> = places.collect();
    let is_heading = |tag: &markup::Tag| {
        let id = tag.value("id").filter(|_| matches!(tag.name.as_str(), "h2" | "h3"))?;
        places.get(id).copied()
    };
    // Each section with its heading, which is told apart from its text.
    let mut sections = vec![(None, Reader::default())];
    let mut within: Option<String> = None;
    markup::each(&page.body_html, true, &mut |token| match (&within, &token) {
        (Some(heading), Token::End(name, _)) if name == heading => within = None,
        (Some(_), _) => {}
        (None, Token::Start(tag)) if let Some(heading) = is_heading(tag) => {
            within = Some(tag.name.clone());
            sections.push((Some(heading), Reader::default()));
        }
        (None, _) => {
            if let Some((_, text)) = sections.last_mut() {
                text.read(&token);
            }
        }
    });
    let section = |(heading, body): (Option<usize>, Reader)| {
        let heading = heading.map(|index| &page.headings[index]);
        let first = heading.is_none();
        Section {
            slug: &page.slug,
            url: heading.map_or_else(|| file.clone(), |heading| format!("{file}#{}", address(&heading.id))),
            title: &page.title_text,
            head: heading.map(|heading| text(&heading.html)).unwrap_or_default(),
            summary: if first { text(&page.summary_html) } else { String::new() },
            tags: if first { &page.tags } else { &[] },
            text: body.finish(),
        }
    };
    let sections = sections.into_iter().map(section);
    let json = |section: Section| serde_json::to_string(&section).expect("texts are always JSON");
    sections.map(json).collect::<Vec<_>>().join(",\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::HeadingView;

    #[test]
    fn a_page_is_found_by_its_sections() {
        let heading = HeadingView { level: 2, id: "a&b".into(), html: "A <em>head</em>".into() };
        let page = PageView {
            slug: "part/one".into(),
            title_text: "One".into(),
            summary_html: "<em>Sum</em>".into(),
            tags: vec!["tag".into()],
            headings: vec![heading],
            body_html: "<p>First <math><mi>x</mi></math>.</p><table><tr><td>12</td></tr></table><h2 id=\"a&amp;b\">A <em>head</em></h2><p>More.</p>".into(),
            ..PageView::default()
        };
        let found: serde_json::Value = serde_json::from_str(&format!("[{}]", entry(&page))).unwrap();
        assert_eq!(
            found,
            serde_json::json!([
                { "slug": "part/one", "url": "part/one.html", "title": "One", "head": "", "summary": "Sum", "tags": ["tag"], "text": "First x." },
                { "slug": "part/one", "url": "part/one.html#a%26b", "title": "One", "head": "A head", "summary": "", "tags": [], "text": "More." },
            ])
        );
    }

    #[test]
    fn every_language_that_is_built_in_has_a_stemmer_or_needs_none() {
        for tag in crate::words::Words::languages().filter(|tag| *tag != "zh") {
            assert!(STEMMERS.iter().any(|(of, ..)| *of == tag), "{tag}");
        }
    }
}
