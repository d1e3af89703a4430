//! From a folder of lessons to a folder of pages, in six steps.
//!
//! 1. *discover and parse*: `lesson::open` reads every lesson, all mistakes at once;
//! 2. *plan*: `planning::plan` decodes and checks every experiment before any runs;
//! 3. *run*: `unchanged::find` names the lessons whose pages are known to be as they were; for the others `running::run` takes from
//!    the cache what was done before, and spreads the other variants and seeds over the cores;
//! 4. *judge*: `judging::judge` says which sentences hold;
//! 5. *draw and place*: `pages::assemble` fills in numbers, and draws figures and makes pages where the output lacks them;
//! 6. *write*: `site::Publication` swaps the whole output in one step.

mod checkout;
mod computed;
mod judging;
mod kept;
mod linting;
mod looking;
mod ready;
mod request;
mod review;
mod run;
mod show;

pub use crate::view::{says_nothing, short};
pub use computed::Computed;
pub(crate) use judging::judge_in_prose;
pub use kept::Kept;
pub use ready::{Inspected, Ready};
pub use request::{Failure, Keeping, Request};
pub use review::drift::{leaf, parted, reseeded, sci, settings, sizeless, step, worst};
pub use review::reviewed::{Reprinted, Review, Reviewed, Status};
pub use review::reviewing::{accept, review};
pub use review::verifying::{Verified, verify};
pub use run::planned::Planned;
pub use run::running::{Headway, Silent, Watch, Why, title};
pub use run::shard::{Done, Pending, Shard, pending, run_shard};
pub use run::team::Team;
pub use show::behind::{document, series};
pub use show::figure_view::{DrawnFigureBlock, csv, drawn_figures};
pub use show::notebooks::notebook_of;
pub use show::pages::{Files, Holds};

use std::collections::BTreeSet;
use std::path::Path;

use crate::diagnostic::nearest;
use crate::experiment::Limits;
use crate::files::Fault;
use crate::lesson;
use crate::site::{self, Publication, Published};
use crate::store::cache::{Cache, Key};

use request::{is_like, none_like};
use review::verifying::{self, Made};
use run::running::{self, Ran};
use run::tables::Tables;
use run::totals::{self, FirstPage};
use run::{figures, jobs, planning};
use show::course_templates::CourseTemplates;
use show::{pages, unchanged};

/// Reads the lessons and checks every experiment (steps 1 and 2), whatever is wrong with any of them.
///
/// # Errors
/// A folder that cannot be read.
pub fn inspect(request: &Request) -> Result<Inspected, Failure> {
    let Request { lessons, drafts, untrusted, precision, unsaved, kept, .. } = request;
    let mut course = lesson::reopen(lessons, *drafts, *untrusted, unsaved, &kept.readings)?;
    let limits = Limits::of(request.limits.as_ref(), request.untrusted, &course.settings.limits);
    let sources = std::mem::take(&mut course.sources);
    let mut tables = Tables::new(&course.root, limits, sources, kept.tables.clone());
    let mut found = std::mem::take(&mut course.found);
    let planned = planning::plan(&course, &limits, *precision, &mut tables, &kept.plans, &mut found);
    tables.keep();
    looking::declare(&mut course, &planned, &found, &kept.looks);
    let held = tables.bytes();
    let figures = figures::plan(&course, &planned, held, &limits, &kept.figures, &mut found);
    let first = FirstPage::Titles;
    found.extend(totals::check_drawings(&course, first));
    found.extend(totals::check_site(&course, &planned, &figures, &tables.sources, &limits, first));
    found.extend(looking::look(&course, &planned, &tables, (limits, *precision), &kept.looks));
    course.complete_prose();
    Ok(Inspected { course, limits, planned, figures, found, tables })
}

