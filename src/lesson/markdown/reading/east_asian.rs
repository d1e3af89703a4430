//! Emphasis, and ends of lines, in text without spaces between words.
//!
//! CommonMark tells by blanks and punctuation around `*` whether it opens or closes, so that `**注意：**这里` is none. The
//! rule here is that of commonmark-spec's issue 650 (markdown-cjk-friendly): punctuation beside `*` does not stand in the way where
//! it is East Asian, or where an East Asian letter stands on the other side.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::{Part, texts};

/// Takes away the ends of lines on both sides of which stands Chinese or Japanese: browsers would show a space.
pub(super) fn joined<'t>(text: &str, mut parts: Vec<Part<'t>>) -> Vec<Part<'t>> {
    let joins = |range: &Range<usize>| {
        let before = text[..range.start].trim_end_matches([' ', '\t', '*', '~', '\r']).chars().next_back();
        let after =
            text[range.end..].trim_start_matches([' ', '\t', '>', '*', '~', '\r', '\n']).chars().next();
        [before, after]
            .into_iter()
            .all(|letter| letter.is_some_and(|letter| is_east_asian(letter) && !is_hangul(letter)))
    };
    parts.retain(|(event, range)| *event != Event::SoftBreak || !joins(range));
    parts
}

/// A character and where it stands.
type Placed = (usize, char);

/// Returns what the parser is to see in place of characters beside stars.
pub(super) fn letters(text: &str, parts: &[Part]) -> BTreeMap<usize, char> {
    let mut letters = BTreeMap::new();
    let mut other_sides: BTreeMap<usize, Vec<Placed>> = BTreeMap::new();
    for (before, after) in neighbours(text, parts) {
        letters.extend(beside(before, after));
        letters.extend(beside(after, before));
        other_sides.entry(before.0).or_default().push(after);
        other_sides.entry(after.0).or_default().push(before);
    }
    // A letter alone between two runs of stars, `词*从*$P$`, that became a sign for one of them is a sign for the other
    // too, which opens and closes as before where a sign stands on its other side.
    let is_stand_in = |(place, sign): (&usize, &char)| is_sign(*sign).then_some(*place);
    let mut signs: Vec<usize> = letters.iter().filter_map(is_stand_in).collect();
    while let Some(place) = signs.pop() {
        for (other, letter) in other_sides.get(&place).into_iter().flatten() {
            if letter.is_alphanumeric() && !letters.contains_key(other) {
                letters.insert(*other, sign_as_long_as(*letter));
                signs.push(*other);
            }
        }
    }
    letters
}

/// Returns the characters before and after each run of stars.
fn neighbours(text: &str, parts: &[Part]) -> Vec<(Placed, Placed)> {
    let mut neighbours = Vec::new();
    let mut done = 0;
    for star in stars(text, parts) {
        if star < done {
            continue;
        }
        let sign = text.as_bytes()[star];
        let repeats = |byte: &u8| *byte == sign;
        let start = star - text[..star].bytes().rev().take_while(repeats).count();
        let end = star + text[star..].bytes().take_while(repeats).count();
        done = end;
        if text[..start].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1 {
            continue;
        }
        let before = text[..start].char_indices().next_back();
        let after = text[end..].chars().next().map(|letter| (end, letter));
        neighbours.extend(before.zip(after));
    }
    neighbours
}

/// Returns where stars stand that were read as emphasis or as text.
fn stars(text: &str, parts: &[Part]) -> BTreeSet<usize> {
    let mut stars = BTreeSet::new();
    for (event, range) in parts {
        if let Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough) = event {
            stars.extend([range.start, range.end - 1]);
        }
    }
    stars.retain(|place| matches!(text.as_bytes()[*place], b'*' | b'~'));
    for range in texts(parts) {
        let signs = text[range.clone()].match_indices(['*', '~']);
        stars.extend(signs.map(|(place, _)| range.start + place));
    }
    stars
}

/// Returns what stands in for punctuation on one side of stars, or for the letter on the other.
fn beside(mark: Placed, other: Placed) -> Option<Placed> {
    let (place, sign) = mark;
    if !is_sign(sign) || !(is_east_asian(sign) || is_east_asian(other.1)) {
        return None;
    }
    match sign.len_utf8() {
        1 => (!is_sign(other.1)).then(|| (other.0, sign_as_long_as(other.1))),
        2 => Some((place, 'é')),
        3 => Some((place, '一')),
        _ => Some((place, '\u{20000}')),
    }
}

/// Returns a sign that has as many bytes as a letter, and no meaning in Markdown.
fn sign_as_long_as(letter: char) -> char {
    match letter.len_utf8() {
        1 => ',',
        2 => '§',
        3 => '、',
        _ => '\u{10100}',
    }
}

/// Knows punctuation and symbols as far as they stand beside emphasis in practice.
fn is_sign(letter: char) -> bool {
    match letter {
        letter if letter.is_ascii() => letter.is_ascii_punctuation(),
        '\u{a1}'..='\u{bf}' => !letter.is_alphanumeric(),
        '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{205e}'
        | '\u{20a0}'..='\u{20cf}'
        | '\u{2190}'..='\u{2bff}' => true,
        '\u{2e00}'..='\u{2e7f}'
        | '\u{3001}'..='\u{3003}'
        | '\u{3008}'..='\u{3020}'
        | '\u{3030}'
        | '\u{303d}' => true,
        '\u{30a0}' | '\u{30fb}' | '\u{fe10}'..='\u{fe6f}' => true,
        '\u{ff01}'..='\u{ff65}' | '\u{ffe0}'..='\u{ffee}' => !letter.is_alphanumeric(),
        '\u{1f000}'..='\u{1faff}' => true,
        _ => false,
    }
}

/// Knows letters of Korean, which parts words by spaces.
fn is_hangul(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}')
}

/// Knows letters and punctuation of Chinese, Japanese and Korean.
fn is_east_asian(letter: char) -> bool {
    matches!(letter,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{303e}' | '\u{3040}'..='\u{33ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{a4cf}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}'
        | '\u{fe10}'..='\u{fe1f}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ffee}' | '\u{20000}'..='\u{3ffff}')
}
