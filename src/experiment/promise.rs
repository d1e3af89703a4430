//! What a run will find, known before it runs: the names that prose and claims may use.

use std::collections::BTreeMap;

use crate::experiment::Doc;

/// What a name will stand for.
#[derive(Clone, Debug, PartialEq)]
pub enum Promise {
    Number,
    /// A number with the curve that led there: at most so many values, the one before training included.
    Curve(usize),
    /// At most so many numbers.
    List(usize),
    /// A text; of a run that diverged perhaps none.
    Text,
    Map(Promises),
    /// Only the run can tell.
    Unknown,
}

/// Metrics and series by name.
pub type Promises = BTreeMap<String, Promise>;

/// The documented names, without saying what they will be.
pub fn documented<'a>(docs: impl IntoIterator<Item = &'a Doc>) -> Promises {
    docs.into_iter().map(|doc| (doc.name.to_owned(), Promise::Unknown)).collect()
}

/// A promise for each dotted path, as maps within maps.
pub fn by_path<'a>(paths: impl IntoIterator<Item = (&'a str, Promise)>) -> Promise {
    fn insert(promises: &mut Promises, path: &str, promise: Promise) {
        match path.split_once('.') {
            None => {
                promises.insert(path.to_owned(), promise);
            }
            Some((first, rest)) => {
                let inner = promises.entry(first.to_owned()).or_insert_with(|| Promise::Map(Promises::new()));
                if let Promise::Map(inner) = inner {
                    insert(inner, rest, promise);
                }
            }
        }
    }
    let mut promises = Promises::new();
    paths.into_iter().for_each(|(path, promise)| insert(&mut promises, path, promise));
    Promise::Map(promises)
}
