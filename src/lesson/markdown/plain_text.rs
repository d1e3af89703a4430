//! Text that was meant as something else.

use std::ops::Range;

use super::Writer;
use crate::diagnostic::Diagnostic;

/// How far the end of a formula is looked for that was never closed, in bytes.
const LONGEST_GUESS: usize = 1000;

impl Writer<'_> {
    /// What looks like a value or a formula but is none would be shown as it stands.
    pub(super) fn check_text(&mut self, text: &str, range: &Range<usize>) {
        self.check_formula(text, range);
        let Some(start) = text.find("{{") else { return };
        if self.in_table && !text[start..].contains("}}") {
            let error = Diagnostic::error(
                "a `|` ends the cell of a table, and cuts this value",
                self.span(range.clone()),
            );
            self.found.diagnostics.push(
                error
                    .label("expected `\\|` before the filter")
                    .hint("in a table write `` `{{ loss \\| round(2) }}` ``"),
            );
            return;
        }
        // A text with escapes or entities in it is not what stands in the file.
        let is_as_written = self.text.get(range.clone()) == Some(text);
        let mut end = start;
        for part in text[start..].split_inclusive("}}").filter(|part| part.ends_with("}}")) {
            end += part.len();
            let Some(opened) = part.find("{{") else { continue };
            let template = &part[opened..];
            // `{{1, 2}, {3}}` is no value.
            if !template[2..].trim_start().starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
            {
                continue;
            }
            let place = match is_as_written {
                true => self.span(range.start + end - template.len()..range.start + end),
                false => self.find(range, template),
            };
            let warning = Diagnostic::warning("a value outside of backticks is shown as it stands", place);
            self.found.diagnostics.push(warning.label(format!("expected `` `{template}` ``")));
        }
    }

    /// A `$` that opens no formula although a command follows it: a brace is missing, or the other `$`.
    fn check_formula(&mut self, text: &str, range: &Range<usize>) {
        let Some(dollar) = text.find('$') else { return };
        let Some(rest) = self.text.get(range.start + dollar + 1..) else { return };
        // A line may be as long as the lesson, and each of its pieces comes by here.
        let near = &rest[..rest.floor_char_boundary(LONGEST_GUESS)];
        let line = near.lines().next().unwrap_or_default();
        let formula = line.split('$').next().unwrap_or_default();
        let command = formula
            .split_once('\\')
            .is_some_and(|(_, name)| name.starts_with(|c: char| c.is_ascii_alphabetic()));
        if !command || self.text[..range.start + dollar].ends_with('\\') {
            return;
        }
        let start = range.start + dollar;
        let place = self.span(start..start + 1 + formula.trim_end().len());
        let warning = Diagnostic::warning("this formula is shown as it stands", place);
        self.found.diagnostics.push(warning.label("expected a closing `$`, and a `}` for each `{`"));
    }
}
