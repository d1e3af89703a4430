//! What the text refers to and nobody defined, and what a table has no room for.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{BrokenLink, LinkType};
use regex::Regex;

use super::Writer;
use super::dialects::Hidden;
use crate::diagnostic::{Diagnostic, counted};

/// A reference to a footnote.
static NOTE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[\^([^\[\]\n]+)\]").expect("a pattern of our own"));

impl Writer<'_> {
    /// Warns of `[words][name]` where no line defines the name is shown with its brackets. A name alone in brackets is mostly text.
    pub(super) fn check_undefined(&mut self, links: Vec<BrokenLink>) {
        for link in links {
            let name = link.reference;
            if matches!(link.link_type, LinkType::Reference | LinkType::Collapsed) && !name.starts_with('^') {
                let warning =
                    Diagnostic::warning(format!("nothing is defined as `{name}`"), self.span(link.span));
                let warning = warning.label(format!("expected a line `[{name}]: ADDRESS`"));
                self.found.diagnostics.push(warning.hint("brackets that are text are written `\\[`"));
            }
        }
    }

    /// Warns of `[^name]` where nothing is the note of that name is shown with its brackets.
    pub(super) fn check_notes(&mut self, hidden: &Hidden) {
        for found in NOTE.captures_iter(self.text) {
            let (Some(place), Some(name)) = (found.get(0), found.get(1)) else { continue };
            let escaped = self.text[..place.start()].ends_with('\\');
            if escaped || hidden.has(place.start(), false) || self.footnote_ids.contains_key(name.as_str()) {
                continue;
            }
            let message = format!("there is no footnote `{}`", name.as_str());
            let warning = Diagnostic::warning(message, self.span(place.range()));
            self.found
                .diagnostics
                .push(warning.label(format!("expected a line `[^{}]: ...` further down", name.as_str())));
        }
    }

    /// Warns of a row with more cells than its table has columns, which loses the rest.
    pub(super) fn check_row(&mut self, range: &Range<usize>) {
        let row = &self.text[range.clone()];
        let ends = cell_ends(row);
        let place = self.span(range.clone());
        // A value that was cut by a `|` has been spoken of.
        let said = self.found.diagnostics.iter().rev().take(ends.len());
        if said.filter_map(|said| said.span).any(|said| place.holds(said)) {
            return;
        }
        if ends.len() <= self.columns {
            self.check_cut(row, range.start, &ends);
            return;
        }
        let start = ends[self.columns - 1] + 1;
        let lost = row[start..*ends.last().unwrap_or(&row.len())].trim();
        let start = range.start + start + row[start..].find(lost).unwrap_or(0);
        let message = format!(
            "this row has {}, and its table {}",
            counted(ends.len(), "cell"),
            counted(self.columns, "column")
        );
        let warning = Diagnostic::warning(message, self.span(start..start + lost.len()));
        self.found.diagnostics.push(
            warning.label("not shown").hint("a `|` that is text is written `\\|`, in code and formulas too"),
        );
    }

    /// Warns of code and of a formula that the end of a cell cuts in two, where the row is not too long by that.
    fn check_cut(&mut self, row: &str, start: usize, ends: &[usize]) {
        // A row ends in a `|`, or without one.
        for end in ends.iter().filter(|end| **end < row.trim_end().len()) {
            let (before, after) = row.split_at(*end);
            let before_start = ends.iter().rev().find(|other| *other < end).map_or(0, |other| other + 1);
            let after_end = ends.iter().find(|other| *other > end).copied().unwrap_or(row.len());
            let (before, after) = (&before[before_start..], &after[1..after_end - end]);
            for (sign, what) in [('`', "code"), ('$', "formula")] {
                let Some((open, close)) = last_open(before, sign).zip(first_close(after, sign)) else {
                    continue;
                };
                let place = start + before_start + open..start + end + 1 + close + 1;
                let message = format!("a `|` ends the cell of a table, and cuts this {what}");
                let warning = Diagnostic::warning(message, self.span(place));
                let instead = if sign == '$' { ", or `\\mid` in a formula" } else { "" };
                self.found.diagnostics.push(warning.label(format!("expected `\\|` in place of it{instead}")));
                return;
            }
        }
    }
}

/// Returns the places of a sign that no backslash takes its meaning; dollars within code are none.
fn signs(cell: &str, sign: char) -> Vec<usize> {
    let (mut places, mut escaped, mut in_code) = (Vec::new(), false, false);
    for (at, letter) in cell.char_indices() {
        if letter == sign && !escaped && !(in_code && sign == '$') {
            places.push(at);
        }
        in_code ^= letter == '`' && !escaped;
        escaped = letter == '\\' && !escaped;
    }
    places
}

/// Returns where a cell opens what it does not close: what stands behind the sign begins with no blank, nor with a price.
fn last_open(cell: &str, sign: char) -> Option<usize> {
    let places = signs(cell, sign);
    let opens = |at: &&usize| {
        let next = cell[*at + 1..].chars().next();
        next.is_some_and(|next| sign == '`' || !next.is_whitespace() && !next.is_ascii_digit())
    };
    let price = |at: &&usize| sign == '$' && cell[*at + 1..].starts_with(|next: char| next.is_ascii_digit());
    let counted = places.iter().filter(|at| !price(at)).count();
    places.last().filter(|at| counted % 2 == 1 && opens(at)).copied()
}

/// Returns where a cell closes what it did not open.
fn first_close(cell: &str, sign: char) -> Option<usize> {
    let places = signs(cell, sign);
    let first = *places.first().filter(|_| places.len() % 2 == 1)?;
    let before = cell[..first].chars().next_back()?;
    let after = cell[first + 1..].chars().next();
    let closes = sign == '`' || !before.is_whitespace() && after.is_none_or(|next| !next.is_ascii_digit());
    closes.then_some(first)
}

/// Returns where each cell of a table's row ends.
fn cell_ends(row: &str) -> Vec<usize> {
    let inside = row.trim_end();
    let mut ends = Vec::new();
    let mut escaped = false;
    let first = row.len() - row.trim_start().len();
    for (at, letter) in inside.char_indices() {
        if letter == '|' && !escaped && at > first {
            ends.push(at);
        }
        escaped = letter == '\\' && !escaped;
    }
    if ends.last().is_none_or(|end| end + 1 < inside.len()) {
        ends.push(inside.len());
    }
    ends
}
