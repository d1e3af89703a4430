//! All runs of all experiments: those done before from the cache, the others spread over the cores; the order in
//! which they end cannot be seen.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use crate::data::Dataset;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::experiment::Context;
use crate::lesson::{Course, Lesson};
use crate::numeric::{Alone, Workers};
use crate::outcome::{Outcome, RunRecord, Variant};
use crate::store::cache::{Cache, Key, RunEntry};

use super::job_pool::JobPool;
use super::jobs::{self, Job};
use super::memory::within_memory;
use super::planned::Planned;
use super::tables::Tables;
use super::team::Team;
use crate::pipeline::ready::Ready;

/// Told how the runs get on, from any thread.
pub trait Watch: Sync {
    /// Hears, before anything runs, of every experiment: `lesson#id`, and what of it is to be done and why.
    fn explained(&self, _experiment: &str, _why: &Why) {}
    /// Takes the share of all work that is done, from 0 to 1.
    fn advance_to(&self, share: f64);
    /// Hears that an experiment's last run has ended: `lesson#id` and how many runs it was.
    fn finished(&self, experiment: &str, runs: usize);
}

/// Nobody is told.
pub struct Silent;

impl Watch for Silent {
    fn advance_to(&self, _: f64) {}
    fn finished(&self, _: &str, _: usize) {}
}

/// Why an experiment runs, or does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    pub runs: usize,
    /// How many of them were done before.
    pub cached: usize,
    /// What has changed since the experiment last ran; empty where nothing has to run.
    pub changes: Vec<String>,
}

/// What an experiment found, and the entries of its runs in the cache.
pub(crate) struct Ran {
    pub outcome: Outcome,
    /// By variant and seed; none where a run has no entry.
    pub kept: Option<Vec<RunEntry>>,
}

/// What a run left behind, and its entry in the cache, where it has one.
type Finished = (RunRecord, Option<RunEntry>);

/// Runs every experiment that is wanted; of the others all runs are in the cache, and stay there unread.
///
/// # Errors
/// What only a run could find: a split that leaves a part without rows.
pub(crate) fn run(
    ready: &Ready,
    jobs: &[Job],
    wanted: &[bool],
    watch: &dyn Watch,
) -> Result<Vec<Option<Ran>>, Diagnostics> {
    let jobs: Vec<&Job> = jobs.iter().filter(|job| wanted[job.experiment]).collect();
    let known = |job: &Job| {
        let (record, kept) = job.kept(&ready.cache)?;
        Some((place(job), Ok((record, Some(kept)))))
    };
    let mut records: Records = once(jobs.iter().copied()).into_par_iter().filter_map(known).collect();
    explain(ready, wanted, &jobs, &records, watch);
    let missing = once(jobs.iter().copied().filter(|job| !records.contains_key(&place(job))));
    records.extend(run_jobs(ready, missing, watch));
    let ran = collect(&ready.planned, wanted, &jobs, &records)?;
    for planned in ready.planned.iter().zip(wanted).filter_map(|(planned, wanted)| wanted.then_some(planned))
    {
        let inputs = jobs::inputs(&ready.course, planned, &ready.tables);
        ready.cache.keep_inputs(&identity(&ready.course, planned), &inputs);
    }
    Ok(ran)
}

/// Tells of every experiment how many of its runs are known, and what has changed for the others.
fn explain(ready: &Ready, wanted: &[bool], jobs: &[&Job], known: &Records, watch: &dyn Watch) {
    for (index, planned) in ready.planned.iter().enumerate() {
        let runs = planned.costs.len() * planned.header.seeds as usize;
        let own = jobs.iter().filter(|job| job.experiment == index);
        let missing = own.filter(|job| !known.contains_key(&place(job))).count();
        let cached = if wanted[index] { runs - missing } else { runs };
        let changes = if cached < runs { changes(ready, planned) } else { Vec::new() };
        watch.explained(&title(&ready.course, planned), &Why { runs, cached, changes });
    }
}

/// Returns what has changed since an experiment last ran.
pub(crate) fn changes(ready: &Ready, planned: &Planned) -> Vec<String> {
    if !ready.cache.is_on() {
        return vec!["the cache is off".to_owned()];
    }
    let Some(last) = ready.cache.last_inputs(&identity(&ready.course, planned)) else {
        return vec!["it has not run to its end before".to_owned()];
    };
    let changes = jobs::inputs(&ready.course, planned, &ready.tables).changes_since(&last);
    if changes.is_empty() {
        return vec!["nothing has changed, but it is not in the cache: removed or damaged".to_owned()];
    }
    changes
}

