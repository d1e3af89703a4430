//! The keys and values of YAML with their places, found without reading it whole: half of it may be missing.

use std::ops::Range;

use super::line::{key_of, plain_length, unquoted, without_comment};

/// A step on the way to a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Item(usize),
}

/// Something that is written, and on which path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    /// Of a key the last step is itself.
    pub path: Vec<Step>,
    /// Without quotes.
    pub range: Range<usize>,
}

/// What may be typed at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A key of the map at the path.
    Key,
    /// The value at the path.
    Value,
    /// The item of a list: a value, or the first key of a map.
    Item,
}

/// A place in YAML.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cursor {
    pub path: Vec<Step>,
    pub place: Place,
    /// Where what is being typed begins.
    pub from: usize,
    /// Whether brackets are open.
    pub in_brackets: bool,
}

/// The keys and values of YAML.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outline {
    pub keys: Vec<Written>,
    pub values: Vec<Written>,
}

impl Outline {
    /// Finds the keys and values of a text.
    pub(super) fn of(text: &str) -> Outline {
        let mut scanner = Scanner::new(text);
        scanner.scan();
        scanner.outline
    }

    /// Returns the keys that stand directly below a path.
    pub(super) fn keys_below<'a>(&'a self, path: &'a [Step]) -> impl Iterator<Item = &'a str> {
        self.keys.iter().filter_map(move |key| match key.path.split_last() {
            Some((Step::Key(name), above)) if above == path => Some(name.as_str()),
            _ => None,
        })
    }

    /// Returns the value of a key at the top.
    pub(super) fn value(&self, key: &str) -> Option<&Written> {
        self.values.iter().find(|value| matches!(&value.path[..], [Step::Key(name)] if name == key))
    }
}

/// Returns what may be typed at the end of a text.
pub(super) fn cursor(before: &str) -> Cursor {
    let mut scanner = Scanner::new(before);
    scanner.scan();
    scanner.cursor()
}

/// Returns the keys on a path: `training.optimizer` of `compare`, an item, `optimizer`.
pub(super) fn keys(path: &[Step]) -> Vec<&str> {
    let mut keys = Vec::new();
    for step in path {
        if let Step::Key(key) = step {
            keys.push(key.as_str());
        }
    }
    keys
}

/// A key or an item that is open, by its column.
struct Open {
    column: usize,
    step: Step,
}

/// A bracket that is open.
struct Bracket {
    is_map: bool,
    /// The key whose value follows.
    key: Option<String>,
    index: usize,
}

