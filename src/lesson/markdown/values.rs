//! Values in code spans.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event};

use super::Writer;
use super::reading::{CITE, Misplaced};
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::experiment::{figure, size};
use crate::lesson::fragment::{InlineValue, Role, value_mark};
use crate::lesson::inline;

/// The most values and claims of one text.
const MOST_VALUES: usize = 10_000;
/// The longest source that can be cited, in bytes: it stands on each page that cites it.
const MOST_OF_A_SOURCE: usize = 5_000;

/// How code is shown that would be read as a value.
pub(in crate::lesson) const SHOWN: &str =
    "code with braces that is shown as it stands goes between double backticks";

impl<'t> Writer<'t> {
    pub(super) fn code(&mut self, code: &CowStr<'t>, range: &Range<usize>) {
        // Between double backticks a guide shows how values are written.
        let shown = self.text[range.clone()].starts_with("``");
        match inline::template(code).filter(|(inside, _)| !shown && !is_command(inside)) {
            Some((inside, _)) => {
                let mark = self.value(inside, range, false).unwrap_or_default();
                self.out.push(Event::InlineHtml(mark.into()));
            }
            None => {
                if !shown {
                    self.doubt(code, range);
                }
                self.out.push(Event::Code(code.clone()));
            }
        }
    }

    /// Says once that there are too many.
    fn too_many_values(&mut self, range: &Range<usize>) {
        if !std::mem::replace(&mut self.has_too_many_values, true) {
            let error = Diagnostic::error(
                "there are too many values and claims in one text",
                self.span(range.clone()),
            );
            let label = format!("expected at most {}", figure(MOST_VALUES as f64));
            self.found.diagnostics.push(error.label(label));
        }
    }

    /// Returns the mark of what stands between `{{` and `}}`, which is somewhere in that range.
    pub(super) fn value(&mut self, inside: &str, range: &Range<usize>, plain: bool) -> Option<String> {
        if self.values.len() >= MOST_VALUES {
            self.too_many_values(range);
            return None;
        }
        let (role, expression) = match (inline::claim(inside), inline::reference(inside)) {
            (Some(claim), _) => (Role::Claim, claim),
            (None, Some(reference)) => (Role::Reference, reference),
            (None, None) => match cited(inside) {
                Some(key) => (Role::Citation, key),
                None => (Role::Value, inside),
            },
        };
        if role == Role::Value
            && let Some((word, rest)) = inside.split_once(' ')
            && matches!(word, "claim" | "ref" | "cite")
            && rest.trim_start().starts_with(|letter: char| letter.is_alphabetic())
        {
            let error = Diagnostic::error("a colon is missing", self.find(range, inside));
            self.found.diagnostics.push(error.label(format!("expected `{word}: {}`", rest.trim())));
            return None;
        }
        let span = match expression {
            "" => self.span(range.clone()),
            expression => self.find(range, expression),
        };
        let checked = match role {
            Role::Reference => Ok(()),
            Role::Citation => self.check_source(expression.trim_start_matches('-'), span),
            Role::Value | Role::Claim => inline::check_syntax(expression, span),
        };
        if let Err(error) = checked {
            let unread = error.message.contains("cannot be read");
            self.found.diagnostics.push(if unread { error.hint(SHOWN) } else { error });
            return None;
        }
        let mark = value_mark(self.values.len());
        let expression = expression.to_owned();
        // The contents of the page repeat headings within links.
        let in_link = self.in_link || self.in_heading && matches!(role, Role::Reference | Role::Citation);
        self.values.push(InlineValue { expression, span, role, in_link, plain, as_is: false });
        Some(mark)
    }

    fn check_source(&self, key: &str, span: Span) -> Result<(), Diagnostic> {
        let library = &self.scene.library;
        let bibliography = &library.bibliography;
        match bibliography.get(key) {
            Some(source) if source.bytes() > MOST_OF_A_SOURCE => {
                let error = Diagnostic::error(format!("the source `{key}` is too long to be cited"), span);
                let most = size(MOST_OF_A_SOURCE as f64);
                return Err(
                    error.label(format!("expected at most {most} of names, title and where it appeared"))
                );
            }
            None if !library.has_unread_sources => {}
            _ => return Ok(()),
        }
        let error = Diagnostic::error(format!("there is no source `{key}`"), span);
        let error = match library.suggestions.look(|| nearest(key, bibliography.keys())) {
            Some(near) => error.label(format!("did you mean `@{near}`?")),
            None => error.label("expected a key of the file that `bibliography` names in `gradbook.yaml`"),
        };
        Err(error.hint("brackets that are text are written `\\[`"))
    }

    /// A citation does not stand where Markdown has brackets of its own.
    pub(super) fn refuse_misplaced(&mut self, found: Vec<Misplaced>) {
        for Misplaced { range, message, expected } in found {
            let error = Diagnostic::error(message, self.span(range));
            self.found.diagnostics.push(error.label(expected));
        }
    }
}

/// Returns whether what stands between double braces is a command of another program, `{{#include a.rs}}`: no expression begins so.
fn is_command(inside: &str) -> bool {
    inside.starts_with(['#', '/', '>', '<', '%', '!', '^', '&'])
}

/// The key of the source that the inside of a gap cites.
fn cited(inside: &str) -> Option<&str> {
    inside.strip_prefix(CITE)?.trim_start().strip_prefix(':').map(str::trim)
}
