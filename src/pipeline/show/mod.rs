//! What is shown: pages, charts and results made from what the runs found, and not made where the output has them already.

pub mod course_templates;
pub mod drafts;
pub mod drawing;
pub mod experiment_view;
pub mod filling;
pub mod notes;
pub mod pages;
pub mod results;
pub mod results_table;
pub mod settings_view;
pub mod unchanged;
