//! What an author says about data.

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use super::catalogue::{DATASETS, DatasetInfo, Key, Origin, file_keys};
use super::column;
use super::format::Format;
use super::normalize::Normalize;
use super::other_source::OtherSource;
use super::target_scale::ScaleTarget;
use crate::problem::{Problem, nearest, within};
use crate::range;

/// The most numbers that a data set may hold: 160 MB in f64.
const MAX_CELLS: usize = 20_000_000;

/// Which data an experiment uses: `name` one that gradbook knows, or `file` for a table of your own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
#[serde(expecting = "settings such as `{name: moons}` or `{file: table.csv}`")]
pub struct DataSettings {
    /// A built-in table or a generated set, one of [`DATASETS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = with_names)]
    pub name: Option<String>,
    /// A CSV file with a header line, an IDX, NPY or NPZ file; relative to the lesson and inside the lessons folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// IDX, NPY: the file of the labels, one for each row of `file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<String>,
    /// NPZ: the name of the array of features (default `x`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// NPZ: the name of the array of labels (default `y`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// Tables: the column to predict, by its name (NPY without `labels`: by its number from 0); the last one by default.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "column::one")]
    pub target: Option<String>,
    /// Tables: the columns to predict from, in this order; all others by default.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "column::several")]
    pub features: Option<Vec<String>>,
    /// Tables and files: whether the target is `classes` or a `number`; by default text and at most 20 different whole numbers are classes, and whole numbers of `labels` and `y` however many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// CSV: what stands for no value in a cell without quotes, in the place of nothing at all, `NA`, `N/A`, `NaN`, `null`, `None`, `?` and `-`; capital letters make no difference.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "column::texts")]
    pub missing: Option<Vec<String>>,
    /// Generated sets: how many rows to generate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<usize>,
    /// Generated sets: standard deviation of the normal noise on each coordinate (`line`, `plane`, `polynomial`: on the target).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise: Option<f64>,
    /// `spirals`, `blobs`: how many classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<usize>,
    /// `spirals`: how many times each arm goes round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turns: Option<f64>,
    /// `wave`: height of the wave between the two classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amplitude: Option<f64>,
    /// `wave`: how many features to add that say nothing about the class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub irrelevant: Option<usize>,
    /// The lowest error that any model can have, against which bias is measured; `wave` makes each label wrong with this probability (dev and test too), of other data it is only stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bayes_error: Option<f64>,
    /// `line`: slope of the true line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slope: Option<f64>,
    /// `line`: height of the true line at 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intercept: Option<f64>,
    /// `plane`: how many times as wide the range of the first feature is as that of the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stretch: Option<f64>,
    /// `polynomial`: the features are x, x^2, ... up to this power.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degree: Option<usize>,
    /// How features are scaled, by statistics of the training part alone; by default `standard` for tables and `polynomial`, `pixels` for pictures from files, `none` for the other generated sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalize: Option<Normalize>,
    /// Scale dev and test by statistics of their own instead of those of the training part: a mistake, to be shown (default false).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub own_statistics: bool,
    /// Rows that come from another source than the data set, in shares of each part: other contrast, brightness, blur or noise (default: none do).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_source: Option<OtherSource>,
    /// How a target that is a number is scaled for networks, by statistics of the training part alone; losses and predictions are in the units of the data all the same. By default `standard` for tables and files, `none` for generated sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_target: Option<ScaleTarget>,
    /// Use only that many rows, the first ones of a shuffle by the seed (its stream `limit`); all by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Share of the training labels that are made wrong (0.2 is one in five); dev and test stay right. 0 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_noise: Option<f64>,
}

/// What is to be predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of several classes.
    Classes,
    /// A number.
    Number,
}

/// Names all data sets in the description of the setting.
fn with_names(schema: &mut Schema) {
    let names = |generated: bool| {
        let named = DATASETS.iter().filter(|entry| matches!(entry.origin, Origin::Generated(_)) == generated);
        named.map(|entry| format!("`{}`", entry.name)).collect::<Vec<_>>().join(", ")
    };
    let about = format!("A built-in table ({}) or a generated set ({}).", names(false), names(true));
    schema.insert("description".to_owned(), about.into());
}

