//! Text from lessons and file systems on its way to a terminal, which obeys some characters instead of showing them.

use std::borrow::Cow;

/// Returns a text of one line with everything escaped that would move the cursor, colour, hide or turn what stands beside it:
/// control characters (an escape, a line's end), and those that change the direction of writing.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_obeyed)
}

/// Returns a text of several lines, put together by the program, with all but its line ends escaped as [`printable`] does.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |letter| letter != '\n' && is_obeyed(letter))
}

/// Returns lines in which every escape is the program's own: of a colour. All else is escaped as [`printable_lines`] does.
pub(super) fn printable_lines_in_colour(text: &str) -> Cow<'_, str> {
    escaped(text, |letter| !matches!(letter, '\n' | '\x1b') && is_obeyed(letter))
}

fn escaped(text: &str, is_bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_bad) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match is_bad(letter) {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(printable("a\x1b[31mb\nc\r\u{9b}2J"), "a\\u{1b}[31mb\\nc\\r\\u{9b}2J");
        assert_eq!(printable("\u{202e}dm.a\u{2066}\u{2028}"), "\\u{202e}dm.a\\u{2066}\\u{2028}");
        assert_eq!(printable_lines("a\tb\n\x07\n"), "a\\tb\n\\u{7}\n");
    }

    #[test]
    fn all_else_stays_as_it_is() {
        let text = "größe 日本 العربية 👩‍🏫 → `x` \\ \"";
        assert!(matches!(printable(text), Cow::Borrowed(same) if same == text));
    }
}
