//! Where formulas stand, by Pandoc's rules.
//!
//! Between single dollars: no space after the first nor before the second, no digit after the second. Between double
//! ones anything, over several lines and blank ones too where they begin or end a line. A dollar after a backslash is
//! one, as is one in `\text{...}` within a formula. Neither closes across code, but for double ones on lines of their own,
//! between which backquotes are TeX's.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag, TagEnd};

use super::Part;

/// How far the end of `\text{...}` is looked for, in bytes.
const LONGEST_TEXT: usize = 2000;

/// A formula, with its dollars.
#[derive(Clone, Debug)]
pub(super) struct Formula {
    pub range: Range<usize>,
    pub display: bool,
    /// What stands between the dollars, without what marks a quote.
    pub tex: String,
}

impl Formula {
    /// Returns the range between the dollars, in bytes.
    pub(super) fn inside(&self) -> Range<usize> {
        let dollars = if self.display { 2 } else { 1 };
        self.range.start + dollars..self.range.end - dollars
    }
}

/// Code that stands between two dollars.
#[derive(Clone, Debug)]
pub(in crate::lesson::markdown) struct CodeInFormula {
    /// From dollar to dollar.
    pub range: Range<usize>,
    pub code: Range<usize>,
}

/// A stretch of text that inline markup may span: a paragraph, a heading, a cell.
pub(super) struct Run<'a> {
    parts: &'a [Part<'static>],
    quotes: usize,
    in_table: bool,
}

pub(super) fn runs<'a>(parts: &'a [Part<'static>]) -> Vec<Run<'a>> {
    let mut runs = Vec::new();
    let (mut quotes, mut in_table, mut in_code) = (0usize, false, false);
    let mut start = 0;
    for (at, (event, _)) in parts.iter().enumerate() {
        if is_inline(event) && !in_code {
            continue;
        }
        if start < at {
            runs.push(Run { parts: &parts[start..at], quotes, in_table });
        }
        start = at + 1;
        match event {
            Event::Start(Tag::BlockQuote(_)) => quotes += 1,
            Event::End(TagEnd::BlockQuote(_)) => quotes = quotes.saturating_sub(1),
            Event::Start(Tag::Table(_)) => in_table = true,
            Event::End(TagEnd::Table) => in_table = false,
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            _ => {}
        }
    }
    if start < parts.len() {
        runs.push(Run { parts: &parts[start..], quotes, in_table });
    }
    runs
}

fn is_inline(event: &Event) -> bool {
    match event {
        Event::Start(tag) => {
            matches!(
                tag,
                Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
            )
        }
        Event::End(tag) => {
            matches!(
                tag,
                TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
            )
        }
        Event::Html(_) | Event::Rule => false,
        _ => true,
    }
}

/// Returns formulas of several lines, which decide where blocks begin and end.
pub(super) fn blocks(text: &str, parts: &[Part]) -> Vec<Formula> {
    let (mut fences, mut codes) = (Vec::new(), Vec::new());
    for (event, range) in parts {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_)) | Tag::HtmlBlock) => {
                fences.push(range.clone());
                codes.push(range.clone());
            }
            Event::Code(_) => codes.push(range.clone()),
            _ => {}
        }
    }
    let first_after = |ranges: &[Range<usize>], place: usize| {
        let at = ranges.partition_point(|range| range.end <= place);
        ranges.get(at).cloned()
    };
    let mut formulas = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        let line = &text[at..line_end];
        let next = line_end + 1;
        let around = first_after(&codes, at).filter(|code| code.start < line_end && code.end > line_end);
        if let Some(fence) = around {
            at = text[fence.end..].find('\n').map_or(text.len(), |end| fence.end + end + 1).max(next);
            continue;
        }
        let Some(open) = opening(line).map(|open| at + open) else {
            at = next;
            continue;
        };
        let before = |ranges: &[Range<usize>]| {
            let limit = first_after(ranges, open).map_or(text.len(), |fence| fence.start.max(line_end));
            closing(text, open + 2, limit)
        };
        let is_alone = |at: usize| text[at..].lines().next().unwrap_or_default().trim().is_empty();
        let alone = before(&fences).filter(|close| is_alone(open + 2) && is_alone(close + 2));
        match alone.or_else(|| before(&codes)).filter(|close| is_block(text, open, *close)) {
            Some(close) => {
                let quotes = prefix(line).bytes().filter(|byte| *byte == b'>').count();
                let range = open..close + 2;
                let tex = tex(&text[open + 2..close], quotes, false);
                formulas.push(Formula { range, display: true, tex });
                at = close + 2;
            }
            None => at = next,
        }
    }
    formulas
}

