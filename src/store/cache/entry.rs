//! One entry as bytes: MessagePack, which keeps every bit of a number, behind a sum that only the user's own builds can tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Key, Seal, Sum};
use crate::outcome::{Grid, Metric, Numbers, RunRecord, Table};

/// Bytes of the sum before the value.
const CHECKSUM: usize = 32;

/// A record as it lies in the cache: its numbers, most of its bytes by far, as blocks that need not be read one by one.
#[derive(Serialize, Deserialize)]
struct Packed<N> {
    seed: u64,
    metrics: BTreeMap<String, Metric>,
    names: BTreeMap<String, Vec<String>>,
    digest: String,
    series: BTreeMap<String, N>,
    grids: BTreeMap<String, PackedGrid<N>>,
    tables: BTreeMap<String, BTreeMap<String, N>>,
}

#[derive(Serialize, Deserialize)]
struct PackedGrid<N> {
    width: usize,
    height: usize,
    x: (f64, f64),
    y: (f64, f64),
    values: N,
}

fn pack(record: &RunRecord) -> Packed<Bits<'_>> {
    let RunRecord { seed, metrics, series, grids, tables, names, digest } = record;
    Packed {
        seed: *seed,
        metrics: metrics.clone(),
        names: names.clone(),
        digest: digest.clone(),
        series: each(series, |values| Bits(values)),
        grids: each(grids, |&Grid { width, height, x, y, ref values }| PackedGrid {
            width,
            height,
            x,
            y,
            values: Bits(values),
        }),
        tables: each(tables, |table| each(&table.columns, |values| Bits(values))),
    }
}

/// Returns a record over the file that its numbers stay in; none where a block has no whole numbers.
fn unpack(packed: Packed<Block<'_>>, file: &Arc<Vec<u8>>) -> Option<RunRecord> {
    let numbers = |Block(block): Block<'_>| {
        let start = block.as_ptr().addr().checked_sub(file.as_ptr().addr())?;
        Numbers::in_block(file, start..start + block.len())
    };
    let named = |blocks: BTreeMap<String, Block<'_>>| -> Option<BTreeMap<String, Numbers>> {
        blocks.into_iter().map(|(name, block)| Some((name, numbers(block)?))).collect()
    };
    let grid = |PackedGrid { width, height, x, y, values }| {
        Some(Grid { width, height, x, y, values: numbers(values)? })
    };
    let Packed { seed, metrics, names, digest, series, grids, tables } = packed;
    let grids = grids.into_iter().map(|(name, of)| Some((name, grid(of)?)));
    let tables = tables.into_iter().map(|(name, columns)| Some((name, Table { columns: named(columns)? })));
    Some(RunRecord {
        seed,
        metrics,
        names,
        digest,
        series: named(series)?,
        grids: grids.collect::<Option<_>>()?,
        tables: tables.collect::<Option<_>>()?,
    })
}

fn each<'a, A, B>(named: &'a BTreeMap<String, A>, change: impl Fn(&'a A) -> B) -> BTreeMap<String, B> {
    named.iter().map(|(name, value)| (name.clone(), change(value))).collect()
}

/// Numbers to be written as their bytes, little-endian.
struct Bits<'a>(&'a [f64]);

impl Serialize for Bits<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|value| value.to_le_bytes()).collect();
        serializer.serialize_bytes(&bytes)
    }
}

/// Such bytes, where they lie in a file.
struct Block<'a>(&'a [u8]);

impl<'de: 'a, 'a> Deserialize<'de> for Block<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&[u8]>::deserialize(deserializer).map(Block)
    }
}

/// Where an entry stands in the cache, and whose it is.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub seal: &'a Seal,
    pub part: &'a str,
    pub key: &'a Key,
}

/// Returns a record as it lies in the cache, and its sum; none for one that cannot be written.
pub(super) fn encode_record(at: At, record: &RunRecord) -> Option<(Vec<u8>, Sum)> {
    encode(at, &pack(record))
}

/// Decodes as [`decode`] does. The record keeps the file as long as nobody looks at its numbers.
pub(super) fn decode_record(at: At, file: Vec<u8>) -> Option<(RunRecord, Sum)> {
    let file = Arc::new(file);
    let (packed, sum) = decode(at, &file)?;
    Some((unpack(packed, &file)?, sum))
}

