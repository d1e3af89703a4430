//! How a block is laid out: two blanks a level, one after each colon and comma, none at the end of a line. What it says stays
//! the same, which is checked.

use super::page::{Block, Page, Use};
use crate::diagnostic::SourceId;
use crate::settings::{self, LineMap, Node, to_yaml};

/// A block as it is laid out anew.
pub(super) struct Formatted<'p> {
    pub block: &'p Block,
    /// The lines between its fences, as they are and as they are to be, without what stands before the fence.
    pub text: String,
}

/// Returns the experiments and figures whose layout is another; of what cannot be read none.
pub(super) fn format(page: &Page) -> Vec<Formatted<'_>> {
    let blocks = page.blocks.iter().filter(|block| matches!(block.is, Use::Experiment | Use::Figure));
    let anew = blocks.filter_map(|block| {
        let text = laid_out(&block.yaml)?;
        (text.trim_end() != block.yaml.trim_end() || block.yaml.ends_with("\n\n"))
            .then_some(Formatted { block, text })
    });
    anew.collect()
}

/// Returns YAML with the usual blanks; none where it cannot be read, or would say something else.
fn laid_out(yaml: &str) -> Option<String> {
    let read = |text: &str| settings::parse(text, &LineMap::contiguous(SourceId(0), 0, text.len())).ok();
    let before = to_yaml(&read(yaml)?);
    let text = lines(yaml);
    let same = |node: &Node| to_yaml(node) == before;
    (read(&text).as_ref().is_some_and(same)).then_some(text)
}

