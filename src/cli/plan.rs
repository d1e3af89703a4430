//! `gradbook plan`: what a build would have to run, and what that costs.

use clap::Args;

use crate::cli::{Common, Course, Format, Only};
use crate::diagnostic::counted;
use crate::experiment::duration;
use crate::pipeline::{self, Failure, Pending, Request};

#[derive(Args)]
pub(super) struct Plan {
    #[command(flatten)]
    course: Course,
    #[command(flatten)]
    only: Only,
}

impl Plan {
    /// Prints what a build would run, without running it.
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let request = Request { only: self.only.only.clone(), ..self.course.request(common)? };
        let ready = pipeline::prepare(&request)?;
        let pending = pipeline::pending(&ready);
        match common.format {
            Format::Json => common.print(&json(&pending)),
            _ => common.print(&table(&pending)),
        }
    }
}

/// Writes one document a run, one a line.
fn json(pending: &[Pending]) -> String {
    pending.iter().map(|run| serde_json::to_string(run).unwrap_or_default() + "\n").collect()
}

/// Returns a line for each experiment with something to do.
fn table(pending: &[Pending]) -> String {
    let mut lines: Vec<(String, usize, f64)> = Vec::new();
    for run in pending {
        let title = format!("{}#{}", run.lesson, run.id);
        match lines.iter_mut().find(|(known, ..)| *known == title) {
            Some((_, runs, work)) => {
                *runs += 1;
                *work += run.cost.seconds;
            }
            None => lines.push((title, 1, run.cost.seconds)),
        }
    }
    // The sum of nothing is -0, which no clock shows.
    let seconds = pending.iter().map(|run| run.cost.seconds).sum::<f64>() + 0.0;
    lines.push(("to do".to_owned(), pending.len(), seconds));
    let width = lines.iter().map(|(title, ..)| title.chars().count()).max().unwrap_or(0);
    let line = |(title, runs, work): &(String, usize, f64)| {
        let runs = counted(*runs, "run");
        format!("{title:width$}  {runs:>10}  {} of one core\n", duration(*work))
    };
    lines.iter().map(line).collect()
}
