//! `gradbook new`: a small course to begin with.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::Common;
use crate::files::Fault;
use crate::lesson::as_title;
use crate::pipeline::Failure;

/// The files of the course by where they go; `{{ title }}` and `{{ version }}` are filled in.
const FILES: &[(&str, &str)] = &[
    ("README.md", include_str!("course/README.md")),
    (".gitignore", include_str!("course/gitignore")),
    (".gitattributes", include_str!("course/gitattributes")),
    (".github/workflows/site.yml", include_str!("course/site.yml")),
    ("lessons/gradbook.yaml", include_str!("course/lessons/gradbook.yaml")),
    ("lessons/01-when-to-stop.md", include_str!("course/lessons/01-when-to-stop.md")),
    ("lessons/02-an-honest-figure.md", include_str!("course/lessons/02-an-honest-figure.md")),
    ("lessons/references.bib", include_str!("course/lessons/references.bib")),
    ("lessons/tomatoes.csv", include_str!("course/lessons/tomatoes.csv")),
];

#[derive(Args)]
pub(super) struct New {
    /// The folder of the course, which is made; it may exist and be empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl New {
    /// Writes the course and says what to do next.
    ///
    /// # Errors
    /// A folder that holds something, or cannot be written.
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let folder = &self.folder;
        check_free(folder)?;
        let title = title(folder);
        for (path, text) in FILES {
            // A quoted scalar of YAML and a line of Markdown: the title is made of letters, digits and spaces.
            let text =
                text.replace("{{ title }}", &title).replace("{{ version }}", env!("CARGO_PKG_VERSION"));
            write(&folder.join(path), &text)?;
        }
        common.say(&format!("{} files written to `{}`. To see the course:", FILES.len(), folder.display()));
        if folder.as_os_str() != "." {
            common.say(&format!("    cd {}", shown(folder)));
        }
        common.say("    gradbook serve --open");
        common.say("Then change lessons/01-when-to-stop.md and save it.");
        Ok(())
    }
}

/// Refuses a folder with anything in it but what version control keeps there.
fn check_free(folder: &Path) -> Result<(), Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            // It, or one that it would lie in.
            let file = folder.ancestors().find(|path| path.is_file()).unwrap_or(folder);
            return Err(
                Fault::new(format!("`{}` is a file; name a folder to be made", file.display())).into()
            );
        }
        Err(error) => return Err(Fault::unread(folder, error).into()),
    };
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    match names.into_iter().find(|name| name != ".git") {
        None => Ok(()),
        Some(name) => Err(Fault::new(format!(
            "`{}` is not empty: it holds `{name}`; name a folder that does not exist yet, as in `gradbook new my-course`",
            folder.display()
        ))
        .into()),
    }
}

/// The title of a course in that folder: its name, as far as YAML and Markdown take it for text.
fn title(folder: &Path) -> String {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String =
        name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    // `2024` and `true` would be no texts in YAML.
    match words.first() {
        Some(first) if first.starts_with(char::is_alphabetic) && words.concat().len() > 5 => {
            as_title(&words.join("-"))
        }
        Some(_) => format!("Course {}", words.join(" ")),
        None => "My course".to_owned(),
    }
}

/// A folder as it is typed in a shell.
fn shown(folder: &Path) -> String {
    let text = folder.display().to_string();
    let plain = text.chars().all(|letter| letter.is_alphanumeric() || "/-_.\\:~".contains(letter));
    if plain { text } else { format!("'{text}'") }
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |error| Fault::cannot("write", path.display(), error);
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(cannot)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(cannot)?;
    Ok(file.write_all(text.as_bytes()).map_err(cannot)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_come_from_names_of_folders() {
        for (folder, expected) in [
            ("a/deep-learning", "Deep learning"),
            ("2024", "Course 2024"),
            ("true", "Course true"),
            ("Netze: eine Übung", "Netze eine Übung"),
            ("'#'", "My course"),
        ] {
            assert_eq!(title(Path::new(folder)), expected, "{folder}");
        }
    }
}
