//! The prose of a lesson as its author wrote it, for those who read it: everything else is blank, and every byte is where it
//! was.

use std::ops::Range;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, SourceId};
use crate::experiment::LintSettings;
use crate::settings::{self, LineMap, Node};

/// Blanks and signs of quotes, which stand before a line.
pub(super) const BEFORE: [char; 3] = [' ', '\t', '>'];

/// A paragraph, heading, item or table.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Where it stands in the text.
    pub range: Range<usize>,
    /// As long as that.
    pub text: String,
    /// The expressions in it.
    pub quoted: Vec<String>,
    /// Codes of lints that a comment before it silences: `<!-- lint: {allow: [G018]} -->`.
    pub allowed: Vec<String>,
}

/// A lesson's text in passages and sections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prose {
    pub passages: Vec<Passage>,
    /// Places and levels of its headings.
    headings: Vec<(usize, usize)>,
    end: usize,
}

impl Prose {
    /// Reads a text whose Markdown begins at a place.
    pub fn read(text: &str, start: usize) -> Prose {
        let mut prose = Prose { end: text.len(), ..Prose::default() };
        let (mut fence, mut at, mut open): (Option<String>, usize, Option<usize>) = (None, start, None);
        let mut allowed: Vec<String> = Vec::new();
        for line in text[start..].split_inclusive('\n') {
            let (here, end) = (at, at + line.len());
            at = end;
            let inside = line.trim_start_matches(BEFORE);
            let mark: String = inside.chars().take_while(|c| matches!(c, '`' | '~')).collect();
            let is_fence = mark.len() >= 3 && (mark.starts_with('~') || !inside[mark.len()..].contains('`'));
            let ends = match &fence {
                Some(opened) => {
                    if is_fence && mark.starts_with(opened.as_str()) && inside.trim_end() == mark {
                        fence = None;
                    }
                    true
                }
                None if is_fence => {
                    fence = Some(mark);
                    true
                }
                None => inside.trim().is_empty(),
            };
            let comment = silencing(line).map(silenced);
            let level = inside.chars().take_while(|c| *c == '#').count();
            let is_heading =
                (1..=6).contains(&level) && inside[level..].starts_with([' ', '\n']) && fence.is_none();
            if let Some(from) = open.filter(|_| ends || is_heading || comment.is_some()) {
                prose.add(text, from..here, std::mem::take(&mut allowed));
                open = None;
            }
            if let Some(codes) = comment.filter(|_| fence.is_none()) {
                allowed = codes;
            } else if is_heading && !ends {
                prose.headings.push((here, level));
                prose.add(text, here..end, std::mem::take(&mut allowed));
            } else if !ends && open.is_none() {
                open = Some(here);
            }
        }
        if let Some(from) = open {
            prose.add(text, from..at, allowed);
        }
        prose
    }

    fn add(&mut self, text: &str, range: Range<usize>, allowed: Vec<String>) {
        let (text, quoted) = blanked(&text[range.clone()]);
        self.passages.push(Passage { range, text, quoted, allowed });
    }

    /// Returns the sections that a place is in, the smallest first, the whole text last.
    pub fn sections(&self, place: usize) -> Vec<Range<usize>> {
        let mut sections = Vec::new();
        let mut least = usize::MAX;
        for (index, (start, level)) in self.headings.iter().enumerate().rev() {
            if *start > place || *level >= least {
                continue;
            }
            least = *level;
            let ends = self.headings[index + 1..].iter().find(|(_, other)| other <= level);
            sections.push(*start..ends.map_or(self.end, |(end, _)| *end));
        }
        sections.push(0..self.end);
        sections
    }
}

/// What a comment that silences lints holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comment {
    lint: LintSettings,
}

/// Returns the YAML in the comment of a line that silences lints and holds nothing else, quotes aside.
pub(super) fn silencing(line: &str) -> Option<&str> {
    let comment = line.trim_start_matches(BEFORE).trim_end();
    let inside = comment.strip_prefix("<!--")?.strip_suffix("-->")?;
    let is_alone = !inside.contains("-->") && !inside.contains("<!--");
    (is_alone && inside.trim_start().starts_with("lint:")).then_some(inside)
}

