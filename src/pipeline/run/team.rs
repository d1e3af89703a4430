//! Threads of a run's own, which its large products are spread over.
//!
//! A product takes tenths of a millisecond, and waking a thread nearly as long: with threads that sleep between two
//! products (as rayon's do), two cores were slower than one. These wait awake for a moment, as those of OpenMP do.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::numeric::{TaskCell, Workers};

/// How long a thread that has nothing to do stays awake: longer than training is without a large product.
const AWAKE: Duration = Duration::from_millis(1);

/// The thread that calls and some that help it. They are started by the first work, and end with the team.
pub struct Team {
    count: usize,
    board: Arc<Board>,
    /// None before the first work.
    helpers: Mutex<Option<Vec<JoinHandle<()>>>>,
}

impl Team {
    /// Makes a team of `count` threads, that of the caller among them.
    pub fn new(count: usize) -> Self {
        Team { count, board: Arc::default(), helpers: Mutex::default() }
    }

    /// Starts helpers for all but the caller; fewer where the system refuses threads.
    fn start(&self) -> Vec<JoinHandle<()>> {
        let help = |_| {
            let board = self.board.clone();
            thread::Builder::new().spawn(move || board.help()).ok()
        };
        (1..self.count).map_while(help).collect()
    }
}

impl fmt::Debug for Team {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Team").field("count", &self.count).finish_non_exhaustive()
    }
}

impl Workers for Team {
    fn count(&self) -> usize {
        self.count
    }

    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        // Held until all is done: the board has room for one work.
        let mut started = self.helpers.lock().unwrap_or_else(PoisonError::into_inner);
        let helpers = started.get_or_insert_with(|| self.start());
        // Before the task is put up, so that who finds it finds none left that were not of this work.
        self.board.open.store(tasks, Ordering::SeqCst);
        self.board.task.lend(task, || {
            if self.board.asleep.load(Ordering::SeqCst) > 0 {
                helpers.iter().for_each(|helper| helper.thread().unpark());
            }
            self.board.work(task);
        });
        let panic = self.board.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(started);
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.board.over.store(true, Ordering::SeqCst);
        let helpers = self.helpers.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        for helper in helpers.into_iter().flatten() {
            helper.thread().unpark();
            // A helper catches the panics of its tasks.
            let _ = helper.join();
        }
    }
}

/// Where the work at hand hangs for all to see.
#[derive(Default)]
struct Board {
    /// Lent as long as the work goes on: who has entered is waited for, and takes tasks until none is left.
    task: TaskCell,
    /// Tasks that nobody has taken yet; the last is taken first.
    open: AtomicUsize,
    /// How many helpers sleep, or are about to.
    asleep: AtomicUsize,
    /// The first panic of a task, for the caller.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    over: AtomicBool,
}

impl Board {
    /// Returns a task that nobody else has.
    fn take(&self) -> Option<usize> {
        let one_less = |open: usize| open.checked_sub(1);
        self.open.fetch_update(Ordering::AcqRel, Ordering::Relaxed, one_less).ok().map(|open| open - 1)
    }

    /// Does tasks until none is open; whether there was any.
    fn work(&self, task: &(dyn Fn(usize) + Sync)) -> bool {
        let mut any = false;
        while let Some(index) = self.take() {
            any = true;
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| task(index))) {
                self.panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
            }
        }
        any
    }

    /// Does tasks of the work at hand, if there is one with any left; whether it did.
    fn join(&self) -> bool {
        // Most looks are in vain, and end here without a trace for others to wait for.
        self.open.load(Ordering::Relaxed) > 0 && self.task.with(|task| self.work(task)) == Some(true)
    }

    /// Helps until the team ends: what a helper does all its life.
    fn help(&self) {
        let mut idle_since = Instant::now();
        while !self.over.load(Ordering::SeqCst) {
            if self.join() {
                idle_since = Instant::now();
            } else if idle_since.elapsed() < AWAKE {
                (0..50).for_each(|_| std::hint::spin_loop());
            } else {
                self.asleep.fetch_add(1, Ordering::SeqCst);
                // Whoever opens a work from here on sees that somebody sleeps; who did before is seen here.
                if self.open.load(Ordering::SeqCst) == 0 && !self.over.load(Ordering::SeqCst) {
                    thread::park();
                }
                self.asleep.fetch_sub(1, Ordering::SeqCst);
                idle_since = Instant::now();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_is_done_once_before_run_returns() {
        for count in [1, 2, 5] {
            let team = Team::new(count);
            for round in 0..300 {
                let tasks = round % 9;
                let done: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
                team.run(tasks, &|index| {
                    done[index].fetch_add(1, Ordering::Relaxed);
                });
                assert!(done.iter().all(|times| times.load(Ordering::Relaxed) == 1), "{count} threads");
                if round % 100 == 99 {
                    // Long enough for all to fall asleep.
                    thread::sleep(3 * AWAKE);
                }
            }
        }
    }

    #[test]
    fn several_threads_take_part() {
        let team = Team::new(2);
        let patience = Instant::now() + Duration::from_mins(1);
        let at_work = AtomicUsize::new(0);
        team.run(2, &|_| {
            at_work.fetch_add(1, Ordering::SeqCst);
            while at_work.load(Ordering::SeqCst) < 2 {
                assert!(Instant::now() < patience, "nobody helps");
                thread::yield_now();
            }
        });
    }

    #[test]
    fn a_panic_of_a_task_is_that_of_the_caller() {
        for count in [1, 3] {
            let team = Team::new(count);
            for _ in 0..20 {
                let run = || team.run(8, &|index| assert!(index != 3, "a test's panic"));
                let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
                assert_eq!(panic.downcast_ref::<&str>(), Some(&"a test's panic"));
                let done = AtomicUsize::new(0);
                team.run(8, &|_| {
                    done.fetch_add(1, Ordering::Relaxed);
                });
                assert_eq!(done.into_inner(), 8, "the team works on");
            }
        }
    }
}
