//! What raw HTML in a lesson does to its page, as far as that can be told without a browser.

use std::ops::Range;

use super::Writer;
use crate::diagnostic::Diagnostic;

/// Elements that fetch what an attribute names, with those attributes.
const FETCHING: [(&str, &[&str]); 10] = [
    ("script", &["src"]),
    ("img", &["src", "srcset"]),
    ("link", &["href"]),
    ("iframe", &["src"]),
    ("video", &["src", "poster"]),
    ("audio", &["src"]),
    ("source", &["src", "srcset"]),
    ("track", &["src"]),
    ("embed", &["src"]),
    ("object", &["data"]),
];

/// What begins a piece of HTML within which no other tag is one, and what ends it.
const SWALLOWING: [(&str, &str); 4] =
    [("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<textarea", "</textarea")];

impl Writer<'_> {
    /// Warns of a piece of HTML that is never closed, and of what would be fetched from elsewhere.
    pub(super) fn check_html(&mut self, range: &Range<usize>, is_block: bool) {
        let Some(html) = self.text.get(range.clone()) else { return };
        // Names are ASCII, so that each byte keeps its place.
        let html = html.to_ascii_lowercase();
        // In a paragraph each tag is a piece of its own, and a comment is none until it is closed.
        if let Some((start, end)) = unclosed(&html).filter(|_| is_block) {
            let place = self.span(range.start..range.start + start.len());
            let warning = Diagnostic::warning("this swallows the rest of the page", place);
            let close = if end.starts_with("</") { format!("{end}>") } else { end.to_owned() };
            self.found.diagnostics.push(warning.label(format!("expected `{close}` after it")));
        }
        for fetched in fetched(&html) {
            let place = self.span(range.start + fetched.start..range.start + fetched.end);
            let warning =
                Diagnostic::warning("this is fetched from elsewhere: offline the page lacks it", place);
            self.found.diagnostics.push(warning.label("expected nothing from other machines"));
        }
    }
}

/// What a block of HTML opens with and never closes.
fn unclosed(html: &str) -> Option<(&'static str, &'static str)> {
    let html = html.trim_start();
    let opens = |(start, _): &&(&str, &str)| {
        html.strip_prefix(start)
            .is_some_and(|rest| *start == "<!--" || !rest.starts_with(char::is_alphanumeric))
    };
    let found = SWALLOWING.iter().find(opens)?;
    (!html.contains(found.1)).then_some(*found)
}

/// The places of addresses on other machines that the HTML, in small letters, fetches.
fn fetched(html: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (open, _) in html.match_indices('<') {
        let tag = &html[open + 1..];
        let tag = &tag[..tag.find(['<', '>']).unwrap_or(tag.len())];
        let name = tag.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
        let Some((_, attributes)) = FETCHING.iter().find(|(element, _)| *element == name) else { continue };
        let places = attributes.iter().filter_map(|attribute| address(tag, attribute));
        found.extend(places.map(|place| open + 1 + place.start..open + 1 + place.end));
    }
    found
}

/// The place of an attribute's value in a tag, if that is an address on another machine.
fn address(tag: &str, attribute: &str) -> Option<Range<usize>> {
    let named = |at: &usize| {
        let after = tag[at + attribute.len()..].trim_start();
        tag[..*at].ends_with(char::is_whitespace) && after.starts_with('=')
    };
    let at = tag.match_indices(attribute).map(|(at, _)| at).find(named)?;
    let equals = at + tag[at..].find('=')?;
    let value = tag[equals + 1..].trim_start();
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
    let value = if quote.is_some() { &value[1..] } else { value };
    let end = match quote {
        Some(quote) => value.find(quote),
        None => value.find(char::is_whitespace),
    };
    let start = tag.len() - value.len();
    let value = &value[..end.unwrap_or(value.len())];
    let elsewhere = ["http://", "https://", "//"].iter().any(|start| value.starts_with(start));
    elsewhere.then(|| start..start + value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(html: &str) -> Vec<&str> {
        fetched(html).into_iter().map(|place| &html[place]).collect()
    }

    #[test]
    fn addresses_on_other_machines_are_found_where_they_stand() {
        assert_eq!(addresses("<script src=\"https://x.org/a.js\"></script>"), ["https://x.org/a.js"]);
        assert_eq!(
            addresses("a <img alt='b' src = '//x.org/c.png'> <img src=http://y.z>"),
            ["//x.org/c.png", "http://y.z"]
        );
        assert_eq!(addresses("<link rel=stylesheet\nhref=\"https://x.org/a.css\">"), ["https://x.org/a.css"]);
        assert_eq!(
            addresses("<a href=\"https://x.org\">b</a> <img src=\"b.png\"> <img data-src=\"//x\">"),
            [""; 0]
        );
    }

    #[test]
    fn what_is_never_closed_is_found() {
        assert_eq!(unclosed("<!-- a"), Some(("<!--", "-->")));
        assert_eq!(unclosed("<!-- a -->"), None);
        assert_eq!(unclosed("<script src='a.js'>"), Some(("<script", "</script")));
        assert_eq!(unclosed("<scripture>"), None);
        assert_eq!(unclosed("<b>"), None);
    }
}
