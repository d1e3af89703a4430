//! As many runs at a time as there are cores, or as few as the memory holds.

use super::job_pool::{JobPool, in_pool};

/// Does every job, as many at a time as there are cores; those of which not so many would fit into `limit` bytes, as many
/// at a time as fit of the heaviest, one at least. `work` is told how many cores a job has for itself.
pub(crate) fn within_memory<J: Sync, T: Send>(
    jobs: &[J],
    bytes: impl Fn(&J) -> f64,
    limit: f64,
    work: impl Fn(&J, &JobPool, usize) -> T + Sync,
) -> Vec<T> {
    let cores = rayon::current_num_threads();
    let (light, heavy): (Vec<&J>, Vec<&J>) = jobs.iter().partition(|job| bytes(job) * cores as f64 <= limit);
    let heaviest = heavy.iter().map(|job| bytes(job)).fold(0.0, f64::max);
    let fitting = ((limit / heaviest) as usize).clamp(1, cores);
    let all = [(light, cores), (heavy, fitting)].map(|(jobs, threads)| {
        let share = cores / threads.min(jobs.len()).max(1);
        in_pool(&jobs, threads, |job, pool| work(job, pool, share))
    });
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Workers;
    use std::sync::Mutex;

    #[test]
    fn runs_that_do_not_fit_side_by_side_take_turns() {
        let jobs: Vec<f64> = (0..40).map(|job| if job % 8 == 0 { 1.0 } else { 60.0 }).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let sorted = |limit: f64, jobs: &[f64]| {
            let told = Mutex::new(Vec::new());
            let work = |job: &f64, pool: &JobPool, share: usize| {
                told.lock().unwrap().push((*job, pool.count(), share));
                *job
            };
            let mut done = pool.install(|| within_memory(jobs, |bytes| *bytes, limit, work));
            done.sort_by(f64::total_cmp);
            let mut told = told.into_inner().unwrap();
            told.sort_by(|a, b| a.partial_cmp(b).unwrap());
            assert_eq!(done, told.iter().map(|told| told.0).collect::<Vec<_>>());
            told.dedup();
            told
        };
        assert_eq!(sorted(190.0, &jobs), [(1.0, 4, 1), (60.0, 3, 1)]);
        assert_eq!(sorted(240.0, &jobs), [(1.0, 4, 1), (60.0, 4, 1)]);
        assert_eq!(sorted(130.0, &jobs), [(1.0, 4, 1), (60.0, 2, 2)]);
        // A lone run has all cores, and threads for as many parts as there is memory for.
        assert_eq!(sorted(190.0, &[60.0, 1.0]), [(1.0, 4, 4), (60.0, 3, 4)]);
        assert_eq!(sorted(50.0, &[60.0]), [(60.0, 1, 4)]);
    }
}
