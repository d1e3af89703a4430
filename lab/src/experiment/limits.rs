//! The most that experiments may cost: what a course sets, what the owner of the machine sets, and which of them holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cost::{Cost, duration, figure, size};
use crate::diagnostic::{Problem, within};
use crate::range;

/// Limits as somebody wrote them; what is left out stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// Rows of an experiment's data (default 1 000 000).
    pub rows: Option<u64>,
    /// Weights and biases of one network (default 50 000 000).
    pub parameters: Option<u64>,
    /// Multiply-adds of all runs of an experiment together (default 1e13, some ten minutes on one core).
    pub multiply_adds: Option<f64>,
    /// Seconds that all runs of an experiment together are estimated to take on one core of a usual machine, or a time such as
    /// `2h` (default 1800, half an hour).
    #[schemars(with = "Option<Measure>")]
    pub time: Option<f64>,
    /// Bytes that one run holds and all of an experiment leave behind, or a size such as `8GB` (default 4e9).
    #[schemars(with = "Option<Measure>")]
    pub bytes: Option<f64>,
    /// Runs of an experiment: variants times seeds (default 100 000); the trials of a search are within a run.
    pub runs: Option<u64>,
    /// What all experiments, files and pages of the course may come to.
    pub course: TotalSettings,
}

/// A number, or one with its unit, in a schema: what it may be exactly is said where units are read.
#[derive(JsonSchema)]
#[serde(untagged)]
pub enum Measure {
    Number(f64),
    WithUnit(String),
}

/// Limits of a whole course as somebody wrote them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TotalSettings {
    /// Experiments (default 2 000).
    pub experiments: Option<u64>,
    /// Seconds that all experiments together are estimated to take on one core, or a time such as `2h` (default 14400, four
    /// hours).
    #[schemars(with = "Option<Measure>")]
    pub time: Option<f64>,
    /// Bytes that all tables hold and all experiments leave behind, or a size such as `8GB` (default 4e9).
    #[schemars(with = "Option<Measure>")]
    pub bytes: Option<f64>,
    /// Files of the site (default 20 000).
    pub files: Option<u64>,
    /// Bytes of the site, or a size such as `500 MB` (default 1e9).
    #[schemars(with = "Option<Measure>")]
    pub output: Option<f64>,
}

/// The limits that hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub rows: u64,
    pub parameters: u64,
    pub multiply_adds: f64,
    pub time: f64,
    pub bytes: f64,
    pub runs: u64,
    pub course: Totals,
    /// Whether they are the machine's owner's, which a course can only lower.
    pub are_owned: bool,
}

/// The limits that hold for a whole course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Totals {
    pub experiments: u64,
    pub time: f64,
    pub bytes: f64,
    pub files: u64,
    pub output: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            rows: 1_000_000,
            parameters: 50_000_000,
            multiply_adds: 1e13,
            time: 1800.0,
            bytes: 4e9,
            runs: 100_000,
            course: Totals { experiments: 2_000, time: 14_400.0, bytes: 4e9, files: 20_000, output: 1e9 },
            are_owned: false,
        }
    }
}

impl LimitSettings {
    /// Returns what is no limit.
    pub fn check(&self) -> Vec<Problem> {
        let wrong = |(name, limit): (&str, Option<f64>)| range::of(name, limit?).above_zero();
        let own = [("multiply_adds", self.multiply_adds), ("time", self.time), ("bytes", self.bytes)];
        let course = &self.course;
        let totals = [("time", course.time), ("bytes", course.bytes), ("output", course.output)];
        let totals = within("course", totals.into_iter().filter_map(wrong).collect());
        own.into_iter().filter_map(wrong).chain(totals).collect()
    }
}

impl Limits {
    /// Returns what holds for a course that wishes for `course`. Where the machine's owner has said something, or the lessons
    /// are not trusted, a course can lower each limit and raise none.
    pub fn of(owner: Option<&LimitSettings>, untrusted: bool, course: &LimitSettings) -> Limits {
        let base = Limits::default();
        let owned = owner.map_or(base, |owner| base.with(owner, |_, _| true));
        let are_owned = owner.is_some() || untrusted;
        let holds = owned.with(course, |now, wished| !are_owned || wished < now);
        Limits { are_owned, ..holds }
    }

