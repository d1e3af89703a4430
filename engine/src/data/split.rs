//! Deals rows to the training, dev and test part.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dataset::{Facts, TargetColumn};
use super::part::Target;
use super::share::Share;
use crate::numeric::Streams;
use crate::problem::{Problem, counted};

/// How rows are dealt to the parts: 60% train, 20% dev, 20% test unless something is set; then a part that is
/// left out gets none. Counts are taken first; percentages share out the rest and sum to 100%.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct SplitSettings {
    /// The rows that the network learns from, as `60%` or as a count (default `60%` where no part is given).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub train: Option<Share>,
    /// The rows that choices are made by, as `20%` or as a count (default `20%` where no part is given).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dev: Option<Share>,
    /// The rows that are looked at once, at the end, as `20%` or as a count (default `20%` where no part is given).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<Share>,
    /// Keep the share of each class the same in all parts; true by default where the target is a class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stratify: Option<bool>,
}

/// Which rows of the data set are in which part, in the order in which they were dealt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The rows to learn from.
    pub train: Vec<usize>,
    /// The rows to make choices by.
    pub dev: Vec<usize>,
    /// The rows to judge the final network by.
    pub test: Vec<usize>,
}

const PARTS: [&str; 3] = ["train", "dev", "test"];
/// How far percentages may be from 100% in sum, so that 33.3% three times is the whole.
const SLACK: f64 = 0.15;

impl SplitSettings {
    /// Returns train, dev and test, with the defaults filled in.
    pub fn shares(&self) -> [Share; 3] {
        let given = [self.train, self.dev, self.test];
        match given.iter().all(Option::is_none) {
            true => [60.0, 20.0, 20.0].map(Share::Percent),
            false => given.map(|share| share.unwrap_or(Share::Count(0))),
        }
    }

    /// Returns everything that is wrong and can be known without the data.
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

    /// Returns how many of `rows` rows train, dev and test get. Percentages are rounded by largest remainder, so that
    /// no row is lost; of equal remainders the later part's goes first (1797 rows give 1078, 359, 360).
    ///
    /// # Errors
    /// A part that would get no row, or more rows than there are.
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

    /// Returns everything that is wrong with dealing data with these facts. The training part must have a row of every class,
    /// and so must the others if the author asked for it.
    pub fn check_data(&self, facts: &Facts) -> Vec<Problem> {
        match self.sizes(facts.rows) {
            Ok(sizes) => self.check_classes(sizes, facts.target, &facts.class_rows),
            Err(problem) => vec![problem],
        }
    }

