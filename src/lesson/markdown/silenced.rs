//! Comments that silence lints for the paragraph below them: `<!-- lint: {allow: [G019]} -->`.

use std::ops::Range;

use pulldown_cmark::Event;

use super::{Part, Writer};
use crate::diagnostic::Diagnostic;
use crate::lesson::prose;
use crate::lint;
use crate::settings::LineMap;

impl Writer<'_> {
    /// Checks what comments say of lints: one that is mistyped would go unseen.
    pub(super) fn check_silenced(&mut self, parts: &[Part]) {
        for (event, range) in parts {
            if !matches!(event, Event::Html(_) | Event::InlineHtml(_)) {
                continue;
            }
            for (at, opening) in self.text[range.clone()].match_indices("<!--") {
                let start = range.start + at;
                let inside = &self.text[start + opening.len()..];
                let word = self.text.len() - inside.trim_start().len();
                if self.text[word..].starts_with("lint:") {
                    let found = self.check_comment(start, word..word + "lint:".len());
                    self.found.diagnostics.extend(found);
                }
            }
        }
    }

    /// Checks the comment that begins at `start`, with its word `lint:`.
    fn check_comment(&self, start: usize, word: Range<usize>) -> Vec<Diagnostic> {
        let before = self.text[..start].trim_end_matches(prose::BEFORE);
        let is_first = before.is_empty() || before.ends_with('\n');
        let rest = self.text[start..].lines().next().filter(|_| is_first);
        let Some(yaml) = rest.and_then(prose::silencing) else {
            let error = Diagnostic::error("this comment silences no lint", self.span(word));
            let label = "expected it alone on its line, all of it: `<!-- lint: {allow: [G019]} -->`";
            return vec![error.label(label)];
        };
        let map = LineMap::contiguous(self.scene.source, self.scene.start + start + "<!--".len(), yaml.len());
        match prose::allowed(yaml, &map) {
            Ok((codes, node)) => {
                let unknown = lint::check(&codes).into_iter();
                unknown
                    .map(|problem| {
                        let place = node.locate(&problem.path);
                        Diagnostic::at(problem, place)
                    })
                    .collect()
            }
            Err(found) => found,
        }
    }
}
