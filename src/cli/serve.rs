//! `gradbook serve`: the course in the browser while it is written.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::report::Report;
use crate::cli::{Common, Course, Progress, warn, warn_of};
use crate::files::Fault;
use crate::pipeline::{Computed, Failure, Request, Watch};
use crate::serve::{Service, Tell, serve};
use crate::site::Published;

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    course: Course,
    /// Where the site goes
    #[arg(long, short, default_value = "output", value_name = "OUTPUT")]
    output: PathBuf,
    /// The port; where it is taken, the next one that is free
    #[arg(long, short, default_value_t = 8000, value_name = "N")]
    port: u16,
    /// Open the browser
    #[arg(long)]
    open: bool,
    /// How changes are found: by looking at the files once a second, which works everywhere, or by being told by the system
    #[arg(long, value_name = "HOW", default_value = "poll")]
    watch: Watching,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Watching {
    Poll,
    Native,
}

impl Serve {
    /// Serves until Ctrl-C.
    ///
    /// # Errors
    /// What keeps it from beginning; what is wrong with the course later is reported, and ends nothing.
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        if self.course.lessons.is_file() {
            let message = "a course is served whole: name the folder of the lessons";
            return Err(Fault::new(message).into());
        }
        let service = Service {
            request: Request { pages_only: true, ..self.course.request(common)? },
            output: self.output.clone(),
            port: self.port,
            native: self.watch == Watching::Native,
            also: self.course.trust.limits.iter().cloned().collect(),
        };
        let terminal: Arc<dyn Tell> = Arc::new(Terminal { common: common.clone(), open: self.open });
        serve(service, &terminal)
    }
}

/// Says in the terminal what happens.
struct Terminal {
    common: Common,
    open: bool,
}

impl Tell for Terminal {
    fn serves(&self, address: &str, taken: Option<u16>) {
        if let Some(port) = taken {
            self.common.say(&format!("port {port} is taken"));
        }
        // What was asked for, whatever is not to be said.
        let _ = writeln!(std::io::stderr(), "{address} shows the course as it is saved; Ctrl-C ends");
        if self.open && !open(address) {
            warn("no browser could be opened");
        }
    }

    fn remarks(&self, remark: &str) {
        warn(remark);
    }

    fn built(&self, computed: &Computed, published: Published, took: Duration) {
        warn_of(&computed.cache);
        self.common.show(&Report::of(&computed.found, computed.sources()));
        let took = if took.as_secs() < 1 {
            format!("{} ms", took.as_millis())
        } else {
            format!("{:.1} s", took.as_secs_f64())
        };
        self.common.say(&format!(
            "built in {took}: {} files written, {} as before",
            published.written, published.unchanged
        ));
    }

    fn failed(&self, failure: &Failure) {
        match failure {
            Failure::Course(found, sources) => self.common.show(&Report::of(found, sources)),
            Failure::Machine(fault) => warn(&fault.to_string()),
        }
        self.common.say("the last good site stays");
    }

    fn watch(&self) -> Box<dyn Watch + Send> {
        Box::new(Progress::new(self.common.quiet, self.common.why))
    }

    fn ends(&self) {
        self.common.say("ended");
    }
}

/// Opens an address in the user's browser, as far as that can be told.
fn open(address: &str) -> bool {
    let programs: &[&[&str]] = if cfg!(target_os = "macos") {
        &[&["open"]]
    } else if cfg!(windows) {
        &[&["rundll32", "url.dll,FileProtocolHandler"]]
    } else {
        // Under WSL the browser is that of Windows.
        &[&["wslview"], &["xdg-open"], &["gio", "open"]]
    };
    programs.iter().any(|program| {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).arg(address);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
    })
}
