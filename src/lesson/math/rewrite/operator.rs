//! `\mathop`, which takes limits below and above it.

use std::ops::Range;

use super::super::MathError;
use super::super::scan;
use super::Rewriter;

impl Rewriter<'_> {
    /// Writes `\mathop{...}` so that what stands as an index to it stands below and above it.
    pub(super) fn operator(
        &mut self,
        at: usize,
        after: usize,
        inside: Range<usize>,
        limit: usize,
        depth: usize,
    ) -> Result<usize, MathError> {
        let content = self.tex[inside.clone()].trim();
        let named = ["\\mathrm", "\\operatorname*", "\\operatorname", "\\text", "\\textrm", "\\rm"]
            .iter()
            .find_map(|command| {
                let rest = content.strip_prefix(command)?.trim_start();
                let name = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
                let plain =
                    name.replace("\\,", "").chars().all(|letter| letter.is_alphabetic() || letter == ' ');
                (plain && !name.is_empty()).then(|| name.replace(' ', "\\,"))
            });
        let end = inside.end + 1;
        if let Some(name) = named {
            self.put(&format!("\\operatorname*{{{name}}}"), at..end);
            let rest = &self.tex[end..limit];
            let spaces = rest.len() - rest.trim_start().len();
            return Ok(match rest.trim_start().starts_with("\\limits") {
                true => end + spaces + "\\limits".len(),
                false => end,
            });
        }
        let mut next = end;
        let mut limits = self.display;
        let mut scripts: [Option<Range<usize>>; 2] = [None, None];
        loop {
            let rest = &self.tex[next..limit];
            let place = next + (rest.len() - rest.trim_start().len());
            let rest = rest.trim_start();
            if rest.starts_with("\\limits") {
                (limits, next) = (true, place + "\\limits".len());
                continue;
            }
            let which = match rest.bytes().next() {
                Some(b'_') => 0,
                Some(b'^') => 1,
                _ => break,
            };
            let Some(script) =
                scan::argument(self.tex, place + 1, limit).filter(|_| scripts[which].is_none())
            else {
                break;
            };
            next = script.end;
            scripts[which] = Some(script);
        }
        if !limits || scripts == [None, None] {
            self.copy(at..after);
            return Ok(after);
        }
        let wrapped = scripts.iter().flatten().count();
        for (script, command) in scripts.into_iter().zip(["\\underset", "\\overset"]) {
            let Some(script) = script else { continue };
            self.put(&format!("{command}{{"), script.start..script.start);
            self.run(script, depth + 1)?;
            self.put("}{", at..at);
        }
        self.copy(at..after);
        self.put("{", inside.start - 1..inside.start);
        self.run(inside.clone(), depth + 1)?;
        self.put(&"}".repeat(1 + wrapped), inside.end..end);
        Ok(next)
    }
}
