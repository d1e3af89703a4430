//! What is asked of the pipeline, and why it may give nothing.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy;
use glob::Pattern;

use super::checkout;
use super::kept::Kept;
use crate::diagnostic::{Diagnostics, Sources, counted};
use crate::experiment::LimitSettings;
use crate::files::Fault;
use crate::lesson::{CacheSettings, Course, Unsaved};
use crate::store::cache::Cache;
use crate::train::Precision;

/// Why there is no result.
#[derive(Debug)]
pub enum Failure {
    /// The lessons are at fault.
    Course(Diagnostics, Sources),
    /// The call or the machine is.
    Machine(Fault),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Course(found, _) => write!(f, "{} in the lessons", counted(found.errors(), "error")),
            Failure::Machine(fault) => fault.fmt(f),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Failure::Course(..) => None,
            Failure::Machine(fault) => fault.source(),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Failure::Machine(fault)
    }
}

/// What to work on.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The lessons folder, or one lesson's file.
    pub lessons: PathBuf,
    /// Whether lessons marked as drafts count.
    pub drafts: bool,
    /// Whether the lessons are a stranger's, who may put no HTML into a page.
    pub untrusted: bool,
    /// What the owner of the machine allows, which a course can only lower.
    pub limits: Option<LimitSettings>,
    /// The folder of templates; none for the one among or beside the lessons, if they are trusted.
    pub templates: Option<PathBuf>,
    /// Only the experiment with this id.
    pub id: Option<String>,
    /// Only experiments whose lesson, id or `lesson#id` is like this.
    pub only: Option<Pattern>,
    /// Whether that may be a snapshot whose experiment is gone.
    pub snapshots: bool,
    /// Whether warnings are errors.
    pub strict: bool,
    /// Whether pages are all that is wanted, so that lessons of which nothing changed need not be looked at.
    pub pages_only: bool,
    /// The precision that everything is trained in, whatever the lessons say.
    pub precision: Option<Precision>,
    /// Where runs are kept.
    pub cache: Keeping,
    /// Whether all that was made of runs is made again.
    pub draws_anew: bool,
    /// What an editor has not saved yet.
    pub unsaved: Arc<Unsaved>,
    /// Whether pages are made by the program's own templates, whatever lies beside the lessons.
    pub own_templates: bool,
    /// What is known of the course since it was looked at before.
    pub kept: Kept,
}

/// Where runs are kept from one build to the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Keeping {
    /// In `.gradbook/cache`, beside the lessons; where those are not trusted, in a folder of the user's own.
    #[default]
    Beside,
    In(PathBuf),
    Nowhere,
}

impl Keeping {
    /// Opens the cache for the runs of a course.
    ///
    /// # Errors
    /// A folder that whoever wrote lessons that are not trusted may have made.
    pub fn cache(&self, course: &Course) -> Result<Cache, Failure> {
        let untrusted = course.is_untrusted();
        let asked = course.settings.cache.bytes as u64;
        // A stranger has no say in how much of the disk is taken.
        let capacity = if untrusted { asked.min(CacheSettings::default().bytes as u64) } else { asked };
        match self {
            Keeping::Nowhere => Ok(Cache::none()),
            Keeping::In(folder) if untrusted && checkout::holds(&course.root, folder) => {
                Err(Fault::new(format!(
                    "the cache of lessons that are not trusted cannot be in `{}`, among their files",
                    folder.display()
                ))
                .into())
            }
            Keeping::In(folder) => Ok(Cache::new(folder.clone(), capacity)),
            Keeping::Beside if untrusted => Ok(apart(&course.root, capacity)),
            Keeping::Beside => Ok(Cache::below(course.root.clone(), &[".gradbook", "cache"], capacity)),
        }
    }

    /// Checks that the cache is there, for what is of no use without one.
    ///
    /// # Errors
    /// A folder that is asked for by name and is not there.
    pub fn check_folder(&self) -> Result<(), Failure> {
        match self {
            Keeping::In(folder) if !folder.is_dir() => {
                Err(Fault::new(format!("there is no cache in `{}`: no such folder", folder.display())).into())
            }
            _ => Ok(()),
        }
    }
}

/// Returns whether the lesson, the id or the whole of `lesson#id` is like a pattern.
pub(super) fn is_like(title: &str, pattern: &Pattern) -> bool {
    let (lesson, id) = title.split_once('#').unwrap_or_default();
    [lesson, id, title].iter().any(|name| pattern.matches(name))
}

/// Says that no experiment is like a pattern.
pub(super) fn none_like(pattern: &Pattern) -> Failure {
    Fault::new(format!("no experiment is like `{pattern}`")).into()
}

/// Returns the cache of a course among the user's own files; none where the user has no home.
fn apart(root: &Path, capacity: u64) -> Cache {
    let Ok(folders) = etcetera::choose_base_strategy() else { return Cache::none() };
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let name = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
    Cache::below(folders.cache_dir().join("gradbook"), &[name.as_str()], capacity)
}
