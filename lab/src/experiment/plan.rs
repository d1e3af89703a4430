//! A block made ready to run: its variants decoded and checked, its cost known.

use std::sync::Arc;

use crate::chart::Figure;
use crate::data::{DataSettings, Dataset};
use crate::diagnostic::{Diagnostic, Problem};
use crate::experiment::variation::{self, Compare, Variant};
use crate::experiment::{
    Better, Cost, Drawn, Experiment, Facts, FurtherData, MetricInfo, MetricSchema, Shared, header, layer,
    training,
};
use crate::numeric::Workers;
use crate::outcome::{Outcome, RunRecord, Written};
use crate::settings::{self, Node};
#[cfg(feature = "complete")]
use crate::train::Precision;

/// What a run is given.
pub struct Context<'a> {
    pub seed: u64,
    /// The data of this run, if the experiment needs any.
    pub data: Option<Arc<Dataset>>,
    /// What it needs beside that, in the order of [`Plan::further_data`].
    pub further: Vec<Arc<Dataset>>,
    /// Told the share of the run that has been done since it was last told; the shares add up to one.
    pub advance: &'a (dyn Fn(f64) + Sync),
    /// Who is free to help with large products.
    pub workers: Arc<dyn Workers>,
    /// Who does parts of the run that are runs themselves, as the trials of a search are.
    pub pool: &'a dyn Workers,
}

/// The variant of a plan, as far as the rest of the program needs to know it.
pub struct PlannedVariant<'a> {
    pub name: &'a str,
    pub label: &'a str,
    /// Where each of its settings was written.
    pub tree: &'a Node,
}

