//! One whole run, from a data set to a trained network, in the precision that the settings name.
//!
//! The generic engine meets its callers here and nowhere else: [`run`] compiles both precisions in this crate, where
//! everything is optimised, and shows networks to a [`Watch`] through [`Subject`], which has no precision.

use std::sync::Arc;

use ndarray::{Array2, ArrayView2};

use super::{Augmenter, Fit, Precision, Report, TrainingSettings, fit_network};
use crate::data::{
    self, DataSettings, Dataset, Features, Labels, Normalizer, Part, PartName, Prepared, SplitSettings,
    Targets,
};
use crate::measure::Answers;
use crate::nn::{
    self, Architecture, Differences, Dropout, GradientCheck, LayerCapture, Masks, ModelSettings, Network,
    Penalty, Planted,
};
use crate::numeric::{Alone, Real, Streams, Workers};
use crate::problem::Problem;

/// Rows at most that are looked at layer by layer.
pub(super) const CAPTURED_ROWS: usize = 256;

/// The four parts of the settings of everything that trains.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// What to learn from.
    pub data: &'a DataSettings,
    /// How to part it.
    pub split: &'a SplitSettings,
    /// What learns.
    pub model: &'a ModelSettings,
    /// How it learns.
    pub training: &'a TrainingSettings,
}

/// Looks on while a run goes its way, and may send help.
pub trait Watch {
    /// Hears of the network before the first step.
    fn untrained(&mut self, _: &dyn Subject) {}
    /// Hears of every epoch measured, 0 (before training) included.
    fn epoch(&mut self, _: usize, _: &dyn Subject) {}
    /// Hears of the network after the last epoch; not called on a run that has diverged.
    fn trained(&mut self, _: &dyn Subject) {}
    /// Returns of how many batches, from the first, the loss is to be kept as each step saw it.
    fn batches(&self) -> usize {
        0
    }
    /// Returns who is free to help with large products; the results are the same.
    fn workers(&self) -> Arc<dyn Workers> {
        Arc::new(Alone)
    }
}

/// A network and its data, whatever their precision.
pub trait Subject {
    /// Returns activations and gradients of every layer on the first training rows.
    fn capture(&self) -> Vec<LayerCapture>;
    /// Returns for each class its probability at points of the plane of two features, in the units of the data set.
    fn probabilities(&self, points: &[[f64; 2]]) -> Vec<Vec<f64>>;
    /// Returns what the network says of rows of features, where the target is a number; both in the units of the data set.
    fn values(&self, rows: Array2<f64>) -> Vec<f64>;
    /// Checks the gradient of J on the first training rows, in f64 whatever the precision of training.
    fn gradient_check(&self, settings: &GradientCheckSettings) -> GradientCheck;
    /// Returns the answers to the dev and the test part; none of a part without rows, or where the target is a number.
    fn answers(&self) -> Vec<(PartName, Answers)>;
    /// Returns the answers to the dev part if dropout is left on, once for each pass, every row under masks of its own; none where
    /// nothing is dropped, without dev rows, or where the target is a number.
    fn dropped_answers(&self, passes: usize) -> Vec<Answers>;
    /// Returns the weights of every layer, from the first.
    fn weights(&self) -> Vec<Vec<f64>>;
    /// Returns height and width where the rows are pictures.
    fn image(&self) -> Option<(usize, usize)>;
    /// Returns how many rows a part has.
    fn rows(&self, part: PartName) -> usize;
    /// Returns the class of every row of a part, as the network was told it; none where the target is a number.
    fn classes(&self, part: PartName) -> &[u32];
    /// Returns rows of a part as pictures, in the units of the data set; none where they are no pictures.
    fn pictures(&self, part: PartName, rows: &[usize]) -> Vec<Vec<f64>>;
    /// Returns training rows as pictures, each with so many copies after it that augmentation has changed; none without augmentation.
    fn augmented(&self, rows: &[usize], copies: usize) -> Vec<Vec<f64>>;
    /// Returns the training points where there are two features and classes.
    fn plane(&self) -> Option<PlanePoints>;
}

/// How a gradient is checked.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientCheckSettings {
    /// Of the training part, at most.
    pub rows: usize,
    /// How slopes are measured.
    pub differences: Differences,
    /// The mistake to look for, if any.
    pub planted: Planted,
    /// Whether dropout draws new masks at each evaluation.
    pub fresh_masks: bool,
}

/// Points of two features in the units of the data set, and the class of each.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanePoints {
    /// The first feature of each point.
    pub x: Vec<f64>,
    /// The second feature of each point.
    pub y: Vec<f64>,
    /// The class of each point.
    pub class: Vec<u32>,
}

