use super::{Diagnostic, Severity, SourceId};

/// Everything that is wrong: in the order of the files and places, each said once.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    sorted: Vec<Diagnostic>,
}

impl Diagnostics {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
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
        let part = |count: usize, noun: &str| match count {
            0 => None,
            1 => Some(format!("1 {noun}")),
            count => Some(format!("{count} {noun}s")),
        };
        let parts = [part(self.errors(), "error"), part(self.warnings(), "warning")];
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
}
