//! Fences that hold experiments or figures, or something like one.

use std::ops::Range;

use pulldown_cmark::Event;

use super::headings::{self, Owner};
use super::{Part, Writer};
use crate::lesson::block::{self, Info};
use crate::lesson::fragment::{experiment_mark, figure_mark};
use crate::settings::LineMap;

impl<'t> Writer<'t> {
    /// Warns of settings that are shown, and may have been meant to run.
    pub(super) fn check_shown(&mut self, info: &str, range: &Range<usize>, parts: &[Part<'t>]) {
        let lines = parts.iter().filter_map(|(event, _)| match event {
            Event::Text(line) => Some(&**line),
            _ => None,
        });
        let first_line = self.text[range.clone()].lines().next().unwrap_or_default().len();
        let place = self.find(&(range.start..range.start + first_line), info.trim());
        self.found.diagnostics.extend(block::shown(&lines.collect::<String>(), info, place));
    }

    pub(super) fn fence(&mut self, info: &str, range: &Range<usize>, parts: &[Part<'t>]) {
        let first_line = self.text[range.clone()].lines().next().unwrap_or_default().len();
        let fence = self.span(range.start..range.start + first_line);
        if block::read_info(info) == Info::Misspelt {
            let place = self.find(&(range.start..range.start + first_line), info.trim());
            self.found.diagnostics.push(block::misspelt(info, place));
            self.found.incomplete = true;
            return;
        }
        let mut yaml = String::new();
        let mut map = LineMap::new(self.scene.source);
        for (event, range) in parts {
            if let Event::Text(line) = event {
                map.push(self.scene.start + range.start, line.len());
                yaml.push_str(line);
            }
        }
        // The line of the fence is counted in the file by whoever has the whole of it.
        let is_figure = block::read_info(info) == Info::Figure;
        match block::read(&yaml, &map, fence, 0) {
            Ok(block) => {
                if let Some(id) = block.node.entry("id").and_then(|entry| entry.value.as_text()) {
                    let place = block.node.locate("id");
                    let what = if is_figure { "figure" } else { "experiment" };
                    self.claim_id(&format!("{what}-{id}"), place, Owner::Experiment);
                    let parts = if is_figure { Vec::new() } else { block::numbered(&block.node) };
                    for part in parts {
                        self.claim_id(&part, place, Owner::Experiment);
                    }
                    // A link may name the experiment alone.
                    if let Some(alias) = self.claim_alias(id.to_owned()) {
                        self.out.push(Event::Html(headings::other_name(&alias).into()));
                    }
                }
                let (mark, blocks) = match is_figure {
                    true => (figure_mark(self.found.figures.len()), &mut self.found.figures),
                    false => (experiment_mark(self.found.blocks.len()), &mut self.found.blocks),
                };
                blocks.push(block);
                self.out.push(Event::Html(mark.into()));
            }
            Err(errors) => {
                self.found.diagnostics.extend(errors);
                self.found.incomplete = true;
            }
        }
    }
}
