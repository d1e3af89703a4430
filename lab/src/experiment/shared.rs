//! The parts of an experiment that mean the same in every kind that has them.

use crate::collections::BTreeMap;
use crate::data::{DataSettings, Facts, SplitSettings};
use crate::experiment::Scale;
use crate::nn::ModelSettings;
use crate::optim::{Optimizer, Schedule};
use crate::search::Space;
use crate::train::TrainingSettings;

/// What a kind has of the parts that several kinds know; none of what it lacks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shared<'a> {
    pub data: Option<&'a DataSettings>,
    pub split: Option<&'a SplitSettings>,
    pub model: Option<&'a ModelSettings>,
    pub training: Option<&'a TrainingSettings>,
    /// The part below which `model` and `training` stand; empty at the top.
    pub below: &'static str,
    pub descent: Option<Descent<'a>>,
    pub search: Option<SearchParts<'a>>,
    pub problems: Option<Problems<'a>>,
}

/// Several problems, on each of which the same is tried.
#[derive(Clone, Copy, Debug)]
pub struct Problems<'a> {
    /// By names of the author's; none from a file.
    pub data: &'a BTreeMap<String, DataSettings>,
    /// The size of each, once it was heard of.
    pub facts: &'a BTreeMap<String, Facts>,
    pub split: &'a SplitSettings,
    pub model: &'a ModelSettings,
    pub training: &'a TrainingSettings,
}

impl<'a> Problems<'a> {
    /// Lists those whose size is known, each by its name with its data and that.
    pub fn sized(&self) -> impl Iterator<Item = (&'a String, &'a DataSettings, &'a Facts)> + use<'a> {
        let Problems { data, facts, .. } = *self;
        data.iter().filter_map(|(name, data)| Some((name, data, facts.get(name)?)))
    }
}

/// Of what goes down step by step without epochs.
#[derive(Clone, Copy, Debug)]
pub struct Descent<'a> {
    pub steps: usize,
    pub optimizer: &'a Optimizer,
    pub learning_rate: f64,
    pub schedule: &'a Schedule,
}

/// Of a search.
#[derive(Clone, Copy, Debug)]
pub struct SearchParts<'a> {
    pub space: &'a Space,
    pub scale: Option<Scale>,
    pub objective: &'a str,
}

impl<'a> Shared<'a> {
    /// Returns the four parts of a training.
    pub fn of_training(parts: &crate::train::Parts<'a>) -> Self {
        let crate::train::Parts { data, split, model, training } = *parts;
        Shared {
            data: Some(data),
            split: Some(split),
            model: Some(model),
            training: Some(training),
            ..Shared::default()
        }
    }

    /// Returns whether a network is made here that no step of training changes.
    pub fn is_untrained(&self) -> bool {
        self.model.is_some() && self.training.is_none_or(|training| training.epochs == 0)
    }
}
