//! What is wrong with a setting, as a value: many at once, told apart from where it was written.

mod nearest;

use std::fmt;

pub use nearest::nearest;

/// Counts in words: `1 row`, `2 rows`.
pub fn counted(count: usize, noun: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{end}")
}

/// Something wrong with a setting, found by code that knows settings but not files:
/// the place is a path into the settings (`training.learning_rate`, `model.keep_prob[1]`).
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where it is in the settings; empty for the whole of them.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What was expected, said at the underlined place; may be empty.
    pub expected: String,
    /// What to do about it, one thing each.
    pub hints: Vec<String>,
}

impl Problem {
    /// States what is wrong and where.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { path: path.into(), message: message.into(), expected: String::new(), hints: Vec::new() }
    }

    /// States what was expected there.
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// Adds something to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Returns the same problem seen from one level up: `noise` within `data` is `data.noise`.
    pub fn within(mut self, parent: &str) -> Self {
        self.path = match self.path.as_str() {
            "" => parent.to_owned(),
            path if path.starts_with('[') => format!("{parent}{path}"),
            path => format!("{parent}.{path}"),
        };
        self
    }
}

/// Applies [`Problem::within`] to all problems of a part.
pub fn within(parent: &str, problems: Vec<Problem>) -> Vec<Problem> {
    problems.into_iter().map(|problem| problem.within(parent)).collect()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for Problem {}
