//! Comments that silence lints for the paragraph below them: `<!-- lint: {allow: [G019]} -->`.

use pulldown_cmark::Event;
use serde::Deserialize;

use super::{Part, Writer};
use crate::diagnostic::Diagnostic;
use crate::experiment::LintSettings;
use crate::lint;
use crate::settings::{self, LineMap};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comment {
    lint: LintSettings,
}

impl Writer<'_> {
    /// Checks what comments say of lints: one that is mistyped would go unseen.
    pub(super) fn check_silenced(&mut self, parts: &[Part]) {
        for (event, range) in parts {
            if !matches!(event, Event::Html(_) | Event::InlineHtml(_)) {
                continue;
            }
            let source = &self.text[range.clone()];
            let Some((before, inside)) = source.split_once("<!--") else { continue };
            if !inside.trim_start().starts_with("lint:") {
                continue;
            }
            let start = range.start + before.len() + "<!--".len();
            match inside.find("-->") {
                Some(end) => {
                    let found = check(
                        &inside[..end],
                        &LineMap::contiguous(self.scene.source, self.scene.start + start, end),
                    );
                    self.found.diagnostics.extend(found);
                }
                None => {
                    let place = start + inside.find("lint:").unwrap_or_default();
                    let error = Diagnostic::error(
                        "this comment silences no lint",
                        self.span(place..place + "lint:".len()),
                    );
                    self.found.diagnostics.push(
                        error.label("expected all of it on one line: `<!-- lint: {allow: [G019]} -->`"),
                    );
                }
            }
        }
    }
}

fn check(yaml: &str, map: &LineMap) -> Vec<Diagnostic> {
    let read = settings::parse(yaml, map).and_then(|node| Ok((settings::decode::<Comment>(&node)?, node)));
    match read {
        Ok((comment, node)) => {
            let problems = lint::check(&comment.lint.allow).into_iter();
            problems
                .map(|problem| {
                    let place = node.locate(&problem.path);
                    Diagnostic::at(problem, place)
                })
                .collect()
        }
        Err(found) => found,
    }
}
