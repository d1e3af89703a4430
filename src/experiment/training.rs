//! What kinds that train have in common: the four shared parts of their settings, and one run of them.

use ndarray::{Array2, ArrayView2};

use crate::data::{
    self, DataSettings, Dataset, Facts, Labels, Normalizer, Prepared, SplitSettings, Target, TargetColumn,
};
use crate::diagnostic::Problem;
use crate::experiment::{Context, Cost, Doc};
use crate::nn::{self, Architecture, LayerCapture, ModelSettings, Network};
use crate::numeric::{Real, Streams};
use crate::outcome::{Metric, RunRecord, Table};
use crate::train::{self, Fit, Precision, StoppingMetric, TrainingSettings};

/// The metrics of everything that trains.
pub const METRICS: &[Doc] = &[
    Doc {
        name: "train_loss",
        about: "mean loss on the training part, without penalty or dropout, at the last epoch",
    },
    Doc { name: "dev_loss", about: "mean loss on the dev part at the last epoch" },
    Doc { name: "test_loss", about: "mean loss on the test part at the last epoch" },
    Doc { name: "train_accuracy", about: "share of training examples that are right" },
    Doc { name: "dev_accuracy", about: "share of dev examples that are right" },
    Doc { name: "test_accuracy", about: "share of test examples that are right" },
    Doc { name: "train_error", about: "share of training examples that are wrong" },
    Doc { name: "dev_error", about: "share of dev examples that are wrong" },
    Doc { name: "test_error", about: "share of test examples that are wrong" },
    Doc { name: "best_dev_loss", about: "the lowest dev loss of any epoch" },
    Doc { name: "best_epoch", about: "the epoch of the lowest dev loss (0 is before training)" },
    Doc { name: "objective", about: "J, what training makes small: the training loss with its penalty" },
    Doc { name: "weight_norm", about: "Frobenius norm of all weights together at the last epoch" },
    Doc {
        name: "diverged_at",
        about: "the epoch at which loss or weights were no longer finite; not a number where they stayed so",
    },
];

/// Numbers that a history holds for each epoch.
const SERIES: f64 = 11.0;

/// Rows at most that are looked at layer by layer.
const CAPTURED_ROWS: usize = 256;

/// The shared parts of the settings of a kind that trains.
pub struct Parts<'a> {
    pub data: &'a DataSettings,
    pub split: &'a SplitSettings,
    pub model: &'a ModelSettings,
    pub training: &'a TrainingSettings,
}

/// Something that a kind measures on the network besides what everything that trains has.
pub trait Probe {
    /// Before the first step.
    fn untrained<R: Real>(&self, _: &Subject<R>, _: &mut RunRecord) {}
    /// After the last epoch; not called on a run that has diverged.
    fn trained<R: Real>(&self, _: &Subject<R>, _: &mut RunRecord) {}
}

/// Measures nothing more.
struct NoProbe;

impl Probe for NoProbe {}

impl Parts<'_> {
    /// All that is wrong with the four parts, and with how they go together.
    pub fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        let within =
            |part: &'static str, problems: Vec<Problem>| problems.into_iter().map(move |p| p.within(part));
        let mut problems: Vec<Problem> = within("data", self.data.check()).collect();
        problems.extend(within("split", self.split.check()));
        problems.extend(within("model", self.model.check()));
        problems.extend(within("training", self.training.check()));
        if let (Some(facts), true) = (facts, problems.is_empty()) {
            let architecture = Architecture::new(self.model, facts.features, facts.target);
            problems.extend(within("model", architecture.err().unwrap_or_default()));
            problems.extend(within("split", self.split.sizes(facts.rows).err().into_iter().collect()));
            problems.extend(within("training", self.check_stopping(facts).into_iter().collect()));
        }
        problems
    }

    /// Early stopping that watches what these data do not have.
    fn check_stopping(&self, facts: &Facts) -> Option<Problem> {
        let stopping = self.training.early_stopping.as_ref()?;
        if self.split.sizes(facts.rows).is_ok_and(|[_, dev, _]| dev == 0) {
            let problem = Problem::new("early_stopping", "early stopping without a dev part");
            return Some(problem.expected("rows for dev in `split`"));
        }
        let share = stopping.metric == StoppingMetric::DevError && facts.target == Target::Value;
        let problem = || Problem::new("early_stopping.metric", "`dev_error` of a target that is a number");
        share.then(|| problem().expected("`dev_loss`"))
    }

    /// What a run costs; zero where the settings are not sound.
    pub fn cost(&self, facts: Option<&Facts>) -> Cost {
        let Some(facts) = facts else { return Cost::default() };
        let Ok(architecture) = Architecture::new(self.model, facts.features, facts.target) else {
            return Cost::default();
        };
        let rows = facts.rows as u64;
        let Ok(parts) = self.split.sizes(facts.rows) else { return Cost::default() };
        let bytes = match self.training.precision {
            Precision::F32 => 4,
            Precision::F64 => 8,
        };
        let fit = train::fit_cost(&architecture, self.training, parts, bytes);
        // The data set in double precision, beside its parts in the run's own.
        let table = rows as f64 * facts.features as f64 * 8.0;
        Cost {
            rows,
            parameters: architecture.parameters() as u64,
            multiply_adds: fit.multiply_adds as f64,
            bytes: table + fit.bytes as f64,
            kept: SERIES * 8.0 * (self.training.epochs as f64 + 1.0),
        }
    }

    /// One run: split, normalize, train.
    ///
    /// # Errors
    /// A split that the data cannot give.
    pub fn train(&self, context: &Context) -> Result<RunRecord, Problem> {
        self.train_and(context, &NoProbe)
    }

    /// One run, and what `probe` measures on its network.
    ///
    /// # Errors
    /// A split that the data cannot give.
    pub fn train_and(&self, context: &Context, probe: &impl Probe) -> Result<RunRecord, Problem> {
        match self.training.precision {
            Precision::F32 => self.train_in::<f32>(context, probe),
            Precision::F64 => self.train_in::<f64>(context, probe),
        }
    }

    fn train_in<R: Real>(&self, context: &Context, probe: &impl Probe) -> Result<RunRecord, Problem> {
        let dataset =
            context.data.as_deref().ok_or_else(|| Problem::new("data", "there is no data to train on"))?;
        let streams = Streams::new(context.seed);
        let split = data::split(&dataset.target, self.split, &mut streams.stream("split"));
        let split = split.map_err(|problem| problem.within("split"))?;
        let (parts, normalizer) = data::prepare::<R>(dataset, &split, self.data, &streams);
        let mut record = RunRecord { seed: context.seed, ..RunRecord::default() };
        name_classes_and_features(dataset, &mut record);

        let architecture = Architecture::new(self.model, parts.features(), parts.target());
        let architecture = architecture.map_err(|problems| first(problems).within("model"))?;
        let network = Network::new(architecture, self.model.init, &streams);
        let (parts, normalizer) = (&parts, &normalizer);
        probe.untrained(&Subject { network: &network, parts, normalizer }, &mut record);

        // Every epoch is told of, 0 (before training) too.
        let share = 1.0 / (self.training.epochs + 1) as f64;
        let fit =
            train::fit_network(network, self.training, parts, &streams, &mut |_| (context.advance)(share));
        keep(&fit, &mut record);
        if fit.diverged_at.is_none() {
            probe.trained(&Subject { network: &fit.network, parts, normalizer }, &mut record);
        }
        Ok(record)
    }
}