/// Returns a value as it lies in the cache, and its sum; none for one that cannot be written.
pub(super) fn encode<T: Serialize>(at: At, value: &T) -> Option<(Vec<u8>, Sum)> {
    let value = rmp_serde::to_vec_named(value).ok()?;
    let sum = at.seal.sum(at.part, at.key, &value);
    let mut bytes = sum.to_vec();
    bytes.extend(value);
    Some((bytes, Sum(sum)))
}

/// Returns the value of an entry and its sum; none if any bit of it has changed, if it stands under another name, or if
/// somebody else wrote it.
pub(super) fn decode<'a, T: Deserialize<'a>>(at: At, bytes: &'a [u8]) -> Option<(T, Sum)> {
    let (sum, value) = bytes.split_first_chunk::<CHECKSUM>()?;
    // Compared in a time that tells nothing of the sum.
    if blake3::Hash::from(at.seal.sum(at.part, at.key, value)) != blake3::Hash::from(*sum) {
        return None;
    }
    Some((rmp_serde::from_slice(value).ok()?, Sum(*sum)))
}

/// Returns whether two records are the same, bit for bit but for those of a NaN: CPUs differ in its sign, and a cache may be
/// shared by several.
pub fn same_bits(one: &RunRecord, other: &RunRecord) -> bool {
    // `Debug` writes every NaN alike, and every other number so that it reads back to the same bits.
    format!("{one:?}") == format!("{other:?}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::experiment::kind;

    fn key(seed: u64) -> Key {
        Key::new(kind("split").unwrap(), &serde_json::json!({}), None, seed)
    }

    fn at<R>(seed: u64, does: impl FnOnce(At) -> R) -> R {
        does(At { seal: &Seal::of_user().unwrap(), part: "runs", key: &key(seed) })
    }

    fn encoded(record: &RunRecord) -> (Vec<u8>, Sum) {
        at(0, |at| encode_record(at, record).unwrap())
    }

    fn decoded(seed: u64, bytes: Vec<u8>) -> Option<(RunRecord, Sum)> {
        at(seed, |at| decode_record(at, bytes))
    }

    /// Any bits at all: infinities, both zeros, every NaN.
    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<u64>().prop_map(f64::from_bits),
            prop::sample::select(vec![f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, 1.0])
        ]
    }

    fn list() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(number(), 0..4)
    }

    fn numbers() -> impl Strategy<Value = Numbers> {
        list().prop_map(Numbers::from)
    }

    fn named<T: std::fmt::Debug>(
        value: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = BTreeMap<String, T>> {
        prop::collection::btree_map("[a-z_.]{0,4}", value, 0..3)
    }

    fn metric() -> impl Strategy<Value = Metric> {
        let leaf = prop_oneof![
            number().prop_map(Metric::Number),
            list().prop_map(Metric::List),
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
            let (bytes, sum) = encoded(&record);
            let (back, same) = decoded(0, bytes.clone()).unwrap();
            prop_assert_eq!(same, sum);
            prop_assert_eq!(format!("{back:?}"), format!("{record:?}"));
            // `Debug` does not tell one NaN from another; the bytes do.
            prop_assert_eq!(encoded(&back).0, bytes);
            prop_assert!(same_bits(&back, &record));
        }
    }

    #[test]
    fn records_are_the_same_whatever_the_bits_of_a_nan() {
        let of = |loss: f64, accuracy: f64| RunRecord {
            metrics: [("loss".to_owned(), Metric::Number(loss))].into(),
            series: [("accuracy".to_owned(), vec![1.0, accuracy].into())].into(),
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
        let (bytes, sum) = encoded(&record);
        assert_eq!(decoded(0, bytes.clone()), Some((record, sum)));
        for index in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[index] ^= 1 << (index % 8);
            assert_eq!(decoded(0, damaged), None, "byte {index}");
            assert_eq!(decoded(0, bytes[..index].to_vec()), None, "cut to {index} bytes");
        }
        assert_eq!(decoded(1, bytes.clone()), None);
        let elsewhere = At { seal: &Seal::of_user().unwrap(), part: "drawn", key: &key(0) };
        assert_eq!(decode_record(elsewhere, bytes), None);
    }
}