impl DataSettings {
    /// Returns a data set by its name, all else by default.
    pub fn named(name: &str) -> Self {
        DataSettings { name: Some(name.to_owned()), ..Default::default() }
    }

    /// Returns the numbers that generators take, each with what the author gave.
    pub(super) fn numbers(&self) -> [(&'static str, Option<f64>); 11] {
        let count = |value: Option<usize>| value.map(|v| v as f64);
        [
            ("samples", count(self.samples)),
            ("noise", self.noise),
            ("classes", count(self.classes)),
            ("turns", self.turns),
            ("amplitude", self.amplitude),
            ("irrelevant", count(self.irrelevant)),
            ("bayes_error", self.bayes_error),
            ("slope", self.slope),
            ("intercept", self.intercept),
            ("stretch", self.stretch),
            ("degree", count(self.degree)),
        ]
    }

    /// Returns the data set that `name` names; None for a file or an unknown name.
    pub fn entry(&self) -> Option<&'static DatasetInfo> {
        self.name.as_deref().and_then(DatasetInfo::find)
    }

    /// Returns how features are scaled: as the author said, or as is usual for this data set, which may be one of pictures.
    pub fn normalization(&self, pictures: bool) -> Normalize {
        let usual = match self.entry() {
            Some(entry) => entry.normalize,
            None if pictures => Normalize::Pixels,
            None => Normalize::Standard,
        };
        self.normalize.unwrap_or(usual)
    }

    /// Returns how a target that is a number is scaled: as the author said, or as is usual for this data set.
    pub fn target_scaling(&self) -> ScaleTarget {
        let usual = match self.entry().map(|entry| entry.origin) {
            Some(Origin::Generated(_)) => ScaleTarget::None,
            Some(Origin::Table(_)) | None => ScaleTarget::Standard,
        };
        self.scale_target.unwrap_or(usual)
    }

    /// Returns whether a column of a CSV file is to be read alone, without features.
    pub(super) fn is_column_alone(&self) -> bool {
        let is_csv = self.file.as_deref().and_then(Format::of) == Some(Format::Csv);
        is_csv && self.target.is_some() && self.has_no_features()
    }

    fn has_no_features(&self) -> bool {
        self.features.as_ref().is_some_and(Vec::is_empty)
    }

