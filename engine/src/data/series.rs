//! A series in time: a column of a table, or a season, a trend, jumps and noise laid over each other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::format::Format;
use super::settings::{DataSettings, Task};
use crate::numeric::Stream;
use crate::problem::Problem;
use crate::range;

/// How many values a generated series may have.
const LEAST_VALUES: u64 = 2;
const MOST_VALUES: u64 = 100_000;

/// The most jumps of a generated series.
const MOST_JUMPS: u64 = 1000;

/// Larger numbers could not be squared and summed.
const MOST_SIZE: f64 = 1e30;

/// Where a series comes from: `file` and `column`, or what a generated one is made of. The value of a generated one at step
/// t = 1, 2, ... is `level + trend t - season cos(2 pi (t - lowest)/period)`, with every jump at or before t, and normal noise.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[serde(expecting = "settings such as `{season: 20, noise: 8}` or `{file: table.csv, column: temperature}`")]
pub struct SeriesSettings {
    /// A CSV file with a header line; relative to the lesson and inside the lessons folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The column of `file` that holds the series, row after row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Generated: how many values (default 365).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// Generated: the height about which all else happens (default 0).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<f64>,
    /// Generated: how far the season swings to each side of the level (default 0).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<f64>,
    /// Generated: how many steps a season takes (default 365).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<f64>,
    /// Generated: a step at which the season is lowest (default 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowest: Option<f64>,
    /// Generated: how much the series rises at each step (default 0).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trend: Option<f64>,
    /// Generated: sudden changes that stay, such as `[{at: 100, by: 5}]` (default none).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jumps: Option<Vec<Jump>>,
    /// Generated: the standard deviation of the normal noise on each value, drawn by the seed (default 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise: Option<f64>,
}

/// A sudden change that stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jump {
    /// The first step at the new height.
    pub at: usize,
    /// How much higher that is; lower where it is negative.
    pub by: f64,
}

impl SeriesSettings {
    /// Returns everything that is wrong with it and can be known without the table.
    pub fn check(&self) -> Vec<Problem> {
        if self.file.is_some() {
            return self.check_table();
        }
        let beside = self.column.as_ref().map(|column| {
            Problem::new("column", format!("the column `{column}` of no file"))
                .expected("`file`, the table that has it")
        });
        let length = self.length();
        let values =
            range::whole("length", format!("{length} values"), length as u64, LEAST_VALUES..=MOST_VALUES);
        let sizes =
            [("level", self.level), ("season", self.season), ("lowest", self.lowest), ("trend", self.trend)];
        let jumps = self.jumps().iter().enumerate().flat_map(|(index, jump)| {
            let (at, by) = (format!("jumps[{index}].at"), format!("jumps[{index}].by"));
            let step = format!("a jump at step {}", jump.at);
            [range::whole(&at, step, jump.at as u64, 1..=length.max(1) as u64), sized(&by, jump.by)]
        });
        let noise = range::of("noise", self.sd()).said("the noise");
        let noise = noise.zero_or_more().or_else(|| sized("noise", self.sd()));
        let period = range::of("period", self.period()).said("the period").above_zero();
        let sizes = sizes.into_iter().filter_map(|(path, size)| sized(path, size?));
        let many = self.jumps().len() as u64;
        let many = range::whole("jumps", format!("{many} jumps"), many, 0..=MOST_JUMPS);
        let own = beside.into_iter().chain(many).chain(values).chain(period).chain(noise);
        own.chain(sizes).chain(jumps.flatten()).collect()
    }

    fn check_table(&self) -> Vec<Problem> {
        if self.column.is_none() {
            let problem = Problem::new("", "the file of a series without its column");
            return vec![problem.expected("`column`, the name of the column that holds it")];
        }
        let given = [
            ("length", self.length.is_some()),
            ("level", self.level.is_some()),
            ("season", self.season.is_some()),
            ("period", self.period.is_some()),
            ("lowest", self.lowest.is_some()),
            ("trend", self.trend.is_some()),
            ("jumps", self.jumps.is_some()),
            ("noise", self.noise.is_some()),
        ];
        let given = given.into_iter().filter(|(_, given)| *given);
        let generated = given.map(|(key, _)| {
            Problem::new(key, format!("`{key}` of a series that is read from a file"))
                .expected("`file` and `column`, or a generated series")
        });
        let format = (!self.is_csv()).then(|| {
            Problem::new("file", "a series is read from the column of a CSV file")
                .expected("a name that ends in .csv")
        });
        format.into_iter().chain(generated).collect()
    }

    /// Returns the settings by which its column is read from a table, alone; none of a series that is generated.
    pub fn table(&self) -> Option<DataSettings> {
        let file = self.file.clone().filter(|_| self.is_csv())?;
        Some(DataSettings {
            file: Some(file),
            target: Some(self.column.clone()?),
            features: Some(Vec::new()),
            task: Some(Task::Number),
            ..DataSettings::default()
        })
    }