fn first(problems: Vec<Problem>) -> Problem {
    problems.into_iter().next().unwrap_or_else(|| Problem::new("", "the model does not fit the data"))
}

fn name_classes_and_features(dataset: &Dataset, record: &mut RunRecord) {
    record.names.insert("features".into(), dataset.feature_names.clone());
    if let TargetColumn::Classes { names, .. } = &dataset.target {
        record.names.insert("classes".into(), names.clone());
    }
}

/// History and final values of a fit, under the names of [`METRICS`]. The final values of a run that
/// diverged do not exist.
fn keep<R: Real>(fit: &Fit<R>, record: &mut RunRecord) {
    for (name, values) in fit.history.series() {
        let last = match fit.diverged_at {
            Some(_) => f64::NAN,
            None => values.get(fit.final_epoch).copied().unwrap_or(f64::NAN),
        };
        record.metrics.insert(name.clone(), Metric::Number(last));
        record.series.insert(name, values.to_vec());
    }
    let diverged_at = fit.diverged_at.map_or(f64::NAN, |epoch| epoch as f64);
    record.metrics.insert("diverged_at".into(), Metric::Number(diverged_at));
    if let Some(best) = fit.history.dev.loss.get(fit.best_epoch) {
        record.metrics.insert("best_epoch".into(), Metric::Number(fit.best_epoch as f64));
        record.metrics.insert("best_dev_loss".into(), Metric::Number(*best));
    }
    record.digest.clone_from(&fit.digest);
}

/// What a probe may look at.
pub struct Subject<'a, R> {
    pub network: &'a Network<R>,
    pub parts: &'a Prepared<R>,
    pub normalizer: &'a Normalizer,
}

impl<R: Real> Subject<'_, R> {
    /// Activations and gradients of every layer on the first training rows.
    pub fn capture(&self) -> Vec<LayerCapture> {
        let rows = self.parts.train.len().min(CAPTURED_ROWS);
        nn::capture(self.network, self.parts.train.rows(0..rows), self.parts.train.y.rows(0..rows))
    }

    /// Each class's probability at points of the plane of two features, in the units of the data set.
    pub fn probabilities(&self, points: &[[f64; 2]]) -> Vec<Vec<f64>> {
        let raw = Array2::from_shape_fn((points.len(), 2), |(row, column)| points[row][column]);
        let all: Vec<usize> = (0..points.len()).collect();
        let x = self.normalizer.apply(raw.view(), &all).mapv(R::from_f64);
        let output = self.network.predict(ArrayView2::from(&x));
        output.columns().into_iter().map(|column| column.iter().map(|p| p.to_f64()).collect()).collect()
    }

    /// The training points of two features in the units of the data set, with their classes: columns
    /// `x`, `y`, `class`. None where the data is not of that shape.
    pub fn points(&self) -> Option<Table> {
        let (Labels::Classes { indices, .. }, 2) = (&self.parts.train.y, self.parts.features()) else {
            return None;
        };
        let column = |index: usize| {
            let (scale, shift) = (self.normalizer.scale[index], self.normalizer.shift[index]);
            self.parts.train.x.column(index).iter().map(|v| v.to_f64() * scale + shift).collect::<Vec<f64>>()
        };
        let classes = indices.iter().map(|&class| f64::from(class)).collect();
        let columns = [("x", column(0)), ("y", column(1)), ("class", classes)];
        Some(Table { columns: columns.map(|(name, values)| (name.to_owned(), values)).into() })
    }
}
