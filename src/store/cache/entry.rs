//! One entry as bytes: MessagePack, which keeps every bit of a number, behind a checksum.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Key, Sum};
use crate::outcome::{Grid, RunRecord, Table};

/// Bytes of the checksum before the value.
const CHECKSUM: usize = 32;

/// A record as it lies in the cache: its numbers, most of its bytes by far, as blocks that need not be read one by one.
#[derive(Serialize, Deserialize)]
pub struct Packed {
    /// Without what follows.
    record: RunRecord,
    series: BTreeMap<String, Bits>,
    /// Without their values.
    grids: BTreeMap<String, (Grid, Bits)>,
    tables: BTreeMap<String, BTreeMap<String, Bits>>,
}

impl Packed {
    pub fn of(record: &RunRecord) -> Packed {
        let RunRecord { seed, metrics, series, grids, tables, names, digest } = record.clone();
        let record = RunRecord { seed, metrics, names, digest, ..RunRecord::default() };
        let grid = |grid: Grid| (Grid { values: Vec::new(), ..grid }, Bits(grid.values));
        Packed {
            record,
            series: each(series, Bits),
            grids: each(grids, grid),
            tables: each(tables, |table| each(table.columns, Bits)),
        }
    }

    pub fn unpack(self) -> RunRecord {
        let grid = |(grid, Bits(values))| Grid { values, ..grid };
        RunRecord {
            series: each(self.series, |Bits(values)| values),
            grids: each(self.grids, grid),
            tables: each(self.tables, |columns| Table { columns: each(columns, |Bits(values)| values) }),
            ..self.record
        }
    }
}

fn each<A, B>(named: BTreeMap<String, A>, change: impl Fn(A) -> B) -> BTreeMap<String, B> {
    named.into_iter().map(|(name, value)| (name, change(value))).collect()
}

/// Numbers as their bytes, little-endian.
struct Bits(Vec<f64>);

impl Serialize for Bits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|value| value.to_le_bytes()).collect();
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Bits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bits, D::Error> {
        struct Blocks;
        impl Visitor<'_> for Blocks {
            type Value = Bits;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("eight bytes a number")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bits, E> {
                let (numbers, rest) = bytes.as_chunks();
                if !rest.is_empty() {
                    return Err(E::invalid_length(bytes.len(), &self));
                }
                Ok(Bits(numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()))
            }
        }
        deserializer.deserialize_bytes(Blocks)
    }
}

/// A value as it lies in the cache, and its checksum; none for one that cannot be written.
pub fn encode<T: Serialize>(key: &Key, value: &T) -> Option<(Vec<u8>, Sum)> {
    let value = rmp_serde::to_vec_named(value).ok()?;
    let sum = checksum(key, &value);
    let mut bytes = sum.to_vec();
    bytes.extend(value);
    Some((bytes, Sum(sum)))
}

/// The value of an entry and its checksum; none if any bit of it has changed, or if it stands under another name.
pub fn decode<T: DeserializeOwned>(key: &Key, bytes: &[u8]) -> Option<(T, Sum)> {
    let (sum, value) = bytes.split_first_chunk::<CHECKSUM>()?;
    if checksum(key, value) != *sum {
        return None;
    }
    Some((rmp_serde::from_slice(value).ok()?, Sum(*sum)))
}

/// Whether two records are the same, bit for bit but for those of a NaN: CPUs differ in its sign, and a cache may be
/// shared by several.
pub fn same_bits(one: &RunRecord, other: &RunRecord) -> bool {
    // `Debug` writes every NaN alike, and every other number so that it reads back to the same bits.
    format!("{one:?}") == format!("{other:?}")
}

