//! Data sets: built-in tables, generated ones and an author's own files (CSV, IDX, NPY, NPZ); split, normalized, prepared for a run.
//!
//! [`DataSettings`] name a data set, [`load()`] gives it as a [`Dataset`], [`split()`] deals its rows to three
//! parts, and [`prepare()`] normalizes them and converts them to the precision of the run.

mod array;
mod catalogue;
mod column;
mod dataset;
mod features;
mod format;
mod generate;
mod load;
mod normalize;
mod other_source;
mod part;
mod prepare;
mod problem;
mod reader;
mod series;
mod settings;
mod share;
mod split;
mod tables;
mod target_scale;

pub use catalogue::{DATASETS, DatasetInfo, Key, Origin, keys};
pub use dataset::{Dataset, Facts, Provenance, TargetColumn};
pub use features::Features;
pub use format::Format;
pub use load::{Files, facts, limited, limited_facts, load, read, table_rows};
pub use normalize::{Normalize, Normalizer};
pub use other_source::OtherSource;
pub use part::{Labels, Part, PartName, Picture, Prepared, Target, Targets};
pub use prepare::{prepare, wrong_labels};
pub use problem::{DataProblems, TableProblem};
pub use reader::{Separator, TableLimits, Texts, texts};
pub use series::{Jump, SeriesSettings};
pub use settings::{DataSettings, Task};
pub use share::Share;
pub use split::{Split, SplitSettings, split};
pub use target_scale::{ScaleTarget, TargetScale};
