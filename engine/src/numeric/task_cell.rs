//! A task that is lent to other threads for as long as a piece of work goes on.
//!
//! [`Workers`](super::Workers) whose threads live as long as a training hand them tasks that borrow the matrices of one product.
//! Safe Rust lends a thread nothing that lives shorter than itself, and `std::thread::scope` starts the threads anew for each
//! product, which takes 14 to 23 µs of the hundred that they are to halve; channels and barriers carry the same reference. So one
//! lifetime is erased here, and the cell waits where the compiler cannot look.

use std::cell::UnsafeCell;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

type Task<'a> = dyn Fn(usize) + Sync + 'a;

/// How often who takes a task back looks whether all have left before it lets other threads have its core: there may be fewer
/// cores than threads.
const LOOKS: usize = 1000;

/// Of a cell's state: whether somebody lends a task, or is about to, or has not yet taken it back.
const LENT: usize = 1;
/// Whether it may be entered.
const OPEN: usize = 2;
/// One more that has entered and not left.
const ENTERED: usize = 4;

/// A place where one thread [lends](Self::lend) a task, and others [enter](Self::with) to do some of it.
pub struct TaskCell {
    /// `LENT`, `OPEN` and how many have `ENTERED`; 0 between two loans.
    state: AtomicUsize,
    /// What is lent. Written by who set `LENT`, while nobody can enter; read by who has entered.
    task: UnsafeCell<Option<*const Task<'static>>>,
}

// SAFETY: the task that the cell points at is `Sync`, and so may be called from any thread. The pointer itself is written by one
// thread alone, the one whose exchange set `LENT`, before it sets `OPEN` and after all have left; `OPEN`, every entry and every
// exit are changes of one atomic number in one order. An entry is an exchange that finds `OPEN`, and acquires what was released
// with it: the pointer, and what its task borrows. To take the task back is to clear `OPEN`, after which no exchange enters, and
// to acquire every exit until none is missing: each exit releases the reads and calls before it, and the changes between it and
// the one that is looked at go on its release sequence. The next one to set `LENT` acquires that in turn.
unsafe impl Sync for TaskCell {}

// SAFETY: as above; while a task is lent the cell is borrowed, and cannot move.
unsafe impl Send for TaskCell {}

impl TaskCell {
    /// Makes a cell that lends nothing yet.
    pub const fn new() -> Self {
        TaskCell { state: AtomicUsize::new(0), task: UnsafeCell::new(None) }
    }

    /// Lends `task` while `work` goes on. Returns, or goes on with a panic of `work`, when all who have entered have left: who
    /// waits for that within [`with`](Self::with) waits for ever.
    ///
    /// # Panics
    /// If the cell lends a task already; that loan goes on.
    pub fn lend<T>(&self, task: &(dyn Fn(usize) + Sync), work: impl FnOnce() -> T) -> T {
        let claimed = self.state.compare_exchange(0, LENT, Ordering::Acquire, Ordering::Relaxed);
        assert!(claimed.is_ok(), "the cell lends a task already");
        // SAFETY: only the lifetime changes, and nobody calls the task beyond it: who does has entered, and this function comes to
        // no end, not by a panic either, before `Loan` has been dropped, which waits until all have left.
        let task = unsafe { std::mem::transmute::<&Task<'_>, &Task<'static>>(task) };
        // SAFETY: this thread set `LENT`, and `OPEN` is not set: nobody else reads or writes.
        unsafe { *self.task.get() = Some(std::ptr::from_ref(task)) };
        self.state.store(LENT | OPEN, Ordering::Release);
        let _loan = Loan(&self.state);
        work()
    }

    /// Enters: calls `does` with the task that is lent, which is not taken back before `does` has ended. None where none is lent.
    pub fn with<T>(&self, does: impl FnOnce(&(dyn Fn(usize) + Sync)) -> T) -> Option<T> {
        let one_more = |state: usize| if state & OPEN == 0 { None } else { state.checked_add(ENTERED) };
        self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, one_more).ok()?;
        let _stay = Stay(&self.state);
        // SAFETY: who has entered may read, until it leaves: at the end of this function, also by a panic of `does`.
        let task = unsafe { *self.task.get() }?;
        // SAFETY: `lend` still borrows the task, as it waits for this stay's end. `does` takes a reference of any lifetime, and so
        // cannot keep it beyond its call.
        Some(does(unsafe { &*task }))
    }
}

impl Default for TaskCell {
    fn default() -> Self {
        TaskCell::new()
    }
}

impl fmt::Debug for TaskCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_lent = self.state.load(Ordering::Relaxed) & LENT != 0;
        f.debug_struct("TaskCell").field("is_lent", &is_lent).finish_non_exhaustive()
    }
}

/// A task that has been put up: dropped, it is taken back.
struct Loan<'a>(&'a AtomicUsize);

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.0.fetch_and(!OPEN, Ordering::Relaxed);
        let mut looks = 0;
        while self.0.load(Ordering::Acquire) != LENT {
            looks += 1;
            if looks < LOOKS { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
        self.0.store(0, Ordering::Release);
    }
}

