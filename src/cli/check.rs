//! `gradbook check`: everything that a build does, the results beside the accepted ones, and nothing written.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::report::{Report, summary};
use crate::cli::{Common, Course, Only};
use crate::diagnostic::{Diagnostics, Sources, counted};
use crate::files::Fault;
use crate::pipeline::{self, Computed, Failure, Request, Review, Status};

#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    course: Course,
    #[command(flatten)]
    only: Only,
    /// Take the results as they are now for the accepted ones: write the snapshots. Refused where CI=true
    #[arg(long)]
    accept: bool,
    /// Write a short Markdown text for a pull request to this file
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
}

impl Check {
    /// Checks the course and prints the report.
    ///
    /// # Errors
    /// What is not the course's fault.
    pub(super) fn run(&self, common: &Common) -> Result<ExitCode, Failure> {
        if self.accept && in_ci() {
            let message = "`--accept` writes snapshots, and CI is set in the environment: accept on your own machine \
                           and commit what it writes";
            return Err(Fault::new(message).into());
        }
        match self.compute(common) {
            Ok((computed, review)) => {
                let report = Report {
                    found: &computed.found,
                    sources: computed.sources(),
                    computed: Some(&computed),
                    review: Some(&review),
                };
                self.tell(&report, common)?;
                match (self.accept, report.failed()) {
                    (true, false) => accept(&computed, &review, common)?,
                    (true, true) => common.say("nothing is accepted from a course that is at fault"),
                    (false, _) => {}
                }
                Ok(ExitCode::from(u8::from(report.failed())))
            }
            Err(Failure::Course(found, sources)) => self.at_fault(&found, &sources, common),
            Err(failure) => Err(failure),
        }
    }

    /// Runs everything and compares. What the comparison found is among the problems, unless it is to be accepted.
    fn compute(&self, common: &Common) -> Result<(Computed, Review), Failure> {
        let request =
            Request { snapshots: true, only: self.only.only.clone(), ..self.course.request(common)? };
        let mut computed = common.compute(&request)?;
        if computed.everything {
            let pages = pipeline::look_over(&mut computed)?;
            common.say(&format!("{pages} pages in order"));
        }
        let review = pipeline::review(&mut computed)?;
        if !self.accept {
            computed.found.extend(review.found.clone());
        }
        Ok((computed, review))
    }

    /// Returns a course whose experiments cannot run.
    fn at_fault(&self, found: &Diagnostics, sources: &Sources, common: &Common) -> Result<ExitCode, Failure> {
        self.tell(&Report::of(found, sources), common)?;
        Ok(ExitCode::from(1))
    }

    fn tell(&self, report: &Report, common: &Common) -> Result<(), Failure> {
        common.tell(report)?;
        let Some(file) = &self.summary else { return Ok(()) };
        let written = std::fs::write(file, summary(report));
        Ok(written.map_err(|error| Fault::cannot("write", file.display(), error))?)
    }
}

fn accept(computed: &Computed, review: &Review, common: &Common) -> Result<(), Failure> {
    let written = pipeline::accept(computed, review)?;
    let accepted = review.experiments.len() - review.count(Status::Equal);
    let mut parts = vec![match accepted {
        0 => "nothing to accept".to_owned(),
        1 => "1 experiment accepted".to_owned(),
        many => format!("{many} experiments accepted"),
    }];
    parts.extend((!review.orphans.is_empty()).then(|| format!("{} forgotten", review.orphans.join(", "))));
    let files = |count: usize, what: &str| (count > 0).then(|| format!("{} {what}", counted(count, "file")));
    parts.extend(files(written.written, "written"));
    parts.extend(files(written.removed, "removed"));
    parts.extend(files(written.unchanged, "as before"));
    common.say(&parts.join(", "));
    Ok(())
}

/// Returns whether a CI system runs this: all of them set `CI`.
pub(super) fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}
