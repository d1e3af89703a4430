//! `gradbook check`: everything that a build does, and nothing written.

use clap::Args;

use crate::cli::{Common, Course};
use crate::pipeline::{Failure, Request};

#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    course: Course,
}

impl Check {
    pub fn run(&self, common: &Common) -> Result<(), Failure> {
        let request = self.course.request(common);
        if request.only.is_some() {
            return self.some(&request, common);
        }
        let files = common.assemble(&request)?;
        let pages = files.keys().filter(|path| path.ends_with(".html")).count();
        common.say(&format!("{pages} pages in order"));
        Ok(())
    }

    /// The claims of some experiments; pages take all of them.
    fn some(&self, request: &Request, common: &Common) -> Result<(), Failure> {
        let computed = common.compute(request)?;
        if computed.found.errors() > 0 {
            return Err(Failure::Course(computed.found.clone(), computed.sources().clone()));
        }
        common.report(&computed.found, computed.sources());
        common.say(&format!("{} experiments in order", computed.planned.len()));
        Ok(())
    }
}
