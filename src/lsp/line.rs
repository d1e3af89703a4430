//! What stands on a line of YAML: keys, words in brackets, quotes, comments.

use std::ops::Range;

/// Returns how long a word in brackets is: it ends before a bracket, a comma or a colon with a blank.
pub(super) fn plain_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let ends = |at: &usize| match bytes[*at] {
        b',' | b'{' | b'}' | b'[' | b']' => *at > 0,
        b':' => bytes.get(at + 1).is_none_or(|next| matches!(next, b' ' | b',' | b'}' | b']')),
        _ => false,
    };
    (0..bytes.len()).find(ends).unwrap_or(bytes.len()).max(1)
}

/// Returns the key that a line begins with: its name, where that is, and where what follows the colon begins.
pub(super) fn key_of(rest: &str) -> Option<(&str, Range<usize>, usize)> {
    let first = rest.chars().next()?;
    if matches!(first, '"' | '\'') {
        let end = rest[1..].find(first)? + 1;
        let colon = rest[end + 1..].strip_prefix(':')?;
        return (colon.is_empty() || colon.starts_with(' ')).then(|| (&rest[1..end], 1..end, end + 2));
    }
    if matches!(first, '{' | '[' | '#' | '|' | '>' | '`') {
        return None;
    }
    let colon = rest.match_indices(':').map(|(at, _)| at);
    let end = colon.into_iter().find(|at| rest[at + 1..].is_empty() || rest[at + 1..].starts_with(' '))?;
    let name = rest[..end].trim_end();
    // A sentence with a colon is no key.
    let is_name = !name.is_empty() && name.chars().count() <= 60 && !name.contains("{{");
    is_name.then(|| (name, 0..name.len(), end + 1))
}

/// Returns a value without the comment behind it.
pub(super) fn without_comment(value: &str) -> &str {
    if value.starts_with(['"', '\'']) {
        let quote = &value[..1];
        let end = value[1..].rfind(quote).map_or(value.len(), |end| end + 2);
        return &value[..end];
    }
    value.find(" #").map_or(value, |end| &value[..end]).trim_end()
}

/// Returns where a text is within its quotes.
pub(super) fn unquoted(text: &str) -> (usize, usize) {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    match quote {
        Some(quote) if text.len() > 1 && text.ends_with(quote) => (1, text.len() - 1),
        Some(_) => (1, text.len()),
        None => (0, text.len()),
    }
}