/// The stay of who has entered: dropped, it has left.
struct Stay<'a>(&'a AtomicUsize);

impl Drop for Stay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(ENTERED, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Waits for another thread.
    fn until(is_so: impl Fn() -> bool) {
        while !is_so() {
            thread::yield_now();
        }
    }

    fn message(work: impl FnOnce()) -> String {
        let panic = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
        (*panic.downcast_ref::<&str>().unwrap()).to_owned()
    }

    #[test]
    fn a_task_is_lent_while_the_work_goes_on() {
        let cell = TaskCell::new();
        let done = Mutex::new(Vec::new());
        let enter = |index| cell.with(|task| task(index));
        assert_eq!(enter(1), None);
        let task = |index| done.lock().unwrap().push(index);
        let entered = cell.lend(&task, || {
            thread::scope(|scope| scope.spawn(|| enter(2)).join().unwrap());
            // One that has entered may do so again.
            cell.with(|_| enter(3)).flatten()
        });
        assert_eq!((entered, enter(4)), (Some(()), None));
        assert_eq!(cell.lend(&task, || enter(5)), Some(()), "the cell lends again");
        assert_eq!(*done.lock().unwrap(), [2, 3, 5]);
    }

    /// Lends while another thread is within, who leaves long after the work has ended in whatever way.
    fn lend_to_a_slow_one(work: impl FnOnce()) {
        let cell = TaskCell::new();
        let [is_within, has_left] = [const { AtomicBool::new(false) }; 2];
        let slow = |_| {
            is_within.store(true, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(30));
            has_left.store(true, Ordering::Relaxed);
        };
        thread::scope(|scope| {
            scope.spawn(|| until(|| cell.with(|task| task(0)).is_some()));
            let lent = || {
                cell.lend(&slow, || {
                    until(|| is_within.load(Ordering::SeqCst));
                    work();
                });
            };
            let _ = catch_unwind(AssertUnwindSafe(lent));
            assert!(has_left.load(Ordering::Relaxed), "the task was taken back too soon");
            assert_eq!(cell.with(|_| ()), None);
        });
    }

    #[test]
    fn it_is_taken_back_when_all_have_left() {
        lend_to_a_slow_one(|| ());
        lend_to_a_slow_one(|| panic!("a test's panic"));
    }

    #[test]
    fn who_panics_leaves() {
        let cell = TaskCell::new();
        let enter = || {
            cell.with(|task| task(0));
        };
        let panics = |_| panic!("a test's panic");
        assert_eq!(cell.lend(&panics, || message(enter)), "a test's panic");
        assert_eq!(message(|| cell.lend(&panics, enter)), "a test's panic");
        assert_eq!(cell.lend(&|_| (), || cell.with(|_| 1)), Some(1));
    }

    #[test]
    fn only_one_task_is_lent_at_a_time() {
        const REFUSED: &str = "the cell lends a task already";
        let cell = TaskCell::new();
        let other = || cell.lend(&|_| unreachable!("it is not put up"), || unreachable!("nor worked on"));
        cell.lend(&|_| (), || {
            assert_eq!(message(other), REFUSED);
            assert_eq!(thread::scope(|scope| scope.spawn(|| message(other)).join().unwrap()), REFUSED);
            assert_eq!(cell.with(|_| message(other)).unwrap(), REFUSED);
            assert!(cell.with(|_| ()).is_some(), "the first loan goes on");
        });
    }

    /// Each loan's task borrows a number that is another one as soon as the loan has ended.
    #[test]
    fn no_thread_calls_a_task_that_has_been_taken_back() {
        let cell = TaskCell::new();
        let is_over = AtomicBool::new(false);
        let [entered, called] = [const { AtomicUsize::new(0) }; 2];
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        match cell.with(|task| task(1)) {
                            Some(()) => _ = entered.fetch_add(1, Ordering::Relaxed),
                            None => std::hint::spin_loop(),
                        }
                    }
                });
            }
            let mut rounds = 0;
            let mut before = 0;
            while rounds < 2000 || before < 2000 {
                let mut lent = Box::new(AtomicUsize::new(0));
                cell.lend(
                    &|one| {
                        lent.fetch_add(one, Ordering::Relaxed);
                        called.fetch_add(one, Ordering::Relaxed);
                    },
                    || (0..rounds % 50).for_each(|_| std::hint::spin_loop()),
                );
                before += std::mem::replace(lent.get_mut(), usize::MAX / 2);
                rounds += 1;
                if rounds % 64 == 0 {
                    thread::yield_now();
                }
                assert_eq!(before, called.load(Ordering::Relaxed));
            }
            is_over.store(true, Ordering::Relaxed);
        });
        assert_eq!(entered.into_inner(), called.into_inner());
    }
}
