//! A block as a whole: from a tree of settings, with defaults laid below it, to an experiment that is ready to run, and from its
//! runs to an outcome. Whoever has the files of a lesson or none, plans with it: a build and a page in a browser alike.
//!
//! 1. [`Decoded::new`] reads header and settings;
//! 2. [`Decoded::read_data`] asks for the size of its data;
//! 3. [`Decoded::checked`] says what is wrong with all of it, and returns a [`Block`], whose cost is known;
//! 4. [`Block::with_controls`] adds what its author lets a reader change;
//! 5. its runs, done wherever, come together in a [`Block::nothing_yet`].

mod decoding;
mod tried;

use std::sync::Arc;

use crate::chart::Figure;
use crate::data::{DataSettings, Facts, Target};
use crate::experiment::{Cost, Header, Kind, MetricInfo, Plan, PlannedVariant, conditions};
use crate::inline::{Forecast, ForecastVariant};
use crate::outcome::{Conditions, LEARNING_RATE, Outcome, Step, Variant};
use crate::settings::Node;

pub use decoding::Decoded;
pub use tried::{Control, holds, laid};

/// An experiment, ready to run.
pub struct Block {
    pub header: Header,
    pub kind: &'static Kind,
    pub plan: Box<dyn Plan>,
    /// Of each variant's data, where it has any.
    pub facts: Vec<Option<Facts>>,
    /// Of one run of each variant.
    pub costs: Vec<Cost>,
    /// Of what is made of all runs: figures, claims, values in prose.
    pub shown: Cost,
    /// Which of the series' colours each variant has.
    pub colors: Vec<usize>,
    /// What a reader may change of it.
    pub controls: Vec<Control>,
    /// The block's own tree with the defaults of course and lesson below it.
    pub tree: Node,
}

impl Block {
    /// Lists the seeds of its runs.
    pub fn seeds(&self) -> impl Iterator<Item = u64> + use<> {
        self.header.seed..self.header.seed + self.header.seeds
    }

    /// Lists the names of the variants for readers: the author's, or those that follow from what is compared.
    pub fn labels(&self) -> impl Iterator<Item = String> {
        self.plan.variants().into_iter().map(|variant| {
            self.header.labels.get(variant.name).map_or(variant.label, String::as_str).to_owned()
        })
    }

    /// Lists the settings of all data of a variant whose size is known, each with that.
    pub fn sized_data(&self, variant: usize) -> impl Iterator<Item = (&DataSettings, &Facts)> {
        let own = self.plan.data(variant).zip(self.facts[variant].as_ref());
        let further = self.plan.further_data(variant).into_iter();
        own.into_iter().chain(further.filter_map(|data| Some((data.settings, data.facts?))))
    }

    /// Returns under what a variant runs.
    pub fn conditions(&self, variant: usize) -> Conditions {
        conditions(self.kind, self.plan.as_ref(), variant, self.facts[variant].as_ref())
    }

    /// Returns all of its runs together, and what is made of them.
    pub fn total(&self) -> Cost {
        self.costs.iter().map(|cost| cost.times(self.header.seeds)).sum::<Cost>() + self.shown
    }

    /// Describes the metrics of its kind as its settings and data make them.
    pub fn metrics(&self) -> impl Iterator<Item = MetricInfo> {
        let is_of_classes = |facts: &Option<Facts>| {
            matches!(facts.as_ref().map(|facts| facts.target), Some(Target::Classes(_)))
        };
        let of_classes = self.facts.iter().all(is_of_classes);
        let described = self.kind.all_metrics().map(|info| self.plan.describe(info));
        described.map(move |info| if of_classes { info.of_classes() } else { info })
    }

    /// Describes a metric of its kind by its name. What a search has trial by trial is written as the objective of its best one.
    pub fn metric(&self, name: &str) -> Option<MetricInfo> {
        let is_of_trials =
            self.kind.step == Step::Trial && ["best_so_far", "trial_objective"].contains(&name);
        let name = if is_of_trials { "best_objective" } else { name };
        self.metrics().find(|info| info.name == name)
    }

    /// Returns its outcome before any run has been added.
    pub fn nothing_yet(&self) -> Outcome {
        let variants = self.plan.variants().into_iter().zip(self.labels()).enumerate();
        let variants = variants.map(|(index, (variant, label))| Variant {
            name: variant.name.to_owned(),
            label,
            color: self.colors[index],
            conditions: Arc::new(self.conditions(index)),
            runs: Vec::new(),
        });
        let (statistic, step, labels) = (self.header.statistic, self.kind.step, self.header.labels.clone());
        Outcome { variants: variants.collect(), statistic, step, labels }
    }

    /// Returns what its runs will find, by name, before any has run.
    pub fn forecast(&self) -> Forecast {
        let forecast = |((index, variant), label): ((usize, PlannedVariant), String)| ForecastVariant {
            name: variant.name.to_owned(),
            metrics: self.plan.metric_schema(index, self.facts[index].as_ref()),
            label,
            conditions: Arc::new(self.conditions(index)),
        };
        let variants =
            self.plan.variants().into_iter().enumerate().zip(self.labels()).map(forecast).collect();
        let seeds = self.header.seed..self.header.seed + self.header.seeds;
        Forecast { variants, seeds, seed_independent: self.seed_independent() }
    }

    /// Returns what no seed changes: metrics that the kind names, the settings, and what follows from them alone.
    fn seed_independent(&self) -> Vec<&'static str> {
        let stops_early = |variant| {
            let training = self.plan.shared(variant).training;
            training.is_some_and(|training| training.early_stopping.is_some())
        };
        let mut names = self.plan.seed_independent();
        names.extend(["settings", "parameters", "train_rows"]);
        if !(0..self.costs.len()).any(stops_early) {
            names.extend(["steps", LEARNING_RATE]);
        }
        names
    }

    /// Returns the figures that its author wants, in the author's order.
    pub fn figures(&self, outcome: &Outcome) -> Vec<Figure> {
        let mut all = self.plan.figures(outcome);
        all.iter_mut().for_each(|figure| figure.relabel(&self.header.labels));
        if let Some(wanted) = &self.header.figures {
            let place = |figure: &Figure| wanted.iter().position(|name| *name == figure.name);
            all.retain(|figure| place(figure).is_some());
            all.sort_by_key(place);
        }
        // Under a title of the author's own one figure needs no other.
        if let [only] = &mut all[..] {
            only.headed = self.header.title.is_some();
        }
        all
    }
}
