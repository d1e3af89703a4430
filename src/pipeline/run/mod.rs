//! What is run: experiments planned and checked, their runs done on a pool of threads, within time and memory.

pub mod job_pool;
pub mod jobs;
pub mod memory;
pub mod planned;
pub mod planning;
pub mod running;
pub mod shard;
pub mod tables;
pub mod team;
pub mod totals;
