//! The runs of a course, each with its name in the cache.

use rayon::prelude::*;

use crate::experiment::{Cost, Plan};
use crate::lesson::Course;
use crate::outcome::RunRecord;
use crate::store::cache::{Cache, Inputs, Key, RunEntry, VariantInputs};

use super::planned::Planned;
use super::tables::Tables;

/// One run: which experiment, variant and seed.
pub(crate) struct Job {
    /// Index of its experiment in the plan.
    pub experiment: usize,
    pub variant: usize,
    pub seed: u64,
    pub cost: Cost,
    /// Its name in the cache; none for a run that cannot be kept.
    pub key: Option<Key>,
}

/// Bytes of an entry beside what a run's cost says that it leaves behind: names, and what the estimate leaves out.
const BESIDE: f64 = 1e6;

impl Job {
    /// Returns what the run left behind if it has been done before, with its entry. One with far more than such a run leaves
    /// is not looked at: nothing vouches for the memory that its charts would take.
    pub(crate) fn kept(&self, cache: &Cache) -> Option<(RunRecord, RunEntry)> {
        let most = 2.0 * self.cost.kept + BESIDE;
        let (record, kept) = cache.get_kept(&self.key?, most as u64)?;
        (record.seed == self.seed).then_some((record, kept))
    }
}

/// Returns all runs, by experiment, variant and seed.
pub(crate) fn all(course: &Course, planned: &[Planned], tables: &Tables) -> Vec<Job> {
    let of_experiment = |(experiment, plan): (usize, &Planned)| {
        let mut jobs = Vec::new();
        for (variant, cost) in plan.costs.iter().enumerate() {
            let settings = plan.plan.resolved(variant);
            let data = fingerprint(course, plan, variant, tables);
            let key = Key::of_seeds(plan.kind, &settings, data.as_deref());
            // What has no settings in writing cannot be told from another run.
            let of_seed = |seed| Job {
                experiment,
                variant,
                seed,
                cost: *cost,
                key: (!settings.is_null()).then(|| key(seed)),
            };
            jobs.extend(plan.seeds().map(of_seed));
        }
        jobs
    };
    planned.par_iter().enumerate().flat_map_iter(of_experiment).collect()
}

/// Returns what an experiment depends on, for the next build to compare.
pub(crate) fn inputs(course: &Course, planned: &Planned, tables: &Tables) -> Inputs {
    let variants = planned.plan.variants();
    let of_variant = |(index, name): (usize, &str)| VariantInputs {
        name: name.to_owned(),
        settings: planned.plan.resolved(index),
        data: fingerprint(course, planned, index, tables),
    };
    Inputs {
        engine: gradbook_engine::REVISION,
        kind: planned.kind.name.to_owned(),
        revision: planned.kind.revision,
        seed: planned.header.seed,
        seeds: planned.header.seeds,
        variants: variants.iter().map(|variant| variant.name).enumerate().map(of_variant).collect(),
    }
}

fn fingerprint(course: &Course, planned: &Planned, variant: usize, tables: &Tables) -> Option<String> {
    let plan: &dyn Plan = &*planned.plan;
    tables.fingerprint(plan.data(variant)?, &course.lessons[planned.lesson].path)
}
