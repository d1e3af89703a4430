//! Maps and sets in the order of their keys.
//!
//! They are std's. A page's module, which is to be small, has lists that behave alike instead: of a B-tree each type of value has its own
//! copy of some kilobytes, and there are dozens.

#[cfg(not(gradbook_module))]
pub use std::collections::{BTreeMap, BTreeSet};

#[cfg(gradbook_module)]
pub use list::{BTreeMap, BTreeSet};

#[cfg(any(test, gradbook_module))]
mod list;
