//! Formulas, their numbers through the page, and what refers to them.

use std::ops::Range;

use pulldown_cmark::Event;

use super::Writer;
use super::headings::Owner;
use super::reading::Part;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::lesson::inline;
use crate::lesson::math::{self, Allowance, Equation, Insert, MathError};
use crate::markup::escaped;

impl Writer<'_> {
    /// Gives the equations with a label their numbers, in the order of the text.
    pub(super) fn number_equations(&mut self, parts: &[Part]) {
        let mut allowance = Allowance::default();
        for (event, range) in parts {
            let Event::DisplayMath(tex) = event else { continue };
            if allowance.is_spent() {
                break;
            }
            // What is wrong with it is said where it is written.
            let Ok(formula) = math::read(tex, true, &self.scene.library.macros, &mut allowance) else {
                continue;
            };
            for Equation { label, tag } in formula.equations() {
                let Some((label, place)) = label else { continue };
                let place = self.within(range, 2, tex, place);
                if self.beside.is_some() {
                    let error =
                        Diagnostic::error("only equations in the text of a lesson have numbers", place);
                    self.found.diagnostics.push(error.label("expected no label here"));
                    continue;
                }
                let number = match tag {
                    Some((tag, true)) => format!("({tag})"),
                    Some((tag, false)) => tag.clone(),
                    None => {
                        self.numbered_equations += 1;
                        match self.scene.number {
                            Some(lesson) => format!("({lesson}.{})", self.numbered_equations),
                            None => format!("({})", self.numbered_equations),
                        }
                    }
                };
                self.claim_id(&math::anchor(label), place, Owner::Equation);
                self.found.equations.entry(label.clone()).or_insert(number);
            }
        }
    }

    pub(super) fn math(&mut self, tex: &str, range: &Range<usize>, display: bool) {
        if let Some(mathml) = self.mathml(tex, range, display) {
            self.out.push(Event::InlineHtml(mathml.into()));
        }
    }

    /// Returns a formula as MathML with marks; none where it is at fault.
    pub(super) fn mathml(&mut self, tex: &str, range: &Range<usize>, display: bool) -> Option<String> {
        if self.formulas.is_spent() {
            return None;
        }
        let dollars = if display { 2 } else { 1 };
        let library = self.scene.library;
        let found = math::read(tex, display, &library.macros, &mut self.formulas).and_then(|formula| {
            formula.write(&mut |insert| {
                self.inserted(insert, &|writer, place| writer.within(range, dollars, tex, place))
            })
        });
        match found.and_then(|mathml| self.formulas.take_mathml(tex, mathml)) {
            Ok(mathml) => Some(mathml),
            Err(MathError { range: place, message, label }) => {
                let place = self.within(range, dollars, tex, &place);
                self.found.diagnostics.push(Diagnostic::error(message, place).label(label));
                None
            }
        }
    }

    /// Returns the place of a part of a formula.
    fn within(&self, range: &Range<usize>, dollars: usize, tex: &str, part: &Range<usize>) -> Span {
        let content = range.start + dollars;
        // Inside a quote the file has a `>` on each line that the formula has not.
        match self.text.get(content..content + tex.len()) == Some(tex) {
            true => self.span(content + part.start..content + part.end),
            false => self.span(range.clone()),
        }
    }

    /// Returns the HTML of what a formula holds of the page.
    fn inserted(&mut self, insert: &Insert, place: &dyn Fn(&Self, &Range<usize>) -> Span) -> String {
        match insert {
            Insert::Value { expression, range } => {
                let span = place(self, range);
                let what = match (inline::claim(expression), inline::reference(expression)) {
                    (Some(_), _) => Some("claim"),
                    (None, Some(_)) => Some("reference"),
                    (None, None) => None,
                };
                if let Some(what) = what {
                    let message = format!("no {what} can stand within a formula");
                    self.found.diagnostics.push(Diagnostic::error(message, span).label("expected a value"));
                    return String::new();
                }
                let bytes = span.start - self.scene.start..span.end - self.scene.start;
                self.value(expression, &bytes, true).unwrap_or_default()
            }
            Insert::Reference { label, range, parentheses } => {
                let equations = self.beside.map_or(&self.found.equations, |beside| beside.equations);
                let Some(number) = equations.get(label) else {
                    let near = || nearest(label, equations.keys().map(String::as_str));
                    let near = self.scene.library.suggestions.look(near);
                    let message = format!("there is no equation `{label}` on this page");
                    let error = Diagnostic::error(message, place(self, range));
                    let error = match near {
                        Some(near) => error.label(format!("did you mean `{near}`?")),
                        None => {
                            error.label(format!("expected `\\label{{{label}}}` in a formula between `$$`"))
                        }
                    };
                    self.found.diagnostics.push(error);
                    return String::new();
                };
                let bare = number.strip_prefix('(').and_then(|number| number.strip_suffix(')'));
                let number = escaped(if *parentheses { number } else { bare.unwrap_or(number) });
                match self.in_link || self.in_heading {
                    true => number,
                    false => format!("<a href=\"#{}\">{number}</a>", math::anchor(label)),
                }
            }
            Insert::Number(Equation { label, tag }) => {
                let number = label.as_ref().and_then(|(label, _)| self.found.equations.get(label));
                let tag = tag.as_ref().map(|(tag, parentheses)| match parentheses {
                    true => format!("({tag})"),
                    false => tag.clone(),
                });
                escaped(&tag.or(number.cloned()).unwrap_or_default())
            }
            Insert::BoxStart => "<mrow class=\"boxed\">".to_owned(),
            Insert::BoxEnd => "</mrow>".to_owned(),
        }
    }
}
