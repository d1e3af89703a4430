//! All runs of all experiments, spread over the cores; the order in which they end cannot be seen.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::experiment::Context;
use crate::lesson::Course;
use crate::outcome::{Outcome, RunRecord, Variant};

use super::planning::Planned;
use super::tables::Tables;

/// Told how the runs get on, from any thread.
pub trait Watch: Sync {
    /// The share of all work that is done.
    fn advance_to(&self, share: f64);
    /// An experiment's last run has ended: `lesson#id` and how many runs it was.
    fn finished(&self, experiment: &str, runs: usize);
}

/// One run: which experiment, variant and seed.
struct Job {
    experiment: usize,
    variant: usize,
    seed: u64,
    multiply_adds: f64,
}

/// Runs every experiment.
///
/// # Errors
/// What only a run could find: a split that leaves a part without rows.
pub fn run(
    course: &Course,
    planned: &[Planned],
    tables: &Tables,
    watch: &dyn Watch,
) -> Result<Vec<Outcome>, Diagnostics> {
    let mut jobs = jobs(planned);
    // The longest first, so that none is left running alone at the end.
    jobs.sort_by(|a, b| b.multiply_adds.total_cmp(&a.multiply_adds));
    let work = Work::new(&jobs, planned.len(), watch);
    let done: Vec<_> = jobs
        .par_iter()
        .map(|job| {
            let record = run_job(course, &planned[job.experiment], job, tables, &work);
            if work.ended(job) {
                watch.finished(&title(course, &planned[job.experiment]), work.runs[job.experiment]);
            }
            ((job.experiment, job.variant, job.seed), record)
        })
        .collect();
    collect(planned, done)
}

fn jobs(planned: &[Planned]) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (experiment, plan) in planned.iter().enumerate() {
        for (variant, cost) in plan.costs.iter().enumerate() {
            let of_seed =
                |seed| Job { experiment, variant, seed, multiply_adds: cost.multiply_adds.max(1.0) };
            jobs.extend(plan.seeds().map(of_seed));
        }
    }
    jobs
}

/// What an experiment is called in progress and reports: `lesson#id`.
pub fn title(course: &Course, planned: &Planned) -> String {
    format!("{}#{}", course.lessons[planned.lesson].slug, planned.header.id)
}

fn run_job(
    course: &Course,
    planned: &Planned,
    job: &Job,
    tables: &Tables,
    work: &Work,
) -> Result<RunRecord, Diagnostic> {
    let tree = planned.plan.variants()[job.variant].tree;
    let lesson = &course.lessons[planned.lesson].path;
    let data = planned.plan.data(job.variant).map(|settings| tables.dataset(settings, lesson, job.seed));
    let data = data.transpose().map_err(|problems| {
        let problem = problems.settings.into_iter().next();
        let message =
            problem.map_or_else(|| "the data could not be read again".to_owned(), |problem| problem.message);
        Diagnostic::error(message, tree.locate("data"))
    })?;
    let told = Mutex::new(0.0);
    let advance = |share: f64| {
        let mut told = told.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *told += share;
        work.advance(share * job.multiply_adds);
    };
    let record = planned.plan.run(job.variant, &Context { seed: job.seed, data, advance: &advance });
    let told = *told.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    work.advance((1.0 - told).max(0.0) * job.multiply_adds);
    record.map_err(|problem| {
        let span = tree.locate(&problem.path);
        Diagnostic::at(problem, span)
    })
}

/// How much is done of how much.
struct Work<'a> {
    watch: &'a dyn Watch,
    total: f64,
    /// In thousands of multiply-adds: whole numbers can be added to from any thread.
    done: AtomicU64,
    /// Runs of each experiment, and how many of them are still to end.
    runs: Vec<usize>,
    left: Vec<AtomicUsize>,
}

impl<'a> Work<'a> {
    fn new(jobs: &[Job], experiments: usize, watch: &'a dyn Watch) -> Self {
        let mut runs = vec![0; experiments];
        jobs.iter().for_each(|job| runs[job.experiment] += 1);
        let total = jobs.iter().map(|job| job.multiply_adds).sum();
        let left = runs.iter().map(|&runs| AtomicUsize::new(runs)).collect();
        Work { watch, total, done: AtomicU64::new(0), runs, left }
    }

    fn advance(&self, multiply_adds: f64) {
        let more = (multiply_adds / 1000.0) as u64;
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        self.watch.advance_to((done as f64 * 1000.0 / self.total).min(1.0));
    }

    /// Whether this was the last run of its experiment.
    fn ended(&self, job: &Job) -> bool {
        self.left[job.experiment].fetch_sub(1, Ordering::Relaxed) == 1
    }
}

type Done = ((usize, usize, u64), Result<RunRecord, Diagnostic>);

/// The records in the order of experiments, variants and seeds.
fn collect(planned: &[Planned], done: Vec<Done>) -> Result<Vec<Outcome>, Diagnostics> {
    let mut records: BTreeMap<_, _> = done.into_iter().collect();
    let mut diagnostics = Diagnostics::default();
    let mut outcomes = Vec::new();
    for (experiment, plan) in planned.iter().enumerate() {
        let mut outcome = Outcome::default();
        for (index, variant) in plan.plan.variants().iter().enumerate() {
            let mut runs = Vec::new();
            for seed in plan.seeds() {
                match records.remove(&(experiment, index, seed)) {
                    Some(Ok(record)) => runs.push(record),
                    Some(Err(diagnostic)) => diagnostics.push(diagnostic),
                    None => {}
                }
            }
            outcome.variants.push(Variant {
                name: variant.name.to_owned(),
                label: variant.label.to_owned(),
                runs,
            });
        }
        outcomes.push(outcome);
    }
    if diagnostics.is_empty() { Ok(outcomes) } else { Err(diagnostics) }
}
