//! From a folder of lessons to a folder of pages, on one screen.
//!
//! 1. *discover and parse*: `lesson::open` reads every lesson, all mistakes at once;
//! 2. *plan*: `planning::plan` decodes and checks every experiment before any runs;
//! 3. *run*: `running::run` spreads variants and seeds over the cores;
//! 4. *judge*: `claims::judge` says which sentences hold;
//! 5. *draw and place*: `pages::assemble` draws figures, fills in numbers and makes pages;
//! 6. *write*: `site::publish` swaps the whole output in one step.

mod experiment_view;
mod pages;
mod planning;
mod results;
mod running;
mod tables;

pub use experiment_view::short;
pub use planning::Planned;
pub use results::json;
pub use running::{Watch, title};

use std::path::{Path, PathBuf};

use crate::claims::{self, Verdict};
use crate::data::TableLimits;
use crate::diagnostic::{Diagnostics, Sources};
use crate::lesson::{self, Course};
use crate::outcome::Outcome;
use crate::site::{self, Published};

use tables::Tables;

/// Why there is no result.
#[derive(Debug)]
pub enum Failure {
    /// The lessons are at fault.
    Course(Diagnostics, Sources),
    /// The call or the machine is.
    Machine(String),
}

/// What to work on.
#[derive(Clone, Debug)]
pub struct Request {
    /// The lessons folder, or one lesson's file.
    pub lessons: PathBuf,
    /// Whether lessons marked as drafts count.
    pub drafts: bool,
    /// Only the experiment with this id.
    pub only: Option<String>,
}

/// A course whose experiments have run.
pub struct Computed {
    pub course: Course,
    pub planned: Vec<Planned>,
    /// One for each planned experiment.
    pub outcomes: Vec<Outcome>,
    /// For each planned experiment, its claims judged.
    pub verdicts: Vec<Vec<Verdict>>,
    /// Claims that fail, and what is odd about the lessons but stops nothing.
    pub found: Diagnostics,
    tables: Tables,
}

/// Steps 1 to 4: every experiment run, every claim judged. A claim that fails is in [`Computed::found`].
///
/// # Errors
/// Every mistake in the lessons, found before anything runs; a folder that cannot be read.
pub fn compute(request: &Request, watch: &dyn Watch) -> Result<Computed, Failure> {
    let mut course = lesson::open(&request.lessons, request.drafts).map_err(Failure::Machine)?;
    let limits = TableLimits { rows: course.settings.limits.rows as usize, ..TableLimits::default() };
    let mut tables = Tables::new(&course.root, limits, std::mem::take(&mut course.sources));
    let mut found = std::mem::take(&mut course.found);
    let mut planned = planning::plan(&course, &mut tables, &mut found);
    if found.errors() > 0 {
        return Err(Failure::Course(found, tables.sources));
    }
    if let Some(id) = &request.only {
        planned.retain(|experiment| experiment.header.id == *id);
        if planned.is_empty() {
            return Err(Failure::Machine(format!("no experiment is called `{id}`")));
        }
    }
    let outcomes = match running::run(&course, &planned, &tables, watch) {
        Ok(outcomes) => outcomes,
        Err(errors) => return Err(Failure::Course(errors, tables.sources)),
    };
    let mut verdicts = Vec::new();
    for (experiment, outcome) in planned.iter().zip(&outcomes) {
        let (judged, errors) = claims::judge(&experiment.header.claims, outcome, &experiment.tree);
        verdicts.push(judged);
        found.extend(errors);
    }
    Ok(Computed { course, planned, outcomes, verdicts, found, tables })
}

impl Computed {
    /// The files that diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.tables.sources
    }
}

/// Step 5: all files of the site, nothing written.
///
/// # Errors
/// A claim that failed, a name in prose that does not exist, a template at fault.
pub fn assemble(computed: &Computed) -> Result<site::Output, Failure> {
    if computed.found.errors() > 0 {
        return Err(Failure::Course(computed.found.clone(), computed.sources().clone()));
    }
    pages::assemble(computed)
}

/// Whether the site can go to `output`, as far as that shows before anything runs.
///
/// # Errors
/// A folder that holds the lessons or somebody's files.
pub fn check_output(request: &Request, output: &Path) -> Result<(), Failure> {
    site::check_output(output, &request.lessons).map_err(|error| Failure::Machine(error.to_string()))
}

/// Step 6: the files in the folder `output`, in one step.
///
/// # Errors
/// A folder that cannot be written. The old output stays whole.
pub fn write(request: &Request, output: &Path, files: &site::Output) -> Result<Published, Failure> {
    site::publish(output, files, &request.lessons).map_err(|error| Failure::Machine(error.to_string()))
}
