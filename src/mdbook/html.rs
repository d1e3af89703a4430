//! What experiments and values become in a page of mdBook's: one line of HTML each, with styles that reach nothing else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::chapter::{BREAK, Chapter, Item};
use crate::chart;
use crate::lesson::{Course, Lesson, address, to_root};
use crate::site::carried;

/// The element around everything of ours.
const AROUND: &str = ".gradbook";

/// Themes of mdBook's that are dark.
const DARK: &str = ":is(.coal,.navy,.ayu) .gradbook";

/// Colours and letters of the book in the place of ours, and what ours need of a page around them.
const BASE: &str = include_str!("book.css");

/// Files that a build writes beside its pages, which a book does not have.
static FILES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?s)<p class="files">.*?</p>"#).expect("a pattern of our own"));

static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#" (href|src)="([^"]*)""#).expect("a pattern of our own"));

static DESCRIBED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#" aria-describedby="peek[^"]*""#).expect("a pattern of our own"));

static REM: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\d*\.?\d+)rem\b").expect("a pattern of our own"));

/// The style sheet, on one line.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    let own = carried().find(|(name, _)| *name == "styles/experiment.css").map_or("", |(_, text)| text);
    let sheet = format!("{}\n{AROUND}{{{BASE}\n{own}}}", chart::css_within(AROUND, DARK));
    // A rem of mdBook's is ten pixels, ours sixteen.
    let sheet = REM.replace_all(&sheet, |found: &Captures| {
        found[1].parse::<f64>().map_or_else(|_| found[0].to_owned(), |rem| format!("{:.3}rem", rem * 1.6))
    });
    sheet.split_whitespace().collect::<Vec<_>>().join(" ")
});

/// Where links of pages lead in the book.
pub(super) struct Links {
    /// By the slug of the lesson, in the book's folder.
    pages: BTreeMap<String, String>,
}

impl Links {
    /// Notes the page of each chapter, by the file of its lesson.
    pub(super) fn new(course: &Course, page: impl Fn(&Path) -> Option<String>) -> Links {
        let page = |lesson: &Lesson| Some((lesson.slug.clone(), page(&lesson.path)?));
        Links { pages: course.lessons.iter().filter_map(page).collect() }
    }

    /// Returns an address of a lesson's page as the page of its chapter has it.
    fn moved(&self, to: &str, lesson: &Lesson, chapter: &Chapter) -> String {
        let up = "../".repeat(chapter.path.matches('/').count());
        let Some(below) = to.strip_prefix(&to_root(&lesson.slug)) else { return to.to_owned() };
        if let Some(file) = below.strip_prefix("files/") {
            return format!("{up}{file}");
        }
        let (page, anchor) = below.find('#').map_or((below, ""), |at| below.split_at(at));
        let known = self.pages.iter().find(|(slug, _)| page == format!("{}.html", address(slug)));
        known.map_or_else(|| to.to_owned(), |(_, page)| format!("{up}{}{anchor}", address(page)))
    }
}

/// Returns what the items of a chapter become, given the text of its lesson.
pub(super) fn parts(body: &str, lesson: &Lesson, chapter: &Chapter, links: &Links) -> Vec<String> {
    let mark = format!("<p>{BREAK}</p>");
    let parts = body.split(mark.as_str()).skip(1).zip(&chapter.items);
    let part = |(html, item): (&str, &Item)| {
        let html = without_peeks(&FILES.replace_all(html.trim(), ""));
        let moved =
            |found: &Captures| format!(" {}=\"{}\"", &found[1], links.moved(&found[2], lesson, chapter));
        let html = ADDRESS.replace_all(&html, moved);
        match item.is_block {
            true => format!("<div class=\"gradbook\">{}</div>\n", on_one_line(&html)),
            false => {
                let inside = html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>"));
                format!("<span class=\"gradbook\">{}</span>", within_text(inside.unwrap_or(&html)))
            }
        }
    };
    parts.map(part).collect()
}

