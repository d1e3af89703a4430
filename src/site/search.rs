//! The search index: what a page says, as plain text.

use serde::Serialize;

use super::view::PageView;

#[derive(Serialize)]
struct Entry<'a> {
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

/// The index of entries in reading order.
pub fn index(entries: impl IntoIterator<Item = String>) -> Vec<u8> {
    let entries: Vec<String> = entries.into_iter().collect();
    format!("[{}]\n", entries.join(",")).into_bytes()
}

/// What can be found of a lesson, as JSON.
pub fn entry(lesson: &PageView) -> String {
    let headings = lesson
        .headings
        .iter()
        .map(|heading| Heading { id: &heading.id, text: text(&heading.html) })
        .collect();
    let entry = Entry {
        slug: &lesson.slug,
        title: &lesson.title_text,
        summary: text(&lesson.summary_html),
        tags: &lesson.tags,
        headings,
        text: text(&lesson.body_html),
    };
    serde_json::to_string(&entry).expect("texts are always JSON")
}

/// Elements whose content is no text to search: charts, scripts, and the details of an experiment.
const SKIPPED: [&str; 4] = ["svg", "script", "style", "details"];

/// Elements that stand within a line, so that no space comes in their place.
const INLINE: [&str; 30] = [
    "a",
    "abbr",
    "b",
    "code",
    "del",
    "em",
    "i",
    "kbd",
    "mi",
    "mn",
    "mo",
    "mover",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "msub",
    "msubsup",
    "msup",
    "mtext",
    "munder",
    "munderover",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "u",
    "wbr",
];

/// The readable text of HTML, in one line.
pub(super) fn text(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut skipped: Option<&str> = None;
    let mut depth = 0usize;
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        if skipped.is_none() {
            text.push_str(&rest[..open]);
        }
        let Some((tag, after)) = tag(&rest[open..]) else {
            rest = "";
            break;
        };
        rest = after;
        let name = name(tag);
        match skipped {
            None if SKIPPED.contains(&name) && !tag.starts_with('/') => (skipped, depth) = (Some(name), 1),
            None if INLINE.contains(&name) => {}
            None => text.push(' '),
            Some(element) if element == name => {
                depth = if tag.starts_with('/') { depth - 1 } else { depth + 1 };
                if depth == 0 {
                    skipped = None;
                }
            }
            Some(_) => {}
        }
    }
    if skipped.is_none() {
        text.push_str(rest);
    }
    let words: Vec<_> = text.split_whitespace().collect();
    unescape(&words.join(" "))
}

/// What stands between `<` and `>` at the start of a text, and what follows. A `>` within quotes or a
/// comment does not end it.
fn tag(html: &str) -> Option<(&str, &str)> {
    if let Some(comment) = html.strip_prefix("<!--") {
        let end = comment.find("-->")?;
        return Some(("!", &comment[end + 3..]));
    }
    let mut quote = None;
    for (index, character) in html.char_indices().skip(1) {
        match (quote, character) {
            (None, '>') => return Some((&html[1..index], &html[index + 1..])),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

fn name(tag: &str) -> &str {
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let end = tag.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(tag.len());
    &tag[..end]
}

fn unescape(text: &str) -> String {
    let named =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&#x2f;", "/")];
    let text = named.iter().fold(text.to_owned(), |text, (name, sign)| text.replace(name, sign));
    text.replace("&nbsp;", " ").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_words_whole_and_leaves_charts_out() {
        let html = "<p>Use <em>A</em>dam, not\n SGD.</p><svg><g><text>no</text></g></svg><!-- > --><p title=\"a>b\">\
                    1 &lt; 2 &amp;amp;</p><details><details>in</details>no</details>end";
        assert_eq!(text(html), "Use Adam, not SGD. 1 < 2 &amp; end");
    }

    #[test]
    fn text_survives_broken_markup() {
        assert_eq!(text("a <b"), "a");
        assert_eq!(text("x <svg> y"), "x");
        assert_eq!(text("<"), "");
        assert_eq!(text("</svg> a"), "a");
    }
}
