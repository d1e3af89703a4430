//! Code that was meant as a value.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::CowStr;

use super::Writer;
use crate::diagnostic::Diagnostic;
use crate::lesson::block::ExperimentBlock;

impl<'t> Writer<'t> {
    /// Keeps code that resembles a value until the experiments of the lesson are known. Between double backticks a guide
    /// shows how values are written.
    pub(super) fn doubt(&mut self, code: &CowStr<'t>, range: &Range<usize>) {
        let closes = code.trim_start().starts_with('{') && code.contains("}}");
        let resembles = code.contains("{{") || code.contains("{%") || closes;
        if resembles && !self.text[range.clone()].starts_with("``") {
            self.doubtful.push((code.clone(), range.clone()));
        }
    }

    /// Code with the braces of a value and the name of an experiment of this lesson was meant as a value.
    pub(super) fn check_doubtful(&mut self) {
        let id = |block: &ExperimentBlock| {
            block.node.entry("id").and_then(|entry| entry.value.as_text()).map(str::to_owned)
        };
        let ids: BTreeSet<String> = self.found.blocks.iter().chain(self.beside).filter_map(id).collect();
        for (code, range) in std::mem::take(&mut self.doubtful) {
            let mut words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            if !words.any(|word| ids.contains(word)) {
                continue;
            }
            let (what, label) = match code.contains("{%") {
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
}
