//! How far the runs are: a bar with the time left on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::diagnostic::{counted, printable, printable_lines};
use crate::pipeline::{Headway, Watch, Why};

/// Told of work done from any thread.
pub struct Progress {
    bar: ProgressBar,
    /// Lines for where there is no terminal; one writer at a time.
    lines: Option<Mutex<()>>,
    /// Whether to say of every experiment why it runs.
    why: bool,
}

/// Steps of the bar: work is a number far beyond what a bar can show.
const STEPS: f64 = 10_000.0;

impl Progress {
    /// Shows itself on standard error unless `quiet`; what is asked for with `why` all the same.
    pub fn new(quiet: bool, why: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target =
            if terminal && !quiet { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(STEPS as u64), target);
        if let Ok(style) = ProgressStyle::with_template("  {bar:24} {percent:>3}%  {eta} left  {wide_msg}") {
            bar.set_style(style.progress_chars("━━─"));
        }
        Progress { bar, lines: (!terminal && !quiet).then(|| Mutex::new(())), why }
    }

    /// Removes the bar.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

impl Watch for Progress {
    fn explained(&self, experiment: &str, why: &Why) {
        if self.why {
            let text = explanation(experiment, why);
            self.bar.suspend(|| {
                let _ = write!(std::io::stderr(), "{}", printable_lines(&text));
            });
        }
    }

    fn advance_to(&self, headway: &Headway) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position((headway.share * STEPS) as u64);
        self.bar.set_message(printable(&headway.words()).into_owned());
    }

    fn finished(&self, experiment: &str, runs: usize) {
        if let Some(lines) = &self.lines {
            let _one_at_a_time = lines.lock();
            let _ = writeln!(std::io::stderr(), "  {}: {}", printable(experiment), counted(runs, "run"));
        }
    }
}

/// Returns a line that says what of an experiment is to be done, and one for each reason.
fn explanation(experiment: &str, why: &Why) -> String {
    let runs = |count: usize| counted(count, "run");
    let missing = why.runs - why.cached;
    let mut text = match missing {
        0 => format!("  {experiment}: cached, {}\n", runs(why.runs)),
        _ if why.cached == 0 => format!("  {experiment}: {} to do\n", runs(missing)),
        _ => format!("  {experiment}: {} to do, {} cached\n", runs(missing), why.cached),
    };
    for change in &why.changes {
        text += &format!("    {}\n", printable(change));
    }
    text
}
