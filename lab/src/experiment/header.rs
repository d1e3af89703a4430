//! What every experiment block has, whatever its kind.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::de::{self, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};

use crate::collections::BTreeMap;
use crate::diagnostic::{Problem, within};
use crate::outcome::Statistic;
use crate::range;
use crate::search::Space;

/// Keys of the header, in the order of the reference.
pub const KEYS: &[&str] = &[
    "kind",
    "id",
    "title",
    "caption",
    "alt",
    "seed",
    "seeds",
    "figures",
    "statistic",
    "labels",
    "columns",
    "claims",
    "tolerance",
    "lint",
    "show",
    "beside",
    "show_source",
    "try",
    "live",
    "notebook",
];

/// The most seeds that one experiment may ask for.
const MOST_SEEDS: u64 = 1000;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Which kind of experiment this is.
    pub kind: String,
    /// Its name in prose and claims, in snake_case, once in its lesson.
    pub id: String,
    /// A heading above the figures.
    #[serde(default)]
    pub title: Option<String>,
    /// Markdown below the figures; may hold computed values.
    #[serde(default)]
    pub caption: Option<String>,
    /// What a listener should know first, before the description made from the data.
    #[serde(default)]
    pub alt: Option<String>,
    /// The first seed (default 0).
    #[serde(default)]
    pub seed: u64,
    /// How many runs each variant gets: seed, seed + 1, ... (default 1).
    #[serde(default = "one")]
    pub seeds: u64,
    /// Which of the kind's figures to show, in this order; all by default.
    #[serde(default)]
    pub figures: Option<Vec<String>>,
    /// What stands for the seeds in tables, charts and prose: `mean` or `median` (default `mean`). Claims are judged seed by
    /// seed.
    #[serde(default)]
    pub statistic: Statistic,
    /// Display names of variants, metrics and values, in charts, tables and prose: `{dev_error: error}`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The columns of the results table: metrics, settings by path, expressions by a name (default: what the kind shows).
    #[serde(default)]
    pub columns: Option<Vec<ColumnSettings>>,
    /// Sentences that must hold.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// The relative drift of a metric that a snapshot may show (default 0: the same bits).
    #[serde(default)]
    pub tolerance: f64,
    /// Which lints say nothing about it, by their codes: `{allow: [G004]}`.
    #[serde(default)]
    pub lint: LintSettings,
    /// What stands in the text, in this order: `figures`, `claims`, `table` (default `[figures, claims]`). The rest can be
    /// opened beneath.
    #[serde(default = "in_the_text")]
    pub show: Vec<Shown>,
    /// Whether it stands beside the text that follows, drawn small, where the page has room for both (default false).
    #[serde(default)]
    pub beside: bool,
    /// Whether a reader can open the block's YAML (default true).
    #[serde(default = "yes")]
    pub show_source: bool,
    /// What a reader may change who runs it on the page, with ranges as in a search's `space`; without it, the whole YAML.
    #[serde(default, rename = "try")]
    pub tried: Option<Space>,
    /// Whether a reader can run it on the page (default true).
    #[serde(default = "yes")]
    pub live: bool,
    /// Whether a reader can take it away as a notebook that computes the same, with its data in it (default: what the course says, which
    /// is true unless it says otherwise).
    #[serde(default)]
    pub notebook: Option<bool>,
}

/// A part of an experiment that may stand in the text of its lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    Figures,
    Claims,
    Table,
}

impl Shown {
    /// Returns the name as authors write it.
    pub fn name(self) -> &'static str {
        match self {
            Shown::Figures => "figures",
            Shown::Claims => "claims",
            Shown::Table => "table",
        }
    }
}

/// Which lints are silent.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LintSettings {
    /// Codes of lints, such as G004.
    pub allow: Vec<String>,
}

/// A column of the results table.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnSettings {
    /// Its heading; that of the metric or setting by default.
    pub heading: Option<String>,
    /// A metric, a setting by its path, or an expression over them and over other variants.
    pub expression: String,
}

impl JsonSchema for ColumnSettings {
    fn schema_name() -> Cow<'static, str> {
        "Column".into()
    }

    /// Returns what a column may be: a bare text, or a map of one entry.
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A column of the results table: a metric, a setting by its path, or a heading with an expression.",
            "anyOf": [
                { "type": "string" },
                { "type": "object", "additionalProperties": { "type": "string" }, "minProperties": 1, "maxProperties": 1 },
            ]
        })
    }
}

impl<'de> Deserialize<'de> for ColumnSettings {
    /// A bare text is the expression, a map of one entry its heading and the expression.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ColumnVisitor;