/// All variants of one block, decoded.
pub trait Plan: Send + Sync {
    /// Lists the variants in the order in which they are shown.
    fn variants(&self) -> Vec<PlannedVariant<'_>>;
    /// Returns the settings of a variant's data; none where it reads none.
    fn data(&self, variant: usize) -> Option<&DataSettings>;
    /// Returns the data that a variant needs beside that.
    fn further_data(&self, variant: usize) -> Vec<FurtherData<'_>>;
    /// Tells a variant the size of each of its further data, where it is known.
    fn hear_of(&mut self, variant: usize, facts: Vec<Option<Facts>>);
    /// Returns the path in the block of a setting of the data.
    fn data_path(&self, setting: &str) -> String;
    /// Returns what is wrong with settings of the block that every variant overrides.
    fn overridden(&self) -> &[Diagnostic];
    /// Returns problems of the settings; paths are into the variant's tree.
    fn check(&self, variant: usize, facts: Option<&Facts>) -> Vec<Problem>;
    /// Estimates what one run of a variant costs: seconds, bytes, multiply-adds.
    fn cost(&self, variant: usize, facts: Option<&Facts>) -> Cost;
    /// Estimates what all variants together cost beside that, each with the facts of its data: their table is read once, and figures
    /// may show all of them.
    fn drawn(&self, facts: &[Option<Facts>]) -> Drawn;
    /// Returns which of the kind's figures may have something to show, of any variant.
    fn figures_shown(&self) -> Vec<&'static str>;
    /// Returns what its runs will find, by name. Only called on settings that passed [`check`](Self::check).
    fn metric_schema(&self, variant: usize, facts: Option<&Facts>) -> MetricSchema;
    /// Returns metrics that no seed changes in any variant.
    fn seed_independent(&self) -> Vec<&'static str>;
    /// Returns what a metric is with the settings of all variants; where they disagree about it, no end of it is better.
    fn describe(&self, info: &'static MetricInfo) -> MetricInfo;
    /// Returns the parts that a variant shares with other kinds.
    fn shared(&self, variant: usize) -> Shared<'_>;
    /// Runs a variant once, with the seed and the data of the context.
    ///
    /// # Errors
    /// What only the data at hand could show.
    fn run(&self, variant: usize, context: &Context) -> Result<RunRecord, Problem>;
    /// Draws the figures of an outcome, each variant's runs in the order of seeds.
    fn figures(&self, outcome: &Outcome) -> Vec<Figure>;
    /// Returns every setting that has an effect with its value, defaults included.
    fn resolved(&self, variant: usize) -> serde_json::Value;
    /// Returns the same plan with another precision of training.
    #[cfg(feature = "complete")]
    fn in_precision(&self, precision: Precision) -> Box<dyn Plan>;
    /// Returns what a notebook needs to know of a variant beside its settings in effect.
    ///
    /// # Errors
    /// What no notebook can compute, as a sentence.
    fn for_notebook(
        &self,
        variant: usize,
        facts: Option<&Facts>,
    ) -> Result<serde_json::Map<String, serde_json::Value>, String>;
}

struct Typed<E> {
    variants: Vec<(Variant, E)>,
    overridden: Vec<Diagnostic>,
}

/// Decodes a block's settings (without the header) as kind `E`.
///
/// # Errors
/// Every mistake of every variant once, each at its place.
pub(super) fn plan<E: Experiment>(settings: &Node) -> Result<Box<dyn Plan>, Vec<Diagnostic>> {
    let mut experiments: Vec<E> = Vec::new();
    let mut decode = |settings: &Node| {
        settings::decode_among(settings, &beside::<E>()).map(|experiment| experiments.push(experiment))
    };
    let (variants, overridden) = planned(settings, &E::COMPARE, &layer::mistakes::<E>, &mut decode)?;
    Ok(Box::new(Typed { variants: variants.into_iter().zip(experiments).collect(), overridden }))
}

/// What is wrong with a layer of settings: what no other can mend, and problems of single values.
type Mistakes = (Vec<Diagnostic>, Vec<Problem>);

/// Returns the variants, each of which has been decoded, and what is wrong with settings that all of them override. It knows no
/// kind, lest there be one of it for each.
fn planned(
    settings: &Node,
    compare: &Compare,
    mistakes: &dyn Fn(&Node) -> Mistakes,
    decode: &mut dyn FnMut(&Node) -> Result<(), Vec<Diagnostic>>,
) -> Result<(Vec<Variant>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let base = variation::base(settings, compare);
    let (mut errors, problems) = mistakes(&base);
    let expanded = variation::expand(settings, compare).map_err(|found| errors.extend(found));
    let variants = expanded.unwrap_or_default();
    for variant in &variants {
        if let Err(found) = decode(&variant.settings) {
            // What is wrong in the shared part is wrong in every variant: say it once.
            let new: Vec<_> = found.into_iter().filter(|error| !errors.contains(error)).collect();
            errors.extend(new);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let trees: Vec<&Node> = variants.iter().map(|variant| &variant.settings).collect();
    let overridden = problems.into_iter().filter(|problem| is_overridden(&base, &trees, &problem.path));
    let overridden = overridden.map(|problem| layer::at(problem, &base)).collect();
    Ok((variants, overridden))
}

/// Returns keys that stand beside the settings of a kind: an unknown one may be one of them misspelt.
pub(super) fn beside<E: Experiment>() -> Vec<&'static str> {
    let own = (!E::COMPARE.key.is_empty()).then_some(E::COMPARE.key);
    header::KEYS.iter().copied().chain(["vary", "variants"]).chain(own).collect()
}

/// Returns whether none of the variants has what stands at `path` of the block.
fn is_overridden(base: &Node, variants: &[&Node], path: &str) -> bool {
    let own = base.get(path).map(|node| node.span);
    variants.iter().all(|variant| variant.get(path).map(|node| node.span) != own)
}

impl<E> Typed<E> {
    fn experiments(&self) -> Vec<&E> {
        self.variants.iter().map(|(_, experiment)| experiment).collect()
    }
}

impl<E: Experiment> Plan for Typed<E> {
    fn variants(&self) -> Vec<PlannedVariant<'_>> {
        self.variants
            .iter()
            .map(|(v, _)| PlannedVariant { name: &v.name, label: &v.label, tree: &v.settings })
            .collect()
    }

    fn data(&self, variant: usize) -> Option<&DataSettings> {
        self.variants[variant].1.data()
    }

    fn further_data(&self, variant: usize) -> Vec<FurtherData<'_>> {
        self.variants[variant].1.further_data()
    }

    fn hear_of(&mut self, variant: usize, facts: Vec<Option<Facts>>) {
        self.variants[variant].1.hear_of(facts);
    }

