//! A network in the place of the line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Regression;
use crate::data::{self, Dataset, Split};
use crate::diagnostic::{Problem, within};
use crate::experiment::training::{self, Probe};
use crate::experiment::{Context, Experiment, Facts};
use crate::nn::ModelSettings;
use crate::numeric::Streams;
use crate::outcome::RunRecord;
use crate::train::{Parts, Subject, TrainingSettings};

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Network {
    pub model: ModelSettings,
    pub training: TrainingSettings,
}

impl Network {
    /// Returns what is wrong with it in itself, and with the penalty `l2` of a line beside it.
    pub(crate) fn check(&self, l2: f64) -> Vec<Problem> {
        let mut problems = within("network.model", self.model.check());
        problems.extend(within("network.training", self.training.check()));
        if l2 != 0.0 {
            let problem = Problem::new("l2", "`l2` has no effect on a network");
            problems.push(problem.expected("`network.training.l2`, whose lambda means the same"));
        }
        problems
    }
}

impl Regression {
    /// Calls `work` with the four parts of a training of this network.
    pub(crate) fn with_parts<T>(&self, network: &Network, work: impl FnOnce(&Parts) -> T) -> T {
        let Network { model, training } = network;
        work(&Parts { data: &self.data, split: &self.split, model, training })
    }

    /// Returns what these data forbid a network that is sound in itself.
    pub(crate) fn check_network(&self, network: &Network, facts: &Facts) -> Vec<Problem> {
        let problems = self.with_parts(network, |parts| training::check(parts, Some(facts)));
        let own = |problem: Problem| match training::is_of_network(&problem.path) {
            true => problem.within("network"),
            false => problem,
        };
        problems.into_iter().map(own).collect()
    }

    /// Trains the network, and draws what it says in the end.
    ///
    /// # Errors
    /// A split that the data cannot give.
    pub(crate) fn train(
        &self,
        network: &Network,
        dataset: &Dataset,
        context: &Context,
    ) -> Result<RunRecord, Problem> {
        let split = data::split(&dataset.target, &self.split, &Streams::new(context.seed));
        let split = split.map_err(|problem| problem.within("split"))?;
        let curve = Curve { regression: self, dataset, split };
        let mut record = self.with_parts(network, |parts| training::train_and(parts, context, &curve))?;
        let is_own = |name: &String| Regression::METRICS.iter().any(|doc| doc.name == name);
        record.metrics.retain(|name, _| is_own(name));
        record.series.retain(|name, _| is_own(name));
        Ok(record)
    }
}

/// Draws what the network says.
struct Curve<'a> {
    regression: &'a Regression,
    dataset: &'a Dataset,
    split: Split,
}

impl Probe for Curve<'_> {
    fn trained(&self, subject: &dyn Subject, record: &mut RunRecord) {
        self.regression.draw(self.dataset, &self.split, |rows| subject.values(rows), record);
    }
}
