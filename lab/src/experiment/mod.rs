//! Experiments: what a block in a lesson can ask for.
//!
//! A *kind* is one file with one type: its fields are the settings an author may write, and it implements
//! [`Experiment`]. The list [`KINDS`] is the only other place that knows it: the parser, the reference in the
//! terminal and the contract tests all walk that list.
//!
//! 1. [`Header`] reads what every block has: kind, id, seeds, caption, claims;
//! 2. [`variation`] turns `compare`, `vary` or `variants` into one settings tree a variant;
//! 3. [`Kind::plan`] decodes and checks each of them: a [`Plan`], whose [`Cost`] is known before it runs;
//! 4. a plan runs one variant with one seed at a time, and draws its figures from the [`Outcome`].

mod average;
#[cfg(test)]
mod contract;
mod cost;
mod critical_points;
mod curvatures;
mod curves;
mod dropout;
mod effect;
mod gradient_check;
mod header;
mod histogram;
mod init;
mod layer;
mod limits;
mod metric;
mod metric_schema;
mod optimizers;
mod plan;
#[cfg(feature = "complete")]
mod precision;
mod quality;
mod reference;
mod regions;
mod regression;
#[cfg(feature = "complete")]
pub mod schema;
pub mod schemas;
mod search;
mod shared;
mod softmax;
mod split;
mod states;
mod surface;
mod target;
mod technique;
mod train;
mod training;
mod transfer;
pub mod variation;
mod varied;

pub use crate::data::Facts;
pub use cost::{Cost, Drawn, duration, figure, size};
pub use effect::{FOLLOWING, TRAINING, conditions, in_effect};
pub use header::{Claim, ColumnSettings, Header, KEYS as HEADER_KEYS, LintSettings, Shown, id_problem};
pub use layer::shared as check_shared;
pub use limits::{LimitSettings, Limits, Measure, TotalSettings, Totals, beyond_limit};
pub use metric::{Better, MetricInfo, Part};
pub use metric_schema::{MetricSchema, MetricType};
pub use plan::{Context, Plan, PlannedVariant};
pub use reference::{Choice, Reference, Setting, flat, reference, settings, written};
pub use search::{Scale, metric_paths, searched};
pub use shared::{Descent, Problems, SearchParts, Shared};
pub use states::round_steps;
pub use technique::Technique;
pub use train::BY_EPOCH;
pub use training::is_of_network;
pub use variation::Compare;

use serde::{Serialize, de::DeserializeOwned};

use crate::chart::Figure;
use crate::data::DataSettings;
use crate::diagnostic::{Diagnostic, Problem};
use crate::outcome::{Outcome, RunRecord, Step};
use crate::settings::Node;
#[cfg(feature = "complete")]
use crate::train::Precision;

