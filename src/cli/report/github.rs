//! Workflow commands of GitHub Actions: annotations at the lines of a pull request.

use crate::cli::report::Report;

/// One command a problem, then the verdict as plain text for the log.
pub fn commands(report: &Report) -> String {
    let mut text: String =
        report.found.iter().map(|diagnostic| diagnostic.github(report.sources) + "\n").collect();
    let verdict = report.verdict();
    if !verdict.is_empty() {
        text += &format!("{verdict}\n");
    }
    text
}
