//! Code that was meant as a value.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::CowStr;

use super::Writer;
use crate::diagnostic::Diagnostic;
use crate::lesson::block::ExperimentBlock;
use crate::lesson::inline;

/// Code that resembles a value.
pub(super) struct Doubtful<'t> {
    code: CowStr<'t>,
    range: Range<usize>,
    /// Whether it is a block of code, where braces mostly have a meaning of their own.
    is_block: bool,
}

impl<'t> Doubtful<'t> {
    /// Makes one of a block of code.
    pub(super) fn block(code: &CowStr<'t>, range: &Range<usize>) -> Self {
        Doubtful { code: code.clone(), range: range.clone(), is_block: true }
    }
}

impl<'t> Writer<'t> {
    /// Keeps code that resembles a value until the experiments of the lesson are known.
    pub(super) fn doubt(&mut self, code: &CowStr<'t>, range: &Range<usize>) {
        let closes = code.trim_start().starts_with('{') && code.contains("}}");
        if code.contains("{{") || code.contains("{%") || closes {
            let (code, range) = (code.clone(), range.clone());
            self.doubtful.push(Doubtful { code, range, is_block: false });
        }
    }

    /// Warns of code with the braces of a value and the name of an experiment of this lesson, or of a lesson: it was meant as one.
    pub(super) fn check_doubtful(&mut self) {
        if self.doubtful.is_empty() {
            return;
        }
        let id = |block: &ExperimentBlock| {
            block.node.entry("id").and_then(|entry| entry.value.as_text()).map(str::to_owned)
        };
        let beside = self.beside.map_or(&[][..], |beside| beside.blocks);
        let ids: BTreeSet<String> = self.found.blocks.iter().chain(beside).filter_map(id).collect();
        let lessons = &self.scene.library.lessons;
        let lessons: BTreeSet<String> = lessons.iter().map(|(_, slug)| inline::as_name(slug)).collect();
        for doubtful in std::mem::take(&mut self.doubtful) {
            let Doubtful { code, range, is_block } = doubtful;
            if is_block {
                self.check_block(&code, &range, &ids, &lessons);
                continue;
            }
            let mut words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let of_lesson = values(&code).any(|value| is_of(value, &lessons));
            if !of_lesson && !words.any(|word| ids.contains(word)) {
                continue;
            }
            let (what, label) = match code.contains("{%") {
                // In HTML there are no backticks around it.
                false if self.text.get(range.clone()) == Some(&*code) => {
                    ("a value outside of backticks", "expected backticks around it")
                }
                true => ("a template in prose", "expected a single value, `{{ ID.METRIC }}`"),
                false => (
                    "a value that is not all of its code",
                    "expected `{{`, one expression and `}}` between the backticks",
                ),
            };
            let warning = Diagnostic::warning(format!("{what} is shown as it stands"), self.span(range));
            self.found.diagnostics.push(
                warning
                    .label(label)
                    .hint("code that is meant to be shown like this goes between double backticks"),
            );
        }
    }

    fn check_block(
        &mut self,
        code: &str,
        range: &Range<usize>,
        ids: &BTreeSet<String>,
        lessons: &BTreeSet<String>,
    ) {
        // Each stands behind the one before it, which may be written alike.
        let mut at = range.start;
        for value in values(code) {
            let found = self.text.get(at..range.end).and_then(|rest| rest.find(value));
            let place = found.map_or_else(|| range.clone(), |found| at + found..at + found + value.len());
            at = if found.is_some() { place.end } else { at };
            if !is_of(value, ids) && !is_of(value, lessons) {
                continue;
            }
            let warning =
                Diagnostic::warning("a value in a block of code is shown as it stands", self.span(place));
            let warning = warning.label("expected values in the text, between single backticks");
            self.found.diagnostics.push(warning.hint(
                "a block that shows how values are written is marked as `markdown`: three backticks, then `markdown`",
            ));
        }
    }
}

/// Returns what stands between double braces, with them.
fn values(code: &str) -> impl Iterator<Item = &str> {
    code.match_indices("{{").filter_map(|(start, _)| {
        let end = code[start..].lines().next()?.find("}}")?;
        Some(&code[start..start + end + 2])
    })
}

/// Returns whether a value begins with one of these names and goes on to a part of it.
fn is_of(value: &str, names: &BTreeSet<String>) -> bool {
    let inside = value.trim_start_matches('{').trim_start();
    let inside = inside.strip_prefix("claim:").unwrap_or(inside).trim_start();
    let end = inside.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(inside.len());
    inside[end..].starts_with(['.', '[']) && names.contains(&inside[..end])
}
