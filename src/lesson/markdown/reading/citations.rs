//! Citations in brackets, by Pandoc's rules: `[see @kingma2015, p. 2; -@he2015]`. They are taken out of the text before Markdown
//! looks inside them, since a key may hold what it reads as emphasis.

use std::ops::Range;

/// How far the end of a citation is looked for, in bytes.
const LONGEST: usize = 2000;

/// A citation, with its brackets.
#[derive(Clone, Debug)]
pub(super) struct Citation {
    pub range: Range<usize>,
    pub items: Vec<Item>,
}

/// What cites one source.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// What stands before the key.
    pub before: Range<usize>,
    pub key: Range<usize>,
    /// Whether only the year is shown.
    pub year: bool,
    /// What stands behind it.
    pub after: Range<usize>,
}

/// A citation where Markdown has brackets of its own.
#[derive(Clone, Debug)]
pub(in crate::lesson::markdown) struct Misplaced {
    pub range: Range<usize>,
    pub message: &'static str,
    pub expected: &'static str,
}

/// Finds all that may be citations; what of it stands in code is not known here.
pub(super) fn citations(text: &str) -> Vec<Citation> {
    let mut found: Vec<Citation> = Vec::new();
    if !text.contains('@') {
        return found;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'[', &bytes[at..]).map(|place| at + place) {
        at = open + 1;
        if is_escaped(bytes, open) || text[at..].starts_with(['^', '!']) {
            continue;
        }
        let Some(close) = closing(text, open) else { continue };
        let Some(items) = items(text, at..close) else { continue };
        // The text of a picture.
        let is_picture = open > 0 && bytes[open - 1] == b'!' && !is_escaped(bytes, open - 1);
        if is_picture && text[close + 1..].starts_with(['(', '[']) {
            continue;
        }
        found.push(Citation { range: open..close + 1, items });
        at = close + 1;
    }
    found
}

/// Returns what is wrong with where a citation stands.
pub(super) fn misplaced(text: &str, citation: &Citation) -> Option<Misplaced> {
    let Range { start, end } = citation.range;
    let rest = &text[end..];
    let rest = &rest[..rest.floor_char_boundary(LONGEST)];
    let begins = || {
        let mut before = text[..start].chars().rev().take_while(|letter| *letter != '\n');
        before.all(|letter| matches!(letter, ' ' | '\t' | '>'))
    };
    let (length, message, expected) = if rest.starts_with('(') {
        (
            rest.find(')').map_or(1, |end| end + 1),
            "a citation is no link",
            "expected a space between them, or `\\[` for words in brackets",
        )
    } else if rest.starts_with('[') {
        (
            rest.find(']').map_or(1, |end| end + 1),
            "a citation is no link",
            "expected one pair of brackets, with `;` between sources",
        )
    } else if rest.starts_with(':') && begins() {
        (1, "a citation does not define a link", "expected no colon after it, or words before it")
    } else {
        return None;
    };
    Some(Misplaced { range: start..end + length, message, expected })
}

fn is_escaped(bytes: &[u8], at: usize) -> bool {
    let backslashes = bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
    backslashes % 2 == 1
}

/// Where the bracket closes that opens at a place, in the same paragraph.
fn closing(text: &str, open: usize) -> Option<usize> {
    let end = text.floor_char_boundary((open + LONGEST).min(text.len()));
    let mut depth = 0;
    let mut letters = text[open..end].char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\\' => {
                letters.next();
            }
            '[' => depth += 1,
            ']' if depth == 1 => return Some(open + place),
            ']' => depth -= 1,
            '\n' if begins_block(&text[open + place + 1..]) => return None,
            _ => {}
        }
    }
    None
}

/// Whether a line begins something else than more of a paragraph.
fn begins_block(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or_default().trim_start_matches([' ', '\t', '>']);
    let digits = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let numbered = digits.len() < line.len() && digits.starts_with(['.', ')']);
    let listed = ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark));
    line.is_empty()
        || numbered
        || listed
        || line.starts_with(['#', '|', ':', '='])
        || ["```", "~~~", "---", "***", "$$"].iter().any(|mark| line.starts_with(mark))
}