        impl<'de> Visitor<'de> for ColumnVisitor {
            type Value = ColumnSettings;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a metric, a setting's path, or a heading with an expression: `{gap: train_accuracy - dev_accuracy}`")
            }

            fn visit_str<E: de::Error>(self, expression: &str) -> Result<ColumnSettings, E> {
                Ok(ColumnSettings { heading: None, expression: expression.to_owned() })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ColumnSettings, A::Error> {
                let entry = map.next_entry::<String, String>()?;
                match (entry, map.next_key::<String>()?) {
                    (Some((heading, expression)), None) => {
                        Ok(ColumnSettings { heading: Some(heading), expression })
                    }
                    _ => Err(de::Error::custom("a column has one heading and one expression")),
                }
            }
        }

        deserializer.deserialize_any(ColumnVisitor)
    }
}

fn one() -> u64 {
    1
}

fn in_the_text() -> Vec<Shown> {
    vec![Shown::Figures, Shown::Claims]
}

fn yes() -> bool {
    true
}

impl Header {
    /// Returns what is wrong with the header; `figures` are the names of the kind's figures.
    pub fn check(&self, figures: &[&str]) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(id_problem(&self.id));
        problems.extend(range::whole("seeds", format!("{} seeds", self.seeds), self.seeds, 1..=MOST_SEEDS));
        if self.seed.checked_add(self.seeds).is_none() {
            problems.push(
                Problem::new("seed", "the seeds run past the largest number").expected("a smaller seed"),
            );
        }
        if !(self.tolerance >= 0.0 && self.tolerance < 1.0) {
            problems.push(
                Problem::new("tolerance", format!("a tolerance of {}", self.tolerance))
                    .expected("a number from 0 to below 1, such as 1e-6"),
            );
        }
        let empty = self.labels.iter().filter(|(_, label)| label.trim().is_empty());
        problems.extend(empty.map(|(name, _)| {
            Problem::new(format!("labels.{name}"), format!("the label of `{name}` is empty"))
                .expected("a text that readers see")
        }));
        if self.columns.as_ref().is_some_and(Vec::is_empty) {
            let problem = Problem::new("columns", "a table without columns");
            problems.push(problem.expected("at least one column, such as `dev_error`"));
        }
        for (index, name) in self.figures.iter().flatten().enumerate() {
            let before = self.figures.iter().flatten().take(index);
            if before.into_iter().any(|other| other == name) {
                let problem = Problem::new(format!("figures[{index}]"), format!("`{name}` is listed twice"));
                problems.push(problem.expected("each figure once"));
            } else if !figures.contains(&name.as_str()) {
                problems.push(
                    Problem::new(
                        format!("figures[{index}]"),
                        format!("{} has no figure `{name}`", self.kind),
                    )
                    .expected(format!("one of {}", figures.join(", "))),
                );
            }
        }
        for (index, part) in self.show.iter().enumerate() {
            if self.show[..index].contains(part) {
                let what = format!("`{}` is shown twice", part.name());
                problems.push(Problem::new(format!("show[{index}]"), what).expected("each part once"));
            }
        }
        for (index, claim) in self.claims.iter().enumerate().filter(|_| self.seeds > 0) {
            problems.extend(within(&format!("claims[{index}]"), claim.check(self.seeds)));
        }
        problems
    }
}

/// Returns what is wrong with an id.
pub fn id_problem(id: &str) -> Option<Problem> {
    if !is_name(id) {
        let problem = Problem::new("id", format!("the id `{id}` is not in snake_case"));
        return Some(problem.expected("lower-case letters, digits and underscores, beginning with a letter"));
    }
    is_reserved(id).then(|| {
        Problem::new("id", format!("the word `{id}` is reserved and can be no id"))
            .expected("another word: expressions have a meaning of their own for this one")
    })
}

/// Returns whether a text is an identifier that prose and claims can use.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Returns whether a word has a meaning of its own in expressions, so that they would not read it as a name.
pub(super) fn is_reserved(word: &str) -> bool {
    const RESERVED: [&str; 13] =
        ["true", "false", "none", "not", "and", "or", "in", "is", "if", "else", "loop", "self", "eq"];
    RESERVED.contains(&word)
}

/// A sentence that must hold: an expression over the metrics of its experiment.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
pub struct Claim {
    /// The expression, true or false for each seed.
    pub that: String,
    /// The sentence that a reader sees; the expression itself by default.
    pub says: Option<String>,
    /// In how many of the seeds it must hold, written `9/10`; in all by default.
    pub holds: Option<String>,
}

