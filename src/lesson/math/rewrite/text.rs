//! Commands whose argument is text, and the formulas within it.

use std::ops::Range;

use super::super::MathError;
use super::super::scan::{self, group};
use super::{Rewriter, TEXTS};

/// Signs that stand for themselves after a backslash.
const SIGNS: [&str; 7] = [r"\$", r"\%", r"\&", r"\#", r"\_", r"\{", r"\}"];

impl Rewriter<'_> {
    /// Returns the content of a command for text, with the formulas in it.
    pub(super) fn text(&mut self, command: &str, inside: Range<usize>) -> Result<(), MathError> {
        let open = format!("\\{command}{{");
        let mut at = inside.start;
        let mut start = at;
        let flush = |this: &mut Self, range: Range<usize>| {
            if !range.is_empty() {
                this.put(&open, range.start..range.start);
                this.copy(range.clone());
                this.put("}", range.end..range.end);
            }
        };
        while let Some(found) = self.tex[at..inside.end].find(['$', '\\', '{']).map(|found| at + found) {
            let rest = &self.tex[found..inside.end];
            let sign = rest.get(..2).filter(|sign| SIGNS.contains(sign));
            if let Some(sign) = sign {
                // The converter takes a space after it for its end.
                flush(self, start..found);
                self.put(&format!("{open}{sign}}}"), found..found + 2);
                (at, start) = (found + 2, found + 2);
            } else if rest.starts_with('$') || rest.starts_with("\\(") {
                let (length, close) = if rest.starts_with('$') { (1, "$") } else { (2, "\\)") };
                let from = found + length;
                let Some(end) = scan::find(self.tex, from, inside.end, close) else {
                    let message = "a formula within text is not closed".to_owned();
                    let label = format!("expected `{close}` after it");
                    return Err(MathError { range: found..from, message, label });
                };
                flush(self, start..found);
                self.put("{", found..from);
                self.run(from..end, 1)?;
                self.put("}", end..end + length);
                (at, start) = (end + length, end + length);
            } else if let Some(command) = rest.strip_prefix('\\') {
                let letters = command.bytes().take_while(u8::is_ascii_alphabetic).count();
                let name = &command[..letters];
                let argument = group(self.tex, found + 1 + letters, inside.end);
                let holds = argument
                    .clone()
                    .is_some_and(|argument| name == "val" || self.tex[argument].contains(['$', '\\']));
                match argument.filter(|_| {
                    holds && (name.starts_with("text") || matches!(name, "val" | "emph" | "mbox"))
                }) {
                    Some(argument) if name == "val" => {
                        flush(self, start..found);
                        at = self.command(found, inside.end, 1)?.max(argument.end);
                        start = at;
                    }
                    Some(argument) => {
                        flush(self, start..found);
                        let known =
                            TEXTS.iter().find(|(text, _)| *text == name).map_or(name, |(_, known)| known);
                        self.text(known, argument.start + 1..argument.end - 1)?;
                        (at, start) = (argument.end, argument.end);
                    }
                    None => {
                        let length = if letters == 0 {
                            rest[1..].chars().next().map_or(0, char::len_utf8)
                        } else {
                            letters
                        };
                        at = found + 1 + length;
                    }
                }
            } else {
                match group(self.tex, found, inside.end) {
                    Some(inner)
                        if self.tex[inner.clone()].contains('$')
                            || SIGNS.iter().any(|sign| self.tex[inner.clone()].contains(sign)) =>
                    {
                        flush(self, start..found);
                        self.text(command, inner.start + 1..inner.end - 1)?;
                        (at, start) = (inner.end, inner.end);
                    }
                    Some(inner) => at = inner.end,
                    None => at = found + 1,
                }
            }
        }
        if start == inside.start && inside.is_empty() {
            self.put(&format!("{open}}}"), inside);
            return Ok(());
        }
        flush(self, start..inside.end);
        Ok(())
    }
}