fn checksum(key: &Key, value: &[u8]) -> [u8; CHECKSUM] {
    *blake3::keyed_hash(key.bytes(), value).as_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::experiment::kind;
    use crate::outcome::Metric;

    fn key(seed: u64) -> Key {
        Key::new(kind("split").unwrap(), &serde_json::json!({}), None, seed)
    }

    /// Any bits at all: infinities, both zeros, every NaN.
    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<u64>().prop_map(f64::from_bits),
            prop::sample::select(vec![f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, 1.0])
        ]
    }

    fn numbers() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(number(), 0..4)
    }

    fn named<T: std::fmt::Debug>(
        value: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = BTreeMap<String, T>> {
        prop::collection::btree_map("[a-z_.]{0,4}", value, 0..3)
    }

    fn metric() -> impl Strategy<Value = Metric> {
        let leaf = prop_oneof![
            number().prop_map(Metric::Number),
            numbers().prop_map(Metric::List),
            ".{0,4}".prop_map(Metric::Text)
        ];
        leaf.prop_recursive(2, 8, 3, |inner| named(inner).prop_map(Metric::Map))
    }

    fn record() -> impl Strategy<Value = RunRecord> {
        let grid = (any::<usize>(), (number(), number()), numbers()).prop_map(|(width, x, values)| Grid {
            width,
            height: 2,
            x,
            y: (0.0, f64::NAN),
            values,
        });
        let table = named(numbers()).prop_map(|columns| Table { columns });
        let names = named(prop::collection::vec(".{0,3}", 0..3));
        (any::<u64>(), named(metric()), named(numbers()), named(grid), named(table), names, ".{0,8}")
            .prop_map(|(seed, metrics, series, grids, tables, names, digest)| RunRecord {
                seed,
                metrics,
                series,
                grids,
                tables,
                names,
                digest,
            })
    }

    proptest! {
        #[test]
        fn a_record_comes_back_bit_for_bit(record in record()) {
            let (bytes, sum) = encode(&key(0), &Packed::of(&record)).unwrap();
            let (back, same) = decode::<Packed>(&key(0), &bytes).unwrap();
            let back = back.unpack();
            prop_assert_eq!(same, sum);
            prop_assert_eq!(format!("{back:?}"), format!("{record:?}"));
            // `Debug` does not tell one NaN from another; the bytes do.
            prop_assert_eq!(encode(&key(0), &Packed::of(&back)).unwrap().0, bytes);
            prop_assert!(same_bits(&back, &record));
        }
    }

    #[test]
    fn records_are_the_same_whatever_the_bits_of_a_nan() {
        let of = |loss: f64, accuracy: f64| RunRecord {
            metrics: [("loss".to_owned(), Metric::Number(loss))].into(),
            series: [("accuracy".to_owned(), vec![1.0, accuracy])].into(),
            ..RunRecord::default()
        };
        let payload = f64::from_bits(f64::NAN.to_bits() | 1);
        assert!(same_bits(&of(f64::NAN, f64::NAN), &of(-f64::NAN, payload)));
        for (one, other) in [(0.1, 0.1f64.next_up()), (0.0, -0.0), (f64::NAN, f64::INFINITY)] {
            assert!(!same_bits(&of(one, 0.0), &of(other, 0.0)), "{one} {other}");
            assert!(!same_bits(&of(0.0, one), &of(0.0, other)), "{one} {other}");
        }
    }

    #[test]
    fn a_changed_bit_a_cut_and_another_runs_entry_are_noticed() {
        let record = RunRecord {
            metrics: [("loss".to_owned(), Metric::Number(0.25))].into(),
            digest: "d".into(),
            ..RunRecord::default()
        };
        let (bytes, sum) = encode(&key(0), &record).unwrap();
        assert_eq!(decode(&key(0), &bytes), Some((record, sum)));
        for index in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[index] ^= 1 << (index % 8);
            assert_eq!(decode::<RunRecord>(&key(0), &damaged), None, "byte {index}");
            assert_eq!(decode::<RunRecord>(&key(0), &bytes[..index]), None, "cut to {index} bytes");
        }
        assert_eq!(decode::<RunRecord>(&key(1), &bytes), None);
    }
}
