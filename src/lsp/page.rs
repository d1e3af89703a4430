//! A lesson as it is being written: its front matter, its blocks, its headings, each with its place. Found line by line,
//! whatever is half-written.

use std::ops::Range;

use super::outline::{Cursor, Outline, cursor};
use super::text::Text;

/// What YAML of a lesson is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Experiment,
    Figure,
    Front,
    /// The settings of a course.
    Course,
}

/// YAML within a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    pub is: Use,
    /// From the first fence to behind the last; of other YAML the whole.
    pub range: Range<usize>,
    /// The YAML without the indentation of a list or quote around it.
    pub yaml: String,
    /// Where its lines stand: in the YAML, in the file.
    lines: Vec<(usize, usize)>,
    pub outline: Outline,
    /// The lines between the fences.
    pub inside: Range<usize>,
}

impl Block {
    fn new(is: Use, range: Range<usize>, inside: Range<usize>, lines: &[(usize, &str)]) -> Block {
        let (mut yaml, mut starts) = (String::new(), Vec::new());
        for (at, line) in lines {
            starts.push((yaml.len(), *at));
            yaml += line;
            yaml.push('\n');
        }
        let outline = Outline::of(&yaml);
        Block { is, range, yaml, lines: starts, outline, inside }
    }

    /// Returns where a byte of the YAML is in the file.
    pub(crate) fn in_file(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        self.lines.get(line).map_or(self.inside.start, |(start, file)| file + at - start)
    }

    /// Returns where a range of the YAML is in the file.
    pub(super) fn range_in_file(&self, range: &Range<usize>) -> Range<usize> {
        self.in_file(range.start)..self.in_file(range.end)
    }

    /// Returns where a byte of the file is in the YAML; none where it stands before the text of its line.
    pub(super) fn in_yaml(&self, byte: usize) -> Option<usize> {
        if !(self.inside.start <= byte && byte <= self.inside.end) {
            return None;
        }
        let line = self.lines.partition_point(|(_, file)| *file <= byte).checked_sub(1)?;
        let (start, file) = self.lines[line];
        let end = self.lines.get(line + 1).map_or(self.yaml.len(), |(next, _)| *next);
        Some((start + byte - file).min(end.saturating_sub(1).max(start)))
    }

    /// Returns what may be typed at a byte of the YAML.
    pub(super) fn cursor(&self, at: usize) -> Cursor {
        cursor(self.yaml.get(..at).unwrap_or_default())
    }

    /// Returns the text of a key at the top.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.outline.value(key).map(|value| &self.yaml[value.range.clone()])
    }

    /// Returns its id with its place in the file.
    pub(crate) fn id(&self) -> Option<(&str, Range<usize>)> {
        let id = self.outline.value("id")?;
        Some((&self.yaml[id.range.clone()], self.range_in_file(&id.range)))
    }
}

/// A heading.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heading {
    pub level: usize,
    pub range: Range<usize>,
    pub title: String,
}

/// A lesson as it is being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub blocks: Vec<Block>,
    pub headings: Vec<Heading>,
    /// Code that is no block of ours.
    pub code: Vec<Range<usize>>,
}

impl Page {
    /// Looks through a lesson.
    pub(crate) fn of_lesson(text: &Text) -> Page {
        let mut page = Page::default();
        let mut reader = Reader { text, line: 0 };
        page.blocks.extend(reader.front());
        while let Some((range, line)) = reader.next() {
            let content = line.trim_start_matches([' ', '\t', '>']);
            let content = without_bullet(content);
            let Some(mark) = fence(content) else {
                page.heading(&range, line);
                continue;
            };
            let info = content[mark.len()..].trim();
            let is = match info.split_whitespace().collect::<Vec<_>>()[..] {
                ["yaml", "experiment"] => Some(Use::Experiment),
                ["yaml", "figure"] => Some(Use::Figure),
                _ => None,
            };
            let prefix = line.len() - content.len();
            let (inside, end, lines) = reader.fenced(mark, prefix);
            match is {
                Some(is) => page.blocks.push(Block::new(is, range.start..end, inside, &lines)),
                None => page.code.push(range.start..end),
            }
        }
        page
    }

