//! Lines and polynomials with the least squared error, in closed form, and networks trained towards it.

mod figures;
mod network;

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::chart::Figure;
use crate::data::{DataSettings, Dataset, Split, SplitSettings, Target, TargetColumn};
use crate::diagnostic::{Problem, counted, within};
use crate::experiment::curves;
use crate::experiment::metric_schema::documented;
use crate::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Part, Shared,
    training,
};
use crate::outcome::{DIVERGED_AT, Metric, Outcome, RunRecord, Step, Table};
use crate::range;
use crate::train::regress;

use network::Network;

/// Places at which a fitted curve is drawn.
const PLACES: usize = 240;

/// The most points of the data that are drawn.
const MOST_POINTS: usize = 2000;

/// Names of the parts in the table of points and in the metrics.
const PARTS: [&str; 3] = ["train", "dev", "test"];

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Regression {
    pub data: DataSettings,
    pub split: SplitSettings,
    /// The lambda of J + lambda/(2m) sum ||w||^2, with m the rows of the training part; the intercept is free (default 0).
    pub l2: f64,
    /// A network that is trained, in the place of the line fitted in closed form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
}

impl Regression {
    /// Returns what the features are at x, where they follow from a single number.
    fn features(&self, x: f64, count: usize) -> Option<Vec<f64>> {
        let powers = self.data.name.as_deref() == Some("polynomial");
        let all = std::iter::successors(Some(x), |power| Some(power * x)).take(count);
        (count == 1 || powers).then(|| all.collect())
    }

    /// Returns why these data are not to be fitted.
    fn check_data(&self, facts: &Facts) -> Vec<Problem> {
        if facts.target != Target::Value {
            let problem = Problem::new("data", "the target is a class");
            let problem = problem.expected("data whose target is a number, such as `line` or `polynomial`");
            let hint = match self.data.file {
                Some(_) => {
                    "up to 20 different whole numbers are read as classes: `task: number` in `data` makes them a number"
                }
                None => "`optimizers` and its kin learn classes",
            };
            return vec![problem.hint(hint)];
        }
        if let Some(network) = &self.network {
            return self.check_network(network, facts);
        }
        let problems = self.split.check_data(facts);
        if !problems.is_empty() {
            return within("split", problems);
        }
        let rows = self.split.sizes(facts.rows).map_or(0, |[train, ..]| train);
        if self.l2 == 0.0 && rows <= facts.features {
            let (weights, rows) = (counted(facts.features + 1, "weight"), counted(rows, "training row"));
            let problem = Problem::new("l2", format!("{weights} from {rows} without a penalty"));
            let problem = problem.expected("`l2` above 0, or more rows than features");
            return vec![problem.hint("many lines go through all points, and nothing decides between them")];
        }
        Vec::new()
    }

    /// Fits a line in closed form.
    fn fit(&self, dataset: &Dataset, context: &Context) -> Result<RunRecord, Problem> {
        let fitted = regress(&self.data, &self.split, self.l2, dataset, context.seed)?;
        let mut record = RunRecord::default();
        for (part, loss) in PARTS.iter().zip(fitted.losses) {
            let metric = loss.map(|loss| (format!("{part}_loss"), Metric::Number(loss)));
            record.metrics.extend(metric);
        }
        let ridge = &fitted.ridge;
        let norm = ridge.weights.iter().map(|w| w * w).sum::<f64>().sqrt();
        for (name, value) in
            [("objective", ridge.objective), ("weight_norm", norm), ("intercept", ridge.intercept)]
        {
            record.metrics.insert(name.into(), Metric::Number(value));
        }
        record.metrics.insert("weights".into(), Metric::List(ridge.weights.clone()));
        let predict =
            |rows: Array2<f64>| rows.rows().into_iter().map(|row| fitted.predict(&row.to_vec())).collect();
        self.draw(dataset, &fitted.split, predict, &mut record);
        (context.advance)(1.0);
        Ok(record)
    }

