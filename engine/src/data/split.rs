//! Deals rows to the training, dev and test part.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::dataset::TargetColumn;
use crate::numeric::Stream;
use crate::problem::Problem;

/// How rows are dealt to the parts: 60% train, 20% dev, 20% test unless something is set; then a part that is
/// left out gets none. Counts are taken first; percentages share out the rest and sum to 100%.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct SplitSettings {
    /// The rows that the network learns from, as `60%` or as a count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub train: Option<Share>,
    /// The rows that choices are made by, as `20%` or as a count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dev: Option<Share>,
    /// The rows that are looked at once, at the end, as `20%` or as a count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<Share>,
    /// Keep the share of each class the same in all parts; true by default where the target is a class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stratify: Option<bool>,
}

/// The size of a part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// `60%` is 60.
    Percent(f64),
    Count(usize),
}

/// Which rows of the data set are in which part, in the order in which they were dealt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    pub train: Vec<usize>,
    pub dev: Vec<usize>,
    pub test: Vec<usize>,
}

const PARTS: [&str; 3] = ["train", "dev", "test"];
/// How far percentages may be from 100% in sum, so that 33.3% three times is the whole.
const SLACK: f64 = 0.15;

impl SplitSettings {
    /// Train, dev and test, with the defaults filled in.
    pub fn shares(&self) -> [Share; 3] {
        let given = [self.train, self.dev, self.test];
        match given.iter().all(Option::is_none) {
            true => [60.0, 20.0, 20.0].map(Share::Percent),
            false => given.map(|share| share.unwrap_or(Share::Count(0))),
        }
    }

    /// Everything that is wrong and can be known without the data.
    pub fn check(&self) -> Vec<Problem> {
        let shares = self.shares();
        let mut problems = Vec::new();
        for (part, share) in PARTS.iter().zip(shares) {
            if let Share::Percent(percent) = share
                && !(0.0..=100.0).contains(&percent)
            {
                problems.push(
                    Problem::new(*part, format!("the share of {part} is {percent}%"))
                        .expected("a percentage from 0% to 100%"),
                );
            }
        }
        if !problems.is_empty() {
            return problems;
        }
        if matches!(shares[0], Share::Count(0)) || shares[0] == Share::Percent(0.0) {
            problems.push(no_training_rows());
        }
        if let Some(sum) = percent_sum(&shares)
            && (sum - 100.0).abs() > SLACK
        {
            // In thousandths, so that 33.3% + 33.3% does not print as 66.6 and many digits.
            let sum = (sum * 1000.0 + 0.5).floor() / 1000.0;
            problems.push(
                Problem::new("", format!("the percentages sum to {sum}%"))
                    .expected("100%")
                    .hint("to use fewer rows, set `limit` in `data`"),
            );
        }
        problems
    }

    /// How many of `rows` rows train, dev and test get. Percentages are rounded by largest remainder, so that
    /// no row is lost; of equal remainders the later part's goes first (1797 rows give 1078, 359, 360).
    pub fn sizes(&self, rows: usize) -> Result<[usize; 3], Problem> {
        let shares = self.shares();
        let counted = shares.map(|share| match share {
            Share::Count(count) => count,
            Share::Percent(_) => 0,
        });
        let taken = counted.iter().fold(0usize, |sum, &count| sum.saturating_add(count));
        if taken > rows {
            return Err(Problem::new("", format!("the parts need {taken} rows, and the data has {rows}"))
                .expected(format!("at most {rows} rows in all")));
        }
        let mut sizes = counted;
        if let Some(sum) = percent_sum(&shares) {
            let quotas = shares.map(|share| match share {
                Share::Percent(percent) => percent * (rows - taken) as f64 / sum,
                Share::Count(_) => 0.0,
            });
            let rest = largest_remainder(quotas, rows - taken);
            (0..3).for_each(|part| sizes[part] += rest[part]);
        }
        match sizes[0] {
            0 => Err(no_training_rows()),
            _ => Ok(sizes),
        }
    }
}

fn no_training_rows() -> Problem {
    Problem::new("train", "the training part gets no rows").expected("a percentage or a count above 0")
}

/// None when no part is a percentage.
fn percent_sum(shares: &[Share; 3]) -> Option<f64> {
    let percents = shares.iter().filter_map(|share| match share {
        Share::Percent(percent) => Some(*percent),
        Share::Count(_) => None,
    });
    percents.reduce(|sum, percent| sum + percent)
}

