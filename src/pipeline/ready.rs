//! A course whose experiments are in order, none of them run.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostics;
use crate::experiment::Limits;
use crate::lesson::Course;
use crate::store::cache::Cache;

use super::run::figures::PlannedFigure;
use super::run::planned::Planned;
use super::run::tables::Tables;
use super::show::course_templates::CourseTemplates;

/// A course whose experiments are in order, none of them run.
pub struct Ready {
    pub course: Course,
    /// What its experiments may cost.
    pub limits: Limits,
    pub planned: Vec<Planned>,
    pub(super) figures: Vec<PlannedFigure>,
    pub cache: Cache,
    /// What is odd about the lessons but stops nothing.
    pub found: Diagnostics,
    /// Every experiment of the lessons as `lesson#id`, asked for or not.
    pub(super) known: BTreeSet<String>,
    pub(super) templates: CourseTemplates,
    pub(super) tables: Tables,
}
