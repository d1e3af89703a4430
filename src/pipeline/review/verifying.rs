//! What the cache keeps made again, and every bit compared.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::numeric::Streams;
use crate::outcome::{Numbers, RunRecord};
use crate::store::cache::same_bits;

use crate::pipeline::ready::Ready;
use crate::pipeline::request::Failure;
use crate::pipeline::run::jobs::{self, Job};
use crate::pipeline::run::running::{self, Watch};
use crate::pipeline::show::pages;

/// What is said of an entry that came out otherwise. Why it did is not known: another machine, another program, or another hand.
const WRONG: &str = "this entry is not what these settings give";

/// What came of a verification.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// Runs of the course that are in the cache, as far as it shows without reading.
    pub cached: usize,
    /// Runs that were done again.
    pub compared: usize,
    /// Runs that were to be done again, but whose entries are damaged, or sealed by another user.
    pub damaged: usize,
    /// A line for each run that came out otherwise, with the first thing that differs.
    pub different: Vec<String>,
}

/// Does a random part of the runs in the cache again: `share` of them, above 0 and up to 1, rounded up to whole runs. An
/// entry whose bits differ gives way to the new one; every NaN is like any other. A damaged entry is compared with
/// nothing.
///
/// # Errors
/// What only a run could find.
pub fn verify(ready: &Ready, share: f64, seed: u64, watch: &dyn Watch) -> Result<Verified, Failure> {
    let all = jobs::all(&ready.course, &ready.planned, &ready.tables);
    let is_cached = |job: &&Job| job.key.is_some_and(|key| ready.cache.has(&key));
    let cached: Vec<&Job> = running::once(all.iter()).into_iter().filter(is_cached).collect();
    let kept = |job| -> Option<(&Job, RunRecord)> { Some((job, job.kept(&ready.cache)?.0)) };
    let chosen = drawn(cached.len(), share, seed);
    let count = chosen.len();
    let sample: Vec<(&Job, RunRecord)> =
        chosen.into_par_iter().filter_map(|index| kept(cached[index])).collect();
    let again = running::run_jobs(ready, sample.iter().map(|(job, _)| *job).collect(), watch);
    let mut different = Vec::new();
    for (job, kept) in &sample {
        match &again[&running::place(job)] {
            Err(diagnostic) => {
                let found = vec![diagnostic.clone()].into();
                return Err(Failure::Course(found, ready.tables.sources.clone()));
            }
            Ok((record, _)) if same_bits(kept, record) => {}
            Ok((record, _)) => {
                let planned = &ready.planned[job.experiment];
                let variant = planned.plan.variants()[job.variant].name;
                let title = running::title(&ready.course, planned);
                let what = difference(kept, record);
                different.push(format!("{title} {variant}, seed {}: {WRONG}: {what}", job.seed));
            }
        }
    }
    let damaged = count - sample.len();
    Ok(Verified { cached: cached.len(), compared: sample.len(), damaged, different })
}

/// All pages, charts and files of a course, and what was odd about its runs.
pub(crate) struct Made {
    pub files: pages::Files,
    pub remarks: Vec<String>,
}

/// Returns a line for each file of which `kept` holds something else than `right`, and one for the warnings.
pub(crate) fn differences(kept: &Made, right: &Made) -> Vec<String> {
    let paths: BTreeSet<&String> = kept.files.keys().chain(right.files.keys()).collect();
    let source = |made: &Made, path: &str| made.files.get(path).and_then(|content| content.source.clone());
    let differs = paths.into_iter().filter(|path| source(kept, path) != source(right, path));
    let mut different: Vec<String> = differs.map(|path| format!("{path}: {WRONG}")).collect();
    if kept.remarks != right.remarks {
        different.push(format!("the warnings: {WRONG}"));
    }
    different
}

/// Returns a random `share` of the indices below `count`, in order.
fn drawn(count: usize, share: f64, seed: u64) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..count).collect();
    Streams::new(seed).stream("verify").shuffle(&mut indices);
    indices.truncate((count as f64 * share).ceil() as usize);
    indices.sort_unstable();
    indices
}

