//! Text that was meant as something else.

use std::ops::Range;

use super::Writer;
use super::reading::CodeInFormula;
use crate::diagnostic::Diagnostic;
use crate::lesson::inline;

/// How far the end of a formula is looked for that was never closed, in bytes.
const LONGEST_GUESS: usize = 1000;

/// Environments of TeX that stand for formulas of their own.
const ENVIRONMENTS: [&str; 14] = [
    "align",
    "aligned",
    "alignat",
    "array",
    "bmatrix",
    "cases",
    "displaymath",
    "eqnarray",
    "equation",
    "gather",
    "math",
    "multline",
    "pmatrix",
    "split",
];

impl Writer<'_> {
    /// Warns of what looks like a value or a formula but is none: it would be shown as it stands.
    pub(super) fn check_text(&mut self, text: &str, range: &Range<usize>) {
        self.check_formula(text, range);
        self.check_delimiters(text, range);
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

    /// Warns of a `$` that opens no formula although a command follows it: a brace is missing, or the other `$`.
    fn check_formula(&mut self, text: &str, range: &Range<usize>) {
        let Some(dollar) = text.find('$') else { return };
        let start = range.start + dollar;
        // A text may stand in the file otherwise.
        let Some(rest) = self.text.get(start..).and_then(|rest| rest.strip_prefix('$')) else { return };
        // A line may be as long as the lesson, and each of its pieces comes by here.
        let near = &rest[..rest.floor_char_boundary(LONGEST_GUESS)];
        let line = near.lines().next().unwrap_or_default();
        let formula = line.split('$').next().unwrap_or_default();
        let command = formula
            .split_once('\\')
            .is_some_and(|(_, name)| name.starts_with(|c: char| c.is_ascii_alphabetic()));
        if !command || self.text[..start].ends_with('\\') {
            return;
        }
        let place = self.span(start..start + 1 + formula.trim_end().len());
        let warning = Diagnostic::warning("this formula is shown as it stands", place);
        let is_closed = line[formula.len()..].starts_with('$');
        self.found.diagnostics.push(warning.label(match is_closed && formula.trim().len() < formula.len() {
            true => "expected no blank behind the first `$`, and none before the second",
            false => "expected a closing `$`, and a `}` for each `{`",
        }));
    }

    /// Warns of formulas in the delimiters of TeX, which Markdown shows without their backslashes.
    fn check_delimiters(&mut self, text: &str, range: &Range<usize>) {
        let source = self.text;
        if source.get(range.clone()) != Some(text) {
            return;
        }
        for (place, open) in text.match_indices(['(', '[']) {
            let start = range.start + place;
            if !source[..start].ends_with('\\') {
                continue;
            }
            let (close, dollars) = if open == "(" { ("\\)", "$") } else { ("\\]", "$$") };
            let end = source.floor_char_boundary((start + LONGEST_GUESS).min(source.len()));
            let inside = source[start + 1..end].split_once(close).map(|(inside, _)| inside);
            let Some(inside) = inside.filter(|inside| is_like_tex(inside.trim_end_matches('\\'))) else {
                continue;
            };
            let end = start + 1 + inside.len() + close.len();
            self.warn_of_formula(
                start - 1..end,
                &format!("{dollars}{}{dollars}", inside.trim_end_matches('\\').trim()),
            );
        }
        for (place, _) in text.match_indices("\\begin{") {
            let name = text[place + 7..].split('}').next().unwrap_or_default();
            let known = ENVIRONMENTS.contains(&name.trim_end_matches('*'));
            if known && source.get(range.start + place..).is_some_and(|rest| rest.starts_with("\\begin{")) {
                let start = range.start + place;
                let warning = Diagnostic::warning(
                    "this formula is shown as it stands",
                    self.span(start..start + "\\begin{}".len() + name.len()),
                );
                let label = format!("expected `$$` before it, and `$$` after `\\end{{{name}}}`");
                self.found.diagnostics.push(warning.label(label));
            }
        }
    }

    fn warn_of_formula(&mut self, place: Range<usize>, expected: &str) {
        let warning = Diagnostic::warning("this formula is shown as it stands", self.span(place));
        let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
        let label = match expected.len() < 60 {
            true => format!("expected `{expected}`"),
            false => {
                "expected dollars around it: `$...$` in a line, `$$...$$` on lines of its own".to_owned()
            }
        };
        self.found.diagnostics.push(warning.label(label));
    }

    /// Dollars around code are no formula: a value goes into one by a command, and GitHub's way is not known here.
    pub(super) fn refuse_code_in_formulas(&mut self, found: &[CodeInFormula]) {
        for CodeInFormula { range, code } in found {
            let source = &self.text[code.clone()];
            let inside = source.trim_matches('`');
            if let Some((expression, _)) = inline::template(inside) {
                let error = Diagnostic::error("no code can stand within a formula", self.span(code.clone()));
                self.found.diagnostics.push(
                    error
                        .label(format!("expected `\\val{{{expression}}}`"))
                        .hint("a dollar that is meant as money is written `\\$`"),
                );
            } else if range.start + 1 == code.start && code.end + 1 == range.end {
                self.warn_of_formula(range.clone(), &format!("${}$", inside.trim()));
            }
        }
    }
}

/// Returns whether what stands between brackets was meant as a formula: a letter, or signs that prose has not.
pub(super) fn is_like_tex(inside: &str) -> bool {
    let inside = inside.trim();
    let mut letters = inside.chars();
    let single = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
    single || inside.contains(['\\', '^', '_', '=', '+', '{', '<', '>'])
}
