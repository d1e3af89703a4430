//! What goes wrong with the files of the machine, as an error.

use std::error::Error;
use std::fmt::{self, Display};
use std::path::Path;

/// A fault of the machine or of the call, no matter what the lessons say: a folder that cannot be read, a key that is too
/// short.
#[derive(Debug)]
pub struct Fault {
    sentence: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// Makes a fault of what is to be said.
    pub fn new(sentence: impl Into<String>) -> Self {
        Fault { sentence: sentence.into(), source: None }
    }

    /// Makes the fault that a file cannot be read, removed, written (the `verb`), with the error that tells why.
    pub fn cannot(verb: &str, path: impl Display, error: impl Error + Send + Sync + 'static) -> Self {
        Fault { sentence: format!("cannot {verb} {path}: {error}"), source: Some(Box::new(error)) }
    }

    /// Makes a fault of an error that says by itself what is wrong.
    pub fn of(error: impl Error + Send + Sync + 'static) -> Self {
        Fault { sentence: error.to_string(), source: Some(Box::new(error)) }
    }

    /// Makes the fault that a file cannot be read.
    pub fn unread(path: &Path, error: impl Error + Send + Sync + 'static) -> Self {
        Fault::cannot("read", path.display(), error)
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|error| error as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_why_and_keeps_what_was_behind_it() {
        let fault = Fault::unread(Path::new("a/b"), std::io::Error::other("it is gone"));
        assert_eq!(fault.to_string(), "cannot read a/b: it is gone");
        assert_eq!(fault.source().unwrap().to_string(), "it is gone");
        assert!(Fault::new("no key").source().is_none());
    }
}