/// Splits, normalizes, draws the first weights and trains. Every draw comes from a stream of the seed that is named for
/// its purpose, so that runs whose settings differ share whatever does not depend on the difference.
///
/// # Errors
/// A split that the data cannot give, a model that does not fit them: paths are into the four parts.
pub fn run(parts: &Parts, dataset: &Dataset, seed: u64, watch: &mut dyn Watch) -> Result<Report, Problem> {
    match parts.training.precision {
        Precision::F32 => run_in::<f32>(parts, dataset, seed, watch),
        Precision::F64 => run_in::<f64>(parts, dataset, seed, watch),
    }
}

fn run_in<R: Real>(
    settings: &Parts,
    dataset: &Dataset,
    seed: u64,
    watch: &mut dyn Watch,
) -> Result<Report, Problem> {
    let streams = Streams::new(seed);
    let split = data::split(&dataset.target, settings.split, &streams);
    let split = split.map_err(|problem| problem.within("split"))?;
    let (parts, normalizer) = data::prepare::<R>(dataset, &split, settings.data, &streams);
    let (parts, normalizer) = (&parts, &normalizer);

    let architecture = Architecture::new(settings.model, parts.features(), parts.target());
    let architecture = architecture.map_err(|problems| first(problems).within("model"))?;
    let network = Network::new(architecture, settings.model.init, &streams);
    let training = settings.training;
    watch.untrained(&Scene { network: &network, parts, normalizer, training, streams: &streams });
    let (workers, batches) = (watch.workers(), watch.batches());
    let Fit { network, report } =
        fit_network(network, settings.training, parts, &streams, workers, batches, &mut |epoch, network| {
            watch.epoch(epoch, &Scene { network, parts, normalizer, training, streams: &streams });
        });
    if report.diverged_at.is_none() {
        watch.trained(&Scene { network: &network, parts, normalizer, training, streams: &streams });
    }
    Ok(report)
}

pub(super) fn first(problems: Vec<Problem>) -> Problem {
    problems.into_iter().next().unwrap_or_else(|| Problem::new("", "the model does not fit the data"))
}

/// The one [`Subject`]: what a run has at hand.
struct Scene<'a, R> {
    network: &'a Network<R>,
    parts: &'a Prepared<R>,
    normalizer: &'a Normalizer,
    training: &'a TrainingSettings,
    streams: &'a Streams,
}

impl<R: Real> Scene<'_, R> {
    fn part(&self, name: PartName) -> &Part<R> {
        match name {
            PartName::Train => &self.parts.train,
            PartName::Dev => &self.parts.dev,
            PartName::Test => &self.parts.test,
        }
    }

    /// A normalized row in the units of the data set.
    fn undone(&self, row: &[R]) -> Vec<f64> {
        let scaling = self.normalizer.scale.iter().zip(&self.normalizer.shift);
        row.iter().zip(scaling).map(|(number, (scale, shift))| number.to_f64() * scale + shift).collect()
    }
}