/// Returns the styles as a block of their own: within a text mdBook would put other signs into them.
pub(super) fn style() -> String {
    format!("<style>{}</style>\n", *STYLE)
}

/// Returns HTML without the previews of what references lead to, whose pictures only a site has.
fn without_peeks(html: &str) -> String {
    const PEEK: &str = "<span class=\"peek\"";
    let mut text = String::new();
    let mut rest = html;
    while let Some(start) = rest.find(PEEK) {
        text += &rest[..start];
        let (mut depth, mut at) = (0, start);
        // To the end of the element, other spans within it.
        loop {
            let (opens, closes) = (rest[at + 1..].find("<span"), rest[at + 1..].find("</span>"));
            match (opens, closes) {
                (Some(opens), Some(closes)) if opens < closes => {
                    depth += 1;
                    at += 1 + opens;
                }
                (_, Some(closes)) => {
                    at += 1 + closes;
                    if depth == 0 {
                        break;
                    }
                    depth -= 1;
                }
                (_, None) => return text,
            }
        }
        rest = &rest[at + "</span>".len()..];
    }
    let text = text + rest;
    DESCRIBED.replace_all(&text, "").into_owned()
}

/// Returns HTML on one line, with nothing in it that another preprocessor takes for its own.
fn on_one_line(html: &str) -> String {
    let html = html.trim().replace('\r', "").replace('\n', "&#10;");
    html.replace("{{", "&#123;&#123;").replace('$', "&#36;").replace('`', "&#96;")
}

/// Returns HTML on one line for within a text: between its tags nothing is left for Markdown.
fn within_text(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for letter in on_one_line(html).chars() {
        match letter {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ => {}
        }
        match letter {
            // A table's cell ends at a bar, wherever that stands.
            '|' => text += "&#124;",
            '*' | '_' | '[' | ']' | '~' | '\\' | '\'' | '-' | '^' if !in_tag => {
                text += &format!("&#{};", u32::from(letter));
            }
            _ => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_one_line_within_its_element() {
        let style = &*STYLE;
        assert!(!style.contains('\n') && !style.contains('<') && style.contains(".claims"));
        assert_eq!(style.matches('{').count(), style.matches('}').count());
        assert!(style.starts_with(".gradbook{") && !style.contains(":root"));
        assert!(style.contains("1.520rem") && !style.contains(" 0.95rem"));
        // Every rule stands within the element: nothing else begins one at the top.
        let mut depth = 0;
        let mut starts = vec![0];
        for (at, letter) in style.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => {
                    depth -= 1;
                    if depth == 0 {
                        starts.push(at + 1);
                    }
                }
                _ => {}
            }
        }
        for start in starts {
            let rule = style[start..].trim_start();
            let is_ours = rule.is_empty()
                || [".gradbook{", ":is(.coal,.navy,.ayu) .gradbook{", "@media print{:is("]
                    .iter()
                    .any(|own| rule.starts_with(own));
            assert!(is_ours, "{}", &rule[..rule.len().min(60)]);
        }
    }

    #[test]
    fn previews_go_and_their_links_stay() {
        let html = "see <span class=\"peeking\"><a class=\"ref\" aria-describedby=\"peek.1\">1</a><span class=\"peek\" id=\"peek.1\"><img><span>a<span>b</span></span></span></span>, then";
        assert_eq!(without_peeks(html), "see <span class=\"peeking\"><a class=\"ref\">1</a></span>, then");
    }

    #[test]
    fn nothing_is_left_for_markdown() {
        assert_eq!(
            within_text("<a href=\"#a_b\" title=\"x | y\">a_b -- 'c'</a>"),
            "<a href=\"#a_b\" title=\"x &#124; y\">a&#95;b &#45;&#45; &#39;c&#39;</a>"
        );
        let html = "<pre><code>a: `{{ x }}`\n\nb: $1$\n</code></pre>\n";
        assert_eq!(
            on_one_line(html),
            "<pre><code>a: &#96;&#123;&#123; x }}&#96;&#10;&#10;b: &#36;1&#36;&#10;</code></pre>"
        );
    }
}
