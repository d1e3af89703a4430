//! The record of a run as bytes, on their way from the worker that did it to the one that shows it. Both run this module, so
//! nothing tells what the bytes mean: that takes a tenth of the room that a format does which describes itself.

use gradbook_lab::collections::BTreeMap;
use gradbook_lab::outcome::{Grid, Metric, Numbers, RunRecord, Table};

/// Returns the bytes of a record.
pub(crate) fn to_bytes(record: &RunRecord) -> Vec<u8> {
    let mut bytes = Vec::new();
    record.put(&mut bytes);
    bytes
}

/// Returns the record that [`to_bytes`] made bytes of; none of other bytes.
pub(crate) fn of_bytes(mut bytes: &[u8]) -> Option<RunRecord> {
    let record = RunRecord::take(&mut bytes)?;
    bytes.is_empty().then_some(record)
}

/// What can be put behind bytes, and taken from the front of them.
trait Part: Sized {
    fn put(&self, bytes: &mut Vec<u8>);
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

impl Part for u64 {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        bytes.split_off(..8)?.try_into().ok().map(u64::from_le_bytes)
    }
}

impl Part for usize {
    fn put(&self, bytes: &mut Vec<u8>) {
        (*self as u64).put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        u64::take(bytes)?.try_into().ok()
    }
}

impl Part for f64 {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.to_bits().put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        u64::take(bytes).map(f64::from_bits)
    }
}

impl Part for String {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.len().put(bytes);
        bytes.extend_from_slice(self.as_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let length = usize::take(bytes)?;
        String::from_utf8(bytes.split_off(..length)?.to_vec()).ok()
    }
}

impl<T: Part> Part for Vec<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.len().put(bytes);
        self.iter().for_each(|item| item.put(bytes));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        (0..usize::take(bytes)?).map(|_| T::take(bytes)).collect()
    }
}

impl<T: Part> Part for BTreeMap<String, T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.len().put(bytes);
        for (name, value) in self {
            name.put(bytes);
            value.put(bytes);
        }
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        (0..usize::take(bytes)?).map(|_| Some((String::take(bytes)?, T::take(bytes)?))).collect()
    }
}

impl Part for Numbers {
    fn put(&self, bytes: &mut Vec<u8>) {
        (**self).put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Vec::take(bytes).map(Numbers::from)
    }
}

impl Part for Metric {
    fn put(&self, bytes: &mut Vec<u8>) {
        match self {
            Metric::Number(value) => {
                bytes.push(0);
                value.put(bytes);
            }
            Metric::List(values) => {
                bytes.push(1);
                values.put(bytes);
            }
            Metric::Text(text) => {
                bytes.push(2);
                text.put(bytes);
            }
            Metric::Map(parts) => {
                bytes.push(3);
                parts.put(bytes);
            }
        }
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        match bytes.split_off_first()? {
            0 => f64::take(bytes).map(Metric::Number),
            1 => Vec::take(bytes).map(Metric::List),
            2 => String::take(bytes).map(Metric::Text),
            3 => BTreeMap::take(bytes).map(Metric::Map),
            _ => None,
        }
    }
}

impl Part for Table {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.columns.put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        BTreeMap::take(bytes).map(|columns| Table { columns })
    }
}

impl Part for Grid {
    fn put(&self, bytes: &mut Vec<u8>) {
        let Grid { width, height, x, y, values } = self;
        [*width, *height].iter().for_each(|size| size.put(bytes));
        [x.0, x.1, y.0, y.1].iter().for_each(|edge| edge.put(bytes));
        values.put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (width, height) = (usize::take(bytes)?, usize::take(bytes)?);
        let x = (f64::take(bytes)?, f64::take(bytes)?);
        let y = (f64::take(bytes)?, f64::take(bytes)?);
        Some(Grid { width, height, x, y, values: Numbers::take(bytes)? })
    }
}

impl Part for RunRecord {
    fn put(&self, bytes: &mut Vec<u8>) {
        let RunRecord { seed, metrics, series, grids, tables, names, digest } = self;
        seed.put(bytes);
        metrics.put(bytes);
        series.put(bytes);
        grids.put(bytes);
        tables.put(bytes);
        names.put(bytes);
        digest.put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some(RunRecord {
            seed: Part::take(bytes)?,
            metrics: Part::take(bytes)?,
            series: Part::take(bytes)?,
            grids: Part::take(bytes)?,
            tables: Part::take(bytes)?,
            names: Part::take(bytes)?,
            digest: Part::take(bytes)?,
        })
    }
}
