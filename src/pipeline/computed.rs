//! A course whose experiments have run.

use std::collections::BTreeSet;

use glob::Pattern;

use crate::claims::Verdict;
use crate::diagnostic::{Diagnostic, Diagnostics, Sources};
use crate::lesson::Course;
use crate::outcome::Outcome;
use crate::store::cache::Cache;

use super::judging;
use super::kept::Kept;
use super::request::Failure;
use super::run::figures::PlannedFigure;
use super::run::planned::Planned;
use super::run::running::Ran;
use super::run::tables::Tables;
use super::show::course_templates::CourseTemplates;
use super::show::notes::Unchanged;

/// A course whose experiments have run.
pub struct Computed {
    pub course: Course,
    pub planned: Vec<Planned>,
    /// Figures of the author's own, checked.
    pub(super) figures: Vec<PlannedFigure>,
    /// One for each planned experiment; none for those that nobody [wanted](Unchanged::wanted).
    pub(super) ran: Vec<Option<Ran>>,
    pub(super) unchanged: Unchanged,
    /// For each planned experiment, its claims judged; none for those of unchanged lessons.
    pub verdicts: Vec<Vec<Verdict>>,
    /// The claims in prose, judged.
    pub(super) prose: judging::Prose,
    /// What is odd about what was found in the lessons that had to be looked at.
    pub(super) remarks: Vec<Diagnostic>,
    /// The cache it was computed with.
    pub cache: Cache,
    /// Whether these are all experiments of the course.
    pub everything: bool,
    /// Which experiments were asked for; all without one.
    pub(super) only: Option<Pattern>,
    /// Every experiment of the lessons as `lesson#id`, asked for or not.
    pub(super) known: BTreeSet<String>,
    /// Claims that fail, and what is odd about the lessons but stops nothing.
    pub found: Diagnostics,
    pub(super) templates: CourseTemplates,
    pub(super) tables: Tables,
    /// What the build to come need not make.
    pub(super) kept: Kept,
}

impl Computed {
    /// Returns what the experiment at a place of the plan found, which somebody wanted.
    pub fn outcome(&self, place: usize) -> &Outcome {
        let ran = self.ran[place].as_ref();
        &ran.expect("of an experiment that nobody wants there is no outcome").outcome
    }

    /// Returns the files that diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.tables.sources
    }

    /// Fails where a claim does.
    ///
    /// # Errors
    /// All that was found, if there are errors in it.
    pub(super) fn succeeded(&self) -> Result<(), Failure> {
        match self.found.errors() {
            0 => Ok(()),
            _ => Err(Failure::Course(self.found.clone(), self.sources().clone())),
        }
    }
}
