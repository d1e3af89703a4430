//! Text that takes no markup: alternatives of pictures, titles of links.

use std::ops::Range;

use pulldown_cmark::Event;

use super::reading::{self, Part};
use super::{Writer, options};
use crate::lesson::{inline, plain};

/// Stands for the mark of a gap where HTML is read, which holds no null bytes.
const MARK: char = '\u{e002}';

impl<'t> Writer<'t> {
    /// Writes inline markup as plain text: values computed, formulas as they are read out.
    pub(super) fn without_markup(&mut self, parts: &[Part<'t>]) -> String {
        let mut text = String::new();
        for (event, range) in parts {
            match event {
                Event::Text(piece) => {
                    self.check_text(piece, range);
                    text.push_str(piece);
                }
                Event::Code(code) => match inline::template(code) {
                    Some((inside, _)) => text.push_str(&self.value(inside, range, true).unwrap_or_default()),
                    None => text.push_str(code),
                },
                Event::InlineMath(tex) => text.push_str(&self.readable(tex, range, false)),
                Event::DisplayMath(tex) => text.push_str(&self.readable(tex, range, true)),
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                _ => {}
            }
        }
        text
    }

    /// Returns a text in which nothing but values and formulas has a meaning, somewhere in that range.
    pub(super) fn attribute(&mut self, text: &str, range: &Range<usize>) -> String {
        if !text.contains(['`', '$']) {
            return text.to_owned();
        }
        let exact =
            self.text.get(range.clone()).and_then(|whole| whole.rfind(text)).map(|at| range.start + at);
        let mut shown = String::new();
        let mut at = 0;
        for (event, inner) in reading::read_line(text, options()).parts {
            let place = exact.map_or_else(|| range.clone(), |start| start + inner.start..start + inner.end);
            let new = match event {
                Event::Code(code) => match inline::template(&code) {
                    Some((inside, _)) => self.value(inside, &place, true).unwrap_or_default(),
                    None => continue,
                },
                Event::InlineMath(tex) => self.readable(&tex, &place, false),
                Event::DisplayMath(tex) => self.readable(&tex, &place, true),
                _ => continue,
            };
            shown.push_str(text.get(at..inner.start).unwrap_or_default());
            shown.push_str(&new);
            at = inner.end;
        }
        shown.push_str(text.get(at..).unwrap_or_default());
        shown
    }

    /// Returns a formula as plain text.
    fn readable(&mut self, tex: &str, range: &Range<usize>, display: bool) -> String {
        let in_link = std::mem::replace(&mut self.in_link, true);
        let mathml = self.mathml(tex, range, display).unwrap_or_default();
        self.in_link = in_link;
        plain::text(&mathml.replace('\0', &MARK.to_string())).replace(MARK, "\0")
    }
}