/// Returns what an experiment is called in progress and reports: `lesson#id`.
pub fn title(course: &Course, planned: &Planned) -> String {
    format!("{}#{}", course.lessons[planned.lesson].slug, planned.header.id)
}

/// Returns what tells an experiment from those of all other courses on this machine.
fn identity(course: &Course, planned: &Planned) -> String {
    format!("{}#{}", whereabouts(course, &course.lessons[planned.lesson]), planned.header.id)
}

/// Returns what tells a lesson from those of all other courses on this machine.
pub(crate) fn whereabouts(course: &Course, lesson: &Lesson) -> String {
    let root = course.root.canonicalize().unwrap_or_else(|_| course.root.clone());
    format!("{}/{}", root.display(), lesson.below)
}

/// Where a run belongs: runs that give the same bits share a place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PlaceOf {
    Key(Key),
    /// Of a run without a name: its experiment, variant and seed.
    Job(usize, usize, u64),
}

/// Returns where a run belongs.
pub(crate) fn place(job: &Job) -> PlaceOf {
    match job.key {
        Some(key) => PlaceOf::Key(key),
        None => PlaceOf::Job(job.experiment, job.variant, job.seed),
    }
}

/// Returns each run once, however many experiments ask for it.
pub(crate) fn once<'a>(jobs: impl Iterator<Item = &'a Job>) -> Vec<&'a Job> {
    let mut seen = std::collections::BTreeSet::new();
    jobs.filter(|job| seen.insert(place(job))).collect()
}

type Records = BTreeMap<PlaceOf, Result<Finished, Diagnostic>>;

/// Does the given runs and keeps them in the cache.
pub(crate) fn run_jobs(ready: &Ready, mut jobs: Vec<&Job>, watch: &dyn Watch) -> Records {
    // The longest first, so that none is left running alone at the end.
    jobs.sort_by(|a, b| b.cost.seconds.total_cmp(&a.cost.seconds));
    let work = Work::new(&jobs, ready.planned.len(), watch);
    let do_job = |job: &&Job, pool: &JobPool, cores: usize| {
        // As long as every core has a run of its own, spreading products only costs.
        let workers: Arc<dyn Workers> = if cores > 1 { Arc::new(Team::new(cores)) } else { Arc::new(Alone) };
        let found = run_job(ready, job, &work, workers, pool).map(|record| {
            let kept = job.key.and_then(|key| ready.cache.put(&key, &record));
            (record, kept)
        });
        if work.ended(job) {
            let experiment = title(&ready.course, &ready.planned[job.experiment]);
            watch.finished(&experiment, work.runs[job.experiment]);
        }
        (place(job), found)
    };
    let bytes = ready.limits.bytes;
    let records = within_memory(&jobs, |job| job.cost.bytes, bytes, do_job).into_iter().collect();
    ready.cache.tidy();
    records
}

/// Does one run.
///
/// # Errors
/// What only a run could find.
fn run_job(
    ready: &Ready,
    job: &Job,
    work: &Work,
    workers: Arc<dyn Workers>,
    pool: &JobPool,
) -> Result<RunRecord, Diagnostic> {
    let told = Mutex::new(0.0);
    let advance = |share: f64| {
        let mut told = told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *told += share;
        work.advance(share * work_of(job));
    };
    let context = |data| Context { seed: job.seed, data, advance: &advance, workers, pool };
    let record = record(&ready.course, &ready.planned[job.experiment], &ready.tables, job, context);
    let told = *told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    work.advance((1.0 - told).max(0.0) * work_of(job));
    record
}