/// Returns where a line opens a formula that it does not close.
fn opening(line: &str) -> Option<usize> {
    let mut open = None;
    let mut at = 0;
    while let Some(found) = line[at..].find(['$', '\\']).map(|found| at + found) {
        if line.as_bytes()[found] == b'\\' {
            at = found + 1 + line[found + 1..].chars().next().map_or(0, char::len_utf8);
        } else if line[found..].starts_with("$$") {
            open = if open.is_some() { None } else { Some(found) };
            at = found + 2;
        } else {
            at = found + 1;
        }
    }
    let open = open?;
    let begins = prefix(line).len() == open;
    let ends = line[open + 2..].trim().is_empty() && line[..open].ends_with([' ', '\t']);
    (begins || ends).then_some(open)
}

/// Returns what marks quotes and list items at the start of a line.
fn prefix(line: &str) -> &str {
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let rest = &rest[blank..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let marker = match rest.as_bytes().get(digits) {
            Some(b'>') if digits == 0 => 1,
            Some(b'-' | b'*' | b'+') if digits == 0 && rest[1..].starts_with([' ', '\t']) => 1,
            Some(b'.' | b')') if digits > 0 && rest[digits + 1..].starts_with([' ', '\t']) => digits + 1,
            _ => return &line[..at + blank],
        };
        at += blank + marker;
    }
}

/// Returns where the two dollars are that close what was opened before `start`.
fn closing(text: &str, start: usize, limit: usize) -> Option<usize> {
    let mut at = start;
    while let Some(found) = text.get(at..limit)?.find(['$', '\\']).map(|found| at + found) {
        if text.as_bytes()[found] == b'\\' {
            at = match text_group(text, found, limit) {
                Some(end) => end,
                None => found + 1 + text[found + 1..].chars().next().map_or(0, char::len_utf8),
            };
        } else if text[found..limit].starts_with("$$") {
            return (found > start).then_some(found);
        } else {
            at = found + 1;
        }
    }
    None
}

/// Returns whether two dollars and the next two enclose a formula rather than the text between two of them.
fn is_block(text: &str, open: usize, close: usize) -> bool {
    let inside = &text[open + 2..close];
    let blank = |line: &str| line.trim_start_matches([' ', '\t', '>']).trim().is_empty();
    if blank(inside) {
        return false;
    }
    let lines: Vec<&str> = inside.split('\n').collect();
    let inner = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
    if !inner.iter().any(|line| blank(line)) {
        return true;
    }
    let ends_line = text[close + 2..].lines().next().unwrap_or_default().trim().is_empty();
    let begins_line = lines.last().is_some_and(|line| blank(line));
    let heading = |line: &&str| {
        let rest = line.trim_start().trim_start_matches('#');
        line.trim_start().starts_with('#') && rest.starts_with(' ')
    };
    (ends_line || begins_line) && !inner.iter().any(heading)
}