    /// Returns everything that is wrong and can be known without the table, for those who predict from features.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = self.check_readable();
        if self.is_column_alone() {
            problems.push(no_features());
        }
        problems
    }

    /// Returns what stands in the way of reading or generating the data.
    pub fn check_readable(&self) -> Vec<Problem> {
        let mut problems = self.check_ranges();
        match (&self.name, &self.file) {
            (None, None) => problems.push(
                Problem::new("", "no data is chosen")
                    .expected("`name` or `file`")
                    .hint(format!("the names are {}", list(DATASETS.iter().map(|e| e.name)))),
            ),
            (Some(_), Some(_)) => problems.push(
                Problem::new("file", "`name` and `file` are both set")
                    .expected("only one of them")
                    .hint("remove `name` to use the file, or `file` to use the named data"),
            ),
            (Some(name), None) => match DatasetInfo::find(name) {
                Some(entry) => problems.extend(self.check_entry(entry)),
                None => problems.push(unknown_name(name)),
            },
            (None, Some(file)) => match Format::of(file) {
                Some(format) => problems.extend(self.check_file(file, format)),
                None => problems.push(unknown_format("file", file)),
            },
        }
        problems
    }

    fn check_ranges(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let shares = [
            ("label_noise", "the share of wrong labels", self.label_noise),
            ("bayes_error", "the Bayes error", self.bayes_error),
        ];
        problems.extend(
            shares.into_iter().filter_map(|(name, said, share)| range::of(name, share?).said(said).share()),
        );
        let other = self.other_source.as_ref().map(OtherSource::check);
        problems.extend(within("other_source", other.unwrap_or_default()));
        if self.limit == Some(0) {
            problems.push(Problem::new("limit", "no row is left").expected("a whole number above 0"));
        }
        if let Some(features) = &self.features {
            if features.is_empty() && !self.is_column_alone() {
                problems.push(no_features());
            }
            for (i, name) in features.iter().enumerate() {
                let path = format!("features[{i}]");
                if features[..i].contains(name) {
                    problems.push(
                        Problem::new(path, format!("`{name}` is listed twice")).expected("each column once"),
                    );
                } else if self.target.as_ref() == Some(name) {
                    problems.push(
                        Problem::new(path, format!("`{name}` is the target"))
                            .expected("a column to predict from"),
                    );
                }
            }
        }
        problems
    }

    fn check_file(&self, file: &str, format: Format) -> Vec<Problem> {
        let mut problems = self.check_keys(format.title(), &file_keys(format));
        match &self.labels {
            None if format == Format::Idx => problems.push(
                Problem::new("file", format!("`{file}` needs labels"))
                    .expected("`labels`, the IDX file of the labels, beside it")
                    .hint("as in `{file: train-images-idx3-ubyte, labels: train-labels-idx1-ubyte}`"),
            ),
            Some(labels) if !matches!(Format::of(labels), Some(Format::Idx | Format::Npy)) => {
                problems.push(
                    Problem::new("labels", format!("`{labels}` is not an IDX or NPY file"))
                        .expected("a name such as train-labels-idx1-ubyte.gz or y.npy"),
                );
            }
            Some(_) => {
                let chosen = [("target", self.target.is_some()), ("features", self.features.is_some())];
                for (key, _) in chosen.into_iter().filter(|(_, given)| *given && format == Format::Npy) {
                    problems.push(
                        Problem::new(
                            key,
                            format!("`{key}` chooses among the columns of one array, and there are `labels`"),
                        )
                        .expected("only one of them"),
                    );
                }
            }
            None => {}
        }
        problems
    }

    fn check_entry(&self, entry: &DatasetInfo) -> Vec<Problem> {
        let mut problems = self.check_keys(&format!("`{}`", entry.name), &entry.keys());
        let Origin::Generated(generator) = &entry.origin else { return problems };
        for key in generator.keys {
            let given = self.numbers().into_iter().find(|(name, _)| *name == key.name);
            if let Some((_, Some(value))) = given
                && !(key.min..=key.max).contains(&value)
            {
                problems.push(out_of_range(key, value));
            }
        }
        if problems.is_empty() {
            let facts = generator.facts(self);
            if facts.rows.saturating_mul(facts.features) > MAX_CELLS {
                problems.push(
                    Problem::new(
                        "samples",
                        format!("{} rows of {} features are too many", facts.rows, facts.features),
                    )
                    .expected(format!("at most {MAX_CELLS} numbers in all")),
                );
            }
        }
        problems
    }

    /// Returns keys that are set but that this data does not have.
    fn check_keys(&self, what: &str, known: &[&'static str]) -> Vec<Problem> {
        let mut given: Vec<&'static str> =
            self.numbers().into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name).collect();
        given.extend(self.labels.is_some().then_some("labels"));
        given.extend(self.x.is_some().then_some("x"));
        given.extend(self.y.is_some().then_some("y"));
        given.extend(self.target.is_some().then_some("target"));
        given.extend(self.features.is_some().then_some("features"));
        given.extend(self.task.is_some().then_some("task"));
        given.extend(self.scale_target.is_some().then_some("scale_target"));
        given.extend(self.missing.is_some().then_some("missing"));
        given.extend(self.label_noise.is_some().then_some("label_noise"));
        given
            .into_iter()
            .filter(|name| !known.contains(name))
            .map(|name| {
                Problem::new(name, format!("{what} has no key `{name}`"))
                    .expected(format!("one of {}", list(known.iter().copied())))
            })
            .collect()
    }
}

fn no_features() -> Problem {
    Problem::new("features", "the list of features is empty")
        .expected("at least one column")
        .hint("leave `features` out to use all columns but the target")
}

fn unknown_format(path: &str, file: &str) -> Problem {
    Problem::new(path, format!("`{file}` is of no format that can be read, by its name"))
        .expected("a name that ends in .csv, .npy or .npz, or an IDX name such as train-images-idx3-ubyte")
        .hint("a table can be saved as CSV, with a header line and commas between the cells")
}

fn unknown_name(name: &str) -> Problem {
    let names = DATASETS.iter().map(|entry| entry.name);
    let problem = Problem::new("name", format!("there is no data set called `{name}`"))
        .expected(format!("one of {}", list(names.clone())));
    if name.contains('.') {
        return problem.hint("for a table of your own, write `file` in place of `name`");
    }
    // As scikit-learn's functions are called.
    let plain = name.strip_prefix("make_").or_else(|| name.strip_prefix("load_")).unwrap_or(name);
    match nearest(plain, names) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem.hint("for a table or arrays of your own, write `file: ...` in place of `name`"),
    }
}

