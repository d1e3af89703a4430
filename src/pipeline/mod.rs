//! From a folder of lessons to a folder of pages, in six steps.
//!
//! 1. *discover and parse*: `lesson::open` reads every lesson, all mistakes at once;
//! 2. *plan*: `planning::plan` decodes and checks every experiment before any runs;
//! 3. *run*: `Unchanged` names the lessons whose pages are known to be as they were; for the others `running::run` takes from
//!    the cache what was done before, and spreads the other variants and seeds over the cores;
//! 4. *judge*: `judging::judge` says which sentences hold;
//! 5. *draw and place*: `pages::assemble` fills in numbers, and draws figures and makes pages where the output lacks them;
//! 6. *write*: `site::Publication` swaps the whole output in one step.

mod judging;
mod linting;
mod request;
mod review;
mod run;
mod show;

pub use request::{Failure, Keeping, Request};
pub use review::drift::{leaf, parted, reseeded, sci, settings, sizeless, step, worst};
pub use review::reviewing::{Reprinted, Review, Reviewed, Status, accept, review};
pub use review::verifying::{Verified, verify, verify_drawn};
pub use run::planning::Planned;
pub use run::running::{Silent, Watch, Why, title};
pub use run::shard::{Done, Pending, Shard, pending, run_shard};
pub use run::team::Team;
pub use show::pages::{Files, Holds};
pub use show::results::json;
pub use show::results_table::{says_nothing, short};

use std::collections::BTreeSet;
use std::path::Path;

use glob::Pattern;

use crate::claims::Verdict;
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, nearest};
use crate::experiment::Limits;
use crate::lesson::{self, Course};
use crate::outcome::Outcome;
use crate::site::{self, Publication, PublishError, Published};
use crate::store::cache::Cache;

use run::running::{self, Ran};
use run::tables::Tables;
use run::{jobs, planning};
use show::own::Own;
use show::pages;
use show::unchanged::Unchanged;

/// A course whose experiments are in order, none of them run.
pub struct Ready {
    pub course: Course,
    /// What its experiments may cost.
    pub limits: Limits,
    pub planned: Vec<Planned>,
    pub cache: Cache,
    /// What is odd about the lessons but stops nothing.
    pub found: Diagnostics,
    /// Every experiment of the lessons as `lesson#id`, asked for or not.
    known: BTreeSet<String>,
    own: Own,
    tables: Tables,
}

/// A course whose experiments have run.
pub struct Computed {
    pub course: Course,
    pub planned: Vec<Planned>,
    /// One for each planned experiment; none for those that nobody [wanted](Unchanged::wanted).
    ran: Vec<Option<Ran>>,
    unchanged: Unchanged,
    /// For each planned experiment, its claims judged; none for those of unchanged lessons.
    pub verdicts: Vec<Vec<Verdict>>,
    /// The claims in prose, judged.
    prose: judging::Prose,
    /// What is odd about what was found in the lessons that had to be looked at.
    remarks: Vec<Diagnostic>,
    /// The cache it was computed with.
    pub cache: Cache,
    /// Whether these are all experiments of the course.
    pub everything: bool,
    /// Which experiments were asked for; all without one.
    only: Option<Pattern>,
    /// Every experiment of the lessons as `lesson#id`, asked for or not.
    known: BTreeSet<String>,
    /// Claims that fail, and what is odd about the lessons but stops nothing.
    pub found: Diagnostics,
    own: Own,
    tables: Tables,
}