/// What stands between semicolons; none where nothing is cited.
fn items(text: &str, inside: Range<usize>) -> Option<Vec<Item>> {
    let mut found = Vec::new();
    let mut start = inside.start;
    let mut depth = 0;
    let mut code = false;
    let mut is_escaped = false;
    for (place, letter) in text[inside.clone()].char_indices() {
        match letter {
            _ if std::mem::take(&mut is_escaped) => {}
            '\\' => is_escaped = true,
            '`' => code = !code,
            '[' => depth += 1,
            ']' => depth -= 1,
            ';' if depth == 0 && !code => {
                found.push(start..inside.start + place);
                start = inside.start + place + 1;
            }
            _ => {}
        }
    }
    found.push(start..inside.end);
    let mut kept: Vec<Item> = Vec::new();
    for part in found {
        match (item(text, part.clone()), kept.last_mut()) {
            (Some(item), _) => kept.push(item),
            // A semicolon within what is said of the source before it.
            (None, Some(before)) => before.after.end = part.end,
            (None, None) => return None,
        }
    }
    Some(kept)
}

/// What cites a source: the first key that begins as one.
fn item(text: &str, part: Range<usize>) -> Option<Item> {
    let bytes = text.as_bytes();
    let (mut depth, mut code) = (0, false);
    for place in part.clone() {
        match bytes[place] {
            b'`' => code = !code,
            b'[' => depth += 1,
            b']' => depth -= 1,
            b'@' if depth == 0 && !code => {
                let before = &text[part.start..place];
                let year = before.ends_with('-');
                let words = before.strip_suffix('-').unwrap_or(before);
                if !words.is_empty() && !words.ends_with([' ', '\t', '\n', '(', '\u{a0}']) {
                    continue;
                }
                let Some(length) = key(&text[place + 1..part.end]) else { continue };
                return Some(Item {
                    before: part.start..part.start + words.len(),
                    key: place + 1..place + 1 + length,
                    year,
                    after: place + 1 + length..part.end,
                });
            }
            _ => {}
        }
    }
    None
}

/// How long the key is with which a text begins. Signs at its end are those of the sentence.
fn key(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if !(first.is_alphanumeric() || first == '_') {
        return None;
    }
    let is_of_key = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':' | '.' | '-');
    let end = text.find(|letter: char| !is_of_key(letter)).unwrap_or(text.len());
    Some(text[..end].trim_end_matches([':', '.', '-']).len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each citation as its parts.
    fn found(text: &str) -> Vec<String> {
        let shown = |citation: Citation| {
            let item = |item: &Item| {
                let year = if item.year { "-" } else { "" };
                format!(
                    "{}<{year}{}>{}",
                    &text[item.before.clone()],
                    &text[item.key.clone()],
                    &text[item.after.clone()]
                )
            };
            citation.items.iter().map(item).collect::<Vec<_>>().join("|")
        };
        citations(text).into_iter().map(shown).collect()
    }

    #[test]
    fn citations_are_found_by_pandocs_rules() {
        for (text, expected) in [
            ("x [@a] y", "<a>"),
            ("[see @a, p. 2; -@b:2.]", "see <a>, p. 2| <-b:2>."),
            ("[@_a_] and [@a-b_c.d:e]", "<_a_> <a-b_c.d:e>"),
            ("[@a, pp. 3; 4]", "<a>, pp. 3; 4"),
            ("[@a; see also c; @b]", "<a>; see also c| <b>"),
            ("[see [@a]](x.md)", "<a>"),
            ("[@a, [fig. 2]]", "<a>, [fig. 2]"),
            ("[see\n@a]", "see\n<a>"),
        ] {
            assert_eq!(found(text).join(" "), expected, "{text}");
        }
        for text in [
            "\\[@a]",
            "@a",
            "[me@x.org]",
            "[`@a`]",
            "[^@a]",
            "[!@a]",
            "[x]",
            "[see\n\n@a]",
            "![@a](b.png)",
            "[@]",
            "[see\n- @a]",
            "a@b.c [x](y)",
            "[\\@a]",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn brackets_of_markdown_are_told() {
        let is_misplaced = |text: &str| misplaced(text, &citations(text)[0]).is_some();
        for text in ["[@a](b)", "x [@a][b]", "[@a]: x", "y\n> [@a]: x"] {
            assert!(is_misplaced(text), "{text}");
        }
        for text in ["[@a] (b)", "x [@a]: y", "[@a]"] {
            assert!(!is_misplaced(text), "{text}");
        }
    }
}