/// Returns the first metric or epoch in which two records differ.
fn difference(kept: &RunRecord, again: &RunRecord) -> String {
    let bits = |value: &f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
    let bits = |values: Option<&Numbers>| -> Vec<u64> {
        values.map(|values| values.iter().map(bits).collect()).unwrap_or_default()
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
    use crate::pipeline::{Request, Silent, compute, prepare, verify_drawn};
    use crate::store::cache::{Cache, Key};

    /// A course of one experiment of two runs.
    fn course() -> (tempfile::TempDir, Request) {
        let folder = tempfile::tempdir().unwrap();
        let lesson = "---\ntitle: A\n---\n\n```yaml experiment\nkind: optimizers\nid: ways\ndata: {name: iris}\n\
            training: {epochs: 3}\nseeds: 2\n```\n";
        std::fs::write(folder.path().join("a.md"), lesson).unwrap();
        let request = Request { lessons: folder.path().to_owned(), ..Request::default() };
        (folder, request)
    }

    #[test]
    fn what_was_drawn_from_a_wrong_run_goes_with_it() {
        let (_folder, request) = course();
        let site = || {
            let computed = compute(&request, &Silent).unwrap();
            pages::assemble(&computed, &|_, _| false).unwrap()
        };
        let fresh = site();
        let ready = prepare(&request).unwrap();
        let jobs = jobs::all(&ready.course, &ready.planned, &ready.tables);
        let key = jobs[1].key.unwrap();
        let mut wrong = ready.cache.get(&key).unwrap();
        wrong.series.get_mut("dev_loss").unwrap()[2] *= 1.5;
        ready.cache.put(&key, &wrong);
        let other = site();
        for path in ["a.html", "a/ways-dev_loss.svg", "a/ways.json", "a/ways.csv"] {
            assert_ne!(other[path].source, fresh[path].source, "{path}");
        }
        assert_eq!(verify(&ready, 1.0, 0, &Silent).unwrap().different.len(), 1);
        assert!(site() == fresh);
    }

    #[test]
    fn wrong_charts_and_words_are_found_and_replaced() {
        let (folder, request) = course();
        let request = Request { pages_only: true, ..request };
        let site = || {
            let computed = compute(&request, &Silent).unwrap();
            pages::assemble(&computed, &|_, _| false).unwrap()
        };
        let verified = || verify_drawn(&request, &prepare(&request).unwrap()).unwrap();
        assert_eq!(verified(), None, "nothing is kept yet");
        let fresh = site();
        assert_eq!(verified(), Some(vec![]));
        // A course whose page is another, kept under the names of this one's.
        let other = tempfile::tempdir().unwrap();
        let cache = folder.path().join(".gradbook/cache");
        let lesson = std::fs::read_to_string(folder.path().join("a.md")).unwrap();
        std::fs::write(other.path().join("a.md"), lesson.replace("epochs: 3", "epochs: 4")).unwrap();
        compute(&Request { lessons: other.path().to_owned(), ..request.clone() }, &Silent)
            .and_then(|computed| pages::assemble(&computed, &|_, _| false))
            .unwrap();
        let own = Cache::new(cache.clone(), 1 << 30);
        let drawn =
            |root: &std::path::Path| std::fs::read_dir(root.join("drawn")).unwrap().next().unwrap().unwrap();
        let key =
            |root: &std::path::Path| Key::from_name(&drawn(root).file_name().to_string_lossy()).unwrap();
        let strange = Cache::new(other.path().join(".gradbook/cache"), 1 << 30);
        let chart: serde_json::Value = strange.drawn(&key(&other.path().join(".gradbook/cache"))).unwrap();
        own.put_drawn(&key(&cache), &chart);
        assert!(site() != fresh);
        let said = verified().unwrap();
        assert!(
            said.iter().any(|line| line == "a.html: this entry is not what these settings give"),
            "{said:?}"
        );
        assert_eq!(verified(), Some(vec![]), "the right one is back");
        assert!(site() == fresh);
    }

    #[test]
    fn a_single_wrong_bit_is_found_and_replaced() {
        let (folder, request) = course();
        compute(&request, &Silent).unwrap();
        let ready = prepare(&request).unwrap();
        let all = |seed| verify(&ready, 1.0, seed, &Silent).unwrap();
        assert_eq!(all(0), Verified { cached: 2, compared: 2, damaged: 0, different: vec![] });

        let jobs = jobs::all(&ready.course, &ready.planned, &ready.tables);
        let key = jobs[1].key.unwrap();
        let right = ready.cache.get(&key).unwrap();
        let last_bit = |value: f64| f64::from_bits(value.to_bits() ^ 1);
        let mut wrong = right.clone();
        let losses = wrong.series.get_mut("dev_loss").unwrap();
        losses[2] = last_bit(losses[2]);
        ready.cache.put(&key, &wrong);
        let wrong_in =
            |what: &str| format!("a#ways run, seed 1: this entry is not what these settings give: {what}");
        assert_eq!(all(1).different, [wrong_in("dev_loss differs from epoch 2 on")]);
        assert_eq!(all(2).different, [""; 0], "the right one is back");

        let mut wrong = right.clone();
        wrong.series.insert("dev_loss".to_owned(), vec![-f64::NAN].into());
        let mut again = right.clone();
        again.series.insert("dev_loss".to_owned(), vec![f64::NAN].into());
        assert_eq!(difference(&wrong, &again), "what was kept beside the metrics differs", "no NaN does");

        let mut wrong = right;
        wrong.metrics.insert("diverged_at".to_owned(), Metric::Number(0.0));
        ready.cache.put(&key, &wrong);
        assert_eq!(all(3).different, [wrong_in("diverged_at differs")]);

        let runs = std::fs::read_dir(folder.path().join(".gradbook/cache/runs")).unwrap();
        runs.for_each(|entry| std::fs::write(entry.unwrap().path(), "damaged").unwrap());
        assert_eq!(all(4), Verified { cached: 2, compared: 0, damaged: 2, different: vec![] });
    }

    #[test]
    fn a_share_is_rounded_up_to_whole_runs() {
        assert_eq!(drawn(20, 0.001, 7).len(), 1);
        assert_eq!(drawn(20, 0.5, 7).len(), 10);
        assert_eq!(drawn(20, 1.0, 7), (0..20).collect::<Vec<_>>());
        assert_eq!(drawn(0, 1.0, 7), [0; 0]);
        assert_ne!(drawn(20, 0.5, 7), drawn(20, 0.5, 8));
    }
}