impl Claim {
    /// Returns how many seeds must agree.
    pub fn needed(&self, seeds: u64) -> u64 {
        let first = self.holds.as_ref().and_then(|holds| holds.split('/').next()?.trim().parse().ok());
        first.unwrap_or(seeds)
    }

    fn check(&self, seeds: u64) -> Vec<Problem> {
        let Some(holds) = &self.holds else { return Vec::new() };
        let parts: Vec<Option<u64>> = holds.split('/').map(|part| part.trim().parse().ok()).collect();
        match parts[..] {
            [Some(needed), Some(of)] if of == seeds && (1..=of).contains(&needed) => Vec::new(),
            [Some(_), Some(of)] if of != seeds => vec![
                Problem::new("holds", format!("`{holds}` counts {of} seeds, the experiment has {seeds}"))
                    .expected(format!("such as {}/{seeds}", seeds.saturating_sub(1).max(1))),
            ],
            _ => {
                let problem = Problem::new("holds", format!("`{holds}` is not a share of the seeds"));
                vec![match needed_of(holds, seeds) {
                    Some(needed) => problem.expected(format!("`{needed}/{seeds}`, so many of the seeds")),
                    None => problem.expected(format!("such as {}/{seeds}", seeds.saturating_sub(1).max(1))),
                }]
            }
        }
    }
}

/// Returns the seeds that `2`, `90%` or `0.9` were meant to be.
fn needed_of(holds: &str, seeds: u64) -> Option<u64> {
    let holds = holds.trim().replace(',', ".");
    let (number, share) = match holds.strip_suffix('%') {
        Some(percent) => (percent.trim().parse::<f64>().ok()? / 100.0, true),
        None => (holds.parse::<f64>().ok()?, holds.contains('.')),
    };
    let needed = if share { (number * seeds as f64).round() } else { number };
    (needed.fract() == 0.0 && needed >= 1.0 && needed <= seeds as f64).then_some(needed as u64)
}

/// Returns the text of `holds`; a number alone is taken as it is written, to be judged with the seeds.
fn share_of_seeds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct Share;

    impl Visitor<'_> for Share {
        type Value = Option<String>;

        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("in how many of the seeds, such as 9/10")
        }

        fn visit_str<E: de::Error>(self, share: &str) -> Result<Option<String>, E> {
            Ok(Some(share.to_owned()))
        }

        fn visit_i64<E: de::Error>(self, seeds: i64) -> Result<Option<String>, E> {
            Ok(Some(seeds.to_string()))
        }

        fn visit_f64<E: de::Error>(self, share: f64) -> Result<Option<String>, E> {
            Ok(Some(share.to_string()))
        }
    }

    deserializer.deserialize_any(Share)
}

/// The long form of a claim.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongClaim {
    that: String,
    #[serde(default)]
    says: Option<String>,
    #[serde(default, deserialize_with = "share_of_seeds")]
    holds: Option<String>,
}

impl<'de> Deserialize<'de> for Claim {
    /// Reads a bare text as the expression.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ClaimVisitor;

        impl<'de> Visitor<'de> for ClaimVisitor {
            type Value = Claim;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("an expression, or `that` with `says` and `holds`")
            }

            fn visit_str<E: de::Error>(self, that: &str) -> Result<Claim, E> {
                Ok(Claim { that: that.to_owned(), says: None, holds: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Claim, A::Error> {
                let LongClaim { that, says, holds } =
                    LongClaim::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Claim { that, says, holds })
            }
        }

        deserializer.deserialize_any(ClaimVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_snake_case() {
        for good in ["a", "four_optimizers", "keep_0_8"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "8_keep", "Four", "four-optimizers", "_a", "é"] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_share_of_the_seeds_must_fit_them() {
        let claim = |holds: &str| Claim { that: "true".into(), says: None, holds: Some(holds.into()) };
        assert_eq!(claim("9/10").check(10), []);
        assert_eq!(claim("9/10").needed(10), 9);
        for bad in ["9/12", "11/10", "0/10", "most", "9", "9/10/11"] {
            assert_eq!(claim(bad).check(10).len(), 1, "{bad}");
        }
        for (meant, needed) in [("9", "9"), ("90%", "9"), ("0.9", "9"), ("0,8", "8")] {
            assert_eq!(
                claim(meant).check(10)[0].expected,
                format!("`{needed}/10`, so many of the seeds"),
                "{meant}"
            );
        }
        assert_eq!(claim("11").check(10)[0].expected, "such as 9/10");
    }
}
