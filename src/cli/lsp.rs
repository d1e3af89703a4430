//! `gradbook lsp`: a language server for editors.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Common, Trust};
use crate::lsp;
use crate::pipeline::{Failure, Request};

#[derive(Args)]
pub(super) struct Lsp {
    /// Some editors add it: there is no other way to talk
    #[arg(long, hide = true)]
    stdio: bool,
    #[command(flatten)]
    trust: Trust,
}

impl Lsp {
    /// Serves an editor until it says goodbye. Drafts count: they are what is written.
    ///
    /// # Errors
    /// Limits that cannot be read; an editor that does not speak the protocol.
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let request = self.trust.bound(common.request(PathBuf::new(), true))?;
        Ok(lsp::serve(Request { pages_only: false, ..request })?)
    }
}