    fn check_classes(
        &self,
        sizes: [usize; 3],
        target: Target,
        class_rows: &[(String, usize)],
    ) -> Vec<Problem> {
        match target {
            Target::Value if self.stratify == Some(true) => {
                let message = "the target is a number, so there are no classes to stratify";
                vec![Problem::new("stratify", message).expected("false, or a target of classes")]
            }
            Target::Classes(classes) if self.stratify != Some(false) => {
                let parts = [0, 1, 2].into_iter();
                let asked =
                    parts.filter(|&part| part == 0 || (self.stratify == Some(true) && sizes[part] > 0));
                asked.filter_map(|part| lacks_classes(part, sizes, classes, class_rows)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the parts, by name, that get rows and yet none of some class, and the first such class with its rows; none
    /// where the facts do not say how many rows a class has.
    pub fn left_out<'a>(&self, facts: &'a Facts) -> Vec<(&'static str, &'a (String, usize))> {
        let (Ok(sizes), false) = (self.sizes(facts.rows), self.stratify == Some(false)) else {
            return Vec::new();
        };
        let parts = (0..3).filter(|&part| sizes[part] > 0);
        parts.filter_map(|part| Some((PARTS[part], left_out(part, sizes, &facts.class_rows)?))).collect()
    }
}

/// Returns what is wrong with a part that cannot have a row of every class.
fn lacks_classes(
    part: usize,
    sizes: [usize; 3],
    classes: usize,
    class_rows: &[(String, usize)],
) -> Option<Problem> {
    let (name, size) = (PARTS[part], sizes[part]);
    if size < classes {
        let problem =
            Problem::new(name, format!("{name} gets {} for {classes} classes", counted(size, "row")));
        let problem = problem.expected(format!("at least {classes} rows"));
        return Some(problem.hint("make the part larger, or set `stratify: false`"));
    }
    let (class, rows) = left_out(part, sizes, class_rows)?;
    let rows = match rows {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    };
    let problem = Problem::new(name, format!("{name} gets no row of the class `{class}`, which has {rows}"));
    let problem = problem.expected("a row of every class");
    Some(problem.hint("find more rows of the class, make the part larger, or set `stratify: false`"))
}

/// Returns the first class of which a stratified part gets no row.
fn left_out(part: usize, sizes: [usize; 3], class_rows: &[(String, usize)]) -> Option<&(String, usize)> {
    let counts: Vec<usize> = class_rows.iter().map(|(_, rows)| *rows).collect();
    let quotas = (!counts.is_empty()).then(|| class_quotas(&counts, sizes))?;
    let class = quotas.iter().position(|quota| quota[part] == 0)?;
    Some(&class_rows[class])
}

fn no_training_rows() -> Problem {
    Problem::new("train", "the training part gets no rows").expected("a percentage or a count above 0")
}

/// Adds up the percentages; none when no part is one.
fn percent_sum(shares: &[Share; 3]) -> Option<f64> {
    let percents = shares.iter().filter_map(|share| match share {
        Share::Percent(percent) => Some(*percent),
        Share::Count(_) => None,
    });
    percents.reduce(|sum, percent| sum + percent)
}

/// Returns whole numbers near the quotas that sum to `total`: first rounded down, then one more where the remainder is
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

/// Deals the rows, shuffled by the stream `split`. Stratified, each part's size stays exact and
/// each class's rows in it are its share, rounded by largest remainder.
///
/// # Errors
/// When the parts need more rows than there are, when the training part is empty, or when a stratified part
/// is to hold fewer rows than there are classes.
pub fn split(target: &TargetColumn, settings: &SplitSettings, streams: &Streams) -> Result<Split, Problem> {
    let rows = target.len();
    let sizes = settings.sizes(rows)?;
    let counts: Vec<usize> = target.class_rows().into_iter().map(|(_, rows)| rows).collect();
    // Of what `limit` left, a part may lack a class that has next to no row in it.
    let there = match target.target() {
        Target::Classes(_) => Target::Classes(counts.iter().filter(|&&rows| rows > 0).count()),
        Target::Value => Target::Value,
    };
    if let Some(problem) = settings.check_classes(sizes, there, &[]).into_iter().next() {
        return Err(problem);
    }
    let mut order: Vec<usize> = (0..rows).collect();
    streams.stream("split").shuffle(&mut order);
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    match target {
        TargetColumn::Classes { labels, .. } if settings.stratify != Some(false) => {
            let mut quota = class_quotas(&counts, sizes);
            for row in order {
                let quota = &mut quota[labels[row]];
                if let Some(part) = (0..3).find(|&part| quota[part] > 0) {
                    quota[part] -= 1;
                    parts[part].push(row);
                }
            }
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

/// Returns how many rows of each class each part gets. Rows sum to the parts' sizes, whatever the classes.
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

#[cfg(test)]
mod tests {
    use super::*;

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
        split(target, &settings(json), &Streams::new(3))
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
        for wrong in ["0.6", "1.0", "60.0", "-3", "\"60\"", "\"%\"", "\"nan%\"", "true"] {
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
            all.sort_unstable();
            assert_eq!(all, (0..101).collect::<Vec<_>>());
            assert_eq!(deal(&target, "{}").unwrap(), dealt);
            let other = split(&target, &settings("{}"), &Streams::new(4)).unwrap();
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

    /// Two rows of a class cannot be in three parts; 98 rows of the others do not change that.
    #[test]
    fn a_class_that_some_part_lacks_shows_in_the_facts() {
        let class_rows = vec![("often".to_owned(), 98), ("rare".to_owned(), 2)];
        let (target, number_bytes) = (Target::Classes(2), 8);
        let facts = Facts {
            rows: 100,
            drawn_from: 100,
            features: 1,
            target,
            image: None,
            number_bytes,
            stored_bytes: 0,
            class_rows,
        };
        let said = |json: &str| {
            let problems = settings(json).check_data(&facts);
            problems.iter().map(Problem::to_string).collect::<Vec<_>>()
        };
        let asked = r#"{"train": "60%", "dev": "20%", "test": "20%", "stratify": true}"#;
        assert_eq!(said(asked), ["dev: dev gets no row of the class `rare`, which has 2 rows"]);
        assert_eq!(said("{}"), [""; 0], "dev and test may lack a class where nobody asked");
        assert_eq!(settings("{}").left_out(&facts), [("dev", &facts.class_rows[1])]);
        assert_eq!(said(r#"{"train": "60%", "dev": "40%", "stratify": true}"#), [""; 0]);
        assert_eq!(
            said(r#"{"train": 10, "test": 90}"#),
            ["train: train gets no row of the class `rare`, which has 2 rows"]
        );
        // What the facts say is what the dealing does: the 20 rows of dev are all of the other class.
        let dealt = deal(&classes(&[98, 2]), "{}").unwrap();
        assert!(dealt.dev.iter().all(|&row| row < 98));
    }

    #[test]
    fn a_number_cannot_be_stratified() {
        assert_eq!(deal(&numbers(10), r#"{"stratify": true}"#).unwrap_err().path, "stratify");
    }
}
