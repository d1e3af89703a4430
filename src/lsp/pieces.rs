//! The expressions of a lesson, whole or half-written, in prose and in blocks.

use std::ops::Range;

use super::outline::{Step, keys};
use super::page::{Block, Page, Use, code_spans};
use crate::lesson::Role;
use crate::lesson::inline;

/// The longest expression that is looked for.
const LONGEST: usize = 2000;

/// An expression.
#[derive(Clone, Debug)]
pub(super) struct Piece<'p> {
    pub role: Role,
    pub text: &'p str,
    /// Where it begins: in the YAML of a block where `yaml` says so, else in the file.
    start: usize,
    yaml: bool,
    /// The block that it stands in.
    pub block: Option<&'p Block>,
    /// Whether it names experiments alone, as `from` of a figure does.
    pub is_from: bool,
}

impl Piece<'_> {
    /// Returns where a part of it is in the file.
    pub(super) fn in_file(&self, range: &Range<usize>) -> Range<usize> {
        let range = self.start + range.start..self.start + range.end;
        match self.block.filter(|_| self.yaml) {
            Some(block) => block.range_in_file(&range),
            None => range,
        }
    }

    /// Returns where it is in the file.
    pub(super) fn range(&self) -> Range<usize> {
        self.in_file(&(0..self.text.len()))
    }

    /// Returns the id of the experiment whose names it may use without one.
    pub(super) fn within(&self) -> Option<&str> {
        let block = self.block.filter(|block| block.is == Use::Experiment)?;
        block.value("id")
    }
}

/// Finds all expressions of a lesson.
pub(super) fn pieces<'p>(text: &'p str, page: &'p Page) -> Vec<Piece<'p>> {
    let mut found = Vec::new();
    for (ticks, range) in code_spans(text) {
        let inside = text[range.clone()].strip_prefix("{{").and_then(|inside| inside.strip_suffix("}}"));
        let Some(inside) = inside.filter(|_| ticks == 1 && !page.is_code(range.start)) else { continue };
        if page.block_at(range.start).is_none() {
            found.push(piece(inside, range.start + 2, None));
        }
    }
    for block in &page.blocks {
        let within = &text[block.inside.clone()];
        for (start, open) in within.match_indices("{{") {
            let start = block.inside.start + start + open.len();
            let Some(long) = text[start..block.inside.end].find("}}").filter(|long| *long < LONGEST) else {
                continue;
            };
            if !text[..start - 2].ends_with("``") {
                found.push(piece(&text[start..start + long], start, Some(block)));
            }
        }
    }
    for (start, _) in text.match_indices("\\val{") {
        let start = start + "\\val{".len();
        if let Some(long) = text[start..].find('}').filter(|long| *long < LONGEST)
            && !page.is_code(start)
        {
            found.push(piece(&text[start..start + long], start, page.block_at(start)));
        }
    }
    for block in &page.blocks {
        for value in &block.outline.values {
            let text = &block.yaml[value.range.clone()];
            let is_from = is_from(block.is, &value.path);
            if (is_from || is_expression(block.is, &value.path)) && !text.contains("{{") {
                let (role, start) = (Role::Value, value.range.start);
                found.push(Piece { role, text, start, yaml: true, block: Some(block), is_from });
            }
        }
    }
    found
}

/// What stands between `{{` and `}}`.
fn piece<'p>(inside: &'p str, start: usize, block: Option<&'p Block>) -> Piece<'p> {
    let (role, text) = match (inline::claim(inside.trim_start()), inline::reference(inside.trim_start())) {
        (Some(claim), _) => (Role::Claim, claim),
        (None, Some(reference)) => (Role::Reference, reference),
        (None, None) => (Role::Value, inside.trim()),
    };
    let start = start + inside.find(text).unwrap_or(0);
    Piece { role, text, start, yaml: false, block, is_from: false }
}

/// Returns the expression at a byte of the file, with the byte in it.
pub(super) fn piece_at<'p>(pieces: &[Piece<'p>], byte: usize) -> Option<(Piece<'p>, usize)> {
    pieces.iter().find_map(|piece| {
        let range = piece.range();
        if !(range.start <= byte && byte <= range.end) {
            return None;
        }
        let at = match piece.block.filter(|_| piece.yaml) {
            Some(block) => block.in_yaml(byte)?.checked_sub(piece.start)?,
            None => byte - piece.start,
        };
        (at <= piece.text.len()).then(|| (piece.clone(), at))
    })
}

/// An expression that is being written, up to a place.
pub(super) struct Opened<'t> {
    pub role: Role,
    /// What stands before the place.
    pub before: &'t str,
}

