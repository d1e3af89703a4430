//! `gradbook verify`: what the cache keeps made again, every bit compared.

use std::error::Error;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use crate::cli::{Common, Course, Only, Progress};
use crate::files::Fault;
use crate::pipeline::{self, Failure, Request};

#[derive(Args)]
pub(super) struct Verify {
    #[command(flatten)]
    course: Course,
    #[command(flatten)]
    only: Only,
    /// How much of the cache to compute again
    #[arg(long, value_name = "SHARE", default_value = "10%", value_parser = share)]
    sample: f64,
    /// Which part that is; another one each time by default
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// A text that is no share.
#[derive(Debug)]
struct ShareError;

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a share above 0 and up to 100%, such as 10%")
    }
}

impl Error for ShareError {}

/// Reads `10%` or `0.1`.
fn share(text: &str) -> Result<f64, ShareError> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse().map(|percent: f64| percent / 100.0),
        None => text.parse(),
    };
    share.ok().filter(|share| *share > 0.0 && *share <= 1.0).ok_or(ShareError)
}

impl Verify {
    /// Does a sample of the cached runs again and compares.
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let request = Request { only: self.only.only.clone(), ..self.course.request(common)? };
        request.cache.check_folder()?;
        let ready = pipeline::prepare(&request)?;
        // Which runs are looked at is left to chance, so that in time all of them are; what they give is not.
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
        let seed = self.seed.unwrap_or_else(now);
        let progress = Progress::new(common.quiet, false);
        let verified = pipeline::verify(&ready, self.sample, seed, &progress);
        progress.end();
        let verified = verified?;
        let drawn = pipeline::verify_drawn(&request, &ready)?;
        let different: Vec<&String> = verified.different.iter().chain(drawn.iter().flatten()).collect();
        common.print(&different.iter().map(|line| format!("{line}\n")).collect::<String>())?;
        let compared =
            format!("{} of {} runs in the cache computed again", verified.compared, verified.cached);
        if verified.cached == 0 {
            common.say("none of the course's runs is in the cache: nothing was compared");
            return Ok(());
        }
        let drawn = match drawn {
            Some(_) => "all pages, charts and files made again",
            None => "pages and charts left out, since not every run of the course is in the cache",
        };
        let damaged = match verified.damaged {
            0 => String::new(),
            count => format!(", {count} left out, whose entries are damaged or sealed by another user"),
        };
        let compared = format!("{compared}{damaged}, {drawn}");
        if different.is_empty() {
            let same = if verified.compared == 0 { "no run was compared" } else { "the same bits" };
            common.say(&format!("{compared}: {same}"));
            return Ok(());
        }
        let message = format!(
            "{compared}: {} came out otherwise, and what was kept has been replaced. Another machine, another program or \
             another hand wrote it; `gradbook clean` empties the cache",
            different.len()
        );
        Err(Fault::new(message).into())
    }
}