/// Steps 1 and 2: the lessons read, every experiment checked.
///
/// # Errors
/// Every mistake in the lessons; a folder that cannot be read.
pub fn prepare(request: &Request) -> Result<Ready, Failure> {
    let mut course =
        lesson::open(&request.lessons, request.drafts, request.untrusted).map_err(Failure::Machine)?;
    let limits = Limits::of(request.limits.as_ref(), request.untrusted, &course.settings.limits);
    let mut tables = Tables::new(&course.root, limits, std::mem::take(&mut course.sources));
    let mut found = std::mem::take(&mut course.found);
    let mut planned = planning::plan(&course, &limits, &mut tables, &mut found);
    planning::promise(&mut course, &planned);
    found.extend(planning::check_texts(&course, &planned));
    course.complete_prose();
    found.extend(judging::on_one_seed(&course, &planned));
    found.extend(linting::before(&course, &planned, &tables));
    let own = Own::folder(&course.root, request)?;
    found.extend(own.remark());
    if request.strict {
        found.deny_warnings();
    }
    let own = found.keep(own.load(&mut tables.sources));
    let Some(own) = own.filter(|_| found.errors() == 0) else {
        return Err(Failure::Course(found, tables.sources));
    };
    let known = planned.iter().map(|planned| title(&course, planned)).collect();
    if let Some(id) = &request.id {
        let near = nearest(id, planned.iter().map(|experiment| experiment.header.id.as_str()));
        let near = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        planned.retain(|experiment| experiment.header.id == *id);
        if planned.is_empty() {
            return Err(Failure::Machine(format!("no experiment is called `{id}`{near}")));
        }
    }
    if let Some(pattern) = &request.only {
        planned.retain(|experiment| is_like(&title(&course, experiment), pattern));
        if planned.is_empty() && !request.snapshots {
            return Err(none_like(pattern));
        }
    }
    let cache = request.cache.cache(&course)?;
    let cache = if request.draws_anew { cache.drawing_anew() } else { cache };
    Ok(Ready { course, limits, planned, cache, found, known, own, tables })
}

/// Whether the lesson, the id or the whole of `lesson#id` is like a pattern.
fn is_like(title: &str, pattern: &Pattern) -> bool {
    let (lesson, id) = title.split_once('#').unwrap_or_default();
    [lesson, id, title].iter().any(|name| pattern.matches(name))
}

fn none_like(pattern: &Pattern) -> Failure {
    Failure::Machine(format!("no experiment is like `{pattern}`"))
}

/// Empties the cache; how many runs and bytes that were. Works with lessons that are at fault.
///
/// # Errors
/// A folder that cannot be read, an entry that cannot be removed.
pub fn clean(request: &Request) -> Result<(usize, u64), Failure> {
    request.cache.check_folder()?;
    let course = lesson::open(&request.lessons, request.drafts, request.untrusted);
    let cache = match (&request.cache, course) {
        (Keeping::In(folder), _) => Cache::new(folder.clone(), 0),
        (keeping, course) => keeping.cache(&course.map_err(Failure::Machine)?)?,
    };
    cache.clear().map_err(Failure::Machine)
}

/// Steps 1 to 4: every experiment run, every claim judged. A claim that fails is in [`Computed::found`].
///
/// # Errors
/// Every mistake in the lessons, found before anything runs; a folder that cannot be read.
pub fn compute(request: &Request, watch: &dyn Watch) -> Result<Computed, Failure> {
    let ready = prepare(request)?;
    let jobs = jobs::all(&ready.course, &ready.planned, &ready.tables);
    let unchanged = if request.pages_only { Unchanged::find(&ready, &jobs) } else { Unchanged::none(&ready) };
    let ran = match running::run(&ready, &jobs, &unchanged.wanted, watch) {
        Ok(ran) => ran,
        Err(errors) => return Err(Failure::Course(errors, ready.tables.sources)),
    };
    let Ready { course, planned, cache, mut found, known, own, tables, .. } = ready;
    let judged = judging::judge(&course, &planned, &ran, &unchanged);
    let mut remarks = judged.found;
    for (experiment, ran) in planned.iter().zip(&ran) {
        let Some(Ran { outcome, .. }) = ran.as_ref().filter(|_| !unchanged.holds(experiment.lesson)) else {
            continue;
        };
        remarks.extend(linting::after(&course, experiment, outcome, &tables));
        remarks.extend(judging::undrawn(experiment, outcome));
    }
    found.extend(remarks.clone());
    found.extend(unchanged.remarks(&course));
    if request.strict {
        found.deny_warnings();
    }
    let everything = course.is_whole && request.only.is_none() && request.id.is_none();
    let (verdicts, prose) = (judged.blocks, judged.prose);
    Ok(Computed {
        course,
        planned,
        ran,
        unchanged,
        verdicts,
        prose,
        remarks,
        cache,
        everything,
        only: request.only.clone(),
        known,
        found,
        own,
        tables,
    })
}