/// Returns the expression that is being written at a byte of the file, closed or not.
pub(super) fn opened<'t>(text: &'t str, page: &Page, byte: usize) -> Option<Opened<'t>> {
    if page.is_code(byte) {
        return None;
    }
    let from = text.floor_char_boundary(byte.saturating_sub(LONGEST));
    let before = &text[from..byte];
    let (start, close) = ["{{", "\\val{"]
        .into_iter()
        .filter_map(|open| Some((before.rfind(open)? + open.len(), if open == "{{" { "}}" } else { "}" })))
        .max()?;
    let inside = &before[start..];
    if inside.contains(close) || inside.contains("\n\n") || before[..start - 2].ends_with("``") {
        return None;
    }
    let plain = inside.trim_start();
    let (role, before) = match (inline::claim(plain), inline::reference(plain)) {
        (Some(_), _) => (Role::Claim, after_colon(plain)),
        (None, Some(_)) => (Role::Reference, after_colon(plain)),
        (None, None) => (Role::Value, plain),
    };
    Some(Opened { role, before })
}

fn after_colon(text: &str) -> &str {
    text.split_once(':').map_or(text, |(_, rest)| rest.trim_start())
}

/// Returns whether what stands on a path of a block is an expression.
pub(super) fn is_expression(is: Use, path: &[Step]) -> bool {
    match is {
        Use::Experiment => match keys(path)[..] {
            ["claims" | "columns"] => matches!(path.last(), Some(Step::Item(_))),
            ["claims", "that"] | ["columns", _] => true,
            _ => false,
        },
        Use::Figure => {
            let keys = keys(path);
            let keys = keys.strip_prefix(&["layers"]).unwrap_or(&keys);
            match keys {
                ["x", "linear" | "log", ..] => false,
                ["x" | "y" | "z" | "by" | "where" | "sort" | "facet", ..] => true,
                _ => false,
            }
        }
        Use::Front | Use::Course => false,
    }
}

/// Returns whether what stands on a path of a block names experiments.
pub(super) fn is_from(is: Use, path: &[Step]) -> bool {
    let keys = keys(path);
    is == Use::Figure && keys.strip_prefix(&["layers"]).unwrap_or(&keys).first() == Some(&"from")
}

/// Returns the name that is being written at the end of an expression: what of it is whole, with its last dot, and where what
/// comes behind that begins.
pub(super) fn name_before(before: &str) -> (&str, usize) {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '[' | ']');
    let start = before.trim_end_matches(is_part).len();
    // `[` alone begins a list.
    let chain = before[start..].trim_start_matches('[');
    let start = before.len() - chain.len();
    match chain.rfind('.') {
        Some(dot) => (&chain[..dot], start + dot + 1),
        None => ("", start),
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::Text;
    use super::*;

    const TEXT: &str = "---\ntitle: Of `{{ a.b }}`\n---\nSee `{{ four.x | round(1) }}`, `` `{{ shown }}` ``, `{{ ref: four.loss }}`, \
                        `{{claim: a.x < b.x}}` and $\\val{four.y}$.\n\n```text\n{{ code }}\n```\n\n\
                        > ```yaml experiment\n> id: four\n> claims:\n>   - x < y\n>   - that: >-\n>       p\n>       < q\n> caption: '`{{ z }}`'\n> ```\n\n\
                        ```yaml figure\nid: f\nfrom: {A: four}\nx: epoch\ny: [a, b - c]\nlayers:\n  - where: d\n```\n";

    #[test]
    fn expressions_are_found_wherever_they_stand() {
        let page = Page::of_lesson(&Text::new(TEXT));
        let pieces = pieces(TEXT, &page);
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.text).collect();
        assert_eq!(
            texts,
            [
                "four.x | round(1)",
                "four.loss",
                "a.x < b.x",
                "a.b",
                "z",
                "four.y",
                "x < y",
                "p\n      < q",
                "four",
                "epoch",
                "a",
                "b - c",
                "d"
            ]
        );
        let place = TEXT.find("q\n").unwrap();
        let (piece, at) = piece_at(&pieces, place).unwrap();
        assert_eq!((&piece.text[at..], piece.within()), ("q", Some("four")));
        assert_eq!(piece.in_file(&(at..at + 1)), place..place + 1);
    }

    #[test]
    fn what_is_half_written_is_known() {
        let page = Page::default();
        let before =
            |text: &'static str| opened(text, &page, text.len()).map(|opened| (opened.role, opened.before));
        assert_eq!(before("x `{{ four.ad"), Some((Role::Value, "four.ad")));
        assert_eq!(before("`{{ref: fo"), Some((Role::Reference, "fo")));
        assert_eq!(before("`{{ claim: a < "), Some((Role::Claim, "a < ")));
        assert_eq!(before("$\\val{a."), Some((Role::Value, "a.")));
        assert_eq!(before("`{{ a }}` and "), None);
        assert_eq!(before("`` {{ a"), Some((Role::Value, "a")));
        assert_eq!(name_before("four.adam.tr"), ("four.adam", 10));
        assert_eq!(name_before("1 - a.b[0].s"), ("a.b[0]", 11));
        assert_eq!(name_before("a < "), ("", 4));
    }
}
