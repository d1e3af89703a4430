//! `gradbook clean`: the cache emptied.

use clap::Args;

use crate::cli::{Common, Course};
use crate::pipeline::{self, Failure};

#[derive(Args)]
pub(super) struct Clean {
    #[command(flatten)]
    course: Course,
}

impl Clean {
    /// Empties the cache and says what that removed.
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let (runs, bytes) = pipeline::clean(&self.course.request(common)?)?;
        common.say(&format!("{runs} runs forgotten, {:.1} MB free", bytes as f64 / 1e6));
        Ok(())
    }
}
