//! What is asked of the pipeline, and why it may give nothing.

use std::path::PathBuf;

use glob::Pattern;

use crate::diagnostic::{Diagnostics, Sources};
use crate::experiment::LimitSettings;
use crate::lesson::Course;
use crate::store::cache::Cache;

/// Why there is no result.
#[derive(Debug)]
pub enum Failure {
    /// The lessons are at fault.
    Course(Diagnostics, Sources),
    /// The call or the machine is.
    Machine(String),
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
    /// Where runs are kept.
    pub cache: Keeping,
}

/// Where runs are kept from one build to the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Keeping {
    /// In `.gradbook/cache`, beside the lessons.
    #[default]
    Beside,
    In(PathBuf),
    Nowhere,
}

impl Keeping {
    /// The cache for the runs of a course.
    pub fn cache(&self, course: &Course) -> Cache {
        let room = course.settings.cache.bytes as u64;
        match self {
            Keeping::Nowhere => Cache::none(),
            Keeping::In(folder) => Cache::new(folder.clone(), room),
            Keeping::Beside => Cache::new(course.root.join(".gradbook/cache"), room),
        }
    }

    /// For what a cache that does not exist is no use to.
    ///
    /// # Errors
    /// A folder that is asked for by name and is not there.
    pub fn check_folder(&self) -> Result<(), Failure> {
        match self {
            Keeping::In(folder) if !folder.is_dir() => {
                Err(Failure::Machine(format!("there is no cache in `{}`: no such folder", folder.display())))
            }
            _ => Ok(()),
        }
    }
}
