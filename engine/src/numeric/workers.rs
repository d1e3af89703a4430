//! Who a large product is spread over. The engine starts no thread: whoever has some hands them in.

use std::fmt::Debug;

/// Does the tasks of one piece of work at the same time, or one after the other. Tasks write to places of their
/// own, so that no bit of a result tells how many workers there were.
pub trait Workers: Debug + Send + Sync {
    /// Returns how many tasks may go on at the same time; 1 or more.
    fn count(&self) -> usize;
    /// Calls `task` once with each of `0..tasks`, in any order, from any thread, and returns when all have ended.
    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync));
}

/// Nobody but the thread that calls.
#[derive(Debug)]
pub struct Alone;

impl Workers for Alone {
    fn count(&self) -> usize {
        1
    }

    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        (0..tasks).for_each(task);
    }
}
