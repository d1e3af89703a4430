//! `gradbook mdbook`: a preprocessor of mdBook.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::cli::report::Report;
use crate::cli::{Common, Progress, check, print};
use crate::files::Fault;
use crate::mdbook::{Snapshots, preprocess};
use crate::pipeline::Failure;

/// The longest book that is read, in bytes.
const LONGEST: u64 = 1 << 30;

#[derive(Args)]
pub(super) struct Mdbook {
    #[command(subcommand)]
    asked: Option<Asked>,
}

#[derive(Subcommand)]
enum Asked {
    /// Tell by the exit status whether a renderer is served: `html` is
    Supports { renderer: String },
}

impl Mdbook {
    /// Reads mdBook's `[context, book]` from standard input and writes the book with experiments and values in their places.
    ///
    /// # Errors
    /// An input that is not mdBook's; everything that is wrong with blocks and values.
    pub(super) fn run(&self, common: &Common) -> Result<ExitCode, Failure> {
        if let Some(Asked::Supports { renderer }) = &self.asked {
            return Ok(ExitCode::from(u8::from(renderer != "html")));
        }
        let mut input = String::new();
        let read = std::io::stdin().take(LONGEST).read_to_string(&mut input);
        read.map_err(|error| Fault::cannot("read", "the book", error))?;
        let accept = std::env::var_os("GRADBOOK_ACCEPT").is_some_and(|value| value == "1");
        let snapshots = match (accept, check::in_ci()) {
            (true, true) => {
                let message = "GRADBOOK_ACCEPT writes snapshots, and CI is set in the environment";
                return Err(Fault::new(message).into());
            }
            (true, false) => Snapshots::Accept,
            (false, true) => Snapshots::Hold,
            (false, false) => Snapshots::Compare,
        };
        let progress = Progress::new(common.quiet, common.why);
        let request = common.request(PathBuf::new(), false);
        let rewritten = preprocess(&input, &request, snapshots, &progress);
        progress.end();
        let rewritten = rewritten?;
        common.show(&Report::of(&rewritten.found, &rewritten.sources));
        print(&rewritten.book)?;
        Ok(ExitCode::SUCCESS)
    }
}
