//! `gradbook check`: everything that a build does, and nothing written.

use clap::Args;

use crate::cli::{Common, Course};
use crate::pipeline::Failure;

#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    course: Course,
}

impl Check {
    pub fn run(&self, common: &Common) -> Result<(), Failure> {
        let files = common.assemble(&self.course.request())?;
        let pages = files.keys().filter(|path| path.ends_with(".html")).count();
        common.say(&format!("{pages} pages in order"));
        Ok(())
    }
}
