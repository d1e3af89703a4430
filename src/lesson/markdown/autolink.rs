//! Addresses written bare in prose, as GitHub Flavored Markdown links them.
//!
//! <https://github.github.com/gfm/#autolinks-extension->. Beyond it, an address ends before the punctuation of Chinese and
//! Japanese, which never is a part of one.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use super::{Part, Writer};

/// The longest address, in bytes.
const LONGEST: usize = 2000;

/// The longest name of a host, in bytes, as DNS has it: beyond, no address is looked for.
const LONGEST_HOST: usize = 253;

const MAILTO: &str = "mailto:";

impl<'t> Writer<'t> {
    /// Writes the text of the first part with its bare addresses as links, and what of the following parts is within one of
    /// them; says how many parts that was, or none where there is no address.
    pub(super) fn bare_addresses(&mut self, parts: &[Part<'t>]) -> Option<usize> {
        let (Event::Text(text), range) = &parts[0] else { return None };
        if self.in_link || self.text.get(range.clone()) != Some(text.as_ref()) {
            return None;
        }
        let (mut left, mut taken) = (range.clone(), 0);
        while let Some((place, href)) = find(self.text, &left)
            && let Some((parts, end)) = within(&parts[taken..], place.end)
        {
            self.text_of(left.start..place.start);
            let link_type = LinkType::Autolink;
            let link = Tag::Link { link_type, dest_url: href.into(), title: "".into(), id: "".into() };
            let address = Event::Text(self.text[place.clone()].into());
            self.out.extend([Event::Start(link), address, Event::End(TagEnd::Link)]);
            left = place.end..end;
            // The last of these parts is not yet written to its end.
            taken += parts - 1;
        }
        if left == *range {
            return None;
        }
        self.text_of(left);
        Some(taken + 1)
    }

    fn text_of(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            let text = &self.text[range.clone()];
            self.check_text(text, &range);
            self.out.push(Event::Text(text.into()));
        }
    }
}

/// Returns how many of the parts begin before `end`, and where the last of them ends. Emphasis that begins within an address is
/// none; where anything else stands there, the address is none.
fn within(parts: &[Part], end: usize) -> Option<(usize, usize)> {
    let mut depth = 0;
    for (index, (event, range)) in parts.iter().enumerate() {
        match event {
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough) => depth += 1,
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => depth -= 1,
            Event::Text(_) => {}
            _ => return None,
        }
        if depth < 0 {
            return None;
        }
        if depth == 0 && range.end >= end {
            return Some((index + 1, range.end));
        }
    }
    None
}

/// Returns the first bare address that begins within a range, and where it leads.
fn find(text: &str, range: &Range<usize>) -> Option<(Range<usize>, String)> {
    let piece = &text[range.clone()];
    for (at, letter) in piece.char_indices() {
        let start = range.start + at;
        let before = text[..start].chars().next_back();
        let found = match letter {
            'h' | 'H' | 'f' | 'F' if !before.is_some_and(|b| b.is_ascii_alphanumeric()) => {
                with_scheme(&text[start..])
            }
            'w' | 'W' if before.is_none_or(|b| b.is_whitespace() || "*_~(".contains(b)) => {
                with_www(&text[start..])
            }
            '@' => match mail(text, start, range.start) {
                Some(place) => {
                    let before = &text[range.start..place.start];
                    let has_scheme = before.ends_with(MAILTO)
                        && !before[..before.len() - MAILTO.len()].ends_with(char::is_alphanumeric);
                    let start = place.start - if has_scheme { MAILTO.len() } else { 0 };
                    return Some((start..place.end, format!("{MAILTO}{}", &text[place])));
                }
                None => None,
            },
            _ => None,
        };
        if let Some((length, prefix)) = found {
            return Some((start..start + length, format!("{prefix}{}", &text[start..start + length])));
        }
    }
    None
}

fn with_scheme(text: &str) -> Option<(usize, &'static str)> {
    let scheme = ["https://", "http://", "ftp://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))?;
    let host = domain(&text[scheme.len()..]).filter(|host| !host.is_empty())?;
    Some((length(text, scheme.len() + host.len()), ""))
}

fn with_www(text: &str) -> Option<(usize, &'static str)> {
    if !text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
        return None;
    }
    let host = domain(text).filter(|host| host.len() > 4)?;
    Some((length(text, host.len()), "http://"))
}

