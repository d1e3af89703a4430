//! Threads that runs go on in, as many as may work at the same time.
//!
//! A run keeps to its thread, and so does each part of it that others do meanwhile. (A thread of rayon's that waits for
//! such parts begins another run, and holds the data of both.)

use std::iter::from_fn;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};

use crate::numeric::Workers;

/// A bound on the threads that work; those without a run of their own do parts of others'.
#[derive(Debug)]
pub(crate) struct JobPool {
    count: usize,
    free: AtomicUsize,
}

/// Does every job on `count` threads at most, and gives what became of them in any order. A job may hand its parts to
/// the threads that are free.
pub(crate) fn in_pool<J: Sync, T: Send>(
    jobs: &[J],
    count: usize,
    work: impl Fn(&J, &JobPool) -> T + Sync,
) -> Vec<T> {
    let pool = JobPool { count, free: AtomicUsize::new(count) };
    let queue = Queue::new(jobs.len());
    let done = Mutex::new(Vec::with_capacity(jobs.len()));
    let do_rest = || {
        let mine: Vec<T> = queue.rest().map(|job| work(&jobs[job], &pool)).collect();
        done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(mine);
    };
    thread::scope(|scope| {
        let started = from_fn(|| pool.start(scope, do_rest)).take(jobs.len());
        let started: Vec<_> = started.collect();
        if started.is_empty() {
            do_rest();
        }
        join(started);
    });
    done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl JobPool {
    /// Starts a thread that takes a free place in the pool and leaves it in the end. None where no place is free or the system refuses
    /// another thread; it would refuse the next one too, so the place is given up.
    fn start<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        work: impl FnOnce() + Send + 'scope,
    ) -> Option<ScopedJoinHandle<'scope, ()>> {
        let one_less = |free: usize| free.checked_sub(1);
        self.free.fetch_update(Ordering::AcqRel, Ordering::Relaxed, one_less).ok()?;
        let in_pool = || {
            work();
            self.free.fetch_add(1, Ordering::AcqRel);
        };
        thread::Builder::new().spawn_scoped(scope, in_pool).ok()
    }
}

impl Workers for JobPool {
    fn count(&self) -> usize {
        self.count
    }

    /// Does tasks on the thread of the caller and those that are free, now or later.
    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        let queue = Queue::new(tasks);
        let do_rest = || queue.rest().for_each(task);
        thread::scope(|scope| {
            let mut helpers = Vec::new();
            for index in queue.rest() {
                helpers.extend(from_fn(|| self.start(scope, do_rest)).take(queue.left()));
                task(index);
            }
            join(helpers);
        });
    }
}

/// Waits for threads; a panic of one of them is the caller's.
fn join(threads: Vec<ScopedJoinHandle<()>>) {
    threads.into_iter().for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
}

/// Numbers of tasks, each handed out once.
struct Queue {
    next: AtomicUsize,
    end: usize,
}

impl Queue {
    fn new(end: usize) -> Queue {
        Queue { next: AtomicUsize::new(0), end }
    }

    /// Returns what others have not taken, until nothing is left.
    fn rest(&self) -> impl Iterator<Item = usize> {
        from_fn(|| Some(self.next.fetch_add(1, Ordering::Relaxed)).filter(|&task| task < self.end))
    }

    fn left(&self) -> usize {
        self.end.saturating_sub(self.next.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::Duration;

    /// How many go on now, and how many at most.
    #[derive(Default)]
    struct Meter(AtomicUsize, AtomicUsize);

    impl Meter {
        fn during(&self, work: impl FnOnce()) {
            self.1.fetch_max(self.0.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            work();
            self.0.fetch_sub(1, Ordering::SeqCst);
        }

        fn most(&self) -> usize {
            self.1.load(Ordering::SeqCst)
        }
    }

    fn pause(milliseconds: usize) {
        thread::sleep(Duration::from_millis(milliseconds as u64));
    }

    #[test]
    fn no_more_runs_and_no_more_parts_go_on_than_there_are_places() {
        let (runs, parts, done) = (Meter::default(), Meter::default(), AtomicUsize::new(0));
        let jobs: Vec<usize> = (0..30).collect();
        // Every third as a search does its trials, in two rounds.
        let work = |job: &usize, pool: &JobPool| {
            runs.during(|| {
                if !job.is_multiple_of(3) {
                    return parts.during(|| pause(job % 5));
                }
                for _ in 0..2 {
                    pool.run(7, &|part| {
                        parts.during(|| pause((part + job) % 4));
                        done.fetch_add(1, Ordering::SeqCst);
                    });
                }
            });
            *job
        };
        let mut ended = in_pool(&jobs, 3, work);
        ended.sort_unstable();
        assert_eq!(ended, jobs);
        assert_eq!(done.into_inner(), 10 * 2 * 7);
        // How many really met is up to the system.
        assert!(runs.most() <= 3 && parts.most() <= 3, "{} runs, {} parts", runs.most(), parts.most());
    }

    #[test]
    fn places_without_a_run_help_the_others_as_soon_as_they_are_free() {
        let parts = Meter::default();
        // The second run ends while the first is at its parts.
        in_pool(&[true, false], 2, |has_parts, pool| {
            if *has_parts {
                // Until two have met, for a minute at most.
                pool.run(6000, &|_| parts.during(|| pause(if parts.most() < 2 { 10 } else { 0 })));
            } else {
                pause(30);
            }
        });
        assert_eq!(parts.most(), 2);
        in_pool(&[()], 1, |(), pool| pool.run(5, &|_| assert_eq!(pool.free.load(Ordering::SeqCst), 0)));
        assert_eq!(in_pool(&[0; 0], 4, |_, _| ()), []);
    }

    #[test]
    fn a_panic_of_a_part_is_that_of_the_caller() {
        let work = |(): &(), pool: &JobPool| pool.run(8, &|part| assert!(part != 5, "a test's panic"));
        let panic = catch_unwind(AssertUnwindSafe(|| in_pool(&[()], 3, work))).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a test's panic"));
    }
}
