//! Why a site could not be published.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::files::Refusal;

/// Why a site was not published, or not to the end. Where it does not say otherwise, the old one is as it was.
#[derive(Debug)]
pub enum PublishError {
    /// The output folder is the root of the file system, or is or contains the lessons.
    Dangerous { output: PathBuf, reason: &'static str },
    /// The output folder holds files that are not ours.
    NotOurs { output: PathBuf },
    /// A file in the output that nobody vouches for.
    Unknown { file: PathBuf },
    /// The list of the site's files is there and cannot be read.
    List { file: PathBuf, refusal: Refusal },
    /// The site has a file where the author put one of that path.
    WouldReplace { file: PathBuf },
    /// The output folder is where a disk or volume is mounted: it can be filled, but not replaced.
    MountPoint { output: PathBuf },
    /// The output folder lies in a lower layer of an overlay, such as a container's image, where no folder can be renamed.
    Layered { output: PathBuf },
    /// The output path is a file.
    NotAFolder { output: PathBuf },
    /// A file of the site has a path that leads out of the folder.
    BadPath { path: String },
    /// The machine refused: read-only, full disk.
    Io { path: PathBuf, error: io::Error },
    /// The old site made room, and then neither the new one nor itself could be put into its place.
    PutAside { old: PathBuf, error: Box<PublishError> },
    /// The new site stands, but what is hidden in the old folder could not be taken over, or that folder not be removed.
    Unfinished { old: PathBuf, error: Box<PublishError> },
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PublishError::Dangerous { output, reason } => {
                write!(f, "the output folder `{}` {reason}; choose another one", output.display())
            }
            PublishError::NotOurs { output } => write!(
                f,
                "the folder `{}` holds files that gradbook did not write; empty it or choose another one",
                output.display()
            ),
            PublishError::Unknown { file } => write!(
                f,
                "`{}` is in the output and gradbook did not write it: it would be published with lessons that are not trusted; move it away or choose another folder",
                file.display()
            ),
            PublishError::List { file, refusal } => write!(
                f,
                "cannot read `{}`, which says what in the output is the site's: {refusal}; remove the folder, or choose another one",
                file.display()
            ),
            PublishError::WouldReplace { file } => write!(
                f,
                "the site has a page or file `{}`, and there is one that gradbook did not write; move it away",
                file.display()
            ),
            PublishError::MountPoint { output } => write!(
                f,
                "the output folder `{}` is a mount point, which cannot be replaced by a new site; choose a folder in it, such as `{}`",
                output.display(),
                output.join("site").display()
            ),
            PublishError::Layered { output } => write!(
                f,
                "the output folder `{}` is part of a layer below (of a container's image), which cannot be replaced by a new site; remove it or choose another one",
                output.display()
            ),
            PublishError::NotAFolder { output } => {
                write!(f, "the output `{}` is a file, and must be a folder", output.display())
            }
            PublishError::BadPath { path } => write!(f, "`{path}` is not a path within the output folder"),
            PublishError::Io { path, error } => write!(f, "cannot write `{}`: {error}", path.display()),
            PublishError::PutAside { old, error } => {
                write!(
                    f,
                    "{error}; the former site is in `{}`, and the next build brings it back",
                    old.display()
                )
            }
            PublishError::Unfinished { old, error } => {
                write!(
                    f,
                    "the new site stands, but something of the former one is left in `{}`: {error}",
                    old.display()
                )
            }
        }
    }
}

impl std::error::Error for PublishError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            PublishError::Io { error, .. } => Some(error),
            PublishError::PutAside { error, .. } | PublishError::Unfinished { error, .. } => Some(error),
            _ => None,
        }
    }
}
