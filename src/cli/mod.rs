//! The command line: what was typed, and which command does it.
//!
//! Progress goes to standard error, results to standard output. Exit status: 0 all well, 1 the course is at
//! fault, 2 the call or the machine is.

mod build;
mod check;
mod clean;
mod export;
mod kinds;
mod lsp;
mod mdbook;
mod new;
mod plan;
mod progress;
mod report;
mod run;
mod schema;
mod serve;
mod sparkline;
mod templates;
mod verify;

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use glob::Pattern;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::diagnostic::{printable, printable_lines};
use crate::files::Fault;
use crate::lesson::owners_limits;
use crate::pipeline::{self, Computed, Failure, Keeping, Request};
use crate::store::cache::Cache;

use report::{Format, Report};

pub use progress::Progress;

/// Lessons with experiments in, a course site out: every number computed, every chart drawn, here.
#[derive(Parser)]
#[command(name = "gradbook", version, about, max_term_width = 100)]
struct Call {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand)]
enum Command {
    /// Begin a course: a small one that builds, with comments that show what to change
    New(new::New),
    /// Run the experiments of a course and write its site
    Build(build::Build),
    /// Run everything, judge every claim, check every link; write nothing but the cache
    Check(check::Check),
    /// Show a course in the browser, and every change of it as it is saved
    Serve(serve::Serve),
    /// Show the results of a lesson, or of one experiment, in the terminal
    Run(run::Run),
    /// Write experiments as notebooks or scripts that compute the same numbers with PyTorch and NumPy alone
    Export(export::Export),
    /// What a build would have to run, and what that costs
    Plan(plan::Plan),
    /// Compute a random part of the cache again, make all pages again, and compare every bit
    Verify(verify::Verify),
    /// Empty the cache of runs
    Clean(clean::Clean),
    /// The kinds of experiments; with a name, its settings, metrics, figures and an example
    Kinds(kinds::Kinds),
    /// Print the JSON Schema of experiments and of `gradbook.yaml`, for editors
    Schema(schema::Schema),
    /// Write out the program's templates, styles and words, to be changed
    Templates(templates::Templates),
    /// Serve an editor over standard input and output: mistakes, completion, values, definitions
    Lsp(lsp::Lsp),
    /// Put experiments, figures and numbers into a book of mdBook's, as one of its preprocessors
    Mdbook(mdbook::Mdbook),
}

/// Options of every command.
#[derive(Clone, Args)]
pub struct Common {
    /// How many runs to work on at the same time; all cores by default
    #[arg(long, short, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Run everything anew and keep nothing
    #[arg(long, global = true, conflicts_with = "cache_dir")]
    no_cache: bool,
    /// Where runs are kept for the next time; `.gradbook/cache` in the lessons folder by default
    #[arg(long, global = true, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// Say of every experiment whether it was in the cache, and if not, what has changed
    #[arg(long, global = true)]
    why: bool,
    /// Say nothing but what is wrong
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Make every warning an error
    #[arg(long, global = true)]
    strict: bool,
    /// Colours in what is reported
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: When,
    /// How results and problems are reported: build and check in each of these, run and plan as human or json
    #[arg(long, global = true, default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let call = Call::parse();
    if let Some(jobs) = call.common.jobs {
        // Only fails where a pool exists already, and this is the first line that could make one.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs.into()).build_global();
    }
    if let Err(failure) = call.command.check(call.common.format) {
        return fail(&failure.to_string());
    }
    let done = match &call.command {
        Command::Build(build) => build.run(&call.common),
        Command::Check(check) => match check.run(&call.common) {
            Ok(status) => return status,
            Err(failure) => Err(failure),
        },
        Command::Run(run) => run.run(&call.common),
        Command::Export(export) => export.run(&call.common),
        Command::Plan(plan) => plan.run(&call.common),
        Command::Verify(verify) => verify.run(&call.common),
        Command::Clean(clean) => clean.run(&call.common),
        Command::Kinds(kinds) => kinds.run(),
        Command::New(new) => new.run(&call.common),
        Command::Schema(schema) => schema.run(),
        Command::Serve(serve) => serve.run(&call.common),
        Command::Templates(templates) => templates.run(&call.common),
        Command::Lsp(lsp) => lsp.run(&call.common),
        Command::Mdbook(mdbook) => match mdbook.run(&call.common) {
            Ok(status) => return status,
            Err(failure) => Err(failure),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Course(found, sources)) => {
            let report = Report::of(&found, &sources);
            let told = match call.command {
                Command::Build(_) => call.common.tell(&report),
                _ => {
                    call.common.show(&report);
                    Ok(())
                }
            };
            match told {
                Ok(()) | Err(Failure::Course(..)) => ExitCode::from(1),
                Err(Failure::Machine(fault)) => fail(&fault.to_string()),
            }
        }
        Err(Failure::Machine(fault)) => fail(&fault.to_string()),
    }
}

impl Command {
    /// # Errors
    /// A format that the command has no results in.
    fn check(&self, format: Format) -> Result<(), Failure> {
        let (name, formats): (_, &[Format]) = match self {
            Command::Build(_) | Command::Check(_) => return Ok(()),
            Command::Run(_) => ("run", &[Format::Human, Format::Json]),
            Command::Plan(_) => ("plan", &[Format::Human, Format::Json]),
            Command::Export(_) => ("export", &[Format::Human]),
            Command::Verify(_) => ("verify", &[Format::Human]),
            Command::Clean(_) => ("clean", &[Format::Human]),
            Command::Kinds(_) => ("kinds", &[Format::Human]),
            Command::New(_) => ("new", &[Format::Human]),
            Command::Schema(_) => ("schema", &[Format::Human, Format::Json]),
            Command::Serve(_) => ("serve", &[Format::Human]),
            Command::Templates(_) => ("templates", &[Format::Human]),
            Command::Lsp(_) => ("lsp", &[Format::Human]),
            Command::Mdbook(_) => ("mdbook", &[Format::Human]),
        };
        if formats.contains(&format) {
            return Ok(());
        }
        let word = |format: &Format| format.to_possible_value().map(|value| value.get_name().to_owned());
        let known: Vec<String> = formats.iter().filter_map(word).collect();
        let asked = word(&format).unwrap_or_default();
        Err(Fault::new(format!("`{name}` cannot report as {asked}, only as {}", known.join(" or "))).into())
    }
}

