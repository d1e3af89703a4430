//! What is run: experiments planned and checked, their runs done on a pool of threads, within time and memory.

pub(super) mod figures;
pub(super) mod job_pool;
pub(super) mod jobs;
pub(super) mod memory;
pub(super) mod planned;
pub(super) mod planning;
pub(super) mod running;
pub(super) mod shard;
pub(super) mod tables;
pub(super) mod team;
pub(super) mod totals;
