//! `gradbook build`: lessons in, a site out.

use std::path::PathBuf;

use clap::Args;

use crate::cli::report::{Format, Report};
use crate::cli::{Common, Course, warn};
use crate::files::Fault;
use crate::pipeline::{self, Failure, Request};

#[derive(Args)]
pub(super) struct Build {
    #[command(flatten)]
    course: Course,
    /// Where the site goes
    #[arg(long, short, default_value = "output", value_name = "OUTPUT")]
    output: PathBuf,
    /// Known only to be refused with the reason.
    #[arg(long, hide = true)]
    only: Option<String>,
}

impl Build {
    /// Builds the site.
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        // A report for programs lists every claim.
        let pages_only = common.format == Format::Human;
        let request = Request { pages_only, ..self.course.request(common)? };
        if self.only.is_some() {
            let message = "a site is built whole: `--only` goes with check, run, plan and verify";
            return Err(Fault::new(message).into());
        }
        if request.lessons.is_file() {
            let message = "a site is built whole: name the folder of the lessons, or see one lesson's results with `gradbook run`";
            return Err(Fault::new(message).into());
        }
        pipeline::check_output(&request, &self.output)?;
        let computed = common.compute(&request)?;
        let waits = || {
            common.say(&format!("another build writes to {}: waiting for its end", self.output.display()));
        };
        let made = pipeline::open(&request, &self.output, &computed, &waits).and_then(|publication| {
            publication.unlocked().iter().for_each(|reason| warn(reason));
            let files = pipeline::assemble(&computed, &|path, from| publication.holds(path, from))?;
            Ok((publication, files))
        });
        // Whatever the machine did, what is to be said of the course is said; its own failure says it all itself.
        if !matches!(made, Err(Failure::Course(..))) {
            common.tell(&Report {
                found: &computed.found,
                sources: computed.sources(),
                computed: Some(&computed),
                review: None,
            })?;
        }
        let (publication, files) = made?;
        let published = pipeline::write(&computed, publication, files)?;
        let page = self.output.join("index.html");
        common.say(&format!(
            "{} files written, {} as before: {}",
            published.written,
            published.unchanged,
            page.display()
        ));
        // The program ends: what holds all results need not be taken down piece by piece.
        std::mem::forget(computed);
        Ok(())
    }
}