/// One kind of experiment, as the settings of one variant of it.
pub trait Experiment:
    Clone + Default + DeserializeOwned + Serialize + schemars::JsonSchema + Send + Sync + 'static
{
    /// As authors write it after `kind:`.
    const NAME: &'static str;
    /// One sentence: the question that it answers.
    const SUMMARY: &'static str;
    /// Raised whenever the same settings give other numbers than before.
    const REVISION: u32;
    /// What `compare` varies.
    const COMPARE: Compare;
    /// Its own metrics; those of everything that trains are in `training::metrics`.
    const METRICS: &'static [MetricInfo];
    /// What one value of its series is.
    const STEP: Step;
    /// Whether its metrics include those of everything that trains.
    const TRAINS: bool;
    /// A setting that may be given in the place of `data`; then nothing is trained.
    const INSTEAD_OF_DATA: Option<&'static str> = None;
    /// Lints, by code, of what this kind is there to show.
    const PROVOKES: &'static [&'static str] = &[];
    const FIGURES: &'static [Doc];
    /// A block that runs as it stands.
    const EXAMPLE: &'static str;

    /// Returns all problems of these settings that can be seen without running. `facts` describes the data, where
    /// there is any.
    fn check(&self, facts: Option<&Facts>) -> Vec<Problem>;

    /// Returns the data that it needs, if any.
    fn data(&self) -> Option<&DataSettings>;

    /// Returns where a setting of that data stands in a block, by its path within [`DataSettings`].
    fn data_path(setting: &str) -> String {
        format!("data.{setting}").trim_end_matches('.').to_owned()
    }

    /// Returns data that it needs beside that, in the order in which a run is [given](Context::further) them.
    fn further_data(&self) -> Vec<FurtherData<'_>> {
        Vec::new()
    }

    /// Hears the size of each of its further data, where it could be told, before it is checked.
    fn hear_of(&mut self, _: Vec<Option<Facts>>) {}

    /// Returns what one run costs, known before it runs. Only called on settings that passed [`check`](Self::check).
    fn cost(&self, facts: Option<&Facts>) -> Cost;

    /// Returns what the figures of all variants cost beside what [`cost`](Self::cost) says of each, known before anything runs. Only
    /// called on settings that passed [`check`](Self::check).
    fn drawn(_: &[&Self], _: &[Option<Facts>]) -> Drawn {
        Drawn::default()
    }

    /// Returns whether a figure, by its name in [`FIGURES`](Self::FIGURES), may have something to show for these settings; by default
    /// each may. What drawing costs follows from it.
    fn may_show(&self, _: &str) -> bool {
        true
    }

    /// Returns what a run will find, by name, as far as these settings decide; by default all that is documented. A
    /// name that is missing here is refused in prose and claims before anything runs. Only called on settings
    /// that passed [`check`](Self::check).
    fn metric_schema(&self, _: Option<&Facts>) -> MetricSchema {
        let shared = Self::TRAINS.then(training::metrics).into_iter().flatten();
        metric_schema::documented(Self::METRICS.iter().chain(shared))
    }

    /// Returns metrics that these settings alone decide: no seed changes them, so a claim about them needs only one.
    fn seed_independent(&self) -> &'static [&'static str] {
        &[]
    }

    /// Returns keys of settings that change nothing beside these others.
    fn without_effect(&self) -> &'static [&'static str] {
        &[]
    }

    /// Returns what these settings make of a metric: a search's `best_objective` is measured as its objective is.
    fn describe(&self, info: &'static MetricInfo) -> MetricInfo {
        *info
    }

    /// Returns the parts that it shares with other kinds, for those who know what they mean: lints.
    fn shared(&self) -> Shared<'_>;

    /// Returns the same settings with another precision of training; unchanged where nothing is trained.
    #[cfg(feature = "complete")]
    fn in_precision(&self, precision: Precision) -> Self {
        precision::set(self, precision).unwrap_or_else(|| self.clone())
    }

    /// Returns what a notebook needs beside the settings in effect to compute the same: what follows from them by rules of this
    /// program, such as the surface's usual start.
    ///
    /// # Errors
    /// What no notebook can compute, as a sentence.
    fn for_notebook(&self, _: Option<&Facts>) -> Result<serde_json::Map<String, serde_json::Value>, String> {
        Ok(serde_json::Map::new())
    }

    /// Runs once, with one seed.
    ///
    /// # Errors
    /// What could only be found with the data at hand: a split that leaves a part without rows.
    fn run(&self, context: &Context) -> Result<RunRecord, Problem>;

    /// Returns the figures of all variants together, in the order of [`FIGURES`](Self::FIGURES); a figure that has
    /// nothing to show for these settings is left out.
    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure>;
}

/// Data that a kind needs beside those that all of its settings are about: one of several problems.
pub struct FurtherData<'a> {
    /// Where their settings stand in a block.
    pub path: String,
    pub settings: &'a DataSettings,
    /// Their size, once it was [heard of](Experiment::hear_of).
    pub facts: Option<&'a Facts>,
}