    /// Looks through the settings of a course.
    pub(super) fn of_course(text: &Text) -> Page {
        let whole = 0..text.as_str().len();
        let mut reader = Reader { text, line: 0 };
        let mut lines = Vec::new();
        while let Some((range, line)) = reader.next() {
            lines.push((range.start, line));
        }
        let block = Block::new(Use::Course, whole.clone(), whole, &lines);
        Page { blocks: vec![block], ..Page::default() }
    }

    fn heading(&mut self, range: &Range<usize>, line: &str) {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&level) && line[level..].starts_with(' ') {
            let title = line[level..].trim().trim_end_matches('#').trim_end();
            let title = title.split(" {#").next().unwrap_or(title).to_owned();
            self.headings.push(Heading { level, range: range.clone(), title });
        }
    }

    /// Returns the block that a byte is in.
    pub(crate) fn block_at(&self, byte: usize) -> Option<&Block> {
        self.blocks.iter().find(|block| block.inside.start <= byte && byte <= block.inside.end)
    }

    /// Returns whether a byte is in code that is no block of ours.
    pub(crate) fn is_code(&self, byte: usize) -> bool {
        self.code.iter().any(|range| range.contains(&byte))
    }

    /// Returns the block with an id.
    pub(super) fn block_called(&self, id: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| {
            matches!(block.is, Use::Experiment | Use::Figure) && block.id().is_some_and(|(own, _)| own == id)
        })
    }
}

/// Goes through a text line by line.
struct Reader<'t> {
    text: &'t Text,
    line: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<(Range<usize>, &'t str)> {
        let range = self.text.line(self.line);
        (self.line < self.text.lines()).then(|| {
            self.line += 1;
            (range.clone(), &self.text.as_str()[range])
        })
    }

    /// Reads front matter, closed or not.
    fn front(&mut self) -> Option<Block> {
        let (first, line) = self.next()?;
        if line.trim_start_matches('\u{feff}').trim_end() != "---" {
            self.line = 0;
            return None;
        }
        let mut lines = Vec::new();
        let start = self.text.line(1).start;
        while let Some((range, line)) = self.next() {
            if matches!(line.trim_end(), "---" | "...") {
                let inside = start..range.start.saturating_sub(1).max(start);
                return Some(Block::new(Use::Front, first.start..range.end, inside, &lines));
            }
            lines.push((range.start, line));
        }
        self.line = 1;
        None
    }

    /// Reads to the fence that closes one, or to the end: where the lines between are, where the block ends, and its lines
    /// without what stands before the fence.
    fn fenced(&mut self, mark: &str, prefix: usize) -> (Range<usize>, usize, Vec<(usize, &'t str)>) {
        let start = self.text.line(self.line).start;
        let (mut end, mut lines) = (start, Vec::new());
        while let Some((range, line)) = self.next() {
            let plain = line.trim_start_matches([' ', '\t', '>']);
            if plain.starts_with(mark) && plain.trim_end().trim_start_matches(&mark[..1]).is_empty() {
                return (start..range.start.saturating_sub(1).max(start), range.end, lines);
            }
            let taken = line.bytes().take(prefix).take_while(|byte| matches!(byte, b' ' | b'>')).count();
            lines.push((range.start + taken, &line[taken..]));
            end = range.end;
        }
        (start..end, end, lines)
    }
}

/// The longest code within a line of text.
const LONGEST_SPAN: usize = 4000;

/// Finds the code within lines of a text: how many backticks stand around each, and where it is between them.
pub(crate) fn code_spans(text: &str) -> Vec<(usize, Range<usize>)> {
    let bytes = text.as_bytes();
    let run = |at: usize| bytes[at..].iter().take_while(|byte| **byte == b'`').count();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'`', &bytes[at..]).map(|start| at + start) {
        let ticks = run(start);
        let inside = start + ticks;
        let most = text.floor_char_boundary(text.len().min(inside + LONGEST_SPAN));
        // Code ends with its paragraph.
        let end = text[inside..most].find("\n\n").map_or(most, |end| inside + end);
        let (mut next, mut close) = (inside, None);
        while let Some(tick) = memchr::memchr(b'`', &bytes[next..end]).map(|tick| next + tick) {
            let long = run(tick);
            if long == ticks {
                close = Some(tick);
                break;
            }
            next = (tick + long).min(end);
        }
        at = match close {
            Some(close) => {
                found.push((ticks, inside..close));
                close + ticks
            }
            None => inside,
        };
    }
    found
}

