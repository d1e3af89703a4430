//! Optimizers on the same task from the same weights through the same batches.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::{Axis, Figure};
use crate::data::{DataSettings, SplitSettings};
use crate::diagnostic::Problem;
use crate::experiment::curves::{self, CurveFigure};
use crate::experiment::target::{LossTarget, TargetFigure};
use crate::experiment::training;
use crate::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, MetricInfo, MetricSchema, MetricType, Shared,
};
use crate::nn::ModelSettings;
use crate::outcome::{Metric, Outcome, RunRecord, Step};
use crate::train::{Parts, TrainingSettings};

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Optimizers {
    pub data: DataSettings,
    pub split: SplitSettings,
    pub model: ModelSettings,
    pub training: TrainingSettings,
    /// The training loss whose first epoch `epochs_to` gives (default 0.1).
    pub target: LossTarget,
}

impl Optimizers {
    fn parts(&self) -> Parts<'_> {
        Parts { data: &self.data, split: &self.split, model: &self.model, training: &self.training }
    }
}

impl Experiment for Optimizers {
    const NAME: &'static str = "optimizers";
    const SUMMARY: &'static str = "Which way of descending gets lower, and how fast?";
    const REVISION: u32 = 2;
    const TRAINS: bool = true;
    const COMPARE: Compare = Compare {
        key: "compare",
        path: |_| "training.optimizer",
        prefix: "",
        about: "optimizers, bare or with their settings",
    };
    const METRICS: &'static [MetricInfo] = &[MetricInfo::when(
        "epochs_to",
        "the first epoch whose training loss is at or under `target`; not a number where none is",
    )
    .in_unit("epochs")
    .lower()];
    const STEP: Step = Step::Epoch;
    const FIGURES: &'static [Doc] = &[
        Doc { name: "loss", about: "training loss by epoch, on a log axis, with bands over seeds" },
        Doc { name: "dev_loss", about: "dev loss by epoch, on a log axis" },
        Doc { name: "dev_error", about: "share of dev examples that are wrong, by epoch" },
        Doc { name: "epochs_to", about: "epochs to the target loss, a dot for each seed that gets there" },
    ];
    const EXAMPLE: &'static str = "\
kind: optimizers
id: two_ways_down
data: {name: moons, samples: 200}
training: {epochs: 20, learning_rate: 0.05}
seeds: 3
compare: [sgd, momentum, {adam: {learning_rate: 0.01}}]
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        let mut problems = training::check(&self.parts(), facts);
        problems.extend(self.target.check());
        problems
    }

    fn data(&self) -> Option<&DataSettings> {
        Some(&self.data)
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        training::cost(&self.parts(), facts)
    }

    fn metric_schema(&self, facts: Option<&Facts>) -> MetricSchema {
        let mut schema = training::metric_schema(&self.parts(), facts);
        schema.insert("epochs_to".into(), MetricType::Number);
        schema
    }

    fn shared(&self) -> Shared<'_> {
        Shared::of_training(&self.parts())
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let mut record = training::train(&self.parts(), context)?;
        let losses = record.series.get("train_loss").map_or(&[][..], |losses| losses.as_slice());
        let epochs = self.target.first(losses);
        record.metrics.insert("epochs_to".into(), Metric::Number(epochs));
        Ok(record)
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        let loss = CurveFigure {
            name: "loss",
            title: "Training loss",
            lead: "The training loss after each epoch.",
            series: "train_loss",
            y: Axis::log(curves::loss_name(outcome, "training loss")),
            alone: "training loss",
        };
        let dev_loss = CurveFigure {
            name: "dev_loss",
            title: "Dev loss",
            lead: "The loss on the dev part after each epoch.",
            series: "dev_loss",
            y: Axis::log(curves::loss_name(outcome, "dev loss")),
            alone: "dev loss",
        };
        let dev_error = CurveFigure {
            name: "dev_error",
            title: "Dev error",
            lead: "The share of dev examples that are wrong after each epoch.",
            series: "dev_error",
            y: Axis::linear("dev error").percent().zero(),
            alone: "dev error",
        };
        let curves = [loss, dev_loss, dev_error].into_iter().filter_map(|figure| figure.draw(outcome));
        let target = variants.first().map_or(LossTarget::default(), |first| first.target);
        let epochs_to = TargetFigure {
            name: "epochs_to",
            title: "Epochs to the target",
            lead: "How many epochs each run needed to reach the target.",
            counted: format!("epochs to a training loss of {}", target.0),
        };
        curves.chain(epochs_to.draw(outcome)).collect()
    }
}
