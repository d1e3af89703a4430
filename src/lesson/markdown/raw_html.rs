//! Raw HTML in a lesson: what it does to its page, and where its links lead.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::Event;

use super::headings::Owner;
use super::{Part, Scene, Writer};
use crate::diagnostic::{Diagnostic, Span};
use crate::lesson::inline;
use crate::lesson::link::{self, LinkTarget};
use crate::markup::{self, Attribute, MENTIONS, Tag, Token};
use crate::settings::LineMap;

/// Elements that lead somewhere by their `href`.
const LEADING: [&str; 2] = ["a", "area"];

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

/// What an experiment begins with.
const FENCE: &str = "```yaml experiment";

/// The folder of the site's own files, which templates bring.
const THEME: &str = "assets/";

impl<'t> Writer<'t> {
    /// Returns the HTML of these parts, of which others may stand around it, with its links made those of the site. In a
    /// paragraph each tag is a piece of its own; only a block can be left unclosed.
    pub(super) fn raw_html(&mut self, parts: &[Part<'t>], is_block: bool) -> String {
        let (mut html, map) = joined(self.scene, parts);
        // Names are ASCII, so that each byte keeps its place.
        if let Some((start, end)) = unclosed(&html.to_ascii_lowercase()).filter(|_| is_block) {
            let place = html.find('<').unwrap_or(0);
            let place = map.span(place, place + start.len());
            let warning = Diagnostic::warning("this swallows the rest of the page", place);
            let close = if end.starts_with("</") { format!("{end}>") } else { end.to_owned() };
            self.found.diagnostics.push(warning.label(format!("expected `{close}` after it")));
        }
        if is_block {
            self.check_formulas_in_html(&html, &map);
        }
        let fences = html.match_indices(FENCE).filter(|_| !html.trim_start().starts_with("<!--"));
        for (place, fence) in fences {
            let warning = Diagnostic::warning(
                "this experiment stands within HTML, and is shown, not run",
                map.span(place, place + fence.len()),
            );
            let warning = warning.label("expected an empty line before it");
            self.found.diagnostics.push(warning.hint("HTML goes on to the next empty line"));
        }
        let mut replaced: BTreeMap<usize, (Range<usize>, String)> = BTreeMap::new();
        let tags = tags(&html);
        let attributes: Vec<Range<usize>> = tags
            .iter()
            .flat_map(|tag| tag.attributes.iter().map(|attribute| attribute.place.clone()))
            .collect();
        for tag in &tags {
            if let Some(id) = tag.attribute("id") {
                let place = map.span(id.place.start, id.place.end);
                self.claim_id(&id.value, place, Owner::Html);
            }
            self.found.ids.extend(tag.value("name").map(str::to_owned));
            for (address, place, fetched) in addresses(tag, &html) {
                let span = map.span(place.start, place.end);
                if let Some(new) = self.raw_address(&address, span, fetched) {
                    replaced.insert(place.start, (place, new));
                }
            }
        }
        let begins = |start: &str| html.trim_start().to_ascii_lowercase().starts_with(start);
        if html.contains("{{") && !begins("<!--") {
            let is_script = begins("<script") || begins("<style");
            for (place, expression) in templates(&html) {
                let span = map.span(place.start, place.end);
                if is_script {
                    let warning = Diagnostic::warning("a value within a script is not computed", span);
                    self.found.diagnostics.push(warning.label("shown as it stands"));
                    continue;
                }
                let plain = attributes.iter().any(|attribute| attribute.contains(&place.start));
                let mark = self.value(&expression, &self.bytes(span), plain).unwrap_or_default();
                self.values
                    .iter_mut()
                    .last()
                    .filter(|_| plain)
                    .into_iter()
                    .for_each(|value| value.as_is = true);
                replaced.insert(place.start, (place, mark));
            }
            self.doubt_in_html(&html, &map);
        }
        for (place, new) in replaced.into_values().rev() {
            let new = if new.contains('\0') { new } else { escaped(&new) };
            html.replace_range(place, &new);
        }
        html
    }

    /// Returns HTML as the text that it is shown as, with its values computed.
    pub(super) fn shown_as_text(&mut self, html: &str, map: &LineMap) -> String {
        let mut shown = String::new();
        let mut at = 0;
        for (place, expression) in templates(html) {
            shown += &markup::escaped(&html[at..place.start]);
            at = place.end;
            let bytes = self.bytes(map.span(place.start, place.end));
            shown += &self.value(&expression, &bytes, false).unwrap_or_default();
        }
        shown + &markup::escaped(&html[at..])
    }

    /// Returns a range of the file as one of the text.
    fn bytes(&self, span: Span) -> Range<usize> {
        span.start - self.scene.start..span.end - self.scene.start
    }

    /// Warns of values in HTML that lack their backticks.
    fn doubt_in_html(&mut self, html: &str, map: &LineMap) {
        let written = templates(html);
        for (start, _) in html.match_indices("{{") {
            let Some(end) = html[start..].find("}}").map(|end| start + end + 2) else { break };
            if written.iter().any(|(place, _)| place.start <= start && end <= place.end) {
                continue;
            }
            let bytes = self.bytes(map.span(start, end));
            self.doubt(&html[start..end].to_owned().into(), &bytes);
        }
    }

    /// Checks where an address leads; how it is to be written into the page, if otherwise.
    fn raw_address(&mut self, address: &str, span: Span, fetched: bool) -> Option<String> {
        let starts = |start: &str| address.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start));
        if fetched && ["http://", "https://", "//"].into_iter().any(starts) {
            let warning =
                Diagnostic::warning("this is fetched from elsewhere: offline the page lacks it", span);
            self.found.diagnostics.push(warning.label("expected nothing from other machines"));
            return None;
        }
        let inline = fetched && ["data:", "blob:", "about:"].into_iter().any(starts);
        if address.is_empty() || inline || address.starts_with(THEME) {
            return None;
        }
        match link::resolve(self.scene.library, self.scene.folder, self.scene.slug, address, fetched, span) {
            Ok(LinkTarget::Elsewhere(_)) => None,
            Ok(LinkTarget::Page { href, anchor }) => {
                self.found.anchors.extend(anchor);
                (href != address).then_some(href)
            }
            Ok(LinkTarget::File(asset, suffix)) => Some(self.asset(asset) + &suffix),
            Ok(LinkTarget::Published { href, anchor, published }) => {
                self.found.anchors.push(anchor);
                self.found.published.push(published);
                Some(href)
            }
            Err(error) => {
                self.found.diagnostics.push(error);
                None
            }
        }
    }
}