    /// Returns the curve and the points that it was fitted to, where they can be drawn over one number. `predict` says what is
    /// said of rows of features.
    fn draw(
        &self,
        dataset: &Dataset,
        split: &Split,
        predict: impl FnOnce(Array2<f64>) -> Vec<f64>,
        record: &mut RunRecord,
    ) {
        let count = dataset.features.columns();
        let TargetColumn::Values { values, .. } = &dataset.target else { return };
        if self.features(0.0, count).is_none() {
            return;
        }
        let mut row = vec![0.0; count];
        let mut x_of = |index: usize| {
            dataset.features.read_row(index, &mut row);
            row[0]
        };
        let (low, high) = curves::range(&(0..dataset.rows()).map(&mut x_of).collect::<Vec<_>>());
        let at = |place: usize| low + (high - low) * place as f64 / (PLACES - 1) as f64;
        let x: Vec<f64> = (0..PLACES).map(at).collect();
        let features = x.iter().filter_map(|&x| self.features(x, count)).flatten().collect();
        let Ok(features) = Array2::from_shape_vec((PLACES, count), features) else { return };
        let y = predict(features);
        let parts = [&split.train, &split.dev, &split.test];
        let rows = parts.iter().enumerate().flat_map(|(part, rows)| rows.iter().map(move |&row| (part, row)));
        let points: Vec<[f64; 3]> =
            rows.take(MOST_POINTS).map(|(part, row)| [x_of(row), values[row], part as f64]).collect();
        let table = |columns: Vec<(&str, Vec<f64>)>| Table {
            columns: columns.into_iter().map(|(name, values)| (name.to_owned(), values.into())).collect(),
        };
        record.tables.insert("curve".into(), table(vec![("x", x), ("y", y)]));
        let column = |index: usize| points.iter().map(|point| point[index]).collect();
        let points = table(vec![("x", column(0)), ("y", column(1)), ("part", column(2))]);
        record.tables.insert("points".into(), points);
    }
}