impl Computed {
    /// What the experiment at a place of the plan found, which somebody wanted.
    pub fn outcome(&self, place: usize) -> &Outcome {
        let ran = self.ran[place].as_ref();
        &ran.expect("of an experiment that nobody wants there is no outcome").outcome
    }

    /// The files that diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.tables.sources
    }

    fn succeeded(&self) -> Result<(), Failure> {
        match self.found.errors() {
            0 => Ok(()),
            _ => Err(Failure::Course(self.found.clone(), self.sources().clone())),
        }
    }
}

/// The folder `output`, looked at and kept from other builds; `waits` is called before one of them is waited for.
///
/// # Errors
/// A claim that failed; a folder that cannot become this site's.
pub fn open<'a>(
    request: &Request,
    output: &Path,
    computed: &'a Computed,
    waits: &dyn Fn(),
) -> Result<Publication<'a>, Failure> {
    computed.succeeded()?;
    let publication = Publication::open(output, &request.lessons, &computed.cache, waits).map_err(machine)?;
    if request.untrusted {
        publication.check_alone().map_err(machine)?;
    }
    Ok(publication)
}

/// Step 5: all files of the site, nothing written; those that `holds` says are there already, made from just that, are
/// not made.
///
/// # Errors
/// A claim that failed, a name in prose that does not exist, a template at fault: with all that was found before.
pub fn assemble(computed: &Computed, holds: &Holds) -> Result<Files, Failure> {
    computed.succeeded()?;
    pages::assemble(computed, holds).map_err(|failure| match failure {
        Failure::Course(mut found, sources) => {
            found.extend(computed.found.clone());
            Failure::Course(found, sources)
        }
        failure => failure,
    })
}

/// All that is wrong: the claims that fail, and what only shows when pages are made. How many pages are in order.
///
/// # Errors
/// A machine that cannot read what it should.
pub fn look_over(computed: &mut Computed) -> Result<usize, Failure> {
    let files = pages::assemble(computed, &|_, _| false);
    computed.cache.tidy();
    match files {
        Ok(files) => Ok(files.keys().filter(|path| path.ends_with(".html")).count()),
        Err(Failure::Course(found, sources)) => {
            computed.found.extend(found);
            computed.tables.sources = sources;
            Ok(0)
        }
        Err(failure) => Err(failure),
    }
}

/// Whether the site can go to `output`, as far as that shows before anything runs.
///
/// # Errors
/// A folder that holds the lessons or somebody's files.
pub fn check_output(request: &Request, output: &Path) -> Result<(), Failure> {
    if request.untrusted && output.components().as_path().is_symlink() {
        let shown = output.display();
        let message = format!(
            "the output `{shown}` is a link: for lessons that are not trusted name the folder itself"
        );
        return Err(Failure::Machine(message));
    }
    site::check_output(output, &request.lessons).map_err(machine)
}

/// Step 6: the files in their folder, in one step; meanwhile the cache makes room.
///
/// # Errors
/// A folder that cannot be written. The old output stays whole.
pub fn write(computed: &Computed, publication: Publication, files: Files) -> Result<Published, Failure> {
    let (published, ()) = rayon::join(|| publication.publish(files), || computed.cache.tidy());
    published.map_err(machine)
}

fn machine(error: PublishError) -> Failure {
    Failure::Machine(error.to_string())
}