/// Returns the mark of a fence that a line begins with.
fn fence(line: &str) -> Option<&str> {
    let first = line.chars().next().filter(|first| matches!(first, '`' | '~'))?;
    let long = line.bytes().take_while(|byte| *byte == first as u8).count();
    let is_one = long >= 3 && (first == '~' || !line[long..].contains('`'));
    is_one.then(|| &line[..long])
}

/// Returns a line without the bullet or number of a list before a fence.
fn without_bullet(line: &str) -> &str {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let sign = match digits {
        0 => line.starts_with(['-', '*', '+']).then_some(1),
        1..=9 => line[digits..].starts_with(['.', ')']).then_some(digits + 1),
        _ => None,
    };
    let inside = sign.and_then(|long| line[long..].strip_prefix(' ')).map(str::trim_start);
    inside.filter(|inside| fence(inside).is_some()).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "---\ntitle: A\n---\n# One\n\n```yaml experiment\nkind: split\nid: a\n```\n\n- b\n\n  ```yaml figure\n  id: c\n  x: epoch\n  ```\n\
                        > ~~~~yaml experiment\n> id: d\n> ~~~~\n\n````markdown\n```yaml experiment\nid: shown\n```\n````\n\n## Two {#t}\n\n```yaml experiment\nid: open\n";

    #[test]
    fn blocks_are_found_wherever_they_stand() {
        let page = Page::of_lesson(&Text::new(TEXT));
        let ids: Vec<_> =
            page.blocks.iter().map(|block| block.id().map(|(id, range)| (id, &TEXT[range]))).collect();
        assert_eq!(ids, [None, Some(("a", "a")), Some(("c", "c")), Some(("d", "d")), Some(("open", "open"))]);
        assert_eq!(page.blocks[2].yaml, "id: c\nx: epoch\n");
        assert_eq!(page.blocks[0].is, Use::Front);
        let headings: Vec<&str> = page.headings.iter().map(|heading| heading.title.as_str()).collect();
        assert_eq!(headings, ["One", "Two"]);
        assert!(page.is_code(TEXT.find("shown").unwrap()));
    }

    #[test]
    fn code_is_told_by_its_backticks() {
        let text = "a `b` `` `c` `` ```d``` `e\n\nf` ``g` `h`";
        let spans: Vec<_> =
            code_spans(text).into_iter().map(|(ticks, range)| (ticks, &text[range])).collect();
        assert_eq!(spans, [(1, "b"), (2, " `c` "), (3, "d"), (1, " ``g"), (1, "h")]);
    }

    #[test]
    fn places_go_both_ways() {
        let page = Page::of_lesson(&Text::new(TEXT));
        let at = TEXT.find("x: epoch").unwrap();
        let block = page.block_at(at).unwrap();
        let inside = block.in_yaml(at).unwrap();
        assert_eq!(&block.yaml[inside..=inside], "x");
        assert_eq!(block.in_file(inside), at);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\PC|[`~>\n\r -]|```yaml experiment\n|---\n){0,40}") {
            let page = Page::of_lesson(&Text::new(text.as_str()));
            for block in &page.blocks {
                prop_assert!(text.get(block.range.clone()).is_some());
                for written in block.outline.keys.iter().chain(&block.outline.values) {
                    prop_assert!(text.get(block.range_in_file(&written.range)).is_some());
                }
            }
            for byte in 0..=text.len() {
                if let Some((block, at)) = page.block_at(byte).and_then(|block| Some((block, block.in_yaml(byte)?))) {
                    let _ = block.cursor(at);
                }
            }
        }
    }
}