impl Experiment for Regression {
    const NAME: &'static str = "regression";
    const SUMMARY: &'static str =
        "Which curve lies nearest to the points, and what does a penalty on its weights do?";
    const REVISION: u32 = 2;
    const TRAINS: bool = false;
    const COMPARE: Compare =
        Compare { key: "compare", path: |_| "l2", prefix: "lambda", about: "penalties lambda" };
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::number("train_loss", "mean squared error on the training part, without the penalty")
            .lower()
            .on(Part::Train),
        MetricInfo::number("dev_loss", "mean squared error on the dev part").lower().on(Part::Dev),
        MetricInfo::number("test_loss", "mean squared error on the test part").lower().on(Part::Test),
        MetricInfo::number("objective", "J, what was made small: the training loss with its penalty")
            .on(Part::Train),
        MetricInfo::number("weight_norm", "the norm of all weights together, the intercept not among them"),
        MetricInfo::number(
            "intercept",
            "of a line: what is said of a row whose normalized features are all 0",
        ),
        MetricInfo::number(
            "weights",
            "of a line: of each feature as it was normalized, in the order of the data (a list)",
        ),
        MetricInfo::when(
            DIVERGED_AT,
            "of a network: the epoch at which loss or weights were no longer finite; not a number where they stayed so",
        )
        .in_unit("epochs"),
    ];
    const STEP: Step = Step::Epoch;
    const FIGURES: &'static [Doc] = &[
        Doc {
            name: "fit",
            about: "the points and the curve fitted to them, a panel for each variant; for one feature and for `polynomial`",
        },
        Doc {
            name: "loss",
            about: "the error on each part by variant, on a log axis, with bands over seeds",
        },
        Doc { name: "weights", about: "the norm of the weights by variant, on a log axis: the same" },
    ];
    const EXAMPLE: &'static str = "\
kind: regression
id: bent
data: {name: polynomial, samples: 132, degree: 9}
split: {train: 12, dev: 60, test: 60}
seeds: 5
compare: [0.0001, 0.01, 1, 100]
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        let mut problems = within("data", self.data.check());
        problems.extend(within("split", self.split.check()));
        if let Some(network) = &self.network {
            problems.extend(network.check(self.l2));
        }
        problems.extend(range::of("l2", self.l2).zero_or_more());
        match facts.filter(|_| problems.is_empty()) {
            Some(facts) => self.check_data(facts),
            None => problems,
        }
    }

    fn data(&self) -> Option<&DataSettings> {
        Some(&self.data)
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        let Some(facts) = facts else { return Cost::default() };
        let Ok(sizes) = self.split.sizes(facts.rows) else { return Cost::default() };
        let (rows, features) = (facts.rows as f64, facts.features as f64);
        // Nothing is drawn over several features.
        let is_drawn = self.features(0.0, facts.features).is_some();
        let points = if is_drawn { rows.min(MOST_POINTS as f64) } else { 0.0 };
        let drawn = Cost::of_points(points);
        let kept = 8.0 * (2.0 * PLACES as f64 + 3.0 * points);
        if let Some(network) = &self.network {
            let cost = self.with_parts(network, |parts| training::cost(parts, Some(facts)));
            return Cost { kept: cost.kept + kept, ..cost } + drawn;
        }
        // The penalty adds a row for each feature. Reflecting a column takes two passes over it.
        let equations = sizes[0] as f64 + features;
        let multiply_adds = 2.0 * equations * features * features + rows * features;
        let cells = rows * features;
        let fitted = Cost {
            rows: facts.rows as u64,
            parameters: facts.features as u64 + 1,
            multiply_adds,
            seconds: 180e-6
                + 0.15e-9 * multiply_adds
                + 60e-9 * cells
                + training::data_seconds(&self.data, facts, sizes),
            // The rows as they were read, in their parts, and normalized; equations, and those at hand.
            bytes: (facts.number_bytes as f64 + 16.0) * cells + 120.0 * rows + 16.0 * equations * features,
            kept: kept + 150.0 * features,
            ..Cost::default()
        };
        fitted + drawn
    }

    fn metric_schema(&self, facts: Option<&Facts>) -> MetricSchema {
        let mut schema = documented(Self::METRICS);
        let Some(facts) = facts else { return schema };
        let Ok(sizes) = self.split.sizes(facts.rows) else { return schema };
        if let Some(network) = &self.network {
            let trained = self.with_parts(network, |parts| training::metric_schema(parts, Some(facts)));
            return trained.into_iter().filter(|(name, _)| schema.contains_key(name)).collect();
        }
        // A line never diverges.
        schema.remove(DIVERGED_AT);
        schema.values_mut().for_each(|metric_type| *metric_type = MetricType::Number);
        schema.insert("weights".into(), MetricType::List(facts.features));
        for (part, _) in PARTS.iter().zip(sizes).filter(|(_, rows)| *rows == 0) {
            schema.remove(&format!("{part}_loss"));
        }
        schema
    }

    fn shared(&self) -> Shared<'_> {
        let network = self.network.as_ref();
        Shared {
            data: Some(&self.data),
            split: Some(&self.split),
            model: network.map(|network| &network.model),
            training: network.map(|network| &network.training),
            below: "network",
            ..Shared::default()
        }
    }

    fn for_notebook(&self, _: Option<&Facts>) -> Result<Map<String, Json>, String> {
        let parts = self.network.iter().flat_map(|network| {
            [("model".to_owned(), json!(network.model)), ("training".to_owned(), json!(network.training))]
        });
        Ok(parts.collect())
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let dataset =
            context.data.as_deref().ok_or_else(|| Problem::new("data", "there is no data to fit"))?;
        let mut record = match &self.network {
            Some(network) => self.train(network, dataset, context)?,
            None => self.fit(dataset, context)?,
        };
        record.names.insert("features".into(), dataset.feature_names.clone());
        if let TargetColumn::Values { name, .. } = &dataset.target {
            record.names.insert("target".into(), vec![name.clone()]);
        }
        Ok(record)
    }

    fn figures(_: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        figures::all(outcome)
    }
}
