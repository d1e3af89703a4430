//! Exponentially weighted averages: how much of a series' noise they take out, and how far they lag behind for it.

mod figures;
mod measured;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::Figure;
use crate::data::{DataSettings, Dataset, SeriesSettings, TargetColumn};
use crate::diagnostic::{Problem, within};
use crate::experiment::{
    Compare, Context, Cost, Doc, Drawn, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Shared,
};
use crate::numeric::{Streams, WeightedAverage, smooth};
use crate::outcome::{Metric, Outcome, RunRecord, Step};
use crate::range;

/// How many weights of the past are kept, from the newest value on.
const WEIGHTS: usize = 60;

/// Metrics that are found of a series by its parts alone: of one that is generated.
const OF_SIGNAL: [&str; 5] = ["error", "lag_error", "noise_error", "early_error", "delay"];

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Average {
    /// What is averaged: a column of a table, or a generated series (default: a year of daily temperatures in degrees Fahrenheit).
    pub series: Series,
    /// How much of the old average stays at each step: about the last 1/(1 - beta) values count (default 0.9).
    pub beta: f64,
    /// Whether V is divided by 1 - beta^t, so that it is no longer too small at first (default true).
    pub bias_correction: bool,
    /// How many steps are the start, which `early_error` and a figure of its own show (default 30).
    pub early: usize,
}

/// A series as the author described it, with the settings by which a table is read for it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(from = "SeriesSettings", into = "SeriesSettings")]
#[schemars(with = "SeriesSettings")]
pub(super) struct Series {
    settings: SeriesSettings,
    table: Option<DataSettings>,
}

impl From<SeriesSettings> for Series {
    fn from(settings: SeriesSettings) -> Self {
        Series { table: settings.table(), settings }
    }
}

impl From<Series> for SeriesSettings {
    fn from(series: Series) -> Self {
        series.settings
    }
}

impl Default for Average {
    fn default() -> Self {
        let year = SeriesSettings {
            length: Some(365),
            level: Some(50.0),
            season: Some(20.0),
            period: Some(365.0),
            lowest: Some(15.0),
            noise: Some(8.0),
            ..SeriesSettings::default()
        };
        Average { series: year.into(), beta: 0.9, bias_correction: true, early: 30 }
    }
}

impl Average {
    /// Returns how many values the series has.
    fn length(&self, facts: Option<&Facts>) -> usize {
        match &self.series.table {
            None => self.series.settings.length(),
            Some(_) => facts.map_or(0, |facts| facts.rows),
        }
    }

    fn is_generated(&self) -> bool {
        self.series.table.is_none()
    }

    /// Returns the weights of the newest value and of those before it: `(1 - beta) beta^k`.
    fn weights(&self) -> impl Iterator<Item = f64> {
        std::iter::successors(Some(1.0 - self.beta), |weight| Some(weight * self.beta))
    }

    fn smooth(&self, values: &[f64]) -> Vec<f64> {
        smooth(values, self.beta, self.bias_correction)
    }

    /// Returns what is kept of a series: its values and, where it was generated, what they are without noise.
    fn record(&self, values: Vec<f64>, signal: Option<Vec<f64>>) -> RunRecord {
        let average = self.smooth(&values);
        let mut record = RunRecord::default();
        let window = WeightedAverage::new(self.beta).window();
        let numbers = [
            ("lag", self.beta / (1.0 - self.beta)),
            ("window", window),
            ("residual_sd", measured::sd(&values, &average)),
        ];
        record.metrics.extend(numbers.map(|(name, number)| (name.to_owned(), Metric::Number(number))));
        let weights = Metric::List(self.weights().take(WEIGHTS).collect());
        record.metrics.insert("weights".into(), weights);
        if let Some(signal) = &signal {
            let noise: Vec<f64> = values.iter().zip(signal).map(|(value, signal)| value - signal).collect();
            let early = self.early.min(signal.len());
            let found = [
                measured::distance(&average, signal),
                measured::distance(&self.smooth(signal), signal),
                measured::size(&self.smooth(&noise)),
                measured::distance(&average[..early], &signal[..early]),
                measured::delay(&average, signal),
            ];
            let found = OF_SIGNAL.into_iter().zip(found);
            record.metrics.extend(found.map(|(name, number)| (name.to_owned(), Metric::Number(number))));
        }
        let series = [("value", Some(values)), ("average", Some(average)), ("signal", signal)];
        for (name, values) in series.into_iter().filter_map(|(name, values)| Some((name, values?))) {
            let last = values.last().copied().unwrap_or(f64::NAN);
            record.metrics.insert(name.into(), Metric::Number(last));
            record.series.insert(name.into(), values.into());
        }
        record
    }
}