    fn data_path(&self, setting: &str) -> String {
        E::data_path(setting)
    }

    fn overridden(&self) -> &[Diagnostic] {
        &self.overridden
    }

    fn check(&self, variant: usize, facts: Option<&Facts>) -> Vec<Problem> {
        self.variants[variant].1.check(facts)
    }

    fn cost(&self, variant: usize, facts: Option<&Facts>) -> Cost {
        self.variants[variant].1.cost(facts) + Cost::of_run()
    }

    fn drawn(&self, facts: &[Option<Facts>]) -> Drawn {
        let tables = self.variants.iter().zip(facts).map(|((_, experiment), facts)| {
            let further = experiment.further_data().into_iter();
            let further = further.filter_map(|data| Some((data.settings, data.facts?)));
            let all = experiment.data().zip(facts.as_ref()).into_iter().chain(further);
            all.fold(Drawn::default(), |sum, (data, facts)| sum + training::table_cost(data, facts))
        });
        // Variants share their tables as a rule.
        let table = tables.max_by(|one, other| one.seconds.total_cmp(&other.seconds));
        E::drawn(&self.experiments(), facts) + table.unwrap_or_default()
    }

    fn figures_shown(&self) -> Vec<&'static str> {
        let variants = self.experiments();
        let names = E::FIGURES.iter().map(|doc| doc.name);
        names.filter(|name| variants.iter().any(|variant| variant.may_show(name))).collect()
    }

    fn metric_schema(&self, variant: usize, facts: Option<&Facts>) -> MetricSchema {
        self.variants[variant].1.metric_schema(facts)
    }

    fn seed_independent(&self) -> Vec<&'static str> {
        let mut seed_independent: Option<Vec<&str>> = None;
        for (_, experiment) in &self.variants {
            let own = experiment.seed_independent();
            seed_independent = Some(match seed_independent {
                None => own.to_vec(),
                Some(names) => names.into_iter().filter(|name| own.contains(name)).collect(),
            });
        }
        seed_independent.unwrap_or_default()
    }

    fn describe(&self, info: &'static MetricInfo) -> MetricInfo {
        let mut described = self.variants.iter().map(|(_, experiment)| experiment.describe(info));
        let Some(first) = described.next() else { return *info };
        let alike = |other: MetricInfo| {
            (other.better, other.written, other.part, other.is_loss)
                == (first.better, first.written, first.part, first.is_loss)
        };
        if described.all(alike) {
            first
        } else {
            MetricInfo { better: Better::Neither, written: Written::Number, is_loss: false, ..first }
        }
    }

    fn shared(&self, variant: usize) -> Shared<'_> {
        self.variants[variant].1.shared()
    }

    fn run(&self, variant: usize, context: &Context) -> Result<RunRecord, Problem> {
        let record = self.variants[variant].1.run(context)?;
        Ok(RunRecord { seed: context.seed, ..record })
    }

    fn figures(&self, outcome: &Outcome) -> Vec<Figure> {
        E::figures(&self.experiments(), outcome)
    }

    fn resolved(&self, variant: usize) -> serde_json::Value {
        let experiment = &self.variants[variant].1;
        let mut resolved = serde_json::to_value(experiment).unwrap_or_default();
        if let Some(settings) = resolved.as_object_mut() {
            experiment.without_effect().iter().for_each(|key| drop(settings.remove(*key)));
        }
        resolved
    }

    #[cfg(feature = "complete")]
    fn in_precision(&self, precision: Precision) -> Box<dyn Plan> {
        let variants =
            self.variants.iter().map(|(variant, own)| (variant.clone(), own.in_precision(precision)));
        Box::new(Typed { variants: variants.collect(), overridden: self.overridden.clone() })
    }

    fn for_notebook(
        &self,
        variant: usize,
        facts: Option<&Facts>,
    ) -> Result<serde_json::Map<String, serde_json::Value>, String> {
        // No page's module writes notebooks.
        if cfg!(feature = "complete") {
            self.variants[variant].1.for_notebook(facts)
        } else {
            Ok(serde_json::Map::new())
        }
    }
}