/// Returns the raw HTML of these parts as one text, and where it stands.
pub(super) fn joined(scene: Scene, parts: &[Part]) -> (String, LineMap) {
    let mut html = String::new();
    let mut map = LineMap::new(scene.source);
    for (event, range) in parts {
        if let Event::Html(piece) | Event::InlineHtml(piece) = event {
            html.push_str(piece);
            map.push(scene.start + range.start, piece.len());
        }
    }
    (html, map)
}

/// Returns the values in HTML: `` `{{ expression }}` `` with its place and the expression.
fn templates(html: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = html[at..].find("`{{").map(|start| at + start) {
        let Some(end) = html[start..].find("}}`").map(|end| start + end + 3) else { break };
        at = end;
        let code = html[start + 1..end - 1].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        if let Some((inside, _)) = inline::template(&code.replace("&amp;", "&")) {
            found.push((start..end, inside.to_owned()));
        }
    }
    found
}

/// Returns a value as an attribute holds it.
pub(super) fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;").replace(' ', "%20")
}

/// Returns what a block of HTML opens with and never closes.
fn unclosed(html: &str) -> Option<(&'static str, &'static str)> {
    let html = html.trim_start();
    let opens = |(start, _): &&(&str, &str)| {
        html.strip_prefix(start)
            .is_some_and(|rest| *start == "<!--" || !rest.starts_with(char::is_alphanumeric))
    };
    let found = SWALLOWING.iter().find(opens)?;
    (!html.contains(found.1)).then_some(*found)
}

