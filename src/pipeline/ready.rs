//! A course before anything runs: as far as it can be known, and with all of its experiments in order.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostics, Sources};
use crate::experiment::Limits;
use crate::lesson::Course;
use crate::outcome::Outcome;
use crate::store::cache::Cache;

use super::run::figures::PlannedFigure;
use super::run::planned::Planned;
use super::run::running;
use super::run::tables::Tables;
use super::show::course_templates::CourseTemplates;

/// A course as far as it can be known before anything runs, whatever is wrong with it.
pub struct Inspected {
    pub course: Course,
    /// What its experiments may cost.
    pub limits: Limits,
    /// The experiments that are in order.
    pub planned: Vec<Planned>,
    pub(super) figures: Vec<PlannedFigure>,
    /// All that is wrong with it, or odd.
    pub found: Diagnostics,
    pub(super) tables: Tables,
}

impl Inspected {
    /// Returns the files that diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.tables.sources
    }

    /// Returns what an experiment found, where all of its runs are in a cache. Nothing runs.
    pub fn kept(&self, planned: &Planned, cache: &Cache) -> Option<Outcome> {
        running::kept(&self.course, planned, &self.tables, cache)
    }
}

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