/// Reads the lessons and checks every experiment, all of which have to be in order.
///
/// # Errors
/// Every mistake in the lessons; a folder that cannot be read.
pub fn prepare(request: &Request) -> Result<Ready, Failure> {
    let Inspected { course, limits, mut planned, figures: mut drawn, mut found, mut tables } =
        inspect(request)?;
    let templates = CourseTemplates::folder(&course.root, request)?;
    found.extend(templates.remark());
    if request.strict {
        found.deny_warnings();
    }
    let templates = found.keep(templates.load(course.words(), &mut tables.sources));
    // What is too large with the first page of the program's is told already.
    let first = templates.as_ref().map(CourseTemplates::first_page);
    if let Some(first) = first.filter(|first| *first != FirstPage::Titles && found.errors() == 0) {
        found.extend(totals::check_drawings(&course, first));
        found.extend(totals::check_site(&course, &planned, &drawn, &tables.sources, &limits, first));
    }
    let Some(templates) = templates.filter(|_| found.errors() == 0) else {
        return Err(Failure::Course(found, tables.sources));
    };
    let known = planned.iter().map(|planned| title(&course, planned)).collect();
    if let Some(id) = &request.id {
        let ids = planned.iter().map(|experiment| experiment.header.id.as_str());
        let near = nearest(id, ids.chain(drawn.iter().map(|figure| figure.block.id.text.as_str())));
        let near = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        let figure = drawn.iter().any(|figure| figure.block.id.text == *id);
        drawn.retain(|figure| figure.block.id.text == *id);
        planned.retain(|experiment| {
            experiment.header.id == *id
                || figure && drawn.iter().any(|figure| figure.asks(&course, experiment))
        });
        if planned.is_empty() && drawn.is_empty() {
            return Err(Fault::new(format!("no experiment or figure is called `{id}`{near}")).into());
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
    let cache = match &request.kept.untidied {
        Some(untidied) => cache.tidied_seldom(untidied.clone()),
        None => cache,
    };
    Ok(Ready { course, limits, planned, figures: drawn, cache, found, known, templates, tables })
}

/// Returns the names in the cache of all runs of a course, none of which is done; `None` stands for those without a name.
///
/// # Errors
/// As [`prepare`].
pub fn names_of_runs(request: &Request) -> Result<BTreeSet<Option<Key>>, Failure> {
    let ready = prepare(request)?;
    Ok(jobs::all(&ready.course, &ready.planned, &ready.tables).into_iter().map(|job| job.key).collect())
}

/// Empties the cache and returns how many runs and bytes that were. Works with lessons that are at fault.
///
/// # Errors
/// A folder that cannot be read, an entry that cannot be removed.
pub fn clean(request: &Request) -> Result<(usize, u64), Failure> {
    request.cache.check_folder()?;
    let course = lesson::open(&request.lessons, request.drafts, request.untrusted, &request.unsaved);
    let cache = match (&request.cache, course) {
        (Keeping::In(folder), _) => Cache::new(folder.clone(), 0),
        (keeping, course) => keeping.cache(&course?)?,
    };
    Ok(cache.clear()?)
}

/// Runs every experiment and judges every claim (steps 1 to 4). A claim that fails is in [`Computed::found`].
///
/// # Errors
/// Every mistake in the lessons, found before anything runs; a folder that cannot be read.
pub fn compute(request: &Request, watch: &dyn Watch) -> Result<Computed, Failure> {
    let ready = prepare(request)?;
    let jobs = jobs::all(&ready.course, &ready.planned, &ready.tables);
    let notes = &request.kept.notes;
    let unchanged =
        if request.pages_only { unchanged::find(&ready, &jobs, notes) } else { unchanged::none(&ready) };
    let ran = match running::run(&ready, &jobs, &unchanged.wanted, &request.kept.runs, watch) {
        Ok(ran) => ran,
        Err(errors) => return Err(Failure::Course(errors, ready.tables.sources)),
    };
    let Ready { course, planned, figures, cache, mut found, known, templates, tables, .. } = ready;
    let judged =
        judging::judge(&course, &planned, &ran, |lesson| !unchanged.holds(lesson), &request.kept.verdicts);
    let mut remarks = judged.found;
    for (experiment, ran) in planned.iter().zip(&ran) {
        let Some(Ran { outcome, .. }) = ran.as_ref().filter(|_| !unchanged.holds(experiment.lesson)) else {
            continue;
        };
        remarks.extend(linting::after(&course, experiment, outcome, &tables));
        remarks.extend(judging::undrawn(experiment, outcome));
    }
    // Beside a part of the experiments, prose may tell of the others.
    if request.only.is_none() && request.id.is_none() {
        let open = (0..course.lessons.len()).filter(|lesson| !unchanged.holds(*lesson));
        remarks.extend(open.flat_map(|lesson| {
            let told = (planned.as_slice(), ran.as_slice(), figures.as_slice());
            linting::prose(&course, lesson, told, &tables.sources)
        }));
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
        figures,
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
        templates,
        tables,
        kept: request.kept.clone(),
    })
}

/// Opens the folder `output` and keeps other builds from it; `waits` is called before one of them is waited for.
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
    let publication =
        Publication::open(output, &request.lessons, &computed.cache, waits).map_err(Fault::of)?;
    if request.untrusted {
        publication.check_alone().map_err(Fault::of)?;
    }
    Ok(publication)
}

