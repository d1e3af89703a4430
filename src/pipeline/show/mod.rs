//! What is shown: pages, charts and results made from what the runs found, and not made where the output has them already.

pub(super) mod course_templates;
pub(super) mod drafts;
pub(super) mod drawing;
pub(super) mod experiment_view;
pub(super) mod figure_view;
pub(super) mod filling;
pub(super) mod notes;
pub(super) mod pages;
pub(super) mod results;
pub(super) mod results_table;
pub(super) mod settings_view;
pub(super) mod unchanged;