/// Reads the codes in a comment that silences lints.
///
/// # Errors
/// What is wrong with it.
pub(super) fn allowed(yaml: &str, map: &LineMap) -> Result<(Vec<String>, Node), Vec<Diagnostic>> {
    let node = settings::parse(yaml, map)?;
    let comment: Comment = settings::decode(&node)?;
    Ok((comment.lint.allow, node))
}

/// The codes in a comment; none where it is wrong, which is told where its Markdown is read.
fn silenced(yaml: &str) -> Vec<String> {
    let map = LineMap::contiguous(SourceId(0), 0, yaml.len());
    allowed(yaml, &map).map(|(codes, _)| codes).unwrap_or_default()
}

/// A passage without what is no prose, and the expressions in it: values, addresses, tags and marks of footnotes are blank.
fn blanked(passage: &str) -> (String, Vec<String>) {
    let (mut text, mut quoted) = (String::new(), Vec::new());
    let mut at = 0;
    let blank = |text: &mut String, part: &str| {
        part.chars().for_each(|c| {
            if c == '\n' { text.push('\n') } else { (0..c.len_utf8()).for_each(|_| text.push(' ')) }
        });
    };
    while let Some(letter) = passage[at..].chars().next() {
        let rest = &passage[at..];
        let ended = |close: &str| rest.find(close).map(|place| place + close.len());
        let value = rest.starts_with("`{{").then(|| ended("}}`")).flatten();
        let value = value.or_else(|| rest.starts_with("\\val{").then(|| ended("}")).flatten());
        let gone = match letter {
            '`' | '\\' if value.is_some() => value,
            '(' if text.ends_with(']') => ended(")"),
            '[' if rest.starts_with("[^") => ended("]"),
            '<' if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!')) => {
                ended(">")
            }
            '{' if rest.starts_with("{#") || rest.starts_with("{.") => ended("}"),
            'h' if rest.starts_with("http://") || rest.starts_with("https://") => {
                Some(rest.find(char::is_whitespace).unwrap_or(rest.len()))
            }
            _ => None,
        };
        match gone {
            Some(length) => {
                if let Some(length) = value {
                    let inside = rest[..length].trim_start_matches(['`', '{']).trim_end_matches(['`', '}']);
                    quoted.push(inside.trim_start_matches("\\val{").trim().to_owned());
                }
                blank(&mut text, &rest[..length]);
                at += length;
            }
            None => {
                text.push(letter);
                at += letter.len_utf8();
            }
        }
    }
    (text, quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "---\nt: 1\n---\nIntro 0.5.\n\n## One\n\nOf `{{ a.b[3] }}` [see 2](x-3.md)[^4] and $\\val{c.d}$ 5.\n\n\
         ```yaml experiment\nid: a 6\n```\n\n### Deep\n\nText 7.\n<!-- lint: {allow: [G018, G019]} -->\nMore 8.\n\n## Two\n\n9\n";

    #[test]
    fn what_is_no_prose_is_blank_and_places_stay() {
        let prose = Prose::read(TEXT, 13);
        let texts: Vec<&str> = prose.passages.iter().map(|passage| passage.text.trim()).collect();
        assert_eq!(texts.len(), 8, "{texts:?}");
        assert!(texts.iter().all(|text| !text.contains(['3', '4', '6'])));
        for passage in &prose.passages {
            assert_eq!(passage.text.len(), passage.range.len());
            let place = passage.text.find("and").unwrap_or(0);
            assert!(place == 0 || TEXT[passage.range.start + place..].starts_with("and"));
        }
        assert_eq!(prose.passages[2].quoted, ["a.b[3]", "c.d"]);
        let of = |text: &str| prose.passages.iter().find(|passage| passage.text.contains(text)).unwrap();
        assert_eq!(of("More").allowed, ["G018", "G019"]);
        assert!(of("Text").allowed.is_empty() && of("9").allowed.is_empty());
    }

    #[test]
    fn sections_lie_within_sections() {
        let prose = Prose::read(TEXT, 13);
        let at = |text: &str| prose.sections(TEXT.find(text).unwrap());
        let starts = |text: &str| {
            at(text).iter().map(|section| TEXT[section.start..].lines().next().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(starts("Text 7"), ["### Deep", "## One", "---"]);
        assert!(
            at("Of `")[0].contains(&TEXT.find("Text 7").unwrap())
                && !at("Of `")[0].contains(&TEXT.find("9\n").unwrap())
        );
        assert_eq!(starts("Intro"), ["---"]);
    }
}
