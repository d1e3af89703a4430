//! Many numbers, as most of a run's record is.

use std::fmt;
use std::ops::{Deref, DerefMut, Range};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list of numbers. Those that come from the cache stay bytes until somebody looks at them, which most builds do at few.
#[derive(Clone, Default)]
pub struct Numbers {
    /// A block of a file, eight bytes a number, little-endian.
    block: Option<(Arc<Vec<u8>>, Range<usize>)>,
    values: OnceLock<Vec<f64>>,
}

impl Numbers {
    /// Returns the numbers in a part of a file; none where it ends within one or lies outside.
    pub fn in_block(file: &Arc<Vec<u8>>, range: Range<usize>) -> Option<Numbers> {
        let is_whole = file.get(range.clone())?.len().is_multiple_of(8);
        is_whole.then(|| Numbers { block: Some((file.clone(), range)), values: OnceLock::new() })
    }

    /// Returns how many there are, without looking at them.
    pub fn count(&self) -> usize {
        match (self.values.get(), &self.block) {
            (None, Some((_, range))) => range.len() / 8,
            (values, _) => values.map_or(0, Vec::len),
        }
    }

    fn values(&self) -> &Vec<f64> {
        self.values.get_or_init(|| {
            let Some((file, range)) = &self.block else { return Vec::new() };
            let (numbers, _) = file[range.clone()].as_chunks();
            numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
        })
    }
}

impl Deref for Numbers {
    type Target = Vec<f64>;

    fn deref(&self) -> &Vec<f64> {
        self.values()
    }
}

impl DerefMut for Numbers {
    fn deref_mut(&mut self) -> &mut Vec<f64> {
        self.values();
        self.values.get_mut().expect("it was just filled")
    }
}

impl From<Vec<f64>> for Numbers {
    fn from(values: Vec<f64>) -> Numbers {
        Numbers { block: None, values: values.into() }
    }
}

impl FromIterator<f64> for Numbers {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Numbers {
        values.into_iter().collect::<Vec<_>>().into()
    }
}

impl<'a> IntoIterator for &'a Numbers {
    type Item = &'a f64;
    type IntoIter = std::slice::Iter<'a, f64>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Numbers::from)
    }
}

impl PartialEq for Numbers {
    fn eq(&self, other: &Numbers) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_numbers_once_somebody_looks() {
        let bytes: Vec<u8> = [0.5f64, -0.0, f64::INFINITY].iter().flat_map(|x| x.to_le_bytes()).collect();
        let file = Arc::new([vec![7], bytes].concat());
        let mut numbers = Numbers::in_block(&file, 1..25).unwrap();
        assert_eq!(
            (numbers.count(), Numbers::default().count(), Numbers::from(vec![1.0]).count()),
            (3, 0, 1)
        );
        assert_eq!(*numbers, [0.5, 0.0, f64::INFINITY]);
        assert!(numbers[1].is_sign_negative());
        numbers[0] = 1.0;
        assert_eq!(numbers, Numbers::from(vec![1.0, 0.0, f64::INFINITY]));
        assert_eq!(*Numbers::in_block(&file, 1..1).unwrap(), [0.0; 0]);
        assert!(Numbers::in_block(&file, 1..24).is_none() && Numbers::in_block(&file, 9..33).is_none());
    }
}
