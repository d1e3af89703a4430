//! A network trained, once or with whatever varied, and looked at from all sides.

mod figures;
mod looks;
mod pictures;

use std::iter::repeat_n;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::Figure;
use crate::data::{DataSettings, Facts, SplitSettings, Target};
use crate::diagnostic::{Problem, nearest};
use crate::experiment::histogram::BINS;
use crate::experiment::{
    Compare, Context, Cost, Doc, Drawn, Experiment, MetricInfo, MetricSchema, MetricType, Part, Shared,
    regions, states, training,
};
use crate::measure;
use crate::nn::{Architecture, ModelSettings};
use crate::outcome::{Outcome, RunRecord, Step};
use crate::range;
use crate::settings::metric_of_others;
use crate::train::{self, Parts, TrainingSettings};

use looks::Looks;

/// The most epochs of which regions or histograms are kept.
const MOST_EPOCHS: usize = 12;

/// The most batches whose loss is kept.
const MOST_BATCHES: u64 = 2000;

/// The most pictures that are kept of each sort.
const MOST_PICTURES: u64 = 100;

/// Lists of the bins of confidence.
const BIN_LISTS: [&str; 3] = ["dev_bin_confidence", "dev_bin_accuracy", "dev_bin_rows"];

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Train {
    pub data: DataSettings,
    pub split: SplitSettings,
    pub model: ModelSettings,
    pub training: TrainingSettings,
    /// The epochs whose regions are drawn, of data with two features and classes (default: the last one). One alone stands, and a reader slides to it from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<usize>>,
    /// The epochs whose weights and activations are drawn as histograms, layer by layer; 0 is before training (default none). One alone stands, and a reader slides to it from the start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub histograms: Vec<usize>,
    /// Whether each layer's share of the gradient is measured after every epoch (default false).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gradient_shares: bool,
    /// Whether it is measured how far each layer's inputs move in every epoch (default false).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drift: bool,
    /// Of how many batches, from the first, the loss is kept as each step saw it (default 0).
    #[serde(skip_serializing_if = "is_zero")]
    pub batches: usize,
    /// How many pictures of the data are shown, as they are, as augmentation changes them, and of those that are taken for others (default 0).
    #[serde(skip_serializing_if = "is_zero")]
    pub pictures: usize,
    /// The metrics that are drawn along the setting that varies (default: the errors of train and dev, or their losses where the target is a number).
    #[serde(skip_serializing)]
    pub metrics: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Train {
    fn parts(&self) -> Parts<'_> {
        Parts { data: &self.data, split: &self.split, model: &self.model, training: &self.training }
    }

    /// The epochs on the way to the one whose regions stand; none where several are asked for.
    fn way_of_regions(&self) -> Vec<usize> {
        match self.regions.as_deref() {
            None => states::way_to(self.training.epochs),
            Some([only]) => states::way_to(*only),
            Some(_) => Vec::new(),
        }
    }

    /// The epochs on the way to the one whose histograms stand; none where several are asked for.
    fn way_of_histograms(&self) -> Vec<usize> {
        match self.histograms[..] {
            [only] => states::way_to(only),
            _ => Vec::new(),
        }
    }

    /// What is asked of the network at chosen epochs can only be asked of epochs that there are.
    fn check_epochs(&self) -> Vec<Problem> {
        let last = self.training.epochs as u64;
        let lists =
            [("regions", self.regions.as_deref().unwrap_or_default()), ("histograms", &self.histograms)];
        let mut problems = Vec::new();
        for (key, epochs) in lists {
            if epochs.len() > MOST_EPOCHS {
                let problem = Problem::new(key, format!("`{key}` of {} epochs", epochs.len()));
                problems.push(problem.expected(format!("at most {MOST_EPOCHS}")));
            }
            for (index, &epoch) in epochs.iter().enumerate() {
                let path = format!("{key}[{index}]");
                let beyond = range::whole(&path, format!("epoch {epoch}"), epoch as u64, 0..=last);
                let again = epochs[..index].contains(&epoch).then(|| {
                    Problem::new(&path, format!("epoch {epoch} is listed twice")).expected("each epoch once")
                });
                problems.extend(beyond.or(again));
            }
        }
        problems
    }

    /// What cannot be shown of these data.
    fn check_data(&self, facts: &Facts) -> Vec<Problem> {
        let wanted = self.regions.as_ref().is_some_and(|epochs| !epochs.is_empty());
        let regions = (wanted && !regions::are_of(facts)).then(|| {
            let what = match facts.target {
                Target::Value => "a target that is a number".to_owned(),
                Target::Classes(classes) => {
                    format!("data with {} features and {classes} classes", facts.features)
                }
            };
            Problem::new("regions", format!("regions of {what}"))
                .expected("two features, and at most 24 classes")
        });
        let pictures = (self.pictures > 0 && facts.image.is_none()).then(|| {
            Problem::new("pictures", "pictures of data that are none")
                .expected("data of pictures")
                .hint("pictures are `digits`, IDX files, and NPY or NPZ arrays of rows, height and width")
        });
        regions.into_iter().chain(pictures).collect()
    }

    /// The loss of batches that there will not be.
    fn check_batches(&self, facts: &Facts) -> Option<Problem> {
        let [rows, ..] = self.split.sizes(facts.rows).ok()?;
        let steps = self.training.epochs * rows.div_ceil(self.training.batch_size.of(rows).max(1));
        (self.batches > steps && self.batches as u64 <= MOST_BATCHES).then(|| {
            let problem = Problem::new("batches", format!("the loss of {} batches", self.batches));
            problem.expected(format!("at most {steps}, as many steps as this training has"))
        })
    }

    /// Metrics to be drawn that are none, or no single number each.
    fn check_metrics(&self) -> Vec<Problem> {
        let drawable = || training::numbers().map(|info| info.name);
        let unknown = |(index, metric): (usize, &String)| {
            let known = drawable().any(|name| name == metric);
            (!known).then(|| {
                let problem =
                    Problem::new(format!("metrics[{index}]"), format!("there is no metric `{metric}`"));
                let problem = problem.expected("the name of a metric, such as `dev_error`");
                let known: Vec<&str> = drawable().collect();
                let near = nearest(metric, drawable()).map(str::to_owned);
                match metric_of_others(metric, &known).or(near) {
                    Some(near) => problem.hint(format!("did you mean `{near}`?")),
                    None => problem,
                }
            })
        };
        self.metrics.iter().enumerate().filter_map(unknown).collect()
    }

    /// What looking at the network costs beside its training.
    fn looking(&self, facts: Option<&Facts>) -> Cost {
        let Some(facts) = facts else { return Cost::default() };
        let Ok(architecture) = Architecture::new(&self.model, facts.features, facts.target) else {
            return Cost::default();
        };
        let Ok([rows, ..]) = self.split.sizes(facts.rows) else { return Cost::default() };
        let layers = architecture.layers.len() as f64;
        let epochs = self.training.epochs as f64 + 1.0;
        let mut cost = Cost::default();
        let every_epoch = self.gradient_shares || self.drift;
        let histograms = (self.histograms.len() + self.way_of_histograms().len()) as f64;
        let captures = histograms + if every_epoch { epochs } else { 0.0 };
        if captures > 0.0 {
            let captured = train::capture_bytes(&architecture, rows, self.training.precision) as f64;
            let answers =
                3.0 * train::prediction_seconds(&architecture, rows.min(256), self.training.precision);
            cost.seconds += captures * (0.2 * answers + 0.3e-9 * captured);
            cost.bytes += captured;
        }
        let parameters = architecture.parameters() as f64;
        cost.seconds += 9e-9 * histograms * parameters;
        cost.bytes += if histograms > 0.0 { 8.0 * parameters } else { 0.0 };
        cost = cost + Cost::of_table(2.4 * BINS as f64 * layers * histograms);
        for _ in 0..u32::from(self.gradient_shares) + u32::from(self.drift) {
            // Each layer is a column of the files.
            let columns = Drawn { written: 850.0 * layers, ..Drawn::default() };
            cost = cost + Cost::of_history(layers * (epochs + 1.0)) + Cost::of_metrics(layers);
            cost = cost + Cost::of_drawn(columns);
        }
        // The logits of a batch are judged once more.
        let kept = self.batches as f64;
        cost.seconds += 20e-9 * kept * (self.training.batch_size.of(rows) * architecture.outputs()) as f64;
        cost = cost + Cost::of_history(2.0 * kept);
        cost + pictures::cost(self.pictures, self.training.augment.is_some(), facts)
    }

    /// Returns what the network's answers cost that are kept and drawn: over the plane of two features, and to the dev part.
    fn answering(&self, facts: Option<&Facts>) -> Cost {
        let listed = repeat_n(regions::FINE, self.regions.as_ref().map_or(1, Vec::len));
        let way = repeat_n(regions::COARSE, self.way_of_regions().len());
        let planes = regions::cost(&self.parts(), facts, listed.chain(way));
        match facts.map(|facts| facts.target) {
            Some(Target::Classes(classes)) => planes + figures::cost(classes),
            _ => planes,
        }
    }
}

