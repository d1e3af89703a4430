//! Values in code spans.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event};

use super::Writer;
use crate::lesson::fragment::{InlineValue, Role, value_mark};
use crate::lesson::inline;

impl<'t> Writer<'t> {
    pub(super) fn code(&mut self, code: &CowStr<'t>, range: &Range<usize>) {
        // Between double backticks a guide shows how values are written.
        let shown = self.text[range.clone()].starts_with("``");
        match inline::template(code).filter(|_| !shown) {
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

    /// Returns the mark of what stands between `{{` and `}}`, which is somewhere in that range.
    pub(super) fn value(&mut self, inside: &str, range: &Range<usize>, plain: bool) -> Option<String> {
        let (role, expression) = match inline::claim(inside) {
            Some(claim) => (Role::Claim, claim),
            None => (Role::Value, inside),
        };
        let span = match expression {
            "" => self.span(range.clone()),
            expression => self.find(range, expression),
        };
        if let Err(error) = inline::check_syntax(expression, span) {
            let unread = error.message.contains("cannot be read");
            let hint = "code with braces that is shown as it stands goes between double backticks";
            self.found.diagnostics.push(if unread { error.hint(hint) } else { error });
            return None;
        }
        let mark = value_mark(self.values.len());
        let expression = expression.to_owned();
        self.values.push(InlineValue { expression, span, role, in_link: self.in_link, plain, as_is: false });
        Some(mark)
    }
}