impl Experiment for Average {
    const NAME: &'static str = "average";
    const SUMMARY: &'static str =
        "What does an exponentially weighted average keep of a series, and how late is it?";
    const REVISION: u32 = 1;
    const TRAINS: bool = false;
    const COMPARE: Compare = Compare {
        key: "compare",
        path: |_| "beta",
        prefix: "beta",
        about: "values of beta, such as 0.5, 0.9, 0.98",
    };
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::number("value", "the last value of the series").aside(),
        MetricInfo::number("average", "the average at the last step"),
        MetricInfo::number("signal", "the last value without its noise, where the series is generated").aside(),
        MetricInfo::number(
            "window",
            "about how many values count, 1/(1 - beta): so far back a weight has fallen to about 1/e of the first",
        )
        .in_unit("values"),
        MetricInfo::number("lag", "how far it comes behind a straight line, beta/(1 - beta)")
            .in_unit("steps"),
        MetricInfo::number(
            "weights",
            "(1 - beta) beta^k, the weight of the value k steps back (a list of 60, from the newest value on)",
        )
        .aside(),
        MetricInfo::number("residual_sd", "standard deviation of the values about the average"),
        MetricInfo::number(
            "error",
            "root mean square of the average minus the series without noise, where that is generated; so are the next four",
        )
        .lower(),
        MetricInfo::number(
            "lag_error",
            "the part of the error that is there without any noise: by the lag and, uncorrected, by the start at 0",
        ),
        MetricInfo::number("noise_error", "the part of the error that is left of the noise"),
        MetricInfo::number("early_error", "the error over the first `early` steps alone").lower(),
        MetricInfo::number(
            "delay",
            "by how many steps the series without noise, shifted, comes nearest to the second half of the average; \
             not a number where it never changes",
        )
        .in_unit("steps"),
    ];
    const STEP: Step = Step::Value;
    const FIGURES: &'static [Doc] = &[
        Doc { name: "average", about: "the values, the series without its noise, and the averages, by step" },
        Doc { name: "start", about: "the same over the first `early` steps, where correction matters" },
        Doc { name: "weights", about: "the weight of each value of the past, by how many steps ago it was" },
        Doc {
            name: "error",
            about: "how far the average is from the series without noise, and what lag and noise have in that, by variant",
        },
    ];
    const EXAMPLE: &'static str = "\
kind: average
id: a_year
series: {level: 50, season: 20, lowest: 15, noise: 8}
seeds: 3
compare: [0.5, 0.9, 0.98]
";

    fn check(&self, _: Option<&Facts>) -> Vec<Problem> {
        let mut problems = within("series", self.series.settings.check());
        problems.extend(range::of("beta", self.beta).below_one());
        let early = format!("a start of {} steps", self.early);
        problems.extend(range::whole("early", early, self.early as u64, 1..=1_000_000));
        problems
    }

    fn data(&self) -> Option<&DataSettings> {
        self.series.table.as_ref()
    }

    fn data_path(setting: &str) -> String {
        match setting {
            "" => "series".to_owned(),
            "target" | "features" => "series.column".to_owned(),
            other => format!("series.{other}"),
        }
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        let length = self.length(facts) as f64;
        let (of_series, compared) = match self.is_generated() {
            true => (3.6, measured::compared(self.length(facts)) as f64),
            false => (2.0, 0.0),
        };
        let own = Cost {
            rows: length as u64,
            seconds: 40e-9 * length + 0.3e-9 * compared,
            bytes: 64.0 * length,
            ..Cost::default()
        };
        // Long series are thinned in charts and files: of all seeds together there is hardly more than of one.
        let numbers = of_series * length;
        let history = Cost::of_history(numbers);
        let drawn = Drawn { seconds: 2.6e-6 * numbers, bytes: 145.0 * numbers, written: 40.0 * numbers };
        let history = Cost { kept: 4500.0 + 8.0 * numbers, written: numbers, drawn, ..history };
        let history = history + Cost::of_steps(numbers);
        own + history + Cost::of_metrics(WEIGHTS as f64) + figures::cost(self.length(facts), self.early)
    }

    fn metric_schema(&self, facts: Option<&Facts>) -> MetricSchema {
        let mut schema = MetricSchema::new();
        let length = self.length(facts);
        let generated = self.is_generated();
        let curves = ["value", "average"].into_iter().chain(generated.then_some("signal"));
        schema.extend(curves.map(|name| (name.to_owned(), MetricType::Curve(length))));
        let numbers = ["window", "lag", "residual_sd"].into_iter();
        let numbers = numbers.chain(OF_SIGNAL.into_iter().filter(|_| generated));
        schema.extend(numbers.map(|name| (name.to_owned(), MetricType::Number)));
        schema.insert("weights".into(), MetricType::List(WEIGHTS));
        schema
    }

    fn seed_independent(&self) -> &'static [&'static str] {
        const ALWAYS: [&str; 3] = ["window", "lag", "weights"];
        const READ: [&str; 6] = ["window", "lag", "weights", "value", "average", "residual_sd"];
        if self.is_generated() { &ALWAYS } else { &READ }
    }

    fn shared(&self) -> Shared<'_> {
        Shared::default()
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let record = match (context.data.as_deref(), self.is_generated()) {
            (Some(Dataset { target: TargetColumn::Values { values, .. }, .. }), false) => {
                self.record(values.clone(), None)
            }
            (_, true) => {
                let signal = self.series.settings.signal();
                let noise = self.series.settings.draw_noise(&mut Streams::new(context.seed).stream("series"));
                let values = signal.iter().zip(noise).map(|(signal, noise)| signal + noise).collect();
                self.record(values, Some(signal))
            }
            _ => return Err(Problem::new("series", "there is no series to average")),
        };
        (context.advance)(1.0);
        Ok(record)
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        figures::all(variants, outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(record: &RunRecord, metric: &str) -> f64 {
        record.metrics[metric].number().unwrap()
    }

    /// London's temperatures of three days, in degrees Fahrenheit.
    #[test]
    fn three_days_of_london() {
        let rounded = |bias_correction| {
            let settings = Average { bias_correction, ..Average::default() };
            let record = settings.record(vec![40.0, 49.0, 45.0], None);
            record.series["average"].iter().map(|v| (v * 100.0).round() / 100.0).collect::<Vec<_>>()
        };
        assert_eq!(rounded(false), [4.0, 8.5, 12.15]);
        assert_eq!(rounded(true), [40.0, 44.74, 44.83]);
    }

    #[test]
    fn a_line_is_followed_at_the_distance_of_the_lag() {
        let line: Vec<f64> = (0..400).map(f64::from).collect();
        let record = Average::default().record(line.clone(), Some(line));
        assert!((number(&record, "lag") - 9.0).abs() < 1e-12);
        assert!((number(&record, "window") - 10.0).abs() < 1e-12);
        assert_eq!(number(&record, "delay"), 9.0);
        assert!(number(&record, "noise_error") == 0.0 && number(&record, "lag_error") > 8.0);
        assert_eq!(number(&record, "lag_error"), number(&record, "error"));
    }

    #[test]
    fn weights_fall_by_beta() {
        let record = Average::default().record(vec![1.0, 2.0], None);
        let Metric::List(weights) = &record.metrics["weights"] else { panic!("no list") };
        assert!((weights[10] / weights[0] - 0.348_678).abs() < 1e-6);
        assert_eq!((weights.len(), record.metrics.contains_key("error")), (WEIGHTS, false));
    }
}
