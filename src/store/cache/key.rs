//! What a run depends on, as one hash.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::experiment::Kind;

/// Raised when the layout of an entry changes, or what every kind leaves in a run's record.
const LAYOUT: u32 = 6;

/// The name of a run: equal for two runs only if they give the same bits.
///
/// It is a hash over the kind and its revision, the resolved settings, the seed, the bytes of the data and the
/// engine's revision. What is no setting (caption, claims, figures, the lesson it stands in) is no part of it, nor is
/// the order in which an author wrote the keys; but the order of a search's `space`, in which its numbers are drawn, is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key([u8; 32]);

impl Key {
    /// Makes the name of a run; `settings` with every default filled in; `data` a hash over the bytes of the table that they
    /// name.
    pub fn new(kind: &Kind, settings: &Value, data: Option<&str>, seed: u64) -> Key {
        Key::of_seeds(kind, settings, data)(seed)
    }

    /// Returns a function that makes the names for one seed after the other.
    pub fn of_seeds(kind: &Kind, settings: &Value, data: Option<&str>) -> impl Fn(u64) -> Key + use<> {
        let engine = gradbook_engine::REVISION;
        let all = Sum::of_value(&(LAYOUT, engine, kind.name, kind.revision, data, settings));
        move |seed| Key(*blake3::keyed_hash(&all.0, &seed.to_le_bytes()).as_bytes())
    }

    /// Returns the name of something that this program made from something else.
    pub fn drawn(program: Sum, from: &Value) -> Key {
        Key(*blake3::hash(json!(["drawn", LAYOUT, program, from]).to_string().as_bytes()).as_bytes())
    }

    /// Returns the name of what is noted of something that has a name itself.
    pub fn named(name: &[&str]) -> Key {
        Key(*blake3::hash(json!(["named", LAYOUT, name]).to_string().as_bytes()).as_bytes())
    }

    /// Returns the name that is written so.
    #[cfg(test)]
    pub fn from_name(name: &str) -> Option<Key> {
        Some(Key(*blake3::Hash::from_hex(name).ok()?.as_bytes()))
    }

    /// Returns the bytes of the hash.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from(self.0).to_hex())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Key> for Sum {
    fn from(key: Key) -> Sum {
        Sum(key.0)
    }
}

/// A hash over bytes: equal only for equal ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sum(pub(super) [u8; 32]);

/// Hashes all that is written, and writes it on.
struct Hashing<W> {
    hasher: blake3::Hasher,
    to: W,
}

impl<W> Hashing<W> {
    fn new(to: W) -> Self {
        Hashing { hasher: blake3::Hasher::new(), to }
    }

    fn sum(&self) -> Sum {
        Sum(*self.hasher.finalize().as_bytes())
    }
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Sum {
    /// Hashes bytes.
    pub fn of(bytes: &[u8]) -> Sum {
        Sum(*blake3::hash(bytes).as_bytes())
    }

    /// Hashes a value as JSON.
    pub fn of_value(value: &impl Serialize) -> Sum {
        let mut hashing = Hashing::new(io::sink());
        serde_json::to_writer(io::BufWriter::new(&mut hashing), value).expect("maps with names are JSON");
        hashing.sum()
    }

    /// Hashes what is read and writes it on, piece by piece.
    ///
    /// # Errors
    /// Whatever reading or writing gives.
    pub fn of_copied(from: &mut impl io::Read, to: impl io::Write) -> io::Result<Sum> {
        let mut hashing = Hashing::new(to);
        io::copy(from, &mut hashing)?;
        Ok(hashing.sum())
    }

    /// Combines several hashes into one.
    pub fn over(sums: &[Sum]) -> Sum {
        Sum::of(sums.iter().map(|sum| sum.0).collect::<Vec<_>>().as_flattened())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::experiment::kind;

    #[test]
    fn everything_that_a_run_depends_on_is_in_its_name() {
        let (split, init) = (kind("split").unwrap(), kind("init").unwrap());
        let (a, b) = (json!({"data": {"name": "iris"}}), json!({"data": {"name": "digits"}}));
        let keys: BTreeSet<Key> = [
            Key::new(split, &a, None, 0),
            Key::new(init, &a, None, 0),
            Key::new(split, &b, None, 0),
            Key::new(split, &a, Some("1f"), 0),
            Key::new(split, &a, Some("2f"), 0),
            Key::new(split, &a, None, 1),
        ]
        .into();
        assert_eq!(keys.len(), 6);
        assert_eq!(Key::new(split, &a, None, 0), Key::new(split, &a, None, 0));
        assert_eq!(Key::new(split, &a, None, 0).to_string().len(), 64);
    }
}
