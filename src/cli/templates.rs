//! `gradbook templates`: the program's own templates, styles and words, to be changed.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::cli::Common;
use crate::diagnostic::counted;
use crate::files::Fault;
use crate::pipeline::Failure;
use crate::site::carried;
use crate::words::Words;

/// What stands above the words of a language: they take effect elsewhere.
const HOW_TO_SAY: &str =
    "# Copy the phrases that you change to `gradbook.yaml`, under `words:`. Only there do they count.\n";

#[derive(Args)]
pub(super) struct Templates {
    /// Where they go; a build uses a folder `templates` in the lessons folder or beside it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Templates {
    /// Writes them out.
    ///
    /// # Errors
    /// Files that are there already, of which none is overwritten; a folder that cannot be written.
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let texts = carried().map(|(name, text)| (name.to_owned(), text.to_owned()));
        let words = Words::sources()
            .map(|(tag, phrases)| (format!("words/{tag}.yaml"), format!("{HOW_TO_SAY}{phrases}")));
        let files: Vec<(String, String)> = texts.chain(words).collect();
        if let Some((name, _)) =
            files.iter().find(|(name, _)| self.folder.join(name).symlink_metadata().is_ok())
        {
            let there = self.folder.join(name);
            return Err(Fault::new(format!(
                "`{}` is there already, and nothing is overwritten",
                there.display()
            ))
            .into());
        }
        for (name, text) in &files {
            let path = self.folder.join(name);
            let written =
                path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
            written.map_err(|error| Fault::cannot("write", path.display(), error))?;
        }
        common.say(&format!(
            "{} written to {}. Keep those that you change and delete the others: these then go on with the program.",
            counted(files.len(), "file"),
            self.folder.display()
        ));
        Ok(())
    }
}
