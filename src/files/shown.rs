//! Refusals in words.

use std::fmt;
use std::io::{self, ErrorKind};

use super::Refusal;

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        match error.kind() {
            ErrorKind::NotFound => Refusal::Missing,
            _ => Refusal::Failed(error),
        }
    }
}

/// What is wrong with the file, to stand after its name.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Missing => f.write_str("there is no such file"),
            Refusal::Outside => f.write_str("outside the lessons folder"),
            Refusal::Hidden => f.write_str("hidden: a part of its path begins with a dot"),
            Refusal::NoFile => f.write_str("not a file"),
            Refusal::TooLong(most) => write!(f, "longer than the {most} bytes that are allowed"),
            Refusal::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}
