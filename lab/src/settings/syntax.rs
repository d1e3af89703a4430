//! Errors of YAML syntax in an author's words.
//!
//! The parser says where it gave up and why; what the author did is mostly seen from the text around it.

use std::ops::Range;

use super::LineMap;
use super::parse::MAX_DEPTH;
use crate::diagnostic::{Diagnostic, Span};

/// Returns what a parser's complaint at byte `place` of `text` means.
pub(super) fn explain(text: &str, place: usize, complaint: &str, map: &LineMap) -> Diagnostic {
    let at = Scene { text, place: place.min(text.len()), complaint, map };
    at.depth()
        .or_else(|| at.template())
        .or_else(|| at.tab())
        .or_else(|| at.wide_colon())
        .or_else(|| at.missing_colon())
        .or_else(|| at.quote())
        .or_else(|| at.alias())
        .or_else(|| at.start_of_text())
        .or_else(|| at.bracket())
        .or_else(|| at.colon())
        .or_else(|| at.alignment())
        .unwrap_or_else(|| {
            at.error("this YAML cannot be read", at.place, at.place + 1)
                .label(complaint.strip_prefix("while ").unwrap_or(complaint))
        })
}

/// Returns the error of a key that stands twice in a map.
pub(super) fn duplicate(key: &str, second: Span, first: Span) -> Diagnostic {
    let error = Diagnostic::error(format!("`{key}` is set twice"), second).also(first, "first set here");
    match key.parse::<f64>() {
        // `{hidden: 8, 8, 8}`.
        Ok(_) => error.label("expected a list in brackets, as in `[8, 8]`"),
        Err(_) => error.label("expected each setting once"),
    }
}

struct Scene<'a> {
    text: &'a str,
    place: usize,
    complaint: &'a str,
    map: &'a LineMap,
}