/// Returns what a run leaves behind.
///
/// # Errors
/// What only a run could find.
fn record<'a>(
    course: &Course,
    planned: &Planned,
    tables: &Tables,
    job: &Job,
    context: impl FnOnce(Option<Arc<Dataset>>) -> Context<'a>,
) -> Result<RunRecord, Diagnostic> {
    let tree = planned.plan.variants()[job.variant].tree;
    let lesson = &course.lessons[planned.lesson].path;
    let data = planned.plan.data(job.variant).map(|settings| tables.dataset(settings, lesson, job.seed));
    let data = data.transpose().map_err(|problems| {
        let problem = problems.settings.into_iter().next();
        let message =
            problem.map_or_else(|| "the data could not be read again".to_owned(), |problem| problem.message);
        Diagnostic::error(message, tree.locate(&planned.plan.data_path("")))
    })?;
    let record = planned.plan.run(job.variant, &context(data));
    record.map_err(|problem| {
        let span = tree.locate(&problem.path);
        Diagnostic::at(problem, span)
    })
}

/// Returns what an experiment found whose runs all were in the cache when that was last looked at. One that has left it
/// since is done again, as it was done before.
pub(crate) fn again(course: &Course, planned: &Planned, tables: &Tables, cache: &Cache) -> Outcome {
    let mut outcome = nothing_yet(planned);
    for job in jobs::all(course, std::slice::from_ref(planned), tables) {
        let known = job.kept(cache).map(|(record, _)| record);
        let done = known.unwrap_or_else(|| {
            let alone = |data| Context {
                seed: job.seed,
                data,
                advance: &|_| (),
                workers: Arc::new(Alone),
                pool: &Alone,
            };
            record(course, planned, tables, &job, alone)
                .expect("a run that succeeded with these settings and data does so again")
        });
        outcome.variants[job.variant].runs.push(done);
    }
    outcome
}

/// Estimates the seconds of a run; even a run that trains nothing is some work.
pub(crate) fn work_of(job: &Job) -> f64 {
    job.cost.seconds.max(1e-6)
}

/// How much is done of how much.
struct Work<'a> {
    watch: &'a dyn Watch,
    total: f64,
    /// In microseconds: whole numbers can be added to from any thread.
    done: AtomicU64,
    /// Runs of each experiment, and how many of them are still to end.
    runs: Vec<usize>,
    left: Vec<AtomicUsize>,
}

impl<'a> Work<'a> {
    fn new(jobs: &[&Job], experiments: usize, watch: &'a dyn Watch) -> Self {
        let mut runs = vec![0; experiments];
        jobs.iter().for_each(|job| runs[job.experiment] += 1);
        let total = jobs.iter().map(|job| work_of(job)).sum();
        let left = runs.iter().map(|&runs| AtomicUsize::new(runs)).collect();
        Work { watch, total, done: AtomicU64::new(0), runs, left }
    }

    fn advance(&self, seconds: f64) {
        let more = (seconds * 1e6) as u64;
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        self.watch.advance_to((done as f64 * 1e-6 / self.total).min(1.0));
    }

    /// Returns whether this was the last run of its experiment.
    fn ended(&self, job: &Job) -> bool {
        self.left[job.experiment].fetch_sub(1, Ordering::Relaxed) == 1
    }
}

/// Returns an outcome to which runs are to be added.
fn nothing_yet(planned: &Planned) -> Outcome {
    let variants = planned.plan.variants().into_iter().enumerate();
    let variants = variants.map(|(index, variant)| Variant {
        name: variant.name.to_owned(),
        label: variant.label.to_owned(),
        conditions: Arc::new(planned.conditions(index)),
        runs: Vec::new(),
    });
    Outcome { variants: variants.collect(), statistic: planned.header.statistic, step: planned.kind.step }
}

/// Returns the records in the order of experiments, variants and seeds.
fn collect(
    planned: &[Planned],
    wanted: &[bool],
    jobs: &[&Job],
    records: &Records,
) -> Result<Vec<Option<Ran>>, Diagnostics> {
    let of_plan = |plan: &Planned| Ran { outcome: nothing_yet(plan), kept: Some(Vec::new()) };
    let all = planned.iter().zip(wanted);
    let mut all: Vec<Option<Ran>> = all.map(|(plan, wanted)| wanted.then(|| of_plan(plan))).collect();
    let mut diagnostics = Diagnostics::default();
    for job in jobs {
        match records[&place(job)].clone() {
            Ok((record, kept)) => {
                let Some(ran) = &mut all[job.experiment] else { continue };
                ran.outcome.variants[job.variant].runs.push(record);
                ran.kept = ran.kept.take().zip(kept).map(|(mut all, kept)| {
                    all.push(kept);
                    all
                });
            }
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    if diagnostics.is_empty() { Ok(all) } else { Err(diagnostics) }
}
