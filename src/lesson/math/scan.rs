//! Groups and arguments of TeX.

use std::ops::Range;

/// Returns the group in braces that begins at `start`, after blanks.
pub(super) fn group(tex: &str, start: usize, limit: usize) -> Option<Range<usize>> {
    let rest = tex.get(start..limit)?;
    let open = start + (rest.len() - rest.trim_start().len());
    if !tex[open..limit].starts_with('{') {
        return None;
    }
    let mut depth = 0usize;
    let mut escaped = false;
    for (at, byte) in tex[open..limit].bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(open..open + at + 1),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns what `_` or `^` takes: a group, a command, or a letter.
pub(super) fn argument(tex: &str, start: usize, limit: usize) -> Option<Range<usize>> {
    if let Some(group) = group(tex, start, limit) {
        return Some(group);
    }
    let rest = tex.get(start..limit)?;
    let at = start + (rest.len() - rest.trim_start().len());
    let rest = rest.trim_start();
    let first = rest.chars().next().filter(|first| !matches!(first, '{' | '}' | '&'))?;
    if first != '\\' {
        return Some(at..at + first.len_utf8());
    }
    let letters = rest[1..].bytes().take_while(u8::is_ascii_alphabetic).count();
    let command = at + 1 + letters.max(rest[1..].chars().next().map_or(0, char::len_utf8));
    // A command may have an argument of its own.
    let end = group(tex, command, limit).filter(|_| tex[command..limit].starts_with('{'));
    Some(at..end.map_or(command, |group| group.end))
}

/// Returns where a text stands first that no backslash makes another.
pub(super) fn find(tex: &str, start: usize, limit: usize, needle: &str) -> Option<usize> {
    let mut at = start;
    while at < limit {
        let rest = &tex[at..limit];
        if rest.starts_with(needle) {
            return Some(at);
        }
        let mut letters = rest.chars();
        let first = letters.next()?;
        at += first.len_utf8();
        if first == '\\' {
            at += letters.next().map_or(0, char::len_utf8);
        }
    }
    None
}

/// Returns how many bytes after `\\\\` belong to it: a star, and a length between brackets, for pages that are printed.
pub(super) fn row_end(after: &str) -> usize {
    let star = usize::from(after.starts_with('*'));
    let rest = &after[star..];
    let length = rest.trim_start().strip_prefix('[').and_then(|inside| inside.split_once(']'));
    match length {
        Some((length, beyond)) if is_length(length) => after.len() - beyond.len(),
        _ => star,
    }
}

/// Returns whether a text is a length of TeX: `2pt`, `-.5 em`, `0.3\baselineskip`.
fn is_length(text: &str) -> bool {
    const UNITS: [&str; 11] = ["pt", "em", "ex", "mm", "cm", "in", "pc", "bp", "dd", "sp", "mu"];
    let unsigned = text.trim().trim_start_matches(['+', '-']);
    let unit = unsigned.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let is_number = unit.len() < unsigned.len();
    let unit = unit.trim_start();
    is_number && UNITS.contains(&unit) || unit.starts_with('\\') && unit.ends_with("skip")
}
