use super::{Diagnostic, Severity, SourceId};

/// The most errors, and the most warnings, that are kept: nobody reads on, and a file may hold a million.
const MOST: usize = 100;

/// Everything that is wrong: in the order of the files and places, each said once.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    sorted: Vec<Diagnostic>,
    /// Errors and warnings that were found beyond the most that are kept.
    beyond: [usize; 2],
}

impl Diagnostics {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
        let place = match diagnostic.severity {
            Severity::Error => Some(0),
            Severity::Warning => Some(1),
            Severity::Note => None,
        };
        if let Some(place) = place.filter(|_| self.count(diagnostic.severity) >= MOST) {
            self.beyond[place] += 1;
            return;
        }
        let index = self.sorted.partition_point(|other| order(other) <= order(&diagnostic));
        if !self.sorted[..index].contains(&diagnostic) {
            self.sorted.insert(index, diagnostic);
        }
    }

    /// The value, or `None` after noting what was wrong instead.
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
        for mut diagnostic in std::mem::take(&mut self.sorted) {
            if diagnostic.severity == Severity::Warning {
                diagnostic.severity = Severity::Error;
            }
            self.push(diagnostic);
        }
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.sorted.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        self.sorted.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// In words: `2 errors, 1 warning`; empty when there is nothing.
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
        self.sorted.into_iter()
    }
}

/// What has no place comes last.
fn order(diagnostic: &Diagnostic) -> (bool, SourceId, usize, Severity) {
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
        (0..1000).for_each(|start| all.push(Diagnostic::warning("w", at(start))));
        all.push(Diagnostic::error("e", at(0)));
        assert_eq!((all.len(), all.errors()), (MOST + 1, 1));
        assert_eq!(all.summary(), "1 error, more than 100 warnings");
    }
}