/// Returns the ids in a piece of HTML.
pub(super) fn ids(html: &str) -> Vec<String> {
    if !html.contains("id") && !html.contains("ID") {
        return Vec::new();
    }
    tags(html).iter().filter_map(|tag| tag.value("id")).map(str::to_owned).collect()
}

/// Returns the start tags in a piece of HTML; what stands within a script or a style is none.
fn tags(html: &str) -> Vec<Tag> {
    let start = |token| match token {
        Token::Start(tag) => Some(tag),
        _ => None,
    };
    markup::tokens(html, true).into_iter().filter_map(start).collect()
}

/// Returns the addresses that a tag leads to or fetches (which is which), each with its place.
fn addresses(tag: &Tag, html: &str) -> Vec<(String, Range<usize>, bool)> {
    let address = |attribute: &Attribute| (attribute.value.trim().to_owned(), attribute.place.clone());
    let leads = LEADING.iter().filter(|leading| **leading == tag.name).filter_map(|_| tag.attribute("href"));
    let leads = leads.map(address).map(|(address, place)| (address, place, false));
    let mentions = tag.name == "link" && tag.value("rel").is_some_and(|rel| MENTIONS.contains(&rel));
    let fetching = FETCHING.iter().filter(|(element, _)| *element == tag.name && !mentions);
    let fetched = fetching.flat_map(|(_, attributes)| attributes.iter()).flat_map(|attribute| {
        let Some(found) = tag.attribute(attribute) else { return Vec::new() };
        match *attribute {
            "srcset" => choices(html, found.place.clone()),
            _ => vec![address(found)],
        }
    });
    leads.chain(fetched.map(|(address, place)| (address, place, true))).collect()
}

/// Returns the addresses of a `srcset`, as they are written: `a.png 1x, b.png 2x`.
fn choices(html: &str, place: Range<usize>) -> Vec<(String, Range<usize>)> {
    let Some(text) = html.get(place.clone()) else { return Vec::new() };
    let mut at = place.start;
    let choice = |choice: &str| {
        let blank = choice.len() - choice.trim_start().len();
        let address = choice.split_whitespace().next().unwrap_or_default();
        let start = at + blank;
        at += choice.len() + 1;
        (address.to_owned(), start..start + address.len())
    };
    text.split(',').map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(html: &str) -> Vec<(String, &str, bool)> {
        let all = tags(html).into_iter().flat_map(|tag| addresses(&tag, html));
        all.map(|(address, place, fetched)| (address, &html[place], fetched)).collect()
    }

    #[test]
    fn addresses_are_found_where_they_stand() {
        let one = |html: &'static str| {
            let all = found(html);
            assert_eq!(all.len(), 1, "{html}: {all:?}");
            let (address, written, fetched) = all[0].clone();
            (address, written, fetched)
        };
        assert_eq!(one("<script src=\"https://x.org/a.js\"></script>").1, "https://x.org/a.js");
        assert_eq!(
            one("a <IMG alt='b' src = '//x.org/c.png'>"),
            ("//x.org/c.png".into(), "//x.org/c.png", true)
        );
        assert_eq!(one("<img src=http://y.z>").1, "http://y.z");
        assert_eq!(one("<a\nhref=\"b.md?x&amp;y\">"), ("b.md?x&y".into(), "b.md?x&amp;y", false));
        for nothing in [
            "<img data-src=\"//x\">",
            "<!-- <img src=\"a\"> -->",
            "<script>'<img src=\"a\">'</script>",
            "<p title='<a href=\"b\">'>",
            "<b href=\"c\">",
            "<a></b href=\"c\">",
            "<link rel=\"me\" href=\"https://a.example\">",
        ] {
            assert_eq!(found(nothing), [], "{nothing}");
        }
    }

    #[test]
    fn a_set_of_pictures_has_many_addresses() {
        let written: Vec<&str> = found("<img srcset=\"a.png 1x,\n b.png 2x\">")
            .into_iter()
            .map(|(_, written, _)| written)
            .collect();
        assert_eq!(written, ["a.png", "b.png"]);
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