    fn is_csv(&self) -> bool {
        self.file.as_deref().and_then(Format::of) == Some(Format::Csv)
    }

    /// Returns how many values a generated one has.
    pub fn length(&self) -> usize {
        self.length.unwrap_or(365)
    }

    fn period(&self) -> f64 {
        self.period.unwrap_or(365.0)
    }

    fn sd(&self) -> f64 {
        self.noise.unwrap_or(1.0)
    }

    fn jumps(&self) -> &[Jump] {
        self.jumps.as_deref().unwrap_or_default()
    }

    /// Returns a generated series without its noise.
    pub fn signal(&self) -> Vec<f64> {
        let (level, season, trend) = (self.level, self.season, self.trend);
        let [level, season, trend] = [level, season, trend].map(|size| size.unwrap_or(0.0));
        let (lowest, period) = (self.lowest.unwrap_or(1.0), self.period());
        let height = |step: usize| {
            let t = step as f64;
            let turn = 2.0 * std::f64::consts::PI * (t - lowest) / period;
            let jumped: f64 = self.jumps().iter().filter(|jump| jump.at <= step).map(|jump| jump.by).sum();
            level + trend * t - season * libm::cos(turn) + jumped
        };
        (1..=self.length()).map(height).collect()
    }

    /// Draws the noise of every value of a generated series.
    pub fn draw_noise(&self, stream: &mut Stream) -> Vec<f64> {
        (0..self.length()).map(|_| self.sd() * stream.normal()).collect()
    }
}

fn sized(path: &str, size: f64) -> Option<Problem> {
    // Not a number is no size either.
    let fits = size.abs() <= MOST_SIZE;
    (!fits).then(|| Problem::new(path, format!("`{path}` is {size}")).expected("a number up to 1e30"))
}

#[cfg(test)]
mod tests {
    use super::super::{Files, TableLimits, TargetColumn, load};
    use super::*;
    use crate::numeric::Streams;

    fn made(json: serde_json::Value) -> SeriesSettings {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_signal_by_hand() {
        let line =
            made(serde_json::json!({"length": 4, "level": 1, "trend": 2, "jumps": [{"at": 3, "by": -5}]}));
        assert_eq!(line.signal(), [3.0, 5.0, 2.0, 4.0]);
        let wave = made(serde_json::json!({"length": 5, "season": 10, "period": 4}));
        let expected = [-10.0, 0.0, 10.0, 0.0, -10.0];
        assert!(wave.signal().iter().zip(expected).all(|(found, wanted)| (found - wanted).abs() < 1e-12));
    }

    #[test]
    fn noise_has_its_standard_deviation() {
        let noise = made(serde_json::json!({"length": 10_000, "noise": 3}))
            .draw_noise(&mut Streams::new(1).stream("x"));
        let sd = (noise.iter().map(|v| v * v).sum::<f64>() / noise.len() as f64).sqrt();
        assert!((sd - 3.0).abs() < 0.1, "{sd}");
    }

    #[test]
    fn what_is_impossible_is_told_by_its_path() {
        let wrong = made(serde_json::json!({
            "length": 1, "period": 0, "noise": -1, "trend": 1e31, "jumps": [{"at": 9, "by": 1e300}]
        }));
        let paths: Vec<String> = wrong.check().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["length", "period", "noise", "trend", "jumps[0].at", "jumps[0].by"]);
        assert_eq!(SeriesSettings::default().check(), []);
        let paths = |json| made(json).check().into_iter().map(|problem| problem.path).collect::<Vec<_>>();
        assert_eq!(paths(serde_json::json!({"file": "a.csv", "column": "t", "noise": 1})), ["noise"]);
        assert_eq!(paths(serde_json::json!({"file": "a.npy", "column": "t"})), ["file"]);
        assert_eq!(paths(serde_json::json!({"file": "a.csv"})), [""]);
        assert_eq!(paths(serde_json::json!({"column": "t"})), ["column"]);
    }

    #[test]
    fn a_column_is_read_alone() {
        let read = |csv: &str, column: &str| {
            let files = Files { file: Some(csv.as_bytes()), labels: None };
            let series = made(serde_json::json!({"file": "t.csv", "column": column}));
            load(&series.table().unwrap(), files, &TableLimits::default(), &Streams::new(0))
        };
        let of = |csv: &str| match read(csv, "t").unwrap().target {
            TargetColumn::Values { values, .. } => values,
            TargetColumn::Classes { .. } => panic!("classes"),
        };
        // Other columns may hold anything, and there need be none.
        assert_eq!(of("day,t\nmonday,40\ntuesday,49\n,45\n"), [40.0, 49.0, 45.0]);
        assert_eq!(of("t\n40\n49\n"), [40.0, 49.0]);
        let unknown = read("day,t\nmonday,40\n", "temperature").unwrap_err();
        assert_eq!(unknown.settings[0].path, "target");
        assert_eq!(read("day,t\nmonday,\n", "t").unwrap_err().table.len(), 1);
    }
}