/// A figure with its meaning.
#[derive(Clone, Copy, Debug)]
pub struct Doc {
    pub name: &'static str,
    pub about: &'static str,
}

/// Decodes a block's settings.
type Planner = fn(&Node) -> Result<Box<dyn Plan>, Vec<Diagnostic>>;

/// A kind without its type, as the rest of the program sees it.
pub struct Kind {
    pub name: &'static str,
    pub summary: &'static str,
    pub revision: u32,
    pub compare: Compare,
    pub metrics: &'static [MetricInfo],
    pub step: Step,
    pub trains: bool,
    pub instead_of_data: Option<&'static str>,
    pub provokes: &'static [&'static str],
    pub figures: &'static [Doc],
    pub example: &'static str,
    plan: Planner,
    misfits: fn(&Node) -> Vec<Diagnostic>,
    #[cfg(feature = "complete")]
    schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    defaults: fn() -> serde_json::Value,
}

/// Returns what is there for authors alone: a page's module is without it.
const fn told(text: &'static str) -> &'static str {
    if cfg!(feature = "complete") { text } else { "" }
}

impl Kind {
    /// Makes a kind of a type.
    pub const fn of<E: Experiment>() -> Kind {
        Kind {
            name: E::NAME,
            summary: told(E::SUMMARY),
            revision: E::REVISION,
            compare: E::COMPARE,
            metrics: E::METRICS,
            step: E::STEP,
            trains: E::TRAINS,
            instead_of_data: E::INSTEAD_OF_DATA,
            provokes: E::PROVOKES,
            figures: E::FIGURES,
            example: told(E::EXAMPLE),
            plan: plan::plan::<E>,
            misfits: |layer| layer::mistakes::<E>(layer).0,
            #[cfg(feature = "complete")]
            schema: E::json_schema,
            defaults: || serde_json::to_value(E::default()).unwrap_or_default(),
        }
    }

    /// Decodes the settings of a block (its tree without the header) into a plan.
    ///
    /// # Errors
    /// Every mistake in the settings of every variant, each at its place.
    pub fn plan(&self, settings: &Node) -> Result<Box<dyn Plan>, Vec<Diagnostic>> {
        (self.plan)(settings)
    }

    /// Returns what in defaults it can make no use of.
    pub fn misfits(&self, defaults: &Node) -> Vec<Diagnostic> {
        (self.misfits)(defaults)
    }

    /// Returns the settings that it takes, with their meanings, as JSON Schema.
    pub fn schema(&self) -> &'static serde_json::Value {
        schemas::of(self)
    }

    /// Returns the value of every setting that an author leaves out.
    pub fn defaults(&self) -> serde_json::Value {
        (self.defaults)()
    }

    /// Returns the top-level keys of its own settings, in the order of its struct.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        let properties = self.schema()["properties"].as_object();
        properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str))
    }

    /// Returns every metric that a variant of it may have.
    pub fn all_metrics(&self) -> impl Iterator<Item = &'static MetricInfo> {
        self.metrics.iter().chain(self.trains.then(training::metrics).into_iter().flatten())
    }
}

/// Every kind, in the order of the course.
pub static KINDS: &[Kind] = &[
    Kind::of::<split::Split>(),
    Kind::of::<train::Train>(),
    Kind::of::<regression::Regression>(),
    Kind::of::<init::Init>(),
    Kind::of::<dropout::Dropout>(),
    Kind::of::<gradient_check::GradientCheck>(),
    Kind::of::<average::Average>(),
    Kind::of::<optimizers::Optimizers>(),
    Kind::of::<surface::Surface>(),
    Kind::of::<curvatures::Curvatures>(),
    Kind::of::<critical_points::CriticalPoints>(),
    Kind::of::<search::Search>(),
    Kind::of::<transfer::Transfer>(),
    Kind::of::<softmax::Softmax>(),
];

/// Returns the kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}
