//! As many runs at a time as there are cores, and no more than the memory holds.

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
    let all = |jobs: &[&J]| jobs.par_iter().map(|job| work(job)).collect::<Vec<T>>();
    let mut done = all(&light);
    if heavy.is_empty() {
        return done;
    }
    let heaviest = heavy.iter().map(|job| bytes(job)).fold(0.0, f64::max);
    // A run may spread its own work over the cores; in a pool of so many threads that counts as well.
    let threads = ((limit / heaviest) as usize).clamp(1, cores);
    done.extend(match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(|| all(&heavy)),
        Err(_) => heavy.iter().map(|job| work(job)).collect(),
    });
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn runs_that_do_not_fit_side_by_side_take_turns() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let work = |bytes: &f64| {
            if *bytes > 1.0 {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(std::time::Duration::from_millis(20));
                now.fetch_sub(1, Ordering::SeqCst);
            }
            *bytes
        };
        let jobs = [1.0, 60.0, 60.0, 60.0, 1.0, 60.0];
        let mut done = pool.install(|| within_memory(&jobs, |bytes| *bytes, 130.0, work));
        done.sort_by(f64::total_cmp);
        assert_eq!(done, [1.0, 1.0, 60.0, 60.0, 60.0, 60.0]);
        assert_eq!(most.into_inner(), 2);
    }
}