fn out_of_range(key: &Key, value: f64) -> Problem {
    let kind = if key.whole { "whole number" } else { "number" };
    Problem::new(key.name, format!("`{}` is {value}", key.name))
        .expected(format!("a {kind} from {} to {}", key.min, key.max))
}

/// Returns names for a sentence: `a`, `b`, `c`.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str) -> DataSettings {
        serde_json::from_str(json).unwrap()
    }

    fn said(json: &str) -> Vec<String> {
        settings(json)
            .check()
            .iter()
            .map(|p| format!("{p} | {} | {}", p.expected, p.hints.join(" ")))
            .collect()
    }

    #[test]
    fn every_data_set_is_fine_by_its_name_alone() {
        for entry in DATASETS {
            assert_eq!(DataSettings::named(entry.name).check(), [], "{}", entry.name);
        }
    }

    #[test]
    fn neither_name_nor_file_or_both() {
        assert!(
            said("{}")[0].starts_with(": no data is chosen | `name` or `file` | the names are `digits`, ")
        );
        assert_eq!(
            said(r#"{"name": "iris", "file": "a.csv"}"#),
            ["file: `name` and `file` are both set | only one of them | \
              remove `name` to use the file, or `file` to use the named data"]
        );
    }

    #[test]
    fn a_misspelt_name_gets_the_nearest() {
        let said_moon = said(r#"{"name": "moon"}"#);
        assert!(said_moon[0].starts_with("name: there is no data set called `moon` | one of `digits`, "));
        assert!(said_moon[0].ends_with(" | did you mean `moons`?"));
        assert!(said(r#"{"name": "my.csv"}"#)[0].ends_with("write `file` in place of `name`"));
    }

    #[test]
    fn a_key_of_another_data_set_is_named_with_the_keys_there_are() {
        assert_eq!(
            said(r#"{"name": "moons", "turns": 2, "target": "x"}"#),
            [
                "turns: `moons` has no key `turns` | one of `samples`, `noise`, `label_noise`, `bayes_error`, `normalize`, `own_statistics`, `other_source`, `limit` | ",
                "target: `moons` has no key `target` | one of `samples`, `noise`, `label_noise`, `bayes_error`, `normalize`, `own_statistics`, `other_source`, `limit` | ",
            ]
        );
        assert!(said(r#"{"name": "line", "label_noise": 0.1}"#)[0].contains("has no key `label_noise`"));
        assert!(said(r#"{"file": "a.csv", "samples": 9}"#)[0].contains("a CSV table has no key `samples`"));
    }

    #[test]
    fn values_out_of_range_are_all_reported() {
        let said = said(
            r#"{"name": "spirals", "classes": 1, "noise": -1, "samples": 2000000, "limit": 0, "label_noise": 1.5}"#,
        );
        assert_eq!(said.len(), 5, "{said:#?}");
        assert!(
            said.contains(&"classes: `classes` is 1 | a whole number from 2 to 20 | ".to_owned()),
            "{said:#?}"
        );
    }

    #[test]
    fn features_are_distinct_and_not_the_target() {
        assert_eq!(
            said(r#"{"file": "a.csv", "target": "y", "features": ["a", "a", "y"]}"#),
            [
                "features[1]: `a` is listed twice | each column once | ",
                "features[2]: `y` is the target | a column to predict from | ",
            ]
        );
    }

    #[test]
    fn too_many_numbers_in_all_are_refused() {
        let said = said(r#"{"name": "wave", "samples": 1000000, "irrelevant": 100}"#);
        assert_eq!(
            said,
            ["samples: 1000000 rows of 102 features are too many | at most 20000000 numbers in all | "]
        );
    }

    #[test]
    fn unknown_keys_are_refused_and_unset_ones_not_written() {
        assert!(serde_json::from_str::<DataSettings>(r#"{"nam": "iris"}"#).is_err());
        assert_eq!(serde_json::to_string(&DataSettings::named("iris")).unwrap(), r#"{"name":"iris"}"#);
    }
}