/// Makes all files of the site (step 5), writing nothing; those that `holds` says are there already, made from just that,
/// are not made.
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
        Failure::Machine(fault) => Failure::Machine(fault),
    })
}

/// Returns the text of each lesson as HTML, with its experiments, for pages that others make.
///
/// # Errors
/// A claim that failed; a name in prose that does not exist.
pub fn bodies(computed: &Computed) -> Result<Vec<String>, Failure> {
    computed.succeeded()?;
    pages::bodies(computed)
}

/// Finds all that is wrong: the claims that fail, and what only shows when pages are made. Returns how many pages are in
/// order.
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

/// Makes all pages, charts and files from the runs in the cache, once with what is kept of them there and once without, and
/// compares. Returns a line for each file of which something else is kept, which gives way to what is right; none where not
/// all runs of the course are in the cache.
///
/// # Errors
/// What only shows when pages are made.
pub fn verify_drawn(request: &Request, ready: &Ready) -> Result<Option<Vec<String>>, Failure> {
    let all = jobs::all(&ready.course, &ready.planned, &ready.tables);
    let whole = ready.course.is_whole && request.only.is_none() && request.id.is_none();
    if !whole || !all.iter().all(|job| job.key.is_some_and(|key| ready.cache.has(&key))) {
        return Ok(None);
    }
    let made = |draws_anew: bool| -> Result<Made, Failure> {
        let request = Request { pages_only: !draws_anew, draws_anew, ..request.clone() };
        let computed = compute(&request, &Silent)?;
        let remarks = computed.found.iter().map(|remark| remark.render(computed.sources(), false)).collect();
        Ok(Made { files: pages::assemble(&computed, &|_, _| false)?, remarks })
    };
    let (kept, right) = (made(false)?, made(true)?);
    Ok(Some(verifying::differences(&kept, &right)))
}

/// Returns whether the site can go to `output`, as far as that shows before anything runs.
///
/// # Errors
/// A folder that holds the lessons or somebody's files.
pub fn check_output(request: &Request, output: &Path) -> Result<(), Failure> {
    if request.untrusted {
        checkout::check_output(output, &request.lessons)?;
    }
    Ok(site::check_output(output, &request.lessons).map_err(Fault::of)?)
}

/// Publishes the files in their folder, in one step (step 6); meanwhile old entries are evicted from the cache.
///
/// # Errors
/// A folder that cannot be written. The old output stays whole.
pub fn write(computed: &Computed, publication: Publication, files: Files) -> Result<Published, Failure> {
    let (published, ()) = rayon::join(|| publication.publish(files), || computed.cache.tidy());
    Ok(published.map_err(Fault::of)?)
}