fn lines(yaml: &str) -> String {
    // The columns at which what is open stands, and stood.
    let mut levels: Vec<(usize, usize)> = Vec::new();
    let mut text = String::new();
    let mut kept: Option<Kept> = None;
    let mut was_blank = true;
    for line in yaml.lines() {
        let line = line.trim_end();
        let rest = line.trim_start_matches(' ');
        let column = line.len() - rest.len();
        if let Some(inside) = &kept {
            if rest.is_empty() && inside.is_text
                || !rest.is_empty() && (inside.depth > 0 || column > inside.column)
            {
                let moved = (column + inside.to).saturating_sub(inside.from);
                let depth = inside.depth + if inside.is_text { 0 } else { brackets(rest, inside.depth) };
                if !rest.is_empty() {
                    text += &" ".repeat(moved);
                }
                text += rest;
                text.push('\n');
                was_blank = rest.is_empty();
                let ends = !inside.is_text && depth <= 0;
                kept = if ends { None } else { Some(Kept { depth, ..*inside }) };
                continue;
            }
            kept = None;
        }
        if rest.is_empty() {
            if !was_blank {
                text.push('\n');
            }
            was_blank = true;
            continue;
        }
        was_blank = false;
        while levels.last().is_some_and(|(was, _)| *was > column) {
            levels.pop();
        }
        let to = match levels.last() {
            Some((was, is)) if *was == column => *is,
            Some((_, is)) => is + 2,
            None => 0,
        };
        if levels.last().is_none_or(|(was, _)| *was < column) {
            levels.push((column, to));
        }
        let tidy = tidied(rest);
        // What stands behind a dash is a level of its own.
        let (mut inner, mut now, mut left) = (column, to, rest);
        while let Some(inside) = left.strip_prefix("- ") {
            let plain = inside.trim_start_matches(' ');
            inner += left.len() - plain.len();
            now += 2;
            levels.push((inner, now));
            left = plain;
        }
        text += &" ".repeat(to);
        text += &tidy;
        text.push('\n');
        let depth = brackets(rest, 0);
        let is_text = begins_text(rest);
        if depth > 0 || is_text {
            kept = Some(Kept { column: inner, from: inner, to: now, depth, is_text });
        }
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// Lines that go on what another began.
#[derive(Clone, Copy)]
struct Kept {
    /// Lines farther to the right belong to it.
    column: usize,
    from: usize,
    to: usize,
    /// How many brackets are open.
    depth: i32,
    /// Whether they are a text of several lines.
    is_text: bool,
}

fn begins_text(line: &str) -> bool {
    let value = line.rsplit_once(": ").map_or(line, |(_, value)| value).trim();
    value.starts_with(['|', '>']) && value.len() <= 3
}

/// How many more brackets a line opens than it closes.
fn brackets(line: &str, open: i32) -> i32 {
    let mut depth = open;
    walk(line, |letter, is_quoted, at| {
        if !is_quoted && (depth > 0 || begins_value(&line[..at])) {
            depth += match letter {
                '{' | '[' => 1,
                '}' | ']' => -1,
                _ => 0,
            };
        }
    });
    depth - open
}

/// Whether a value begins behind what stands on a line: a bracket within a text is a letter like others.
fn begins_value(before: &str) -> bool {
    let before = before.trim_end();
    before.ends_with(':') || before.chars().all(|letter| matches!(letter, '-' | ' '))
}

/// Goes through a line, telling of each letter whether it stands in quotes or in a comment.
fn walk(line: &str, mut tell: impl FnMut(char, bool, usize)) {
    let mut quote = None;
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        match quote {
            Some(mark) if mark == letter => {
                tell(letter, true, at);
                quote = None;
            }
            Some(_) => tell(letter, true, at),
            None if letter == '#' && before == ' ' => {
                quote = Some('\0');
                tell(letter, true, at);
            }
            None if matches!(letter, '"' | '\'') && !before.is_alphanumeric() => {
                quote = Some(letter);
                tell(letter, true, at);
            }
            None => tell(letter, false, at),
        }
        before = letter;
    }
}

/// One blank after colons, and within brackets after commas.
fn tidied(line: &str) -> String {
    let mut text = String::new();
    let mut depth = 0;
    let mut after = false;
    let mut before = ' ';
    walk(line, |letter, is_quoted, at| {
        let rest = &line[at + letter.len_utf8()..];
        if after && letter == ' ' && !is_quoted {
            return;
        }
        after = false;
        match letter {
            ' ' if !is_quoted && depth > 0 && rest.trim_start().starts_with(['}', ']', ',', ':']) => {}
            '{' | '[' if !is_quoted && (depth > 0 || begins_value(&line[..at])) => {
                depth += 1;
                text.push(letter);
                after = true;
            }
            '}' | ']' if !is_quoted && depth > 0 => {
                depth -= 1;
                text.push(letter);
            }
            ',' if !is_quoted && depth > 0 => {
                text.push_str(", ");
                after = true;
            }
            ':' if !is_quoted
                && rest.starts_with(' ')
                && before != ' '
                && !rest.trim_start().starts_with('#') =>
            {
                text.push_str(": ");
                after = true;
            }
            _ => text.push(letter),
        }
        before = letter;
    });
    // `-   x` is `- x`.
    let mut start = String::new();
    let mut left = text.trim_end();
    while let Some(inside) = left.strip_prefix("- ") {
        start += "- ";
        left = inside.trim_start_matches(' ');
    }
    start + left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blanks_are_as_usual_and_words_stay() {
        let yaml = "kind:   optimizers   \nid: four # the best\n\n\ntraining:\n    epochs: 3\n    optimizer: {adam: { beta1:  0.8,beta2: 0.9 } }\n\
                    compare: [ sgd,adam ]\nclaims:\n      -   that: 'a  <  b'\n          says: >-\n             It is: so,  so\n              and so\n      - c < d\ncaption: Of  `{{ x | round(1) }}`\nvary:\n    a.b: [1,\n       2]\n";
        let expected = "kind: optimizers\nid: four # the best\n\ntraining:\n  epochs: 3\n  optimizer: {adam: {beta1: 0.8, beta2: 0.9}}\n\
                        compare: [sgd, adam]\nclaims:\n  - that: 'a  <  b'\n    says: >-\n       It is: so,  so\n        and so\n  - c < d\ncaption: Of  `{{ x | round(1) }}`\nvary:\n  a.b: [1,\n     2]\n";
        let text = laid_out(yaml).expect("it can be read");
        assert_eq!(text, expected);
    }

    #[test]
    fn what_cannot_be_read_stays() {
        assert_eq!(laid_out("a: [1\nb: 2"), None);
        assert_eq!(laid_out("a: 1\na: 2"), None);
    }

    proptest! {
        #[test]
        fn nothing_says_anything_else(text in "([ab]:? ?|[ \\n]|- |[{}\\[\\],:#'\"é]){0,40}") {
            if let Some(once) = laid_out(&text) {
                prop_assert_eq!(laid_out(&once), Some(once));
            }
        }
    }
}