/// Returns the host that a text begins with; none if its last two parts hold an underscore, or if it is too long.
fn domain(text: &str) -> Option<&str> {
    let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) || wide(c);
    let near = &text[..text.floor_char_boundary(LONGEST_HOST + 1)];
    let end = near.find(ends).unwrap_or(text.len());
    if end > LONGEST_HOST {
        return None;
    }
    let host = text[..end].trim_end_matches('.');
    let plain = host.rsplit('.').take(2).all(|part| !part.contains('_'));
    (plain && host.starts_with(char::is_alphanumeric)).then_some(host)
}

/// Knows punctuation of Chinese and Japanese.
fn wide(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}')
}

/// Returns how long the address is that begins a text, whose host ends at `host`: to the next blank, without the punctuation of
/// the sentence around it.
fn length(text: &str, host: usize) -> usize {
    let near = &text[..text.floor_char_boundary(LONGEST.max(host))];
    let ends = |c: char| c.is_whitespace() || c == '<' || wide(c);
    let mut address = &near[..near[host..].find(ends).map_or(near.len(), |end| host + end)];
    let mut unopened = address.matches(')').count().saturating_sub(address.matches('(').count());
    loop {
        let last = address.chars().next_back();
        let shorter = match last {
            Some('?' | '!' | '.' | ',' | ':' | '*' | '_' | '~' | '\'' | '"') => address.len() - 1,
            Some(')') if unopened > 0 => {
                unopened -= 1;
                address.len() - 1
            }
            Some(';') => match address.rfind('&') {
                Some(entity)
                    if address[entity + 1..address.len() - 1].bytes().all(|b| b.is_ascii_alphanumeric()) =>
                {
                    entity
                }
                _ => return address.len(),
            },
            _ => return address.len(),
        };
        address = &address[..shorter];
        if address.len() <= host {
            return host;
        }
    }
}

/// Returns the address of a mailbox around an `@`, not before `start`.
fn mail(text: &str, at: usize, start: usize) -> Option<Range<usize>> {
    let local = |b: &u8| b.is_ascii_alphanumeric() || b".-_+".contains(b);
    let before = text.as_bytes()[start..at].iter().rev().take_while(|b| local(b)).count();
    let after = &text[at + 1..];
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    let host = after[..end.unwrap_or(after.len())].trim_end_matches('.');
    let good = before > 0
        && host.contains('.')
        && !host.contains("..")
        && host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !host.ends_with(['-', '_'])
        && !after[host.len()..].starts_with('@');
    good.then(|| at - before..at + 1 + host.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let (mut at, mut found) = (0, Vec::new());
        while let Some((place, href)) = find(text, &(at..text.len())) {
            at = place.end;
            found.push(href);
        }
        found
    }

    #[test]
    fn addresses_end_where_the_sentence_goes_on() {
        for (text, href) in [
            ("see https://a.org/b_c.", "https://a.org/b_c"),
            ("(www.a.org/x(y)), z", "http://www.a.org/x(y)"),
            ("**https://a.org/?q=1&b=2**", "https://a.org/?q=1&b=2"),
            ("HTTP://localhost:8000/a", "HTTP://localhost:8000/a"),
            ("a https://a.org/x&copy; b", "https://a.org/x"),
            ("见https://a.org/x。然后", "https://a.org/x"),
            ("\"https://a.org\" b", "https://a.org"),
            ("me.b+c@a-b.org.", "mailto:me.b+c@a-b.org"),
            ("<ftp://a.org<b", "ftp://a.org"),
            ("a (mailto:me@a.org)", "mailto:me@a.org"),
        ] {
            assert_eq!(all(text), [href], "{text}");
        }
        for text in [
            "xhttps://a.org",
            "https://",
            "http://a_b.c",
            "awww.a.org",
            "www.",
            "a@b",
            "@a.org",
            "a@b.c-",
            "whale",
        ] {
            assert_eq!(all(text), [""; 0], "{text}");
        }
        let host = |length: usize| format!("https://{}.org", "a".repeat(length - 4));
        assert_eq!(all(&host(LONGEST_HOST)), [host(LONGEST_HOST)]);
        assert_eq!(all(&host(LONGEST_HOST + 1)), [""; 0]);
        assert_eq!(all("http://a.org, http://b.org"), ["http://a.org", "http://b.org"]);
    }
}
