//! What is reviewed: results beside those accepted before, and what the cache keeps made again.

pub mod cause;
pub mod drift;
pub mod identity;
pub mod reviewed;
pub mod reviewing;
pub mod sentences;
pub mod verifying;