impl Scene<'_> {
    fn error(&self, message: impl Into<String>, start: usize, end: usize) -> Diagnostic {
        Diagnostic::error(message, self.map.span(start, end.min(self.text.len())))
    }

    fn says(&self, words: &str) -> bool {
        self.complaint.contains(words)
    }

    fn line_start(&self) -> usize {
        self.text[..self.place].rfind('\n').map_or(0, |end| end + 1)
    }

    /// Returns the line of the place, and where its first word starts.
    fn line(&self) -> (&str, usize) {
        let start = self.line_start();
        let line = self.text[start..].lines().next().unwrap_or_default();
        (line, start + line.len() - line.trim_start().len())
    }

    fn here(&self) -> char {
        self.text[self.place..].chars().next().unwrap_or('\n')
    }

    /// Says where brackets nest too deep. The parser reads ahead to the end of what is in brackets, and gives up where they nest
    /// far deeper than is allowed.
    fn depth(&self) -> Option<Diagnostic> {
        self.says("recursion limit").then(|| {
            let error = format!("settings nest more than {MAX_DEPTH} deep");
            self.error(error, self.place, self.place + 1).label("too deep")
        })
    }

    /// `{{ ref: four.loss }}` in a text without quotes: its colon looks like that of a key.
    fn template(&self) -> Option<Diagnostic> {
        let line = self.line_start();
        let before = self.text[..line.saturating_sub(1)].rfind('\n').map_or(0, |end| end + 1);
        let lines = [line, before].into_iter().map(|start| (start, self.text[start..].lines().next()));
        lines.filter_map(|(start, line)| Some((start, line?))).find_map(|(start, line)| {
            let opened = line.find("{{")?;
            let word = line[opened + 2..].trim_start();
            let word = ["ref", "claim"].into_iter().find(|known| {
                word.strip_prefix(known).is_some_and(|rest| rest.trim_start().starts_with(':'))
            })?;
            let end = line[opened..].find("}}").map_or(line.len(), |end| opened + end + 2);
            Some(
                self.error(format!("a text with `{word}:` in it needs quotes"), start + opened, start + end)
                    .label("its colon looks like that of a setting")
                    .hint("put the whole text in quotes, or `>-` after its key and the text on the lines below it, indented"),
            )
        })
    }

    fn tab(&self) -> Option<Diagnostic> {
        let mut start = self.line_start();
        for line in self.text[start..].split_inclusive('\n').take(2) {
            let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
            if let Some(tab) = indent.find('\t') {
                let width = indent[tab..].bytes().take_while(|&byte| byte == b'\t').count();
                return Some(
                    self.error("this line is indented with a tab", start + tab, start + tab + width)
                        .label("expected spaces"),
                );
            }
            start += line.len();
        }
        None
    }

    /// `kind：train`, with the colon of Chinese text, on the line of the place or the one before.
    fn wide_colon(&self) -> Option<Diagnostic> {
        let line = self.line_start();
        let before = self.text[..line.saturating_sub(1)].rfind('\n').map_or(0, |end| end + 1);
        [before, line].into_iter().find_map(|start| {
            let line = self.text[start..].lines().next()?;
            let (name, value) = line.split_once('：').filter(|(name, _)| !name.contains(':'))?;
            let place = start + name.len();
            let error = self.error("this colon is one of Chinese text", place, place + '：'.len_utf8());
            Some(error.label(format!("expected `{}: {}`", name.trim(), value.trim())))
        })
    }

    /// Finds the line at fault: one without a colon makes the parser stop at the line after it.
    fn missing_colon(&self) -> Option<Diagnostic> {
        if !self.says("simple key expect") {
            return None;
        }
        let before = &self.text[..self.line_start()];
        let line = before.lines().rfind(|line| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with('#')
        })?;
        let start = before.rfind(line)?;
        let word = line.trim();
        let start = start + line.len() - line.trim_start().len();
        if let Some((name, value)) = word.split_once(':') {
            let colon = start + name.len();
            return Some(
                self.error("the space after the colon is missing", colon, colon + 1)
                    .label(format!("expected `{name}: {value}`")),
            );
        }
        let error = self.error("the colon after the setting's name is missing", start, start + word.len());
        Some(match word.split_once(' ') {
            Some((name, value)) => error.label(format!("expected `{name}: {}`", value.trim())),
            None => error.label("expected `name: value`"),
        })
    }

    fn quote(&self) -> Option<Diagnostic> {
        if self.says("trailing content after") {
            return Some(
                self.error(
                    "there is text after the closing quote",
                    self.place,
                    self.place + self.here().len_utf8(),
                )
                .label("expected the end of the value")
                .hint("a quote inside single quotes is doubled: `'it''s'`"),
            );
        }
        if !self.says("quoted scalar") {
            return None;
        }
        if self.says("escape") || self.says("hexadecimal") {
            return Some(
                self.error("this text has an unknown escape after a `\\`", self.place, self.place + 1)
                    .label("in the text that starts here")
                    .hint("in single quotes a `\\` is just a `\\`: `'\\alpha'`"),
            );
        }
        Some(
            self.error("this quote is never closed", self.place, self.place + 1)
                .label(format!("expected another `{}` on this line", self.here())),
        )
    }

    fn alias(&self) -> Option<Diagnostic> {
        // `weights[0] * x` between brackets: the text has ended at its own bracket.
        let before = self.text[self.line_start()..self.place].trim_end();
        if self.here() == '*' && before.ends_with(']') && self.open_bracket().is_some() {
            let opened = self.line_start() + before.rfind('[').unwrap_or_default();
            return Scene { place: opened, complaint: "", ..*self }.bracket();
        }
        (self.says("anchor") || self.here() == '*').then(|| {
            self.error("this is a YAML alias", self.place, self.place + 1)
                .label("expected a value")
                .hint("a lesson's YAML has no anchors or aliases; a text that starts with `*` or `&` goes in quotes")
        })
    }

    fn start_of_text(&self) -> Option<Diagnostic> {
        let here = self.here();
        if self.says("unexpected character") || self.says("plain scalar cannot start") {
            return Some(
                self.error(format!("a text cannot start with `{here}`"), self.place, self.place + 1)
                    .label("expected a value")
                    .hint("put the text in quotes"),
            );
        }
        if self.says("block scalar") {
            return Some(
                self.error("this starts a text of several lines", self.place, self.place + 1)
                    .label("expected the end of the line after it")
                    .hint("a text that starts with `>` or `|` goes in quotes"),
            );
        }
        if self.says("expected node content") && !matches!(here, ']' | '}') && self.open_bracket().is_none() {
            return Some(
                self.error("a value is missing here", self.place, self.place + 1)
                    .label("expected a value")
                    .hint(format!("a text that starts with `{}` goes in quotes", here.to_string().trim())),
            );
        }
        self.says("block sequence entries are not allowed").then(|| {
            self.error("a list cannot start here", self.place, self.place + 1)
                .label("expected a value")
                .hint("write a list in brackets, `[a, b]`, or each item on a line of its own")
        })
    }

    fn bracket(&self) -> Option<Diagnostic> {
        let here = self.here();
        if let Some((open, at)) = self.open_bracket() {
            let close = if open == '[' { ']' } else { '}' };
            if matches!(here, ']' | '}') && here != close {
                return Some(
                    self.error(format!("`{open}` is closed by `{here}`"), self.place, self.place + 1)
                        .label(format!("expected `{close}`"))
                        .also(self.map.span(at, at + 1), "opened here"),
                );
            }
            // `loss[10]`: within brackets a `[` begins another list.
            let word = |c: char| c.is_alphanumeric() || c == '_';
            if here == '[' && self.text[..self.place].ends_with(word) {
                return Some(
                    self.error("a `[` cannot stand within a text here", self.place, self.place + 1)
                        .label("expected a `,` or the end of the list")
                        .hint("within brackets such a text goes in quotes: `['loss[10] < 1']`"),
                );
            }
            if let Some(word) = self.unparted(at) {
                let name = &self.text[word.clone()];
                return Some(
                    self.error(format!("a comma is missing before `{name}`"), word.start, word.end)
                        .label(format!("expected `, {name}: ...`")),
                );
            }
            return Some(
                self.error(format!("this `{open}` is never closed"), at, at + 1)
                    .label(format!("expected a `{close}` after it")),
            );
        }
        if matches!(here, ']' | '}') {
            return Some(
                self.error(format!("there is one `{here}` too many"), self.place, self.place + 1)
                    .label("nothing is open here"),
            );
        }
        let before = self.text[self.line_start()..self.place].trim_end();
        (before.ends_with([']', '}']) && self.says("did not find expected key")).then(|| {
            self.error("there is text after the closing bracket", self.place, self.place + 1)
                .label("expected the end of the line")
                .hint("a text that starts with `[` or `{` goes in quotes")
        })
    }

    /// Returns the name of a second setting that no comma parts from the value before it, as in `{epochs: 10 batch_size: 3}`,
    /// within the brackets that open there.
    fn unparted(&self, open: usize) -> Option<Range<usize>> {
        let line = self.text[open..].lines().next().unwrap_or_default();
        let inside = line.get(1..line.rfind(['}', ']'])?)?;
        if inside.contains(['"', '\'', '#']) {
            return None;
        }
        let mut start = open + 1;
        for item in inside.split([',', '{', '[']) {
            let mut colons = item.match_indices(": ");
            let (first, second) = (colons.next(), colons.next());
            if let (Some((first, _)), Some((second, _))) = (first, second) {
                let between = item[first + 1..second].trim_end();
                let name = between.rfind(' ').map_or(0, |blank| blank + 1);
                // Without a value before it, as in `{says: loss: low}`, the second colon is one of the text.
                if !between[..name].trim().is_empty() {
                    let name = first + 1 + name;
                    return Some(start + name..start + first + 1 + between.len());
                }
            }
            start += item.len() + 1;
        }
        None
    }

    /// Returns the innermost bracket that is open at the place.
    fn open_bracket(&self) -> Option<(char, usize)> {
        let mut open = Vec::new();
        let mut quote = None;
        let mut before = ' ';
        for (at, letter) in self.text[..self.place].char_indices() {
            match (quote, letter) {
                (Some('#'), '\n') => quote = None,
                (Some(mark), letter) if mark == letter => quote = None,
                (Some(_), _) => {}
                (None, '#') if before.is_whitespace() => quote = Some('#'),
                (None, '"' | '\'') if before.is_whitespace() || "[{,:".contains(before) => {
                    quote = Some(letter);
                }
                // A bracket inside a plain text is just a letter, unless a bracket is already open.
                (None, '[' | '{') if before.is_whitespace() || "[{,".contains(before) => {
                    open.push((letter, at));
                }
                (None, ']' | '}') => {
                    open.pop();
                }
                _ => {}
            }
            before = letter;
        }
        open.pop()
    }

    /// Returns a colon where a value should have ended.
    fn colon(&self) -> Option<Diagnostic> {
        if self.here() != ':' {
            return None;
        }
        let (line, first) = self.line();
        let name = &self.text[first..self.place];
        let Some((name, value)) = name.split_once(": ") else {
            return Some(
                self.error("this line is indented below a setting that has a value", first, self.place)
                    .label("expected the indentation of the line above"),
            );
        };
        let value = format!("{value}{}", &line[self.place - self.line_start()..]);
        Some(
            self.error("a value has a colon in it", self.place, self.place + 1)
                .label("expected the end of the value")
                .hint(format!("put the text in quotes: `{name}: \"{}\"`", value.trim())),
        )
    }

    fn alignment(&self) -> Option<Diagnostic> {
        let known = ["expected key", "expected '-' indicator", "<document start>", "invalid indentation"];
        if !known.iter().any(|words| self.says(words)) {
            return None;
        }
        let (line, first) = self.line();
        let end = self.line_start() + line.trim_end().len();
        if line.trim_start().starts_with('-') {
            return Some(
                self.error("a list item stands among settings", first, end)
                    .label("expected `name: value`")
                    .hint("indent the items of a list below the setting they belong to, all alike"),
            );
        }
        if self.says("'-' indicator") {
            return Some(
                self.error("a setting stands among the items of a list", first, end)
                    .label("expected `- ...`, or less indentation"),
            );
        }
        Some(
            self.error("this line is not aligned with those above", first, end)
                .label("expected the indentation of a line above"),
        )
    }
}