/// Says what the machine or the call did wrong.
fn fail(message: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "gradbook: {}", printable(message));
    ExitCode::from(2)
}

impl Common {
    fn colored(&self) -> bool {
        match self.color {
            When::Always => true,
            When::Never => false,
            When::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }

    /// Reports in the format that is asked for: what is for reading, problems on standard error and results on
    /// standard output; what is for programs, all of it on standard output.
    fn tell(&self, report: &Report) -> Result<(), Failure> {
        if self.format == Format::Human {
            self.show_problems(report);
        }
        let text = report.text(self.format);
        self.print(&text)?;
        self.say(&report.found.summary());
        if text.is_empty() {
            self.say(&report.verdict());
        }
        Ok(())
    }

    /// Shows problems for reading, whatever format results are in.
    fn show(&self, report: &Report) {
        self.show_problems(report);
        self.say(&report.found.summary());
    }

    fn show_problems(&self, report: &Report) {
        // There is no one left to tell when telling itself fails.
        let _ = write!(std::io::stderr(), "{}", report::problems(report, self.colored()));
    }

    /// Returns a request with what the options say of it.
    fn request(&self, lessons: PathBuf, drafts: bool) -> Request {
        let cache = match &self.cache_dir {
            _ if self.no_cache => Keeping::Nowhere,
            Some(folder) => Keeping::In(folder.clone()),
            None => Keeping::Beside,
        };
        Request { lessons, drafts, strict: self.strict, cache, ..Request::default() }
    }

    /// Runs a course's experiments with progress shown.
    fn compute(&self, request: &Request) -> Result<Computed, Failure> {
        let progress = Progress::new(self.quiet, self.why);
        let computed = pipeline::compute(request, &progress);
        progress.end();
        if let Ok(computed) = &computed {
            warn_of(&computed.cache);
        }
        computed
    }

    /// Writes results in the format that is asked for.
    fn print(&self, text: &str) -> Result<(), Failure> {
        match self.format {
            Format::Human => print(&printable_lines(text)),
            _ => print(text),
        }
    }

    /// Says something that is neither a result nor a problem.
    fn say(&self, sentence: &str) {
        if !self.quiet && !sentence.is_empty() {
            let _ = writeln!(std::io::stderr(), "{}", printable(sentence));
        }
    }
}

/// Warns of what went wrong with the cache: it costs time, and stops nothing.
fn warn_of(cache: &Cache) {
    let damaged = match cache.damaged() {
        0 => None,
        1 => Some("a damaged entry of the cache was computed anew".to_owned()),
        count => Some(format!("{count} damaged entries of the cache were computed anew")),
    };
    let trouble = cache.trouble().map(|trouble| format!("nothing is kept for the next build: {trouble}"));
    damaged.into_iter().chain(trouble).for_each(|message| warn(&message));
}

/// Says what is odd about the machine, and stops nothing.
fn warn(message: &str) {
    let _ = writeln!(std::io::stderr(), "gradbook: warning: {}", printable(message));
}

/// Writes results to standard output. A reader that closes it early (`gradbook run ... | head`) is no mistake.
///
/// # Errors
/// An output that cannot be written, such as a file on a full disk.
fn print(text: &str) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Fault::cannot("write", "the results", error).into())
        }
        _ => Ok(()),
    }
}

/// Which experiments, for commands that need not take all of them.
#[derive(Args)]
pub struct Only {
    /// Only experiments whose lesson, id or `lesson#id` is like this: 'dropout*', 'momentum#ways'
    #[arg(long, value_name = "GLOB")]
    only: Option<Pattern>,
}

/// Where the lessons are, for commands that take a course.
#[derive(Args)]
pub struct Course {
    /// The folder of the lessons
    #[arg(default_value = "lessons", value_name = "LESSONS")]
    lessons: PathBuf,
    /// Include lessons whose front matter says `draft: true`
    #[arg(long)]
    drafts: bool,
    #[command(flatten)]
    trust: Trust,
}

impl Course {
    /// # Errors
    /// Limits that cannot be read.
    fn request(&self, common: &Common) -> Result<Request, Failure> {
        self.trust.bound(common.request(self.lessons.clone(), self.drafts))
    }
}

/// What lessons may do to the machine.
#[derive(Args)]
pub struct Trust {
    /// The lessons are a stranger's: show raw HTML as text, refuse links other than http, https and mailto; their own limits
    /// can only lower the usual ones
    #[arg(long)]
    untrusted: bool,
    /// The most that experiments may cost here: a YAML file with the keys of a course's `limits`, which can only lower them
    #[arg(long, value_name = "FILE")]
    limits: Option<PathBuf>,
    /// Where templates of your own are; `templates` among or beside the lessons by default, if those are trusted
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

impl Trust {
    /// # Errors
    /// Limits that cannot be read.
    fn bound(&self, request: Request) -> Result<Request, Failure> {
        let limits = self.limits.as_deref().map(owners_limits).transpose()?;
        Ok(Request { untrusted: self.untrusted, limits, templates: self.templates.clone(), ..request })
    }
}
