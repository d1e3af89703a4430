//! The runs of a course dealt out to several machines, and those that are still to be done.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::experiment::Cost;
use crate::files::Fault;

use super::jobs::{self, Job};
use super::running::{self, Watch};
use crate::pipeline::ready::Ready;
use crate::pipeline::request::Failure;

/// The most shards there may be: each costs memory when runs are dealt out.
const MOST: usize = 10_000;

/// A part of all runs: the third of eight is `3/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub number: usize,
    pub of: usize,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// Why a text names no shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardError {
    /// There would be more than can be.
    TooMany,
    /// It is no number of so many.
    Malformed,
}

impl fmt::Display for ShardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShardError::TooMany => write!(f, "at most {MOST} shards"),
            ShardError::Malformed => {
                f.write_str("expected a number from 1 on and how many there are, such as 3/8")
            }
        }
    }
}

impl Error for ShardError {}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parse = |text: &str| text.trim().parse::<usize>();
        let parts = text.split_once('/').map(|(number, of)| (parse(number), parse(of)));
        match parts {
            Some((_, Ok(of))) if of > MOST => Err(ShardError::TooMany),
            Some((Ok(number), Ok(of))) if (1..=of).contains(&number) => Ok(Shard { number, of }),
            _ => Err(ShardError::Malformed),
        }
    }
}

/// What a shard has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    pub run: usize,
    /// Runs of this shard that were in the cache.
    pub cached: usize,
}

/// A run that is not in the cache.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pending {
    pub lesson: String,
    pub id: String,
    pub variant: String,
    pub seed: u64,
    pub cost: Cost,
    /// Its name in the cache.
    pub key: Option<String>,
}

/// Returns the runs that a build would do, the most expensive first.
pub fn pending(ready: &Ready) -> Vec<Pending> {
    let all = jobs::all(&ready.course, &ready.planned, &ready.tables);
    let missing = by_cost(&all).into_iter().filter(|job| !job.key.is_some_and(|key| ready.cache.has(&key)));
    missing
        .map(|job| {
            let planned = &ready.planned[job.experiment];
            Pending {
                lesson: ready.course.lessons[planned.lesson].slug.clone(),
                id: planned.header.id.clone(),
                variant: planned.plan.variants()[job.variant].name.to_owned(),
                seed: job.seed,
                cost: job.cost,
                key: job.key.map(|key| key.to_string()),
            }
        })
        .collect()
}

/// Does the runs of one shard that are not in the cache yet, and keeps them there.
///
/// # Errors
/// A cache that cannot be written, for then nothing would be left; what only a run could find.
pub fn run_shard(ready: &Ready, shard: Shard, watch: &dyn Watch) -> Result<Done, Failure> {
    if !ready.cache.is_on() {
        return Err(Fault::new("a shard without a cache would leave nothing behind").into());
    }
    let all = jobs::all(&ready.course, &ready.planned, &ready.tables);
    let own = deal(&all, shard);
    let count = own.len();
    let is_known = |job: &&Job| job.kept(&ready.cache).is_some();
    let missing: Vec<&Job> = own.into_iter().filter(|job| !is_known(job)).collect();
    let run = missing.len();
    let errors: Vec<_> =
        running::run_jobs(ready, missing, watch).into_values().filter_map(Result::err).collect();
    if !errors.is_empty() {
        return Err(Failure::Course(errors.into(), ready.tables.sources.clone()));
    }
    match ready.cache.trouble() {
        Some(trouble) => Err(Fault::new(trouble).into()),
        None => Ok(Done { run, cached: count - run }),
    }
}

/// Returns the most expensive first; of equal ones, in the order of their names, which is the same on every machine.
fn by_cost(jobs: &[Job]) -> Vec<&Job> {
    let mut sorted = running::once(jobs.iter());
    sorted.sort_by(|a, b| {
        b.cost.seconds.total_cmp(&a.cost.seconds).then_with(|| running::place(a).cmp(&running::place(b)))
    });
    sorted
}

/// Returns the runs of one shard: each run, the most expensive first, goes to the shard that has least to do (Graham 1969,
/// SIAM Journal on Applied Mathematics 17: at most 4/3 of the best possible). All runs are dealt, those in the
/// cache too, so that what a shard does cannot depend on what others have done by then.
fn deal(jobs: &[Job], shard: Shard) -> Vec<&Job> {
    let mut loads = vec![0.0; shard.of];
    let mut dealt: BTreeMap<usize, Vec<&Job>> = BTreeMap::new();
    for job in by_cost(jobs) {
        let least = (0..shard.of).min_by(|&a, &b| f64::total_cmp(&loads[a], &loads[b])).unwrap_or(0);
        loads[least] += running::work_of(job);
        dealt.entry(least).or_default().push(job);
    }
    dealt.remove(&(shard.number - 1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jobs(costs: &[u32]) -> Vec<Job> {
        let job = |(seed, cost): (usize, &u32)| Job {
            experiment: 0,
            variant: 0,
            seed: seed as u64,
            cost: Cost { seconds: f64::from(*cost), ..Cost::default() },
            key: None,
        };
        costs.iter().enumerate().map(job).collect()
    }

    #[test]
    fn shards_are_counted_from_one() {
        assert_eq!("3/8".parse(), Ok(Shard { number: 3, of: 8 }));
        for wrong in ["0/8", "9/8", "3", "a/8", "3/0", "-1/2", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
        assert_eq!("10000/10000".parse(), Ok(Shard { number: 10_000, of: 10_000 }));
        for many in ["1/10001", "1/100000000000", "1/18446744073709551615"] {
            assert_eq!(many.parse::<Shard>(), Err(ShardError::TooMany), "{many}");
        }
    }

    proptest! {
        #[test]
        fn every_run_is_dealt_once_and_evenly(costs in prop::collection::vec(1u32..1000, 0..60), of in 1usize..9) {
            let all = jobs(&costs);
            let shards: Vec<Vec<&Job>> = (1..=of).map(|number| deal(&all, Shard { number, of })).collect();
            let mut seeds: Vec<u64> = shards.iter().flatten().map(|job| job.seed).collect();
            seeds.sort_unstable();
            prop_assert_eq!(seeds, (0..costs.len() as u64).collect::<Vec<_>>());
            let load = |shard: &Vec<&Job>| shard.iter().map(|job| job.cost.seconds).sum::<f64>();
            let most = shards.iter().map(load).fold(0.0, f64::max);
            let mean = f64::from(costs.iter().sum::<u32>()) / of as f64;
            let longest = f64::from(costs.iter().max().copied().unwrap_or(0));
            // No shard is ahead of the mean by more than one run.
            prop_assert!(most <= mean + longest);
        }
    }
}
