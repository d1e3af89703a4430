//! All runs of all experiments: those done before from the cache, the others spread over the cores; the order in
//! which they end cannot be seen.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use rayon::prelude::*;

use crate::data::Dataset;
use crate::diagnostic::{Diagnostic, Diagnostics, counted};
use crate::experiment::Context;
use crate::lesson::{Course, Lesson};
use crate::numeric::{Alone, Workers};
use crate::outcome::{Outcome, RunRecord};
use crate::store::cache::{Cache, FRESH, Key, RunEntry};

use super::job_pool::JobPool;
use super::jobs::{self, Job};
use super::memory::within_memory;
use super::planned::Planned;
use super::tables::Tables;
use super::team::Team;
use crate::lasting::Lasting;
use crate::pipeline::ready::Ready;

/// Told how the runs get on, from any thread.
pub trait Watch: Sync {
    /// Hears, before anything runs, of every experiment: `lesson#id`, and what of it is to be done and why.
    fn explained(&self, _experiment: &str, _why: &Why) {}
    /// Hears, before the first of them begins, which runs are to be done: their names in the cache, where they have one.
    fn sets_out(&self, _runs: &[Option<Key>]) {}
    /// Hears how far the runs are.
    fn advance_to(&self, headway: &Headway);
    /// Hears that an experiment's last run has ended: `lesson#id` and how many runs it was.
    fn finished(&self, experiment: &str, runs: usize);
    /// Whether the runs are not wanted any more: those that go on end after their epoch, and no other begins. What ended
    /// before is kept.
    fn is_called_off(&self) -> bool {
        false
    }
}

/// How far the runs are.
#[derive(Clone, Copy, Debug)]
pub struct Headway<'a> {
    /// The share of all work that is done, from 0 to 1.
    pub share: f64,
    /// The experiment of the run that began last: `lesson#id`.
    pub experiment: &'a str,
    /// How many runs have ended, of how many.
    pub ended: usize,
    pub runs: usize,
}

impl Headway<'_> {
    /// Says what goes on: `four-ways#four, 3 of 40 runs`.
    pub fn words(&self) -> String {
        format!("{}, {} of {}", self.experiment, self.ended, counted(self.runs, "run"))
    }
}

/// Why a run ended before its end; unwinds to [`run_job`].
struct CalledOff;

/// Nobody is told.
pub struct Silent;