    /// Returns the same with every wish that is granted, knowing what holds and what is wished for.
    fn with(self, wishes: &LimitSettings, grant: impl Fn(f64, f64) -> bool) -> Limits {
        let number = |now: f64, wish: Option<f64>| wish.filter(|wish| grant(now, *wish)).unwrap_or(now);
        let count =
            |now: u64, wish: Option<u64>| wish.filter(|wish| grant(now as f64, *wish as f64)).unwrap_or(now);
        Limits {
            rows: count(self.rows, wishes.rows),
            parameters: count(self.parameters, wishes.parameters),
            multiply_adds: number(self.multiply_adds, wishes.multiply_adds),
            time: number(self.time, wishes.time),
            bytes: number(self.bytes, wishes.bytes),
            runs: count(self.runs, wishes.runs),
            course: Totals {
                experiments: count(self.course.experiments, wishes.course.experiments),
                time: number(self.course.time, wishes.course.time),
                bytes: number(self.course.bytes, wishes.course.bytes),
                files: count(self.course.files, wishes.course.files),
                output: number(self.course.output, wishes.course.output),
            },
            ..self
        }
    }

    /// Returns what of an experiment's cost is beyond these limits, each a sentence with both figures.
    pub fn exceeded_by(&self, cost: &Cost, runs: u64) -> Vec<String> {
        let figures = [
            (" rows", cost.rows as f64, self.rows as f64, figure as fn(f64) -> String),
            (" parameters", cost.parameters as f64, self.parameters as f64, figure),
            (" multiply-adds", cost.multiply_adds, self.multiply_adds, figure),
            (" of one core", cost.time(), self.time, duration),
            (" of memory", cost.memory(), self.bytes, size),
            (" runs", runs as f64, self.runs as f64, figure),
        ];
        let beyond = figures.into_iter().filter(|(_, cost, limit, _)| cost > limit);
        beyond.map(|(what, cost, limit, shown)| beyond_limit(&shown(cost), what, &shown(limit))).collect()
    }

    /// Says who can allow more.
    pub fn hint(&self) -> &'static str {
        match self.are_owned {
            true => {
                "the owner of the machine can allow more, by `--limits FILE`; `limits` in gradbook.yaml only lower it"
            }
            false => "`limits` in the course's gradbook.yaml can allow more",
        }
    }
}

/// Returns a figure beside its limit.
pub fn beyond_limit(cost: &str, what: &str, limit: &str) -> String {
    format!("{cost}{what}, where {limit} are allowed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_named_with_both_figures() {
        let cost = Cost { rows: 2_000_000, ..Cost::default() };
        let sentences = Limits::default().exceeded_by(&cost, 1);
        assert_eq!(sentences, ["2\u{202f}000\u{202f}000 rows, where 1\u{202f}000\u{202f}000 are allowed"]);
    }

    #[test]
    fn a_course_of_ones_own_sets_what_it_likes() {
        let course = LimitSettings { rows: Some(5), time: Some(1e6), ..LimitSettings::default() };
        let limits = Limits::of(None, false, &course);
        assert_eq!((limits.rows, limits.time, limits.runs), (5, 1e6, 100_000));
    }

    #[test]
    fn the_owners_limits_are_lowered_and_never_raised() {
        let totals = TotalSettings { files: Some(10), time: Some(1e9), ..TotalSettings::default() };
        let course =
            LimitSettings { rows: Some(5), time: Some(1e6), course: totals, ..LimitSettings::default() };
        let stranger = Limits::of(None, true, &course);
        assert_eq!((stranger.rows, stranger.time), (5, 1800.0));
        assert_eq!((stranger.course.files, stranger.course.time), (10, 14_400.0));
        let owner = LimitSettings { rows: Some(3), time: Some(7200.0), ..LimitSettings::default() };
        for untrusted in [false, true] {
            let limits = Limits::of(Some(&owner), untrusted, &course);
            assert_eq!((limits.rows, limits.time, limits.are_owned), (3, 7200.0, true));
        }
    }

    #[test]
    fn what_is_no_limit_is_told_by_its_path() {
        let totals = TotalSettings { output: Some(-1.0), ..TotalSettings::default() };
        let settings = LimitSettings { time: Some(0.0), course: totals, ..LimitSettings::default() };
        let paths: Vec<String> = settings.check().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["time", "course.output"]);
    }
}