struct Scanner<'t> {
    text: &'t str,
    open: Vec<Open>,
    brackets: Vec<Bracket>,
    /// The column below which brackets are taken to have been forgotten.
    bracket_column: usize,
    /// The column of the key whose text goes over several lines.
    block: Option<usize>,
    /// What was begun last: where, and whether a value may go on there.
    last: (usize, Place),
    outline: Outline,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Scanner {
            text,
            open: Vec::new(),
            brackets: Vec::new(),
            bracket_column: 0,
            block: None,
            last: (0, Place::Key),
            outline: Outline::default(),
        }
    }

    fn scan(&mut self) {
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            self.line(start, line.trim_end_matches(['\n', '\r']));
            start += line.len();
        }
        if self.text.is_empty() || self.text.ends_with('\n') {
            self.line(start, "");
        }
    }

    fn path(&self) -> Vec<Step> {
        let open = self.open.iter().map(|open| open.step.clone());
        let inside = self.brackets.iter().filter_map(|bracket| match (&bracket.key, bracket.is_map) {
            (Some(key), true) => Some(Step::Key(key.clone())),
            (None, true) => None,
            (_, false) => Some(Step::Item(bracket.index)),
        });
        let mut path: Vec<Step> = open.chain(inside).collect();
        // `[a: 1]` is a list of one map.
        if let Some(Bracket { is_map: false, key: Some(key), .. }) = self.brackets.last() {
            path.push(Step::Key(key.clone()));
        }
        path
    }

    fn cursor(&self) -> Cursor {
        let (from, place) = self.last;
        Cursor { path: self.path(), place, from, in_brackets: !self.brackets.is_empty() }
    }

    fn key(&mut self, name: &str, range: Range<usize>) {
        let mut path = self.path();
        path.push(Step::Key(name.to_owned()));
        self.outline.keys.push(Written { path, range });
    }

    fn value(&mut self, range: Range<usize>) {
        let path = self.path();
        match self.outline.values.last_mut() {
            // A text that goes on.
            Some(last) if last.path == path => last.range.end = range.end,
            _ => self.outline.values.push(Written { path, range }),
        }
    }

    fn close(&mut self, column: usize) {
        while self.open.last().is_some_and(|open| open.column >= column) {
            self.open.pop();
        }
    }

    fn line(&mut self, start: usize, line: &str) {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = &line[indent..];
        if !self.brackets.is_empty() {
            // `key:` where the line with the bracket began: that was left open.
            let is_key = key_of(rest).is_some() && indent <= self.bracket_column;
            match is_key && start > 0 {
                true => self.brackets.clear(),
                false => return self.flow(start, line),
            }
        }
        if let Some(column) = self.block {
            if rest.is_empty() || indent > column {
                if !rest.is_empty() {
                    self.value(start + indent..start + line.len());
                }
                self.last = (start + indent, Place::Value);
                return;
            }
            self.block = None;
        }
        if rest.is_empty() {
            // The path of what would be typed here; the keys stay open for the next line.
            self.last = (start + indent, Place::Key);
            if start + line.len() == self.text.len() {
                self.close(indent.max(usize::from(indent > 0)));
                if indent == 0 {
                    self.open.clear();
                }
            }
            return;
        }
        if rest.starts_with('#') {
            self.last = (start + indent, Place::Key);
            return;
        }
        self.content(start, indent, rest);
    }

    /// Reads what stands on a line behind its indentation.
    fn content(&mut self, start: usize, indent: usize, rest: &str) {
        let (mut column, mut rest) = (indent, rest);
        let mut is_item = false;
        while rest == "-" || rest.starts_with("- ") {
            while self.open.last().is_some_and(|open| open.column > column) {
                self.open.pop();
            }
            let index = match self.open.last() {
                Some(Open { column: at, step: Step::Item(index) }) if *at == column => {
                    let next = index + 1;
                    self.open.pop();
                    next
                }
                _ => 0,
            };
            self.open.push(Open { column, step: Step::Item(index) });
            let inside = rest[1..].trim_start_matches(' ');
            column += rest.len() - inside.len();
            rest = inside;
            is_item = true;
        }
        let at = start + column;
        let Some((name, name_range, after)) = key_of(rest) else {
            // The word below keys that is to become one.
            if !is_item {
                self.close(column);
            }
            self.last = (at, if is_item { Place::Item } else { Place::Key });
            return self.scalar(at, column, rest);
        };
        self.close(column);
        self.key(name, at + name_range.start..at + name_range.end);
        self.open.push(Open { column, step: Step::Key(name.to_owned()) });
        let value = rest[after..].trim_start();
        let place = at + rest.len() - value.len();
        self.last = (place, Place::Value);
        self.scalar(place, column, value);
    }

    /// Reads a value that begins on this line, whose key stands in a column.
    fn scalar(&mut self, at: usize, column: usize, value: &str) {
        if value.starts_with(['|', '>']) {
            self.block = Some(column);
        } else if value.starts_with('[') || value.starts_with('{') && !value.starts_with("{{") {
            self.bracket_column = column;
            self.flow(at, value);
        } else if !value.is_empty() && !value.starts_with('#') {
            let (from, to) = unquoted(without_comment(value));
            self.value(at + from..at + to);
        }
    }

    /// Reads what stands in brackets, as far as this line goes.
    fn flow(&mut self, start: usize, line: &str) {
        let bytes = line.as_bytes();
        let mut at = 0;
        while at < line.len() {
            match bytes[at] {
                b' ' | b'\t' => at += 1,
                b'#' if at == 0 || bytes[at - 1] == b' ' => return,
                sign @ (b'{' | b'[') => {
                    let is_map = sign == b'{';
                    self.brackets.push(Bracket { is_map, key: None, index: 0 });
                    at += 1;
                    self.begin(start + at, line, at);
                }
                b'}' | b']' => {
                    self.brackets.pop();
                    at += 1;
                    if self.brackets.is_empty() {
                        self.last = (start + at, Place::Value);
                        return;
                    }
                    self.last = (start + at, Place::Value);
                }
                b',' => {
                    at += 1;
                    if let Some(bracket) = self.brackets.last_mut() {
                        bracket.key = None;
                        bracket.index += 1;
                    }
                    self.begin(start + at, line, at);
                }
                b':' if line[at + 1..].starts_with([' ', ',', '}', ']']) || at + 1 == line.len() => at += 1,
                _ => at = self.token(start, line, at),
            }
        }
        if line.trim().is_empty() {
            self.begin(start + line.len(), "", 0);
        }
    }

    /// Notes that something new may begin behind a bracket or comma.
    fn begin(&mut self, place: usize, line: &str, at: usize) {
        let blanks = line[at..].len() - line[at..].trim_start_matches(' ').len();
        let is_map = self.brackets.last().is_some_and(|bracket| bracket.is_map);
        self.last = (place + blanks, if is_map { Place::Key } else { Place::Item });
    }

    /// Reads a word or text in brackets, and the colon behind a key.
    fn token(&mut self, start: usize, line: &str, at: usize) -> usize {
        let rest = &line[at..];
        let first = rest.chars().next().unwrap_or(' ');
        let long = if matches!(first, '"' | '\'') {
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        } else {
            plain_length(rest)
        };
        let word = rest[..long].trim_end();
        let (from, to) = unquoted(word);
        let range = start + at + from..start + at + to;
        let after = rest[long..].trim_start();
        let is_key =
            after.starts_with(':') && self.brackets.last().is_some_and(|bracket| bracket.key.is_none());
        self.last.0 = start + at;
        if is_key {
            let name = word[from..to].to_owned();
            let mut path = self.path();
            path.push(Step::Key(name.clone()));
            self.outline.keys.push(Written { path, range });
            if let Some(bracket) = self.brackets.last_mut() {
                bracket.key = Some(name);
            }
            let colon = line.len() - after.len() + 1;
            let blanks = line[colon..].len() - line[colon..].trim_start_matches(' ').len();
            self.last = (start + colon + blanks, Place::Value);
            return colon;
        }
        let is_bare_key = self.brackets.last().is_some_and(|bracket| bracket.is_map && bracket.key.is_none());
        if is_bare_key {
            self.key(&word[from..to], range);
        } else {
            self.value(range);
        }
        at + long.max(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(path: &[Step]) -> String {
        let step = |step: &Step| match step {
            Step::Key(key) => format!(".{key}"),
            Step::Item(index) => format!("[{index}]"),
        };
        path.iter().map(step).collect()
    }

    fn listed(text: &str) -> Vec<String> {
        let outline = Outline::of(text);
        let value = |value: &Written| format!("{} = {}", shown(&value.path), &text[value.range.clone()]);
        outline.keys.iter().map(|key| shown(&key.path)).chain(outline.values.iter().map(value)).collect()
    }

    fn at_end(text: &str) -> String {
        let Cursor { path, place, from, .. } = cursor(text);
        format!("{} {place:?} `{}`", shown(&path), &text[from..])
    }

    #[test]
    fn keys_and_values_have_paths() {
        let text = "kind: optimizers # of them\nmodel:\n  hidden: [64, 32]\n  'init': {normal: 0.1}\ncompare:\n- sgd\n\
                    - adam: {beta1: 0.8}\n  x: 1\nclaims:\n  - that: a < b\n    says: >-\n      One: two\n      three\n  - c\n";
        assert_eq!(
            listed(text),
            [
                ".kind",
                ".model",
                ".model.hidden",
                ".model.init",
                ".model.init.normal",
                ".compare",
                ".compare[1].adam",
                ".compare[1].adam.beta1",
                ".compare[1].x",
                ".claims",
                ".claims[0].that",
                ".claims[0].says",
                ".kind = optimizers",
                ".model.hidden[0] = 64",
                ".model.hidden[1] = 32",
                ".model.init.normal = 0.1",
                ".compare[0] = sgd",
                ".compare[1].adam.beta1 = 0.8",
                ".compare[1].x = 1",
                ".claims[0].that = a < b",
                ".claims[0].says = One: two\n      three",
                ".claims[1] = c",
            ]
        );
    }

    #[test]
    fn a_place_is_known_in_what_is_half_written() {
        for (text, expected) in [
            ("", " Key ``"),
            ("kin", " Key `kin`"),
            ("kind: ", ".kind Value ``"),
            ("kind: opt", ".kind Value `opt`"),
            ("training:\n  epo", ".training Key `epo`"),
            ("training:\n  epochs: 3\n  ", ".training Key ``"),
            ("training:\n  epochs: 3\n", " Key ``"),
            ("training: {", ".training Key ``"),
            ("training: {epochs: 3, opt", ".training Key `opt`"),
            ("training: {epochs: 3, optimizer: ad", ".training.optimizer Value `ad`"),
            ("training: {optimizer: {adam: {be", ".training.optimizer.adam Key `be`"),
            ("training: {epochs: 3\nmodel: {", ".model Key ``"),
            ("compare: [sgd, a", ".compare[1] Item `a`"),
            ("compare: [sgd, {adam: {l", ".compare[1].adam Key `l`"),
            ("compare:\n  - sgd\n  - a", ".compare[1] Item `a`"),
            ("compare:\n- sgd\n- adam: ", ".compare[1].adam Value ``"),
            ("claims:\n  - that: four.ad", ".claims[0].that Value `four.ad`"),
            ("claims:\n  - that: a\n    sa", ".claims[0] Key `sa`"),
            ("vary: {model.keep_prob: [1, 0", ".vary.model.keep_prob[1] Item `0`"),
            ("caption: >-\n  Of `{{ fo", ".caption Value `Of `{{ fo`"),
            ("data: {name: iris}\n", " Key ``"),
            ("title: \"a", ".title Value `\"a`"),
        ] {
            assert_eq!(at_end(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-c:{}\\[\\], \n\r'\"|>&*!%@?é#~0-9.-]{0,60}") {
            let outline = Outline::of(&text);
            for written in outline.keys.iter().chain(&outline.values) {
                prop_assert!(text.get(written.range.clone()).is_some(), "{written:?}");
            }
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                let from = cursor(&text[..end]).from;
                prop_assert!(text.get(from..end).is_some());
            }
        }
    }
}
