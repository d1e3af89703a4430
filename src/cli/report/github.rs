//! Workflow commands of GitHub Actions: annotations at the lines of a pull request.

use crate::cli::report::Report;
use crate::diagnostic::Diagnostic;

/// Writes one command a problem and one a sentence with other numbers, then the verdict as plain text for the log.
pub(super) fn commands(report: &Report) -> String {
    let mut text: String =
        report.found.iter().map(|diagnostic| diagnostic.github(report.sources) + "\n").collect();
    for sentence in report.review.iter().flat_map(|review| &review.sentences) {
        let message = format!("{}\nbefore: {}\nnow: {}", sentence.title, sentence.before, sentence.now);
        let note = Diagnostic::note("a printed sentence has other numbers", sentence.place).label(message);
        text += &(note.github(report.sources) + "\n");
    }
    let verdict = report.verdict();
    if !verdict.is_empty() {
        text += &format!("{verdict}\n");
    }
    text
}
