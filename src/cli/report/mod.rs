//! What a build or a check found, for reading and for programs.
//!
//! For reading, problems go to standard error as they always do, and the drift to standard output. Every other
//! format is one text on standard output with all of it.

mod github;
mod human;
mod json;
mod junit;
mod summary;

use crate::diagnostic::{Diagnostics, Sources};
use crate::pipeline::{Computed, Review, Status};

pub(super) use human::problems;
pub(super) use summary::summary;

/// All that there is to report.
#[derive(Clone, Copy)]
pub(super) struct Report<'a> {
    pub found: &'a Diagnostics,
    pub sources: &'a Sources,
    /// The course, if its experiments have run.
    pub computed: Option<&'a Computed>,
    /// Its results beside the accepted ones, if they were compared.
    pub review: Option<&'a Review>,
}

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For reading
    Human,
    /// One JSON document (`run`: one for each experiment)
    Json,
    /// Annotations for GitHub Actions
    Github,
    /// JUnit's XML, which most CI systems show
    Junit,
}

impl<'a> Report<'a> {
    /// Problems alone.
    pub(super) fn of(found: &'a Diagnostics, sources: &'a Sources) -> Self {
        Report { found, sources, computed: None, review: None }
    }

    /// Returns what goes to standard output.
    pub(super) fn text(&self, format: Format) -> String {
        match format {
            Format::Human => human::drift(self),
            Format::Json => json::document(self),
            Format::Github => github::commands(self),
            Format::Junit => junit::document(self),
        }
    }

    /// Returns whether there are errors in it.
    pub(super) fn failed(&self) -> bool {
        self.found.errors() > 0
    }

    /// Says in one sentence how the results stand to the accepted ones; empty where there are none.
    pub(super) fn verdict(&self) -> String {
        let Some(review) = self.review else { return String::new() };
        let all = review.experiments.len();
        let count = |status| review.count(status);
        let mut parts = Vec::new();
        let mut part = |count: usize, one: &str, many: &str| match count {
            0 => {}
            1 => parts.push(format!("1 experiment {one}")),
            count => parts.push(format!("{count} experiments {many}")),
        };
        part(count(Status::Drifted), "drifted", "drifted");
        part(count(Status::Tolerated), "drifted within its tolerance", "drifted within their tolerance");
        part(
            count(Status::Unaccepted),
            "has changed and is not accepted",
            "have changed and are not accepted",
        );
        part(count(Status::Renamed), "has another name", "have another name");
        part(count(Status::Missing), "has no snapshot", "have no snapshot");
        part(
            count(Status::Unreadable),
            "has a snapshot that cannot be read",
            "have a snapshot that cannot be read",
        );
        match review.orphans.len() {
            0 => {}
            1 => parts.push("1 snapshot has no experiment".to_owned()),
            many => parts.push(format!("{many} snapshots have no experiment")),
        }
        let equal = count(Status::Equal);
        match review.sentences.len() {
            0 => {}
            1 => parts.push("1 printed sentence has other numbers".to_owned()),
            many => parts.push(format!("{many} printed sentences have other numbers")),
        }
        match (parts.is_empty(), equal) {
            (true, 0) => return String::new(),
            (true, 1) if all == 1 => return "The experiment equals its snapshot to the last bit.".to_owned(),
            (true, _) if equal == all => {
                return format!("All {all} experiments equal their snapshots to the last bit.");
            }
            (_, 0) => {}
            (_, 1) => parts.push("1 is equal to the last bit".to_owned()),
            (_, equal) => parts.push(format!("{equal} are equal to the last bit")),
        }
        format!("{}.", parts.join(", "))
    }
}
