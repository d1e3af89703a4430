use super::{Diagnostic, Severity, SourceId};
use crate::collections::BTreeMap;

/// The most errors, and the most warnings, that are kept: a file may hold a million.
const MOST: usize = 10_000;

/// What comes first: file, place, severity; what has no place comes last.
type Order = (bool, SourceId, usize, Severity);

/// Everything that is wrong: in the order of the files and places, each said once.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    sorted: BTreeMap<Order, Vec<Diagnostic>>,
    /// Errors, warnings and notes.
    counts: [usize; 3],
    /// Errors and warnings that were found beyond the most that are kept.
    beyond: [usize; 2],
}

impl Diagnostics {
    /// Makes an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let severity = diagnostic.severity;
        let alike = self.sorted.get(&order(&diagnostic));
        if alike.is_some_and(|alike| alike.contains(&diagnostic)) {
            return;
        }
        if severity != Severity::Note && self.count(severity) >= MOST {
            self.beyond[severity as usize] += 1;
            return;
        }
        self.counts[severity as usize] += 1;
        self.sorted.entry(order(&diagnostic)).or_default().push(diagnostic);
    }

    /// Returns the value, or `None` after noting what was wrong instead.
    pub fn keep<T>(&mut self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(diagnostics) => {
                self.extend(diagnostics);
                None
            }
        }
    }

    /// Makes every warning an error.
    pub fn deny_warnings(&mut self) {
        let Diagnostics { sorted, beyond, .. } = std::mem::take(self);
        self.beyond[0] = beyond[0] + beyond[1];
        for mut diagnostic in sorted.into_values().flatten() {
            if diagnostic.severity == Severity::Warning {
                diagnostic.severity = Severity::Error;
            }
            self.push(diagnostic);
        }
    }

    /// Lists those that are kept, in the order in which they were found.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Diagnostic> {
        self.sorted.values().flatten()
    }

    /// Returns whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Returns how many are kept.
    pub fn len(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Returns how many errors and warnings were found beyond those that are kept.
    pub fn left_out(&self) -> usize {
        self.beyond.iter().sum()
    }

    /// Returns how many errors were found.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// Returns how many warnings were found.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        self.counts[severity as usize]
    }

    /// Returns the counts in words: `2 errors, 1 warning`; empty when there is nothing.
    pub fn summary(&self) -> String {
        let part = |count: usize, beyond: usize, noun: &str| match (count, beyond) {
            (0, _) => None,
            (1, _) => Some(format!("1 {noun}")),
            (count, 0) => Some(format!("{count} {noun}s")),
            (count, _) => Some(format!("more than {count} {noun}s")),
        };
        let [errors, warnings] = self.beyond;
        let parts = [part(self.errors(), errors, "error"), part(self.warnings(), warnings, "warning")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }
}

impl From<Vec<Diagnostic>> for Diagnostics {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        let mut all = Self::new();
        all.extend(diagnostics);
        all
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.sorted.into_values().flatten().collect::<Vec<_>>().into_iter()
    }
}

fn order(diagnostic: &Diagnostic) -> Order {
    let span = diagnostic.span;
    let place = span.map_or((SourceId(0), 0), |span| (span.source, span.start));
    (span.is_none(), place.0, place.1, diagnostic.severity)
}

#[cfg(test)]
mod tests {
    use super::super::Span;
    use super::*;

    #[test]
    fn sorts_by_place_and_says_each_once() {
        let at = |file: u32, start: usize| Some(Span::new(SourceId(file), start, start + 1));
        let mut all = Diagnostics::new();
        for (message, span) in
            [("c", at(1, 0)), ("d", None), ("b", at(0, 9)), ("a", at(0, 2)), ("b", at(0, 9))]
        {
            all.push(Diagnostic::error(message, span));
        }
        all.push(Diagnostic::warning("e", at(0, 9)));
        let order: Vec<&str> = all.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        assert_eq!(order, ["a", "b", "e", "c", "d"]);
        assert_eq!(all.summary(), "4 errors, 1 warning");
        assert_eq!(Diagnostics::new().summary(), "");
    }

    #[test]
    fn a_flood_is_cut_off_and_never_drowns_an_error() {
        let at = |start: usize| Some(Span::new(SourceId(0), start, start + 1));
        let mut all = Diagnostics::new();
        (0..3 * MOST).for_each(|start| all.push(Diagnostic::warning("w", at(start))));
        all.push(Diagnostic::error("e", at(0)));
        assert_eq!((all.len(), all.errors()), (MOST + 1, 1));
        assert_eq!(all.summary(), "1 error, more than 10000 warnings");
        assert_eq!(all.left_out(), 2 * MOST);
    }
}