/// Whole numbers near the quotas that sum to `total`: first rounded down, then one more where the remainder is
/// largest, of equal remainders the last.
fn largest_remainder(quotas: [f64; 3], total: usize) -> [usize; 3] {
    let mut counts = quotas.map(|quota| quota as usize);
    let mut order = [2, 1, 0];
    let remainder = |part: usize| quotas[part] - quotas[part].floor();
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)));
    let missing = total.saturating_sub(counts.iter().sum());
    for &part in order.iter().filter(|&&part| quotas[part] > 0.0).cycle().take(missing) {
        counts[part] += 1;
    }
    counts
}

/// Deals the rows, shuffled by `stream` (the stream `split`). Stratified, each part's size stays exact and
/// each class's rows in it are its share, rounded by largest remainder.
///
/// # Errors
/// When the parts need more rows than there are, when the training part is empty, or when a stratified part
/// is to hold fewer rows than there are classes.
pub fn split(target: &TargetColumn, settings: &SplitSettings, stream: &mut Stream) -> Result<Split, Problem> {
    let rows = target.len();
    let sizes = settings.sizes(rows)?;
    let mut order: Vec<usize> = (0..rows).collect();
    stream.shuffle(&mut order);
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    match target {
        TargetColumn::Classes { labels, names } if settings.stratify != Some(false) => {
            let mut counts = vec![0; names.len()];
            labels.iter().for_each(|&label| counts[label] += 1);
            room_for_classes(&counts, sizes, settings)?;
            let mut quota = class_quotas(&counts, sizes);
            for row in order {
                let quota = &mut quota[labels[row]];
                if let Some(part) = (0..3).find(|&part| quota[part] > 0) {
                    quota[part] -= 1;
                    parts[part].push(row);
                }
            }
        }
        TargetColumn::Values { .. } if settings.stratify == Some(true) => {
            return Err(Problem::new(
                "stratify",
                "the target is a number, so there are no classes to stratify",
            )
            .expected("false, or a target of classes"));
        }
        _ => {
            let mut rows = order.into_iter();
            for (part, size) in parts.iter_mut().zip(sizes) {
                part.extend(rows.by_ref().take(size));
            }
        }
    }
    let [train, dev, test] = parts;
    Ok(Split { train, dev, test })
}

/// The training part must have a row for every class, and so must the others if the author asked for it.
fn room_for_classes(counts: &[usize], sizes: [usize; 3], settings: &SplitSettings) -> Result<(), Problem> {
    let classes = counts.iter().filter(|&&count| count > 0).count();
    for (i, (part, size)) in PARTS.iter().zip(sizes).enumerate() {
        if size < classes && (i == 0 || (size > 0 && settings.stratify == Some(true))) {
            return Err(Problem::new(*part, format!("{part} gets {size} rows for {classes} classes"))
                .expected(format!("at least {classes} rows"))
                .hint("make the part larger, or set `stratify: false`"));
        }
    }
    Ok(())
}

/// How many rows of each class each part gets. Rows sum to the parts' sizes, whatever the classes.
///
/// Each cell of the table (class, part) starts at its share rounded down; the rows that are missing go to the
/// cells with the largest remainders whose class and part both lack one.
fn class_quotas(counts: &[usize], sizes: [usize; 3]) -> Vec<[usize; 3]> {
    let total: usize = counts.iter().sum();
    // Rows that no part wants are a fourth part, so that every class and every part comes out even.
    let unused = total - sizes.iter().sum::<usize>();
    let sizes = [sizes[0], sizes[1], sizes[2], unused];
    let share = |class: usize, part: usize| counts[class] as u128 * sizes[part] as u128;
    let mut table: Vec<[usize; 4]> = Vec::with_capacity(counts.len());
    let mut cells = Vec::with_capacity(4 * counts.len());
    for class in 0..counts.len() {
        table.push([0, 1, 2, 3].map(|part| (share(class, part) / total as u128) as usize));
        cells.extend([0, 1, 2, 3].map(|part| (share(class, part) % total as u128, class, part)));
    }
    let mut class_lacks: Vec<usize> =
        counts.iter().zip(&table).map(|(count, row)| count - row.iter().sum::<usize>()).collect();
    let mut part_lacks =
        [0, 1, 2, 3].map(|part| sizes[part] - table.iter().map(|row| row[part]).sum::<usize>());
    cells.sort_by_key(|&(remainder, ..)| std::cmp::Reverse(remainder));
    for (_, class, part) in cells {
        if class_lacks[class] > 0 && part_lacks[part] > 0 {
            table[class][part] += 1;
            class_lacks[class] -= 1;
            part_lacks[part] -= 1;
        }
    }
    // The few that are left when their best cells are full.
    while let Some(class) = class_lacks.iter().position(|&lacks| lacks > 0) {
        let part = part_lacks.iter().position(|&lacks| lacks > 0).expect("classes and parts lack as many");
        table[class][part] += 1;
        class_lacks[class] -= 1;
        part_lacks[part] -= 1;
    }
    table.into_iter().map(|[train, dev, test, _]| [train, dev, test]).collect()
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Share::Percent(percent) => write!(f, "{percent}%"),
            Share::Count(count) => write!(f, "{count}"),
        }
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Share::Percent(_) => serializer.collect_str(self),
            Share::Count(count) => serializer.serialize_u64(*count as u64),
        }
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShareVisitor)
    }
}