/// Lists that are kept for every epoch too: the metric, the table with a column for each item, and the epoch of its first row.
pub const BY_EPOCH: [(&str, &str, usize); 2] = [("gradient_share", "gradients", 0), ("drift", "drift", 1)];

impl Experiment for Train {
    const NAME: &'static str = "train";
    const SUMMARY: &'static str = "What does a network learn, where is it wrong, and what changes that?";
    const REVISION: u32 = 4;
    const TRAINS: bool = true;
    const COMPARE: Compare = Compare::NONE;
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::share(
            "dev_bin_confidence",
            "mean probability of the class given, in each of 15 bins of it over the dev part (a list; not a number where a bin has no rows)",
        )
        .on(Part::Dev)
        .aside(),
        MetricInfo::share(
            "dev_bin_accuracy",
            "share of the dev rows of each bin that are right: what their confidence should be (a list)",
        )
        .on(Part::Dev)
        .aside(),
        MetricInfo::number("dev_bin_rows", "how many dev rows are in each bin (a list)").in_unit("rows").on(Part::Dev).aside(),
        MetricInfo::share(
            "gradient_share",
            "each layer's share of the squared norm of the gradient at the last epoch, where `gradient_shares` asks for it (a list, from layer 1)",
        )
        .aside(),
        MetricInfo::number(
            "drift",
            "how far the means of each hidden layer's activations, the inputs of the next layer, move in an epoch, in standard deviations \
             of the epoch before: the mean over all epochs, where `drift` asks for it (a list, from hidden layer 1)",
        )
        .aside(),
        MetricInfo::share(
            "straight_share",
            "share of each hidden layer's sums z between -0.5 and 0.5, where tanh and sigmoid are nearly straight lines, on some training rows at the \
             last of the epochs of `histograms` (a list, from hidden layer 1); 0 for other activations",
        )
        .aside(),
        MetricInfo::number(
            "batch_loss",
            "the mean loss of each of the first batches as its step saw it, where `batches` asks for it (a list)",
        )
        .on(Part::Train)
        .aside(),
    ];
    const STEP: Step = Step::Epoch;
    const FIGURES: &'static [Doc] = &[
        Doc { name: "loss", about: "loss on the training and the dev part by epoch, with bands over seeds" },
        Doc { name: "error", about: "share of wrong answers on both parts by epoch, of classes" },
        Doc {
            name: "metrics",
            about: "the `metrics` that were asked for along the setting that varies, on a log axis where its values are a hundredfold apart",
        },
        Doc {
            name: "regions",
            about: "the class that the network finds likeliest over the plane of two features, at the epochs of `regions`",
        },
        Doc {
            name: "confusion",
            about: "which class the dev rows of each class were given: counts, shaded by their share of the row",
        },
        Doc {
            name: "calibration",
            about: "how often the network is right, by how sure it is, over the dev part",
        },
        Doc { name: "pictures", about: "pictures of the training part as they are, some of each class" },
        Doc { name: "augmented", about: "pictures with copies that augmentation has changed" },
        Doc {
            name: "mistakes",
            about: "the pictures of the dev part that are taken for others, the surest mistakes first",
        },
        Doc {
            name: "weights",
            about: "the weights of each layer as histograms, at the epochs of `histograms`",
        },
        Doc {
            name: "activations",
            about: "the activations of each layer on training rows as histograms, at the epochs of `histograms`",
        },
        Doc { name: "gradients", about: "each layer's share of the gradient by epoch" },
        Doc { name: "drift", about: "how far each layer's inputs move in every epoch" },
        Doc { name: "batches", about: "the loss of each of the first batches, as its step saw it" },
    ];
    const EXAMPLE: &'static str = "\
kind: train
id: rings
data: {name: circles, samples: 200}
model: {hidden: [8]}
training: {epochs: 20, learning_rate: 0.03}
seeds: 2
vary: {training.l2: [0, 1]}
regions: [0, 20]
histograms: [0, 20]
gradient_shares: true
drift: true
batches: 60
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        let mut problems = training::check(&self.parts(), facts);
        problems.extend(self.check_epochs());
        let pictures = format!("{} pictures", self.pictures);
        problems.extend(range::whole("pictures", pictures, self.pictures as u64, 0..=MOST_PICTURES));
        problems.extend(self.check_metrics());
        let batches = format!("{} batches", self.batches);
        problems.extend(range::whole("batches", batches, self.batches as u64, 0..=MOST_BATCHES));
        problems.extend(facts.map(|facts| self.check_data(facts)).unwrap_or_default());
        if problems.is_empty() {
            problems.extend(facts.and_then(|facts| self.check_batches(facts)));
        }
        problems
    }

    fn data(&self) -> Option<&DataSettings> {
        Some(&self.data)
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        let parts = self.parts();
        let trained = training::cost(&parts, facts);
        let looking = self.looking(facts);
        let answers = Cost { drawn: Drawn::default(), ..self.answering(facts) };
        // The network is looked at while it trains.
        let held = trained.bytes + looking.bytes;
        let bins = Cost::of_history((BIN_LISTS.len() * measure::BINS) as f64);
        Cost { bytes: held, ..trained + looking + answers + bins }
    }

    fn drawn(variants: &[&Self], facts: &[Option<Facts>]) -> Drawn {
        let looked_at = variants.iter().zip(facts).take(figures::MOST_LOOKED_AT);
        looked_at.map(|(variant, facts)| variant.answering(facts.as_ref())).sum::<Cost>().drawn
    }

    fn may_show(&self, figure: &str) -> bool {
        match figure {
            "pictures" | "augmented" | "mistakes" => self.pictures > 0,
            "weights" | "activations" => !self.histograms.is_empty(),
            "gradients" => self.gradient_shares,
            "drift" => self.drift,
            "batches" => self.batches > 0,
            _ => true,
        }
    }

    fn metric_schema(&self, facts: Option<&Facts>) -> MetricSchema {
        let mut schema = training::metric_schema(&self.parts(), facts);
        if schema.contains_key("dev_confidence") {
            schema.extend(BIN_LISTS.map(|name| (name.to_owned(), MetricType::List(measure::BINS))));
        }
        if self.gradient_shares {
            schema.insert("gradient_share".into(), MetricType::List(self.model.depth() + 1));
        }
        if self.drift {
            schema.insert("drift".into(), MetricType::List(self.model.depth()));
        }
        if !self.histograms.is_empty() {
            schema.insert("straight_share".into(), MetricType::List(self.model.depth()));
        }
        if self.batches > 0 {
            schema.insert("batch_loss".into(), MetricType::List(self.batches));
        }
        schema
    }

    fn shared(&self) -> Shared<'_> {
        Shared::of_training(&self.parts())
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let mut record = training::train_and(&self.parts(), context, &Looks::new(self))?;
        looks::complete(self, &mut record);
        Ok(record)
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        figures::all(variants, outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_nobody_asks_for_are_not_foreseen() {
        let foreseen = |train: &Train| -> Vec<&str> {
            Train::FIGURES.iter().map(|doc| doc.name).filter(|name| train.may_show(name)).collect()
        };
        let always = ["loss", "error", "metrics", "regions", "confusion", "calibration"];
        assert_eq!(foreseen(&Train::default()), always);
        let all = Train {
            pictures: 1,
            histograms: vec![0],
            gradient_shares: true,
            drift: true,
            batches: 1,
            ..Train::default()
        };
        assert_eq!(foreseen(&all).len(), Train::FIGURES.len());
    }
}