impl Watch for Silent {
    fn advance_to(&self, _: &Headway) {}
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
type Finished = (Arc<RunRecord>, Option<RunEntry>);

/// Runs that the last build read, by their names in the cache: a lesson that is written is built again and again.
pub(crate) type KeptRuns = Lasting<BTreeMap<Key, (Arc<RunRecord>, RunEntry)>>;

/// The bytes that the entries of [`KeptRuns`] have at most.
const MOST_KEPT: u64 = 64 << 20;

/// Runs every experiment that is wanted; of the others all runs are in the cache, and stay there unread.
///
/// # Errors
/// What only a run could find: a split that leaves a part without rows.
pub(crate) fn run(
    ready: &Ready,
    jobs: &[Job],
    wanted: &[bool],
    kept: &KeptRuns,
    watch: &dyn Watch,
) -> Result<Vec<Option<Ran>>, Diagnostics> {
    let jobs: Vec<&Job> = jobs.iter().filter(|job| wanted[job.experiment]).collect();
    let at_hand = kept.with(std::mem::take).unwrap_or_default();
    // One that nobody has marked as used for a day is read, which marks it.
    let yesterday = SystemTime::now() - FRESH;
    let again = |job: &Job| {
        let known = at_hand.get(&job.key?).filter(|(_, entry)| !entry.stamp.is_older_than(yesterday))?;
        (ready.cache.stamp(&job.key?)? == known.1.stamp).then(|| known.clone())
    };
    let read = |job: &Job| job.kept(&ready.cache).map(|(record, entry)| (Arc::new(record), entry));
    let known = |job: &Job| {
        let (record, entry) = again(job).or_else(|| read(job))?;
        Some((place(job), Ok((record, Some(entry)))))
    };
    let mut records: Records = once(jobs.iter().copied()).into_par_iter().filter_map(known).collect();
    kept.with(|kept| *kept = to_keep(&records));
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

/// Returns the runs that the next build finds at hand.
fn to_keep(records: &Records) -> BTreeMap<Key, (Arc<RunRecord>, RunEntry)> {
    let mut bytes = 0;
    let named = records.iter().filter_map(|(place, run)| match (place, run) {
        (PlaceOf::Key(key), Ok((record, Some(entry)))) => Some((*key, (record.clone(), *entry))),
        _ => None,
    });
    let fits = |(_, (_, entry)): &(Key, (Arc<RunRecord>, RunEntry))| {
        bytes += entry.stamp.bytes();
        bytes <= MOST_KEPT
    };
    named.take_while(fits).collect()
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
    format!("{}#{}", whereabouts(&home(course), &course.lessons[planned.lesson]), planned.header.id)
}

/// Returns what tells a course from all others on this machine.
pub(crate) fn home(course: &Course) -> PathBuf {
    course.root.canonicalize().unwrap_or_else(|_| course.root.clone())
}

/// Returns what tells a lesson from those of all other courses, given the [`home`] of its own.
pub(crate) fn whereabouts(home: &Path, lesson: &Lesson) -> String {
    format!("{}/{}", home.display(), lesson.below)
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
    let titles = ready.planned.iter().map(|planned| title(&ready.course, planned)).collect();
    let work = Work::new(&jobs, titles, watch);
    watch.sets_out(&jobs.iter().map(|job| job.key).collect::<Vec<_>>());
    let do_job = |job: &&Job, pool: &JobPool, cores: usize| {
        if watch.is_called_off() {
            return (place(job), Err(called_off()));
        }
        work.begins(job);
        // As long as every core has a run of its own, spreading products only costs.
        let workers: Arc<dyn Workers> = if cores > 1 { Arc::new(Team::new(cores)) } else { Arc::new(Alone) };
        let found = run_job(ready, job, &work, workers, pool).map(|record| {
            let kept = job.key.and_then(|key| ready.cache.put(&key, &record));
            (Arc::new(record), kept)
        });
        if work.ended(job) {
            watch.finished(&work.titles[job.experiment], work.runs[job.experiment]);
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
        if work.watch.is_called_off() {
            // Not a panic that anybody hears of: the way out of a training, wherever it is.
            resume_unwind(Box::new(CalledOff));
        }
        let mut told = told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *told += share;
        work.advance(share * work_of(job));
    };
    let context = |data, further| Context { seed: job.seed, data, further, advance: &advance, workers, pool };
    let run = || record(&ready.course, &ready.planned[job.experiment], &ready.tables, job, context);
    let record = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(record) => record,
        Err(panic) if panic.is::<CalledOff>() => return Err(called_off()),
        Err(panic) => resume_unwind(panic),
    };
    let told = *told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    work.advance((1.0 - told).max(0.0) * work_of(job));
    record
}

/// Stands for a run that nobody waits for any more.
fn called_off() -> Diagnostic {
    Diagnostic::error("the run was called off", None)
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
    context: impl FnOnce(Option<Arc<Dataset>>, Vec<Arc<Dataset>>) -> Context<'a>,
) -> Result<RunRecord, Diagnostic> {
    let tree = planned.plan.variants()[job.variant].tree;
    let lesson = &course.lessons[planned.lesson].path;
    let load = |settings, path: &str| {
        tables.dataset(settings, lesson, job.seed).map_err(|problems| {
            let problem = problems.settings.into_iter().next();
            let message = problem
                .map_or_else(|| "the data could not be read again".to_owned(), |problem| problem.message);
            Diagnostic::error(message, tree.locate(path))
        })
    };
    let data = planned.plan.data(job.variant).map(|data| load(data, &planned.plan.data_path("")));
    let further = planned.plan.further_data(job.variant).into_iter();
    let further = further.map(|data| load(data.settings, &data.path)).collect::<Result<_, _>>()?;
    let record = planned.plan.run(job.variant, &context(data.transpose()?, further));
    record.map_err(|problem| {
        let span = tree.locate(&problem.path);
        Diagnostic::at(problem, span)
    })
}

/// Returns what an experiment found, where all of its runs are in the cache.
pub(crate) fn kept(course: &Course, planned: &Planned, tables: &Tables, cache: &Cache) -> Option<Outcome> {
    let mut outcome = planned.nothing_yet();
    for job in jobs::all(course, std::slice::from_ref(planned), tables) {
        let (record, _) = job.kept(cache)?;
        outcome.variants[job.variant].runs.push(record);
    }
    Some(outcome)
}

/// Returns what an experiment found whose runs all were in the cache when that was last looked at. One that has left it
/// since is done again, as it was done before.
pub(crate) fn again(course: &Course, planned: &Planned, tables: &Tables, cache: &Cache) -> Outcome {
    let mut outcome = planned.nothing_yet();
    for job in jobs::all(course, std::slice::from_ref(planned), tables) {
        let known = job.kept(cache).map(|(record, _)| record);
        let done = known.unwrap_or_else(|| {
            let alone = |data, further| Context {
                seed: job.seed,
                data,
                further,
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
    /// What each experiment is called.
    titles: Vec<String>,
    /// The experiment whose run began last.
    current: AtomicUsize,
    ended: AtomicUsize,
    count: usize,
}

impl<'a> Work<'a> {
    fn new(jobs: &[&Job], titles: Vec<String>, watch: &'a dyn Watch) -> Self {
        let mut runs = vec![0; titles.len()];
        jobs.iter().for_each(|job| runs[job.experiment] += 1);
        let total = jobs.iter().map(|job| work_of(job)).sum();
        let left = runs.iter().map(|&runs| AtomicUsize::new(runs)).collect();
        Work {
            watch,
            total,
            done: AtomicU64::new(0),
            runs,
            left,
            titles,
            current: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            count: jobs.len(),
        }
    }

    fn begins(&self, job: &Job) {
        self.current.store(job.experiment, Ordering::Relaxed);
        self.advance(0.0);
    }

    fn advance(&self, seconds: f64) {
        let more = (seconds * 1e6) as u64;
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        self.watch.advance_to(&Headway {
            share: (done as f64 * 1e-6 / self.total).min(1.0),
            experiment: &self.titles[self.current.load(Ordering::Relaxed)],
            ended: self.ended.load(Ordering::Relaxed),
            runs: self.count,
        });
    }

    /// Returns whether this was the last run of its experiment.
    fn ended(&self, job: &Job) -> bool {
        self.ended.fetch_add(1, Ordering::Relaxed);
        self.left[job.experiment].fetch_sub(1, Ordering::Relaxed) == 1
    }
}

/// Returns the records in the order of experiments, variants and seeds.
fn collect(
    planned: &[Planned],
    wanted: &[bool],
    jobs: &[&Job],
    records: &Records,
) -> Result<Vec<Option<Ran>>, Diagnostics> {
    let of_plan = |plan: &Planned| Ran { outcome: plan.nothing_yet(), kept: Some(Vec::new()) };
    let all = planned.iter().zip(wanted);
    let mut all: Vec<Option<Ran>> = all.map(|(plan, wanted)| wanted.then(|| of_plan(plan))).collect();
    let mut diagnostics = Diagnostics::default();
    for job in jobs {
        match &records[&place(job)] {
            Ok((record, kept)) => {
                let Some(ran) = &mut all[job.experiment] else { continue };
                ran.outcome.variants[job.variant].runs.push(record.as_ref().clone());
                ran.kept = ran.kept.take().zip(*kept).map(|(mut all, kept)| {
                    all.push(kept);
                    all
                });
            }
            Err(diagnostic) => diagnostics.push(diagnostic.clone()),
        }
    }
    if diagnostics.is_empty() { Ok(all) } else { Err(diagnostics) }
}
