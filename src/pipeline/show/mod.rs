//! What is shown: pages, charts and results made from what the runs found, and not made where the output has them already.

pub(super) mod behind;
pub(super) mod course_templates;
pub(super) mod drafts;
pub(super) mod drawing;
mod embedding;
pub(super) mod figure_view;
pub(super) mod filling;
mod finished;
mod live;
pub(super) mod notebooks;
pub(super) mod notes;
mod numbering;
pub(super) mod pages;
mod references;
pub(super) mod results;
pub(super) mod search_index;
pub(super) mod unchanged;
