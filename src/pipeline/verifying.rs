//! Runs of the cache done again, and every bit compared.

use rayon::prelude::*;

use crate::numeric::Streams;
use crate::outcome::RunRecord;
use crate::store::cache::same_bits;

use super::jobs::{self, Job};
use super::running::{self, Watch};
use super::{Failure, Ready};

/// What came of a verification.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// Runs of the course that are in the cache.
    pub cached: usize,
    /// Runs that were done again.
    pub compared: usize,
    /// A line for each run that came out otherwise, with the first thing that differs.
    pub different: Vec<String>,
}

/// Does a random part of the runs in the cache again. `share` is from 0 to 1; at least one run is compared if there is any.
/// An entry whose bits differ gives way to the new one.
///
/// # Errors
/// What only a run could find.
pub fn verify(ready: &Ready, share: f64, seed: u64, watch: &dyn Watch) -> Result<Verified, Failure> {
    let all = jobs::all(&ready.course, &ready.planned, &ready.tables);
    let kept = |job| -> Option<(&Job, RunRecord)> { Some((job, ready.cache.get(&job.key?)?)) };
    let mut cached: Vec<(&Job, RunRecord)> =
        running::once(all.iter()).into_par_iter().filter_map(kept).collect();
    let count = cached.len();
    let mut order: Vec<usize> = (0..count).collect();
    Streams::new(seed).stream("verify").shuffle(&mut order);
    let mut wanted = order[..((count as f64 * share).ceil() as usize).min(count)].to_vec();
    wanted.sort_unstable();
    let mut index = 0;
    cached.retain(|_| {
        index += 1;
        wanted.binary_search(&(index - 1)).is_ok()
    });
    let again = running::run_jobs(ready, cached.iter().map(|(job, _)| *job).collect(), watch);
    let mut different = Vec::new();
    for (job, kept) in &cached {
        match &again[&running::place(job)] {
            Err(diagnostic) => {
                let found = vec![diagnostic.clone()].into();
                return Err(Failure::Course(found, ready.tables.sources.clone()));
            }
            Ok(record) if same_bits(kept, record) => {}
            Ok(record) => {
                let planned = &ready.planned[job.experiment];
                let variant = planned.plan.variants()[job.variant].name;
                let title = running::title(&ready.course, planned);
                different.push(format!("{title} {variant}, seed {}: {}", job.seed, difference(kept, record)));
            }
        }
    }
    Ok(Verified { cached: count, compared: cached.len(), different })
}

/// The first metric or epoch in which two records differ.
fn difference(kept: &RunRecord, again: &RunRecord) -> String {
    let bits = |values: Option<&Vec<f64>>| -> Vec<u64> {
        values.map(|values| values.iter().map(|value| value.to_bits()).collect()).unwrap_or_default()
    };
    let parts = kept.series.keys().filter_map(|name| {
        let (old, new) = (bits(kept.series.get(name)), bits(again.series.get(name)));
        let epoch = (0..old.len().max(new.len())).find(|&epoch| old.get(epoch) != new.get(epoch))?;
        Some((epoch, name))
    });
    if let Some((epoch, name)) = parts.min() {
        return format!("{name} differs from epoch {epoch} on");
    }
    let metric = kept
        .metrics
        .keys()
        .find(|name| format!("{:?}", kept.metrics.get(*name)) != format!("{:?}", again.metrics.get(*name)));
    match metric {
        Some(name) => format!("{name} differs"),
        None => "what was kept beside the metrics differs".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Metric;
    use crate::pipeline::{Request, prepare};

    struct Silent;

    impl Watch for Silent {
        fn advance_to(&self, _: f64) {}
        fn finished(&self, _: &str, _: usize) {}
    }

    #[test]
    fn a_single_wrong_bit_is_found_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let lesson = "---\ntitle: A\n---\n\n```yaml experiment\nkind: optimizers\nid: ways\ndata: {name: iris}\n\
            training: {epochs: 3}\nseeds: 2\n```\n";
        std::fs::write(folder.path().join("a.md"), lesson).unwrap();
        let request = Request { lessons: folder.path().to_owned(), ..Request::default() };
        let ready = prepare(&request).unwrap();
        running::run(&ready, &Silent).unwrap();
        let all = |seed| verify(&ready, 1.0, seed, &Silent).unwrap();
        assert_eq!(all(0), Verified { cached: 2, compared: 2, different: vec![] });

        let jobs = jobs::all(&ready.course, &ready.planned, &ready.tables);
        let key = jobs[1].key.unwrap();
        let right = ready.cache.get(&key).unwrap();
        let last_bit = |value: f64| f64::from_bits(value.to_bits() ^ 1);
        let mut wrong = right.clone();
        let losses = wrong.series.get_mut("dev_loss").unwrap();
        losses[2] = last_bit(losses[2]);
        ready.cache.put(&key, &wrong);
        assert_eq!(all(1).different, ["a#ways run, seed 1: dev_loss differs from epoch 2 on"]);
        assert_eq!(all(2).different, [""; 0], "the right one is back");

        let mut wrong = right;
        wrong.metrics.insert("diverged_at".to_owned(), Metric::Number(0.0));
        ready.cache.put(&key, &wrong);
        assert_eq!(all(3).different, ["a#ways run, seed 1: diverged_at differs"]);
    }
}