struct ShareVisitor;

impl Visitor<'_> for ShareVisitor {
    type Value = Share;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a percentage like `60%` or a count of rows")
    }

    fn visit_u64<E: de::Error>(self, count: u64) -> Result<Share, E> {
        Ok(Share::Count(usize::try_from(count).unwrap_or(usize::MAX)))
    }

    fn visit_i64<E: de::Error>(self, count: i64) -> Result<Share, E> {
        u64::try_from(count)
            .map_err(|_| E::invalid_value(de::Unexpected::Signed(count), &self))
            .and_then(|count| self.visit_u64(count))
    }

    fn visit_f64<E: de::Error>(self, count: f64) -> Result<Share, E> {
        if count >= 0.0 && count == count.floor() && count < 1e15 {
            return Ok(Share::Count(count as usize));
        }
        Err(E::invalid_value(de::Unexpected::Float(count), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Share, E> {
        let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        match percent.filter(|percent| percent.is_finite()) {
            Some(percent) => Ok(Share::Percent(percent)),
            None => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}

impl JsonSchema for Share {
    fn schema_name() -> Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A percentage like `60%` or a count of rows.",
            "anyOf": [
                { "type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$" },
                { "type": "integer", "minimum": 0 }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    fn settings(json: &str) -> SplitSettings {
        serde_json::from_str(json).unwrap()
    }

    fn classes(counts: &[usize]) -> TargetColumn {
        let labels = counts.iter().enumerate().flat_map(|(class, &n)| vec![class; n]).collect();
        TargetColumn::Classes { labels, names: (0..counts.len()).map(|i| i.to_string()).collect() }
    }

    fn numbers(rows: usize) -> TargetColumn {
        TargetColumn::Values { values: vec![0.0; rows], name: "y".to_owned() }
    }

    fn deal(target: &TargetColumn, json: &str) -> Result<Split, Problem> {
        split(target, &settings(json), &mut Streams::new(3).stream("split"))
    }

    #[test]
    fn sizes_are_rounded_by_largest_remainder() {
        let sizes = |json: &str, rows| settings(json).sizes(rows).unwrap();
        assert_eq!(sizes("{}", 1797), [1078, 359, 360]);
        assert_eq!(sizes("{}", 1), [1, 0, 0]);
        let big = r#"{"train": "98%", "dev": "1%", "test": "1%"}"#;
        assert_eq!(sizes(big, 1_000_000), [980_000, 10_000, 10_000]);
        assert_eq!(sizes(r#"{"train": "70%", "dev": "30%"}"#, 10), [7, 3, 0]);
        assert_eq!(sizes(r#"{"train": "33.3%", "dev": "33.3%", "test": "33.3%"}"#, 100), [33, 33, 34]);
        assert_eq!(sizes(r#"{"train": 50, "test": 20}"#, 100), [50, 0, 20]);
        assert_eq!(sizes(r#"{"train": "80%", "dev": "20%", "test": 100}"#, 1100), [800, 200, 100]);
    }

    #[test]
    fn what_cannot_be_is_said() {
        let said = |json: &str| settings(json).check().iter().map(Problem::to_string).collect::<Vec<_>>();
        assert_eq!(said("{}"), [""; 0]);
        assert_eq!(said(r#"{"train": "60%", "dev": "20%"}"#), [": the percentages sum to 80%"]);
        assert_eq!(said(r#"{"train": "33.3%", "dev": "33.3%"}"#), [": the percentages sum to 66.6%"]);
        assert_eq!(said(r#"{"train": "120%"}"#), ["train: the share of train is 120%"]);
        assert_eq!(said(r#"{"dev": "100%"}"#), ["train: the training part gets no rows"]);
        let sizes = |json: &str, rows| settings(json).sizes(rows).unwrap_err().to_string();
        assert_eq!(
            sizes(r#"{"train": 90, "dev": 20}"#, 100),
            ": the parts need 110 rows, and the data has 100"
        );
        assert_eq!(sizes(r#"{"train": "100%", "dev": 100}"#, 100), "train: the training part gets no rows");
    }

    #[test]
    fn shares_read_and_write() {
        for text in [r#"{"train":"33.3%","dev":12}"#, "{}"] {
            assert_eq!(serde_json::to_string(&settings(text)).unwrap(), text);
        }
        assert_eq!(
            settings(r#"{"train": " 5 % ", "dev": 1e3}"#).shares()[..2],
            [Share::Percent(5.0), Share::Count(1000)]
        );
        for wrong in ["0.6", "-3", "\"60\"", "\"%\"", "\"nan%\"", "true"] {
            let error = serde_json::from_str::<Share>(wrong).unwrap_err().to_string();
            assert!(error.contains("expected a percentage like `60%` or a count of rows"), "{error}");
        }
    }

    #[test]
    fn every_row_is_dealt_once_and_by_the_seed() {
        for target in [classes(&[50, 30, 21]), numbers(101)] {
            let dealt = deal(&target, "{}").unwrap();
            assert_eq!([dealt.train.len(), dealt.dev.len(), dealt.test.len()], [61, 20, 20]);
            let mut all = [dealt.train.clone(), dealt.dev.clone(), dealt.test.clone()].concat();
            assert_ne!(all, (0..101).collect::<Vec<_>>());
            all.sort();
            assert_eq!(all, (0..101).collect::<Vec<_>>());
            assert_eq!(deal(&target, "{}").unwrap(), dealt);
            let other = split(&target, &settings("{}"), &mut Streams::new(4).stream("split")).unwrap();
            assert_ne!(other, dealt);
        }
    }

    #[test]
    fn stratified_parts_have_each_class_in_its_share() {
        let dealt = deal(&classes(&[100, 50, 10]), "{}").unwrap();
        let of = |part: &[usize], class: usize| {
            let range = [0..100, 100..150, 150..160][class].clone();
            part.iter().filter(|&row| range.contains(row)).count()
        };
        for (part, wanted) in
            [(&dealt.train, [60, 30, 6]), (&dealt.dev, [20, 10, 2]), (&dealt.test, [20, 10, 2])]
        {
            assert_eq!([0, 1, 2].map(|class| of(part, class)), wanted);
        }
    }

    #[test]
    fn digits_keep_their_sizes_and_are_within_one_of_their_shares() {
        let counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
        let table = class_quotas(&counts, [1078, 359, 360]);
        for (part, size) in [1078, 359, 360].into_iter().enumerate() {
            assert_eq!(table.iter().map(|row| row[part]).sum::<usize>(), size);
            for (row, count) in table.iter().zip(counts) {
                let share = count as f64 * size as f64 / 1797.0;
                assert!((row[part] as f64 - share).abs() <= 1.0, "{row:?}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn quotas_always_come_out_even(
            counts in proptest::collection::vec(0usize..40, 1..12),
            shares in proptest::array::uniform4(0usize..100),
        ) {
            let total: usize = counts.iter().sum();
            let all: usize = shares.iter().sum();
            proptest::prop_assume!(total > 0 && all > 0);
            let sizes = [0, 1, 2].map(|part| total * shares[part] / all);
            let table = class_quotas(&counts, sizes);
            for part in 0..3 {
                proptest::prop_assert_eq!(table.iter().map(|row| row[part]).sum::<usize>(), sizes[part]);
            }
            for (row, &count) in table.iter().zip(&counts) {
                proptest::prop_assert!(row.iter().sum::<usize>() <= count);
                for part in 0..3 {
                    let share = count as f64 * sizes[part] as f64 / total as f64;
                    proptest::prop_assert!((row[part] as f64 - share).abs() <= 2.0);
                }
            }
        }
    }

    #[test]
    fn without_stratify_only_the_sizes_hold() {
        let dealt = deal(&classes(&[1, 1, 1, 1]), r#"{"train": 2, "dev": 2, "stratify": false}"#).unwrap();
        assert_eq!((dealt.train.len(), dealt.dev.len(), dealt.test.len()), (2, 2, 0));
    }

    #[test]
    fn more_classes_than_rows_in_a_part() {
        let target = classes(&[5, 5, 5, 5]);
        let error = deal(&target, r#"{"train": 3}"#).unwrap_err();
        assert_eq!(error.to_string(), "train: train gets 3 rows for 4 classes");
        assert!(deal(&target, r#"{"train": 10, "dev": 3}"#).is_ok());
        assert!(deal(&target, r#"{"train": 10, "dev": 3, "stratify": true}"#).is_err());
    }

    #[test]
    fn a_number_cannot_be_stratified() {
        assert_eq!(deal(&numbers(10), r#"{"stratify": true}"#).unwrap_err().path, "stratify");
    }
}
