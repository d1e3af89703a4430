//! What stands above or below the line, by Pandoc's signs: `x^2^`, `H~2~O`.
//!
//! Between the signs stand letters and digits, with a sign before or after them (`10^-3^`, `Ca^2+^`), or what is in parentheses: other
//! texts hold the signs for other reasons. Where GitHub strikes `~text~` through, as a word of its own, so do we.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{Event, Tag, TagEnd};
use regex::Regex;

use super::Part;

static SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    let inside = r"[+\-−]?[\w,.]*\w[+\-−]?|\([^\s^~()]*\)";
    Regex::new(&format!(r"\^(?P<up>{inside})\^|~(?P<down>{inside})~")).expect("a pattern of our own")
});

/// Returns the parts with what stands above or below the line in elements of its own.
pub(super) fn read<'t>(text: &str, parts: Vec<Part<'t>>) -> Vec<Part<'t>> {
    if !parts.iter().any(|(event, _)| matches!(event, Event::Text(text) if text.contains(['^', '~']))) {
        return parts;
    }
    let mut read = Vec::with_capacity(parts.len());
    let mut in_code = false;
    let mut at = 0;
    while at < parts.len() {
        let (event, range) = &parts[at];
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(_) if !in_code && is_exact(text, &parts[at]) => {
                // The parser cuts texts at signs that may have a meaning.
                let more = parts[at + 1..].iter().zip(&parts[at..]);
                let more =
                    more.take_while(|(next, before)| next.1.start == before.1.end && is_exact(text, next));
                let count = 1 + more.count();
                let whole = range.start..parts[at + count - 1].1.end;
                if !split(text, &whole, &mut read) {
                    read.extend_from_slice(&parts[at..at + count]);
                }
                at += count;
                continue;
            }
            _ => {}
        }
        read.push(parts[at].clone());
        at += 1;
    }
    read
}

/// Returns whether a part is a text as it stands in the file.
fn is_exact(text: &str, (event, range): &Part) -> bool {
    matches!(event, Event::Text(piece) if text.get(range.clone()) == Some(&**piece))
}

/// Adds a text cut at what stands above or below its line; says whether there is such a thing.
fn split(text: &str, whole: &Range<usize>, read: &mut Vec<Part<'_>>) -> bool {
    let mut start = whole.start;
    for found in SCRIPT.captures_iter(&text[whole.clone()]) {
        let (Some(all), Some(inside)) = (found.get(0), found.name("up").or(found.name("down"))) else {
            continue;
        };
        let place = whole.start + all.start()..whole.start + all.end();
        // A sign behind a backslash is one, and so are two of them.
        let sign = &text[place.start..=place.start];
        let before = &text[..place.start];
        if before.ends_with(['\\', '~', '^']) || text[place.end..].starts_with(sign) {
            continue;
        }
        let piece = |range: Range<usize>| (Event::Text(text[range.clone()].to_owned().into()), range);
        if start < place.start {
            read.push(piece(start..place.start));
        }
        let (tag, end) = match sign {
            "^" => (Tag::Superscript, TagEnd::Superscript),
            _ => (Tag::Subscript, TagEnd::Subscript),
        };
        read.push((Event::Start(tag), place.clone()));
        read.push(piece(whole.start + inside.start()..whole.start + inside.end()));
        read.push((Event::End(end), place.clone()));
        start = place.end;
    }
    if start == whole.start {
        return false;
    }
    if start < whole.end {
        read.push((Event::Text(text[start..whole.end].to_owned().into()), start..whole.end));
    }
    true
}
