//! The templates of a course: the program's with those of an author before them.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Sources};
use crate::files;
use crate::files::Fault;
use crate::site::{TemplateError, Templates};
use crate::words::Words;

use crate::pipeline::request::{Failure, Request};
use crate::pipeline::run::totals::FirstPage;

/// A course's templates.
pub(crate) struct CourseTemplates {
    pub loaded: Templates,
    /// The author's folder, as it is shown.
    shown: String,
}

/// Where an author's templates are.
pub(crate) struct Folder {
    path: Option<PathBuf>,
    shown: String,
    is_used: bool,
}

impl CourseTemplates {
    /// Returns the folder that the call names; else `templates` in the lessons folder or beside it. Of lessons that are not
    /// trusted that came with them, and is not used.
    ///
    /// # Errors
    /// A folder that is named and not there.
    pub(crate) fn folder(root: &Path, request: &Request) -> Result<Folder, Failure> {
        if request.own_templates {
            return Ok(Folder { path: None, shown: String::new(), is_used: true });
        }
        if let Some(named) = &request.templates {
            let shown = named.display().to_string();
            return match named.is_dir() {
                true => Ok(Folder { path: Some(named.clone()), shown, is_used: true }),
                false => {
                    Err(Fault::new(format!("there are no templates in `{shown}`: no such folder")).into())
                }
            };
        }
        let is_used = !request.untrusted;
        let inside = root.join("templates");
        // Not through a link that leads out of the lessons: of that a warning tells.
        let is_found = files::find_folder(root, Path::new("templates")).is_ok();
        // Whatever a stranger has put there, a link or a pipe too, is spoken of and left alone.
        if is_found || !is_used && inside.symlink_metadata().is_ok() {
            let shown = inside.display().to_string();
            return Ok(Folder { path: Some(inside), shown, is_used });
        }
        let beside = root.join("../templates");
        let plain = root.file_name().and_then(|_| Some(root.parent()?.join("templates")));
        let shown = plain.as_ref().unwrap_or(&beside).display().to_string();
        Ok(Folder { path: beside.is_dir().then_some(beside), shown, is_used })
    }

    /// Returns what the first page shows of the lessons.
    pub(crate) fn first_page(&self) -> FirstPage {
        match self.loaded.index_shows_bodies() {
            true => FirstPage::Bodies,
            false => FirstPage::Titles,
        }
    }

    /// Returns what is wrong with a template, at its place.
    pub(crate) fn diagnostic(&self, fault: &TemplateError, sources: &mut Sources) -> Diagnostic {
        fault.diagnostic(&self.shown, sources)
    }
}

impl Folder {
    /// Returns what is to be said of templates that are there but not used.
    pub(crate) fn remark(&self) -> Option<Diagnostic> {
        self.path.as_ref().filter(|_| !self.is_used)?;
        let message = format!("the templates in `{}` are not used: the lessons are not trusted", self.shown);
        let hint = "name a folder of templates that you trust with `--templates DIR`";
        Some(Diagnostic::warning(message, None).hint(hint))
    }

    /// Returns the program's templates with those of the folder before them, in the words of the course.
    ///
    /// # Errors
    /// Every file of the folder that is at fault.
    pub(crate) fn load(
        self,
        words: &Words,
        sources: &mut Sources,
    ) -> Result<CourseTemplates, Vec<Diagnostic>> {
        let Folder { path, shown, is_used } = self;
        match Templates::load(path.as_deref().filter(|_| is_used)) {
            Ok(loaded) => Ok(CourseTemplates { loaded: loaded.speaking(words), shown }),
            Err(errors) => Err(errors.iter().map(|error| error.diagnostic(&shown, sources)).collect()),
        }
    }
}
