//! `gradbook export`: experiments as notebooks or scripts that compute the same numbers with PyTorch and NumPy alone.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::{Common, Trust, warn};
use crate::files::Fault;
use crate::pipeline::{self, Failure, Request};
use crate::train::Precision;

#[derive(Args)]
pub(super) struct Export {
    /// A lesson's file, or one experiment of it: lessons/03-softmax.md#four
    #[arg(value_name = "LESSON.md[#id]")]
    lesson: String,
    /// What to write
    #[arg(long, default_value = "ipynb")]
    to: Form,
    /// The numbers to compute with, here and there, in place of what the experiment says
    #[arg(long)]
    precision: Option<Numbers>,
    /// The folder to write to
    #[arg(long, short, value_name = "DIR", default_value = ".")]
    output: PathBuf,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    trust: Trust,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A notebook for Jupyter and Colab
    Ipynb,
    /// A script
    Py,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Numbers {
    /// 32 bits
    F32,
    /// 64 bits: the numbers agree to 1e-9
    F64,
}

impl Export {
    /// Runs the experiments and writes a file for each.
    ///
    /// # Errors
    /// Lessons at fault; experiments that no notebook can compute; files that are there or cannot be written.
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let (path, id) = match self.lesson.rsplit_once('#') {
            Some((path, id)) => (path, Some(id.to_owned())),
            None => (self.lesson.as_str(), None),
        };
        if Path::new(path).is_dir() {
            let hint = "name a lesson's file, as in `gradbook export lessons/01-first.md`";
            return Err(Fault::new(format!("`{path}` is a folder: {hint}")).into());
        }
        let precision = self.precision.map(|numbers| match numbers {
            Numbers::F32 => Precision::F32,
            Numbers::F64 => Precision::F64,
        });
        let request = Request { id, precision, ..common.request(PathBuf::from(path), true) };
        let request = self.trust.bound(request)?;
        let names = self.names(&request)?;
        let computed = common.compute(&request)?;
        let mut written = 0;
        for (place, name) in names.into_iter().enumerate() {
            match pipeline::notebook_of(&computed, place)? {
                Ok(notebook) => {
                    let text = if self.to == Form::Py { notebook.py() } else { notebook.ipynb() };
                    self.write(&name, &text)?;
                    common.print(&format!("{}\n", self.output.join(name).display()))?;
                    written += 1;
                }
                Err(reason) if request.id.is_some() => {
                    return Err(Fault::new(refused(&request, &reason)).into());
                }
                Err(reason) => warn(&format!("`{name}` is not written: {reason}")),
            }
        }
        if written == 0 {
            return Err(Fault::new(format!("there is nothing to export in `{}`", self.lesson)).into());
        }
        Ok(())
    }

    /// Returns the name of the file of each experiment, in the order of the plan.
    ///
    /// # Errors
    /// One that is there, before anything runs.
    fn names(&self, request: &Request) -> Result<Vec<String>, Failure> {
        let ready = pipeline::prepare(request)?;
        let mut planned = ready.planned.iter();
        if let Some(id) = request.id.as_deref().filter(|id| planned.all(|planned| planned.header.id != *id)) {
            let message = format!("`{id}` is a figure: no notebook draws it");
            return Err(Fault::new(format!("{message}; export the experiments that it is drawn from")).into());
        }
        let ending = if self.to == Form::Py { "py" } else { "ipynb" };
        let name = |planned: &pipeline::Planned| {
            let slug = ready.course.lessons[planned.lesson].slug.replace('/', "-");
            format!("{slug}-{}.{ending}", planned.header.id)
        };
        let names: Vec<String> = ready.planned.iter().map(name).collect();
        match names.iter().find(|name| !self.force && self.output.join(name).symlink_metadata().is_ok()) {
            Some(name) => Err(self.exists(name)),
            None => Ok(names),
        }
    }

    fn exists(&self, name: &str) -> Failure {
        let path = self.output.join(name);
        Fault::new(format!("`{}` is there already; `--force` writes over it", path.display())).into()
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        fs::create_dir_all(&self.output)
            .map_err(|error| Fault::cannot("make the folder", self.output.display(), error))?;
        let path = self.output.join(name);
        let mut options = OpenOptions::new();
        options.write(true);
        let options = if self.force { options.create(true).truncate(true) } else { options.create_new(true) };
        match options.open(&path).and_then(|mut file| file.write_all(text.as_bytes())) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(self.exists(name)),
            Err(error) => Err(Fault::cannot("write", path.display(), error).into()),
            Ok(()) => Ok(()),
        }
    }
}

fn refused(request: &Request, reason: &str) -> String {
    format!("`{}` cannot be exported: {reason}", request.id.as_deref().unwrap_or_default())
}