impl<R: Real> Subject for Scene<'_, R> {
    fn capture(&self) -> Vec<LayerCapture> {
        let rows = self.parts.train.len().min(CAPTURED_ROWS);
        nn::capture(self.network, self.parts.train.rows(0..rows), self.parts.train.y.rows(0..rows))
    }

    fn probabilities(&self, points: &[[f64; 2]]) -> Vec<Vec<f64>> {
        let raw = Array2::from_shape_fn((points.len(), 2), |(row, column)| points[row][column]);
        let all: Vec<usize> = (0..points.len()).collect();
        let x = self.normalizer.apply::<R>(&Features::F64(raw), &all);
        let output = self.network.predict(ArrayView2::from(&x));
        output.columns().into_iter().map(|column| column.iter().map(|p| p.to_f64()).collect()).collect()
    }

    fn values(&self, rows: Array2<f64>) -> Vec<f64> {
        let all: Vec<usize> = (0..rows.nrows()).collect();
        let x = self.normalizer.apply::<R>(&Features::F64(rows), &all);
        let scale = self.parts.target_scale;
        self.network.predict(ArrayView2::from(&x)).iter().map(|value| scale.undo(value.to_f64())).collect()
    }

    fn gradient_check(&self, settings: &GradientCheckSettings) -> GradientCheck {
        let double = |values: &[R]| values.iter().map(|value| value.to_f64()).collect::<Vec<f64>>();
        let architecture = self.network.architecture();
        let network = Network::from_parameters(architecture.clone(), double(self.network.parameters()));
        let train = &self.parts.train;
        let rows = train.len().min(settings.rows);
        let values;
        let targets = match train.y.rows(0..rows) {
            Targets::Classes(classes) => Targets::Classes(classes),
            Targets::Values(of_rows) => {
                values = double(of_rows);
                Targets::Values(&values)
            }
        };
        // Streams of its own: checking does not move the masks of training.
        let dropout = match Masks::new(architecture, rows, self.streams) {
            None => Dropout::Off,
            Some(masks) if settings.fresh_masks => Dropout::Fresh(masks),
            Some(mut masks) => {
                masks.draw(rows);
                Dropout::Same(masks)
            }
        };
        let penalty = Penalty { l1: self.training.l1, l2: self.training.l2, rows: train.len().max(1) };
        let x = double(train.rows(0..rows));
        nn::gradient_check(&network, &x, targets, dropout, penalty, settings.differences, &settings.planted)
    }

    fn answers(&self) -> Vec<(PartName, Answers)> {
        let parts = [PartName::Dev, PartName::Test].map(|name| (name, self.part(name)));
        let judged = parts.into_iter().filter(|(_, part)| !part.is_empty());
        judged
            .filter_map(|(name, part)| {
                let Labels::Classes { indices, count } = &part.y else { return None };
                let probabilities = self.network.predict(part.x.view()).iter().map(|p| p.to_f64()).collect();
                Some((name, Answers { right: indices.clone(), classes: *count, probabilities }))
            })
            .collect()
    }

    fn dropped_answers(&self, passes: usize) -> Vec<Answers> {
        let part = &self.parts.dev;
        let Labels::Classes { indices, count } = &part.y else { return Vec::new() };
        let architecture = self.network.architecture();
        let rows = architecture.prediction_rows().min(part.len());
        // Streams that begin anew: predicting does not move the masks of training.
        let Some(mut masks) = Masks::new(architecture, rows, self.streams).filter(|_| rows > 0) else {
            return Vec::new();
        };
        let mut pass = |_| {
            let said = self.network.predict_in_training(part.x.view(), &mut masks);
            let probabilities = said.iter().map(|p| p.to_f64()).collect();
            Answers { right: indices.clone(), classes: *count, probabilities }
        };
        (0..passes).map(&mut pass).collect()
    }

    fn weights(&self) -> Vec<Vec<f64>> {
        let parameters = self.network.parameters();
        let layers = self.network.architecture().layers.iter();
        layers.map(|layer| parameters[layer.weights()].iter().map(|w| w.to_f64()).collect()).collect()
    }

    fn image(&self) -> Option<(usize, usize)> {
        self.parts.picture.as_ref().map(|picture| (picture.height, picture.width))
    }

    fn rows(&self, part: PartName) -> usize {
        self.part(part).len()
    }

    fn classes(&self, part: PartName) -> &[u32] {
        match &self.part(part).y {
            Labels::Classes { indices, .. } => indices,
            Labels::Values(_) => &[],
        }
    }

    fn pictures(&self, part: PartName, rows: &[usize]) -> Vec<Vec<f64>> {
        let part = self.part(part);
        let rows = rows.iter().filter(|_| self.parts.picture.is_some());
        rows.map(|&row| self.undone(part.rows(row..row + 1))).collect()
    }

    fn augmented(&self, rows: &[usize], copies: usize) -> Vec<Vec<f64>> {
        let (Some(augment), Some(picture)) = (&self.training.augment, &self.parts.picture) else {
            return Vec::new();
        };
        // Its streams begin anew: looking does not move what training draws.
        let mut augmenter = Augmenter::new(augment, Some(picture), self.streams);
        let mut pictures = Vec::with_capacity(rows.len() * (copies + 1));
        for &row in rows {
            let own = self.parts.train.rows(row..row + 1);
            pictures.push(self.undone(own));
            for _ in 0..copies {
                let mut copy = own.to_vec();
                augmenter.change(&mut copy);
                pictures.push(self.undone(&copy));
            }
        }
        pictures
    }

    fn plane(&self) -> Option<PlanePoints> {
        let (Labels::Classes { indices, .. }, 2) = (&self.parts.train.y, self.parts.features()) else {
            return None;
        };
        let column = |index: usize| {
            let (scale, shift) = (self.normalizer.scale[index], self.normalizer.shift[index]);
            self.parts.train.x.column(index).iter().map(|v| v.to_f64() * scale + shift).collect()
        };
        Some(PlanePoints { x: column(0), y: column(1), class: indices.clone() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::data::{Files, TableLimits};
    use crate::train::regress;

    /// What the network says of a row in the end.
    #[derive(Default)]
    struct Says(Vec<f64>);

    impl Watch for Says {
        fn trained(&mut self, subject: &dyn Subject) {
            self.0 = subject.values(Array2::from_elem((1, 1), 70.0));
        }
    }

    /// Prices in dollars over square metres: y = 200000 + 3000 x, and what a usual training makes of them.
    fn houses(data: &Value, hidden: &Value, training: Value) -> (Report, Vec<f64>) {
        let rows: String =
            (0..80).map(|i| format!("{0},{1}.5\n", 20 + 2 * i, 260_000 + 6_000 * i + i % 7)).collect();
        let csv = format!("area,price\n{rows}");
        let mut settings = json!({ "file": "houses.csv" });
        data.as_object().unwrap().iter().for_each(|(key, value)| settings[key] = value.clone());
        let data: DataSettings = serde_json::from_value(settings).unwrap();
        let files = Files { file: Some(csv.as_bytes()), labels: None };
        let dataset = data::load(&data, files, &TableLimits::default(), &Streams::new(1)).unwrap();
        let model: ModelSettings = serde_json::from_value(json!({ "hidden": hidden })).unwrap();
        let training: TrainingSettings = serde_json::from_value(training).unwrap();
        let split = SplitSettings::default();
        let parts = Parts { data: &data, split: &split, model: &model, training: &training };
        let mut says = Says::default();
        let report = run(&parts, &dataset, 1, &mut says).unwrap();
        if *hidden == json!([]) && report.diverged_at.is_none() {
            let line = regress(&data, &split, 0.0, &dataset, 1).unwrap();
            let norm = line.ridge.weights[0].abs();
            assert!((report.history.weight_norm.last().unwrap() / norm - 1.0).abs() < 1e-3);
        }
        (report, says.0)
    }

    /// Asks twice with dropout left on.
    #[derive(Default)]
    struct AsksTwice(Vec<Answers>, Vec<Answers>);

    impl Watch for AsksTwice {
        fn trained(&mut self, subject: &dyn Subject) {
            (self.0, self.1) = (subject.dropped_answers(2), subject.dropped_answers(1));
        }
    }

    #[test]
    fn dropout_left_on_contradicts_itself() {
        let data: DataSettings = serde_json::from_value(json!({ "name": "iris" })).unwrap();
        let dataset = data::load(&data, Files::default(), &TableLimits::default(), &Streams::new(1)).unwrap();
        let asked = |keep: f64| {
            let model: ModelSettings =
                serde_json::from_value(json!({ "hidden": [8], "keep_prob": keep })).unwrap();
            let (split, training) = (SplitSettings::default(), TrainingSettings::default());
            let parts = Parts { data: &data, split: &split, model: &model, training: &training };
            let mut asks = AsksTwice::default();
            run(&parts, &dataset, 1, &mut asks).unwrap();
            asks
        };
        let AsksTwice(twice, again) = asked(0.5);
        assert_eq!((twice.len(), twice[0].right.len(), twice[0].probabilities.len()), (2, 30, 90));
        assert_ne!(twice[0].probabilities, twice[1].probabilities);
        assert_eq!(twice[0].probabilities, again[0].probabilities, "the streams begin anew");
        assert!(asked(1.0).0.is_empty(), "nothing is dropped");
    }

    #[test]
    fn plain_descent_learns_a_target_of_any_size() {
        let sgd =
            json!({ "optimizer": { "sgd": {} }, "learning_rate": 0.1, "epochs": 60, "precision": "f64" });
        let (report, says) = houses(&json!({}), &json!([]), sgd.clone());
        assert_eq!(report.diverged_at, None);
        assert!((says[0] - 410_000.0).abs() < 10.0, "{says:?}");
        // In dollars squared, as the spread of the prices is before training.
        let losses = &report.history.train.loss;
        assert!(losses[0] > 1e9 && *losses.last().unwrap() < 10.0, "{losses:?}");
        assert_eq!(report.history.objective, *losses);
        let (scaled, _) =
            houses(&json!({}), &json!([16]), json!({ "optimizer": { "sgd": {} }, "epochs": 5 }));
        assert!(scaled.diverged_at.is_none());
        let (plain, _) = houses(
            &json!({"scale_target": "none"}),
            &json!([16]),
            json!({ "optimizer": { "sgd": {} }, "epochs": 5, "learning_rate": 0.1 }),
        );
        assert!(plain.diverged_at.is_some());
    }
}
