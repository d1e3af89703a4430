//! As many runs at a time as there are cores, and no more than the memory holds.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

/// Does every job; those of which not as many as there are cores would fit into `limit` bytes, fewer at a time.
pub fn within_memory<J: Sync, T: Send>(
    jobs: &[J],
    bytes: impl Fn(&J) -> f64,
    limit: f64,
    work: impl Fn(&J) -> T + Sync,
) -> Vec<T> {
    let cores = rayon::current_num_threads();
    let (light, heavy): (Vec<&J>, Vec<&J>) = jobs.iter().partition(|job| bytes(job) * cores as f64 <= limit);
    let mut done: Vec<T> = light.par_iter().map(|job| work(job)).collect();
    let heaviest = heavy.iter().map(|job| bytes(job)).fold(0.0, f64::max);
    let at_once = ((limit / heaviest) as usize).clamp(1, cores).min(heavy.len());
    done.extend(in_lanes(&heavy, at_once, work));
    done
}

/// Does every job, in so many threads; a job keeps to its thread. (One of rayon's would, while others do a part of its
/// job, begin with another heavy one.)
fn in_lanes<J: Sync, T: Send>(jobs: &[&J], lanes: usize, work: impl Fn(&J) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let take = || jobs.get(next.fetch_add(1, Ordering::Relaxed));
    let do_some = || std::iter::from_fn(take).map(|job| work(job)).collect::<Vec<T>>();
    let lane = || match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(alone) => alone.install(do_some),
        Err(_) => do_some(),
    };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_do_not_fit_side_by_side_take_turns() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let work = |bytes: &f64| {
            if *bytes > 1.0 {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // As a search does its trials.
                let trial =
                    |index: u32| std::thread::sleep(std::time::Duration::from_millis(u64::from(index % 7)));
                (0..9u32).into_par_iter().with_max_len(1).for_each(trial);
                now.fetch_sub(1, Ordering::SeqCst);
            }
            *bytes
        };
        let jobs: Vec<f64> = (0..40).map(|job| if job % 8 == 0 { 1.0 } else { 60.0 }).collect();
        let mut done = pool.install(|| within_memory(&jobs, |bytes| *bytes, 190.0, work));
        done.sort_by(f64::total_cmp);
        assert_eq!(done, [[1.0; 5].as_slice(), &[60.0; 35]].concat());
        assert_eq!(most.into_inner(), 3);
    }
}