/// Returns where `\text{...}` and its kin end that begin at `start`.
fn text_group(text: &str, start: usize, limit: usize) -> Option<usize> {
    let rest = text.get(start + 1..limit)?;
    let name = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let takes_text = ["mbox", "hbox", "fbox"].contains(&&rest[..name]) || rest[..name].starts_with("text");
    let after = rest[name..].trim_start_matches(' ');
    if !takes_text || !after.starts_with('{') {
        return None;
    }
    let open = limit - after.len();
    let mut depth = 0usize;
    let mut escaped = false;
    for (at, letter) in text[open..limit].char_indices().take_while(|(at, _)| *at < LONGEST_TEXT) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' if depth == 1 => return Some(open + at + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns the formulas within paragraphs, headings and cells; and code that was meant to be in one.
pub(super) fn inline(text: &str, runs: &[Run]) -> (Vec<Formula>, Vec<CodeInFormula>) {
    let mut found = (Vec::new(), Vec::new());
    for run in runs {
        Scan::new(text, run).scan(&mut found);
    }
    found
}

struct Scan<'a> {
    text: &'a str,
    end: usize,
    start: usize,
    /// Code, in the order of the text.
    codes: Vec<Range<usize>>,
    /// What a formula may hold or stand within, but not cross: links, tags.
    whole: Vec<Range<usize>>,
    /// What holds no formula: addresses, tags.
    opaque: Vec<Range<usize>>,
    run: &'a Run<'a>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, run: &'a Run<'a>) -> Self {
        let start = run.parts.iter().map(|(_, range)| range.start).min().unwrap_or(0);
        let end = run.parts.iter().map(|(_, range)| range.end).max().unwrap_or(0);
        let mut scan = Scan { text, start, end, codes: vec![], whole: vec![], opaque: vec![], run };
        let mut last_end = start;
        let mut open: Vec<Range<usize>> = Vec::new();
        for (event, range) in run.parts {
            match event {
                Event::Code(_) => scan.codes.push(range.clone()),
                Event::InlineHtml(_) | Event::FootnoteReference(_) => {
                    scan.whole.push(range.clone());
                    scan.opaque.push(range.clone());
                }
                Event::Start(Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. }) => {
                    scan.whole.push(range.clone());
                    scan.opaque.push(range.clone());
                    open.push(range.clone());
                }
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => {
                    scan.whole.push(range.clone());
                    open.push(range.clone());
                }
                Event::End(TagEnd::Link | TagEnd::Image) => {
                    // What follows the text of a link is its address.
                    if let Some(link) = open.pop() {
                        scan.opaque.push(last_end.clamp(link.start, link.end)..link.end);
                    }
                }
                _ => {}
            }
            if !matches!(event, Event::Start(_)) {
                last_end = last_end.max(range.end.min(open.last().map_or(range.end, |_| range.end)));
            }
        }
        scan.opaque.sort_by_key(|range| range.start);
        scan.whole.sort_by_key(|range| range.start);
        scan
    }

    fn scan(&self, found: &mut (Vec<Formula>, Vec<CodeInFormula>)) {
        let mut at = self.start;
        let mut no_more_double = false;
        while let Some(place) = self.text[at..self.end].find(['$', '\\']).map(|found| at + found) {
            if let Some(end) = inside(&self.codes, place).or_else(|| inside(&self.opaque, place)) {
                at = end;
                continue;
            }
            if self.text.as_bytes()[place] == b'\\' {
                at = place + 1 + self.text[place + 1..].chars().next().map_or(0, char::len_utf8);
                at = at.min(self.end);
                continue;
            }
            // The run may begin with what a backslash before it has made a character.
            if place == self.start
                && self.text[..place].bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
            {
                at = place + 1;
                continue;
            }
            let double = self.text[place..self.end].starts_with("$$");
            let close = match double {
                true if no_more_double => None,
                true => closing(self.text, place + 2, self.end),
                false => self.closing_single(place + 1),
            };
            no_more_double |= double && close.is_none();
            let dollars = if double { 2 } else { 1 };
            let Some(close) = close else {
                at = place + dollars;
                continue;
            };
            let range = place..close + dollars;
            if let Some(code) = self.code_within(&range) {
                let glued = self.text[range.end..].starts_with('`');
                if code.end <= range.end && !glued {
                    found.1.push(CodeInFormula { range: range.clone(), code });
                }
                at = place + dollars;
                continue;
            }
            if self.crosses(&range) {
                at = place + dollars;
                continue;
            }
            let tex = tex(&self.text[place + dollars..close], self.run.quotes, self.run.in_table);
            found.0.push(Formula { range: range.clone(), display: double, tex });
            at = range.end;
        }
    }

    fn closing_single(&self, start: usize) -> Option<usize> {
        let first = self.text[start..self.end].chars().next()?;
        if first.is_whitespace() {
            return None;
        }
        let mut at = start;
        while let Some(found) = self.text[at..self.end].find(['$', '\\']).map(|found| at + found) {
            if self.text.as_bytes()[found] == b'\\' {
                at = match text_group(self.text, found, self.end) {
                    Some(end) => end,
                    None => found + 1 + self.text[found + 1..].chars().next().map_or(0, char::len_utf8),
                };
                at = at.min(self.end);
                continue;
            }
            let space = self.text[..found].ends_with(char::is_whitespace);
            let digit = self.text[found + 1..].starts_with(|letter: char| letter.is_ascii_digit());
            return (found > start && !space && !digit).then_some(found);
        }
        None
    }

    /// Returns the first code that a range touches.
    fn code_within(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let at = self.codes.partition_point(|code| code.end <= range.start);
        self.codes.get(at).filter(|code| code.start < range.end).cloned()
    }

    /// Returns whether a range begins or ends within a link or tag without holding the whole of it or being held.
    fn crosses(&self, range: &Range<usize>) -> bool {
        let near = self.whole.partition_point(|whole| whole.start < range.end);
        self.whole[..near].iter().rev().take(16).any(|whole| {
            let touches = whole.end > range.start && whole.start < range.end;
            let holds = whole.start <= range.start && range.end <= whole.end;
            let held = range.start <= whole.start && whole.end <= range.end;
            touches && !holds && !held
        })
    }
}

/// Returns the end of what holds this place, of ranges in order.
fn inside(ranges: &[Range<usize>], place: usize) -> Option<usize> {
    let at = ranges.partition_point(|range| range.start <= place).checked_sub(1)?;
    (ranges[at].end > place).then_some(ranges[at].end)
}

/// Returns a formula's TeX without what marks quotes at the start of its lines, nor a table's escapes.
fn tex(text: &str, quotes: usize, in_table: bool) -> String {
    if in_table {
        return text.replace("\\|", "|");
    }
    let mut lines = text.split('\n');
    let mut tex = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let mut rest = line;
        for _ in 0..quotes {
            let inner = rest.trim_start_matches([' ', '\t']);
            rest = inner.strip_prefix('>').unwrap_or(rest);
        }
        tex.push('\n');
        tex.push_str(rest);
    }
    tex
}
