//! What is reviewed: results beside those accepted before, and what the cache keeps made again.

pub(super) mod cause;
pub(super) mod drift;
pub(super) mod identity;
pub(super) mod reviewed;
pub(super) mod reviewing;
pub(super) mod sentences;
pub(super) mod verifying;
